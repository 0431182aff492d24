"""The *Activity* of a device over a whole job reads like a story."""

from collections import defaultdict

from homeassistant.components.logbook.helpers import async_filter_entities
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er

from tests.integration.conftest import UUID, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import BRISK, press, run_job, status_is, value


async def test_each_line_is_something_that_happened(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device)
    entities = er.async_entries_for_config_entry(er.async_get(hass), entry.entry_id)
    keys = {
        found.entity_id: found.unique_id.removeprefix(f"{UUID}_")
        for found in entities
        if hass.states.get(found.entity_id)
    }
    # The logbook leaves out what only ever grows or falls.
    told = set(async_filter_entities(hass, list(keys)))
    lines: defaultdict[str, list[str]] = defaultdict(list)

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if old and new and new.entity_id in told and new.state != old.state:
            what = new.attributes.get("event_type", new.state)
            lines[keys[new.entity_id]].append(what)

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    await run_job(hass, device, TITLE="Vase")
    await wait_until(hass, lambda: value(hass, "job_name") == "Vase")
    device.job.runout()
    await status_is(hass, "paused")
    device.job.mend()
    await press(hass, "resume")
    await status_is(hass, "running")
    device.job.finish()
    await status_is(hass, "completed")
    await press(hass, "clear")
    await status_is(hass, "idle")
    await hass.async_block_till_done()

    assert lines["job"] == ["started", "paused", "resumed", "completed"]
    assert lines["job_name"] == ["Vase"]
    assert lines["running"] == ["on", "off", "on", "off"]
    assert lines["problem"] == ["on", "off"]
    assert lines["error"] == ["filament_runout", "none"]
    assert lines["advice"] == ["load_filament", "unknown"]
    # It is looked for in a job only; nobody took it off.
    await wait_until(hass, lambda: value(hass, "toolhead") == "unknown")
    assert lines["toolhead"] == ["extruder", "unknown"]
    assert len(lines["job_started"]) == 1
    assert lines["last_job_result"] == ["completed"]
    # Known, unknown in the pause, known again, over.
    assert len(lines["finish_time"]) <= 4
    expected = {"job", "job_name", "running", "problem", "error", "advice", "toolhead"}
    assert len(lines["job_started"]) == 1
    # A button tells when somebody pressed it, and nothing else.
    assert len(lines["resume"]) == len(lines["clear"]) == 1
    assert set(lines) <= expected | {
        "resume",
        "clear",
        "last_job_result",
        "job_started",
        "finish_time",
        "status",
        # On 2026.3 the logbook has pictures too.
        "preview",
    }
