"""The start of a job waits for the job's name, which its device tells a moment later."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import Timing
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import FAST, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    events_are,
    look,
    put_job,
    status_is,
    value,
    witness,
)


@pytest.fixture
def pace() -> Timing:
    """Return a pace at which nothing is sent for want of patience."""
    return replace(FAST, job_name=3600.0)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


def names(hass: HomeAssistant) -> object:
    """Return the name in the last event."""
    return look(hass, "event", "job").attributes["name"]


async def initializes(hass: HomeAssistant, device: Device) -> None:
    """Have a job called Boat initialize, which cannot tell yet what it is."""
    device.player.held.add("INIT")
    device.start_job(put_job(device, TITLE="Boat"))
    await status_is(hass, "initializing")


async def test_the_start_has_the_name_and_what_follows_keeps_its_place(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    # It will have paused before anything can be learnt.
    device.change_head("LASER")
    await initializes(hass, device)
    await device.wait_command("player report")
    assert seen.event_types == []

    device.player.held.clear()

    await events_are(hass, seen, "started", "paused")
    assert [event.attributes["name"] for event in seen.events] == ["Boat", "Boat"]
    assert seen.events[0].attributes["toolhead"] == "extruder"
    assert seen.events[1].attributes["error"] == "wrong_toolhead"


async def test_a_job_without_a_name_starts_without_one(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    device.start_job(put_job(device, TITLE=None))
    await events_are(hass, seen, "started")
    assert names(hass) is None


async def test_a_device_that_cannot_tell_keeps_nothing_back(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    device.faults.replies["player info"] = "error NO_TASK"
    device.start_job(put_job(device, TITLE="Boat"))
    await events_are(hass, seen, "started")
    assert names(hass) is None


@pytest.mark.parametrize("hold", [True, False])
async def test_without_a_robot_connection_nothing_is_waited_for(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, hold: bool
) -> None:
    entry = await make_entry(device, setup=False)
    options = {CONF_HOLD_CONNECTION: hold}
    hass.config_entries.async_update_entry(entry, options=options)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    if hold:
        await device.refuse_connections(ROBOT_PORT)
    seen = witness(hass)
    device.start_job(put_job(device, TITLE="Boat"))
    await events_are(hass, seen, "started")
    assert names(hass) is None


async def test_a_start_that_waits_is_told_when_the_entry_is_unloaded(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    seen = witness(hass)
    await initializes(hass, device)
    await device.wait_command("player report")
    assert seen.event_types == []

    assert await hass.config_entries.async_unload(entry.entry_id)
    await hass.async_block_till_done()

    assert seen.event_types == ["started"]


async def test_patience_has_an_end(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = await make_entry(device)
    monkeypatch.setattr(entry.runtime_data.dispatcher, "_patience", 0.1)
    seen = witness(hass)
    await initializes(hass, device)
    await events_are(hass, seen, "started")
    assert names(hass) is None
    # What is learnt later is shown all the same.
    device.player.held.clear()
    await wait_until(hass, lambda: value(hass, "job_name") == "Boat")
    assert seen.event_types == ["started"]


async def test_a_job_that_fails_within_a_second_is_told_by_name(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    device.faults.muted = device.faults.silent = True
    device.start_job(put_job(device, TITLE="Boat"))
    device.job.fail("HARDWARE_ERROR", "HOME_FAILED")
    await device.wait_for(lambda: device.status.st_id == 128)
    device.faults.clear()

    await events_are(hass, seen, "started", "failed")
    assert [event.attributes["name"] for event in seen.events] == ["Boat", "Boat"]
    assert seen.events[1].attributes["error"] == "home_failed"
    assert value(hass, "last_job_result") == "failed"
    assert value(hass, "jobs_completed") == "0"
