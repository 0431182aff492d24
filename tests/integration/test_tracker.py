"""The job tracker as a table: which looks at a device are events, and what is known then.

`Watch.play` says how a script is read.
"""

from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux.report import JobInfo
from custom_components.flux3dp.job.tracker import describe

from .watching import ERRORS, Watch, follow, report

GAPS = pytest.mark.parametrize("gap", ["lost", "restart"])


KNOWN = ("last_job_result", "jobs_completed", "job_number")

# What is observed; then how the last job ended, how many completed, the job's number.
JOBS = {
    "from start to end": "0 1>started 4 16 50 48>paused 18 16>resumed 66 64>completed 68 0 = completed 1 1",
    "with the wrong toolhead, within 0.2 s": "0 36!type>started,paused:wrong_toolhead = None 0 1",
    "a pause with an error is one event": "16 50!fan 48!fan>paused:fan_failure 48!fan = None 0 1",
    "a resume that fails at once is the same pause": "r16 r48!fan>paused:fan_failure r18 r50!fan+0.5 r48!fan+0.5 r18 r16>resumed = None 0 1",
    "a report says at once that it resumed": "r48 r16/WAITING_HEAD>resumed = None 0 1",
    "an abort in a pause is no resume": "48!fan 16 128>aborted:fan_failure = aborted 0 1",
    "nor by reports": "r48!fan r16/ABORTING r128>aborted:fan_failure = aborted 0 1",
    "a resume that is sure after a while": "48 16 look+2 look+2>resumed = None 0 1",
    "a resume that is sure when the job gets on": "48@0.5 16@0.51>resumed = None 0 1",
    "a resume that was none": "48 16 50 48 4 4+4>resumed = None 0 1",
    "a resume while the clock is set back": "48 16 16+-3600 16+4>resumed = None 0 1",
    "an error that was mended is not why it is aborted": "48!fan 18 16>resumed 128>aborted = aborted 0 1",
    "an abort with an error is a failure": "16 128!home>failed:home_failed = failed 0 1",
    "a reboot in mid-job": "16 64>completed 16@0.4>started 0 = None 1 2",
    "its end and a new beginning between two looks": "16@0.9 1>started = None 0 2",
    "another session": "r16@0.9 r16@0.1#b>started r64#b>completed = completed 1 2",
    "a session that comes late": "0 r1>started r16/STARTING = None 0 1",
    "another session that has ended": "r16 r64#b~5 = completed 0 2",
    "another session that is ending": "r16 r66#b r64#b>completed r66#c r128#c>aborted = aborted 1 3",
    "an answer that was late": "r16 64+5>completed r16+0 64+5 = completed 1 1",
    "an announcement that lags": "r16 r64>completed 16+0.5 64+5 = completed 1 1",
    "a datagram that is later than any lag": "0 r1>started r16 0+1.5 16+3.6 64+5>completed = completed 1 1",
    "a datagram of its beginning that is as late": "0 1>started r4 1+1.5 16+3.6 64+5>completed = completed 1 1",
    "a job between two looks": "0 64 = completed 0 1",
    "a failed job between two looks": "0 64 0 128!mainboard = failed 0 2",
    "first seen while it completes": "66 64>completed = completed 1 1",
    # Laser machines stop by themselves: a failed job, or one that goes on.
    "alarm: a failure, and the end that follows is the same": "16 256!fire>failed:fire_detected 128 0 = failed 0 1",
    "alarm: fatal": "16 512!fire>failed:fire_detected 128 0 = failed 0 1",
    "alarm: some error without a label": "16 256>failed:other = failed 0 1",
    "alarm: without a job": "0 256!pump 0 = None 0 0",
    "alarm: a job that goes on": "r16 r256>failed:other r516 r16>resumed r64>completed = completed 1 1",
    "alarm: a job that goes on after fatal": "r16 r512>failed:other r516 r16>resumed r64>completed = completed 1 1",
    "alarm: a paused machine has the same job": "16 256>failed:other 48 18 16>resumed = failed 0 1",
    "alarm: a start after it is a new one": "16 256>failed:other 16>started = failed 0 2",
    "alarm: never ran again: aborted": "16 256>failed:other 48 128 0 = failed 0 1",
    "alarm: never ran again: alarm": "16 256>failed:other 48 256 0 = failed 0 1",
    "alarm: never ran again: fatal": "16 256>failed:other 48 512 0 = failed 0 1",
    "alarm: never ran again: left": "16 256>failed:other 48 0 = failed 0 1",
    "alarm: ran again": "16 256>failed:other 18 16>resumed 128>aborted = aborted 0 1",
    "alarm: long after a failed job": "16 256>failed:other 0 256 48>started,paused = failed 0 2",
    "alarm: another session after it": "r16 r256>failed:other r48#b>started,paused = failed 0 2",
}


