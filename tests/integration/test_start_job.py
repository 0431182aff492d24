"""Starting jobs by actions: seen to run, under their name, or with the reason why not."""

import asyncio
from contextlib import suppress
from pathlib import Path

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from simulator import Device
from simulator.files import example_job
from tests.integration.conftest import (
    BOTH,
    CUBE,
    MakeDevice,
    MakeEntry,
    paced,
    wait_until,
)
from tests.integration.jobs import (
    BRISK,
    GOES_ON,
    connections,
    entity,
    reason,
    run_job,
    status_is,
    value,
)
from tests.integration.life import act, may_control

RECENT = "Recent/recent-1.fc"
DEVICE = {"timing": BRISK}


@BOTH
async def test_a_temporary_job_needs_its_connection_until_it_runs(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, source: Path
) -> None:
    device.player.held.add("INIT")
    before = dict(device.files.entries["SD"])
    start = asyncio.ensure_future(
        act(hass, entry, "upload_file", source=str(source), start=True)
    )
    await status_is(hass, "initializing")
    # It would die with its connection.
    assert not start.done()
    device.player.held.clear()
    answer = await start
    assert (answer["path"], answer["name"], answer["started"]) == (None, "Boat", True)
    assert value(hass, "job_name") == "Boat"
    assert device.files.entries["SD"] == before
    await status_is(hass, "running")
    device.job.finish()
    await status_is(hass, "completed")


async def test_an_upload_can_be_started_at_once(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, source: Path
) -> None:
    data = {"source": str(source), "path": "SD/boat.fc", "start": True}
    assert (await act(hass, entry, "upload_file", **data))["started"]
    assert value(hass, "status") in GOES_ON
    assert value(hass, "job_name") == "Boat"
    assert device.files.read("SD", RECENT) == device.files.read("SD", "boat.fc")


@pytest.mark.parametrize(
    ("model", "head"), [("delta-1", "LASER"), ("fbb1b", "LASER"), ("fbb1b", "EXTRUDER")]
)
async def test_a_laser_wants_to_be_confirmed(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    model: str,
    head: str,
) -> None:
    device = await make_device(model=model, timing=BRISK, toolhead="LASER")
    entry = await make_entry(device)
    device.files.write("SD", "cut.fc", example_job("Cut", seconds=60, head=head))
    device.files.write("SD", RECENT, example_job("Cut", seconds=60, head=head))
    for start in (
        act(hass, entry, "start_job", path="SD/cut.fc"),
        act(hass, entry, "start_job", path="SD/cut.fc", confirm=False),
        act(hass, entry, "repeat_last_job"),
    ):
        assert await reason(start) == "laser_not_confirmed"
    assert "player start" not in device.received.robot
    with suppress(HomeAssistantError):  # The job of an extruder fails later.
        await act(hass, entry, "start_job", path="SD/cut.fc", confirm=True)
    assert "player start" in device.received.robot


