"""The event of the job: each transition once, and nothing that nobody saw."""

from homeassistant.core import HomeAssistant
import pytest

from simulator import Device
from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    events_are,
    look,
    out_of_contact,
    put_job,
    run_another_job,
    run_job,
    status_is,
    value,
    witness,
)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


async def test_it_is_available_while_the_device_is_off(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    before = look(hass, "event", "job")
    assert before.state == "unknown"
    await device.power_off()
    await status_is(hass, "offline")
    assert look(hass, "event", "job") is before
    await device.power_on()
    await status_is(hass, "idle")
    assert look(hass, "event", "job") is before


async def test_it_carries_what_belongs_to_it(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    entry.runtime_data.async_expect_job("Löffel.fc")
    await run_job(hass, device)
    device.job.runout()
    await status_is(hass, "paused")

    attributes = look(hass, "event", "job").attributes
    assert attributes["event_type"] == "paused"
    assert attributes["name"] == "Löffel.fc"
    assert attributes["toolhead"] == "extruder"
    assert attributes["duration"] > 0
    assert attributes["error"] == "filament_runout"
    assert attributes["advice"] == "load_filament"


async def test_a_job_that_is_there_at_startup_did_not_just_start(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    device.start_job(put_job(device))
    await make_entry(device)
    seen = witness(hass)
    await status_is(hass, "running")
    assert look(hass, "event", "job").state == "unknown"
    device.job.pause()
    await status_is(hass, "paused")
    await events_are(hass, seen, "paused")


async def test_a_short_loss_of_contact_is_no_event(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)

    async with out_of_contact(hass, device):
        pass
    await status_is(hass, "running")
    await wait_until(hass, lambda: value(hass, "nozzle_target") != "unknown")
    await events_are(hass, seen, "started")


async def test_a_job_that_ended_while_contact_was_lost_is_told(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    """The report says that it is the same run."""
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")

    async with out_of_contact(hass, device):
        device.job.finish()
        # Announcements lag: the first one heard must show the end.
        await device.wait_for(lambda: device.status.st_id == 64)
    await status_is(hass, "completed")
    await events_are(hass, seen, "started", "completed")
    assert value(hass, "last_job_result") == "completed"
    assert value(hass, "jobs_completed") == "1"
    assert float(value(hass, "last_job_duration")) > 0


@pytest.mark.parametrize("error", ["", "HARDWARE_ERROR HOME_FAILED"])
async def test_a_job_that_was_aborted_or_failed_while_contact_was_lost_is_told(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, error: str
) -> None:
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")

    async with out_of_contact(hass, device):
        device.job.fail(*error.split()) if error else device.job.abort()
        await device.wait_for(lambda: device.status.st_id == 128)
    end = "failed" if error else "aborted"
    await events_are(hass, seen, "started", end)
    assert value(hass, "last_job_result") == end
    assert seen.events[-1].attributes["error"] == ("home_failed" if error else None)


async def test_another_job_after_a_loss_of_contact_is_no_event(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    seen = witness(hass)
    path = await run_job(hass, device)
    number = entry.runtime_data.data.job.job_number

    async with out_of_contact(hass, device):
        await run_another_job(device, path)
    await status_is(hass, "running")
    coordinator = entry.runtime_data
    await wait_until(hass, lambda: coordinator.data.job.job_number == number + 1)
    await events_are(hass, seen, "started")
    assert value(hass, "last_job_result") == "unknown"


async def test_a_reload_in_mid_job_is_no_event(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)
    before = look(hass, "event", "job")

    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    after = look(hass, "event", "job")
    await events_are(hass, seen, "started")
    assert after.state == before.state
    assert after.attributes["event_type"] == "started"
