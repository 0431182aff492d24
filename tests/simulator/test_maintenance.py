"""Maintenance on the robot port: as it was recorded, and what the recordings leave out."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
import json

import pytest

from simulator import ROBOT_PORT, Device, Timing
from tests.vectors import MAINTENANCE

from .client import Stream
from .conftest import robot_of

#: The address of the recorded client, and of ours.
THEIRS, OURS = "127.77.0.1", "127.0.0.1"
READY = replace(Timing.fast(), head_ready=0.0)
DEVICE = {"timing": READY}
NO_HEAD = "error HEAD_ERROR TYPE_ERROR EXTRUDER N/A"


@pytest.fixture
async def owner(robot: Stream) -> AsyncIterator[Stream]:
    """Return a client that has the device, in maintenance."""
    assert await robot.ask("task maintain") == "ok"
    return robot


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


async def replay(
    device: Device,
    stream: Stream,
    events: list[tuple[float, str, str]],
    on_frame: Callable[[str], None] = lambda frame: None,
) -> None:
    """Say what a recorded client said, and compare what the device answers."""

    async def hear(due: list[str]) -> None:
        """Read until all that is due was said; progress comes as often as it does."""
        replies = [kind(frame) for frame in due if not is_progress(frame)]
        progress = {kind(frame) for frame in due if is_progress(frame)}
        said: list[object] = []
        seen: set[object] = set()
        while len(said) < len(replies) or not progress <= seen:
            frame = (await stream.frame()).decode()
            on_frame(frame)
            if is_progress(frame):
                seen.add(kind(frame))
            else:
                said.append(kind(frame))
        assert said == replies
        assert seen <= progress

    def told(text: str) -> bool:
        st_id, head, *label = text.replace(THEIRS, OURS).split()
        status = device.status
        found = (status.st_id, status.head_module, status.occupied_by)
        return found == (int(st_id), head, "".join(label))

    due: list[str] = []
    for _, who, text in [*events, (0, "", "")]:
        if who == "device":
            due.append(text)
            continue
        await hear(due)
        due = []
        if who == "client":
            stream.send_frame(text)
        elif who == "closed":
            assert await stream.read_to_end() == b""
        elif who == "udp":
            await device.wait_for(partial(told, text))


@pytest.mark.parametrize(
    ("name", "device"),
    [
        (name, {"plain_boards": True, **changes})
        for name, changes in {
            "settings": {},
            "home": {},
            "calibration, one round": {},
            "calibration until it converges": {},
            "busy while it calibrates": {},
            "load filament, stopped": {},
            "unload filament": {},
            "load with a laser": {"toolhead": "LASER"},
            "load without a toolhead": {"toolhead": None},
            "cable out while heating": {},
            "boards dead": {},
        }.items()
    ],
    indirect=["device"],
)
async def test_it_answers_as_recorded(device: Device, robot: Stream, name: str) -> None:
    device.set_status(head_module="N/A")
    device.faults.boards_dead = name == "boards dead"

    def pull_the_cable(frame: str) -> None:
        if name == "cable out while heating" and is_progress(frame):
            device.change_head(None)

    await replay(device, robot, MAINTENANCE[name], pull_the_cable)


async def test_a_second_client_meanwhile(device: Device, robot: Stream) -> None:
    device.set_status(head_module="N/A")
    entered = MAINTENANCE["enter, info, leave"]
    async with await robot_of(device) as other:
        await replay(device, robot, entered[:3])
        await replay(device, other, MAINTENANCE["a second client meanwhile"])
        assert device.status.st_id == -1
        await replay(device, robot, entered[3:])


async def test_who_kicks_frees_it(device: Device, robot: Stream) -> None:
    kicked = MAINTENANCE["kicked"]
    async with await robot_of(device) as other:
        await replay(device, robot, kicked[:2])
        await replay(device, other, MAINTENANCE["the one who kicks"])
        await replay(device, robot, kicked[2:])


async def test_closed_in_mid_heating_it_is_free_and_remembers_its_target(
    device: Device, robot: Stream
) -> None:
    device.nozzle.temperature = 140.0
    await replay(device, robot, MAINTENANCE["closed in mid-heating"])
    await robot.close()
    await device.wait_for(lambda: device.status.st_id == 0)
    async with await robot_of(device) as stream:
        await replay(device, stream, MAINTENANCE["right after that"])


@pytest.mark.parametrize(
    "device", [{"timing": replace(READY, head_ready=1000.0)}], indirect=True
)
async def test_a_toolhead_is_not_known_at_once(owner: Stream) -> None:
    assert await owner.ask("headstatus") == 'ok {"module": "N/A"}'
    assert await owner.ask("headinfo") == 'ok {"version": null, "module": null}'
    assert await owner.ask("load_filament 0 200") == NO_HEAD


@pytest.mark.parametrize("leave", ["quit", "reset_mb"])
async def test_who_leaves_frees_the_device(
    device: Device, owner: Stream, leave: str
) -> None:
    if leave == "quit":
        device.faults.endless_work = True
        assert await owner.ask("calibration 0.05 clean") == "continue"
        # Nothing else is taken meanwhile; there is no load that it could stop.
        assert await next_reply(owner, "stop_load_filament") == "error RESOURCE_BUSY"
    assert await next_reply(owner, leave) == "ok"
    assert device.status.st_id == 0
    assert (await owner.report())["st_label"] == "IDLE"


async def next_reply(stream: Stream, text: str) -> str:
    """Send a command; return the first reply that is no progress of what runs."""
    reply = await stream.ask(text)
    while is_progress(reply):
        reply = (await stream.frame()).decode()
    return reply


@pytest.mark.parametrize(
    "device", [{"timing": replace(READY, maintain_heating=1.0)}], indirect=True
)
@pytest.mark.parametrize("stop", ["stop_load_filament", "button"])
async def test_a_load_that_was_stopped_stops_nothing_that_comes_after_it(
    device: Device, owner: Stream, stop: str
) -> None:
    async def begin(text: str, until: str) -> list[str]:
        said = [await owner.ask(text)]
        while not said[-1].startswith(until):
            said.append((await owner.frame()).decode())
        return said

    device.nozzle.temperature = 200.0
    await begin("load_filament 0 200", "CTRL LOADING")
    if stop == "button":
        device.press_button()
    else:
        owner.send_frame(stop)
    while is_progress((await owner.frame()).decode()):
        pass
    device.press_button()
    device.nozzle.temperature = 25.0
    heating = await begin("unload_filament 0 200", "CTRL UNLOADING")
    assert float(heating[-2].rpartition(" ")[2]) >= 199


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
async def test_words_it_cannot_read(owner: Stream, text: str) -> None:
    assert await owner.ask(text) == "error BAD_PARAMS"


@pytest.mark.parametrize(
    "device", [{"timing": replace(READY, job_init=1000.0)}], indirect=True
)
async def test_a_job_keeps_maintenance_out_and_the_other_way_round(
    device: Device, robot: Stream
) -> None:
    device.start_job()
    assert (await robot.ask("task maintain")).startswith("error RESOURCE_BUSY ")
    await device.reboot()
    async with await robot_of(device) as owner, await robot_of(device) as other:
        assert await owner.ask("task maintain") == "ok"
        await other.ask("player select SD 'calibration cube.fc'")
        assert await other.ask("player start") == "error NO_TASK"
        assert await other.ask("config set replay N") == "ok"
        assert await owner.ask("config get replay") == "error UNKNOWN_COMMAND"


async def test_the_announcements_say_so_anew_each_second(
    device: Device, owner: Stream
) -> None:
    device.set_status(st_id=0, occupied_by="")
    await device.wait_for(lambda: device.status.st_id == -1)
    first = device.status.timestamp
    await device.wait_for(lambda: device.status.timestamp > first)
    assert device.connections[ROBOT_PORT] == 1
    await owner.close()
    await device.wait_for(lambda: device.status.st_id == 0)
