"""Datagrams only inform: forged with a device's own address, they lock and rewrite nothing.

The forger has what the device sends to everyone: its address, its uuid, its public key.
What it has not is the private key, so every handshake and every reply over TLS is the
device's own.
"""

import asyncio

from homeassistant.config_entries import ConfigEntryState
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey, Identity
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from simulator import ROBOT_PORT, Device, TrustedKey
from tests.aioflux.updates import Updates
from tests.forger import Forger, public_der
from tests.integration.conftest import BOTH, NAME, UUID, announced, having, paced
from tests.integration.jobs import BRISK, asked, connections, witness
from tests.integration.wired import Wired
from tests.keys import MASTER_KEYS, VENDOR_KEY

PACE = {"handshake": 30.0}
# Enough announcements for a device that is not believed to be taken for silent.
LONG = 30
OTHER_TEXTS = {"ver": "1.0b1", "model": "fbm1", "name": "HACKED"}


async def forge(
    entry: MockConfigEntry, forger: Forger, device: Device, data: bytes
) -> None:
    """Have the listener touch a device, and the forger answer before it can."""
    listener = entry.runtime_data.listener
    updates = Updates(listener, uuid=UUID, host=device.address)
    silent, device.faults.silent = device.faults.silent, True
    try:
        # Another touch may be due before.
        listener.touch(UUID, device.address, 2)
        forger.answer(data, await forger.touched())
        await updates.wait(lambda sighting: sighting.changed)
    finally:
        device.faults.silent = silent
        updates.unsubscribe()


def assert_untouched(wired: Wired) -> None:
    """Assert that no word of a forger has become known here."""
    device = wired.registered
    assert wired.entry.title == device.name == NAME
    assert (device.model_id, device.sw_version) == ("delta-1", "1.6.95")
    assert wired.entry.data["model"] == "delta-1"
    assert wired.issues == {}
    assert wired.reauths == []


# -- another key


@BOTH
@pytest.mark.parametrize("silent", [False, True], ids=["answers", "announces only"])
async def test_another_key_in_its_name_does_not_switch_a_device_off(
    wired: Wired, device: Device, entry: MockConfigEntry, silent: bool
) -> None:
    seen = witness(wired.hass)
    device.faults.silent = silent
    with Forger.of(device) as forger:
        forger.announce()
        other = forger.reply(master_der=public_der(MASTER_KEYS[1]), **OTHER_TEXTS)
        await forge(entry, forger, device, other)
        await announced(device, LONG)
        await wired.signed_in()
        assert "offline" not in seen.statuses
        assert wired.value("status") == "idle"

        listener = entry.runtime_data.listener
        await wired.unload()
        if not silent:
            # Nothing is pinned now, so the listener believes what comes.
            device.faults.silent = True
            updates = Updates(listener, uuid=UUID)
            listener.touch(UUID, device.address, 2)
            forger.answer(other, await forger.touched())
            await updates.wait(lambda sighting: sighting.device)
            device.faults.silent = False
        assert await wired.hass.config_entries.async_setup(entry.entry_id)
    await wired.status_is("idle")
    device.set_status(st_id=1)
    await wired.status_is("initializing")
    device.set_status(st_id=0)
    await wired.status_is("idle")
    assert_untouched(wired)
    if not silent:
        # The sign-in outranks what is left of the forger, and touches again.
        await wired.until(lambda: entry.runtime_data.data.device is not None)
        known = listener.get(UUID, device.address)
        assert known is not None
        assert known.identity is Identity.PINNED


# -- a signature


@having({"vendor_key": None})
async def test_a_signature_counts_for_the_key_and_the_device_that_it_is_of(
    device: Device, entry: MockConfigEntry
) -> None:
    serial, uuid = device.config.serial, device.uuid_bytes
    key, other = device.master_public_der, public_der(MASTER_KEYS[1])
    with Forger.of(device) as forger:
        for number, signed in enumerate(
            ((serial, bytes(16), key), (serial, uuid, other), ("other", uuid, key))
        ):
            device.beacon.identify = VENDOR_KEY.sign_identity(*signed)
            await forge(entry, forger, device, forger.reply(name=f"HACKED {number}"))
        assert entry.data["verified"] is False
        # FLUX's own is true, also in a forged reply.
        device.beacon.identify = VENDOR_KEY.sign_identity(serial, uuid, key)
        await forge(entry, forger, device, forger.reply())
        assert entry.data["verified"] is True


# -- other texts


@BOTH
async def test_other_texts_with_the_genuine_key_rewrite_nothing(wired: Wired) -> None:
    with Forger.of(wired.device) as forger:
        forger.announce()
        await forge(wired.entry, forger, wired.device, forger.reply(**OTHER_TEXTS))
        await announced(wired.device, LONG)

        assert_untouched(wired)
        assert wired.value("status") == "idle"
        assert await wired.act("list_trusted_keys")
        assert wired.entry.state is ConfigEntryState.LOADED


