"""Whole jobs, start to end: every transition asserted, in entities and in events."""

from collections import defaultdict
from dataclasses import replace

from homeassistant.components.logbook.helpers import async_filter_entities
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.timing import FluxTiming
from simulator import Device
from tests.integration.conftest import BOTH, FAST, UUID, having, wait_until
from tests.integration.jobs import (
    PATIENT,
    TIME_COST,
    commands,
    events_are,
    look,
    press,
    put_job,
    status_is,
    value,
    witness,
)

DEVICE = {"timing": PATIENT}


@pytest.fixture
def pace() -> FluxTiming:
    """Return a pace at which a report is not out of date on a machine that is busy."""
    return replace(FAST, report_fresh=5.0)


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


def activity(hass: HomeAssistant, entry_id: str) -> defaultdict[str, list[str]]:
    """Begin to take note of what the page *Activity* of the device shows, by entity."""
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry_id)
    keys = {
        found.entity_id: found.unique_id.removeprefix(f"{UUID}_")
        for found in entities
        if hass.states.get(found.entity_id)
    }
    # The logbook leaves out what only ever grows or falls.
    shown = set(async_filter_entities(hass, list(keys)))
    lines: defaultdict[str, list[str]] = defaultdict(list)

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old and new and new.entity_id in shown and new.state != old.state:
            what = new.attributes.get("event_type", new.state)
            lines[keys[new.entity_id]].append(what)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return lines


@BOTH
async def test_an_extruder_job_from_start_to_end(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    seen, lines = witness(hass), activity(hass, entry.entry_id)
    assert commands(hass) == set()
    device.player.held |= PASSING

    device.start_job(put_job(device, CORRECTION="A", TITLE="Vase"))
    await status_is(hass, "initializing")
    assert commands(hass) == set()
    # Only a report tells "starting" from "running".
    await wait_until(hass, lambda: entry.runtime_data.reported is not None)
    assert device.connections[23811] == 1
    await passes(hass, device, "initializing")
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

    # It falls back at once, by itself: no resume, and no new pause either.
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

    begin = "initializing starting heating calibrating heating running pausing paused"
    again = "resuming running pausing paused"
    assert seen.statuses[:12] == f"{begin} {again}".split()
    assert seen.statuses[-3:] == ["running", "completed", "idle"]
    happened = ["started", "paused", "resumed", "paused", "resumed", "completed"]
    assert seen.event_types == happened
    fault = seen.events[3].attributes
    assert (fault["error"], fault["advice"]) == ("filament_runout", "load_filament")
    assert [event.attributes["error"] for event in seen.events].count(None) == 5
    assert {event.attributes["toolhead"] for event in seen.events} == {"extruder"}
    durations = [event.attributes["duration"] for event in seen.events]
    assert durations == sorted(durations)

    # The page *Activity* reads like a story.
    await wait_until(hass, lambda: value(hass, "toolhead") == "unknown")
    assert lines["job"] == happened
    assert lines["job_name"] == ["Vase"]
    # Twice more while a resume is tried that falls back.
    assert lines["running"] == ["on", "off"] * 4
    assert lines["problem"] == ["on", "off"] * 2
    assert lines["error"] == ["filament_runout", "none"] * 2
    assert lines["advice"] == ["load_filament", "unknown"] * 2
    # It is looked for in a job only.
    assert lines["toolhead"] == ["extruder", "unknown"]
    assert lines["last_job_result"] == ["completed"]
    # Known, once by the job's own pace, and unknown in each pause and in the end.
    assert len(lines["finish_time"]) <= 10
    # A button tells when it was pressed, and nothing else.
    assert (len(lines["pause"]), len(lines["resume"]), len(lines["clear"])) == (1, 3, 1)
    assert len(lines["job_started"]) == 1
    # On 2026.3 the logbook has pictures too.
    assert set(lines) - {"preview"} == {
        *("job", "job_name", "running", "problem", "error", "advice", "toolhead"),
        *("last_job_result", "finish_time", "pause", "resume", "clear"),
        *("job_started", "status"),
    }


@having({"model": "fbm1", "toolhead": "LASER", "beam": True})
async def test_a_laser_job_from_start_to_end(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    seen = witness(hass)
    device.player.held |= PASSING

    device.start_job(put_job(device, HEAD_TYPE="LASER", TRAVEL_DIST=None))
    await wait_until(hass, lambda: entry.runtime_data.reported is not None)
    await passes(hass, device, "initializing", "starting")
    await status_is(hass, "running")
    # It can be nothing else.
    assert hass.states.get("sensor.delta_in_der_werkstatt_toolhead") is None
    # NaN: a job without a known length.
    assert value(hass, "progress") == "unknown"

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

    begin = "initializing starting running toolhead_change resuming running"
    end = "reconnecting running aborting aborted idle"
    assert seen.statuses == f"{begin} {end}".split()
    # Waiting for a toolhead, or for the laser's link, is no pause of the job's own.
    await events_are(hass, seen, "started", "aborted")
    assert seen.events[-1].attributes["toolhead"] == "laser"
