"""What the robot port's two streams cost: a report there and back, and bulk.

Bulk is received from a plain sender, so that only our end has our code in it: the
same bytes go through a session of ours, and through a bare protocol with the same
TLS or cipher.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import ssl

from custom_components.flux3dp.aioflux import (
    DEFAULT_TIMING,
    ClientKey,
    Listener,
    Manager,
    Robot,
)
from custom_components.flux3dp.aioflux.handshake import SECRET_LENGTH, stream_ciphers
from custom_components.flux3dp.aioflux.session import Session
from tests.keys import CLIENT_KEY, VENDOR_PUBLIC_DER

from .measure import Row, wall
from .peers import (
    BULK_PORT,
    BULK_REQUEST,
    BULK_TLS_PORT,
    DEVICE,
    ECHO,
    PASSWORD,
    client_context,
    peers,
)

VOLUME = 4 * 1024 * 1024
# What a simulated device's report is long, more or less.
REPORT = 250
HANDSHAKES = {1: "FLUX0002", 2: "FLUX0003"}


async def rows() -> AsyncIterator[Row]:
    """Yield every number of the robot port's streams."""
    for generation in HANDSHAKES:
        async with peers(generation):
            yield await report(generation)
            if generation == 2:
                yield await bulk("TLS", BULK_TLS_PORT, client_context(), None)
                secret = bytes(SECRET_LENGTH)
                yield await bulk("AES-256-CFB8", BULK_PORT, None, secret)


async def report(generation: int) -> Row:
    """Return the time of `player report` over an open robot connection."""
    key = ClientKey.from_pem(CLIENT_KEY.decode())
    listener = Listener(interfaces=[], vendor_keys=[VENDOR_PUBLIC_DER])
    await listener.start()
    tls = generation == 2
    reader, writer = await asyncio.open_connection(
        ECHO,
        BULK_TLS_PORT if tls else BULK_PORT,
        ssl=client_context() if tls else None,
    )

    async def floor() -> None:
        writer.write(BULK_REQUEST.pack(REPORT))
        await reader.readexactly(REPORT)

    try:
        device = await listener.find(DEVICE)
        async with await Manager.open(device, key, password=PASSWORD) as manager:
            await manager.add_trust("bench")
        async with await Robot.open(device, key) as robot:
            measured = await wall(robot.report, floor, runs=501)
    finally:
        writer.close()
        await writer.wait_closed()
        await listener.close()
    return Row(
        f"{HANDSHAKES[generation]} report, round trip",
        *measured,
        f"asyncio {'TLS' if tls else 'TCP'} echo of as many bytes",
    )


async def bulk(
    name: str, port: int, context: ssl.SSLContext | None, secret: bytes | None
) -> Row:
    """Return the time that `VOLUME` bytes take, through a stream of each kind."""
    session = await Session.connect(ECHO, port, DEFAULT_TIMING)
    if context is not None:
        await session.start_tls(context, 5)
    if secret is not None:
        _, decrypt = stream_ciphers(secret)
        # What is asked for goes out in clear: the sender knows no cipher.
        session.start_cipher(_Clear(), decrypt)

    async def ours() -> None:
        async with session.guard(60):
            await session.write(BULK_REQUEST.pack(VOLUME))
            left = VOLUME
            while left:
                left -= len(await session.read_some(left))

    bare = _Bare(stream_ciphers(secret)[1].update if secret is not None else None)
    transport, _ = await asyncio.get_running_loop().create_connection(
        lambda: bare, ECHO, port, ssl=context
    )

    async def floor() -> None:
        whole = bare.expect(VOLUME)
        transport.write(BULK_REQUEST.pack(VOLUME))
        await whole

    try:
        measured = await wall(ours, floor, runs=15)
    finally:
        transport.close()
        await session.close()
    cipher = "" if secret is None else " and cipher"
    return Row(
        f"bytes received through {name}",
        *measured,
        f"a bare asyncio.Protocol{cipher}",
        volume=VOLUME,
    )


class _Clear:
    """No cipher."""

    def update(self, data: bytes) -> bytes:
        return data


class _Bare(asyncio.Protocol):
    """Counts what comes, decrypted; keeps nothing."""

    def __init__(self, decrypt: Callable[[bytes], bytes] | None) -> None:
        self._decrypt = decrypt
        self._left = 0
        self._whole: asyncio.Future[None] | None = None

    def expect(self, size: int) -> Awaitable[None]:
        self._left = size
        self._whole = asyncio.get_running_loop().create_future()
        return self._whole

    def data_received(self, data: bytes) -> None:
        self._left -= len(self._decrypt(data) if self._decrypt else data)
        if not self._left and self._whole is not None:
            self._whole.set_result(None)
