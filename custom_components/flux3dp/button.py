"""Buttons: what steers a job, and maintenance of an idle device."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import CONF_MODEL
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .aioflux import has_extruder
from .commands import CANCEL, CLEAR, PAUSE, RESUME
from .coordinator import FluxConfigEntry, FluxCoordinator
from .entity import FluxEntity
from .errors import device_errors, invalid

# Commands take turns, but a cancel waits for none: `commands.py` knows, a number does not.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class FluxButtonDescription(ButtonEntityDescription):
    """A line of the table: what a press does."""

    press: Callable[[FluxCoordinator], Awaitable[object]]


BUTTONS = (
    FluxButtonDescription(key="pause", press=lambda it: it.commands.async_run(PAUSE)),
    FluxButtonDescription(key="resume", press=lambda it: it.commands.async_run(RESUME)),
    FluxButtonDescription(key="abort", press=lambda it: it.commands.async_run(CANCEL)),
    FluxButtonDescription(key="clear", press=lambda it: it.commands.async_run(CLEAR)),
)

# Enabled by a person: a slip would drive the nozzle into a print that was left on the
# plate, or cost filament.
WORK_BUTTONS = (
    FluxButtonDescription(key="home", press=lambda it: it.maintenance.async_home()),
    FluxButtonDescription(
        key="calibrate",
        press=lambda it: it.maintenance.async_calibrate(),
        entity_registry_enabled_default=False,
    ),
    FluxButtonDescription(
        key="load_filament",
        press=lambda it: it.maintenance.async_load(),
        entity_registry_enabled_default=False,
    ),
    FluxButtonDescription(
        key="unload_filament",
        press=lambda it: it.maintenance.async_unload(),
        entity_registry_enabled_default=False,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons of a device."""
    presses = Presses()
    does_work = has_extruder(entry.data[CONF_MODEL])
    async_add_entities(
        FluxButton(entry.runtime_data, description, presses)
        for description in (BUTTONS + WORK_BUTTONS if does_work else BUTTONS)
    )


class Presses:
    """The presses of one device's buttons in this turn of the event loop.

    `button.press` with a device or an area as target presses all buttons there: the
    presses of one call share a context and begin in the same turn. Those of a script
    share a context too, but at different times.
    """

    def __init__(self) -> None:
        self._pressed: dict[str, set[str]] = {}

    async def async_is_alone(self, key: str, context: Context | None) -> bool:
        """Return whether no other button is pressed by the same call."""
        if context is None:
            return True
        together = self._pressed.setdefault(context.id, set())
        together.add(key)
        await asyncio.sleep(0)
        # The first of them to go on closes the list; all have it in hand.
        self._pressed.pop(context.id, None)
        return len(together) == 1


class FluxButton(FluxEntity, ButtonEntity):
    """A command to the job, or maintenance. What does not apply now raises a sentence."""

    entity_description: FluxButtonDescription

    def __init__(
        self,
        coordinator: FluxCoordinator,
        description: FluxButtonDescription,
        presses: Presses,
    ) -> None:
        """Take the line of the table, and what the buttons of a device share."""
        super().__init__(coordinator, description)
        self._presses = presses

    @override
    async def async_press(self) -> None:
        """Give the command, and wait until the device has carried it out."""
        description = self.entity_description
        if not await self._presses.async_is_alone(description.key, self._context):
            raise invalid("pressed_together", name=self.coordinator.device_name)
        with device_errors(self.coordinator):
            await description.press(self.coordinator)
