"""What a device is now: datagrams, probes and reports on one path to one `FluxData`.

Whatever arrives is compared first, so a device that repeats itself costs no state write.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .address import AddressFollower
from .aioflux import (
    DeviceInfo,
    DeviceStatus,
    DeviceUpdate,
    Identity,
    JobInfo,
    Listener,
    is_address,
)
from .availability import Presence
from .clock import SteadyClock
from .const import LOGGER
from .data import FluxData, JobPicture
from .description import Description
from .files import DeviceFiles
from .issues import NETWORK_NOT_RETURNED, async_delete_issue
from .job.model import INITIAL
from .job.monitor import JobMonitor
from .job.observation import Announced
from .job.signals import JobDispatcher
from .job.store import JobStore
from .job.tracker import describe, expect, track
from .naming import async_device_name
from .robot import CommandQueue, RobotLink, Unloaded
from .trust import Trust

type FluxConfigEntry = ConfigEntry[FluxCoordinator]


class FluxCoordinator(DataUpdateCoordinator[FluxData]):
    """The state of one device.

    There is no update interval: `Presence` decides when the device is asked, because
    that depends on its last sign of life.
    """

    config_entry: FluxConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: FluxConfigEntry, listener: Listener
    ) -> None:
        """Take the entry and the one listener."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=entry.title, always_update=False
        )
        if TYPE_CHECKING:
            assert entry.unique_id is not None  # Every flow sets it.
        self.uuid = entry.unique_id
        self.listener = listener
        self.timing = timing = listener.timing
        self.clock = clock = SteadyClock(hass)
        self.announced: Announced | None = None
        self.reconnects = 0  # How often the device came back, for diagnostics.
        self.network_settles_at = float("-inf")  # Until then it takes no other one.
        self.commands = CommandQueue()
        self._presence = Presence(
            clock, timing, probe=self._probe, on_silent=self._async_silent
        )
        self._follower = AddressFollower(
            hass, entry, listener, clock, self._presence, on_moved=self._async_moved
        )
        self.trust = Trust(
            hass,
            entry,
            listener,
            clock,
            locate=self.async_locate,
            is_online=lambda: self.data.online,
            on_signed_in=self._async_signed_in,
            on_checked=self._async_checked,
        )
        self.robot = RobotLink(
            hass,
            clock,
            listener,
            self.trust,
            is_occupied=self._is_occupied,
            on_report=self._async_reported,
            on_aged=self._async_aged,
        )
        self.files = DeviceFiles(
            hass, clock, timing, self.robot, is_online=lambda: self.data.online
        )
        self.description = Description(
            hass,
            entry,
            clock,
            timing,
            connect=self.robot.connection,
            may_ask=self._may_ask,
            on_verified=self._async_show_description,
            on_refuted=self.async_touch,
            on_error=self.trust.handle_error,
        )
        self.monitor = JobMonitor(
            hass, entry, clock, timing, device=self, link=self.robot, trust=self.trust
        )
        self.dispatcher = JobDispatcher(hass, entry, self.uuid, clock, timing.job_name)
        self._store = JobStore(hass, entry)
        self._answered = asyncio.Event()
        self._offline_logged = False
        self._unsubscribe: Callable[[], None] | None = None
        self.data = FluxData(host=self.host, device=None, status=None, job=INITIAL)

    @property
    def host(self) -> str:
        """The address the device is followed at."""
        return self._follower.address

    @property
    def device_name(self) -> str:
        """What the device is called now: `name` is what it was called at setup."""
        return async_device_name(self.hass, self.config_entry)

    def _is_occupied(self) -> bool:
        """Whether the device announces that another client holds it."""
        return self.data.status is not None and self.data.status.is_occupied

    def _may_ask(self) -> bool:
        """Whether the device may be connected to without a person asking for it."""
        trust = self.trust
        return self.data.status is not None and not (
            self._is_occupied() or trust.is_refused or trust.is_checking
        )

    # -- life

    @override
    async def _async_setup(self) -> None:
        """Read what is stored, then begin to listen."""
        self.data = replace(self.data, job=await self._store.async_load())
        self.listener.pin(self.uuid, self.trust.master_key, self.host)
        self._unsubscribe = self.listener.subscribe(self._async_seen, uuid=self.uuid)
        if (device := self.listener.get(self.uuid, self.host)) is not None:
            self._async_describe(device)

    @override
    async def _async_update_data(self) -> FluxData:
        """Ask the device what it does and who it is, and give it a moment to answer.

        At setup, so that a running device never passes through `offline`, and when a
        person asks for an update. It never fails: a device that is off is a state.
        """
        self._answered.clear()
        self.async_ask()
        await self.clock.wait(self._answered, self.timing.setup_wait)
        if not self.data.online:
            self._log_offline()
        return self.data

    @override
    async def async_shutdown(self) -> None:
        """Stop listening and asking, and write what is worth keeping."""
        # While the device can still be reached: an interrupted upload is tidied up.
        await self.files.async_close()
        await super().async_shutdown()
        self._presence.async_stop()
        self.dispatcher.async_flush()
        # Before anything waits: what is heard from now on is for the next coordinator.
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
            self.listener.unpin(self.uuid)
        await self.monitor.async_stop()
        await self.robot.async_close()
        if unsubscribe is not None:
            await self._store.async_close()

    # -- asking

    @callback
    def async_ask(self) -> None:
        """Ask the device for its status; silence from now on counts."""
        self._presence.async_ask()

    @callback
    def async_probe(self) -> None:
        """Ask once, in both generations."""
        self.listener.probe(self.host)

    def _probe(self) -> None:
        """Ask once, also where its name may lead to by now."""
        self.async_probe()
        if self._presence.silent or not is_address(self.host):
            self._follower.async_search()

    @callback
    def async_touch(self) -> None:
        """Ask the device for its name and firmware."""
        self.listener.touch(self.uuid, self.host)

    def ensure_loaded(self) -> None:
        """Raise Unloaded after a shutdown."""
        if self._shutdown_requested:
            raise Unloaded("the entry was unloaded")

    async def async_locate(self) -> DeviceInfo:
        """Return the device at its address. Raises Unloaded, DeviceNotFound."""
        self.ensure_loaded()
        return await self._follower.async_locate(self.data.device)

    # -- datagrams and reports

    @callback
    def _async_seen(self, sighting: DeviceUpdate) -> None:
        """Take one datagram about our uuid.

        It may be forged: nothing but a TLS handshake says who is at our address.
        """
        if self.trust.is_broken:
            # Another key is there, or was: the device may be itself again by now.
            self.trust.schedule_check()
        if sighting.host != self.host:
            if not self.trust.is_broken:
                self._follower.async_consider(sighting)
            return
        if sighting.device is not None:
            self._async_describe(sighting.device)
        if sighting.status is not None:
            self._async_announced(sighting.status)

    @callback
    def _async_announced(self, status: DeviceStatus) -> None:
        """Take what the device says it is doing."""
        self.announced = Announced(status, self.clock.now())
        data, reported = self.data, self.robot.reported
        if data.host != self.host:
            self.listener.pin(self.uuid, self.trust.master_key, self.host)
        if status != data.status or data.job.time_dependent or data.host != self.host:
            self.async_reevaluate()
        if reported is not None and status.st_id != reported.report.st_id:
            self.monitor.wake.set()
        self._presence.async_heard(active=self.data.job.active)
        if self.data.device is not None:
            self._answered.set()

    @callback
    def _async_silent(self) -> None:
        """Take it that the device is off."""
        self.announced = None
        self.async_reevaluate()

    @callback
    def _async_reported(self) -> None:
        """Take a new report, which is a sign of life too."""
        self.async_reevaluate()
        self._presence.async_heard(active=self.data.job.active)

    @callback
    def _async_aged(self) -> bool:
        """Look again as a report is old; return whether it counts nevertheless.

        Then the device is asked for the announcement that it waits for.
        """
        self.async_reevaluate()
        if self.data.job.from_report:
            self.async_ask()
        return self.data.job.from_report

    @callback
    def async_describe_job(
        self, job_number: int, info: JobInfo, picture: bytes | None
    ) -> None:
        """Take what job number `job_number` is, and its picture (PNG, JPEG)."""
        job = describe(self.data.job, job_number, info)
        picture_of = JobPicture(job_number, picture)
        self.async_reevaluate(replace(self.data, job=job, picture=picture_of))

    @callback
    def async_expect_job(self, name: str | None) -> None:
        """Give the next job a name: it is about to be started here. None: it is not."""
        job = expect(self.data.job, name, self.clock.now())
        self.async_reevaluate(replace(self.data, job=job))

    @callback
    def async_reevaluate(self, known: FluxData | None = None) -> None:
        """Work out what it all means now, and update what depends on it.

        States first: an automation that an event starts finds them up to date.
        """
        if self._shutdown_requested:
            return
        known = known or self.data
        was_online, announced = self.data.online, self.announced
        step = track(
            known.job,
            announced,
            self.robot.reported,
            self.clock.now(),
            report_fresh=self.timing.report_fresh,
            status_lag=self.timing.status_lag,
        )
        self._store.async_keep(step.state)
        data = replace(
            known,
            host=self.host,
            status=None if announced is None else announced.status,
            job=step.state,
            clock_error=self.clock.error(),
        )
        if data.job.job_number != self.data.job.job_number:
            self.files.forget()
        if data != self.data:
            self.async_set_updated_data(data)
            if data.online and not was_online:
                self._async_came()
            elif was_online and not data.online:
                # Not always with the silence: a report can outlast it.
                self._log_offline()
        else:
            # What is equal can still know more, of times that are shown nowhere.
            self.data = data
        self.monitor.async_follow()
        self.dispatcher.async_dispatch(
            step,
            lost=known.job.active and was_online and not data.online,
            may_learn=self.monitor.may_learn_name,
        )

    @callback
    def _async_came(self) -> None:
        """Take it that the device is there, for the first time or again."""
        if self._offline_logged:
            self._offline_logged = False
            self.reconnects += 1
            LOGGER.info("%s is back at %s", self.device_name, self.host)
        self.files.forget()
        async_delete_issue(self.hass, self.config_entry, NETWORK_NOT_RETURNED)
        self.trust.async_check()

    def _log_offline(self) -> None:
        if not self._offline_logged:
            self._offline_logged = True
            LOGGER.info("%s does not answer at %s", self.device_name, self.host)

    # -- who and where it is

    @callback
    def _async_moved(self, host: str) -> None:
        """Follow the device to an address that has proved to be its own."""
        if self.trust.is_broken:
            return
        LOGGER.info("%s moved from %s to %s", self.device_name, self.host, host)
        self._follower.async_move(host)
        self.async_ask()

    @callback
    def _async_signed_in(self) -> None:
        """Take a sign-in that succeeded: ask anew who it is, and go on with its job."""
        self.async_touch()
        if not self.trust.is_refused:
            self.monitor.resume()

    async def _async_checked(self) -> None:
        """Verify what was claimed while a check was under way."""
        if not self.trust.is_refused and not self.trust.is_broken:
            await self.description.async_verify()

    @callback
    def _async_describe(self, device: DeviceInfo) -> None:
        """Take an answer to our touch."""
        if device.identity is not Identity.PINNED:
            self.trust.schedule_check()
            return
        self.description.async_take(device)
        self._async_show_description()

    @callback
    def _async_show_description(self) -> None:
        """Show what is known of the device, with verified texts."""
        before, device = self.data.device, self.description.device
        if device is None or device == before:
            return
        if before and (device.version != before.version) | (
            device.has_password != before.has_password
        ):
            # It may have forgotten our key along with that.
            self.trust.schedule_check()
        self.async_set_updated_data(replace(self.data, device=device))
        if self.data.online:
            self._answered.set()
