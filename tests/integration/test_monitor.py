"""Monitoring a job: when the robot connection is used, and what is done without it."""

import asyncio
from itertools import pairwise
import json
from unittest.mock import patch

from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed, Robot
from tests.integration.conftest import ADDRESSES, NAME
from tests.integration.fake_device import FakeDevice
from tests.integration.fakes import Home, read, reports, settle
from tests.integration.jobs import Witness, witness

LOST = f"{NAME} gives no reports of its job, only announcements"
BACK = f"{NAME} gives reports again"


@pytest.fixture
def device(home: Home) -> FakeDevice:
    return home.device


# -- when there is a connection


async def test_there_is_one_connection_in_a_job_and_only_then(
    home: Home, device: FakeDevice
) -> None:
    await home.advance(60)
    assert device.tried == 0
    await home.run(1, "INIT")
    await read(home)
    await home.run()
    await read(home, 5)
    await home.done(home.press("pause"))
    await read(home, 5)
    assert device.tried == 1
    # What the job is, is asked once, and not while it initializes.
    assert device.received.count("player info") == 1
    assert home.value("job_duration") != "unknown"

    await home.run(128, "ABORTED", seconds=10)
    assert home.value("status") == "aborted"
    assert not device.sessions[0].is_open
    assert device.tried == 1


async def test_while_it_is_connected_it_is_probed_in_its_generation_only(
    home: Home,
) -> None:
    listener = home.listener
    await home.advance(20)
    assert listener.probed_version is None
    await home.run()
    await read(home)
    await home.advance(1)
    assert listener.probed_version == 2
    await home.run(0, "IDLE", seconds=20)
    assert listener.probed_version is None


async def test_the_option_leaves_the_port_alone(new_home: Home) -> None:
    home, device = new_home, new_home.device
    await home.setup(hold=False)
    seen = witness(home.hass)
    await home.run(seconds=10)
    assert home.value("nozzle_temperature") == "unknown"
    assert reports(device) == 0
    # A person's action opens it for the moment.
    await home.done(home.press("pause"))
    assert not device.sessions[-1].is_open
    device.run(64, "COMPLETED")
    await home.advance(10)
    assert home.value("status") == "completed"
    assert seen.event_types == ["started", "paused", "completed"]


async def test_a_disabled_device_is_left_alone(
    home: Home, device: FakeDevice, device_registry: dr.DeviceRegistry
) -> None:
    ours = home.registered.id

    def disable(by: dr.DeviceEntryDisabler | None) -> None:
        device_registry.async_update_device(ours, disabled_by=by)

    device.run()
    home.listener.announce()
    # In the same turn as the datagram that began the job: no task has begun yet.
    disable(dr.DeviceEntryDisabler.USER)
    await home.advance(60)
    disable(None)
    await read(home)
    tried = device.tried
    disable(dr.DeviceEntryDisabler.USER)
    await home.advance(60)
    assert device.tried == tried
    assert not device.sessions[-1].is_open
    # Enabled again it is read again, before Home Assistant reloads it.
    disable(None)
    await read(home)


# -- when it breaks


async def test_without_reports_announcements_carry_the_job(
    home: Home, device: FakeDevice
) -> None:
    device.refuses = ConnectionFailed("refused")
    seen = witness(home.hass)
    for st_id, status in ((16, "running"), (48, "paused"), (16, "running")):
        await home.run(st_id, "", seconds=10)
        await home.announce()
        assert home.value("status") == status
    await home.advance(60)
    assert home.log == [f"{LOST}: refused"]

    device.refuses = None
    await home.until(lambda: home.value("job_duration") != "unknown")
    assert home.log[1:] == [BACK]
    device.run(64, "COMPLETED")
    await home.advance(5)
    assert seen.event_types == ["started", "paused", "resumed", "completed"]


