"""The bytes of every discovery datagram, both ways (protocol.md section 2).

Pure functions and frozen records. Knows nothing about sockets or about trust:
a decoded datagram says what it says, whoever sent it. Whatever cannot be
understood raises `DatagramError`, and nothing else does.
"""

from __future__ import annotations

from codecs import utf_8_decode
from dataclasses import dataclass, field
import struct

from .device import DeviceStatus, clamp_progress
from .util import clean_text

PORT = 1901
GROUP = "239.255.255.250"
VERSIONS = (1, 2)
MAX_LENGTH = 4096
"""No device sends a longer datagram; the longest has under 2000 bytes."""

_MAGIC = b"FLUX"
_HEADER = struct.Struct("<4sBB16s")
_NOTIFY_V1 = struct.Struct("<10sfHH")
_TOUCH_V1 = struct.Struct("<fHH")
_LENGTHS = struct.Struct("<HH")
_LENGTH = struct.Struct("<H")
_STATUS = struct.Struct("<dif16s32s")
_SESSION_LENGTH = 8
_STATUS_LENGTH = _STATUS.size
_NO_UUID = bytes(16)

_POKE = 0
_NOTIFY = 0
_TOUCH = 2
_TOUCH_REPLY = 3

# The touch reply's texts which a device cannot be shown or spoken to without.
_REQUIRED_INFO = {
    1: ("ver", "model", "name", "pwd"),
    2: ("serial", "ver", "model", "name", "pwd"),
}


class DatagramError(ValueError):
    """A datagram that says nothing usable; `reason` is a counter's name."""

    def __init__(self, reason: str) -> None:
        """Keep the reason it is counted under."""
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyV1:
    """A generation 1 announcement: identity and status in one datagram.

    `prefix` is everything before the status block: equal bytes, same device in
    the same boot with the same settings.
    """

    uuid: str
    serial: str
    slave_timestamp: float
    master_key: bytes = field(repr=False)
    identify: bytes = field(repr=False)
    status: DeviceStatus
    prefix: bytes = field(repr=False)
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyV2:
    """A generation 2 announcement: who, which session, and the status."""

    uuid: str
    session: bytes
    status: DeviceStatus
    prefix: bytes = field(repr=False)
    version: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchReplyV1:
    """A generation 1 answer to a touch: the slave key and the texts.

    `key_signature` is the master key's, over `signed_key`; `info_signature` the
    slave key's, over `info_bytes`.
    """

    uuid: str
    slave_timestamp: float
    slave_key: bytes = field(repr=False)
    key_signature: bytes = field(repr=False)
    signed_key: bytes = field(repr=False)
    info: dict[str, str]
    info_bytes: bytes = field(repr=False)
    info_signature: bytes = field(repr=False)
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchReplyV2:
    """A generation 2 answer to a touch: the identity and the texts."""

    uuid: str
    master_key: bytes = field(repr=False)
    identify: bytes = field(repr=False)
    info: dict[str, str]
    version: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Broadcast:
    """The version 0 broadcast: somebody of this generation is there."""

    uuid: str
    version: int


type Datagram = NotifyV1 | NotifyV2 | TouchReplyV1 | TouchReplyV2 | Broadcast


def probe(version: int) -> bytes:
    """Return the question "who is there", in one generation's version."""
    return _HEADER.pack(_MAGIC, version, _POKE, _NO_UUID)


def touch(version: int, uuid: str) -> bytes:
    """Return the question "who are you" to the device with this uuid."""
    return _HEADER.pack(_MAGIC, version, _TOUCH, bytes.fromhex(uuid))


def status_of_known(data: bytes, prefix: bytes) -> DeviceStatus | None:
    """Decode only the status block, if `data` begins with a prefix seen before.

    This is the path of every steady announcement: no key is looked at and no
    text before the status block is decoded again. None if it is another prefix.
    """
    if not data.startswith(prefix) or len(data) > MAX_LENGTH:
        return None
    return _decode_status(data, len(prefix))


def decode(data: bytes) -> Datagram:
    """Decode one datagram from a device; DatagramError if it is not one."""
    if len(data) < _HEADER.size:
        raise DatagramError("too_short")
    if len(data) > MAX_LENGTH:
        raise DatagramError("too_long")
    magic, version, action, raw_uuid = _HEADER.unpack_from(data)
    if magic != _MAGIC:
        raise DatagramError("not_flux")
    if raw_uuid == _NO_UUID:
        # Another client's probe, which this host hears too.
        raise DatagramError("from_client")
    uuid = raw_uuid.hex()
    match version, action:
        case 0, (1 | 2):
            return Broadcast(uuid=uuid, version=action)
        case 1, 0:
            return _decode_notify_v1(data, uuid)
        case 2, 0:
            return _decode_notify_v2(data, uuid)
        case 1, 3:
            return _decode_touch_v1(data, uuid)
        case 2, 3:
            return _decode_touch_v2(data, uuid)
        case ((1 | 2), 2):
            raise DatagramError("from_client")
        case ((0 | 1 | 2), _):
            raise DatagramError("unknown_action")
        case _:
            raise DatagramError("unknown_version")