@paced(unheard=60.0)
async def test_other_texts_without_end_are_verified_once(wired: Wired) -> None:
    with Forger.of(wired.device) as forger:
        for number in range(10):
            data = forger.reply(ver="1.0b1", name=f"HACKED {number}")
            await forge(wired.entry, forger, wired.device, data)
            await announced(wired.device, 2)
            # What is looked into here must not wait for that.
            assert await wired.act("list_trusted_keys")

    assert wired.device.received.robot.count("deviceinfo") <= 1
    assert connections(wired.device) <= 1
    assert_untouched(wired)


async def test_a_device_without_a_trusted_key_keeps_its_old_texts(
    wired: Wired, device: Device, client_key: ClientKey
) -> None:
    device.forget_trust()
    await wired.reload()
    await wired.until(lambda: bool(wired.reauths))
    device.received.connections.clear()

    device.rename("Attic")
    await announced(device, LONG)
    assert wired.registered.name == NAME
    assert connections(device) == 0

    device.trust.add(TrustedKey.from_pem("Home Assistant", client_key.public_pem))
    await wired.act("list_trusted_keys")
    await wired.until(lambda: wired.registered.name == "Attic")


# -- real changes


async def test_a_real_change_is_taken_over_by_one_short_connection(
    wired: Wired, device: Device
) -> None:
    device.received.robot.clear()

    device.rename("Attic")
    await wired.until(lambda: wired.registered.name == "Attic")
    await wired.until(lambda: wired.entry.title == "Attic")
    await device.wait_closed_connections()
    await announced(device, LONG)
    assert [each.port for each in device.received.connections] == [ROBOT_PORT]
    assert asked(device) == ["deviceinfo"]
    await device.upgrade(firmware="6.1.11")
    await wired.until(lambda: wired.registered.sw_version == "6.1.11")


async def test_half_a_lie_is_half_believed(wired: Wired, device: Device) -> None:
    device.faults.silent = True
    device.rename("Attic")
    with Forger.of(device) as forger:
        await forge(wired.entry, forger, device, forger.reply(ver="1.0b1"))
        await wired.until(lambda: wired.registered.name == "Attic")

    assert wired.registered.sw_version == "1.6.95"
    assert wired.issues == {}


@having({"timing": BRISK})
async def test_in_a_job_the_connection_that_is_open_is_used(wired: Wired) -> None:
    await wired.run_job()
    await wired.device.wait_for(lambda: "player report" in wired.device.received.robot)

    wired.device.rename("Attic")
    await wired.until(lambda: wired.registered.name == "Attic")

    assert connections(wired.device) == 1


async def test_a_device_that_is_occupied_is_not_asked(wired: Wired) -> None:
    wired.device.set_status(st_id=-1, error_label="192.0.2.4")
    await wired.status_is("maintenance")
    wired.device.rename("Attic")
    await announced(wired.device, LONG)
    assert connections(wired.device) == 0
    assert wired.registered.name == NAME

    wired.device.set_status(st_id=0, error_label="")
    await wired.until(lambda: wired.registered.name == "Attic")


@having({"timing": BRISK})
async def test_a_device_that_is_only_announced_as_occupied_takes_commands(
    wired: Wired, device: Device
) -> None:
    wired.hass.config_entries.async_update_entry(
        wired.entry, options={CONF_HOLD_CONNECTION: False}
    )
    await wired.run_job()
    with Forger.of(device) as forger:
        device.faults.muted = True
        forger.announce(occupied_by="192.0.2.4")
        await wired.status_is("maintenance")
        await wired.press("pause")

    assert "player pause" in device.received.robot


# -- another generation


@paced(unheard=60.0, unheard_active=60.0)
@having({"generation": 1, "timing": BRISK})
async def test_a_generation_1_device_that_is_announced_as_2_takes_commands(
    wired: Wired, device: Device, entry: MockConfigEntry
) -> None:
    wired.hass.config_entries.async_update_entry(
        entry, options={CONF_HOLD_CONNECTION: False}
    )
    await wired.run_job()
    with Forger.of(device) as forger:
        # Whatever the device itself announces or answers comes later.
        device.faults.muted = True
        forger.announce()
        await forge(entry, forger, device, forger.reply())
        assert entry.runtime_data.data.device.version == 2
        async with asyncio.timeout(10):
            await wired.press("pause")

    assert "player pause" in device.received.robot
    # What it announces lags behind.
    await device.wait_for(lambda: device.status.st_id == 48)
