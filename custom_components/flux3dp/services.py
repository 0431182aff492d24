"""Actions: which devices they are for, what they take and return, who may call them."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict
from enum import Enum, auto
from functools import partial
from typing import Any

from homeassistant.auth.models import User
from homeassistant.const import ATTR_NAME
from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import HomeAssistantError, UnknownUser
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.service import async_register_admin_service
import voluptuous as vol

from .aioflux import NetworkConfig
from .button import BUTTONS
from .commands import CANCEL, CLEAR, PAUSE, RESUME, JobCommand
from .const import DOMAIN
from .coordinator import FluxCoordinator
from .errors import device_errors
from .file_actions import (
    async_delete_file,
    async_download_file,
    async_file_info,
    async_list_files,
    async_repeat_last_job,
    async_source_device,
    async_start_job,
    async_upload_file,
)
from .maintenance_actions import (
    async_calibrate,
    async_free_device,
    async_home,
    async_load_filament,
    async_stop_loading,
    async_unload_filament,
)
from .management import (
    async_change_network,
    async_change_password,
    async_list_trusted_keys,
    async_remove_trusted_key,
    async_rename,
    async_scan_wifi,
)
from .permissions import require_control, require_read
from .targets import async_named_uuids, async_resolve, async_resolve_one
from .translation import async_field_names, async_several

# -- on exactly one device: the handlers raise FluxError, HomeAssistantError


async def _async_rename(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Rename the device; return the name once the device announces it."""
    name: str = data[ATTR_NAME].strip()
    if not await async_rename(coordinator, name):
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="rename_not_announced",
            translation_placeholders={
                "name": coordinator.device_name,
                "new_name": name,
            },
        )
    return {"name": name}


