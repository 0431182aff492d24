"""Datagrams: the recorded ones, the damaged ones, and the few that a client sends."""

import hashlib
import json
import struct
from typing import Any

from cryptography.hazmat.primitives.serialization import load_der_public_key
import pytest

from custom_components.flux3dp.aioflux import (
    VENDOR_KEY,
    CommandFailed,
    Identity,
    ProtocolError,
)
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
from custom_components.flux3dp.aioflux.handshake import public_key
from custom_components.flux3dp.aioflux.identity import (
    rsa_signed,
    signed_by,
)
from custom_components.flux3dp.aioflux.records import Record
from custom_components.flux3dp.aioflux.udp_management import read_reply, read_status
from simulator.keys import RsaKey, slave_key
from tests.vectors import VECTORS, read

TEST_VENDOR = (VECTORS / "test-vendor-key.der").read_bytes()
UUID = "6b1f0c2e9a4d4f7f8e21c3d4a5b60718"
UUID_BYTES = bytes.fromhex(UUID)

EXPECTED: list[tuple[str, str, dict[str, Any]]] = [
    (path.parent.name, name, values)
    for path in sorted(VECTORS.glob("*/expected.json"))
    for name, values in json.loads(path.read_text()).items()
]
RECORDED = [path.read_bytes() for path in sorted(VECTORS.glob("signed-*/*.bin"))]
FOLDERS = {
    "rescue-v1": Identity.UNVERIFIED,
    "rescue-v2": Identity.UNVERIFIED,
    "signed-v1": Identity.VERIFIED,
    "signed-v2": Identity.VERIFIED,
}


def notify_of(data: bytes) -> Notify:
    heard = decode(data)
    assert isinstance(heard, Notify)
    return heard


def reply_of(data: bytes) -> TouchReply:
    heard = decode(data)
    assert isinstance(heard, TouchReply)
    return heard


def announcements(folder: str) -> list[bytes]:
    return [
        read(folder, name)
        for where, name, values in EXPECTED
        if where == folder and values["action"] == 0
    ]


NOTIFY = read("signed-v2", "notify-idle.bin")
TOUCH = read("signed-v2", "touch.bin")


# -- as recorded


def test_every_recorded_datagram_has_expected_values() -> None:
    files = {(path.parent.name, path.name) for path in VECTORS.glob("*/*.bin")}
    files -= {(folder, "certificate.bin") for folder in FOLDERS}
    assert files == {(folder, name) for folder, name, _ in EXPECTED}
    assert len(files) == 24


@pytest.mark.parametrize(("folder", "name", "expected"), EXPECTED)
def test_recorded(folder: str, name: str, expected: dict[str, Any]) -> None:
    heard = decode(read(folder, name))
    assert (heard.version, heard.uuid) == (expected["version"], expected["uuid"])
    assert not isinstance(heard, Broadcast)
    found: dict[str, Any] = {"action": 0 if isinstance(heard, Notify) else 3}
    serial = ""
    match heard:
        case Notify(version=1):
            serial = found["serial"] = heard.serial
            (found["slave_timestamp"],) = struct.unpack_from("<f", heard.prefix, 32)
        case Notify():
            found["session"] = heard.prefix[22:].hex()
        case TouchReply(version=1):
            (found["slave_timestamp"],) = struct.unpack_from("<f", heard.signed_key)
            slave: Any = load_der_public_key(heard.slave_key or b"")
            found["slave_key_bits"] = slave.key_size
        case TouchReply():
            serial = heard.info["serial"]
    if isinstance(heard, Notify):
        names = expected["status"]
        found["status"] = {each: getattr(heard.status, each) for each in names}
    else:
        found["info"] = heard.info
    if heard.master_key:
        found["master_key_sha256"] = hashlib.sha256(heard.master_key).hexdigest()
        found["signed_by_test_vendor"] = signed_by(
            TEST_VENDOR, serial, heard.uuid, heard.master_key, heard.identify
        )
    assert found == {each: expected[each] for each in found}
    assert set(expected) - set(found) <= {"version", "uuid", "note"}


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_steady_path_decodes_the_same_status(folder: str) -> None:
    first, *others = announcements(folder)
    prefix = notify_of(first).prefix
    for data in (first, *others):
        assert status_of_known(data, prefix) == notify_of(data).status
        # A status block that is sent twice is read once.
        assert decode(data + data[-64:]) == decode(data)


