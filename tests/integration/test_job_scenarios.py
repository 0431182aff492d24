"""The tracker watches jobs of real firmware that met faults, event by event.

`tests/vectors/error-scenarios.txt` has what changed, by the second.
"""

import ast
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import Report, parse_report

from .watching import Mode, Watch, datagram, every_mode, report, told

VECTORS = Path(__file__).parents[1] / "vectors"


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
        if kind == "UDP":
            st_id, head, label = ast.literal_eval(words)
            found[-1].looks.append((float(moment), datagram(st_id, label, head=head)))
        elif kind == "RPT":
            st_id, label, error, module, _ = ast.literal_eval(words)
            initialising = label == "INIT"
            found[-1].looks.append(
                (
                    float(moment),
                    report(
                        st_id,
                        label,
                        " ".join(error),
                        session=None if initialising else "unknown",
                        module=module,
                        has_module=not initialising,
                    ),
                )
            )
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


SCENARIOS = scenarios()


def replay_scenario(scenario: Scenario, mode: Mode) -> tuple[Watch, list[object]]:
    """Watch a scenario as the coordinator would, and give what was told, and when.

    Only changes are recorded: in between datagrams come, and reports are read, that
    say the same again.
    """
    watch = Watch()
    watch.hear(datagram(0, head="N/A"), after=0)
    begin = watch.now
    events: list[object] = []
    for moment, seen in [*scenario.looks, (20.0, None)]:
        while watch.now + 1 < begin + moment:
            watch.now += 1
            if watch.reported:
                watch.read(watch.reported.report, after=0)
            assert watch.look() == []
        watch.now = begin + moment
        if isinstance(seen, DeviceStatus) and mode != "reports":
            kinds = watch.hear(seen, after=0)
        elif isinstance(seen, Report) and mode != "datagrams":
            kinds = watch.read(seen, after=0)
        else:
            kinds = []
        events += [(kind, moment) for kind in kinds]
    return watch, events


# Scenario: what is told, the error in it, and when reports and datagrams show it.
type Told = tuple[str, str, float, float]
EXPECTED: list[tuple[str, list[Told]]] = [
    (
        "fan failure ER:128",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "fan_failure", 8.8, 9.0),
        ],
    ),
    (
        "tilt ER:32",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "head_tilted", 9.6, 9.8),
        ],
    ),
    (
        "shake ER:16",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "head_shaken", 8.7, 9.0),
        ],
    ),
    (
        "calibrating ER:8",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "calibration_failed", 9.4, 9.7),
        ],
    ),
    (
        "hw failure ER:64",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "heater_failure", 9.6, 9.7),
        ],
    ),
    (
        "hw failure ER:512 +HE",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "heater_failure", 8.8, 9.0),
        ],
    ),
    (
        "interlock 256",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "interlock_tripped", 9.6, 9.7),
        ],
    ),
    (
        "reset ER:4",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "head_reset", 8.6, 8.9),
        ],
    ),
    (
        "head offline",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "head_offline", 12.7, 12.9),
        ],
    ),
    (
        "wrong head",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "wrong_toolhead", 0.2, 0.9),
        ],
    ),
    (
        "no head",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "head_offline", 3.3, 3.3),
        ],
    ),
    (
        "filament runout + resume",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "filament_runout", 8.4, 9.0),
            ("resumed", "none", 12.5, 13.0),
            ("completed", "none", 21.0, 21.8),
        ],
    ),
    (
        "home failed",
        [
            ("started", "none", 0.0, 0.0),
            ("failed", "home_failed", 6.2, 6.5),
        ],
    ),
    (
        "mainboard ER other",
        [
            ("started", "none", 0.0, 0.0),
            ("failed", "hardware_error", 6.2, 6.5),
        ],
    ),
    (
        "FSR",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "sensor_error", 8.4, 9.0),
        ],
    ),
    (
        "mainboard offline",
        [
            ("started", "none", 0.0, 0.0),
        ],
    ),
    ("user abort (soft, hot)", []),
    ("zprobe levelling", []),
    ("laser job", []),
    ("no TRAVEL_DIST", []),
    (
        "mainboard offline",
        [
            ("started", "none", 0.0, 0.0),
            ("failed", "no_response", 3.3, 3.3),
        ],
    ),
    (
        "user abort (soft, hot)",
        [
            ("started", "none", 0.0, 0.0),
            ("aborted", "none", 8.0, 8.1),
        ],
    ),
    (
        "zprobe levelling",
        [
            ("started", "none", 0.0, 0.0),
            ("completed", "none", 10.5, 10.5),
        ],
    ),
    (
        "laser job",
        [
            ("started", "none", 0.0, 0.0),
            ("paused", "wrong_toolhead", 0.2, 0.9),
        ],
    ),
    (
        "no TRAVEL_DIST",
        [
            ("started", "none", 0.0, 0.0),
            ("completed", "none", 8.8, 8.9),
        ],
    ),
]


def test_every_scenario_is_expected() -> None:
    assert [scenario.name for scenario in SCENARIOS] == [name for name, _ in EXPECTED]


@every_mode
@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        pytest.param(scenario, told, id=f"{number}-{scenario.name}")
        for number, (scenario, (_, told)) in enumerate(
            zip(SCENARIOS, EXPECTED, strict=True)
        )
    ],
)
def test_every_event_of_every_scenario(
    scenario: Scenario, expected: list[Told], mode: Mode
) -> None:
    watch, events = replay_scenario(scenario, mode)
    assert told(watch) == [(kind, error) for kind, error, _, _ in expected]
    assert events == [
        (kind, heard if mode == "datagrams" else read)
        for kind, _, read, heard in expected
    ]
    # An error appears once, with the first look that shows it.
    errors = {error for _, error, _, _ in expected} - {"none"}
    assert {problem.error for problem in watch.problems} == errors
    assert len(watch.problems) == len(errors)
    assert [event.type for event in watch.events].count("completed") == (
        watch.state.jobs_completed
    )


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_the_final_report_of_a_scenario_tells_nothing_new(scenario: Scenario) -> None:
    if scenario.final is None:
        assert scenario.looks == []
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
