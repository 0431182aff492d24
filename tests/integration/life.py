"""Entities that tests look at, who may use them, and what automations are made of."""

from typing import Any

from homeassistant.components import automation
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockUser

STATUS = "sensor.delta_in_der_werkstatt_status"
CONNECTIVITY = "binary_sensor.delta_in_der_werkstatt_connectivity"
PROGRESS = "sensor.delta_in_der_werkstatt_progress"


def may_control(user: MockUser, *entity_ids: str) -> None:
    """Leave a user these entities, and no others."""
    user.groups = []
    user.mock_policy({"entities": {"entity_ids": dict.fromkeys(entity_ids, True)}})


async def automate(hass: HomeAssistant, *automations: dict[str, Any]) -> None:
    """Have automations, which are all right."""
    config = {automation.DOMAIN: list(automations)}
    assert await async_setup_component(hass, automation.DOMAIN, config)
    await hass.async_block_till_done()
    assert len(hass.states.async_entity_ids(automation.DOMAIN)) == len(automations)
    for state in hass.states.async_all(automation.DOMAIN):
        assert state.state == "on", state


# Maintenance, and what of it heats.
WORK = ["home", "calibrate", "load_filament", "unload_filament"]
HEATS = ["load_filament", "unload_filament"]
