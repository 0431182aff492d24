"""The settings of a device: read when they may have changed, and stored in the entry.

Never polled: they are read at the first setup, after a firmware update, after each change,
by `homeassistant.update_entity`, and when the robot connection is open anyway. All other
uses of that connection come first.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from homeassistant.core import callback

from .aioflux import FluxError, Robot
from .aioflux.settings import Value
from .const import CONF_SETTINGS, LOGGER
from .device import FluxDevice
from .robot import RobotLink
from .timing import Backoff


class DeviceSettings:
    """What one device is set to."""

    def __init__(self, device: FluxDevice, link: RobotLink) -> None:
        self._device = device
        self._link = link
        self._backoff = Backoff(device.clock, device.timing.unheard)
        self._reading: asyncio.Task[None] | None = None
        self._changes = 0
        kept: dict[str, Any] = device.config_entry.data.get(CONF_SETTINGS, {})
        self._firmware: str | None = kept.get("firmware")
        self.kept: Mapping[str, Value | None] = kept.get("values", {})
        """What was read or set last, maybe before a restart."""
        self.on_kept: list[Callable[[], None]] = []
        """Called after each reading and each change."""

    @callback
    def async_start_reading(self) -> asyncio.Task[None]:
        """Read them, once for all who want it; also over a connection that is open anyway."""
        if self._reading is None or self._reading.done():
            self._reading = self._device.create_task(self._async_read(), "settings")
        return self._reading

    @callback
    def async_check(self) -> None:
        """Read them after a sign-in, if the firmware is not the one they were read from."""
        described = self._device.data.device
        if (
            self._device.data.online
            and described is not None
            and described.firmware != self._firmware
            and not self._device.is_occupied
            and self._backoff.take()
        ):
            self.async_start_reading()

    async def async_read(self) -> None:
        """Read them now. Never raises."""
        if self._device.data.online:
            await asyncio.wait([self.async_start_reading()])

    async def _async_read(self) -> None:
        try:
            async with self._link.connection(ahead=False) as robot:
                await self._async_read_over(robot)
        except FluxError as err:
            self._log_unread(err)

    def _log_unread(self, err: FluxError) -> None:
        name = self._device.device_name
        LOGGER.debug("The settings of %s were not read: %s", name, err)

    async def async_set(self, key: str, value: Value | None) -> None:
        """Change one; None resets it. Raises FluxError."""
        device = self._device
        device.require_online()
        # Also while another client holds the device: the next job reads them.
        connection = (
            self._link.own_connection(occupied=True)
            if device.is_occupied
            else self._link.connection(ahead=False)
        )
        async with connection as robot:
            with self._link.ahead():
                if value is None:
                    await robot.settings.reset(key)
                else:
                    await robot.settings.set(key, value)
            self._changes += 1
            self._keep({**self.kept, key: value})
            # The device has taken it, even if the reading fails.
            try:
                await self._async_read_over(robot)
            except FluxError as err:
                self._log_unread(err)

    async def _async_read_over(self, robot: Robot) -> None:
        changes = self._changes
        values = dict(await robot.settings.read(self._link.async_wait_turn))
        if changes != self._changes:
            return  # Read before a change, which has a reading of its own.
        described = self._device.data.device
        if described is not None:
            self._firmware = described.firmware
            self._backoff.reset()
        self._keep(values)

    def _keep(self, values: dict[str, Value | None]) -> None:
        device = self._device
        device.ensure_loaded()
        entry = device.config_entry
        self.kept = values
        kept = {"firmware": self._firmware, "values": values}
        data = {**entry.data, CONF_SETTINGS: kept}
        device.hass.config_entries.async_update_entry(entry, data=data)
        device.async_reevaluate()
        for follow in self.on_kept:
            follow()
