"""What is under way when nothing waits for it: an entry goes, a dialog closes.

The device opens its connections one byte after the other, until a test lets it go on.
"""

import asyncio
from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from custom_components.flux3dp.timing import FluxTiming
from simulator import MANAGEMENT_PORT, ROBOT_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import FAST, MakeEntry, signed_in, wait_until
from tests.integration.flows import ATTIC, WIFI, progressed, reconfigure
from tests.integration.jobs import BRISK, asked, connections, press, reason, run_job
from tests.integration.life import log_lines, reauths

# Its job stands where a test wants it.
DEVICE = {"timing": BRISK, "networks": [ATTIC]}


@pytest.fixture
def pace() -> FluxTiming:
    """Return a pace with patience for a device that is slow to open a connection."""
    return replace(FAST, connect=20.0, handshake=20.0)


@pytest.fixture
async def entry(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> MockConfigEntry:
    """Return an entry that leaves the robot port to those who order something."""
    entry = await make_entry(device, setup=False)
    hass.config_entries.async_update_entry(entry, options={CONF_HOLD_CONNECTION: False})
    assert await hass.config_entries.async_setup(entry.entry_id)
    # The device has been asked to describe itself.
    await signed_in(hass, entry)
    await device.wait_closed_connections()
    assert asked(device) == ["deviceinfo"]
    return entry


async def test_an_order_that_was_still_connecting_is_not_given_after_the_unloading(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    device.faults.robot.chunk_size = 1
    pausing = hass.async_create_task(press(hass, "pause"))
    await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)
    link = entry.runtime_data.robot

    assert await hass.config_entries.async_unload(entry.entry_id)
    assert device.connections[ROBOT_PORT] == 1
    assert not pausing.done()
    device.faults.robot.chunk_size = None

    async with asyncio.timeout(PATIENCE):
        why = await reason(pausing)
    await device.wait_closed_connections()
    # It was let in: it was for us to say no more.
    assert device.received.connections[-1].access_id is not None
    assert connections(device) == 2
    assert asked(device) == ["deviceinfo"]
    assert why == "unloaded"
    assert not link.is_open
    assert device.status.st_id == 16


async def test_a_device_that_does_not_let_us_in_asks_for_its_password_all_the_same(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A person closes the dialog before the device has said that it forgot us."""
    result = await progressed(hass, await reconfigure(hass, entry, "wifi"))
    await device.wait_closed_connections()
    device.forget_trust()
    device.faults.management.chunk_size = 1
    result = await hass.config_entries.flow.async_configure(result["flow_id"], WIFI)
    assert result["progress_action"] == "change_wifi"
    await device.wait_for(lambda: device.connections[MANAGEMENT_PORT] == 1)

    hass.config_entries.flow.async_abort(result["flow_id"])
    assert reauths(hass, entry) == []
    device.faults.management.chunk_size = None

    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    assert any("Failed to change the network" in line for line in log_lines(caplog))
    assert device.received.passwords == []
    assert not any(command[0] == "network" for command in device.received.management)
