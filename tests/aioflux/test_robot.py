"""The robot port: a job, and each command."""

import asyncio
from dataclasses import replace
import gc
import logging
import math

import pytest

from custom_components.flux3dp.aioflux import (
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    InvalidRequest,
    Robot,
)
from simulator import PATIENCE, Device

from .conftest import BOTH, CUBE, FAST, Line


async def reach(device: Device, label: str) -> None:
    await device.wait_for(lambda: device.job.state.label == label)


@BOTH
async def test_a_job_from_start_to_idle(device: Device, robot: Robot) -> None:
    assert robot.version == device.config.generation
    assert (await robot.report()).label == "IDLE"
    await robot.start(CUBE)
    await reach(device, "RUNNING")
    device.job.set_progress(0.42)
    report = await robot.report()
    assert report.progress == pytest.approx(0.42, abs=1e-5)
    session = report.session
    assert session

    await robot.pause()
    await reach(device, "PAUSED")
    assert (await robot.report()).st_id == 48
    await robot.resume()
    await reach(device, "RUNNING")
    device.job.finish()
    report = await robot.report()
    assert (report.st_id, report.session, report.progress) == (64, session, 1.0)

    await device.wait_for(lambda: device.status.st_id == 64)
    await robot.quit()
    await device.wait_for(lambda: device.status.st_id == 0)
    assert (await robot.report()).label == "IDLE"
    assert robot.is_open


async def test_the_commands_of_a_pause(device: Device, robot: Robot) -> None:
    device.start_job(CUBE)
    await reach(device, "RUNNING")
    for command in (
        robot.load_filament(),
        robot.unload_filament(),
        robot.set_toolhead_heater(200),
        robot.press_button(),
    ):
        with pytest.raises(CommandFailed) as caught:
            await command
        assert caught.value.symbol == "RESOURCE_BUSY"
    # In none of these does the device do anything of its own accord.
    device.player.held |= {"PAUSED", "LOAD_FILAMENT", "UNLOAD_FILAMENT"}
    device.job.runout()
    await reach(device, "PAUSED")
    assert (await robot.report()).error == ("FILAMENT_RUNOUT", "1")

    await robot.load_filament()
    report = await robot.report()
    assert (report.st_id, report.label) == (48, "LOAD_FILAMENT")
    await robot.press_button()
    assert (await robot.report()).label == "PAUSED"
    await robot.unload_filament()
    assert (await robot.report()).label == "UNLOAD_FILAMENT"
    device.player.held.remove("UNLOAD_FILAMENT")
    await reach(device, "PAUSED")
    await robot.set_toolhead_heater(187.5)
    assert (await robot.report()).nozzle_target == 187.5
    await robot.set_toolhead_heater(0)
    assert (await robot.report()).nozzle_target == 0.0
    assert device.received.robot[-4] == "player set_toolhead_header 0 187.5"


async def test_what_is_refused_before_it_is_sent(device: Device, robot: Robot) -> None:
    for temperature in (-1, 301, math.nan, math.inf):
        with pytest.raises(InvalidRequest) as caught:
            await robot.set_toolhead_heater(temperature)
        assert caught.value.field == "temperature"
    with pytest.raises(InvalidRequest) as caught:
        await robot.select("SD/" + "x" * 5000)
    assert caught.value.reason == "too_long"
    assert device.received.robot == []
    assert robot.is_open


async def test_refusals_of_a_job(device: Device, robot: Robot) -> None:
    with pytest.raises(CommandFailed, match="NOT_EXIST"):
        await robot.select("SD/nothing.fc")
    with pytest.raises(CommandFailed, match="NOT_EXIST"):
        await robot.start("SD/nothing.fc")
    device.files.entries["SD"]["broken.fc"] = b"FCx0000000"
    with pytest.raises(CommandFailed, match="FILE_BROKEN"):
        await robot.start("SD/broken.fc")
    device.player.held.add("INIT")
    await robot.start(CUBE)
    for command in (robot.start(CUBE), robot.pause(), robot.abort(), robot.kick()):
        with pytest.raises(CommandFailed, match="RESOURCE_BUSY"):
            await command
    device.player.held.remove("INIT")
    await reach(device, "RUNNING")
    await robot.pause()
    await reach(device, "PAUSED")
    for command in (robot.pause(), robot.quit()):
        with pytest.raises(CommandFailed, match="RESOURCE_BUSY"):
            await command
    assert robot.is_open


async def test_nothing_comes_between_select_and_start(
    device: Device, robot: Robot
) -> None:
    await robot.select("SD/Küche/Löffel 'groß'.fc")
    with pytest.raises(CommandFailed, match="NOT_EXIST"):
        await robot.start("SD/nothing.fc")
    # The file that was selected before does not run instead.
    assert "player start" not in device.received.robot
    others = [robot.select("SD/nothing.fc") for _ in range(5)]
    results = await asyncio.gather(
        *others,
        robot.start(CUBE),
        *(robot.report() for _ in range(5)),
        return_exceptions=True,
    )
    assert results[5] is None
    sent = device.received.robot
    assert sent[sent.index("player select SD 'calibration cube.fc'") + 1] == (
        "player start"
    )


async def test_replies_belong_to_their_requests(device: Device, robot: Robot) -> None:
    keys = ["correction", "replay", "zoffset", "camera_version"]
    values = {key: f"value of {key}" for key in keys}
    device.settings.values.update(values)
    asked = keys * 10
    found = await asyncio.gather(*(robot.settings.get(key) for key in asked))
    assert found == [values[key] for key in asked]


@pytest.mark.parametrize("path", [None, CUBE])
async def test_a_start_may_take_long(info: DeviceInfo, path: str | None) -> None:
    """The device reads all of a large file first."""
    timing = replace(FAST, command=0.05)
    starts, pauses = Line(timing), Line(timing)
    starting = asyncio.create_task(Robot(starts.session, info).start(path))
    await asyncio.sleep(0)
    with pytest.raises(ConnectionFailed):
        await Robot(pauses.session, info).pause()
    starts.say("ok", "ok")
    await starting


@pytest.mark.parametrize("reply", ["ok", "error UNKNOWN_ERROR", None])
async def test_one_who_leaves_a_shared_connection_breaks_it_for_no_other(
    caplog: pytest.LogCaptureFixture, reply: str | None
) -> None:
    line = Line()
    session = line.session
    session.is_shared = True
    tasks = [
        asyncio.ensure_future(session.exchange(request, session.read_reply))
        for request in (b"first", b"never", b"second")
    ]
    await asyncio.sleep(0)
    for task in tasks[:2]:
        task.cancel()
    await asyncio.wait(tasks[:2])
    assert all(task.cancelled() for task in tasks[:2])
    if reply is None:
        session.abort()
    else:
        line.say(reply)
        for _ in range(10):
            await asyncio.sleep(0)
        assert b"second" in line.sent
        line.say("ok 2")
    async with asyncio.timeout(PATIENCE):
        [answer] = await asyncio.gather(tasks[2], return_exceptions=True)
    assert answer == "ok 2" if reply else isinstance(answer, ConnectionFailed)
    assert b"never" not in line.sent
    gc.collect()
    assert not [it for it in caplog.records if it.levelno > logging.DEBUG]
