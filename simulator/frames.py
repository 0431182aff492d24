"""Text frames over a stream, the device's side of them (section 3)."""

import struct

from .faults import StreamFaults
from .wire import Stream

_LENGTH = struct.Struct("<H")
_LONGEST = 4094
_SHORTEST = 3


class Frames:
    """Frames on a stream: the client's length counts itself, the device's does not."""

    def __init__(self, stream: Stream, faults: StreamFaults) -> None:
        """Start after the raw part of the handshake."""
        self._stream = stream
        self._faults = faults
        self._rest = b""

    async def read_exactly(self, size: int) -> bytes | None:
        """Return so many raw bytes; None when the connection ends before."""
        data, complete = await self.read_up_to(size)
        return data if complete else None

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

    @property
    def has_more(self) -> bool:
        """Tell whether the client sent bytes beyond those read."""
        return bool(self._rest)

    async def receive(self) -> bytes | None:
        """Return the text of the next frame; None when the connection has to end."""
        head = await self.read_exactly(_LENGTH.size)
        if head is None:
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

    async def send_binary(self, mime: str, content: bytes) -> None:
        """Send ``binary <mime> <size>`` and the raw bytes."""
        await self.send(f"binary {mime} {len(content)}")
        await self._stream.write(content)

    async def send_raw(self, data: bytes) -> None:
        """Send bytes that are no frame."""
        await self._stream.write(data)
