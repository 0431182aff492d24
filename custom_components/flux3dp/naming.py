"""Names of a device: its own, and what a person calls it in Home Assistant."""

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.util import slugify

from .aioflux import DeviceInfo
from .const import DOMAIN

# The longest name, as Home Assistant spells it in entity ids: these have 255 characters,
# with the platform, the name of the entity and a number.
_NAME_LENGTH = 150


def display_name(device: DeviceInfo) -> str:
    """Return what a device is called: its own name, or its model if that shows nothing."""
    return fitting(device.display_name)


def fitting(name: str) -> str:
    """Return a name cut to what leaves room for the rest of an entity id.

    An entity id spells a character of Chinese in up to six.
    """
    name = name[:_NAME_LENGTH]
    while len(slugify(name)) > _NAME_LENGTH:
        name = name[:-1]
    return name.rstrip()


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


@callback
def async_follow_name(
    hass: HomeAssistant,
    entry: ConfigEntry,
    registered: dr.DeviceEntry,
    name: str | None,
) -> None:
    """Give the entry the device's new name, unless a person has named either."""
    followed = entry.title == registered.name and registered.name_by_user is None
    if name and followed and name != entry.title:
        hass.config_entries.async_update_entry(entry, title=name)
