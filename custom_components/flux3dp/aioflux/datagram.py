"""The bytes of every discovery datagram, both ways (protocol.md section 2).

What cannot be decoded raises `DatagramError`, and nothing else.
"""

from codecs import utf_8_decode
from dataclasses import dataclass, field
from functools import lru_cache
import struct
from typing import Any

from .device import DeviceStatus
from .identity import rsa_signed
from .util import clean_text, parse_pairs, progress_of

PORT = 1901
GROUP = "239.255.255.250"
VERSIONS = (1, 2)
MAX_LENGTH = 4096
"""No device sends a longer datagram; the longest has under 2000 bytes."""

MAGIC = b"FLUX"
_HEADER = struct.Struct("<4sBB16s")
_NOTIFY_V1 = struct.Struct("<10sfHH")
_TOUCH_V1 = struct.Struct("<fHH")
_LENGTHS = struct.Struct("<HH")
_LENGTH = struct.Struct("<H")
_STATUS = struct.Struct("<dif16s32s")
_SESSION_LENGTH = 8
_NO_UUID = bytes(16)

_POKE = 0
_TOUCH = 2

# The texts of a touch reply that every device sends, and that we need.
_REQUIRED_INFO = {
    1: ("ver", "model", "name", "pwd"),
    2: ("serial", "ver", "model", "name", "pwd"),
}


class DatagramError(ValueError):
    """A datagram of no use; its text is the name of a counter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notify:
    """An announcement.

    `prefix` is everything before the status block: while it stays the same, nothing
    but the status has changed. `serial`, `master_key` (DER) and `identify` are those of
    generation 1; generation 2 sends them in the touch reply.
    """

    uuid: str
    version: int
    status: DeviceStatus
    prefix: bytes = field(repr=False)
    serial: str = ""
    master_key: bytes = field(default=b"", repr=False)
    identify: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchReply:
    """An answer to a touch.

    Generation 1 sends its slave key and signatures: `key_signature` is the master key's,
    over `signed_key`; `info_signature` the slave key's, over `info_bytes`. Generation 2
    sends `master_key` and `identify`. Keys are DER.
    """

    uuid: str
    version: int
    info: dict[str, str]
    info_bytes: bytes = field(repr=False)
    slave_key: bytes | None = field(default=None, repr=False)
    key_signature: bytes = field(default=b"", repr=False)
    signed_key: bytes = field(default=b"", repr=False)
    info_signature: bytes = field(default=b"", repr=False)
    master_key: bytes = field(default=b"", repr=False)
    identify: bytes = field(default=b"", repr=False)

    def is_signed_by(self, master_key: bytes) -> bool:
        """Return whether a master key (DER) vouches for this reply of generation 1."""
        return rsa_signed(
            master_key, self.key_signature, self.signed_key
        ) and rsa_signed(self.slave_key or b"", self.info_signature, self.info_bytes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """The version 0 broadcast: a device of this generation is there."""

    uuid: str
    version: int


type Datagram = Notify | TouchReply | Broadcast


def probe(version: int) -> bytes:
    """Return the question "who is there", in one generation's version."""
    return _HEADER.pack(MAGIC, version, _POKE, _NO_UUID)


def touch(version: int, uuid: str) -> bytes:
    """Return the question "who are you" to the device with this uuid."""
    return _HEADER.pack(MAGIC, version, _TOUCH, bytes.fromhex(uuid))


def status_of_known(data: bytes, prefix: bytes) -> DeviceStatus | None:
    """Decode the status block of a datagram with a known prefix; None if it has another.

    This is the path of every steady announcement: no key and no text before the status
    block is decoded again.
    """
    if not data.startswith(prefix) or len(data) > MAX_LENGTH:
        return None
    return _decode_status(data, len(prefix))


def decode(data: bytes) -> Datagram:
    """Decode one datagram from a device; DatagramError if it is none."""
    if len(data) < _HEADER.size:
        raise DatagramError("too_short")
    if len(data) > MAX_LENGTH:
        raise DatagramError("too_long")
    magic, version, action, raw_uuid = _HEADER.unpack_from(data)
    if magic != MAGIC:
        raise DatagramError("not_flux")
    if raw_uuid == _NO_UUID:  # Another client's probe.
        raise DatagramError("from_client")
    uuid = raw_uuid.hex()
    match version, action:
        case 0, (1 | 2):
            return Broadcast(uuid=uuid, version=action)
        case 1, 0:
            return _decode_notify_v1(_Reader(data), uuid)
        case 2, 0:
            return _decode_notify_v2(_Reader(data), uuid)
        case 1, 3:
            return _decode_touch_v1(_Reader(data), uuid)
        case 2, 3:
            return _decode_touch_v2(_Reader(data), uuid)
        case ((1 | 2), 2):
            raise DatagramError("from_client")
        case ((0 | 1 | 2), _):
            raise DatagramError("unknown_action")
        case _:
            raise DatagramError("unknown_version")


