"""Watching a job: reports every few seconds, while there is one, and only then.

Knows when the robot connection is wanted, and what is done without it: announcements
carry on. A job that ended unwatched, while we were away, is asked about once. The connection is `robot_link.py`'s, what is read goes to the coordinator.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    FluxError,
    IdentityMismatch,
    Kicked,
    Robot,
    SlaveKeyMismatch,
)
from .const import CONF_HOLD_CONNECTION
from .robot_link import RobotLink
from .waiting import async_wait_at_most

if TYPE_CHECKING:
    from .coordinator import FluxCoordinator

# Completed, aborted: a device that shows it is not idle, and can still tell what it was.
_ENDED_IDS: Final = frozenset({64, 128})
# A device that cannot tell what its job is: no reason to ask with every report.
_INFO_ATTEMPTS = 3


class JobWatch:
    """Holds the connection during a job, if the entry's option allows it.

    `on_final` is called with what only a person can mend: the device does not know our
    key any more, or another key than the pinned one shows up. Then nothing is tried
    again in that job.
    """

    def __init__(
        self,
        coordinator: FluxCoordinator,
        link: RobotLink,
        *,
        on_final: Callable[[FluxError], None],
    ) -> None:
        """Watch nothing yet."""
        self._coordinator = coordinator
        self._link = link
        self._on_final = on_final
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._stopped = False
        self._lost = False
        self._faults: tuple[type[Exception], ...] = ()
        self._given_up: int | None = None
        self._asked_about: int | None = None
        self._attempts = 0

    @callback
    def async_follow(self) -> None:
        """Begin to watch if there is a job now, and come to an end if not."""
        job = self._coordinator.data.job
        if job.active:
            self._over.clear()
            self._async_begin(self._async_watch)
            return
        self._over.set()
        if job.st_id in _ENDED_IDS and job.job_number != self._asked_about:
            self._async_begin(self._async_ask_once)

    @callback
    def _async_begin(self, run: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do something over the connection, if it may be used and nothing is done."""
        entry, hass = self._coordinator.config_entry, self._coordinator.hass
        if (
            self._task is None
            and not self._stopped
            and not hass.is_stopping
            and entry.options.get(CONF_HOLD_CONNECTION, True)
            and self._coordinator.data.job.job_number != self._given_up
        ):
            self._task = entry.async_create_background_task(
                hass,
                run(),
                f"{self._coordinator.device_name} job",
                eager_start=False,
            )

    async def async_stop(self) -> None:
        """Stop watching, at once and for good."""
        self._stopped = True
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _async_watch(self) -> None:
        """Read reports until no job is there, as often as it takes to connect."""
        retry = self._coordinator.timing.robot_retry
        try:
            while self._coordinator.data.job.active:
                try:
                    async with self._link.connection() as robot:
                        await self._async_read(robot)
                except FluxError as err:
                    if self._coordinator.data.job.active:
                        # Of a job that is over nobody misses a report.
                        self._say_lost(err)
                    if _is_final(err):
                        self._given_up = self._coordinator.data.job.job_number
                        self._on_final(err)
                        return
                    await async_wait_at_most(self._over, retry)
                except Exception as err:
                    # A fault of ours. The next announcement would start this again.
                    if not isinstance(err, self._faults):
                        self._faults = (*self._faults, type(err))
                        self._coordinator.logger.exception(
                            "Reading reports of %s failed; it is tried again, and "
                            "not told again",
                            self._coordinator.device_name,
                        )
                    await async_wait_at_most(self._over, retry)
        finally:
            self._task = None

    async def _async_ask_once(self) -> None:
        """Ask what the job was that has ended; if that fails, nobody misses much."""
        self._asked_about = self._coordinator.data.job.job_number
        self._attempts = 0
        try:
            async with self._link.connection() as robot:
                await self._async_ask_about(robot)
        except FluxError as err:
            self._coordinator.logger.debug(
                "%s was not asked about its last job: %s",
                self._coordinator.device_name,
                err,
            )
            if _is_final(err):
                self._on_final(err)
        finally:
            self._task = None

    async def _async_read(self, robot: Robot) -> None:
        """Read reports until the job is over and announcements say so too.

        They lag behind: closing before would show the finished job running again.
        """
        coordinator = self._coordinator
        while True:
            try:
                await self._link.async_report(robot)
            except Kicked:
                raise
            except CommandFailed as err:
                # It is so for a moment after a job was left, and no fault.
                coordinator.logger.debug(
                    "%s has no report: %s", coordinator.device_name, err
                )
            else:
                self._say_back()
                await self._async_ask_about(robot)
            if not coordinator.data.job.active:
                if self._is_settled():
                    return
                coordinator.async_ask()
            await asyncio.sleep(coordinator.timing.report_interval)

    def _is_settled(self) -> bool:
        """Whether announcements have caught up with the end of the job."""
        status, reported = self._coordinator.data.status, self._link.reported
        if status is not None and reported and status.st_id == reported.report.st_id:
            self._link.async_forget()
        return status is None or not status.is_active

    async def _async_ask_about(self, robot: Robot) -> None:
        """Ask once per job what it is; a job that initialises cannot tell yet."""
        job = self._coordinator.data.job
        if job.job_number != self._asked_about:
            self._asked_about, self._attempts = job.job_number, 0
        if (st_id := job.st_id) is None or st_id <= 1:
            return
        if self._attempts >= _INFO_ATTEMPTS:
            return
        self._attempts += 1
        try:
            info, picture = await robot.info()
        except Kicked:
            raise
        except CommandFailed as err:
            self._coordinator.logger.debug(
                "%s cannot tell about its job: %s", self._coordinator.device_name, err
            )
            return
        self._attempts = _INFO_ATTEMPTS
        self._coordinator.async_describe_job(job.job_number, info, picture)

    # -- what a person is told

    def _say_lost(self, err: FluxError) -> None:
        if not self._lost:
            self._lost = True
            self._coordinator.logger.info(
                "%s gives no reports of its job, only announcements: %s",
                self._coordinator.device_name,
                err,
            )

    def _say_back(self) -> None:
        if self._lost:
            self._lost = False
            self._coordinator.logger.info(
                "%s gives reports again", self._coordinator.device_name
            )


def _is_final(err: FluxError) -> bool:
    """Whether trying again cannot help until a person has done something."""
    if isinstance(err, SlaveKeyMismatch):
        # What a reboot looks like, too.
        return False
    return isinstance(err, IdentityMismatch | AuthenticationFailed)
