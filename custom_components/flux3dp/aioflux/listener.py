"""Who is on the network, and who wants to hear of it (protocol.md section 2).

One listener serves everybody. It knows sockets, probing, touching and the table
of devices; it takes nobody's word for an address: a device is known only by its
answer to a touch of ours, and a datagram only speaks for the address it came
from. What that means for trust is decided by whoever connects (`tls.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
import logging

from . import datagram
from .counters import Counters
from .datagram import Broadcast, DatagramError, NotifyV1, NotifyV2
from .device import DeviceInfo, Identity
from .errors import InvalidRequest
from .identity import VENDOR_KEY
from .records import Allowance, Record, Records
from .sightings import Audience, DeviceUpdate, Unsubscribe
from .sockets import Sockets, resolve
from .timing import DEFAULT_TIMING, Timing

_LOGGER = logging.getLogger(__name__)

# Bounds against a flood of forged datagrams: so many touches in the time of one, and
# as many probes, of each kind of sender. A home has a handful of devices.
_MAX_TOUCHES = 32

_RANK = {Identity.PINNED: 2, Identity.VERIFIED: 1, Identity.UNVERIFIED: 0}


class Listener:
    """The one listener of a process, shared by everybody who wants to hear."""

    def __init__(
        self,
        *,
        interfaces: Sequence[str] = ("0.0.0.0",),  # noqa: S104 - the system's default one
        vendor_keys: Sequence[bytes] = (VENDOR_KEY,),
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        """Take the IPv4 addresses of the interfaces to hear multicast on.

        `vendor_keys` are the DER public keys whose signature makes a device
        verified.
        """
        self.timing = timing
        self.counters = Counters()
        self._vendor_keys = tuple(vendor_keys)
        self._sockets = Sockets(interfaces, self._heard_shared, self._heard_own)
        self._records = Records(self._end_touch)
        self._pins: dict[str, bytes] = {}
        self._audience = Audience()
        period = timing.touch_attempts * timing.touch_interval
        self._for_asked = Allowance(_MAX_TOUCHES, period)
        self._for_moved = Allowance(_MAX_TOUCHES, period)
        self._for_strangers = Allowance(_MAX_TOUCHES, period)
        self._for_broadcasts = Allowance(_MAX_TOUCHES, period)

    # -- life

    async def start(self) -> None:
        """Open the sockets; ConnectionFailed if not even probing is possible."""
        await self._sockets.open()

    async def close(self) -> None:
        """Close the sockets and forget every timer; closing twice is fine."""
        await self._sockets.close()
        for record in self._records:
            self._end_touch(record)
        self._audience.clear()

    async def use_interfaces(self, interfaces: Sequence[str]) -> None:
        """Use the interfaces with these IPv4 addresses from now on.

        To be called now and then with what the system has: joins the group again
        where an interface is new or was made again, and asks there at once.
        ConnectionFailed if not even probing is possible.
        """
        if await self._sockets.use(interfaces):
            self.scan()

    # -- what is known

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        """The known devices, the most believable record of each uuid."""
        best: dict[str, Record] = {}
        for record in self._records:
            if record.device is None or record.device.identity is Identity.MISMATCH:
                continue
            known = best.get(record.uuid)
            if known is None or _believable(record) > _believable(known):
                best[record.uuid] = record
        return tuple(
            record.device for record in best.values() if record.device is not None
        )

    def get(self, uuid: str, host: str | None = None) -> DeviceInfo | None:
        """Return a known device, at one address or the most believable one."""
        if host is None:
            return next(
                (device for device in self.devices if device.uuid == uuid), None
            )
        record = self._records.get(bytes.fromhex(uuid), host)
        return record.device if record else None

    def subscribe(
        self,
        callback: Callable[[DeviceUpdate], None],
        *,
        uuid: str | None = None,
        host: str | None = None,
    ) -> Unsubscribe:
        """Call back for every sighting, of one uuid or from one address if given.

        Returns the function that ends it; calling that twice is fine.
        """
        hosts = None if host is None else (host,)
        return self._audience.subscribe(callback, uuid=uuid, hosts=hosts)

    def pin(self, uuid: str, master_key: bytes, host: str | None = None) -> None:
        """Expect this master key (DER) from this uuid and believe no other.

        `host` is the address at which the device is set up: no flood of strangers
        takes its place in the table. Pin again when it has moved.
        """
        self._pins[uuid] = master_key
        self._records.set_home(bytes.fromhex(uuid), host)
        self._repin(uuid)

    def unpin(self, uuid: str) -> None:
        """Forget what was pinned for this uuid."""
        self._pins.pop(uuid, None)
        self._records.set_home(bytes.fromhex(uuid), None)
        self._repin(uuid)

    def _repin(self, uuid: str) -> None:
        for record in self._records:
            if record.uuid == uuid:
                record.repin(self._vendor_keys, self._pins.get(uuid))

    # -- asking

    def probe(self, host: str) -> None:
        """Ask an address who is there; the answer arrives as a sighting.

        In both generations, because a device drops what is not its own. A host
        that is no IPv4 address loses the question: resolve names first.
        """
        for version in datagram.VERSIONS:
            self._probe(host, version)

    def _probe(self, host: str, version: int) -> None:
        self.counters.probes += self._sockets.send(datagram.probe(version), host)

    def scan(self) -> None:
        """Ask everybody on every interface who is there."""
        for version in datagram.VERSIONS:
            self._sockets.send_to_group(datagram.probe(version))
            self.counters.probes += 1

    def touch(self, uuid: str, host: str, version: int | None = None) -> None:
        """Ask a device at an address who it is, even if that is known.

        In both generations, or in one: then only its answer counts. What was
        announced there last may be forged.
        """
        record = self._records.obtain(bytes.fromhex(uuid), host, version or 1)
        record.touch_wanted = True
        self._begin_touch(record, (version,) if version else datagram.VERSIONS)

    async def find(self, host: str, timeout: float | None = None) -> DeviceInfo:
        """Return the device at an IPv4 address or host name.

        A device with two interfaces may answer from the other one: then it is found
        at that address. Raises InvalidRequest (`host`, `unresolvable`), or
        DeviceNotFound after `timeout` seconds (default `Timing.find`), which the
        resolver's time is part of.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + (self.timing.find if timeout is None else timeout)
        address = await resolve(host, end - loop.time())
        hosts = {address}

        def answered(data: bytes, sender: str) -> None:
            hosts.add(sender)
            self._heard_own(data, sender)

        async with self._sockets.question(answered) as send:

            def ask() -> None:
                for version in datagram.VERSIONS:
                    request = datagram.probe(version)
                    self.counters.probes += send(request, address)

            return await self._audience.wait_for_device(
                ask,
                self.timing.find_probe_interval,
                end - loop.time(),
                f"no FLUX device answers at {host}",
                hosts=hosts,
            )

    async def address_of(self, host: str) -> str | None:
        """Return the IPv4 address of a host name now; None if it has none."""
        try:
            return await resolve(host, self.timing.find)
        except InvalidRequest as err:
            _LOGGER.debug("No address: %s", err)
            return None

    async def lookup(
        self, uuid: str, timeout: float | None = None, hosts: Iterable[str] = ()
    ) -> DeviceInfo:
        """Return the device with a uuid, wherever it is.

        The network is asked, and `hosts` are probed besides, for where multicast
        does not reach. DeviceNotFound after `timeout` seconds (default
        `Timing.lookup`). A device with another master key than the pinned one
        is not the one looked for.
        """
        probed = tuple(hosts)

        def ask() -> None:
            self.scan()
            for host in probed:
                self.probe(host)

        return await self._audience.wait_for_device(
            ask,
            self.timing.find_probe_interval,
            self.timing.lookup if timeout is None else timeout,
            f"no FLUX device with uuid {uuid} answers",
            lambda device, _: device.identity is not Identity.MISMATCH,
            uuid=uuid,
        )

    async def refresh(
        self, device: DeviceInfo, timeout: float | None = None
    ) -> DeviceInfo:
        """Return what a device says of itself now, where it was found.

        No datagram tells of a password that was set or removed, so what was known of
        that is as old as the last touch. DeviceNotFound after `timeout` seconds
        (default `Timing.find`).
        """

        def ask() -> None:
            self.touch(device.uuid, device.host, device.version)

        return await self._audience.wait_for_device(
            ask,
            self.timing.find_probe_interval,
            self.timing.find if timeout is None else timeout,
            f"no FLUX device with uuid {device.uuid} answers at {device.host}",
            lambda _, status: status is None,  # It is the answer to a touch.
            uuid=device.uuid,
            hosts=(device.host,),
        )

    # -- hearing

    def _heard_shared(self, data: bytes, host: str) -> None:
        self._heard(data, host, own=False)

    def _heard_own(self, data: bytes, host: str) -> None:
        self._heard(data, host, own=True)

    def _heard(self, data: bytes, host: str, *, own: bool) -> None:
        """Take one datagram: understand it, or count and drop it."""
        self.counters.received += 1
        try:
            record = self._records.get(data[6:22], host)
            if record is not None and record.prefix is not None:
                status = datagram.status_of_known(data, record.prefix)
                if status is not None:
                    record.status = status
                    self._announced(record)
                    return
            self._understand(datagram.decode(data), host, own=own)
        except DatagramError as err:
            self.counters.dropped[err.reason] += 1
            _LOGGER.debug("Dropped a datagram from %s: %s", host, err.reason)

    def _understand(self, heard: datagram.Datagram, host: str, *, own: bool) -> None:
        uuid = bytes.fromhex(heard.uuid)
        if isinstance(heard, Broadcast):
            self._answer_broadcast(self._records.obtain(uuid, host, heard.version))
            return
        if isinstance(heard, NotifyV1 | NotifyV2):
            record = self._records.obtain(uuid, host, heard.version)
            record.announce(heard)
            self._announced(record)
            return
        asked = self._records.get(uuid, host)
        if (
            not own
            or asked is None
            or not asked.touching
            or heard.version not in asked.asked_versions
        ):
            # Whoever answers without being asked may be replaying somebody.
            raise DatagramError("unasked_touch_reply")
        # One reply for one touch, whatever it is: the next may cost as much.
        self._end_touch(asked)
        before = asked.device
        device = asked.answer(heard, self._vendor_keys, self._pins.get(heard.uuid))
        asked.heard = asyncio.get_running_loop().time()
        self._audience.tell(
            DeviceUpdate(
                asked.uuid, host, heard.version, None, device, changed=device != before
            )
        )

    def _answer_broadcast(self, record: Record) -> None:
        """Ask who broadcasts what it does, unless that is known, or was just asked."""
        now = asyncio.get_running_loop().time()
        if now - max(record.heard, record.probed) < self.timing.unheard:
            return
        if not record.is_home and not self._for_broadcasts.take(now):
            self.counters.dropped["too_many_broadcasts"] += 1
            return
        record.probed = now
        self._probe(record.host, record.version)

    def _announced(self, record: Record) -> None:
        self._records.heard(record, asyncio.get_running_loop().time())
        if record.touch_wanted and not record.touching and self._may_touch(record):
            self._begin_touch(record, (record.version,))
        self._audience.tell(
            DeviceUpdate(
                record.uuid,
                record.host,
                record.version,
                record.status,
                record.device,
                changed=False,
            )
        )

    # -- touches

    def _may_touch(self, record: Record) -> bool:
        """Whether a touch that was only announced for is within bounds.

        An announcement costs its sender nothing, and can be made up.
        """
        now = asyncio.get_running_loop().time()
        if self._audience.waits_for(record.host):
            allowance = self._for_asked
        elif now - record.touched < self.timing.touch_rest:
            return False
        elif record.is_home:
            return True
        else:
            moved = record.uuid in self._pins
            allowance = self._for_moved if moved else self._for_strangers
        if allowance.take(now):
            return True
        self.counters.dropped["too_many_touches"] += 1
        return False

    def _begin_touch(self, record: Record, versions: tuple[int, ...]) -> None:
        self._end_touch(record)
        record.touched = asyncio.get_running_loop().time()
        record.touches_left = self.timing.touch_attempts
        record.asked_versions = versions
        self._send_touch(record)

    def _send_touch(self, record: Record) -> None:
        """Send a touch and come back in case it or its answer gets lost."""
        if record.touches_left == 0:
            self._end_touch(record)
            return
        record.touches_left -= 1
        for version in record.asked_versions:
            request = datagram.touch(version, record.uuid)
            self.counters.touches += self._sockets.send(request, record.host)
        record.touch_timer = asyncio.get_running_loop().call_later(
            self.timing.touch_interval, self._send_touch, record
        )

    def _end_touch(self, record: Record) -> None:
        if record.touch_timer is not None:
            record.touch_timer.cancel()
            record.touch_timer = None


def _believable(record: Record) -> tuple[int, float]:
    identity = record.device.identity if record.device else Identity.MISMATCH
    return _RANK.get(identity, -1), record.heard
