"""Discovery of a device: announcements, and answers to probes and touches (section 2).

Owns the UDP sockets and the tasks that announce. The bytes are made by ``datagrams.py``.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
import socket

from . import datagrams
from .config import DISCOVERY_PORT
from .datagrams import Beacon
from .faults import damage
from .machine import Datagram, Machine, cancel

GROUP = "239.255.255.250"
_EVERYONE = "255.255.255.255"
#: Seconds between two broadcasts, by the setting: seldom, often, never.
_BROADCASTS = {"L": 27.5, "A": 2.5, "N": None}


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
        self._unicast: socket.socket | None = None
        self._announcer: socket.socket | None = None
        self._sockets: list[socket.socket] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._damaged = 0

    def open(self, address: str) -> None:
        """Listen at the address and begin to announce."""
        machine, config = self._machine, self._machine.config
        self._unicast = self._bind(address, DISCOVERY_PORT)
        self._listen(self._unicast, self._unicast)
        if config.other_address is not None:
            # Its route to the client leaves by the first interface: so do the answers.
            other = self._bind(config.other_address, DISCOVERY_PORT)
            self._listen(other, self._unicast)
        if config.multicast:
            group = self._bind(GROUP, DISCOVERY_PORT)
            # Loopback is one interface for all of 127.x.
            interface = "127.0.0.1" if address.startswith("127.") else address
            group.setsockopt(
                socket.IPPROTO_IP,
                socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton(GROUP) + socket.inet_aton(interface),
            )
            self._listen(group, self._unicast, in_group=True)
        # Announcements come from a port of their own, which answers as the other does.
        self._announcer = self._bind(address, 0)
        self._announcer.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address)
        )
        self._announcer.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._listen(self._announcer, self._announcer)
        self._repeat(self.announce, config.timing.notify)
        setting = machine.settings.get("broadcast") or "N"
        if (interval := _BROADCASTS[setting]) is not None:
            self._repeat(self._broadcast, interval)

    async def close(self) -> None:
        """Fall silent."""
        await cancel(*self._tasks)
        self._tasks.clear()
        for sock in self._sockets:
            asyncio.get_running_loop().remove_reader(sock)
            sock.close()
        self._sockets.clear()
        self._unicast = self._announcer = None

    def announce(self) -> None:
        """Send one notify to everyone."""
        machine = self._machine
        if machine.faults.muted or self._announcer is None:
            return
        if machine.config.multicast:
            self._send(self._announcer, self._beacon.notify(), (GROUP, DISCOVERY_PORT))
        self._announced()
        machine.counters.notifies_sent += 1
        machine.pulse()

    def _broadcast(self) -> None:
        machine = self._machine
        if self._announcer is None or machine.faults.muted:
            return
        data = datagrams.broadcast(
            uuid=machine.uuid_bytes, generation=machine.generation
        )
        self._send(self._announcer, data, (_EVERYONE, DISCOVERY_PORT))
        machine.counters.broadcasts_sent += 1
        machine.pulse()

    def _repeat(self, what: Callable[[], None], interval: float) -> None:
        async def repeat() -> None:
            while True:
                what()
                await asyncio.sleep(interval)

        self._tasks.append(self._machine.spawn(repeat()))

    def _bind(self, address: str, port: int) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sockets.append(sock)
        sock.setblocking(False)
        # Clients, and other devices, share the port.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        sock.bind((address, port))
        return sock

    def _listen(
        self, sock: socket.socket, by: socket.socket, *, in_group: bool = False
    ) -> None:
        """Take what comes in on a socket; the answers leave by another, or the same."""

        def receive() -> None:
            try:
                data, sender = sock.recvfrom(65535)
            except OSError:
                return
            # The group carries the announcements of all devices as well, our own among them.
            if in_group and len(data) != datagrams.HEADER.size:
                return
            self._machine.received.datagrams.append(Datagram(data, sender))
            self._carry(by, partial(self._take, by, data, sender))
            self._machine.pulse()

        asyncio.get_running_loop().add_reader(sock, receive)

    def _take(self, by: socket.socket, data: bytes, sender: tuple[str, int]) -> None:
        machine = self._machine
        request = datagrams.parse_request(data)
        if (
            request is not None
            and request.version == machine.generation
            and not machine.faults.silent
            and (reply := self._reply(request)) is not None
        ):
            self._send(by, reply, sender)
        machine.pulse()

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

    def _send(self, by: socket.socket, data: bytes, to: tuple[str, int]) -> None:
        if self._machine.faults.garbage:
            self._damaged += 1
            data = damage(data, self._damaged)

        def send() -> None:
            with suppress(OSError):
                by.sendto(data, to)

        self._carry(by, send)

    def _carry(self, by: socket.socket, arrive: Callable[[], None]) -> None:
        """Bring a datagram to its other end, as the network is, unless we left it meanwhile."""

        def due() -> None:
            if by.fileno() != -1:
                arrive()

        for after in self._machine.faults.weather.arrivals():
            if after:
                asyncio.get_running_loop().call_later(after, due)
            else:
                due()
