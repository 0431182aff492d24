"""What a device says, and its silence, becomes state."""

import asyncio
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
    EVENT_STATE_CHANGED,
    EntityCategory,
)
from homeassistant.core import Event, EventStateChangedData, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.flux3dp.aioflux import Robot
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.job.store import restored
from custom_components.flux3dp.sensor import FluxSensor
from simulator import Device
from tests.integration.conftest import ADDRESSES, NAME, UUID, having
from tests.integration.fakes import Home, settle
from tests.integration.jobs import entity, witness
from tests.integration.life import CONNECTIVITY, PROGRESS, STATUS
from tests.integration.wired import Wired

RUNNING = entity("binary_sensor", "running")


async def test_a_hundred_equal_announcements_update_nothing(home: Home) -> None:
    calls: list[None] = []
    home.entry.runtime_data.async_add_listener(lambda: calls.append(None))
    written = async_capture_events(home.hass, EVENT_STATE_CHANGED)
    for _ in range(100):
        await home.announce()
    assert calls == written == []

    await home.run(4, "STARTING")
    assert home.value("status") == "starting"
    assert calls


async def test_a_change_is_written_by_those_it_concerns_only(home: Home) -> None:
    states = home.hass.states
    await home.run(seconds=3)
    reported = {state.entity_id: state.last_reported for state in states.async_all()}

    home.device.progress = 0.5
    await home.announce()
    await home.advance(3)
    assert home.value("progress") == "50.0"
    written = {
        state.entity_id
        for state in states.async_all()
        if state.last_reported != reported[state.entity_id]
    }
    assert written == {
        PROGRESS,
        entity("sensor", "finish_time"),
        entity("sensor", "time_remaining"),
    }


async def test_one_update_writes_readings_first_then_what_rests_on_them_then_events(
    home: Home,
) -> None:
    hass, entry = home.hass, home.entry
    coordinator = entry.runtime_data
    ranks = {"status": 1, "running": 2, "problem": 2, "connectivity": 2, "job": 3}
    entities = {
        found.entity_id: ranks.get(found.unique_id.removeprefix(f"{UUID}_"), 0)
        for found in er.async_entries_for_config_entry(
            er.async_get(hass), entry.entry_id
        )
        # Settings are added when they have been read, and nothing rests on them.
        if found.entity_category is not EntityCategory.CONFIG
    }
    late: list[tuple[str, str]] = []
    changed: set[str] = set()

    def below(rank: int) -> dict[str, State | None]:
        return {
            entity_id: hass.states.get(entity_id)
            for entity_id, its_rank in entities.items()
            if its_rank < rank
        }

    @callback
    def look(event: Event[EventStateChangedData]) -> None:
        entity_id = event.data["entity_id"]
        if rank := entities.get(entity_id, 0):
            changed.add(entity_id)
            before = below(rank)
            # What is not written yet is written by this.
            coordinator.async_update_listeners()
            late.extend(
                (entity_id, other)
                for other, state in below(rank).items()
                if state != before[other]
            )

    hass.bus.async_listen(EVENT_STATE_CHANGED, look)
    await home.run(seconds=3)
    await home.run(48, "PAUSED", "FILAMENT_RUNOUT", seconds=3)
    await home.run(seconds=3)
    await home.run(64, "COMPLETED")
    home.listener.silent = True
    await home.until(lambda: home.value("status") == "offline")

    assert late == []
    assert changed == {entity_id for entity_id, rank in entities.items() if rank}


async def test_one_that_fails_keeps_no_other_from_its_update(home: Home) -> None:
    seen = witness(home.hass)

    def fail(_sensor: FluxSensor) -> None:
        raise RuntimeError("a fault of ours")

    with patch.object(FluxSensor, "native_value", property(fail)):
        await home.run()
        assert home.hass.states.get(RUNNING).state == "on"
        await home.advance(5)
    assert f"{PROGRESS} was not updated" in home.caplog.text
    assert seen.event_types == ["started"]
    await home.run(48, "PAUSED", seconds=3)
    assert home.value("status") == "paused"


async def test_silence_is_offline_once_and_an_answer_brings_it_back(home: Home) -> None:
    home.caplog.clear()
    home.listener.silent = True
    await home.advance(13)
    assert home.value("status") == "idle"
    await home.advance(2)
    assert home.value("status") == "offline"
    assert home.hass.states.get(CONNECTIVITY).state == "off"
    assert home.hass.states.get(PROGRESS).state == "unavailable"
    # It is asked on, and that is not logged again and again.
    probes = home.listener.probes
    await home.advance(60)
    assert home.listener.probes == probes + 6
    assert home.log == [f"{NAME} does not answer at {ADDRESSES[0]}"]

    home.listener.silent = False
    await home.advance(10)
    assert home.value("status") == "idle"
    assert home.hass.states.get(CONNECTIVITY).state == "on"
    assert home.log[1:] == [f"{NAME} is back at {ADDRESSES[0]}"]


