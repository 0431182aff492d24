"""Work on an idle device: homing, calibration, filament, also in a paused job.

One piece of work at a time, over a connection of its own. However it ends, and with the
entry or Home Assistant too, it leaves the device idle and its heater off: `Robot.maintenance`
of the library does that.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from homeassistant.const import CONF_MODEL

from .aioflux import (
    CommandFailed,
    FluxError,
    HeaterLeftOn,
    Maintenance,
    ToolheadInfo,
    WorkProgress,
    check_temperature,
    has_extruder,
)
from .aioflux.maintenance import OnProgress, check_threshold
from .const import LOGGER
from .device import FluxDevice, NotDone, Task, Work
from .job.errors import ErrorKey, classify
from .job.model import Toolhead
from .job.status_table import ENDED_IDS
from .robot import RobotLink, async_finish, cancel_once

USUAL: Final = 210.0
"""A temperature (°C) that fits most filament."""

_EXTRUDER: Final = "EXTRUDER"
# How long a load lasts at most, with the nozzle hot (s).
_LOAD_TIME: Final = 600.0
# How long the device may take to end it then, before its connection is closed (s).
_STOP_TIME: Final = 30.0
# How long an unload of the entry waits for the heater to be turned off (s).
_END_TIME: Final = 30.0
# What a report calls a paused job that draws filament in.
_LOADING: Final = "LOAD_FILAMENT"
# The first attempt may be over a connection that hangs.
_END_ATTEMPTS: Final = 2


class DeviceMaintenance:
    """The work on one device. Every method raises FluxError; NotDone with a reason."""

    toolhead: ToolheadInfo | None = None
    """The toolhead as last reported."""

    def __init__(self, device: FluxDevice, link: RobotLink) -> None:
        self._device = device
        self._link = link
        self._run: asyncio.Task[Any] | None = None
        self._maintenance: Maintenance | None = None

    # -- what is done

    async def async_home(self) -> None:
        """Home; return when it is done."""
        await self._async_maintain(Task.HOME, lambda maintenance, _: maintenance.home())

    async def async_calibrate(
        self, *, threshold: float | None = None, clean: bool = False
    ) -> tuple[float, ...]:
        """Level the plate; return the last probe heights (mm).

        InvalidRequest (`threshold`): `too_fine`.
        """
        if threshold is not None:
            check_threshold(threshold)
        return await self._async_maintain(
            Task.CALIBRATE,
            lambda maintenance, on_progress: maintenance.calibrate(
                on_progress, threshold=threshold, clean=clean
            ),
        )

    async def async_load(
        self, temperature: float = USUAL, *, flexible: bool = False
    ) -> float | None:
        """Draw filament in, until its button or `async_stop_loading`.

        Returns the nozzle's °C as measured then, None if the device does not say. A
        paused job has its own temperature.
        InvalidRequest (`temperature`): `too_cold`, `too_hot`, `limit_unknown`.
        """
        check_temperature(temperature)
        self._require_extruder_model()
        job = self._device.data.job
        if job.active and job.paused:
            if job.toolhead not in (Toolhead.EXTRUDER, Toolhead.NONE, None):
                raise NotDone("wrong_toolhead", job.toolhead)
            return await self._async_do(self._load_in_job)

        async def load(
            maintenance: Maintenance, on_progress: OnProgress
        ) -> float | None:
            await self._check_toolhead(maintenance)
            await self._end_in_time(
                maintenance,
                maintenance.load_filament(temperature, on_progress, flexible=flexible),
            )
            return (await maintenance.toolhead_status()).temperature

        return await self._async_maintain(Task.LOAD_FILAMENT, load)

    async def async_unload(self, temperature: float = USUAL) -> float | None:
        """Push filament out; return the nozzle's °C. InvalidRequest as `async_load`."""
        check_temperature(temperature)
        self._require_extruder_model()

        async def unload(
            maintenance: Maintenance, on_progress: OnProgress
        ) -> float | None:
            await self._check_toolhead(maintenance)
            await maintenance.unload_filament(temperature, on_progress)
            return (await maintenance.toolhead_status()).temperature

        return await self._async_maintain(Task.UNLOAD_FILAMENT, unload)

    async def async_stop_loading(self) -> None:
        """End a load, which then returns as done; return when it has."""
        run, work = self._run, self._device.data.work
        if run is None or work is None or work.task is not Task.LOAD_FILAMENT:
            raise NotDone("nothing_to_stop")
        if self._maintenance is None:
            while not run.done() and not await self._press_in_load():
                await self._device.clock.sleep(self._device.timing.control_poll)
        elif work.step is None:
            cancel_once(run)  # It does not load yet.
        else:
            await self._maintenance.stop_loading()
        await asyncio.wait([run])

    async def async_stop(self) -> bool:
        """End the work on an idle device; False if there is none.

        By closing its connection: nothing else stops a device that homes or calibrates.
        """
        run = self._run
        if run is None or run.done() or self._device.data.job.active:
            return False
        cancel_once(run)
        await asyncio.wait([run])
        return True

    async def async_free(self) -> str:
        """Throw out the client that holds the device; return its address.

        Never while a job runs. Our own work is ended.
        """
        if await self.async_stop():
            return ""
        self._device.require_online()
        async with self._link.own_connection(occupied=True) as robot:
            report = await self._link.async_report(robot)
            if report.st_id > 0 and report.st_id not in ENDED_IDS:
                raise NotDone("job_running", report.label)
            if report.st_id >= 0:
                raise NotDone("nothing_to_free")
            await robot.kick()
            end = self._device.clock.now() + self._device.timing.control_confirm
            while (now := await self._link.async_report(robot)).st_id < 0:
                if self._device.clock.now() >= end:
                    raise NotDone("not_freed", now.occupied_by)
                await self._device.clock.sleep(self._device.timing.control_poll)
        return report.occupied_by

    async def async_close(self) -> None:
        """End the work, and wait until the device is idle and its heater off."""
        if (run := self._run) is not None:
            cancel_once(run)
            await asyncio.wait([run], timeout=_END_TIME)

    # -- how it is done

    async def _async_do[T](self, work: Callable[[], Awaitable[T]]) -> T:
        """Do work that ends with its caller, the entry and Home Assistant.

        Raises NotDone with the fault if the device shows one.
        """
        device = self._device
        device.ensure_loaded()
        if self._run is not None and not self._run.done():
            raise NotDone("in_maintenance")

        async def do() -> T:
            try:
                return await work()
            except CommandFailed as err:
                fault = classify(str(err))
                if fault is ErrorKey.OTHER:
                    raise
                raise NotDone("maintenance_failed", fault=fault) from err
            except HeaterLeftOn:
                # The caller may have been canceled.
                LOGGER.warning("The heater of %s may still be on", device.device_name)
                raise
            finally:
                self._maintenance = None
                device.async_show_work(None)

        # In the background: Home Assistant cancels it when it stops.
        run = device.hass.async_create_background_task(
            do(), f"{device.name} maintenance", eager_start=False
        )
        self._run = run
        return await async_finish(run, NotDone("maintenance_stopped"))

    async def _async_maintain[T](
        self, task: Task, work: Callable[[Maintenance, OnProgress], Awaitable[T]]
    ) -> T:
        """Do work in the maintenance of a device that is idle."""

        def show(progress: WorkProgress) -> None:
            value = None if progress.value is None else round(progress.value)
            self._device.async_show_work(Work(task, progress.step, value))

        async def maintain() -> T:
            async with self._link.idle_connection(cleared=True) as robot:
                try:
                    async with robot.maintenance() as self._maintenance:
                        self._device.async_show_work(Work(task))
                        return await work(self._maintenance, show)
                finally:
                    # Announcements lag, and are all there is without the connection.
                    self._device.async_probe()
                    with suppress(FluxError):
                        await self._link.async_report(robot)

        return await self._async_do(maintain)

    async def _end_in_time(
        self, maintenance: Maintenance, load: Awaitable[None]
    ) -> None:
        """Wait for a load; NotDone if it had to be ended."""
        clock, late = self._device.clock, asyncio.Event()

        async def limit() -> None:
            await clock.sleep(_LOAD_TIME)
            late.set()
            with suppress(FluxError):
                await maintenance.stop_loading()
            await clock.sleep(_STOP_TIME)
            if self._run is not None:
                cancel_once(self._run)

        limiting = self._device.create_task(limit(), "end of loading")
        try:
            await load
        except asyncio.CancelledError:
            if not late.is_set():
                raise
        finally:
            limiting.cancel()
        if late.is_set():
            raise NotDone("load_timeout")

    async def _load_in_job(self) -> float | None:
        """Draw filament in, in a paused job, until it is paused as before."""
        device, link, may_load = self._device, self._link, True
        try:
            # It takes up to ten minutes: nothing else has to wait for it.
            async with link.connection(ahead=False) as robot:
                try:
                    with link.ahead():
                        await robot.load_filament()
                except CommandFailed as err:
                    may_load = False
                    if err.symbol != "RESOURCE_BUSY":
                        raise
                    raise NotDone("load_refused") from err
                device.async_show_work(Work(Task.LOAD_FILAMENT))
                start, seen = device.clock.now(), False
                while True:
                    report = await link.async_report(robot)
                    passed = device.clock.now() - start
                    if report.label == _LOADING:
                        seen = True
                        if passed > _LOAD_TIME:
                            raise NotDone("load_timeout")
                    elif seen:
                        may_load = False
                        return report.nozzle_temperature
                    elif passed > device.timing.control_confirm:
                        raise NotDone("load_not_seen")
                    await device.clock.sleep(device.timing.control_poll)
        finally:
            if may_load:
                await self._end_load_in_job()

    async def _end_load_in_job(self) -> None:
        """End a load in a paused job: nothing else does but the button of the device."""
        for _ in range(_END_ATTEMPTS):
            with suppress(FluxError):
                await self._press_in_load()
                return
        LOGGER.warning("%s may still be loading filament", self._device.device_name)

    async def _press_in_load(self) -> bool:
        """Press the button of the device; False in a job that does not load.

        There it would do something else.
        """
        async with self._link.connection() as robot:
            loads = (await self._link.async_report(robot)).label == _LOADING
            if loads:
                await robot.press_button()
        return loads

    async def _check_toolhead(self, maintenance: Maintenance) -> None:
        self.toolhead = await maintenance.wait_for_toolhead()
        if self.toolhead.type is None:
            raise NotDone("no_toolhead")
        if self.toolhead.type != _EXTRUDER:
            raise NotDone("wrong_toolhead", self.toolhead.type)

    def _require_extruder_model(self) -> None:
        if not has_extruder(self._device.config_entry.data[CONF_MODEL]):
            raise NotDone("no_extruder")
