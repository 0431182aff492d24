"""Reconfiguration: another address, name, Wi-Fi network or password.

The recommended way for secrets, because Home Assistant records the data of actions. What
happens on the device is `management.py`.
"""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_HOST, CONF_NAME
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow, section
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
    TextSelectorType,
)
import voluptuous as vol

from . import timing
from .aioflux import (
    AuthenticationFailed,
    InvalidRequest,
    NetworkConfig,
    Unsupported,
    WifiNetwork,
    verify_key,
)
from .aioflux.network import SECURITIES
from .coordinator import FluxConfigEntry, FluxCoordinator
from .device import Unloaded, async_device_name
from .errors import form_errors
from .management import (
    async_change_network,
    async_change_password,
    async_rename,
    async_scan_wifi,
)
from .pairing import async_find
from .trust import pinned_key

PASSWORD_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="current-password")
)
_NEW_PASSWORD_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="new-password")
)
ADDRESS_SCHEMA = vol.Schema({vol.Required(CONF_HOST): TextSelector()})
_RENAME_SCHEMA = vol.Schema({vol.Required(CONF_NAME): TextSelector()})
_PASSWORD_SCHEMA = vol.Schema(
    {
        vol.Optional("old_password", default=""): PASSWORD_SELECTOR,
        vol.Optional("new_password", default=""): _NEW_PASSWORD_SELECTOR,
        vol.Optional("repeat_password", default=""): _NEW_PASSWORD_SELECTOR,
        vol.Required("remove_password", default=False): BooleanSelector(),
        vol.Required("forget_trusted", default=False): BooleanSelector(),
    }
)

NO_FIELDS = vol.Schema({})

# The section of a fixed address; DHCP if it is left empty.
_FIXED_ADDRESS = "fixed_address"
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


