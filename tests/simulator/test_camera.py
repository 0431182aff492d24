"""The camera: its recorded sign-in, and pictures that tell the state of the device."""

import asyncio
from dataclasses import replace
import io

from PIL import Image
import pytest

from simulator import CAMERA_PORT, Device, Timing, TrustedKey
from simulator.picture import Scene, draw
from simulator.tls import TlsStream
from tests.keys import CLIENT_KEY

from .client import Key, Stream, open_robot
from .conftest import ADDRESSES, MakeDevice, trust
from .recordings import (
    first_client_bytes,
    recorded,
    recorded_client_pem,
    replaying,
)

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]


async def camera(device: Device) -> Stream:
    trust(device)
    return await open_robot(HERE, KEY, device.config.uuid, CAMERA_PORT)


async def picture(stream: Stream) -> bytes:
    return await stream.read(int.from_bytes(await stream.read(4), "little"))


async def pictures_until_quiet(stream: Stream) -> int:
    """Count the pictures that still come, until none does for a while."""
    count = 0
    while True:
        try:
            async with asyncio.timeout(0.3):
                await picture(stream)
        except TimeoutError:
            return count
        count += 1


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
async def test_the_recorded_client_gets_a_picture(
    make_device: MakeDevice, folder: str
) -> None:
    recording = recorded(folder)
    events = recording["sessions"]["camera"]
    device = await make_device(
        uuid=recording["uuid"], generation=int(folder[-1]), random=replaying(events)
    )
    device.trust.add(TrustedKey.from_pem("recorded", recorded_client_pem()))
    async with await Stream.connect(HERE, CAMERA_PORT) as stream:
        assert await stream.read(8) == b"FLUX0003"
        await stream.start_tls()
        await stream.read(64)
        stream.write(first_client_bytes(events))
        assert await stream.read(16) == b"OK".ljust(16)
        (command,) = [
            bytes.fromhex(event[1])
            for event in events
            if event[0] == "client" and len(event) == 2
        ]
        stream.write(command)
        shown = Image.open(io.BytesIO(await picture(stream)))
        assert (shown.format, shown.size) == ("JPEG", (640, 480))


async def test_a_picture_leaves_as_its_length_and_then_in_small_writes(
    make_device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[bytes] = []
    write = TlsStream.write

    async def noted(stream: TlsStream, data: bytes) -> None:
        writes.append(data)
        await write(stream, data)

    device = await make_device()
    async with await camera(device) as stream:
        monkeypatch.setattr(TlsStream, "write", noted)
        stream.send_frame(b"f")
        shown = await picture(stream)
    length, *pieces = writes
    assert int.from_bytes(length, "little") == len(shown) > 4096
    assert b"".join(pieces) == shown
    assert {len(piece) for piece in pieces[:-1]} == {4096}
    assert len(pieces[-1]) <= 4096


async def test_several_wishes_at_once_are_one_picture(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await camera(device) as stream:
        for _ in range(3):
            stream.send_frame(b"f")
        await picture(stream)
        await device.wait_for(lambda: len(device.received.camera) == 3)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await stream.reader.readexactly(4)


async def test_a_stream_runs_until_it_is_stopped(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await camera(device) as stream:
        stream.send_frame(b"s+")
        assert {len(await picture(stream)) > 1000 for _ in range(4)} == {True}
        stream.send_frame(b"s-")
        await device.wait_command("s-")
        assert await pictures_until_quiet(stream) <= 3


async def test_no_more_pictures_than_its_interval_allows(
    make_device: MakeDevice,
) -> None:
    device = await make_device(timing=replace(Timing.fast(), camera=0.25))
    async with await camera(device) as stream:
        stream.send_frame(b"s+")
        await picture(stream)
        began = asyncio.get_running_loop().time()
        for _ in range(2):
            await picture(stream)
        assert asyncio.get_running_loop().time() - began >= 0.49


def test_the_picture_shows_state_and_clock() -> None:
    scene = Scene(
        name="Delta", label="RUNNING", progress=0.25, head="EXTRUDER", clock="12:00:00"
    )
    pictures = {
        draw(each)
        for each in (
            scene,
            replace(scene, name="Ada"),
            replace(scene, label="PAUSED"),
            replace(scene, progress=float("nan")),
            replace(scene, progress=1.5),
            replace(scene, head="LASER"),
            replace(scene, clock="12:00:01"),
        )
    }
    assert len(pictures) == 7


async def test_half_a_picture_and_then_nothing(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.half_image = 100
    async with await camera(device) as stream:
        stream.send_frame(b"f")
        size = int.from_bytes(await stream.read(4), "little")
        assert size > 1000
        await stream.read(100)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await stream.reader.read(1)


async def test_a_length_nobody_should_believe(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.image_length = 0xFFFFFFFF
    async with await camera(device) as stream:
        stream.send_frame(b"f")
        assert await stream.read(6) == b"\xff\xff\xff\xff\xff\xd8"
