"""Selects: what happens before a job, unless the job itself says it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import override

from homeassistant.components.select import SelectEntity, SelectEntityDescription
from homeassistant.const import CONF_MODEL
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .aioflux import has_extruder
from .coordinator import FluxConfigEntry
from .entity import SettingEntity, async_add_settings

PARALLEL_UPDATES = 0

_AS_JOB = "as_job"


@dataclass(frozen=True, kw_only=True)
class FluxSelectDescription(SelectEntityDescription):
    """A line of the table: the device's words, by option."""

    words: Mapping[str, str]


SELECTS = (
    FluxSelectDescription(
        key="correction",
        words={"level_and_height": "A", "height": "H", "off": "N"},
        options=[_AS_JOB, "level_and_height", "height", "off"],
    ),
    FluxSelectDescription(
        key="filament_detect",
        words={"on": "Y", "off": "N"},
        options=[_AS_JOB, "on", "off"],
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the selects that the device knows; they are about jobs of an extruder."""
    fit = has_extruder(entry.data[CONF_MODEL])
    async_add_settings(entry, async_add_entities, FluxSelect, SELECTS, fit=fit)


class FluxSelect(SettingEntity, SelectEntity):
    """A setting that a job's own overrides, unless it is set here."""

    entity_description: FluxSelectDescription

    @property
    @override
    def current_option(self) -> str | None:
        """The option now."""
        words = self.entity_description.words.items()
        return next((key for key, word in words if word == self.setting), _AS_JOB)

    @override
    async def async_select_option(self, option: str) -> None:
        """Set it, or leave it to the job."""
        await self.async_set(self.entity_description.words.get(option))
