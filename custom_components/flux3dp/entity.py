"""What the entities of a device have in common: identity, availability, updates."""

from dataclasses import dataclass
from typing import override

from homeassistant.core import callback
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import EntityDescription
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .coordinator import FluxCoordinator


@dataclass(frozen=True, kw_only=True)
class FluxEntityDescription(EntityDescription):
    """What a line of a table says beyond its platform's description."""

    always_available: bool = False
    """For what is also known of a device that is off."""


class FluxEntity(CoordinatorEntity[FluxCoordinator]):
    """An entity of a device, named after its uuid and never after its address."""

    _attr_has_entity_name = True
    _always_available = False

    def __init__(
        self, coordinator: FluxCoordinator, description: EntityDescription
    ) -> None:
        """Take the device's coordinator and the description; its key names the words."""
        super().__init__(coordinator)
        self.entity_description = description
        if isinstance(description, FluxEntityDescription):
            self._always_available = description.always_available
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{coordinator.uuid}_{description.key}"
        self._written: tuple[bool, object] | None = None

    @property
    @override
    def device_info(self) -> DeviceInfo:
        """The device, when the entity is added: nothing asks later."""
        return self.coordinator.info.device_info

    @property
    @override
    def available(self) -> bool:
        """Whether there is anything to read: the device is heard, or needs not be."""
        return self._always_available or self.coordinator.data.job.online

    @property
    def shown(self) -> object:
        """What the state is made of, besides availability; equal if nothing changed."""
        return None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        """Write the state if another one is to be shown."""
        try:
            current = (self.available, self.shown)
            if current != self._written:
                self._written = current
                super()._handle_coordinator_update()
        except Exception:
            # The other entities, and what happened to the job, follow after this one.
            self.coordinator.logger.exception("%s was not updated", self.entity_id)
