"""The robot connection of a device: one that is shared, and whose command is next.

Knows who uses the connection at this moment (the first opens it, the last closes it),
the latest report that came over it, and the order of commands. Why the connection is
used is the business of `job/monitor.py` and `commands.py`, what a report means the job
tracker's.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .aioflux import ConnectionFailed, DeviceInfo, FluxError, Listener, Robot
from .client_key import async_get_client_key
from .clock import SteadyClock
from .data import FluxData
from .job.observation import Reported


class DeviceOccupied(FluxError):
    """Another client holds the device; `str()` is its address, or empty."""


class Unloaded(ConnectionFailed):
    """The entry was unloaded while something waited for its device."""


class Preempted(FluxError):
    """The job is being canceled, so a command that was given before is pointless."""


class RobotOwner(Protocol):
    """What a connection needs of the device it leads to."""

    listener: Listener
    master_key: bytes
    clock: SteadyClock
    data: FluxData

    async def async_reach(self) -> DeviceInfo:
        """Return the device to connect to; FluxError if there must be no connection."""

    def async_ask(self) -> None:
        """Ask the device for an announcement."""

    def async_reported(self) -> None:
        """Look at a new report."""

    def async_reevaluate(self) -> None:
        """Look again: there is no report any more that counts."""


class RobotLink:
    """Shares one connection, so that a device has one of ours open and not several.

    A report counts until it is `report_fresh` seconds old, also when the connection
    is gone by then: announcements lag behind it, and would show a finished job running
    again. For the same reason it counts until the device has announced something since.
    """

    def __init__(self, hass: HomeAssistant, owner: RobotOwner) -> None:
        """Open nothing yet."""
        self._hass = hass
        self._owner = owner
        self._timing = owner.listener.timing
        self._lock = asyncio.Lock()
        self._robot: Robot | None = None
        self._beside: set[Robot] = set()
        self._users = 0
        self._shut_down = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._asked_at = 0.0
        self._read_at = 0.0
        self._heard_at = 0.0
        self.reported: Reported | None = None
        self.opened = 0
        """How often a connection was opened, for diagnostics."""

    @property
    def is_open(self) -> bool:
        """Whether the shared connection is open now."""
        return self._robot is not None and self._robot.is_open

    @property
    def is_in_use(self) -> bool:
        """Whether the shared connection is held, opened or closed by another user."""
        return self._users > 0 or self._lock.locked()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Robot]:
        """Lend the shared connection, open; others may use it at the same time.

        Raises FluxError: DeviceOccupied, and what `Robot.open` raises.
        """
        self._users += 1
        try:
            async with self._lock:
                robot = await self._async_opened()
            yield robot
        finally:
            self._users -= 1
            if not self._users:
                async with self._lock:
                    # Another user may have come while we waited.
                    if not self._users:
                        await self._async_drop()

    @asynccontextmanager
    async def own_connection(self) -> AsyncIterator[Robot]:
        """Open a connection beside the shared one, for a command and its moment.

        Raises FluxError as `connection` does.
        """
        robot = await self._async_open()
        self._beside.add(robot)
        try:
            yield robot
        finally:
            self._beside.discard(robot)
            await robot.close()

    async def async_report(self, robot: Robot) -> None:
        """Read a report, and have the coordinator look at it.

        Raises FluxError as `Robot.report` does.
        """
        asked_at = self._hass.loop.time()
        report = await robot.report()
        if asked_at < self._asked_at:
            # A late answer of a connection that hung, older than the one we have.
            return
        self._asked_at = asked_at
        self.reported = Reported(report, self._owner.clock.now())
        self._read_at = self._hass.loop.time()
        self._set_timer(self._timing.report_fresh)
        self._owner.async_reported()

    @callback
    def async_heard(self) -> None:
        """Take note that the device has announced what it does."""
        self._heard_at = self._hass.loop.time()

    @callback
    def drop_report(self) -> None:
        """Drop the report, because announcements say the same by now."""
        self.reported = None
        self._stop_timer()
        self._owner.async_reevaluate()

    async def async_close(self) -> None:
        """Close for good; users of the connection get a ConnectionFailed."""
        self._shut_down = True
        self._stop_timer()
        await self._async_drop()
        for robot in tuple(self._beside):
            await robot.close()

    async def _async_opened(self) -> Robot:
        if self._robot is not None and self._robot.is_open:
            return self._robot
        await self._async_drop()
        self._robot = robot = await self._async_open()
        return robot

    async def _async_open(self) -> Robot:
        robot = await Robot.open(
            await self._owner.async_reach(),
            await async_get_client_key(self._hass),
            timing=self._timing,
            expected_key=self._owner.master_key,
            listener=self._owner.listener,
        )
        status = self._owner.data.status
        if status is not None and status.is_occupied:
            await _check_occupied(robot)
        if self._shut_down:
            await robot.close()
            raise Unloaded("the device is being unloaded")
        self.opened += 1
        return robot

    async def _async_drop(self) -> None:
        robot, self._robot = self._robot, None
        if robot is not None:
            await robot.close()

    # -- the age of the report

    def _set_timer(self, seconds: float) -> None:
        self._stop_timer()
        if self._shut_down:
            return
        self._cancel_timer = async_call_later(
            self._hass,
            seconds,
            HassJob(self._async_aged, "FLUX report", cancel_on_shutdown=True),
        )

    def _stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _async_aged(self, _now: datetime) -> None:
        """Drop a report that has become too old: nothing else may come to do it.

        Not while the last announcement is older than that: it would bring back what
        has passed. A device that does not answer is silent before long.
        """
        self._cancel_timer = None
        outdated = self._heard_at < self._read_at + self._timing.status_lag
        if self.reported and outdated and self._owner.data.status is not None:
            first, now = self.reported, self._owner.clock.now()
            self.reported = Reported(
                first.report, now, first.at if first.read_at is None else first.read_at
            )
            self._set_timer(self._timing.probe_interval)
            self._owner.async_ask()
        else:
            self.drop_report()


async def _check_occupied(robot: Robot) -> None:
    """Have the device itself say whether another client holds it.

    An announcement says so, and announcements can be forged: a command is not refused
    because of one. Raises DeviceOccupied, the connection closed.
    """
    try:
        report = await robot.report()
        if report.st_id < 0:
            raise DeviceOccupied(report.occupied_by)
    except BaseException:
        await robot.close()
        raise


class CommandQueue:
    """The commands to one device: one after the other, but a cancel before them all.

    So a second press finds the job as the first left it, and stopping a machine does
    not wait until it has been seen to pause.
    """

    def __init__(self) -> None:
        """Let the first command begin at once."""
        self._lock = asyncio.Lock()
        self._preemptions = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Callable[[], None]]:
        """Wait for the turn; yields what raises Preempted once a cancel has come.

        Raises Preempted if that was so before the turn came.
        """
        before = self._preemptions

        def check() -> None:
            if self._preemptions != before:
                raise Preempted("the job is being canceled")

        async with self._lock:
            check()
            yield check

    @callback
    def preempt(self) -> None:
        """Have all commands give up that were given before."""
        self._preemptions += 1
