"""One request at a time, timeouts, and an orderly close.

Knows that a reply must be read to its end before the next request may go out,
and that a connection on which that failed is worth nothing any more. Does not
know which commands there are.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
import ssl
from typing import Protocol

from .connection import Connection
from .errors import CommandFailed, ConnectionFailed, Kicked, ProtocolError
from .frames import FrameBuffer, decode_reply, encode_frame
from .timing import Timing


class Cipher(Protocol):
    """A stream cipher's state for one direction."""

    def update(self, data: bytes) -> bytes:
        """Return as many bytes as went in."""


class Session:
    """A conversation with one port of a device."""

    def __init__(self, connection: Connection, timing: Timing) -> None:
        """Take over a connection; `close` ends it."""
        self._connection = connection
        self._timing = timing
        self._buffer = FrameBuffer()
        self._lock = asyncio.Lock()
        self._encrypt: Cipher | None = None
        self._decrypt: Cipher | None = None

    @property
    def is_open(self) -> bool:
        """Whether another request can be tried."""
        return self._connection.is_open

    async def start_tls(self, context: ssl.SSLContext, timeout: float) -> bytes:
        """Continue in TLS; return the peer's certificate (DER).

        ProtocolError if the device spoke early: read later, those bytes would
        pass for encrypted ones.
        """
        if self._buffer:
            raise ProtocolError("the device speaks before the TLS handshake")
        return await self._connection.start_tls(context, timeout)

    def start_cipher(self, encrypt: Cipher, decrypt: Cipher) -> None:
        """Continue encrypted, both ways, from the next byte on (section 5)."""
        early = self._buffer.take_some(len(self._buffer))
        self._encrypt, self._decrypt = encrypt, decrypt
        self._buffer.feed(decrypt.update(early))

    @asynccontextmanager
    async def guard(self, timeout: float) -> AsyncIterator[None]:
        """Drop the connection if what happens inside fails, or takes too long.

        A refusal (`CommandFailed`) is a whole reply, and leaves it open.
        """
        try:
            async with asyncio.timeout(timeout):
                yield
        except TimeoutError:
            self._connection.abort()
            raise ConnectionFailed("the device did not answer in time") from None
        except CommandFailed as err:
            if isinstance(err, Kicked):
                self._connection.abort()
            raise
        except BaseException:
            self._connection.abort()
            raise

    async def exchange[T](
        self,
        request: bytes,
        read: Callable[[], Awaitable[T]],
        timeout: float | None = None,
    ) -> T:
        """Send one request and return what `read` makes of the whole reply.

        Requests wait for each other. InvalidRequest if it cannot be sent at all,
        CommandFailed if `read` met a refusal, Kicked even if that came before we
        asked, ConnectionFailed otherwise.
        """
        frame = encode_frame(request)
        async with (
            self._lock,
            self.guard(self._timing.command if timeout is None else timeout),
        ):
            await self._hear_unasked()
            await self.write(frame)
            return await read()

    async def _hear_unasked(self) -> None:
        """Fail if the device spoke before it was asked: it says `KICKED` so.

        Anything else would be taken for the answer to what is asked next.
        """
        self._feed(self._connection.take_received())
        if not self._buffer:
            return
        try:
            text = await self.read_reply()
        except Kicked:
            raise
        except CommandFailed as err:
            raise ProtocolError(f"the device said {err} without being asked") from err
        raise ProtocolError(f"the device spoke {len(text)} characters unasked")

    # -- the parts a reply is read from; only inside `guard` or `exchange`

    async def write(self, data: bytes) -> None:
        """Send bytes as they are, in one write."""
        await self._connection.write(
            self._encrypt.update(data) if self._encrypt else data
        )

    async def read_reply(self) -> str:
        """Return the next text frame; CommandFailed if it is a refusal."""
        return decode_reply(await self.read_frame())

    async def read_frame(self) -> bytes:
        """Return the next text frame's bytes."""
        while (frame := self._buffer.take_frame()) is None:
            await self._fill()
        return frame

    async def read_image(self, limit: int) -> bytes:
        """Return the next camera image of at most `limit` bytes (section 6)."""
        while (image := self._buffer.take_image(limit)) is None:
            await self._fill()
        return image

    def take_newest_image(self, limit: int) -> bytes | None:
        """Return the last of the camera images that have come, None if none has.

        The ones before it are dropped: a picture is worth having while it is new.
        """
        self._feed(self._connection.take_received())
        newest = None
        while (image := self._buffer.take_image(limit)) is not None:
            newest = image
        return newest

    async def read_exactly(self, size: int) -> bytes:
        """Return exactly `size` bytes."""
        while (data := self._buffer.take(size)) is None:
            await self._fill()
        return data

    async def read_some(self, limit: int) -> bytes:
        """Return at least one and at most `limit` bytes."""
        while not self._buffer:
            await self._fill()
        return self._buffer.take_some(limit)

    async def _fill(self) -> None:
        self._feed(await self._connection.read())

    def _feed(self, data: bytes) -> None:
        self._buffer.feed(self._decrypt.update(data) if self._decrypt else data)

    async def close(self) -> None:
        """Close the connection; closing twice is fine."""
        await self._connection.close(self._timing.close)

    def abort(self) -> None:
        """Drop the connection, without a goodbye."""
        self._connection.abort()
