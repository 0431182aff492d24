"""Whose word counts for where a device is: only that of who holds its key."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import socket

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import DeviceUpdate, Identity, Listener
from simulator import DISCOVERY_PORT, MANAGEMENT_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    ADDRESSES,
    UUID,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.integration.life import STATUS, issues

ELSEWHERE = ADDRESSES[1]
GROUP = "239.255.255.250"
TOUCH = 2


class Forger(asyncio.DatagramProtocol):
    """Sends what it likes in a device's name, from an address of its own.

    It answers every touch with `reply`, and counts who connects to it: it speaks as a
    FLUX device up to the hello, and has no key for what comes then.
    """

    def __init__(self) -> None:
        """Have nothing to say yet."""
        self.reply: bytes | None = None
        self.touched = 0
        self.connections = 0
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        assert isinstance(transport, asyncio.DatagramTransport)
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Replay the reply to a touch."""
        if data[5] == TOUCH and self.reply is not None and self._transport:
            self.touched += 1
            self._transport.sendto(self.reply, addr)

    def announce(self, notify: bytes) -> None:
        """Send an announcement to everybody."""
        assert self._transport is not None
        self._transport.sendto(notify, (GROUP, DISCOVERY_PORT))

    def connected(
        self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Say hello, then nothing that fits."""
        self.connections += 1
        writer.write(b"FLUX0003" + bytes(64))
        writer.close()


@asynccontextmanager
async def forger() -> AsyncIterator[Forger]:
    """Have somebody at another address."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    sock.bind((ELSEWHERE, DISCOVERY_PORT))
    sock.setsockopt(
        socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(ELSEWHERE)
    )
    loop = asyncio.get_running_loop()
    transport, somebody = await loop.create_datagram_endpoint(Forger, sock=sock)
    server = await asyncio.start_server(somebody.connected, ELSEWHERE, MANAGEMENT_PORT)
    try:
        yield somebody
    finally:
        transport.close()
        server.close()
        await server.wait_closed()


async def heard(
    listener: Listener, is_it: Callable[[DeviceUpdate], bool], say: Callable[[], None]
) -> None:
    """Say something again and again until it was heard."""
    event = asyncio.Event()

    def hear(sighting: DeviceUpdate) -> None:
        if is_it(sighting):
            event.set()

    unsubscribe = listener.subscribe(hear, uuid=UUID, host=ELSEWHERE)
    try:
        async with asyncio.timeout(PATIENCE):
            while not event.is_set():
                say()
                await asyncio.wait([asyncio.ensure_future(event.wait())], timeout=0.05)
    finally:
        unsubscribe()


@pytest.mark.parametrize("off", [False, True], ids=["on", "off"])
async def test_forged_announcements_move_nothing(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, *, off: bool
) -> None:
    entry = await make_entry(device)
    listener = entry.runtime_data.listener
    if off:
        await device.power_off()
        await wait_for_state(hass, STATUS, "offline")

    async with forger() as somebody:
        for _ in range(10):
            await heard(
                listener,
                lambda sighting: sighting.status is not None,
                lambda: somebody.announce(device.beacon.notify()),
            )
        assert somebody.connections == 0

    assert entry.data["host"] == ADDRESSES[0]
    assert hass.states.get(STATUS).state == ("offline" if off else "idle")
    assert issues(hass) == {}


async def test_a_genuine_touch_reply_replayed_from_another_address_moves_nothing(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    listener = entry.runtime_data.listener
    notify, reply = device.beacon.notify(), device.beacon.touch_reply()

    async with forger() as somebody:
        somebody.reply = reply

        def says_who(sighting: DeviceUpdate) -> bool:
            return sighting.device is not None and sighting.status is not None

        # Every byte is the device's own, so it passes for the device ...
        await heard(listener, says_who, lambda: somebody.announce(notify))
        replayed = listener.get(UUID, ELSEWHERE)
        assert replayed is not None
        assert replayed.identity is Identity.PINNED
        assert somebody.touched > 0
        # ... but nobody asks it for more while the device answers where it was,
        for _ in range(10):
            await heard(listener, says_who, lambda: somebody.announce(notify))
        assert somebody.connections == 0
        assert entry.data["host"] == ADDRESSES[0]
        assert hass.states.get(STATUS).state == "idle"

        # and when it does not, a key is asked for that somebody has not.
        await device.power_off()
        await wait_for_state(hass, STATUS, "offline")
        async with asyncio.timeout(PATIENCE):
            while not somebody.connections:
                await heard(listener, says_who, lambda: somebody.announce(notify))
        for _ in range(5):
            await heard(listener, says_who, lambda: somebody.announce(notify))
        assert entry.data["host"] == ADDRESSES[0]
        assert hass.states.get(STATUS).state == "offline"

    # The device itself is followed at once.
    await device.move(ADDRESSES[2])
    await device.power_on()
    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[2])
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}
