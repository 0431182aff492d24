"""The two UDP sockets of discovery, and the ways they can fail (section 2, 9).

Knows socket options and addresses. Does not know what is in a datagram.

The *shared* socket sits on the well-known port beside whoever else listens
there (Beam Studio does), and is a member of the multicast group on every
interface. The *own* socket has a port of its own, so that answers to probes and
touches find back through NAT, bridges and routers, whoever shares the first.
A question to one address has a socket to itself, for as long as it is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
import errno
import logging
import socket
from typing import override

from .datagram import GROUP, PORT
from .errors import ConnectionFailed, InvalidRequest

_LOGGER = logging.getLogger(__name__)

type Receive = Callable[[bytes, str], None]
type Send = Callable[[bytes, str], bool]


class Sockets:
    """Both sockets, opened together and closed together."""

    def __init__(
        self, interfaces: Sequence[str], on_shared: Receive, on_own: Receive
    ) -> None:
        """Take the interfaces' IPv4 addresses and where datagrams go."""
        self._interfaces = frozenset(interfaces)
        self._on_shared = on_shared
        self._on_own = on_own
        self._own: _Endpoint | None = None
        self._shared: _Endpoint | None = None
        self._closed = False
        self._warned = False

    async def open(self) -> None:
        """Open both sockets; ConnectionFailed if not even the own one opens.

        Without the shared one announcements are not heard, but probes still are
        answered, so that is a warning and no more.
        """
        self._own = await _open_own(self._on_own)
        await self._open_shared()

    async def use(self, interfaces: Iterable[str]) -> bool:
        """Use these interfaces from now on; whether devices should be asked anew.

        They should if a group was joined, and as long as the shared socket is
        missing. Costs one refused system call for each interface if all is as it
        was. Opens what did not open before: another program gave the port back.
        ConnectionFailed as `open`.
        """
        if self._closed:
            return False
        if self._own is None:
            self._own = await _open_own(self._on_own)
        wanted = frozenset(interfaces)
        if wanted == self._interfaces and self._shared is not None and not self._join():
            return False
        self._interfaces = wanted
        # A system allows a socket only some memberships, and an interface that was
        # removed still holds one: a new socket has none.
        if self._shared is not None:
            await self._shared.close()
            self._shared = None
        await self._open_shared()
        return True

    async def _open_shared(self) -> None:
        """Open the shared socket and join; without it there is a warning, once."""
        try:
            shared = _shared_socket()
        except OSError as err:
            if not self._warned:
                self._warned = True
                _LOGGER.warning(
                    "Cannot listen on UDP port %s (%s): devices are still found by "
                    "probing",
                    PORT,
                    err,
                )
            return
        self._shared = await _attach(shared, self._on_shared)
        self._join()
        if self._closed:
            await self._shared.close()
        elif self._warned:
            self._warned = False
            _LOGGER.info("Listening on UDP port %s again", PORT)

    def _join(self) -> bool:
        """Join the multicast group on every interface; whether one was not joined.

        Tried again with each question to the group: after a power cut this host is
        often up before its network is, and an interface that is made again is
        another one for the system.
        """
        joined = False
        if self._shared is None:
            return joined
        for interface in self._interfaces:
            try:
                membership = socket.inet_aton(GROUP) + socket.inet_aton(interface)
                self._shared.sock.setsockopt(
                    socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership
                )
            except OSError as err:
                if err.errno != errno.EADDRINUSE:  # Joined already.
                    _LOGGER.debug("No multicast on interface %s: %s", interface, err)
            else:
                joined = True
        return joined

    def send(self, data: bytes, host: str) -> bool:
        """Send one datagram to the well-known port of a host.

        A datagram may be lost on any wire; one that this host cannot even send
        (no route, full buffer) is lost in the same way.
        """
        return self._own is not None and self._own.send(data, host)

    def send_to_group(self, data: bytes) -> None:
        """Send one datagram to the multicast group on every interface."""
        self._join()
        for interface in self._interfaces:
            if self._own is None:
                return
            try:
                self._own.sock.setsockopt(
                    socket.IPPROTO_IP,
                    socket.IP_MULTICAST_IF,
                    socket.inet_aton(interface),
                )
            except OSError as err:
                _LOGGER.debug("No multicast on interface %s: %s", interface, err)
                continue
            self.send(data, GROUP)

    @asynccontextmanager
    async def question(self, receive: Receive) -> AsyncIterator[Send]:
        """Lend a socket for one question, with the function that sends from it.

        Whatever arrives there is an answer, whichever address it comes from: a
        device with two interfaces answers from either. ConnectionFailed if no
        socket opens.
        """
        endpoint = await _open_own(receive)
        try:
            yield endpoint.send
        finally:
            await endpoint.close()

    async def close(self) -> None:
        """Close both sockets for good; nothing is received or sent from now on."""
        self._closed = True
        own, shared = self._own, self._shared
        self._own = self._shared = None
        for endpoint in (own, shared):
            if endpoint is not None:
                await endpoint.close()


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """A socket that the event loop reads."""

    sock: socket.socket
    transport: asyncio.DatagramTransport

    def send(self, data: bytes, host: str) -> bool:
        """Send one datagram to the well-known port; False if it cannot be sent."""
        try:
            # A name here would be looked up while the event loop stands still.
            socket.inet_pton(socket.AF_INET, host)
            self.sock.sendto(data, (host, PORT))
        except OSError as err:
            _LOGGER.debug("Cannot send to %s: %s", host, err)
            return False
        return True

    async def close(self) -> None:
        """Close the socket."""
        self.transport.close()
        # Transports close their sockets in the next turn of the loop.
        await asyncio.sleep(0)


async def _open_own(receive: Receive) -> _Endpoint:
    """Open a socket with a port of its own. Raises ConnectionFailed."""
    try:
        own = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            own.setblocking(False)
            own.bind(("", 0))
        except OSError:
            own.close()
            raise
    except OSError as err:
        raise ConnectionFailed(f"cannot open a UDP socket: {err}") from err
    return await _attach(own, receive)


def _shared_socket() -> socket.socket:
    """Return a socket on the well-known port, beside others. Raises OSError."""
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
    return shared


async def _attach(sock: socket.socket, receive: Receive) -> _Endpoint:
    """Have the event loop read a socket."""
    loop = asyncio.get_running_loop()
    try:
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Protocol(receive), sock=sock
        )
    except BaseException:
        sock.close()
        raise
    return _Endpoint(sock, transport)


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


def is_address(host: str) -> bool:
    """Whether a host is an IPv4 address, and nothing that has to be looked up."""
    try:
        socket.inet_pton(socket.AF_INET, host)
    except OSError, ValueError:
        return False
    return True


async def resolve(host: str, timeout: float) -> str:
    """Return the IPv4 address of a host name or address.

    InvalidRequest (`host`, `unresolvable`) if there is none, or none within
    `timeout` seconds. An address needs no name server, nor the thread that asks it.
    """
    if is_address(host):
        return host
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout):
            found = await loop.getaddrinfo(
                host, None, family=socket.AF_INET, type=socket.SOCK_DGRAM
            )
    except (OSError, UnicodeError) as err:  # TimeoutError is an OSError.
        raise InvalidRequest(
            "host",
            "unresolvable",
            f"{host!r} is no IPv4 address and no known host name",
        ) from err
    return str(found[0][4][0])
