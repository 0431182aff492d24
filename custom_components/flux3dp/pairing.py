"""Pairing: who a device is, whether it trusts our key, and what its entry keeps."""

import base64
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from homeassistant.const import CONF_HOST, CONF_MODEL
from homeassistant.core import HomeAssistant

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
from .discovery import async_get_listener
from .naming import display_name


class Pairing:
    """A device that was chosen, and how far its setup is."""

    def __init__(
        self, hass: HomeAssistant, device: DeviceInfo, host: str | None = None
    ) -> None:
        """Begin with what discovery knows, and the host if a person typed it."""
        self._hass = hass
        self._accepted_key: bytes | None = None
        self._host = host
        self.device = device

    @property
    def is_vouched_for(self) -> bool:
        """FLUX's signature says whose key this is, or a person has accepted it."""
        return (
            self.device.identity is Identity.VERIFIED
            or self.device.master_key == self._accepted_key
        )

    def accept(self) -> None:
        """Note that a person vouches for the device's present key."""
        self._accepted_key = self.device.master_key

    async def async_refresh(self) -> None:
        """Learn what the device says of itself by now. Raises FluxError.

        An answer with another key changes nothing: the handshake decides who is there.
        """
        device = self.device
        current = await async_lookup(self._hass, device.uuid, device.host)
        if current.master_key == device.master_key:
            self.device = device = current
        if not device.manageable:
            # A datagram says so, which can be forged. Such firmware has no such port.
            try:
                await self.async_verify()
            except ConnectionFailed as err:
                raise Unsupported(f"firmware {device.firmware} is too old") from err

    async def async_verify(self) -> None:
        """Verify that the device holds its key. Raises FluxError."""
        await async_verify(self._hass, self.device.host, self.device.master_key)

    async def async_get_trusted(self, password: str | None = None) -> None:
        """Have the device trust our key; AuthenticationFailed if a password is needed.

        Only for a device that is vouched for: what is derived from our public key
        opens the robot ports of every other device that trusts it. Raises FluxError.
        """
        await async_get_trusted(
            self._hass, self.device, self.device.master_key, password
        )

    @property
    def entry_data(self) -> dict[str, Any]:
        """Return what an entry keeps of the device. No password is among it."""
        return {
            CONF_HOST: kept_host(self._host, self.device.host),
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
) -> tuple[DeviceInfo, str] | None:
    """Return the device at the address that was typed, and that address.

    A URL or a port that was typed with it does not matter. None if there is no device:
    `errors` gets the reason.
    """
    listener = await async_get_listener(hass)
    host = typed.strip()
    with suppress(ValueError):  # It does not resolve either.
        host = urlsplit(host if "//" in host else f"//{host}").hostname or host
    try:
        return await listener.find(host), host
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


async def async_verify(hass: HomeAssistant, host: str, master_key: bytes) -> None:
    """Verify who is at an address, and send nothing of ours. Raises FluxError."""
    listener = await async_get_listener(hass)
    await verify_key(host, master_key, listener.timing)


async def async_get_trusted(
    hass: HomeAssistant, device: DeviceInfo, master_key: bytes, password: str | None
) -> None:
    """Have a device trust our key. Raises FluxError.

    Only the holder of `master_key` (DER) gets to see the password.
    """
    listener = await async_get_listener(hass)
    await ensure_trusted(
        device,
        await async_get_client_key(hass),
        label=key_label(hass),
        password=password,
        timing=listener.timing,
        expected_key=master_key,
    )


def kept_host(typed: str | None, address: str) -> str:
    """Return what an entry keeps as host: a name that was typed, or the address."""
    return address if typed is None or is_address(typed) else typed
