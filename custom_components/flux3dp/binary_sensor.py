"""Binary sensors: running, problem, connectivity."""

from collections.abc import Callable
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

from .coordinator import FluxConfigEntry
from .device import FluxData
from .entity import ReadingDescription, ReadingEntity

# Nothing is fetched here: the coordinator pushes.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class FluxBinarySensorDescription(ReadingDescription, BinarySensorEntityDescription):
    """A line of the table."""

    value_fn: Callable[[FluxData], bool]


BINARY_SENSORS = (
    FluxBinarySensorDescription(
        key="running",
        device_class=BinarySensorDeviceClass.RUNNING,
        value_fn=lambda data: data.job.running,
    ),
    FluxBinarySensorDescription(
        key="problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda data: data.job.problem,
        attributes_fn=lambda coordinator: {
            "error": coordinator.data.job.error,
            "advice": coordinator.data.job.error.advice,
        },
    ),
    FluxBinarySensorDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        always_available=True,
        value_fn=lambda data: data.online,
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


class FluxBinarySensor(ReadingEntity, BinarySensorEntity):
    """Something the coordinator knows to be so or not."""

    entity_description: FluxBinarySensorDescription

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is so now."""
        return self.entity_description.value_fn(self.coordinator.data)
