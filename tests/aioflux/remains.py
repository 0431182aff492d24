"""What a conversation with a device may leave behind, and how long one is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from custom_components.flux3dp.aioflux import ConnectionFailed
from simulator import Device, StreamFaults


def open_sockets() -> set[str]:
    """Return the sockets of this process."""
    found = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            found.add(str(entry.readlink()))
        except FileNotFoundError:
            continue  # The listing's own.
    return {target for target in found if target.startswith("socket:")}


@asynccontextmanager
async def nothing_left(device: Device) -> AsyncIterator[None]:
    """Wait in the end until there are as many tasks and sockets as before.

    No connection to the device may be open before.
    """
    assert not any(device.connections.values())
    tasks, sockets = len(asyncio.all_tasks()), len(open_sockets())
    yield
    await device.wait_closed_connections()
    await device.wait_for(lambda: len(asyncio.all_tasks()) <= tasks)
    # A socket that was dropped is closed in the event loop's next turn.
    await asyncio.sleep(0)
    await device.wait_for(lambda: len(open_sockets()) <= sockets)


async def length_of(
    device: Device, faults: StreamFaults, converse: Callable[[], Awaitable[object]]
) -> int:
    """Return after how many bytes of a device a cut still hurts, by halving."""
    short, enough = 0, 1 << 16
    while enough - short > 1:
        faults.cut_after = (short + enough) // 2
        try:
            await converse()
        except ConnectionFailed:
            short = faults.cut_after
        else:
            enough = faults.cut_after
    faults.cut_after = None
    await device.wait_closed_connections()
    return short
