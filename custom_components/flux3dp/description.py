"""What a device is called, which model it is and what it runs: claims and facts.

The texts of a touch reply are not signed, so a change in them is only a claim. It
is taken over, into the registry and the entry, once the device says the same over its
robot port: one short connection, or the one that is open anyway. Claims without end are
looked into less and less often. Who may be asked, and when, is `coordinator.py`'s.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import NamedTuple

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODEL
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .aioflux import CommandFailed, DeviceInfo, FluxError, Robot, Timing
from .clock import Backoff, SteadyClock
from .const import CONF_SERIAL, DOMAIN, LOGGER, MANUFACTURER
from .issues import async_check_firmware
from .naming import (
    async_device_name,
    async_follow_name,
    async_registered,
    display_name,
    fitting,
)


class _Texts(NamedTuple):
    """What the registry keeps of a device; the name as it is shown."""

    name: str
    model: str
    firmware: str


class Description:
    """The description of one device, and the verification of its changes.

    `connect` lends a robot connection, `may_ask` says whether one may be opened now. A
    check ends with a call of `on_verified`, of `on_refuted`, or of `on_error` with why it
    failed; of the first two if half of the claim was true.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        clock: SteadyClock,
        timing: Timing,
        *,
        connect: Callable[[], AbstractAsyncContextManager[Robot]],
        may_ask: Callable[[], bool],
        on_verified: Callable[[], None],
        on_refuted: Callable[[], None],
        on_error: Callable[[FluxError], None],
    ) -> None:
        """Begin with what the registry and the entry keep: it was verified."""
        self._hass = hass
        self._entry = entry
        self._backoff = Backoff(clock, timing.unheard)
        self._connect = connect
        self._may_ask = may_ask
        self._on_verified = on_verified
        self._on_refuted = on_refuted
        self._on_error = on_error
        self._claim: DeviceInfo | None = None
        self._refuted: _Texts | None = None
        self._expected_name: str | None = None
        registered = async_registered(hass, entry)
        self._verified = _Texts(
            (registered and registered.name) or fitting(entry.title),
            entry.data[CONF_MODEL],
            (registered and registered.sw_version) or "",
        )

    @property
    def device(self) -> DeviceInfo | None:
        """The device, with verified texts; None before it answered a touch."""
        claim = self._claim
        if claim is None or _texts(claim) == self._verified:
            return claim
        return replace(claim, **self._verified._asdict())

    @property
    def device_info(self) -> dr.DeviceInfo:
        """The device registry's entry, as far as it is known.

        A device that is off keeps the name and firmware the registry has.
        """
        entry, device = self._entry, self.device
        info = dr.DeviceInfo(
            identifiers={(DOMAIN, str(entry.unique_id))},
            manufacturer=MANUFACTURER,
            serial_number=entry.data[CONF_SERIAL],
        )
        if device is not None:
            info["name"] = self._verified.name
            info["model"] = device.model_name
            info["model_id"] = device.model
            info["sw_version"] = device.firmware or None
        elif async_registered(self._hass, entry) is None:
            info["name"] = fitting(entry.title)
            info["model_id"] = entry.data[CONF_MODEL]
        return info

    @callback
    def async_take(self, claim: DeviceInfo) -> None:
        """Take a touch reply of the pinned key, the same one again and again."""
        if claim is not self._claim:
            self._claim = claim
            if claim.name == self._expected_name:
                self._expected_name = None
                self._async_accept(self._verified._replace(name=display_name(claim)))
            if (device := self.device) is not None:
                async_check_firmware(self._hass, self._entry, device)
        if self._may_ask() and (open_claim := self._take_due()) is not None:
            self._entry.async_create_background_task(
                self._hass,
                self._async_ask_about(open_claim),
                f"flux3dp description of {self._entry.title}",
            )

    @callback
    def async_expect_name(self, name: str) -> None:
        """Take it that the device has this name: it took it from us."""
        self._expected_name = name

    async def async_verify(self) -> None:
        """Ask the device about the latest claim, if it is time to. Never raises."""
        if (claim := self._take_due()) is not None:
            await self._async_ask_about(claim)

    def _take_due(self) -> DeviceInfo | None:
        """Return the latest claim if it is to be verified now, and take it to be."""
        claim = self._claim
        if claim is None or _texts(claim) in (self._verified, self._refuted):
            return None
        return claim if self._backoff.take() else None

    async def _async_ask_about(self, claim: DeviceInfo) -> None:
        try:
            async with self._connect() as robot:
                details = await robot.deviceinfo()
        except CommandFailed as err:
            # Firmware that cannot say it: no reason to go on asking.
            LOGGER.debug("%s cannot describe itself: %s", self._name, err)
            details = {}
        except FluxError as err:
            LOGGER.debug("%s was not asked to describe itself: %s", self._name, err)
            self._on_error(err)
            return
        before, claimed = self._verified, _texts(claim)
        verified = _Texts(
            claimed.name if details.get("nickname") == claim.name else before.name,
            claimed.model if details.get("model") == claim.model else before.model,
            claimed.firmware
            if details.get("version") == claim.firmware
            else before.firmware,
        )
        if verified != before:
            self._backoff.reset()
            self._async_accept(verified)
            self._on_verified()
        if verified != claimed:
            LOGGER.debug("%s is not what a datagram said of it", self._name)
            self._refuted = claimed
            self._on_refuted()

    @property
    def _name(self) -> str:
        return async_device_name(self._hass, self._entry)

    @callback
    def _async_accept(self, verified: _Texts) -> None:
        """Take verified texts over, into the entry and the registry."""
        self._verified = verified
        if (device := self.device) is None:
            return
        hass, entry = self._hass, self._entry
        async_check_firmware(hass, entry, device)
        if device.model != entry.data[CONF_MODEL]:
            hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_MODEL: device.model}
            )
        if (registered := async_registered(hass, entry)) is not None:
            # `name` only: a name given by a person stands beside it and wins.
            async_follow_name(hass, entry, registered, verified.name)
            info = self.device_info
            dr.async_get(hass).async_update_device(
                registered.id,
                name=info["name"],
                model=info["model"],
                model_id=info["model_id"],
                sw_version=info["sw_version"],
            )


def _texts(device: DeviceInfo) -> _Texts:
    return _Texts(display_name(device), device.model, device.firmware)
