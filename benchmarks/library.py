"""What the client library costs: a notify, a find, a management command."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
import struct

from custom_components.flux3dp.aioflux import ClientKey, Listener, Manager, identity
from tests.keys import CLIENT_KEY, VENDOR_PUBLIC_DER
from tests.vectors import read

from .measure import Row, cpu, wall
from .peers import (
    DEVICE,
    ECHO,
    ECHO_PORT,
    PASSWORD,
    REPLY,
    REQUEST,
    UdpEcho,
    client_context,
    peers,
)

_STATUS = struct.Struct("<dif16s32s")


async def rows() -> AsyncIterator[Row]:
    """Yield every number of the library."""
    for generation in (1, 2):
        yield steady_notify(generation)
    for generation in (1, 2):
        async with peers(generation):
            yield await find(generation)
            yield await round_trip(generation)


def steady_notify(generation: int) -> Row:
    """Return the CPU from a datagram's bytes to a status a subscriber has."""
    data = read(f"signed-v{generation}", "notify-running.bin")
    listener = Listener(vendor_keys=[])
    # The last one only: what is heard is kept by nothing here.
    heard = deque[object](maxlen=1)
    listener.subscribe(lambda sighting: heard.append(sighting.status))

    def ours() -> None:
        listener._heard(data, DEVICE, own=False)

    def floor() -> None:
        heard.append(_STATUS.unpack_from(data, len(data) - _STATUS.size))

    measured = cpu(ours, floor)
    asyncio.get_running_loop().create_task(listener.close())
    return Row(
        f"v{generation} notify to decoded status (CPU)",
        *measured,
        "struct.unpack of the status block",
        most=10.0,
    )


async def find(generation: int) -> Row:
    """Return the time from an address to a known device, sockets included."""
    echo = UdpEcho()

    async def ours() -> None:
        # A device never seen before: its signatures are checked.
        identity.signed_by.cache_clear()
        identity.rsa_signed.cache_clear()
        listener = Listener(interfaces=[], vendor_keys=[VENDOR_PUBLIC_DER])
        await listener.start()
        try:
            await listener.find(DEVICE)
        finally:
            await listener.close()

    async def floor() -> None:
        await echo.ask()
        await echo.ask()

    try:
        measured = await wall(ours, floor)
    finally:
        echo.close()
    return Row(
        f"v{generation} address to known device",
        *measured,
        "two UDP echoes",
        50e-3,
    )


async def round_trip(generation: int) -> Row:
    """Return the time of one command over an open management connection."""
    key = ClientKey.from_pem(CLIENT_KEY.decode())
    listener = Listener(interfaces=[], vendor_keys=[VENDOR_PUBLIC_DER])
    await listener.start()
    reader, writer = await asyncio.open_connection(
        ECHO, ECHO_PORT, ssl=client_context()
    )

    async def floor() -> None:
        writer.write(bytes(REQUEST))
        await reader.readexactly(REPLY)

    try:
        device = await listener.find(DEVICE)
        async with await Manager.open(device, key, password=PASSWORD) as manager:
            measured = await wall(manager.list_trust, floor, runs=501)
    finally:
        writer.close()
        await writer.wait_closed()
        await listener.close()
    return Row(
        f"v{generation} management command, round trip",
        *measured,
        "asyncio TLS echo of as many bytes",
        2e-3,
    )
