"""The issues of a device: when they are created and deleted. `repairs.py` fixes one."""

import base64

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .aioflux import DeviceInfo
from .const import DOMAIN
from .device import async_device_name

FIRMWARE_TOO_OLD = "firmware_too_old"
MASTER_KEY_CHANGED = "master_key_changed"
NETWORK_NOT_RETURNED = "network_not_returned"


@callback
def async_check_firmware(
    hass: HomeAssistant, entry: ConfigEntry, device: DeviceInfo
) -> None:
    """Create or delete the issue of a device that cannot be managed until an update."""
    if device.manageable or device.may_take_udp:
        async_delete_issue(hass, entry, FIRMWARE_TOO_OLD)
    else:
        _create(hass, entry, FIRMWARE_TOO_OLD, firmware=device.firmware)


@callback
def async_network_not_returned(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Create the issue of a device that does not answer after a network change.

    It persists, because nothing else would find it out after a restart.
    """
    _create(hass, entry, NETWORK_NOT_RETURNED, is_persistent=True)


@callback
def async_master_key_changed(
    hass: HomeAssistant, entry: ConfigEntry, presented: bytes
) -> None:
    """Create the issue of a device that presents another master key (DER)."""
    key = base64.b64encode(presented).decode("ascii")
    data = {"entry_id": entry.entry_id, "presented": key}
    _create(hass, entry, MASTER_KEY_CHANGED, data=data)


@callback
def async_presented_key(hass: HomeAssistant, entry: ConfigEntry) -> bytes | None:
    """Return the master key (DER) that waits for a decision; None if none does."""
    issue_id = _issue_id(entry, MASTER_KEY_CHANGED)
    issue = ir.async_get(hass).async_get_issue(DOMAIN, issue_id)
    if issue is None or not issue.active or issue.data is None:
        return None
    return base64.b64decode(str(issue.data["presented"]))


@callback
def async_delete_issue(hass: HomeAssistant, entry: ConfigEntry, issue: str) -> None:
    """Delete an issue, if there is one."""
    ir.async_delete_issue(hass, DOMAIN, _issue_id(entry, issue))


@callback
def async_delete_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete all issues of an entry: it is removed."""
    for issue in (FIRMWARE_TOO_OLD, MASTER_KEY_CHANGED, NETWORK_NOT_RETURNED):
        async_delete_issue(hass, entry, issue)


def _create(
    hass: HomeAssistant,
    entry: ConfigEntry,
    issue: str,
    *,
    data: dict[str, str] | None = None,
    is_persistent: bool = False,
    **placeholders: str,
) -> None:
    placeholders["name"] = async_device_name(hass, entry)
    ir.async_create_issue(
        hass,
        DOMAIN,
        _issue_id(entry, issue),
        data=dict(data) if data else None,
        is_fixable=data is not None,
        is_persistent=is_persistent,
        severity=ir.IssueSeverity.ERROR,
        translation_key=issue,
        translation_placeholders=placeholders,
    )


def _issue_id(entry: ConfigEntry, issue: str) -> str:
    return f"{issue}_{entry.entry_id}"
