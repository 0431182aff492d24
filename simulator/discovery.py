"""Discovery of a device: announcements, and answers to probes and touches (section 2).

Owns the UDP sockets and the tasks that announce. The bytes are made by ``beacon.py``.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial
import socket
from typing import TYPE_CHECKING

from . import datagrams
from .config import DISCOVERY_PORT
from .faults import damage
from .received import Datagram
from .udp_management import UdpManagement

if TYPE_CHECKING:
    from .device import Device

GROUP = "239.255.255.250"
_LOOPBACK = socket.inet_aton("127.0.0.1")
_PLAIN_REQUEST = 22
#: Seconds between two broadcasts, by the setting: seldom, often, never.
_BROADCASTS = {"L": 27.5, "A": 2.5, "N": None}


def _interface(address: str) -> bytes:
    """Return the interface to join the group on; loopback has one for all of 127.x."""
    return _LOOPBACK if address.startswith("127.") else socket.inet_aton(address)


class _Endpoint(asyncio.DatagramProtocol):
    """Hands over what comes in on a socket."""

    def __init__(self, heard: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        self._heard(data, (str(addr[0]), addr[1]))


class Discovery:
    """The sockets of a device that is on the network."""

    def __init__(self, device: Device) -> None:
        """Start closed."""
        self._device = device
        self._unicast: asyncio.DatagramTransport | None = None
        self._announcer: asyncio.DatagramTransport | None = None
        self._transports: list[asyncio.DatagramTransport] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._damaged = 0
        self._management = UdpManagement(device)

    async def open(self, address: str) -> None:
        """Listen at the address and begin to announce."""
        config = self._device.config
        self._unicast = await self._endpoint(
            _bound(address, DISCOVERY_PORT), self._heard
        )
        if config.other_address is not None:
            # Its route to the client leaves by the first interface: so do the answers.
            await self._endpoint(
                _bound(config.other_address, DISCOVERY_PORT), self._heard
            )
        if config.multicast:
            group = _bound(GROUP, DISCOVERY_PORT)
            group.setsockopt(
                socket.IPPROTO_IP,
                socket.IP_ADD_MEMBERSHIP,
                socket.inet_aton(GROUP) + _interface(address),
            )
            await self._endpoint(group, self._heard_in_group)
        # Announcements come from a port of their own, which answers as the other does.
        announcer = _bound(address, 0)
        announcer.setsockopt(
            socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address)
        )
        announcer.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self._announcer = await self._endpoint(announcer, self._heard_by_announcer)
        self._tasks.append(asyncio.create_task(self._announce_for_ever()))
        interval = config.broadcast_interval
        if (setting := self._device.settings.get("broadcast")) is not None:
            interval = _BROADCASTS[setting]
        if interval is not None:
            self._tasks.append(asyncio.create_task(self._broadcast_for_ever(interval)))

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
        """Send one notify to everybody."""
        device = self._device
        if device.faults.muted or self._announcer is None:
            return
        if device.config.multicast:
            self._send(self._announcer, device.beacon.notify(), (GROUP, DISCOVERY_PORT))
        if device.config.broadcast_notify:
            self._send(
                self._announcer,
                device.beacon.notify(),
                ("255.255.255.255", DISCOVERY_PORT),
            )
        device.player.announced()
        device.counters.notifies_sent += 1
        device.signal.pulse()

    async def _endpoint(
        self, sock: socket.socket, heard: Callable[[bytes, tuple[str, int]], None]
    ) -> asyncio.DatagramTransport:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Endpoint(heard), sock=sock
        )
        self._transports.append(transport)
        return transport

    async def _announce_for_ever(self) -> None:
        while True:
            self.announce()
            await asyncio.sleep(self._device.config.timing.notify)

    async def _broadcast_for_ever(self, interval: float) -> None:
        device = self._device
        while True:
            if self._announcer is not None and not device.faults.muted:
                data = datagrams.broadcast(
                    uuid=device.uuid_bytes, generation=device.generation
                )
                self._send(self._announcer, data, ("255.255.255.255", DISCOVERY_PORT))
                device.counters.broadcasts_sent += 1
                device.signal.pulse()
            await asyncio.sleep(interval)

    def _heard_in_group(self, data: bytes, sender: tuple[str, int]) -> None:
        # The group carries the announcements of all devices as well, our own among them.
        if len(data) == _PLAIN_REQUEST:
            self._heard(data, sender)

    def _heard(self, data: bytes, sender: tuple[str, int]) -> None:
        self._hear(data, sender, self._unicast)

    def _heard_by_announcer(self, data: bytes, sender: tuple[str, int]) -> None:
        self._hear(data, sender, self._announcer)

    def _hear(
        self,
        data: bytes,
        sender: tuple[str, int],
        by: asyncio.DatagramTransport | None,
    ) -> None:
        device = self._device
        device.received.datagrams.append(Datagram(data, sender))
        if by is not None and not device.faults.silent:
            self._answer(data, partial(self._send, by, to=sender))
        device.signal.pulse()

    def _answer(self, data: bytes, reply: Callable[[bytes], None]) -> None:
        device = self._device
        request = datagrams.parse_request(data)
        if request is None or request.version != device.generation:
            return
        if (
            request.action == datagrams.ACTION_NOTIFY
            and request.uuid == datagrams.ZERO_UUID
        ):
            reply(device.beacon.notify())
            device.player.announced()
            device.counters.probes_answered += 1
        elif (
            request.action == datagrams.ACTION_TOUCH
            and request.uuid == device.uuid_bytes
        ):
            reply(device.beacon.touch_reply())
            device.counters.touches_answered += 1
        elif device.config.udp_management and request.uuid == device.uuid_bytes:
            answer = self._management.answer(request.action, data[_PLAIN_REQUEST:])
            if answer is not None:
                reply(answer)

    def _send(
        self, transport: asyncio.DatagramTransport, data: bytes, to: tuple[str, int]
    ) -> None:
        if self._device.faults.garbage:
            self._damaged += 1
            data = damage(data, self._damaged)
        with suppress(OSError):
            transport.sendto(data, to)


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
