"""Discovery of a device: announcements, and answers to probes and touches (section 2).

Owns the UDP sockets and the tasks that announce. The bytes are made by ``beacon.py``.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
import socket

from . import datagrams
from .beacon import Beacon
from .config import DISCOVERY_PORT
from .faults import damage
from .machine import Datagram, Machine

GROUP = "239.255.255.250"
_EVERYONE = "255.255.255.255"
#: Seconds between two broadcasts, by the setting: seldom, often, never.
_BROADCASTS = {"L": 27.5, "A": 2.5, "N": None}


class _Endpoint(asyncio.DatagramProtocol):
    """Hands over what comes in on a socket."""

    def __init__(self, received: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._received = received

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self._received(data, (str(addr[0]), addr[1]))


class Discovery:
    """The sockets of a device that is on the network."""

    def __init__(
        self,
        machine: Machine,
        beacon: Beacon,
        *,
        announced: Callable[[], None],
        manage: Callable[[int, bytes], bytes | None],
    ) -> None:
        """Start closed.

        ``announced`` is called with each notify that leaves, ``manage`` answers the requests of
        section 8.
        """
        self._machine = machine
        self._beacon = beacon
        self._announced = announced
        self._manage = manage
        self._unicast: asyncio.DatagramTransport | None = None
        self._announcer: asyncio.DatagramTransport | None = None
        self._transports: list[asyncio.DatagramTransport] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._damaged = 0

    async def open(self, address: str) -> None:
        """Listen at the address and begin to announce."""
        config = self._machine.config
        self._unicast = await self._endpoint(
            _bound(address, DISCOVERY_PORT), self._receive
        )
        if config.other_address is not None:
            # Its route to the client leaves by the first interface: so do the answers.
            await self._endpoint(
                _bound(config.other_address, DISCOVERY_PORT), self._receive
            )
        if config.multicast:
            group = _bound(GROUP, DISCOVERY_PORT)
            # Loopback is one interface for all of 127.x.
            interface = "127.0.0.1" if address.startswith("127.") else address
            group.setsockopt(
                socket.IPPROTO_IP,
                socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton(GROUP) + socket.inet_aton(interface),
            )
            await self._endpoint(group, self._receive_in_group)
        # Announcements come from a port of their own, which answers as the other does.
        announcer = _bound(address, 0)
        announcer.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address)
        )
        announcer.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._announcer = await self._endpoint(
            announcer, partial(self._receive, at_announcer=True)
        )
        self._tasks.append(asyncio.create_task(self._announce_forever()))
        interval = config.broadcast_interval
        if (setting := self._machine.settings.get("broadcast")) is not None:
            interval = _BROADCASTS[setting]
        if interval is not None:
            self._tasks.append(asyncio.create_task(self._broadcast_forever(interval)))

    async def close(self) -> None:
        """Fall silent."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        for transport in self._transports:
            transport.close()
        self._transports.clear()
        self._unicast = self._announcer = None
        # A transport closes its socket in the next turn of the loop.
        await asyncio.sleep(0)

    def announce(self) -> None:
        """Send one notify to everyone."""
        machine = self._machine
        if machine.faults.muted or self._announcer is None:
            return
        if machine.config.multicast:
            self._send(self._announcer, self._beacon.notify(), (GROUP, DISCOVERY_PORT))
        if machine.config.broadcast_notify:
            self._send(
                self._announcer, self._beacon.notify(), (_EVERYONE, DISCOVERY_PORT)
            )
        self._announced()
        machine.counters.notifies_sent += 1
        machine.signal.pulse()

    async def _endpoint(
        self, sock: socket.socket, received: Callable[[bytes, tuple[str, int]], None]
    ) -> asyncio.DatagramTransport:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Endpoint(received), sock=sock
        )
        self._transports.append(transport)
        return transport

    async def _announce_forever(self) -> None:
        while True:
            self.announce()
            await asyncio.sleep(self._machine.config.timing.notify)

    async def _broadcast_forever(self, interval: float) -> None:
        machine = self._machine
        while True:
            if self._announcer is not None and not machine.faults.muted:
                data = datagrams.broadcast(
                    uuid=machine.uuid_bytes, generation=machine.generation
                )
                self._send(self._announcer, data, (_EVERYONE, DISCOVERY_PORT))
                machine.counters.broadcasts_sent += 1
                machine.signal.pulse()
            await asyncio.sleep(interval)

    def _receive_in_group(self, data: bytes, sender: tuple[str, int]) -> None:
        # The group carries the announcements of all devices as well, our own among them.
        if len(data) == datagrams.HEADER.size:
            self._receive(data, sender)

    def _receive(
        self, data: bytes, sender: tuple[str, int], *, at_announcer: bool = False
    ) -> None:
        machine = self._machine
        transport = self._announcer if at_announcer else self._unicast
        machine.received.datagrams.append(Datagram(data, sender))
        self._carry(partial(self._take, transport, data, sender))
        machine.signal.pulse()

    def _take(
        self,
        transport: asyncio.DatagramTransport | None,
        data: bytes,
        sender: tuple[str, int],
    ) -> None:
        machine = self._machine
        request = datagrams.parse_request(data)
        if (
            request is not None
            and request.version == machine.generation
            and transport is not None
            and not transport.is_closing()
            and not machine.faults.silent
            and (reply := self._reply(request)) is not None
        ):
            self._send(transport, reply, sender)
        machine.signal.pulse()

    def _carry(self, arrive: Callable[[], None]) -> None:
        """Bring a datagram to its other end, as the network is."""
        for after in self._machine.faults.weather.arrivals():
            if after:
                asyncio.get_running_loop().call_later(after, arrive)
            else:
                arrive()

    def _reply(self, request: datagrams.Request) -> bytes | None:
        machine = self._machine
        match request.action:
            case datagrams.ACTION_NOTIFY if request.uuid == datagrams.ZERO_UUID:
                self._announced()
                machine.counters.probes_answered += 1
                return self._beacon.notify()
            case _ if request.uuid != machine.uuid_bytes:
                return None
            case datagrams.ACTION_TOUCH:
                machine.counters.touches_answered += 1
                return self._beacon.touch_reply()
        if machine.config.udp_management:
            return self._manage(request.action, request.body)
        return None

    def _send(
        self, transport: asyncio.DatagramTransport, data: bytes, to: tuple[str, int]
    ) -> None:
        if self._machine.faults.garbage:
            self._damaged += 1
            data = damage(data, self._damaged)

        def arrive() -> None:
            if not transport.is_closing():
                with suppress(OSError):
                    transport.sendto(data, to)

        self._carry(arrive)


def _bound(address: str, port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        # Clients, and other devices, share the port.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    return sock
