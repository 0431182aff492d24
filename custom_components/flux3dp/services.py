"""Actions on a device: what they take, what they answer, in which words they fail.

Knows the calls of Home Assistant. What happens on the device is `management.py` and
`aioflux`; who may call and which device is meant is decided before either.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID, ATTR_NAME
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
import voluptuous as vol

from .aioflux import NetworkConfig
from .const import DOMAIN
from .helpers import async_get_coordinator, device_errors
from .management import (
    SHORT_ID_LENGTH,
    NetworkOutcome,
    async_change_network,
    async_change_password,
    async_list_keys,
    async_open_manager,
    async_remove_key,
    async_rename,
)

_OUTCOME_ERRORS = {
    NetworkOutcome.ROLLED_BACK: "network_rolled_back",
    NetworkOutcome.NOT_RETURNED: "network_not_returned",
}


async def _async_rename(call: ServiceCall) -> ServiceResponse:
    """Give the device a name; answer it once the device announces it."""
    coordinator = async_get_coordinator(call.hass, call.data[ATTR_DEVICE_ID])
    name: str = call.data[ATTR_NAME]
    with device_errors(coordinator):
        announced = await async_rename(coordinator, name)
    if not announced:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="rename_not_announced",
            translation_placeholders={
                "name": coordinator.device_name,
                "new_name": name,
            },
        )
    return {"name": name}


async def _async_set_network(call: ServiceCall) -> ServiceResponse:
    """Send the device to another network; answer the address it is found at."""
    coordinator = async_get_coordinator(call.hass, call.data[ATTR_DEVICE_ID])
    values = {key: value for key, value in call.data.items() if key != ATTR_DEVICE_ID}
    values["dns"] = tuple(values.get("dns", ()))
    with device_errors(coordinator):
        outcome = await async_change_network(coordinator, NetworkConfig(**values))
    if (error := _OUTCOME_ERRORS.get(outcome)) is not None:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=error,
            translation_placeholders={
                "name": coordinator.device_name,
                "host": coordinator.host,
            },
        )
    return {"host": coordinator.host}


async def _async_scan_wifi(call: ServiceCall) -> ServiceResponse:
    """Answer the Wi-Fi networks the device sees, strongest first."""
    coordinator = async_get_coordinator(call.hass, call.data[ATTR_DEVICE_ID])
    with device_errors(coordinator):
        async with await async_open_manager(coordinator) as manager:
            networks = await manager.scan_wifi()
    return {
        "networks": [
            {
                "ssid": network.ssid,
                "bssid": network.bssid,
                "rssi": network.rssi,
                "security": network.security,
            }
            for network in networks
        ]
    }


async def _async_change_password(call: ServiceCall) -> ServiceResponse:
    """Change the password; our key stays trusted, whatever else is forgotten."""
    coordinator = async_get_coordinator(call.hass, call.data[ATTR_DEVICE_ID])
    with device_errors(coordinator):
        await async_change_password(
            coordinator,
            call.data["old_password"],
            call.data["new_password"],
            forget_trusted=call.data["forget_trusted"],
        )
    return None


async def _async_list_trusted_keys(call: ServiceCall) -> ServiceResponse:
    """Answer whom the device trusts, with as much of a key's id as names it."""
    coordinator = async_get_coordinator(call.hass, call.data[ATTR_DEVICE_ID])
    with device_errors(coordinator):
        keys = await async_list_keys(coordinator)
    return {
        "keys": [
            {
                "label": key.label,
                "type": key.type,
                "key": key.access_id[:SHORT_ID_LENGTH],
                "ours": key.is_ours,
            }
            for key in keys
        ]
    }


async def _async_remove_trusted_key(call: ServiceCall) -> ServiceResponse:
    """Have the device forget somebody's key."""
    coordinator = async_get_coordinator(call.hass, call.data[ATTR_DEVICE_ID])
    with device_errors(coordinator):
        await async_remove_key(coordinator, call.data["key"])
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Action:
    """A line of the table of actions.

    The fields have types only: what a device can do with the values is told by
    `aioflux`, in the same words wherever it is used.
    """

    name: str
    handler: Callable[[ServiceCall], Coroutine[Any, Any, ServiceResponse]]
    fields: dict[vol.Marker, Any] = field(default_factory=dict)
    response: SupportsResponse = SupportsResponse.NONE
    admin: bool = True


_ACTIONS = (
    _Action(
        name="rename",
        handler=_async_rename,
        fields={vol.Required(ATTR_NAME): cv.string},
        response=SupportsResponse.OPTIONAL,
    ),
    _Action(
        name="set_network",
        handler=_async_set_network,
        fields={
            vol.Required("method"): cv.string,
            vol.Optional("ip_address"): cv.string,
            vol.Optional("prefix_length"): vol.Coerce(int),
            vol.Optional("gateway"): cv.string,
            vol.Optional("dns"): vol.All(cv.ensure_list, [cv.string]),
            vol.Optional("interface"): cv.string,
            vol.Optional("wifi_mode"): cv.string,
            vol.Optional("ssid"): cv.string,
            vol.Optional("security"): cv.string,
            vol.Optional("wifi_password"): cv.string,
            vol.Optional("hidden"): cv.boolean,
        },
        response=SupportsResponse.OPTIONAL,
    ),
    _Action(
        name="scan_wifi",
        handler=_async_scan_wifi,
        response=SupportsResponse.ONLY,
        admin=False,
    ),
    _Action(
        name="change_password",
        handler=_async_change_password,
        fields={
            vol.Required("old_password"): cv.string,
            vol.Required("new_password"): cv.string,
            vol.Optional("forget_trusted", default=False): cv.boolean,
        },
    ),
    _Action(
        name="list_trusted_keys",
        handler=_async_list_trusted_keys,
        response=SupportsResponse.ONLY,
    ),
    _Action(
        name="remove_trusted_key",
        handler=_async_remove_trusted_key,
        fields={vol.Required("key"): cv.string},
    ),
)


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    for action in _ACTIONS:
        schema = vol.Schema({vol.Required(ATTR_DEVICE_ID): cv.string, **action.fields})
        if action.admin:
            async_register_admin_service(
                hass,
                DOMAIN,
                action.name,
                action.handler,
                schema=schema,
                supports_response=action.response,
            )
        else:
            hass.services.async_register(
                DOMAIN,
                action.name,
                action.handler,
                schema=schema,
                supports_response=action.response,
            )
