"""Whole jobs, start to end: every transition asserted, in entities and in events."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from simulator import Device
from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    PATIENT,
    TIME_COST,
    commands,
    events_are,
    look,
    press,
    put_job,
    run_job,
    status_is,
    value,
    witness,
)

GENERATIONS = pytest.mark.parametrize("generation", [1, 2], ids=["v1", "v2"])


# What passes quickly, and so is held until the test has seen it.
PASSING = {
    "INIT",
    "STARTING",
    "WAITING_HEAD",
    "CORRECTING",
    "PAUSING",
    "RESUMING",
    "ABORTING",
}


async def passes(hass: HomeAssistant, device: Device, *statuses: str) -> None:
    """See one status after the other of those that are held, and let each pass."""
    for status in statuses:
        await status_is(hass, status)
        label = device.job.state.label
        device.player.held.discard(label)
        await device.wait_for(lambda label=label: device.job.state.label != label)
        device.player.held.add(label)


@GENERATIONS
async def test_an_extruder_job_from_start_to_end(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, generation: int
) -> None:
    device = await make_device(generation=generation, timing=PATIENT)
    await make_entry(device)
    seen = witness(hass)
    assert commands(hass) == set()
    device.player.held |= PASSING

    device.start_job(put_job(device, CORRECTION="A"))
    await status_is(hass, "initializing")
    assert commands(hass) == set()
    await passes(hass, device, "initializing")
    await status_is(hass, "starting")
    await device.wait_for(lambda: device.connections[23811] == 1)
    await passes(hass, device, "starting")
    await status_is(hass, "heating")
    assert value(hass, "toolhead") == "extruder"
    assert float(value(hass, "nozzle_target")) == 200
    assert value(hass, "running", "binary_sensor") == "on"
    assert commands(hass) == {"pause", "cancel"}
    await passes(hass, device, "heating", "calibrating", "heating")
    await status_is(hass, "running")
    assert float(value(hass, "nozzle_temperature")) == pytest.approx(200, abs=1)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert float(value(hass, "job_duration")) * 60 == TIME_COST

    device.job.set_progress(0.25)
    await press(hass, "pause")
    await passes(hass, device, "pausing")
    await status_is(hass, "paused")
    assert value(hass, "running", "binary_sensor") == "off"
    assert value(hass, "finish_time") == "unknown"
    assert commands(hass) == {"resume", "cancel"}

    await press(hass, "resume")
    await passes(hass, device, "resuming")
    await status_is(hass, "running")
    await wait_until(hass, lambda: round(float(value(hass, "progress"))) == 25)

    device.job.runout()
    await passes(hass, device, "pausing")
    await status_is(hass, "paused")
    assert value(hass, "error") == "filament_runout"
    assert look(hass, "sensor", "error").attributes["advice"] == "load_filament"
    assert value(hass, "problem", "binary_sensor") == "on"
    assert seen.statuses == [
        "initializing",
        "starting",
        "heating",
        "calibrating",
        "heating",
        "running",
        "pausing",
        "paused",
        "resuming",
        "running",
        "pausing",
        "paused",
    ]

    # It falls back at once, by itself.
    device.player.held -= PASSING
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, "resume")
    assert caught.value.translation_key == "paused_again"
    placeholders = caught.value.translation_placeholders
    assert placeholders is not None
    assert placeholders["fault"] == "Filament ran out. Load filament, then resume."
    await status_is(hass, "paused")

    device.job.mend()
    await press(hass, "resume")
    await status_is(hass, "running")
    assert value(hass, "error") == "none"

    device.job.finish()
    await status_is(hass, "completed")
    assert value(hass, "last_job_result") == "completed"
    assert value(hass, "jobs_completed") == "1"
    assert float(value(hass, "last_job_duration")) > 0
    assert commands(hass) == {"clear"}
    await device.wait_closed_connections()

    await press(hass, "clear")
    await status_is(hass, "idle")
    assert commands(hass) == set()
    await device.wait_closed_connections()

    assert seen.statuses[-3:] == ["running", "completed", "idle"]
    # The resume that fell back at once was none, and no new pause either.
    assert seen.event_types == [
        "started",
        "paused",
        "resumed",
        "paused",
        "resumed",
        "completed",
    ]
    assert [event.attributes["error"] for event in seen.events] == [
        None,
        None,
        None,
        "filament_runout",
        None,
        None,
    ]
    assert seen.events[3].attributes["advice"] == "load_filament"
    assert {event.attributes["toolhead"] for event in seen.events} == {"extruder"}
    durations = [event.attributes["duration"] for event in seen.events]
    assert durations == sorted(durations)


@GENERATIONS
async def test_a_laser_job_from_start_to_end(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, generation: int
) -> None:
    device = await make_device(
        generation=generation,
        timing=PATIENT,
        model="fbm1",
        toolhead="LASER",
        beam=True,
    )
    await make_entry(device)
    seen = witness(hass)
    device.player.held |= PASSING

    device.start_job(put_job(device, HEAD_TYPE="LASER", TRAVEL_DIST=None))
    await passes(hass, device, "initializing", "starting")
    await status_is(hass, "running")
    # It can be nothing else.
    assert hass.states.get("sensor.delta_in_der_werkstatt_toolhead") is None
    # NaN: a job without a known length.
    assert value(hass, "progress") == "unknown"
    assert hass.states.get("sensor.delta_in_der_werkstatt_nozzle_temperature") is None

    device.job.hold(1024, "USER_OPERATION_CHANGE_TOOLHEAD")
    await status_is(hass, "toolhead_change")
    assert value(hass, "error") == "change_toolhead"
    assert "resume" in commands(hass)
    await press(hass, "resume")
    await passes(hass, device, "resuming")
    await status_is(hass, "running")

    device.job.hold(516)
    await status_is(hass, "reconnecting")
    device.job.proceed()
    await status_is(hass, "running")

    await press(hass, "cancel")
    await passes(hass, device, "aborting")
    await status_is(hass, "aborted")
    assert value(hass, "last_job_result") == "aborted"
    assert commands(hass) == {"clear"}
    await press(hass, "clear")
    await status_is(hass, "idle")

    assert seen.statuses == [
        "initializing",
        "starting",
        "running",
        "toolhead_change",
        "resuming",
        "running",
        "reconnecting",
        "running",
        "aborting",
        "aborted",
        "idle",
    ]
    # Waiting for a toolhead, or for the laser's link, is no pause of the job's own.
    await events_are(hass, seen, "started", "aborted")
    assert seen.events[-1].attributes["toolhead"] == "laser"


@GENERATIONS
async def test_an_abort_gives_the_error_that_the_device_forgets(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, generation: int
) -> None:
    device = await make_device(generation=generation, timing=PATIENT)
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)

    device.job.runout()
    await status_is(hass, "paused")
    await press(hass, "cancel")
    await status_is(hass, "aborted")

    assert value(hass, "error") == "none"
    await events_are(hass, seen, "started", "paused", "aborted")
    assert seen.events[-1].attributes["error"] == "filament_runout"


async def test_a_job_for_another_toolhead_waits_for_the_right_one(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=PATIENT, toolhead="LASER")
    await make_entry(device)
    seen = witness(hass)

    device.start_job(put_job(device))
    await status_is(hass, "paused")
    assert value(hass, "error") == "wrong_toolhead"
    await events_are(hass, seen, "started", "paused")

    device.change_head("EXTRUDER")
    await press(hass, "resume")
    await status_is(hass, "running")
    assert value(hass, "toolhead") == "extruder"


async def test_two_jobs_in_a_row(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=PATIENT)
    await make_entry(device)
    seen = witness(hass)
    path = put_job(device)

    for _ in range(2):
        device.start_job(path)
        await status_is(hass, "running")
        device.job.finish()
        await status_is(hass, "completed")
        await device.wait_for(lambda: device.status.st_id == 64)
        device.player.quit()
        await status_is(hass, "idle")

    await events_are(hass, seen, *["started", "completed"] * 2)
    assert value(hass, "jobs_completed") == "2"
    await device.wait_closed_connections()
