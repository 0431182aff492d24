"""What a person sees of a device's life: dialogs that wait, repairs, lines in the log."""

import logging
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import DOMAIN

STATUS = "sensor.delta_in_der_werkstatt_status"
CONNECTIVITY = "binary_sensor.delta_in_der_werkstatt_connectivity"
PROGRESS = "sensor.delta_in_der_werkstatt_progress"


def reauths(hass: HomeAssistant, entry: MockConfigEntry) -> list[ConfigFlowResult]:
    """Return the dialogs that ask for the password of a device again."""
    return list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


def issues(hass: HomeAssistant) -> dict[str, ir.IssueEntry]:
    """Return the repairs that a person sees, by what they are about."""
    return {
        str(issue.translation_key): issue
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == DOMAIN and issue.active
    }


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration told a person."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.flux3dp" and record.levelno >= logging.INFO
    ]


def registered(hass: HomeAssistant, entry: MockConfigEntry) -> dr.DeviceEntry:
    """Return what the device registry has of the entry's device."""
    [device] = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return device


SILENT = (
    "change_password",
    "delete_file",
    "home",
    "remove_trusted_key",
    "stop_loading",
)


async def act(
    hass: HomeAssistant, entry: MockConfigEntry, action: str, **data: Any
) -> Any:
    """Call an action on the entry's device and return its response, if it has one."""
    return await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": registered(hass, entry).id, **data},
        blocking=True,
        return_response=action not in SILENT,
    )
