"""Whether the device holds its key, and whether it still trusts ours.

Both are learnt from handshakes and from nothing else: datagrams can be forged, so they
are a reason for a handshake now and then, and no more. Knows what follows: a repair when
another master key is presented, and until it is settled no command; reauthentication
when our key is not trusted any more. What is sent in a handshake belongs to `aioflux`.
"""

import asyncio
import base64
from typing import TYPE_CHECKING

from homeassistant.config_entries import SOURCE_RECONFIGURE, ConfigEntry
from homeassistant.const import CONF_HOST
from homeassistant.core import HomeAssistant, callback

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    FluxError,
    Identity,
    IdentityMismatch,
    Manager,
)
from .client_key import async_get_client_key
from .const import CONF_MASTER_KEY, LOGGER
from .discovery import async_get_listener
from .issues import MASTER_KEY_CHANGED, async_master_key_changed, async_settle
from .naming import async_device_name
from .waiting import Backoff

if TYPE_CHECKING:
    from .coordinator import FluxCoordinator

# A device that has just booted announces itself before its ports are open.
_SIGN_IN_ATTEMPTS = 3


class Trust:
    """The trust between one device and us."""

    def __init__(self, coordinator: FluxCoordinator) -> None:
        """Believe the pin until somebody presents another key."""
        self._coordinator = coordinator
        self._presented: bytes | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted = False
        self._reauth_due = False
        self._backoff = Backoff(coordinator.timing.unheard)
        self.is_refused = False
        """Whether the device does not trust our key, as far as we know."""

    @property
    def is_checking(self) -> bool:
        """Whether a sign-in in the background is under way."""
        return self._task is not None and not self._task.done()

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
        self._wanted = True
        if not self.is_checking:
            coordinator = self._coordinator
            self._task = coordinator.config_entry.async_create_background_task(
                coordinator.hass,
                self._async_sign_in(),
                f"{coordinator.device_name} trust",
                eager_start=False,
            )

    @callback
    def async_reconfigured(self) -> None:
        """Catch up on a reauthentication that a reconfiguration was in the way of."""
        if self._reauth_due:
            self._reauth_due = False
            self.async_check()

    @callback
    def schedule_check(self) -> None:
        """Check because of a datagram, now or when it is time to.

        It can be made up, so it is worth a handshake less and less often.
        """
        if self._backoff.take(self._coordinator.hass.loop.time()):
            self.async_check()

    @callback
    def handle_error(self, err: FluxError) -> None:
        """Take an error of any connection as what it says about trust, if it does."""
        coordinator = self._coordinator
        if isinstance(err, AuthenticationFailed):
            # Whoever refuses our key has proved to hold the pinned one before.
            self.clear_mismatch()
            self.is_refused = True
            entry, hass = coordinator.config_entry, coordinator.hass
            # Home Assistant starts none beside a dialog that reconfigures.
            self._reauth_due = any(
                entry.async_get_active_flows(hass, {SOURCE_RECONFIGURE})
            )
            entry.async_start_reauth(hass)
        elif isinstance(err, IdentityMismatch):
            if not err.presented:
                # It was another key, and TLS on the management port shows which.
                self.schedule_check()
            elif self._is_of_another_device(err.presented):
                # Addresses have changed hands, and ours is somewhere else.
                self.clear_mismatch()
            else:
                self.set_mismatch(err.presented)

    @callback
    def async_signed_in(self, manager: Manager) -> None:
        """Take a sign-in that succeeded as what it says about trust.

        It outranks every datagram, so the device is asked anew who it is. One without
        a password lets everybody in here, but the robot and the camera port only those
        whose key it trusts.
        """
        self.clear_mismatch()
        self._coordinator.async_touch()
        if manager.authorized_by != "key":
            self.handle_error(AuthenticationFailed("the device does not trust our key"))
        else:
            self.is_refused = False
            self._coordinator.watch.async_go_on()

    async def _async_sign_in(self) -> None:
        """Sign in for as long as somebody wants it and the device is there."""
        coordinator = self._coordinator
        while self._wanted:
            self._wanted = False
            for _ in range(_SIGN_IN_ATTEMPTS):
                if await self.async_try():
                    break
                await asyncio.sleep(coordinator.timing.startup_grace)
                if self._wanted or not coordinator.data.online:
                    break
        if not self.is_refused and not self.is_broken:
            # What was claimed meanwhile could not be verified yet.
            await coordinator.description.async_verify()

    async def async_try(self) -> bool:
        """Sign in with our key and learn from it; False if nobody was to be reached.

        Whoever holds another key than the pinned one gets nothing of ours.
        """
        coordinator = self._coordinator
        try:
            async with await Manager.open(
                await coordinator.async_locate(),
                await async_get_client_key(coordinator.hass),
                timing=coordinator.timing,
                expected_key=coordinator.master_key,
            ) as manager:
                self.async_signed_in(manager)
        except FluxError as err:
            coordinator.logger.debug(
                "No sign-in at %s: %s", coordinator.device_name, err
            )
            self.handle_error(err)
            return not isinstance(err, ConnectionFailed)
        return True

    def _is_of_another_device(self, master_key: bytes) -> bool:
        uuid = self._coordinator.uuid
        return any(
            device.master_key == master_key
            and device.uuid != uuid
            # Anybody can announce anybody's key; these are signed for, or proved.
            and device.identity in (Identity.VERIFIED, Identity.PINNED)
            for device in self._coordinator.listener.devices
        )

    @callback
    def set_mismatch(self, presented: bytes) -> None:
        """Take it that the device presents another key (DER) than the pinned one."""
        coordinator = self._coordinator
        if self._presented is None:
            self._backoff.reset(coordinator.hass.loop.time())
            coordinator.logger.warning(
                "%s presents another master key than the pinned one; "
                "nothing is sent to it until that is settled in Repairs",
                coordinator.device_name,
            )
        self._presented = presented
        async_master_key_changed(coordinator.hass, coordinator.config_entry, presented)

    @callback
    def clear_mismatch(self) -> None:
        """Take it that the device holds the pinned key (again)."""
        coordinator = self._coordinator
        if self._presented is not None:
            self._presented = None
            self._backoff.reset(coordinator.hass.loop.time())
            coordinator.logger.info(
                "No other master key is in the way of %s any more; "
                "commands are sent to it again",
                coordinator.device_name,
            )
        async_settle(coordinator.hass, coordinator.config_entry, MASTER_KEY_CHANGED)


def gate(device: DeviceInfo) -> tuple[object, ...]:
    """Return what of a device a changed trust may go along with."""
    return device.version, device.has_password


async def async_forget_us(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Have a device that is being removed forget our key, if it can be reached.

    Never raises and never takes long: what is left on the device is said in the log.
    """
    listener = await async_get_listener(hass)
    timing = listener.timing
    host, name = entry.data[CONF_HOST], async_device_name(hass, entry)
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
    except AuthenticationFailed as err:
        LOGGER.debug("%s had forgotten our key already: %s", name, err)
    except (FluxError, TimeoutError) as err:
        if isinstance(err, CommandFailed) and err.symbol == "NOT_FOUND":
            return
        LOGGER.warning(
            "%s may still trust the key of this Home Assistant, because it could not "
            "be told to forget it (%s). Set a new password there to make it forget",
            name,
            str(err) or "it did not answer in time",
        )
