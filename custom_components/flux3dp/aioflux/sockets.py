"""The UDP sockets of discovery (protocol.md sections 2 and 9).

The *shared* one is on the well-known port, beside other programs, and in the multicast
group. The *own* one has a port of its own: answers to it pass NAT, bridges and routers.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager
import errno
import logging
import socket
from typing import Any, Self, cast, override

from .datagram import GROUP, MAX_LENGTH, PORT
from .errors import ConnectionFailed, InvalidRequest

_LOGGER = logging.getLogger(__name__)

# Datagrams that are read in one turn of the event loop at most: others have to come in.
_AT_ONCE = 64

type Receive = Callable[[bytes, str], None]
type Send = Callable[[bytes, str], bool]


class Sockets:
    """Both sockets, opened together and closed together."""

    def __init__(
        self, interfaces: Sequence[str], on_shared: Receive, on_own: Receive
    ) -> None:
        """Set the interfaces' IPv4 addresses, and what datagrams are passed to."""
        self._interfaces = frozenset(interfaces)
        self._on_shared = on_shared
        self._on_own = on_own
        self._own: _Endpoint | None = None
        self._shared: _Endpoint | None = None
        # Opening takes turns of the loop, in which someone may close or open again.
        self._lock = asyncio.Lock()
        self._closed = False
        self._warned = False

    async def open(self) -> None:
        """Open both sockets; ConnectionFailed if not even the own one opens.

        Without the shared one announcements are not received, but probes are still
        answered: that is a warning.
        """
        async with self._lock:
            await self._open()

    async def use(self, interfaces: Iterable[str]) -> bool:
        """Use these interfaces from now on; return whether to ask devices anew.

        That is when a group was joined, and as long as the shared socket is missing.
        Costs one refused system call for each interface if nothing changed. Opens what
        did not open before. ConnectionFailed as `open`.
        """
        async with self._lock:
            if self._closed:
                return False
            wanted = frozenset(interfaces)
            unchanged = wanted == self._interfaces and self._shared is not None
            if unchanged and not self._join():
                return False
            self._interfaces = wanted
            # A system allows a socket only some memberships, and an interface that was
            # removed still holds one: a new socket has none.
            shared, self._shared = self._shared, None
            if shared is not None:
                await shared.close()
            await self._open()
            return True

    async def close(self) -> None:
        """Close both sockets for good."""
        self._closed = True
        async with self._lock:
            for endpoint in (self._own, self._shared):
                if endpoint is not None:
                    await endpoint.close()
            self._own = self._shared = None

    async def _open(self) -> None:
        if self._own is None:
            self._own = await _Endpoint.open(0, self._on_own)
        try:
            self._shared = await _Endpoint.open(PORT, self._on_shared)
        except ConnectionFailed as err:
            if not self._warned:
                self._warned = True
                _LOGGER.warning(
                    "Cannot listen on UDP port %s (%s): devices are still found by "
                    "probing",
                    PORT,
                    err.__cause__,
                )
            return
        self._join()
        if self._warned:
            self._warned = False
            _LOGGER.info("Listening on UDP port %s again", PORT)

    def _join(self) -> bool:
        """Join the multicast group on every interface; return whether one was missing.

        Repeated with each question to the group: after a power cut this host is often
        up before its network is, and an interface that is made again is a new one.
        """
        shared, option = self._shared, socket.IP_ADD_MEMBERSHIP
        if shared is None:
            return False
        group = socket.inet_aton(GROUP)
        joined = [shared.set_multicast(option, group, it) for it in self._interfaces]
        return any(joined)

    def send(self, data: bytes, host: str) -> bool:
        """Send one datagram to the well-known port; return whether it left this host.

        One that did not (no route, full buffer) is lost as any datagram may be.
        """
        return self._own is not None and self._own.send(data, host)

    def send_to_group(self, data: bytes) -> None:
        """Send one datagram to the multicast group on every interface."""
        self._join()
        if self._own is None:
            return
        for interface in self._interfaces:
            if self._own.set_multicast(socket.IP_MULTICAST_IF, b"", interface):
                self._own.send(data, GROUP)


class _Endpoint(asyncio.DatagramProtocol):
    """A socket that passes on every datagram with its sender's address."""

    _transport: asyncio.BaseTransport

    def __init__(self, sock: socket.socket, receive: Receive) -> None:
        self._sock = sock
        self._receive = receive

    @classmethod
    async def open(cls, port: int, receive: Receive) -> Self:
        """Open a socket on a port, shared with others, or on a free one (0)."""
        loop = asyncio.get_running_loop()
        try:
            with ExitStack() as stack:
                sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                stack.enter_context(sock)
                sock.setblocking(False)
                if port:
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    if hasattr(socket, "SO_REUSEPORT"):
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                sock.bind(("", port))
                endpoint = cls(sock, receive)
                await loop.create_datagram_endpoint(lambda: endpoint, sock=sock)
                stack.pop_all()
        except OSError as err:
            raise ConnectionFailed(f"cannot open a UDP socket: {err}") from err
        return endpoint

    def set_multicast(self, option: int, group: bytes, interface: str) -> bool:
        """Set an option to a group on an interface; return whether it was not set yet."""
        try:
            value = group + socket.inet_aton(interface)
            self._sock.setsockopt(socket.IPPROTO_IP, option, value)
        except OSError as err:
            if err.errno != errno.EADDRINUSE:  # Joined already.
                _LOGGER.debug("No multicast on interface %s: %s", interface, err)
            return False
        return True

    def send(self, data: bytes, host: str) -> bool:
        """Send one datagram to the well-known port; return whether it left this host."""
        try:
            # A name here would be looked up while the event loop stands still.
            socket.inet_pton(socket.AF_INET, host)
            self._sock.sendto(data, (host, PORT))
        except OSError as err:
            _LOGGER.debug("Cannot send to %s: %s", host, err)
            return False
        return True

    async def close(self) -> None:
        self._transport.close()
        # Transports close their sockets in the next turn of the loop.
        await asyncio.sleep(0)

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        # asyncio makes room for 256 KiB each time, which costs ten times the reading.
        cast(Any, transport).max_size = MAX_LENGTH + 1

    @override
    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._receive(data, addr[0])
        # asyncio reads one in each turn of the loop. While that is busy, as at a start of
        # Home Assistant, more would arrive, and what is read would be seconds old.
        for _ in range(_AT_ONCE - 1):
            try:
                data, addr = self._sock.recvfrom(MAX_LENGTH + 1)
            except OSError:
                return  # None is left, or the socket is closed.
            self._receive(data, addr[0])

    @override
    def error_received(self, exc: Exception) -> None:
        # An ICMP answer to an earlier datagram: the host has no such port now.
        _LOGGER.debug("UDP error: %s", exc)


@asynccontextmanager
async def question(receive: Receive) -> AsyncIterator[Send]:
    """Open a socket for one question; yields the function that sends from it.

    What arrives there is an answer, whichever address it comes from: a device with two
    interfaces answers from either. ConnectionFailed if no socket opens.
    """
    endpoint = await _Endpoint.open(0, receive)
    try:
        yield endpoint.send
    finally:
        await endpoint.close()


def is_address(host: str) -> bool:
    """Return whether a host is an IPv4 address, and no name that has to be looked up."""
    try:
        socket.inet_pton(socket.AF_INET, host)
    except OSError, ValueError:
        return False
    return True


async def resolve(host: str, timeout: float) -> str:
    """Return the IPv4 address of a host name or address.

    InvalidRequest (`host`, `unresolvable`) if there is none, or none within `timeout`
    seconds. An address is not looked up.
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
