"""The TCP ports of a device: listening, the hello, TLS, and an owner for every connection.

What is said after that belongs to the handler of each port.
"""

import asyncio
from collections import Counter
from contextlib import suppress
import ssl
from typing import TYPE_CHECKING

from .camera import CameraSession
from .config import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT
from .faults import StreamFaults
from .frames import Frames
from .handshake import shake_hands_in_clear, shake_hands_in_tls
from .management import ManagementSession
from .robot import RobotSession
from .tls import TlsStream
from .wire import Wire

if TYPE_CHECKING:
    from .device import Device

PORTS = (MANAGEMENT_PORT, ROBOT_PORT, CAMERA_PORT)


class Ports:
    """The listening sockets and connections of a device that is on the network."""

    def __init__(self, device: Device) -> None:
        """Start closed."""
        self._device = device
        self._address = ""
        self._servers: dict[int, asyncio.Server] = {}
        self._connections: dict[asyncio.Task[None], Wire] = {}

    @property
    def open_connections(self) -> dict[int, int]:
        """Return how many connections are open, by port."""
        counts = Counter(
            wire.record.port for wire in self._connections.values() if not wire.lost
        )
        return {port: counts[port] for port in PORTS}

    async def open(self, address: str) -> None:
        """Listen on every port of the address."""
        self._address = address
        for port in PORTS:
            if port != MANAGEMENT_PORT or not self._device.config.udp_management:
                await self.listen(port)

    async def listen(self, port: int) -> None:
        """Take connections on one port, again after ``refuse``."""
        if port in self._servers:
            return
        other = self._device.config.other_address
        self._servers[port] = await asyncio.get_running_loop().create_server(
            lambda: Wire(port, self._faults(port), self._connected),
            [self._address, *([other] if other else [])],
            port,
        )

    async def refuse(self, port: int) -> None:
        """Take no more connections on one port; those that are open stay."""
        if (server := self._servers.pop(port, None)) is not None:
            loop = asyncio.get_running_loop()
            for listening in server.sockets:
                loop.remove_reader(listening)
            # A connection that was accepted in this turn is made in the next, and asyncio
            # needs the server to be open for that.
            await asyncio.sleep(0)
            server.close()

    async def close(self) -> None:
        """Take no more connections, and cut those that are open."""
        for port in PORTS:
            await self.refuse(port)
        await self.drop_connections()

    def strand(self, port: int) -> None:
        """Leave the open connections of a port half open."""
        for wire in self._connections.values():
            if wire.record.port == port:
                wire.strand()

    async def drop_connections(self) -> None:
        """Cut every connection; listening goes on."""
        tasks = list(self._connections)
        for task, wire in self._connections.items():
            wire.abort()
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _faults(self, port: int) -> StreamFaults:
        faults = self._device.faults
        return {
            MANAGEMENT_PORT: faults.management,
            ROBOT_PORT: faults.robot,
            CAMERA_PORT: faults.camera,
        }[port]

    def _connected(self, wire: Wire) -> None:
        self._device.received.connections.append(wire.record)
        self._device.counters.connections_accepted += 1
        task = asyncio.create_task(self._serve(wire))
        self._connections[task] = wire
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._connections[task]
        self._device.signal.pulse()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._device.report_bug(error)

    async def _serve(self, wire: Wire) -> None:
        try:
            with suppress(ConnectionError, ssl.SSLError):
                await self._talk(wire)
        finally:
            wire.close()
        # The record is closed, and the connection counted, until the last byte is out.
        await wire.record.closed.wait()

    async def _talk(self, wire: Wire) -> None:
        port = wire.record.port
        faults = self._faults(port)
        in_clear = port == ROBOT_PORT and self._device.generation == 1
        await wire.write(faults.hello or (b"FLUX0002" if in_clear else b"FLUX0003"))
        if faults.close_after_hello:
            return
        if faults.stall_in_handshake:
            await wire.record.closed.wait()
            return
        if in_clear:
            if (inside := await shake_hands_in_clear(self._device, wire)) is not None:
                await self._command(wire, Frames(inside, faults))
            return
        stream = TlsStream(wire, await self._device.tls_context())
        await stream.handshake()
        if port == MANAGEMENT_PORT:
            await ManagementSession(
                self._device, Frames(stream, faults), wire.record
            ).run()
        elif await shake_hands_in_tls(self._device, stream, wire.record):
            if port == ROBOT_PORT:
                await self._command(wire, Frames(stream, faults))
            else:
                await CameraSession(
                    self._device, Frames(stream, faults), wire.record
                ).run()

    async def _command(self, wire: Wire, frames: Frames) -> None:
        await RobotSession(self._device, frames, wire.record, wire.close).run()
