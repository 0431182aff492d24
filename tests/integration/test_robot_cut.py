"""A job that is followed while its connection is cut, wherever that happens."""

from dataclasses import replace
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest

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

# About what a device says in a sign-in and three reports, in bytes, by generation.
SAID = {1: 1300, 2: 3900}
POINTS = 12


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


@pytest.mark.parametrize("cut", [0, 3, 8, 9, 60, 135, 250, 600, 1500])
async def test_wherever_it_is_cut_the_job_is_followed(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, cut: int
) -> None:
    entry = await make_entry(device)
    device.faults.robot.cut_after = cut
    seen = witness(hass)
    await run_job(hass, device)
    device.job.pause()
    await status_is(hass, "paused")
    await events_are(hass, seen, "started", "paused")

    device.faults.clear()
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert await hass.config_entries.async_unload(entry.entry_id)
    await device.wait_closed_connections()
    await events_are(hass, seen, "started", "paused")


async def test_cut_again_and_again_the_job_goes_on(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    """Each connection ends a little later in what a device says, to the end of a reply.

    Meanwhile the job pauses and resumes; that is all that is seen.
    """
    hurried = replace(FAST, robot_retry=0.05)
    with patch("custom_components.flux3dp.discovery.TIMING", hurried):
        entry = await make_entry(device)
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    number = entry.runtime_data.data.job.job_number
    seen = witness(hass)

    for point in range(POINTS):
        device.faults.robot.cut_after = point * SAID[device.generation] // POINTS
        before = connections(device)
        await device.drop_connections()
        # The second is made when the first has been cut.
        await device.wait_for(lambda before=before: connections(device) >= before + 2)
        if point % 2:
            device.job.resume()
            # An announcement alone is believed after a while: an abort looks the same.
            await wait_until(hass, lambda: seen.event_types[-1:] == ["resumed"])
        else:
            device.job.pause()
            await status_is(hass, "paused")

    device.faults.clear()
    device.received.robot.clear()
    await device.wait_for(lambda: device.received.robot.count("player report") > 9)
    assert entry.runtime_data.data.job.job_number == number
    assert set(seen.statuses) <= {"running", "pausing", "paused", "resuming"}
    settled = [status for status in seen.statuses if status in {"running", "paused"}]
    assert settled == ["paused", "running"] * (POINTS // 2)
    assert seen.event_types == ["paused", "resumed"] * (POINTS // 2)

    device.job.finish()
    await status_is(hass, "completed")
    assert seen.event_types[POINTS:] == ["completed"]
    await device.wait_closed_connections()
