"""What the sensors and binary sensors say of a device and its job."""

from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.binary_sensor import BINARY_SENSORS
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.job.model import JobStatus
from custom_components.flux3dp.sensor import ALIKE, SENSORS
from simulator import Device
from tests.contract.files import INTEGRATION, read_json
from tests.integration.conftest import (
    ADDRESSES,
    UUID,
    MakeDevice,
    MakeEntry,
    wait_until,
)
from tests.integration.fakes import Home
from tests.integration.jobs import (
    BRISK,
    TIME_COST,
    entity,
    look,
    press,
    run_job,
    status_is,
    value,
)

DEVICE = {"timing": BRISK}


async def values_are(hass: HomeAssistant, **expected: str) -> None:
    def found() -> dict[str, str]:
        return {key: value(hass, key) for key in expected}

    try:
        await wait_until(hass, lambda: found() == expected)
    except TimeoutError:
        assert found() == expected


async def test_what_there_is(
    device: Device, make_entry: MakeEntry, entity_registry: er.EntityRegistry
) -> None:
    # As it was before, without a category and under a name that a person gave.
    entity_registry.async_get_or_create(
        "sensor", DOMAIN, f"{UUID}_last_job_result", suggested_object_id="how_it_went"
    )
    entry = await make_entry(device)
    entries = er.async_entries_for_config_entry(entity_registry, entry.entry_id)
    for domain, lines in (("sensor", SENSORS), ("binary_sensor", BINARY_SENSORS)):
        found = {each.unique_id for each in entries if each.domain == domain}
        assert found == {f"{UUID}_{line.key}" for line in lines}
    disabled = {e.unique_id.removeprefix(f"{UUID}_") for e in entries if e.disabled_by}
    assert disabled == {
        *("elapsed_time", "ip_address", "occupied_by"),
        *("calibrate", "load_filament", "unload_filament"),
    }
    renamed = entity_registry.async_get("sensor.how_it_went")
    connectivity = entity_registry.async_get(entity("binary_sensor", "connectivity"))
    for each in (renamed, connectivity):
        assert each is not None
        assert each.entity_category is EntityCategory.DIAGNOSTIC
    # What people look for comes before statistics.
    first = {line.key for line in SENSORS if line.entity_category is None}
    assert {"status", "progress", "error", "advice", "time_remaining"} <= first
    assert not {"job_duration", "nozzle_target", "last_job_duration"} & first


def test_a_laser_has_its_icon_wherever_a_printer_would_be_shown() -> None:
    status = read_json(INTEGRATION / "icons.json")["entity"]["sensor"]["status"]
    printers = {
        state
        for state in JobStatus
        if "printer" in status["state"].get(state, status["default"])
    }
    assert printers | ALIKE == set(JobStatus)
    assert not printers & ALIKE


RUNOUT = "HARDWARE_ERROR FILAMENT_RUNOUT"
# What is announced: status, progress, error; what sensors show then, and whether it is running, and a problem.
ANNOUNCED: list[tuple[int, float, str, dict[str, str], str, str]] = [
    (16, 0.5, "", {"status": "running", "progress": "50.0"}, "on", "off"),
    (50, 0.5, "", {"status": "pausing"}, "off", "off"),
    (
        *(48, 0.6, RUNOUT),
        {"status": "paused", "error": "filament_runout", "advice": "load_filament"},
        *("off", "on"),
    ),
    # A status that has no name yet, with its number.
    (2048, 0.6, "", {"status": "unknown", "error": "none"}, "on", "off"),
    (
        *(64, 1.0, ""),
        {"status": "completed", "last_job_result": "completed", "advice": "unknown"},
        *("off", "off"),
    ),
    (512, 1.0, "", {"status": "fatal", "error": "other"}, "off", "on"),
    # Who occupies a device is no error.
    (
        *(-1, 0.0, ""),
        {"status": "maintenance", "error": "none", "occupied_by": "192.168.1.77"},
        *("off", "off"),
    ),
    (0, 0.0, "", {"status": "idle", "occupied_by": "unknown"}, "off", "off"),
]


async def test_what_a_device_announces(
    new_home: Home, entity_registry: er.EntityRegistry
) -> None:
    home, hass = new_home, new_home.hass
    await home.setup(hold=False)
    for key in ("ip_address", "occupied_by"):
        entity_registry.async_update_entity(entity("sensor", key), disabled_by=None)
    await hass.config_entries.async_reload(home.entry.entry_id)
    await home.announce()
    assert value(hass, "ip_address") == ADDRESSES[0]
    assert value(hass, "progress") == value(hass, "last_job_result") == "unknown"

    for st_id, progress, label, expected, running, problem in ANNOUNCED:
        home.device.progress = progress
        await home.run(st_id, error=label)
        assert {key: value(hass, key) for key in expected} == expected
        assert value(hass, "running", "binary_sensor") == running
        assert value(hass, "problem", "binary_sensor") == problem
        assert value(hass, "connectivity", "binary_sensor") == "on"
        assert look(hass, "sensor", "status").attributes["st_id"] == st_id
        if label:
            shared = {"error": expected["error"], "advice": expected["advice"]}
            attributes = look(hass, "binary_sensor", "problem").attributes
            assert {key: attributes[key] for key in shared} == shared
            error = look(hass, "sensor", "error").attributes
            assert error["label"] == label
            assert error["advice"] == expected["advice"]


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
    if model == "fbm1":
        for key in ("filament_used", "nozzle_temperature"):
            assert hass.states.get(entity("sensor", key)) is None
        assert value(hass, "printing_time") == "0.0"

    for st_id, status, shown in ((16, "running", icon), (48, "paused", None)):
        device.set_status(st_id=st_id)
        await status_is(hass, status)
        assert look(hass, "sensor", "status").attributes.get("icon") == shown


