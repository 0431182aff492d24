"""A device comes up, goes away and comes up again."""

import asyncio
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT, ROBOT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    MakeDevice,
    MakeEntry,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.fakes import Home

STATUS = "sensor.delta_in_der_werkstatt_status"


async def test_a_running_device_is_there_at_once_and_signed_in_to_once(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, client_key: ClientKey
) -> None:
    entry = await make_entry(device, setup=False)
    assert await hass.config_entries.async_setup(entry.entry_id)

    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get(STATUS).state == "idle"
    await signed_in(hass, entry)
    # Once more, over its robot port, it was asked which firmware it has: the first time.
    first, second = device.received.connections
    assert (first.port, second.port) == (MANAGEMENT_PORT, ROBOT_PORT)
    assert first.access_id == second.access_id == client_key.access_id.hex()
    assert device.received.management == []
    assert device.received.robot == ["deviceinfo"]
    await device.wait_closed_connections()

    device.received.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    await signed_in(hass, entry)
    assert [each.port for each in device.received.connections] == [MANAGEMENT_PORT]


async def test_setup_succeeds_with_the_device_off(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device()
    await device.power_off()

    entry = await make_entry(device)

    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get(STATUS).state == "offline"
    [registered] = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert registered.name == NAME
    line = f"{NAME} does not answer at {ADDRESSES[0]}"
    assert [r.getMessage() for r in caplog.records].count(line) == 1

    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")
    await wait_until(
        hass,
        lambda: device_registry.async_get(registered.id).sw_version == "1.6.95",
    )


async def test_off_at_setup_the_registry_keeps_what_it_knows(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.rename("Attic")
    [registered] = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    await wait_until(
        hass, lambda: device_registry.async_get(registered.id).name == "Attic"
    )

    await device.power_off()
    await hass.config_entries.async_reload(entry.entry_id)

    registered = device_registry.async_get(registered.id)
    assert registered.name == "Attic"
    assert registered.model == "FLUX Delta"
    assert registered.sw_version == "1.6.95"


async def test_after_unload_nothing_asks_or_listens(home: Home) -> None:
    home.listener.silent = True
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert home.listener.subscribers == []
    assert home.listener.pins == {}
    probes = home.listener.probes
    await home.advance(600)
    assert home.listener.probes == probes
    assert home.hass.states.get(STATUS).state == "unavailable"


async def test_an_entry_can_be_reloaded_again_and_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(await make_device())

    for _ in range(3):
        assert await hass.config_entries.async_reload(entry.entry_id)
        assert hass.states.get(STATUS).state == "idle"


async def test_removing_an_entry_leaves_nothing_stored(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    hass_storage: dict[str, Any],
) -> None:
    entry = await make_entry(await make_device())
    key = f"{DOMAIN}.job.{entry.entry_id}"
    await hass.config_entries.async_unload(entry.entry_id)
    assert key in hass_storage

    await hass.config_entries.async_remove(entry.entry_id)

    assert key not in hass_storage


async def test_a_wrong_key_in_yaml_is_said_and_does_no_harm(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {"host": "x"}})

    assert "does not support any configuration parameters" in caplog.text


async def test_setup_waits_for_no_scan(hass: HomeAssistant) -> None:
    async with asyncio.timeout(2):
        assert await async_setup_component(hass, DOMAIN, {DOMAIN: None})
    assert (await async_get_listener(hass)).devices == ()