@pytest.mark.parametrize("folder", FOLDERS)
def test_announcement_and_touch_make_a_device(folder: str) -> None:
    notify = notify_of(announcements(folder)[0])
    reply = reply_of(read(folder, "touch.bin"))
    record = Record(notify.uuid, "192.0.2.7", notify.version)
    record.announce(notify)
    device = record.answer(reply, [VENDOR_KEY, TEST_VENDOR], None)
    assert record.device == device
    assert device.identity is FOLDERS[folder]
    assert (device.name, device.host) == (reply.info["name"], "192.0.2.7")
    assert (device.firmware, device.has_password) == ("1.6.95", True)
    assert (device.slave_key is None) == (device.version == 2)
    # The same answer again is no news.
    assert record.answer(reply, [VENDOR_KEY, TEST_VENDOR], None) == device
    if device.version == 1:
        damaged = reply.info_bytes.replace(b"pwd=T", b"pwd=F")
        slave_key = reply.slave_key or b""
        assert rsa_signed(slave_key, reply.info_signature, reply.info_bytes)
        assert not rsa_signed(slave_key, reply.info_signature, damaged)


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
def test_the_recorded_certificate_holds_the_announced_key(folder: str) -> None:
    [digest] = {
        values["master_key_sha256"]
        for where, _, values in EXPECTED
        if where == folder and "master_key_sha256" in values
    }
    presented = public_key(read(folder, "certificate.bin"))
    assert hashlib.sha256(presented).hexdigest() == digest


def test_a_certificate_that_cannot_be_read_holds_no_key() -> None:
    assert public_key(b"no certificate") == b""
    # The recorded one has no version: 1. There is none of 9.
    first = read("rescue-v1", "certificate.bin")
    tag = first.index(b"\x02", 8)
    later = bytearray(first[:tag] + b"\xa0\x03\x02\x01\x08" + first[tag:])
    later[2:4] = (int.from_bytes(first[2:4]) + 5).to_bytes(2)
    later[6:8] = (int.from_bytes(first[6:8]) + 5).to_bytes(2)
    assert public_key(bytes(later)) == b""


# -- made up


def test_what_a_client_sends() -> None:
    assert probe(1) == b"FLUX\x01\x00" + bytes(16)
    assert touch(2, UUID) == b"FLUX\x02\x02" + UUID_BYTES


def test_a_broadcast_tells_the_generation() -> None:
    heard = decode(b"FLUX\x00\x02" + UUID_BYTES)
    assert heard == Broadcast(uuid=UUID, version=2)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "too_short"),
        (b"FLUX\x01\x00", "too_short"),
        (b"HTTP" + NOTIFY[4:], "not_flux"),
        (probe(1), "from_client"),
        (touch(1, UUID), "from_client"),
        (b"FLUX\x07\x00" + NOTIFY[6:], "unknown_version"),
        (b"FLUX\x02\x09" + NOTIFY[6:], "unknown_action"),
        (b"FLUX\x00\x05" + NOTIFY[6:22], "unknown_action"),
        (NOTIFY[:-1], "too_short"),
        (NOTIFY + bytes(4096), "too_long"),
        (NOTIFY[:-32] + b"\xff" * 32, "not_utf8"),
        (TOUCH.replace(b"pwd=", b"pwq="), "incomplete_info"),
        (TOUCH[:22] + struct.pack("<HH", 0xFFFF, 1) + TOUCH[26:], "too_short"),
    ],
)
def test_dropped_and_why(data: bytes, reason: str) -> None:
    with pytest.raises(DatagramError) as caught:
        decode(data)
    assert str(caught.value) == reason


