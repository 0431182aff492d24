"""Jobs: through the states and errors that were recorded, and what they say of time."""

import ast
from collections.abc import Callable
from dataclasses import replace
import math
import re

import pytest

from simulator import Device, Timing
from simulator.errors import BusyError
from simulator.fcode import Fcode, build
from simulator.job import Job

from .conftest import ADDRESSES, MakeDevice
from .jobs import Shown, start
from .recordings import VECTORS


def scenarios() -> dict[str, list[Shown]]:
    """Return what each recorded scenario showed, in order; of two runs the later one."""
    text = (VECTORS / "error-scenarios.txt").read_text()
    found: dict[str, list[Shown]] = {}
    for section in text.split("===== ")[1:]:
        name, _, body = section.partition("\n")
        found[name] = [
            ast.literal_eval(line)[:4] for line in re.findall(r"RPT (\(.*\))", body)
        ]
    return found


def fault(words: str) -> Callable[[Device], None]:
    return lambda device: device.job.fault(*words.split())


def fail(words: str) -> Callable[[Device], None]:
    return lambda device: device.job.fail(*words.split())


def head(toolhead: str | None) -> Callable[[Device], None]:
    return lambda device: device.change_head(toolhead)


#: What is done when a job runs, or at once; and what its file says otherwise.
SCENARIOS: dict[str, tuple[Callable[[Device], None], dict[str, str]]] = {
    "fan failure ER:128": (fault("HEAD_ERROR FAN_FAILURE 128"), {}),
    "tilt ER:32": (fault("HEAD_ERROR TILT 32"), {}),
    "shake ER:16": (fault("HEAD_ERROR SHAKE 16"), {}),
    "calibrating ER:8": (fault("HEAD_ERROR CALIBRATING 8"), {}),
    "hw failure ER:64": (fault("HEAD_ERROR HARDWARE_FAILURE 64"), {}),
    "interlock 256": (fault("HEAD_ERROR INTLK_TRIG 256"), {}),
    "reset ER:4": (fault("HEAD_ERROR RESET"), {}),
    "head offline": (head(None), {}),
    "wrong head": (head("LASER"), {}),
    "no head": (head(None), {}),
    "home failed": (fail("HARDWARE_ERROR HOME_FAILED"), {}),
    "mainboard ER other": (fail("HARDWARE_ERROR MOTOR_STUCK 3"), {}),
    "FSR": (fault("HARDWARE_ERROR SENSOR_ERROR FSR X 4 2"), {}),
    "user abort (soft, hot)": (lambda device: device.job.abort(), {}),
    "zprobe levelling": (lambda device: device.job.finish(), {"CORRECTION": "A"}),
    "laser job": (lambda device: None, {"HEAD_TYPE": "LASER"}),
}
AT_ONCE = {"wrong head", "no head", "laser job"}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_job_looks_as_recorded(make_device: MakeDevice, name: str) -> None:
    act, metadata = SCENARIOS[name]
    expected = scenarios()[name]
    device, watch = await start(make_device, metadata)
    await watch.until("INIT" if name in AT_ONCE else "RUNNING")
    act(device)
    await watch.until_seen(len(expected))
    assert watch.seen == expected


async def test_filament_runs_out_and_the_job_completes(make_device: MakeDevice) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    device.job.runout()
    await watch.until("PAUSED")
    device.job.mend()
    device.job.resume()
    watch.look()
    await watch.until("RUNNING")
    device.job.finish()
    watch.look()
    assert watch.seen == scenarios()["filament runout + resume"]


async def test_a_head_that_is_attached_lets_the_job_begin(
    make_device: MakeDevice,
) -> None:
    device, watch = await start(make_device, toolhead=None)
    await watch.until("PAUSED")
    device.job.resume()
    watch.look()
    await watch.until("PAUSED")
    device.change_head("EXTRUDER")
    device.job.resume()
    await watch.until("RUNNING")
    waiting = [(4, "STARTING"), (36, "PAUSED"), (6, "RESUMING")]
    assert [state[:2] for state in watch.seen if state[0] in {4, 6, 36}] == 2 * waiting


async def test_a_fault_is_there_until_it_is_mended_or_the_job_aborted(
    make_device: MakeDevice,
) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    device.job.runout()
    await watch.until("PAUSED")
    device.job.resume()
    watch.look()
    await watch.until("PAUSED")
    error = ("FILAMENT_RUNOUT", "1")
    assert [state[:3] for state in watch.seen[-3:]] == [
        (18, "RESUMING", ()),
        (50, "PAUSING", error),
        (48, "PAUSED", error),
    ]
    device.job.abort()
    watch.look()
    assert watch.seen[-1] == (128, "ABORTED", (), "EXTRUDER")


