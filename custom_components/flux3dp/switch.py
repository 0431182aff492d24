"""Switches: what the device does by itself."""

from typing import Any, override

from homeassistant.components.switch import SwitchEntity, SwitchEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .coordinator import FluxConfigEntry
from .entity import SettingEntity, async_add_settings

PARALLEL_UPDATES = 0

SWITCHES = (
    SwitchEntityDescription(key="autoresume"),
    SwitchEntityDescription(key="replay"),
    SwitchEntityDescription(key="movement_test"),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the switches that the device knows."""
    async_add_settings(entry, async_add_entities, FluxSwitch, SWITCHES)


class FluxSwitch(SettingEntity, SwitchEntity):
    """A setting that is on or off."""

    @property
    @override
    def is_on(self) -> bool:
        """Whether it is on."""
        return bool(self.setting)

    @override
    async def async_turn_on(self, **_kwargs: Any) -> None:
        """Turn it on."""
        await self.async_set(True)

    @override
    async def async_turn_off(self, **_kwargs: Any) -> None:
        """Turn it off."""
        await self.async_set(False)
