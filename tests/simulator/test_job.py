"""Jobs: through the states and errors that were recorded, and what they say of time."""

import ast
from collections.abc import Callable
from dataclasses import replace
import re

import pytest

from simulator import Device, Timing
from simulator.errors import BusyError
from tests.vectors import VECTORS

from .conftest import ADDRESSES, MakeDevice
from .jobs import Shown, start


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
    first = "INIT" if name in AT_ONCE else "RUNNING"
    device, watch = await start(make_device, metadata, held=first)
    await watch.until(first)
    act(device)
    device.player.held.clear()
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
