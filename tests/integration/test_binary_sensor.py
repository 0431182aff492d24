"""Whether a device works, needs somebody, and is there."""

import json
from pathlib import Path

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.flux3dp.binary_sensor import BINARY_SENSORS
from tests.integration.conftest import UUID, MakeDevice, MakeEntry, wait_until

PREFIX = "binary_sensor.delta_in_der_werkstatt_"
FOLDER = Path(__file__).parents[2] / "custom_components" / "flux3dp"


@pytest.mark.parametrize(
    ("st_id", "error_label", "running", "problem"),
    [
        (0, "", "off", "off"),
        (16, "", "on", "off"),
        (50, "", "off", "off"),
        (48, "", "off", "off"),
        (48, "HARDWARE_ERROR FILAMENT_RUNOUT", "off", "on"),
        (64, "", "off", "off"),
        (512, "", "off", "on"),
        (-1, "", "off", "off"),
    ],
)
async def test_running_and_problem_follow_the_status(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    *,
    st_id: int,
    error_label: str,
    running: str,
    problem: str,
) -> None:
    device = await make_device()
    entry = await make_entry(device)

    device.set_status(st_id=st_id, error_label=error_label)
    await wait_until(hass, lambda: entry.runtime_data.data.status.st_id == st_id)

    assert hass.states.get(f"{PREFIX}running").state == running
    assert hass.states.get(f"{PREFIX}problem").state == problem
    assert hass.states.get(f"{PREFIX}connectivity").state == "on"


async def test_a_problem_comes_with_its_advice(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await make_entry(device)

    device.set_status(st_id=48, error_label="HARDWARE_ERROR FILAMENT_RUNOUT")
    await wait_until(hass, lambda: hass.states.get(f"{PREFIX}problem").state == "on")

    attributes = hass.states.get(f"{PREFIX}problem").attributes
    assert attributes["error"] == "filament_runout"
    assert attributes["advice"] == "load_filament"


async def test_each_binary_sensor_is_named_after_the_uuid(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    await make_entry(await make_device())

    for line in BINARY_SENSORS:
        entity_id = PREFIX + line.key
        assert entity_registry.async_get(entity_id).unique_id == f"{UUID}_{line.key}"
    connectivity = entity_registry.async_get(f"{PREFIX}connectivity")
    assert connectivity.entity_category is EntityCategory.DIAGNOSTIC


def test_every_binary_sensor_has_words_and_an_icon() -> None:
    words = json.loads((FOLDER / "translations" / "en.json").read_text())["entity"]
    icons = json.loads((FOLDER / "icons.json").read_text())["entity"]

    keys = {line.translation_key for line in BINARY_SENSORS}
    assert set(words["binary_sensor"]) == keys
    assert set(icons["binary_sensor"]) == keys
