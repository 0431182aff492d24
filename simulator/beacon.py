"""What a device says of itself in its datagrams, and what makes clients touch it again.

That is the slave key with its timestamp (generation 1) and the session (generation 2).
"""

import secrets
import struct

from . import datagrams
from .datagrams import HEADER
from .keys import PLACEHOLDER_IDENTIFY, RsaKey, slave_key
from .machine import Machine, now

_SIZES = struct.Struct("<fHH")


class Beacon:
    """The announcing side of a device; ``boot`` before anything else."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._slave_signature = b""
        #: The key of this boot (generation 1).
        self.slave_key: RsaKey | None = None
        #: Who it is, signed by the vendor.
        self.identify = PLACEHOLDER_IDENTIFY
        #: Of the latest boot or change of name, as its 32-bit float.
        self.slave_timestamp = 0.0
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
        if machine.config.double_status:
            status += status
        if machine.generation == 2:
            return datagrams.notify_v2(uuid=uuid, session=self.session, status=status)
        master = machine.master_public_der
        return b"".join(
            (
                HEADER.pack(datagrams.MAGIC, 1, datagrams.ACTION_NOTIFY, uuid),
                machine.config.serial.encode("ascii"),
                _SIZES.pack(self.slave_timestamp, len(master), len(self.identify)),
                master,
                self.identify,
                status,
            )
        )

    def touch_reply(self) -> bytes:
        """Return the touch reply of this moment."""
        self._renew_if_due()
        machine, slave = self._machine, self.slave_key
        info = {
            "serial": machine.config.serial,
            "ver": machine.firmware,
            "model": machine.config.model,
            "name": machine.name,
            "pwd": "F" if machine.password is None else "T",
            "time": str(int(machine.clock)),
        }
        del info["time" if machine.generation == 2 else "serial"]
        text = datagrams.info_text(info)
        if machine.generation == 2 or slave is None:
            return datagrams.touch_reply_v2(
                uuid=machine.uuid_bytes,
                master_der=machine.master_public_der,
                identify=self.identify,
                info=text,
            )
        signature = self._slave_signature
        action = datagrams.ACTION_TOUCH_REPLY
        return b"".join(
            (
                HEADER.pack(datagrams.MAGIC, 1, action, machine.uuid_bytes),
                _SIZES.pack(
                    self.slave_timestamp, len(slave.public_der), len(signature)
                ),
                slave.public_der,
                signature,
                struct.pack("<H", len(text)),
                text,
                slave.sign(text),
            )
        )

    def _renew_if_due(self) -> None:
        machine = self._machine
        if machine.touch_at is not None and now() >= machine.touch_at:
            machine.touch_at = None
            self._renew()

    def _renew(self) -> None:
        self.renew_session()
        timestamp = struct.pack("<f", self._machine.clock)
        (self.slave_timestamp,) = struct.unpack("<f", timestamp)
        if self.slave_key is not None:
            self._slave_signature = self._machine.master_key.sign(
                timestamp + self.slave_key.public_der
            )