def _decode_notify_v1(data: bytes, uuid: str) -> NotifyV1:
    offset = _HEADER.size
    if len(data) < offset + _NOTIFY_V1.size:
        raise DatagramError("too_short")
    serial, timestamp, key_length, identify_length = _NOTIFY_V1.unpack_from(
        data, offset
    )
    offset += _NOTIFY_V1.size
    master_key, offset = _take(data, offset, key_length)
    identify, offset = _take(data, offset, identify_length)
    return NotifyV1(
        uuid=uuid,
        serial=_text(serial),
        slave_timestamp=timestamp,
        master_key=master_key,
        identify=identify,
        status=_decode_status(data, offset),
        prefix=data[:offset],
    )


def _decode_notify_v2(data: bytes, uuid: str) -> NotifyV2:
    session, offset = _take(data, _HEADER.size, _SESSION_LENGTH)
    status = _decode_status(data, offset)
    return NotifyV2(uuid=uuid, session=session, status=status, prefix=data[:offset])


def _decode_touch_v1(data: bytes, uuid: str) -> TouchReplyV1:
    start = _HEADER.size
    if len(data) < start + _TOUCH_V1.size:
        raise DatagramError("too_short")
    timestamp, key_length, signature_length = _TOUCH_V1.unpack_from(data, start)
    slave_key, offset = _take(data, start + _TOUCH_V1.size, key_length)
    key_signature, offset = _take(data, offset, signature_length)
    info_bytes, offset = _take_counted(data, offset)
    return TouchReplyV1(
        uuid=uuid,
        slave_timestamp=timestamp,
        slave_key=slave_key,
        key_signature=key_signature,
        signed_key=data[start : start + 4] + slave_key,
        info=_decode_info(info_bytes, 1),
        info_bytes=info_bytes,
        info_signature=data[offset:],
    )


def _decode_touch_v2(data: bytes, uuid: str) -> TouchReplyV2:
    offset = _HEADER.size
    if len(data) < offset + _LENGTHS.size:
        raise DatagramError("too_short")
    key_length, identify_length = _LENGTHS.unpack_from(data, offset)
    master_key, offset = _take(data, offset + _LENGTHS.size, key_length)
    identify, offset = _take(data, offset, identify_length)
    info_bytes, offset = _take_counted(data, offset)
    return TouchReplyV2(
        uuid=uuid,
        master_key=master_key,
        identify=identify,
        info=_decode_info(info_bytes, 2),
    )


def _decode_status(data: bytes, offset: int) -> DeviceStatus:
    # A second status block may follow the first: whatever is behind is ignored.
    if len(data) < offset + _STATUS_LENGTH:
        raise DatagramError("too_short")
    timestamp, st_id, progress, head, label = _STATUS.unpack_from(data, offset)
    text = clean_text(_cut_text(label))
    # While the device is occupied this field holds the occupying client.
    occupied = st_id < 0
    return DeviceStatus(
        timestamp,
        st_id,
        clamp_progress(progress),
        clean_text(_cut_text(head)),
        "" if occupied else text,
        text if occupied else "",
    )


def _decode_info(data: bytes, version: int) -> dict[str, str]:
    info: dict[str, str] = {}
    for item in _text_all(data).split("\0"):
        key, equals, value = item.partition("=")
        if equals:
            info[key] = clean_text(value)
    if any(key not in info for key in _REQUIRED_INFO[version]):
        raise DatagramError("incomplete_info")
    return info


def _take(data: bytes, offset: int, length: int) -> tuple[bytes, int]:
    end = offset + length
    if end > len(data):
        raise DatagramError("too_short")
    return data[offset:end], end


def _take_counted(data: bytes, offset: int) -> tuple[bytes, int]:
    raw, offset = _take(data, offset, _LENGTH.size)
    return _take(data, offset, _LENGTH.unpack(raw)[0])


def _text(padded: bytes) -> str:
    """Decode a text field up to its first zero byte."""
    return _text_all(padded.partition(b"\0")[0])


def _cut_text(field: bytes) -> str:
    """Decode a text field whose text was cut to fit, perhaps inside a character.

    The rest of such a character is dropped, and not the datagram: the device would
    be silent for as long as it shows that text.
    """
    if b"\0" in field:
        return _text(field)
    try:
        return utf_8_decode(field, "strict", False)[0]
    except UnicodeDecodeError:
        raise DatagramError("not_utf8") from None


def _text_all(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise DatagramError("not_utf8") from None
