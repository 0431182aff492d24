"""Progress, running time and finish time: what they say, and when they say nothing."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.flux3dp.aioflux.report import JobInfo
from custom_components.flux3dp.job.times import (
    Stopwatch,
    estimate_remaining,
    steady_finish,
)

from .watching import START, Watch, datagram, report

HOUR = JobInfo(time_cost=3600.0)
FAN = "HEAD_ERROR FAN_FAILURE 128"


def printing(progress: float = 0.0, running: float = 0.0) -> Watch:
    """Return a watched job of an hour by its own estimate."""
    watch = Watch()
    watch.read(report(0, "IDLE", session=None))
    watch.read(report(16, "RUNNING", progress=progress, running=running))
    watch.describe(HOUR)
    return watch


def test_progress_never_falls_in_a_job() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.61))
    watch.hear(datagram(16, progress=0.58), after=5)
    assert watch.state.progress == 0.61
    watch.hear(datagram(16, progress=0.62))
    assert watch.state.progress == 0.62


def test_progress_is_unknown_when_the_device_does_not_know() -> None:
    watch = Watch()
    watch.hear(datagram(16, progress=0.5))
    watch.hear(datagram(16, progress=None))
    assert watch.state.progress is None
    watch.hear(datagram(16, progress=0.4))
    assert watch.state.progress == 0.5


def test_progress_is_unknown_without_a_job() -> None:
    watch = Watch()
    watch.hear(datagram(0, progress=0.0))
    assert watch.state.progress is None
    watch.hear(datagram(16, progress=0.9))
    watch.hear(datagram(64, progress=1.0))
    # The job is still on the device, finished.
    assert watch.state.progress == 1.0
    for st_id in (0, -1):
        watch.hear(datagram(st_id, progress=0.0))
        assert watch.state.progress is None


def test_an_alarm_without_a_job_has_no_progress() -> None:
    watch = Watch()
    watch.hear(datagram(16, progress=0.9))
    watch.hear(datagram(64, progress=1.0))
    watch.hear(datagram(0))
    watch.hear(datagram(256, progress=0.0))
    assert watch.state.progress is None


def test_running_time_is_the_devices() -> None:
    watch = printing(running=600.0)
    assert watch.state.elapsed_minutes == 10
    watch.read(report(16, "RUNNING", running=659.9))
    assert watch.state.elapsed_minutes == 10
    watch.read(report(16, "RUNNING", running=660.0))
    assert watch.state.elapsed_minutes == 11


def test_running_time_goes_on_without_reports_and_stands_in_a_pause() -> None:
    watch = printing(running=600.0)
    watch.hear(datagram(16), after=120)
    assert watch.state.elapsed_minutes == 12
    watch.hear(datagram(48), after=60)
    watch.hear(datagram(48), after=3600)
    watch.hear(datagram(18), after=60)
    assert watch.state.elapsed_minutes == 13
    watch.hear(datagram(16), after=60)
    watch.hear(datagram(64), after=60)
    assert watch.state.last_job_duration == 600 + 120 + 60 + 60


def test_the_last_report_says_how_long_a_job_ran() -> None:
    watch = printing(running=600.0)
    watch.read(report(64, "COMPLETED", running=612.34))
    assert watch.state.last_job_duration == watch.events[-1].duration == 612.3
    assert watch.state.elapsed_minutes == 10


def test_a_job_that_is_ending_does_not_run() -> None:
    watch = printing(running=600.0)
    watch.hear(datagram(66), after=10)
    assert watch.hear(datagram(64), after=60) == ["completed"]
    assert watch.state.last_job_duration == 610


def test_a_job_found_running_has_no_duration() -> None:
    watch = Watch()
    watch.hear(datagram(16))
    assert watch.state.elapsed_minutes is None
    watch.hear(datagram(64), after=60)
    assert watch.state.last_job_duration is None


def test_nothing_is_invented_without_the_jobs_own_estimate() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", progress=0.5, running=600.0))
    state = watch.state
    assert (state.remaining_minutes, state.finish_time) == (None, None)
    assert state.job_duration is None
    watch.describe(JobInfo(time_cost=None))
    assert watch.state.finish_time is None


def test_a_job_as_long_as_it_says_finishes_when_it_says() -> None:
    watch = printing()
    finish = watch.state.finish_time
    assert finish == watch.now + 3600
    assert watch.state.job_duration == 3600.0
    assert watch.state.remaining_minutes == 60
    for _ in range(59):
        running = watch.now + 60 - (finish - 3600)
        watch.read(report(16, "", progress=running / 3600, running=running), after=60)
        assert watch.state.finish_time == finish
    assert watch.state.remaining_minutes == 1


def test_the_finish_time_moves_only_when_it_is_off_by_more_than_2_min() -> None:
    watch = printing()
    finish = watch.state.finish_time
    assert finish is not None
    # It heats, and gets nowhere.
    watch.read(report(16, "WAITING_HEAD", progress=0.0, running=120.0), after=120)
    assert watch.state.finish_time == finish
    watch.read(report(16, "WAITING_HEAD", progress=0.0, running=121.0), after=1)
    assert watch.state.finish_time == finish + 121


def test_a_slow_job_is_believed_more_the_further_it_is() -> None:
    """It takes twice what it says: at half of it, an hour has gone."""
    watch = printing(progress=0.5, running=3600.0)
    assert watch.state.finish_time == watch.now + 0.75 * 1800 + 0.25 * 3600
    watch.read(report(16, "RUNNING", progress=0.9, running=6480.0), after=2880)
    left = 0.19 * 360 + 0.81 * 720
    assert watch.state.finish_time == pytest.approx(watch.now + left, abs=1)


def test_paused_time_does_not_count() -> None:
    watch = printing(progress=0.5, running=1800.0)
    finish = watch.state.finish_time
    assert finish == watch.now + 1800
    paused = report(48, "PAUSED", progress=0.5, running=1800.0)
    watch.read(paused, after=0)
    assert watch.state.finish_time is None
    assert watch.state.remaining_minutes == 30
    watch.read(paused, after=7200)
    assert (watch.state.finish_time, watch.state.remaining_minutes) == (None, 30)
    watch.read(report(16, "RUNNING", progress=0.5, running=1800.0), after=0)
    assert watch.state.finish_time == finish + 7200


def test_a_short_pause_does_not_move_the_finish_time() -> None:
    watch = printing(progress=0.5, running=1800.0)
    finish = watch.state.finish_time
    watch.read(report(48, "PAUSED", progress=0.5, running=1800.0), after=0)
    watch.read(report(16, "RUNNING", progress=0.5, running=1800.0), after=100)
    assert watch.state.finish_time == finish


@pytest.mark.parametrize("away", [1.0, 600.0])
def test_the_times_are_right_after_a_restart_in_mid_job(away: float) -> None:
    watch = printing(progress=0.5, running=1800.0)
    finish = watch.state.finish_time
    watch.restart(away)
    assert watch.state.finish_time is None
    running = 1800.0 + away
    watch.read(report(16, "RUNNING", progress=running / 3600, running=running), after=0)
    assert watch.state.finish_time == finish
    assert watch.state.elapsed_minutes == int(running // 60)


def test_a_pause_during_a_restart_does_not_count() -> None:
    watch = printing(progress=0.5, running=1800.0)
    finish = watch.state.finish_time
    watch.restart(away=7200)
    assert finish is not None
    watch.read(report(16, "RUNNING", progress=0.5, running=1800.0), after=0)
    assert watch.state.finish_time == finish + 7200


def test_without_reports_after_a_restart_the_plan_is_all_there_is() -> None:
    watch = printing(progress=0.5, running=3600.0)
    watch.restart()
    watch.hear(datagram(16, progress=0.5))
    assert watch.state.elapsed_minutes is None
    assert watch.state.remaining_minutes == 30
    assert watch.state.finish_time == watch.now + 1800


def test_a_job_of_unknown_length_finishes_by_the_clock() -> None:
    watch = printing()
    watch.read(report(16, "RUNNING", progress=None, running=1800.0), after=1800)
    assert watch.state.remaining_minutes == 30
    watch.read(report(16, "RUNNING", progress=None, running=3601.0), after=1801)
    assert watch.state.remaining_minutes is watch.state.finish_time is None


def test_a_job_that_has_ended_has_nothing_left() -> None:
    watch = printing(progress=0.99, running=3600.0)
    watch.read(report(64, "COMPLETED", progress=0.99, running=3600.0))
    state = watch.state
    assert (state.remaining_minutes, state.finish_time) == (None, None)
    assert state.job_duration == 3600.0
    watch.hear(datagram(0), after=5)
    assert (watch.state.job_duration, watch.state.elapsed_minutes) == (None, None)


def test_equal_looks_are_equal_states() -> None:
    """A pause of hours costs no state write, and neither does a steady minute."""
    watch = printing(progress=0.5, running=1830.0)
    paused = report(48, "PAUSED", FAN, progress=0.5, running=1830.0)
    watch.read(paused)
    before = watch.state
    watch.read(paused, after=3600)
    assert watch.state == before
    watch.read(report(16, "RUNNING", progress=0.5, running=1831.0))
    before = watch.state
    watch.read(report(16, "RUNNING", progress=0.5, running=1833.0))
    assert watch.state == before


def test_time_dependent_says_when_to_look_again() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    assert not watch.state.time_dependent
    watch.read(report(0, "IDLE", session=None))
    assert watch.state.time_dependent
    # It counts until a datagram is newer, and that can be at any time.
    watch.look(after=5)
    assert watch.state.time_dependent
    watch.hear(datagram(0))
    assert not watch.state.time_dependent
    watch.hear(datagram(16))
    assert watch.state.time_dependent


def test_head_type_names_the_toolhead_of_a_job_that_has_not_shown_it() -> None:
    watch = Watch()
    watch.hear(datagram(0, head="N/A"))
    watch.hear(datagram(1, head="N/A"))
    assert watch.events[0].toolhead is None
    watch.describe(replace(HOUR, head_type="LASER"))
    watch.hear(datagram(36, head="N/A"))
    assert watch.events[1].toolhead == "laser"
    watch.hear(datagram(16, head="EXTRUDER"))
    watch.describe(replace(HOUR, head_type="N/A"))
    watch.hear(datagram(128, head="N/A"))
    assert watch.events[-1].toolhead == "extruder"


shares = st.floats(0, 1)
seconds = st.floats(0, 1e6)


@given(st.floats(1, 1e6), shares, seconds)
def test_an_estimate_lies_between_the_plan_and_the_pace(
    time_cost: float, progress: float, ran: float
) -> None:
    left = estimate_remaining(time_cost, progress, ran)
    planned = (1 - progress) * time_cost
    paced = (1 - progress) * ran / progress if progress > 1e-9 else planned
    assert left is not None
    low, high = sorted((planned, paced))
    assert low - 1e-6 <= left <= high * (1 + 1e-9) + 1e-6


@pytest.mark.parametrize("time_cost", [None, 0.0, -1.0])
def test_no_estimate_without_a_plan(time_cost: float | None) -> None:
    assert estimate_remaining(time_cost, 0.5, 100.0) is None
    assert estimate_remaining(time_cost, None, 100.0) is None


def test_no_estimate_without_progress_and_clock() -> None:
    assert estimate_remaining(3600.0, None, None) is None


@given(seconds, st.lists(st.tuples(st.sampled_from(["run", "stop"]), seconds)))
def test_a_stopwatch_counts_only_while_it_runs(
    base: float, presses: list[tuple[str, float]]
) -> None:
    clock, now, expected, running = Stopwatch(base, None), START, base, False
    for press, passed in presses:
        now += passed
        expected += passed if running else 0
        running = press == "run"
        clock = clock.run(now) if running else clock.stop(now)
        assert clock.reading(now) == pytest.approx(expected, abs=1e-2)


@pytest.mark.parametrize("takes", [3590, 3000, 5000])
def test_a_job_that_runs_is_never_done_in_the_past(takes: int) -> None:
    """It takes longer than it says, to the end, or stands at 100 % for minutes."""
    watch = printing()
    moments = set()
    for second in range(0, 5000, 2):
        done = min(1.0, second / takes)
        watch.read(report(16, "RUNNING", progress=done, running=float(second)))
        finish = watch.state.finish_time
        assert finish is None or finish > watch.now + 4
        moments.add(finish)
    # And it does not move with every report.
    assert len(moments) < 150


def test_a_clock_that_is_set_back_does_not_count_backwards() -> None:
    clock = Stopwatch(10.0, START)
    assert clock.reading(START - 3600) == 10.0


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_a_finish_time_is_never_off_by_more_than_2_min_and_never_past(
    held: float, remaining: float
) -> None:
    finish = steady_finish(START + held, remaining, START)
    assert abs(finish - (START + remaining)) <= 121
    # Nothing looks again for the next three seconds or so.
    assert finish > START + 9
    assert finish == START + held or finish == int(START + max(remaining, 30.0))
