"""What the entities of a device have in common: identity, availability, updates, settings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import override

from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.entity_platform import (
    AddConfigEntryEntitiesCallback,
    async_get_current_platform,
)
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .aioflux import SETTINGS
from .aioflux.settings import Value
from .const import DOMAIN
from .coordinator import FluxConfigEntry, FluxCoordinator
from .device import FluxData, Shown
from .errors import device_errors

type Attributes = Mapping[str, StateType | list[str]]


class FluxEntity(CoordinatorEntity[FluxCoordinator]):
    """An entity of a device, named after its uuid and never after its address."""

    _attr_has_entity_name = True

    def __init__(
        self,
        coordinator: FluxCoordinator,
        description: EntityDescription,
        value_fn: Callable[[FluxData], object] = lambda _: None,
        *,
        always: bool = False,
    ) -> None:
        """Take the coordinator, the description (its key names the words), and `Shown`'s."""
        super().__init__(coordinator, Shown(self, value_fn, always))
        self._always = always
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{coordinator.uuid}_{description.key}"

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """The device, when the entity is added: nothing asks later."""
        return self.coordinator.info.device_info

    @property
    @override
    def available(self) -> bool:
        """Whether there is anything to read: the device is heard, or needs not be."""
        return self._always or self.coordinator.data.online


@dataclass(frozen=True, kw_only=True)
class ReadingDescription(EntityDescription):
    """A line of a table: where the value comes from, and what belongs to it."""

    value_fn: Callable[[FluxData], object]
    attributes_fn: Callable[[FluxCoordinator], Attributes] | None = None
    always_available: bool = False
    """For what is also known of a device that is off."""


class ReadingEntity(FluxEntity):
    """An entity that shows what a line of a table says."""

    entity_description: ReadingDescription

    def __init__(
        self, coordinator: FluxCoordinator, description: ReadingDescription
    ) -> None:
        shown = value_fn = description.value_fn
        if (attributes_fn := description.attributes_fn) is not None:

            def shown(data: FluxData) -> object:
                return value_fn(data), attributes_fn(coordinator)

        always = description.always_available
        super().__init__(coordinator, description, shown, always=always)

    @property
    @override
    def extra_state_attributes(self) -> Attributes | None:
        """What belongs to the value and has no entity of its own."""
        attributes_fn = self.entity_description.attributes_fn
        return attributes_fn(self.coordinator) if attributes_fn else None


class SettingEntity(FluxEntity):
    """A setting of the device; the key of the description is that of the device."""

    _attr_entity_category = EntityCategory.CONFIG

    def __init__(
        self, coordinator: FluxCoordinator, description: EntityDescription
    ) -> None:
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
