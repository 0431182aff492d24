"""The one robot connection: when it is there, and what happens when it is not."""

import asyncio
from dataclasses import replace
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed, IdentityMismatch
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from custom_components.flux3dp.robot import DeviceOccupied
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    FAST,
    NAME,
    MakeDevice,
    MakeEntry,
    wait_until,
)
from tests.integration.jobs import (
    BRISK,
    connections,
    events_are,
    look,
    press,
    put_job,
    run_job,
    status_is,
    value,
    witness,
)
from tests.integration.life import log_lines
from tests.keys import MASTER_KEYS

LOST = f"{NAME} gives no reports of its job, only announcements"
BACK = f"{NAME} gives reports again"


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


def reports(device: Device) -> int:
    """Return how many reports were asked for."""
    return device.received.robot.count("player report")


async def test_there_is_one_connection_in_a_job_and_only_then(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    assert device.connections[ROBOT_PORT] == 0

    await run_job(hass, device)
    assert device.connections[ROBOT_PORT] == 1
    await press(hass, "pause")
    await status_is(hass, "paused")
    assert device.connections[ROBOT_PORT] == 1

    device.job.abort()
    await status_is(hass, "aborted")
    await device.wait_closed_connections()
    assert connections(device) == 1
    # What the job is, is asked once; its state all the time.
    assert device.received.robot.count("player info") == 1
    assert reports(device) > 3


async def test_the_option_leaves_the_port_alone(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False)
    hass.config_entries.async_update_entry(entry, options={CONF_HOLD_CONNECTION: False})
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    seen = witness(hass)

    await run_job(hass, device)
    assert value(hass, "nozzle_temperature") == "unknown"
    # It was only asked, at setup, which firmware it has.
    assert reports(device) == 0
    # A person's action opens it for the moment.
    await press(hass, "pause")
    await status_is(hass, "paused")
    await device.wait_closed_connections()
    device.job.finish()
    await status_is(hass, "completed")
    await events_are(hass, seen, "started", "paused", "completed")


async def test_without_a_connection_announcements_carry_the_job(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await make_entry(device)
    await device.refuse_connections(ROBOT_PORT)
    seen = witness(hass)

    await run_job(hass, device)
    device.job.pause()
    await status_is(hass, "paused")
    device.job.resume()
    await status_is(hass, "running")
    await wait_until(hass, lambda: seen.event_types[-1] == "resumed")
    [line] = log_lines(caplog)
    assert line.startswith(LOST)

    await device.accept_connections(ROBOT_PORT)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert log_lines(caplog)[1:] == [BACK]
    device.job.finish()
    await status_is(hass, "completed")
    await events_are(hass, seen, "started", "paused", "resumed", "completed")
    await device.wait_closed_connections()


async def test_a_cut_connection_is_made_again_and_nothing_happened(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)

    for _ in range(3):
        await device.drop_connections()
        asked = reports(device)
        await device.wait_for(lambda asked=asked: reports(device) > asked + 2)

    assert device.connections[ROBOT_PORT] == 1
    assert value(hass, "status") == "running"
    await events_are(hass, seen, "started")


@pytest.mark.parametrize("pace", [replace(FAST, robot_retry=60.0)], ids=["patient"])
async def test_a_connection_that_is_cut_once_is_made_again_at_once(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")

    await device.drop_connections()
    asked = reports(device)
    await device.wait_for(lambda: reports(device) > asked + 2)
    # No announcement arrives: only a report shows the end.
    device.faults.muted = True
    device.job.finish()
    await events_are(hass, seen, "started", "completed")


async def test_a_report_that_never_comes_ends_in_announcements(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)

    device.faults.replies["player report"] = None
    await device.wait_command("player report")
    device.job.pause()
    # Not as long as the report may take.
    await status_is(hass, "paused")


async def test_a_kicked_session_is_taken_up_again(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    asked = reports(device)

    await device.kick_sessions()
    await device.wait_for(lambda: reports(device) > asked + 3)
    assert value(hass, "status") == "running"
    assert [line.split(":")[0] for line in log_lines(caplog)] == [LOST, BACK]


async def test_an_occupied_device_is_left_alone(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.occupy(by="192.168.1.77")
    await status_is(hass, "maintenance")

    # The client's address stands where an error would be, and is none.
    assert value(hass, "error") == "none"
    assert value(hass, "problem", "binary_sensor") == "off"
    coordinator = entry.runtime_data
    assert connections(device) == 0
    # Who asks for the connection hears it from the device itself.
    with pytest.raises(DeviceOccupied, match=r"192\.168\.1\.77"):
        async with coordinator.robot.connection():
            pass
    await device.wait_closed_connections()

    device.free()
    await status_is(hass, "idle")
    async with coordinator.robot.connection() as robot:
        assert await robot.position() == "CommandTask"
    await device.wait_closed_connections()


async def test_users_share_one_connection(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    link = (await make_entry(device)).runtime_data.robot

    async def use() -> str:
        async with link.connection() as robot:
            return await robot.position()

    assert not link.is_open
    assert await asyncio.gather(*(use() for _ in range(5))) == ["CommandTask"] * 5
    assert not link.is_open
    await device.wait_closed_connections()
    assert connections(device) == 1


async def test_a_device_that_forgot_our_key_is_not_asked_again(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await make_entry(device, trusted=False)
    await run_job(hass, device)
    await wait_until(hass, lambda: bool(log_lines(caplog)))
    device.job.pause()
    await status_is(hass, "paused")
    device.job.finish()
    await status_is(hass, "completed")

    assert len([line for line in log_lines(caplog) if line.startswith(LOST)]) == 1
    assert connections(device) == 1


async def test_an_impostor_gets_nothing_and_is_not_tried_again(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    await run_job(hass, device)
    device.job.pause()
    await status_is(hass, "paused")
    device.job.resume()
    await status_is(hass, "running")

    assert connections(device) == 1
    with pytest.raises(IdentityMismatch):
        async with entry.runtime_data.robot.connection():
            pass
    assert device.received.application_bytes == b""


async def test_a_rebooted_device_shows_a_new_slave_key(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(generation=1, timing=BRISK)
    entry = await make_entry(device)
    coordinator = entry.runtime_data
    with patch.object(coordinator, "_async_describe"):
        # Nobody tells the coordinator: what it knows is the slave key of before.
        await device.reboot()
        await status_is(hass, "idle")
        async with coordinator.robot.connection() as robot:
            assert await robot.position() == "CommandTask"


async def test_a_report_that_arrives_while_the_entry_is_unloaded_starts_no_timer(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = await make_entry(device)
    link, clock = entry.runtime_data.robot, entry.runtime_data.clock
    timers: list[object] = []
    async with link.connection() as robot:
        report = await robot.report()
    assert await hass.config_entries.async_unload(entry.entry_id)
    monkeypatch.setattr(clock, "call_later", lambda *args: timers.append(args))
    with patch.object(robot, "report", return_value=report):
        await link.async_report(robot)
    assert timers == []


async def test_unloading_in_mid_job_leaves_nothing(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    link = entry.runtime_data.robot
    await run_job(hass, device)

    assert await hass.config_entries.async_unload(entry.entry_id)
    await device.wait_closed_connections()
    assert not link.is_open
    assert not [
        task for task in asyncio.all_tasks() if f"{NAME} job" in task.get_name()
    ]
    with pytest.raises(ConnectionFailed, match="unloaded"):
        async with link.connection():
            pass
    await device.wait_closed_connections()


async def test_unloading_while_it_connects_leaves_nothing(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.faults.robot.stall_in_handshake = True
    device.start_job(put_job(device))
    await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)

    assert await hass.config_entries.async_unload(entry.entry_id)
    await device.wait_closed_connections()


async def test_a_device_that_dies_in_mid_job_is_offline(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)

    await device.power_off()
    await status_is(hass, "offline")
    assert value(hass, "nozzle_temperature") == "unavailable"

    await device.power_on()
    await status_is(hass, "idle")
    # Nobody saw how it ended.
    assert value(hass, "last_job_result") == "unknown"
    await events_are(hass, seen, "started")


async def test_reports_alone_keep_a_device_online(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    device.faults.muted = device.faults.silent = True
    seen = witness(hass)
    asked = reports(device)
    await device.wait_for(lambda: reports(device) > asked + 20)
    device.job.pause()
    await status_is(hass, "paused")
    assert "offline" not in seen.statuses

    # Then that is gone too.
    await device.refuse_connections(ROBOT_PORT)
    await device.drop_connections()
    await status_is(hass, "offline")


async def test_a_moment_without_a_report_is_no_fault(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    device.faults.replies["player report"] = "error SUBSYSTEM_ERROR"
    asked = reports(device)
    await device.wait_for(lambda: reports(device) > asked + 3)
    device.faults.clear()
    device.job.pause()
    await status_is(hass, "paused")

    assert device.connections[ROBOT_PORT] == 1
    assert log_lines(caplog) == []


async def test_a_device_that_cannot_tell_about_its_job_is_not_pestered(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    device.faults.replies["player info"] = "error NO_TASK"
    await run_job(hass, device)
    asked = reports(device)
    await device.wait_for(lambda: reports(device) > asked + 5)

    assert device.received.robot.count("player info") == 3
    assert value(hass, "job_duration") == "unknown"
    assert look(hass, "image", "preview").state == "unknown"


async def test_an_action_on_a_device_out_of_reach_fails_in_words(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await device.refuse_connections(ROBOT_PORT)
    await run_job(hass, device)
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, "pause")
    assert caught.value.translation_key == "cannot_connect"
    placeholders = caught.value.translation_placeholders
    assert placeholders is not None
    assert placeholders["host"] == ADDRESSES[0]
