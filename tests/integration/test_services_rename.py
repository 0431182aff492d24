"""The action `rename`: a name is given, announced and kept."""

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
import pytest

from simulator import Device
from tests.integration.conftest import MakeDevice, MakeEntry
from tests.integration.life import act, registered


async def test_rename_changes_device_announcement_and_registry(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)

    response = await act(hass, entry, "rename", name="Drucker im Büro 🖨")

    assert response == {"name": "Drucker im Büro 🖨"}
    assert device.name == "Drucker im Büro 🖨"
    assert registered(hass, entry).name == "Drucker im Büro 🖨"
    assert device.received.passwords == []
    await device.wait_closed_connections()


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "empty_name"),
        ("  ", "empty_name"),
        ("two\nlines", "control_characters"),
        ("\ud800", "control_characters"),
        ("ü" * 65, "name_too_long"),
    ],
)
async def test_a_name_the_device_would_not_show_is_refused_here(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    name: str,
    reason: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, entry, "rename", name=name)

    assert refused.value.translation_key == f"invalid_{reason}"
    assert device.received.connections == []


async def test_a_name_that_is_never_announced_is_an_error(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.faults.replies["rename"] = "ok"  # and nothing happens

    with pytest.raises(HomeAssistantError) as failed:
        await act(hass, entry, "rename", name="Attic")

    assert failed.value.translation_key == "rename_not_announced"
