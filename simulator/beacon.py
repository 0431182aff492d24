"""What a device says of itself in its datagrams, and the keys that change while it runs.

Keeps what *touch me again* hangs on: slave key and slave timestamp (generation 1), session
(generation 2). Leaves sending to ``discovery.py``.
"""

import asyncio
import secrets
import struct
from typing import TYPE_CHECKING

from . import datagrams
from .keys import PLACEHOLDER_IDENTIFY, RsaKey, generate_slave_key

if TYPE_CHECKING:
    from .device import Device


class Beacon:
    """The announcing side of a device; ``boot`` before anything else."""

    def __init__(self, device: Device) -> None:
        """Start without having booted."""
        self._device = device
        self._slave: RsaKey | None = None
        self._slave_signature = b""
        self._identify = PLACEHOLDER_IDENTIFY
        self._booted = 0.0
        self._renew_at: float | None = None
        #: Of the latest boot or change of name, as its 32-bit float.
        self.slave_timestamp = 0.0
        self.session = bytes(8)

    async def boot(self) -> None:
        """Make what a device makes at each boot, in a thread: keys and signatures."""
        # Not two boots take the same time, so not two have the same slave timestamp.
        self._booted = _now() - 20 - secrets.randbelow(1 << 20) / (1 << 20)
        self._renew_at = None
        device = self._device
        if device.generation == 1:
            self._slave = await asyncio.to_thread(generate_slave_key)
        await self.sign_identity()
        self._renew_marks()
        await asyncio.to_thread(self._sign_slave_key)

    async def sign_identity(self) -> None:
        """Have the vendor sign who this is, as at the factory."""
        config = self._device.config
        if config.vendor_key is None:
            self._identify = PLACEHOLDER_IDENTIFY
            return
        self._identify = await asyncio.to_thread(
            config.vendor_key.sign_identity,
            config.serial,
            self._device.uuid_bytes,
            self._device.master_public_der,
            sha1=config.identify_hash == "sha1",
        )

    @property
    def clock(self) -> float:
        """The device's own clock: seconds since it booted."""
        return _now() - self._booted

    @property
    def slave_key(self) -> RsaKey | None:
        """The key of this boot (generation 1)."""
        return self._slave

    def renew_soon(self) -> None:
        """Have the next datagrams, after the usual lag, ask to be touched again."""
        self._renew_at = _now() + self._device.config.timing.name_lag

    def address_changed(self) -> None:
        """Take another session, which generation 2 does with another address."""
        self.session = secrets.token_bytes(8)

    def notify(self) -> bytes:
        """Return the notify of this moment."""
        self._renew_if_due()
        device = self._device
        status = device.status.block()
        if device.config.double_status:
            status += status
        if device.generation == 2:
            return datagrams.notify_v2(
                uuid=device.uuid_bytes, session=self.session, status=status
            )
        return datagrams.notify_v1(
            uuid=device.uuid_bytes,
            serial=device.config.serial,
            slave_timestamp=self.slave_timestamp,
            master_der=device.master_public_der,
            identify=self._identify,
            status=status,
        )

    def touch_reply(self) -> bytes:
        """Return the touch reply of this moment."""
        self._renew_if_due()
        device = self._device
        info = {
            "serial": device.config.serial,
            "ver": device.firmware,
            "model": device.config.model,
            "name": device.name,
            "pwd": "F" if device.password is None else "T",
            "time": str(int(self.clock)),
        }
        del info["time" if device.generation == 2 else "serial"]
        text = datagrams.info_text(info)
        if device.generation == 2 or self._slave is None:
            return datagrams.touch_reply_v2(
                uuid=device.uuid_bytes,
                master_der=device.master_public_der,
                identify=self._identify,
                info=text,
            )
        return datagrams.touch_reply_v1(
            uuid=device.uuid_bytes,
            slave_timestamp=self.slave_timestamp,
            slave_der=self._slave.public_der,
            slave_signature=self._slave_signature,
            info=text,
            info_signature=self._slave.sign(text),
        )

    def _renew_if_due(self) -> None:
        if self._renew_at is not None and _now() >= self._renew_at:
            self._renew_at = None
            self._renew_marks()
            self._sign_slave_key()

    def _renew_marks(self) -> None:
        self.session = secrets.token_bytes(8)
        (self.slave_timestamp,) = struct.unpack("<f", struct.pack("<f", self.clock))

    def _sign_slave_key(self) -> None:
        if self._slave is not None:
            self._slave_signature = self._device.master_key.sign(
                datagrams.slave_timestamp_bytes(self.slave_timestamp)
                + self._slave.public_der
            )


def _now() -> float:
    return asyncio.get_running_loop().time()
