"""A TCP connection to a device: its bytes, AES on it (section 5), and text frames (section 3).

An ``asyncio.Protocol`` rather than the standard streams: a device under test has to stall and
to cut at an exact byte, and to notice at any moment that its client is gone.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
import struct
from typing import Protocol, cast

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ModeWithInitializationVector

from .faults import StreamFaults

KEY_SIZE = 32
IV_SIZE = 16
_HIGH_WATER = 1 << 20
_LENGTH = struct.Struct("<H")
_LONGEST = 4094
_SHORTEST = 3

# cryptography 49 took CFB8 out of its old place, and older versions lack the new one.
_NEW_HOME = "cryptography.hazmat.decrepit.ciphers.modes"
_OLD_HOME = "cryptography.hazmat.primitives.ciphers.modes"
_modes = import_module(_NEW_HOME if find_spec(_NEW_HOME) else _OLD_HOME)


@dataclass(eq=False, slots=True)
class ConnectionRecord:
    """What came in on one TCP connection."""

    port: int
    peer: tuple[str, int]
    #: Raw bytes, as TCP carried them.
    tcp: bytearray = field(default_factory=bytearray)
    #: Bytes inside TLS or AES, and those of the handshake of ``FLUX0002``.
    application: bytearray = field(default_factory=bytearray)
    #: The name of the client key that signed in, hex.
    access_id: str | None = None
    #: Whether it has come to where the fault ``stall_after`` stops it.
    stalled: bool = False
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class Stream(Protocol):
    """A stream of bytes in both directions: TCP, TLS on it, or AES on it."""

    async def read(self, limit: int = 65536) -> bytes:
        """Return what is there, at most ``limit`` bytes; nothing at the end."""

    async def write(self, data: bytes) -> None:
        """Send; ``ConnectionError`` when the client is gone."""


class Wire(asyncio.Protocol):
    """A TCP connection to a client, with the faults of its port."""

    _transport: asyncio.Transport

    def __init__(
        self, port: int, faults: StreamFaults, connected: Callable[[Wire], None]
    ) -> None:
        self._faults = faults
        self._connected = connected
        self._buffer = bytearray()
        self._arrived = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()
        self._sent = 0
        self.record = ConnectionRecord(port, ("", 0))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the connection over."""
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self.record.peer = (str(peer[0]), int(peer[1]))
        self._connected(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came, and slow the client down while it is not read."""
        self.record.tcp += data
        self._buffer += data
        self._arrived.set()
        if len(self._buffer) > _HIGH_WATER:
            self._transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake what waits for this connection."""
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
        """Whether the connection is over."""
        return self.record.closed.is_set()

    @property
    def pending(self) -> int:
        """How many bytes arrived and were not read."""
        return len(self._buffer)

    async def read(self, limit: int = 65536) -> bytes:
        """Return what is there, at most ``limit`` bytes; nothing at the end."""
        while not self._buffer:
            if self.lost:
                return b""
            self._arrived.clear()
            await self._arrived.wait()
        data = bytes(self._buffer[:limit])
        del self._buffer[:limit]
        if len(self._buffer) <= _HIGH_WATER and not self.lost:
            self._transport.resume_reading()
        return data

    async def write(self, data: bytes) -> None:
        """Send, unless a fault is due at one of these bytes."""
        while data:
            size = self._faults.chunk_size or len(data)
            await self._write_piece(data[:size])
            data = data[size:]
            if data:
                await asyncio.sleep(0.001)

    async def _write_piece(self, data: bytes) -> None:
        cut, stall = self._faults.cut_after, self._faults.stall_after
        end = self._sent + len(data)
        if cut is not None and end >= cut:
            await self._send(data[: max(0, cut - self._sent)])
            self.abort()
            raise ConnectionResetError("cut by fault")
        if stall is not None and end > stall:
            await self._send(data[: max(0, stall - self._sent)])
            self.record.stalled = True
            await self.record.closed.wait()
        await self._send(data)

    async def _send(self, data: bytes) -> None:
        if self.lost:
            raise ConnectionResetError("the client is gone")
        self._transport.write(data)
        self._sent += len(data)
        await self._writable.wait()

    def close(self) -> None:
        """Close once everything is sent."""
        self._transport.close()

    def abort(self) -> None:
        """Reset the connection."""
        self._transport.abort()


def cipher(key: bytes, iv: bytes) -> Cipher[ModeWithInitializationVector]:
    """Return the AES-256-CFB8 of a connection."""
    mode: ModeWithInitializationVector = _modes.CFB8(iv)
    return Cipher(AES256(key), mode)


class AesStream(Stream):
    """The inside of ``FLUX0002``: one endless AES stream in each direction."""

    def __init__(self, wire: Wire, key: bytes, iv: bytes) -> None:
        self._wire = wire
        self._decrypt: CipherContext = cipher(key, iv).decryptor()
        self._encrypt: CipherContext = cipher(key, iv).encryptor()

    async def read(self, limit: int = 65536) -> bytes:
        """Return what is there, at most ``limit`` bytes; nothing at the end."""
        data = self._decrypt.update(await self._wire.read(limit))
        self._wire.record.application += data
        return data

    async def write(self, data: bytes) -> None:
        """Send."""
        await self._wire.write(self._encrypt.update(data))


class Frames:
    """Frames on a stream: the client's length counts itself, the device's does not."""

    def __init__(self, stream: Stream, faults: StreamFaults) -> None:
        self._stream = stream
        self._faults = faults
        self._rest = b""

    @property
    def has_more(self) -> bool:
        """Whether the client sent bytes beyond those read."""
        return bool(self._rest)

    async def read_up_to(self, size: int) -> tuple[bytes, bool]:
        """Return raw bytes, and whether so many came before the connection ended."""
        parts = [self._rest]
        missing = size - len(self._rest)
        while missing > 0 and (data := await self._stream.read()):
            parts.append(data)
            missing -= len(data)
        data = b"".join(parts)
        self._rest = data[size:]
        return data[:size], missing <= 0

    async def read_exactly(self, size: int) -> bytes | None:
        """Return so many raw bytes; None when the connection ends before."""
        data, complete = await self.read_up_to(size)
        return data if complete else None

    async def receive(self) -> bytes | None:
        """Return the text of the next frame; None when the connection has to end."""
        if (head := await self.read_exactly(_LENGTH.size)) is None:
            return None
        (length,) = _LENGTH.unpack(head)
        if length > _LONGEST:
            return None
        if length < _SHORTEST:
            # A device gives no answer to this one, and the next frame closes.
            await self.read_exactly(_LENGTH.size)
            return None
        return await self.read_exactly(length - _LENGTH.size)

    async def send(self, text: str | bytes) -> None:
        """Send one frame."""
        data = text.encode() if isinstance(text, str) else text
        frame = _LENGTH.pack(len(data)) + data
        if self._faults.half_frame:
            await self._stream.write(frame[: len(frame) // 2])
            while await self._stream.read():
                pass
            raise ConnectionResetError("the client gave up on half a frame")
        await self._stream.write(frame)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes that are no frame."""
        await self._stream.write(data)
