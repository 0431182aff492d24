"""The feed that viewers and stills share, without browsers in between."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing, suppress
from dataclasses import replace

import pytest

from custom_components.flux3dp.aioflux import (
    Camera,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    Listener,
)
from custom_components.flux3dp.camera_stream import CameraFeed
from simulator import CAMERA_PORT, PATIENCE, Device, TrustedKey
from tests.integration.conftest import FAST
from tests.keys import VENDOR_PUBLIC_DER

UNHURRIED = replace(
    FAST, still_fresh=0.0, camera_linger=20.0, camera_frame=20.0, camera_retry=20.0
)


class Feed(CameraFeed):
    """A feed that says how often it connected."""

    def __init__(self, device: DeviceInfo, key: ClientKey) -> None:
        async def open_camera() -> Camera:
            return await Camera.open(device, key, timing=UNHURRIED)

        super().__init__(
            "Device",
            UNHURRIED,
            open_camera=open_camera,
            start_task=self.start,
            on_streaming=self.streams,
        )
        self.tasks: list[asyncio.Task[None]] = []
        self.streaming = False

    def start(self, run: Coroutine[None, None, None]) -> asyncio.Task[None]:
        self.tasks.append(asyncio.create_task(run))
        return self.tasks[-1]

    def streams(self, streaming: bool) -> None:
        self.streaming = streaming


@pytest.fixture
async def feed(device: Device, client_key: ClientKey) -> AsyncIterator[Feed]:
    device.trust.add(TrustedKey.from_pem("Test", client_key.public_pem))
    listener = Listener(
        interfaces=["127.0.0.1"], vendor_keys=[VENDOR_PUBLIC_DER], timing=UNHURRIED
    )
    await listener.start()
    try:
        feed = Feed(await listener.find(device.address), client_key)
        yield feed
        await feed.close()
        await device.wait_for(lambda: device.connections[CAMERA_PORT] == 0)
        assert all(task.done() for task in feed.tasks)
    finally:
        await listener.close()


async def next_of(pictures: AsyncIterator[bytes]) -> bytes:
    return await asyncio.wait_for(anext(pictures), PATIENCE)


async def still_again(feed: Feed) -> bytes:
    """Request a still, once more if the connection so far fails."""
    with suppress(ConnectionFailed):
        return await asyncio.wait_for(feed.still(), PATIENCE)
    return await asyncio.wait_for(feed.still(), PATIENCE)


async def exhaust(pictures: AsyncIterator[bytes]) -> None:
    """Watch to the end; some pictures may be on their way yet."""
    async with asyncio.timeout(PATIENCE):
        async for _ in pictures:
            pass


async def test_a_slow_viewer_gets_the_newest_and_slows_no_other(
    device: Device, feed: Feed
) -> None:
    async with aclosing(feed.watch()) as slow, aclosing(feed.watch()) as fast:
        first = await next_of(slow)
        device.set_status(st_id=16, progress=0.5)
        newest = first
        for _ in range(20):
            newest = await next_of(fast)
        assert newest != first
        # Twenty pictures went by, and what it sees now is how it is now.
        assert await next_of(slow) == newest
    assert device.connections[CAMERA_PORT] == 1


async def test_a_request_that_is_cancelled(device: Device, feed: Feed) -> None:
    device.faults.half_image = 100
    waiting = [asyncio.ensure_future(feed.still()) for _ in range(2)]
    viewer = feed.watch()
    watching = asyncio.ensure_future(anext(viewer))
    await device.wait_command("s+")
    for task in (waiting[0], watching):
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await viewer.aclose()
    await feed.close()
    with pytest.raises(ConnectionFailed):
        await waiting[1]


async def test_the_next_request_does_not_wait_for_the_next_attempt(
    device: Device, feed: Feed
) -> None:
    """A viewer waits for a new connection; a request has it opened."""
    async with aclosing(feed.watch()) as pictures:
        await next_of(pictures)
        await device.drop_connections()
        waiting = asyncio.ensure_future(exhaust(pictures))
        assert await still_again(feed)
        # The viewer gets its pictures too.
        assert feed.streaming
        feed.drop()
        with pytest.raises(ConnectionFailed):
            await waiting


async def test_a_closed_feed_stays_closed(device: Device, feed: Feed) -> None:
    assert await feed.still()
    await feed.close()
    await feed.close()
    with pytest.raises(ConnectionFailed):
        await feed.still()
    with pytest.raises(ConnectionFailed):
        await next_of(feed.watch())
    assert len(device.received.connections) == 1


async def test_after_it_was_dropped_it_can_be_had_again(feed: Feed) -> None:
    feed.drop()
    async with aclosing(feed.watch()) as pictures:
        await next_of(pictures)
        feed.drop()
        with pytest.raises(ConnectionFailed):
            await exhaust(pictures)
    assert await feed.still()
    assert len(feed.tasks) == 2


@pytest.mark.parametrize("closed", [True, False])
async def test_ended_before_it_began(
    device: Device, feed: Feed, *, closed: bool
) -> None:
    """A task that is cancelled before its first step runs nothing, no `finally` either."""
    waiting = asyncio.ensure_future(feed.still())
    watching = asyncio.ensure_future(exhaust(feed.watch()))
    await asyncio.sleep(0)
    assert len(feed.tasks) == 1
    if closed:
        await feed.close()
    else:
        feed.drop()
    for ended in (waiting, watching):
        with pytest.raises(ConnectionFailed):
            await asyncio.wait_for(ended, PATIENCE)
    assert not device.received.connections
    if not closed:
        assert await asyncio.wait_for(feed.still(), PATIENCE)


async def test_a_still_while_a_broken_connection_is_closing(
    device: Device, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came too late to fail with that connection: it has the next one opened."""
    closing, may_close = asyncio.Event(), asyncio.Event()
    close = Camera.close

    async def close_slowly(camera: Camera) -> None:
        closing.set()
        await may_close.wait()
        await close(camera)

    monkeypatch.setattr(Camera, "close", close_slowly)
    async with aclosing(feed.watch()) as pictures:
        await next_of(pictures)
        await device.drop_connections()
        watching = asyncio.ensure_future(exhaust(pictures))
        await asyncio.wait_for(closing.wait(), PATIENCE)
        waiting = asyncio.ensure_future(feed.still())
        await asyncio.sleep(0)
        may_close.set()
        assert await asyncio.wait_for(waiting, PATIENCE)
        feed.drop()
        with pytest.raises(ConnectionFailed):
            await watching