def with_status(
    progress: float = 0.0, head: bytes = b"", label: bytes = b"", time: float = 1.0
) -> bytes:
    return NOTIFY[:-64] + struct.pack("<dif16s32s", time, 16, progress, head, label)


@pytest.mark.parametrize(
    ("head", "label", "shown"),
    [
        # Cut inside a character.
        ("USER/abcdefghijé", "ERROR", ("USER/abcdefghij", "ERROR")),
        ("EXTRUDER", "x" * 31 + "é", ("EXTRUDER", "x" * 31)),
        ("EXTRUDER", "x" * 30 + "♥", ("EXTRUDER", "x" * 30)),
        ("USER/a\x1bb\u200f", "HEAD_ERROR\n\0x", ("USER/ab", "HEAD_ERROR")),
    ],
)
def test_texts_are_whole_and_clean(
    head: str, label: str, shown: tuple[str, str]
) -> None:
    data = with_status(head=head.encode()[:16], label=label.encode()[:32])
    heard = notify_of(data)
    assert (heard.status.head_module, heard.status.error_label) == shown
    assert status_of_known(data, heard.prefix) == heard.status


def test_a_touch_replys_texts_are_clean() -> None:
    # As long as before: the lengths stand in front.
    texts = b"delta-1p\0name=B\xc3\xbcro", b"d\r\n\x1ba-1p\0name=\x7fB\nro"
    info = reply_of(TOUCH.replace(*texts)).info
    assert (info["model"], info["name"]) == ("da-1p", "Bro")


@pytest.mark.parametrize(
    ("raw", "progress"),
    [(1.0000001, 1.0), (-0.1, 0.0), (float("nan"), None), (float("inf"), None)],
)
def test_progress_is_clamped(raw: float, progress: float | None) -> None:
    assert notify_of(with_status(raw)).status.progress == progress


def test_equal_states_compare_equal_at_different_times() -> None:
    first, second = notify_of(with_status(time=1.0)), notify_of(with_status(time=2.0))
    assert first.status == second.status


# -- replies of management over UDP (section 8)


def reply(key: RsaKey, body: bytes, code: int = 5, uuid: bytes = UUID_BYTES) -> bytes:
    head = b"FLUX\1" + bytes((code,)) + uuid + len(body).to_bytes(2, "little")
    return head + body + key.sign(body)


def test_replies_over_udp() -> None:
    ours, other = slave_key(), slave_key()
    good = reply(ours, b'{"status":"ok"}')

    def found(data: bytes) -> bytes | None:
        return read_reply(data, 4, UUID_BYTES, ours.public_der)

    assert found(good) == b'{"status":"ok"}'
    assert found(reply(ours, b"")) == b""
    for bad in (
        reply(other, b'{"status":"ok"}'),
        reply(ours, b'{"status":"ok"}', code=7),
        reply(ours, b'{"status":"ok"}', uuid=bytes(16)),
        b"",
        good + b"\0",
        good.ljust(5000, b"\0"),
        *(good[:length] for length in range(len(good))),
        *(good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :] for at in range(40)),
    ):
        assert found(bad) is None, bad


def test_statuses_over_udp() -> None:
    assert read_status(b'{"status":"deny"}') == "deny"
    assert read_status(b"{}") == ""
    with pytest.raises(CommandFailed) as raised:
        read_status(b"EBAD_PARAMS ssid")
    assert (raised.value.symbol, raised.value.words) == ("BAD_PARAMS", ("ssid",))
    # The first one marks an error, the second belongs to its symbol.
    with pytest.raises(CommandFailed, match=r"^EXPIRED$"):
        read_status(b"EEXPIRED")
    for body in (b"E", b"E \xff"):
        with pytest.raises(CommandFailed):
            read_status(body)
    for body in (b"", b"[]", b"{", b"\xff"):
        with pytest.raises(ProtocolError):
            read_status(body)
