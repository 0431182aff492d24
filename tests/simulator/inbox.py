"""Sockets for datagrams: to send some, and to wait for what comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
import socket
from typing import Any

from simulator import PATIENCE
from simulator.discovery import GROUP

from .conftest import ADDRESSES


class Inbox(asyncio.DatagramProtocol):
    """Collects datagrams; a test waits for the next."""

    def __init__(self) -> None:
        self.queue: asyncio.Queue[tuple[bytes, tuple[str, int]]] = asyncio.Queue()

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        # Devices of other programs on this machine announce in the same group.
        if addr[0] in ADDRESSES:
            self.queue.put_nowait((data, (str(addr[0]), addr[1])))

    async def next(self) -> tuple[bytes, tuple[str, int]]:
        async with asyncio.timeout(PATIENCE):
            return await self.queue.get()


@asynccontextmanager
async def inbox(sock: socket.socket) -> AsyncIterator[tuple[Any, Inbox]]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        Inbox, sock=sock
    )
    try:
        yield transport, protocol
    finally:
        transport.close()
        await asyncio.sleep(0)


def udp_socket(address: str = "127.0.0.1", port: int = 0) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind((address, port))
    return sock


def listener_socket() -> socket.socket:
    """Listen as a client does: on the port, in the group."""
    sock = udp_socket("", 1901)
    membership = socket.inet_aton(GROUP) + socket.inet_aton("127.0.0.1")
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    return sock


async def probe(address: str, data: bytes) -> tuple[bytes, tuple[str, int]]:
    async with inbox(udp_socket()) as (transport, box):
        transport.sendto(data, (address, 1901))
        return await box.next()