class _Reader:
    """Takes one field after another; DatagramError where there is no more."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.offset = _HEADER.size

    def take(self, length: int) -> bytes:
        start = self.offset
        self.offset += length
        if self.offset > len(self.data):
            raise DatagramError("too_short")
        return self.data[start : self.offset]

    def unpack(self, layout: struct.Struct) -> tuple[Any, ...]:
        return layout.unpack(self.take(layout.size))

    def take_counted(self) -> bytes:
        (length,) = self.unpack(_LENGTH)
        return self.take(length)


def _decode_notify_v1(reader: _Reader, uuid: str) -> Notify:
    serial, _timestamp, key_length, identify_length = reader.unpack(_NOTIFY_V1)
    return Notify(
        uuid=uuid,
        version=1,
        serial=clean_text(_text(serial.partition(b"\0")[0])),
        master_key=reader.take(key_length),
        identify=reader.take(identify_length),
        status=_decode_status(reader.data, reader.offset),
        prefix=reader.data[: reader.offset],
    )


def _decode_notify_v2(reader: _Reader, uuid: str) -> Notify:
    reader.take(_SESSION_LENGTH)
    return Notify(
        uuid=uuid,
        version=2,
        status=_decode_status(reader.data, reader.offset),
        prefix=reader.data[: reader.offset],
    )


def _decode_touch_v1(reader: _Reader, uuid: str) -> TouchReply:
    timestamp = reader.data[reader.offset : reader.offset + 4]
    _timestamp, key_length, signature_length = reader.unpack(_TOUCH_V1)
    slave_key = reader.take(key_length)
    key_signature = reader.take(signature_length)
    info = reader.take_counted()
    return TouchReply(
        uuid=uuid,
        version=1,
        info=_decode_info(info, 1),
        info_bytes=info,
        slave_key=slave_key,
        key_signature=key_signature,
        signed_key=timestamp + slave_key,
        info_signature=reader.data[reader.offset :],
    )


def _decode_touch_v2(reader: _Reader, uuid: str) -> TouchReply:
    key_length, identify_length = reader.unpack(_LENGTHS)
    master_key = reader.take(key_length)
    identify = reader.take(identify_length)
    info = reader.take_counted()
    return TouchReply(
        uuid=uuid,
        version=2,
        info=_decode_info(info, 2),
        info_bytes=info,
        master_key=master_key,
        identify=identify,
    )


def _decode_status(data: bytes, offset: int) -> DeviceStatus:
    # A second status block may follow the first: what is behind is ignored.
    if len(data) < offset + _STATUS.size:
        raise DatagramError("too_short")
    timestamp, st_id, progress, head, label = _STATUS.unpack_from(data, offset)
    text = _cut_text(label)
    # While the device is occupied this field holds the occupying client.
    occupied = st_id < 0
    return DeviceStatus(
        timestamp,
        st_id,
        progress_of(progress),
        _cut_text(head),
        "" if occupied else text,
        text if occupied else "",
    )


def _decode_info(data: bytes, version: int) -> dict[str, str]:
    info = parse_pairs(_text(data), "\0", "=")
    if any(key not in info for key in _REQUIRED_INFO[version]):
        raise DatagramError("incomplete_info")
    return info


def _text(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise DatagramError("not_utf8") from None


@lru_cache(maxsize=256)  # A device says the same for hours.
def _cut_text(field: bytes) -> str:
    """Decode a text field whose text was cut to fit, perhaps inside a character.

    The rest of such a character is dropped, and not the datagram: the device would be
    silent for as long as it shows that text.
    """
    text, end, _ = field.partition(b"\0")
    try:
        return clean_text(utf_8_decode(text, "strict", bool(end))[0])
    except UnicodeDecodeError:
        raise DatagramError("not_utf8") from None
