"""Where the device went: candidates, and the proof one has to give.

Anyone can announce any uuid, and replay a touch reply from another address. So
an address is followed only when the old one no longer answers and a TLS handshake at
the new one presented the pinned key. That also ends the question of another key that
was presented at the old one. A host name that a person typed is kept, and resolved
again when the device is silent.
"""

import asyncio
from dataclasses import replace

from homeassistant.const import CONF_HOST
from homeassistant.core import callback

from .aioflux import (
    DeviceInfo,
    DeviceUpdate,
    FluxError,
    Identity,
    is_address,
    verify_key,
)
from .const import LOGGER
from .device import FluxDevice
from .trust import Trust


class AddressFollower:
    """Finds a device again after it moved."""

    def __init__(self, device: FluxDevice, trust: Trust) -> None:
        self._device = device
        self._trust = trust
        self._task: asyncio.Task[None] | None = None
        self._not_before: dict[str, float] = {}
        self._asked_at = float("-inf")
        self._search: asyncio.Task[None] | None = None

    @callback
    def async_search(self) -> None:
        """Probe at the address that the host name has now, if the entry has a name."""
        host = self._device.config_entry.data[CONF_HOST]
        if not is_address(host) and (self._search is None or self._search.done()):
            self._search = self._device.create_task(
                self._async_resolve(host), f"address of {host}"
            )

    async def _async_resolve(self, name: str) -> None:
        """Resolve a name and probe there; only the first answer is taken as it is."""
        device = self._device
        address = await device.listener.address_of(name)
        if address is None:
            return
        if device.resolved[0] != name:
            device.resolved = (name, address)
        device.listener.probe(address)

    @callback
    def async_consider(self, sighting: DeviceUpdate) -> None:
        """Handle the uuid at another address than the entry's."""
        if sighting.device is None or sighting.device.identity is not Identity.PINNED:
            return
        device = self._device
        now, pause = device.clock.now(), device.timing.unheard
        if not device.availability.silent:
            if now - self._asked_at >= pause:
                # If it did move, this shortens the time until that is noticed.
                self._asked_at = now
                device.async_probe()
            return
        if self._task is not None and not self._task.done():
            return
        self._not_before = {
            host: until for host, until in self._not_before.items() if now < until
        }
        if sighting.host not in self._not_before:
            self._not_before[sighting.host] = now + pause
            # How it has to prove its key does not depend on what is announced there.
            known = device.listener.get(sighting.uuid, device.host) or sighting.device
            self._task = device.create_task(
                self._async_prove(replace(known, host=sighting.host)),
                "candidate address",
            )

    async def _async_prove(self, candidate: DeviceInfo) -> None:
        """Ask a candidate for its key, and move there if it is the pinned one."""
        device, name = self._device, self._device.device_name
        host = candidate.host
        try:
            await verify_key(candidate, self._trust.master_key, device.timing)
        except FluxError as err:
            LOGGER.debug("%s is not followed to %s: %s", name, host, err)
            return
        if device.availability.silent:
            self._not_before.clear()
            LOGGER.info("%s moved from %s to %s", name, device.host, host)
            self._move(host)
            self._trust.clear_mismatch()

    def _move(self, address: str) -> None:
        """Follow the device; a host name stays what a person typed."""
        device, entry = self._device, self._device.config_entry
        host = entry.data[CONF_HOST]
        if is_address(host):
            device.hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_HOST: address}
            )
        else:
            device.resolved = (host, address)
        device.async_probe()
