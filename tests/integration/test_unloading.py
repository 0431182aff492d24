"""An entry that is unloaded while somebody waits for its device: nothing lives on."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.commands import PAUSE, RESUME, async_command
from custom_components.flux3dp.const import DOMAIN
from simulator import ROBOT_PORT
from tests.integration.conftest import FAST, MakeDevice, MakeEntry, wait_for_state
from tests.integration.jobs import PATIENT, press, reason, run_job, status_is
from tests.integration.life import STATUS, act, issues, log_lines
from tests.integration.networks import ATTIC, FAR, wifi


class Questions:
    """Every question that is put to a device over UDP, and who put it."""

    def __init__(self, entry: MockConfigEntry, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        listener = entry.runtime_data.listener
        for name in ("probe", "scan", "touch"):
            monkeypatch.setattr(listener, name, self._counted(getattr(listener, name)))

    def _counted(self, ask: Callable[..., None]) -> Callable[..., None]:
        def counted(*args: Any) -> None:
            self.count += 1
            ask(*args)

        return counted

    async def none_come(self) -> None:
        """Fail if another one comes in the time in which a device would be asked."""
        before = self.count
        # An absence has no event: this is longer than any interval of the presence.
        await asyncio.sleep(FAST.unheard + 2 * FAST.probe_interval)
        assert self.count == before


async def test_an_unloaded_entry_asks_no_more_for_a_device_that_left(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device = await make_device(networks=[FAR])
    entry = await make_entry(device)
    questions = Questions(entry, monkeypatch)
    leaving = hass.async_create_task(act(hass, entry, "set_network", **wifi("Far")))
    await device.wait_command("network")
    assert await hass.config_entries.async_unload(entry.entry_id)

    assert await reason(leaving) == "unloaded"
    await questions.none_come()
    # Nobody would find out again that it left, and did not come back.
    assert issues(hass)["network_not_returned"].is_persistent
    assert not any("does not answer" in line for line in log_lines(caplog))


async def test_a_reload_while_a_device_leaves_is_told_and_leaves_no_repair(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
) -> None:
    device = await make_device(networks=[ATTIC])
    entry = await make_entry(device)
    leaving = hass.async_create_task(act(hass, entry, "set_network", **wifi("Attic")))
    await device.wait_command("network")
    assert await hass.config_entries.async_reload(entry.entry_id)

    assert await reason(leaving) == "unloaded"
    # The new coordinator finds the device where it went, and needs nobody for that.
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


async def test_an_order_ends_when_the_entry_is_unloaded(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = await make_device(timing=PATIENT)
    entry = await make_entry(device)
    await run_job(hass, device)
    await press(hass, "pause")
    await status_is(hass, "paused")
    questions = Questions(entry, monkeypatch)
    # Accepted, and not carried out: the confirmation goes on by announcements.
    device.faults.replies["player resume"] = "ok"
    await device.refuse_connections(ROBOT_PORT)
    resuming = hass.async_create_task(async_command(entry.runtime_data, RESUME))
    await device.wait_command("player resume")
    assert await hass.config_entries.async_unload(entry.entry_id)

    assert await reason(resuming) == "unloaded"
    await questions.none_come()


async def test_what_a_removed_entry_still_hears_is_not_stored(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    make_device: MakeDevice,
    make_entry: MakeEntry,
) -> None:
    device = await make_device(timing=PATIENT)
    entry = await make_entry(device)
    await run_job(hass, device)
    old = entry.runtime_data
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    stored = f"{DOMAIN}.job.{entry.entry_id}"
    assert stored not in hass_storage

    # Whoever still holds the old coordinator: an order, and what it would bring.
    late = hass.async_create_task(async_command(old, PAUSE))
    assert await reason(late) == "unloaded"
    old._store.async_keep(replace(old.data.job, jobs_completed=7))
    await hass.async_stop(force=True)
    assert stored not in hass_storage
