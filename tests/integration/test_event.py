"""The event of the job: each transition once, by name, and nothing that was not seen."""

import asyncio
import json

from homeassistant.components.homeassistant import (
    DOMAIN as HOME_ASSISTANT,
    SERVICE_UPDATE_ENTITY,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.setup import async_setup_component
import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed
from custom_components.flux3dp.job.model import JobEvent
from custom_components.flux3dp.job.signals import JobSignal, async_subscribe
from simulator import PATIENCE
from tests.integration.conftest import ADDRESSES, NAME
from tests.integration.fakes import Home
from tests.integration.jobs import Witness, entity, witness

OFF = f"{NAME} does not answer at {ADDRESSES[0]}"
ON = f"{NAME} is back at {ADDRESSES[0]}"
RUNOUT = "HARDWARE_ERROR FILAMENT_RUNOUT"
HOME_FAILED = "HARDWARE_ERROR HOME_FAILED"


@pytest.fixture
def seen(hass: HomeAssistant) -> Witness:
    return witness(hass)


async def lose(home: Home) -> None:
    """Have the device go on out of contact."""
    home.listener.silent, home.device.refuses = True, ConnectionFailed("gone")
    for session in home.device.sessions:
        session.abort()
    await home.until(lambda: home.value("status") == "offline")


async def find(home: Home) -> None:
    home.listener.silent, home.device.refuses = False, None
    await home.announce()
    await home.advance(5)


def called(home: Home, name: str | None) -> None:
    home.device.metadata = json.dumps({"TITLE": name} if name else {}).encode()


async def test_what_is_carried_and_kept_while_the_device_is_off(
    home: Home, seen: Witness
) -> None:
    assert home.look("event", "job").state == "unknown"
    called(home, "Löffel")
    await home.run(seconds=5)
    await home.run(48, "PAUSED", RUNOUT, seconds=5)
    assert seen.event_types == ["started", "paused"]
    before = home.look("event", "job")
    assert before.attributes["duration"] > 0
    expected = {
        "event_type": "paused",
        "name": "Löffel",
        "toolhead": "extruder",
        "error": "filament_runout",
        "advice": "load_filament",
    }
    await lose(home)
    assert home.look("event", "job") is before
    assert await async_setup_component(home.hass, HOME_ASSISTANT, {})
    update = home.hass.services.async_call(
        HOME_ASSISTANT,
        SERVICE_UPDATE_ENTITY,
        {"entity_id": entity("event", "job")},
        blocking=True,
    )
    await home.done(update)
    assert home.value("progress") == "unavailable"
    assert home.look("event", "job") is before

    await home.done(home.reload())
    await home.advance(20)
    assert home.value("status") == "offline"
    after = home.look("event", "job")
    assert after.state == before.state
    assert {key: after.attributes[key] for key in expected} == expected


async def test_a_job_that_is_there_at_startup_did_not_just_start(
    new_home: Home, seen: Witness
) -> None:
    home = new_home
    home.device.run()
    await home.setup()
    await home.advance(5)
    assert home.value("status") == "running"
    assert home.look("event", "job").state == "unknown"
    await home.run(48, "PAUSED", seconds=5)
    assert seen.event_types == ["paused"]
    # Nor is anything told again.
    await home.reload()
    await home.announce()
    await home.advance(5)
    assert home.value("job_duration") != "unknown"
    assert seen.event_types == ["paused"]
    assert home.look("event", "job").attributes["event_type"] == "paused"


@pytest.mark.parametrize(
    ("announced_as", "reported", "told"),
    [
        (0, (1, "INIT"), ["started"]),
        (16, (48, "PAUSED"), ["started", "paused"]),
        (48, (16, "RUNNING"), ["started", "paused", "resumed"]),
        (16, (64, "COMPLETED"), ["started", "completed"]),
        (16, (128, "ABORTED"), ["started", "aborted"]),
        (48, (128, "ABORTED"), ["started", "paused", "aborted"]),
        (64, (0, "IDLE"), ["started", "completed"]),
        (128, (0, "IDLE"), ["started", "aborted"]),
    ],
)
async def test_an_announcement_that_lags_behind_a_reload_brings_nothing_back(
    home: Home,
    seen: Witness,
    announced_as: int,
    reported: tuple[int, str],
    told: list[str],
) -> None:
    """The report that was ahead of it was read before the reload."""
    device, entry = home.device, home.entry
    for st_id in (0, 16, announced_as)[: 1 if announced_as == 0 else 3]:
        await home.run(st_id, seconds=6)
    st_id, label = reported
    device.replies["player report"] = json.dumps(
        {"st_id": st_id, "st_label": label, "session": st_id and device.session}
    )

    async def read() -> None:
        link = entry.runtime_data.robot
        async with link.connection() as robot:
            await link.async_report(robot)

    await home.done(read(), within=0.1)
    before = entry.runtime_data.data.job
    await home.reload()
    assert seen.event_types == told
    for _ in range(2):
        await home.announce()
        await home.advance(0.3)

    device.replies.clear()
    await home.run(st_id, label, seconds=10)
    after = entry.runtime_data.data.job
    assert seen.event_types == told
    assert after.job_number == before.job_number
    assert after.jobs_completed == before.jobs_completed
    assert after.last_job_result == before.last_job_result
    # What begins then has not been told.
    if not after.active:
        device.session = "bbb222"
        for st_id in (0, 1, 16):
            await home.run(st_id)
        await home.advance(3)
        assert seen.event_types == [*told, "started"]


async def test_an_announcement_that_is_late_after_a_reload_brings_nothing_back(
    new_home: Home, seen: Witness
) -> None:
    home = new_home
    await home.setup(hold=False)
    for st_id, timestamp in ((0, 100.0), (16, 101.0), (64, 111.0)):
        home.device.timestamp = timestamp
        await home.run(st_id)
    # What has waited in a socket.
    home.device.timestamp = 110.0
    home.device.run(16)
    await home.done(home.reload())
    home.device.timestamp = 111.0
    await home.run(64, seconds=10)
    assert seen.event_types == ["started", "completed"]
    assert home.value("jobs_completed") == "1"


@pytest.mark.parametrize(
    ("st_id", "error", "result"),
    [
        (16, "", "unknown"),
        (64, "", "completed"),
        (128, "", "aborted"),
        (128, HOME_FAILED, "failed"),
    ],
)
async def test_what_ended_while_contact_was_lost_is_told_of_the_same_run(
    home: Home, seen: Witness, st_id: int, error: str, result: str
) -> None:
    await home.run(seconds=60)
    await lose(home)
    home.device.run(st_id, "", error)
    await find(home)
    told = ["started"] if result == "unknown" else ["started", result]
    assert seen.event_types == told
    assert home.value("last_job_result") == result
    assert home.value("jobs_completed") == ("1" if result == "completed" else "0")
    if result != "unknown":
        assert float(home.value("last_job_duration")) > 0
    # One line down, and one up: that it gives no reports is told by its silence.
    assert home.log == [OFF, ON]


@pytest.mark.parametrize("end", ["completed", "aborted", "failed", "unknown"])
async def test_an_end_that_no_report_showed(
    home: Home, seen: Witness, end: str
) -> None:
    await home.run(seconds=3)
    # No report shows the end: the device has nothing to say until it was left.
    home.device.replies["player report"] = "error SUBSYSTEM_ERROR"
    if end != "unknown":
        home.device.run(64 if end == "completed" else 128)
        home.device.error = "MAINBOARD_OFFLINE" if end == "failed" else ""
    await home.announce()
    assert home.value("status") == "running"
    home.device.run(0, "IDLE")
    home.device.session = None
    home.device.replies.clear()
    await home.announce()
    await home.advance(5)
    assert home.value("status") == "idle"
    assert seen.event_types == ["started", *([] if end == "unknown" else [end])]
    assert home.value("last_job_result") == end
    assert home.value("jobs_completed") == ("1" if end == "completed" else "0")


async def test_an_announcement_that_contradicts_a_report_calls_for_another(
    home: Home,
) -> None:
    await home.run(seconds=60)
    read = home.device.received.count("player report")
    await home.until(lambda: home.device.received.count("player report") > read)
    read, now = read + 1, home.clock.now()
    home.device.run(48, "PAUSED")
    # The next probe shows it; the next report would have been read after 2 s.
    await home.until(lambda: home.value("status") == "paused")
    assert home.clock.now() - now <= 1.0
    assert home.device.received.count("player report") == read + 1
    assert len(home.device.sessions) == 1


# -- the start waits for the name, which the device tells a moment later


async def test_the_start_has_the_name_and_what_follows_keeps_its_place(
    home: Home, seen: Witness
) -> None:
    called(home, "Boat")
    await home.run(1, "INIT", seconds=4)
    assert seen.event_types == []
    # It has paused before anything could be learnt.
    await home.run(48, "PAUSED", "HEAD_ERROR TYPE_ERROR", seconds=2)
    assert seen.event_types == ["started", "paused"]
    assert [event.attributes["name"] for event in seen.events] == ["Boat", "Boat"]
    assert seen.events[0].attributes["toolhead"] == "extruder"
    assert seen.events[1].attributes["error"] == "wrong_toolhead"


@pytest.mark.parametrize("why", ["none", "cannot tell", "no option", "no port"])
async def test_a_name_that_cannot_be_learnt_is_not_waited_for(
    new_home: Home, seen: Witness, why: str
) -> None:
    home = new_home
    await home.setup(hold=why != "no option")
    called(home, None if why == "none" else "Boat")
    if why == "cannot tell":
        home.device.replies["player info"] = "error NO_TASK"
    elif why == "no port":
        home.device.refuses = ConnectionFailed("refused")
    await home.run()
    # It is asked three times, and the patience is 5 s.
    await home.advance(4.7)
    assert seen.event_types == ["started"]
    assert seen.events[0].attributes["name"] is None


@pytest.mark.parametrize("end", ["unloaded", "patience"])
async def test_waiting_for_a_name_has_an_end(
    home: Home, seen: Witness, end: str
) -> None:
    called(home, "Boat")
    await home.run(1, "INIT", seconds=4)
    assert seen.event_types == []
    if end == "unloaded":
        await home.unload()
        await home.hass.async_block_till_done()
        assert seen.event_types == ["started"]
        return
    await home.advance(2)
    assert seen.event_types == ["started"]
    assert seen.events[0].attributes["name"] is None
    # What is learnt later is shown all the same.
    await home.run(seconds=3)
    assert home.value("job_name") == "Boat"
    assert seen.event_types == ["started"]


async def test_a_job_that_fails_within_a_second_is_told_by_name(
    home: Home, seen: Witness
) -> None:
    called(home, "Boat")
    await home.run(128, "ABORTED", HOME_FAILED, seconds=5)
    assert seen.event_types == ["started", "failed"]
    assert [event.attributes["name"] for event in seen.events] == ["Boat", "Boat"]
    assert seen.events[1].attributes["error"] == "home_failed"
    assert home.value("last_job_result") == "failed"
    assert home.value("jobs_completed") == "0"


# -- before the entities are there


async def test_what_is_seen_before_the_entities_are_there_is_told_when_they_are(
    new_home: Home, seen: Witness
) -> None:
    home, hass, setup = new_home, new_home.hass, new_home.hass.config_entries
    received: list[str] = []

    @callback
    def receive(signal: JobSignal) -> None:
        event = signal.event
        received.append(event.type.value if isinstance(event, JobEvent) else "problem")

    async_subscribe(hass, receive, home.device.info.uuid)
    home.listener.nameless = True
    setting_up = asyncio.ensure_future(setup.async_setup(home.entry.entry_id))
    await asyncio.wait_for(home.listener.subscribed.wait(), PATIENCE)
    for st_id in (0, 16, 48):
        await home.run(st_id)
        await home.advance(0.5)
    assert home.entry.state is ConfigEntryState.SETUP_IN_PROGRESS
    assert hass.states.get(entity("event", "job")) is None

    home.listener.nameless = False
    await home.announce()
    assert await setting_up
    await home.advance(6)
    assert received == seen.event_types == ["started", "paused"]
    assert new_home.look("event", "job").attributes["event_type"] == "paused"
    # Nor is it told again.
    await home.done(setup.async_reload(home.entry.entry_id))
    await home.run(48, seconds=6)
    await home.run(16, seconds=6)
    assert received == seen.event_types == ["started", "paused", "resumed"]
