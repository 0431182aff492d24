"""The tracker watches whole jobs of real firmware: by datagram, by report, by both.

`tests/vectors/jobs.json` has conversations, `error-scenarios.txt` what changed in jobs that
met faults, by the second.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
import json
from typing import Literal

import pytest

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import (
    Report,
    parse_job_info,
    parse_report,
)
from tests.vectors import VECTORS

from .watching import Watch, datagram, report

JOBS = json.loads((VECTORS / "jobs.json").read_text())
PRINT = "run-pause-resume-complete-quit"

type Mode = Literal["datagrams", "reports", "both"]
every_mode = pytest.mark.parametrize("mode", ["datagrams", "reports", "both"])


def told(watch: Watch) -> list[str]:
    """Return every event so far, with the error in it if there is one."""
    return [f"{e.type}:{e.error}".removesuffix(":none") for e in watch.events]


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
def test_both_jobs_in_a_row(mode: Mode) -> None:
    watch = Watch()
    seen = [
        watch.state.progress
        for _ in replay_job(watch, PRINT, mode)
        if watch.state.active
    ]
    progress = [each for each in seen if each is not None]
    assert progress == sorted(progress)
    assert progress[-1] > 0.99
    state = watch.state
    assert (state.status, state.progress, state.job_duration) == ("idle", None, None)
    # The device says 14.4 s; datagrams show when it ran to about a second.
    exact = pytest.approx(14.4, abs=1.5 if mode == "datagrams" else 0.05)
    assert state.last_job_duration == exact

    watch.now += 60
    list(replay_job(watch, "abort", mode))
    begun = ["started", "paused", "resumed", "completed", "started", "aborted"]
    assert told(watch) == begun
    assert watch.problems == []
    state = watch.state
    assert (state.last_job_result, state.jobs_completed, state.job_number) == (
        "aborted",
        1,
        2,
    )


@every_mode
@pytest.mark.parametrize("gap", ["restart", "lost"])
def test_a_restart_or_a_silence_at_any_moment_invents_nothing(
    mode: Mode, gap: str
) -> None:
    """Whatever is then told was told without the gap too, in the same order."""
    whole = ["started", "paused", "resumed", "completed"]
    for moment in range(len(JOBS[PRINT])):
        watch = Watch(strict=False)
        for index, _ in enumerate(replay_job(watch, PRINT, mode)):
            if index == moment:
                watch.reported = None
                watch.play(f"{gap}+0")
        remaining = iter(whole)
        assert all(kind in remaining for kind in told(watch)), (moment, told(watch))
        assert watch.state.job_number == 1, moment
        assert watch.state.last_job_result == "completed", moment


def test_what_reports_tell_of_the_job() -> None:
    watch, words, temperatures, left = Watch(), [""], set(), []
    for _ in replay_job(watch, PRINT, "both"):
        if watch.state.status != words[-1]:
            words.append(str(watch.state.status))
        temperatures.add(watch.state.nozzle_temperature)
        left.append(watch.state.remaining_minutes)
    begin = "idle initializing starting heating running pausing paused resuming"
    assert words[1:] == [*begin.split(), "running", "completed", "idle"]
    assert temperatures == {None, 25.0, 61.5, 157.6, 176.9, 200.0}
    # The job says it takes 120.5 s, and then takes 14.
    known = [minutes for minutes in left if minutes is not None]
    assert known[0] == 2
    assert known == sorted(known, reverse=True)
    assert left[-1] is None


# -- jobs that met faults


@dataclass
class Scenario:
    """What changed in a job that met a fault, by the second."""

    name: str
    looks: list[tuple[float, DeviceStatus | Report]] = field(default_factory=list)
    final: Report | None = None


def scenarios() -> list[Scenario]:
    """Read `error-scenarios.txt`."""
    found: list[Scenario] = []
    for line in (VECTORS / "error-scenarios.txt").read_text().splitlines():
        if line.startswith("====="):
            found.append(Scenario(line.removeprefix("===== ")))
            continue
        moment, _, rest = line.strip().partition(" ")
        kind, _, words = rest.partition(" ")
        look: DeviceStatus | Report
        if kind == "UDP":
            st_id, head, label = ast.literal_eval(words)
            look = datagram(st_id, label, head=head)
            found[-1].looks.append((float(moment), look))
        elif kind == "RPT":
            st_id, label, error, module, _ = ast.literal_eval(words)
            begun = label != "INIT"
            session = "unknown" if begun else None
            look = report(st_id, label, " ".join(error), session=session, module=module)
            look = replace(look, has_module=begun)
            found[-1].looks.append((float(moment), look))
        elif line.startswith("   final report: "):
            text = line.removeprefix("   final report: ").replace("'", '"')
            text = text.replace("nan", "NaN").replace("None", "null")
            found[-1].final = final = parse_report(text)
            # Only the last report was recorded whole; its session was every one's.
            found[-1].looks = [
                (moment, replace(look, session=final.session))
                if isinstance(look, Report) and look.session
                else (moment, look)
                for moment, look in found[-1].looks
            ]
    return found


def replay_scenario(scenario: Scenario, mode: Mode) -> tuple[Watch, list[str]]:
    """Watch a scenario as the coordinator would; return what was told, and when.

    Only changes are recorded: in between datagrams come, and reports are read, that
    say the same again.
    """
    watch, events = Watch(), list[str]()
    watch.hear(datagram(0, head="N/A"), after=0)
    begin = watch.now
    for moment, seen in [*scenario.looks, (20.0, None)]:
        while watch.now + 1 < begin + moment:
            watch.now += 1
            if watch.reported:
                watch.read(watch.reported.report, after=0)
            assert watch.look() == []
        watch.now = begin + moment
        kinds: list[str] = []
        if isinstance(seen, DeviceStatus) and mode != "reports":
            kinds = watch.hear(seen, after=0)
        elif isinstance(seen, Report) and mode != "datagrams":
            kinds = watch.read(seen, after=0)
        events += [
            f"{kind} {moment}" for kind in told(watch)[len(watch.events) - len(kinds) :]
        ]
    return watch, events


# After the start, at once: what is told, and when reports and datagrams show it (s).
FAULTS = [
    ("fan failure ER:128", "paused:fan_failure 8.8 9.0"),
    ("tilt ER:32", "paused:head_tilted 9.6 9.8"),
    ("shake ER:16", "paused:head_shaken 8.7 9.0"),
    ("calibrating ER:8", "paused:calibration_failed 9.4 9.7"),
    ("hw failure ER:64", "paused:heater_failure 9.6 9.7"),
    ("hw failure ER:512 +HE", "paused:heater_failure 8.8 9.0"),
    ("interlock 256", "paused:interlock_tripped 9.6 9.7"),
    ("reset ER:4", "paused:head_reset 8.6 8.9"),
    ("head offline", "paused:head_offline 12.7 12.9"),
    ("wrong head", "paused:wrong_toolhead 0.2 0.9"),
    ("no head", "paused:head_offline 3.3 3.3"),
    (
        "filament runout + resume",
        "paused:filament_runout 8.4 9.0, resumed 12.5 13.0, completed 21.0 21.8",
    ),
    ("home failed", "failed:home_failed 6.2 6.5"),
    ("mainboard ER other", "failed:hardware_error 6.2 6.5"),
    ("FSR", "paused:sensor_error 8.4 9.0"),
    ("mainboard offline", ""),
    # Recorded without a look, and again.
    *((name, None) for name in ("user abort (soft, hot)", "zprobe levelling")),
    *((name, None) for name in ("laser job", "no TRAVEL_DIST")),
    ("mainboard offline", "failed:no_response 3.3 3.3"),
    ("user abort (soft, hot)", "aborted 8.0 8.1"),
    ("zprobe levelling", "completed 10.5 10.5"),
    ("laser job", "paused:wrong_toolhead 0.2 0.9"),
    ("no TRAVEL_DIST", "completed 8.8 8.9"),
]
CASES = [
    pytest.param(scenario, faults, id=f"{number}-{scenario.name}")
    for number, (scenario, (_, faults)) in enumerate(
        zip(scenarios(), FAULTS, strict=True)
    )
]


def test_every_scenario_is_expected() -> None:
    assert [scenario.name for scenario in scenarios()] == [name for name, _ in FAULTS]


@every_mode
@pytest.mark.parametrize(("scenario", "faults"), CASES)
def test_every_event_of_every_scenario(
    scenario: Scenario, faults: str | None, mode: Mode
) -> None:
    watch, events = replay_scenario(scenario, mode)
    expected = [] if faults is None else ["started 0.0"]
    for fault in (faults or "").split(", ") if faults else ():
        kind, read, heard = fault.split()
        expected.append(f"{kind} {heard if mode == 'datagrams' else read}")
    assert events == expected
    # An error appears once, with the first look that shows it.
    errors = [event.error for event in watch.events if event.error != "none"]
    assert [problem.error for problem in watch.problems] == errors
    assert told(watch).count("completed") == watch.state.jobs_completed


@pytest.mark.parametrize(("scenario", "faults"), CASES)
def test_the_final_report_of_a_scenario_tells_nothing_new(
    scenario: Scenario, faults: str | None
) -> None:
    if scenario.final is None:
        assert faults is None
        return
    watch, _ = replay_scenario(scenario, "reports")
    before = watch.state
    assert watch.read(scenario.final) == []
    state = watch.state
    assert (state.status, state.error) == (before.status, before.error)
    # Without a toolhead the heater's 25 °C are nothing.
    if scenario.final.module is None:
        assert state.nozzle_temperature is None
    assert state.elapsed_minutes == 0
