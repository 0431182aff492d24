"""The watch over a job: what it outlives, and what it asks once."""

import asyncio
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
import pytest

from custom_components.flux3dp.aioflux import Robot
from custom_components.flux3dp.aioflux.report import Report
from simulator import Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import FAST, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import BRISK, put_job, run_job, value
from tests.integration.life import registered


async def test_a_fault_of_ours_is_told_once_and_tried_again_after_a_rest(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device(timing=BRISK)
    await make_entry(device)
    tried: list[float] = []
    enough = asyncio.Event()

    async def broken(_robot: Robot) -> Report:
        tried.append(hass.loop.time())
        if len(tried) == 3:
            enough.set()
        raise RuntimeError("unforeseen")

    with monkeypatch.context() as fault:
        fault.setattr(Robot, "report", broken)
        await run_job(hass, device)
        async with asyncio.timeout(PATIENCE):
            await enough.wait()
    # Then it watches as if nothing had been.
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")

    rests = [later - earlier for earlier, later in pairwise(tried)]
    assert min(rests) >= FAST.robot_retry * 0.9
    [told] = [each for each in caplog.records if "unforeseen" in str(each.exc_info)]
    assert "Reading reports of" in told.getMessage()


async def test_a_device_that_is_disabled_in_mid_job_is_left_alone(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device.start_job(put_job(device))
    entry = await make_entry(device)
    coordinator = entry.runtime_data
    await wait_until(hass, lambda: coordinator.robot.is_open)
    registry_id = registered(hass, entry).id

    device_registry.async_update_device(
        registry_id, disabled_by=dr.DeviceEntryDisabler.USER
    )
    await device.wait_closed_connections()
    received = len(device.received.connections)
    sent = device.counters.notifies_sent
    await device.wait_for(lambda: device.counters.notifies_sent > sent + 20)
    await hass.async_block_till_done()

    assert len(device.received.connections) == received
    assert not coordinator.robot.is_open
    # Enabled again it is read again, before Home Assistant reloads it half a minute later.
    device_registry.async_update_device(registry_id, disabled_by=None)
    await wait_until(hass, lambda: coordinator.robot.is_open)


async def test_reports_are_a_sign_of_life(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=BRISK, multicast=False)
    entry = await make_entry(device)
    await run_job(hass, device)
    await wait_until(hass, lambda: entry.runtime_data.robot.is_open)

    async def reports(number: int) -> None:
        read = device.received.robot.count("player report")
        await device.wait_for(
            lambda: device.received.robot.count("player report") >= read + number
        )

    await reports(3)
    # It answers no probe from now on.
    device.faults.silent = True
    # More time than it takes to be silent.
    patience = FAST.unheard + FAST.probe_attempts * FAST.probe_interval
    await reports(int(3 * patience / FAST.report_interval))

    assert entry.runtime_data.data.online
    assert entry.runtime_data.reconnects == 0
