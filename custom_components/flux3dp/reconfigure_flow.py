"""Reconfiguration: another address, another Wi-Fi, another password.

Knows the three dialogs. The last two are the recommended way for secrets, because
Home Assistant records the data of actions. What happens on the device is
`management.py`.
"""

from __future__ import annotations

import asyncio
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST
from homeassistant.core import callback
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
import voluptuous as vol

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    DeviceNotFound,
    FluxError,
    InvalidRequest,
    NetworkConfig,
    WifiNetwork,
)
from .aioflux.network import SECURITIES
from .coordinator import FluxConfigEntry, FluxCoordinator
from .discovery import async_get_listener
from .forms import NEW_PASSWORD_SELECTOR, PASSWORD_SELECTOR
from .management import (
    NetworkOutcome,
    async_change_network,
    async_change_password,
    async_open_manager,
)
from .pairing import async_entry_learn, async_prove_entry, entry_error_key
from .robot import Unloaded

_ADDRESS_SCHEMA = vol.Schema({vol.Required(CONF_HOST): TextSelector()})
_PASSWORD_SCHEMA = vol.Schema(
    {
        vol.Optional("old_password", default=""): PASSWORD_SELECTOR,
        vol.Optional("new_password", default=""): NEW_PASSWORD_SELECTOR,
        vol.Required("forget_trusted", default=False): BooleanSelector(),
    }
)

_OUTCOMES = {
    NetworkOutcome.ROLLED_BACK: "network_rolled_back",
    NetworkOutcome.NOT_RETURNED: "network_not_returned",
}


