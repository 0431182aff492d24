"""Jobs over the wire: the recorded commands, and what is refused to them."""

import asyncio
from dataclasses import replace
import json
import re
from typing import Any

import pytest

from simulator import PATIENCE, Device, Timing
from simulator.fcode import build
from tests.vectors import VECTORS

from .client import Stream
from .conftest import MakeDevice, robot_of
from .jobs import METADATA, start

RECORDED = json.loads((VECTORS / "jobs.json").read_text())


def without_order(reply: str) -> object:
    """Make replies comparable: the recorded device has its keys in any order."""
    if reply.startswith("{"):
        return json.loads(reply)
    if "\0" in reply:
        return set(reply.removeprefix("ok ").split("\0"))
    return reply


async def replies(stream: Stream, text: str, like: list[str]) -> list[str]:
    """Send a command and read as many replies as were recorded."""
    stream.send_frame(text)
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
    state = real["st_id"], real["st_label"]
    ours: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE):
        while (ours.get("st_id"), ours.get("st_label")) != state:
            answer = await stream.ask(text)
            ours = json.loads(answer) if answer.startswith("{") else {}
    types = [{key: type(each[key]) for key in each} for each in (ours, real)]
    assert types[0] == types[1]
    assert ours.get("error") == real.get("error")
    assert ours.get("module") == real.get("module")


@pytest.mark.parametrize("name", ["run-pause-resume-complete-quit", "abort"])
async def test_the_recorded_commands_get_the_recorded_replies(
    make_device: MakeDevice, name: str
) -> None:
    device, _ = await start(make_device, timing=Timing.fast())
    device.job.fail("BEFORE")
    await device.wait_for(lambda: device.status.st_id == 128)
    device.player.quit()
    await device.wait_for(lambda: device.status.st_id == 0)
    entries = RECORDED[name]
    async with await robot_of(device) as stream:
        for number, entry in enumerate(entries):
            # The state that is reported next lasts until it was.
            coming = (e for e in entries[number:] if e["command"] == "player report")
            reply = next(coming, {"replies": [""]})["replies"][0]
            label = json.loads(reply)["st_label"] if reply.startswith("{") else None
            device.player.held.clear()
            device.player.held.add(label or "LEAVING")
            await replay(stream, device, entry)


@pytest.mark.parametrize(
    "device", [{"timing": replace(Timing.fast(), job_init=1000.0)}], indirect=True
)
async def test_a_task_file_dies_with_its_connection(
    device: Device, robot: Stream
) -> None:
    content = build(METADATA)
    upload = f"file upload application/fcode {len(content)} #"
    assert await robot.ask(upload) == "continue"
    robot.write(content)
    assert await robot.frame() == b"ok"
    assert await robot.ask("player start") == "ok"
    await robot.close()
    await device.wait_for(lambda: device.status.st_id == 128)
    assert device.job.error == ("FILE_BROKEN",)
    async with await robot_of(device) as stream:
        stream.send_frame("player abort")
        assert await stream.read_to_end() == b""
    async with await robot_of(device) as stream:
        assert await stream.ask("player quit") == "ok"


async def test_a_status_that_was_only_set_has_a_report_too(
    device: Device, robot: Stream
) -> None:
    device.set_status(
        st_id=48, progress=0.5, head_module="EXTRUDER", error_label="HEAD_ERROR TILT 32"
    )
    found = await robot.report()
    assert (found["st_id"], found["st_label"], found["prog"]) == (48, "PAUSED", 0.5)
    assert found["error"] == ["HEAD_ERROR", "TILT", "32"]
