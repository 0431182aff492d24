"""However maintenance ends, the device is idle after it and its heater off."""

import asyncio
from collections.abc import Coroutine
import gc
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import HeaterLeftOn
from custom_components.flux3dp.idle import WorkRefused
from simulator import Device
from tests.integration.conftest import having
from tests.integration.jobs import BRISK, commands, press, reason, status_is
from tests.integration.life import (
    HEATS,
    WORK,
    act,
    begin,
    endless,
    idle_and_cold,
    log_lines,
    shown,
    under_way,
)

DEVICE = {"timing": BRISK}
# In bytes of what a device says, of which a handshake of generation 2 is the most.
STEP = {1: 100, 2: 450}


@pytest.mark.parametrize("action", WORK)
async def test_canceled_in_the_middle(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    # Nothing else stops it: a script's end, what cancels a job, a reload.
    work = await endless(hass, device, entry, action)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await idle_and_cold(hass, device)

    work = await endless(hass, device, entry, action)
    assert commands(hass) == {"cancel"}
    await press(hass, "cancel")
    assert await reason(work) == "maintenance_stopped"
    await idle_and_cold(hass, device)

    work = await endless(hass, device, entry, action)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert device.nozzle.target == 0
    assert await reason(work) == "maintenance_stopped"
    await idle_and_cold(hass, device)


@pytest.mark.parametrize("action", HEATS)
async def test_the_heater_is_off_before_an_entry_goes(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    """What comes after its platforms has 10 s, and removes our key."""
    work = await endless(hass, device, entry, action)
    targets: list[float] = []
    unload = hass.config_entries.async_unload_platforms

    def note(*args: Any) -> Coroutine[Any, Any, bool]:
        targets.append(device.nozzle.target)
        return unload(*args)

    with patch.object(hass.config_entries, "async_unload_platforms", note):
        await hass.config_entries.async_remove(entry.entry_id)
    assert targets == [0]
    assert await reason(work) == "maintenance_stopped"


@pytest.mark.parametrize("action", WORK)
async def test_home_assistant_stops_in_the_middle(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    work = await endless(hass, device, entry, action)
    if action in HEATS:
        # It takes a second attempt, longer than Home Assistant waits for what it cancels.
        device.received.clear()
        device.faults.robot.close_after_hello = True
        relent = asyncio.create_task(
            device.wait_for(
                lambda: any(it.closed.is_set() for it in device.received.connections)
            )
        )
        relent.add_done_callback(lambda _: device.faults.clear())
    await hass.async_stop(force=True)
    assert device.player.occupant() is None
    assert device.nozzle.target == 0
    await asyncio.gather(work, return_exceptions=True)


@pytest.mark.parametrize("action", WORK)
@pytest.mark.parametrize("moment", ["task maintain", "", "quit"])
async def test_cut(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    action: str,
    moment: str,
) -> None:
    """The library's tests cut at every byte."""
    device.faults.endless_work = moment != "quit"
    if moment:
        device.faults.replies[moment] = None
    work = begin(hass, entry, action)
    if action == "load_filament" and moment == "quit":
        await shown(hass, step="loading")
        device.press_button()
    if moment:
        await device.wait_command(moment)
    else:
        await under_way(hass, device, action)
    device.faults.clear()
    await device.drop_connections()
    if moment == "quit":
        # It was done before that.
        await work
    else:
        assert await reason(work) == "cannot_connect"
    await idle_and_cold(hass, device)


@having(*({"generation": each, "plain_boards": True} for each in (1, 2)))
@pytest.mark.parametrize("action", [*WORK, "free_device"])
async def test_cut_at_a_byte(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    """The library's tests cut at every byte; this is what a person has of it."""

    async def mend() -> None:
        """Let the next connection be whole."""
        received = device.received.connections
        await device.wait_for(lambda: any(it.closed.is_set() for it in received))
        device.faults.clear()

    whole, cut = False, 0
    reasons: set[str | None] = set()
    while not whole:
        if action == "free_device":
            device.occupy()
            await status_is(hass, "maintenance")
        device.received.connections.clear()
        device.faults.robot.cut_after = cut
        mending = asyncio.create_task(mend())
        try:
            await act(hass, entry, action)
            whole = True
        except HomeAssistantError as err:
            reasons.add(err.translation_key)
        await mending
        if action == "free_device":
            device.free()
        await idle_and_cold(hass, device)
        cut += STEP[device.generation]
    assert cut > 3 * STEP[device.generation]
    assert reasons <= {"cannot_connect", "not_understood"}


async def test_a_heater_that_may_be_on(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    work = await endless(hass, device, entry, "unload_filament")
    await device.power_off()
    assert await reason(work) == "heater_left_on"
    assert any("heater" in line for line in log_lines(caplog))


async def test_thrown_out(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    work = await endless(hass, device, entry, "unload_filament")
    await device.kick_sessions()
    assert await reason(work) == "kicked"
    await idle_and_cold(hass, device)


async def test_work_that_is_canceled_before_it_begins_blocks_no_other(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    maintenance = entry.runtime_data.maintenance
    homing = asyncio.ensure_future(maintenance.async_home())
    await asyncio.sleep(0)
    maintenance._run.cancel()
    with pytest.raises(WorkRefused):
        await homing
    await act(hass, entry, "home")
    await idle_and_cold(hass, device)


async def test_a_heater_left_on_after_its_caller_left_is_a_warning(
    entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise HeaterLeftOn from None

    caller = asyncio.ensure_future(entry.runtime_data.maintenance._async_do(work))
    await begun.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    gc.collect()
    assert "may still be on" in caplog.text
    assert "ERROR" not in {it.levelname for it in caplog.records}
