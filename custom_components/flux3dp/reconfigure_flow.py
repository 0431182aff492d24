"""Reconfiguration: another address, name or password.

Knows the dialogs behind the menu, but for the network, which is `network_flow.py`. What
happens on the device is `management.py`.
"""

from typing import Any

from homeassistant.config_entries import ConfigEntryState, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_NAME
from homeassistant.helpers.selector import BooleanSelector, TextSelector
import voluptuous as vol

from .aioflux import (
    AuthenticationFailed,
    DeviceNotFound,
    FluxError,
    InvalidRequest,
)
from .coordinator import FluxConfigEntry
from .discovery import async_get_listener
from .forms import NEW_PASSWORD_SELECTOR, PASSWORD_SELECTOR, host_of
from .management import async_change_password, async_rename
from .network_flow import NetworkSteps, change_error_key
from .pairing import async_entry_learn, async_prove_entry, kept_host

_ADDRESS_SCHEMA = vol.Schema({vol.Required(CONF_HOST): TextSelector()})
_RENAME_SCHEMA = vol.Schema({vol.Required(CONF_NAME): TextSelector()})
_PASSWORD_SCHEMA = vol.Schema(
    {
        vol.Optional("old_password", default=""): PASSWORD_SELECTOR,
        vol.Optional("new_password", default=""): NEW_PASSWORD_SELECTOR,
        vol.Optional("repeat_password", default=""): NEW_PASSWORD_SELECTOR,
        vol.Required("remove_password", default=False): BooleanSelector(),
        vol.Required("forget_trusted", default=False): BooleanSelector(),
    }
)


class ReconfigureSteps(NetworkSteps):
    """The steps of a reconfiguration."""

    # -- address

    async def async_step_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Enter where the device is now; another device is refused."""
        entry: FluxConfigEntry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            listener = await async_get_listener(self.hass)
            host = host_of(user_input[CONF_HOST])
            try:
                device = await listener.find(host)
                if device.uuid == entry.unique_id:
                    await async_prove_entry(self.hass, entry, device.host)
                else:
                    errors[CONF_HOST] = "wrong_device"
            except InvalidRequest:
                errors[CONF_HOST] = "invalid_host"
            except DeviceNotFound:
                errors[CONF_HOST] = "no_flux_device"
            except FluxError as err:
                async_entry_learn(entry, err)
                errors["base"] = change_error_key(err)
            if not errors:
                result = self.async_update_and_abort(
                    entry, data_updates={CONF_HOST: kept_host(host, device.host)}
                )
                if entry.state is ConfigEntryState.LOADED:
                    entry.runtime_data.async_ask()
                return result
        return self.async_show_form(
            step_id="address",
            data_schema=self.add_suggested_values_to_schema(
                _ADDRESS_SCHEMA, user_input or {CONF_HOST: entry.data[CONF_HOST]}
            ),
            errors=errors,
        )

    # -- name

    async def async_step_rename(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give the device another name, which every other program shows too."""
        coordinator = self._coordinator
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await async_rename(coordinator, user_input[CONF_NAME].strip())
            except InvalidRequest as err:
                errors[CONF_NAME] = err.reason
            except AuthenticationFailed:
                return await self.async_step_not_trusted()
            except FluxError as err:
                coordinator.trust.handle_error(err)
                errors["base"] = change_error_key(err)
            else:
                return self.async_abort(reason="reconfigure_successful")
        device = coordinator.data.device
        return self.async_show_form(
            step_id="rename",
            data_schema=self.add_suggested_values_to_schema(
                _RENAME_SCHEMA, user_input or {CONF_NAME: device.name if device else ""}
            ),
            errors=errors,
            description_placeholders={"name": self._get_reconfigure_entry().title},
        )

    # -- password

    async def async_step_password(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the password; only a tick removes it, no empty field."""
        coordinator = self._coordinator
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            new, repeated = user_input["new_password"], user_input["repeat_password"]
            if user_input["remove_password"]:
                if new or repeated:
                    errors["base"] = "new_and_removed"
            elif not new:
                errors["base"] = "new_missing"
            elif new != repeated:
                errors["base"] = "passwords_differ"
        if user_input is not None and not errors:
            try:
                await async_change_password(
                    coordinator,
                    user_input["old_password"],
                    new,
                    forget_trusted=user_input["forget_trusted"],
                )
            except InvalidRequest as err:
                errors[err.field] = err.reason
            except AuthenticationFailed:
                return await self.async_step_not_trusted()
            except FluxError as err:
                coordinator.trust.handle_error(err)
                errors["base"] = change_error_key(err)
            else:
                return self.async_abort(reason="reconfigure_successful")
        return self.async_show_form(
            step_id="password",
            data_schema=_PASSWORD_SCHEMA,
            errors=errors,
            description_placeholders={"name": self._get_reconfigure_entry().title},
        )
