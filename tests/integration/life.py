"""What a person sees of a device, does with it, and puts it into: areas, automations."""

import logging
from typing import Any

from homeassistant.components import automation
from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration.house import SILENT

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


def registered(hass: HomeAssistant, of: MockConfigEntry | Device) -> dr.DeviceEntry:
    """Return what the device registry has of a device now."""
    uuid = of.config.uuid if isinstance(of, Device) else of.unique_id
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, uuid)
    assert entry is not None
    [device] = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return device


async def act(
    hass: HomeAssistant,
    of: MockConfigEntry | Device,
    action: str,
    *,
    user: MockUser | None = None,
    **data: Any,
) -> Any:
    return await hass.services.async_call(
        DOMAIN,
        action,
        {"device_id": registered(hass, of).id, **data},
        blocking=True,
        context=Context(user_id=user.id) if user else None,
        return_response=action not in SILENT,
    )


def may_control(user: MockUser, *entity_ids: str) -> None:
    """Leave a user these entities, and no others."""
    user.groups = []
    user.mock_policy({"entities": {"entity_ids": dict.fromkeys(entity_ids, True)}})


# -- where it stands


async def automate(hass: HomeAssistant, *automations: dict[str, Any]) -> None:
    """Have automations, which are all right."""
    config = {automation.DOMAIN: list(automations)}
    assert await async_setup_component(hass, automation.DOMAIN, config)
    await hass.async_block_till_done()
    assert len(hass.states.async_entity_ids(automation.DOMAIN)) == len(automations)
    for state in hass.states.async_all(automation.DOMAIN):
        assert state.state == "on", state


# -- maintenance

WORK = ["home", "calibrate", "load_filament", "unload_filament"]
HEATS = ["load_filament", "unload_filament"]
