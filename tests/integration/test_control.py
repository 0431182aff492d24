"""Orders that meet each other, a job that ends by itself, or a device that is silent."""

import asyncio

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.control import ABORT, PAUSE, async_order
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import FAST, MakeDevice, MakeEntry
from tests.integration.jobs import (
    PATIENT,
    buttons,
    press,
    reason,
    run_job,
    status_is,
    value,
    witness,
)


@pytest.fixture
async def device(make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(timing=PATIENT)


async def order_in_vain(
    hass: HomeAssistant, device: Device, key: str
) -> asyncio.Task[None]:
    """Press a button; the order is accepted, and never carried out.

    It looks on for as long as it may.
    """
    device.faults.replies[f"player {key}"] = "ok"
    ordering = hass.async_create_task(press(hass, key))
    await device.wait_command(f"player {key}")
    return ordering


async def test_an_abort_waits_for_no_other_order_and_ends_it(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    pausing = await order_in_vain(hass, device, "pause")
    began = hass.loop.time()
    await press(hass, "abort")

    assert hass.loop.time() - began < FAST.control_confirm / 2
    assert value(hass, "status") in ("aborting", "aborted")
    assert await reason(pausing) == "superseded"
    assert hass.loop.time() - began < FAST.control_confirm / 2


async def test_an_abort_sends_nothing_of_what_still_waits_for_its_turn(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    await run_job(hass, device)
    device.faults.replies["player pause"] = "ok"
    first, second = (
        hass.async_create_task(async_order(entry.runtime_data, PAUSE)) for _ in range(2)
    )
    await device.wait_command("player pause")
    await async_order(entry.runtime_data, ABORT)

    assert await reason(first) == "superseded"
    assert await reason(second) == "superseded"
    assert device.received.robot.count("player pause") == 1


async def test_a_pause_that_the_end_of_the_job_overtakes_says_so(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    pausing = await order_in_vain(hass, device, "pause")
    began = hass.loop.time()
    device.job.finish()

    assert await reason(pausing) == "job_over"
    assert hass.loop.time() - began < FAST.control_confirm / 2
    assert value(hass, "status") == "completed"


async def test_an_abort_that_the_end_of_the_job_overtakes_is_done(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    aborting = await order_in_vain(hass, device, "abort")
    device.job.finish()

    await aborting
    assert value(hass, "status") == "completed"


@pytest.mark.parametrize("key", ["pause", "abort"])
async def test_an_accepted_order_shows_before_the_device_does(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    key: str,
) -> None:
    status, offered = {
        "pause": ("pausing", {"abort"}),
        "abort": ("aborting", set[str]()),
    }[key]
    await make_entry(device)
    await run_job(hass, device)
    seen = witness(hass)
    # No report from now on, and the order is not carried out: the datagrams deny it.
    device.faults.replies["player report"] = "error RESOURCE_BUSY"
    device.faults.replies[f"player {key}"] = "ok"
    device.faults.muted = True
    ordering = hass.async_create_task(press(hass, key))
    await status_is(hass, status)
    assert buttons(hass) == offered
    assert not ordering.done()
    device.faults.muted = False
    await status_is(hass, "running")

    failure = {"pause": "not_paused", "abort": "not_aborted"}
    assert await reason(ordering) == failure[key]
    assert seen.event_types == []


async def test_what_is_shown_at_once_is_no_confirmation(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    await run_job(hass, device)
    await device.refuse_connections(ROBOT_PORT)
    device.faults.replies["player report"] = None
    device.faults.replies["player pause"] = "ok"
    ordering = hass.async_create_task(async_order(entry.runtime_data, PAUSE))
    await status_is(hass, "pausing")
    await device.drop_connections()

    assert await reason(ordering) == "not_paused"
    assert value(hass, "status") == "running"
