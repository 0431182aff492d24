"""Filament in a paused job."""

from homeassistant.core import HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from simulator import Device
from tests.integration.conftest import BOTH
from tests.integration.jobs import BRISK, press, reason, run_job, status_is, value
from tests.integration.life import act
from tests.integration.work import begin

DEVICE = {"timing": BRISK}


@BOTH
async def test_filament_is_loaded_in_a_paused_job(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    device.job.runout()
    await status_is(hass, "paused")
    assert value(hass, "advice") == "load_filament"
    answer = await act(hass, entry, "load_filament")
    assert answer == {"nozzle_is_hot": True, "temperature": None}
    assert "player load_filament 0" in device.received.robot
    assert value(hass, "status") == "paused"
    await press(hass, "resume")
    await status_is(hass, "running")
    assert value(hass, "error") == "none"

    device.job.pause()
    await status_is(hass, "paused")
    device.faults.replies["player load_filament"] = "error RESOURCE_BUSY"
    assert await reason(begin(hass, entry, "load_filament")) == "load_refused"
    device.faults.clear()
    assert await reason(begin(hass, entry, "unload_filament")) == "job_running"
