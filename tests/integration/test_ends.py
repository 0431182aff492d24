"""How a job ends: what is told of an end, also of one that was not seen."""

import pytest

from .watching import Watch

# What is observed; then how the job ended, how many completed, how long it took.
BEGUN = "r0 r16@0.5~100>started"
ENDS = {
    # An end that was announced while the last report counted, before the device is idle.
    "64": f"{BEGUN} 64+1.5 r0+0.5>completed 0 = completed 1 102.0",
    "68": f"{BEGUN} 68+1.5 r0+0.5>completed 0 = completed 1 102.0",
    "128": f"{BEGUN} 128+1.5 r0+0.5>aborted 0 = aborted 0 102.0",
    "128 with an error": f"{BEGUN} 128!mainboard+1.5 r0+0.5>failed:no_response 0 = failed 0 102.0",
    "and idle too": f"{BEGUN} 64+1.5 0+0.5 r0+0.5>completed = completed 1 102.5",
    "a later report contradicts": f"{BEGUN} 64+1.5 r16@0.5+0.1 r0 = unknown 0 None",
    "an old report still counts": f"{BEGUN} 64+0.5 look+5 r0+0.5>completed = completed 1 106.0",
    # Announcements lag; this one was asked for because of the report.
    "not yet": "16 r16@0.5 r0 = unknown 0 None",
    "after idle": "16 r16@0.5 r0 128+0.1>aborted 0+1 128+1 = aborted 0 None",
    "of the next job": "16 r16@0.5 r0 0+3 r0+20 128+0.1 = unknown 0 None",
    "of the next job, idle before": "16 r16@0.5 0+6 r0+20 128+0.1 = unknown 0 None",
    # Anybody can announce anything: the real end is told all the same.
    "not the device's": "r16@0.5 64+6>completed r16@0.6+3 r128>aborted = aborted 1 None",
    "idle, not the device's": "r16@0.5 0+6 r16@0.6 r64@1.0>completed = completed 1 None",
    "and then idle": "r16@0.5 0+6 r16@0.6 r16@0.7 0+6 = unknown 0 None",
    # An end that nothing showed.
    "as good as done": "r16@0.99 0+6>completed = completed 1 None",
    "as good as done, occupied": "r16@0.99 -1+6>completed = completed 1 None",
    "as good as done, by report": "r16@0.99 r0+6>completed = completed 1 None",
    "nearly done": "r16@0.5 r16@0.98 r0 = unknown 0 None",
    "done, with an error": "r16@0.5 r16!fan@0.995 r0 = unknown 0 None",
    "done, in a pause": "r16@0.5 r48@0.995>paused r0 = unknown 0 None",
    "in the middle": "r16@0.5 r16 r0 = unknown 0 None",
    "after a reboot": "16 64>completed 16@0.4>started 0 = unknown 1 None",
    "was completing": "16 66+2 0+6>completed = completed 1 None",
    "was aborting": "16 130+2 0+6>aborted = aborted 0 None",
    "was aborting, by report": "16 r16/ABORTING 0+6>aborted = aborted 0 None",
    "after a loss of contact": "r16@0.995 lost 0 = unknown 0 None",
    # Another run, or one that nothing showed before.
    "another run": "r16 r64#b~5 = completed 0 5.0",
    "another run, contact lost": "r16~100 lost 64 r64#b = completed 1 None",
    "failed within a second": "0 128!home r128!home~0.8+0.2>started,failed:home_failed r128!home 128!home+6 = failed 0 0.8",
    "and so did the next": "0 r128!home>started,failed:home_failed r128!home#b>started,failed:home_failed = failed 0 None",
    "before anything was seen": "128 r128 restart r128 = aborted 0 None",
    "failed before anything was seen": "128!home r128!home restart r128!home = failed 0 None",
    # What is left on the device after it was told.
    "its label cleared": "0 16>started 128!fan+30>failed:fan_failure lost 128 = failed 0 30.0",
    "cleared, and another": "0 16>started 64+30>completed 0 lost 64 = completed 1 None",
}


def follow(line: str) -> None:
    looks, _, expected = line.partition(" = ")
    watch = Watch()
    watch.play(looks)
    state = watch.state
    result = state.last_job_result or "unknown"
    assert f"{result} {state.jobs_completed} {state.last_job_duration}" == expected


@pytest.mark.parametrize("end", ENDS)
def test_an_end(end: str) -> None:
    follow(ENDS[end])


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
    follow(f"{begun} lost+8 {ended}+{away}>{told} {again}")
    follow(f"{begun} lost+8 {st_id}+{away} {ended}+0.3>{told} {again}")
    # Nothing says so without one: counted, and not told.
    follow(f"0 16>started lost {st_id} = {result} None")
    # Home Assistant was away: counted, and not told.
    follow(f"{begun} restart+600 {st_id} r{st_id}~160,700 = {result} 160.0")


def test_the_durations_of_a_job_that_fails_within_a_second() -> None:
    watch = Watch()
    watch.play("0 128!home r128!home~0.8+0.2>started,failed:home_failed")
    assert [event.duration for event in watch.events] == [0.0, 0.8]
    watch = Watch()
    watch.play(f"{BEGUN} 64+1.5 r0+0.5>completed")
    assert watch.events[-1].duration == 102.0