@pytest.mark.parametrize("job", JOBS)
def test_a_job(job: str) -> None:
    follow(JOBS[job], *KNOWN)


@pytest.mark.parametrize("begin", [1, 4, 16])
@pytest.mark.parametrize(
    "end", ["0", "64>completed", "68>completed", "128>aborted", "-1"]
)
def test_without_reports_a_beginning_after_an_end_is_a_new_job(
    end: str, begin: int
) -> None:
    watch = Watch()
    watch.play(f"16 {end} {begin}>started")
    assert watch.state.job_number == 2


# -- restarts and silences: what happened unseen is no event, and nothing is lost

UNSEEN = {
    "a job goes on": "0 16@0.5>started gap 16@0.6 48!fan>paused:fan_failure 128>aborted:fan_failure = aborted 0 1",
    "a pause is the same": "48!fan gap 48!fan 18 16>resumed = None 0 1",
    "a resume": "48!fan gap 18 16>resumed = None 0 1",
    "a resume that fails is the same pause": "48!fan gap 18 50!fan 48!fan 18 16>resumed = None 0 1",
    "a pause, then a resume": "16 gap 48 gap 16 48>paused = None 0 1",
    "another session": "r16@0.9 gap r16@0.95#b r64#b>completed = completed 1 2",
    "a progress that fell": "16@0.8 gap 16@0.1 = None 0 2",
    "a progress that lags": "r16@0.8 gap 16@0.79 = None 0 1",
    "found while it ends": "16 gap 66 64>completed = completed 1 1",
    "an alarm went by": "r16 r256>failed:other gap r16 r64>completed = completed 1 1",
    "completed": "16 64>completed 16>started gap 64 0 = completed 2 2",
    "completed, 68": "16 64>completed 16>started gap 68 0 = completed 2 2",
    "aborted": "16 64>completed 16>started gap 128 0 = aborted 1 2",
    "failed": "16 64>completed 16>started gap 128!fan 0 = failed 1 2",
    "in alarm": "16 64>completed 16>started gap 256 0 = failed 1 2",
    "left": "16 64>completed 16>started gap 0 = None 1 2",
    "occupied": "16 64>completed 16>started gap -1 0 = None 1 2",
    "almost done, and left": "r16@0.995 gap 0 = None 0 1",
    "a result that was told": "0 16>started 128!fan+30>failed:fan_failure gap 128!fan = failed 0 1",
    "a result that was told, its label cleared": "0 16>started 128!fan+30>failed:fan_failure gap 128 = failed 0 1",
    "another end is another job's": "16 64>completed gap 128 = aborted 1 2",
    "an end after a cleared job": "16 64>completed 0 gap 64 = completed 1 2",
}


@GAPS
@pytest.mark.parametrize("job", UNSEEN)
def test_out_of_sight(job: str, gap: str) -> None:
    follow(UNSEEN[job], *KNOWN, gap=gap)


@GAPS
@pytest.mark.parametrize("st_id", [0, 1, 16, 36, 48, 64, 66, 128, 130, 256, -1, 7])
def test_the_first_look_is_never_an_event(gap: str, st_id: int) -> None:
    for before in ("", "0", "16", "48!fan", "64"):
        watch = Watch()
        watch.play(before)
        watch.play(f"gap {st_id}!fan" if st_id >= 0 else f"gap {st_id}", gap)
        assert watch.problems == []


@GAPS
def test_a_device_that_is_off_keeps_its_last_job(gap: str) -> None:
    watch = Watch()
    watch.play("0")
    watch.expect("boat.fc")
    keys = ("status", "job_name", *ENDED)
    line = "16>started 64+60>completed gap lost = offline boat.fc completed 1 60.0"
    follow(line, *keys, gap=gap, watch=watch)


