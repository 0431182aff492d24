"""The two UDP sockets of discovery, and the ways they can fail (section 2, 9).

Knows socket options and addresses. Does not know what is in a datagram.

The *shared* socket sits on the well-known port beside whoever else listens
there (Beam Studio does), and is a member of the multicast group on every
interface. The *own* socket has a port of its own, so that answers to probes and
touches find back through NAT, bridges and routers, whoever shares the first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
import logging
import socket
from typing import override

from .datagram import GROUP, PORT
from .errors import ConnectionFailed, InvalidRequest

_LOGGER = logging.getLogger(__name__)

type Receive = Callable[[bytes, str], None]


class Sockets:
    """Both sockets, opened together and closed together."""

    def __init__(
        self, interfaces: Sequence[str], on_shared: Receive, on_own: Receive
    ) -> None:
        """Take the interfaces' IPv4 addresses and where datagrams go."""
        self._interfaces = tuple(interfaces)
        self._on_shared = on_shared
        self._on_own = on_own
        self._own: socket.socket | None = None
        self._shared: socket.socket | None = None
        self._joined: set[str] = set()
        self._transports: list[asyncio.DatagramTransport] = []

    async def open(self) -> None:
        """Open both sockets; ConnectionFailed if not even the own one opens.

        Without the shared one announcements are not heard, but probes still are
        answered, so that is a warning and no more.
        """
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            own.setblocking(False)
            own.bind(("", 0))
            await self._attach(own, self._on_own)
        except OSError as err:
            own.close()
            raise ConnectionFailed(f"cannot open a UDP socket: {err}") from err
        self._own = own
        try:
            await self._attach(self._open_shared(), self._on_shared)
        except OSError as err:
            _LOGGER.warning(
                "Cannot listen on UDP port %s (%s): devices are still found by probing",
                PORT,
                err,
            )

    def _open_shared(self) -> socket.socket:
        shared = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            shared.setblocking(False)
            shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if hasattr(socket, "SO_REUSEPORT"):
                shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            shared.bind(("", PORT))
        except OSError:
            shared.close()
            raise
        self._shared = shared
        self._join()
        return shared

    def _join(self) -> None:
        """Join the multicast group on every interface where that has not worked yet.

        Tried again with each question to the group: after a power cut this host is
        often up before its network is.
        """
        if self._shared is None:
            return
        for interface in self._interfaces:
            if interface in self._joined:
                continue
            membership = socket.inet_aton(GROUP) + socket.inet_aton(interface)
            try:
                self._shared.setsockopt(
                    socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership
                )
            except OSError as err:
                _LOGGER.debug("No multicast on interface %s: %s", interface, err)
            else:
                self._joined.add(interface)

    async def _attach(self, sock: socket.socket, receive: Receive) -> None:
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.create_datagram_endpoint(
                lambda: _Protocol(receive), sock=sock
            )
        except BaseException:
            sock.close()
            raise
        self._transports.append(transport)

    def send(self, data: bytes, host: str) -> bool:
        """Send one datagram to the well-known port of a host.

        A datagram may be lost on any wire; one that this host cannot even send
        (no route, full buffer) is lost in the same way.
        """
        if self._own is None:
            return False
        try:
            # A name here would be looked up while the event loop stands still.
            socket.inet_pton(socket.AF_INET, host)
            self._own.sendto(data, (host, PORT))
        except OSError as err:
            _LOGGER.debug("Cannot send to %s: %s", host, err)
            return False
        return True

    def send_to_group(self, data: bytes) -> None:
        """Send one datagram to the multicast group on every interface."""
        self._join()
        for interface in self._interfaces:
            if self._own is None:
                return
            try:
                self._own.setsockopt(
                    socket.IPPROTO_IP,
                    socket.IP_MULTICAST_IF,
                    socket.inet_aton(interface),
                )
            except OSError as err:
                _LOGGER.debug("No multicast on interface %s: %s", interface, err)
                continue
            self.send(data, GROUP)

    def close(self) -> None:
        """Close both sockets; nothing is received or sent from now on."""
        self._own = self._shared = None
        for transport in self._transports:
            transport.close()
        self._transports.clear()


class _Protocol(asyncio.DatagramProtocol):
    """Hand every datagram on with its sender's address."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._receive(data, addr[0])

    @override
    def error_received(self, exc: Exception) -> None:
        # An ICMP answer to an earlier datagram: the host has no such port now.
        _LOGGER.debug("UDP error: %s", exc)


async def resolve(host: str) -> str:
    """Return the IPv4 address of a host name or address.

    InvalidRequest (`host`, `unresolvable`) if there is none.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM
        )
    except (OSError, UnicodeError) as err:
        raise InvalidRequest(
            "host",
            "unresolvable",
            f"{host!r} is no IPv4 address and no known host name",
        ) from err
    return str(found[0][4][0])
