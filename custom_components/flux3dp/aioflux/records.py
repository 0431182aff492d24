"""What is known of one uuid at one address (protocol.md section 2).

A record belongs to a pair of uuid and address, so that a datagram forged or
replayed from elsewhere makes a record of its own and leaves the device's alone.
Knows how announcements and touch replies add up to a `DeviceInfo`; does not
know sockets or subscribers.
"""

from __future__ import annotations

from asyncio import TimerHandle
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
import time

from .datagram import DatagramError, NotifyV1, NotifyV2, TouchReplyV1, TouchReplyV2
from .device import DeviceInfo, DeviceStatus
from .identity import assess, load_rsa_public_key, rsa_signed
from .json_values import clean_text

_HAS_PASSWORD = "pwd"  # noqa: S105 - the name of a text, not a password


@dataclass(slots=True)
class Record:
    """One uuid at one address.

    `prefix` is the announcement's bytes before the status; while it stays the
    same nothing but the status can have changed. `heard` is in the loop's time.
    """

    uuid: str
    host: str
    version: int
    prefix: bytes | None = None
    status: DeviceStatus | None = None
    device: DeviceInfo | None = None
    heard: float = 0.0
    identify: bytes = field(default=b"", repr=False)
    announced_serial: str = ""
    announced_key: bytes = field(default=b"", repr=False)
    touch_wanted: bool = True
    touches_left: int = 0
    touch_timer: TimerHandle | None = None

    @property
    def touching(self) -> bool:
        """A touch of ours is on its way, and its answer welcome."""
        return self.touch_timer is not None

    def announce(self, notify: NotifyV1 | NotifyV2) -> None:
        """Take an announcement with a new prefix: it says "touch me again"."""
        self.version = notify.version
        self.prefix = notify.prefix
        self.status = notify.status
        self.touch_wanted = True
        if isinstance(notify, NotifyV1):
            self.announced_serial = notify.serial
            self.announced_key = notify.master_key
            self.identify = notify.identify

    def answer(
        self,
        reply: TouchReplyV1 | TouchReplyV2,
        vendor_keys: Sequence[bytes],
        pinned: bytes | None,
    ) -> bool:
        """Take the answer to our touch; whether the device is new or changed.

        DatagramError if it contradicts itself or the announcement before it.
        """
        if isinstance(reply, TouchReplyV1):
            device = self._describe_v1(reply, vendor_keys, pinned)
        else:
            device = self._describe_v2(reply, vendor_keys, pinned)
        self.version = reply.version
        self.touch_wanted = False
        changed = device != self.device
        self.device = device
        return changed

    def repin(self, vendor_keys: Sequence[bytes], pinned: bytes | None) -> None:
        """Judge the identity anew, after a pin was set or taken away."""
        if self.device is not None:
            identity = assess(
                serial=self.device.serial,
                uuid=self.uuid,
                master_key=self.device.master_key,
                identify=self.identify,
                vendor_keys=vendor_keys,
                pinned=pinned,
            )
            self.device = replace(self.device, identity=identity)

    def _describe_v1(
        self, reply: TouchReplyV1, vendor_keys: Sequence[bytes], pinned: bytes | None
    ) -> DeviceInfo:
        if not self.announced_key:
            # The reply is signed by a key that only the announcement carries.
            raise DatagramError("touch_before_notify")
        if not rsa_signed(self.announced_key, reply.key_signature, reply.signed_key):
            raise DatagramError("bad_signature")
        if not rsa_signed(reply.slave_key, reply.info_signature, reply.info_bytes):
            raise DatagramError("bad_signature")
        return self._describe(
            serial=self.announced_serial,
            master_key=self.announced_key,
            info=reply.info,
            version=1,
            vendor_keys=vendor_keys,
            pinned=pinned,
            slave_key=reply.slave_key,
            clock_offset=_clock_offset(reply.info.get("time", "")),
        )

    def _describe_v2(
        self, reply: TouchReplyV2, vendor_keys: Sequence[bytes], pinned: bytes | None
    ) -> DeviceInfo:
        if load_rsa_public_key(reply.master_key) is None:
            raise DatagramError("bad_key")
        self.identify = reply.identify
        return self._describe(
            serial=reply.info["serial"],
            master_key=reply.master_key,
            info=reply.info,
            version=2,
            vendor_keys=vendor_keys,
            pinned=pinned,
        )

    def _describe(
        self,
        *,
        serial: str,
        master_key: bytes,
        info: dict[str, str],
        version: int,
        vendor_keys: Sequence[bytes],
        pinned: bytes | None,
        slave_key: bytes | None = None,
        clock_offset: float | None = None,
    ) -> DeviceInfo:
        return DeviceInfo(
            uuid=self.uuid,
            serial=clean_text(serial),
            name=info["name"],
            model=info["model"],
            firmware=info["ver"],
            has_password=info[_HAS_PASSWORD] != "F",
            host=self.host,
            version=version,
            master_key=master_key,
            identity=assess(
                serial=serial,
                uuid=self.uuid,
                master_key=master_key,
                identify=self.identify,
                vendor_keys=vendor_keys,
                pinned=pinned,
            ),
            slave_key=slave_key,
            clock_offset=clock_offset,
        )


def _clock_offset(text: str) -> float | None:
    """Return the device's clock minus ours in seconds (section 8 needs it)."""
    try:
        return float(text) - time.time()
    except ValueError:
        return None
