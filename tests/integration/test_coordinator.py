"""What a device says, and what it does not say any more, becomes state."""

import asyncio
import logging
from typing import Any
from unittest.mock import patch

from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
    EVENT_STATE_CHANGED,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.flux3dp.aioflux import Sighting, Timing, prove
from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.job import JobState
from simulator import Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    UUID,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.keys import MASTER_KEYS

STATUS = "sensor.delta_in_der_werkstatt_status"
CONNECTIVITY = "binary_sensor.delta_in_der_werkstatt_connectivity"
PROGRESS = "sensor.delta_in_der_werkstatt_progress"


def log_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the integration told a person about the device."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "custom_components.flux3dp" and record.levelno >= logging.INFO
    ]


async def test_a_hundred_equal_announcements_are_told_to_nobody(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    coordinator = entry.runtime_data
    calls: list[None] = []
    hundred = asyncio.Event()
    sightings: list[Sighting] = []

    def count(sighting: Sighting) -> None:
        sightings.append(sighting)
        if len(sightings) == 100:
            hundred.set()

    coordinator.async_add_listener(lambda: calls.append(None))
    written = async_capture_events(hass, EVENT_STATE_CHANGED)
    unsubscribe = coordinator.listener.subscribe(count, uuid=UUID)

    for _ in range(100):
        device.announce()
    await asyncio.wait_for(hundred.wait(), 5)
    unsubscribe()

    assert calls == []
    assert written == []
    device.set_status(st_id=4)
    await wait_for_state(hass, STATUS, "starting")
    assert calls


async def test_entities_follow_the_device(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)

    device.set_status(st_id=16, progress=0.25, head_module="EXTRUDER")
    device.announce()
    await wait_for_state(hass, STATUS, "running")

    assert hass.states.get(PROGRESS).state == "25.0"


async def test_silence_is_offline_once_and_an_answer_brings_it_back(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await make_entry(device)
    caplog.clear()

    device.faults.muted = device.faults.silent = True
    await wait_for_state(hass, STATUS, "offline")
    assert hass.states.get(CONNECTIVITY).state == "off"
    assert hass.states.get(PROGRESS).state == "unavailable"
    # It is asked on, and that is not told again and again.
    asked = len(device.received.datagrams)
    await device.wait_for(lambda: len(device.received.datagrams) > asked + 4)
    assert log_lines(caplog) == [f"{NAME} does not answer at {ADDRESSES[0]}"]

    device.faults.clear()
    await wait_for_state(hass, STATUS, "idle")
    assert hass.states.get(CONNECTIVITY).state == "on"
    assert log_lines(caplog)[1:] == [f"{NAME} is back at {ADDRESSES[0]}"]


async def test_a_device_can_be_switched_off_and_on(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")


async def test_lost_answers_do_not_make_a_device_offline(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    written = async_capture_events(hass, EVENT_STATE_CHANGED)
    device.faults.muted = True  # No announcements: probes are all there is.
    probes = device.counters.probes_answered
    await device.wait_for(lambda: device.counters.probes_answered >= probes + 3)
    device.faults.silent = True
    lost = len(device.received.datagrams)
    # Both generations are asked each time.
    await device.wait_for(lambda: len(device.received.datagrams) >= lost + 4)
    device.faults.silent = False
    answered = device.counters.probes_answered
    await device.wait_for(lambda: device.counters.probes_answered > answered + 1)

    assert written == []
    assert hass.states.get(STATUS).state == "idle"


async def test_without_multicast_probes_are_enough(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(multicast=False)
    await make_entry(device)
    assert hass.states.get(STATUS).state == "idle"

    device.set_status(st_id=16, progress=0.5)
    await wait_for_state(hass, STATUS, "running")
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")


async def test_a_device_with_a_job_is_asked_more_often(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(multicast=False)
    entry = await make_entry(device)
    timing = entry.runtime_data.timing

    async def interval() -> float:
        gaps = []
        last = hass.loop.time()
        for _ in range(4):
            answered = device.counters.probes_answered
            await device.wait_for(
                lambda answered=answered: device.counters.probes_answered > answered
            )
            now = hass.loop.time()
            gaps.append(now - last)
            last = now
        return max(gaps[1:])

    assert await interval() > timing.unheard_active * 1.4
    device.set_status(st_id=16)
    await wait_for_state(hass, STATUS, "running")
    assert await interval() < timing.unheard


async def test_what_changes_elsewhere_reaches_the_device_registry(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    entry = await make_entry(device)

    def registered() -> dr.DeviceEntry:
        [only] = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        return only

    assert registered().identifiers == {(DOMAIN, UUID)}
    assert registered().name == NAME
    assert registered().manufacturer == "FLUX Inc."
    assert registered().model == "FLUX Delta"
    assert registered().model_id == "delta-1"
    assert registered().serial_number == "FD1A104242"
    assert registered().sw_version == "1.6.95"

    device.rename("Attic")
    await wait_until(hass, lambda: registered().name == "Attic")
    assert entry.title == "Attic"
    await device.upgrade(firmware="1.7.1")
    await wait_until(hass, lambda: registered().sw_version == "1.7.1")

    device_registry.async_update_device(registered().id, name_by_user="Mine")
    hass.config_entries.async_update_entry(entry, title="Mine, too")
    device.rename("Cellar")
    await wait_until(hass, lambda: registered().name == "Cellar")
    assert registered().name_by_user == "Mine"
    assert entry.title == "Mine, too"


async def test_a_device_that_changes_generation_stays_the_same_device(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = await make_device(generation=1)
    entry = await make_entry(device)

    await device.upgrade(firmware="2.0.0", generation=2)
    await wait_until(
        hass,
        lambda: entry.runtime_data.data.device.version == 2,
    )
    device.set_status(st_id=16, progress=0.1)
    await wait_for_state(hass, STATUS, "running")


async def test_a_device_that_moved_is_followed(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)

    await device.move(ADDRESSES[1])
    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[1])
    await wait_for_state(hass, STATUS, "idle")
    assert device.received.passwords == []


async def test_a_device_that_moved_while_we_were_away_is_found(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False, host=ADDRESSES[5])

    assert await hass.config_entries.async_setup(entry.entry_id)
    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[0])
    await wait_for_state(hass, STATUS, "idle")


async def test_another_key_under_the_same_uuid_moves_nothing(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    impostor = await make_device(address=ADDRESSES[1], master_key=MASTER_KEYS[1])

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    touched = impostor.counters.notifies_sent
    await impostor.wait_for(lambda: impostor.counters.notifies_sent > touched + 10)

    assert entry.data["host"] == ADDRESSES[0]
    assert hass.states.get(STATUS).state == "offline"
    assert impostor.received.connections == []


async def test_who_replays_the_device_but_has_not_its_key_is_not_followed(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    # Its datagrams are those of the device to the last byte; its certificate cannot be.
    impostor = await make_device(
        address=ADDRESSES[1], generation=device.config.generation
    )
    impostor.faults.wrong_certificate = MASTER_KEYS[1]

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await impostor.wait_for(lambda: bool(impostor.received.connections))
    await impostor.wait_closed_connections()

    assert entry.data["host"] == ADDRESSES[0]
    assert impostor.received.application_bytes == b""
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")


async def test_while_the_old_address_answers_no_other_is_tried(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    twin = await make_device(address=ADDRESSES[1], generation=device.config.generation)
    touched = twin.counters.notifies_sent
    await twin.wait_for(lambda: twin.counters.notifies_sent > touched + 20)

    assert entry.data["host"] == ADDRESSES[0]
    assert twin.received.connections == []
    assert hass.states.get(STATUS).state == "idle"


async def test_an_old_address_that_answers_again_in_time_is_kept(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    proved, go_on = asyncio.Event(), asyncio.Event()

    async def prove_slowly(host: str, master_key: bytes, timing: Timing) -> None:
        await prove(host, master_key, timing)
        proved.set()
        await go_on.wait()

    with patch("custom_components.flux3dp.address.prove", prove_slowly):
        device.faults.muted = device.faults.silent = True
        await make_device(address=ADDRESSES[1], generation=device.config.generation)
        await asyncio.wait_for(proved.wait(), 5)
        device.faults.clear()
        await wait_for_state(hass, STATUS, "idle")
        go_on.set()
        await hass.async_block_till_done(wait_background_tasks=True)

    assert entry.data["host"] == ADDRESSES[0]


async def test_who_answers_at_the_known_address_with_another_key_is_not_the_device(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    await device.stop()
    await wait_for_state(hass, STATUS, "offline")

    impostor = await make_device(name="Impostor", master_key=MASTER_KEYS[1])
    # Until it has said who it is nobody can know; then its words count no more.
    await impostor.wait_for(lambda: impostor.counters.touches_answered > 0)
    await wait_for_state(hass, STATUS, "offline")
    sent = impostor.counters.notifies_sent
    await impostor.wait_for(lambda: impostor.counters.notifies_sent > sent + 10)

    assert hass.states.get(STATUS).state == "offline"
    [registered] = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert registered.name == NAME


async def test_a_model_that_changes_is_kept_in_the_entry(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    device = await make_device(model="delta-1p")
    entry = await make_entry(device, model="delta-1")

    assert entry.data["model"] == "delta-1p"
    [registered] = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
    assert registered.model == "FLUX Delta+"


async def test_the_job_is_written_when_home_assistant_stops(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    hass_storage: dict[str, Any],
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    device.set_status(st_id=16, progress=0.25)
    await wait_for_state(hass, PROGRESS, "25.0")
    key = f"{DOMAIN}.job.{entry.entry_id}"
    assert key not in hass_storage

    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()

    assert JobState.from_dict(hass_storage[key]["data"]).job_number == 1


async def test_a_person_can_ask_for_an_update(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    device.faults.muted = True
    answered = device.counters.probes_answered

    assert await async_setup_component(hass, "homeassistant", {})
    await hass.services.async_call(
        "homeassistant", "update_entity", {"entity_id": STATUS}, blocking=True
    )

    assert device.counters.probes_answered > answered
    assert hass.states.get(STATUS).state == "idle"
