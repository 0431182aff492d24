"""A device comes up, goes away and comes up again."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT, ROBOT_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    ADDRESSES,
    BOTH,
    NAME,
    MakeEntry,
    having,
    paced,
    signed_in,
    wait_for_state,
    wait_until,
)
from tests.integration.fakes import Home
from tests.integration.flows import assert_form
from tests.integration.jobs import BRISK, asked, run_job, status_is
from tests.integration.life import STATUS, registered


@BOTH
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
    assert asked(device) == ["deviceinfo"]
    assert registered(hass, entry).sw_version == "1.6.95"
    await device.wait_closed_connections()

    device.received.clear()
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert hass.states.get(STATUS).state == "idle"
    await signed_in(hass, entry)
    assert [each.port for each in device.received.connections] == [MANAGEMENT_PORT]


async def test_setup_succeeds_with_the_device_off(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await device.power_off()
    entry = await make_entry(device)
    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get(STATUS).state == "offline"
    assert registered(hass, entry).name == NAME
    line = f"{NAME} does not answer at {ADDRESSES[0]}"
    assert [r.getMessage() for r in caplog.records].count(line) == 1

    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")
    await wait_until(hass, lambda: registered(hass, entry).sw_version == "1.6.95")


async def test_off_at_setup_the_registry_keeps_what_it_knows(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.rename("Attic")
    await wait_until(hass, lambda: registered(hass, entry).name == "Attic")
    await device.power_off()
    await hass.config_entries.async_reload(entry.entry_id)
    kept = registered(hass, entry)
    assert (kept.name, kept.model, kept.sw_version) == ("Attic", "FLUX Delta", "1.6.95")


async def test_after_unload_nothing_asks_or_listens(home: Home) -> None:
    home.listener.silent = True
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert home.listener.subscribers == []
    assert home.listener.pins == {}
    probes = home.listener.probes
    await home.advance(600)
    assert home.listener.probes == probes
    assert home.hass.states.get(STATUS).state == "unavailable"


async def test_a_wrong_key_in_yaml_is_said_and_does_no_harm(
    hass: HomeAssistant, caplog: pytest.LogCaptureFixture
) -> None:
    assert await async_setup_component(hass, DOMAIN, {DOMAIN: {"host": "x"}})

    assert "does not support any configuration parameters" in caplog.text


@paced(scan=3600.0)
async def test_setup_waits_for_no_scan(hass: HomeAssistant) -> None:
    async with asyncio.timeout(PATIENCE):
        assert await async_setup_component(hass, DOMAIN, {DOMAIN: None})
    assert (await async_get_listener(hass)).devices == ()


@having({"timing": BRISK})
async def test_a_change_of_the_option_takes_effect_at_once(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    before, options = entry.runtime_data, hass.config_entries.options
    result = await options.async_init(entry.entry_id)
    assert_form(result, "init")
    assert result["data_schema"]({}) == {CONF_HOLD_CONNECTION: True}
    result = await options.async_configure(
        result["flow_id"], {CONF_HOLD_CONNECTION: False}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()

    assert entry.options == {CONF_HOLD_CONNECTION: False}
    assert entry.runtime_data is not before
    await status_is(hass, "running")
    assert device.connections[ROBOT_PORT] == 0
    # The form shows what was chosen.
    result = await options.async_init(entry.entry_id)
    [key] = result["data_schema"].schema
    assert key.description == {"suggested_value": False}
