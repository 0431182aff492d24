"""Whether the device holds its key and trusts ours; the one place that signs in to it.

Both are learned from handshakes only: datagrams can be forged, and are no more than a
reason for one. Another master key raises a repair, and no command is sent until it is
decided; a key of ours that is not trusted starts a reauthentication.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from . import timing
from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    FluxError,
    Identity,
    IdentityMismatch,
    Manager,
)
from .client_key import async_get_client_key
from .const import CONF_MASTER_KEY, LOGGER
from .device import FluxDevice, async_device_name
from .discovery import async_get_listener
from .issues import (
    MASTER_KEY_CHANGED,
    async_delete_issue,
    async_master_key_changed,
    async_presented_key,
)
from .timing import Backoff

# A device that has just booted announces itself before its ports are open.
_SIGN_IN_ATTEMPTS = 3


def pinned_key(entry: ConfigEntry) -> bytes:
    """Return the master key (DER) that the device of an entry was set up with."""
    return base64.b64decode(entry.data[CONF_MASTER_KEY])


class Trust:
    """The trust between one device and us."""

    def __init__(
        self,
        device: FluxDevice,
        *,
        on_signed_in: Callable[[], None],
        on_checked: Callable[[], Awaitable[None]],
    ) -> None:
        """Take what to call after each sign-in, and after a check in the background."""
        self._device = device
        self._entry = device.config_entry
        self.master_key = pinned_key(device.config_entry)
        self._on_signed_in = on_signed_in
        self._on_checked = on_checked
        self.presented: bytes | None = None
        """Another master key (DER), which waits for a decision; None if none does."""
        self._task: asyncio.Task[None] | None = None
        self._wanted = False
        self._backoff = Backoff(device.clock, device.timing.unheard)
        self.is_refused = False
        """Whether the device does not trust our key, as far as we know."""

    @property
    def is_checking(self) -> bool:
        """Whether a sign-in in the background is under way."""
        return self._task is not None and not self._task.done()

    # -- connections

    async def async_open[T](
        self, open_: Callable[..., Awaitable[T]], *, is_check: bool = False
    ) -> T:
        """Return a connection, opened with `Robot.open` or the like; learn from an error.

        Raises FluxError: IdentityMismatch while another master key waits for a decision,
        unless this `is_check`. A device with another key gets nothing of ours.
        """
        try:
            if self.presented is not None and not is_check:
                raise IdentityMismatch(self.master_key, self.presented)
            return await open_(
                await self._device.async_locate(),
                await async_get_client_key(self._device.hass),
                timing=self._device.timing,
                expected_key=self.master_key,
            )
        except FluxError as err:
            self.handle_error(err)
            raise

    async def async_open_manager(self, *, is_check: bool = False) -> Manager:
        """Sign in, and learn from it; an async context manager. Raises as `async_open`."""
        manager = await self.async_open(Manager.open, is_check=is_check)
        # It outranks every datagram. A device without a password accepts anyone here,
        # but at the robot and the camera port only those whose key it trusts.
        self.clear_mismatch()
        if manager.authorized_by == "key":
            self.is_refused = False
        else:
            self.handle_error(AuthenticationFailed("the device does not trust our key"))
        self._on_signed_in()
        return manager

    # -- checks

    @callback
    def async_check(self) -> None:
        """Sign in once in the background, because the device has come (back).

        So that a changed password is known now, and not at the next print.
        """
        self._wanted = True
        if not self.is_checking:
            self._task = self._device.create_task(self._async_check(), "trust")

    @callback
    def schedule_check(self) -> None:
        """Check because of a datagram, less and less often: it can be forged."""
        if self._backoff.take():
            self.async_check()

    async def _async_check(self) -> None:
        """Sign in for as long as it is wanted and the device is online."""
        while self._wanted:
            self._wanted = False
            left = _SIGN_IN_ATTEMPTS
            while not await self.async_try():
                left -= 1
                if not left:
                    break
                await self._device.clock.sleep(self._device.timing.startup_grace)
                if self._wanted or not self._device.data.online:
                    break
        await self._on_checked()

    async def async_try(self) -> bool:
        """Sign in and learn from it; False if the device could not be reached."""
        try:
            async with await self.async_open_manager(is_check=True):
                return True
        except FluxError as err:
            LOGGER.debug("No sign-in at %s: %s", self._device.device_name, err)
            return not isinstance(err, ConnectionFailed)

    # -- what it says about trust

    @callback
    def handle_error(self, err: FluxError) -> None:
        """Handle what an error of any connection says about trust."""
        if isinstance(err, AuthenticationFailed):
            # A device that refuses our key has proved to hold the pinned one before.
            self.clear_mismatch()
            self.is_refused = True
            # Beside a dialog that reconfigures, this starts when the dialog ends.
            self._entry.async_start_reauth(self._device.hass)
        elif isinstance(err, IdentityMismatch):
            if not err.presented:
                # It was another key, and TLS on the management port shows which.
                self.schedule_check()
            elif err.presented == pinned_key(self._entry):
                pass  # A person has accepted it meanwhile: a reload is due.
            elif not self._is_of_another_device(err.presented):
                self.set_mismatch(err.presented)
            elif async_presented_key(self._device.hass, self._entry) == err.presented:
                # Addresses have changed hands, and ours is somewhere else.
                self.clear_mismatch()

    def _is_of_another_device(self, master_key: bytes) -> bool:
        return any(
            device.master_key == master_key
            and device.uuid != self._entry.unique_id
            # Anyone can announce any key; these are signed for, or proved.
            and device.identity in (Identity.VERIFIED, Identity.PINNED)
            for device in self._device.listener.devices
        )

    @callback
    def set_mismatch(self, presented: bytes) -> None:
        """Send the device nothing: it presents another key (DER) than the pinned one."""
        if self.presented is None:
            self._backoff.reset()
            LOGGER.warning(
                "%s presents another master key than the pinned one; "
                "nothing is sent to it until you decide about it in Repairs",
                self._device.device_name,
            )
        self.presented = presented
        async_master_key_changed(self._device.hass, self._entry, presented)

    @callback
    def clear_mismatch(self) -> None:
        """Send to the device (again): it holds the pinned key."""
        if self.presented is not None:
            self.presented = None
            self._backoff.reset()
            LOGGER.info(
                "No other master key is presented for %s now; "
                "commands are sent to it again",
                self._device.device_name,
            )
        async_delete_issue(self._device.hass, self._entry, MASTER_KEY_CHANGED)


async def async_forget_us(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Have a device that is being removed forget our key, if it can be reached.

    Never raises and never takes long: what is left on the device is logged.
    """
    listener = await async_get_listener(hass)
    host, name = entry.data[CONF_HOST], async_device_name(hass, entry)
    try:
        async with asyncio.timeout(timing.TIMING.forget):
            key = await async_get_client_key(hass)
            device = await listener.find(host, timing.TIMING.setup_wait)
            async with await Manager.open(
                device, key, timing=timing.TIMING, expected_key=pinned_key(entry)
            ) as manager:
                await manager.remove_trust(key.access_id.hex())
    except AuthenticationFailed as err:
        LOGGER.debug("%s had forgotten our key already: %s", name, err)
    except (FluxError, OSError) as err:
        if isinstance(err, CommandFailed) and err.symbol == "NOT_FOUND":
            return
        LOGGER.warning(
            "%s may still trust the key of this Home Assistant, because removing it "
            "failed (%s). Set a new password there to make it forget",
            name,
            str(err) or "it did not answer in time",
        )
