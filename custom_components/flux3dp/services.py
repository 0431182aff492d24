"""Actions: which devices they are for, what they take and return, who may call them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict
from functools import partial
from typing import Any, NamedTuple

from homeassistant.const import ATTR_NAME, UnitOfTemperature
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
from homeassistant.util.unit_conversion import TemperatureConverter
import voluptuous as vol

from .aioflux import NetworkConfig
from .commands import CANCEL, CLEAR, PAUSE, RESUME, JobCommand
from .const import DOMAIN
from .coordinator import FluxCoordinator
from .errors import async_field_names, async_several, device_errors, failed
from .file_actions import (
    async_download_file,
    async_file_info,
    async_list_files,
    async_repeat_last_job,
    async_source_device,
    async_start_job,
    async_upload_file,
)
from .maintenance import USUAL
from .management import (
    async_change_network,
    async_change_password,
    async_list_trusted_keys,
    async_remove_trusted_key,
    async_rename,
    async_scan_wifi,
)
from .targets import (
    async_named_uuids,
    async_require,
    async_resolve,
    async_resolve_one,
)

# From here on a nozzle burns (°C).
_HOT = 50.0

# -- on exactly one device: the handlers raise FluxError, HomeAssistantError


async def _async_rename(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Rename the device; return the name once the device announces it."""
    name: str = data[ATTR_NAME].strip()
    if not await async_rename(coordinator, name):
        raise failed(
            "rename_not_announced", name=coordinator.device_name, new_name=name
        )
    return {"name": name}


