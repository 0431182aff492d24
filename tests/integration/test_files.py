"""Files by actions: from an upload to a job that is seen to run, and what is refused."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from simulator.files import example_job
from tests.integration.conftest import MakeDevice
from tests.integration.jobs import (
    BRISK,
    GOES_ON,
    events_are,
    press,
    reason,
    status_is,
    value,
    witness,
)
from tests.integration.life import STATUS

JOB = example_job("Boat", seconds=600)

type Call = Callable[..., Awaitable[dict[str, Any]]]


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


@pytest.fixture
def call(hass: HomeAssistant, entry: MockConfigEntry) -> Call:
    """Return what calls an action on the usual device, and returns its answer."""

    async def act(name: str, **data: object) -> dict[str, Any]:
        returns = name != "delete_file"
        answer = await hass.services.async_call(
            DOMAIN,
            name,
            {"entity_id": STATUS, **data},
            blocking=True,
            return_response=returns,
        )
        return dict(answer or {})

    return act


@pytest.fixture
def source(hass: HomeAssistant, tmp_path: Path) -> Path:
    """Return a job file in a folder that is allowed."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    path = tmp_path / "boat.fc"
    path.write_bytes(JOB)
    return path


async def fails(task: Awaitable[Any]) -> str | None:
    """Return the translation key of what goes wrong."""
    return await reason(asyncio.ensure_future(task))


async def finish(hass: HomeAssistant, device: Device) -> None:
    """Have the job run to its end, and clear it."""
    await status_is(hass, "running")
    device.job.finish()
    await status_is(hass, "completed")
    await press(hass, "clear")
    await status_is(hass, "idle")


async def test_from_a_file_to_its_end(
    hass: HomeAssistant, device: Device, source: Path, call: Call
) -> None:
    seen = witness(hass)
    answer = await call("upload_file", source=str(source), path="SD/Küche/a 'b'.fc")
    assert answer == {
        "path": "SD/Küche/a 'b'.fc",
        "name": "Boat",
        "size": len(JOB),
        "started": False,
    }
    assert device.files.read("SD", "Küche/a 'b'.fc") == JOB
    listed = await call("list_files", path="SD/Küche/")
    assert {it["path"]: it["type"] for it in listed["entries"]} == {
        "SD/Küche/Löffel 'groß'.fc": "file",
        "SD/Küche/a 'b'.fc": "file",
    }
    info = await call("file_info", path="SD/Küche/a 'b'.fc")
    assert (info["name"], info["toolhead"]) == ("Boat", "extruder")
    assert (info["duration"], info["filament_used"], info["travel_distance"]) == (
        600.0,
        300.0,
        12000.0,
    )
    assert info["has_preview"]

    assert (await call("start_job", path="SD/Küche/a 'b'.fc"))["name"] == "Boat"
    assert value(hass, "status") in GOES_ON
    assert value(hass, "job_name") == "Boat"
    await finish(hass, device)
    await events_are(hass, seen, "started", "completed")
    assert [event.attributes["name"] for event in seen.events] == ["Boat"] * 2

    assert (await call("repeat_last_job"))["name"] == "Boat"
    assert value(hass, "status") in GOES_ON
    await finish(hass, device)

    await call("delete_file", path="SD/Küche/a 'b'.fc")
    assert await fails(call("file_info", path="SD/Küche/a 'b'.fc")) == (
        "refused_not_exist"
    )
    await device.wait_closed_connections()
