"""The camera port, against simulated devices on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux import (
    Camera,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    ProtocolError,
)
from custom_components.flux3dp.aioflux.camera import MAX_IMAGE
from simulator import Device

from .conftest import FAST

QUICK = replace(FAST, camera_frame=0.5)


@pytest.fixture
async def camera(
    device: Device, info: DeviceInfo, key: ClientKey
) -> AsyncIterator[Camera]:
    async with await Camera.open(
        info, key, timing=replace(FAST, camera_frame=5)
    ) as camera:
        yield camera
    await device.wait_closed_connections()


def is_jpeg(picture: bytes) -> bool:
    return picture.startswith(b"\xff\xd8") and picture.endswith(b"\xff\xd9")


async def exhaust(pictures: AsyncIterator[bytes]) -> None:
    async for picture in pictures:
        assert is_jpeg(picture)


async def test_single_frames(device: Device, camera: Camera) -> None:
    device.set_status(st_id=0)
    first = await camera.frame()
    assert is_jpeg(first)
    device.set_status(st_id=16, progress=0.5)
    second = await camera.frame()
    assert is_jpeg(second)
    assert second != first
    assert device.received.camera == ["f", "f"]


async def test_frames_asked_for_at_once_wait_for_each_other(
    device: Device, camera: Camera
) -> None:
    pictures = await asyncio.gather(*(camera.frame() for _ in range(4)))
    assert all(is_jpeg(picture) for picture in pictures)
    assert device.received.camera == ["f"] * 4


async def test_a_stream_ends_when_it_is_closed(device: Device, camera: Camera) -> None:
    seen = 0
    async with aclosing(camera.stream()) as pictures:
        async for picture in pictures:
            assert is_jpeg(picture)
            seen += 1
            if seen == 5:
                break
    await device.wait_command("s-")
    assert device.received.camera == ["s+", "s-"]
    assert camera.is_open
    # One more may have come after the end: it is not this one.
    device.set_status(st_id=16, progress=0.25)
    assert is_jpeg(await camera.frame())
    async with aclosing(camera.stream()) as pictures:
        assert is_jpeg(await anext(pictures))


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


@pytest.mark.parametrize("half", [0, 1, 1000])
async def test_half_a_picture(
    device: Device, info: DeviceInfo, key: ClientKey, half: int
) -> None:
    device.faults.half_image = half
    async with await Camera.open(info, key, timing=QUICK) as camera:
        with pytest.raises(ConnectionFailed, match="in time"):
            await camera.frame()
        assert not camera.is_open
        with pytest.raises(ConnectionFailed):
            await camera.frame()
    await device.wait_closed_connections()


async def test_a_stream_that_stalls(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    async with (
        await Camera.open(info, key, timing=QUICK) as camera,
        aclosing(camera.stream()) as pictures,
    ):
        await anext(pictures)
        device.faults.half_image = 500
        # Pictures that were on their way still come.
        with pytest.raises(ConnectionFailed, match="in time"):
            await exhaust(pictures)
    await device.wait_closed_connections()


async def test_a_camera_that_says_nothing(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    """Empty pictures are no pictures, however many come."""
    async with await Camera.open(info, key, timing=QUICK) as camera:
        device.faults.half_image = 0
        device.faults.image_length = 0
        with pytest.raises(ConnectionFailed, match="in time"):
            await camera.frame()


@pytest.mark.parametrize("streaming", [False, True])
async def test_closing_while_a_picture_is_due(
    device: Device, info: DeviceInfo, key: ClientKey, streaming: bool
) -> None:
    device.faults.half_image = 100
    camera = await Camera.open(info, key, timing=FAST)
    pictures = camera.stream()
    waiting = asyncio.ensure_future(anext(pictures) if streaming else camera.frame())
    await device.wait_command("s+" if streaming else "f")
    await camera.close()
    with pytest.raises(ConnectionFailed):
        await waiting
    await pictures.aclose()
    await device.wait_closed_connections()


async def test_a_viewer_that_is_cancelled(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    tasks = asyncio.all_tasks()
    watched = asyncio.Event()

    async def watch() -> None:
        async with (
            await Camera.open(info, key, timing=FAST) as camera,
            aclosing(camera.stream()) as pictures,
        ):
            async for _ in pictures:
                watched.set()

    viewer = asyncio.ensure_future(watch())
    await asyncio.wait_for(watched.wait(), 5)
    viewer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await viewer
    await device.wait_closed_connections()
    await device.wait_for(lambda: asyncio.all_tasks() <= tasks)


async def test_cut_anywhere_in_a_picture(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    """A picture is whole, or it is an error."""
    async with await Camera.open(info, key, timing=FAST) as camera:
        whole = len(await camera.frame())
    await device.wait_closed_connections()
    tasks = asyncio.all_tasks()
    for cut in range(1, whole, whole // 25):
        device.faults.camera.cut_after = cut
        with pytest.raises(ConnectionFailed):
            async with await Camera.open(info, key, timing=FAST) as camera:
                await camera.frame()
    await device.wait_closed_connections()
    await device.wait_for(lambda: asyncio.all_tasks() <= tasks)
