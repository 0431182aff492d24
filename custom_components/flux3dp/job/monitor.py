"""Monitoring a job: reports every few seconds, while there is one, and only then.

A job that ended while we were away is asked about once.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Final

from homeassistant.core import Event, callback
from homeassistant.helpers import device_registry as dr

from ..aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    FluxError,
    IdentityMismatch,
    Robot,
)
from ..const import CONF_HOLD_CONNECTION, LOGGER
from ..device import FluxDevice, JobPicture
from ..robot import RobotLink
from ..timing import Backoff
from ..trust import Trust
from .status_table import ENDED_IDS, is_there
from .tracker import describe

# How often a device is asked what its job is, if it does not say.
_INFO_ATTEMPTS: Final = 3


@dataclass(slots=True)
class _Tries:
    """What was tried for one job.

    `infos` is how often it was asked what it is, `_INFO_ATTEMPTS` once that is known.
    `refused`: the device refused our key. After `not_before` another key is tried again,
    and `rest` seconds later the next time; after `reconnect_at` a connection that breaks
    is opened again at once.
    """

    job_number: int
    rest: float
    not_before: float = 0.0
    reconnect_at: float = 0.0
    refused: bool = False
    ask_again_at: float = 0.0
    infos: int = 0


class JobMonitor:
    """Holds the connection during a job, if the entry's option allows it.

    It rests while trust is broken, or the device refuses our key, until a sign-in.
    """

    def __init__(self, device: FluxDevice, link: RobotLink, trust: Trust) -> None:
        self._device = device
        self._entry = device.config_entry
        self._clock = device.clock
        self._timing = device.timing
        self._link = link
        self._trust = trust
        self._task: asyncio.Task[None] | None = None
        self._stopped = False
        self.wake = asyncio.Event()  # Set it to have a report read soon.
        self._resting = False
        self._tries = _Tries(-1, 0.0)
        self._backoff = Backoff(device.clock, device.timing.report_interval)
        self._failing_since = float("inf")
        self._lost = False
        self._entry.async_on_unload(
            device.hass.bus.async_listen(
                dr.EVENT_DEVICE_REGISTRY_UPDATED, self._async_device_updated
            )
        )

    def may_learn_name(self) -> bool:
        """Whether it is about to be known what the job is called."""
        return (
            self._task is not None
            and not self._resting
            and self._may_connect
            and self._tries_now().infos < _INFO_ATTEMPTS
        )

    @property
    def _may_connect(self) -> bool:
        """Whether the connection may be used for this job, as things are."""
        return (
            self._entry.options.get(CONF_HOLD_CONNECTION, True)
            and not self._device.is_disabled
            and self._trust.presented is None
            and not self._tries_now().refused
        )

    @property
    def _is_there(self) -> bool:
        """Whether there is a job whose result is not out."""
        return is_there(self._device.data.job.st_id)

    def _tries_now(self) -> _Tries:
        """Return what was tried for the job of now."""
        number = self._device.data.job.job_number
        if self._tries.job_number != number:
            self._tries = _Tries(number, self._timing.robot_retry)
        return self._tries

    @callback
    def async_follow(self) -> None:
        """Start to monitor if there is a job now, and stop if not."""
        device, job, there = self._device, self._device.data.job, self._is_there
        if device.availability.active is not there:
            device.availability.active = there and not device.is_disabled
        if there:
            self._async_begin(self._async_monitor)
            return
        self.wake.set()
        if job.st_id not in ENDED_IDS or not self._may_connect:
            return
        tries = self._tries_now()
        due = job.awaits_report and self._clock.now() >= tries.ask_again_at
        if due or tries.infos < _INFO_ATTEMPTS:
            self._async_begin(self._async_ask_once)

    @callback
    def resume(self) -> None:
        """Connect again: the device holds its key, and trusts ours."""
        self._tries.refused = False
        self.async_follow()

    async def async_stop(self) -> None:
        """Stop monitoring, at once and for good."""
        self._stopped = True
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])

    @callback
    def _async_device_updated(
        self, _event: Event[dr.EventDeviceRegistryUpdatedData]
    ) -> None:
        """Leave a device alone that is disabled in mid-job."""
        if self._device.is_disabled:
            self._device.availability.active = False
            if self._task is not None:
                self._task.cancel()

    @callback
    def _async_begin(self, run: Callable[[], Coroutine[None, None, None]]) -> None:
        """Start a task, if none runs now."""
        # A task that was canceled before its first step has not cleared this.
        running = self._task is not None and not self._task.done()
        if not (running or self._stopped or self._device.hass.is_stopping):
            self._task = self._device.create_task(run(), "job")

    async def _async_monitor(self) -> None:
        """Read reports until no job is there, as often as it takes to connect."""
        self._failing_since = float("inf")
        try:
            while self._is_there:
                began = self._clock.now()
                if (
                    not self._may_connect
                    or began < self._tries_now().not_before
                    # Jobs can be forged, one after the other, and no report shows them.
                    or not self._backoff.take()
                ):
                    await self._async_rest(self._timing.probe_interval)
                    continue
                self._resting = False
                try:
                    async with self._link.connection(ahead=False) as robot:
                        await self._async_read(robot)
                except FluxError as err:
                    if self._is_there:
                        # Of a job that is over no report is missed.
                        self._log_lost(err)
                    if not self._is_pointless(err) and not self._may_reconnect(
                        err, began
                    ):
                        await self._async_rest(self._timing.robot_retry)
                        self._backoff.reset()
                except Exception:  # noqa: BLE001 - the next announcement would start this again
                    if not self._lost:
                        self._lost = True
                        LOGGER.exception(
                            "Reading reports of %s failed", self._device.device_name
                        )
                    await self._async_rest(self._timing.robot_retry)
        finally:
            self._task, self._resting = None, False
        # What waited for the name of the job waits no longer.
        self._device.async_reevaluate()

    async def _async_rest(self, seconds: float) -> None:
        """Leave the robot port alone for so long, or until the job is over."""
        end = self._clock.now() + seconds
        if not self._resting:
            self._resting = True
            self._device.async_reevaluate()
        while (left := end - self._clock.now()) > 0 and self._is_there:
            self.wake.clear()
            await self._clock.wait(self.wake, left)

    async def _async_read(self, robot: Robot) -> None:
        """Read reports until the job is over and announcements, which lag, say so too."""
        self.wake.clear()
        answered_at = there_at = self._clock.now()
        while True:
            passing = False
            try:
                report = await self._link.async_report(robot)
            except CommandFailed as err:
                # For a moment after a job was left; announcements may lag for as long.
                LOGGER.debug("%s has no report: %s", self._device.device_name, err)
                passing = self._clock.now() - answered_at < self._timing.control_confirm
                self._device.async_probe()
            else:
                answered_at = self._clock.now()
                if is_there(report.st_id):
                    self._backoff.reset()
                self._log_back()
                await self._async_ask_about(robot)
            usual, now = self._timing.report_interval, self._clock.now()
            if self._is_there:
                there_at = now
            elif self._has_caught_up(there_at):
                return
            else:
                self._device.async_probe()
            close = min(usual, self._timing.report_interval_close)
            if self._is_there and not passing:
                await self._clock.wait(self.wake, usual)
            # Anyone can announce anything, so even woken it reads no more often than this.
            if (rest := now + close - self._clock.now()) > 0:
                await self._clock.sleep(rest)
            self.wake.clear()

    def _has_caught_up(self, there_at: float) -> bool:
        """Whether announcements have caught up with the end of a job, last seen then."""
        announced = self._device.announced
        if announced is None or self._device.reported is None:
            return True
        waited = self._clock.now() - there_at >= self._timing.control_confirm
        return waited and not announced.status.is_active

    def _is_pointless(self, err: FluxError) -> bool:
        """Whether trying again cannot help before the device is trusted again.

        It may hold its key wherever we sign in, and not here: the rest doubles each time.
        """
        if not isinstance(err, IdentityMismatch | AuthenticationFailed):
            return False
        tries = self._tries_now()
        if isinstance(err, AuthenticationFailed):
            tries.refused = True
        tries.not_before = self._clock.now() + tries.rest
        tries.rest *= 2
        return True

    def _may_reconnect(self, err: FluxError, began: float) -> bool:
        """Whether to connect again at once, once in a while: one that gave reports broke."""
        now, reported = self._clock.now(), self._device.reported
        tries = self._tries_now()
        if (
            not isinstance(err, ConnectionFailed)
            or reported is None
            or reported.at < began
            or now < tries.reconnect_at
        ):
            return False
        tries.reconnect_at = now + self._timing.robot_retry
        return True

    async def _async_ask_once(self) -> None:
        """Ask which job it was that has ended, and what; if that fails, little is lost."""
        tries = self._tries_now()
        tries.ask_again_at = self._clock.now() + self._timing.unheard
        tries.infos = 0
        try:
            while not self._backoff.take():
                await self._clock.sleep(self._timing.probe_interval)
                if self._is_there:
                    return
            async with self._link.connection() as robot:
                await self._link.async_report(robot)
                await self._async_ask_about(robot)
        except FluxError as err:
            LOGGER.debug(
                "%s was not asked about its last job: %s", self._device.device_name, err
            )
            self._is_pointless(err)
        finally:
            tries.infos = _INFO_ATTEMPTS
            self._task = None
            self._device.async_reevaluate()

    async def _async_ask_about(self, robot: Robot) -> None:
        """Ask once per job what it is; a job that initializes cannot tell yet."""
        job, tries = self._device.data.job, self._tries_now()
        if job.st_id is None or job.st_id <= 1 or tries.infos >= _INFO_ATTEMPTS:
            return
        tries.infos += 1
        try:
            info, picture = await robot.info()
        except CommandFailed as err:
            LOGGER.debug(
                "%s cannot tell about its job: %s", self._device.device_name, err
            )
            if tries.infos >= _INFO_ATTEMPTS:
                # The beginning of the job waits for its name no more.
                self._device.async_reevaluate()
        else:
            tries.infos = _INFO_ATTEMPTS
            data = self._device.data
            self._device.async_reevaluate(
                data._replace(
                    job=describe(data.job, job.job_number, info),
                    picture=JobPicture(job.job_number, picture),
                )
            )

    def _log_lost(self, err: FluxError) -> None:
        """Log that there are no reports, unless the device was just switched off."""
        self._failing_since = min(self._failing_since, self._clock.now())
        announced = self._device.announced
        if isinstance(err, ConnectionFailed) and (
            announced is None or announced.at <= self._failing_since
        ):
            return
        if not self._lost:
            self._lost = True
            LOGGER.info(
                "%s gives no reports of its job, only announcements: %s",
                self._device.device_name,
                err,
            )

    def _log_back(self) -> None:
        self._failing_since = float("inf")
        self._tries_now().rest = self._timing.robot_retry
        if self._lost:
            self._lost = False
            LOGGER.info("%s gives reports again", self._device.device_name)
