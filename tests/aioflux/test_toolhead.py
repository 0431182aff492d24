"""Toolheads: what they say of themselves, and how hot they may get."""

import json
import math

import pytest

from custom_components.flux3dp.aioflux import (
    InvalidRequest,
    Robot,
    ToolheadInfo,
    check_limit,
    check_temperature,
)
from simulator import Device


async def test_what_a_toolhead_says_can_be_shown(device: Device, robot: Robot) -> None:
    said = {"TYPE": "LA\x1bSER", "VERSION": "", "MAX_TEMPERATURE": "1_000"}
    device.faults.replies["headinfo"] = f"ok {json.dumps(said)}"
    device.faults.replies["headstatus"] = 'ok {"module": "EXTRUDER", "rt": [1e300]}'
    async with robot.maintenance() as task:
        info, status = await task.toolhead_info(), await task.toolhead_status()
    assert (info.type, info.version, info.max_temperature) == ("LASER", None, None)
    assert (status.type, status.temperature) == ("EXTRUDER", None)


@pytest.mark.parametrize("temperature", [169.9, -math.inf, math.nan])
def test_no_filament_moves_when_it_is_cold(temperature: float) -> None:
    with pytest.raises(InvalidRequest) as caught:
        check_temperature(temperature)
    assert (caught.value.reason, caught.value.limit) == ("too_cold", 170)
    check_temperature(170)


@pytest.mark.parametrize(
    ("most", "reason", "limit"),
    [(200.0, "too_hot", 200), (260.0, "too_hot", 260), (None, "limit_unknown", 235)],
)
def test_what_a_toolhead_takes(most: float | None, reason: str, limit: float) -> None:
    head = ToolheadInfo(type="EXTRUDER", version=None, max_temperature=most, raw={})
    for temperature in (limit + 1, math.inf, math.nan):
        with pytest.raises(InvalidRequest) as caught:
            check_limit(temperature, head)
        assert (caught.value.reason, caught.value.limit) == (reason, limit)
    check_limit(limit, head)


@pytest.mark.parametrize("said", ["900", "0", "hot"])
async def test_a_limit_that_is_none_is_unknown(
    device: Device, robot: Robot, said: str
) -> None:
    device.faults.replies["headinfo"] = f'ok {{"MAX_TEMPERATURE": "{said}"}}'
    async with robot.maintenance() as task:
        for _ in range(2):
            # A toolhead that was not read is one that says nothing.
            with pytest.raises(InvalidRequest) as caught:
                await task.load_filament(236)
            assert caught.value.reason == "limit_unknown"
            await task.toolhead_info()
    assert device.nozzle.target == 0
