"""What a person sees of a device, does with it, and puts it into: areas, automations."""

import asyncio
import logging
from typing import Any

from homeassistant.components import automation
from homeassistant.config_entries import SOURCE_REAUTH, ConfigFlowResult
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    floor_registry as fr,
    issue_registry as ir,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration.conftest import wait_until
from tests.integration.jobs import look, status_is

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


SILENT = (
    *("pause_job", "resume_job", "cancel_job", "clear_job"),
    "change_password",
    "delete_file",
    "home",
    "remove_trusted_key",
    "stop_loading",
)


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


def change(hass: HomeAssistant, of: MockConfigEntry | Device, **changes: Any) -> None:
    """Change what the registry says of a device, as its page does."""
    dr.async_get(hass).async_update_device(registered(hass, of).id, **changes)


def put_in_workshop(
    hass: HomeAssistant, of: MockConfigEntry | Device
) -> dict[str, str]:
    """Put a device into an area of a floor, with a label; return the ids of all three."""
    floor = fr.async_get(hass).async_create("Cellar")
    area = ar.async_get(hass).async_create("Workshop", floor_id=floor.floor_id)
    label = lr.async_get(hass).async_create("Machines")
    change(hass, of, area_id=area.id, labels={label.label_id})
    return {"area_id": area.id, "floor_id": floor.floor_id, "label_id": label.label_id}


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


async def idle_and_cold(hass: HomeAssistant, device: Device) -> None:
    await device.wait_for(lambda: device.player.occupant() is None)
    assert device.nozzle.target == 0
    await device.wait_closed_connections()
    await status_is(hass, "idle")
    assert "task" not in look(hass, "sensor", "status").attributes


def steps(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Begin to take note of the steps that the status shows."""
    seen: list[dict[str, Any]] = []

    def note() -> None:
        if (state := hass.states.get(STATUS)) and "task" in state.attributes:
            keys = ("task", "step", "temperature", "point")
            step = {key: state.attributes.get(key) for key in keys}
            seen.append({"status": state.state, **step})

    [entry] = hass.config_entries.async_loaded_entries(DOMAIN)
    entry.runtime_data.async_add_listener(note)
    return seen


def begin(
    hass: HomeAssistant, entry: MockConfigEntry, action: str, **data: Any
) -> asyncio.Task[Any]:
    return hass.async_create_task(act(hass, entry, action, **data))


async def shown(hass: HomeAssistant, **attributes: object) -> None:
    await wait_until(
        hass,
        lambda: attributes.items() <= look(hass, "sensor", "status").attributes.items(),
    )


async def under_way(hass: HomeAssistant, device: Device, action: str) -> None:
    await shown(hass, task=action)
    if action in HEATS:
        await device.wait_for(lambda: device.nozzle.target > 0)


async def endless(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> asyncio.Task[Any]:
    """Begin work that does not end by itself, and wait until it is in its middle."""
    device.faults.endless_work = True
    work = begin(hass, entry, action)
    await under_way(hass, device, action)
    return work
