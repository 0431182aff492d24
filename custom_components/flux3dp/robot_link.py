"""The one robot connection of a device, and the latest report that came over it.

Knows who uses the connection at this moment: the first opens it, the last closes it.
Why somebody uses it is `job_watch.py`'s and `control.py`'s business, what a report
means the job tracker's.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HassJob, callback
from homeassistant.helpers.event import async_call_later

from .aioflux import ConnectionFailed, FluxError, Robot
from .identity import async_get_client_key
from .job import Reported

if TYPE_CHECKING:
    from .coordinator import FluxCoordinator


class DeviceOccupied(FluxError):
    """Another client holds the device; `str()` is its address, or empty."""


class Unloaded(ConnectionFailed):
    """The entry was unloaded while somebody waited for its device."""


class RobotLink:
    """Lends the connection, so that a device never has to do with two of ours.

    A report counts until it is `report_fresh` seconds old, also when the connection
    is gone by then: announcements lag behind it, and would show a finished job running
    again. For the same reason it counts until the device has announced something since.
    """

    def __init__(self, coordinator: FluxCoordinator) -> None:
        """Open nothing yet."""
        self._coordinator = coordinator
        self._lock = asyncio.Lock()
        self._robot: Robot | None = None
        self._users = 0
        self._shut_down = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._read_at = 0.0
        self._heard_at = 0.0
        self.reported: Reported | None = None
        self.opened = 0
        """How often a connection was opened, for diagnostics."""

    @property
    def is_open(self) -> bool:
        """Whether there is a connection now."""
        return self._robot is not None and self._robot.is_open

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Robot]:
        """Lend the connection, open; others may be using it at the same time.

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
                    # Somebody may have come while we waited.
                    if not self._users:
                        await self._async_drop()

    async def async_report(self, robot: Robot) -> None:
        """Read a report, and have the coordinator look at it.

        Raises FluxError as `Robot.report` does.
        """
        report = await robot.report()
        self.reported = Reported(report, self._coordinator.clock.now())
        self._read_at = self._coordinator.hass.loop.time()
        self._set_timer(self._coordinator.timing.report_fresh)
        self._coordinator.async_look()

    @callback
    def async_heard(self) -> None:
        """Take note that the device has announced what it does."""
        self._heard_at = self._coordinator.hass.loop.time()

    @callback
    def async_forget(self) -> None:
        """Forget the report, because announcements say the same by now."""
        self.reported = None
        self._stop_timer()
        self._coordinator.async_look()

    async def async_close(self) -> None:
        """Close for good; who still uses the connection gets a ConnectionFailed."""
        self._shut_down = True
        self._stop_timer()
        robot, self._robot = self._robot, None
        if robot is not None:
            await robot.close()

    async def _async_opened(self) -> Robot:
        coordinator = self._coordinator
        coordinator.require_loaded()
        coordinator.trust.require()
        if self._robot is not None and self._robot.is_open:
            return self._robot
        await self._async_drop()
        status = coordinator.data.status
        if status is not None and status.is_occupied:
            raise DeviceOccupied(status.occupied_by)
        robot = await Robot.open(
            await coordinator.async_locate(),
            await async_get_client_key(coordinator.hass),
            timing=coordinator.timing,
            expected_key=coordinator.master_key,
            listener=coordinator.listener,
        )
        if self._shut_down:
            await robot.close()
            raise Unloaded("the device is being unloaded")
        self._robot = robot
        self.opened += 1
        return robot

    async def _async_drop(self) -> None:
        robot, self._robot = self._robot, None
        if robot is not None:
            await robot.close()

    # -- the age of the report

    def _set_timer(self, seconds: float) -> None:
        self._stop_timer()
        self._cancel_timer = async_call_later(
            self._coordinator.hass,
            seconds,
            HassJob(self._async_aged, "FLUX report", cancel_on_shutdown=True),
        )

    def _stop_timer(self) -> None:
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    @callback
    def _async_aged(self, _now: datetime) -> None:
        """Look without the report: nothing else may come to make anybody look.

        Not while the last announcement is older than that: it would bring back what
        has passed. A device that does not answer is silent before long.
        """
        self._cancel_timer = None
        coordinator, timing = self._coordinator, self._coordinator.timing
        outdated = self._heard_at < self._read_at + timing.status_lag
        if self.reported and outdated and coordinator.data.status is not None:
            self.reported = Reported(self.reported.report, coordinator.clock.now())
            self._set_timer(timing.probe_interval)
            coordinator.async_ask()
        else:
            self.async_forget()
