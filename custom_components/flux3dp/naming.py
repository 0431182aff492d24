"""What a device is called, in sentences for a person.

Knows the device registry. An entry's title is the name at the time of the pairing, and
a device can be renamed: by itself, or by a person in Home Assistant only.
"""

from __future__ import annotations

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN


@callback
def async_registered(hass: HomeAssistant, entry: ConfigEntry) -> dr.DeviceEntry | None:
    """Return an entry's device in the registry, None before the first setup."""
    devices = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    return next(
        (each for each in devices if (DOMAIN, entry.unique_id) in each.identifiers),
        None,
    )


@callback
def async_device_name(hass: HomeAssistant, entry: ConfigEntry) -> str:
    """Return what an entry's device is called now, or was when it was paired."""
    registered = async_registered(hass, entry)
    if registered is None:
        return entry.title
    return registered.name_by_user or registered.name or entry.title
