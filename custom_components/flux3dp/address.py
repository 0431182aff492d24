"""Where the device went: candidates, and the proof one has to give.

Anyone can announce any uuid, and replay a touch reply from another address. So
an address is followed only when the old one no longer answers and a TLS handshake at
the new one presented the pinned key. A host name that a person typed is kept, and what it
means is resolved again when the device is silent. Knows nothing of what the device is
doing.
"""

import asyncio
from collections.abc import Callable

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from .aioflux import (
    DeviceInfo,
    DeviceNotFound,
    DeviceUpdate,
    FluxError,
    Identity,
    InvalidRequest,
    Listener,
    is_address,
    verify_key,
)
from .availability import Presence
from .clock import SteadyClock
from .const import LOGGER
from .naming import async_device_name
from .trust import pinned_key


class AddressFollower:
    """Finds the device of an entry again after it moved."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        listener: Listener,
        clock: SteadyClock,
        presence: Presence,
        *,
        on_moved: Callable[[str], None],
    ) -> None:
        """Take the entry, and what to call with the address that proved its key."""
        self._hass = hass
        self._entry = entry
        self._master_key = pinned_key(entry)
        self._presence = presence
        self._listener = listener
        self._timing = listener.timing
        self._clock = clock
        self._on_moved = on_moved
        self._task: asyncio.Task[None] | None = None
        self._not_before: dict[str, float] = {}
        self._asked_at = float("-inf")
        self._search: asyncio.Task[None] | None = None
        self._resolved = ("", "")  # A host name, and the address it stands for.

    @property
    def address(self) -> str:
        """The address the device is followed at; its host name until that is resolved.

        Read from the entry each time: it is where a flow puts a new one.
        """
        host: str = self._entry.data[CONF_HOST]
        name, address = self._resolved
        return address if name == host else host

    async def async_locate(self, known: DeviceInfo | None) -> DeviceInfo:
        """Return the device at its address, asked for if it has not answered there.

        Raises DeviceNotFound, also for a host name that does not resolve now.
        """
        if known is not None and known.host == self.address:
            return known
        try:
            return await self._listener.find(self.address)
        except InvalidRequest as err:
            raise DeviceNotFound(str(err)) from err

    @callback
    def async_move(self, address: str) -> None:
        """Follow the device to an address; a host name stays what a person typed."""
        host = self._entry.data[CONF_HOST]
        if is_address(host):
            self._hass.config_entries.async_update_entry(
                self._entry, data={**self._entry.data, CONF_HOST: address}
            )
        else:
            self._resolved = (host, address)

    @callback
    def async_search(self) -> None:
        """Ask at the address that the host name has now, if the entry has a name."""
        host = self._entry.data[CONF_HOST]
        if is_address(host) or (self._search is not None and not self._search.done()):
            return
        self._search = self._entry.async_create_background_task(
            self._hass, self._async_resolve(host), f"flux3dp address of {host}"
        )

    async def _async_resolve(self, name: str) -> None:
        """Resolve a name and probe there; only the first answer is taken as it is."""
        address = await self._listener.address_of(name)
        if address is None:
            return
        if self._resolved[0] != name:
            self._resolved = (name, address)
        self._listener.probe(address)

    @callback
    def async_consider(self, sighting: DeviceUpdate) -> None:
        """Take note of the uuid being heard from another address than the entry's."""
        if sighting.device is None or sighting.device.identity is not Identity.PINNED:
            return
        now = self._clock.now()
        if not self._presence.silent:
            if now - self._asked_at >= self._timing.unheard:
                # If it did move, this shortens the time until that is noticed.
                self._asked_at = now
                self._presence.async_ask()
            return
        if self._task is not None and not self._task.done():
            return
        self._not_before = {
            host: until for host, until in self._not_before.items() if now < until
        }
        if sighting.host in self._not_before:
            return
        self._not_before[sighting.host] = now + self._timing.unheard
        self._task = self._entry.async_create_background_task(
            self._hass,
            self._async_prove(sighting.host),
            f"flux3dp candidate address of {self._entry.title}",
        )

    async def _async_prove(self, host: str) -> None:
        """Ask a candidate for its key, and move there if it is the pinned one."""
        try:
            await verify_key(host, self._master_key, self._timing)
        except FluxError as err:
            name = async_device_name(self._hass, self._entry)
            LOGGER.debug("%s is not followed to %s: %s", name, host, err)
            return
        if self._presence.silent:
            self._not_before.clear()
            self._on_moved(host)
