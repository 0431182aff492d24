"""The camera port of a device: pictures on demand, or one after the other (section 6)."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
import struct
import time
from typing import TYPE_CHECKING

from .frames import Frames
from .picture import Scene, draw
from .received import ConnectionRecord

if TYPE_CHECKING:
    from .device import Device

#: No write of a picture is longer.
_WRITE = 4096


@dataclass(eq=False)
class CameraSession:
    """One connection to the camera port, after its handshake."""

    device: Device
    frames: Frames
    record: ConnectionRecord
    _wanted: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _streaming: bool = field(default=False, init=False)

    async def run(self) -> None:
        """Take commands and send pictures until the client leaves."""
        sender = asyncio.create_task(self._send_for_ever())
        try:
            while (frame := await self.frames.receive()) is not None:
                self._command(frame.decode(errors="replace"))
        finally:
            sender.cancel()
            with suppress(asyncio.CancelledError, ConnectionError):
                await sender

    def _command(self, text: str) -> None:
        self.device.received.camera.append(text)
        self.device.signal.pulse()
        match text:
            case "f":
                self._wanted.set()
            case "s+":
                self._streaming = True
                self._wanted.set()
            case "s-":
                # A picture that is due already still goes out.
                self._streaming = False

    async def _send_for_ever(self) -> None:
        timing = self.device.config.timing
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self._send_picture(await self._picture())
            await asyncio.sleep(timing.camera)
            if self._streaming:
                self._wanted.set()

    async def _picture(self) -> bytes:
        device = self.device
        job = device.player.job
        scene = Scene(
            name=device.name,
            label=job.state.label if job else f"st_id {device.status.st_id}",
            progress=job.progress if job else device.status.progress,
            head=device.toolhead or "",
            clock=time.strftime("%H:%M:%S"),
        )
        return await asyncio.to_thread(draw, scene)

    async def _send_picture(self, picture: bytes) -> None:
        faults = self.device.faults
        length = len(picture) if faults.image_length is None else faults.image_length
        await self.frames.send_raw(struct.pack("<I", length))
        cut = faults.half_image
        for start in range(0, len(picture[:cut]), _WRITE):
            await self.frames.send_raw(picture[:cut][start : start + _WRITE])
        if cut is not None:
            await self.record.closed.wait()
