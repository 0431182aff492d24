"""What a device is now: datagrams, probes and reports on one path.

Knows how what is heard becomes the one `FluxData`, and when entities have to know.
Silence is measured by `availability.py`, another address by `address.py`, the job by
the package `job`; reports come from `job/monitor.py`, commands go out by `commands.py`.
"""

import asyncio
import base64
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .address import AddressFollower
from .aioflux import (
    DeviceInfo,
    DeviceNotFound,
    DeviceStatus,
    DeviceUpdate,
    Identity,
    InvalidRequest,
    JobInfo,
    Listener,
    Timing,
    is_address,
)
from .availability import HassClock, Presence
from .clock import SteadyClock
from .const import CONF_MASTER_KEY, LOGGER
from .data import FluxData, JobPicture
from .description import Description
from .issues import NETWORK_NOT_RETURNED, async_settle
from .job.model import INITIAL
from .job.monitor import JobMonitor
from .job.observation import Announced
from .job.signals import JobDispatcher
from .job.store import JobStore
from .job.tracker import describe, expect, track
from .naming import async_device_name
from .robot import CommandQueue, RobotLink, Unloaded
from .trust import Trust, gate
from .updates import OrderedCoordinator
from .waiting import Backoff, async_wait_at_most

type FluxConfigEntry = ConfigEntry[FluxCoordinator]


