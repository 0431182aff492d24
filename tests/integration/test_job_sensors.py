"""The sensors of a job: times, temperatures, names and counts."""

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
import pytest

from simulator import Device
from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    TIME_COST,
    entity,
    look,
    press,
    put_job,
    run_job,
    status_is,
    value,
)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


def finish_in(hass: HomeAssistant) -> float:
    """Return the seconds until the finish time."""
    finish = dt_util.parse_datetime(value(hass, "finish_time"))
    assert finish is not None
    return (finish - dt_util.utcnow()).total_seconds()


async def test_the_times_of_a_job(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    entry = await make_entry(device)
    elapsed = entity_registry.async_get(entity("sensor", "elapsed_time"))
    assert elapsed is not None
    assert elapsed.disabled_by is er.RegistryEntryDisabler.INTEGRATION
    for key in ("finish_time", "time_remaining", "job_duration"):
        assert value(hass, key) == "unknown"

    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "time_remaining") != "unknown")
    assert value(hass, "time_remaining") == "10"
    assert finish_in(hass) == pytest.approx(TIME_COST, abs=20)
    assert float(value(hass, "job_duration")) == 10
    assert entry.runtime_data.data.job.elapsed_minutes == 0

    # Inside the dead band it does not move, outside it does.
    held = value(hass, "finish_time")
    device.job.set_progress(0.1)
    await wait_until(hass, lambda: value(hass, "progress") == "10.0")
    assert value(hass, "finish_time") == held
    device.job.set_progress(0.3)
    await wait_until(hass, lambda: value(hass, "progress") == "30.0")
    assert finish_in(hass) == pytest.approx(0.7 * TIME_COST * 0.91, abs=25)
    assert value(hass, "time_remaining") == "7"

    # What it still needs is known in a pause, when it will be done is not.
    await press(hass, "pause")
    await status_is(hass, "paused")
    assert value(hass, "finish_time") == "unknown"
    assert value(hass, "time_remaining") != "unknown"

    await press(hass, "cancel")
    await status_is(hass, "aborted")
    for key in ("finish_time", "time_remaining"):
        assert value(hass, key) == "unknown"


async def test_no_time_is_invented(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device, TIME_COST=None)
    device.job.set_progress(0.5)
    await wait_until(hass, lambda: value(hass, "progress") == "50.0")
    for key in ("finish_time", "time_remaining", "job_duration"):
        assert value(hass, key) == "unknown"


async def test_the_nozzle_follows_the_toolhead(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    assert value(hass, "nozzle_temperature") == "unknown"
    await run_job(hass, device)
    state = look(hass, "sensor", "nozzle_temperature")
    assert float(state.state) == pytest.approx(200, abs=1)
    assert state.attributes["unit_of_measurement"] == "°C"

    # Taken off: unknown, and neither 0 nor the last value.
    device.change_head(None)
    await status_is(hass, "paused")
    await wait_until(hass, lambda: value(hass, "toolhead") == "none")
    assert value(hass, "nozzle_temperature") == "unknown"
    assert value(hass, "nozzle_target") == "unknown"
    assert value(hass, "error") == "head_offline"

    device.change_head("EXTRUDER")
    await press(hass, "resume")
    await status_is(hass, "running")
    assert value(hass, "toolhead") == "extruder"
    assert float(value(hass, "nozzle_temperature")) > 100


async def test_a_laser_on_the_same_machine_has_no_nozzle_to_read(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=BRISK, toolhead="LASER")
    await make_entry(device)
    await run_job(hass, device, HEAD_TYPE="LASER")
    assert value(hass, "toolhead") == "laser"
    assert value(hass, "nozzle_temperature") == "unknown"


async def test_what_is_kept_while_the_device_is_off(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    assert value(hass, "job_name") == "unknown"
    assert value(hass, "jobs_completed") == "0"
    entry.runtime_data.async_expect_job("vase.fc")
    await run_job(hass, device)
    assert value(hass, "job_name") == "vase.fc"
    device.job.finish()
    await status_is(hass, "completed")
    duration = value(hass, "last_job_duration")
    await press(hass, "clear")
    await device.power_off()
    await status_is(hass, "offline")

    assert value(hass, "time_remaining") == "unavailable"
    assert value(hass, "job_name") == "vase.fc"
    assert value(hass, "last_job_result") == "completed"
    assert value(hass, "last_job_duration") == duration
    assert float(duration) > 0
    state = look(hass, "sensor", "jobs_completed")
    assert state.state == "1"
    assert state.attributes["state_class"] == "total_increasing"


async def test_a_name_that_is_taken_back_is_given_to_nobody(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    entry.runtime_data.async_expect_job("vase.fc")
    entry.runtime_data.async_expect_job(None)
    await run_job(hass, device)
    assert value(hass, "job_name") == "unknown"


async def test_a_job_has_the_name_that_its_slicer_gave_it(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    device.start_job()
    await wait_until(hass, lambda: value(hass, "job_name") == "calibration cube")


async def test_a_title_of_any_length_is_a_name(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    device.start_job(put_job(device, TITLE=f" {'☃' * 300}"))
    await wait_until(hass, lambda: value(hass, "job_name") == "☃" * 255)


async def test_what_was_started_here_goes_by_its_file_s_name(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    entry.runtime_data.async_expect_job("vase.fc")
    await run_job(hass, device, TITLE="Vase")
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert value(hass, "job_name") == "vase.fc"
