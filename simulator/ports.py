"""The TCP ports of a device: listening, the hello, TLS, and who may come in (sections 3 and 5).

What is said after that belongs to the server of each port. At robot and camera only trusted
keys get in, after a handshake of raw bytes.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
import ssl

from .config import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT
from .datagrams import Beacon
from .errors import HangUpError
from .faults import StreamFaults
from .keys import RsaKey, server_context
from .machine import Machine, cancel
from .wire import IV_SIZE, KEY_SIZE, AesStream, Frames, Stream, TlsStream, Wire

PORTS = (MANAGEMENT_PORT, ROBOT_PORT, CAMERA_PORT)
_ACCESS_ID_SIZE = 20
_ANSWER_SIZE = 16
_NONCE_SIZE = 64
_SALT_SIZE = 128

type Serve = Callable[[Frames], Awaitable[None]]


class Ports:
    """The listening sockets and connections of a device that is on the network."""

    def __init__(
        self, machine: Machine, beacon: Beacon, servers: Mapping[int, Serve]
    ) -> None:
        self._machine = machine
        self._beacon = beacon
        self._servers = servers
        self._addresses: list[str] = []
        self._listening: dict[int, asyncio.Server] = {}
        self._connections: dict[asyncio.Task[None], Wire] = {}

    @property
    def open_connections(self) -> dict[int, int]:
        """How many connections are open, by port."""
        counts = Counter(
            wire.record.port
            for wire in self._connections.values()
            if not wire.record.closed.is_set()
        )
        return {port: counts[port] for port in PORTS}

    async def open(self, address: str) -> None:
        """Listen on every port of the address."""
        other = self._machine.config.other_address
        self._addresses = [address] if other is None else [address, other]
        # Made now, so that the first connection does not wait for it.
        self._tls_context()
        for port in PORTS:
            if port != MANAGEMENT_PORT or not self._machine.config.udp_management:
                await self.listen(port)

    async def listen(self, port: int) -> None:
        """Take connections on one port, again after ``refuse``."""
        if port in self._listening:
            return
        server = await asyncio.get_running_loop().create_server(
            lambda: Wire(port, self._faults(port), self._connected),
            self._addresses,
            port,
            start_serving=False,
        )
        # Before it serves: who is canceled in that turn leaves no socket without an owner.
        self._listening[port] = server
        await server.start_serving()

    async def refuse(self, port: int) -> None:
        """Take no more connections on one port; those that are open stay."""
        if (server := self._listening.pop(port, None)) is not None:
            loop = asyncio.get_running_loop()
            for listening in server.sockets:
                loop.remove_reader(listening)
            try:
                # A connection that was accepted in this turn is made in the next, and
                # asyncio needs the server to be open for that.
                await asyncio.sleep(0)
            finally:
                server.close()

    async def close(self) -> None:
        """Take no more connections, and cut those that are open."""
        for port in PORTS:
            await self.refuse(port)
        await self.drop_connections()

    async def drop_connections(self) -> None:
        """Cut every connection; listening goes on."""
        for wire in self._connections.values():
            wire.abort()
        await cancel(*self._connections)

    def _tls_context(self) -> ssl.SSLContext:
        """Return what the ports serve TLS with: the master key, or a fault's key."""
        machine, config = self._machine, self._machine.config
        wrong = machine.faults.wrong_certificate
        key = machine.master_key if wrong is None else RsaKey.from_pem(wrong)
        return server_context(key, config.uuid, config.serial, old=config.old_tls)

    def _faults(self, port: int) -> StreamFaults:
        faults = self._machine.faults
        return {
            MANAGEMENT_PORT: faults.management,
            ROBOT_PORT: faults.robot,
            CAMERA_PORT: faults.camera,
        }[port]

    def _connected(self, wire: Wire) -> None:
        self._machine.received.connections.append(wire.record)
        task = self._machine.spawn(self._serve(wire))
        self._connections[task] = wire
        task.add_done_callback(self._connections.pop)

    async def _serve(self, wire: Wire) -> None:
        try:
            with suppress(ConnectionError, ssl.SSLError):
                inside = await self._open(wire)
                await self._servers[wire.record.port](Frames(inside, wire))
        finally:
            wire.close()
        # The record is closed, and the connection counted, until the last byte is out.
        await wire.record.closed.wait()

    async def _open(self, wire: Wire) -> Stream:
        """Do what comes before the frames."""
        port, faults = wire.record.port, wire.faults
        in_clear = port == ROBOT_PORT and self._machine.generation == 1
        await wire.write(faults.hello or (b"FLUX0002" if in_clear else b"FLUX0003"))
        if faults.close_after_hello:
            raise HangUpError
        if faults.stall_in_handshake:
            await wire.hang()
        if in_clear:
            return await self._shake_hands_in_clear(wire)
        stream = TlsStream(wire, self._tls_context())
        await stream.handshake()
        if port != MANAGEMENT_PORT:
            await self._shake_hands_in_tls(stream, wire)
        return stream

    async def _shake_hands_in_tls(self, stream: Stream, wire: Wire) -> None:
        """Do the raw handshake of ``FLUX0003``."""
        await stream.write(self._machine.config.random(_NONCE_SIZE))
        answer = await stream.read()
        if not answer:
            raise HangUpError
        if len(answer) < _ACCESS_ID_SIZE:
            # The firmware takes what one read gives it, and waits forever for what it missed.
            await wire.hang()
        key = self._machine.trust.get(answer[:_ACCESS_ID_SIZE].hex())
        if key is None:
            await stream.write(b"AUTH_ERROR".ljust(_ANSWER_SIZE))
            raise HangUpError
        # It does not look at the signature of a trusted key, only at how long it is.
        expected = _ACCESS_ID_SIZE + (key.key.size if key.key else 256)
        if len(answer) < expected:
            await wire.hang()
        if len(answer) > expected:
            await stream.write(b"PROTOCOL_ERROR".ljust(_ANSWER_SIZE))
            raise HangUpError
        await stream.write(b"OK".ljust(_ANSWER_SIZE))
        self._signed_in(wire, key.access_id)

    async def _shake_hands_in_clear(self, wire: Wire) -> Stream:
        """Do the handshake of ``FLUX0002``; return the AES stream."""
        machine, config = self._machine, self._machine.config
        salt = config.random(_SALT_SIZE)
        slave = None if config.slave_key_not_ready else self._beacon.slave_key
        await wire.write((slave or machine.master_key).sign(salt) + salt)
        frames = Frames(wire, wire)
        name = await frames.read_exactly(_ACCESS_ID_SIZE)
        trusted = machine.trust.get(name.hex())
        if trusted is None or trusted.key is None:
            await wire.write(b"AUTH_ERROR".ljust(_ANSWER_SIZE, b"\0"))
            raise HangUpError
        signature = await frames.read_exactly(trusted.key.size)
        wire.record.application += name + signature
        if not trusted.key.verify(signature, salt):
            verdict = b"AUTH_ERROR"
        elif len(wire.record.tcp) > len(name + signature):
            verdict = b"PROTOCOL_ERROR"
        else:
            verdict = b"OK"
        await wire.write(verdict.ljust(_ANSWER_SIZE, b"\0"))
        if verdict != b"OK":
            raise HangUpError
        secret = config.random(KEY_SIZE + IV_SIZE)
        await wire.write(trusted.key.encrypt(secret))
        self._signed_in(wire, trusted.access_id)
        return AesStream(wire, secret[:KEY_SIZE], secret[KEY_SIZE:])

    def _signed_in(self, wire: Wire, access_id: str) -> None:
        wire.record.access_id = access_id
        self._machine.pulse()
