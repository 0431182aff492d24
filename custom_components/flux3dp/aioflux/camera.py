"""The camera port: pictures of the build plate (protocol.md section 6)."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Self

from .device import DeviceInfo
from .frames import encode_frame
from .handshake import CAMERA_PORT, open_signed_in
from .identity import ClientKey
from .session import Client, Session
from .timing import DEFAULT_TIMING, Timing

MAX_IMAGE = 4 * 1024 * 1024
"""The largest picture that is read, in bytes; devices send some ten thousand."""

_FRAME = encode_frame(b"f")
_START = encode_frame(b"s+")
_STOP = encode_frame(b"s-")


class Camera(Client):
    """A signed-in camera connection; an async context manager.

    Every method raises ConnectionFailed when the device is silent, gone, or sends what
    is no picture; the connection is closed then.
    """

    _session: Session

    def __init__(self, session: Session, device: DeviceInfo) -> None:
        super().__init__(session, device)
        self._turn = asyncio.Lock()
        self._streaming = False

    @classmethod
    async def open(
        cls,
        device: DeviceInfo,
        key: ClientKey,
        *,
        timing: Timing = DEFAULT_TIMING,
        expected_key: bytes | None = None,
    ) -> Self:
        """Connect and sign in, as `Client`."""
        session = await open_signed_in(device, CAMERA_PORT, key, timing, expected_key)
        return cls(session, device)

    async def frame(self) -> bytes:
        """Return one new picture (JPEG), `Timing.camera_frame` seconds at most.

        Calls wait for each other. RuntimeError during a `stream`, which has the newest
        picture anyway.
        """
        if self._streaming:
            raise RuntimeError("the camera is streaming")
        async with self._turn, self._session.guard(self._session.timing.camera_frame):
            # One more picture may have followed an earlier request or stream.
            self._session.take_newest_image(MAX_IMAGE)
            await self._session.write(_FRAME)
            return await self._session.read_newest_image(MAX_IMAGE)

    async def stream(self) -> AsyncGenerator[bytes]:
        """Yield pictures (JPEG) as they come, at most 4 a second.

        A viewer that is slower than the device gets the newest and misses some. Close
        the generator (`aclosing`) to end it; the connection stays. RuntimeError if it
        streams already.
        """
        if self._streaming:
            raise RuntimeError("the camera is streaming")
        self._streaming = True
        try:
            async with self._turn:
                async with self._session.guard(self._session.timing.command):
                    self._session.take_newest_image(MAX_IMAGE)
                    await self._session.write(_START)
                while True:
                    async with self._session.guard(self._session.timing.camera_frame):
                        image = await self._session.read_newest_image(MAX_IMAGE)
                    yield image
        finally:
            self._streaming = False
            if self._session.is_open:
                async with self._session.guard(self._session.timing.command):
                    await self._session.write(_STOP)
