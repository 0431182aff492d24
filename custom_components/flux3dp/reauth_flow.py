"""Reauthentication: the device forgot our key, and its password makes it trust us again.

Knows the two forms: for a device without a password nothing is to be entered. Which
device it is stands in the entry: nothing about it is asked.
"""

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult
from homeassistant.const import CONF_HOST, CONF_PASSWORD
import voluptuous as vol

from .aioflux import (
    AuthenticationFailed,
    DeviceInfo,
    FluxError,
    InvalidRequest,
    check_password,
)
from .forms import PASSWORD_SELECTOR
from .naming import async_device_name
from .pairing import (
    async_entry_device,
    async_entry_learn,
    async_entry_trusted,
    entry_error_key,
    error_key,
    kept_host,
)

_SCHEMA = vol.Schema({vol.Required(CONF_PASSWORD): PASSWORD_SELECTOR})


class ReauthSteps(ConfigFlow):
    """The steps of a reauthentication."""

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password; a device without one needs only the consent."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        device: DeviceInfo | None = None
        try:
            device = await async_entry_device(self.hass, entry)
        except FluxError as err:
            if user_input is not None:
                errors["base"] = entry_error_key(err)
        asked = device is None or device.has_password
        if user_input is not None and device is not None:
            # Sent even if none seems to be set: that is said by a datagram.
            password = user_input.get(CONF_PASSWORD, "")
            try:
                check_password(CONF_PASSWORD, password, allow_empty=not asked)
                await async_entry_trusted(self.hass, entry, device, password or None)
            except InvalidRequest as err:
                errors[CONF_PASSWORD] = err.reason
                asked = True
            except AuthenticationFailed as err:
                errors[CONF_PASSWORD if asked else "base"] = error_key(err)
                # Whatever it says of itself, it wants one.
                asked = True
            except FluxError as err:
                async_entry_learn(entry, err)
                errors["base"] = entry_error_key(err)
            else:
                # Where it let us in it has proved who it is, so it is there now.
                host = kept_host(entry.data[CONF_HOST], device.host)
                return self.async_update_reload_and_abort(
                    entry, data_updates={CONF_HOST: host}
                )
        placeholders = {"name": async_device_name(self.hass, entry)}
        if not asked:
            return self.async_show_form(
                step_id="reauth_consent",
                data_schema=vol.Schema({}),
                errors=errors,
                description_placeholders=placeholders,
            )
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=_SCHEMA,
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_reauth_consent(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Have a device without a password trust us again."""
        return await self.async_step_reauth_confirm(user_input)
