"""Reconfiguration: another Wi-Fi network or a fixed address, and what its dialogs share.

The recommended way for secrets, because Home Assistant records the data of actions. What
happens on the device is `management.py`.
"""

import asyncio
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.selector import (
    BooleanSelector,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
import voluptuous as vol

from .aioflux import (
    AuthenticationFailed,
    CommandFailed,
    FluxError,
    InvalidRequest,
    NetworkConfig,
    WifiNetwork,
)
from .aioflux.network import SECURITIES
from .coordinator import FluxConfigEntry, FluxCoordinator
from .forms import NEW_PASSWORD_SELECTOR
from .management import (
    NetworkOutcome,
    async_change_network,
    async_open_manager,
)
from .pairing import async_entry_learn, entry_error_key
from .robot import Unloaded

# The section of what only a fixed address needs: DHCP if it is left empty.
FIXED_ADDRESS = "fixed_address"
_FIXED_SCHEMA = vol.Schema(
    {
        vol.Optional("ip_address"): TextSelector(),
        vol.Optional("prefix_length"): vol.All(
            NumberSelector(
                NumberSelectorConfig(min=1, max=30, mode=NumberSelectorMode.BOX)
            ),
            vol.Coerce(int),
        ),
        vol.Optional("gateway"): TextSelector(),
        vol.Optional("dns"): TextSelector(TextSelectorConfig(multiple=True)),
    }
)
_FIXED_FIELDS = frozenset(str(field) for field in _FIXED_SCHEMA.schema)

_OUTCOMES = {
    NetworkOutcome.ROLLED_BACK: "network_rolled_back",
    NetworkOutcome.NOT_RETURNED: "network_not_returned",
}


class NetworkSteps(ConfigFlow):
    """The steps of a change of network, and those that any reconfiguration may end in."""

    _networks: dict[str, WifiNetwork]
    _scan_wifi: asyncio.Task[dict[str, WifiNetwork]] | None = None
    _change: asyncio.Task[NetworkOutcome] | None = None
    _wifi_input: dict[str, Any] | None = None
    _wifi_error: str | None = None

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
            self._wifi_error = change_error_key(err)
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
                if err.field in _FIXED_FIELDS:
                    # Errors of a section are shown above it.
                    errors[FIXED_ADDRESS] = "fixed_address"
                else:
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
                vol.Optional(FIXED_ADDRESS): section(
                    _FIXED_SCHEMA, {"collapsed": FIXED_ADDRESS not in errors}
                ),
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
            self._wifi_error = change_error_key(err)
        return self.async_show_progress_done(
            next_step_id="wifi_settings" if self._wifi_error else "wifi_done"
        )

    async def async_step_wifi_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Tell that the device is in its new network."""
        return self.async_abort(reason="reconfigure_successful")

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


def change_error_key(err: FluxError) -> str:
    """Return the key of the error a person reads."""
    return "change_refused" if isinstance(err, CommandFailed) else entry_error_key(err)


def _wifi_config(
    user_input: dict[str, Any], seen: dict[str, WifiNetwork]
) -> NetworkConfig:
    """Return the settings; how a network is protected is known if it was seen."""
    network = seen.get(user_input["ssid"])
    known = network.security if network and network.security in SECURITIES else None
    fixed = {
        key: value for key, value in user_input.get(FIXED_ADDRESS, {}).items() if value
    }
    return NetworkConfig(
        method="static" if fixed else "dhcp",
        ip_address=fixed.get("ip_address"),
        prefix_length=fixed.get("prefix_length"),
        gateway=fixed.get("gateway"),
        dns=tuple(fixed.get("dns", ())),
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
