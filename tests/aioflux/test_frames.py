"""Frames in both lengths, whole or in pieces; replies and refusals."""

import struct

from hypothesis import given, strategies as st
import pytest

from custom_components.flux3dp.aioflux import (
    CommandFailed,
    InvalidRequest,
    Kicked,
    ProtocolError,
)
from custom_components.flux3dp.aioflux.frames import (
    FrameBuffer,
    decode_reply,
    encode_frame,
)


def test_requests() -> None:
    """A client's length counts itself."""
    assert encode_frame(b"nope") == b"\x06\x00nope"
    assert encode_frame(b"x" * 4092)[:2] == struct.pack("<H", 4094)
    for text, reason in ((b"", "empty"), (b"x" * 4093, "too_long")):
        with pytest.raises(InvalidRequest) as caught:
            encode_frame(text)
        assert caught.value.reason == reason


@given(
    st.lists(st.binary(max_size=300), max_size=8),
    st.lists(st.integers(1, 50), min_size=1),
)
def test_frames_come_out_whole_however_they_come_in(
    texts: list[bytes], pieces: list[int]
) -> None:
    stream = b"".join(struct.pack("<H", len(text)) + text for text in texts)
    buffer = FrameBuffer()
    taken: list[bytes] = []
    at = number = 0
    while at < len(stream):
        size = pieces[number % len(pieces)]
        buffer.feed(stream[at : at + size])
        at += size
        number += 1
        while (frame := buffer.take_frame()) is not None:
            taken.append(frame)
    assert taken == texts
    assert len(buffer) == 0


def test_images_are_bounded() -> None:
    buffer = FrameBuffer()
    buffer.feed(struct.pack("<I", 5) + b"imag")
    assert buffer.take_image(5) is None
    buffer.feed(b"e+")
    assert buffer.take_image(5) == b"image"
    buffer.feed(struct.pack("<I", 6)[1:])
    with pytest.raises(ProtocolError):
        buffer.take_image(5)


def test_taking_some() -> None:
    buffer = FrameBuffer()
    assert buffer.take_some(3) == b""
    buffer.feed(b"abcde")
    assert buffer.take_some(3) == b"abc"
    assert buffer.take(3) is None
    assert buffer.take_some(9) == b"de"


@pytest.mark.parametrize("text", ["ok", "ok value", "data {}", "sign", ""])
def test_replies(text: str) -> None:
    assert decode_reply(text.encode()) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("error AUTH_ERROR", ["AUTH_ERROR"]),
        ("error NOT_EXIST BAD_ENTRY", ["NOT_EXIST", "BAD_ENTRY"]),
        ("er BAD_PARAMS ns", ["BAD_PARAMS", "ns"]),
        ("UNKNOWN_ERROR", ["UNKNOWN_ERROR"]),
        ("error", ["UNKNOWN_ERROR"]),
    ],
)
def test_refusals(text: str, words: list[str]) -> None:
    with pytest.raises(CommandFailed) as caught:
        decode_reply(text.encode())
    assert [caught.value.symbol, *caught.value.words] == words


def test_a_connection_that_is_taken_over_is_no_refusal() -> None:
    with pytest.raises(Kicked):
        decode_reply(b"error KICKED")
    assert not issubclass(Kicked, CommandFailed)


def test_what_is_not_utf8_is_replaced() -> None:
    assert decode_reply(b"ok AUTHOR=J\xfcrgen") == "ok AUTHOR=J\ufffdrgen"
