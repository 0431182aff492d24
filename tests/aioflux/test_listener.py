"""The listener: what it finds, and what it passes on."""

import socket
import threading
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import (
    DeviceNotFound,
    Identity,
    InvalidRequest,
    Listener,
    identity,
)
from custom_components.flux3dp.aioflux.datagram import PORT
from tests.keys import MASTER_KEYS

from .conftest import ADDRESSES, UUID, MakeDevice
from .updates import Updates

BOTH = pytest.mark.parametrize("generation", [1, 2])

OTHER = "0f9e8d7c6b5a49388271605f4e3d2c1b"


@BOTH
async def test_an_announced_device_becomes_known(
    generation: int, make_device: MakeDevice, listener: Listener, updates: Updates
) -> None:
    device = await make_device(generation=generation)
    seen = await updates.wait(lambda update: update.device)
    info = seen.device
    assert info is not None
    assert seen.changed
    assert (info.uuid, info.host, info.version) == (UUID, ADDRESSES[0], generation)
    assert (info.name, info.serial) == ("Delta in der Werkstatt ♥", "FD1A104242")
    assert info.model_name == "FLUX Delta"
    assert info.has_password
    assert info.identity is Identity.VERIFIED
    assert info.master_key == device.master_public_der
    assert (info.slave_key is not None) == (generation == 1)
    assert listener.devices == (info,)
    assert listener.get(UUID) == listener.get(UUID, ADDRESSES[0]) == info
    assert listener.get(UUID, ADDRESSES[1]) is None

    # Its status follows, and what does not change is said once.
    device.set_status(st_id=16, progress=0.25, head_module="EXTRUDER")
    seen = await updates.wait(
        lambda update: update.status and update.status.st_id == 16
    )
    assert seen.status is not None
    assert (seen.status.progress, seen.device) == (0.25, info)
    assert sum(update.changed for update in updates.received) == 1

    device.rename("Attic")
    seen = await updates.wait(
        lambda update: update.device and update.device.name == "Attic"
    )
    assert seen.changed


@BOTH
async def test_found_by_address_with_multicast_blocked(
    generation: int, make_device: MakeDevice, listener: Listener
) -> None:
    await make_device(generation=generation, multicast=False)
    with pytest.raises(DeviceNotFound):
        await listener.lookup(UUID, timeout=0.2)
    info = await listener.find(ADDRESSES[0])
    assert (info.uuid, info.version) == (UUID, generation)
    assert await listener.find(ADDRESSES[0]) == info
    assert await listener.lookup(UUID, hosts=[ADDRESSES[0]]) == info


