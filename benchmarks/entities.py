"""Entries without our code: what Home Assistant itself takes for as many entities."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from importlib import import_module
import logging
from typing import override
from unittest.mock import patch

from homeassistant.components.binary_sensor import BinarySensorEntity
from homeassistant.components.button import ButtonEntity
from homeassistant.components.camera import Camera
from homeassistant.components.event import EventEntity
from homeassistant.components.image import ImageEntity
from homeassistant.components.sensor import SensorEntity
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_MODEL, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import (
    CoordinatorEntity,
    DataUpdateCoordinator,
)

from custom_components import flux3dp
from custom_components.flux3dp.binary_sensor import BINARY_SENSORS
from custom_components.flux3dp.button import BUTTONS, WORK_BUTTONS
from custom_components.flux3dp.camera import CAMERA
from custom_components.flux3dp.const import CONF_SERIAL, DOMAIN, MANUFACTURER
from custom_components.flux3dp.event import JOB
from custom_components.flux3dp.image import PREVIEW
from custom_components.flux3dp.sensor import SENSORS

type Entities = Mapping[str, Callable[[ConfigEntry], list[Entity]]]
"""What makes the entities of an entry, by platform."""


@contextmanager
def having(entities: Entities | None) -> Iterator[None]:
    """Have the integration set up these entities, and nothing else; None: its own."""

    if entities is None:
        yield
        return
    platforms = [Platform(each) for each in entities]

    async def setup(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        entry.runtime_data = DataUpdateCoordinator[float](
            hass, logging.getLogger(__name__), config_entry=entry, name="Floor"
        )
        await hass.config_entries.async_forward_entry_setups(entry, platforms)
        return True

    async def unload(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        return await hass.config_entries.async_unload_platforms(entry, platforms)

    def adding(
        make: Callable[[ConfigEntry], list[Entity]],
    ) -> Callable[..., Awaitable[None]]:
        async def add_made(
            _: HomeAssistant, entry: ConfigEntry, add: AddConfigEntryEntitiesCallback
        ) -> None:
            add(make(entry))

        return add_made

    with ExitStack() as stack:
        stack.enter_context(patch.object(flux3dp, "async_setup_entry", setup))
        stack.enter_context(patch.object(flux3dp, "async_unload_entry", unload))
        for each, make in entities.items():
            module = import_module(f"{flux3dp.__name__}.{each}")
            stack.enter_context(patch.object(module, "async_setup_entry", adding(make)))
        yield


class BareEntity(Entity):
    """An entity that says nothing."""

    _attr_should_poll = False

    def __init__(self, entry: ConfigEntry, number: int) -> None:
        self._attr_unique_id = f"{entry.entry_id}_{number}"
        self._attr_name = f"Bare {number}"


class _PlainEntity(CoordinatorEntity[DataUpdateCoordinator[float]]):
    """What one of ours is to Home Assistant: the same device, words, unit and icon."""

    _attr_has_entity_name = True

    def __init__(self, entry: ConfigEntry, description: EntityDescription) -> None:
        super().__init__(entry.runtime_data)
        if isinstance(self, ImageEntity):
            ImageEntity.__init__(self, self.coordinator.hass)
        elif isinstance(self, Camera):
            Camera.__init__(self)
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{entry.unique_id}_{description.key}"

    @property
    @override
    def device_info(self) -> DeviceInfo:
        entry = self.coordinator.config_entry
        return DeviceInfo(
            identifiers={(DOMAIN, entry.unique_id)},
            manufacturer=MANUFACTURER,
            name=entry.title,
            model_id=entry.data[CONF_MODEL],
            serial_number=entry.data[CONF_SERIAL],
        )

    @property
    def native_value(self) -> float | None:
        """The coordinator's data are progress, and nothing else is known."""
        return (
            self.coordinator.data if self.entity_description.key == "progress" else None
        )


def _plain(
    base: type[Entity], table: Iterable[EntityDescription]
) -> Callable[[ConfigEntry], list[Entity]]:
    kind = type("Plain", (_PlainEntity, base), {})
    return lambda entry: [kind(entry, description) for description in table]


PLAIN: Entities = {
    "button": _plain(ButtonEntity, (*BUTTONS, *WORK_BUTTONS)),
    "camera": _plain(Camera, (CAMERA,)),
    "event": _plain(EventEntity, (JOB,)),
    "image": _plain(ImageEntity, (PREVIEW,)),
    "sensor": _plain(SensorEntity, SENSORS),
    "binary_sensor": _plain(BinarySensorEntity, BINARY_SENSORS),
}
PLAIN_NAME = "the same entities without our code"
