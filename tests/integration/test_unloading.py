"""An entry that is unloaded while something waits for its device: nothing lives on."""

import asyncio
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed
from custom_components.flux3dp.commands import PAUSE
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.device import Unloaded
from simulator import MANAGEMENT_PORT, PATIENCE, ROBOT_PORT, Device
from tests.integration.conftest import NAME
from tests.integration.fakes import Home, read, settle
from tests.integration.flows import ATTIC, WIFI, progressed, wifi
from tests.integration.jobs import BRISK, asked, connections, reason
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK, "networks": [ATTIC]}
# Patience for a device that is slow to open a connection.
PACE = {"connect": 20.0, "handshake": 20.0}
# The robot port is left to those who order something.
ENTRY = {"hold": False}


async def test_an_unloaded_entry_asks_no_more_for_a_device_that_left(
    home: Home,
) -> None:
    leaving = asyncio.ensure_future(home.act("set_network", **wifi("Far")))
    await settle()
    assert home.listener.scans == 1
    await home.unload()

    assert await reason(home.done(leaving)) == "unloaded"
    asked = home.listener.probes, home.listener.scans
    await home.advance(600)
    assert (home.listener.probes, home.listener.scans) == asked
    # Nothing else would find out that it left, and did not come back.
    assert home.issues["network_not_returned"].is_persistent
    assert not any("does not answer" in line for line in home.log)


async def test_a_reload_while_a_device_leaves_is_told_and_leaves_no_repair(
    wired: Wired,
) -> None:
    leaving = wired.hass.async_create_task(wired.act("set_network", **wifi("Attic")))
    await wired.device.wait_command("network")
    await wired.reload()

    assert await reason(leaving) == "unloaded"
    # The new coordinator finds the device where it went by itself.
    await wired.status_is("idle")
    assert wired.issues == {}


async def test_a_command_ends_when_the_entry_is_unloaded(home: Home) -> None:
    await home.run(48, "PAUSED", seconds=3)
    # Accepted, and not carried out: the confirmation goes on by announcements.
    home.device.replies |= {"player resume": "ok", "player report": None}
    resuming = asyncio.ensure_future(home.press("resume"))
    await home.advance(2)
    assert "player resume" in home.device.received
    await home.unload()

    assert await reason(home.done(resuming)) == "unloaded"
    probes = home.listener.probes
    await home.advance(600)
    assert home.listener.probes == probes


@pytest.mark.parametrize(
    "command",
    ["file info SD a.fc", "player select SD a.fc", "player start", "player report"],
)
@pytest.mark.parametrize("way", ["unloaded", "stopped"])
async def test_a_start_that_an_unload_ends_is_called_that(
    home: Home, way: str, command: str
) -> None:
    hass = home.hass
    # Nothing to tidy up first, and one of its replies stays away.
    home.device.replies |= {"file ls SD ": "error BAD_PARAMS", command: None}
    start = asyncio.ensure_future(home.act("start_job", path="SD/a.fc"))
    await home.until(lambda: command in home.device.received)
    assert not start.done()
    if way == "unloaded":
        await home.unload()
    else:
        await hass.async_stop(force=True)
    assert await reason(home.done(start)) == "unloaded"


async def test_nothing_more_is_heard_while_transfers_end(home: Home) -> None:
    heard: list[int] = []

    async def close() -> None:
        heard.append(len(home.listener.subscribers))

    with patch.object(home.entry.runtime_data.files, "async_close", close):
        await home.unload()
    # What is heard meanwhile starts tasks of an entry that is loaded; its end ends them.
    assert heard == [1, 0]


async def test_a_slow_end_takes_nothing_of_the_next_coordinator(
    home: Home, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant waits ten seconds for an unload; a heater can take longer."""
    entry, ended = home.entry, asyncio.Event()
    old, slow = entry.runtime_data, True

    async def close() -> None:
        nonlocal slow
        if slow:
            slow = False
            await ended.wait()

    monkeypatch.setattr(old.maintenance, "async_close", close)
    unloading = asyncio.ensure_future(old.async_shutdown())
    await settle()
    await home.reload()
    await home.run()
    assert entry.runtime_data is not old
    stored = f"{DOMAIN}.job.{entry.entry_id}"
    hass_storage.pop(stored, None)
    ended.set()
    await unloading
    assert list(home.listener.pins) == [entry.unique_id]
    assert stored not in hass_storage


async def test_what_a_removed_entry_still_hears_is_not_stored(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    hass = home.hass
    await home.run()
    old = home.entry.runtime_data
    home.device.refuses_manager = ConnectionFailed()
    await home.remove()
    await hass.async_block_till_done()
    stored = f"{DOMAIN}.job.{home.entry.entry_id}"
    assert stored not in hass_storage

    # A command that still has the old coordinator, and what it would bring.
    with pytest.raises(Unloaded):
        await home.done(old.commands.async_run(PAUSE))
    job = old.data.job._replace(jobs_completed=7)
    old.async_reevaluate(old.data._replace(job=job))
    await hass.async_stop(force=True)
    assert stored not in hass_storage


async def test_unloading_in_mid_job_leaves_nothing(home: Home) -> None:
    link = home.entry.runtime_data.robot
    async with link.own_connection() as robot:
        await home.run()
        await read(home)
        report = await robot.report()
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
        assert not any(session.is_open for session in home.device.sessions)
        # One that arrives now starts no timer.
        timers = len(home.clock.due)
        with patch.object(robot, "report", return_value=report):
            await link.async_report(robot)
        assert len(home.clock.due) == timers
    assert not [
        task for task in asyncio.all_tasks() if f"{NAME} job" in task.get_name()
    ]
    with pytest.raises(ConnectionFailed, match="unloaded"):
        async with link.connection():
            pass


# -- a device that opens its connections one byte after the other, until a test lets it go on


async def test_an_order_that_was_still_connecting_is_not_given_after_the_unloading(
    wired: Wired, device: Device
) -> None:
    await wired.run_job()
    device.faults.robot.chunk_size = 1
    pausing = wired.hass.async_create_task(wired.press("pause"))
    await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)
    link = wired.entry.runtime_data.robot

    await wired.unload()
    assert device.connections[ROBOT_PORT] == 1
    assert not pausing.done()
    device.faults.robot.chunk_size = None

    async with asyncio.timeout(PATIENCE):
        why = await reason(pausing)
    await device.wait_closed_connections()
    # It was let in: it was for us to say no more.
    assert device.received.connections[-1].access_id is not None
    assert connections(device) == 1
    assert asked(device) == []
    assert why == "unloaded"
    assert not link.is_open
    assert device.status.st_id == 16


async def test_a_device_that_does_not_let_us_in_asks_for_its_password_all_the_same(
    wired: Wired, device: Device
) -> None:
    """A person closes the dialog before the device has said that it forgot us."""
    result = await progressed(wired, await wired.reconfigure("wifi"))
    await device.wait_closed_connections()
    device.forget_trust()
    device.faults.management.chunk_size = 1
    result = await wired.flow.async_configure(result["flow_id"], WIFI)
    assert result["progress_action"] == "change_wifi"
    await device.wait_for(lambda: device.connections[MANAGEMENT_PORT] == 1)

    wired.flow.async_abort(result["flow_id"])
    assert wired.reauths == []
    device.faults.management.chunk_size = None

    await wired.until(lambda: bool(wired.reauths))
    assert any("Failed to change the network" in line for line in wired.log)
    assert device.received.passwords == []
    assert not any(command[0] == "network" for command in device.received.management)
