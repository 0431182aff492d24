"""Maintenance of simulated devices, over real sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux import (
    CommandFailed,
    ConnectionFailed,
    HeaterLeftOn,
    InvalidRequest,
    Kicked,
    Maintenance,
    Robot,
    WorkProgress,
    WorkStep,
)
from custom_components.flux3dp.aioflux.maintenance import parse_progress
from simulator import Device

from .conftest import CUBE, FAST, Connect, Line

type Work = Callable[[Maintenance], Awaitable[None]]


async def connect_uncut(device: Device, connect: Connect) -> Robot:
    """Open a connection; the ones that it opens again are not cut."""
    robot: Robot = await connect(Robot)
    again = robot._open_again
    assert again is not None

    async def open_again() -> Robot:
        device.faults.robot.cut_after = None
        return await again()

    robot._open_again = open_again
    return robot


async def idle_and_cold(device: Device) -> None:
    await device.wait_for(
        lambda: device.beacon.notify() != b"" and device.nozzle.target == 0
    )
    await device.wait_for(lambda: device.player.occupant() is None)
    await device.wait_closed_connections()


async def home(task: Maintenance) -> None:
    await task.home()


async def calibrate(task: Maintenance) -> None:
    await task.calibrate(clean=True)


async def load(task: Maintenance) -> None:
    await task.wait_for_toolhead()

    def stop_when_it_loads(progress: WorkProgress) -> None:
        if progress.step is WorkStep.LOADING:
            stops.append(asyncio.create_task(task.stop_loading()))

    stops: list[asyncio.Task[None]] = []
    try:
        await task.load_filament(210, stop_when_it_loads)
    finally:
        await asyncio.gather(*stops, return_exceptions=True)


async def unload(task: Maintenance) -> None:
    await task.wait_for_toolhead()
    await task.unload_filament(200)


WORK = [home, calibrate, load, unload]


async def test_the_connection_goes_on_as_before(device: Device, robot: Robot) -> None:
    heard: list[WorkProgress] = []
    async with robot.maintenance() as task:
        assert device.player.occupant() is not None
        await task.home()
        assert await task.calibrate(threshold=0.05) == (0.01, 0.01, 0.01)
        await task.unload_filament(200, heard.append)
    assert {each.step for each in heard} == {WorkStep.HEATING, WorkStep.UNLOADING}
    assert (await robot.report()).label == "IDLE"
    assert await robot.position() == "CommandTask"
    assert device.nozzle.target == 0


async def test_filament_is_waited_for_and_loaded(device: Device, robot: Robot) -> None:
    device.filament = False
    heard: set[WorkStep] = set()

    def follow(progress: WorkProgress) -> None:
        heard.add(progress.step)
        device.filament = device.filament or progress.step is WorkStep.WAITING
        if progress.step is WorkStep.LOADING:
            device.press_button()

    async with robot.maintenance() as task:
        await task.wait_for_toolhead()
        await task.load_filament(210, follow, flexible=True)
        # The button ended it; this comes too late, and is answered with a refusal.
        await task.stop_loading()
        assert (await task.toolhead_status()).target == 210
    assert heard == {WorkStep.HEATING, WorkStep.WAITING, WorkStep.LOADING}
    assert device.nozzle.target == 0


@pytest.mark.parametrize(
    ("replies", "refusal"),
    [
        (["continue", "CTRL LOADING", "ok"], None),
        (["continue", "error HEAD_ERROR HEAD_OFFLINE"], "HEAD_ERROR HEAD_OFFLINE"),
        (["error HEAD_ERROR TYPE_ERROR EXTRUDER LASER"], "EXTRUDER LASER"),
    ],
)
async def test_a_stop_that_comes_when_the_load_has_ended(
    replies: list[str], refusal: str | None
) -> None:
    """Its refusal is no reply to what is asked next."""
    line = Line()
    task = Maintenance(line.session)
    loading = asyncio.create_task(task.load_filament(200))
    await asyncio.sleep(0)
    await task.stop_loading()
    line.say(*replies, "error UNKNOWN_COMMAND", "MaintainTask")
    with pytest.raises(CommandFailed, match=refusal) if refusal else nullcontext():
        await loading
    assert bytes(line.sent[-10:]) == b"\x0a\0position"
    asking = asyncio.create_task(task.toolhead_status())
    await asyncio.sleep(0)
    line.say('ok {"module": "LASER"}')
    assert (await asking).type == "LASER"


async def test_a_load_may_be_silent() -> None:
    """A device that does not detect filament says nothing until its button is pressed."""
    timing = replace(FAST, work_silence=0.05)
    loads, homes = Line(timing), Line(timing)
    loading = asyncio.create_task(Maintenance(loads.session).load_filament(200))
    await asyncio.sleep(0)
    loads.say("continue", "CTRL HEATING 200.0")
    with pytest.raises(ConnectionFailed):
        await Maintenance(homes.session).home()
    loads.say("ok")
    await loading


async def test_refusals(device: Device, robot: Robot) -> None:
    device.faults.work_error = "HARDWARE_ERROR CONVERGENCE_FAILED"
    device.change_head(None)
    async with robot.maintenance() as task:
        assert (await task.wait_for_toolhead()).type is None
        with pytest.raises(CommandFailed, match="CONVERGENCE_FAILED"):
            await task.calibrate()
    device.faults.clear()
    device.start_job(CUBE)
    with pytest.raises(CommandFailed, match="RESOURCE_BUSY"):
        async with robot.maintenance():
            raise AssertionError


async def test_thrown_out(device: Device, robot: Robot, connect: Connect) -> None:
    async def be_thrown_out() -> None:
        async with robot.maintenance() as task:
            async with await connect(Robot) as other:
                await other.kick()
            await task.home()

    with pytest.raises(Kicked):
        await be_thrown_out()
    assert not robot.is_open
    await idle_and_cold(device)


@pytest.mark.parametrize("work", WORK)
async def test_cancellation_stops_the_work(
    device: Device, connect: Connect, work: Work
) -> None:
    device.faults.endless_work = True

    async def run() -> None:
        async with await connect(Robot) as robot, robot.maintenance() as task:
            running.set()
            await work(task)

    running = asyncio.Event()
    canceled = asyncio.create_task(run())
    await running.wait()
    if work in (load, unload):
        await device.wait_for(lambda: device.nozzle.target > 0)
    canceled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await canceled
    await idle_and_cold(device)


@pytest.mark.parametrize(
    ("device", "step"),
    [
        ({"generation": 1}, 97),
        ({"generation": 2}, 397),
        pytest.param({"generation": 1}, 1, marks=pytest.mark.soak),
        pytest.param({"generation": 2}, 1, marks=pytest.mark.soak),
    ],
    indirect=["device"],
    ids=["v1", "v2", "v1 at every byte", "v2 at every byte"],
)
@pytest.mark.parametrize("work", WORK)
async def test_cut_anywhere_nothing_is_left(
    device: Device,
    connect: Connect,
    work: Work,
    step: int,
) -> None:
    """After each cut the device is idle, and its heater off."""
    asyncio.get_running_loop().set_debug(False)

    async def run() -> None:
        robot = await connect_uncut(device, connect)
        async with robot, robot.maintenance() as task:
            await work(task)

    whole, cut = False, 0
    while not whole:
        device.faults.robot.cut_after = cut
        try:
            await run()
        except HeaterLeftOn:
            pytest.fail(f"still hot after a cut at {cut}")
        except ConnectionFailed:
            pass
        else:
            # Not cut, or while it left.
            whole = device.faults.robot.cut_after is not None
        device.faults.robot.cut_after = None
        await idle_and_cold(device)
        cut += step
    assert cut > 5 * step


@pytest.mark.parametrize("reason", [ConnectionFailed, CommandFailed])
async def test_a_heater_that_may_be_on_is_said_to_be_on(
    device: Device, robot: Robot, reason: type[Exception]
) -> None:
    """A refusal is no reason to believe that it is off."""

    async def heat() -> None:
        async with robot.maintenance() as task:
            await task.wait_for_toolhead()
            await task.set_heater(200)
            if reason is ConnectionFailed:
                await device.power_off()
                await task.toolhead_status()
            device.faults.replies["extruder_temp 0"] = "error RESOURCE_BUSY"

    with pytest.raises(HeaterLeftOn) as caught:
        await heat()
    assert isinstance(caught.value.__cause__, reason)


async def test_cancellation_while_it_leaves(device: Device, connect: Connect) -> None:
    async def run() -> None:
        async with await connect(Robot) as robot, robot.maintenance() as task:
            await task.wait_for_toolhead()
            await task.set_heater(200)
            device.faults.replies["extruder_temp 0"] = None

    leaving = asyncio.create_task(run())
    await device.wait_command("extruder_temp 0 0")
    leaving.cancel()
    # Once more while the heater is turned off over another connection.
    await device.wait_for(lambda: device.received.robot.count("extruder_temp 0 0") == 2)
    leaving.cancel()
    device.faults.clear()
    # This connection breaks too, before the device has answered.
    await device.drop_connections()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    await idle_and_cold(device)


@pytest.mark.parametrize(
    ("text", "progress"),
    [
        ("HEATING 144.0", WorkProgress(WorkStep.HEATING, 144.0)),
        ("HEATING hot", WorkProgress(WorkStep.HEATING)),
        ("HEATING 1e308", WorkProgress(WorkStep.HEATING)),
        ("POINT 2", WorkProgress(WorkStep.PROBING, 2)),
        ("POINT 1e308", WorkProgress(WorkStep.PROBING)),
        ("ZPROBE", WorkProgress(WorkStep.PROBING)),
        ("SOMETHING 1", None),
        ("", None),
    ],
)
def test_progress_is_read(text: str, progress: WorkProgress | None) -> None:
    assert parse_progress(text) == progress


async def test_threshold(robot: Robot) -> None:
    async with robot.maintenance() as task:
        for threshold in (0.001, float("nan"), 10**400):
            with pytest.raises(InvalidRequest):
                await task.calibrate(threshold=threshold)
        for temperature in (-1, 400, float("inf")):
            with pytest.raises(InvalidRequest):
                await task.set_heater(temperature)
