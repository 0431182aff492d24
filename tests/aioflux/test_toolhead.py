"""Toolheads: what they say of themselves, how hot they may get, and when they are not ready."""

import asyncio
from contextlib import nullcontext
from dataclasses import replace
import json
import math

import pytest

from custom_components.flux3dp.aioflux import (
    CommandFailed,
    InvalidRequest,
    Maintenance,
    Robot,
    ToolheadInfo,
    check_limit,
    check_temperature,
)
from simulator import Device, Timing as DeviceTiming

from .conftest import Line, having


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


# -- one that is not ready, or gone


@having(timing=replace(DeviceTiming.fast(), head_ready=0.2))
@pytest.mark.parametrize("toolhead", ["EXTRUDER", "LASER", None])
async def test_a_toolhead_that_is_not_known_yet_is_not_cold(
    device: Device, robot: Robot, toolhead: str | None
) -> None:
    """Over a new connection it is asked for anew; one that is gone does not heat."""
    async with robot.maintenance() as task:
        await task.wait_for_toolhead()
        await task.set_heater(200)
        device.change_head(toolhead)
        await device.drop_connections()
    assert device.nozzle.target == (0 if toolhead == "EXTRUDER" else 200)
    assert device.received.robot.count("headstatus") > 2


class Answering(Line):
    """A line to a device that answers each request with the next of these."""

    def __init__(self, *replies: str) -> None:
        super().__init__()
        self.replies = list(replies)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        self.say(self.replies.pop(0))


@pytest.mark.parametrize(
    ("refusal", "is_gone"),
    [
        ("HEAD_ERROR HEAD_OFFLINE", True),
        ("HEAD_ERROR TYPE_ERROR EXTRUDER LASER", True),
        ("UNKNOWN_ERROR", False),
    ],
)
async def test_a_toolhead_that_is_gone_does_not_heat(
    refusal: str, is_gone: bool
) -> None:
    task = Maintenance(Answering(f"error {refusal}", "ok").session)
    task.has_heated = True
    with nullcontext() if is_gone else pytest.raises(CommandFailed):
        await task.leave()
    assert task.has_heated is not is_gone


@pytest.mark.parametrize(
    "not_ready", ["RESOURCE_BUSY", "HEAD_ERROR TYPE_ERROR EXTRUDER N/A"]
)
@pytest.mark.parametrize(
    ("toolhead", "turned_off"), [("EXTRUDER", ["ok"]), ("LASER", []), ("N/A", [])]
)
async def test_a_toolhead_that_is_not_ready_is_waited_for(
    not_ready: str, toolhead: str, turned_off: list[str]
) -> None:
    """Then it turns its heater off, if it is one that heats."""
    status = [f'ok {{"module": "{toolhead}"}}'] * (10 if toolhead == "N/A" else 1)
    line = Answering(
        f"error {not_ready}",
        *([f"error {not_ready}"] if toolhead != "N/A" else ()),
        *status,
        f'ok {{"TYPE": "{toolhead}"}}',
        *turned_off,
        "ok",
    )
    task = Maintenance(line.session)
    task.has_heated = True
    await task.leave()
    assert not task.has_heated
    assert not line.replies


async def test_work_waits_for_a_toolhead_that_is_not_ready() -> None:
    busy, laser = "error RESOURCE_BUSY", 'ok {"module": "LASER"}'
    line = Answering(busy, 'ok {"module": "N/A"}', laser, "ok {}", "ok")
    await Maintenance(line.session).home()
    # Once more, and not for ever.
    line.replies += [busy, laser, "ok {}", busy]
    with pytest.raises(CommandFailed, match="RESOURCE_BUSY"):
        await Maintenance(line.session).home()
    assert not line.replies


async def test_a_load_that_is_stopped_before_its_toolhead_is_ready() -> None:
    """The device does not load yet, and would refuse the word that ends a load."""
    unknown, known = 'ok {"module": "N/A"}', 'ok {"module": "EXTRUDER"}'
    line = Answering("error RESOURCE_BUSY", unknown, known, "ok {}", "ok")
    task = Maintenance(line.session)
    loading = asyncio.create_task(task.load_filament(210))
    while b"headstatus" not in line.sent:  # noqa: ASYNC110 - no more than a turn of the loop
        await asyncio.sleep(0)
    await task.stop_loading()
    await loading
    await task.set_heater(0)
    assert b"stop_load_filament" not in line.sent
    assert not line.replies