async def test_names(
    make_device: MakeDevice, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address is not looked up; a slow resolver is part of the time to find."""
    device = await make_device(multicast=False)
    answer = threading.Event()
    asked: list[str] = []

    def resolver(host: str, *_: object, **__: object) -> list[object]:
        asked.append(host)
        if host == "printer.local":
            answer.wait()
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    assert (await listener.find(device.address)).host == device.address
    assert await listener.address_of(device.address) == device.address
    assert asked == []
    try:
        for host, timeout in (("printer.invalid", None), ("printer.local", 0.2)):
            with pytest.raises(InvalidRequest) as caught:
                await listener.find(host, timeout)
            assert (caught.value.field, caught.value.reason) == ("host", "unresolvable")
    finally:
        answer.set()
    assert await listener.address_of("printer.invalid") is None


@BOTH
async def test_a_device_that_answers_from_its_other_address(
    generation: int, make_device: MakeDevice, listener: Listener
) -> None:
    """The system of a device with two interfaces chooses the one it answers from."""
    there = {"generation": generation, "other_address": ADDRESSES[5]}
    device = await make_device(multicast=False, **there)
    info = await listener.find(ADDRESSES[5])
    assert (info.uuid, info.host) == (UUID, device.address)
    # The answer of one device is none of another's.
    with pytest.raises(DeviceNotFound):
        await listener.find(ADDRESSES[6], timeout=0.2)


async def test_a_host_name_is_never_looked_up_on_the_way_out(
    listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    listener.probe("localhost")
    assert listener.counters.probes == 0
    assert "Cannot send to localhost" in caplog.text


async def test_a_scan_is_answered_before_the_next_announcement(
    make_device: MakeDevice, listener: Listener, updates: Updates
) -> None:
    device = await make_device()
    device.faults.muted = True
    listener.scan()
    await updates.wait(lambda update: update.device)
    assert device.counters.probes_answered >= 1


async def test_filters(
    make_device: MakeDevice, listener: Listener, updates: Updates
) -> None:
    by_uuid = Updates(listener, uuid=OTHER)
    by_host = Updates(listener, host=ADDRESSES[0])
    ended = Updates(listener)
    ended.unsubscribe()
    ended.unsubscribe()
    await make_device()
    await make_device(address=ADDRESSES[1], uuid=OTHER, master_key=MASTER_KEYS[1])
    await updates.wait(lambda update: update.uuid == OTHER and update.device)
    await updates.wait(lambda update: update.uuid == UUID and update.device)
    assert {update.uuid for update in by_uuid.received} == {OTHER}
    assert {update.host for update in by_host.received} == {ADDRESSES[0]}
    assert not ended.received
    assert len(listener.devices) == 2


async def test_a_reboot_and_an_upgrade_are_noticed(
    make_device: MakeDevice, listener: Listener, updates: Updates
) -> None:
    device = await make_device(generation=1, firmware="1.6.95")
    first = (await updates.wait(lambda update: update.device)).device
    assert first is not None
    before = (await updates.wait(lambda update: update.status)).prefix
    await device.reboot()
    await updates.wait(lambda update: update.status and update.prefix != before)
    seen = await updates.wait(
        lambda update: update.device and update.device.slave_key != first.slave_key
    )
    assert seen.changed
    await device.upgrade(firmware="6.1.11", generation=2)
    seen = await updates.wait(
        lambda update: update.device and update.device.firmware == "6.1.11"
    )
    assert seen.device is not None
    assert (seen.device.version, seen.device.slave_key) == (2, None)
    assert listener.devices == (seen.device,)


async def test_a_broadcast_is_answered_with_a_probe(
    make_device: MakeDevice, updates: Updates
) -> None:
    device = await make_device(multicast=False)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((ADDRESSES[0], 0))
        sender.sendto(b"FLUX\x00\x02" + bytes.fromhex(UUID), ("127.0.0.1", PORT))
        await updates.wait(lambda update: update.device)
    assert device.counters.probes_answered >= 1


@pytest.mark.parametrize(
    ("changes", "verified"),
    [
        ({"vendor_key": None}, False),
        ({"vendor_key": None, "serial": "XXXXXXXXXX"}, False),
        ({"identify_hash": "sha1"}, True),
        ({"identify_hash": "sha1", "serial": "ZZZZ104242"}, False),
    ],
)
async def test_identity(
    changes: dict[str, Any], verified: bool, make_device: MakeDevice, listener: Listener
) -> None:
    await make_device(**changes)
    found = (await listener.find(ADDRESSES[0])).identity
    assert found is (Identity.VERIFIED if verified else Identity.UNVERIFIED)


async def test_pins(make_device: MakeDevice, listener: Listener) -> None:
    device = await make_device()
    await listener.find(ADDRESSES[0])

    def identity_now() -> Identity | None:
        info = listener.get(UUID, ADDRESSES[0])
        return info.identity if info else None

    listener.pin(UUID, device.master_public_der)
    assert identity_now() is Identity.PINNED
    listener.pin(UUID, b"another")
    assert identity_now() is Identity.MISMATCH
    assert listener.devices == ()
    with pytest.raises(DeviceNotFound):
        await listener.lookup(UUID, timeout=0.2)
    listener.unpin(UUID)
    assert identity_now() is Identity.VERIFIED


async def test_a_signature_is_checked_once(
    make_device: MakeDevice, listener: Listener
) -> None:
    identity.signed_by.cache_clear()
    identity.rsa_signed.cache_clear()
    device = await make_device(generation=1)
    await listener.find(ADDRESSES[0])
    signatures = identity.signed_by.cache_info().misses
    touches = identity.rsa_signed.cache_info().misses
    updates = Updates(listener)
    for _ in range(20):
        before = len(updates.received)
        device.announce()
        await updates.wait(lambda update: update.status, before)
    assert identity.signed_by.cache_info().misses == signatures == 1
    assert identity.rsa_signed.cache_info().misses == touches == 2


async def test_a_lost_touch_is_asked_again(
    make_device: MakeDevice, updates: Updates
) -> None:
    device = await make_device()
    device.faults.silent = True
    await updates.wait(lambda update: update.status)
    await device.wait_for(lambda: len(device.received.datagrams) >= 2)
    device.faults.silent = False
    await updates.wait(lambda update: update.device)


async def test_touch_asks_anew(make_device: MakeDevice, listener: Listener) -> None:
    device = await make_device()
    await listener.find(ADDRESSES[0])
    updates = Updates(listener)
    answered = device.counters.touches_answered
    listener.touch(UUID, ADDRESSES[0])
    seen = await updates.wait(lambda update: update.status is None)
    assert device.counters.touches_answered == answered + 1
    assert not seen.changed