async def test_a_connection_that_breaks_is_made_again_and_nothing_happened(
    home: Home, device: FakeDevice
) -> None:
    seen = witness(home.hass)
    await home.run()
    await read(home)
    rests = []
    for number in range(1, 4):
        broke = home.clock.now()
        device.sessions[-1].abort()
        await home.until(lambda number=number: len(device.sessions) > number)
        rests.append(home.clock.now() - broke)
        await read(home)
    # At once, but not again and again.
    assert rests[0] < 3
    assert rests[1] > 25
    assert home.value("status") == "running"
    assert seen.event_types == ["started"]


async def paused_without_connection(home: Home) -> Witness:
    """Have a job that is paused, then lose its connection for good."""
    seen = witness(home.hass)
    await home.run()
    await read(home)
    await home.run(48, "PAUSED")
    await read(home)
    home.device.refuses = ConnectionFailed("refused")
    home.device.sessions[-1].abort()
    return seen


async def test_what_follows_a_job_that_was_left_without_a_connection_is_another_ones(
    home: Home, device: FakeDevice
) -> None:
    seen = await paused_without_connection(home)
    await home.advance(1.5)
    # All of it within the time for which the last report counts.
    for st_id in (0, 1, 16):
        device.session = None
        await home.run(st_id, "")
        await home.advance(0.5)
    assert home.value("status") == "paused"
    await home.advance(10)
    await home.run(64, "COMPLETED", seconds=10)
    assert seen.event_types == ["started", "paused", "started", "completed"]
    assert home.value("last_job_result") == "completed"


async def test_an_idle_device_is_known_to_be_by_any_connection(
    home: Home, device: FakeDevice
) -> None:
    seen = await paused_without_connection(home)
    await home.advance(6)
    # It is left, and another job begins, before the next announcement.
    home.listener.silent = True
    device.refuses, device.session = None, None
    device.st_id, device.label = 0, "IDLE"
    coordinator = home.entry.runtime_data

    async def transfer() -> None:
        async with coordinator.robot.idle_connection():
            pass

    await home.done(transfer())
    assert home.value("status") == "idle"
    home.listener.silent = False
    await home.announce()
    await home.run()
    assert home.value("status") == "running"
    await home.advance(10)
    await home.run(64, "COMPLETED", seconds=10)
    assert seen.event_types == ["started", "paused", "started", "completed"]


async def test_a_job_is_watched_until_its_result_is_out(
    home: Home, device: FakeDevice
) -> None:
    await home.run()
    await read(home)
    await home.run(66, "COMPLETING", seconds=5)
    # Another program can leave it, and start another, before the next announcement.
    device.run(64, "COMPLETED")
    await home.advance(2.5)
    assert home.value("status") == "completed"
    assert device.tried == 1


async def test_announcements_of_before_a_job_have_not_caught_up_with_its_end(
    home: Home, device: FakeDevice
) -> None:
    """What they show first is the job: that it began was told by then."""
    seen = witness(home.hass)
    link = home.entry.runtime_data.robot
    home.listener.silent = True
    for st_id in (16, 0):
        session = device.session if st_id else None
        said = {"st_id": st_id, "st_label": "", "session": session}
        device.replies["player report"] = json.dumps(said)
        async with link.connection() as robot:
            await home.done(link.async_report(robot))
        await home.advance(0.3)
    home.listener.silent = False
    for st_id in (16, 0):
        await home.run(st_id)
        await home.advance(0.3)
    await home.advance(10)
    assert seen.event_types == ["started"]


async def test_an_answer_that_took_long_brings_no_beginning_back(
    home: Home, device: FakeDevice
) -> None:
    seen = witness(home.hass)
    link = home.entry.runtime_data.robot
    home.listener.silent = True
    async with link.connection() as robot:
        device.replies["player report"] = None
        session = device.sessions[-1]
        late = asyncio.ensure_future(link.async_report(robot))
        await settle()
        home.listener.silent = False
        for st_id in (1, 16):
            await home.run(st_id, "")
            await home.advance(0.5)
        # It said so before that was announced.
        del device.replies["player report"]
        session.say('{"st_id": 1, "st_label": "INIT"}')
        await home.done(late)
        await home.advance(5)
    assert reports(device) > 2
    assert seen.event_types == ["started"]


