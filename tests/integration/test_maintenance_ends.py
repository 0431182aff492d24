"""However maintenance ends, the device is idle after it and its heater off."""

import asyncio
from collections.abc import Coroutine
import gc
from typing import Any
from unittest.mock import patch

from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import HeaterLeftOn
from custom_components.flux3dp.device import NotDone
from simulator import Device
from tests.integration.conftest import having
from tests.integration.jobs import BRISK, reason
from tests.integration.life import HEATS, WORK
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}
# In bytes of what a device says, of which a handshake of generation 2 is the most.
STEP = {1: 100, 2: 450}


@pytest.mark.parametrize("action", WORK)
async def test_canceled_in_the_middle(wired: Wired, action: str) -> None:
    # Nothing else stops it: a script's end, what cancels a job, a reload.
    work = await wired.endless(action)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await wired.idle_and_cold()

    work = await wired.endless(action)
    assert wired.commands == {"cancel"}
    await wired.press("cancel")
    assert await reason(work) == "maintenance_stopped"
    await wired.idle_and_cold()

    work = await wired.endless(action)
    await wired.reload()
    assert wired.device.nozzle.target == 0
    assert await reason(work) == "maintenance_stopped"
    await wired.idle_and_cold()


@pytest.mark.parametrize("action", HEATS)
async def test_the_heater_is_off_before_an_entry_goes(
    wired: Wired, action: str
) -> None:
    """What comes after its platforms has 10 s, and removes our key."""
    work = await wired.endless(action)
    targets: list[float] = []
    unload = wired.hass.config_entries.async_unload_platforms

    def note(*args: Any) -> Coroutine[Any, Any, bool]:
        targets.append(wired.device.nozzle.target)
        return unload(*args)

    with patch.object(wired.hass.config_entries, "async_unload_platforms", note):
        await wired.remove()
    assert targets == [0]
    assert await reason(work) == "maintenance_stopped"


@pytest.mark.parametrize("action", WORK)
async def test_home_assistant_stops_in_the_middle(
    wired: Wired, device: Device, action: str
) -> None:
    work = await wired.endless(action)
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
    await wired.hass.async_stop(force=True)
    assert device.player.occupant() is None
    assert device.nozzle.target == 0
    await asyncio.gather(work, return_exceptions=True)


@pytest.mark.parametrize("action", WORK)
@pytest.mark.parametrize("moment", ["task maintain", "", "quit"])
async def test_cut(wired: Wired, device: Device, action: str, moment: str) -> None:
    """The library's tests cut at every byte."""
    device.faults.endless_work = moment != "quit"
    if moment:
        device.faults.replies[moment] = None
    work = wired.begin(action)
    if action == "load_filament" and moment == "quit":
        await wired.shown(step="loading")
        device.press_button()
    if moment:
        await device.wait_command(moment)
    else:
        await wired.under_way(action)
    device.faults.clear()
    await device.drop_connections()
    if moment == "quit":
        # It was done before that.
        await work
    else:
        assert await reason(work) == "cannot_connect"
    await wired.idle_and_cold()


@having(*({"generation": each, "plain_boards": True} for each in (1, 2)))
@pytest.mark.parametrize("action", [*WORK, "free_device"])
async def test_cut_at_a_byte(wired: Wired, device: Device, action: str) -> None:
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
            await wired.status_is("maintenance")
        device.received.connections.clear()
        device.faults.robot.cut_after = cut
        mending = asyncio.create_task(mend())
        try:
            await wired.act(action)
            whole = True
        except HomeAssistantError as err:
            reasons.add(err.translation_key)
        await mending
        if action == "free_device":
            device.free()
        await wired.idle_and_cold()
        cut += STEP[device.generation]
    assert cut > 3 * STEP[device.generation]
    assert reasons <= {"cannot_connect", "not_understood"}


async def test_a_heater_that_may_be_on(wired: Wired, device: Device) -> None:
    work = await wired.endless("unload_filament")
    await device.power_off()
    assert await reason(work) == "heater_left_on"
    assert any("heater" in line for line in wired.log)


async def test_thrown_out(wired: Wired, device: Device) -> None:
    work = await wired.endless("unload_filament")
    await device.kick_sessions()
    assert await reason(work) == "kicked"
    await wired.idle_and_cold()


async def test_work_that_is_canceled_before_it_begins_blocks_no_other(
    wired: Wired,
) -> None:
    maintenance = wired.entry.runtime_data.maintenance
    homing = asyncio.ensure_future(maintenance.async_home())
    await asyncio.sleep(0)
    maintenance._run.cancel()
    with pytest.raises(NotDone) as ended:
        await homing
    assert ended.value.key == "maintenance_stopped"
    await wired.act("home")
    await wired.idle_and_cold()


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