class FluxCoordinator(OrderedCoordinator[FluxData]):
    """The state of one device.

    There is no update interval: `Presence` decides when the device is asked, because
    that depends on when it was last heard. Whatever arrives is compared before anybody
    is told, so a device that repeats itself costs no state write.
    """

    config_entry: FluxConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: FluxConfigEntry, listener: Listener
    ) -> None:
        """Take the entry and the one listener."""
        super().__init__(hass, LOGGER, entry)
        if TYPE_CHECKING:
            assert entry.unique_id is not None  # Every flow sets it.
        self.uuid = entry.unique_id
        self.master_key = base64.b64decode(entry.data[CONF_MASTER_KEY])
        self.listener = listener
        self.clock = SteadyClock(hass.loop)
        self.trust = Trust(self)
        self.robot = RobotLink(hass, self)
        self.commands = CommandQueue()
        self.watch = JobMonitor(self, self.robot, on_distrust=self.trust.handle_error)
        self.description = Description(
            hass,
            entry,
            backoff=Backoff(listener.timing.unheard),
            connect=self.robot.connection,
            may_ask=self._may_ask,
            on_verified=self._async_show_description,
            on_refuted=self.async_touch,
            on_error=self.trust.handle_error,
        )
        self._store = JobStore(hass, entry)
        self.dispatcher = JobDispatcher(
            hass, entry, self.uuid, listener.timing.job_name
        )
        self._announced_at = 0.0
        self._answered = asyncio.Event()
        self._offline_logged = False
        self.network_settles_at = float("-inf")  # Until then it takes no other one.
        self.reconnects = 0  # How often the device came back, for diagnostics.
        self._unsubscribe: Callable[[], None] | None = None
        self._presence = Presence(
            HassClock(hass),
            listener.timing,
            ask=self._probe,
            on_silent=self._async_silent,
        )
        self._follower = AddressFollower(
            hass, entry, listener, self._presence, on_moved=self._async_moved
        )
        self.data = FluxData(host=self.host, device=None, status=None, job=INITIAL)

    @property
    def host(self) -> str:
        """The address the device is followed at."""
        return self._follower.address

    @property
    def timing(self) -> Timing:
        """The listener's intervals and timeouts."""
        return self.listener.timing

    @property
    def device_name(self) -> str:
        """What the device is called now: `name` is what it was called at setup."""
        return async_device_name(self.hass, self.config_entry)

    @property
    def device_info(self) -> dr.DeviceInfo:
        """The device registry's entry, as far as it is known."""
        return self.description.device_info

    # -- life

    @override
    async def _async_setup(self) -> None:
        """Read what is stored, then begin to listen."""
        self.data = replace(self.data, job=await self._store.async_load())
        self.listener.pin(self.uuid, self.master_key, self.host)
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
        try:
            async with asyncio.timeout(self.timing.setup_wait):
                await self._answered.wait()
        except TimeoutError:
            self.logger.debug("%s has not answered yet", self.device_name)
        if not self.data.online:
            self._log_offline()
        return self.data

    @override
    async def async_shutdown(self) -> None:
        """Stop listening and asking, and write what is worth keeping."""
        await super().async_shutdown()
        self._presence.async_stop()
        self.dispatcher.async_flush()
        # Before anything waits: what is heard from now on is for the next coordinator.
        unsubscribe, self._unsubscribe = self._unsubscribe, None
        if unsubscribe is not None:
            unsubscribe()
            self.listener.unpin(self.uuid)
        await self.watch.async_stop()
        await self.robot.async_close()
        if unsubscribe is not None:
            await self._store.async_close()

    def require_loaded(self) -> None:
        """Raise Unloaded after a shutdown: nobody hears the device here any more."""
        if self._shutdown_requested:
            raise Unloaded("the entry was unloaded")

    # -- asking

    @callback
    def async_ask(self) -> None:
        """Ask the device for its status; silence from now on counts."""
        self._presence.async_ask()

    def _probe(self) -> None:
        """Ask once, in both generations, also where its name may lead to by now."""
        self.listener.probe(self.host)
        if self._presence.silent or not is_address(self.host):
            self._follower.async_search()

    @callback
    def async_touch(self) -> None:
        """Ask the device for its name and firmware."""
        self.listener.touch(self.uuid, self.host)

    async def async_locate(self) -> DeviceInfo:
        """Return the device at its address, asked for if it has not answered there.

        Raises DeviceNotFound, also for a host name that does not resolve now.
        """
        device = self.data.device
        if device is not None and device.host == self.host:
            return device
        try:
            return await self.listener.find(self.host)
        except InvalidRequest as err:
            raise DeviceNotFound(str(err)) from err

    async def async_reach(self) -> DeviceInfo:
        """Return the device for a connection to it.

        Raises FluxError: Unloaded, IdentityMismatch, DeviceNotFound.
        """
        self.require_loaded()
        self.trust.require()
        return await self.async_locate()

    async def async_wait_until(
        self,
        condition: Callable[[FluxData], bool],
        timeout: float,
        *,
        ask: Callable[[], None],
    ) -> bool:
        """Ask again and again until the device is in a condition; False: in vain.

        Raises Unloaded.
        """
        changed = asyncio.Event()
        remove_listener = self.async_add_listener(changed.set)
        try:
            async with asyncio.timeout(timeout):
                while not condition(self.data):
                    self.require_loaded()
                    ask()
                    changed.clear()
                    await async_wait_at_most(changed, self.timing.find_probe_interval)
        except TimeoutError:
            return False
        finally:
            remove_listener()
        return True

    # -- hearing

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
            self._async_status(sighting.status)

    @callback
    def _async_status(self, status: DeviceStatus) -> None:
        """Take what the device says it is doing."""
        self.robot.async_heard()
        self.watch.async_heard()
        self._announced_at = self.clock.now()
        data, reported = self.data, self.robot.reported
        if data.host != self.host:
            self.listener.pin(self.uuid, self.master_key, self.host)
        if status != data.status or data.job.time_dependent or data.host != self.host:
            self._async_publish(status)
        if reported is not None and status.st_id != reported.report.st_id:
            self.watch.async_wake()
        self._presence.async_heard(active=self.data.job.active)
        if self.data.device is not None:
            self._answered.set()

    @callback
    def _async_silent(self) -> None:
        """Take it that the device is off, or gone."""
        self._async_publish(None)

    @callback
    def async_reevaluate(self) -> None:
        """Look again, because a report has become too old to count."""
        self._async_publish(self.data.status)

    @callback
    def async_reported(self) -> None:
        """Take a new report, which is a sign of life too."""
        self.async_reevaluate()
        self._presence.async_heard(active=self.data.job.active)

    @callback
    def async_describe_job(
        self, job_number: int, info: JobInfo, picture: bytes | None
    ) -> None:
        """Take what job number `job_number` is, and its picture (PNG, JPEG)."""
        job = describe(self.data.job, job_number=job_number, info=info)
        known = replace(self.data, job=job, picture=JobPicture(job_number, picture))
        self._async_publish(self.data.status, known)

    @callback
    def async_expect_job(self, name: str | None) -> None:
        """Give the next job a name: it is about to be started here. None: it is not."""
        job = expect(self.data.job, name, self.clock.now())
        self._async_publish(self.data.status, replace(self.data, job=job))

    @callback
    def _async_publish(
        self, status: DeviceStatus | None, known: FluxData | None = None
    ) -> None:
        """Work out what it all means now, and notify what depends on it.

        States first: an automation that an event starts finds them up to date.
        """
        if self._shutdown_requested:
            return
        was_online = self.data.online
        known = replace(known or self.data, clock_error=self.clock.error())
        step = track(
            known.job,
            None if status is None else Announced(status, self._announced_at),
            self.robot.reported,
            self.clock.now(),
            report_fresh=self.timing.report_fresh,
        )
        self._store.async_keep(step.state)
        data = replace(known, host=self.host, status=status, job=step.state)
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
        self.watch.async_follow()
        self.dispatcher.async_dispatch(
            step,
            lost=known.job.active and was_online and not data.online,
            may_learn=self.watch.may_learn_name,
        )

    @callback
    def _async_came(self) -> None:
        """Take it that the device is there, for the first time or again."""
        if self._offline_logged:
            self._offline_logged = False
            self.reconnects += 1
            self.logger.info("%s is back at %s", self.device_name, self.host)
        async_settle(self.hass, self.config_entry, NETWORK_NOT_RETURNED)
        self.trust.async_check()

    def _log_offline(self) -> None:
        if not self._offline_logged:
            self._offline_logged = True
            self.logger.info("%s does not answer at %s", self.device_name, self.host)

    @callback
    def _async_moved(self, host: str) -> None:
        """Follow the device to an address that has proved to be its own."""
        if self.trust.is_broken:
            return
        name = self.device_name
        self.logger.info("%s moved from %s to %s", name, self.host, host)
        self._follower.async_move(host)
        self.async_ask()

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
        if before is not None and gate(device) != gate(before):
            self.trust.schedule_check()
        self.async_set_updated_data(replace(self.data, device=device))
        if self.data.online:
            self._answered.set()

    def _may_ask(self) -> bool:
        """Whether the device may be connected to without a person asking for it."""
        status, trust = self.data.status, self.trust
        occupied = status is None or status.is_occupied
        return not (occupied or trust.is_refused or trust.is_checking)
