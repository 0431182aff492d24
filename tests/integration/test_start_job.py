"""Starting jobs by actions: seen to run, under their name, or with the reason why not."""

import asyncio
from contextlib import suppress
from pathlib import Path

from homeassistant.exceptions import HomeAssistantError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from simulator import Device
from simulator.files import example_job
from tests.integration.conftest import BOTH, CUBE, paced
from tests.integration.jobs import BRISK, GOES_ON, connections, entity, reason
from tests.integration.life import may_control
from tests.integration.wired import Wired

RECENT = "Recent/recent-1.fc"
DEVICE = {"timing": BRISK}


@BOTH
async def test_a_temporary_job_needs_its_connection_until_it_runs(
    wired: Wired, device: Device, source: Path
) -> None:
    device.player.held.add("INIT")
    before = dict(device.files.entries["SD"])
    start = asyncio.ensure_future(
        wired.act("upload_file", source=str(source), start=True)
    )
    await wired.status_is("initializing")
    # It would die with its connection.
    assert not start.done()
    device.player.held.clear()
    answer = await start
    assert (answer["path"], answer["name"], answer["started"]) == (None, "Boat", True)
    assert wired.value("job_name") == "Boat"
    assert device.files.entries["SD"] == before
    await wired.status_is("running")
    await wired.finish_job()


async def test_an_upload_can_be_started_at_once(wired: Wired, source: Path) -> None:
    data = {"source": str(source), "path": "SD/boat.fc", "start": True}
    assert (await wired.act("upload_file", **data))["started"]
    assert wired.value("status") in GOES_ON
    assert wired.value("job_name") == "Boat"
    assert wired.device.files.read("SD", RECENT) == wired.device.files.read(
        "SD", "boat.fc"
    )


@pytest.mark.parametrize(
    ("device", "head"),
    [
        ({"model": "delta-1", "toolhead": "LASER"}, "LASER"),
        ({"model": "fbb1b", "toolhead": "LASER"}, "LASER"),
        ({"model": "fbb1b", "toolhead": "LASER"}, "EXTRUDER"),
    ],
    indirect=["device"],
)
async def test_a_laser_wants_to_be_confirmed(wired: Wired, head: str) -> None:
    wired.device.files.write("SD", "cut.fc", example_job("Cut", seconds=60, head=head))
    wired.device.files.write("SD", RECENT, example_job("Cut", seconds=60, head=head))
    for start in (
        wired.act("start_job", path="SD/cut.fc"),
        wired.act("start_job", path="SD/cut.fc", confirm=False),
        wired.act("repeat_last_job"),
    ):
        assert await reason(start) == "laser_not_confirmed"
    assert "player start" not in wired.device.received.robot
    with suppress(HomeAssistantError):  # The job of an extruder fails later.
        await wired.act("start_job", path="SD/cut.fc", confirm=True)
    assert "player start" in wired.device.received.robot


async def test_what_a_job_is_counts_when_it_is_started(wired: Wired) -> None:
    """Another program may have replaced it since it was shown, by one for the laser."""
    assert (await wired.act("file_info", path=CUBE))["toolhead"] == "extruder"
    wired.device.files.write(
        "SD", CUBE[3:], example_job("Cut", seconds=60, head="LASER")
    )
    start = wired.act("start_job", path=CUBE)
    assert await reason(start) == "laser_not_confirmed"
    assert "player start" not in wired.device.received.robot


@pytest.mark.parametrize("way", ["fails", "pauses"])
async def test_a_job_that_does_not_begin_says_why(wired: Wired, way: str) -> None:
    if way == "fails":
        wired.device.player.held.add("INIT")
    else:
        wired.device.change_head("LASER")
    start = asyncio.ensure_future(wired.act("start_job", path=CUBE))
    if way == "fails":
        await wired.status_is("initializing")
        wired.device.job.fail("HARDWARE_ERROR", "HOME_FAILED")
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
    wired: Wired, device: Device, reply: str, key: str
) -> None:
    device.faults.replies["player start"] = reply
    assert await reason(wired.act("start_job", path=CUBE)) == key
    device.faults.clear()
    await wired.run_job(TITLE="Vase")
    assert wired.value("job_name") == "Vase"


async def test_a_file_that_vanished(wired: Wired, device: Device) -> None:
    await wired.act("file_info", path=CUBE)
    device.files.remove("SD", "calibration cube.fc")
    assert await reason(wired.act("start_job", path=CUBE)) == "refused_not_exist"
    assert await reason(wired.act("repeat_last_job")) == "no_last_job"


async def test_a_finished_job_has_to_be_cleared_first(
    wired: Wired, device: Device
) -> None:
    await wired.run_job()
    await wired.finish_job()
    assert await reason(wired.act("start_job", path=CUBE)) == "job_not_cleared"
    # A device is busy for a moment after that.
    device.player.held.add("LEAVING")
    await device.wait_for(lambda: device.status.st_id == 64)
    device.player.quit()
    seen = device.received.robot.count("player report")
    start = asyncio.ensure_future(wired.act("start_job", path=CUBE))
    await device.wait_for(
        lambda: device.received.robot.count("player report") > seen + 1
    )
    device.player.held.clear()
    assert (await start)["name"] == "calibration cube"
    assert wired.value("job_name") == "calibration cube"


async def test_a_device_that_is_busy_for_a_moment_is_asked_again(wired: Wired) -> None:
    wired.device.faults.replies["player start"] = "error SUBSYSTEM_ERROR"
    start = asyncio.ensure_future(wired.act("start_job", path=CUBE))
    await wired.device.wait_command("player start")
    wired.device.faults.clear()
    assert (await start)["name"] == "calibration cube"
    assert wired.value("job_name") == "calibration cube"


async def test_a_connection_that_breaks_right_after_the_start(wired: Wired) -> None:
    wired.device.player.held.add("INIT")
    start = asyncio.ensure_future(wired.act("start_job", path=CUBE))
    await wired.status_is("initializing")
    await wired.device.drop_connections()
    wired.device.player.held.clear()
    assert (await start)["name"] == "calibration cube"
    await wired.until(lambda: wired.value("job_name") == "calibration cube")


async def test_who_may_do_what(wired: Wired, device: Device, source: Path) -> None:
    guest, operator = (
        MockUser().add_to_hass(wired.hass),
        MockUser().add_to_hass(wired.hass),
    )
    may_control(guest)
    may_control(operator, entity("button", "pause"))

    async def call(user: MockUser, action: str, **data: object) -> None:
        await wired.act(action, user=user, **data)

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
