"""Running time, finish time and totals: what they say, and when they say nothing."""

from collections.abc import Iterator

from hypothesis import example, given, strategies as st
import pytest

from custom_components.flux3dp.aioflux.report import JobInfo
from custom_components.flux3dp.job.times import (
    Stopwatch,
    estimate_remaining,
    steady_finish,
)

from .watching import START, Watch, datagram, follow, report

HOUR = JobInfo(time_cost=3600.0, filament_used=(1000.0, 200.0))


def printing(progress: float = 0.0, running: float = 0.0) -> Watch:
    """Return a watched job of an hour by its own estimate."""
    watch = Watch()
    watch.play(f"r0 r16@{progress}~{running}>started")
    watch.describe(HOUR)
    return watch


# What is observed after ten minutes of a job; then the minutes it ran.
MINUTES = {
    "the device's": "r16~659.9 = 10",
    "the device's, a whole minute": "r16~660 = 11",
    "without reports it goes on": "16+120 = 12",
    "in a pause it stands": "16+120 48+60>paused 48+3600 18+60 = 13",
    "and goes on": "48+5>paused 48+3600 18+60 16+60>resumed 16+60 = 11",
    "an end": "r64~612.34>completed = 10",
}

# The same in the middle of a job of an hour; then the minutes it ran, and those it needs.
HALFWAY = {
    "unknown after a restart": "restart 16@0.5 = None 30",
    "and known by a report": "restart+1 r16@0.5~1801+0 = 30 30",
    "a pause meanwhile": "restart+7200 r16@0.5~1800+0 = 30 30",
    "no known length": "r16@nan~1800 = 30 30",
    "longer than it says": "r16@nan~3601 = 60 None",
    "ended": "r64@0.99~3600>completed = 60 None",
    "cleared": "r64@0.99~3600>completed 0+5 = None None",
}


@pytest.mark.parametrize("line", MINUTES)
def test_minutes(line: str) -> None:
    follow(f"r0 r16~600>started {MINUTES[line]}", "elapsed_minutes")


@pytest.mark.parametrize("line", HALFWAY)
def test_minutes_of_a_job_with_an_estimate(line: str) -> None:
    watch = printing(0.5, 1800.0)
    follow(HALFWAY[line], "elapsed_minutes", "remaining_minutes", watch=watch)


# What is observed; then how long the job took.
DURATIONS = {
    "by our own clock, pauses left out": (
        "r0 r16~600>started 16+120 48+60>paused 48+3600 18+60 16+60>resumed"
        " 64+60>completed = 840.0"
    ),
    "by the last report": "r0 r16~600>started r64~612.34>completed = 612.3",
    "a job that is ending does not run": (
        "r0 r16~600>started 66+10 64+60>completed = 610.0"
    ),
    "a job found running has none": "16 64+60>completed = None",
    "two pauses while we were away": (
        "r0 r16~10>started restart+200 r16~60,210+0 r128~61,211+1>aborted = None"
    ),
    # The device forgets at each pause: the shortest stretches too.
    "stretches of a second": (
        "r0 r16~0+0>started r16~0.5+0.5 r48~0.6+0.1>paused r16~0.6+10>resumed"
        " r16~1.1+0.5 r48~0.6+0.1>paused r16~0.6+10>resumed r64~0.7+0.1>completed = 1.3"
    ),
}


@pytest.mark.parametrize("line", DURATIONS)
def test_durations(line: str) -> None:
    follow(DURATIONS[line], "last_job_duration")


# What is read of a job that completed; then its duration, and the seconds counted.
LATE_REPORTS = {
    "hours later": "r64~130+30>completed r64~7330+7200 = 130.0 130.0",
    "an announcement showed the end": "64+30>completed r64~7330+7200 = 130.0 130.0",
    "after a restart": "r64~130+30>completed restart r64~7330+7200 = 130.0 130.0",
    "and after a silence": "r64~130+30>completed lost r64~7330+7200 = 130.0 130.0",
    "completed while we were away": "restart r64~7360+7200 = None 100.0",
    "completed in a silence": "lost r64~7315+7200>completed = None 115.0",
}


@pytest.mark.parametrize("line", LATE_REPORTS)
def test_the_time_a_completed_job_is_left_for_is_no_running_time(line: str) -> None:
    """Its `time_running` goes on, as the recordings show."""
    shown = ("last_job_duration", "printing_time")
    follow(f"r0 r16~100>started {LATE_REPORTS[line]}", *shown)


# -- a device that forgets all but the last stretch, at each pause and at an abort

STRETCHES = [(30.0, 20.0), (30.0, 20.0), (29.0, 20.0), (36.0, 20.0), (5.0, 0.0)]