async def _async_set_network(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Send the device to another network; return the address it is found at."""
    values = {key: data[key] for key in map(str, _NETWORK) if key in data}
    await async_change_network(coordinator, NetworkConfig(**values))
    return {"host": coordinator.host}


async def _async_scan_wifi(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Return the Wi-Fi networks the device sees, strongest first."""
    networks = await async_scan_wifi(coordinator)
    return {"networks": [asdict(network) for network in networks]}


async def _async_calibrate(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Level the plate; return the last probe heights (mm)."""
    heights = await coordinator.maintenance.async_calibrate(
        threshold=data.get("threshold"), clean=data["clean"]
    )
    return {"heights": list(heights)}


async def _async_load_filament(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Load filament; return how hot the nozzle is."""
    celsius = await coordinator.maintenance.async_load(
        _celsius(coordinator, data), flexible=data["flexible"]
    )
    return _hot(coordinator, celsius)


async def _async_unload_filament(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Unload filament; return how hot the nozzle is."""
    celsius = _celsius(coordinator, data)
    return _hot(coordinator, await coordinator.maintenance.async_unload(celsius))


async def _async_free_device(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Throw out the program that holds the device; return its address."""
    return {"occupied_by": await coordinator.maintenance.async_free()}


def _celsius(coordinator: FluxCoordinator, data: Mapping[str, Any]) -> float:
    if (given := data.get("temperature")) is None:
        return USUAL
    unit = coordinator.hass.config.units.temperature_unit
    return TemperatureConverter.convert(given, unit, UnitOfTemperature.CELSIUS)


def _hot(coordinator: FluxCoordinator, celsius: float | None) -> ServiceResponse:
    if celsius is None:
        # Not measured: unknown, which is not cold.
        return {"nozzle_is_hot": None, "temperature": None}
    units = coordinator.hass.config.units
    local = round(units.temperature(celsius, UnitOfTemperature.CELSIUS))
    return {"nozzle_is_hot": celsius >= _HOT, "temperature": local}


type _Fields = dict[vol.Marker, Any]

_FILE: _Fields = {vol.Required("path"): cv.string}
_FOLDER: _Fields = {vol.Optional("path", default="SD"): cv.string}
_CONFIRM: _Fields = {vol.Optional("confirm", default=False): cv.boolean}
_OVERWRITE: _Fields = {vol.Optional("overwrite", default=False): cv.boolean}
_DOWNLOAD: _Fields = _FILE | {vol.Required("target_path"): cv.string} | _OVERWRITE
_UPLOAD: _Fields = {
    vol.Required("source"): cv.string,
    vol.Optional("path"): cv.string,
    vol.Optional("start", default=False): cv.boolean,
    **_OVERWRITE,
    **_CONFIRM,
}
_UNLOAD: _Fields = {vol.Optional("temperature"): vol.Coerce(float)}
_LOAD: _Fields = _UNLOAD | {vol.Optional("flexible", default=False): cv.boolean}
_CALIBRATE: _Fields = {
    vol.Optional("threshold"): vol.Coerce(float),
    vol.Optional("clean", default=False): cv.boolean,
}
_NETWORK: _Fields = {
    vol.Required("method"): cv.string,
    vol.Optional("ip_address"): cv.string,
    vol.Optional("prefix_length"): vol.Coerce(int),
    vol.Optional("gateway"): cv.string,
    vol.Optional("dns"): vol.All(cv.ensure_list, [cv.string], vol.Coerce(tuple)),
    vol.Optional("interface"): cv.string,
    vol.Optional("wifi_mode"): cv.string,
    vol.Optional("ssid"): cv.string,
    vol.Optional("security"): cv.string,
    vol.Optional("wifi_password"): cv.string,
    vol.Optional("hidden"): cv.boolean,
}
_PASSWORDS: _Fields = {
    vol.Required("old_password"): cv.string,
    vol.Required("new_password"): cv.string,
    vol.Optional("forget_trusted", default=False): cv.boolean,
}
_NAME: _Fields = {vol.Required(ATTR_NAME): cv.string}
_KEY: _Fields = {vol.Required("key"): cv.string}

_NONE = SupportsResponse.NONE
_OPTIONAL = SupportsResponse.OPTIONAL
_ONLY = SupportsResponse.ONLY


class _Action(NamedTuple):
    """An action on one device. Its fields have types only: `aioflux` checks the values."""

    handler: Callable[[FluxCoordinator, Mapping[str, Any]], Awaitable[ServiceResponse]]
    fields: _Fields
    response: SupportsResponse
    button: str | None = None
    """For those who may press this button; `overwrite: true` for administrators."""
    admin: bool = False


_ACTIONS: dict[str, _Action] = {
    "rename": _Action(_async_rename, _NAME, _OPTIONAL, admin=True),
    "set_network": _Action(_async_set_network, _NETWORK, _OPTIONAL, admin=True),
    "scan_wifi": _Action(_async_scan_wifi, {}, _ONLY, "pause"),
    "change_password": _Action(async_change_password, _PASSWORDS, _NONE, admin=True),
    "list_trusted_keys": _Action(async_list_trusted_keys, {}, _ONLY, admin=True),
    "remove_trusted_key": _Action(async_remove_trusted_key, _KEY, _NONE, admin=True),
    "list_files": _Action(async_list_files, _FOLDER, _ONLY),
    "file_info": _Action(async_file_info, _FILE, _ONLY),
    "upload_file": _Action(async_upload_file, _UPLOAD, _OPTIONAL, "pause"),
    "download_file": _Action(async_download_file, _DOWNLOAD, _OPTIONAL, "pause"),
    "delete_file": _Action(
        lambda it, data: it.files.delete(data["path"]), _FILE, _NONE, admin=True
    ),
    "start_job": _Action(async_start_job, _FILE | _CONFIRM, _OPTIONAL, "pause"),
    "repeat_last_job": _Action(async_repeat_last_job, _CONFIRM, _OPTIONAL, "pause"),
    "home": _Action(lambda it, _: it.maintenance.async_home(), {}, _NONE, "home"),
    "calibrate": _Action(_async_calibrate, _CALIBRATE, _OPTIONAL, "calibrate"),
    "load_filament": _Action(_async_load_filament, _LOAD, _OPTIONAL, "load_filament"),
    "unload_filament": _Action(
        _async_unload_filament, _UNLOAD, _OPTIONAL, "unload_filament"
    ),
    "stop_loading": _Action(
        lambda it, _: it.maintenance.async_stop_loading(), {}, _NONE, "load_filament"
    ),
    "free_device": _Action(_async_free_device, {}, _OPTIONAL, admin=True),
}


def _one_device_action(
    name: str, action: _Action
) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    async def async_call(call: ServiceCall) -> ServiceResponse:
        """Find the device, and show errors in words."""
        coordinator = async_resolve_one(call.hass, call.data)
        if action.button is not None:
            admin = call.data.get("overwrite", False)
            await async_require(coordinator, call.context, action.button, admin=admin)
            if (source := async_source_device(call.hass, call.data)) is not None:
                await async_require(source, call.context)
        with device_errors(coordinator, await async_field_names(call.hass, name)):
            return await action.handler(coordinator, call.data)

    return async_call


# -- on the jobs of any number of devices

# The command, and the button with it.
_JOB_ACTIONS = {
    "pause_job": (PAUSE, "pause"),
    "resume_job": (RESUME, "resume"),
    "cancel_job": (CANCEL, "abort"),
    "clear_job": (CLEAR, "clear"),
}


async def _async_command(coordinator: FluxCoordinator, command: JobCommand) -> None:
    with device_errors(coordinator):
        await coordinator.commands.async_run(command)


def _job_action(
    command: JobCommand, button: str
) -> Callable[[ServiceCall], Coroutine[Any, Any, None]]:
    async def async_call(call: ServiceCall) -> None:
        """Give it to all at once; one error names each device that failed.

        A device that is there only by an area, a floor or a label fails only if the
        command applies to its job: an idle printer need not be paused.
        """
        coordinators, problems = async_resolve(call.hass, call.data)
        for coordinator in coordinators:
            await async_require(coordinator, call.context, button)
        results = await asyncio.gather(
            *(_async_command(coordinator, command) for coordinator in coordinators),
            return_exceptions=True,
        )
        named = async_named_uuids(call.hass, call.data)
        for coordinator, result in zip(coordinators, results, strict=True):
            if isinstance(result, HomeAssistantError):
                if coordinator.uuid in named or command.applies(coordinator.data.job):
                    problems.append(result)
            elif result is not None:
                raise result
        if problems:
            raise await async_several(call.hass, problems)

    return async_call


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions. All of them take a target, or a `device_id` in the data."""
    for name, action in _ACTIONS.items():
        register = (
            partial(async_register_admin_service, hass)
            if action.admin
            else hass.services.async_register
        )
        register(
            DOMAIN,
            name,
            _one_device_action(name, action),
            schema=cv.make_entity_service_schema(action.fields),
            supports_response=action.response,
        )
    for name, (command, button) in _JOB_ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            name,
            _job_action(command, button),
            schema=cv.make_entity_service_schema({}),
        )
