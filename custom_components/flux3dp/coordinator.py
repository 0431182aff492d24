"""What a device is now: datagrams, probes and reports on one path to one `FluxData`.

Whatever arrives is compared first, so a device that repeats itself costs no state write.
"""

import asyncio
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .address import AddressFollower
from .aioflux import (
    DeviceInfo,
    DeviceUpdate,
    Identity,
    Listener,
    is_address,
)
from .availability import Availability
from .commands import CommandQueue
from .const import DOMAIN, LOGGER
from .device import FluxData, FluxDevice
from .device_info import VerifiedInfo
from .files import DeviceFiles
from .issues import NETWORK_NOT_RETURNED, async_delete_issue
from .job.model import JobState
from .job.monitor import JobMonitor
from .job.observation import (
    Announced,
    AnnouncementOrder,
    Reported,
    is_alike,
)
from .job.signals import JobDispatcher
from .job.status_table import is_there
from .job.store import JobStore
from .job.tracker import expect, track
from .maintenance import DeviceMaintenance
from .robot import RobotLink
from .settings import DeviceSettings
from .trust import Trust

type FluxConfigEntry = ConfigEntry[FluxCoordinator]

# What devices said last before their entries were unloaded, by entry.
LAST_STATUS: HassKey[dict[str, tuple[Announced | None, Reported | None]]] = HassKey(
    f"{DOMAIN}_last_status"
)


