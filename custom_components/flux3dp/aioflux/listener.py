"""Finds devices and receives what they announce (protocol.md section 2).

A device is known only by its answer to a touch of ours, and a datagram speaks only for
the address it came from: it informs and proves nothing. TLS does that (`handshake`).
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
import logging

from . import datagram
from .datagram import Broadcast, DatagramError, Notify
from .device import DeviceInfo, Identity
from .errors import InvalidRequest
from .identity import VENDOR_KEY
from .records import Allowance, Record, Records
from .sockets import Sockets, question, resolve
from .subscriptions import DeviceUpdate, Subscriptions, Unsubscribe
from .timing import DEFAULT_TIMING, Timing

_LOGGER = logging.getLogger(__name__)

# Bounds against a flood of forged datagrams: so many touches in the time of one, and
# as many probes, of each kind of sender. A home has a handful of devices.
_MAX_TOUCHES = 32

_RANK = {Identity.PINNED: 2, Identity.VERIFIED: 1, Identity.UNVERIFIED: 0}


@dataclass
class Counters:
    """Datagrams since the listener started, for diagnostics; `dropped` is by reason."""

    received: int = 0
    probes: int = 0
    touches: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def as_dict(self) -> dict[str, int | dict[str, int]]:
        """Return plain numbers, ready for JSON."""
        return {**vars(self), "dropped": dict(self.dropped)}


class Listener:
    """The one listener of a process."""

    def __init__(
        self,
        *,
        interfaces: Sequence[str] = ("0.0.0.0",),  # noqa: S104 - the system's default one
        vendor_keys: Sequence[bytes] = (VENDOR_KEY,),
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        """Set the IPv4 addresses of the interfaces to receive multicast on.

        `vendor_keys` are the DER public keys whose signature makes a device verified.
        """
        self.timing = timing
        self.counters = Counters()
        self._vendor_keys = tuple(vendor_keys)
        heard_shared = partial(self._heard, own=False)
        self._sockets = Sockets(
            interfaces, heard_shared, partial(self._heard, own=True)
        )
        self._records = Records()
        self._pins: dict[str, bytes] = {}
        self._subscriptions = Subscriptions(timing.find_probe_interval)
        period = timing.touch_attempts * timing.touch_interval
        self._allowances = defaultdict[str, Allowance](
            partial(Allowance, _MAX_TOUCHES, period)
        )

    async def start(self) -> None:
        """Open the sockets; ConnectionFailed if not even probing is possible."""
        await self._sockets.open()

    async def close(self) -> None:
        """Close the sockets, cancel every timer; closing twice is fine."""
        await self._sockets.close()
        for record in self._records:
            record.end_touch()
        self._subscriptions.clear()

    async def use_interfaces(self, interfaces: Sequence[str]) -> None:
        """Use the interfaces with these IPv4 addresses from now on.

        Call it now and then with what the system has: it joins the group again where an
        interface is new or was made again, and scans then. ConnectionFailed if not even
        probing is possible.
        """
        if await self._sockets.use(interfaces):
            self.scan()

    # -- what is known

    @property
    def devices(self) -> tuple[DeviceInfo, ...]:
        """Return the known devices, the most credible record of each uuid."""
        best: dict[str, tuple[tuple[int, float], DeviceInfo]] = {}
        for record in self._records:
            device = record.device
            if device is None or device.identity is Identity.MISMATCH:
                continue
            rank = (_RANK[device.identity], record.heard)
            if record.uuid not in best or rank > best[record.uuid][0]:
                best[record.uuid] = (rank, device)
        return tuple(device for _, device in best.values())

    def get(self, uuid: str, host: str | None = None) -> DeviceInfo | None:
        """Return a known device, at one address or the most credible one."""
        if host is None:
            return next((it for it in self.devices if it.uuid == uuid), None)
        record = self._records.get(bytes.fromhex(uuid), host)
        return record.device if record else None

    def pin(self, uuid: str, master_key: bytes, host: str | None = None) -> None:
        """Expect this master key (DER) from this uuid and no other.

        `host` is the address at which the device is set up: no flood of strangers takes
        its place in the table. Pin again when it has moved.
        """
        self._pins[uuid] = master_key
        self._repin(uuid, host)

    def unpin(self, uuid: str) -> None:
        """Remove the pin of this uuid."""
        self._pins.pop(uuid, None)
        self._repin(uuid, None)

    def _repin(self, uuid: str, host: str | None) -> None:
        self._records.set_home(bytes.fromhex(uuid), host)
        for record in self._records:
            if record.uuid == uuid:
                record.repin(self._pins.get(uuid))

    # -- subscriptions

    def subscribe(
        self,
        callback: Callable[[DeviceUpdate], None],
        *,
        uuid: str | None = None,
        host: str | None = None,
    ) -> Unsubscribe:
        """Call back for every update, of one uuid or from one address if given.

        Returns the function that ends it; calling that twice is fine.
        """
        hosts = None if host is None else (host,)
        return self._subscriptions.add(callback, uuid=uuid, hosts=hosts)

    # -- questions

    def probe(self, host: str, version: int | None = None) -> None:
        """Ask an IPv4 address which device is there; the answer arrives as an update.

        In both generations, because a device drops what is not its own, or in one.
        """
        for each in (version,) if version else datagram.VERSIONS:
            self.counters.probes += self._sockets.send(datagram.probe(each), host)

    def scan(self) -> None:
        """Ask on every interface which devices are there."""
        for version in datagram.VERSIONS:
            self._sockets.send_to_group(datagram.probe(version))
            self.counters.probes += 1

    def touch(self, uuid: str, host: str, version: int | None = None) -> None:
        """Ask a device at an address for its identity, even if that is known.

        In both generations, or in one: then only its answer counts. What was announced
        there last may be forged.
        """
        record = self._records.obtain(bytes.fromhex(uuid), host, version or 1)
        record.touch_wanted = True
        self._begin_touch(record, (version,) if version else datagram.VERSIONS)

    async def find(self, host: str, timeout: float | None = None) -> DeviceInfo:
        """Return the device at an IPv4 address or host name.

        A device with two interfaces may answer from the other one: then it is found at
        that address. Raises InvalidRequest (`host`, `unresolvable`), or DeviceNotFound
        after `timeout` seconds (default `Timing.find`), which include the resolver's.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + (self.timing.find if timeout is None else timeout)
        address = await resolve(host, end - loop.time())
        hosts = {address}

        def answered(data: bytes, sender: str) -> None:
            hosts.add(sender)
            self._heard(data, sender, own=True)

        async with question(answered) as send:

            def ask() -> None:
                for version in datagram.VERSIONS:
                    self.counters.probes += send(datagram.probe(version), address)

            return await self._subscriptions.wait_for_device(
                ask,
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

        Scans, and probes `hosts`, for where multicast does not reach. DeviceNotFound
        after `timeout` seconds (default `Timing.lookup`). A device with another master
        key than the pinned one is not the one.
        """
        probed = tuple(hosts)

        def ask() -> None:
            self.scan()
            for host in probed:
                self.probe(host)

        return await self._subscriptions.wait_for_device(
            ask,
            self.timing.lookup if timeout is None else timeout,
            f"no FLUX device with uuid {uuid} answers",
            lambda device, _: device.identity is not Identity.MISMATCH,
            uuid=uuid,
        )

    async def refresh(
        self,
        device: DeviceInfo,
        *,
        version: int | None = None,
        accept: Callable[[DeviceInfo], bool] = lambda _: True,
    ) -> DeviceInfo:
        """Return what a device answers to a touch now, where it was found.

        No announcement tells that a password was set or removed. `version` asks in
        another generation; `accept` decides which answer counts. DeviceNotFound after
        `Timing.find` seconds.
        """
        return await self._subscriptions.wait_for_device(
            lambda: self.touch(device.uuid, device.host, version or device.version),
            self.timing.find,
            f"no FLUX device with uuid {device.uuid} answers at {device.host}",
            lambda found, status: status is None and accept(found),
            uuid=device.uuid,
            hosts=(device.host,),
        )

    # -- datagrams

    def _heard(self, data: bytes, host: str, *, own: bool) -> None:
        """Handle one datagram, or count and drop it; `own`: from a port only we know."""
        self.counters.received += 1
        try:
            record = self._records.get(data[6:22], host)
            if record is not None and record.prefix is not None:
                status = datagram.status_of_known(data, record.prefix)
                if status is not None:
                    record.status = status
                    self._announced(record)
                    return
            self._handle(datagram.decode(data), host, own=own)
        except DatagramError as err:
            self.counters.dropped[str(err)] += 1
            _LOGGER.debug("Dropped a datagram from %s: %s", host, err)

    def _handle(self, message: datagram.Datagram, host: str, *, own: bool) -> None:
        uuid = bytes.fromhex(message.uuid)
        if isinstance(message, Broadcast):
            record = self._records.obtain(uuid, host, message.version)
            self._answer_broadcast(record, message.version)
            return
        if isinstance(message, Notify):
            record = self._records.obtain(uuid, host, message.version)
            record.announce(message)
            self._announced(record)
            return
        asked = self._records.get(uuid, host)
        if not own or asked is None or message.version not in asked.asked_versions:
            # An answer that was not asked for may be a replay.
            raise DatagramError("unasked_touch_reply")
        # One reply for one touch, whatever it is: the next may cost as much.
        asked.end_touch()
        before = asked.device
        device = asked.answer(message, self._vendor_keys, self._pins.get(message.uuid))
        asked.heard = _now()
        self._subscriptions.dispatch(
            DeviceUpdate(
                asked.uuid,
                host,
                message.version,
                None,
                device,
                changed=device != before,
            )
        )

    def _answer_broadcast(self, record: Record, version: int) -> None:
        """Probe a device that broadcasts, unless it was just heard or probed."""
        now = _now()
        if now - max(record.heard, record.probed) < self.timing.unheard:
            return
        if not record.is_home and not self._allowances["broadcast"].take(now):
            self.counters.dropped["too_many_broadcasts"] += 1
            return
        record.probed = now
        self.probe(record.host, version)

    def _announced(self, record: Record) -> None:
        self._records.heard(record, _now())
        wanted = record.touch_wanted and not record.asked_versions
        if wanted and self._may_touch(record):
            self._begin_touch(record, (record.version,))
        self._subscriptions.dispatch(
            DeviceUpdate(
                record.uuid,
                record.host,
                record.version,
                record.status,
                record.device,
                prefix=record.prefix or b"",
            )
        )

    # -- touches

    def _may_touch(self, record: Record) -> bool:
        """Return whether a touch for an announcement is within bounds.

        An announcement costs its sender nothing, and can be made up.
        """
        now = _now()
        if self._subscriptions.has_host(record.host):
            kind = "asked"
        elif now - record.touched < self.timing.touch_rest:
            return False
        elif record.is_home:
            return True
        else:
            kind = "moved" if record.uuid in self._pins else "stranger"
        if self._allowances[kind].take(now):
            return True
        self.counters.dropped["too_many_touches"] += 1
        return False

    def _begin_touch(self, record: Record, versions: tuple[int, ...]) -> None:
        record.end_touch()
        record.touched = _now()
        record.asked_versions = versions
        self._send_touch(record, self.timing.touch_attempts)

    def _send_touch(self, record: Record, attempts: int) -> None:
        """Send a touch, and again in case it or its answer gets lost."""
        if attempts == 0:
            record.end_touch()
            return
        for version in record.asked_versions:
            request = datagram.touch(version, record.uuid)
            self.counters.touches += self._sockets.send(request, record.host)
        record.touch_timer = asyncio.get_running_loop().call_later(
            self.timing.touch_interval, self._send_touch, record, attempts - 1
        )


def _now() -> float:
    return asyncio.get_running_loop().time()
