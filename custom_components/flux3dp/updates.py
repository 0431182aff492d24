"""In which order one update of a device is written.

Knows ranks and listeners. A state change starts automations at once, in the midst of an
update: what they are started by is written after what they will read.
"""

from bisect import insort
from collections.abc import Callable
from enum import IntEnum
import logging
from operator import itemgetter
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator


class Rank(IntEnum):
    """When an entity is written; events follow after all of them."""

    READING = 0
    """What the device says."""
    STATUS = 1
    """What sums it up."""
    DERIVED = 2
    """What is derived from both."""
    OTHER = 3
    """Listeners that are no entities."""


class OrderedCoordinator[DataT](DataUpdateCoordinator[DataT]):
    """Updates its listeners by their rank, which is the context they are added with.

    Platforms are set up side by side, so the order of adding says nothing.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        logger: logging.Logger,
        entry: ConfigEntry[Any],
    ) -> None:
        """Have no listeners yet, and no interval ever."""
        super().__init__(
            hass, logger, config_entry=entry, name=entry.title, always_update=False
        )
        self._ranked: list[tuple[Rank, CALLBACK_TYPE]] = []

    @callback
    @override
    def async_add_listener(
        self, update_callback: CALLBACK_TYPE, context: object = None
    ) -> Callable[[], None]:
        """Listen for updates; `context` is a Rank, `OTHER` if it is none."""
        remove_listener = super().async_add_listener(update_callback, context)
        rank = context if isinstance(context, Rank) else Rank.OTHER
        listener = (rank, update_callback)
        insort(self._ranked, listener, key=itemgetter(0))

        @callback
        def remove() -> None:
            self._ranked.remove(listener)
            remove_listener()

        return remove

    @callback
    @override
    def async_update_listeners(self) -> None:
        """Update all listeners; one that fails takes none of the others with it."""
        for _, update_callback in tuple(self._ranked):
            try:
                update_callback()
            except Exception:
                self.logger.exception("An entity of %s was not updated", self.name)
