"""Watching a job: reports every few seconds, while there is one, and only then.

Knows when the robot connection is wanted, and what is done without it: announcements
carry on. A job that ended unwatched, while we were away, is asked about once. The
connection is `robot.py`'s, what is read goes to the coordinator, and whether the
device is to be believed is for `trust.py` to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    FluxError,
    IdentityMismatch,
    Kicked,
    Robot,
)
from .const import CONF_HOLD_CONNECTION
from .robot import RobotLink
from .waiting import async_wait_at_most

if TYPE_CHECKING:
    from .coordinator import FluxCoordinator

# Completed, aborted: a device that shows it is not idle, and can still tell what it was.
_ENDED_IDS: Final = frozenset({64, 128})
# A device that cannot tell what its job is: no reason to ask with every report.
_INFO_ATTEMPTS = 3


class JobWatch:
    """Holds the connection during a job, if the entry's option allows it.

    `on_distrust` is called with what speaks against the device, or against us: another
    key than the pinned one shows up, or ours is not known any more. A device that
    refused us is not asked again in that job, and nobody while trust is broken, until a
    sign-in shows that all is well (`async_go_on`).
    """

    def __init__(
        self,
        coordinator: FluxCoordinator,
        link: RobotLink,
        *,
        on_distrust: Callable[[FluxError], None],
    ) -> None:
        """Watch nothing yet."""
        self._coordinator = coordinator
        self._link = link
        self._on_distrust = on_distrust
        self._task: asyncio.Task[None] | None = None
        self._over = asyncio.Event()
        self._stopped = False
        self._lost = False
        self._faults: tuple[type[Exception], ...] = ()
        self._refused: int | None = None
        self._rest = coordinator.timing.robot_retry
        self._not_before = 0.0
        self._heard_at = 0.0
        self._failing_since = float("inf")
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
        self._rest, self._not_before = self._coordinator.timing.robot_retry, 0.0
        if job.st_id in _ENDED_IDS and job.job_number != self._asked_about:
            self._async_begin(self._async_ask_once)

    @callback
    def async_go_on(self) -> None:
        """Take it that the device holds its key, and knows ours."""
        self._refused = None
        self.async_follow()

    @callback
    def async_heard(self) -> None:
        """Take note that the device has announced what it does: it is there."""
        self._heard_at = self._now()

    @callback
    def _async_begin(self, run: Callable[[], Coroutine[None, None, None]]) -> None:
        """Do something over the connection, if it may be used and nothing is done."""
        entry, hass = self._coordinator.config_entry, self._coordinator.hass
        if (
            self._task is None
            and not self._stopped
            and not hass.is_stopping
            and entry.options.get(CONF_HOLD_CONNECTION, True)
            and not self._coordinator.trust.is_broken
            and self._coordinator.data.job.job_number != self._refused
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
        self._failing_since = float("inf")
        try:
            await self._async_rest(self._not_before - self._now())
            while self._coordinator.data.job.active:
                try:
                    async with self._link.connection() as robot:
                        await self._async_read(robot)
                except FluxError as err:
                    if self._coordinator.data.job.active:
                        # Of a job that is over nobody misses a report.
                        self._say_lost(err)
                    if self._is_in_vain(err):
                        return
                    await self._async_rest(retry)
                except Exception as err:
                    # A fault of ours. The next announcement would start this again.
                    if not isinstance(err, self._faults):
                        self._faults = (*self._faults, type(err))
                        self._coordinator.logger.exception(
                            "Reading reports of %s failed; it is tried again, and "
                            "not told again",
                            self._coordinator.device_name,
                        )
                    await self._async_rest(retry)
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
            self._is_in_vain(err)
        finally:
            self._task = None

    async def _async_rest(self, seconds: float) -> None:
        """Leave the device alone for so long, or until its job is over."""
        await async_wait_at_most(self._over, seconds)

    def _now(self) -> float:
        return self._coordinator.hass.loop.time()

    def _is_in_vain(self, err: FluxError) -> bool:
        """Whether trying again cannot help before somebody is trusted again.

        In one job the rest before that doubles each time, until a report is read: the
        device may well be itself wherever we sign in, and somebody else here.
        """
        if not isinstance(err, IdentityMismatch | AuthenticationFailed):
            return False
        self._on_distrust(err)
        if isinstance(err, AuthenticationFailed):
            self._refused = self._coordinator.data.job.job_number
        elif not self._coordinator.trust.is_broken:
            # A reboot looks like that, and a device that has taken its address.
            return False
        self._not_before = self._now() + self._rest
        self._rest *= 2
        return True

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
            self._link.drop_report()
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
        """Say that there are no reports, of a device that is there.

        One that was just switched off is told of by its silence. It may be that as long
        as nobody has heard it since.
        """
        self._failing_since = min(self._failing_since, self._now())
        if isinstance(err, ConnectionFailed) and self._heard_at <= self._failing_since:
            return
        if not self._lost:
            self._lost = True
            self._coordinator.logger.info(
                "%s gives no reports of its job, only announcements: %s",
                self._coordinator.device_name,
                err,
            )

    def _say_back(self) -> None:
        self._failing_since = float("inf")
        self._rest = self._coordinator.timing.robot_retry
        if self._lost:
            self._lost = False
            self._coordinator.logger.info(
                "%s gives reports again", self._coordinator.device_name
            )
