"""The watch over a job: what it outlives, and what it asks once."""

import asyncio
from itertools import pairwise

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import Robot
from custom_components.flux3dp.aioflux.report import Report
from simulator.waiting import PATIENCE
from tests.integration.conftest import FAST, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import BRISK, run_job, value


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
