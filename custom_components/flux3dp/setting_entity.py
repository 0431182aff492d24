"""What entities of settings have in common: there if the device knows them, never polled."""

from collections.abc import Callable, Sequence
from typing import override

from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)

from .aioflux import SETTINGS
from .const import DOMAIN
from .coordinator import FluxConfigEntry, FluxCoordinator
from .entity import FluxEntity
from .errors import device_errors
from .settings import Value


class SettingEntity(FluxEntity):
    """A setting of the device; the key of the description is that of the device."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(
        self, coordinator: FluxCoordinator, description: EntityDescription
    ) -> None:
        """Take the device's coordinator and the line of a table."""
        key = description.key
        super().__init__(coordinator, description, lambda it: it.settings.get(key))

    @property
    def setting(self) -> Value | None:
        """The value, or the default if none is set; None if the job decides."""
        key = self.entity_description.key
        value = self.coordinator.settings.kept.get(key)
        return SETTINGS[key].default if value is None else value

    @override
    async def async_update(self) -> None:
        """Read the settings: a person asks for it."""
        await self.coordinator.settings.async_read()

    async def async_set(self, value: Value | None) -> None:
        """Change it, and show what the device has then."""
        with device_errors(self.coordinator):
            key = self.entity_description.key
            await self.coordinator.settings.async_set(key, value)


@callback
def async_add_settings[D: EntityDescription](
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
    make: Callable[[FluxCoordinator, D], SettingEntity],
    descriptions: Sequence[D],
    *,
    fit: bool = True,
) -> None:
    """Add those the device knows, now and later; remove others, all if they do not fit it."""
    coordinator = entry.runtime_data
    registry = er.async_get(coordinator.hass)
    platform = async_get_current_platform().domain
    there: set[str] = set()

    @callback
    def follow() -> None:
        known = coordinator.settings.kept
        for description in descriptions if known else ():
            key = description.key
            if not fit or key not in known:
                there.discard(key)
                entity_id = registry.async_get_entity_id(
                    platform, DOMAIN, f"{coordinator.uuid}_{key}"
                )
                if entity_id is not None:
                    registry.async_remove(entity_id)
            elif key not in there:
                there.add(key)
                async_add_entities([make(coordinator, description)])

    follow()
    # It ends with the coordinator.
    coordinator.settings.on_kept.append(follow)