async def test_what_a_job_is_counts_when_it_is_started(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """Another program may have replaced it since it was shown, by one for the laser."""
    assert (await act(hass, entry, "file_info", path=CUBE))["toolhead"] == "extruder"
    device.files.write("SD", CUBE[3:], example_job("Cut", seconds=60, head="LASER"))
    start = act(hass, entry, "start_job", path=CUBE)
    assert await reason(start) == "laser_not_confirmed"
    assert "player start" not in device.received.robot


@pytest.mark.parametrize("way", ["fails", "pauses"])
async def test_a_job_that_does_not_begin_says_why(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, way: str
) -> None:
    if way == "fails":
        device.player.held.add("INIT")
    else:
        device.change_head("LASER")
    start = asyncio.ensure_future(act(hass, entry, "start_job", path=CUBE))
    if way == "fails":
        await status_is(hass, "initializing")
        device.job.fail("HARDWARE_ERROR", "HOME_FAILED")
    with pytest.raises(HomeAssistantError) as caught:
        await start
    assert caught.value.translation_key == "start_failed"
    fault = (caught.value.translation_placeholders or {})["fault"]
    assert fault.startswith("Homing failed" if way == "fails" else "Wrong toolhead")


@paced(job_start=0.3)
@pytest.mark.parametrize(
    ("reply", "key"),
    [
        # It is never seen to run.
        ("ok", "not_started"),
        ("error RESOURCE_BUSY", "refused_busy"),
        ("error FILE_BROKEN SCRIPT_CRC32", "refused_file_broken"),
    ],
)
async def test_a_start_that_comes_to_nothing_gives_nothing_its_name(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, reply: str, key: str
) -> None:
    device.faults.replies["player start"] = reply
    assert await reason(act(hass, entry, "start_job", path=CUBE)) == key
    device.faults.clear()
    await run_job(hass, device, TITLE="Vase")
    assert value(hass, "job_name") == "Vase"


async def test_a_file_that_vanished(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await act(hass, entry, "file_info", path=CUBE)
    device.files.remove("SD", "calibration cube.fc")
    assert await reason(act(hass, entry, "start_job", path=CUBE)) == "refused_not_exist"
    assert await reason(act(hass, entry, "repeat_last_job")) == "no_last_job"


async def test_a_finished_job_has_to_be_cleared_first(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    device.job.finish()
    await status_is(hass, "completed")
    assert await reason(act(hass, entry, "start_job", path=CUBE)) == "job_not_cleared"
    # A device is busy for a moment after that.
    device.player.held.add("LEAVING")
    await device.wait_for(lambda: device.status.st_id == 64)
    device.player.quit()
    seen = device.received.robot.count("player report")
    start = asyncio.ensure_future(act(hass, entry, "start_job", path=CUBE))
    await device.wait_for(
        lambda: device.received.robot.count("player report") > seen + 1
    )
    device.player.held.clear()
    assert (await start)["name"] == "calibration cube"
    assert value(hass, "job_name") == "calibration cube"


async def test_a_device_that_is_busy_for_a_moment_is_asked_again(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.faults.replies["player start"] = "error SUBSYSTEM_ERROR"
    start = asyncio.ensure_future(act(hass, entry, "start_job", path=CUBE))
    await device.wait_command("player start")
    device.faults.clear()
    assert (await start)["name"] == "calibration cube"
    assert value(hass, "job_name") == "calibration cube"


async def test_a_connection_that_breaks_right_after_the_start(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.player.held.add("INIT")
    start = asyncio.ensure_future(act(hass, entry, "start_job", path=CUBE))
    await status_is(hass, "initializing")
    await device.drop_connections()
    device.player.held.clear()
    assert (await start)["name"] == "calibration cube"
    await wait_until(hass, lambda: value(hass, "job_name") == "calibration cube")


async def test_who_may_do_what(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, source: Path
) -> None:
    guest, operator = MockUser().add_to_hass(hass), MockUser().add_to_hass(hass)
    may_control(guest)
    may_control(operator, entity("button", "pause"))

    async def call(user: MockUser, action: str, **data: object) -> None:
        await act(hass, entry, action, user=user, **data)

    upload: dict[str, object] = {"source": str(source), "path": "SD/boat.fc"}
    target = f"{source}.copy.fc"
    for refused in (
        call(guest, "upload_file", **upload),
        call(guest, "start_job", path=CUBE),
        call(guest, "repeat_last_job"),
        call(guest, "download_file", path=CUBE, target_path=target),
        call(operator, "upload_file", **upload, overwrite=True),
        call(operator, "download_file", path=CUBE, target_path=target, overwrite=True),
        call(operator, "delete_file", path=CUBE),
    ):
        with pytest.raises(Unauthorized):
            await refused
    assert connections(device) == 0
    await call(operator, "upload_file", **upload)
    await call(operator, "start_job", path="SD/boat.fc")
    await call(guest, "list_files")
