"""What is known of each uuid at each address (protocol.md section 2).

A record belongs to a pair of uuid and address, so that a datagram forged or
replayed from elsewhere makes a record of its own and leaves the device's alone.
Knows how announcements and touch replies add up to a `DeviceInfo`, and for whom
there is room; does not know sockets or subscribers.
"""

from __future__ import annotations

from asyncio import TimerHandle
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
import time

from .datagram import DatagramError, NotifyV1, NotifyV2, TouchReplyV1, TouchReplyV2
from .device import DeviceInfo, DeviceStatus, Identity
from .identity import classify_identity, load_rsa_public_key, rsa_signed
from .util import clean_text

MAX_STRANGERS = 256
"""Records kept of devices that are not set up; a home has a handful."""

_HAS_PASSWORD = "pwd"  # noqa: S105 - the name of a text, not a password


@dataclass(slots=True)
class Record:
    """One uuid at one address.

    `prefix` is the announcement's bytes before the status; while it stays the
    same nothing but the status can have changed. `heard` (the last announcement),
    `probed` and `touched` are in the loop's time. `is_home`: a device is set up
    here. `asked_versions` are the generations whose answer to the touch under way
    is welcome.
    """

    uuid: str
    host: str
    version: int
    prefix: bytes | None = None
    status: DeviceStatus | None = None
    device: DeviceInfo | None = None
    heard: float = float("-inf")
    probed: float = float("-inf")
    touched: float = float("-inf")
    identify: bytes = field(default=b"", repr=False)
    announced_serial: str = ""
    announced_key: bytes = field(default=b"", repr=False)
    is_home: bool = False
    touch_wanted: bool = True
    asked_versions: tuple[int, ...] = ()
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
    ) -> DeviceInfo:
        """Take the answer to our touch; return the device it describes.

        Another key than the pinned one is told and not kept: anybody can send it
        in the device's name. DatagramError if it contradicts itself or the
        announcement before it.
        """
        if isinstance(reply, TouchReplyV1):
            device = self._describe_v1(reply, vendor_keys, pinned)
        else:
            device = self._describe_v2(reply, vendor_keys, pinned)
        known = self.device is not None and self.device.identity is Identity.PINNED
        # Then the device is touched again: it will contradict, or it has another key.
        self.touch_wanted = known and device.identity is not Identity.PINNED
        if not self.touch_wanted:
            self.version = reply.version
            self.device = device
        return device

    def repin(self, vendor_keys: Sequence[bytes], pinned: bytes | None) -> None:
        """Judge the identity anew, after a pin was set or taken away."""
        if self.device is not None:
            identity = classify_identity(
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
        # The reply is signed by a key that only the announcement carries, and that
        # may be forged; the pinned one is not.
        master_key = next(
            (
                key
                for key in (pinned, self.announced_key)
                if key and rsa_signed(key, reply.key_signature, reply.signed_key)
            ),
            None,
        )
        if master_key is None:
            raise DatagramError(
                "bad_signature"
                if pinned or self.announced_key
                else "touch_before_notify"
            )
        if not rsa_signed(reply.slave_key, reply.info_signature, reply.info_bytes):
            raise DatagramError("bad_signature")
        return self._describe(
            serial=self.announced_serial,
            master_key=master_key,
            identify=self.identify,
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
            identify=reply.identify,
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
        identify: bytes,
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
            identity=classify_identity(
                serial=serial,
                uuid=self.uuid,
                master_key=master_key,
                identify=identify,
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


class Records:
    """The table of records: room for every device that is set up, and for a few more.

    A device is set up at one address, its *home*. Whoever announces it from another
    one is a stranger like any other until that address has proved to be its own.
    """

    def __init__(self, on_dropped: Callable[[Record], None]) -> None:
        """Begin empty; `on_dropped` gets each record that has to make room."""
        self._on_dropped = on_dropped
        self._homes: dict[tuple[bytes, str], Record | None] = {}
        # In the order in which they were last heard.
        self._strangers: OrderedDict[tuple[bytes, str], Record] = OrderedDict()

    def __iter__(self) -> Iterator[Record]:
        """Go through every record."""
        yield from (record for record in self._homes.values() if record is not None)
        yield from self._strangers.values()

    def get(self, uuid: bytes, host: str) -> Record | None:
        """Return a record, None if there is none."""
        key = (uuid, host)
        return self._homes.get(key) or self._strangers.get(key)

    def obtain(self, uuid: bytes, host: str, version: int) -> Record:
        """Return a record, made if need be."""
        record = self.get(uuid, host)
        if record is None:
            record = Record(uuid.hex(), host, version)
            self._keep((uuid, host), record)
        return record

    def heard(self, record: Record, now: float) -> None:
        """Take note of an announcement."""
        record.heard = now
        if not record.is_home:
            self._strangers.move_to_end((bytes.fromhex(record.uuid), record.host))

    def set_home(self, uuid: bytes, host: str | None) -> None:
        """Say where a device is set up; None: nowhere."""
        for key in [key for key in self._homes if key[0] == uuid and key[1] != host]:
            if (left := self._homes.pop(key)) is not None:
                self._keep(key, left)
        if host is not None and (key := (uuid, host)) not in self._homes:
            self._homes[key] = None
            if (found := self._strangers.pop(key, None)) is not None:
                self._keep(key, found)

    def _keep(self, key: tuple[bytes, str], record: Record) -> None:
        record.is_home = key in self._homes
        if record.is_home:
            self._homes[key] = record
            return
        if len(self._strangers) >= MAX_STRANGERS:
            self._on_dropped(self._strangers.pop(self._least()))
        self._strangers[key] = record

    def _least(self) -> tuple[bytes, str]:
        """Return the stranger least worth its room: unanswered, longest silent."""
        return next(
            (key for key, record in self._strangers.items() if record.device is None),
            next(iter(self._strangers)),
        )


class Allowance:
    """So many at most in any stretch of time."""

    def __init__(self, most: int, period: float) -> None:
        """Take how many, and the stretch of time in seconds."""
        self._period = period
        self._taken: deque[float] = deque(maxlen=most)

    def take(self, now: float) -> bool:
        """Take one, at a moment in the loop's time; False if there is none left."""
        taken = self._taken
        if len(taken) == taken.maxlen and now - taken[0] < self._period:
            return False
        taken.append(now)
        return True
