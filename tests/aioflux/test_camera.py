"""The camera port, against simulated devices on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux import Camera, ConnectionFailed, ProtocolError
from custom_components.flux3dp.aioflux.camera import MAX_IMAGE
from simulator import Device

from .conftest import FAST, Connect
from .remains import nothing_left

QUICK = replace(FAST, camera_frame=0.3)


@pytest.fixture
async def camera(device: Device, connect: Connect) -> AsyncIterator[Camera]:
    async with await connect(Camera) as camera:
        yield camera
    await device.wait_closed_connections()


def is_jpeg(picture: bytes) -> bool:
    return picture.startswith(b"\xff\xd8") and picture.endswith(b"\xff\xd9")


async def exhaust(pictures: AsyncIterator[bytes]) -> None:
    async for picture in pictures:
        assert is_jpeg(picture)


async def test_frames_that_are_asked_for_at_once(
    device: Device, camera: Camera
) -> None:
    """They wait for each other: several requests at once would be one picture."""
    pictures = await asyncio.gather(*(camera.frame() for _ in range(4)))
    assert all(is_jpeg(picture) for picture in pictures)
    assert device.received.camera == ["f"] * 4


async def test_a_stream_is_one_at_a_time(device: Device, camera: Camera) -> None:
    async with aclosing(camera.stream()) as pictures:
        await anext(pictures)
        with pytest.raises(RuntimeError):
            await camera.frame()
        with pytest.raises(RuntimeError):
            await anext(camera.stream())
        assert is_jpeg(await anext(pictures))


async def test_an_oversized_picture_is_not_believed(
    device: Device, camera: Camera
) -> None:
    device.faults.image_length = MAX_IMAGE + 1
    with pytest.raises(ProtocolError):
        await camera.frame()
    assert not camera.is_open
    await device.wait_closed_connections()


@pytest.mark.parametrize(("half", "length"), [(0, None), (1000, None), (0, 0)])
async def test_a_picture_that_is_not_whole_in_time(
    device: Device, camera: Camera, half: int, length: int | None
) -> None:
    """Empty pictures are no pictures, however many come."""
    device.faults.half_image, device.faults.image_length = half, length
    camera._session.timing = QUICK
    with pytest.raises(ConnectionFailed, match="in time"):
        await camera.frame()
    assert not camera.is_open
    with pytest.raises(ConnectionFailed):
        await camera.frame()


async def test_a_stream_that_stalls(device: Device, camera: Camera) -> None:
    async with aclosing(camera.stream()) as pictures:
        await anext(pictures)
        device.faults.half_image = 500
        camera._session.timing = QUICK
        # Pictures that were on their way still come.
        with pytest.raises(ConnectionFailed, match="in time"):
            await exhaust(pictures)


@pytest.mark.parametrize("streaming", [False, True])
async def test_closing_while_a_picture_is_due(
    device: Device, camera: Camera, streaming: bool
) -> None:
    device.faults.half_image = 100
    pictures = camera.stream()
    waiting = asyncio.ensure_future(anext(pictures) if streaming else camera.frame())
    await device.wait_command("s+" if streaming else "f")
    await camera.close()
    with pytest.raises(ConnectionFailed):
        await waiting
    await pictures.aclose()


async def test_a_viewer_that_is_canceled(device: Device, connect: Connect) -> None:
    watched = asyncio.Event()

    async def watch() -> None:
        async with (
            await connect(Camera) as camera,
            aclosing(camera.stream()) as pictures,
        ):
            async for _ in pictures:
                watched.set()

    async with nothing_left(device):
        viewer = asyncio.ensure_future(watch())
        await asyncio.wait_for(watched.wait(), FAST.camera_frame)
        viewer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await viewer