async def _async_set_network(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Send the device to another network; return the address it is found at."""
    values = {key: data[key] for key in _NETWORK_FIELDS if key in data}
    values["dns"] = tuple(values.get("dns", ()))
    await async_change_network(coordinator, NetworkConfig(**values))
    return {"host": coordinator.host}


async def _async_scan_wifi(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Return the Wi-Fi networks the device sees, strongest first."""
    networks = await async_scan_wifi(coordinator)
    return {"networks": [asdict(network) for network in networks]}


_NETWORK_FIELDS: dict[str, Any] = {
    "method": cv.string,
    "ip_address": cv.string,
    "prefix_length": vol.Coerce(int),
    "gateway": cv.string,
    "dns": vol.All(cv.ensure_list, [cv.string]),
    "interface": cv.string,
    "wifi_mode": cv.string,
    "ssid": cv.string,
    "security": cv.string,
    "wifi_password": cv.string,
    "hidden": cv.boolean,
}

type _Fields = dict[vol.Marker, Any]
type _Handler = Callable[
    [FluxCoordinator, Mapping[str, Any]], Awaitable[ServiceResponse]
]


class _For(Enum):
    """Who may call an action."""

    ALL = auto()
    CONTROL = auto()
    """Those who may press the device's buttons; `overwrite: true` is for administrators."""
    ADMINS = auto()


_FILE: _Fields = {vol.Required("path"): cv.string}
_FOLDER: _Fields = {vol.Optional("path", default="SD"): cv.string}
_CONFIRM: _Fields = {vol.Optional("confirm", default=False): cv.boolean}
_OVERWRITE: _Fields = {vol.Optional("overwrite", default=False): cv.boolean}
_DOWNLOAD: _Fields = _FILE | {vol.Required("target_path"): cv.string} | _OVERWRITE
_UPLOAD: _Fields = {
    vol.Required("source"): cv.string,
    vol.Optional("path"): cv.string,
    vol.Optional("start", default=False): cv.boolean,
}
_UNLOAD: _Fields = {vol.Optional("temperature"): vol.Coerce(float)}
_LOAD: _Fields = _UNLOAD | {vol.Optional("flexible", default=False): cv.boolean}
_CALIBRATE: _Fields = {
    vol.Optional("threshold"): vol.Coerce(float),
    vol.Optional("clean", default=False): cv.boolean,
}
_NETWORK: _Fields = {
    (vol.Required if key == "method" else vol.Optional)(key): kind
    for key, kind in _NETWORK_FIELDS.items()
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

# By name: the handler, the fields, the response, and who may call it. The fields have
# types only: `aioflux` checks the values.
_ACTIONS: dict[str, tuple[_Handler, _Fields, SupportsResponse, _For]] = {
    "rename": (_async_rename, _NAME, _OPTIONAL, _For.ADMINS),
    "set_network": (_async_set_network, _NETWORK, _OPTIONAL, _For.ADMINS),
    "scan_wifi": (_async_scan_wifi, {}, _ONLY, _For.CONTROL),
    "change_password": (async_change_password, _PASSWORDS, _NONE, _For.ADMINS),
    "list_trusted_keys": (async_list_trusted_keys, {}, _ONLY, _For.ADMINS),
    "remove_trusted_key": (async_remove_trusted_key, _KEY, _NONE, _For.ADMINS),
    "list_files": (async_list_files, _FOLDER, _ONLY, _For.ALL),
    "file_info": (async_file_info, _FILE, _ONLY, _For.ALL),
    "upload_file": (
        async_upload_file,
        _UPLOAD | _OVERWRITE | _CONFIRM,
        _OPTIONAL,
        _For.CONTROL,
    ),
    "download_file": (async_download_file, _DOWNLOAD, _OPTIONAL, _For.CONTROL),
    "delete_file": (async_delete_file, _FILE, _NONE, _For.ADMINS),
    "start_job": (async_start_job, _FILE | _CONFIRM, _OPTIONAL, _For.CONTROL),
    "repeat_last_job": (async_repeat_last_job, _CONFIRM, _OPTIONAL, _For.CONTROL),
    "home": (async_home, {}, _NONE, _For.CONTROL),
    "calibrate": (async_calibrate, _CALIBRATE, _OPTIONAL, _For.CONTROL),
    "load_filament": (async_load_filament, _LOAD, _OPTIONAL, _For.CONTROL),
    "unload_filament": (async_unload_filament, _UNLOAD, _OPTIONAL, _For.CONTROL),
    "stop_loading": (async_stop_loading, {}, _NONE, _For.CONTROL),
    "free_device": (async_free_device, {}, _OPTIONAL, _For.ADMINS),
}


# The button whose permission an action needs, where that is not Pause.
_BUTTONS = {
    "home": "home",
    "calibrate": "calibrate",
    "load_filament": "load_filament",
    "unload_filament": "unload_filament",
    "stop_loading": "load_filament",
}


def _one_device_action(
    name: str, handler: _Handler, callers: _For
) -> Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]:
    """Return the action that calls a handler for the one device of a call."""

    async def async_call(call: ServiceCall) -> ServiceResponse:
        """Find the device, and show errors in words."""
        coordinator = async_resolve_one(call.hass, call.data)
        if callers is _For.CONTROL and (user := await _async_caller(call)) is not None:
            admin = call.data.get("overwrite", False)
            require_control(
                user,
                coordinator,
                button=_BUTTONS.get(name, "pause"),
                admin=admin,
                context=call.context,
            )
            if (source := async_source_device(call.hass, call.data)) is not None:
                require_read(user, source, call.context)
        with device_errors(coordinator, await async_field_names(call.hass, name)):
            return await handler(coordinator, call.data)

    return async_call


# -- on the jobs of any number of devices

_JOB_ACTIONS = {
    "pause_job": PAUSE,
    "resume_job": RESUME,
    "cancel_job": CANCEL,
    "clear_job": CLEAR,
}


async def _async_command(coordinator: FluxCoordinator, command: JobCommand) -> None:
    """Give a command to one of them, and show errors in words."""
    with device_errors(coordinator):
        await coordinator.commands.async_run(command)


def _job_action(
    command: JobCommand,
) -> Callable[[ServiceCall], Coroutine[Any, Any, None]]:
    """Return the action that gives a command to the job of each device of a call."""

    async def async_call(call: ServiceCall) -> None:
        """Give it to all at once; one error names each device that failed.

        A device that is there only by an area, a floor or a label fails only if the
        command applies to its job: an idle printer need not be paused.
        """
        coordinators, problems = async_resolve(call.hass, call.data)
        await _async_check_permission(call, command, coordinators)
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


async def _async_check_permission(
    call: ServiceCall, command: JobCommand, coordinators: list[FluxCoordinator]
) -> None:
    """Raise Unauthorized unless the caller may press the same buttons."""
    if (user := await _async_caller(call)) is None:
        return
    [key] = (button.key for button in BUTTONS if button.command is command)
    for coordinator in coordinators:
        require_control(user, coordinator, button=key, context=call.context)


async def _async_caller(call: ServiceCall) -> User | None:
    """Return who calls an action; None is Home Assistant itself."""
    if not call.context.user_id:
        return None
    user = await call.hass.auth.async_get_user(call.context.user_id)
    if user is None:
        raise UnknownUser(context=call.context)
    return user


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions. All of them take a target, or a `device_id` in the data."""
    for name, (handler, fields, response, callers) in _ACTIONS.items():
        register = (
            partial(async_register_admin_service, hass)
            if callers is _For.ADMINS
            else hass.services.async_register
        )
        register(
            DOMAIN,
            name,
            _one_device_action(name, handler, callers),
            schema=cv.make_entity_service_schema(fields),
            supports_response=response,
        )
    for name, command in _JOB_ACTIONS.items():
        hass.services.async_register(
            DOMAIN,
            name,
            _job_action(command),
            schema=cv.make_entity_service_schema({}),
        )
