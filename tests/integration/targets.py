"""What tests of triggers, conditions and actions by target share: homes and automations."""

from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    floor_registry as fr,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration import life


def registered(hass: HomeAssistant, device: Device) -> dr.DeviceEntry:
    """Return a device as it is in the registry now."""
    uuid = device.config.uuid
    entry = hass.config_entries.async_entry_for_domain_unique_id(DOMAIN, uuid)
    assert entry is not None
    return life.registered(hass, entry)


def change(hass: HomeAssistant, device: Device, **changes: Any) -> None:
    """Change what the registry says of a device, as its page does."""
    dr.async_get(hass).async_update_device(registered(hass, device).id, **changes)


def put_in_workshop(hass: HomeAssistant, device: Device) -> dict[str, str]:
    """Put a device into an area of a floor, with a label; return the ids of all three."""
    floor = fr.async_get(hass).async_create("Cellar")
    area = ar.async_get(hass).async_create("Workshop", floor_id=floor.floor_id)
    label = lr.async_get(hass).async_create("Machines")
    change(hass, device, area_id=area.id, labels={label.label_id})
    return {"area_id": area.id, "floor_id": floor.floor_id, "label_id": label.label_id}


async def automate(hass: HomeAssistant, *automations: dict[str, Any]) -> None:
    """Have automations, which are all right."""
    config = {automation.DOMAIN: list(automations)}
    assert await async_setup_component(hass, automation.DOMAIN, config)
    await hass.async_block_till_done()
    assert len(hass.states.async_entity_ids(automation.DOMAIN)) == len(automations)
    for state in hass.states.async_all(automation.DOMAIN):
        assert state.state == "on", state
