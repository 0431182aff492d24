"""Restarts and silences: nothing that happened unseen is an event, nothing is lost."""

from collections.abc import Callable
import json
import math

from hypothesis import given, strategies as st
import pytest

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import JobInfo
from custom_components.flux3dp.job.model import INITIAL
from custom_components.flux3dp.job.store import as_stored, restored

from .watching import START, Watch, datagram, report

FAN = "HEAD_ERROR FAN_FAILURE 128"


type Gap = Callable[[Watch], None]


def lose(watch: Watch) -> None:
    watch.hear(None, after=15)


def restart(watch: Watch) -> None:
    watch.restart()


GAPS = pytest.mark.parametrize("gap", [lose, restart])


@GAPS
@pytest.mark.parametrize("st_id", [0, 1, 16, 36, 48, 64, 66, 128, 130, 256, -1, 7])
def test_the_first_look_is_never_an_event(gap: Gap, st_id: int) -> None:
    for before in (None, datagram(0), datagram(16), datagram(48, FAN), datagram(64)):
        watch = Watch()
        if before:
            watch.hear(before)
        gap(watch)
        watch.events.clear()
        watch.problems.clear()
        assert watch.hear(datagram(st_id, FAN if st_id >= 0 else "")) == []
        assert watch.problems == []


@GAPS
def test_a_job_goes_on_over_a_gap(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(16, progress=0.5))
    watch.describe(JobInfo(title="boat.fc", time_cost=3600.0))
    watch.events.clear()
    gap(watch)
    assert watch.hear(datagram(16, progress=0.6)) == []
    assert watch.state.job_number == 1
    assert watch.state.job_name == "boat.fc"
    assert watch.state.job_duration == 3600.0
    # From here on it is watched again.
    assert watch.hear(datagram(48, FAN)) == ["paused"]
    assert watch.hear(datagram(128)) == ["aborted"]
    assert [event.error for event in watch.events] == ["fan_failure", "fan_failure"]


@GAPS
def test_a_pause_outlives_a_gap_and_its_end_is_seen(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(48, FAN))
    gap(watch)
    assert watch.hear(datagram(48, FAN)) == []
    assert watch.hear(datagram(18)) == []
    assert watch.hear(datagram(16)) == ["resumed"]


@GAPS
def test_a_pause_or_resume_in_a_gap_is_no_event(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(16))
    gap(watch)
    assert watch.hear(datagram(48)) == []
    gap(watch)
    assert watch.hear(datagram(16)) == []
    # So the next pause is one.
    assert watch.hear(datagram(48)) == ["paused"]


@GAPS
@pytest.mark.parametrize(
    ("found", "result"),
    [
        (datagram(64), "completed"),
        (datagram(68), "completed"),
        (datagram(128), "aborted"),
        (datagram(128, FAN), "failed"),
        (datagram(256), "failed"),
        (datagram(0), None),
        (datagram(-1), None),
    ],
)
def test_a_job_that_ended_in_a_gap_only_leaves_its_result(
    gap: Gap, found: DeviceStatus, result: str | None
) -> None:
    watch = Watch()
    watch.hear(datagram(16))
    watch.hear(datagram(64))
    watch.hear(datagram(16))
    watch.events.clear()
    gap(watch)
    assert watch.hear(found) == []
    assert watch.state.last_job_result == result
    assert watch.state.last_job_duration is None
    assert watch.state.jobs_completed == (2 if result == "completed" else 1)
    assert watch.hear(datagram(0)) == []
    assert watch.state.last_job_result == result


@GAPS
@pytest.mark.parametrize("cleared", [False, True])
def test_a_result_that_was_told_stays(gap: Gap, cleared: bool) -> None:
    """The label of a failed job can be gone when the device is found again."""
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(16))
    watch.hear(datagram(128, FAN), after=30)
    gap(watch)
    watch.hear(datagram(128, "" if cleared else FAN))
    state = watch.state
    assert (state.last_job_result, state.last_job_duration) == ("failed", 30.0)
    assert state.job_number == 1


@GAPS
def test_another_end_than_the_one_that_was_told_is_another_jobs(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(16))
    watch.hear(datagram(64))
    gap(watch)
    watch.hear(datagram(128))
    assert watch.state.last_job_result == "aborted"
    assert watch.state.job_number == 2


@GAPS
def test_an_end_after_a_cleared_job_is_another_jobs(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(16))
    watch.hear(datagram(64), after=30)
    watch.hear(datagram(0))
    gap(watch)
    watch.hear(datagram(64))
    state = watch.state
    assert (state.last_job_result, state.last_job_duration) == ("completed", None)
    assert (state.job_number, state.jobs_completed) == (2, 1)


@GAPS
def test_another_session_after_a_gap_is_another_job(gap: Gap) -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.9))
    gap(watch)
    assert watch.read(report(16, "RUNNING", session="bbb222", progress=0.95)) == []
    assert watch.state.job_number == 2
    assert watch.state.last_job_result is None
    assert watch.read(report(64, "COMPLETED", session="bbb222")) == ["completed"]


@GAPS
def test_without_reports_a_progress_that_fell_is_another_job(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(16, progress=0.8))
    gap(watch)
    assert watch.hear(datagram(16, progress=0.1)) == []
    assert (watch.state.job_number, watch.state.progress) == (2, 0.1)


