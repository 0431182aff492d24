"""What tests of maintenance share: to begin work, to follow it, and what it leaves."""

import asyncio
from typing import Any

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration.conftest import wait_until
from tests.integration.jobs import look, status_is
from tests.integration.life import STATUS, act

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
    """Wait until the status shows these attributes."""
    await wait_until(
        hass,
        lambda: attributes.items() <= look(hass, "sensor", "status").attributes.items(),
    )


async def under_way(hass: HomeAssistant, device: Device, action: str) -> None:
    """Wait until work is in its middle."""
    await shown(hass, task=action)
    if action in HEATS:
        await device.wait_for(lambda: device.nozzle.target > 0)
