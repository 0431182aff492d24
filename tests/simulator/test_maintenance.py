"""Maintenance on the robot port: as it was recorded, and what the recordings leave out."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
import json
from typing import Any

import pytest

from simulator import ROBOT_PORT, Device, Timing
from simulator.waiting import PATIENCE
from tests.keys import CLIENT_KEY

from .client import Key, Stream, command, open_robot, report
from .conftest import ADDRESSES, MakeDevice, trust
from .recordings import VECTORS

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]
SESSIONS: dict[str, list[tuple[float, str, str]]] = json.loads(
    (VECTORS / "maintenance.json").read_text()
)
#: The address of the recorded client, and of ours.
THEIRS, OURS = "127.77.0.1", "127.0.0.1"
READY = replace(Timing.fast(), head_ready=0.0)


async def make(make_device: MakeDevice, **changes: object) -> Device:
    device = await make_device(**{"timing": READY, **changes})
    trust(device)
    return device


async def robot(device: Device) -> Stream:
    return await open_robot(HERE, KEY, device.config.uuid)


async def enter(device: Device) -> Stream:
    stream = await robot(device)
    assert await command(stream, "task maintain") == "ok"
    return stream


async def frames_to(stream: Stream, last: str) -> list[str]:
    """Read frames up to one that begins so; return them all."""
    found: list[str] = []
    while not (found and found[-1].startswith(last)):
        found.append((await stream.frame()).decode())
    return found


def kind(frame: str) -> object:
    """Make a reply comparable: no temperatures, and JSON without its order."""
    frame = frame.replace(THEIRS, OURS)
    if frame.startswith("CTRL HEATING"):
        return "CTRL HEATING"
    head, brace, rest = frame.partition("{")
    if brace:
        found = json.loads(brace + rest)
        return (head, found | ({"rt": "some"} if "rt" in found else {}))
    return frame


def is_progress(frame: str) -> bool:
    return frame.startswith(("CTRL", "DEBUG"))


class Replay:
    """Says what a recorded client said, and hears what the recorded device answered."""

    def __init__(self, device: Device, events: list[tuple[float, str, str]]) -> None:
        self.device = device
        self.events = events
        self.heard: list[str] = []
        self.on_frame: Callable[[str], None] = lambda frame: None

    async def run(self, stream: Stream) -> None:
        due: list[str] = []
        for _, who, text in self.events:
            if who == "device":
                due.append(text)
                continue
            await self.hear(stream, due)
            due = []
            match who:
                case "client":
                    stream.send_frame(text.encode())
                case "closed":
                    assert await stream.read_to_end() == b""
                case "udp":
                    await self.told(text)
        await self.hear(stream, due)

    async def hear(self, stream: Stream, due: list[str]) -> None:
        """Read until all that is due was said; progress comes as often as it does."""
        replies = [kind(frame) for frame in due if not is_progress(frame)]
        progress = {kind(frame) for frame in due if is_progress(frame)}
        said: list[object] = []
        seen: set[object] = set()
        while len(said) < len(replies) or not progress <= seen:
            frame = (await stream.frame()).decode()
            self.on_frame(frame)
            if is_progress(frame):
                seen.add(kind(frame))
            else:
                said.append(kind(frame))
        assert said == replies
        assert seen <= progress

    async def told(self, text: str) -> None:
        st_id, head, *label = text.replace(THEIRS, OURS).split()
        expected = (int(st_id), head, "".join(label))

        def so() -> bool:
            status = self.device.status
            told = (status.st_id, status.head_module, status.occupied_by)
            return told == expected

        await self.device.wait_for(so)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("settings", {}),
        ("home", {}),
        ("calibration, one round", {}),
        ("calibration until it converges", {}),
        ("busy while it calibrates", {}),
        ("load filament, stopped", {}),
        ("unload filament", {}),
        ("load with a laser", {"toolhead": "LASER"}),
        ("load without a toolhead", {"toolhead": None}),
        ("cable out while heating", {}),
        ("boards dead", {}),
    ],
)
async def test_it_answers_as_recorded(
    make_device: MakeDevice, name: str, changes: dict[str, Any]
) -> None:
    device = await make(make_device, plain_boards=True, **changes)
    device.set_status(head_module="N/A")
    device.faults.boards_dead = name == "boards dead"
    replay = Replay(device, SESSIONS[name])
    if name == "cable out while heating":
        replay.on_frame = lambda frame: (
            device.change_head(None) if is_progress(frame) else None
        )
    async with await robot(device) as stream:
        await replay.run(stream)


async def test_a_second_client_meanwhile(make_device: MakeDevice) -> None:
    device = await make(make_device)
    device.set_status(head_module="N/A")
    entered = SESSIONS["enter, info, leave"]
    async with await robot(device) as owner, await robot(device) as other:
        await Replay(device, entered[:3]).run(owner)
        await Replay(device, SESSIONS["a second client meanwhile"]).run(other)
        assert device.status.st_id == -1
        await Replay(device, entered[3:]).run(owner)


async def test_who_kicks_frees_it(make_device: MakeDevice) -> None:
    device = await make(make_device)
    async with await robot(device) as owner, await robot(device) as other:
        kicked = SESSIONS["kicked"]
        await Replay(device, kicked[:2]).run(owner)
        await Replay(device, SESSIONS["the one who kicks"]).run(other)
        await Replay(device, kicked[2:]).run(owner)


async def test_closed_in_mid_heating_it_is_free_and_remembers_its_target(
    make_device: MakeDevice,
) -> None:
    device = await make(make_device)
    device.nozzle.temperature = 140.0
    stream = await robot(device)
    await Replay(device, SESSIONS["closed in mid-heating"]).run(stream)
    await stream.close()
    await device.wait_for(lambda: device.status.st_id == 0)
    async with await robot(device) as stream:
        await Replay(device, SESSIONS["right after that"]).run(stream)


async def test_a_toolhead_is_not_known_at_once(make_device: MakeDevice) -> None:
    device = await make(make_device, timing=replace(READY, head_ready=1000.0))
    async with await enter(device) as stream:
        assert json.loads((await command(stream, "headstatus"))[3:]) == {
            "module": "N/A"
        }
        assert (
            await command(stream, "headinfo") == 'ok {"version": null, "module": null}'
        )
        assert (
            await command(stream, "load_filament 0 200")
            == "error HEAD_ERROR TYPE_ERROR EXTRUDER N/A"
        )


def stop(device: Device, stream: Stream) -> None:
    stream.send_frame(b"stop_load_filament")


def press(device: Device, stream: Stream) -> None:
    device.press_button()


@pytest.mark.parametrize("end", [stop, press])
async def test_it_waits_for_filament_and_loads_until_that_is_ended(
    make_device: MakeDevice, end: Callable[[Device, Stream], None]
) -> None:
    device = await make(make_device)
    device.filament = False
    async with await enter(device) as stream:
        stream.send_frame(b"load_flexible_filament 0 200")
        await frames_to(stream, "CTRL WAITING")
        assert device.nozzle.target == 200
        device.filament = True
        await frames_to(stream, "CTRL LOADING")
        end(device, stream)
        *progress, last = await frames_to(stream, "ok")
        assert (set(progress) <= {"CTRL LOADING"}, last) == (True, "ok")
        # There is nothing to stop any more, and the load has not answered twice.
        assert await command(stream, "stop_load_filament") == "error UNKNOWN_COMMAND"


async def test_it_unloads_and_a_cable_that_comes_out_is_noticed(
    make_device: MakeDevice,
) -> None:
    device = await make(make_device)
    async with await enter(device) as stream:
        stream.send_frame(b"unload_filament 0 200")
        found = await frames_to(stream, "ok")
        assert found[0] == "continue"
        assert found[-4:] == ["CTRL UNLOADING"] * 3 + ["ok"]
        device.change_head(None)
        assert (
            await command(stream, "extruder_temp 0 0")
            == "error HEAD_ERROR TYPE_ERROR EXTRUDER N/A"
        )


@pytest.mark.parametrize("leave", ["quit", "reset_mb"])
async def test_who_leaves_ends_what_runs_and_frees_the_device(
    make_device: MakeDevice, leave: str
) -> None:
    device = await make(make_device)
    device.faults.endless_work = leave == "quit"
    async with await enter(device) as stream:
        if leave == "quit":
            assert await command(stream, "calibration 0.05 clean") == "continue"
            assert await frames_to(stream, "CTRL POINT 0")
        stream.send_frame(leave.encode())
        await frames_to(stream, "ok")
        assert device.status.st_id == 0
        assert (await report(stream))["st_label"] == "IDLE"


async def test_work_may_fail(make_device: MakeDevice) -> None:
    device = await make(make_device)
    device.faults.work_error = "HARDWARE_ERROR CONVERGENCE_FAILED"
    async with await enter(device) as stream:
        stream.send_frame(b"calibration")
        found = await frames_to(stream, "error")
        assert found[-1] == "error HARDWARE_ERROR CONVERGENCE_FAILED"
        assert "DEBUG point 0 0.0100" in found
        device.faults.work_error = None
        assert await command(stream, "home") == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "calibration 0.001",
        "calibration 1 2",
        "zprobe high",
        "load_filament 0",
        "load_filament x 200",
        "extruder_temp 0 warm",
        "extruder_temp 0",
    ],
)
async def test_words_it_cannot_read(make_device: MakeDevice, text: str) -> None:
    device = await make(make_device)
    async with await enter(device) as stream:
        assert await command(stream, text) == "error BAD_PARAMS"


async def test_a_job_keeps_maintenance_out_and_the_other_way_round(
    make_device: MakeDevice,
) -> None:
    device = await make(make_device, timing=replace(READY, job_init=1000.0))
    async with await robot(device) as stream, await robot(device) as other:
        device.start_job()
        reply = await command(stream, "task maintain")
        assert reply.startswith("error RESOURCE_BUSY ")
        await device.reboot()
    async with await enter(device) as stream, await robot(device) as other:
        await command(other, "player select SD 'calibration cube.fc'")
        assert await command(other, "player start") == "error NO_TASK"
        assert await command(other, "config set replay N") == "ok"
        assert await command(stream, "config get replay") == "error UNKNOWN_COMMAND"


async def test_the_announcements_say_so_anew_each_second(
    make_device: MakeDevice,
) -> None:
    device = await make(make_device)
    async with await enter(device):
        device.set_status(st_id=0, occupied_by="")
        await device.wait_for(lambda: device.status.st_id == -1)
        first = device.status.timestamp
        await device.wait_for(lambda: device.status.timestamp > first)
        assert device.connections[ROBOT_PORT] == 1
    await device.wait_for(lambda: device.status.st_id == 0)


async def test_a_power_cut_ends_it(make_device: MakeDevice) -> None:
    device = await make(make_device)
    async with await enter(device) as stream:
        stream.send_frame(b"zprobe 1")
        await frames_to(stream, "CTRL ZPROBE")
        async with asyncio.timeout(PATIENCE):
            await device.reboot()
        assert (device.status.st_id, device.robot.sessions) == (0, set())
