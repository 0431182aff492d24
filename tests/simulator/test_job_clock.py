"""Jobs on a clock of the test's own: whole seconds, so that what is read is what was passed."""

from dataclasses import replace
import math

import pytest

from simulator import Timing
from simulator.fcode import Fcode
from simulator.job import Job

TIMING = replace(
    Timing(),
    job_init=1.0,
    job_starting=1.0,
    job_heating=4.0,
    job_reheating=4.0,
    job_pausing=1.0,
    job_cooling=1.0,
    job_aborting=1.0,
    job_speed=0.0,
)


class Clock:
    """A job, and the seconds that pass for it."""

    def __init__(
        self,
        timing: Timing = TIMING,
        toolhead: str = "EXTRUDER",
        *,
        beam: bool = False,
        correction: str | None = None,
        **metadata: str,
    ) -> None:
        self.held: set[str] = set()
        fcode = Fcode(metadata={"TIME_COST": "600", "TRAVEL_DIST": "1000"} | metadata)
        self.job = Job(
            *(fcode, toolhead, timing, 0.0),
            beam=beam,
            held=self.held,
            correction=correction,
        )
        self.now = 0.0
        self.seen: list[str] = []

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.now += 1.0
            self.job.advance(self.now)
            self.seen.append(self.job.state.label)

    def pass_to(self, label: str) -> None:
        while self.job.state.label != label:
            self.tick()

    def read(self, key: str) -> object:
        return self.job.report().get(key)

    def running(self) -> float:
        found = self.read("time_running") or 0.0
        assert isinstance(found, float)
        return found

    def run_to(self, seconds: float) -> None:
        while self.running() < seconds:
            self.tick()

    def pause(self) -> None:
        self.pass_to("RUNNING")
        self.job.pause()
        self.pass_to("PAUSED")

    def resume(self) -> None:
        self.job.resume()
        self.pass_to("RUNNING")


@pytest.fixture
def clock() -> Clock:
    return Clock(CORRECTION="N")


def test_time_running_forgets_earlier_stretches(clock: Clock) -> None:
    clock.run_to(29)
    clock.pause()
    assert clock.running() == 30
    clock.resume()
    clock.run_to(59)
    clock.job.pause()
    clock.tick()
    # The second of pausing was counted, and then the first stretch was forgotten.
    assert (clock.job.state.label, clock.running()) == ("PAUSED", 30)
    clock.tick(10)
    assert clock.running() == 30
    clock.resume()
    assert clock.running() == 30
    clock.tick(4)
    assert clock.running() == 34
    clock.job.abort()
    clock.tick()
    assert (clock.job.state.label, clock.running()) == ("ABORTED", 5)


def test_a_job_that_completes_forgets_nothing(clock: Clock) -> None:
    clock.run_to(10)
    clock.pause()
    clock.resume()
    clock.run_to(20)
    clock.job.finish()
    assert clock.running() == 20


@pytest.mark.parametrize(
    ("label", "running", "total"), [("COMPLETED", 40, 40), ("ABORTED", 31, 41)]
)
def test_times_go_on_after_the_end(
    clock: Clock, label: str, running: float, total: float
) -> None:
    clock.run_to(30)
    if label == "COMPLETED":
        clock.job.finish()
    else:
        clock.job.abort()
    clock.pass_to(label)
    clock.tick(10)
    assert (clock.running(), clock.read("time_total")) == (running, total)


def test_canceled_in_a_pause_it_shows_the_stretch_before(clock: Clock) -> None:
    clock.run_to(29)
    clock.pause()
    clock.resume()
    clock.tick(7)
    clock.pause()
    clock.job.abort()
    assert (clock.job.state.label, clock.running()) == ("ABORTED", 8)


def test_a_cold_toolhead_is_switched_off_in_a_pause_without_an_error(
    clock: Clock,
) -> None:
    clock.pause()
    assert clock.read("tt") == [200.0]
    clock.tick()
    assert clock.read("tt") == [0.0]
    coldest: object = None
    # From 200 °C by 11 °C a second.
    while (report := clock.job.report())["module"] is not None:
        coldest = report["rt"]
        clock.tick()
    assert coldest == [46.9]
    assert (report["module"], report["error"], "rt" in report) == (None, [], False)
    clock.job.resume()
    clock.tick()
    warming = []
    while clock.job.state == (18, "RESUMING"):
        warming.append(clock.read("rt"))
        assert (clock.read("module"), clock.read("tt")) == ("EXTRUDER", [200.0])
        clock.tick()
    assert len(warming) >= 3
    assert (clock.job.state.label, clock.read("rt")) == ("RUNNING", [200.0])


@pytest.mark.parametrize(("beam", "module"), [(False, None), (True, "LASER")])
def test_a_toolhead_without_a_heater_is_cold_at_once(
    beam: bool, module: str | None
) -> None:
    clock = Clock(toolhead="LASER", beam=beam)
    clock.pause()
    assert clock.read("module") == "LASER"
    clock.tick(2)
    assert clock.read("module") == module


def test_a_nozzle_kept_warm_in_a_pause_keeps_its_toolhead(clock: Clock) -> None:
    clock.pause()
    clock.job.set_target(180.0)
    clock.tick(60)
    assert (clock.read("module"), clock.read("rt")) == ("EXTRUDER", [180.0])


def test_a_resume_into_the_same_fault_pauses_within_a_second(clock: Clock) -> None:
    clock.pass_to("RUNNING")
    clock.job.runout()
    clock.pass_to("PAUSED")
    clock.job.resume()
    seen = [clock.job.state.label]
    for tenth in range(1, 11):
        clock.job.advance(clock.now + tenth / 10)
        seen.append(clock.job.state.label)
    assert list(dict.fromkeys(seen)) == ["RESUMING", "PAUSING", "PAUSED"]
    assert clock.read("error") == ["FILAMENT_RUNOUT", "1"]
    clock.job.abort()
    assert (clock.job.state.label, clock.read("error")) == ("ABORTED", [])


@pytest.mark.parametrize(
    ("setting", "file", "calibrates"),
    [
        (None, None, True),
        (None, "N", False),
        ("N", "A", False),
        ("H", "N", True),
        ("A", None, True),
    ],
)
def test_the_setting_outweighs_the_file_which_outweighs_the_default(
    setting: str | None, file: str | None, calibrates: bool
) -> None:
    clock = Clock(correction=setting, **({"CORRECTION": file} if file else {}))
    clock.tick(20)
    assert ("CORRECTING" in clock.seen, clock.seen[-1]) == (calibrates, "RUNNING")


def test_a_state_may_last_until_a_report_has_shown_it() -> None:
    clock = Clock(replace(TIMING, job_shown=True), CORRECTION="N")
    shown = []
    for _ in range(5):
        clock.tick(100)
        shown.append(clock.read("st_label"))
    assert shown == ["INIT", "STARTING", "WAITING_HEAD", "RUNNING", "RUNNING"]


def test_a_job_without_a_distance_has_no_progress(clock: Clock) -> None:
    nowhere = Clock(TRAVEL_DIST="")
    for each in (clock, nowhere):
        each.pass_to("RUNNING")
    assert not math.isnan(clock.job.progress)
    assert math.isnan(nowhere.job.progress)
