"""Pairing: who a device is, whether it trusts our key, and what its entry keeps."""

import base64
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from homeassistant.const import CONF_HOST, CONF_MODEL
from homeassistant.core import HomeAssistant

from . import timing
from .aioflux import (
    ConnectionFailed,
    DeviceInfo,
    DeviceNotFound,
    Identity,
    InvalidRequest,
    Unsupported,
    ensure_trusted,
    fingerprint,
    is_address,
    verify_key,
)
from .client_key import async_get_client_key, key_label
from .const import CONF_MASTER_KEY, CONF_SERIAL, CONF_VERIFIED
from .device import display_name
from .discovery import async_get_listener


@dataclass
class Pairing:
    """A device that was chosen, and how far its setup is."""

    device: DeviceInfo
    host_name: str | None = None
    """The host name that was entered, if it was no address."""
    accepted_key: bytes | None = None
    """The master key (DER) that a person accepted."""

    @property
    def is_key_accepted(self) -> bool:
        """Whether FLUX signed the device's key, or a person accepted it."""
        return (
            self.device.identity is Identity.VERIFIED
            or self.device.master_key == self.accepted_key
        )

    async def async_refresh(self, hass: HomeAssistant) -> None:
        """Update what the device says of itself. Raises FluxError.

        An answer with another key changes nothing: the handshake decides who is there.
        """
        device = await async_lookup(hass, self.device.uuid, self.device.host)
        if device.master_key == self.device.master_key:
            self.device = device
        device = self.device
        if not device.manageable:
            # A datagram says so, which can be forged: firmware that old has no TLS port.
            try:
                await verify_key(device, device.master_key, timing.TIMING)
            except ConnectionFailed as err:
                raise Unsupported(f"firmware {device.firmware} is too old") from err

    @property
    def entry_data(self) -> dict[str, Any]:
        """Return what an entry keeps of the device. No password is among it."""
        return {
            CONF_HOST: self.host_name or self.device.host,
            CONF_MASTER_KEY: base64.b64encode(self.device.master_key).decode("ascii"),
            CONF_SERIAL: self.device.serial,
            CONF_MODEL: self.device.model,
            CONF_VERIFIED: self.device.identity is Identity.VERIFIED,
        }

    @property
    def placeholders(self) -> dict[str, str]:
        """Return what the forms say about the device."""
        return {
            "name": display_name(self.device),
            "model": self.device.model_name,
            "serial": self.device.serial,
            "host": self.device.host,
            "fingerprint": fingerprint(self.device.master_key),
        }


async def async_find(
    hass: HomeAssistant, typed: str, errors: dict[str, str]
) -> tuple[DeviceInfo, str | None] | None:
    """Return the device at what was typed, and its host name if it is one.

    A URL or a port that was typed with it does not matter. None if there is no device:
    `errors` gets the reason.
    """
    listener = await async_get_listener(hass)
    host = typed.strip()
    with suppress(ValueError):  # Then it does not resolve either.
        host = urlsplit(host if "//" in host else f"//{host}").hostname or host
    try:
        return await listener.find(host), None if is_address(host) else host
    except InvalidRequest:
        errors[CONF_HOST] = "invalid_host"
    except DeviceNotFound:
        errors[CONF_HOST] = "no_flux_device"
    return None


async def async_lookup(hass: HomeAssistant, uuid: str, host: str) -> DeviceInfo:
    """Return what a device says of itself now. Raises DeviceNotFound.

    It is searched for elsewhere only if it does not answer at `host`, because anyone
    can replay its announcements.
    """
    listener = await async_get_listener(hass)
    patience = listener.timing.find / 2
    try:
        device = await listener.find(host, patience)
    except DeviceNotFound, InvalidRequest:
        device = None
    if device is None or device.uuid != uuid:
        device = await listener.lookup(uuid, patience)
    return await listener.refresh(device)


async def async_get_trusted(
    hass: HomeAssistant, device: DeviceInfo, master_key: bytes, password: str | None
) -> None:
    """Have a device trust our key; without a password if it lets us.

    Only for the holder of a `master_key` (DER) that is accepted: what is derived from
    our public key opens the robot port of every device that trusts it. Raises FluxError,
    AuthenticationFailed if a password is needed, or another one.
    """
    await ensure_trusted(
        device,
        await async_get_client_key(hass),
        label=key_label(hass),
        password=password,
        timing=timing.TIMING,
        expected_key=master_key,
    )
