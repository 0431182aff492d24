"""Datagrams that are damaged, and the few a client sends."""

import contextlib
from pathlib import Path
import struct

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.flux3dp.aioflux.datagram import (
    Broadcast,
    DatagramError,
    Notify,
    TouchReply,
    decode,
    probe,
    status_of_known,
    touch,
)

VECTORS = Path(__file__).parent.parent / "vectors"
RECORDED = [path.read_bytes() for path in sorted(VECTORS.glob("signed-*/*.bin"))]
UUID = "6b1f0c2e9a4d4f7f8e21c3d4a5b60718"
NOTIFY_V2 = (VECTORS / "signed-v2" / "notify-idle.bin").read_bytes()
TOUCH_V2 = (VECTORS / "signed-v2" / "touch.bin").read_bytes()


def test_what_a_client_sends() -> None:
    assert probe(1) == b"FLUX\x01\x00" + bytes(16)
    assert touch(2, UUID) == b"FLUX\x02\x02" + bytes.fromhex(UUID)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "too_short"),
        (b"FLUX\x01\x00", "too_short"),
        (b"HTTP" + NOTIFY_V2[4:], "not_flux"),
        (probe(1), "from_client"),
        (touch(1, UUID), "from_client"),
        (b"FLUX\x07\x00" + NOTIFY_V2[6:], "unknown_version"),
        (b"FLUX\x02\x09" + NOTIFY_V2[6:], "unknown_action"),
        (b"FLUX\x00\x05" + NOTIFY_V2[6:22], "unknown_action"),
        (NOTIFY_V2[:-1], "too_short"),
        (NOTIFY_V2[:-32] + b"\xff" * 32, "not_utf8"),
        (TOUCH_V2.replace(b"pwd=", b"pwq="), "incomplete_info"),
        (TOUCH_V2[:22] + struct.pack("<HH", 0xFFFF, 1) + TOUCH_V2[26:], "too_short"),
    ],
)
def test_dropped_and_why(data: bytes, reason: str) -> None:
    with pytest.raises(DatagramError) as caught:
        decode(data)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("head", "label"),
    [
        ("USER/abcdefghijé".encode()[:16], "ERROR"),
        (b"EXTRUDER", "x" * 31 + "é"),
        (b"EXTRUDER", "x" * 30 + "♥"),
    ],
)
def test_a_text_that_was_cut_inside_a_character(head: bytes, label: str) -> None:
    cut = label.encode()[:32]
    data = NOTIFY_V2[:-48] + head.ljust(16, b"\0") + cut.ljust(32, b"\0")
    heard = decode(data)
    assert isinstance(heard, Notify)
    assert heard.status.head_module == head.decode(errors="ignore")
    assert heard.status.error_label == cut.decode(errors="ignore")
    assert status_of_known(data, heard.prefix) == heard.status


def test_texts_have_no_control_characters() -> None:
    head, label = "USER/a\x1bb\u200f".encode(), b"HEAD_ERROR\n\x00"
    heard = decode(NOTIFY_V2[:-48] + head.ljust(16, b"\0") + label.ljust(32, b"\0"))
    assert isinstance(heard, Notify)
    assert (heard.status.head_module, heard.status.error_label) == (
        "USER/ab",
        "HEAD_ERROR",
    )
    # As long as before: the lengths stand in front.
    touched = decode(
        TOUCH_V2.replace(
            b"delta-1p\0name=B\xc3\xbcro", b"d\r\n\x1ba-1p\0name=\x7fB\nro"
        )
    )
    assert isinstance(touched, TouchReply)
    assert (touched.info["model"], touched.info["name"]) == ("da-1p", "Bro")


def test_broadcast_tells_the_generation() -> None:
    heard = decode(b"FLUX\x00\x02" + bytes.fromhex(UUID))
    assert heard == Broadcast(uuid=UUID, version=2)


@pytest.mark.parametrize(
    ("raw", "progress"),
    [(1.0000001, 1.0), (-0.1, 0.0), (float("nan"), None), (float("inf"), None)],
)
def test_progress_is_clamped(raw: float, progress: float | None) -> None:
    block = struct.pack("<dif16s32s", 1.0, 16, raw, b"EXTRUDER", b"")
    heard = decode(NOTIFY_V2[:-64] + block)
    assert isinstance(heard, Notify)
    assert heard.status.progress == progress


def test_equal_states_compare_equal_at_different_times() -> None:
    def at(timestamp: float) -> Notify:
        block = struct.pack("<dif16s32s", timestamp, 0, 0.0, b"N/A", b"")
        heard = decode(NOTIFY_V2[:-64] + block)
        assert isinstance(heard, Notify)
        return heard

    assert at(1.0).status == at(2.0).status


damaged = st.one_of(
    st.binary(max_size=700),
    st.sampled_from(RECORDED).flatmap(
        lambda data: st.one_of(
            st.integers(0, len(data)).map(lambda end: data[:end]),
            st.binary(min_size=1, max_size=80).map(lambda tail: data + tail),
            st.tuples(st.integers(0, len(data) - 1), st.integers(1, 255)).map(
                lambda flip: flipped(data, *flip)
            ),
            st.binary(min_size=1, max_size=600).map(lambda body: data[:22] + body),
        )
    ),
)


def flipped(data: bytes, at: int, bits: int) -> bytes:
    return data[:at] + bytes([data[at] ^ bits]) + data[at + 1 :]


@settings(max_examples=3000, deadline=None)
@given(damaged)
def test_damage_raises_nothing_but_datagram_error(data: bytes) -> None:
    with contextlib.suppress(DatagramError):
        heard = decode(data)
        assert heard.uuid != "0" * 32
        if isinstance(heard, Notify):
            assert status_of_known(data, heard.prefix) == heard.status
