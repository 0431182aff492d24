"""script/run's own part of Home Assistant: its dashboard, and things that happen to the devices.

Writes the dashboard again whenever entities of FLUX devices come or go; has an action that
tells the simulator what happens. No part of the integration.
"""

import asyncio
from collections.abc import Iterator
import json
import logging
from pathlib import Path
from typing import Any

from homeassistant.const import ATTR_DEVICE_ID
from homeassistant.core import Event, HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import (
    config_validation as cv,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.debounce import Debouncer
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

DOMAIN = "flux3dp_demo"
FLUX = "flux3dp"
LOGGER = logging.getLogger(__name__)

CONFIG_SCHEMA = vol.Schema(
    {
        DOMAIN: {
            vol.Required("control"): cv.string,
            vol.Required("dashboard"): cv.string,
        }
    },
    extra=vol.ALLOW_EXTRA,
)

#: What can happen, as the simulator calls it, with a name and an icon; some to one kind only.
THINGS = (
    ("start", "Start a job", "mdi:play", None),
    ("finish", "Job is done", "mdi:flag-checkered", None),
    ("runout", "Filament runs out", "mdi:printer-3d-nozzle-alert", "printer"),
    ("door", "Door opens", "mdi:door-open", "laser"),
    ("mend", "Put it right", "mdi:wrench-check", None),
    ("button", "Press its button", "mdi:gesture-tap-button", "printer"),
    ("off", "Switch off", "mdi:power-plug-off", None),
    ("on", "Switch on", "mdi:power-plug", None),
    ("reboot", "Reboot", "mdi:restart", None),
    ("occupy", "Another program takes it", "mdi:account-lock", None),
    ("free", "It is free again", "mdi:lock-open", None),
    ("forget", "It forgets Home Assistant", "mdi:key-remove", None),
    ("mainboard", "Mainboard replaced", "mdi:chip", None),
)
#: For the tiles of the dashboard without the card, where the device has them.
TILES: dict[str, dict[str, str | bool]] = {
    "status": {"name": "Status"},
    "progress": {"name": "Progress"},
    "time_remaining": {"name": "Time left"},
    "finish_time": {"name": "Done at"},
    "nozzle_temperature": {"name": "Nozzle"},
    "error": {"name": "Error"},
    "advice": {"name": "What helps"},
    "pause": {"name": "Pause", "hide_state": True},
    "resume": {"name": "Resume", "hide_state": True},
}


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the action, and keep the dashboard's file up to date."""
    options = config[DOMAIN]
    path = Path(hass.config.path(options["dashboard"]))

    async def happen(call: ServiceCall) -> None:
        device = dr.async_get(hass).async_get(call.data[ATTR_DEVICE_ID])
        uuid = _uuid(device) if device else None
        if uuid is None:
            raise ServiceValidationError("This is no FLUX device.")
        reader, writer = await asyncio.open_unix_connection(options["control"])
        try:
            writer.write(f"{uuid} {call.data['what']}\n".encode())
            answer = (await reader.read()).decode().strip()
        finally:
            writer.close()
        if answer != "ok":
            raise ServiceValidationError(answer)

    schema = vol.Schema(
        {vol.Required(ATTR_DEVICE_ID): cv.string, vol.Required("what"): cv.string}
    )
    hass.services.async_register(DOMAIN, "happen", happen, schema)

    async def write() -> None:
        text = json.dumps(_dashboard(hass), indent=1)
        await hass.async_add_executor_job(path.write_text, text, "utf-8")

    later = Debouncer(hass, LOGGER, cooldown=0.5, immediate=False, function=write)

    @callback
    def changed(_event: Event[Any]) -> None:
        later.async_schedule_call()

    hass.bus.async_listen(er.EVENT_ENTITY_REGISTRY_UPDATED, changed)
    await write()
    return True


def _uuid(device: dr.DeviceEntry) -> str | None:
    return next((uuid for domain, uuid in device.identifiers if domain == FLUX), None)


def _dashboard(hass: HomeAssistant) -> dict[str, Any]:
    """Return the dashboard: a view with the card, and one of built-in cards."""
    devices = list(_devices(hass))
    if not devices:
        add = {
            "type": "markdown",
            "content": "Add a device first: [Devices & services]"
            "(/config/integrations/dashboard). Then load this page again.",
        }
        return {"views": [{"title": "FLUX", "cards": [add]}]}
    return {
        "views": [
            _view("The card", "card", [_card(*each) for each in devices]),
            _view("Built-in cards", "built-in", [_tiles(*each) for each in devices]),
        ]
    }


def _devices(hass: HomeAssistant) -> Iterator[tuple[dr.DeviceEntry, dict[str, str]]]:
    """Walk through the devices, each with its entities by translation key."""
    entities = er.async_get(hass)
    devices = dr.async_get(hass)
    for entry in hass.config_entries.async_entries(FLUX):
        for device in dr.async_entries_for_config_entry(devices, entry.entry_id):
            yield (
                device,
                {
                    entity.translation_key: entity.entity_id
                    for entity in er.async_entries_for_device(entities, device.id)
                    if entity.translation_key
                },
            )


def _view(title: str, path: str, sections: list[list[Any]]) -> dict[str, Any]:
    grids = [{"type": "grid", "cards": cards} for cards in sections]
    return {"title": title, "path": path, "type": "sections", "sections": grids}


def _card(device: dr.DeviceEntry, entities: dict[str, str]) -> list[Any]:
    kind = "printer" if "nozzle_temperature" in entities else "laser"
    return [
        {"type": "custom:flux3dp-card", "device_id": device.id},
        {"type": "heading", "heading": "Make things happen"},
        *(
            {
                "type": "button",
                "name": name,
                "icon": icon,
                "grid_options": {"columns": 3, "rows": 2},
                "tap_action": {
                    "action": "perform-action",
                    "perform_action": f"{DOMAIN}.happen",
                    "data": {ATTR_DEVICE_ID: device.id, "what": what},
                },
            }
            for what, name, icon, only in THINGS
            if only in (None, kind)
        ),
    ]


def _tiles(device: dr.DeviceEntry, entities: dict[str, str]) -> list[Any]:
    cards: list[Any] = [
        {"type": "heading", "heading": device.name_by_user or device.name}
    ]
    if camera := entities.get("camera"):
        cards.append(
            {
                "type": "picture-entity",
                "entity": camera,
                "camera_view": "auto",
                "show_name": False,
                "show_state": False,
            }
        )
    for key, more in TILES.items():
        if entity := entities.get(key):
            cards.append({"type": "tile", "entity": entity, **more})
    return cards
