"""The datagrams of a device: what it says of itself, and what it reads (section 2).

What makes clients touch it again is the slave key with its timestamp (generation 1) and the
session (generation 2).
"""

from dataclasses import dataclass
import secrets
import struct

from .keys import PLACEHOLDER_IDENTIFY, RsaKey, slave_key
from .machine import Machine, now

MAGIC = b"FLUX"
ACTION_NOTIFY = 0
ACTION_TOUCH = 2
ACTION_TOUCH_REPLY = 3
ZERO_UUID = bytes(16)
HEADER = struct.Struct("<4sBB16s")


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
    header = HEADER.pack(MAGIC, 2, ACTION_TOUCH_REPLY, uuid)
    return header + measured(master_der, identify) + measured(info)


def broadcast(*, uuid: bytes, generation: int) -> bytes:
    """Return a broadcast: version 0, and the version the device speaks as action."""
    return HEADER.pack(MAGIC, 0, generation, uuid)


def info_text(values: dict[str, str]) -> bytes:
    """Return the ``key=value`` pairs of a touch reply, joined by NUL."""
    return b"\0".join(f"{key}={value}".encode() for key, value in values.items())


def measured(*parts: bytes) -> bytes:
    """Return the lengths of the parts, and then the parts."""
    lengths = (struct.pack("<H", len(part)) for part in parts)
    return b"".join((*lengths, *parts))


class Beacon:
    """The announcing side of a device; ``boot`` before anything else."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        #: Of the latest boot or change of name, as it is sent; and the signature over it.
        self._slave_timestamp = self._slave_signature = b""
        #: The key of this boot (generation 1).
        self.slave_key: RsaKey | None = None
        #: Who it is, signed by the vendor.
        self.identify = PLACEHOLDER_IDENTIFY
        self.session = bytes(8)

    def boot(self) -> None:
        """Make what a device makes at each boot."""
        machine, config = self._machine, self._machine.config
        # No two boots take the same time, so no two have the same slave timestamp.
        machine.booted_at = now() - 20 - secrets.randbelow(1 << 20) / (1 << 20)
        machine.touch_at = None
        if machine.generation == 1:
            self.slave_key = slave_key()
        if config.vendor_key is not None:
            self.identify = config.vendor_key.sign_identity(
                config.serial,
                machine.uuid_bytes,
                machine.master_public_der,
                sha1=config.identify_hash == "sha1",
            )
        self._renew()

    def renew_session(self) -> None:
        """Take another session, which generation 2 does with another address."""
        self.session = secrets.token_bytes(8)

    def notify(self) -> bytes:
        """Return the notify of this moment."""
        self._renew_if_due()
        machine = self._machine
        uuid, status = machine.uuid_bytes, machine.status.block()
        if machine.generation == 2:
            return notify_v2(uuid=uuid, session=self.session, status=status)
        return b"".join(
            (
                HEADER.pack(MAGIC, 1, ACTION_NOTIFY, uuid),
                machine.config.serial.encode("ascii"),
                self._slave_timestamp,
                measured(machine.master_public_der, self.identify),
                status,
            )
        )

    def touch_reply(self) -> bytes:
        """Return the touch reply of this moment."""
        self._renew_if_due()
        machine, slave = self._machine, self.slave_key
        text = info_text(self.info(machine.generation))
        if machine.generation == 2 or slave is None:
            return touch_reply_v2(
                uuid=machine.uuid_bytes,
                master_der=machine.master_public_der,
                identify=self.identify,
                info=text,
            )
        return b"".join(
            (
                HEADER.pack(MAGIC, 1, ACTION_TOUCH_REPLY, machine.uuid_bytes),
                self._slave_timestamp,
                measured(slave.public_der, self._slave_signature),
                measured(text),
                slave.sign(text),
            )
        )

    def info(self, generation: int) -> dict[str, str]:
        """Return the texts of a touch reply."""
        machine = self._machine
        info = {
            "serial": machine.config.serial,
            "ver": machine.firmware,
            "model": machine.config.model,
            "name": machine.name,
            "pwd": "F" if machine.password is None else "T",
            "time": str(int(machine.clock)),
        }
        del info["time" if generation == 2 else "serial"]
        return info

    def _renew_if_due(self) -> None:
        machine = self._machine
        if machine.touch_at is not None and now() >= machine.touch_at:
            machine.touch_at = None
            self._renew()

    def _renew(self) -> None:
        self.renew_session()
        self._slave_timestamp = struct.pack("<f", self._machine.clock)
        if self.slave_key is not None:
            self._slave_signature = self._machine.master_key.sign(
                self._slave_timestamp + self.slave_key.public_der
            )
