"""The sockets of discovery: ports and interfaces that come late, go, and come back."""

import asyncio
from collections.abc import Iterator
import socket
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed, Listener, sockets
from custom_components.flux3dp.aioflux.datagram import PORT
from custom_components.flux3dp.aioflux.sockets import Sockets
from simulator import Device, Timing as DeviceTiming
from tests.cable import FAR, NEAR, Cable, cable
from tests.keys import MASTER_KEYS, VENDOR_KEY

from .conftest import ADDRESSES, FAST, UUID, MakeDevice, MakeListener
from .remains import open_sockets
from .updates import Updates

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
    updates = Updates(listener, host=FAR)
    await updates.wait(lambda update: update.status)
    updates.unsubscribe()
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
    updates = Updates(listener, host=FAR)

    await listener.use_interfaces([CHANGED])

    await updates.wait(lambda update: update.status)
    before = len(updates.received)
    listener.scan()
    await updates.wait(lambda update: update.status, before)


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


async def test_an_interface_that_fails_fails_alone(
    make_device: MakeDevice, make_listener: MakeListener
) -> None:
    listener = await make_listener(interfaces=["198.51.100.7", "127.0.0.1"])
    updates = Updates(listener)
    await make_device()
    await updates.wait(lambda update: update.device)
    listener.scan()


async def test_an_interface_that_comes_up_later_is_joined(
    make_device: MakeDevice,
    make_listener: MakeListener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A multicast group cannot be joined while the network is down."""
    real = socket.inet_aton

    def down(address: str) -> bytes:
        return real("198.51.100.7" if address == "127.0.0.1" else address)

    monkeypatch.setattr(socket, "inet_aton", down)
    listener = await make_listener()
    monkeypatch.undo()
    updates = Updates(listener)
    device = await make_device()
    listener.scan()
    await updates.wait(lambda update: update.device)
    device.set_status(st_id=1)
    await updates.wait(lambda update: update.status and update.status.st_id == 1)
    assert device.counters.notifies_sent > 0


async def test_a_port_that_is_taken_and_given_back(
    make_device: MakeDevice,
    make_listener: MakeListener,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as selfish:
        selfish.bind(("", PORT))
        listener = await make_listener()
        for _ in range(3):
            # Nothing is received without being asked for, so that is done.
            probes = listener.counters.probes
            await listener.use_interfaces(["127.0.0.1"])
            assert listener.counters.probes > probes
    assert (await listener.find((await make_device()).address)).uuid == UUID
    assert caplog.text.count("devices are still found by probing") == 1

    await listener.use_interfaces(["127.0.0.1"])

    assert f"Listening on UDP port {PORT} again" in caplog.text
    updates = Updates(listener)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((ADDRESSES[8], 0))
        notify = b"FLUX\x02\x00" + bytes.fromhex(UUID) + bytes(72)
        sender.sendto(notify, ("127.0.0.1", PORT))
    await updates.wait(lambda update: update.host == ADDRESSES[8])


async def test_without_any_socket_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    class NoSocket(socket.socket):
        def bind(self, address: Any) -> None:
            raise OSError("none left")

    monkeypatch.setattr(sockets.socket, "socket", NoSocket)
    with pytest.raises(ConnectionFailed, match="none left"):
        await Listener(timing=FAST).start()


async def test_what_waits_is_read_in_one_turn_of_the_loop() -> None:
    """On a loop that is busy it would be old by its turn, and come after the answers."""
    received: list[bytes] = []
    both = Sockets(
        ["127.0.0.1"], lambda data, _: received.append(data), lambda *_: None
    )
    await both.open()
    sent = [bytes([number]) for number in range(30)]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for data in sent:
            sender.sendto(data, ("127.0.0.1", PORT))
    for _ in range(2):
        await asyncio.sleep(0)
    assert received == sent
    await both.close()


async def test_a_closed_listener_is_silent(make_listener: MakeListener) -> None:
    listener = await make_listener()
    await listener.close()
    await listener.close()
    listener.probe(ADDRESSES[0])
    listener.scan()
    await listener.use_interfaces(["127.0.0.1"])
    assert listener.counters.as_dict()["received"] == 0


@pytest.mark.parametrize("opened", [False, True])
@pytest.mark.parametrize("turns", range(6))
async def test_closed_in_any_turn_of_opening_leaves_no_socket(
    turns: int, opened: bool
) -> None:
    before = open_sockets()
    both = Sockets(["127.0.0.1"], lambda *_: None, lambda *_: None)
    if opened:
        await both.open()
    using = asyncio.ensure_future(both.use(["0.0.0.0"]))
    for _ in range(turns):
        await asyncio.sleep(0)
    await both.close()
    await using
    await asyncio.sleep(0)
    assert open_sockets() == before
