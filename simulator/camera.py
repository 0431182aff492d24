"""The camera port of a device: pictures on demand, or one after the other (section 6)."""

import asyncio
from contextlib import suppress
import io
import math
import struct
import time

from PIL import Image, ImageDraw, ImageFont

from .machine import Machine
from .player import Player
from .wire import Frames

#: No write of a picture is longer.
_WRITE = 4096
_SIZE = (640, 480)
_COLORS = {"EXTRUDER": "#e8743b", "LASER": "#c0392b"}


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


def draw(name: str, label: str, progress: float, head: str, clock: str) -> bytes:
    """Return a picture, JPEG, 640 by 480: the state in letters, and a clock. Slow."""
    image = Image.new("RGB", _SIZE, "#20262c")
    pen = ImageDraw.Draw(image)
    large, small = ImageFont.load_default(36), ImageFont.load_default(20)
    done = 0.0 if math.isnan(progress) else min(1.0, max(0.0, progress))
    color = _COLORS.get(head, "#7f8c8d")
    pen.ellipse((170, 330, 470, 430), fill="#3a444d")
    height = int(160 * done)
    pen.rectangle((260, 380 - height, 380, 380), fill=color)
    pen.polygon(
        (300, 330 - height, 340, 330 - height, 320, 372 - height), fill="#dfe6e9"
    )
    pen.text((24, 20), name, "white", large)
    pen.text((24, 68), f"{label}  {head}", "#b2bec3", small)
    pen.text((500, 24), clock, "#74b9ff", small)
    pen.rectangle((24, 450, 616, 462), outline="#b2bec3")
    pen.rectangle((24, 450, 24 + int(592 * done), 462), fill=color)
    stored = io.BytesIO()
    image.save(stored, "JPEG")
    return stored.getvalue()
