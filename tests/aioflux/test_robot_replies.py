"""Replies of the robot port that are odd, late, damaged, or none at all."""

import asyncio
from dataclasses import replace
import struct

import pytest

from custom_components.flux3dp.aioflux import (
    ClientKey,
    ConnectionFailed,
    Kicked,
    ProtocolError,
    Robot,
    Timing,
)
from simulator import PATIENCE, ROBOT_PORT, Device
from tests.vectors import Events, recorded

from .conftest import FAST, Connect, having
from .recording import Play, device_key, device_of


def frame(text: str) -> bytes:
    """Return a frame as a device sends it."""
    return struct.pack("<H", len(text.encode())) + text.encode()


async def ask_in_vain(device: Device, robot: Robot) -> asyncio.Task[object]:
    """Return a request that the device has received and does not answer."""
    device.faults.replies["player report"] = None
    asking: asyncio.Task[object] = asyncio.ensure_future(robot.report())
    await device.wait_command("player report")
    return asking


@pytest.mark.parametrize("due", [False, True], ids=["unasked", "answer due"])
async def test_kicked(device: Device, robot: Robot, due: bool) -> None:
    asking = await ask_in_vain(device, robot) if due else None
    await device.kick_sessions()
    if asking is None:
        await device.wait_closed_connections()
        asking = asyncio.ensure_future(robot.report())
    with pytest.raises(Kicked):
        await asking
    assert not robot.is_open
    with pytest.raises(ConnectionFailed):
        await robot.report()


@pytest.mark.parametrize("text", ["ok", "error RESOURCE_BUSY", '{"st_id": 0}'])
async def test_words_that_were_not_asked_for_are_no_answer(
    device: Device, robot: Robot, text: str
) -> None:
    asking = await ask_in_vain(device, robot)
    (session,) = device.robot.sessions
    # In one write, so that both are there when the next request goes out.
    await session.frames.send_raw(frame('{"st_id": 0}') + frame(text))
    await asking
    with pytest.raises(ProtocolError):
        await robot.settings.get("broadcast")
    assert not robot.is_open


@pytest.mark.parametrize(
    ("command", "reply", "name"),
    [
        ("player report", "ok", "report"),
        ("player report", "", "report"),
        ("player report", "[1]", "report"),
        ("player report", '{"st_label": "IDLE"}', "report"),
        ("player report", "\ufffd" * 9, "report"),
        ("player pause", "", "pause"),
        ("player pause", "okay", "pause"),
        ("player info", "what", "info"),
        # Metadata and pictures that are too long are skipped; nothing skips so much.
        ("player info", "binary text/json 33554433", "info"),
        ("player info", "binary image/png 33554433", "info"),
        ("player info", "binary video/mp4 33554433", "info"),
        ("player info", "binary image/png x", "info"),
        ("deviceinfo", "ok broken", "deviceinfo"),
    ],
)
async def test_replies_that_are_none_end_the_connection(
    *, device: Device, robot: Robot, command: str, reply: str, name: str
) -> None:
    device.faults.replies[command] = reply
    with pytest.raises(ProtocolError):
        await getattr(robot, name)()
    assert not robot.is_open


async def test_a_value_may_follow_an_ok(device: Device, robot: Robot) -> None:
    device.faults.replies |= {"player pause": "ok 1", "player info": "ok 1"}
    await robot.pause()
    assert (await robot.info())[1] is None
    assert robot.is_open


async def test_a_silence_ends_it_for_all_who_wait(
    device: Device, connect: Connect
) -> None:
    device.faults.replies["player report"] = None
    robot = await connect(Robot, timing=replace(FAST, command=0.2))
    results = await asyncio.gather(
        robot.report(), robot.deviceinfo(), robot.position(), return_exceptions=True
    )
    assert [type(result) for result in results] == [ConnectionFailed] * 3
    assert "in time" in str(results[0])
    assert not robot.is_open
    await robot.close()
    await device.wait_closed_connections()
    assert device.received.robot == ["player report"]


@pytest.mark.parametrize("gives_up", [False, True])
async def test_an_end_in_the_middle_of_a_request(
    device: Device, robot: Robot, gives_up: bool
) -> None:
    """Also when the caller has left: the next request would take the answer for its own."""
    asking = await ask_in_vain(device, robot)
    if gives_up:
        asking.cancel()
    else:
        await robot.close()
    with pytest.raises(asyncio.CancelledError if gives_up else ConnectionFailed):
        await asking
    assert not robot.is_open