class FluxCoordinator(FluxDevice):
    """The state of one device, and all that works on it.

    There is no update interval: `Availability` decides when the device is asked, because
    that depends on its last sign of life.
    """

    config_entry: FluxConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: FluxConfigEntry, listener: Listener
    ) -> None:
        super().__init__(hass, entry, listener)
        # Announcements lag behind the last report, or are late, after a reload too.
        kept = hass.data.setdefault(LAST_STATUS, {}).pop(entry.entry_id, (None, None))
        self.announced, self.reported = (
            self._if_recent(kept[0]),
            self._if_recent(kept[1]),
        )
        self.reconnects = 0  # How often the device came back, for diagnostics.
        self.network_settles_at = float("-inf")  # Until then it takes no other one.
        self.availability = Availability(
            self.clock, self.timing, probe=self._probe, on_silent=self._async_silent
        )
        self.trust = Trust(
            self, on_signed_in=self._async_signed_in, on_checked=self._async_checked
        )
        self.robot = RobotLink(self, self.trust)
        self.files = DeviceFiles(self, self.robot)
        self.settings = DeviceSettings(self, self.robot)
        self.robot.on_opened = self.settings.async_start_reading
        self.maintenance = DeviceMaintenance(self, self.robot)
        self.commands = CommandQueue(self, self.robot, self.maintenance)
        self.info = VerifiedInfo(self, self.robot, self.trust)
        self.monitor = JobMonitor(self, self.robot, self.trust)
        self.dispatcher = JobDispatcher(self)
        self._follower = AddressFollower(self, self.trust)
        self._store = JobStore(hass, entry)
        self._answered = asyncio.Event()
        self._order = AnnouncementOrder(self.timing.overtaken)
        self._offline_logged = False
        self._evaluated_at = float("-inf")
        self._lags = False  # Whether a report began a job; announcements not yet.
        self._unsubscribe: CALLBACK_TYPE | None = None
        self._unsubscribe_stop: CALLBACK_TYPE | None = None

    def _if_recent[T: Announced | Reported](self, last: T | None) -> T | None:
        # Not in the future either: the moment is another clock's.
        if last and 0 <= self.clock.now() - last.at < self.timing.overtaken:
            return last
        return None

    # -- life

    @override
    async def _async_setup(self) -> None:
        """Read what is stored, then begin to listen."""
        self.data = self.data._replace(job=await self._store.async_load())
        self.listener.pin(self.uuid, self.trust.master_key, self.host)
        self._unsubscribe = self.listener.subscribe(self._async_seen, uuid=self.uuid)
        self._unsubscribe_stop = self.hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_stop
        )
        if (device := self.listener.get(self.uuid, self.host)) is not None:
            self._async_describe(device)
            self.data = self.data._replace(device=self.info.device)

    @override
    async def _async_update_data(self) -> FluxData:
        """Ask the device what it does and who it is, and give it a moment to answer.

        At setup, so that a running device never passes through `offline`, and when a
        person asks for an update. It never fails: a device that is off is a state.
        """
        self._answered.clear()
        self.async_probe()
        await self.clock.wait(self._answered, self.timing.setup_wait)
        if not self.data.online:
            self._log_offline()
        return self.data

    @override
    async def async_shutdown(self) -> None:
        """Stop listening and asking, and write what is worth keeping."""
        self.availability.async_stop()
        self.dispatcher.async_flush()
        # Before anything waits: what is heard from now on is for the next coordinator.
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
            self.listener.unpin(self.uuid)
            last = self.announced, self.reported
            self.hass.data[LAST_STATUS][self.config_entry.entry_id] = last
            await self._store.async_close()
        if self._unsubscribe_stop is not None:
            self._unsubscribe_stop()
            self._unsubscribe_stop = None
        # Work that began since the entry ended all there was.
        await self.async_end_work()
        await super().async_shutdown()
        await self.monitor.async_stop()
        await self.robot.async_close()

    async def async_end_work(self) -> None:
        """End transfers and maintenance; return when the device is idle and tidy."""
        await asyncio.gather(self.files.async_close(), self.maintenance.async_close())

    async def _async_stop(self, _event: Event) -> None:
        """Shut down with Home Assistant, which waits for this, not for canceled tasks."""
        self._unsubscribe_stop = None
        await self.async_end_work()
        await self.async_shutdown()

    # -- what arrives

    def _probe(self) -> None:
        """Ask once, also where its name may lead to by now."""
        silent = self.availability.silent
        if silent and self.data.online:
            # A report outlasts the silence, until it is out of date.
            self.async_reevaluate()
        # In a job twice a second: to send costs more than all that an answer does. But
        # one that does not answer may be another device by now.
        unanswered = self.availability.unanswered > 1
        self.listener.probe(self.host, None if unanswered else self.robot.version)
        if silent or not is_address(self.host):
            self._follower.async_search()

    @callback
    def _async_seen(self, sighting: DeviceUpdate) -> None:
        """Handle one datagram about our uuid.

        It may be forged: nothing but a TLS handshake says who is at our address.
        """
        if sighting.host != self.host:
            self._follower.async_consider(sighting)
            return
        if self.trust.presented is not None:
            # Another key is there, or was: the device may be itself again by now.
            self.trust.schedule_check()
        device = sighting.device
        if device is not None and device is not self.info.device:
            self._async_describe(device)
        if sighting.status is not None:
            now = self.clock.now()
            self._async_announced(Announced(sighting.status, now, sighting.prefix))
        elif self.info.device != self.data.device:
            self.async_set_updated_data(self.data._replace(device=self.info.device))
        if self.data.device is not None and self.data.online:
            self._answered.set()

    @callback
    def _async_describe(self, device: DeviceInfo) -> None:
        """Handle an answer to our touch."""
        if device.identity is not Identity.PINNED:
            self.trust.schedule_check()
            return
        before = self.info.device
        self.info.async_take(device)
        if before is not None and (before.version, before.has_password) != (
            device.version,
            device.has_password,
        ):
            # It may have forgotten our key along with that.
            self.trust.schedule_check()

    @callback
    def _async_announced(self, announced: Announced) -> None:
        """Handle an announcement."""
        before, status, now = self.announced, announced.status, announced.at
        if self._order.is_late(announced, before):
            if not self.data.online:
                # After a reload. It is there, and what it said last still counts.
                self.async_reevaluate()
            self.availability.async_heard()
            return
        if before is None or status.st_id != before.status.st_id:
            self._lags = False
        self.announced = announced
        data, reported = self.data, self.reported
        differs = reported is not None and status.st_id != reported.report.st_id
        # A job's times advance: by reports, and by equal announcements where none come.
        due = differs or now - self._evaluated_at >= self.timing.report_interval
        moved = data.host != self.host
        if moved:
            self.listener.pin(self.uuid, self.trust.master_key, self.host)
        if (
            moved
            or before is None
            or not data.online
            or not (
                status == before.status
                or (data.job.from_report and is_alike(status, before.status))
            )
            or (due and data.job.time_dependent)
            or self.info.device != data.device
        ):
            self.async_reevaluate()
        if differs:
            self.monitor.wake.set()
        self.availability.async_heard()

    @callback
    def _async_silent(self) -> None:
        """Handle silence: the device is off, or out of reach."""
        self.announced = None
        self.async_reevaluate()

    @callback
    def async_expect_job(self, name: str | None) -> None:
        """Give the next job a name: it is about to be started here. None: it is not."""
        job = expect(self.data.job, name, self.clock.now())
        self.async_reevaluate(self.data._replace(job=job))

    # -- what it means

    @callback
    @override
    def async_reevaluate(self, known: FluxData | None = None) -> None:
        """Work out what it all means now, and update what depends on it.

        States first: an automation that an event starts finds them up to date.
        """
        if self._unsubscribe is None:
            return
        known, before = known or self.data, self.data
        self._evaluated_at = now = self.clock.now()
        step = track(
            known.job,
            self.announced,
            self.reported,
            now,
            report_fresh=self.timing.report_fresh,
            status_lag=self.timing.status_lag,
        )
        state = step.state
        if state.from_report and state.job_number != known.job.job_number:
            self._lags = True
        if self._has_caught_up(state):
            # It would hide what begins now, which is announced first.
            self.reported = None
        self._store.async_keep(step.state)
        data = known._replace(
            host=self.host,
            device=self.info.device,
            job=step.state,
            clock_error=self.clock.error(),
            settings=self.settings.kept,
        )
        if data.job.job_number != before.job.job_number:
            self.files.forget()
        if data != before:
            self.async_set_updated_data(data)
            if data.online and not before.online:
                self._async_came()
            elif before.online and not data.online:
                # Not always with the silence: a report can outlast it.
                self._log_offline()
        else:
            # What is equal can still know more, of times that are shown nowhere.
            self.data = data
        self.monitor.async_follow()
        self.dispatcher.async_dispatch(
            step,
            lost=known.job.active and before.online and not data.online,
            may_learn=self.monitor.may_learn_name,
        )

    def _has_caught_up(self, state: JobState) -> bool:
        """Whether announcements show what a report shows, of a device without a job.

        Idle is what they show, too, before a job that they have not shown yet.
        """
        announced, reported = self.announced, self.reported
        if announced is None or reported is None or is_there(state.st_id):
            return False
        return not self._lags and announced.status.st_id == reported.report.st_id

    @callback
    def _async_came(self) -> None:
        """Handle a device that is online, for the first time or again."""
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

    @callback
    def _async_signed_in(self) -> None:
        """Handle a sign-in: ask anew who the device is, and go on with its job."""
        self.async_touch()
        if not self.trust.is_refused:
            self.monitor.resume()

    async def _async_checked(self) -> None:
        """Verify what was claimed while a check was under way."""
        if not self.trust.is_refused and self.trust.presented is None:
            await self.info.async_verify()
            self.settings.async_check()
