"""The camera: its recorded sign-in, and pictures that tell the state of the device."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import io
from typing import Any

from PIL import Image
import pytest

from simulator import CAMERA_PORT, Device, Timing, TrustedKey
from simulator.camera import draw
from simulator.wire import TlsStream
from tests.vectors import RESCUE_UUID, recorded

from .client import Stream
from .conftest import HERE, MakeDevice, robot_of
from .recordings import recorded_client_pem, replay, replaying, turns


@pytest.fixture
async def camera(device: Device) -> AsyncIterator[Stream]:
    async with await robot_of(device, CAMERA_PORT) as stream:
        yield stream


async def picture(stream: Stream) -> bytes:
    return await stream.read(int.from_bytes(await stream.read(4), "little"))


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
async def test_the_recorded_client_gets_a_picture(
    make_device: MakeDevice, folder: str
) -> None:
    events = recorded(folder, "camera")
    device = await make_device(
        uuid=RESCUE_UUID, generation=int(folder[-1]), random=replaying(events)
    )
    device.trust.add(TrustedKey.from_pem("recorded", recorded_client_pem()))
    async with await Stream.tls(HERE, CAMERA_PORT) as stream:
        handshake, (command, _) = turns(events)
        await replay(stream, [handshake])
        stream.write(command)
        shown = Image.open(io.BytesIO(await picture(stream)))
        assert (shown.format, shown.size) == ("JPEG", (640, 480))


async def test_a_picture_leaves_as_its_length_and_then_in_small_writes(
    camera: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[bytes] = []
    write = TlsStream.write

    async def noted(stream: TlsStream, data: bytes) -> None:
        writes.append(data)
        await write(stream, data)

    monkeypatch.setattr(TlsStream, "write", noted)
    camera.send_frame("f")
    shown = await picture(camera)
    length, *pieces = writes
    assert int.from_bytes(length, "little") == len(shown) > 4096
    assert b"".join(pieces) == shown
    assert {len(piece) for piece in pieces[:-1]} == {4096}
    assert len(pieces[-1]) <= 4096


async def test_several_wishes_at_once_are_one_picture(
    device: Device, camera: Stream
) -> None:
    for _ in range(3):
        camera.send_frame("f")
    await picture(camera)
    await device.wait_for(lambda: len(device.received.camera) == 3)
    assert await camera.is_silent(0.2)


@pytest.mark.parametrize(
    "device", [{"timing": replace(Timing.fast(), camera=0.25)}], indirect=True
)
async def test_no_more_pictures_than_its_interval_allows(camera: Stream) -> None:
    camera.send_frame("s+")
    await picture(camera)
    began = asyncio.get_running_loop().time()
    for _ in range(2):
        await picture(camera)
    assert asyncio.get_running_loop().time() - began >= 0.49


def test_the_picture_shows_state_and_clock() -> None:
    scene: dict[str, Any] = {
        "name": "Delta",
        "label": "RUNNING",
        "progress": 0.25,
        "head": "EXTRUDER",
        "clock": "12:00:00",
    }
    changes: list[dict[str, Any]] = [
        {},
        {"name": "Ada"},
        {"label": "PAUSED"},
        {"progress": float("nan")},
        {"progress": 1.5},
        {"head": "LASER"},
        {"clock": "12:00:01"},
    ]
    assert len({draw(**(scene | change)) for change in changes}) == 7
