"""A job's running time where the device's own forgets: at each pause, and at an abort."""

from collections.abc import Iterator

import pytest

from custom_components.flux3dp.aioflux.report import JobInfo

from .watching import Watch, report

STRETCHES = [(30.0, 20.0), (30.0, 20.0), (29.0, 20.0), (36.0, 20.0), (5.0, 0.0)]


def forgetful_job(watch: Watch) -> Iterator[float]:
    """Have a job run for 130 s in five stretches, as firmware 1.6.95 counts them.

    Yields the seconds it has really run, after each report of a pause and at the abort.
    """
    watch.read(report(0, "IDLE", session=None))
    watch.read(report(16, "RUNNING", progress=0.0, running=0.0, total=0.0), after=0)
    ran = total = shown = 0.0
    for number, (stretch, pause) in enumerate(STRETCHES):
        for _ in range(int(stretch)):
            ran, total, shown = ran + 1, total + 1, shown + 1
            running = report(16, "RUNNING", progress=0.1, running=shown, total=total)
            watch.read(running, after=1)
        shown = stretch
        if number == len(STRETCHES) - 1:
            watch.read(report(128, "ABORTED", running=shown, total=total), after=0)
        else:
            watch.read(report(48, "PAUSED", running=shown, total=total), after=0)
        yield ran
        total += pause
        if number < len(STRETCHES) - 1:
            watch.read(report(48, "PAUSED", running=shown, total=total), after=pause)
            watch.read(report(16, "RUNNING", running=shown, total=total), after=0)


def test_a_job_that_the_device_forgets_has_its_times_by_our_clock() -> None:
    watch = Watch()
    for ran in forgetful_job(watch):
        assert watch.events[-1].duration == pytest.approx(ran, abs=1.5)
        assert watch.state.elapsed_minutes == pytest.approx(ran / 60, abs=1)
    assert watch.events[-1].type == "aborted"
    assert watch.state.last_job_duration == pytest.approx(130.0, abs=1.5)
    durations = [event.duration or 0.0 for event in watch.events]
    assert durations == sorted(durations)


@pytest.mark.parametrize("stop", range(len(STRETCHES) - 1))
def test_after_a_restart_in_such_a_job_nothing_is_told_that_is_wrong(stop: int) -> None:
    """Before the device has forgotten the first time it is right, then unknown."""
    watch = Watch()
    for number, ran in enumerate(forgetful_job(watch)):
        if number == stop:
            watch.restart(away=0)
        if number > stop:
            known = watch.state.job and watch.state.job.running_time(watch.now)
            assert known is None or known == pytest.approx(ran, abs=1.5)
        if number > max(stop, 1):
            assert watch.events[-1].duration is None
    assert watch.state.last_job_duration is None
    assert watch.state.last_job_result == "aborted"


def test_pauses_while_home_assistant_was_away_are_not_known() -> None:
    """Two of them make the device forget; nothing but its own times says so."""
    watch = Watch()
    watch.read(report(0, "IDLE", session=None))
    watch.read(report(16, "RUNNING", running=10.0, total=10.0))
    watch.restart(away=200)
    watch.read(report(16, "RUNNING", running=60.0, total=210.0), after=0)
    assert watch.state.elapsed_minutes is None
    watch.read(report(128, "ABORTED", running=61.0, total=211.0), after=1)
    assert watch.state.last_job_duration is None


def test_a_job_found_after_a_pause_has_no_running_time() -> None:
    watch = Watch()
    watch.read(report(16, "RUNNING", running=60.0, total=300.0))
    watch.read(report(16, "RUNNING", running=62.0, total=302.0))
    assert watch.state.elapsed_minutes is None
    never_paused = Watch()
    never_paused.read(report(16, "RUNNING", running=300.0, total=300.0))
    assert never_paused.state.elapsed_minutes == 5


def test_a_long_job_that_was_paused_twice_has_its_last_hour_to_go() -> None:
    """At 90 % of ten hours the device says 12 min of running time."""
    watch = Watch()
    watch.read(report(0, "IDLE", session=None))
    watch.read(report(16, "RUNNING", progress=0.0, running=0.0))
    watch.describe(JobInfo(time_cost=36_000.0))
    shown = 0.0
    for stretch in (30_000.0, 1680.0, 720.0):
        watch.read(report(16, "RUNNING", running=shown), after=60 if shown else 0)
        shown += stretch
        watch.read(report(16, "RUNNING", running=shown), after=stretch)
        shown = stretch
        watch.read(report(48, "PAUSED", progress=0.9, running=shown), after=0)
    watch.read(report(16, "RUNNING", progress=0.9, running=shown), after=60)
    assert shown == 12 * 60
    assert watch.state.remaining_minutes == 60
    assert watch.state.elapsed_minutes == 540


def test_the_shortest_stretches_are_not_forgotten_either() -> None:
    watch = Watch()
    watch.read(report(0, "IDLE", session=None))
    watch.read(report(16, "RUNNING", running=0.0), after=0)
    for number in range(5):
        shown = 0.5 if number == 0 else 1.1
        watch.read(report(16, "RUNNING", running=shown), after=0.5)
        watch.read(report(48, "PAUSED", running=0.6), after=0.1)
        watch.read(report(16, "RUNNING", running=0.6), after=10)
    watch.read(report(64, "COMPLETED", running=0.7), after=0.1)
    assert watch.state.last_job_duration == pytest.approx(3.1, abs=0.1)
    durations = [event.duration or 0.0 for event in watch.events]
    assert durations == sorted(durations)
