"""Numbers: the height that is added to what the device measures."""

from typing import override

from homeassistant.components.number import (
    NumberDeviceClass,
    NumberEntity,
    NumberEntityDescription,
    NumberMode,
)
from homeassistant.const import UnitOfLength
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import FluxConfigEntry
from .entity import SettingEntity, async_add_settings

PARALLEL_UPDATES = 0

NUMBERS = (
    NumberEntityDescription(
        key="zoffset",
        device_class=NumberDeviceClass.DISTANCE,
        native_unit_of_measurement=UnitOfLength.MILLIMETERS,
        native_min_value=-1.0,
        native_max_value=1.0,
        native_step=0.01,
        mode=NumberMode.BOX,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the numbers that the device knows."""
    async_add_settings(entry, async_add_entities, FluxNumber, NUMBERS)


class FluxNumber(SettingEntity, NumberEntity):
    """A setting that is a number."""

    @property
    @override
    def native_value(self) -> float | None:
        """The number now."""
        value = self.setting
        return float(value) if isinstance(value, int | float) else None

    @override
    async def async_set_native_value(self, value: float) -> None:
        """Set it."""
        await self.async_set(value)
