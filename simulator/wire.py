"""One accepted TCP connection: bytes in, bytes out, and the faults of its port.

An ``asyncio.Protocol`` of its own rather than the standard streams, because a device under
test has to stall and to cut at an exact byte, and to notice at any moment that its client is
gone. Knows nothing about what the bytes mean.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

from .faults import StreamFaults
from .received import ConnectionRecord

_HIGH_WATER = 1 << 20


class Stream(Protocol):
    """A stream of bytes in both directions: TCP, TLS on it, or AES on it."""

    async def read(self, limit: int = 65536) -> bytes:
        """Return what is there, at most ``limit`` bytes; nothing at the end."""

    async def write(self, data: bytes) -> None:
        """Send; ``ConnectionError`` when the client is gone."""


class Wire(asyncio.Protocol):
    """A TCP connection to a client."""

    def __init__(
        self, port: int, faults: StreamFaults, connected: Callable[[Wire], None]
    ) -> None:
        """Call ``connected`` once the connection is made."""
        self._port = port
        self._faults = faults
        self._connected = connected
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._sent = 0
        self._stranded = False
        self._transport: asyncio.Transport | None = None
        self.record = ConnectionRecord(port, ("", 0))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport and hand the connection over."""
        if not isinstance(transport, asyncio.Transport):
            raise TypeError("a TCP connection has a transport of both directions")
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.record.peer = (str(peer[0]), int(peer[1]))
        self._connected(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came, and slow the client down when nobody takes it."""
        self.record.tcp += data
        self._buffer += data
        self._arrived.set()
        if len(self._buffer) > _HIGH_WATER and self._transport is not None:
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake whoever waits for this connection."""
        self.record.closed.set()
        self._arrived.set()
        self._writable.set()

    def pause_writing(self) -> None:
        """Have writers wait: the client does not read."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let writers go on."""
        self._writable.set()

    @property
    def lost(self) -> bool:
        """Tell whether the connection is over."""
        return self.record.closed.is_set()

    @property
    def pending(self) -> int:
        """Return how many bytes arrived that nobody has read."""
        return len(self._buffer)

    async def read(self, limit: int = 65536) -> bytes:
        """Return what is there, at most ``limit`` bytes; nothing at the end."""
        while self._stranded or not self._buffer:
            if self.lost:
                return b""
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._buffer[:limit])
        del self._buffer[:limit]
        if (
            len(self._buffer) <= _HIGH_WATER
            and self._transport is not None
            and not self.lost
            and not self._stranded
        ):
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Send, unless a fault is due at one of these bytes."""
        size = self._faults.chunk_size or len(data) or 1
        for start in range(0, len(data), size):
            await self._write_piece(data[start : start + size])
            if self._faults.chunk_size:
                await asyncio.sleep(0.001)

    async def _write_piece(self, data: bytes) -> None:
        faults = self._faults
        if faults.cut_after is not None and self._sent + len(data) >= faults.cut_after:
            await self._send(data[: max(0, faults.cut_after - self._sent)])
            self.abort()
            raise ConnectionResetError("cut by fault")
        if (
            faults.stall_after is not None
            and self._sent + len(data) > faults.stall_after
        ):
            await self._send(data[: max(0, faults.stall_after - self._sent)])
            await self.record.closed.wait()
        await self._send(data)

    async def _send(self, data: bytes) -> None:
        if self._stranded:
            await self.record.closed.wait()
        if self.lost or self._transport is None:
            raise ConnectionResetError("the client is gone")
        self._transport.write(data)
        self._sent += len(data)
        await self._writable.wait()

    def strand(self) -> None:
        """Become half open: nothing is read or sent any more, not even the end."""
        self._stranded = True
        if self._transport is not None and not self.lost:
            self._transport.pause_reading()

    def close(self) -> None:
        """Close once everything is sent."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Reset the connection."""
        if self._transport is not None:
            self._transport.abort()
