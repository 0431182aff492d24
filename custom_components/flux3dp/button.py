"""Buttons: pause, resume, abort, and leave a job that has ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .control import ABORT, CLEAR, PAUSE, RESUME, Order, async_order
from .coordinator import FluxConfigEntry
from .entity import FluxEntity, FluxEntityDescription

# Orders take turns, but an abort waits for none: `turns.py` knows, a number does not.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class FluxButtonDescription(FluxEntityDescription, ButtonEntityDescription):
    """A line of the table: what is ordered."""

    order: Order


BUTTONS = (
    FluxButtonDescription(key="pause", translation_key="pause", order=PAUSE),
    FluxButtonDescription(key="resume", translation_key="resume", order=RESUME),
    FluxButtonDescription(key="abort", translation_key="abort", order=ABORT),
    FluxButtonDescription(key="clear", translation_key="clear", order=CLEAR),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of a device."""
    async_add_entities(
        FluxButton(entry.runtime_data, description) for description in BUTTONS
    )


class FluxButton(FluxEntity, ButtonEntity):
    """An order to the job."""

    entity_description: FluxButtonDescription

    @property
    @override
    def available(self) -> bool:
        """Whether the device would accept the order now."""
        return super().available and self.entity_description.order.accepted(
            self.coordinator.data.shown
        )

    @override
    async def async_press(self) -> None:
        """Give the order, and wait until the device has carried it out."""
        await async_order(self.coordinator, self.entity_description.order)
