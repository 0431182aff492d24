"""The robot connection over a wire: cut anywhere, to another device, to one that reboots."""

from dataclasses import replace
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.timing import FluxTiming
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    BOTH,
    FAST,
    OTHER,
    MakeDevice,
    MakeEntry,
    wait_until,
)
from tests.integration.jobs import (
    BRISK,
    connections,
    events_are,
    put_job,
    run_job,
    status_is,
    value,
    witness,
)
from tests.integration.life import issues

DEVICE = {"timing": BRISK}
# About what a device says in a sign-in and three reports, in bytes, by generation.
SAID = {1: 1300, 2: 3900}
POINTS = 6


@pytest.fixture
def pace() -> FluxTiming:
    """Return a pace at which a device is tried some times before it counts as silent."""
    return replace(FAST, robot_retry=0.1, unheard_active=0.5)


async def read(device: Device, number: int = 3) -> None:
    robot = device.received.robot
    asked = robot.count("player report")
    await device.wait_for(lambda: robot.count("player report") > asked + number)


@BOTH
async def test_cut_again_and_again_the_job_goes_on(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """Each connection ends a little later in what a device says, to the end of a reply.

    Meanwhile the job pauses and resumes; that is all that is seen.
    """
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    number = entry.runtime_data.data.job.job_number
    seen = witness(hass)

    for point in range(POINTS):
        device.faults.robot.cut_after = point * SAID[device.generation] // POINTS
        before = connections(device)
        await device.drop_connections()
        # The second is made when the first has been cut.
        await device.wait_for(lambda before=before: connections(device) >= before + 2)
        if point % 2:
            device.job.resume()
            # An announcement alone is believed after a while: an abort looks the same.
            await wait_until(hass, lambda: seen.event_types[-1:] == ["resumed"])
        else:
            device.job.pause()
            await status_is(hass, "paused")

    device.faults.clear()
    await read(device)
    assert entry.runtime_data.data.job.job_number == number
    assert seen.event_types == ["paused", "resumed"] * (POINTS // 2)
    device.job.finish()
    await status_is(hass, "completed")
    assert seen.event_types[POINTS:] == ["completed"]
    await device.wait_closed_connections()


async def test_a_rebooted_device_shows_a_new_slave_key(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(generation=1, timing=BRISK)
    coordinator = (await make_entry(device)).runtime_data
    with patch.object(coordinator, "_async_describe"):
        # The coordinator does not learn of it: it knows the slave key of before.
        await device.reboot()
        await status_is(hass, "idle")
        async with coordinator.robot.connection() as robot:
            assert await robot.position() == "CommandTask"


async def test_unloading_while_it_connects_leaves_nothing(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.faults.robot.stall_in_handshake = True
    device.start_job(put_job(device))
    await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)

    assert await hass.config_entries.async_unload(entry.entry_id)
    await device.wait_closed_connections()


async def test_reports_go_on_after_another_device_had_taken_the_address(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    other = await make_device(**OTHER | {"timing": BRISK})
    entry, _ = await make_entry(device), await make_entry(other)
    seen = witness(hass)
    await run_job(hass, device)

    # It cannot be seen yet that addresses have changed hands.
    device.faults.muted = device.faults.silent = True
    await device.move(ADDRESSES[2])
    await other.move(ADDRESSES[0])
    await other.wait_for(lambda: connections(other) > 0)
    assert other.received.robot == []
    device.faults.clear()

    await device.wait_for(lambda: entry.data["host"] == ADDRESSES[2])
    await read(device)
    await status_is(hass, "running")
    assert issues(hass) == {}
    await events_are(hass, seen, "started")