async def test_datagrams_lag_and_cut_the_label_to_32_bytes(
    make_device: MakeDevice,
) -> None:
    timing = replace(Timing.fast(), job_speed=0.0, status_lag=0.2)
    device, watch = await start(make_device, timing=timing)
    assert device.status.st_id == 1
    await watch.until("RUNNING")
    device.job.fail("HARDWARE_ERROR", "SENSOR_ERROR", "FSR", "X", "4", "2")
    assert device.status.st_id != 128
    await device.wait_for(lambda: device.status.st_id == 128)
    assert device.status.block()[32:] == b"HARDWARE_ERROR SENSOR_ERROR FSR "


async def test_a_job_without_a_distance_has_no_progress(
    make_device: MakeDevice,
) -> None:
    device, watch = await start(make_device)
    device.files.write("SD", "x.fc", build({"HEAD_TYPE": "EXTRUDER"}))
    await watch.until("RUNNING")
    assert not math.isnan(device.job.progress)
    device.job.abort()
    await device.wait_for(lambda: device.status.st_id == 128)
    device.player.quit()
    await device.wait_for(lambda: device.status.st_id == 0)
    device.start_job("SD/x.fc")
    await device.wait_for(lambda: device.job.state.label == "RUNNING")
    assert math.isnan(device.job.progress)


async def test_a_beam_machine_has_a_laser_and_states_of_its_own(
    make_device: MakeDevice,
) -> None:
    beam = {"model": "fbm1", "toolhead": "LASER", "beam": True}
    device, watch = await start(make_device, metadata={"HEAD_TYPE": ""}, **beam)
    await watch.until("RUNNING")
    assert "WAITING_HEAD" not in [state[1] for state in watch.seen]
    assert device.job.report()["laser_pwr"] == 0.5
    assert "rt" not in device.job.report()
    device.job.hold(256, "HARDWARE_ERROR_DOOR_OPENED")
    await device.wait_for(lambda: device.status.st_id == 256)
    assert device.status.error_label == "HARDWARE_ERROR_DOOR_OPENED"
    device.job.resume()
    await watch.until("RUNNING")
    assert device.job.error == ()


async def test_a_machine_that_reconnects_goes_on(make_device: MakeDevice) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    device.job.hold(516)
    assert not device.job.paused
    with pytest.raises(BusyError):
        device.job.resume()
    device.job.proceed()
    assert device.job.state == (16, "RUNNING")


async def test_a_head_taken_off_while_nothing_runs_is_no_fault(device: Device) -> None:
    device.change_head("LASER")
    with pytest.raises(LookupError):
        _ = device.job
    job = device.start_job()
    await device.wait_for(lambda: job.paused)
    assert job.error == ("HEAD_ERROR", "TYPE_ERROR", "EXTRUDER", "LASER")


async def test_power_ends_a_job_and_a_move_does_not(make_device: MakeDevice) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    await device.move(ADDRESSES[1])
    assert device.job.state.label == "RUNNING"
    await device.reboot()
    assert device.player.job is None
    assert (device.status.st_id, device.status.head_module) == (0, "OFFLINE")


# -- on a clock of the test's own: whole seconds, so that what is read is what was passed ----

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


def test_canceled_in_a_pause_it_shows_the_stretch_before(clock: Clock) -> None:
    clock.run_to(29)
    clock.pause()
    clock.resume()
    clock.tick(7)
    clock.pause()
    clock.job.abort()
    assert (clock.job.state.label, clock.running()) == ("ABORTED", 8)


def test_a_job_that_is_left_alone_completes() -> None:
    clock = Clock(replace(TIMING, job_speed=10.0))
    clock.pass_to("COMPLETED")
    assert clock.read("prog") == pytest.approx(1)
    assert clock.read("time_running") == clock.read("time_total")


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


def test_a_state_that_is_held_lasts(clock: Clock) -> None:
    clock.held |= {"WAITING_HEAD", "PAUSING"}
    clock.pass_to("WAITING_HEAD")
    clock.tick(1000)
    assert clock.job.state.label == "WAITING_HEAD"
    clock.held.remove("WAITING_HEAD")
    clock.tick()
    assert clock.job.state.label == "RUNNING"
    clock.job.pause()
    clock.tick(1000)
    assert clock.job.state.label == "PAUSING"
    clock.held.clear()
    clock.tick()
    assert clock.job.state.label == "PAUSED"