def finish_in(hass: HomeAssistant) -> float:
    finish = dt_util.parse_datetime(value(hass, "finish_time"))
    assert finish is not None
    return (finish - dt_util.utcnow()).total_seconds()


async def test_the_times_of_a_job(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    for key in ("finish_time", "time_remaining", "job_duration"):
        assert value(hass, key) == "unknown"

    await run_job(hass, device)
    await values_are(hass, time_remaining="10")
    assert finish_in(hass) == pytest.approx(TIME_COST, abs=20)
    assert float(value(hass, "job_duration")) == 10
    assert entry.runtime_data.data.job.elapsed_minutes == 0

    # Inside the dead band it does not move, outside it does.
    held = value(hass, "finish_time")
    device.job.set_progress(0.1)
    await values_are(hass, progress="10.0", finish_time=held)
    device.job.set_progress(0.3)
    await values_are(hass, progress="30.0", time_remaining="7")
    assert finish_in(hass) == pytest.approx(0.7 * TIME_COST * 0.91, abs=25)

    # What it still needs is known in a pause, when it will be done is not.
    await press(hass, "pause")
    await values_are(hass, status="paused", finish_time="unknown")
    assert value(hass, "time_remaining") != "unknown"

    await press(hass, "cancel")
    unknown = {"finish_time": "unknown", "time_remaining": "unknown"}
    await values_are(hass, status="aborted", **unknown)


@pytest.mark.usefixtures("entry")
async def test_the_nozzle_follows_the_toolhead(
    hass: HomeAssistant, device: Device
) -> None:
    assert value(hass, "nozzle_temperature") == "unknown"
    await run_job(hass, device)
    state = look(hass, "sensor", "nozzle_temperature")
    assert float(state.state) == pytest.approx(200, abs=1)
    assert state.attributes["unit_of_measurement"] == "°C"

    # Taken off: unknown, and neither 0 nor the last value.
    device.change_head(None)
    unknown = {"nozzle_temperature": "unknown", "nozzle_target": "unknown"}
    gone = {"status": "paused", "toolhead": "none", "error": "head_offline"}
    await values_are(hass, **gone, **unknown)

    device.change_head("EXTRUDER")
    await press(hass, "resume")
    await values_are(hass, status="running", toolhead="extruder")
    assert float(value(hass, "nozzle_temperature")) > 100


async def test_what_is_kept_while_the_device_is_off(home: Home) -> None:
    hass, device = home.hass, home.device
    for key in ("job_name", "job_started", "last_job_result"):
        assert value(hass, key) == "unknown"
    assert value(hass, "printing_time") == value(hass, "filament_used") == "0.0"
    began = home.clock.now()
    home.entry.runtime_data.async_expect_job("vase.fc")
    device.metadata = (
        b'{"TIME_COST": "600", "FILAMENT_USED": "1500,500", "TITLE": "Vase"}'
    )
    device.progress = 0.0
    await home.run()
    await home.advance(60)
    # What was started here goes by its file's name, whatever its slicer called it.
    assert (value(hass, "job_name"), value(hass, "job_duration")) == ("vase.fc", "10.0")
    started = dt_util.parse_datetime(value(hass, "job_started"))
    assert started is not None
    assert started.timestamp() == pytest.approx(began, abs=1)
    device.progress = 0.5
    await home.advance(3)
    assert value(hass, "filament_used") == "1.0"
    await home.run(64, "COMPLETED")
    await home.advance(3)
    await home.done(press(hass, "clear"))
    home.listener.silent = True
    await home.until(lambda: value(hass, "status") == "offline")

    for _ in range(2):
        for key, kept in (
            ("job_name", "vase.fc"),
            ("last_job_result", "completed"),
            ("last_job_duration", "1.05"),
            ("jobs_completed", "1"),
            ("filament_used", "2.0"),
        ):
            assert value(hass, key) == kept, key
        for key in ("time_remaining", "progress", "toolhead", "error"):
            assert value(hass, key) == "unavailable"
        await home.done(hass.config_entries.async_reload(home.entry.entry_id))
        await home.advance(20)
        assert value(hass, "status") == "offline"
    assert home.entry.runtime_data.data.job.printing_time > 0
    for key, unit in (
        ("filament_used", "m"),
        ("printing_time", "h"),
        ("jobs_completed", None),
    ):
        attributes = look(hass, "sensor", key).attributes
        assert attributes["state_class"] == "total_increasing"
        assert attributes.get("unit_of_measurement") == unit
