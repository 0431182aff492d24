"""The one issue that is fixed in a dialog: accept a device's new master key."""

import base64
from typing import Any

from homeassistant.components.repairs import RepairsFlow
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResult
import voluptuous as vol

from .aioflux import fingerprint
from .const import CONF_MASTER_KEY, CONF_VERIFIED
from .coordinator import FluxConfigEntry
from .device import async_device_name
from .issues import async_presented_key
from .trust import pinned_key

# 2026.10 has a type of its own for what 2026.3 calls this: they differ in the context.
type _Result = FlowResult[Any, str]


class MasterKeyChangedFlow(RepairsFlow):
    """Show both fingerprints; accepting pins the new key and asks for the password."""

    def __init__(self, entry: FluxConfigEntry, presented: bytes) -> None:
        """Take the entry and the key (DER) its device presented."""
        self._entry = entry
        self._presented = presented

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> _Result:
        """Start with the only step."""
        return await self.async_step_confirm()

    async def async_step_confirm(
        self, user_input: dict[str, str] | None = None
    ) -> _Result:
        """Show the fingerprints, and accept on submit."""
        errors: dict[str, str] = {}
        if user_input is not None and self._entry.state is ConfigEntryState.LOADED:
            # The dialog may have been open for days.
            await self._entry.runtime_data.trust.async_try()
        presented = async_presented_key(self.hass, self._entry)
        if presented is None:
            # The device presents the pinned key again.
            return self.async_abort(reason="settled")
        if user_input is not None:
            if presented == self._presented:
                return self._accept()
            errors["base"] = "another_key"
        self._presented = presented
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders={
                "name": async_device_name(self.hass, self._entry),
                "pinned": fingerprint(pinned_key(self._entry)),
                "presented": fingerprint(presented),
            },
        )

    def _accept(self) -> _Result:
        """Pin the key that was shown, and set the device up with it."""
        self.hass.config_entries.async_update_entry(
            self._entry,
            data={
                **self._entry.data,
                CONF_MASTER_KEY: base64.b64encode(self._presented).decode("ascii"),
                # Until a signature of FLUX is seen (`device_info`).
                CONF_VERIFIED: False,
            },
        )
        self._entry.async_start_reauth(self.hass)
        # Not awaited: this issue is deleted at the end of this step, and another one, if
        # the device presents yet another key, must be created after that.
        self.hass.config_entries.async_schedule_reload(self._entry.entry_id)
        return self.async_create_entry(data={})


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the dialog of a fixable issue; there is one kind."""
    data = data or {}
    entry = hass.config_entries.async_get_known_entry(str(data["entry_id"]))
    return MasterKeyChangedFlow(entry, base64.b64decode(str(data["presented"])))
