"""Config flow: find a device, make sure who it is, get our key trusted.

Knows the steps, their order and their forms. What has to hold for a device, and what
its entry keeps, is `pairing.py`; the words are in the translations.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_INTEGRATION_DISCOVERY,
    ConfigFlowResult,
)
from homeassistant.const import CONF_DEVICE, CONF_HOST, CONF_PASSWORD
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.translation import async_get_translations
from homeassistant.helpers.typing import DiscoveryInfoType
import voluptuous as vol

from .aioflux import (
    AuthenticationFailed,
    DeviceInfo,
    DeviceNotFound,
    DeviceUpdate,
    FluxError,
    Identity,
    InvalidRequest,
    Listener,
    check_password,
)
from .const import DOMAIN
from .coordinator import FluxConfigEntry
from .discovery import async_get_listener
from .forms import PASSWORD_SELECTOR, host_of
from .naming import display_name
from .options_flow import FluxOptionsFlow
from .pairing import Pairing, error_key
from .reauth_flow import ReauthSteps
from .reconfigure_flow import ReconfigureSteps

CONF_ACCEPT = "accept"
CONF_UUID = "uuid"

# Of a serial number, where devices have one name.
_SERIAL_DIGITS = 4

# The choice in the list of devices that is no device.
MANUAL = "manual"

_MANUAL_SCHEMA = vol.Schema({vol.Required(CONF_HOST): TextSelector()})
_CONFIRM_IDENTITY_SCHEMA = vol.Schema({vol.Required(CONF_ACCEPT, default=False): bool})
_AUTHORIZE_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): PASSWORD_SELECTOR})


class FluxConfigFlow(ReauthSteps, ReconfigureSteps, domain=DOMAIN):
    """Set up one device.

    Every way in ends in `_async_proceed`: identity first, then our key, then the
    password. A step that fails shows its form again with the reason, so that nothing
    typed or accepted is lost when a device was only switched off.
    """

    VERSION = 1

    _pairing: Pairing

    def __init__(self) -> None:
        """Know of no device yet."""
        self._scan: asyncio.Task[dict[str, DeviceInfo]] | None = None
        self._found: dict[str, DeviceInfo] = {}

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: FluxConfigEntry) -> FluxOptionsFlow:
        """Return the flow of the one option."""
        return FluxOptionsFlow()

    # -- ways in; the steps after the first two are in files of their own

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin a reauthentication: the device does not trust our key."""
        return await self.async_step_reauth_confirm()

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be changed."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["address", "rename", "wifi", "password"],
            description_placeholders={"name": self._get_reconfigure_entry().title},
        )

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Listen for a moment, while the person sees that we do."""
        if self._scan is None:
            listener = await async_get_listener(self.hass)
            # The flow manager cancels the task when the flow is closed.
            self._scan = self.hass.async_create_task(
                _async_scan(listener), f"{DOMAIN} scan"
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
        """Choose one of the devices that were heard, or to enter an address."""
        errors: dict[str, str] = {}
        if user_input is not None:
            choice = user_input[CONF_DEVICE]
            if choice == MANUAL:
                return await self.async_step_manual()
            try:
                return await self._async_choose(self._found[choice])
            except FluxError as err:
                errors["base"] = error_key(err)
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
        return self.async_show_form(
            step_id="device",
            data_schema=self.add_suggested_values_to_schema(schema, user_input),
            errors=errors,
        )

    async def async_step_manual(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Enter the address of a device that is not heard by itself."""
        errors: dict[str, str] = {}
        if user_input is not None:
            listener = await async_get_listener(self.hass)
            host = host_of(user_input[CONF_HOST])
            try:
                return await self._async_choose(await listener.find(host), host)
            except InvalidRequest:
                errors[CONF_HOST] = "invalid_host"
            except DeviceNotFound:
                errors[CONF_HOST] = "no_flux_device"
            except FluxError as err:
                errors["base"] = error_key(err)
        elif not self._new_devices():
            errors["base"] = "no_devices_found"
        return self.async_show_form(
            step_id="manual",
            data_schema=self.add_suggested_values_to_schema(_MANUAL_SCHEMA, user_input),
            errors=errors,
        )

    @override
    async def async_step_integration_discovery(
        self, discovery_info: DiscoveryInfoType
    ) -> ConfigFlowResult:
        """Make a card of a device that was heard."""
        await self.async_set_unique_id(discovery_info[CONF_UUID])
        self._abort_if_unique_id_configured()
        listener = await async_get_listener(self.hass)
        device = listener.get(discovery_info[CONF_UUID])
        if device is None:
            return self.async_abort(reason="not_heard")
        self._pairing = Pairing(self.hass, device)
        await self._async_name_cards(listener)
        return await self.async_step_discovery_confirm()

    async def async_step_discovery_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the device of the card is to be set up."""
        await self._async_look_again()
        if not self._pairing.is_vouched_for:
            return await self.async_step_confirm_identity()
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                return await self._async_proceed()
            except FluxError as err:
                errors["base"] = error_key(err)
        self._set_confirm_only()
        return self.async_show_form(
            step_id="discovery_confirm",
            errors=errors,
            description_placeholders=self._pairing.placeholders,
        )

    # -- identity and trust

    async def async_step_confirm_identity(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Let a person vouch for a key that FLUX's signature does not vouch for."""
        errors: dict[str, str] = {}
        if user_input is None and self.source == SOURCE_INTEGRATION_DISCOVERY:
            await self._async_look_again()
        if user_input is not None:
            if user_input[CONF_ACCEPT]:
                self._pairing.accept()
                try:
                    return await self._async_proceed()
                except FluxError as err:
                    errors["base"] = error_key(err)
            else:
                errors[CONF_ACCEPT] = "not_accepted"
        return self.async_show_form(
            step_id="confirm_identity",
            data_schema=self.add_suggested_values_to_schema(
                _CONFIRM_IDENTITY_SCHEMA, user_input
            ),
            errors=errors,
            description_placeholders=self._pairing.placeholders,
        )

    async def async_step_authorize(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password, which is used once and kept nowhere."""
        errors: dict[str, str] = {}
        if user_input is not None:
            password = user_input[CONF_PASSWORD]
            try:
                await self._pairing.async_refresh()
                # One that was removed meanwhile need not be typed: this is the consent.
                removed = not self._pairing.device.has_password
                check_password(CONF_PASSWORD, password, allow_empty=removed)
                await self._pairing.async_get_trusted(password or None)
            except InvalidRequest as err:
                errors[CONF_PASSWORD] = err.reason
            except AuthenticationFailed as err:
                errors[CONF_PASSWORD] = error_key(err)
            except FluxError as err:
                errors["base"] = error_key(err)
            else:
                return self._async_finish()
        return self.async_show_form(
            step_id="authorize",
            data_schema=_AUTHORIZE_SCHEMA,
            errors=errors,
            description_placeholders=self._pairing.placeholders,
        )

    # -- between the steps

    async def _async_look_again(self) -> None:
        """Take what is known of the device of a card that may have hung for weeks."""
        listener = await async_get_listener(self.hass)
        known = self._pairing.device
        self._pairing.device = listener.get(known.uuid) or known

    async def _async_name_cards(self, listener: Listener) -> None:
        """Give this card its title, and cards of devices with the same name new ones.

        Where names are alike the last digits of the serial number tell devices apart.
        """
        words = await async_get_translations(
            self.hass, self.hass.config.language, "selector", {DOMAIN}
        )
        unverified = words[f"component.{DOMAIN}.selector.device.options.unverified"]
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
        self, device: DeviceInfo, host: str | None = None
    ) -> ConfigFlowResult:
        """Make this flow one for a device; raises as `_async_proceed` does.

        `host` is what a person typed to find it.

        Another flow for the device may be open, most often its card: the first one
        to finish closes the other.
        """
        await self.async_set_unique_id(device.uuid, raise_on_progress=False)
        self._abort_if_unique_id_configured()
        self._pairing = Pairing(self.hass, device, host)
        return await self._async_proceed()

    async def _async_proceed(self) -> ConfigFlowResult:
        """Go on with the device to the next step that needs a person.

        Raises FluxError when the device is out of reach or not to be had.
        """
        await self._pairing.async_refresh()
        if not self._pairing.is_vouched_for:
            await self._pairing.async_prove()
            return await self.async_step_confirm_identity()
        try:
            await self._pairing.async_get_trusted()
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
        """Return the devices that were heard and are not set up, by name."""
        known = self._async_current_ids(include_ignore=False)
        return sorted(
            (device for uuid, device in self._found.items() if uuid not in known),
            key=lambda device: (display_name(device).casefold(), device.host),
        )


async def _async_scan(listener: Listener) -> dict[str, DeviceInfo]:
    """Return the devices that are heard now, by uuid.

    The listener also remembers devices that were switched off since: offering them
    would lead to an error at the next step.
    """
    heard: set[str] = set()

    def hear(sighting: DeviceUpdate) -> None:
        heard.add(sighting.uuid)

    loop = asyncio.get_running_loop()
    timing = listener.timing
    end = loop.time() + timing.scan
    unsubscribe = listener.subscribe(hear)
    try:
        while (left := end - loop.time()) > 0:
            listener.scan()
            await asyncio.sleep(min(left, timing.scan_probe_interval))
    finally:
        unsubscribe()
    return {device.uuid: device for device in listener.devices if device.uuid in heard}


def _label(device: DeviceInfo) -> str:
    return f"{display_name(device)} ({device.model_name}, {device.host})"
