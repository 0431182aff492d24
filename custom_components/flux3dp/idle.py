"""What transfers and maintenance share: an idle device, and a tidy end.

Announcements can be forged: the device itself has to report that it is idle.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from .aioflux import CommandFailed, FluxError, Robot
from .device import FluxDevice
from .job.status_table import ENDED_IDS
from .robot import DeviceOccupied, RobotLink

# Refusals that pass a moment after a job was left.
_PASSING: Final = frozenset({"RESOURCE_BUSY", "SUBSYSTEM_ERROR"})


class WorkRefused(FluxError):
    """The work was not done: `key` of the sentence, `str()` what was found."""

    def __init__(self, key: str, found: str = "") -> None:
        super().__init__(found)
        self.key = key


@asynccontextmanager
async def idle_robot(
    device: FluxDevice, link: RobotLink, *, cleared: bool = False
) -> AsyncIterator[Robot]:
    """Yield a connection of its own to an idle device. Raises as `require_idle`."""
    device.require_online()
    async with link.own_connection() as robot:
        await require_idle(device, link, robot, cleared=cleared)
        yield robot


async def require_idle(
    device: FluxDevice, link: RobotLink, robot: Robot, *, cleared: bool = False
) -> None:
    """Raise DeviceOccupied or WorkRefused unless the device reports no job.

    One that ended may still be shown, unless it has to be `cleared`: what it made may be
    in the way.
    """
    report = await async_ask_again(device, lambda: link.async_report(robot))
    if report.st_id < 0:
        raise DeviceOccupied(report.occupied_by)
    if report.st_id > 0:
        if report.st_id not in ENDED_IDS:
            raise WorkRefused("job_running", report.label)
        if cleared:
            raise WorkRefused("job_not_cleared", report.label)


async def async_ask_again[T](device: FluxDevice, ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until a device is no longer busy with a job that was left; give up in time."""
    end = device.clock.now() + device.timing.control_confirm
    while True:
        try:
            return await ask()
        except CommandFailed as err:
            if err.symbol not in _PASSING or device.clock.now() >= end:
                raise
        await device.clock.sleep(device.timing.control_poll)


async def async_finish(task: asyncio.Task[Any]) -> None:
    """Wait for a task. A caller that is canceled ends it, and waits until it is tidy."""
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        # Retrieve its exception, because nothing else does.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        cancel_once(task)
        await asyncio.wait([task])
        raise


def cancel_once(task: asyncio.Task[Any]) -> None:
    """Cancel a task that may be tidying up already: that is not interrupted."""
    if not task.cancelling():
        task.cancel()
