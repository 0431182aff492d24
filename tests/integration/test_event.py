"""The event of the job: each transition once, by name, and nothing that was not seen."""

from collections.abc import Callable
from dataclasses import replace

from homeassistant.components.homeassistant import (
    DOMAIN as HOME_ASSISTANT,
    SERVICE_UPDATE_ENTITY,
)
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
from homeassistant.setup import async_setup_component
import pytest

from custom_components.flux3dp.aioflux import Timing
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from custom_components.flux3dp.job.model import JobEvent
from custom_components.flux3dp.job.signals import JobSignal, async_subscribe
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import FAST, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    entity,
    events_are,
    look,
    out_of_contact,
    put_job,
    run_another_job,
    run_job,
    status_is,
    value,
    witness,
)


@pytest.fixture
def pace() -> Timing:
    """Return a pace at which nothing is sent for want of patience."""
    return replace(FAST, job_name=3600.0)


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=getattr(request, "param", 2), timing=BRISK)


async def test_what_is_carried_and_kept_while_the_device_is_off(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await device.power_off()
    entry = await make_entry(device)
    before = look(hass, "event", "job")
    assert (value(hass, "status"), before.state) == ("offline", "unknown")
    await device.power_on()
    await status_is(hass, "idle")
    assert look(hass, "event", "job") is before

    entry.runtime_data.async_expect_job("Löffel.fc")
    seen = witness(hass)
    await run_job(hass, device)
    device.job.runout()
    await events_are(hass, seen, "started", "paused")
    before = look(hass, "event", "job")
    assert before.attributes["duration"] > 0
    expected = {
        "event_type": "paused",
        "name": "Löffel.fc",
        "toolhead": "extruder",
        "error": "filament_runout",
        "advice": "load_filament",
    }
    await device.power_off()
    await status_is(hass, "offline")
    assert await async_setup_component(hass, HOME_ASSISTANT, {})
    await hass.services.async_call(
        HOME_ASSISTANT,
        SERVICE_UPDATE_ENTITY,
        {"entity_id": entity("event", "job")},
        blocking=True,
    )
    assert value(hass, "progress") == "unavailable"
    assert look(hass, "event", "job") is before

    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert value(hass, "status") == "offline"
    after = look(hass, "event", "job")
    assert after.state == before.state
    assert {key: after.attributes[key] for key in expected} == expected


async def test_a_job_that_is_there_at_startup_did_not_just_start(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    device.start_job(put_job(device))
    entry = await make_entry(device)
    seen = witness(hass)
    await status_is(hass, "running")
    assert look(hass, "event", "job").state == "unknown"
    device.job.pause()
    await events_are(hass, seen, "paused")
    # Nor is anything told again.
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    await events_are(hass, seen, "paused")
    assert look(hass, "event", "job").attributes["event_type"] == "paused"


@pytest.mark.parametrize(
    ("device", "end", "st_id", "result"),
    [
        (2, lambda device: None, 16, "unknown"),
        (2, lambda device: device.job.finish(), 64, "completed"),
        (1, lambda device: device.job.finish(), 64, "completed"),
        (2, lambda device: device.job.abort(), 128, "aborted"),
        (2, lambda device: device.job.fail("HOME_FAILED"), 128, "failed"),
    ],
    ids=["goes on", "completed", "completed, v1", "aborted", "failed"],
    indirect=["device"],
)
async def test_what_ended_while_contact_was_lost_is_told_of_the_same_run(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    *,
    end: Callable[[Device], None],
    st_id: int,
    result: str,
) -> None:
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")

    async with out_of_contact(hass, device):
        end(device)
        # Announcements lag: the first one heard must show the end.
        await device.wait_for(lambda: device.status.st_id == st_id)
    if result == "unknown":
        await wait_until(hass, lambda: value(hass, "nozzle_target") != "unknown")
        await events_are(hass, seen, "started")
    else:
        await events_are(hass, seen, "started", result)
        assert float(value(hass, "last_job_duration")) > 0
    assert value(hass, "last_job_result") == result
    assert value(hass, "jobs_completed") == ("1" if result == "completed" else "0")


async def test_another_job_after_a_loss_of_contact_is_no_event(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    seen = witness(hass)
    path = await run_job(hass, device)
    number = entry.runtime_data.data.job.job_number

    async with out_of_contact(hass, device):
        await run_another_job(device, path)
    await status_is(hass, "running")
    coordinator = entry.runtime_data
    await wait_until(hass, lambda: coordinator.data.job.job_number == number + 1)
    await events_are(hass, seen, "started")
    assert value(hass, "last_job_result") == "unknown"


# -- the start waits for the name, which the device tells a moment later


async def initializes(hass: HomeAssistant, device: Device) -> None:
    """Have a job called Boat initialize, which cannot tell yet what it is."""
    device.player.held.add("INIT")
    device.start_job(put_job(device, TITLE="Boat"))
    await status_is(hass, "initializing")


async def test_the_start_has_the_name_and_what_follows_keeps_its_place(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    # It will have paused before anything can be learnt.
    device.change_head("LASER")
    await initializes(hass, device)
    await device.wait_command("player report")
    assert seen.event_types == []

    device.player.held.clear()

    await events_are(hass, seen, "started", "paused")
    assert [event.attributes["name"] for event in seen.events] == ["Boat", "Boat"]
    assert seen.events[0].attributes["toolhead"] == "extruder"
    assert seen.events[1].attributes["error"] == "wrong_toolhead"


@pytest.mark.parametrize("why", ["none", "cannot tell", "no option", "no port"])
async def test_a_name_that_cannot_be_learnt_is_not_waited_for(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, why: str
) -> None:
    entry = await make_entry(device, setup=False)
    options = {CONF_HOLD_CONNECTION: why != "no option"}
    hass.config_entries.async_update_entry(entry, options=options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    seen = witness(hass)
    if why == "cannot tell":
        device.faults.replies["player info"] = "error NO_TASK"
    elif why == "no port":
        await device.refuse_connections(ROBOT_PORT)
    device.start_job(put_job(device, TITLE=None if why == "none" else "Boat"))
    await events_are(hass, seen, "started")
    assert seen.events[0].attributes["name"] is None


@pytest.mark.parametrize("end", ["unloaded", "patience"])
async def test_waiting_for_a_name_has_an_end(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
) -> None:
    entry = await make_entry(device)
    if end == "patience":
        monkeypatch.setattr(entry.runtime_data.dispatcher, "_patience", 0.1)
    seen = witness(hass)
    await initializes(hass, device)
    if end == "unloaded":
        await device.wait_command("player report")
        assert seen.event_types == []
        assert await hass.config_entries.async_unload(entry.entry_id)
        await hass.async_block_till_done()
        assert seen.event_types == ["started"]
        return
    await events_are(hass, seen, "started")
    assert seen.events[0].attributes["name"] is None
    # What is learnt later is shown all the same.
    device.player.held.clear()
    await wait_until(hass, lambda: value(hass, "job_name") == "Boat")
    assert seen.event_types == ["started"]


async def test_a_job_that_fails_within_a_second_is_told_by_name(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    device.faults.muted = device.faults.silent = True
    device.start_job(put_job(device, TITLE="Boat"))
    device.job.fail("HARDWARE_ERROR", "HOME_FAILED")
    await device.wait_for(lambda: device.status.st_id == 128)
    device.faults.clear()

    await events_are(hass, seen, "started", "failed")
    assert [event.attributes["name"] for event in seen.events] == ["Boat", "Boat"]
    assert seen.events[1].attributes["error"] == "home_failed"
    assert value(hass, "last_job_result") == "failed"
    assert value(hass, "jobs_completed") == "0"


# -- while the entry is being set up


@pytest.mark.parametrize(
    "pace", [replace(FAST, setup_wait=5.0, touch_attempts=100)], ids=["patient"]
)
async def test_what_is_seen_before_the_entities_are_there_is_told_when_they_are(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False)
    received: list[str] = []

    @callback
    def receive(signal: JobSignal) -> None:
        event = signal.event
        received.append(event.type.value if isinstance(event, JobEvent) else "problem")

    async_subscribe(hass, receive, device.config.uuid)
    seen = witness(hass)
    # It announces what it does, and does not say who it is.
    device.faults.silent = True
    setting_up = hass.async_create_task(
        hass.config_entries.async_setup(entry.entry_id), eager_start=True
    )
    job = None
    for st_id in (0, 16, 48):
        if st_id == 16:
            job = device.start_job(put_job(device))
            await device.wait_for(lambda: device.job.state.label == "RUNNING")
        elif job is not None:
            job.pause()
            await device.wait_for(lambda: device.status.st_id == 48)
        sent = device.counters.notifies_sent
        await device.wait_for(
            lambda sent=sent: device.counters.notifies_sent > sent + 5
        )
    assert entry.state is ConfigEntryState.SETUP_IN_PROGRESS
    assert hass.states.get(entity("event", "job")) is None

    device.faults.silent = False
    assert await setting_up
    await hass.async_block_till_done()

    await events_are(hass, seen, "started", "paused")
    assert received == ["started", "paused"]
    assert look(hass, "event", "job").attributes["event_type"] == "paused"
    # Nor is it told again.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await status_is(hass, "paused")
    device.job.resume()
    await wait_until(hass, lambda: received[-1] == "resumed")
    assert received == seen.event_types == ["started", "paused", "resumed"]
