"""The one option: whether to hold the robot connection during jobs."""

from typing import Any

from homeassistant.config_entries import ConfigFlowResult, OptionsFlowWithReload
import voluptuous as vol

from .const import CONF_HOLD_CONNECTION

_SCHEMA = vol.Schema({vol.Required(CONF_HOLD_CONNECTION, default=True): bool})


class FluxOptionsFlow(OptionsFlowWithReload):
    """Ask for the option, and reload the entry if it changed."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the option."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                _SCHEMA, self.config_entry.options
            ),
        )
