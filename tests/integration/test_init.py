"""A device comes up, goes away and comes up again."""

import asyncio

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.setup import async_setup_component
import pytest

from custom_components.flux3dp.aioflux import ClientKey
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, DOMAIN
from custom_components.flux3dp.discovery import async_get_listener
from simulator import MANAGEMENT_PORT, PATIENCE, ROBOT_PORT, Device
from tests.integration.conftest import ADDRESSES, BOTH, NAME, having, paced
from tests.integration.fakes import Home
from tests.integration.flows import assert_form
from tests.integration.jobs import BRISK, asked
from tests.integration.wired import Wired


@BOTH
async def test_a_running_device_is_there_at_once_and_signed_in_to_once(
    unpaired: Wired, device: Device, client_key: ClientKey
) -> None:
    entry = await unpaired.set_up(setup=False)
    assert await unpaired.hass.config_entries.async_setup(entry.entry_id)

    assert entry.state is ConfigEntryState.LOADED
    assert unpaired.value("status") == "idle"
    await unpaired.signed_in()
    # Once more, over its robot port, it was asked which firmware it has: the first time.
    first, second = device.received.connections
    assert (first.port, second.port) == (MANAGEMENT_PORT, ROBOT_PORT)
    assert first.access_id == second.access_id == client_key.access_id.hex()
    assert device.received.management == []
    assert asked(device) == ["deviceinfo"]
    assert unpaired.registered.sw_version == "1.6.95"
    await device.wait_closed_connections()

    device.received.clear()
    await unpaired.reload()
    assert unpaired.value("status") == "idle"
    await unpaired.signed_in()
    assert [each.port for each in device.received.connections] == [MANAGEMENT_PORT]


async def test_setup_succeeds_with_the_device_off(unpaired: Wired) -> None:
    await unpaired.device.power_off()
    entry = await unpaired.set_up()
    assert entry.state is ConfigEntryState.LOADED
    assert unpaired.value("status") == "offline"
    assert unpaired.registered.name == NAME
    line = f"{NAME} does not answer at {ADDRESSES[0]}"
    assert [r.getMessage() for r in unpaired.caplog.records].count(line) == 1

    await unpaired.switch_on()
    await unpaired.until(lambda: unpaired.registered.sw_version == "1.6.95")


async def test_off_at_setup_the_registry_keeps_what_it_knows(wired: Wired) -> None:
    wired.device.rename("Attic")
    await wired.until(lambda: wired.registered.name == "Attic")
    await wired.device.power_off()
    await wired.reload()
    kept = wired.registered
    assert (kept.name, kept.model, kept.sw_version) == ("Attic", "FLUX Delta", "1.6.95")


async def test_after_unload_nothing_asks_or_listens(home: Home) -> None:
    home.listener.silent = True
    await home.unload()
    assert home.listener.subscribers == []
    assert home.listener.pins == {}
    probes = home.listener.probes
    await home.advance(600)
    assert home.listener.probes == probes
    assert home.value("status") == "unavailable"


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
async def test_a_change_of_the_option_takes_effect_at_once(wired: Wired) -> None:
    await wired.run_job()
    before, options = wired.entry.runtime_data, wired.hass.config_entries.options
    result = await options.async_init(wired.entry.entry_id)
    assert_form(result, "init")
    assert result["data_schema"]({}) == {CONF_HOLD_CONNECTION: True}
    result = await options.async_configure(
        result["flow_id"], {CONF_HOLD_CONNECTION: False}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await wired.hass.async_block_till_done()

    assert wired.entry.options == {CONF_HOLD_CONNECTION: False}
    assert wired.entry.runtime_data is not before
    await wired.status_is("running")
    assert wired.device.connections[ROBOT_PORT] == 0
    # The form shows what was chosen.
    result = await options.async_init(wired.entry.entry_id)
    [key] = result["data_schema"].schema
    assert key.description == {"suggested_value": False}
