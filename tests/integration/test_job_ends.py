"""How a job ends: what is told of an end that was not seen, and how seldom that is."""

from typing import Any

import pytest

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import Report

from .lives import Life, misses
from .watching import Watch, datagram, report, told

FAN = "HEAD_ERROR FAN_FAILURE 128"


@pytest.mark.parametrize(
    "life",
    [
        pytest.param({}, id="completed"),
        pytest.param({"known_progress": False}, id="laser"),
        pytest.param({"end": "aborted", "aborting": 1.0}, id="aborted"),
        pytest.param({"end": "aborted"}, id="aborted at once"),
        pytest.param({"end": "aborted", "paused": 9.0}, id="aborted in a pause"),
        pytest.param({"end": "failed"}, id="failed"),
        pytest.param({"end": "failed", "length": 4.0}, id="failed in homing"),
    ],
)
@pytest.mark.parametrize("connected", [True, False], ids=["reports", "announcements"])
def test_of_40_jobs_that_another_client_leaves_at_once_one_end_is_missed_at_most(
    life: dict[str, Any], connected: bool
) -> None:
    assert misses(Life(seed=100, connected=connected, **life)) <= 1


def test_a_minute_of_a_job_costs_30_reports() -> None:
    life = Life(seed=1, length=600.0, time_cost=600.0)
    assert life.run() == ["started", "completed"]
    assert 295 < life.asked < 310


def announced(end: DeviceStatus) -> Watch:
    """Return a watch that hears of an end while the last report is still fresh."""
    watch = Watch()
    watch.read(report(0, session=None))
    watch.read(report(16, "RUNNING", progress=0.5, running=100.0))
    assert watch.hear(end, after=1.5) == []
    assert watch.state.status == "running"
    return watch


@pytest.mark.parametrize(
    ("end", "kind", "error"),
    [
        (datagram(64), "completed", "none"),
        (datagram(68), "completed", "none"),
        (datagram(128), "aborted", "none"),
        (datagram(128, "MAINBOARD_OFFLINE"), "failed", "no_response"),
    ],
)
def test_an_end_that_was_announced_before_the_device_is_idle_is_one(
    end: DeviceStatus, kind: str, error: str
) -> None:
    watch = announced(end)
    assert watch.read(report(0, "IDLE", session=None), after=0.5) == [kind]
    state = watch.state
    assert told(watch)[-1] == (kind, error)
    assert (state.last_job_result, state.last_job_duration) == (kind, 102.0)
    assert state.jobs_completed == (kind == "completed")
    assert watch.events[-1].duration == 102.0
    assert watch.hear(datagram(0)) == []


def test_an_end_that_was_announced_counts_also_once_idle_was_announced_too() -> None:
    watch = announced(datagram(64))
    assert watch.hear(datagram(0), after=0.5) == []
    assert watch.read(report(0, "IDLE", session=None), after=0.5) == ["completed"]


def test_an_announcement_that_a_later_report_contradicts_was_nothing() -> None:
    watch = announced(datagram(64))
    assert watch.read(report(16, "RUNNING", progress=0.5), after=0.1) == []
    assert watch.read(report(0, "IDLE", session=None)) == []
    assert watch.state.last_job_result is None


def test_an_end_that_is_announced_after_the_device_is_idle_is_one() -> None:
    """Announcements lag; this one was asked for because of the report."""
    watch = Watch()
    watch.hear(datagram(16))
    watch.read(report(16, "RUNNING", progress=0.5))
    assert watch.read(report(0, "IDLE", session=None)) == []
    assert watch.state.last_job_result is None
    assert watch.hear(datagram(128), after=0.1) == ["aborted"]
    assert watch.state.last_job_result == "aborted"
    assert watch.hear(datagram(0), after=1) == []
    assert watch.hear(datagram(128), after=1) == []


@pytest.mark.parametrize("gone", [datagram(0), datagram(-1), report(0, session=None)])
def test_a_job_that_was_as_good_as_done_has_completed(
    gone: DeviceStatus | Report,
) -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.99))
    assert watch.see(gone, after=6) == ["completed"]
    assert (watch.state.last_job_result, watch.state.jobs_completed) == ("completed", 1)


@pytest.mark.parametrize(
    "last",
    [
        report(16, "RUNNING", progress=0.98),
        report(16, "RUNNING", FAN, progress=0.995),
        report(48, "PAUSED", progress=0.995),
        report(16, "RUNNING"),
    ],
)
def test_anything_else_that_is_gone_is_unknown(last: Report) -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.5))
    watch.read(last)
    watch.events.clear()
    assert watch.read(report(0, session=None)) == []
    state = watch.state
    assert (state.last_job_result, state.last_job_duration) == (None, None)
    assert state.jobs_completed == 0


@pytest.mark.parametrize(
    ("ending", "kind"),
    [
        (datagram(66), "completed"),
        (datagram(130), "aborted"),
        (report(16, "ABORTING"), "aborted"),
    ],
)
def test_a_job_that_was_ending_a_moment_ago_has_ended_so(
    ending: DeviceStatus | Report, kind: str
) -> None:
    watch = Watch()
    watch.hear(datagram(16))
    assert watch.see(ending, after=2) == []
    assert watch.hear(datagram(0), after=6) == [kind]
    assert watch.state.last_job_result == kind


