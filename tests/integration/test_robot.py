"""The robot connection: shared, cut anywhere, to another device, to one that reboots."""

import asyncio
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.device import NotDone
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import ADDRESSES, BOTH, OTHER, having
from tests.integration.fakes import Home
from tests.integration.jobs import BRISK, connections, events_are, put_job, witness
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}
# A device is tried some times before it counts as silent.
PACE = {"robot_retry": 0.1, "unheard_active": 0.5}
# About what a device says in a sign-in and three reports, in bytes, by generation.
SAID = {1: 1300, 2: 3900}
POINTS = 6


async def read(device: Device, number: int = 3) -> None:
    robot = device.received.robot
    asked = robot.count("player report")
    await device.wait_for(lambda: robot.count("player report") > asked + number)


@BOTH
async def test_cut_again_and_again_the_job_goes_on(
    wired: Wired, device: Device, entry: MockConfigEntry
) -> None:
    """Each connection ends a little later in what a device says, to the end of a reply.

    Meanwhile the job pauses and resumes; that is all that is seen.
    """
    await wired.run_job()
    await wired.until(lambda: wired.value("job_duration") != "unknown")
    number = entry.runtime_data.data.job.job_number
    seen = witness(wired.hass)

    for point in range(POINTS):
        device.faults.robot.cut_after = point * SAID[device.generation] // POINTS
        before = connections(device)
        await device.drop_connections()
        # The second is made when the first has been cut.
        await device.wait_for(lambda before=before: connections(device) >= before + 2)
        if point % 2:
            device.job.resume()
            # An announcement alone is believed after a while: an abort looks the same.
            await wired.until(lambda: seen.event_types[-1:] == ["resumed"])
        else:
            device.job.pause()
            await wired.status_is("paused")

    device.faults.clear()
    await read(device)
    assert entry.runtime_data.data.job.job_number == number
    assert seen.event_types == ["paused", "resumed"] * (POINTS // 2)
    await wired.finish_job()
    assert seen.event_types[POINTS:] == ["completed"]
    await device.wait_closed_connections()


@having({"generation": 1})
async def test_a_rebooted_device_shows_a_new_slave_key(wired: Wired) -> None:
    coordinator = wired.entry.runtime_data
    with patch.object(coordinator, "_async_describe"):
        # The coordinator does not learn of it: it knows the slave key of before.
        await wired.device.reboot()
        await wired.status_is("idle")
        async with coordinator.robot.connection() as robot:
            assert await robot.position() == "CommandTask"


async def test_unloading_while_it_connects_leaves_nothing(
    wired: Wired, device: Device
) -> None:
    device.faults.robot.stall_in_handshake = True
    device.start_job(put_job(device))
    await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)

    await wired.unload()
    await device.wait_closed_connections()


async def test_reports_go_on_after_another_device_had_taken_the_address(
    unpaired: Wired, device: Device
) -> None:
    other = await unpaired.make_device(**OTHER | {"timing": BRISK})
    entry, _ = await unpaired.set_up(), await unpaired.make_entry(other)
    seen = witness(unpaired.hass)
    await unpaired.run_job()

    # It cannot be seen yet that addresses have changed hands.
    device.faults.muted = device.faults.silent = True
    await device.move(ADDRESSES[2])
    await other.move(ADDRESSES[0])
    await other.wait_for(lambda: connections(other) > 0)
    assert other.received.robot == []
    device.faults.clear()

    await device.wait_for(lambda: entry.data["host"] == ADDRESSES[2])
    await read(device)
    await unpaired.status_is("running")
    assert unpaired.issues == {}
    await events_are(unpaired.hass, seen, "started")


async def test_users_share_one_connection(home: Home) -> None:
    device = home.device
    link = home.entry.runtime_data.robot

    async def use() -> str:
        async with link.connection() as robot:
            return await robot.position()

    assert await asyncio.gather(*(use() for _ in range(5))) == ["ok"] * 5
    assert not link.is_open
    assert device.tried == 1


async def test_an_occupied_device_is_left_alone(home: Home) -> None:
    device = home.device
    await home.run(-1, "")
    await home.advance(10)
    # The client's address stands where an error would be, and is none.
    assert home.value("error") == "none"
    assert home.value("problem", "binary_sensor") == "off"
    assert device.tried == 0
    device.replies["player report"] = (
        '{"st_id": -1, "st_label": "MAINTENANCE", "info": "192.168.1.77"}'
    )
    link = home.entry.runtime_data.robot
    with pytest.raises(NotDone) as refused:
        async with link.connection():
            pass
    assert (refused.value.key, str(refused.value)) == ("occupied", "192.168.1.77")
    # An announcement can be forged: the device itself has to say so.
    device.replies["player report"] = '{"st_id": 0, "st_label": "IDLE"}'
    async with link.connection() as robot:
        assert await robot.position() == "ok"
    assert not any(session.is_open for session in device.sessions)
