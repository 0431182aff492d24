"""Text and image frames, and the errors in replies (protocol.md sections 3 and 6).

The length before a text frame means two things: to the device it counts itself, from
the device it does not.
"""

import struct

from .errors import CommandFailed, InvalidRequest, Kicked, ProtocolError

MAX_FRAME = 4094
"""The largest length a device reads; it closes the connection on a larger one."""

_LENGTH = struct.Struct("<H")
_IMAGE_LENGTH = struct.Struct("<I")


def encode_frame(text: bytes) -> bytes:
    """Return a client's text frame: the length counts its own two bytes.

    InvalidRequest if it is empty (the device would never answer) or too long.
    """
    length = len(text) + _LENGTH.size
    if not text:
        raise InvalidRequest("request", "empty", "an empty request is never answered")
    if length > MAX_FRAME:
        raise InvalidRequest(
            "request", "too_long", f"a request has at most {MAX_FRAME - 2} bytes"
        )
    return _LENGTH.pack(length) + text


class FrameBuffer:
    """Received bytes that wait to be whole."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data: bytes | bytearray = b""

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes) -> None:
        """Add bytes as they came."""
        if not self._data:
            # A large transfer is handed on in the pieces it came in, without a copy.
            self._data = data
        else:
            if isinstance(self._data, bytes):
                self._data = bytearray(self._data)
            self._data += data

    def take(self, size: int) -> bytes | None:
        """Return exactly `size` bytes, None while there are fewer."""
        return self._cut(0, size)

    def _cut(self, begin: int, end: int) -> bytes | None:
        """Return the bytes from `begin` on, and drop all up to `end`; None for fewer."""
        data = self._data
        if len(data) < end:
            return None
        if isinstance(data, bytes):
            taken = data[begin:end]
            self._data = bytearray(memoryview(data)[end:]) if end < len(data) else b""
        else:
            taken = bytes(memoryview(data)[begin:end])
            del data[:end]
        return taken

    def take_some(self, limit: int) -> bytes:
        """Return what is there, `limit` bytes at most, possibly none."""
        data = self._data
        if len(data) > limit:
            return self.take(limit) or b""
        self._data = b""
        return bytes(data)

    def take_frame(self) -> bytes | None:
        """Return a device's text frame, None while it is not whole; it may be empty."""
        return self._take_counted(_LENGTH)

    def take_image(self, limit: int) -> bytes | None:
        """Return a camera's image, None while it is not whole.

        ProtocolError if its length is above `limit` bytes.
        """
        return self._take_counted(_IMAGE_LENGTH, limit)

    def _take_counted(
        self, layout: struct.Struct, limit: int | None = None
    ) -> bytes | None:
        if len(self._data) < layout.size:
            return None
        (length,) = layout.unpack_from(self._data)
        if limit is not None and length > limit:
            raise ProtocolError(f"a camera image of {length} bytes")
        return self._cut(layout.size, layout.size + length)


def decode_reply(frame: bytes) -> str:
    """Return a reply's text; CommandFailed or Kicked if it is a refusal.

    `error SYMBOL [words]`, `er SYMBOL [words]` and the bare `UNKNOWN_ERROR` are
    refusals. What is not UTF-8 in it, such as an author's name, is replaced.
    """
    text = frame.decode(errors="replace")
    verb, _, rest = text.partition(" ")
    if verb in ("error", "er"):
        symbol, *words = rest.split() or ["UNKNOWN_ERROR"]
        if symbol == "KICKED":
            raise Kicked("another client took the device over")
        raise CommandFailed(symbol, tuple(words))
    if text == "UNKNOWN_ERROR":
        raise CommandFailed(text)
    return text
