"""Uploads that something comes in between: what they leave, and what is said."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from simulator.fcode import build
from tests.integration.conftest import MakeDevice
from tests.integration.jobs import BRISK, reason, status_is, unfinished
from tests.integration.life import act

# More than a connection takes before the device reads it.
LARGE = build({"TITLE": "Ship"}, script=bytes(24 << 20))
CUBE = "SD/calibration cube.fc"

type Upload = Callable[..., asyncio.Future[Any]]

BOTH = pytest.mark.parametrize("device", [1, 2], ids=["v1", "v2"], indirect=True)


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    generation = getattr(request, "param", 2)
    return await make_device(generation=generation, timing=BRISK)


@pytest.fixture
def upload(hass: HomeAssistant, entry: MockConfigEntry, tmp_path: Path) -> Upload:
    """Return what begins an upload of a large file to a path."""
    hass.config.allowlist_external_dirs = {str(tmp_path)}
    source = tmp_path / "ship.fc"
    source.write_bytes(LARGE)

    def begin(path: str, **data: object) -> asyncio.Future[Any]:
        action = act(hass, entry, "upload_file", source=str(source), path=path, **data)
        return asyncio.ensure_future(action)

    return begin


@BOTH
@pytest.mark.parametrize("way", ["canceled", "unloaded", "stopped"])
async def test_an_upload_that_ends_early_leaves_nothing(
    hass: HomeAssistant, device: Device, upload: Upload, way: str
) -> None:
    before = dict(device.files.entries["SD"])
    task = upload(CUBE, overwrite=True)
    await device.wait_command("file upload")
    assert unfinished(device)
    if way == "canceled":
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    elif way == "unloaded":
        [entry] = hass.config_entries.async_loaded_entries(DOMAIN)
        assert await hass.config_entries.async_unload(entry.entry_id)
        assert await reason(task) == "unloaded"
    else:
        await hass.async_stop(force=True)
        assert await reason(task) == "unloaded"
    assert device.files.entries["SD"] == before
    await device.wait_closed_connections()


async def test_what_a_canceled_upload_could_not_remove_goes_at_the_next_look(
    hass: HomeAssistant, entry: MockConfigEntry, device: Device, upload: Upload
) -> None:
    device.faults.replies["file rm"] = "error BAD_PARAMS"
    task = upload("SD/Ship.fc")
    await device.wait_command("file upload")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await device.wait_closed_connections()
    assert unfinished(device)
    device.faults.clear()
    await act(hass, entry, "list_files")
    assert not unfinished(device)


@BOTH
async def test_a_device_that_reboots_in_mid_upload(
    hass: HomeAssistant, entry: MockConfigEntry, device: Device, upload: Upload
) -> None:
    before = dict(device.files.entries["SD"])
    task = upload(CUBE, overwrite=True)
    await device.wait_command("file upload")
    await device.power_off()
    assert await reason(task) == "left_behind"
    assert unfinished(device)
    await status_is(hass, "offline")
    await device.power_on()
    await status_is(hass, "idle")
    # What is left is not shown, and gone with the first look.
    shown = [it["name"] for it in (await act(hass, entry, "list_files"))["entries"]]
    assert not [name for name in shown if name.startswith("~")]
    assert device.files.entries["SD"] == before


@BOTH
async def test_another_client_starts_a_job_meanwhile(
    hass: HomeAssistant, device: Device, upload: Upload
) -> None:
    task = upload("SD/ship.fc")
    await device.wait_command("file upload")
    device.start_job(CUBE)
    # Reports and commands do not wait for the upload.
    await device.wait_command("player report")
    await task
    assert device.files.read("SD", "ship.fc") == LARGE
    await status_is(hass, "running")


@pytest.mark.parametrize("command", ["file upload", "file md5", "file cp"])
async def test_what_the_device_refuses_is_said(
    device: Device, upload: Upload, command: str
) -> None:
    device.faults.replies[command] = "error DISK_FULL"
    assert await reason(upload("SD/ship.fc")) == "refused"
    assert "ship.fc" not in device.files.entries["SD"]
    assert not unfinished(device)
