"""What the robot port's two streams cost: a report there and back, and bulk.

Both are received from a plain sender, so that only our end has our code in it: the
same bytes go through a session of ours, and through bare asyncio with the same TLS or
cipher.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import ssl
import struct

from custom_components.flux3dp.aioflux import DEFAULT_TIMING, Robot
from custom_components.flux3dp.aioflux.handshake import SECRET_LENGTH, stream_ciphers
from custom_components.flux3dp.aioflux.session import Session

from .camera import DEVICE
from .measure import Row, wall
from .peers import (
    BULK_PORT,
    BULK_REQUEST,
    BULK_TLS_PORT,
    ECHO,
    REPORT_AES_PORT,
    REPORT_REQUEST,
    REPORT_TLS_PORT,
    client_context,
    peers,
)

VOLUME = 4 * 1024 * 1024
_LENGTH = struct.Struct("<H")


async def rows() -> AsyncIterator[Row]:
    """Yield every number of the robot port's streams."""
    async with peers(2):
        for tls in (False, True):
            yield await report(tls=tls)
        yield await bulk("TLS", BULK_TLS_PORT, client_context(), None)
        secret = bytes(SECRET_LENGTH)
        yield await bulk("AES-256-CFB8", BULK_PORT, None, secret)


async def report(*, tls: bool) -> Row:
    """Return the time of `player report` over an open robot connection.

    What answers has its report ready, so that only our end has our code in it.
    """
    port = REPORT_TLS_PORT if tls else REPORT_AES_PORT
    context = client_context() if tls else None
    session = await Session.connect(ECHO, port, DEFAULT_TIMING)
    if context is not None:
        await session.start_tls(context, 5)
        encrypt = _Clear()
        decrypt = _Clear()
    else:
        session.start_cipher(*stream_ciphers(bytes(SECRET_LENGTH)))
        encrypt, decrypt = stream_ciphers(bytes(SECRET_LENGTH))
    robot = Robot(session, DEVICE)
    reader, writer = await asyncio.open_connection(ECHO, port, ssl=context)

    async def floor() -> None:
        writer.write(encrypt.update(REPORT_REQUEST))
        (length,) = _LENGTH.unpack(decrypt.update(await reader.readexactly(2)))
        decrypt.update(await reader.readexactly(length))

    try:
        measured = await wall(robot.report, floor, runs=501)
    finally:
        writer.close()
        await writer.wait_closed()
        await robot.close()
    return Row(
        f"report over {'TLS' if tls else 'AES'}, round trip",
        *measured,
        "asyncio streams, as many bytes",
        most=1.3 if tls else 1.6,
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
