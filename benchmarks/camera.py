"""What a camera picture costs on its way from the connection to the browsers.

Neither the kernel nor TLS is in it: the bytes are put into the connection as TLS
would, and taken as they would be written to a browser.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
import struct
import time

from custom_components.flux3dp.aioflux import (
    DEFAULT_TIMING,
    Camera,
    DeviceInfo,
    Identity,
)
from custom_components.flux3dp.aioflux.session import Session
from custom_components.flux3dp.camera import MjpegParts
from custom_components.flux3dp.camera_stream import CameraFeed
from simulator.camera import draw

from .measure import Row, medians

DEVICE = DeviceInfo(
    uuid="6b1f0c2e9a4d4f7f8e21c3d4a5b60718",
    serial="FD1A104242",
    name="Bench",
    model="delta-1",
    firmware="1.6.95",
    has_password=False,
    host="127.0.70.1",
    version=2,
    master_key=b"",
    identity=Identity.PINNED,
)
RUNS, PICTURES = 15, 200
# What a TLS record carries at most.
CHUNK = 16 * 1024


async def rows() -> AsyncIterator[Row]:
    """Yield every number of the camera."""
    picture = draw("Bench", "RUNNING", 0.5, "EXTRUDER", "12:00:00")
    for viewers in (2, 8):
        taken = [
            (await _ours(picture, viewers), await _queues(picture, viewers))
            for _ in range(RUNS + 1)
        ][1:]  # The first ones pay for what is done once.
        yield Row(
            f"camera picture {len(picture) // 1024} KiB to {viewers} browsers (CPU)",
            *medians(taken),
            "the same chunks through a bare queue each",
            most={2: 3.0, 8: 2.0}[viewers],
        )


def _chunks(picture: bytes) -> list[bytes]:
    data = struct.pack("<I", len(picture)) + picture
    return [data[begin : begin + CHUNK] for begin in range(0, len(data), CHUNK)]


async def _ours(picture: bytes, viewers: int) -> float:
    """Return the CPU seconds of one picture through connection, feed and viewers."""
    session = Session(DEFAULT_TIMING)
    sink = _Sink()
    sink.session = session
    session.connection_made(sink)
    taken = asyncio.Event()
    waiting, parts = 0, MjpegParts()

    async def open_camera() -> Camera:
        return Camera(session, DEVICE)

    async def view(feed: CameraFeed) -> None:
        nonlocal waiting
        async with aclosing(feed.watch()) as pictures:
            async for given in pictures:
                parts.part(given, "image/jpeg")
                waiting -= 1
                if not waiting:
                    taken.set()

    feed = CameraFeed(
        "Bench",
        DEFAULT_TIMING,
        open_camera=open_camera,
        start_task=asyncio.create_task,
        on_streaming=lambda _streaming: None,
    )
    chunks = _chunks(picture)
    tasks = [asyncio.create_task(view(feed)) for _ in range(viewers)]
    await asyncio.sleep(0.01)  # until all of them look
    begin = time.process_time()
    for _ in range(PICTURES):
        waiting = viewers
        taken.clear()
        for chunk in chunks:
            session.data_received(chunk)
            await asyncio.sleep(0)
        await taken.wait()
    spent = time.process_time() - begin
    # The viewers end with the feed, of which each is told.
    await feed.close()
    await asyncio.gather(*tasks, return_exceptions=True)
    return spent / PICTURES


async def _queues(picture: bytes, viewers: int) -> float:
    """Return the CPU seconds of the same chunks through a queue for each viewer."""
    queues = [asyncio.Queue[bytes]() for _ in range(viewers)]
    chunks = _chunks(picture)
    taken = asyncio.Event()
    waiting = 0

    async def view(queue: asyncio.Queue[bytes]) -> None:
        nonlocal waiting
        while True:
            for _ in chunks:
                await queue.get()
            waiting -= 1
            if not waiting:
                taken.set()

    tasks = [asyncio.create_task(view(queue)) for queue in queues]
    await asyncio.sleep(0.01)
    begin = time.process_time()
    for _ in range(PICTURES):
        waiting = viewers
        taken.clear()
        for chunk in chunks:
            for queue in queues:
                queue.put_nowait(chunk)
            await asyncio.sleep(0)
        await taken.wait()
    spent = time.process_time() - begin
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return spent / PICTURES


class _Sink(asyncio.Transport):
    """A transport that goes nowhere."""

    def __init__(self) -> None:
        super().__init__()
        self.session: Session | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        pass

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass

    def close(self) -> None:
        self.abort()

    def abort(self) -> None:
        if self.session is not None:
            self.session.connection_lost(None)
