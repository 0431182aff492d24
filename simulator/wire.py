"""A TCP connection to a device: its bytes, TLS or AES inside, and text frames (sections 3, 5).

A protocol of its own below the standard streams: a device under test has to stall and to cut at
an exact byte, to notice at any moment that its client is gone, and to keep all that it got.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from importlib.util import find_spec
import ssl
import struct
from typing import NoReturn, cast

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import ModeWithInitializationVector

from .errors import HangUpError
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

type Stream = Wire | TlsStream | AesStream


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


class Wire(asyncio.StreamReaderProtocol):
    """A TCP connection to a client, with the faults of its port."""

    _writer: asyncio.StreamWriter

    def __init__(
        self, port: int, faults: StreamFaults, connected: Callable[[Wire], None]
    ) -> None:
        self._reader = asyncio.StreamReader(_HIGH_WATER)
        super().__init__(self._reader)
        self._connected = connected
        self._sent = 0
        self.faults = faults
        self.record = ConnectionRecord(port, ("", 0))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the connection over."""
        super().connection_made(transport)
        writing = cast(asyncio.WriteTransport, transport)
        loop = asyncio.get_running_loop()
        self._writer = asyncio.StreamWriter(writing, self, self._reader, loop)
        peer = transport.get_extra_info("peername")
        self.record.peer = (str(peer[0]), int(peer[1]))
        self._connected(self)

    def data_received(self, data: bytes) -> None:
        """Keep what came."""
        self.record.tcp += data
        super().data_received(data)

    def eof_received(self) -> None:
        """Close, as the client did."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Wake what waits for this connection; what came before can be read."""
        self.record.closed.set()
        super().connection_lost(None)

    async def read(self, limit: int = 65536) -> bytes:
        """Return what is there, at most ``limit`` bytes; nothing at the end."""
        return await self._reader.read(limit)

    async def write(self, data: bytes) -> None:
        """Send, unless a fault is due at one of these bytes."""
        while data:
            size = self.faults.chunk_size or len(data)
            await self._write_piece(data[:size])
            data = data[size:]
            if data:
                await asyncio.sleep(0.001)

    async def _write_piece(self, data: bytes) -> None:
        cut, stall = self.faults.cut_after, self.faults.stall_after
        end = self._sent + len(data)
        if cut is not None and end >= cut:
            await self._send(data[: max(0, cut - self._sent)])
            self.abort()
            raise HangUpError
        if stall is not None and end > stall:
            await self._send(data[: max(0, stall - self._sent)])
            self.record.stalled = True
            await self.hang()
        await self._send(data)

    async def _send(self, data: bytes) -> None:
        if self.record.closed.is_set():
            raise HangUpError
        self._writer.write(data)
        self._sent += len(data)
        await self._writer.drain()

    async def hang(self) -> NoReturn:
        """Say nothing more, until the client gives up."""
        await self.record.closed.wait()
        raise HangUpError

    def close(self) -> None:
        """Close once everything is sent."""
        self._writer.close()

    def abort(self) -> None:
        """Reset the connection."""
        self._writer.transport.abort()


class TlsStream:
    """The inside of TLS on a connection, the device being the server."""

    def __init__(self, wire: Wire, context: ssl.SSLContext) -> None:
        self._wire = wire
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._ssl = context.wrap_bio(self._in, self._out, server_side=True)
        self._sending = asyncio.Lock()

    async def handshake(self) -> None:
        """Shake hands; ``ssl.SSLError`` when that fails."""
        try:
            await self._do(self._ssl.do_handshake)
        except ssl.SSLError:
            # The alert that says why is what a client gets to see.
            with suppress(ConnectionError):
                await self._flush()
            raise
        await self._flush()

    async def read(self, limit: int = 65536) -> bytes:
        """Return what one record brought, at most ``limit`` bytes; nothing at the end."""
        try:
            data = await self._do(partial(self._ssl.read, limit))
        except ssl.SSLError, ConnectionError:
            return b""
        self._wire.record.application += data
        return data

    async def write(self, data: bytes) -> None:
        """Send."""
        if data:
            self._ssl.write(data)
            await self._flush()

    async def _do[T](self, step: Callable[[], T]) -> T:
        """Return what a step of TLS does once all it needs has come."""
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                await self._flush()
                if not (data := await self._wire.read()):
                    raise HangUpError from None
                self._in.write(data)

    async def _flush(self) -> None:
        # Two tasks may send on one stream (camera): their records must not swap places.
        async with self._sending:
            while data := self._out.read():
                await self._wire.write(data)


def cipher(key: bytes, iv: bytes) -> Cipher[ModeWithInitializationVector]:
    """Return the AES-256-CFB8 of a connection."""
    mode: ModeWithInitializationVector = _modes.CFB8(iv)
    return Cipher(AES256(key), mode)


class AesStream:
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
    """Frames on a stream: the client's length counts itself, the device's does not.

    ``HangUpError`` when the connection ends, or has to.
    """

    def __init__(self, stream: Stream, wire: Wire) -> None:
        self._stream = stream
        self._rest = b""
        #: The connection below.
        self.wire = wire

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

    async def read_exactly(self, size: int) -> bytes:
        """Return so many raw bytes."""
        data, complete = await self.read_up_to(size)
        if not complete:
            raise HangUpError
        return data

    async def receive(self) -> bytes:
        """Return the text of the next frame."""
        (length,) = _LENGTH.unpack(await self.read_exactly(_LENGTH.size))
        if length < _SHORTEST:
            # A device gives no answer to this one, and the next frame closes.
            await self.read_exactly(_LENGTH.size)
        if not _SHORTEST <= length <= _LONGEST:
            raise HangUpError
        return await self.read_exactly(length - _LENGTH.size)

    async def send(self, text: str | bytes) -> None:
        """Send one frame."""
        data = text.encode() if isinstance(text, str) else text
        frame = _LENGTH.pack(len(data)) + data
        if self.wire.faults.half_frame:
            await self._stream.write(frame[: len(frame) // 2])
            await self.wire.hang()
        await self._stream.write(frame)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes that are no frame."""
        await self._stream.write(data)
