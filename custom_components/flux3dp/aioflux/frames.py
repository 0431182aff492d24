"""Text and binary frames, incremental and pure (protocol.md section 3).

Knows lengths and how replies are worded. Does not know sockets: bytes are fed
in as they come and whole frames are taken out.

The length before a text frame means two things: to the device it counts itself,
from the device it does not.
"""

from __future__ import annotations

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
            "request",
            "too_long",
            f"a request may have {MAX_FRAME - _LENGTH.size} bytes at most",
        )
    return _LENGTH.pack(length) + text


class FrameBuffer:
    """Received bytes that wait to be whole."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        """Begin empty."""
        self._data = bytearray()

    def __len__(self) -> int:
        """Return how many bytes wait."""
        return len(self._data)

    def feed(self, data: bytes) -> None:
        """Add bytes as they came."""
        self._data += data

    def take(self, size: int) -> bytes | None:
        """Return exactly `size` bytes, None while there are fewer."""
        if len(self._data) < size:
            return None
        taken = bytes(memoryview(self._data)[:size])
        del self._data[:size]
        return taken

    def take_some(self, limit: int) -> bytes:
        """Return what is there, `limit` bytes at most, possibly none."""
        return self.take(min(limit, len(self._data))) or b""

    def take_frame(self) -> bytes | None:
        """Return a device's text frame, None while it is not whole; it may be empty."""
        if len(self._data) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._data)
        if len(self._data) < _LENGTH.size + length:
            return None
        del self._data[: _LENGTH.size]
        return self.take(length)

    def take_image(self, limit: int) -> bytes | None:
        """Return a camera's image, None while it is not whole (section 6).

        ProtocolError if it says to be larger than `limit` bytes.
        """
        if len(self._data) < _IMAGE_LENGTH.size:
            return None
        (length,) = _IMAGE_LENGTH.unpack_from(self._data)
        if length > limit:
            raise ProtocolError(f"a camera image of {length} bytes is not believed")
        if len(self._data) < _IMAGE_LENGTH.size + length:
            return None
        del self._data[: _IMAGE_LENGTH.size]
        return self.take(length)


def decode_reply(frame: bytes) -> str:
    """Return a reply's text; CommandFailed if it is a refusal, Kicked if the last.

    `error SYMBOL [words]`, `er SYMBOL [words]` and the bare `UNKNOWN_ERROR` are
    refusals (section 3). ProtocolError if it is not UTF-8.
    """
    try:
        text = frame.decode()
    except UnicodeDecodeError:
        raise ProtocolError("a reply that is not UTF-8") from None
    verb, _, rest = text.partition(" ")
    if verb in ("error", "er"):
        symbol, *words = rest.split() or ["UNKNOWN_ERROR"]
        if symbol == "KICKED":
            raise Kicked(symbol, tuple(words))
        raise CommandFailed(symbol, tuple(words))
    if text == "UNKNOWN_ERROR":
        raise CommandFailed(text)
    return text