@having(generation=2)
async def test_a_goodbye_that_is_not_answered_is_cut_short(
    device: Device, connect: Connect
) -> None:
    """A device that hangs says nothing to the end of TLS either."""

    async def open_to_a_device_that_hangs(timing: Timing) -> Robot:
        robot: Robot = await connect(Robot, timing=timing)
        device.faults.robot.stall_after = 0
        device.received.clear()
        await robot._session.write(b"\x0f\0player report")
        await device.wait_command("player report")
        device.faults.robot.stall_after = None
        return robot

    hurried = await open_to_a_device_that_hangs(replace(FAST, close=0.05, handshake=60))
    await hurried.close()
    await device.wait_closed_connections()

    patient = await open_to_a_device_that_hangs(replace(FAST, close=60, handshake=60))
    closing = asyncio.ensure_future(patient.close())
    await asyncio.wait((closing,), timeout=0.1)
    assert not closing.done()
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await device.wait_closed_connections()


# -- as recorded up to the first request, and then made up


SESSION = recorded("rescue-v2", "robot-idle")
REPORT = ["client", (b"\x0f\x00" + b"player report").hex()]
HANDSHAKE = SESSION[: SESSION.index(REPORT)]

GOOD = b'{"TIME_COST": "120.5"}'
PICTURE = b"\x89PNG first"
JPEG = b"\xff\xd8\xff\xe0 picture"


async def test_what_was_not_asked_for_fills_no_memory(
    play: Play, key: ClientKey
) -> None:
    flood = ["device", (frame("x" * 60_000) * 100).hex()]
    await play([*HANDSHAKE, flood], ROBOT_PORT)
    device = device_of("rescue-v2", device_key())
    async with await Robot.open(device, key, timing=FAST) as robot:
        async with asyncio.timeout(PATIENCE):
            while robot._session._reading:  # noqa: ASYNC110 - there is no event for it
                await asyncio.sleep(0)
        assert len(robot._session._buffer) < 1024 * 1024
        with pytest.raises(ProtocolError, match="unasked"):
            await robot.report()


def answer(*parts: tuple[str, bytes]) -> Events:
    """Return a session with these parts for an answer to `player info`, and a report."""
    said = [
        data
        for mime, content in parts
        for data in (frame(f"binary {mime} {len(content)}"), content)
    ]
    return [
        *HANDSHAKE,
        ["client", (b"\x0d\x00" + b"player info").hex()],
        *(["device", data.hex()] for data in (*said, frame("ok"))),
        REPORT,
        ["device", frame('{"st_id": 16, "st_label": "RUNNING"}').hex()],
    ]


@pytest.mark.parametrize(
    ("parts", "author", "time_cost", "picture"),
    [
        ([("text/json", GOOD), ("image/png", PICTURE)], None, 120.5, PICTURE),
        # An author in another encoding costs nothing else.
        ([("text/json", b'{"AUTHOR": "J\xfcrg"}')], "J\ufffdrg", None, None),
        # Metadata that are none are empty.
        ([("text/json", b"{'not': json}"), ("a/b", PICTURE)], None, None, PICTURE),
        ([("text/json", b"[]"), ("a/b", PICTURE)], None, None, PICTURE),
        ([("text/json", b"\xff\xfe"), ("a/b", PICTURE)], None, None, PICTURE),
        ([("text/json", b"[" * 20_000), ("a/b", PICTURE)], None, None, PICTURE),
        ([("image/png", PICTURE)], None, None, PICTURE),
        # Pictures are known by their first bytes, and the first of them counts.
        ([("image/jpeg", JPEG)], None, None, JPEG),
        ([("image/webp", b"RIFF"), ("image/png", PICTURE)], None, None, PICTURE),
        ([("image/png", PICTURE), ("image/png", JPEG)], None, None, PICTURE),
        ([("image/png", b"<svg/>")], None, None, None),
        ([("text/json", GOOD), ("video/mp4", b"?" * 70_000)], None, 120.5, None),
        ([("image/\x1b[31m", b"")], None, None, None),
        ([("image/png", b"?" * (5 * 1024 * 1024))], None, None, None),
    ],
)
async def test_damage_in_a_part_costs_that_part_only(
    *,
    play: Play,
    key: ClientKey,
    parts: list[tuple[str, bytes]],
    author: str | None,
    time_cost: float | None,
    picture: bytes | None,
) -> None:
    recording = await play(answer(*parts), ROBOT_PORT)
    device = device_of("rescue-v2", device_key())
    async with await Robot.open(device, key, timing=FAST) as robot:
        info, shown = await robot.info()
        assert (info.author, info.time_cost, shown) == (author, time_cost, picture)
        assert (await robot.report()).st_id == 16
    assert recording.differences == []