def test_after_a_loss_of_contact_nothing_is_deduced() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.995))
    watch.hear(None, after=15)
    assert watch.hear(datagram(0)) == []
    assert watch.state.last_job_result is None


def test_a_report_that_shows_the_job_running_outweighs_an_announced_end() -> None:
    """Anybody can announce anything: the real end is told all the same."""
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.5))
    assert watch.hear(datagram(64), after=6) == ["completed"]
    assert watch.read(report(16, "RUNNING", progress=0.6), after=3) == []
    assert watch.state.progress == 0.6
    assert watch.read(report(128, "ABORTED")) == ["aborted"]
    state = watch.state
    assert (state.job_number, state.last_job_result) == (1, "aborted")
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.5))
    assert watch.hear(datagram(0), after=6) == []
    assert watch.read(report(16, "RUNNING", progress=0.6)) == []
    assert watch.read(report(64, "COMPLETED", progress=1.0)) == ["completed"]


def test_a_job_that_fails_within_a_second_has_started_and_failed() -> None:
    """Nothing showed it before: the report says which run it was."""
    watch = Watch()
    watch.hear(datagram(0))
    label = "HARDWARE_ERROR HOME_FAILED"
    assert watch.hear(datagram(128, label)) == []
    assert watch.state.last_job_result == "failed"
    assert watch.read(report(128, "ABORTED", label, running=0.8), after=0.2) == [
        "started",
        "failed",
    ]
    assert told(watch) == [("started", "none"), ("failed", "home_failed")]
    assert [event.duration for event in watch.events] == [0.0, 0.8]
    assert watch.read(report(128, "ABORTED", label)) == []
    assert watch.hear(datagram(128, label), after=6) == []
    # So does the next.
    other = report(128, "ABORTED", label, session="bbb222")
    assert watch.read(other) == ["started", "failed"]
    assert watch.state.job_number == 2


@pytest.mark.parametrize("error", ["", "MAINBOARD_OFFLINE"])
def test_a_job_that_had_failed_before_anything_was_seen_is_not_told(error: str) -> None:
    watch = Watch()
    assert watch.hear(datagram(128, error)) == []
    assert watch.read(report(128, "ABORTED", error)) == []
    watch.restart()
    assert watch.read(report(128, "ABORTED", error)) == []


LOST_ENDS = pytest.mark.parametrize(
    ("st_id", "error", "kind"),
    [(64, "", "completed"), (128, "", "aborted"), (128, FAN, "failed")],
)


@LOST_ENDS
@pytest.mark.parametrize("first", ["datagram", "report"])
@pytest.mark.parametrize("away", [5.0, 36_000.0])
def test_an_end_while_contact_was_lost_is_told_of_the_same_run(
    st_id: int, error: str, kind: str, first: str, away: float
) -> None:
    watch = Watch()
    watch.read(report(0, session=None))
    watch.read(report(16, "RUNNING", running=100.0, total=100.0))
    watch.hear(None, after=8)
    watch.events.clear()
    if first == "datagram":
        assert watch.hear(datagram(st_id, error), after=away) == []
        assert watch.state.last_job_result == kind
    ended = report(st_id, "", error, running=104.0, total=200.0)
    assert watch.read(ended, after=0.3 if first == "datagram" else away) == [kind]
    state = watch.state
    assert (state.last_job_result, state.last_job_duration) == (kind, 104.0)
    assert state.jobs_completed == (kind == "completed")
    assert watch.events[-1].duration == 104.0
    assert watch.read(ended) == watch.hear(datagram(st_id, error), after=6) == []
    assert watch.state.jobs_completed == (kind == "completed")


@LOST_ENDS
def test_an_end_while_home_assistant_was_away_is_counted_and_not_told(
    st_id: int, error: str, kind: str
) -> None:
    watch = Watch()
    watch.read(report(0, session=None))
    watch.read(report(16, "RUNNING", running=100.0, total=100.0))
    watch.restart(away=600)
    assert watch.hear(datagram(st_id, error)) == []
    assert watch.read(report(st_id, "", error, running=160.0, total=700.0)) == []
    state = watch.state
    assert (state.last_job_result, state.last_job_duration) == (kind, 160.0)
    assert state.jobs_completed == (kind == "completed")


@LOST_ENDS
def test_without_a_session_an_end_that_was_not_seen_is_counted_and_not_told(
    st_id: int, error: str, kind: str
) -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(16))
    watch.hear(None, after=15)
    watch.events.clear()
    assert watch.hear(datagram(st_id, error)) == []
    state = watch.state
    assert (state.last_job_result, state.last_job_duration) == (kind, None)
    assert state.jobs_completed == (kind == "completed")


def test_another_run_that_ended_while_contact_was_lost_is_not_told() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", running=100.0))
    watch.hear(None, after=15)
    assert watch.hear(datagram(64)) == []
    assert watch.read(report(64, "COMPLETED", session="bbb222")) == []
    assert (watch.state.job_number, watch.state.jobs_completed) == (2, 1)
