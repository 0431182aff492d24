"""One device on its way in: who it is, whether it trusts us, what the entry keeps.

Knows what has to hold before a device is set up, and the error key for each thing
that can be in the way. Does not know in which order a person is asked: that is
`config_flow.py`.
"""

import base64
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.const import CONF_HOST, CONF_MODEL
from homeassistant.core import HomeAssistant, callback

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    DeviceNotFound,
    FluxError,
    Identity,
    IdentityMismatch,
    InvalidRequest,
    Unsupported,
    ensure_trusted,
    fingerprint,
    is_address,
    verify_key,
)
from .client_key import async_get_client_key, key_label
from .const import CONF_MASTER_KEY, CONF_SERIAL, CONF_VERIFIED
from .coordinator import FluxConfigEntry
from .discovery import async_get_listener
from .naming import display_name

_ERROR_KEYS: dict[type[FluxError], str] = {
    AuthenticationFailed: "invalid_auth",
    ConnectionFailed: "cannot_connect",
    IdentityMismatch: "identity_mismatch",
    Unsupported: "unsupported_firmware",
    CommandFailed: "refused",
}


def error_key(err: FluxError) -> str:
    """Return the key of the error a person reads."""
    return next(
        (key for kind, key in _ERROR_KEYS.items() if isinstance(err, kind)), "refused"
    )


def entry_error_key(err: FluxError) -> str:
    """Return the same for a device that is set up: another key is settled in Repairs."""
    return "key_changed" if isinstance(err, IdentityMismatch) else error_key(err)


def kept_host(typed: str | None, address: str) -> str:
    """Return what an entry keeps as host: a name that was typed, or the address."""
    return address if typed is None or is_address(typed) else typed


class Pairing:
    """A device that was chosen, and how far we are with it.

    Methods that reach for the device raise FluxError.
    """

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
        """Learn what the device says of itself by now; DeviceNotFound if it is off.

        It is asked where it was, and looked for elsewhere only when it is not there:
        anybody can replay its announcements. An answer with another key changes
        nothing here, because the handshake decides who is at the known address.
        """
        listener = await async_get_listener(self._hass)
        patience = listener.timing.find / 2
        try:
            current = await listener.find(self.device.host, patience)
        except DeviceNotFound:
            current = None
        if current is None or current.uuid != self.device.uuid:
            current = await listener.lookup(self.device.uuid, patience)
        current = await listener.refresh(current)
        if current.master_key == self.device.master_key:
            self.device = current
        if not self.device.manageable:
            # So a datagram says, and anybody can send those.
            try:
                await self.async_prove()
            except ConnectionFailed as err:
                raise Unsupported(
                    f"firmware {self.device.firmware} is too old"
                ) from err

    async def async_prove(self) -> None:
        """Make sure that the device holds its key, and send it nothing of ours."""
        listener = await async_get_listener(self._hass)
        await verify_key(self.device.host, self.device.master_key, listener.timing)

    async def async_get_trusted(self, password: str | None = None) -> None:
        """Have the device trust our key; AuthenticationFailed if a password is needed.

        Only for a device that is vouched for: what is derived from our public key
        opens the robot ports of every other device that trusts it.
        """
        listener = await async_get_listener(self._hass)
        await ensure_trusted(
            self.device,
            await async_get_client_key(self._hass),
            label=key_label(self._hass),
            password=password,
            timing=listener.timing,
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


# -- for a device that is set up


@callback
def async_entry_learn(entry: FluxConfigEntry, err: FluxError) -> None:
    """Have the coordinator of an entry learn from an error, if there is one."""
    if entry.state is ConfigEntryState.LOADED:
        entry.runtime_data.trust.handle_error(err)


async def async_entry_device(hass: HomeAssistant, entry: ConfigEntry) -> DeviceInfo:
    """Return what the device of an entry says of itself now. Raises FluxError."""
    listener = await async_get_listener(hass)
    patience = listener.timing.find / 2
    try:
        device = await listener.find(entry.data[CONF_HOST], patience)
    except DeviceNotFound, InvalidRequest:
        device = None
    if device is None or device.uuid != entry.unique_id:
        device = await listener.lookup(entry.unique_id or "", patience)
    return await listener.refresh(device)


async def async_entry_trusted(
    hass: HomeAssistant, entry: ConfigEntry, device: DeviceInfo, password: str | None
) -> None:
    """Have the device of an entry trust our key again. Raises FluxError.

    Only the device that holds the pinned key gets to see the password.
    """
    listener = await async_get_listener(hass)
    await ensure_trusted(
        device,
        await async_get_client_key(hass),
        label=key_label(hass),
        password=password,
        timing=listener.timing,
        expected_key=base64.b64decode(entry.data[CONF_MASTER_KEY]),
    )


async def async_prove_entry(hass: HomeAssistant, entry: ConfigEntry, host: str) -> None:
    """Make sure that the device of an entry is at an address. Raises FluxError."""
    listener = await async_get_listener(hass)
    await verify_key(
        host, base64.b64decode(entry.data[CONF_MASTER_KEY]), listener.timing
    )
