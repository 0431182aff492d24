"""Whole jobs, start to end: every transition asserted, in entities and in events."""

from collections import defaultdict

from homeassistant.components.logbook.helpers import async_filter_entities
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
import pytest

from simulator import Device
from tests.integration.conftest import BOTH, UUID, having
from tests.integration.jobs import PATIENT, TIME_COST, events_are, put_job, witness
from tests.integration.wired import Wired

DEVICE = {"timing": PATIENT}
# A report is not out of date on a machine that is busy.
PACE = {"report_fresh": 5.0}


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


async def passes(wired: Wired, *statuses: str) -> None:
    """See one status after the other of those that are held, and let each pass."""
    for status in statuses:
        await wired.status_is(status)
        label = wired.device.job.state.label
        wired.device.player.held.discard(label)
        await wired.device.wait_for(
            lambda label=label: wired.device.job.state.label != label
        )
        wired.device.player.held.add(label)


def activity(wired: Wired, entry_id: str) -> defaultdict[str, list[str]]:
    """Begin to take note of what the page *Activity* of the device shows, by entity."""
    entities = er.async_entries_for_config_entry(er.async_get(wired.hass), entry_id)
    keys = {
        found.entity_id: found.unique_id.removeprefix(f"{UUID}_")
        for found in entities
        if wired.hass.states.get(found.entity_id)
    }
    # The logbook leaves out what only ever grows or falls.
    shown = set(async_filter_entities(wired.hass, list(keys)))
    lines: defaultdict[str, list[str]] = defaultdict(list)

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old and new and new.entity_id in shown and new.state != old.state:
            what = new.attributes.get("event_type", new.state)
            lines[keys[new.entity_id]].append(what)

    wired.hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return lines


@BOTH
async def test_an_extruder_job_from_start_to_end(wired: Wired, device: Device) -> None:
    seen, lines = witness(wired.hass), activity(wired, wired.entry.entry_id)
    assert wired.commands == set()
    device.player.held |= PASSING

    device.start_job(put_job(device, CORRECTION="A", TITLE="Vase"))
    await wired.status_is("initializing")
    assert wired.commands == set()
    # Only a report tells "starting" from "running".
    await wired.until(lambda: wired.entry.runtime_data.reported is not None)
    assert device.connections[23811] == 1
    await passes(wired, "initializing")
    await passes(wired, "starting")
    await wired.status_is("heating")
    assert wired.value("toolhead") == "extruder"
    assert float(wired.value("nozzle_target")) == 200
    assert wired.value("running", "binary_sensor") == "on"
    assert wired.commands == {"pause", "cancel"}
    await passes(wired, "heating", "calibrating", "heating")
    await wired.status_is("running")
    assert float(wired.value("nozzle_temperature")) == pytest.approx(200, abs=1)
    await wired.until(lambda: wired.value("job_duration") != "unknown")
    assert float(wired.value("job_duration")) * 60 == TIME_COST

    device.job.set_progress(0.25)
    await wired.press("pause")
    await passes(wired, "pausing")
    await wired.status_is("paused")
    assert wired.value("running", "binary_sensor") == "off"
    assert wired.value("finish_time") == "unknown"
    assert wired.commands == {"resume", "cancel"}

    await wired.press("resume")
    await passes(wired, "resuming")
    await wired.status_is("running")
    await wired.until(lambda: round(float(wired.value("progress"))) == 25)

    device.job.runout()
    await passes(wired, "pausing")
    await wired.status_is("paused")
    assert wired.value("error") == "filament_runout"
    assert wired.look("sensor", "error").attributes["advice"] == "load_filament"
    assert wired.value("problem", "binary_sensor") == "on"

    # It falls back at once, by itself: no resume, and no new pause either.
    device.player.held -= PASSING
    with pytest.raises(HomeAssistantError) as caught:
        await wired.press("resume")
    assert caught.value.translation_key == "paused_again"
    placeholders = caught.value.translation_placeholders
    assert placeholders is not None
    assert placeholders["fault"] == "Filament ran out. Load filament, then resume."
    await wired.status_is("paused")

    device.job.mend()
    await wired.press("resume")
    await wired.status_is("running")
    assert wired.value("error") == "none"

    await wired.finish_job()
    assert wired.value("last_job_result") == "completed"
    assert wired.value("jobs_completed") == "1"
    assert float(wired.value("last_job_duration")) > 0
    assert wired.commands == {"clear"}
    await device.wait_closed_connections()

    await wired.press("clear")
    await wired.status_is("idle")
    assert wired.commands == set()
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
    await wired.until(lambda: wired.value("toolhead") == "unknown")
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
async def test_a_laser_job_from_start_to_end(wired: Wired, device: Device) -> None:
    seen = witness(wired.hass)
    device.player.held |= PASSING

    device.start_job(put_job(device, HEAD_TYPE="LASER", TRAVEL_DIST=None))
    await wired.until(lambda: wired.entry.runtime_data.reported is not None)
    await passes(wired, "initializing", "starting")
    await wired.status_is("running")
    # It can be nothing else.
    assert wired.hass.states.get("sensor.delta_in_der_werkstatt_toolhead") is None
    # NaN: a job without a known length.
    assert wired.value("progress") == "unknown"

    device.job.hold(1024, "USER_OPERATION_CHANGE_TOOLHEAD")
    await wired.status_is("toolhead_change")
    assert wired.value("error") == "change_toolhead"
    assert "resume" in wired.commands
    await wired.press("resume")
    await passes(wired, "resuming")
    await wired.status_is("running")

    device.job.hold(516)
    await wired.status_is("reconnecting")
    device.job.proceed()
    await wired.status_is("running")

    await wired.press("cancel")
    await passes(wired, "aborting")
    await wired.status_is("aborted")
    assert wired.value("last_job_result") == "aborted"
    assert wired.commands == {"clear"}
    await wired.press("clear")
    await wired.status_is("idle")

    begin = "initializing starting running toolhead_change resuming running"
    end = "reconnecting running aborting aborted idle"
    assert seen.statuses == f"{begin} {end}".split()
    # Waiting for a toolhead, or for the laser's link, is no pause of the job's own.
    await events_are(wired.hass, seen, "started", "aborted")
    assert seen.events[-1].attributes["toolhead"] == "laser"
