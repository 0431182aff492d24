"""The table of devices: what is known of each uuid at each address (section 2).

A record belongs to a pair of uuid and address: a datagram that was forged or replayed
from elsewhere makes a record of its own and leaves the device's alone.
"""

from asyncio import TimerHandle
from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from .datagram import DatagramError, Notify, TouchReply
from .device import DeviceInfo, DeviceStatus, Identity
from .identity import classify_identity, load_rsa_public_key, signed_by

MAX_STRANGERS = 256
"""Records kept of devices that are not set up; a home has a handful."""

_HAS_PASSWORD = "pwd"  # noqa: S105 - the name of a text, not a password


@dataclass(slots=True)
class Record:
    """One uuid at one address.

    `prefix` is the announcement's bytes before the status. `heard` (the last
    announcement), `probed` and `touched` are in the loop's time. `serial`, `master_key`
    and `identify` are as announced. `is_home`: a device is set up here.
    `asked_versions`: the generations whose answer to the current touch is accepted.
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
    serial: str = ""
    master_key: bytes = field(default=b"", repr=False)
    identify: bytes = field(default=b"", repr=False)
    is_home: bool = False
    touch_wanted: bool = True
    asked_versions: tuple[int, ...] = ()
    touch_timer: TimerHandle | None = None

    def announce(self, notify: Notify) -> None:
        """Apply an announcement with a new prefix: it says "touch me again"."""
        self.version = notify.version
        self.prefix = notify.prefix
        self.status = notify.status
        self.touch_wanted = True
        if notify.version == 1:
            self.serial = notify.serial
            self.master_key = notify.master_key
            self.identify = notify.identify

    def answer(
        self,
        reply: TouchReply,
        vendor_keys: Sequence[bytes],
        pinned: bytes | None,
    ) -> DeviceInfo:
        """Apply the answer to our touch; return the device it describes.

        A device with another key than the pinned one is returned and not kept: anyone
        can send that in the device's name. DatagramError if the answer contradicts
        itself or the announcement.
        """
        if reply.version == 1:
            master_key = _signer(reply, pinned, self.master_key)
            serial, identify = self.serial, self.identify
        else:
            master_key, identify = reply.master_key, reply.identify
            if load_rsa_public_key(master_key) is None:
                raise DatagramError("bad_key")
            serial = reply.info["serial"]
        signed = any(
            signed_by(key, serial, self.uuid, master_key, identify)
            for key in vendor_keys
        )
        device = DeviceInfo(
            uuid=self.uuid,
            serial=serial,
            name=reply.info["name"],
            model=reply.info["model"],
            firmware=reply.info["ver"],
            has_password=reply.info[_HAS_PASSWORD] != "F",
            host=self.host,
            version=reply.version,
            master_key=master_key,
            identity=classify_identity(master_key, signed=signed, pinned=pinned),
            signed=signed,
            slave_key=reply.slave_key,
        )
        known = self.device is not None and self.device.identity is Identity.PINNED
        # Then the device is touched again: it will contradict, or it has another key.
        self.touch_wanted = known and device.identity is not Identity.PINNED
        if not self.touch_wanted:
            self.version, self.device = reply.version, device
        return device

    def end_touch(self) -> None:
        """Ask no more, and accept no answer."""
        self.asked_versions = ()
        if self.touch_timer is not None:
            self.touch_timer.cancel()
            self.touch_timer = None

    def repin(self, pinned: bytes | None) -> None:
        """Classify the identity anew, after a pin was set or removed."""
        if (it := self.device) is not None:
            identity = classify_identity(it.master_key, signed=it.signed, pinned=pinned)
            self.device = replace(it, identity=identity)


def _signer(reply: TouchReply, pinned: bytes | None, announced: bytes) -> bytes:
    """Return the master key that signed a generation 1 reply; DatagramError if none did.

    The reply does not carry it. The announced one may be forged, the pinned one is not.
    """
    keys = [key for key in (pinned, announced) if key]
    if not keys:
        raise DatagramError("touch_before_notify")
    for key in keys:
        if reply.is_signed_by(key):
            return key
    raise DatagramError("bad_signature")


class Records:
    """Every record: room for each device that is set up, and for a few strangers.

    A device is set up at one address, its *home*. At any other address it is a stranger.
    """

    def __init__(self) -> None:
        self._homes: dict[bytes, str] = {}
        # In the order in which they were last heard.
        self._table: OrderedDict[tuple[bytes, str], Record] = OrderedDict()

    def __iter__(self) -> Iterator[Record]:
        return iter(self._table.values())

    def get(self, uuid: bytes, host: str) -> Record | None:
        """Return a record, None if there is none."""
        return self._table.get((uuid, host))

    def obtain(self, uuid: bytes, host: str, version: int) -> Record:
        """Return a record, a new one if there is none."""
        record = self.get(uuid, host)
        if record is None:
            record = Record(uuid.hex(), host, version)
            record.is_home = self._homes.get(uuid) == host
            if not record.is_home:
                self._make_room()
            self._table[uuid, host] = record
        return record

    def heard(self, record: Record, now: float) -> None:
        """Note the time of an announcement."""
        record.heard = now
        self._table.move_to_end((bytes.fromhex(record.uuid), record.host))

    def set_home(self, uuid: bytes, host: str | None) -> None:
        """Set where a device is set up; None: nowhere."""
        self._homes.pop(uuid, None)
        if host is not None:
            self._homes[uuid] = host
        for record in self:
            if record.uuid == uuid.hex():
                record.is_home = record.host == host

    def _make_room(self) -> None:
        """Drop the strangers least worth their room: unanswered, longest silent."""
        # More than one: a device that moved has left a stranger at each address.
        while len(self._table) >= MAX_STRANGERS + len(self._homes):
            unanswered = (it for it in self if not it.is_home and it.device is None)
            least = next(unanswered, None) or next(it for it in self if not it.is_home)
            del self._table[bytes.fromhex(least.uuid), least.host]
            least.end_touch()


class Allowance:
    """At most so many in any stretch of time."""

    def __init__(self, most: int, period: float) -> None:
        """Set how many, and the stretch of time in seconds."""
        self._period = period
        self._taken: deque[float] = deque(maxlen=most)

    def take(self, now: float) -> bool:
        """Take one, at a moment in the loop's time; False if there is none left."""
        taken = self._taken
        if len(taken) == taken.maxlen and now - taken[0] < self._period:
            return False
        taken.append(now)
        return True
