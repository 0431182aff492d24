"""Uploads that something comes in between: what they leave, and what is said."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from homeassistant.exceptions import Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration.conftest import BOTH, CUBE, LARGE, UUID
from tests.integration.jobs import BRISK, connections, reason, unfinished
from tests.integration.life import STATUS, may_control
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}

type Upload = Callable[..., asyncio.Future[Any]]


@pytest.fixture
def upload(wired: Wired, source: Path) -> Upload:
    """Return what begins an upload of a large file to a path."""
    source.write_bytes(LARGE)

    def begin(path: str, **data: object) -> asyncio.Future[Any]:
        return wired.begin("upload_file", source=str(source), path=path, **data)

    return begin


@BOTH
@pytest.mark.parametrize("way", ["canceled", "both", "unloaded", "stopped"])
async def test_an_upload_that_ends_early_leaves_nothing(
    wired: Wired, device: Device, upload: Upload, tidying: asyncio.Event, way: str
) -> None:
    """Home Assistant cancels and unloads, a page goes away: in any order, and twice."""
    before = dict(device.files.entries["SD"])
    task = upload(CUBE, overwrite=True)
    await device.wait_command("file upload")
    assert unfinished(device)
    if way in ("canceled", "both"):
        task.cancel()
        await tidying.wait()
    if way == "stopped":
        await wired.hass.async_stop(force=True)
    elif way != "canceled":
        await wired.unload()
    if way in ("unloaded", "stopped"):
        assert await reason(task) == "unloaded"
    task.cancel()
    await asyncio.wait([task])
    await device.wait_command("file rm")
    await device.wait_closed_connections()
    assert device.files.entries["SD"] == before


async def test_what_a_canceled_upload_could_not_remove_goes_at_the_next_look(
    wired: Wired, device: Device, upload: Upload
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
    await wired.act("list_files")
    assert not unfinished(device)


async def test_a_device_that_reboots_in_mid_upload(
    wired: Wired, device: Device, upload: Upload
) -> None:
    before = dict(device.files.entries["SD"])
    task = upload(CUBE, overwrite=True)
    await device.wait_command("file upload")
    await device.power_off()
    assert await reason(task) == "left_behind"
    assert unfinished(device)
    await wired.status_is("offline")
    await wired.switch_on()
    # What is left is not shown, and gone with the first look.
    shown = [it["name"] for it in (await wired.act("list_files"))["entries"]]
    assert not [name for name in shown if name.startswith("~")]
    assert device.files.entries["SD"] == before


async def test_another_client_starts_a_job_meanwhile(
    unpaired: Wired, device: Device, upload: Upload
) -> None:
    task = upload("SD/ship.fc")
    await device.wait_command("file upload")
    device.start_job(CUBE)
    # Reports and commands do not wait for the upload.
    await device.wait_command("player report")
    await task
    assert device.files.read("SD", "ship.fc") == LARGE
    await unpaired.status_is("running")


@pytest.mark.parametrize("command", ["file upload", "file md5", "file cp"])
async def test_what_the_device_refuses_is_said(
    device: Device, upload: Upload, command: str
) -> None:
    device.faults.replies[command] = "error DISK_FULL"
    assert await reason(upload("SD/ship.fc")) == "refused"
    assert "ship.fc" not in device.files.entries["SD"]
    assert not unfinished(device)


async def test_a_copy_of_another_device_is_for_those_who_may_see_it(
    wired: Wired, other: Device, hass_read_only_user: MockUser
) -> None:
    user, source = hass_read_only_user, f"media-source://{DOMAIN}/{UUID}/USB/stick.fc"

    async def copy(*readable: str) -> None:
        may_control(user, "button.attic_pause", *readable)
        to = {"source": source, "path": "SD/stick.fc"}
        await wired.beside(other).act("upload_file", user=user, **to)

    with pytest.raises(Unauthorized):
        await copy()
    assert connections(other) == 0
    await copy(STATUS)
    assert other.files.read("SD", "stick.fc")
