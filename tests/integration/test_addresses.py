"""A device that moved is followed once it has shown its key, and to nowhere else."""

import asyncio
from dataclasses import replace
from unittest.mock import patch

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import (
    DeviceInfo,
    DeviceUpdate,
    Identity,
    Timing,
    verify_key,
)
from simulator import PATIENCE, Device
from tests.aioflux.updates import Updates
from tests.integration.conftest import ADDRESSES, BOTH, UUID, announced, having
from tests.integration.fakes import Home
from tests.integration.flows import assert_abort, enter
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS

ELSEWHERE = ADDRESSES[1]


# -- moves


@BOTH
async def test_a_device_that_moved_is_followed(wired: Wired, device: Device) -> None:
    await device.move(ELSEWHERE)
    await wired.until(lambda: wired.entry.data["host"] == ELSEWHERE)
    await wired.status_is("idle")
    assert device.received.passwords == []


async def test_a_device_that_moved_while_we_were_away_is_found(unpaired: Wired) -> None:
    entry = await unpaired.set_up(setup=False, host=ADDRESSES[5])

    assert await unpaired.hass.config_entries.async_setup(entry.entry_id)
    await unpaired.until(lambda: entry.data["host"] == ADDRESSES[0])
    await unpaired.status_is("idle")


async def test_one_that_is_seen_elsewhere_is_asked_at_its_address_at_once(
    home: Home,
) -> None:
    """Were it gone, that would be noticed sooner; anyone can replay what was seen."""
    elsewhere = replace(home.device.info, host=ELSEWHERE)
    update = DeviceUpdate(
        uuid=UUID, host=ELSEWHERE, version=2, device=elsewhere, status=None
    )
    asked = home.listener.probes
    for _ in range(3):
        for see in tuple(home.listener.subscribers):
            see(update)
    assert home.listener.probes == asked + 1
    assert home.entry.data["host"] == ADDRESSES[0]


async def test_another_key_under_the_same_uuid_moves_nothing(wired: Wired) -> None:
    impostor = await wired.make_device(address=ELSEWHERE, master_key=MASTER_KEYS[1])

    await wired.switch_off()
    await announced(impostor, 10)

    assert wired.entry.data["host"] == ADDRESSES[0]
    assert wired.value("status") == "offline"
    assert impostor.received.connections == []
    assert wired.flow.async_progress() == []


async def test_a_twin_with_another_certificate_is_not_followed_and_no_repair(
    wired: Wired, device: Device, entry: MockConfigEntry
) -> None:
    """Its datagrams are those of the device to the last byte; its certificate cannot be.

    Elsewhere anyone may hold any key: that says nothing about our device.
    """
    twin = await wired.make_device(address=ELSEWHERE)
    twin.faults.wrong_certificate = MASTER_KEYS[1]
    # It passes for the device, and is asked for nothing while that answers where it was.
    known = Updates(entry.runtime_data.listener, uuid=UUID, host=ELSEWHERE)
    await known.wait(lambda update: update.device and update.status)
    replayed = entry.runtime_data.listener.get(UUID, ELSEWHERE)
    assert replayed is not None
    assert replayed.identity is Identity.PINNED
    await announced(twin, 20)
    assert twin.received.connections == []

    await wired.switch_off()
    await twin.wait_for(lambda: bool(twin.received.connections))
    await twin.wait_closed_connections()
    await announced(twin, 10)
    assert entry.data["host"] == ADDRESSES[0]
    assert wired.value("status") == "offline"
    assert twin.received.application_bytes == b""
    assert wired.issues == {}

    # The device itself is followed at once.
    await device.move(ADDRESSES[2])
    await device.power_on()
    await wired.until(lambda: entry.data["host"] == ADDRESSES[2])
    await wired.status_is("idle")
    assert wired.issues == {}


async def test_an_old_address_that_answers_again_in_time_is_kept(wired: Wired) -> None:
    proved, go_on = asyncio.Event(), asyncio.Event()

    async def prove_slowly(
        candidate: DeviceInfo, master_key: bytes, timing: Timing
    ) -> None:
        await verify_key(candidate, master_key, timing)
        proved.set()
        await go_on.wait()

    with patch("custom_components.flux3dp.address.verify_key", prove_slowly):
        wired.device.faults.muted = wired.device.faults.silent = True
        await wired.make_device(address=ELSEWHERE)
        await asyncio.wait_for(proved.wait(), PATIENCE)
        wired.device.faults.clear()
        await wired.status_is("idle")
        go_on.set()
        await wired.hass.async_block_till_done(wait_background_tasks=True)

    assert wired.entry.data["host"] == ADDRESSES[0]


@pytest.mark.parametrize("off", [False, True], ids=["on", "off"])
async def test_mere_announcements_from_elsewhere_move_nothing(
    wired: Wired, entry: MockConfigEntry, *, off: bool
) -> None:
    if off:
        await wired.switch_off()
    # The datagrams are as good as the device's, and it answers no touch.
    twin = await wired.make_device(address=ELSEWHERE)
    twin.faults.silent = True
    known = Updates(entry.runtime_data.listener, uuid=UUID, host=ELSEWHERE)
    await known.wait(lambda update: update.status)
    await announced(twin, 20)

    assert twin.received.connections == []
    assert entry.data["host"] == ADDRESSES[0]
    assert wired.value("status") == ("offline" if off else "idle")
    assert wired.issues == {}


# -- by its name, or a person's hand


@having({"multicast": False})
async def test_a_device_that_moved_is_found_by_its_host_name(
    unpaired: Wired, device: Device, names: dict[str, str]
) -> None:
    names["workshop"] = device.address
    entry = await unpaired.set_up(host="workshop")
    await unpaired.status_is("idle")

    await device.move(ADDRESSES[2])
    await unpaired.status_is("offline")
    names["workshop"] = ADDRESSES[2]
    await unpaired.status_is("idle")
    assert entry.data["host"] == "workshop"
    assert entry.runtime_data.host == ADDRESSES[2]

    # With the next start too, and when the name is not known for a while.
    del names["workshop"]
    await unpaired.reload()
    await unpaired.status_is("offline")
    names["workshop"] = ADDRESSES[2]
    await unpaired.status_is("idle")
    await unpaired.remove()
    assert len(device.trust) == 0


@having({"multicast": False})
async def test_a_device_of_that_name_with_another_key_is_not_followed(
    unpaired: Wired, device: Device, names: dict[str, str]
) -> None:
    names["workshop"] = device.address
    entry = await unpaired.set_up(host="workshop")
    twin = {"address": ADDRESSES[2], "master_key": MASTER_KEYS[1]}
    other = await unpaired.make_device(multicast=False, **twin)
    names["workshop"] = other.address

    await unpaired.switch_off()
    await other.wait_for(lambda: other.counters.touches_answered > 0)
    assert entry.runtime_data.host == device.address
    assert other.received.connections == []
    await unpaired.switch_on()


@having({"multicast": False})
async def test_the_new_address_of_a_device_that_is_set_up_is_followed(
    wired: Wired, device: Device
) -> None:
    """Where announcements do not reach, entering the address tells where it is."""
    await wired.status_is("idle")
    await device.move(ADDRESSES[2])
    await wired.status_is("offline")
    assert_abort(await enter(wired), "already_configured")
    await wired.status_is("idle")
    assert wired.entry.data["host"] == device.address
