"""What a conversation with a device may leave behind, and how long one is."""

import asyncio
from collections.abc import Awaitable, Callable
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


class Remains:
    """The tasks and sockets there are before; `check` fails if there are more after."""

    def __init__(self, device: Device) -> None:
        """Take stock; no connection to the device may be open."""
        assert not any(device.connections.values())
        self._device = device
        self._tasks = asyncio.all_tasks()
        self._sockets = open_sockets()

    async def check(self) -> None:
        """Wait until the device has nothing open either, and compare."""
        await self._device.wait_closed_connections()
        await self._device.wait_for(lambda: asyncio.all_tasks() <= self._tasks)
        # A socket that was dropped is closed in the event loop's next turn.
        await asyncio.sleep(0)
        assert open_sockets() == self._sockets


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
