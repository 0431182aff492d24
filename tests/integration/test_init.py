"""A device comes up, goes away and comes up again."""

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from simulator import Device
from tests.integration.conftest import MakeEntry


async def test_a_running_device_is_there_at_once(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)

    assert entry.state is ConfigEntryState.LOADED
    assert hass.states.get("sensor.delta_in_der_werkstatt_status").state == "idle"
