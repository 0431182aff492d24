"""Whether the device holds its key, and whether it still trusts ours.

Both are learnt from handshakes and from nothing else: datagrams can be forged. Knows
what follows: a repair when another master key is presented, and until it is settled no
command; reauthentication when our key is not trusted any more. What is sent in a
handshake belongs to `aioflux`.
"""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from .aioflux import (
    AuthenticationFailed,
    FluxError,
    IdentityMismatch,
    Manager,
    Unsupported,
    prove,
)
from .const import CONF_MASTER_KEY, LOGGER
from .discovery import async_get_listener
from .identity import async_get_client_key
from .issues import (
    FIRMWARE_TOO_OLD,
    MASTER_KEY_CHANGED,
    async_firmware_too_old,
    async_master_key_changed,
    async_settle,
)

if TYPE_CHECKING:
    from .coordinator import FluxCoordinator


class Trust:
    """The trust between one device and us."""

    def __init__(self, coordinator: FluxCoordinator) -> None:
        """Believe the pin until somebody presents another key."""
        self._coordinator = coordinator
        self._presented: bytes | None = None
        self._task: asyncio.Task[None] | None = None
        self._not_before = float("-inf")

    @property
    def is_broken(self) -> bool:
        """Whether another master key was presented and nobody has decided yet."""
        return self._presented is not None

    def require(self) -> None:
        """Raise IdentityMismatch while another master key waits for a decision."""
        if self._presented is not None:
            raise IdentityMismatch(self._coordinator.master_key, self._presented)

    @callback
    def async_check(self) -> None:
        """Sign in once in the background, because the device has come (back).

        So a password changed or a mainboard swapped meanwhile is known now, and not
        at the next print.
        """
        self._begin("trust", ask_key=False)

    @callback
    def async_doubt(self) -> None:
        """Ask the device for its key: datagrams at its address name another one.

        Or, after another one was presented, the right one again. Such datagrams can
        be made up, so they are worth a handshake now and then, and no more.
        """
        now = self._coordinator.hass.loop.time()
        if now >= self._not_before:
            self._not_before = now + self._coordinator.timing.unheard
            self._begin("identity", ask_key=True)

    @callback
    def async_learn(self, err: FluxError) -> None:
        """Take an error of any connection as what it says about trust, if it does."""
        coordinator = self._coordinator
        if isinstance(err, AuthenticationFailed):
            coordinator.config_entry.async_start_reauth(coordinator.hass)
        elif isinstance(err, Unsupported):
            device = coordinator.data.device
            if device is not None and not device.manageable:
                async_firmware_too_old(
                    coordinator.hass, coordinator.config_entry, device.firmware
                )
        elif isinstance(err, IdentityMismatch) and err.presented:
            if self._presented is None:
                coordinator.logger.warning(
                    "%s presents another master key than the pinned one; "
                    "nothing is sent to it until that is settled in Repairs",
                    coordinator.name,
                )
            self._presented = err.presented
            async_master_key_changed(
                coordinator.hass, coordinator.config_entry, err.presented
            )

    def _begin(self, what: str, *, ask_key: bool) -> None:
        if self._task is not None and not self._task.done():
            return
        coordinator = self._coordinator
        self._task = coordinator.config_entry.async_create_background_task(
            coordinator.hass,
            self._async_prove() if ask_key else self._async_sign_in(),
            f"{coordinator.name} {what}",
            eager_start=False,
        )

    async def _async_prove(self) -> None:
        """Learn which key the device holds, and send it nothing of ours."""
        coordinator = self._coordinator
        try:
            await prove(coordinator.host, coordinator.master_key, coordinator.timing)
        except FluxError as err:
            self.async_learn(err)
        else:
            self._settle()

    async def _async_sign_in(self) -> None:
        """Sign in with our key, and learn what comes of it."""
        coordinator = self._coordinator
        try:
            device = coordinator.data.device or await coordinator.listener.find(
                coordinator.host
            )
            async with await Manager.open(
                device,
                await async_get_client_key(coordinator.hass),
                timing=coordinator.timing,
                expected_key=coordinator.master_key,
            ):
                self._settle()
            async_settle(coordinator.hass, coordinator.config_entry, FIRMWARE_TOO_OLD)
        except FluxError as err:
            coordinator.logger.debug("No sign-in at %s: %s", coordinator.name, err)
            self.async_learn(err)

    def _settle(self) -> None:
        """Take it that the device holds the pinned key (again)."""
        self._presented = None
        coordinator = self._coordinator
        async_settle(coordinator.hass, coordinator.config_entry, MASTER_KEY_CHANGED)


async def async_forget_us(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Have a device that is being removed forget our key, if it can be reached.

    Never raises and never takes long: what is left on the device is said in the log.
    """
    listener = await async_get_listener(hass)
    timing = listener.timing
    host = entry.data[CONF_HOST]
    try:
        async with asyncio.timeout(timing.forget):
            key = await async_get_client_key(hass)
            device = await listener.find(host, timing.setup_wait)
            async with await Manager.open(
                device,
                key,
                timing=timing,
                expected_key=base64.b64decode(entry.data[CONF_MASTER_KEY]),
            ) as manager:
                await manager.remove_trust(key.access_id.hex())
    except (FluxError, TimeoutError) as err:
        LOGGER.info(
            "%s still trusts the key of this Home Assistant, because it could not be "
            "told to forget it (%s). Set a new password there to make it forget",
            entry.title,
            err or "it did not answer in time",
        )
