"""What is stored of a device's jobs, also by earlier versions, and what is damaged."""

import json
import math
from typing import Any

from homeassistant.helpers import entity_registry as er
from hypothesis import given, strategies as st
import pytest

from custom_components.flux3dp.aioflux.report import JobInfo
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, CONF_SETTINGS, DOMAIN
from custom_components.flux3dp.job.model import INITIAL
from custom_components.flux3dp.job.store import as_stored, restored
from tests.integration.conftest import UUID
from tests.integration.fakes import Home

from .watching import START, Watch


def test_everything_that_is_stored_comes_back() -> None:
    watch = Watch()
    watch.play("r0")
    watch.expect("boat.fc")
    watch.play("r1>started")
    watch.describe(JobInfo(time_cost=3600.0))
    watch.play("r16@0.5~1000 r48!fan@0.5~1000>paused:fan_failure")
    stored = as_stored(watch.state)
    assert as_stored(restored(json.loads(json.dumps(stored)))) == stored
    assert restored(stored).job == watch.state.job
    for nothing in (None, {}, as_stored(INITIAL)):
        assert restored(nothing) == INITIAL


# What the first version stored in mid-job.
FIRST_JOB = {
    "session": "aaaaaa",
    "name": "Vase",
    "time_cost": 3600.0,
    "toolhead": "extruder",
    "error_label": "",
    "top_progress": 0.5,
    "clock": [1800.0, START - 60],
    "finish": START + 1800,
    "begun": True,
    "paused": False,
    "resuming_since": None,
    "ended": False,
    "outcome": None,
    "left": False,
    "unsure": False,
}
FIRST = {
    "job": FIRST_JOB,
    "job_number": 7,
    "expected": None,
    "last_job_result": "aborted",
    "last_job_duration": 1234.5,
    "jobs_completed": 3,
}
# And a later one.
LATER_JOB = {
    "session": "aaaaaa",
    "name": "Vase",
    "time_cost": 3600.0,
    "filament": 1200.0,
    "toolhead": "extruder",
    "error_label": "",
    "top_progress": 0.5,
    "clock": {
        "base": 1800.0,
        "since": START - 60,
        "whole": True,
        "forgetful": False,
        "device": 1800.0,
        "standing": 0.0,
    },
    "started": START - 1860,
    "finish": START + 1800,
    "past_init": True,
    "paused": False,
    "resuming_since": None,
    "ended": False,
    "outcome": None,
    "end_announced_at": None,
    "cleared": False,
    "counted": False,
    "session_unconfirmed": False,
    "unseen": False,
    "counted_time": 1740.0,
    "counted_filament": 600.0,
}
LATER = FIRST | {"job": LATER_JOB, "printing_time": 5000.0, "filament_used": 9000.0}


@pytest.mark.parametrize("version", [FIRST, LATER], ids=["first", "later"])
def test_a_job_that_an_earlier_version_followed_goes_on(
    version: dict[str, object],
) -> None:
    watch = Watch(state=restored(version))
    assert watch.state.last_job_duration == 1234.5
    watch.play("r16@0.52~1880")
    assert (watch.state.job_number, watch.state.job_name) == (7, "Vase")
    assert watch.state.finish_time is not None
    watch.play("r64@1.0~3600>completed")
    assert watch.state.jobs_completed == 4
    if version is LATER:
        assert watch.state.printing_time == 5000.0 + 3600.0 - 1740.0
        assert watch.state.filament_used == 9000.0 + 600.0


@pytest.mark.parametrize("cleared", [False, True])
@pytest.mark.parametrize("job", [FIRST_JOB, LATER_JOB], ids=["first", "later"])
def test_a_job_that_an_earlier_version_counted_is_not_counted_again(
    job: dict[str, object], cleared: bool
) -> None:
    ended = {"ended": True, "outcome": "completed", "left": cleared}
    if job is LATER_JOB:
        ended |= {"counted": True, "cleared": cleared}
    watch = Watch(state=restored(FIRST | {"job": job | ended}))
    watch.play("0" if cleared else "64 0")
    assert (watch.state.job_number, watch.state.jobs_completed) == (7, 3)
    watch.play("16>started")
    assert watch.state.job_number == 8