@GAPS
def test_a_little_less_progress_is_the_same_job(gap: Gap) -> None:
    """The datagram lags behind the report that was read last."""
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.8))
    gap(watch)
    watch.hear(datagram(16, progress=0.79))
    assert (watch.state.job_number, watch.state.progress) == (1, 0.8)


@GAPS
def test_a_job_that_is_ending_when_it_is_found_again(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(16))
    gap(watch)
    assert watch.hear(datagram(66)) == []
    assert watch.hear(datagram(64)) == ["completed"]
    assert watch.state.job_number == 1


@GAPS
def test_an_alarm_that_went_by_in_a_gap(gap: Gap) -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING"))
    watch.read(report(256, "ALARM"))
    gap(watch)
    assert watch.read(report(16, "RUNNING")) == []
    assert watch.read(report(64, "COMPLETED")) == ["completed"]
    assert watch.state.job_number == 1


@GAPS
def test_a_device_that_is_off_keeps_its_last_job(gap: Gap) -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.expect("boat.fc")
    watch.hear(datagram(16))
    watch.hear(datagram(64), after=60)
    gap(watch)
    lose(watch)
    state = watch.state
    assert (state.status, state.job_name) == ("offline", "boat.fc")
    assert (state.last_job_result, state.last_job_duration) == ("completed", 60.0)
    assert state.jobs_completed == 1


def test_a_name_that_is_expected_outlives_a_restart() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.expect("boat.fc")
    watch.restart(away=30)
    watch.hear(datagram(1))
    assert watch.state.job_name == "boat.fc"


def test_everything_that_is_stored_comes_back() -> None:
    watch = Watch()
    watch.read(report(0, session=None))
    watch.expect("boat.fc")
    watch.read(report(1, "INIT", session=None))
    watch.describe(JobInfo(time_cost=3600.0))
    watch.read(report(16, "RUNNING", progress=0.5, running=1000.0))
    watch.read(report(48, "PAUSED", FAN, progress=0.5, running=1000.0))
    stored = as_stored(watch.state)
    assert as_stored(restored(json.loads(json.dumps(stored)))) == stored
    assert restored(stored).job == watch.state.job


def test_nothing_was_stored() -> None:
    assert restored(None) == INITIAL
    assert restored({}) == INITIAL
    assert restored(as_stored(INITIAL)) == INITIAL


# What the first version stored in mid-job.
FIRST_VERSION = {
    "job": {
        "session": "aaa111",
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
    },
    "job_number": 7,
    "expected": None,
    "last_job_result": "aborted",
    "last_job_duration": 1234.5,
    "jobs_completed": 3,
}


def first_version(**job: object) -> Watch:
    """Return a watch over a device whose state the first version stored."""
    return Watch(state=restored(FIRST_VERSION | {"job": FIRST_VERSION["job"] | job}))


def test_a_job_that_the_first_version_followed_goes_on() -> None:
    watch = first_version()
    assert watch.state.last_job_duration == 1234.5
    assert watch.read(report(16, "RUNNING", progress=0.52, running=1880.0)) == []
    assert (watch.state.job_number, watch.state.job_name) == (7, "Vase")
    assert watch.state.finish_time is not None
    assert watch.read(report(64, progress=1.0, running=3600.0)) == ["completed"]
    assert watch.state.jobs_completed == 4


def test_a_job_that_the_first_version_counted_is_not_counted_again() -> None:
    watch = first_version(ended=True, outcome="completed")
    assert watch.hear(datagram(64)) == watch.hear(datagram(0)) == []
    assert (watch.state.job_number, watch.state.jobs_completed) == (7, 3)
    watch = first_version(ended=True, outcome="completed", left=True)
    assert watch.hear(datagram(0)) == []
    assert watch.state.jobs_completed == 3
    assert watch.hear(datagram(16)) == ["started"]


DAMAGE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
JOB_KEYS = [
    *as_stored(restored(FIRST_VERSION))["job"],
    "session",
    "name",
    "time_cost",
    "toolhead",
    "error_label",
    "top_progress",
    "clock",
    "finish",
    "begun",
    "past_init",
    "paused",
    "resuming_since",
    "ended",
    "outcome",
    "left",
    "cleared",
    "end_announced_at",
    "filament",
    "started",
    "counted_time",
    "counted_filament",
]
KEYS = [
    "job_number",
    "expected",
    "last_job_result",
    "last_job_duration",
    "jobs_completed",
    "printing_time",
    "filament_used",
]


@given(
    DAMAGE
    | st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(KEYS, DAMAGE)
        | {
            "job": DAMAGE
            | st.fixed_dictionaries({}, optional=dict.fromkeys(JOB_KEYS, DAMAGE))
        },
    ),
    st.sampled_from([0, 16, 48, 64, 128]),
)
def test_damage_in_the_store_is_left_out(damage: object, st_id: int) -> None:
    watch = Watch(state=restored(damage))
    assert watch.hear(datagram(st_id)) == []
    assert watch.hear(datagram(st_id)) == []
    state = watch.state
    for number in (state.last_job_duration, state.finish_time, state.progress):
        assert number is None or math.isfinite(number)
    assert as_stored(restored(as_stored(state))) == as_stored(state)