# -- how a job ends: also one whose end was not seen

ENDED = ("last_job_result", "jobs_completed", "last_job_duration")

# What is observed; then how the job ended, how many completed, how long it took.
BEGUN = "r0 r16@0.5~100>started 16 r16@0.5~100"
ENDS = {
    # An end that was announced while the last report counted, before the device is idle.
    "64": f"{BEGUN} 64+1.5 r0+0.5>completed 0 = completed 1 102.0",
    "68": f"{BEGUN} 68+1.5 r0+0.5>completed 0 = completed 1 102.0",
    "128": f"{BEGUN} 128+1.5 r0+0.5>aborted 0 = aborted 0 102.0",
    "128 with an error": f"{BEGUN} 128!mainboard+1.5 r0+0.5>failed:no_response 0 = failed 0 102.0",
    "and idle too": f"{BEGUN} 64+1.5 0+0.5 r0+0.5>completed = completed 1 102.5",
    "a later report contradicts": f"{BEGUN} 64+1.5 r16@0.5+0.1 r0 = None 0 None",
    "an old report still counts": f"{BEGUN} 64+0.5 look+5 r0+0.5>completed = completed 1 106.0",
    # Announcements lag; this one was asked for because of the report.
    "not yet": "16 r16@0.5 r0 = None 0 None",
    "after idle": "16 r16@0.5 r0 128+0.1>aborted 0+1 128+1 = aborted 0 None",
    "of the next job": "16 r16@0.5 r0 0+3 r0+20 128+0.1 = None 0 None",
    "of the next job, idle before": "16 r16@0.5 0+6 r0+20 128+0.1 = None 0 None",
    # Anybody can announce anything: the real end is told all the same.
    "not the device's": "r16@0.5 64+6>completed r16@0.6+3 r128>aborted = aborted 1 None",
    "idle, not the device's": "r16@0.5 0+6 r16@0.6 r64@1.0>completed = completed 1 None",
    "and then idle": "r16@0.5 0+6 r16@0.6 r16@0.7 0+6 = None 0 None",
    # Another job, begun while the last report counted: what follows is that one's.
    "left, another runs": f"{BEGUN} r48@0.5>paused 0+1.5 16+3.6>started 64>completed = completed 1 3.0",
    "left, another begins": f"{BEGUN} r48@0.5>paused 0+1.5 1+1.7 16+2>started 48>paused = None 0 None",
    "another begins": f"{BEGUN} r48@0.5>paused 1+1.5 16+3.6>started = None 0 None",
    "canceled, another begins": f"{BEGUN} r16/ABORTING@0.5 128+0.8 1+0.7 16+3.6>aborted,started 48>paused = aborted 0 107.1",
    "canceled, another fails": f"{BEGUN} r16/ABORTING@0.5 128!home+0.8 r128!home#b~0.3+0.1>aborted,started,failed:home_failed = failed 0 0.3",
    "fails, another runs by its report": f"{BEGUN} 128!home+1.5 r16#b~0.3+0.1>failed:home_failed,started = failed 0 101.6",
    "canceled, another runs": f"{BEGUN} r16/ABORTING@0.5 0+1.5 16+3.6>aborted,started = aborted 0 107.1",
    "completed, another runs": f"{BEGUN} 64+1.5 16+1 16+3>completed,started = completed 1 105.5",
    "completed, another by session": f"{BEGUN} 64+0.5 r16#b~1+1.5>completed,started = completed 1 102.0",
    "completed, left, another runs": f"{BEGUN} 64+0.5 0+1 1+1 16+3>completed,started 128>aborted = aborted 1 3.0",
    "completed, another begins, by report": f"{BEGUN} 64+1.5 r1+0.5>completed,started = completed 1 102.0",
    "completed, another is ending": f"{BEGUN} 64+1.5 66+4>completed 128>aborted = aborted 1 None",
    "completing": f"{BEGUN} 16+0.1 66+1.5 66+4 64>completed = completed 1 105.6",
    "aborting": f"{BEGUN} 16+0.1 130+1.5 130+4 128>aborted = aborted 0 105.6",
    "in alarm": f"{BEGUN} 16+0.1 256!fire+1.5 256!fire+4>failed:fire_detected = failed 0 105.6",
    "completing, another runs": f"{BEGUN} 66+6 16>completed,started = completed 1 106.0",
    "aborting, another begins": f"{BEGUN} 130+6 1>aborted,started = aborted 0 106.0",
    "completing, another by its report": f"{BEGUN} r66+1 r16#b~1+1>completed,started = completed 1 101.0",
    "completing, another fails": f"{BEGUN} 66+6 128!home>completed r128!home#b~0.8>started,failed:home_failed = failed 1 0.8",
    "completing, and aborted by its report": f"{BEGUN} r66+1 r128>aborted = aborted 0 101.0",
    "aborting, another completes": f"{BEGUN} 130+6 64>aborted = completed 0 None",
    "completing, not the device's": f"{BEGUN} 16+0.1 1+1.4 r66+0.5 66+6 64>completed = completed 1 102.0",
    "left, another has completed": f"{BEGUN} 0+1.5 64+4 = completed 0 None",
    "left, another has failed": f"{BEGUN} 0+1.5 128!home+4 r128!home#b~0.8>started,failed:home_failed = failed 0 0.8",
    "its own end": f"{BEGUN} 64+1.5 64+4>completed = completed 1 105.5",
    "left, not the device's": f"{BEGUN} 0+1.5 r16+0.5 16+6 64>completed = completed 1 111.0",
    "another, not the device's": f"{BEGUN} 1+1.5 r16+0.5 16+6 64>completed = completed 1 111.0",
    "a beginning that lags": "r0 r1>started 0+1.2 r16+0.8 16+6 64>completed = completed 1 11.0",
    "a job before it that lags": f"{BEGUN} r1+1>started 16+0.5 1+1 16+5 64>completed = completed 1 9.5",
    "an end before it that lags": f"{BEGUN} 64+0.5 16+0.6 16+5 64>completed = completed 1 109.1",
    # An end that nothing showed.
    "as good as done": "r16@0.99 0+6>completed = completed 1 None",
    "as good as done, occupied": "r16@0.99 -1+6>completed = completed 1 None",
    "as good as done, by report": "r16@0.99 r0+6>completed = completed 1 None",
    "as good as done, rebooted": "16@0.99 16@0.995 boot = None 0 None",
    "as good as done, rebooted, by report": "r16@0.99 lost+4 boot+0.1 r0+0.3 = None 0 None",
    "nearly done": "r16@0.5 r16@0.98 r0 = None 0 None",
    "done, with an error": "r16@0.5 r16!fan@0.995 r0 = None 0 None",
    "done, in a pause": "r16@0.5 r48@0.995>paused r0 = None 0 None",
    "in the middle": "r16@0.5 r16 r0 = None 0 None",
    "after a reboot": "16 64>completed 16@0.4>started 0 = None 1 None",
    "was completing": "16 66+2 0+6>completed = completed 1 None",
    "was aborting": "16 130+2 0+6>aborted = aborted 0 None",
    "was aborting, by report": "16 r16/ABORTING 0+6>aborted = aborted 0 None",
    "after a loss of contact": "r16@0.995 lost 0 = None 0 None",
    # Another run, or one that nothing showed before.
    "another run": "r16 r64#b~5 = completed 0 5.0",
    "another run, contact lost": "r16~100 lost 64 r64#b = completed 1 None",
    "failed within a second": "0 128!home r128!home~0.8+0.2>started,failed:home_failed r128!home 128!home+6 = failed 0 0.8",
    "failed within a second, contact lost": "0 128!home lost r128!home~0.8 = failed 0 None",
    "and so did the next": "0 r128!home>started,failed:home_failed r128!home#b>started,failed:home_failed = failed 0 None",
    "before anything was seen": "128 r128 restart r128 = aborted 0 None",
    "failed before anything was seen": "128!home r128!home restart r128!home = failed 0 None",
    # What is left on the device after it was told.
    "its label cleared": "0 16>started 128!fan+30>failed:fan_failure lost 128 = failed 0 30.0",
    "cleared, and another": "0 16>started 64+30>completed 0 lost 64 = completed 1 None",
}


