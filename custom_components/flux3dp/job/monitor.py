"""Monitoring a job: reports every few seconds, while there is one, and only then.

Knows when the robot connection is wanted and how often a report is; with or without it the
device is probed twice a second for its status, so that no end is missed.
A job that ended unwatched, while we were away, is asked about once. The connection is
`robot.py`'s, what is read goes to the coordinator, and whether the device is to be
believed is for `trust.py` to say.
"""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, Event, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.event import async_track_time_interval

from ..aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    FluxError,
    IdentityMismatch,
    Kicked,
    Robot,
)
from ..const import CONF_HOLD_CONNECTION
from ..naming import async_registered
from ..robot import RobotLink
from ..waiting import async_wait_at_most
from .observation import ENDED_IDS

if TYPE_CHECKING:
    from ..coordinator import FluxCoordinator

# A device that cannot tell what its job is: no reason to ask with every report.
_INFO_ATTEMPTS = 3
# How many refusals in a row are those of the moment after a job was left.
_REFUSALS = 6


class JobMonitor:
    """Holds the connection during a job, if the entry's option allows it.

    `on_distrust` is called with what speaks against the device, or against us: another
    key than the pinned one shows up, or ours is not known any more. A device that
    refused us is not asked again in that job, and none while trust is broken, until a
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
        self._stop_probing: CALLBACK_TYPE | None = None
        self._over = asyncio.Event()
        self._wake = asyncio.Event()
        self._woken_at = 0.0
        self._refusals = 0
        self._resting = False
        self._stopped = False
        self._lost = False
        self._faults: tuple[type[Exception], ...] = ()
        self._has_reported = False
        self._reconnect_not_before = 0.0
        self._refused: int | None = None
        self._rest = coordinator.timing.robot_retry
        self._not_before = 0.0
        self._heard_at = 0.0
        self._failing_since = float("inf")
        self._asked_about: int | None = None
        self._attempts = 0
        self._ask_again_at = 0.0
        coordinator.config_entry.async_on_unload(
            coordinator.hass.bus.async_listen(
                dr.EVENT_DEVICE_REGISTRY_UPDATED, self._async_device_updated
            )
        )

    @property
    def may_learn_name(self) -> bool:
        """Whether it is about to be known what the job is called."""
        if self._task is None or self._resting or not self._may_connect:
            return False
        asked = self._coordinator.data.job.job_number == self._asked_about
        return not asked or self._attempts < _INFO_ATTEMPTS

    @property
    def _may_connect(self) -> bool:
        """Whether the connection may be used for this job, as things are."""
        coordinator = self._coordinator
        return (
            coordinator.config_entry.options.get(CONF_HOLD_CONNECTION, True)
            and not self._is_disabled
            and not coordinator.trust.is_broken
            and coordinator.data.job.job_number != self._refused
        )

    @property
    def _is_disabled(self) -> bool:
        """Whether a person has disabled the device: its entry stays loaded then."""
        coordinator = self._coordinator
        registered = async_registered(coordinator.hass, coordinator.config_entry)
        return registered is not None and registered.disabled

    @callback
    def _async_device_updated(
        self, _event: Event[dr.EventDeviceRegistryUpdatedData]
    ) -> None:
        """Leave a device alone that is disabled in mid-job."""
        if self._is_disabled:
            self._set_probing(active=False)
            if self._task is not None:
                self._task.cancel()

    @callback
    def async_follow(self) -> None:
        """Begin to monitor if there is a job now, and come to an end if not."""
        state = self._coordinator.data.job
        self._set_probing(active=state.active)
        if state.active:
            self._over.clear()
            self._async_begin(self._async_monitor)
            return
        self._over.set()
        self._rest, self._not_before = self._coordinator.timing.robot_retry, 0.0
        if state.st_id not in ENDED_IDS or not self._may_connect:
            return
        open_question = state.job and (
            state.job.session_unconfirmed or state.job.missed
        )
        if state.job_number != self._asked_about or (
            open_question and self._now() >= self._ask_again_at
        ):
            self._async_begin(self._async_ask_once)

    @callback
    def _set_probing(self, *, active: bool) -> None:
        """Probe twice a second in a job: another client can leave it when it has ended.

        A probe costs 20 bytes, and the device answers from what it announces anyway. As
        many reports would disturb the process that moves the machine.
        """
        if not active and self._stop_probing is not None:
            self._stop_probing()
            self._stop_probing = None
        elif active and not (self._stop_probing or self._stopped or self._is_disabled):
            interval = timedelta(seconds=self._coordinator.timing.probe_interval)
            self._stop_probing = async_track_time_interval(
                self._coordinator.hass, self._async_probe, interval
            )

    @callback
    def _async_probe(self, _now: datetime) -> None:
        self._coordinator.listener.probe(self._coordinator.host)

    @callback
    def async_wake(self) -> None:
        """Read a report at once, because an announcement contradicts the last one.

        Anybody can announce anything, so not more often than twice a second.
        """
        if self._now() - self._woken_at >= self._close_interval:
            self._woken_at = self._now()
            self._wake.set()

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
        """Begin to do something about the job, if nothing is done about it now."""
        entry, hass = self._coordinator.config_entry, self._coordinator.hass
        if self._task is None and not self._stopped and not hass.is_stopping:
            self._task = entry.async_create_background_task(
                hass,
                run(),
                f"{self._coordinator.device_name} job",
                eager_start=False,
            )

    async def async_stop(self) -> None:
        """Stop watching, at once and for good."""
        self._stopped = True
        self._set_probing(active=False)
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])

    async def _async_monitor(self) -> None:
        """Read reports until no job is there, as often as it takes to connect."""
        coordinator = self._coordinator
        self._failing_since = float("inf")
        try:
            while coordinator.data.job.active:
                if not self._may_connect or self._now() < self._not_before:
                    await self._async_rest(coordinator.timing.probe_interval)
                    continue
                self._resting = self._has_reported = False
                try:
                    async with self._link.connection() as robot:
                        await self._async_read(robot)
                except FluxError as err:
                    if coordinator.data.job.active:
                        # Of a job that is over no report is missed.
                        self._say_lost(err)
                    if not self._is_in_vain(err) and not self._may_reconnect(err):
                        await self._async_rest(coordinator.timing.robot_retry)
                except Exception as err:
                    # A fault of ours. The next announcement would start this again.
                    if not isinstance(err, self._faults):
                        self._faults = (*self._faults, type(err))
                        coordinator.logger.exception(
                            "Reading reports of %s failed; it is tried again, and "
                            "not told again",
                            coordinator.device_name,
                        )
                    await self._async_rest(coordinator.timing.robot_retry)
        finally:
            self._task, self._resting = None, False
        # What waited for something to be learnt waits no longer.
        coordinator.async_reevaluate()

    async def _async_ask_once(self) -> None:
        """Ask which job it was that has ended, and what; if that fails, little is lost."""
        coordinator = self._coordinator
        self._asked_about = coordinator.data.job.job_number
        self._attempts = 0
        self._ask_again_at = self._now() + coordinator.timing.unheard
        try:
            async with self._link.connection() as robot:
                await self._link.async_report(robot)
                await self._async_ask_about(robot)
        except FluxError as err:
            coordinator.logger.debug(
                "%s was not asked about its last job: %s", coordinator.device_name, err
            )
            self._is_in_vain(err)
        finally:
            self._attempts = _INFO_ATTEMPTS
            self._task = None
        coordinator.async_reevaluate()

    async def _async_rest(self, seconds: float) -> None:
        """Leave the robot port alone for so long, or until the job is over."""
        if not self._resting:
            self._resting = True
            self._coordinator.async_reevaluate()
        await async_wait_at_most(self._over, seconds)

    @property
    def _close_interval(self) -> float:
        timing = self._coordinator.timing
        return min(timing.report_interval, timing.report_interval_close)

    def _interval(self) -> float:
        """Return the seconds until the next report."""
        if not self._coordinator.data.job.active or 0 < self._refusals <= _REFUSALS:
            return self._close_interval
        return self._coordinator.timing.report_interval

    def _now(self) -> float:
        return self._coordinator.hass.loop.time()

    def _is_in_vain(self, err: FluxError) -> bool:
        """Whether trying again cannot help before the device is trusted again.

        In one job the rest before that doubles each time, until a report is read: the
        device may well be itself wherever we sign in, and something else here.
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

    def _may_reconnect(self, err: FluxError) -> bool:
        """Whether to connect again at once: a connection that gave reports broke.

        The job may end, and be cleared, in a rest. One that breaks again and again rests.
        """
        now = self._now()
        if (
            not self._has_reported
            or not isinstance(err, ConnectionFailed)
            or now < self._reconnect_not_before
        ):
            return False
        self._reconnect_not_before = now + self._coordinator.timing.robot_retry
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
                # It is so for a moment after a job was left, and no fault. Announcements
                # may show its end for as long.
                coordinator.logger.debug(
                    "%s has no report: %s", coordinator.device_name, err
                )
                self._refusals += 1
                if self._refusals <= _REFUSALS:
                    coordinator.async_ask()
            else:
                self._refusals = 0
                self._has_reported = True
                self._say_back()
                await self._async_ask_about(robot)
            if not coordinator.data.job.active:
                if self._is_settled():
                    return
                coordinator.async_ask()
            await async_wait_at_most(self._wake, self._interval())
            self._wake.clear()

    def _is_settled(self) -> bool:
        """Whether announcements have caught up with the end of the job."""
        status, reported = self._coordinator.data.status, self._link.reported
        if status is not None and reported and status.st_id == reported.report.st_id:
            self._link.drop_report()
        return status is None or not status.is_active

    async def _async_ask_about(self, robot: Robot) -> None:
        """Ask once per job what it is; a job that initializes cannot tell yet."""
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
