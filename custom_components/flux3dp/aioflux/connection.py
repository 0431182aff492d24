"""One TCP connection: bytes in, bytes out, and an end that always comes.

Knows asyncio. Does not know what the bytes mean, nor whom they come from.
Every way a connection can die arrives as `ConnectionFailed`.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import override

from .errors import ConnectionFailed, ProtocolError

# Reading stops while this much waits, so that a device cannot fill the memory.
_HIGH_WATER = 256 * 1024


class Connection(asyncio.Protocol):
    """A TCP connection to one port of a device."""

    def __init__(self) -> None:
        """Begin without a transport; `connect` gives it one."""
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._reading = True
        self._ended: ConnectionFailed | None = None
        self._readable: asyncio.Future[None] | None = None
        self._writable = asyncio.Event()
        self._writable.set()
        self._closed = asyncio.Event()

    @classmethod
    async def connect(cls, host: str, port: int, timeout: float) -> Connection:
        """Open a connection; ConnectionFailed if it is refused or takes too long."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                _, connection = await loop.create_connection(cls, host, port)
        except TimeoutError:
            raise ConnectionFailed(
                f"no connection to {host} port {port} in time"
            ) from None
        except OSError as err:
            raise ConnectionFailed(
                f"no connection to {host} port {port}: {err}"
            ) from err
        return connection

    @property
    def is_open(self) -> bool:
        """Whether bytes can still come and go."""
        return self._transport is not None and self._ended is None

    async def start_tls(self, context: ssl.SSLContext, timeout: float) -> bytes:
        """Turn the connection into TLS; return the peer's certificate, DER.

        Bytes received before the handshake are refused: read later, they would
        pass for encrypted ones.
        """
        transport = self._require_transport()
        if self._received:
            raise ProtocolError("the device speaks before the TLS handshake")
        try:
            secured = await asyncio.get_running_loop().start_tls(
                transport,
                self,
                context,
                ssl_handshake_timeout=timeout,
                ssl_shutdown_timeout=timeout,
            )
        except (OSError, ssl.SSLError) as err:
            self._lost_in_handshake(transport)
            raise ConnectionFailed(f"the TLS handshake failed: {err}") from err
        except BaseException:
            self._lost_in_handshake(transport)
            raise
        if secured is None:
            self._lost_in_handshake(transport)
            raise ConnectionFailed("the connection closed in the TLS handshake")
        self._transport = secured
        peer: ssl.SSLObject | None = secured.get_extra_info("ssl_object")
        return (peer.getpeercert(binary_form=True) if peer else None) or b""

    def _lost_in_handshake(self, transport: asyncio.Transport) -> None:
        """Drop the socket, and say so to ourselves: the event loop does not.

        It tells a protocol of a lost connection only after the TLS handshake;
        `close` would wait for ever.
        """
        transport.abort()
        self.connection_lost(None)

    async def read(self) -> bytes:
        """Return the next bytes, at least one; ConnectionFailed at the end."""
        while not self._received:
            if self._ended is not None:
                raise self._ended
            self._readable = asyncio.get_running_loop().create_future()
            try:
                await self._readable
            finally:
                self._readable = None
        return self.take_received()

    def take_received(self) -> bytes:
        """Return what has come already, possibly nothing, even after the end."""
        data = bytes(self._received)
        self._received.clear()
        self._resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Send bytes in one write, and wait while too many wait to go."""
        self._require_transport().write(data)
        await self._writable.wait()
        if self._ended is not None:
            raise self._ended

    async def close(self, timeout: float) -> None:
        """Close in order, or drop the socket if that takes too long."""
        if self._transport is None:
            return
        self._transport.close()
        self._end(ConnectionFailed("the connection is closed"))
        try:
            async with asyncio.timeout(timeout):
                await self._closed.wait()
        except TimeoutError:
            self._transport.abort()
            await self._closed.wait()
        except asyncio.CancelledError:
            # Whoever has no time for a goodbye does not want the socket kept.
            self._transport.abort()
            raise

    def abort(self) -> None:
        """Drop the socket at once; from now on nothing comes and nothing goes."""
        if self._transport is not None:
            self._transport.abort()
        self._end(ConnectionFailed("the connection is closed"))

    def _require_transport(self) -> asyncio.Transport:
        if self._ended is not None:
            raise self._ended
        if self._transport is None:
            raise ConnectionFailed("the connection is not open")
        return self._transport

    def _resume_reading(self) -> None:
        if not self._reading and self._transport is not None and self._ended is None:
            self._reading = True
            self._transport.resume_reading()

    # -- asyncio.Protocol

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) > _HIGH_WATER and self._reading and self._transport:
            self._reading = False
            self._transport.pause_reading()
        self._wake()

    @override
    def eof_received(self) -> bool:
        self._end(ConnectionFailed("the device closed the connection"))
        return False

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        reason = f"the connection broke: {exc}" if exc else "the connection is closed"
        self._end(ConnectionFailed(reason))
        self._closed.set()

    @override
    def pause_writing(self) -> None:
        self._writable.clear()

    @override
    def resume_writing(self) -> None:
        self._writable.set()

    def _end(self, reason: ConnectionFailed) -> None:
        if self._ended is None:
            self._ended = reason
        self._writable.set()
        self._wake()

    def _wake(self) -> None:
        if self._readable is not None and not self._readable.done():
            self._readable.set_result(None)
