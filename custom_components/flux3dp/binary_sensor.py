"""Binary sensors: running, problem, connectivity."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType

from .coordinator import FluxConfigEntry
from .device import FluxData
from .entity import FluxEntity, FluxEntityDescription

# Nothing is fetched here: the coordinator pushes.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class FluxBinarySensorDescription(FluxEntityDescription, BinarySensorEntityDescription):
    """A line of the table: where the value comes from."""

    is_on_fn: Callable[[FluxData], bool]
    attributes_fn: Callable[[FluxData], Mapping[str, StateType]] | None = None


BINARY_SENSORS = (
    FluxBinarySensorDescription(
        key="running",
        device_class=BinarySensorDeviceClass.RUNNING,
        is_on_fn=lambda data: data.job.running,
    ),
    FluxBinarySensorDescription(
        key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        is_on_fn=lambda data: data.job.problem,
        attributes_fn=lambda data: {
            "error": data.job.error,
            "advice": data.job.error.advice,
        },
    ),
    FluxBinarySensorDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        always_available=True,
        is_on_fn=lambda data: data.online,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the binary sensors of a device."""
    async_add_entities(
        FluxBinarySensor(entry.runtime_data, description)
        for description in BINARY_SENSORS
    )


class FluxBinarySensor(FluxEntity, BinarySensorEntity):
    """Something the coordinator knows to be so or not."""

    entity_description: FluxBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so now."""
        return self.entity_description.is_on_fn(self.coordinator.data)

    @property
    @override
    def shown(self) -> object:
        """What is so, and its attributes."""
        return self.is_on, self.extra_state_attributes

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, StateType] | None:
        """What belongs to it and has no entity of its own."""
        attributes_fn = self.entity_description.attributes_fn
        return attributes_fn(self.coordinator.data) if attributes_fn else None
