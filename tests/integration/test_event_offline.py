"""The event of the job while its device is off: what happened last stays what it is."""

from homeassistant.components.homeassistant import (
    DOMAIN as HOME_ASSISTANT,
    SERVICE_UPDATE_ENTITY,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.setup import async_setup_component
import pytest

from simulator import Device
from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import BRISK, entity, look, run_job, status_is, value


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


async def paused_and_off(hass: HomeAssistant, device: Device) -> None:
    """Have a job pause, then pull the plug."""
    await run_job(hass, device)
    device.job.runout()
    await wait_until(
        hass,
        lambda: look(hass, "event", "job").attributes["event_type"] == "paused",
    )
    await device.power_off()
    await status_is(hass, "offline")


def assert_kept(hass: HomeAssistant, before: State) -> None:
    """Make sure that the event is the one it was, with all that went with it."""
    after = look(hass, "event", "job")
    assert after.state == before.state != "unavailable"
    assert after.attributes["event_type"] == "paused"
    assert after.attributes["error"] == "filament_runout"


async def test_an_event_is_kept_by_a_device_that_is_off_when_somebody_looks(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await paused_and_off(hass, device)
    before = look(hass, "event", "job")
    assert await async_setup_component(hass, HOME_ASSISTANT, {})

    await hass.services.async_call(
        HOME_ASSISTANT,
        SERVICE_UPDATE_ENTITY,
        {"entity_id": entity("event", "job")},
        blocking=True,
    )

    assert value(hass, "progress") == "unavailable"
    assert_kept(hass, before)


async def test_an_event_is_kept_by_a_device_that_is_off_when_the_entry_is_loaded(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    await paused_and_off(hass, device)
    before = look(hass, "event", "job")

    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()

    assert value(hass, "status") == "offline"
    assert_kept(hass, before)


async def test_a_device_that_was_never_there_has_no_event_yet(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await device.power_off()
    await make_entry(device)

    assert value(hass, "status") == "offline"
    assert look(hass, "event", "job").state == "unknown"
