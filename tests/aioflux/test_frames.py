"""Frames in both lengths, whole or in pieces; replies and refusals."""

import json
from pathlib import Path
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

VECTORS = Path(__file__).parent.parent / "vectors"


def test_a_clients_length_counts_itself() -> None:
    assert encode_frame(b"nope") == b"\x06\x00nope"


@pytest.mark.parametrize(
    ("text", "reason"), [(b"", "empty"), (b"x" * 4093, "too_long")]
)
def test_requests_a_device_would_choke_on(text: bytes, reason: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        encode_frame(text)
    assert caught.value.reason == reason


def test_the_longest_request() -> None:
    assert encode_frame(b"x" * 4092)[:2] == struct.pack("<H", 4094)


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
    ("text", "symbol", "words"),
    [
        ("error AUTH_ERROR", "AUTH_ERROR", ()),
        ("error NOT_EXIST BAD_ENTRY", "NOT_EXIST", ("BAD_ENTRY",)),
        ("er BAD_PARAMS ns", "BAD_PARAMS", ("ns",)),
        ("UNKNOWN_ERROR", "UNKNOWN_ERROR", ()),
        ("error", "UNKNOWN_ERROR", ()),
    ],
)
def test_refusals(text: str, symbol: str, words: tuple[str, ...]) -> None:
    with pytest.raises(CommandFailed) as caught:
        decode_reply(text.encode())
    assert (caught.value.symbol, caught.value.words) == (symbol, words)


def test_a_refusal_is_a_short_line_of_a_log() -> None:
    with pytest.raises(CommandFailed) as caught:
        decode_reply("error BAD\n\x1b[31m\u202e\x00 ".encode() + b"x" * 60_000)
    assert str(caught.value).startswith("BAD [31m x")
    assert len(str(caught.value)) == 200


def test_kicked_is_the_end() -> None:
    with pytest.raises(Kicked):
        decode_reply(b"error KICKED")


def test_a_reply_that_is_not_text() -> None:
    with pytest.raises(ProtocolError):
        decode_reply(b"ok \xff")


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
@pytest.mark.parametrize(
    "session", ["wrong-password", "password-then-trust", "key", "network-bad"]
)
def test_recorded_management_frames(folder: str, session: str) -> None:
    """What the device said falls into frames, and what was sent is what we'd send."""
    recording = json.loads((VECTORS / folder / "sessions.json").read_text())
    buffer = FrameBuffer()
    frames: list[bytes] = []
    for kind, *rest in recording["sessions"][session]:
        if kind == "device" and rest[1:] not in (["hello"], ["random"]):
            buffer.feed(bytes.fromhex(rest[0]))
            while (frame := buffer.take_frame()) is not None:
                frames.append(frame)
        elif kind == "client":
            sent = bytes.fromhex(rest[0])
            assert encode_frame(sent[2:]) == sent
    assert len(buffer) == 0
    assert frames[0] in (b"password", b"sign")
    assert len(frames) >= 2
