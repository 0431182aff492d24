"""The robot connection of a device: one that is shared, and its latest report.

The first user opens it, the last one closes it. `job/monitor.py` uses it for a whole job,
`commands.py` and `device_info.py` for a moment. Transfers and maintenance have one of their
own, to a device that is idle, and end tidily.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from functools import partial
from typing import Any, Final

from .aioflux import CommandFailed, FluxError, Report, Robot
from .device import FluxDevice, NotDone, Unloaded
from .job.observation import Announced, Reported
from .job.status_table import ENDED_IDS
from .trust import Trust

# Refusals that pass a moment after a job was left.
_PASSING: Final = frozenset({"RESOURCE_BUSY", "SUBSYSTEM_ERROR"})

# An answer takes milliseconds; of one that took longer (s) it is not known how old it is.
_SLOW: Final = 0.3


class RobotLink:
    """Shares one connection, so that a device has one of ours open and not several."""

    def __init__(self, device: FluxDevice, trust: Trust) -> None:
        self._device = device
        self._clock = device.clock
        self._timing = device.timing
        self._trust = trust
        self._lock = asyncio.Lock()
        self._robot: Robot | None = None
        self._beside: set[Robot] = set()
        self._users = self._ahead = 0
        self._none_ahead = asyncio.Event()
        self._none_ahead.set()
        self._closed = False
        self._asked_at = 0.0
        self._overtaken = False
        self.on_opened: Callable[[], object] | None = None
        """Called when the shared connection was opened."""
        self.opened = 0
        """How often a connection was opened, for diagnostics."""

    @property
    def is_open(self) -> bool:
        """Whether the shared connection is open now."""
        return self.version is not None

    @property
    def version(self) -> int | None:
        """The generation that the shared connection shows while it is open."""
        robot = self._robot
        return robot.version if robot is not None and robot.is_open else None

    @property
    def is_in_use(self) -> bool:
        """Whether the shared connection is held, opened or closed by another user."""
        return self._users > 0 or self._lock.locked()

    async def async_wait_turn(self) -> None:
        """Let those go ahead who use the shared connection for what was asked for."""
        await self._none_ahead.wait()

    @contextmanager
    def ahead(self) -> Iterator[None]:
        """Have what waits for its turn wait until this is over."""
        self._ahead += 1
        self._none_ahead.clear()
        try:
            yield
        finally:
            self._ahead -= 1
            if not self._ahead:
                self._none_ahead.set()

    @asynccontextmanager
    async def connection(self, *, ahead: bool = True) -> AsyncIterator[Robot]:
        """Lend the shared connection, open; others may use it at the same time.

        `ahead`: as the method. Raises FluxError: NotDone if another client holds the
        device, and what `Robot.open` raises.
        """
        with self.ahead() if ahead else nullcontext():
            self._users += 1
            try:
                async with self._lock:
                    if self._robot is None or not self._robot.is_open:
                        await self._async_drop()
                        self._robot = await self._async_open()
                        self._robot.share()
                        if self.on_opened is not None:
                            self.on_opened()
                    robot = self._robot
                yield robot
            finally:
                self._users -= 1
                if not self._users:
                    async with self._lock:
                        # Another user may have come while we waited.
                        if not self._users:
                            await self._async_drop()

    @asynccontextmanager
    async def own_connection(self, *, occupied: bool = False) -> AsyncIterator[Robot]:
        """Open a connection beside the shared one, for a command and its moment.

        Raises FluxError as `connection` does; `occupied`: also to a device that is.
        """
        robot = await self._async_open(occupied=occupied)
        self._beside.add(robot)
        try:
            yield robot
        finally:
            self._beside.discard(robot)
            await robot.close()

    @asynccontextmanager
    async def idle_connection(self, *, cleared: bool = False) -> AsyncIterator[Robot]:
        """Open one beside the shared one, to an idle device. Raises as `require_idle`."""
        self._device.require_online()
        async with self.own_connection() as robot:
            await self.require_idle(robot, cleared=cleared)
            yield robot

    async def require_idle(self, robot: Robot, *, cleared: bool = False) -> None:
        """Raise NotDone unless the device itself reports no job: announcements can be forged.

        One that ended may still be shown, unless it has to be `cleared`: what it made may
        be in the way.
        """
        report = await self.ask_again(lambda: self.async_report(robot))
        if report.st_id < 0:
            raise NotDone("occupied", report.occupied_by)
        if report.st_id > 0:
            if report.st_id not in ENDED_IDS:
                raise NotDone("job_running", report.label)
            if cleared:
                raise NotDone("job_not_cleared", report.label)

    async def ask_again[T](self, ask: Callable[[], Awaitable[T]]) -> T:
        """Ask until the device is no longer busy with a job that was left; give up in time."""
        end = self._clock.now() + self._timing.control_confirm
        while True:
            try:
                return await ask()
            except CommandFailed as err:
                if err.symbol not in _PASSING or self._clock.now() >= end:
                    raise
            await self._clock.sleep(self._timing.control_poll)

    async def async_report(self, robot: Robot) -> Report:
        """Read a report, and return it. Raises FluxError as `Robot.report` does."""
        device, asked_at = self._device, self._clock.now()
        before = device.announced
        report = await robot.report()
        if asked_at < self._asked_at:
            # A late answer of a connection that hung, older than the one we have.
            return report
        self._asked_at = asked_at
        if self._is_overtaken(report, asked_at, before):
            return report
        device.reported = Reported(report, self._clock.now())
        device.async_reevaluate()
        device.availability.async_heard()
        return report

    def _is_overtaken(
        self, report: Report, asked_at: float, before: Announced | None
    ) -> bool:
        """Whether an answer took so long that what was announced meanwhile is newer.

        It would bring back what has passed. But anyone can announce anything: not twice
        in a row, and never after a report that counts.
        """
        device, announced = self._device, self._device.announced
        self._overtaken = (
            not self._overtaken
            and not device.data.job.from_report
            and self._clock.now() - asked_at >= _SLOW
            and announced is not None
            and before is not None
            and announced.status.st_id not in (before.status.st_id, report.st_id)
        )
        return self._overtaken

    async def async_close(self) -> None:
        """Close for good; users of the connection get a ConnectionFailed."""
        self._closed = True
        await self._async_drop()
        for robot in tuple(self._beside):
            await robot.close()

    async def _async_open(self, *, occupied: bool = False) -> Robot:
        robot = await self._trust.async_open(
            partial(Robot.open, listener=self._device.listener)
        )
        try:
            # An announcement can be forged: the device itself has to say so.
            suspect = self._device.is_occupied and not occupied
            if suspect and (report := await self.async_report(robot)).st_id < 0:
                raise NotDone("occupied", report.occupied_by)
            if self._closed:
                raise Unloaded("the device is being unloaded")
        except BaseException:
            await robot.close()
            raise
        self.opened += 1
        return robot

    async def _async_drop(self) -> None:
        robot, self._robot = self._robot, None
        if robot is not None:
            await robot.close()


async def async_finish[T](task: asyncio.Task[T], ended: FluxError) -> T:
    """Return the result of a task; raise `ended` if it was canceled.

    A caller that is canceled ends it, and waits until it is tidy.
    """
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        # Retrieve its exception, because nothing else does.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        cancel_once(task)
        await asyncio.wait([task])
        raise
    if task.cancelled():
        raise ended
    return task.result()


def cancel_once(task: asyncio.Task[Any]) -> None:
    """Cancel a task that may be tidying up already: that is not interrupted."""
    if not task.cancelling():
        task.cancel()
