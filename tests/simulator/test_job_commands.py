"""Jobs over the wire: the recorded commands, and what is refused to them."""

import asyncio
from dataclasses import replace
import json
import re
from typing import Any

import pytest

from simulator import Device, Timing
from simulator.fcode import build
from simulator.waiting import PATIENCE
from tests.keys import CLIENT_KEY

from .client import Key, Stream, command, open_robot, report
from .conftest import ADDRESSES, MakeDevice, trust
from .jobs import METADATA, start
from .recordings import VECTORS

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]


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
    async with asyncio.timeout(PATIENCE):
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
