"""Another program leaves a job as soon as it has ended: its end is told all the same."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import Timing
from simulator import Device
from tests.integration.conftest import FAST, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    connections,
    events_are,
    run_job,
    status_is,
    value,
    witness,
)


@pytest.fixture
def pace() -> Timing:
    """Return a pace at which a report outweighs announcements to the end of a test."""
    return replace(FAST, report_fresh=300.0, command=10.0)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


async def watched(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Have a job run whose reports are read from now on only if something calls for it."""
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    seldom = replace(FAST, report_interval=300.0, report_interval_close=0.05)
    monkeypatch.setattr(entry.runtime_data.monitor, "_timing", seldom)


async def test_an_announcement_that_contradicts_a_report_calls_for_another(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = await make_entry(device)
    await watched(hass, device, entry, monkeypatch)
    asked = device.received.robot.count("player report")

    device.job.pause()
    await status_is(hass, "paused")

    assert device.received.robot.count("player report") > asked
    assert connections(device) == 1


@pytest.mark.parametrize("end", ["completed", "aborted", "failed"])
async def test_an_end_that_only_an_announcement_showed_is_told(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
) -> None:
    entry = await make_entry(device)
    await watched(hass, device, entry, monkeypatch)
    seen = witness(hass)

    # No report shows the end: the device has nothing to say until it was left.
    device.faults.replies["player report"] = "error SUBSYSTEM_ERROR"
    if end == "failed":
        device.job.fail("HARDWARE_ERROR", "HOME_FAILED")
    elif end == "aborted":
        device.job.abort()
    else:
        device.job.finish()
    # Heard, and outweighed by the last report.
    await device.wait_for(lambda: (entry.runtime_data.data.status.st_id & 192) != 0)
    assert value(hass, "status") not in ("completed", "aborted", "idle")
    device.player.quit()
    await device.wait_for(lambda: device.status.st_id == 0)
    device.faults.clear()

    await events_are(hass, seen, end)
    await status_is(hass, "idle")
    assert value(hass, "last_job_result") == end
    assert value(hass, "jobs_completed") == ("1" if end == "completed" else "0")


async def test_a_job_that_was_left_in_the_middle_is_unknown(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The device was switched off and on, say, while nothing was announced."""
    entry = await make_entry(device)
    await watched(hass, device, entry, monkeypatch)
    device.job.set_progress(0.5)
    seen = witness(hass)

    await device.player.stop()
    device.set_status(st_id=0, progress=0.0, head_module="OFFLINE", error_label="")

    await status_is(hass, "idle")
    assert value(hass, "last_job_result") == "unknown"
    assert seen.event_types == []
