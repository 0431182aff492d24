"""The other ends: a simulated device in a process of its own, and bare echoes.

The device has its own process, so that its work is not counted as ours.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
import json
import multiprocessing
from multiprocessing.connection import Connection
import socket
import ssl
import struct

from custom_components.flux3dp.aioflux.handshake import SECRET_LENGTH, stream_ciphers
from simulator import Device, DeviceConfig, Timing
from simulator.keys import RsaKey, server_context
from tests.keys import MASTER_KEYS, VENDOR_KEY

DEVICE = "127.0.70.1"
ECHO = "127.0.70.2"
ECHO_PORT = 31901
BULK_TLS_PORT, BULK_PORT = 31902, 31903
FILES_TLS_PORT, FILES_AES_PORT = 31904, 31905
REPORT_TLS_PORT, REPORT_AES_PORT = 31906, 31907
REPORT_REQUEST = struct.pack("<H", 15) + b"player report"
BULK_REQUEST = struct.Struct("<I12x")
"""Asks a bulk port for so many bytes; the rest is as much as a short command."""
UUID = "6b1f0c2e9a4d4f7f8e21c3d4a5b60718"
PASSWORD = "bench"  # noqa: S105 - of a device that exists for a second
REQUEST, REPLY = 12, 4


def _config(generation: int) -> DeviceConfig:
    return DeviceConfig(
        address=DEVICE,
        generation=generation,
        uuid=UUID,
        serial="FD1A104242",
        name="Bench",
        password=PASSWORD,
        master_key=MASTER_KEYS[0],
        vendor_key=VENDOR_KEY,
        timing=Timing(notify=3600.0, boot=0.0),
    )


async def _files(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take uploads and give downloads, as the robot port frames them."""
    plain = writer.get_extra_info("sslcontext") is not None
    ciphers = None if plain else stream_ciphers(bytes(SECRET_LENGTH))

    def send(data: bytes) -> None:
        writer.write(ciphers[0].update(data) if ciphers else data)

    async def read(size: int) -> bytes:
        data = await reader.readexactly(size)
        return ciphers[1].update(data) if ciphers else data

    try:
        while True:
            (length,) = struct.unpack("<H", await read(2))
            _, verb, *words = (await read(length - 2)).decode().split()
            if verb == "upload":
                left = int(words[1])
                send(frame(b"continue"))
                while left:
                    left -= len(data := await reader.read(min(left, 1 << 18)))
                    if ciphers:
                        ciphers[1].update(data)
            else:
                left = int(words[-1])
                send(frame(b"binary application/fcode %d" % left))
                while left:
                    left -= len(block := bytes(min(left, 1 << 16)))
                    send(block)
                    await writer.drain()
            send(frame(b"ok"))
    except asyncio.IncompleteReadError, ConnectionError:
        writer.close()


async def _reports(
    device: Device, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer whatever is as long as a question for a report with the one of a device."""
    plain = writer.get_extra_info("sslcontext") is not None
    encrypt = None if plain else stream_ciphers(bytes(SECRET_LENGTH))[0]
    report = frame(json.dumps(device.player.report()).encode())
    try:
        while True:
            await reader.readexactly(len(REPORT_REQUEST))
            writer.write(encrypt.update(report) if encrypt else report)
    except asyncio.IncompleteReadError, ConnectionError:
        writer.close()


async def _serve(generation: int, ready: Connection) -> None:
    key = RsaKey.from_pem(MASTER_KEYS[0])
    context = server_context(key, UUID, "FD1A104242", old=False)

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readexactly(REQUEST)
                writer.write(bytes(REPLY))
        except asyncio.IncompleteReadError, ConnectionError:
            writer.close()

    async def bulk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                request = await reader.readexactly(BULK_REQUEST.size)
                (size,) = BULK_REQUEST.unpack(request)
                writer.write(bytes(size))
                await writer.drain()
        except asyncio.IncompleteReadError, ConnectionError:
            writer.close()

    class Datagrams(asyncio.DatagramProtocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            assert isinstance(self.transport, asyncio.DatagramTransport)
            self.transport.sendto(bytes(500), addr)

    loop = asyncio.get_running_loop()
    server = await asyncio.start_server(echo, ECHO, ECHO_PORT, ssl=context)
    bulk_tls = await asyncio.start_server(bulk, ECHO, BULK_TLS_PORT, ssl=context)
    bulk_clear = await asyncio.start_server(bulk, ECHO, BULK_PORT)
    files_tls = await asyncio.start_server(_files, ECHO, FILES_TLS_PORT, ssl=context)
    files_aes = await asyncio.start_server(_files, ECHO, FILES_AES_PORT)
    transport, _ = await loop.create_datagram_endpoint(
        Datagrams, local_addr=(ECHO, ECHO_PORT)
    )
    servers = (server, bulk_tls, bulk_clear, files_tls, files_aes)
    async with AsyncExitStack() as stack:
        for each in servers:
            await stack.enter_async_context(each)
        device = await stack.enter_async_context(Device(_config(generation)))
        # In a job, as far as anybody can tell: it has something to report.
        device.set_status(st_id=16, progress=0.5, head_module="EXTRUDER")
        reports = partial(_reports, device)
        for port, tls in ((REPORT_TLS_PORT, context), (REPORT_AES_PORT, None)):
            each = await asyncio.start_server(reports, ECHO, port, ssl=tls)
            await stack.enter_async_context(each)
        ready.send(True)
        await loop.run_in_executor(None, ready.poll, None)
    transport.close()


def frame(text: bytes) -> bytes:
    """Return a text as a device frames it."""
    return struct.pack("<H", len(text)) + text


def _run(generation: int, ready: Connection) -> None:
    asyncio.run(_serve(generation, ready))


@asynccontextmanager
async def peers(generation: int) -> AsyncIterator[None]:
    """Run a device at `DEVICE`, and beside it what the floors talk to, at `ECHO`.

    That is echoes (TLS and UDP) on `ECHO_PORT`; on the bulk ports, with TLS and in
    clear, as many bytes as one asks for; and files and reports on those for them, in TLS
    and AES.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_run, args=(generation, there))
    process.start()
    try:
        if not await asyncio.to_thread(here.poll, 30):
            raise RuntimeError("the simulated device did not start")
        here.recv()
        yield
    finally:
        here.send(False)
        await asyncio.to_thread(process.join, 10)
        if process.is_alive():
            process.kill()


def client_context() -> ssl.SSLContext:
    """Return TLS without any check, for the echo."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class UdpEcho:
    """Ask the UDP echo and wait for its answer."""

    def __init__(self) -> None:
        """Open the socket."""
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._socket.bind(("", 0))

    async def ask(self) -> None:
        """Send one datagram and receive one."""
        loop = asyncio.get_running_loop()
        await loop.sock_sendto(self._socket, bytes(22), (ECHO, ECHO_PORT))
        await loop.sock_recv(self._socket, 2048)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
