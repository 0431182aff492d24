"""Jobs: through the states and errors that were recorded."""

import ast
from collections.abc import Callable
from dataclasses import replace
import math
import re

import pytest

from simulator import Device, Timing
from simulator.fcode import build
from simulator.job import BusyError

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


def fault(*words: str) -> Callable[[Device], None]:
    return lambda device: device.job.fault(*words)


def fail(*words: str) -> Callable[[Device], None]:
    return lambda device: device.job.fail(*words)


def head(toolhead: str | None) -> Callable[[Device], None]:
    return lambda device: device.change_head(toolhead)


RUNNING = "RUNNING"
SCENARIOS: dict[str, tuple[str, Callable[[Device], None]]] = {
    "fan failure ER:128": (RUNNING, fault("HEAD_ERROR", "FAN_FAILURE", "128")),
    "tilt ER:32": (RUNNING, fault("HEAD_ERROR", "TILT", "32")),
    "shake ER:16": (RUNNING, fault("HEAD_ERROR", "SHAKE", "16")),
    "calibrating ER:8": (RUNNING, fault("HEAD_ERROR", "CALIBRATING", "8")),
    "hw failure ER:64": (RUNNING, fault("HEAD_ERROR", "HARDWARE_FAILURE", "64")),
    "interlock 256": (RUNNING, fault("HEAD_ERROR", "INTLK_TRIG", "256")),
    "reset ER:4": (RUNNING, fault("HEAD_ERROR", "RESET")),
    "head offline": (RUNNING, head(None)),
    "wrong head": ("INIT", head("LASER")),
    "no head": ("INIT", head(None)),
    "home failed": (RUNNING, fail("HARDWARE_ERROR", "HOME_FAILED")),
    "mainboard ER other": (RUNNING, fail("HARDWARE_ERROR", "MOTOR_STUCK", "3")),
    "FSR": (
        RUNNING,
        fault("HARDWARE_ERROR", "SENSOR_ERROR", "FSR", "X", "4", "2"),
    ),
    "user abort (soft, hot)": (RUNNING, lambda device: device.job.abort()),
}


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_fault_looks_as_recorded(make_device: MakeDevice, name: str) -> None:
    at, act = SCENARIOS[name]
    expected = scenarios()[name]
    device, watch = await start(make_device)
    await watch.until(at)
    act(device)
    await watch.until_seen(len(expected))
    assert watch.seen == expected


async def test_filament_runs_out_and_the_job_completes(
    make_device: MakeDevice,
) -> None:
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


async def test_calibrating_looks_as_recorded(make_device: MakeDevice) -> None:
    device, watch = await start(make_device, metadata={"CORRECTION": "A"})
    await watch.until("RUNNING")
    device.job.finish()
    watch.look()
    assert watch.seen == scenarios()["zprobe levelling"]


async def test_a_job_for_another_head_does_not_start(make_device: MakeDevice) -> None:
    _, watch = await start(make_device, metadata={"HEAD_TYPE": "LASER"})
    await watch.until("PAUSED")
    assert watch.seen == scenarios()["laser job"]


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
    assert [state[:2] for state in watch.seen if state[0] in {4, 6, 36}] == [
        (4, "STARTING"),
        (36, "PAUSED"),
        (6, "RESUMING"),
        (4, "STARTING"),
        (36, "PAUSED"),
        (6, "RESUMING"),
    ]


async def test_a_resume_with_the_fault_still_there_pauses_again(
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


async def test_an_abort_clears_the_error(make_device: MakeDevice) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    device.job.runout()
    await watch.until("PAUSED")
    device.job.abort()
    watch.look()
    assert watch.seen[-1] == (128, "ABORTED", (), "EXTRUDER")


async def test_the_nozzle_cools_while_paused_and_a_resume_heats_first(
    make_device: MakeDevice,
) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    assert device.job.report()["tt"] == [200.0]
    device.job.pause()
    await watch.until("PAUSED")
    assert device.job.report()["tt"] == [200.0]
    await device.wait_for(lambda: device.job.report()["tt"] == [0.0])
    await device.wait_for(lambda: device.job.report()["rt"] != [200.0])
    device.job.resume()
    await device.wait_for(
        lambda: device.job.state.st_id == 18 and device.job.report()["tt"] == [200.0]
    )
    await watch.until("RUNNING")
    assert device.job.report()["rt"] == [200.0]


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
    device, watch = await start(
        make_device,
        model="fbm1",
        toolhead="LASER",
        beam=True,
        metadata={"HEAD_TYPE": ""},
    )
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


async def test_a_head_taken_off_while_nothing_runs_is_no_fault(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    device.change_head("LASER")
    with pytest.raises(LookupError):
        _ = device.job
    job = device.start_job()
    await device.wait_for(lambda: job.paused)
    assert job.error == ("HEAD_ERROR", "TYPE_ERROR", "EXTRUDER", "LASER")


async def test_a_job_that_is_left_alone_completes(make_device: MakeDevice) -> None:
    device, watch = await start(make_device, timing=Timing.fast())
    await watch.until("COMPLETED")
    found = device.job.report()
    assert found["prog"] == pytest.approx(1)
    assert found["time_running"] == found["time_total"]


async def test_power_ends_a_job_and_no_trace_is_left(make_device: MakeDevice) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    await device.reboot()
    assert device.player.job is None
    assert (device.status.st_id, device.status.head_module) == (0, "OFFLINE")


async def test_a_move_to_another_address_does_not_end_a_job(
    make_device: MakeDevice,
) -> None:
    device, watch = await start(make_device)
    await watch.until("RUNNING")
    await device.move(ADDRESSES[1])
    assert device.job.state.label == "RUNNING"