@pytest.mark.parametrize("reply", [None, "error KICKED"])
async def test_a_report_that_fails_ends_in_announcements_and_is_read_again(
    home: Home, device: FakeDevice, reply: str | None
) -> None:
    await home.run()
    await read(home)
    device.replies["player report"] = reply
    await home.run(48, "PAUSED", seconds=10)
    await home.announce()
    assert home.value("status") == "paused"
    device.replies.clear()
    device.sessions[-1].abort()
    await read(home)
    assert [line.split(":")[0] for line in home.log] in ([], [LOST, BACK])


async def test_a_moment_without_a_report_is_no_fault(
    home: Home, device: FakeDevice
) -> None:
    await home.run()
    await read(home)
    device.replies["player report"] = "error SUBSYSTEM_ERROR"
    await read(home, 3)
    # For longer than a moment, it is asked no more often than for any report.
    await home.advance(10)
    device.received.clear()
    await home.advance(60)
    assert device.received.count("player report") == 30
    del device.replies["player report"]
    await read(home)
    assert device.tried == 1
    assert home.log == []


async def test_a_device_that_cannot_tell_about_its_job_is_asked_three_times(
    home: Home, device: FakeDevice
) -> None:
    device.replies["player info"] = "error NO_TASK"
    await home.run()
    await read(home, 8)
    assert device.received.count("player info") == 3
    assert home.value("job_duration") == "unknown"
    assert home.look("image", "preview").state == "unknown"


async def test_reports_alone_keep_a_device_online(
    home: Home, device: FakeDevice
) -> None:
    await home.run()
    await read(home)
    home.listener.silent = True
    seen = witness(home.hass)
    await home.advance(60)
    device.run(48, "PAUSED")
    await read(home)
    assert seen.statuses == ["paused"]
    # Then that is gone too.
    device.refuses = ConnectionFailed()
    device.sessions[-1].abort()
    await home.advance(20)
    assert home.value("status") == "offline"
    assert home.value("nozzle_temperature") == "unavailable"
    # How the job ended is not known.
    device.refuses, home.listener.silent = None, False
    device.run(0, "IDLE")
    device.session = None
    await home.advance(20)
    assert home.value("status") == "idle"
    assert home.value("last_job_result") == "unknown"


async def test_who_is_gone_right_after_a_job_is_gone_and_no_more_is_said(
    home: Home, device: FakeDevice
) -> None:
    """The connection outlives the job until announcements say that it is over, too."""
    await home.run()
    await read(home)
    home.listener.silent = True
    device.run(64, "COMPLETED")
    await home.until(lambda: home.value("status") == "completed")
    assert device.sessions[-1].is_open
    device.refuses = ConnectionFailed("gone")
    device.sessions[-1].abort()
    # The last report outlasts the silence: nothing is said until it is out of date.
    await home.until(lambda: home.value("status") == "offline", within=20)
    await home.advance(600)
    assert home.log == [f"{NAME} does not answer at {ADDRESSES[0]}"]


async def test_a_fault_of_ours_is_logged_once_and_tried_again_after_a_rest(
    home: Home, device: FakeDevice
) -> None:
    tried: list[float] = []

    async def broken(_robot: Robot) -> None:
        tried.append(home.clock.now())
        raise RuntimeError("unforeseen")

    with patch.object(Robot, "report", broken):
        await home.run()
        await home.until(lambda: len(tried) == 3)
    assert min(later - earlier for earlier, later in pairwise(tried)) >= 30
    [told] = [
        each for each in home.caplog.records if "unforeseen" in str(each.exc_info)
    ]
    assert "Reading reports of" in told.getMessage()
    await read(home)
