"""The camera port of a device: pictures on demand, or one after the other (section 6)."""

import asyncio
from contextlib import suppress
import struct
import time

from .machine import Machine
from .picture import draw
from .player import Player
from .wire import Frames

#: No write of a picture is longer.
_WRITE = 4096


class Camera:
    """The camera of a device."""

    def __init__(self, machine: Machine, player: Player) -> None:
        self._machine = machine
        self._player = player

    async def serve(self, frames: Frames) -> None:
        """Take commands and send pictures until the client leaves."""
        wanted, streaming = asyncio.Event(), asyncio.Event()

        async def send() -> None:
            while True:
                await wanted.wait()
                wanted.clear()
                await self._send(frames)
                await asyncio.sleep(self._machine.config.timing.camera)
                if streaming.is_set():
                    wanted.set()

        sender = asyncio.create_task(send())
        try:
            while True:
                text = (await frames.receive()).decode(errors="replace")
                self._machine.received.camera.append(text)
                self._machine.pulse()
                match text:
                    case "f":
                        wanted.set()
                    case "s+":
                        streaming.set()
                        wanted.set()
                    case "s-":
                        # A picture that is due already still goes out.
                        streaming.clear()
        finally:
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await sender

    async def _send(self, frames: Frames) -> None:
        """Send one picture, or what a fault makes of it."""
        faults = self._machine.faults
        picture = await self._picture()
        cut, length = faults.half_image, faults.image_length
        size = len(picture) if length is None else length
        await frames.send_raw(struct.pack("<I", size))
        for start in range(0, len(picture[:cut]), _WRITE):
            await frames.send_raw(picture[:cut][start : start + _WRITE])
        if cut is not None:
            await frames.wire.hang()

    async def _picture(self) -> bytes:
        machine, job = self._machine, self._player.job
        return await asyncio.to_thread(
            draw,
            name=machine.name,
            label=job.state.label if job else f"st_id {machine.status.st_id}",
            progress=job.progress if job else machine.status.progress,
            head=machine.toolhead or "",
            clock=time.strftime("%H:%M:%S"),
        )