def forgetful_job(watch: Watch) -> Iterator[float]:
    """Have a job run for 130 s in five stretches, as firmware 1.6.95 counts them.

    Yields the seconds it has really run, after each report of a pause and at the abort.
    """
    watch.play("r0 r16@0.0~0+0>started")
    ran = total = shown = 0.0
    for number, (stretch, pause) in enumerate(STRETCHES):
        for _ in range(int(stretch)):
            ran, total, shown = ran + 1, total + 1, shown + 1
            watch.play(f"r16@0.1~{shown},{total}+1")
        shown, last = stretch, number == len(STRETCHES) - 1
        watch.read(report(128 if last else 48, running=shown, total=total), after=0)
        yield ran
        total += pause
        if not last:
            watch.read(report(48, running=shown, total=total), after=pause)
            watch.read(report(16, running=shown, total=total), after=0)


def test_a_job_that_the_device_forgets_has_its_times_by_our_clock() -> None:
    watch = Watch()
    for ran in forgetful_job(watch):
        assert watch.events[-1].duration == pytest.approx(ran, abs=1.5)
        assert watch.state.elapsed_minutes == pytest.approx(ran / 60, abs=1)
    assert watch.events[-1].type == "aborted"
    assert watch.state.last_job_duration == pytest.approx(130.0, abs=1.5)
    assert watch.state.printing_time == pytest.approx(130.0, abs=1.5)
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


@pytest.mark.parametrize(
    "line", ["r16~60,300 r16~62,302 = None", "r16~60,60 r16~62,62 = 1"]
)
def test_a_job_found_after_a_pause_has_no_running_time(line: str) -> None:
    follow(line, "elapsed_minutes")


def test_a_long_job_that_was_paused_twice_has_its_last_hour_to_go() -> None:
    """At 90 % of ten hours the device says 12 min of running time."""
    watch = Watch()
    watch.play("r0 r16@0.0~0>started")
    watch.describe(JobInfo(time_cost=36_000.0))
    shown = 0.0
    for stretch in (30_000.0, 1680.0, 720.0):
        watch.read(report(16, running=shown), after=60 if shown else 0)
        watch.read(report(16, running=shown + stretch), after=stretch)
        shown = stretch
        watch.read(report(48, progress=0.9, running=shown), after=0)
    watch.read(report(16, progress=0.9, running=shown), after=60)
    assert watch.state.remaining_minutes == 60
    assert watch.state.elapsed_minutes == 540


# -- when it will be done


def test_nothing_is_invented_without_the_jobs_own_estimate() -> None:
    watch = Watch()
    watch.play("r16@0.5~600")
    watch.describe(JobInfo(time_cost=None))
    state = watch.state
    assert (state.remaining_minutes, state.finish_time) == (None, None)
    assert state.job_duration is None
    for time_cost in (None, 0.0, -1.0):
        assert estimate_remaining(time_cost, 0.5, 100.0) is None
    assert estimate_remaining(3600.0, None, None) is None


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
    watch.play("r64~3600>completed")
    assert (watch.state.remaining_minutes, watch.state.finish_time) == (None, None)
    assert watch.state.job_duration == 3600.0
    watch.play("0+5")
    assert watch.state.job_duration is None


def test_the_finish_time_moves_only_when_it_is_off_by_more_than_2_min() -> None:
    watch = printing()
    finish = watch.state.finish_time
    assert finish is not None
    # It heats, and gets nowhere.
    watch.play("r16/WAITING_HEAD@0.0~120+120")
    assert watch.state.finish_time == finish
    watch.play("r16/WAITING_HEAD@0.0~121+1")
    assert watch.state.finish_time == finish + 121


def test_a_slow_job_is_believed_more_the_further_it_is() -> None:
    """It takes twice what it says: at half of it, an hour has gone."""
    watch = printing(progress=0.5, running=3600.0)
    assert watch.state.finish_time == watch.now + 0.75 * 1800 + 0.25 * 3600
    watch.play("r16@0.9~6480+2880")
    left = 0.19 * 360 + 0.81 * 720
    assert watch.state.finish_time == pytest.approx(watch.now + left, abs=1)


@pytest.mark.parametrize(("paused", "moved"), [(7200, 7200), (100, 0)])
def test_paused_time_does_not_count(paused: int, moved: int) -> None:
    watch = printing(progress=0.5, running=1800.0)
    finish = watch.state.finish_time
    assert finish == watch.now + 1800
    watch.play("r48@0.5~1800+0>paused")
    for _ in range(2):
        assert watch.state.finish_time is None
        assert watch.state.remaining_minutes == 30
        watch.play(f"r48@0.5~1800+{paused / 2}")
    watch.play("r16@0.5~1800+0>resumed")
    assert watch.state.finish_time == finish + moved


