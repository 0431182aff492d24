"""A device that leaves for another network while nobody waits for it any more."""

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Device
from tests.integration.conftest import (
    ADDRESSES,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import WIFI, wifi_settings
from tests.integration.life import STATUS, issues, log_lines
from tests.integration.networks import ATTIC, FAR


async def sent(
    hass: HomeAssistant, entry: MockConfigEntry, ssid: str
) -> ConfigFlowResult:
    """Send the device to a network; return the dialog that waits for it."""
    result = await wifi_settings(hass, entry)
    # Not `submit`, which waits for what comes of it.
    result = await hass.config_entries.flow.async_configure(
        result["flow_id"], WIFI | {"ssid": ssid}
    )
    assert result["progress_action"] == "change_wifi"
    return result


async def close_once_sent(
    hass: HomeAssistant, device: Device, result: ConfigFlowResult
) -> None:
    """Close the dialog as soon as the device has heard where to go."""
    await device.wait_command("network")
    assert issues(hass) == {}
    hass.config_entries.flow.async_abort(result["flow_id"])


async def test_a_device_that_does_not_return_is_a_repair(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[FAR])
    result = await sent(hass, await make_entry(device), "Far")

    await close_once_sent(hass, device, result)

    await hass.async_block_till_done(wait_background_tasks=True)
    assert "network_not_returned" in issues(hass)
    await device.power_on()
    await wait_until(hass, lambda: issues(hass) == {})


async def test_a_device_that_arrives_is_followed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)
    result = await sent(hass, entry, "Attic")

    await close_once_sent(hass, device, result)

    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[3])
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


async def test_a_refusal_that_nobody_waits_for_is_in_the_log(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)
    device.faults.replies["network"] = None  # not answered, until the time is up
    result = await sent(hass, entry, "Attic")

    await close_once_sent(hass, device, result)

    await hass.async_block_till_done(wait_background_tasks=True)
    assert any("Failed to change the network" in line for line in log_lines(caplog))
    assert issues(hass) == {}


async def test_an_entry_that_is_reloaded_misses_the_device_all_the_same(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(networks=[FAR])
    entry = await make_entry(device)
    await close_once_sent(hass, device, await sent(hass, entry, "Far"))
    await wait_for_state(hass, STATUS, "offline")

    assert await hass.config_entries.async_reload(entry.entry_id)

    assert not any(
        task.get_name() == "flux3dp network change" for task in entry._background_tasks
    )
    assert "network_not_returned" in issues(hass)
    await device.power_on()
    await wait_until(hass, lambda: issues(hass) == {})
