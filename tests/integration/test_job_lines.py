"""What is logged of a device and its reports in a job: one line down, and one up."""

from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import Timing
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    FAST,
    NAME,
    MakeDevice,
    MakeEntry,
    wait_until,
)
from tests.integration.jobs import (
    BRISK,
    out_of_contact,
    put_job,
    run_job,
    status_is,
    value,
)
from tests.integration.life import log_lines

LOST = f"{NAME} gives no reports of its job, only announcements"
BACK = f"{NAME} gives reports again"
OFF = f"{NAME} does not answer at {ADDRESSES[0]}"
ON = f"{NAME} is back at {ADDRESSES[0]}"


@pytest.fixture(params=[0.05, 0.3], ids=["hasty", "calm"])
def pace(request: pytest.FixtureRequest) -> Timing:
    """Return a pace at which a lost connection is tried again soon, or late.

    And at which a machine that does something else for a second loses no contact.
    """
    return replace(FAST, robot_retry=request.param, probe_interval=0.4)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


@pytest.fixture
async def watched(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> Device:
    """Return the device with a job that runs and is read of, nothing logged so far."""
    await make_entry(device)
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert log_lines(caplog) == []
    return device


async def test_a_device_that_is_switched_off_in_mid_job(
    hass: HomeAssistant, watched: Device, caplog: pytest.LogCaptureFixture
) -> None:
    await watched.power_off()
    await status_is(hass, "offline")
    assert log_lines(caplog) == [OFF]

    await watched.power_on()
    await status_is(hass, "idle")
    watched.start_job(put_job(watched))
    await watched.wait_command("player report")
    await status_is(hass, "running")
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert log_lines(caplog) == [OFF, ON]


async def test_a_device_that_is_out_of_contact_in_mid_job(
    hass: HomeAssistant, watched: Device, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        caplog.clear()
        async with out_of_contact(hass, watched):
            assert log_lines(caplog) == [OFF]
        await status_is(hass, "running")
        await wait_until(hass, lambda: value(hass, "nozzle_target") != "unknown")
        assert log_lines(caplog) == [OFF, ON]


async def test_a_device_that_is_there_and_gives_no_reports(
    hass: HomeAssistant, watched: Device, caplog: pytest.LogCaptureFixture
) -> None:
    await watched.refuse_connections(ROBOT_PORT)
    await watched.drop_connections()
    for status in ("paused", "running", "paused"):
        (watched.job.resume if status == "running" else watched.job.pause)()
        await status_is(hass, status)
    # Said when it was tried again in vain, and the device was heard meanwhile.
    await watched.wait_for(lambda: bool(log_lines(caplog)))
    [line] = log_lines(caplog)
    assert line.startswith(LOST)

    await watched.accept_connections(ROBOT_PORT)
    await watched.wait_for(lambda: len(log_lines(caplog)) > 1)
    assert log_lines(caplog)[1:] == [BACK]


async def test_a_connection_that_was_cut_for_a_moment_is_not_worth_a_line(
    hass: HomeAssistant, watched: Device, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        robot = watched.received.robot
        asked = robot.count("player report")
        await watched.drop_connections()
        await watched.wait_for(
            lambda asked=asked, robot=robot: robot.count("player report") > asked + 2
        )

    assert log_lines(caplog) == []