async def test_a_device_with_a_job_is_asked_more_often(new_home: Home) -> None:
    home = new_home
    # A report would be a sign of life too.
    await home.setup(hold=False)
    probes = home.listener.probes
    await home.advance(60)
    assert home.listener.probes == probes + 6
    await home.run()
    probes = home.listener.probes
    await home.advance(60)
    # Twice a second: another program can leave a job as soon as it has ended.
    assert home.listener.probes == probes + 120


@having({"multicast": False})
async def test_without_multicast_probes_are_enough(wired: Wired) -> None:
    assert wired.value("status") == "idle"

    wired.device.set_status(st_id=16, progress=0.5)
    await wired.status_is("running")
    await wired.switch_off()
    await wired.switch_on()


async def test_what_changes_elsewhere_reaches_the_device_registry(
    wired: Wired,
    device: Device,
    entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:

    def known() -> dr.DeviceEntry:
        return wired.registered

    assert known().identifiers == {(DOMAIN, UUID)}
    assert known().name == NAME
    assert known().manufacturer == "FLUX Inc."
    assert known().model == "FLUX Delta"
    assert known().model_id == "delta-1"
    assert known().serial_number == "FD1A104242"
    assert known().sw_version == "1.6.95"

    device.rename("Attic")
    await wired.until(lambda: known().name == "Attic")
    assert entry.title == "Attic"
    await device.upgrade(firmware="1.7.1")
    await wired.until(lambda: known().sw_version == "1.7.1")

    device_registry.async_update_device(known().id, name_by_user="Mine")
    wired.hass.config_entries.async_update_entry(entry, title="Mine, too")
    device.rename("Cellar")
    await wired.until(lambda: known().name == "Cellar")
    assert known().name_by_user == "Mine"
    assert entry.title == "Mine, too"


@having({"generation": 1})
async def test_a_device_that_changes_generation_stays_the_same_device(
    wired: Wired, device: Device
) -> None:

    await device.upgrade(firmware="2.0.0", generation=2)
    await wired.until(lambda: wired.entry.runtime_data.data.device.version == 2)
    device.set_status(st_id=16, progress=0.1)
    await wired.status_is("running")


@having({"model": "delta-1p"})
async def test_a_model_that_changes_is_kept_in_the_entry(unpaired: Wired) -> None:
    await unpaired.set_up(model="delta-1")

    assert unpaired.entry.data["model"] == "delta-1p"
    assert unpaired.registered.model == "FLUX Delta+"


async def test_the_job_is_written_when_home_assistant_stops(
    home: Home, hass_storage: dict[str, Any]
) -> None:
    await home.run()
    key = f"{DOMAIN}.job.{home.entry.entry_id}"
    assert key not in hass_storage

    for event in (EVENT_HOMEASSISTANT_STOP, EVENT_HOMEASSISTANT_FINAL_WRITE):
        home.hass.bus.async_fire(event)
        await home.hass.async_block_till_done()
    assert restored(hass_storage[key]["data"]).job_number == 1


async def test_a_person_can_ask_for_an_update(home: Home) -> None:
    probes = home.listener.probes
    assert await async_setup_component(home.hass, "homeassistant", {})
    await home.hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": STATUS}, blocking=True
    )
    assert home.listener.probes > probes
    assert home.value("status") == "idle"


async def test_firmware_that_cannot_describe_itself_is_not_asked_again(
    home: Home,
) -> None:
    device = home.device
    device.replies["deviceinfo"] = "error UNKNOWN_COMMAND"
    device.info = replace(device.info, name="Attic")
    for _ in range(20):
        await home.announce()
        await home.advance(60)
    assert device.received.count("deviceinfo") == 1
    assert home.registered.name == NAME


async def test_a_device_that_was_taken_over_is_asked_again(home: Home) -> None:
    device = home.device
    device.replies["deviceinfo"] = "error KICKED"
    device.info = replace(device.info, name="Attic")
    for _ in range(20):
        if "deviceinfo" in device.received:
            device.replies.pop("deviceinfo", None)
        await home.announce()
        await home.advance(60)
    assert home.registered.name == "Attic"


async def test_a_change_is_asked_about_once_however_slow_the_device_is(
    home: Home,
) -> None:
    device, answers, asked = home.device, asyncio.Event(), 0

    async def deviceinfo(_robot: Robot) -> dict[str, str]:
        nonlocal asked
        asked += 1
        await answers.wait()
        return {"nickname": "Attic"}

    with patch.object(Robot, "deviceinfo", deviceinfo):
        for _ in range(5):
            device.info = replace(device.info, name="Attic")
            await home.advance(60)
            await home.announce()
        assert asked == 1
        answers.set()
        await settle()
    assert home.registered.name == "Attic"
