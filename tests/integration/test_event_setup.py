"""What happens to a job while the entry is being set up: seen is told, once, in order."""

from dataclasses import replace

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant, callback
import pytest

from custom_components.flux3dp.aioflux import Timing
from custom_components.flux3dp.job.model import JobEvent
from custom_components.flux3dp.job.signals import JobSignal, async_subscribe
from simulator import Device
from tests.integration.conftest import FAST, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import BRISK, events_are, look, put_job, status_is, witness


@pytest.fixture
def pace() -> Timing:
    """Return a pace at which a setup waits for as long as the device says who it is."""
    return replace(FAST, setup_wait=5.0, touch_attempts=100)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


def listen(hass: HomeAssistant, device: Device) -> list[str]:
    """Return what device triggers hear of, as they do."""
    heard: list[str] = []

    @callback
    def hear(signal: JobSignal) -> None:
        event = signal.event
        heard.append(event.type.value if isinstance(event, JobEvent) else "problem")

    async_subscribe(hass, hear, device.config.uuid)
    return heard


async def announced(device: Device) -> None:
    """Wait until a device has said several times what it does now."""
    sent = device.counters.notifies_sent
    await device.wait_for(lambda: device.counters.notifies_sent > sent + 5)


async def test_what_is_seen_before_the_entities_are_there_is_told_when_they_are(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False)
    heard, seen = listen(hass, device), witness(hass)
    # It announces what it does, and does not say who it is.
    device.faults.silent = True
    setting_up = hass.async_create_task(
        hass.config_entries.async_setup(entry.entry_id), eager_start=True
    )
    await announced(device)
    job = device.start_job(put_job(device))
    await device.wait_for(lambda: job.state.label == "RUNNING")
    await announced(device)
    job.pause()
    await device.wait_for(lambda: device.status.st_id == 48)
    await announced(device)
    assert entry.state is ConfigEntryState.SETUP_IN_PROGRESS
    assert hass.states.get("event.delta_in_der_werkstatt_job") is None

    device.faults.silent = False
    assert await setting_up
    await hass.async_block_till_done()

    await events_are(hass, seen, "started", "paused")
    assert heard == ["started", "paused"]
    assert look(hass, "event", "job").attributes["event_type"] == "paused"
    # Nor is it told again.
    await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await status_is(hass, "paused")
    job.resume()
    await status_is(hass, "running")
    await wait_until(hass, lambda: heard[-1] == "resumed")
    assert heard == seen.event_types == ["started", "paused", "resumed"]
