"""What a device is called, which model it is and what it runs: claims and facts.

The texts of a touch reply are not signed, so a change in them is only a claim. It
is taken over, into the registry and the entry, once the device says the same over its
robot port: one short connection, or the one that is open anyway. Claims without end are
looked into less and less often.
"""

import asyncio
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from homeassistant.const import CONF_MODEL
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr

from .aioflux import CommandFailed, DeviceInfo, FluxError
from .const import CONF_SERIAL, CONF_VERIFIED, DOMAIN, LOGGER, MANUFACTURER
from .device import FluxDevice, async_registered, display_name, fitting
from .issues import async_check_firmware
from .robot import RobotLink
from .timing import Backoff
from .trust import Trust, pinned_key


class _Texts(NamedTuple):
    """What the registry keeps of a device; the name as it is shown."""

    name: str
    model: str
    firmware: str


class VerifiedInfo:
    """What one device is called and runs, and the verification of its changes."""

    def __init__(self, device: FluxDevice, link: RobotLink, trust: Trust) -> None:
        """Begin with what the registry and the entry keep: it was verified."""
        self._device = device
        self._hass, self._entry = device.hass, device.config_entry
        self._link = link
        self._trust = trust
        self._backoff = Backoff(device.clock, device.timing.unheard)
        self._asking = asyncio.Lock()
        self._claim: DeviceInfo | None = None
        self._refuted: _Texts | None = None
        self._expected_name: str | None = None
        registered = async_registered(self._hass, self._entry)
        self._texts = _Texts(
            (registered and registered.name) or fitting(self._entry.title),
            self._entry.data[CONF_MODEL],
            (registered and registered.sw_version) or "",
        )
        self.device: DeviceInfo | None = None
        """The device, with verified texts; None before it answered a touch."""

    @property
    def device_info(self) -> dr.DeviceInfo:
        """The device registry's entry, as far as it is known.

        A device that is off keeps the name and firmware the registry has.
        """
        entry, device = self._entry, self.device
        info = partial(
            dr.DeviceInfo,
            identifiers={(DOMAIN, self._device.uuid)},
            manufacturer=MANUFACTURER,
            serial_number=entry.data[CONF_SERIAL],
        )
        if device is not None:
            return info(
                name=self._texts.name,
                model=device.model_name,
                model_id=device.model,
                sw_version=device.firmware or None,
            )
        if async_registered(self._hass, entry) is None:
            return info(name=fitting(entry.title), model_id=entry.data[CONF_MODEL])
        return info()

    @callback
    def async_take(self, claim: DeviceInfo) -> None:
        """Handle a touch reply of the pinned key; the same one comes again and again."""
        if claim is not self._claim:
            self._claim = claim
            self._async_check_signature(claim)
            if claim.name == self._expected_name:
                self._expected_name = None
                self._async_accept(self._texts._replace(name=display_name(claim)))
            else:
                self._describe(claim)
        if (
            self._device.announced is not None
            and not self._device.is_occupied
            and not self._trust.is_refused
            and not self._trust.is_checking
            and (due := self._take_due()) is not None
        ):
            self._device.create_task(self._async_ask_about(due), "device info")

    @callback
    def _async_check_signature(self, claim: DeviceInfo) -> None:
        """Remember that FLUX signed the key, of whomever that was learned.

        A signature proves itself: that it is missing proves nothing. A key that was
        accepted since we were set up is another one than ours.
        """
        entry = self._entry
        if (
            claim.signed
            and not entry.data[CONF_VERIFIED]
            and claim.master_key == pinned_key(entry)
        ):
            self._hass.config_entries.async_update_entry(
                entry, data={**entry.data, CONF_VERIFIED: True}
            )

    @callback
    def async_expect_name(self, name: str) -> None:
        """Accept this name without a verification: it came from us."""
        self._expected_name = name

    async def async_verify(self) -> None:
        """Ask the device about the latest claim, if it is time to. Never raises."""
        if (claim := self._take_due()) is not None:
            await self._async_ask_about(claim)

    def _take_due(self) -> DeviceInfo | None:
        """Return the latest claim if it is to be verified now, and take it to be."""
        claim = self._claim
        if claim is None or _texts(claim) in (self._texts, self._refuted):
            return None
        return None if self._asking.locked() or not self._backoff.take() else claim

    async def _async_ask_about(self, claim: DeviceInfo) -> None:
        name = self._device.device_name
        try:
            async with self._asking, self._link.connection() as robot:
                details = await robot.deviceinfo()
        except CommandFailed as err:
            # Firmware that cannot say it: no reason to go on asking.
            LOGGER.debug("%s cannot describe itself: %s", name, err)
            details = {}
        except FluxError as err:
            LOGGER.debug("%s was not asked to describe itself: %s", name, err)
            return
        claimed, verified = _texts(claim), self._texts
        if details.get("nickname") == claim.name:
            verified = verified._replace(name=claimed.name)
        if details.get("model") == claim.model:
            verified = verified._replace(model=claimed.model)
        if details.get("version") == claim.firmware:
            verified = verified._replace(firmware=claimed.firmware)
        if verified != self._texts:
            self._backoff.reset()
            self._async_accept(verified)
            self._device.async_reevaluate()
        if verified != claimed:
            LOGGER.debug("%s is not what a datagram said of it", name)
            self._refuted = claimed
            self._device.async_touch()

    def _describe(self, claim: DeviceInfo) -> DeviceInfo:
        """Describe the device as it claims to be, with verified texts."""
        if _texts(claim) != self._texts:
            claim = replace(claim, **self._texts._asdict())
        self.device = claim
        async_check_firmware(self._hass, self._entry, claim)
        return claim

    @callback
    def _async_accept(self, verified: _Texts) -> None:
        """Take verified texts over, into the entry and the registry."""
        self._texts = verified
        if self._claim is None:
            return
        device, hass, entry = self._describe(self._claim), self._hass, self._entry
        hass.config_entries.async_update_entry(
            entry, data={**entry.data, CONF_MODEL: verified.model}
        )
        if (registered := async_registered(hass, entry)) is not None:
            if entry.title == registered.name and registered.name_by_user is None:
                hass.config_entries.async_update_entry(entry, title=verified.name)
            # `name` only: a name given by a person stands beside it and wins.
            dr.async_get(hass).async_update_device(
                registered.id,
                name=verified.name,
                model=device.model_name,
                model_id=verified.model,
                sw_version=verified.firmware or None,
            )


def _texts(device: DeviceInfo) -> _Texts:
    return _Texts(display_name(device), device.model, device.firmware)