@pytest.mark.parametrize(
    ("away", "running", "moved"),
    [(1, 1801.0, 0), (600, 2400.0, 0), (7200, 1800.0, 7200)],
)
def test_the_times_are_right_after_a_restart_in_mid_job(
    away: int, running: float, moved: int
) -> None:
    watch = printing(progress=0.5, running=1800.0)
    finish = watch.state.finish_time
    assert finish is not None
    watch.restart(away)
    assert watch.state.finish_time is None
    watch.read(report(16, progress=running / 3600, running=running), after=0)
    assert watch.state.finish_time == finish + moved
    assert watch.state.elapsed_minutes == int(running // 60)


@pytest.mark.parametrize("takes", [3590, 3000, 5000])
def test_a_job_that_runs_is_never_done_in_the_past(takes: int) -> None:
    """It takes longer than it says, to the end, or stands at 100 % for minutes."""
    watch = printing()
    watch.strict = False
    moments = set()
    for second in range(0, 5000, 4):
        done = min(1.0, second / takes)
        watch.read(report(16, progress=done, running=float(second)), after=4)
        finish = watch.state.finish_time
        assert finish is None or finish > watch.now + 4
        moments.add(finish)
    # And it does not move with every report.
    assert len(moments) < 150


def test_equal_looks_are_equal_states() -> None:
    """A pause of hours costs no state write, and neither does a steady minute."""
    watch = printing(progress=0.5, running=1830.0)
    watch.play("r48!fan@0.5~1830>paused:fan_failure")
    before = watch.state
    watch.play("r48!fan@0.5~1830+3600")
    assert watch.state == before
    watch.play("r16@0.5~1831>resumed")
    before = watch.state
    watch.play("r16@0.5~1833")
    assert watch.state == before


def test_time_dependent_says_when_to_look_again() -> None:
    watch = Watch()
    for look, depends in (
        ("0", False),
        ("r0", True),
        # It counts until a datagram is newer, and that can be at any time.
        ("look+5", True),
        ("0", False),
        ("16>started", True),
    ):
        watch.play(look)
        assert watch.state.time_dependent is depends, look


shares, seconds = st.floats(0, 1), st.floats(0, 1e6)


@example(1.0, 3.6e-10, 2791.0)
@given(st.floats(1, 1e6), shares, seconds)
def test_an_estimate_lies_between_the_plan_and_the_pace(
    time_cost: float, progress: float, ran: float
) -> None:
    left = estimate_remaining(time_cost, progress, ran)
    planned = (1 - progress) * time_cost
    paced = (1 - progress) * ran / progress if progress else planned
    assert left is not None
    low, high = sorted((planned, paced))
    assert low - 1e-6 <= left <= high * (1 + 1e-9) + 1e-6


@given(st.floats(0, 1e5), st.floats(0, 1e5))
def test_a_finish_time_is_never_off_by_more_than_2_min_and_never_past(
    held: float, remaining: float
) -> None:
    finish = steady_finish(START + held, remaining, START)
    assert abs(finish - (START + remaining)) <= 121
    # Nothing looks again for the next three seconds or so.
    assert finish > START + 9
    assert finish == START + held or finish == int(START + max(remaining, 30.0))


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
    # A clock that is set back does not count backwards.
    assert clock.reading(now - 3600) >= clock.base


# -- totals, and when it began

# What is observed of a job of an hour; then the running time and filament of all jobs.
TOTALS = {
    "nothing yet": "look = 0.0 0.0",
    "by the whole minute and percent": "r16@0.101~119+119 = 60.0 120.0",
    "no more before the next": "r16@0.101~119+119 r16@0.109~119.5+0.5 = 60.0 120.0",
    "and the next": "r16@0.109~119+119 r16@0.11~121+2 = 120.0 132.0",
    "completed": "r16@0.505~90+90 r64@0.505~92.5>completed = 92.5 1200.0",
    "aborted": "r16@0.505~90+90 r128@0.505~92.5>aborted = 92.5 606.0",
    "failed": "r16@0.505~90+90 r128!home@0.505~92.5>failed:home_failed = 92.5 606.0",
    "once": "r16@0.5~90+90 r64~92.5>completed r0 restart r0 = 92.5 1200.0",
    "and the next job": (
        "r16@0.5~90+90 r64~92.5>completed r0 r16#b>started 128+30>aborted = 122.5 1200.0"
    ),
    "lost": "r16@0.5~90+90 lost+10 0+36000 = 100.0 600.0",
    "a restart": "r16@0.5~90+90 restart r16@0.51~150+0 = 120.0 612.0",
    "an end after it": (
        "r16@0.5~90+90 restart r16@0.51~150+0 r64@1.0~160+10>completed = 160.0 1200.0"
    ),
}


@pytest.mark.parametrize("line", TOTALS)
def test_totals(line: str) -> None:
    follow(TOTALS[line], "printing_time", "filament_used", watch=printing())


def test_a_job_that_had_ended_before_it_was_seen_is_in_no_total() -> None:
    watch = Watch()
    watch.play("r64@1.0~500")
    watch.describe(HOUR)
    follow("look = 0.0 0.0", "printing_time", "filament_used", watch=watch)


def test_when_a_job_began() -> None:
    watch = Watch()
    watch.play("0 1>started")
    began = watch.now
    for looks in ("look", "16+100", "restart 64", "0"):
        watch.play(looks)
        assert watch.state.job_started == began
    # Found in the middle: the device says how long ago that was, pauses included.
    found = Watch()
    found.hear(datagram(16))
    assert found.state.job_started is None
    found.play("r16~30,600")
    assert found.state.job_started == found.now - 600.0
