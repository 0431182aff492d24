"""Config flow: find a device, verify who it is, have it trust our key.

Reauthentication and the options are here too, reconfiguration is `reconfigure_flow.py`.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigFlowResult,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PASSWORD
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.typing import DiscoveryInfoType
import voluptuous as vol

from . import timing
from .aioflux import (
    AuthenticationFailed,
    DeviceInfo,
    Identity,
    Listener,
    check_password,
    is_address,
    verify_key,
)
from .const import CONF_HOLD_CONNECTION, DOMAIN
from .coordinator import FluxConfigEntry
from .device import display_name
from .discovery import async_get_listener, async_scan
from .errors import async_option, form_errors
from .pairing import (
    Pairing,
    async_find,
    async_get_trusted,
    async_lookup,
)
from .reconfigure_flow import (
    ADDRESS_SCHEMA,
    NO_FIELDS,
    PASSWORD_SELECTOR,
    ReconfigureSteps,
)
from .trust import pinned_key

CONF_ACCEPT = "accept"
CONF_UUID = "uuid"

# The last digits of a serial number, shown where devices share a name.
_SERIAL_DIGITS = 4

# The value of *Enter an address* in the list of devices.
MANUAL = "manual"

_CONFIRM_IDENTITY_SCHEMA = vol.Schema({vol.Required(CONF_ACCEPT, default=False): bool})
_PASSWORD_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): PASSWORD_SELECTOR})
_OPTIONS_SCHEMA = vol.Schema({vol.Required(CONF_HOLD_CONNECTION, default=True): bool})


class FluxConfigFlow(ReconfigureSteps, domain=DOMAIN):
    """Set up one device.

    Each way in ends in `_async_proceed`: identity first, then our key, then the
    password. A step that fails shows its form again with the reason.
    """

    VERSION = 1

    _pairing: Pairing

    def __init__(self) -> None:
        self._scan: asyncio.Task[dict[str, DeviceInfo]] | None = None
        self._found: dict[str, DeviceInfo] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: FluxConfigEntry) -> FluxOptionsFlow:
        """Return the options flow."""
        return FluxOptionsFlow()

    # -- ways in

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Search for devices."""
        if self._scan is None:
            # The flow manager cancels the task when the flow is closed.
            self._scan = self.hass.async_create_task(
                async_scan(self.hass), f"{DOMAIN} scan"
            )
        if not self._scan.done():
            return self.async_show_progress(
                step_id="user", progress_action="scan", progress_task=self._scan
            )
        self._found = self._scan.result()
        return self.async_show_progress_done(
            next_step_id="device" if self._new_devices() else "manual"
        )

    async def async_step_device(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose one of the devices that answered, or to enter an address."""
        errors: dict[str, str] = {}
        if user_input is not None:
            choice = user_input[CONF_DEVICE]
            if choice == MANUAL:
                return await self.async_step_manual()
            with form_errors(errors):
                return await self._async_choose(self._found[choice])
        options = [
            SelectOptionDict(value=device.uuid, label=_label(device))
            for device in self._new_devices()
        ]
        options.append(SelectOptionDict(value=MANUAL, label="Enter an address"))
        schema = vol.Schema(
            {
                vol.Required(CONF_DEVICE, default=options[0]["value"]): SelectSelector(
                    SelectSelectorConfig(
                        options=options,
                        mode=SelectSelectorMode.LIST,
                        translation_key="device",
                    )
                )
            }
        )
        return self._show("device", schema, user_input, errors)

    async def async_step_manual(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Enter the address of a device."""
        errors: dict[str, str] = {}
        if user_input is not None:
            if found := await async_find(self.hass, user_input[CONF_HOST], errors):
                with form_errors(errors):
                    return await self._async_choose(*found)
        elif not self._new_devices():
            errors["base"] = "no_devices_found"
        return self._show("manual", ADDRESS_SCHEMA, user_input, errors)

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        """Begin the flow of a device that was discovered."""
        await self.async_set_unique_id(discovery_info[CONF_UUID])
        self._abort_if_unique_id_configured()
        listener = await async_get_listener(self.hass)
        device = listener.get(discovery_info[CONF_UUID])
        if device is None:
            return self.async_abort(reason="not_heard")
        self._pairing = Pairing(device)
        await self._async_title_flows(listener)
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the discovered device is to be set up."""
        await self._async_update_device()
        if not self._pairing.is_key_accepted:
            return await self.async_step_confirm_identity()
        errors: dict[str, str] = {}
        if user_input is not None:
            with form_errors(errors):
                return await self._async_proceed()
        self._set_confirm_only()
        placeholders = self._pairing.placeholders
        return self._show("discovery_confirm", NO_FIELDS, None, errors, placeholders)

    # -- identity and trust

    async def async_step_confirm_identity(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask a person to accept a key that FLUX did not sign."""
        errors: dict[str, str] = {}
        if user_input is None and self.source == SOURCE_INTEGRATION_DISCOVERY:
            await self._async_update_device()
        if user_input is not None:
            if user_input[CONF_ACCEPT]:
                self._pairing.accepted_key = self._pairing.device.master_key
                with form_errors(errors):
                    return await self._async_proceed()
            else:
                errors[CONF_ACCEPT] = "not_accepted"
        schema, placeholders = _CONFIRM_IDENTITY_SCHEMA, self._pairing.placeholders
        return self._show("confirm_identity", schema, user_input, errors, placeholders)

    async def async_step_authorize(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password, which is used once and not stored."""
        errors: dict[str, str] = {}
        if user_input is not None:
            password = user_input[CONF_PASSWORD]
            with form_errors(errors):
                await self._pairing.async_refresh(self.hass)
                device = self._pairing.device
                # If it was removed meanwhile, an empty field is the consent.
                check_password(
                    CONF_PASSWORD, password, allow_empty=not device.has_password
                )
                await async_get_trusted(
                    self.hass, device, device.master_key, password or None
                )
                return self._async_finish()
        placeholders = self._pairing.placeholders
        return self._show("authorize", _PASSWORD_SCHEMA, None, errors, placeholders)

    # -- reauthentication

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin a reauthentication: the device does not trust our key."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password; a device without one needs only the consent."""
        entry = self._entry
        errors: dict[str, str] = {}
        device: DeviceInfo | None = None
        with form_errors(errors):
            device = await async_lookup(
                self.hass, entry.unique_id or "", entry.data[CONF_HOST]
            )
        if user_input is None:
            # Whether the device answers matters once there is a password.
            errors = {}
        has_password = device is None or device.has_password
        if user_input is not None and device is not None:
            password = user_input.get(CONF_PASSWORD, "")
            with form_errors(errors, entry):
                check_password(CONF_PASSWORD, password, allow_empty=not has_password)
                await async_get_trusted(
                    self.hass, device, pinned_key(entry), password or None
                )
            if not errors:
                host = entry.data[CONF_HOST]
                return self.async_update_reload_and_abort(
                    entry,
                    data_updates={CONF_HOST: device.host if is_address(host) else host},
                )
            # That it has none was in a datagram, which can be forged.
            has_password |= CONF_PASSWORD in errors
        if not has_password:
            return self._show("reauth_consent", NO_FIELDS, None, errors)
        return self._show("reauth_confirm", _PASSWORD_SCHEMA, None, errors)

    async_step_reauth_consent = async_step_reauth_confirm

    # -- between the steps

    async def _async_update_device(self) -> None:
        """Use what the listener knows now: a discovery flow can be open for weeks."""
        listener = await async_get_listener(self.hass)
        known = self._pairing.device
        self._pairing.device = listener.get(known.uuid) or known

    async def _async_title_flows(self, listener: Listener) -> None:
        """Give this flow its title, and those of devices with the same name new ones.

        Where names are alike the last digits of the serial number tell devices apart.
        """
        unverified = await async_option(self.hass, "device", "unverified")
        names = Counter(display_name(device) for device in listener.devices)
        contexts = [flow["context"] for flow in self._async_in_progress()]
        for context in (self.context, *contexts):
            device = listener.get(context.get("unique_id") or "")
            if device is None or context["source"] != SOURCE_INTEGRATION_DISCOVERY:
                continue
            name = display_name(device)
            notes = [device.serial[-_SERIAL_DIGITS:]] if names[name] > 1 else []
            if device.identity is not Identity.VERIFIED:
                notes.append(unverified)
            title = f"{name} ({', '.join(notes)})" if notes else name
            context["title_placeholders"] = {"name": title}

    async def _async_choose(
        self, device: DeviceInfo, host_name: str | None = None
    ) -> ConfigFlowResult:
        """Make this flow one for a device; raises as `_async_proceed` does.

        Another flow for the device may be open, most often its discovery: the first one
        to finish closes the other.
        """
        await self.async_set_unique_id(device.uuid, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        self._pairing = Pairing(device, host_name)
        return await self._async_proceed()

    async def _async_proceed(self) -> ConfigFlowResult:
        """Go on with the device to the next step that needs a person.

        Raises FluxError when the device is out of reach or not to be had.
        """
        await self._pairing.async_refresh(self.hass)
        device = self._pairing.device
        if not self._pairing.is_key_accepted:
            await verify_key(device, device.master_key, timing.TIMING)
            return await self.async_step_confirm_identity()
        try:
            await async_get_trusted(self.hass, device, device.master_key, None)
        except AuthenticationFailed:
            return await self.async_step_authorize()
        return self._async_finish()

    def _async_finish(self) -> ConfigFlowResult:
        """Create the entry, unless another flow was faster."""
        self._abort_if_unique_id_configured()
        return self.async_create_entry(
            title=display_name(self._pairing.device), data=self._pairing.entry_data
        )

    def _new_devices(self) -> list[DeviceInfo]:
        """Return the devices that answered and are not set up, by name."""
        known = self._async_current_ids(include_ignore=False)
        return sorted(
            (device for uuid, device in self._found.items() if uuid not in known),
            key=lambda device: (display_name(device).casefold(), device.host),
        )


def _label(device: DeviceInfo) -> str:
    return f"{display_name(device)} ({device.model_name}, {device.host})"


class FluxOptionsFlow(OptionsFlowWithReload):
    """Ask whether to hold the robot connection during jobs."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the option."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                _OPTIONS_SCHEMA, self.config_entry.options
            ),
        )
