"""Actions on a device: what they take, what they answer, in which words they fail.

Knows the calls of Home Assistant. What happens on the device is `management.py` and
`aioflux`; who may call and which device is meant is decided before either.
"""

from __future__ import annotations

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
    NetworkOutcome,
    async_change_network,
    async_open_manager,
    async_rename,
)

SERVICE_RENAME = "rename"
SERVICE_SCAN_WIFI = "scan_wifi"
SERVICE_SET_NETWORK = "set_network"

_DEVICE: dict[vol.Marker, Any] = {vol.Required(ATTR_DEVICE_ID): cv.string}

# Types only: what a device can do with the values is told by `NetworkConfig`, in the
# same words wherever it is used.
_SCHEMAS = {
    SERVICE_RENAME: vol.Schema({**_DEVICE, vol.Required(ATTR_NAME): cv.string}),
    SERVICE_SCAN_WIFI: vol.Schema(_DEVICE),
    SERVICE_SET_NETWORK: vol.Schema(
        {
            **_DEVICE,
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
        }
    ),
}

_OUTCOME_ERRORS = {
    NetworkOutcome.ROLLED_BACK: "network_rolled_back",
    NetworkOutcome.NOT_RETURNED: "network_not_returned",
}


@callback
def async_setup_services(hass: HomeAssistant) -> None:
    """Register the actions."""
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_RENAME,
        _async_rename,
        schema=_SCHEMAS[SERVICE_RENAME],
        supports_response=SupportsResponse.OPTIONAL,
    )
    async_register_admin_service(
        hass,
        DOMAIN,
        SERVICE_SET_NETWORK,
        _async_set_network,
        schema=_SCHEMAS[SERVICE_SET_NETWORK],
        supports_response=SupportsResponse.OPTIONAL,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_SCAN_WIFI,
        _async_scan_wifi,
        schema=_SCHEMAS[SERVICE_SCAN_WIFI],
        supports_response=SupportsResponse.ONLY,
    )


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
                "name": coordinator.config_entry.title,
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
                "name": coordinator.config_entry.title,
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
