"""What the sensors and binary sensors say of a device and its job."""

from homeassistant.const import EntityCategory
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from custom_components.flux3dp.binary_sensor import BINARY_SENSORS
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.job.model import JobStatus
from custom_components.flux3dp.sensor import ALIKE, SENSORS
from simulator import Device
from tests.contract.files import INTEGRATION, read_json
from tests.integration.conftest import ADDRESSES, UUID, MakeEntry
from tests.integration.fakes import Home
from tests.integration.jobs import BRISK, TIME_COST, entity
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}


async def values_are(wired: Wired, **expected: str) -> None:
    def found() -> dict[str, str]:
        return {key: wired.value(key) for key in expected}

    try:
        await wired.until(lambda: found() == expected)
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
    assert new_home.value("ip_address") == ADDRESSES[0]
    assert new_home.value("progress") == new_home.value("last_job_result") == "unknown"

    for st_id, progress, label, expected, running, problem in ANNOUNCED:
        home.device.progress = progress
        await home.run(st_id, error=label)
        assert {key: new_home.value(key) for key in expected} == expected
        assert new_home.value("running", "binary_sensor") == running
        assert new_home.value("problem", "binary_sensor") == problem
        assert new_home.value("connectivity", "binary_sensor") == "on"
        assert new_home.look("sensor", "status").attributes["st_id"] == st_id
        if label:
            shared = {"error": expected["error"], "advice": expected["advice"]}
            attributes = new_home.look("binary_sensor", "problem").attributes
            assert {key: attributes[key] for key in shared} == shared
            error = new_home.look("sensor", "error").attributes
            assert error["label"] == label
            assert error["advice"] == expected["advice"]


@pytest.mark.parametrize(
    ("device", "toolhead", "icon"),
    [
        ({"model": "delta-1p"}, True, None),
        ({"model": "fbm1"}, False, "mdi:laser-pointer"),
        # It takes modules.
        ({"model": "ado1"}, True, "mdi:laser-pointer"),
        ({"model": "new-1"}, True, None),
    ],
    indirect=["device"],
)
async def test_a_machine_shows_what_it_can_be(
    unpaired: Wired,
    device: Device,
    entity_registry: er.EntityRegistry,
    toolhead: bool,
    icon: str | None,
) -> None:
    # What an earlier version had made is not left behind.
    entity_registry.async_get_or_create("sensor", DOMAIN, f"{UUID}_toolhead")
    await unpaired.set_up()
    found = entity_registry.async_get_entity_id("sensor", DOMAIN, f"{UUID}_toolhead")
    assert (found is not None) is toolhead
    if device.config.model == "fbm1":
        for key in ("filament_used", "nozzle_temperature"):
            assert unpaired.hass.states.get(entity("sensor", key)) is None
        assert unpaired.value("printing_time") == "0.0"

    for st_id, status, shown in ((16, "running", icon), (48, "paused", None)):
        device.set_status(st_id=st_id)
        await unpaired.status_is(status)
        assert unpaired.look("sensor", "status").attributes.get("icon") == shown


def finish_in(wired: Wired) -> float:
    finish = dt_util.parse_datetime(wired.value("finish_time"))
    assert finish is not None
    return (finish - dt_util.utcnow()).total_seconds()


async def test_the_times_of_a_job(wired: Wired, device: Device) -> None:
    for key in ("finish_time", "time_remaining", "job_duration"):
        assert wired.value(key) == "unknown"

    await wired.run_job()
    await values_are(wired, time_remaining="10")
    assert finish_in(wired) == pytest.approx(TIME_COST, abs=20)
    assert float(wired.value("job_duration")) == 10
    assert wired.entry.runtime_data.data.job.elapsed_minutes == 0

    # Inside the dead band it does not move, outside it does.
    held = wired.value("finish_time")
    device.job.set_progress(0.1)
    await values_are(wired, progress="10.0", finish_time=held)
    device.job.set_progress(0.3)
    await values_are(wired, progress="30.0", time_remaining="7")
    assert finish_in(wired) == pytest.approx(0.7 * TIME_COST * 0.91, abs=25)

    # What it still needs is known in a pause, when it will be done is not.
    await wired.press("pause")
    await values_are(wired, status="paused", finish_time="unknown")
    assert wired.value("time_remaining") != "unknown"

    await wired.press("cancel")
    unknown = {"finish_time": "unknown", "time_remaining": "unknown"}
    await values_are(wired, status="aborted", **unknown)


async def test_the_nozzle_follows_the_toolhead(wired: Wired, device: Device) -> None:
    assert wired.value("nozzle_temperature") == "unknown"
    await wired.run_job()
    state = wired.look("sensor", "nozzle_temperature")
    assert float(state.state) == pytest.approx(200, abs=1)
    assert state.attributes["unit_of_measurement"] == "°C"

    # Taken off: unknown, and neither 0 nor the last value.
    device.change_head(None)
    unknown = {"nozzle_temperature": "unknown", "nozzle_target": "unknown"}
    gone = {"status": "paused", "toolhead": "none", "error": "head_offline"}
    await values_are(wired, **gone, **unknown)

    device.change_head("EXTRUDER")
    await wired.press("resume")
    await values_are(wired, status="running", toolhead="extruder")
    assert float(wired.value("nozzle_temperature")) > 100


async def test_what_is_kept_while_the_device_is_off(home: Home) -> None:
    device = home.device
    for key in ("job_name", "job_started", "last_job_result"):
        assert home.value(key) == "unknown"
    assert home.value("printing_time") == home.value("filament_used") == "0.0"
    began = home.clock.now()
    home.entry.runtime_data.async_expect_job("vase.fc")
    device.metadata = (
        b'{"TIME_COST": "600", "FILAMENT_USED": "1500,500", "TITLE": "Vase"}'
    )
    device.progress = 0.0
    await home.run(seconds=60)
    # What was started here goes by its file's name, whatever its slicer called it.
    assert (home.value("job_name"), home.value("job_duration")) == ("vase.fc", "10.0")
    started = dt_util.parse_datetime(home.value("job_started"))
    assert started is not None
    assert started.timestamp() == pytest.approx(began, abs=1)
    device.progress = 0.5
    await home.advance(3)
    assert home.value("filament_used") == "1.0"
    await home.run(64, "COMPLETED", seconds=3)
    await home.done(home.press("clear"))
    home.listener.silent = True
    await home.until(lambda: home.value("status") == "offline")

    for _ in range(2):
        for key, kept in (
            ("job_name", "vase.fc"),
            ("last_job_result", "completed"),
            ("last_job_duration", "1.05"),
            ("jobs_completed", "1"),
            ("filament_used", "2.0"),
        ):
            assert home.value(key) == kept, key
        for key in ("time_remaining", "progress", "toolhead", "error"):
            assert home.value(key) == "unavailable"
        await home.done(home.reload())
        await home.advance(20)
        assert home.value("status") == "offline"
    assert home.entry.runtime_data.data.job.printing_time > 0
    for key, unit in (
        ("filament_used", "m"),
        ("printing_time", "h"),
        ("jobs_completed", None),
    ):
        attributes = home.look("sensor", key).attributes
        assert attributes["state_class"] == "total_increasing"
        assert attributes.get("unit_of_measurement") == unit