@pytest.mark.parametrize("end", ENDS)
def test_an_end(end: str) -> None:
    follow(ENDS[end], *ENDED)


@pytest.mark.parametrize("away", [5, 36_000])
@pytest.mark.parametrize(
    ("st_id", "told", "result"),
    [
        ("64", "completed", "completed 1"),
        ("128", "aborted", "aborted 0"),
        ("128!fan", "failed:fan_failure", "failed 0"),
    ],
)
def test_an_end_out_of_sight(st_id: str, told: str, result: str, away: int) -> None:
    begun, ended = "r0 r16~100,100>started", f"r{st_id}~104,200"
    again = f"{ended} {st_id}+6 = {result} 104.0"
    # Contact was lost: a report says that it is the same run.
    follow(f"{begun} lost+8 {ended}+{away}>{told} {again}", *ENDED)
    follow(f"{begun} lost+8 {st_id}+{away} {ended}+0.3>{told} {again}", *ENDED)
    # Nothing says so without one: counted, and not told.
    follow(f"0 16>started lost {st_id} = {result} None", *ENDED)
    # Home Assistant was away: counted, and not told.
    ran = "None" if st_id == "64" else "160.0"  # Completed, it goes on to count.
    follow(f"{begun} restart+600 {st_id} r{st_id}~160,700 = {result} {ran}", *ENDED)
    follow(f"{begun} restart+600 {st_id} r{st_id}~104,700 = {result} 104.0", *ENDED)


