"""An entry that is unloaded while something waits for its device: nothing lives on."""

import asyncio
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ConnectionFailed
from custom_components.flux3dp.commands import PAUSE
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.device import Unloaded
from custom_components.flux3dp.timing import FluxTiming
from simulator import MANAGEMENT_PORT, ROBOT_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import FAST, MakeEntry, wait_for_state, wait_until
from tests.integration.fakes import Home, settle
from tests.integration.flows import ATTIC, WIFI, progressed, reconfigure, wifi
from tests.integration.jobs import BRISK, asked, connections, press, reason, run_job
from tests.integration.life import STATUS, act, issues, log_lines, reauths

DEVICE = {"timing": BRISK, "networks": [ATTIC]}


async def test_an_unloaded_entry_asks_no_more_for_a_device_that_left(
    home: Home, caplog: pytest.LogCaptureFixture
) -> None:
    leaving = asyncio.ensure_future(
        act(home.hass, home.entry, "set_network", **wifi("Far"))
    )
    await settle()
    assert home.listener.scans == 1
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)

    assert await reason(home.done(leaving)) == "unloaded"
    asked = home.listener.probes, home.listener.scans
    await home.advance(600)
    assert (home.listener.probes, home.listener.scans) == asked
    # Nothing else would find out that it left, and did not come back.
    assert issues(home.hass)["network_not_returned"].is_persistent
    assert not any("does not answer" in line for line in log_lines(caplog))


async def test_a_reload_while_a_device_leaves_is_told_and_leaves_no_repair(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    leaving = hass.async_create_task(act(hass, entry, "set_network", **wifi("Attic")))
    await device.wait_command("network")
    assert await hass.config_entries.async_reload(entry.entry_id)

    assert await reason(leaving) == "unloaded"
    # The new coordinator finds the device where it went by itself.
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


async def test_a_command_ends_when_the_entry_is_unloaded(home: Home) -> None:
    await home.run(48, "PAUSED")
    await home.advance(3)
    # Accepted, and not carried out: the confirmation goes on by announcements.
    home.device.replies |= {"player resume": "ok", "player report": None}
    resuming = asyncio.ensure_future(press(home.hass, "resume"))
    await home.advance(2)
    assert "player resume" in home.device.received
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)

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
    hass, entry = home.hass, home.entry
    # Nothing to tidy up first, and one of its replies stays away.
    home.device.replies |= {"file ls SD ": "error BAD_PARAMS", command: None}
    start = asyncio.ensure_future(act(hass, entry, "start_job", path="SD/a.fc"))
    await home.until(lambda: command in home.device.received)
    assert not start.done()
    if way == "unloaded":
        assert await hass.config_entries.async_unload(entry.entry_id)
    else:
        await hass.async_stop(force=True)
    assert await reason(home.done(start)) == "unloaded"


async def test_nothing_more_is_heard_while_transfers_end(home: Home) -> None:
    heard: list[int] = []

    async def close() -> None:
        heard.append(len(home.listener.subscribers))

    with patch.object(home.entry.runtime_data.files, "async_close", close):
        assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    # What is heard meanwhile starts tasks of an entry that is loaded; its end ends them.
    assert heard == [1, 0]


async def test_a_slow_end_takes_nothing_of_the_next_coordinator(
    home: Home, hass_storage: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant waits ten seconds for an unload; a heater can take longer."""
    hass, entry, ended = home.hass, home.entry, asyncio.Event()
    old, slow = entry.runtime_data, True

    async def close() -> None:
        nonlocal slow
        if slow:
            slow = False
            await ended.wait()

    monkeypatch.setattr(old.maintenance, "async_close", close)
    unloading = asyncio.ensure_future(old.async_shutdown())
    await settle()
    assert await hass.config_entries.async_reload(entry.entry_id)
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
    await hass.config_entries.async_remove(home.entry.entry_id)
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


# -- a device that opens its connections one byte after the other, until a test lets it go on


@pytest.fixture
def pace() -> FluxTiming:
    """Return a pace with patience for a device that is slow to open a connection."""
    return replace(FAST, connect=20.0, handshake=20.0)


@pytest.fixture
async def entry(device: Device, make_entry: MakeEntry) -> MockConfigEntry:
    """Return an entry that leaves the robot port to those who order something."""
    return await make_entry(device, hold=False)


async def test_an_order_that_was_still_connecting_is_not_given_after_the_unloading(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    device.faults.robot.chunk_size = 1
    pausing = hass.async_create_task(press(hass, "pause"))
    await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)
    link = entry.runtime_data.robot

    assert await hass.config_entries.async_unload(entry.entry_id)
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
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A person closes the dialog before the device has said that it forgot us."""
    result = await progressed(hass, await reconfigure(hass, entry, "wifi"))
    await device.wait_closed_connections()
    device.forget_trust()
    device.faults.management.chunk_size = 1
    result = await hass.config_entries.flow.async_configure(result["flow_id"], WIFI)
    assert result["progress_action"] == "change_wifi"
    await device.wait_for(lambda: device.connections[MANAGEMENT_PORT] == 1)

    hass.config_entries.flow.async_abort(result["flow_id"])
    assert reauths(hass, entry) == []
    device.faults.management.chunk_size = None

    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    assert any("Failed to change the network" in line for line in log_lines(caplog))
    assert device.received.passwords == []
    assert not any(command[0] == "network" for command in device.received.management)
