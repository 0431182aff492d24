"""The tracker watches whole jobs of real firmware: by datagram, by report, by both."""

from collections.abc import Iterator
import json
from pathlib import Path

import pytest

from custom_components.flux3dp.aioflux.report import (
    parse_file_info,
    parse_job_info,
    parse_report,
)

from .watching import Mode, Watch, datagram, every_mode, told

VECTORS = Path(__file__).parents[1] / "vectors"
JOBS = json.loads((VECTORS / "jobs.json").read_text())


def replay_job(watch: Watch, name: str, mode: Mode) -> Iterator[Watch]:
    """Watch a recorded conversation, entry by entry, with an idle device before."""
    begin = watch.now
    if mode == "reports":
        watch.read(parse_report('{"st_id": 0, "st_label": "IDLE"}'), after=0)
    for entry in JOBS[name]:
        watch.now = begin + entry["t"]
        st_id, progress, head, label = entry["udp"]
        heard = datagram(st_id, label, head=head, progress=progress)
        if mode != "reports":
            watch.hear(heard, after=0)
        if mode != "datagrams":
            reply = entry["replies"][0]
            if entry["command"] == "player report" and reply.startswith("{"):
                watch.read(parse_report(reply), after=0)
            elif entry["command"] == "player info":
                watch.describe(parse_job_info(entry["replies"][1]))
        yield watch


@every_mode
def test_a_job_that_is_paused_and_completes(mode: Mode) -> None:
    watch = Watch()
    progress = [
        watch.state.progress
        for _ in replay_job(watch, "run-pause-resume-complete-quit", mode)
        if watch.state.active
    ]
    assert told(watch) == [
        ("started", "none"),
        ("paused", "none"),
        ("resumed", "none"),
        ("completed", "none"),
    ]
    assert watch.problems == []
    known = [value for value in progress if value is not None]
    assert known == sorted(known)
    assert known[-1] > 0.99
    state = watch.state
    assert (state.status, state.progress, state.job_duration) == ("idle", None, None)
    assert (state.last_job_result, state.jobs_completed) == ("completed", 1)
    # The device says 14.4 s; datagrams show when it ran to about a second.
    exact = pytest.approx(14.4, abs=1.5 if mode == "datagrams" else 0.05)
    assert state.last_job_duration == exact


@every_mode
def test_a_job_that_is_aborted(mode: Mode) -> None:
    watch = Watch()
    list(replay_job(watch, "abort", mode))
    assert told(watch) == [("started", "none"), ("aborted", "none")]
    assert watch.state.last_job_result == "aborted"
    assert watch.state.jobs_completed == 0


@every_mode
def test_both_jobs_in_a_row(mode: Mode) -> None:
    watch = Watch()
    list(replay_job(watch, "run-pause-resume-complete-quit", mode))
    watch.now += 60
    list(replay_job(watch, "abort", mode))
    assert [kind for kind, _ in told(watch)] == [
        "started",
        "paused",
        "resumed",
        "completed",
        "started",
        "aborted",
    ]
    assert watch.state.job_number == 2


@every_mode
@pytest.mark.parametrize("gap", ["restart", "silence"])
def test_a_restart_or_a_silence_at_any_moment_invents_nothing(
    mode: Mode, gap: str
) -> None:
    """Whatever is then told was told without the gap too, in the same order."""
    name = "run-pause-resume-complete-quit"
    whole = ["started", "paused", "resumed", "completed"]
    for moment in range(len(JOBS[name])):
        watch = Watch()
        for index, _ in enumerate(replay_job(watch, name, mode)):
            if index != moment:
                continue
            if gap == "restart":
                watch.restart(away=0)
            else:
                watch.reported = None
                watch.hear(None, after=0)
        kinds = [kind for kind, _ in told(watch)]
        remaining = iter(whole)
        assert all(kind in remaining for kind in kinds), (moment, kinds)
        assert watch.state.job_number == 1, moment
        assert watch.state.last_job_result == "completed", moment


@pytest.mark.parametrize("mode", ["reports", "both"])
def test_statuses_of_a_job_as_reports_tell_them(mode: Mode) -> None:
    watch = Watch()
    words = []
    for _ in replay_job(watch, "run-pause-resume-complete-quit", mode):
        if watch.state.status not in words[-1:]:
            words.append(watch.state.status)
    assert words == [
        "idle",
        "initializing",
        "starting",
        "heating",
        "running",
        "pausing",
        "paused",
        "resuming",
        "running",
        "completed",
        "idle",
    ]


def test_the_estimate_and_the_temperatures_of_the_job() -> None:
    watch = Watch()
    temperatures, left = set(), []
    for _ in replay_job(watch, "run-pause-resume-complete-quit", "both"):
        temperatures.add(watch.state.nozzle_temperature)
        left.append(watch.state.remaining_minutes)
    assert temperatures == {None, 25.0, 61.5, 157.6, 176.9, 200.0}
    # The job says it takes 120.5 s, and then takes 14.
    known = [minutes for minutes in left if minutes is not None]
    assert known[0] == 2
    assert known == sorted(known, reverse=True)
    assert left[-1] is None


def test_file_info_says_the_same_as_player_info() -> None:
    (file_info,) = [
        parse_file_info(entry["replies"][-1].removeprefix("ok "))
        for entry in JOBS["run-pause-resume-complete-quit"]
        if entry["command"].startswith("file info")
    ]
    (job_info,) = [
        parse_job_info(entry["replies"][1])
        for entry in JOBS["run-pause-resume-complete-quit"]
        if entry["command"] == "player info"
    ]
    assert file_info.time_cost == job_info.time_cost == 120.5
    assert file_info.head_type == job_info.head_type == "EXTRUDER"
    assert file_info.travel_distance == job_info.travel_distance == 608.98