def test_the_durations_of_a_job_that_fails_within_a_second() -> None:
    watch = Watch()
    watch.play("0 128!home r128!home~0.8+0.2>started,failed:home_failed")
    assert [event.duration for event in watch.events] == [0.0, 0.8]
    watch = Watch()
    watch.play(f"{BEGUN} 64+1.5 r0+0.5>completed")
    assert watch.events[-1].duration == 102.0


# -- what an event carries


def test_reports_without_a_session_show_another_job_by_its_age() -> None:
    watch = Watch()
    watch.play("0")
    paused = report(48, session=None, running=100.0, total=110.0)
    assert watch.read(paused) == ["started", "paused"]
    assert watch.read(replace(paused, time_total=112.0)) == []
    assert watch.read(report(16, session=None, running=1.0, total=1.0)) == ["started"]
    assert watch.state.job_number == 2


def test_an_event_and_a_problem_carry_the_error_and_what_helps() -> None:
    watch = Watch()
    watch.play("16 48!fan>paused:fan_failure")
    [event], [problem] = watch.events, watch.problems
    error = {"error": "fan_failure", "advice": "clear_fan"}
    expected = {"name": None, "toolhead": "extruder", "duration": None}
    assert event.attributes() == expected | error
    assert problem.attributes() == error | {"label": ERRORS["fan"]}
    watch.play("18 16>resumed")
    attributes = watch.events[-1].attributes()
    assert attributes["error"] is attributes["advice"] is None


def test_a_problem_that_changes_is_another_one() -> None:
    watch = Watch()
    watch.play("48!fan 48!offline 48!offline3")
    assert [problem.error for problem in watch.problems] == ["head_offline"]
    watch = Watch()
    watch.play("0 256!pump")
    assert [problem.error for problem in watch.problems] == ["pump_error"]


def test_a_name_is_given_to_the_job_that_was_expected() -> None:
    watch = Watch()
    watch.play("0")
    watch.expect("boat.fc")
    watch.play("restart+30 0 1>started")
    assert watch.state.job_name == watch.events[0].name == "boat.fc"
    watch.play("64>completed 0")
    assert watch.state.job_name == "boat.fc"
    # The next one is another's.
    watch.play("1>started")
    assert watch.state.job_name is None


@pytest.mark.parametrize("begun", ["1+61>started", "1+-3600>started", "back 1>started"])
def test_a_name_that_is_late_early_or_taken_back_is_given_to_no_job(begun: str) -> None:
    watch = Watch()
    watch.play("0")
    watch.expect("boat.fc")
    if begun.startswith("back"):
        watch.expect(None)
    watch.play(begun.removeprefix("back "))
    assert watch.state.job_name is None


def test_what_was_learnt_about_an_old_job_is_not_the_new_ones() -> None:
    watch = Watch()
    watch.play("16")
    old = watch.state.job_number
    watch.describe(JobInfo(title="Vase"))
    assert watch.state.job_name == "Vase"
    watch.play("1>started")
    before = watch.state
    assert before.job_name is None
    assert describe(before, old, JobInfo(title="Vase")) == before
