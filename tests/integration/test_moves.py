"""A device that moved is followed, once it has shown its key; nobody else is."""

import asyncio
from unittest.mock import patch

from homeassistant.core import HomeAssistant

from custom_components.flux3dp.aioflux import Timing, verify_key
from simulator import Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.integration.life import STATUS, issues, registered
from tests.keys import MASTER_KEYS


async def asked_for_its_key(
    hass: HomeAssistant, device: Device, make_device: MakeDevice
) -> Device:
    """Switch the device off while somebody replays it; return them, asked who they are.

    Their datagrams are those of the device to the last byte; their certificate cannot be.
    """
    impostor = await make_device(
        address=ADDRESSES[1], generation=device.config.generation
    )
    impostor.faults.wrong_certificate = MASTER_KEYS[1]
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await impostor.wait_for(lambda: bool(impostor.received.connections))
    await impostor.wait_closed_connections()
    return impostor


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
    impostor = await asked_for_its_key(hass, device, make_device)

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
        await verify_key(host, master_key, timing)
        proved.set()
        await go_on.wait()

    with patch("custom_components.flux3dp.address.verify_key", prove_slowly):
        device.faults.muted = device.faults.silent = True
        await make_device(address=ADDRESSES[1], generation=device.config.generation)
        await asyncio.wait_for(proved.wait(), 5)
        device.faults.clear()
        await wait_for_state(hass, STATUS, "idle")
        go_on.set()
        await hass.async_block_till_done(wait_background_tasks=True)

    assert entry.data["host"] == ADDRESSES[0]


async def test_who_answers_at_the_known_address_with_another_key_is_not_the_device(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device()
    entry = await make_entry(device)
    await device.stop()
    await wait_for_state(hass, STATUS, "offline")

    impostor = await make_device(name="Impostor", master_key=MASTER_KEYS[1])
    # What they announce is shown, as anybody can announce it from there.
    await wait_for_state(hass, STATUS, "idle")
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))
    sent = impostor.counters.notifies_sent
    await impostor.wait_for(lambda: impostor.counters.notifies_sent > sent + 10)

    assert registered(hass, entry).name == NAME
    assert impostor.received.application_bytes == b""


async def test_a_twin_with_another_certificate_is_not_followed_and_no_repair(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Elsewhere anybody may hold any key: that says nothing about our device."""
    entry = await make_entry(device)
    twin = await asked_for_its_key(hass, device, make_device)

    assert entry.data["host"] == ADDRESSES[0]
    assert twin.received.application_bytes == b""
    assert issues(hass) == {}
