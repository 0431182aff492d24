"""FLUX devices on the local network: Delta printers and Beam laser machines."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import ConfigType

from .const import DOMAIN
from .coordinator import LAST_STATUS, FluxConfigEntry, FluxCoordinator
from .discovery import async_get_listener
from .frontend import async_register_card, async_serve_card, async_unregister_card
from .issues import async_delete_issues
from .job.store import JobStore
from .services import async_setup_services
from .trust import async_forget_us
from .views import async_setup_views

# A bare `flux3dp:` is all there is to write: Home Assistant loads a custom integration
# only for an entry or a key in YAML, and discovery should run before the first entry.
CONFIG_SCHEMA = cv.empty_config_schema(DOMAIN)

# In this order one update is written: what a state starts finds those before it up to
# date, readings before what is derived from them.
PLATFORMS = [
    Platform.NUMBER,
    Platform.SELECT,
    Platform.SWITCH,
    Platform.BUTTON,
    Platform.CAMERA,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.SENSOR,
    Platform.BINARY_SENSOR,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions and begin to listen, without waiting for devices."""
    async_setup_services(hass)
    async_setup_views(hass)
    await async_serve_card(hass)
    await async_get_listener(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: FluxConfigEntry) -> bool:
    """Set up a device. It may be off: that is a state, and no reason to fail."""
    coordinator = FluxCoordinator(hass, entry, await async_get_listener(hass))
    await coordinator.async_config_entry_first_refresh()
    entry.runtime_data = coordinator
    for platform in PLATFORMS:
        await hass.config_entries.async_forward_entry_setups(entry, [platform])
    await async_register_card(hass)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: FluxConfigEntry) -> bool:
    """Unload the platforms; `FluxCoordinator.async_shutdown` closes the connections.

    The listener stays open until Home Assistant stops.
    """
    # Here, because Home Assistant gives a shutdown 10 s. Then the entry is removed, and
    # our key with it, or set up again.
    await entry.runtime_data.async_end_work()
    entry.runtime_data.dispatcher.async_flush()
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)


async def async_remove_entry(hass: HomeAssistant, entry: FluxConfigEntry) -> None:
    """Forget what was stored about a device, and have it forget us."""
    hass.data.get(LAST_STATUS, {}).pop(entry.entry_id, None)
    await JobStore(hass, entry).async_remove()
    async_delete_issues(hass, entry)
    if not hass.config_entries.async_entries(DOMAIN, include_ignore=False):
        await async_unregister_card(hass)
    await async_forget_us(hass, entry)
