"""Interfaces that come late, go, come back and change their address."""

import asyncio
from collections.abc import Iterator
import socket

import pytest

from custom_components.flux3dp.aioflux import Listener
from custom_components.flux3dp.aioflux.datagram import PORT
from simulator import Device, Timing as DeviceTiming
from tests.cable import FAR, NEAR, Cable, cable
from tests.keys import MASTER_KEYS, VENDOR_KEY

from .conftest import UUID, MakeListener
from .listening import Ear

CHANGED = "10.77.0.7"


@pytest.fixture
def wire() -> Iterator[Cable]:
    """Return a cable to the other host."""
    with cable() as wire:
        yield wire


async def switch_on(wire: Cable) -> Device:
    """Switch on a device at the other end of the cable."""
    return await wire.switch_on(
        uuid=UUID,
        serial="FD1A104242",
        name="Far",
        generation=2,
        master_key=MASTER_KEYS[0],
        vendor_key=VENDOR_KEY,
        timing=DeviceTiming.fast(),
    )


async def hears(listener: Listener) -> None:
    """Wait for an announcement from now on, with nothing asked."""
    probes = listener.counters.probes
    ear = Ear(listener, host=FAR)
    await ear.wait(lambda sighting: sighting.status)
    ear.unsubscribe()
    assert listener.counters.probes == probes


async def test_a_network_that_comes_after_us(
    wire: Cable, make_listener: MakeListener
) -> None:
    listener = await make_listener(interfaces=["0.0.0.0"])
    wire.plug()
    await switch_on(wire)

    await listener.use_interfaces([NEAR])

    await hears(listener)


async def test_an_interface_that_is_made_again(
    wire: Cable, make_listener: MakeListener
) -> None:
    wire.plug()
    listener = await make_listener(interfaces=[NEAR])
    # More often than a socket may be a member of groups (20 by default).
    for _ in range(24):
        wire.pull()
        wire.plug()
        await listener.use_interfaces([NEAR])
    await switch_on(wire)

    await hears(listener)


async def test_our_own_address_changes(
    wire: Cable, make_listener: MakeListener
) -> None:
    wire.plug()
    device = await switch_on(wire)
    listener = await make_listener(interfaces=[NEAR])
    device.faults.muted = True
    wire.take_address(NEAR)
    wire.give_address(CHANGED)
    ear = Ear(listener, host=FAR)

    await listener.use_interfaces([CHANGED])

    await ear.wait(lambda sighting: sighting.status)
    before = len(ear.heard)
    listener.scan()
    await ear.wait(lambda sighting: sighting.status, before)


async def test_nothing_is_asked_while_nothing_changes(
    wire: Cable, make_listener: MakeListener
) -> None:
    wire.plug()
    # The second one has no multicast, and gets none by being tried again.
    interfaces = [NEAR, "198.51.100.7"]
    listener = await make_listener(interfaces=interfaces)
    shared = listener._sockets._shared

    for _ in range(50):
        await listener.use_interfaces(interfaces)

    assert listener.counters.probes == 0
    assert listener._sockets._shared is shared


async def test_a_port_that_is_given_back(
    make_listener: MakeListener, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as selfish:
        selfish.bind(("", PORT))
        listener = await make_listener()
        for _ in range(3):
            # Nothing is heard without being asked for, so that is done.
            probes = listener.counters.probes
            await listener.use_interfaces(["127.0.0.1"])
            assert listener.counters.probes > probes
    assert caplog.text.count("devices are still found by probing") == 1

    await listener.use_interfaces(["127.0.0.1"])

    assert f"Listening on UDP port {PORT} again" in caplog.text
    ear = Ear(listener)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.40.9", 0))
        notify = b"FLUX\x02\x00" + bytes.fromhex(UUID) + bytes(72)
        sender.sendto(notify, ("127.0.0.1", PORT))
    await ear.wait(lambda sighting: sighting.uuid == UUID)


async def test_a_closed_listener_uses_no_interface(make_listener: MakeListener) -> None:
    listener = await make_listener()
    await asyncio.gather(listener.close(), listener.use_interfaces(["127.0.0.1"]))
    await listener.use_interfaces(["127.0.0.1"])
    assert listener._sockets._shared is None
    assert listener._sockets._own is None
