"""The bytes of the discovery datagrams, as a device makes and reads them (section 2)."""

from dataclasses import dataclass
import struct

MAGIC = b"FLUX"
ACTION_NOTIFY = 0
ACTION_TOUCH = 2
ACTION_TOUCH_REPLY = 3
ZERO_UUID = bytes(16)

HEADER = struct.Struct("<4sBB16s")
_STATUS = struct.Struct("<dif16s32s")


@dataclass(slots=True)
class Status:
    """The state of a device in datagrams; tests may set every field at any time."""

    st_id: int = 0
    #: 0.0 to 1.0; may be NaN, and may exceed 1 by a rounding error.
    progress: float = 0.0
    #: ``OFFLINE`` from boot until the first job.
    head_module: str = "OFFLINE"
    #: Words joined by spaces. What does not fit into 32 bytes is cut off.
    error_label: str = ""
    #: The address of the client that occupies the device.
    occupied_by: str = ""
    #: When this was last true, by the device's own clock.
    timestamp: float = 0.0

    def block(self) -> bytes:
        """Return the *status block*, 64 bytes."""
        label = self.occupied_by if self.st_id < 0 else self.error_label
        return _STATUS.pack(
            self.timestamp,
            self.st_id,
            self.progress,
            self.head_module.encode(),
            label.encode(),
        )


@dataclass(frozen=True, slots=True)
class Request:
    """A datagram from a client."""

    version: int
    action: int
    uuid: bytes
    body: bytes


def parse_request(data: bytes) -> Request | None:
    """Read a client's datagram; None for anything that is not one."""
    if len(data) < HEADER.size:
        return None
    magic, version, action, uuid = HEADER.unpack_from(data)
    if magic != MAGIC:
        return None
    return Request(version, action, uuid, data[HEADER.size :])


def notify_v2(*, uuid: bytes, session: bytes, status: bytes) -> bytes:
    """Return a notify of generation 2."""
    return HEADER.pack(MAGIC, 2, ACTION_NOTIFY, uuid) + session + status


def touch_reply_v2(
    *, uuid: bytes, master_der: bytes, identify: bytes, info: bytes
) -> bytes:
    """Return a touch reply of generation 2."""
    return b"".join(
        (
            HEADER.pack(MAGIC, 2, ACTION_TOUCH_REPLY, uuid),
            struct.pack("<HH", len(master_der), len(identify)),
            master_der,
            identify,
            struct.pack("<H", len(info)),
            info,
        )
    )


def broadcast(*, uuid: bytes, generation: int) -> bytes:
    """Return a broadcast: version 0, and the version the device speaks as action."""
    return HEADER.pack(MAGIC, 0, generation, uuid)


def info_text(values: dict[str, str]) -> bytes:
    """Return the ``key=value`` pairs of a touch reply, joined by NUL."""
    return b"\0".join(f"{key}={value}".encode() for key, value in values.items())