class ReconfigureSteps(ConfigFlow):
    """The steps of a reconfiguration."""

    _networks: dict[str, WifiNetwork]
    _scan_wifi: asyncio.Task[dict[str, WifiNetwork]] | None = None
    _change: asyncio.Task[NetworkOutcome] | None = None
    _wifi_input: dict[str, Any] | None = None
    _wifi_error: str | None = None

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be changed."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["address", "wifi", "password"],
            description_placeholders={"name": self._get_reconfigure_entry().title},
        )

    # -- address

    async def async_step_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Enter where the device is now; another device is refused."""
        entry: FluxConfigEntry = self._get_reconfigure_entry()
        errors: dict[str, str] = {}
        if user_input is not None:
            listener = await async_get_listener(self.hass)
            try:
                device = await listener.find(user_input[CONF_HOST].strip())
                await self.async_set_unique_id(device.uuid, raise_on_progress=False)
                self._abort_if_unique_id_mismatch(reason="wrong_device")
                await async_prove_entry(self.hass, entry, device.host)
            except InvalidRequest:
                errors[CONF_HOST] = "invalid_host"
            except DeviceNotFound:
                errors[CONF_HOST] = "no_flux_device"
            except FluxError as err:
                async_entry_learn(entry, err)
                errors["base"] = _error_key(err)
            else:
                result = self.async_update_and_abort(
                    entry, data_updates={CONF_HOST: device.host}
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

    # -- Wi-Fi

    async def async_step_wifi(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Have the device look for networks, while the person sees that it does."""
        coordinator = self._coordinator
        if self._scan_wifi is None:
            if coordinator is None:
                return self.async_abort(reason="not_loaded")
            self._scan_wifi = self.hass.async_create_task(
                _async_networks(coordinator), "flux3dp Wi-Fi scan"
            )
        if not self._scan_wifi.done():
            return self.async_show_progress(
                step_id="wifi",
                progress_action="scan_wifi",
                progress_task=self._scan_wifi,
            )
        if coordinator is None:
            return self.async_show_progress_done(next_step_id="not_loaded")
        try:
            self._networks = self._scan_wifi.result()
        except AuthenticationFailed:
            return self.async_show_progress_done(next_step_id="not_trusted")
        except FluxError as err:
            # An SSID can be typed as well; if the device is away that shows then.
            coordinator.trust.handle_error(err)
            self._networks = {}
            self._wifi_error = _error_key(err)
        return self.async_show_progress_done(next_step_id="wifi_settings")

    async def async_step_wifi_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose or type a network."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._wifi_input = user_input
            try:
                _wifi_config(user_input, self._networks).validate()
            except InvalidRequest as err:
                errors[err.field] = err.reason
            else:
                return await self.async_step_wifi_change()
        elif self._wifi_error is not None:
            errors["base"] = self._wifi_error
        self._wifi_error = None
        schema = vol.Schema(
            {
                vol.Required("ssid"): SelectSelector(
                    SelectSelectorConfig(
                        options=[
                            SelectOptionDict(value=ssid, label=_label(network))
                            for ssid, network in self._networks.items()
                        ],
                        custom_value=True,
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
                vol.Optional("security"): SelectSelector(
                    # As a list it could not be left empty again once it was not.
                    SelectSelectorConfig(
                        options=list(SECURITIES), mode=SelectSelectorMode.DROPDOWN
                    )
                ),
                vol.Optional("wifi_password"): NEW_PASSWORD_SELECTOR,
                vol.Required("hidden", default=False): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id="wifi_settings",
            data_schema=self.add_suggested_values_to_schema(schema, self._wifi_input),
            errors=errors,
            description_placeholders={"name": self._get_reconfigure_entry().title},
        )

    async def async_step_wifi_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Send the device there, and wait until it is found again."""
        coordinator = self._coordinator
        if self._change is None:
            if coordinator is None or self._wifi_input is None:
                return self.async_abort(reason="not_loaded")
            self._change = self.hass.async_create_task(
                async_change_network(
                    coordinator, _wifi_config(self._wifi_input, self._networks)
                ),
                "flux3dp Wi-Fi change",
            )
        if not self._change.done():
            return self.async_show_progress(
                step_id="wifi_change",
                progress_action="change_wifi",
                progress_task=self._change,
            )
        change, self._change = self._change, None
        try:
            self._wifi_error = _OUTCOMES.get(change.result())
        except Unloaded:
            return self.async_show_progress_done(next_step_id="not_loaded")
        except AuthenticationFailed:
            return self.async_show_progress_done(next_step_id="not_trusted")
        except FluxError as err:
            async_entry_learn(self._get_reconfigure_entry(), err)
            self._wifi_error = _error_key(err)
        return self.async_show_progress_done(
            next_step_id="wifi_settings" if self._wifi_error else "wifi_done"
        )

    async def async_step_wifi_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell that the device is in its new network."""
        return self.async_abort(reason="reconfigure_successful")

    # -- password

    async def async_step_password(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the password; an empty new one removes it."""
        coordinator = self._coordinator
        if coordinator is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await async_change_password(
                    coordinator,
                    user_input["old_password"],
                    user_input["new_password"],
                    forget_trusted=user_input["forget_trusted"],
                )
            except InvalidRequest as err:
                errors[err.field] = err.reason
            except AuthenticationFailed:
                return await self.async_step_not_trusted()
            except FluxError as err:
                coordinator.trust.handle_error(err)
                errors["base"] = _error_key(err)
            else:
                return self.async_abort(reason="reconfigure_successful")
        return self.async_show_form(
            step_id="password",
            data_schema=_PASSWORD_SCHEMA,
            errors=errors,
            description_placeholders={"name": self._get_reconfigure_entry().title},
        )

    # -- any of them

    async def async_step_not_loaded(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give up, because the device was unloaded or reloaded meanwhile."""
        return self.async_abort(reason="not_loaded")

    async def async_step_not_trusted(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give way to the dialog that gets our key trusted again."""
        if (coordinator := self._coordinator) is not None:
            coordinator.trust.handle_error(AuthenticationFailed())
        return self.async_abort(reason="not_trusted")

    @callback
    @override
    def async_remove(self) -> None:
        """Make up for what waited for the end of this dialog."""
        if self.source == SOURCE_RECONFIGURE and (coordinator := self._coordinator):
            coordinator.trust.async_reconfigured()

    @property
    def _coordinator(self) -> FluxCoordinator | None:
        """The device's coordinator; None while the entry is not loaded."""
        entry: FluxConfigEntry = self._get_reconfigure_entry()
        return entry.runtime_data if entry.state is ConfigEntryState.LOADED else None


def _error_key(err: FluxError) -> str:
    """Return the key of the error a person reads."""
    return "change_refused" if isinstance(err, CommandFailed) else entry_error_key(err)


def _wifi_config(
    user_input: dict[str, Any], seen: dict[str, WifiNetwork]
) -> NetworkConfig:
    """Return the settings; how a network is protected is known if it was seen."""
    network = seen.get(user_input["ssid"])
    known = network.security if network and network.security in SECURITIES else None
    return NetworkConfig(
        method="dhcp",
        ssid=user_input["ssid"],
        security=user_input.get("security") or known,
        wifi_password=user_input.get("wifi_password"),
        hidden=user_input["hidden"],
    )


def _label(network: WifiNetwork) -> str:
    """Return what tells networks apart: name, protection, strength."""
    strength = "" if network.rssi is None else f", {network.rssi} dBm"
    return f"{network.ssid} ({network.security}{strength})"


async def _async_networks(coordinator: FluxCoordinator) -> dict[str, WifiNetwork]:
    """Return the networks the device sees by name, the strongest one of each name."""
    async with await async_open_manager(coordinator) as manager:
        networks = await manager.scan_wifi()
    found: dict[str, WifiNetwork] = {}
    for network in networks:
        if network.ssid:
            found.setdefault(network.ssid, network)
    return found
