"""What the sensors say of a device."""

import json
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.flux3dp.sensor import SENSORS
from simulator import Device
from tests.integration.conftest import (
    ADDRESSES,
    UUID,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)

PREFIX = "sensor.delta_in_der_werkstatt_"
FOLDER = Path(__file__).parents[2] / "custom_components" / "flux3dp"


def value(hass: HomeAssistant, key: str) -> str:
    """Return a sensor's state."""
    state = hass.states.get(PREFIX + key)
    assert state is not None
    return state.state


async def test_each_sensor_is_named_after_the_uuid(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = await make_entry(await make_device())

    entries = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    sensors = {e.unique_id: e for e in entries if e.domain == "sensor"}

    assert set(sensors) == {f"{UUID}_{line.key}" for line in SENSORS}
    assert {e.unique_id.removeprefix(f"{UUID}_") for e in entries if e.disabled_by} == {
        "elapsed_time",
        "ip_address",
        "occupied_by",
    }


@pytest.mark.parametrize(
    ("st_id", "status"),
    [
        (1, "initializing"),
        (4, "starting"),
        (18, "resuming"),
        (16, "running"),
        (48, "paused"),
        (50, "pausing"),
        (128, "aborted"),
        (512, "fatal"),
        (1024, "toolhead_change"),
        (-1, "maintenance"),
        (-17, "cartridge_access"),
    ],
)
async def test_status_is_what_the_device_announces(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    st_id: int,
    status: str,
) -> None:
    device = await make_device()
    await make_entry(device)

    device.set_status(st_id=st_id)

    await wait_for_state(hass, f"{PREFIX}status", status)
    assert hass.states.get(f"{PREFIX}status").attributes["st_id"] == st_id


async def test_a_status_nobody_knows_is_unknown_with_its_number(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    await make_entry(device)

    device.set_status(st_id=2048)

    await wait_for_state(hass, f"{PREFIX}status", "unknown")
    assert hass.states.get(f"{PREFIX}status").attributes["st_id"] == 2048


async def test_a_job_from_start_to_end(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    assert value(hass, "progress") == "unknown"
    assert value(hass, "last_job_result") == "unknown"

    device.set_status(st_id=16, progress=0.5, head_module="EXTRUDER")
    await wait_for_state(hass, f"{PREFIX}progress", "50.0")
    assert value(hass, "toolhead") == "extruder"

    device.set_status(st_id=16, progress=float("nan"))
    await wait_until(hass, lambda: value(hass, "progress") in ("50.0", "unknown"))
    device.set_status(
        st_id=48, progress=0.6, error_label="HARDWARE_ERROR FILAMENT_RUNOUT"
    )
    await wait_for_state(hass, f"{PREFIX}status", "paused")
    error = hass.states.get(f"{PREFIX}error")
    assert error.state == "filament_runout"
    assert error.attributes["label"] == "HARDWARE_ERROR FILAMENT_RUNOUT"
    assert error.attributes["advice"] == "load_filament"

    device.set_status(st_id=64, progress=1.0, error_label="")
    await wait_for_state(hass, f"{PREFIX}last_job_result", "completed")
    assert value(hass, "error") == "none"


async def test_who_occupies_a_device_is_no_error(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    for key in ("ip_address", "occupied_by"):
        entity_registry.async_update_entity(PREFIX + key, disabled_by=None)
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert value(hass, "ip_address") == ADDRESSES[0]
    assert value(hass, "occupied_by") == "unknown"

    device.set_status(st_id=-1, occupied_by="192.168.1.77")

    await wait_for_state(hass, f"{PREFIX}occupied_by", "192.168.1.77")
    assert value(hass, "error") == "none"
    assert value(hass, "status") == "maintenance"


async def test_off_a_device_keeps_what_it_last_did(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.set_status(st_id=16, progress=0.5)
    await wait_for_state(hass, f"{PREFIX}status", "running")
    device.set_status(st_id=64, progress=1.0)
    await wait_for_state(hass, f"{PREFIX}last_job_result", "completed")

    await device.power_off()
    await wait_for_state(hass, f"{PREFIX}status", "offline")
    for key in ("progress", "toolhead", "error"):
        assert value(hass, key) == "unavailable"
    assert value(hass, "last_job_result") == "completed"

    await hass.config_entries.async_reload(entry.entry_id)
    assert value(hass, "last_job_result") == "completed"
    assert value(hass, "status") == "offline"


def test_every_state_and_sensor_has_words_and_an_icon() -> None:
    words = json.loads((FOLDER / "translations" / "en.json").read_text())["entity"]
    icons = json.loads((FOLDER / "icons.json").read_text())["entity"]

    for line in SENSORS:
        named = words["sensor"][line.translation_key]
        assert named["name"]
        assert set(named.get("state", {})) == set(line.options or [])
        assert icons["sensor"][line.translation_key]["default"].startswith("mdi:")
    assert set(words["sensor"]) == {line.key for line in SENSORS}
    assert set(icons["sensor"]) == {line.key for line in SENSORS}
