"""Jobs: through the states, errors and answers that were recorded."""

import ast
import asyncio
from collections.abc import Callable
from dataclasses import replace
import json
import math
import re
from typing import Any

import pytest

from simulator import Device, Timing
from simulator.fcode import build
from simulator.files import plain_png
from simulator.job import BusyError, Job
from tests.keys import CLIENT_KEY

from .client import VECTORS, Key, Stream, command, open_robot, report
from .conftest import ADDRESSES, MakeDevice
from .test_robot import trust

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]
METADATA = {
    "AUTHOR": "tester",
    "TIME_COST": "120.5",
    "CORRECTION": "N",
    "TRAVEL_DIST": "608.98",
    "VERSION": "1",
    "HEAD_TYPE": "EXTRUDER",
    "FILAMENT_DETECT": "N",
}

type Shown = tuple[int, str, tuple[str, ...], str | None]


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


def shown(job: Job) -> Shown:
    found = job.report()
    module = found.get("module")
    error = found.get("error", [])
    assert isinstance(error, list)
    return (
        job.state.st_id,
        job.state.label,
        tuple(error),
        module if isinstance(module, str) else None,
    )


class Watch:
    """Keeps every state a job shows, in order and each once."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.seen: list[Shown] = []

    def look(self) -> bool:
        # Looking must not move the job on: on a busy machine a state would be skipped.
        if (job := self.device.player.peek()) is not None:
            now = shown(job)
            if [now] != self.seen[-1:]:
                self.seen.append(now)
        return False

    async def until(self, label: str) -> None:
        await self.device.wait_for(lambda: self.look() or self.seen[-1][1] == label)

    async def until_seen(self, number: int) -> None:
        await self.device.wait_for(lambda: self.look() or len(self.seen) >= number)


async def start(
    make_device: MakeDevice, metadata: dict[str, str] | None = None, **changes: object
) -> tuple[Device, Watch]:
    """Start the recorded job on a device whose jobs do not end by themselves."""
    metadata = METADATA | (metadata or {})
    timing = replace(Timing.fast(), job_speed=0.0)
    device = await make_device(**{"timing": timing, **changes})
    trust(device)
    picture = plain_png("x")[:69]
    sizes = len(build(metadata, [picture], b""))
    device.files.write("SD", "ok.fc", build(metadata, [picture], bytes(911 - sizes)))
    watch = Watch(device)
    device.start_job("SD/ok.fc")
    watch.look()
    return device, watch


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


# -- over the wire ---------------------------------------------------------------------


def without_order(reply: str) -> object:
    """Make replies comparable: the recorded device has its keys in any order."""
    if reply.startswith("{"):
        return json.loads(reply)
    if "\0" in reply:
        return set(reply.removeprefix("ok ").split("\0"))
    return reply


async def replies(stream: Stream, text: str, like: list[str]) -> list[str]:
    """Send a command and read as many replies as were recorded."""
    stream.send_frame(text.encode())
    found: list[str] = []
    size = 0
    for _ in like:
        if size:
            found.append(f"<{size} bytes>")
            data = await stream.read(size)
            if found[-2].startswith("binary text"):
                found[-1] = data.decode()
            size = 0
            continue
        reply = (await stream.frame()).decode()
        found.append(reply)
        if reply.startswith("binary"):
            size = int(reply.split()[2])
    return found


async def replay(stream: Stream, device: Device, entry: dict[str, Any]) -> None:
    """Do one recorded command; for a report, ask until the recorded state is there."""
    text, expected = entry["command"], entry["replies"]
    if text == "player quit":
        await device.wait_for(lambda: device.status.st_id == entry["udp"][0])
    if text != "player report" or not expected[0].startswith("{"):
        found = await replies(stream, text, expected)
        expected = [re.sub(r"(<\d+ bytes) .*>", r"\1>", reply) for reply in expected]
        assert list(map(without_order, found)) == list(map(without_order, expected))
        return
    real = json.loads(expected[0])
    async with asyncio.timeout(5):
        while True:
            answer = await command(stream, text)
            ours = json.loads(answer) if answer.startswith("{") else {}
            if (ours.get("st_id"), ours.get("st_label")) == (
                real["st_id"],
                real["st_label"],
            ):
                break
            await device.wait_for(lambda: True)
    assert ours.keys() == real.keys()
    assert {key: type(ours[key]) for key in ours} == {
        key: type(real[key]) for key in real
    }
    assert ours.get("error") == real.get("error")
    assert ours.get("module") == real.get("module")


@pytest.mark.parametrize("name", ["run-pause-resume-complete-quit", "abort"])
async def test_the_recorded_commands_get_the_recorded_replies(
    make_device: MakeDevice, name: str
) -> None:
    entries = json.loads((VECTORS / "jobs.json").read_text())[name]
    # Each state lasts long enough to be asked for, on a busy machine too.
    timing = Timing(
        status_lag=0.05,
        job_init=0.5,
        job_starting=0.5,
        job_heating=0.5,
        job_reheating=0.5,
        job_pausing=0.5,
        job_resuming=0.5,
        job_aborting=0.5,
        job_quitting=0.5,
        job_tick=0.02,
        job_speed=100.0,
    )
    device, _ = await start(make_device, timing=timing)
    device.job.fail("BEFORE")
    await device.wait_for(lambda: device.status.st_id == 128)
    device.player.quit()
    await device.wait_for(lambda: device.status.st_id == 0)
    async with await open_robot(HERE, KEY, device.config.uuid) as stream:
        for entry in entries:
            await replay(stream, device, entry)


async def test_what_is_for_paused_jobs_only(make_device: MakeDevice) -> None:
    timing = replace(Timing.fast(), job_speed=0.0, job_init=1.0)
    device, watch = await start(make_device, timing=timing)
    async with await open_robot(HERE, KEY, device.config.uuid) as stream:
        assert await command(stream, "player pause") == "error RESOURCE_BUSY"
        assert await command(stream, "player abort") == "error RESOURCE_BUSY"
        await watch.until("RUNNING")
        assert await command(stream, "kick") == "error RESOURCE_BUSY"
        assert await command(stream, "player load_filament 0") == "error RESOURCE_BUSY"
        device.job.runout()
        await watch.until("PAUSED")
        assert await command(stream, "player set_toolhead_header 0 220") == "ok"
        assert (await report(stream))["tt"] == [220.0]
        assert await command(stream, "player load_filament 0") == "ok"
        found = await report(stream)
        assert (found["st_id"], found["st_label"]) == (48, "LOAD_FILAMENT")
        assert await command(stream, "player press_button") == "ok"
        assert (await report(stream))["st_label"] == "PAUSED"
        assert await command(stream, "player resume") == "ok"
        await watch.until("RUNNING")


async def test_a_task_file_dies_with_its_connection(make_device: MakeDevice) -> None:
    device = await make_device(timing=replace(Timing.fast(), job_init=5.0))
    trust(device)
    content = build(METADATA)
    stream = await open_robot(HERE, KEY, device.config.uuid)
    upload = f"file upload application/fcode {len(content)} #"
    assert await command(stream, upload) == "continue"
    stream.write(content)
    assert await stream.frame() == b"ok"
    assert await command(stream, "player start") == "ok"
    await stream.close()
    await device.wait_for(lambda: device.status.st_id == 128)
    assert device.job.error == ("FILE_BROKEN",)
    async with await open_robot(HERE, KEY, device.config.uuid) as stream:
        stream.send_frame(b"player abort")
        assert await stream.read_to_end() == b""
    async with await open_robot(HERE, KEY, device.config.uuid) as stream:
        assert await command(stream, "player quit") == "ok"


async def test_a_broken_file_does_not_start(make_device: MakeDevice) -> None:
    device = await make_device()
    trust(device)
    intact = build(METADATA)
    broken = intact[:20] + b"\xff" + intact[21:]
    device.files.write("SD", "broken.fc", broken)
    async with await open_robot(HERE, KEY, device.config.uuid) as stream:
        assert await command(stream, "player select SD broken.fc") == "ok"
        assert await command(stream, "player start") == "error FILE_BROKEN SCRIPT_CRC32"


async def test_a_status_that_was_only_set_has_a_report_too(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    trust(device)
    device.set_status(
        st_id=48, progress=0.5, head_module="EXTRUDER", error_label="HEAD_ERROR TILT 32"
    )
    async with await open_robot(HERE, KEY, device.config.uuid) as stream:
        found = await report(stream)
    assert (found["st_id"], found["st_label"], found["prog"]) == (48, "PAUSED", 0.5)
    assert found["error"] == ["HEAD_ERROR", "TILT", "32"]
