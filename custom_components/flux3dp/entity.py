"""What the entities of a device have in common: identity, availability, updates."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import override

from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.typing import StateType
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import FluxCoordinator
from .device import FluxData, Shown

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
        """Take the coordinator and the line."""
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
