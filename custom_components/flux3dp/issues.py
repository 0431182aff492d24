"""The repairs a device can need: when they exist, and when they go by themselves.

Knows Home Assistant's issue registry. What mends a fixable one is `repairs.py`.
"""

import base64

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .aioflux import DeviceInfo
from .const import DOMAIN
from .naming import async_device_name

FIRMWARE_TOO_OLD = "firmware_too_old"
MASTER_KEY_CHANGED = "master_key_changed"
NETWORK_NOT_RETURNED = "network_not_returned"

_ALL = (FIRMWARE_TOO_OLD, MASTER_KEY_CHANGED, NETWORK_NOT_RETURNED)


@callback
def async_judge_firmware(
    hass: HomeAssistant, entry: ConfigEntry, device: DeviceInfo
) -> None:
    """Tell that a device can be watched but not managed, until it is updated."""
    if device.manageable:
        async_settle(hass, entry, FIRMWARE_TOO_OLD)
    else:
        _create(hass, entry, FIRMWARE_TOO_OLD, {"firmware": device.firmware})


@callback
def async_network_not_returned(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Tell that a device left for another network and is not heard any more.

    Kept over a restart, because nothing else would find it out again.
    """
    _create(hass, entry, NETWORK_NOT_RETURNED, {}, is_persistent=True)


@callback
def async_master_key_changed(
    hass: HomeAssistant, entry: ConfigEntry, presented: bytes
) -> None:
    """Tell that a device presents another master key (DER), and let a person decide."""
    _create(
        hass,
        entry,
        MASTER_KEY_CHANGED,
        {},
        data={
            "entry_id": entry.entry_id,
            "presented": base64.b64encode(presented).decode("ascii"),
        },
    )


@callback
def async_presented_key(hass: HomeAssistant, entry: ConfigEntry) -> bytes | None:
    """Return the master key (DER) that waits for a decision; None if none does."""
    issue_id = _issue_id(entry, MASTER_KEY_CHANGED)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    if issue is None or not issue.active or issue.data is None:
        return None
    return base64.b64decode(str(issue.data["presented"]))


@callback
def async_settle(hass: HomeAssistant, entry: ConfigEntry, issue: str) -> None:
    """Take a repair away, if there is one: it has mended itself."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, issue))


@callback
def async_settle_all(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take every repair of an entry away: it is removed."""
    for issue in _ALL:
        async_settle(hass, entry, issue)


def _create(
    hass: HomeAssistant,
    entry: ConfigEntry,
    issue: str,
    placeholders: dict[str, str],
    *,
    data: dict[str, str | int | float | None] | None = None,
    is_persistent: bool = False,
) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, issue),
        data=data,
        is_fixable=data is not None,
        is_persistent=is_persistent,
        severity=ir.IssueSeverity.ERROR,
        translation_key=issue,
        translation_placeholders={
            "name": async_device_name(hass, entry),
            **placeholders,
        },
    )


def _issue_id(entry: ConfigEntry, issue: str) -> str:
    return f"{issue}_{entry.entry_id}"