def test_what_was_stored_before_is_mended_when_it_is_read() -> None:
    job = {
        "name": "unavailable",
        "time_cost": 3e11,
        "clock": [5e11, None],
        # No date has five digits for its year.
        "started": 1e12,
        "error_label": "FILAMENT_\x7fRUNOUT",
        "finish": 1e12,
    }
    state = restored(as_stored(INITIAL) | {"job": job, "last_job_duration": 9e11})
    assert state.job is not None
    assert state.job.name is state.job.time_cost is None
    assert state.job.error_label == "FILAMENT_RUNOUT"
    assert state.job.started is state.job.finish is None
    assert not state.job.clock.whole
    assert state.last_job_duration is None


DAMAGE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
NOW = as_stored(restored(FIRST))
JOB_KEYS = FIRST_JOB | LATER_JOB | NOW["job"]


@given(
    DAMAGE
    | st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(NOW, DAMAGE)
        | {
            "job": DAMAGE
            | st.fixed_dictionaries({}, optional=dict.fromkeys(JOB_KEYS, DAMAGE))
        },
    ),
    st.sampled_from([0, 16, 48, 64, 128]),
)
def test_damage_in_the_store_is_left_out(damage: object, st_id: int) -> None:
    watch = Watch(state=restored(damage))
    watch.play(f"{st_id} {st_id}")
    state = watch.state
    for number in (state.last_job_duration, state.finish_time, state.progress):
        assert number is None or math.isfinite(number)
    assert as_stored(restored(as_stored(state))) == as_stored(state)


# -- a home that an earlier version has set up goes on as it is

# What 1624689 had: its entities by platform, and its actions.
ENTITIES = {
    "binary_sensor": "running problem connectivity",
    "button": "pause resume abort clear",
    "camera": "camera",
    "event": "job",
    "image": "preview",
    "sensor": (
        "status progress toolhead advice error finish_time time_remaining elapsed_time"
        " job_duration nozzle_temperature nozzle_target job_name job_started"
        " printing_time filament_used last_job_duration jobs_completed last_job_result"
        " ip_address occupied_by"
    ),
}
ACTIONS = {
    *("pause_job", "resume_job", "cancel_job", "clear_job", "rename", "set_network"),
    *("scan_wifi", "change_password", "list_trusted_keys", "remove_trusted_key"),
}


@pytest.mark.parametrize("stored", [FIRST, LATER], ids=["first", "later"])
async def test_everything_is_where_it_was(
    new_home: Home, hass_storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    hass, entry = new_home.hass, new_home.entry
    # What is new: a device whose settings were never read.
    data = {key: it for key, it in entry.data.items() if key != CONF_SETTINGS}
    options = {CONF_HOLD_CONNECTION: False}
    hass.config_entries.async_update_entry(entry, data=data)
    assert set(data) == {"host", "master_key", "serial", "model", "verified"}
    hass.config_entries.async_update_entry(entry, options=options)
    key = f"{DOMAIN}.job.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": stored}
    registry = er.async_get(hass)
    before = {
        registry.async_get_or_create(
            platform,
            DOMAIN,
            f"{UUID}_{name}",
            config_entry=entry,
            suggested_object_id=f"mine_{name}",
        ).entity_id
        for platform, names in ENTITIES.items()
        for name in names.split()
    }
    await new_home.setup()

    kept = {key: it for key, it in entry.data.items() if key != CONF_SETTINGS}
    assert (entry.version, kept, entry.options) == (1, data, options)
    assert before <= set(hass.states.async_entity_ids())
    # None of them is there a second time, under another id.
    after = er.async_entries_for_config_entry(registry, entry.entry_id)
    names = {each.unique_id for each in after}
    assert len(names) == len(after)
    assert before <= {each.entity_id for each in after}
    assert set(hass.services.async_services_for_domain(DOMAIN)) >= ACTIONS

    # The job of then was aborted meanwhile, or is not there: what was counted stays.
    assert hass.states.get("sensor.mine_jobs_completed").state == "3"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[key]["data"]["jobs_completed"] == 3
