"""Files of simulated devices, over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
import hashlib
import random
from typing import Any
from unittest.mock import Mock, patch

import pytest

from custom_components.flux3dp.aioflux import (
    ClientKey,
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    FileEntry,
    Files,
    FluxError,
    InvalidRequest,
    LeftBehind,
    Robot,
    store,
)
from simulator import Device
from simulator.fcode import build
from tests.keys import OTHER_CLIENT_KEY

from .conftest import BOTH, CUBE, FAST, Line, trust

JOB = build(
    {"TITLE": "vase", "TIME_COST": "60"}, [b"\x89PNG..."], bytes(range(256)) * 900
)
STRANGE = 'SD/O\'Neill "x" \\ ; rm -rf $(x) ♥😀.fc'


type Put = Callable[..., Awaitable[None]]


async def blocks(content: bytes = JOB, size: int = 50_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture
def files(robot: Robot) -> Files:
    return robot.files


@pytest.fixture
def put(info: DeviceInfo, key: ClientKey) -> Put:
    """Return what stores a file over connections of its own; a cube may be replaced."""

    async def put(
        path: str,
        source: AsyncIterator[bytes] | None = None,
        key: ClientKey = key,
        **options: Any,
    ) -> None:
        @asynccontextmanager
        async def connect() -> AsyncIterator[Files]:
            async with await Robot.open(info, key, timing=FAST) as robot:
                yield robot.files

        options |= {"overwrite": path == CUBE}
        await store(connect, path, source or blocks(), len(JOB), **options)

    return put


def on_card(device: Device, path: str) -> bytes:
    return device.files.read(*path.split("/", 1))


def unfinished(device: Device) -> list[str]:
    return [name for name in device.files.entries["SD"] if name.startswith("~")]


async def names(files: Files, path: str) -> list[str]:
    return [entry.name for entry in await files.list(path)]


async def test_folders_are_listed(device: Device, files: Files) -> None:
    device.files.write("SD", "notes.txt", b"not a job")
    assert await files.list("SD") == (
        FileEntry("calibration cube.fc", is_folder=False),
        FileEntry("Küche", is_folder=True),
        FileEntry("Recent", is_folder=True),
    )
    assert await names(files, "SD/Küche") == ["Löffel 'groß'.fc"]
    assert await files.list("SD/Recent") == ()
    for number in range(300):
        device.files.write("SD", f"Küche/{number:0240}.fc", b"")
    # With no answer in one frame, and no such folder.
    for path, symbol in (("SD/Küche", "UNKNOWN_ERROR"), ("SD/Keller", "NOT_EXIST")):
        with pytest.raises(CommandFailed) as caught:
            await files.list(path)
        assert caught.value.symbol == symbol
    assert await names(files, "USB/") == await names(files, "USB") == ["stick.fc"]


async def test_names_are_refused_when_they_are_to_be_sent() -> None:
    line = Line()
    listing = asyncio.ensure_future(Files(line.session).list("SD"))
    await asyncio.sleep(0)
    line.say("continue", "error UNKNOWN_ERROR")
    with pytest.raises(CommandFailed, match="UNKNOWN_ERROR"):
        await listing
    assert line.session.is_open


async def test_there_and_back(device: Device, files: Files) -> None:
    """A name is one word, whatever is in it."""
    before = await names(files, "SD")
    sent: list[int] = []
    digest = await files.upload(STRANGE, blocks(), len(JOB), sent.append)
    assert digest == hashlib.md5(JOB).hexdigest()
    assert on_card(device, STRANGE) == JOB
    assert (sent, sent[-1]) == (sorted(sent), len(JOB))
    assert sorted(await names(files, "SD")) == sorted([*before, STRANGE[3:]])
    info = await files.info(STRANGE)
    assert (info.info.title, info.info.time_cost) == ("vase", 60.0)
    assert info.previews == (b"\x89PNG...",)
    assert await files.md5(STRANGE) == digest

    received: list[bytes] = []

    async def write(block: bytes) -> None:
        received.append(block)

    assert await files.download(STRANGE, write, sent.append) == len(JOB)
    assert (b"".join(received), sent[-1]) == (JOB, len(JOB))
    await files.remove(STRANGE)
    assert await names(files, "SD") == before
    for ask in (files.info, files.md5):
        with pytest.raises(CommandFailed):
            await ask(STRANGE)


async def test_folders_and_copies(device: Device, files: Files) -> None:
    await files.mkdir("SD/new folder/")
    await files.copy(CUBE, "SD/new folder/cube.fc")
    assert on_card(device, "SD/new folder/cube.fc") == on_card(device, CUBE)
    await files.remove("SD/new folder/cube.fc")
    assert await files.list("SD/new folder/") == ()
    await files.rmdir("SD/new folder/")
    assert "new folder" not in await names(files, "SD")


@pytest.mark.parametrize(
    ("path", "size", "reason"),
    [
        ("SD/../x.fc", 1, "not_a_path"),
        ("USB/x.fc", 1, "read_only"),
        ("SD/x.png", 1, "not_a_job"),
        ("SD/" + "♥" * 85 + ".fc", 1, "file_name_too_long"),
        ("SD/x.fc", 0, "empty_file"),
        ("SD/x.fc", (1 << 30) + 1, "too_large"),
    ],
)
async def test_what_cannot_be_uploaded_is_refused_here(
    path: str, size: int, reason: str
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await store(Mock(side_effect=AssertionError), path, blocks(), size)
    assert caught.value.reason == reason


async def test_a_job_for_this_connection_only(robot: Robot) -> None:
    await robot.files.upload_task(blocks(), len(JOB))
    await robot.start()
    assert (await robot.info())[0].title == "vase"


async def test_a_source_of_another_size_ends_the_connection(files: Files) -> None:
    for size in (len(JOB) - 1, len(JOB) + 1):
        with pytest.raises((InvalidRequest, ConnectionFailed)) as caught:
            await files.upload("SD/vase.fc", blocks(), size)
    assert isinstance(caught.value, ConnectionFailed)


# -- whole or not at all


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("SD/cube.fc", "exists"),
        ("SD/Keller/x.fc", "no_folder"),
        ("SD/Küche.fc", "is_folder"),
    ],
)
async def test_nothing_is_lost_by_a_name(
    device: Device, put: Put, path: str, reason: str
) -> None:
    device.files.mkdir("SD", "Küche.fc")
    device.files.write("SD", "cube.fc", b"cube")
    with pytest.raises(InvalidRequest) as caught:
        await put(path)
    assert caught.value.reason == reason
    assert on_card(device, "SD/cube.fc") == b"cube"


async def test_another_file_may_come_meanwhile(device: Device, put: Put) -> None:
    async def slow() -> AsyncIterator[bytes]:
        async for block in blocks():
            device.files.write("SD", "vase.fc", b"of another client")
            yield block

    with pytest.raises(InvalidRequest) as caught:
        await put("SD/vase.fc", slow())
    assert caught.value.reason == "exists"
    assert on_card(device, "SD/vase.fc") == b"of another client"
    assert not unfinished(device)


@pytest.mark.parametrize(
    ("command", "reply", "error"),
    [
        ("file md5", "error DISK_FULL", "DISK_FULL"),
        ("file cp", "error DISK_FULL", "DISK_FULL"),
        ("file md5", f"md5 {'0' * 32}", "other bytes"),
    ],
)
async def test_what_the_device_does_not_take_is_tidied_up(
    device: Device, put: Put, command: str, reply: str, error: str
) -> None:
    device.faults.replies[command] = reply
    with pytest.raises(FluxError, match=error):
        await put(CUBE)
    assert on_card(device, CUBE) != JOB
    assert not unfinished(device)


@pytest.mark.parametrize("tidies_up", [True, False])
async def test_a_canceled_upload_is_canceled_and_leaves_nothing_if_it_can(
    device: Device, put: Put, tidies_up: bool
) -> None:
    task: asyncio.Task[None]

    def progress(sent: int) -> None:
        if sent > len(JOB) // 2 and not task.cancelling():
            task.cancel()

    if not tidies_up:
        device.faults.replies["file rm"] = "error BAD_PARAMS"
    before = dict(device.files.entries["SD"])
    task = asyncio.create_task(put(CUBE, progress=progress))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (device.files.entries["SD"] == before) is tidies_up
    assert bool(unfinished(device)) is not tidies_up
    await device.wait_closed_connections()


@BOTH
async def test_a_cut_at_any_byte_leaves_nothing(device: Device, put: Put) -> None:
    before = dict(device.files.entries["SD"])
    anywhere = random.Random(7).sample(range(2, len(JOB) - 1), 4)

    async def cut_off(at: int) -> AsyncIterator[bytes]:
        yield JOB[:at]
        await device.drop_connections()
        yield JOB[at:]

    for cut in (0, 1, *sorted(anywhere), len(JOB) - 1, len(JOB)):
        with pytest.raises(ConnectionFailed) as caught:
            await put(CUBE, cut_off(cut))
        assert not isinstance(caught.value, LeftBehind)
        assert device.files.entries["SD"] == before, cut
    await device.wait_closed_connections()


async def test_two_clients_upload_to_one_device(
    device: Device, files: Files, put: Put
) -> None:
    other = ClientKey.from_pem(OTHER_CLIENT_KEY.decode())
    trust(device, other)
    theirs = JOB[::-1]

    async def meanwhile() -> AsyncIterator[bytes]:
        """Store ours when half of theirs is there, and leave something of ours."""
        yield theirs[:1000]
        await put("SD/vase.fc")
        await files.upload(files.unfinished_path(), blocks(), len(JOB))
        yield theirs[1000:]

    await put("SD/boat.fc", meanwhile(), other)
    assert on_card(device, "SD/vase.fc") == JOB
    assert on_card(device, "SD/boat.fc") == theirs
    # Each removes its own.
    [left] = unfinished(device)
    await put("SD/ship.fc", key=other)
    assert unfinished(device) == [left]
    await put("SD/cup.fc")
    assert not unfinished(device)


async def test_what_was_left_and_cannot_be_removed_stays(
    device: Device, files: Files
) -> None:
    for name in ("a\nb", "x" * 5000):
        device.files.write("SD", files.unfinished_path()[3:-11] + name + ".fc", b"")
    strange = unfinished(device)
    await files.remove_unfinished()
    assert unfinished(device) == strange
    device.files.entries["SD"].clear()
    await files.mkdir(files.unfinished_path())
    await files.upload(files.unfinished_path(), blocks(), len(JOB))
    folder, file = unfinished(device)
    device.faults.replies["file rm"] = "error BAD_PARAMS"
    await files.remove_unfinished()
    assert unfinished(device) == [folder, file]
    device.faults.clear()
    await files.remove_unfinished()
    assert unfinished(device) == [folder]


@pytest.mark.parametrize("fault", ["half a frame unasked", "reads nothing"])
async def test_a_transfer_to_a_device_that_hangs_ends(fault: str) -> None:
    session = Line(replace(FAST, command=0.05)).session
    if fault == "reads nothing":
        session.pause_writing()
    else:
        session.data_received(b"\x05")
    with pytest.raises(ConnectionFailed):
        await Files(session).upload("SD/vase.fc", blocks(), len(JOB))
    assert not session.is_open


async def test_a_block_may_take_long_while_some_of_it_goes() -> None:
    line = Line()
    counts = iter([5, 4, 4, 3, 3, 3])
    with patch.object(line, "get_write_buffer_size", lambda: next(counts)):
        line.session.pause_writing()
        with pytest.raises(TimeoutError):
            await line.session.write(b"block", 0.01)
    assert list(counts) == []


@pytest.mark.parametrize("fault", ["stops reading", "has a full disk"])
async def test_what_happens_in_mid_file_ends_the_connection(fault: str) -> None:
    timing = replace(FAST, transfer_stall=0.05) if fault == "stops reading" else FAST
    line = Line(timing)

    async def halves() -> AsyncIterator[bytes]:
        yield JOB[:1000]
        if fault == "stops reading":
            line.session.pause_writing()
        else:
            line.say("error DISK_FULL")
        yield JOB[1000:]
        raise AssertionError("more was asked for")

    files = Files(line.session)
    task = asyncio.ensure_future(files.upload("SD/vase.fc", halves(), len(JOB)))
    await asyncio.sleep(0)
    assert line.sent
    line.say("continue")
    with pytest.raises(FluxError, match=r"in time|DISK_FULL"):
        await task
    assert not line.session.is_open


async def test_a_device_may_work_long_on_a_large_file() -> None:
    timing = replace(FAST, command=0.1, transfer_stall=0.01)
    copies, lists = Line(timing), Line(timing)
    copying = asyncio.create_task(Files(copies.session).copy(CUBE, "SD/a.fc"))
    await asyncio.sleep(0)
    with pytest.raises(ConnectionFailed):
        await Files(lists.session).list("SD")
    copies.say("ok")
    await copying


async def test_a_device_that_is_gone_keeps_what_it_has(
    device: Device, put: Put
) -> None:
    async def unplugged() -> AsyncIterator[bytes]:
        async for block in blocks():
            yield block
            device.faults.robot.close_after_hello = True
            device.faults.robot.cut_after = 0
            await device.drop_connections()

    with pytest.raises(LeftBehind) as caught:
        await put(CUBE, unplugged())
    assert [caught.value.path] == [f"SD/{name}" for name in unfinished(device)]
    assert on_card(device, CUBE) != JOB

    # The next upload takes it along.
    device.faults.clear()
    await put(CUBE)
    assert on_card(device, CUBE) == JOB
    assert not unfinished(device)