class ReconfigureSteps(ConfigFlow):
    """The steps of a reconfiguration."""

    _networks: dict[str, WifiNetwork]
    _wifi_scan: asyncio.Task[tuple[WifiNetwork, ...]]
    _wifi_change: asyncio.Task[None]
    _wifi_input: dict[str, Any] | None = None

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be changed."""
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=["address", "rename", "wifi", "password"],
            description_placeholders=self._placeholders,
        )

    async def async_step_address(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Enter where the device is now; another device is refused."""
        entry = self._entry
        errors: dict[str, str] = {}
        if user_input is not None and (
            found := await async_find(self.hass, user_input[CONF_HOST], errors)
        ):
            device, host_name = found
            if device.uuid != entry.unique_id:
                errors[CONF_HOST] = "wrong_device"
            else:
                with form_errors(errors, entry):
                    await verify_key(device, pinned_key(entry), timing.TIMING)
                    host = host_name or device.host
                    result = self.async_update_and_abort(
                        entry, data_updates={CONF_HOST: host}
                    )
                    if entry.state is ConfigEntryState.LOADED:
                        coordinator = entry.runtime_data
                        coordinator.resolved = (host, device.host)
                        coordinator.trust.clear_mismatch()
                        coordinator.async_probe()
                    return result
        typed = user_input or {CONF_HOST: entry.data[CONF_HOST]}
        return self._show("address", ADDRESS_SCHEMA, typed, errors)

    async def async_step_rename(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Give the device another name, which every other program shows too."""
        coordinator = self._require_coordinator()
        errors: dict[str, str] = {}
        if user_input is not None:
            with self._change_errors(errors):
                name = user_input[CONF_NAME].strip()
                if await async_rename(coordinator, name):
                    return self.async_abort(reason="reconfigure_successful")
                return self.async_abort(
                    reason="rename_not_announced",
                    description_placeholders={
                        "name": coordinator.device_name,
                        "new_name": name,
                    },
                )
        device = coordinator.data.device
        typed = user_input or {CONF_NAME: device.name if device else ""}
        return self._show("rename", _RENAME_SCHEMA, typed, errors)

    async def async_step_password(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the password; only a tick removes it, no empty field."""
        coordinator = self._require_coordinator()
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
            if not errors:
                with self._change_errors(errors):
                    await async_change_password(coordinator, user_input)
                    return self.async_abort(reason="reconfigure_successful")
        return self._show("password", _PASSWORD_SCHEMA, None, errors)

    # -- Wi-Fi

    async def async_step_wifi(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Have the device search for networks."""
        if self.async_get_progress_task() is None:
            self._wifi_scan = self._start(async_scan_wifi(self._require_coordinator()))
        if not self._wifi_scan.done():
            return self.async_show_progress(
                step_id="wifi",
                progress_action="scan_wifi",
                progress_task=self._wifi_scan,
            )
        return self.async_show_progress_done(next_step_id="wifi_settings")

    async def async_step_wifi_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Choose or type a network."""
        errors: dict[str, str] = {}
        if user_input is None:
            self._networks = {}
            # A network can be entered as well: a device that is away is an error then.
            with self._change_errors(errors), suppress(Unsupported):
                self._networks = _by_name(self._wifi_scan.result())
            self._require_coordinator()
            return self._show_wifi(errors)
        self._wifi_input = user_input
        config = _wifi_config(user_input, self._networks)
        try:
            config.validate()
        except InvalidRequest as err:
            if err.field in _FIXED_FIELDS:
                # Errors of a section are shown above it.
                errors[_FIXED_ADDRESS] = "fixed_address"
            else:
                errors[err.field] = err.reason
            return self._show_wifi(errors)
        coordinator = self._require_coordinator()
        self._wifi_change = self._start(async_change_network(coordinator, config))
        return await self.async_step_wifi_change()

    async def async_step_wifi_change(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Wait until the device is found in the new network."""
        if not self._wifi_change.done():
            return self.async_show_progress(
                step_id="wifi_change",
                progress_action="change_wifi",
                progress_task=self._wifi_change,
            )
        return self.async_show_progress_done(next_step_id="wifi_done")

    async def async_step_wifi_done(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Finish, or show the form again with the error."""
        errors: dict[str, str] = {}
        with self._change_errors(errors):
            self._wifi_change.result()
        if errors:
            return self._show_wifi(errors)
        return self.async_abort(reason="reconfigure_successful")

    def _show_wifi(self, errors: dict[str, str]) -> ConfigFlowResult:
        """Show the form with the networks."""
        networks = [
            SelectOptionDict(value=ssid, label=_label(network))
            for ssid, network in self._networks.items()
        ]
        schema = vol.Schema(
            {
                vol.Required("ssid"): SelectSelector(
                    SelectSelectorConfig(
                        options=networks,
                        custom_value=True,
                        mode=SelectSelectorMode.DROPDOWN,
                    )
                ),
                vol.Optional("security"): SelectSelector(
                    # In a list a choice could not be cleared again.
                    SelectSelectorConfig(
                        options=list(SECURITIES), mode=SelectSelectorMode.DROPDOWN
                    )
                ),
                vol.Optional("wifi_password"): _NEW_PASSWORD_SELECTOR,
                vol.Required("hidden", default=False): BooleanSelector(),
                vol.Optional(_FIXED_ADDRESS): section(
                    _FIXED_SCHEMA, {"collapsed": _FIXED_ADDRESS not in errors}
                ),
            }
        )
        return self._show("wifi_settings", schema, self._wifi_input, errors)

    # -- all steps

    @property
    def _entry(self) -> FluxConfigEntry:
        """The entry of a device that is set up."""
        return self.hass.config_entries.async_get_known_entry(self.context["entry_id"])

    @property
    def _placeholders(self) -> dict[str, str] | None:
        """What a form says about a device that is set up."""
        if "entry_id" not in self.context:
            return None
        return {"name": async_device_name(self.hass, self._entry)}

    def _show(
        self,
        step: str,
        schema: vol.Schema,
        values: dict[str, Any] | None,
        errors: dict[str, str],
        placeholders: dict[str, str] | None = None,
    ) -> ConfigFlowResult:
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, values),
            errors=errors,
            description_placeholders=placeholders or self._placeholders,
        )

    def _start[T](self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start what a progress step waits for; it is canceled when the dialog is closed.

        It lasts until the frontend shows the step, and so waits for its end: one that
        ended before would be shown for ever.
        """
        coordinator = self._require_coordinator()
        shown = coordinator.clock.sleep(coordinator.timing.progress_step)

        async def work_and_show() -> T:
            result: T | BaseException
            result, _ = await asyncio.gather(work, shown, return_exceptions=True)
            if isinstance(result, BaseException):
                raise result
            return result

        return self.hass.async_create_task(work_and_show(), "flux3dp Wi-Fi")

    @contextmanager
    def _change_errors(self, errors: dict[str, str]) -> Iterator[None]:
        """Show an error in the form, or abort if the entry has to be mended first."""
        entry = self._entry
        with form_errors(errors, entry):
            try:
                yield
            except Unloaded as err:
                raise AbortFlow(reason="not_loaded") from err
            except AuthenticationFailed as err:
                raise AbortFlow(reason="not_trusted") from err

    def _require_coordinator(self) -> FluxCoordinator:
        """Return the device's coordinator, or abort without one."""
        if self._entry.state is not ConfigEntryState.LOADED:
            raise AbortFlow(reason="not_loaded")
        return self._entry.runtime_data

    @callback
    @override
    def async_remove(self) -> None:
        """Start a reauthentication: Home Assistant starts none beside this dialog."""
        if self.source != SOURCE_RECONFIGURE:
            return
        entry: FluxConfigEntry | None = self.hass.config_entries.async_get_entry(
            self.context["entry_id"]
        )
        if (
            entry is not None
            and entry.state is ConfigEntryState.LOADED
            and entry.runtime_data.trust.is_refused
        ):
            entry.async_start_reauth(self.hass)


def _wifi_config(
    user_input: dict[str, Any], seen: dict[str, WifiNetwork]
) -> NetworkConfig:
    """Return the settings; `seen` has the security of networks that were found."""
    network = seen.get(user_input["ssid"])
    known = network.security if network and network.security in SECURITIES else None
    fixed = {
        key: value for key, value in user_input.get(_FIXED_ADDRESS, {}).items() if value
    }
    if "dns" in fixed:
        fixed["dns"] = tuple(fixed["dns"])
    return NetworkConfig(
        method="static" if fixed else "dhcp",
        **fixed,
        ssid=user_input["ssid"],
        security=user_input.get("security") or known,
        wifi_password=user_input.get("wifi_password"),
        hidden=user_input["hidden"],
    )


def _by_name(networks: tuple[WifiNetwork, ...]) -> dict[str, WifiNetwork]:
    """Return the strongest network of each name, strongest first."""
    found: dict[str, WifiNetwork] = {}
    for network in networks:
        if network.ssid:
            found.setdefault(network.ssid, network)
    return found


def _label(network: WifiNetwork) -> str:
    """Return the label of a network: name, security, signal strength."""
    strength = "" if network.rssi is None else f", {network.rssi} dBm"
    return f"{network.ssid} ({network.security}{strength})"
