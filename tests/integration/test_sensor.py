"""What the sensors say of a device."""

import json
from pathlib import Path

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.job.model import JobStatus
from custom_components.flux3dp.sensor import ALIKE, SENSORS
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


async def test_status_says_so_where_the_identity_was_not_verified(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(await make_device(), verified=True)
    assert "verified" not in hass.states.get(f"{PREFIX}status").attributes

    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "verified": False}
    )
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    assert hass.states.get(f"{PREFIX}status").attributes["verified"] is False


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
    assert value(hass, "advice") == "load_filament"

    device.set_status(st_id=64, progress=1.0, error_label="")
    await wait_for_state(hass, f"{PREFIX}last_job_result", "completed")
    assert value(hass, "error") == "none"
    assert value(hass, "advice") == "unknown"


async def test_what_people_look_for_comes_before_statistics(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    # As it was before, without a category and under a name of somebody's own.
    before = entity_registry.async_get_or_create(
        "sensor", DOMAIN, f"{UUID}_last_job_result", suggested_object_id="how_it_went"
    )
    await make_entry(await make_device())
    after = entity_registry.async_get("sensor.how_it_went")
    assert after is not None
    assert after.unique_id == before.unique_id
    assert after.entity_category is EntityCategory.DIAGNOSTIC
    first = {line.key for line in SENSORS if line.entity_category is None}
    assert {"status", "progress", "error", "advice", "time_remaining"} <= first
    assert not {"job_duration", "nozzle_target", "last_job_duration"} & first


async def test_a_count_has_no_unit(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    await make_entry(await make_device())
    state = hass.states.get(f"{PREFIX}jobs_completed")
    assert state is not None
    assert state.attributes["state_class"] == "total_increasing"
    assert "unit_of_measurement" not in state.attributes


@pytest.mark.parametrize(
    ("model", "toolhead", "icon"),
    [
        ("delta-1p", True, None),
        ("fbm1", False, "mdi:laser-pointer"),
        # It takes modules.
        ("ado1", True, "mdi:laser-pointer"),
        ("new-1", True, None),
    ],
)
async def test_a_machine_shows_what_it_can_be(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    entity_registry: er.EntityRegistry,
    *,
    model: str,
    toolhead: bool,
    icon: str | None,
) -> None:
    device = await make_device(model=model)
    # What an earlier version had made is not left behind.
    entity_registry.async_get_or_create("sensor", DOMAIN, f"{UUID}_toolhead")
    await make_entry(device)
    found = entity_registry.async_get_entity_id("sensor", DOMAIN, f"{UUID}_toolhead")
    assert (found is not None) is toolhead

    for st_id, status, shown in ((16, "running", icon), (48, "paused", None)):
        device.set_status(st_id=st_id)
        await wait_for_state(hass, f"{PREFIX}status", status)
        assert hass.states.get(f"{PREFIX}status").attributes.get("icon") == shown


def test_a_laser_has_its_icon_wherever_a_printer_would_be_shown() -> None:
    icons = json.loads((FOLDER / "icons.json").read_text())["entity"]["sensor"]
    printers = {
        state
        for state in JobStatus
        if "printer" in icons["status"]["state"].get(state, icons["status"]["default"])
    }
    assert printers | ALIKE == set(JobStatus)
    assert not printers & ALIKE


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
