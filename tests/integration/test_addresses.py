"""A device that moved is followed once it has shown its key, and to nowhere else."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
import socket
from unittest.mock import patch

from homeassistant.core import HomeAssistant
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import (
    DeviceInfo,
    DeviceUpdate,
    Identity,
    Listener,
    Timing,
    verify_key,
)
from simulator import DISCOVERY_PORT, MANAGEMENT_PORT, Device
from simulator.waiting import PATIENCE
from tests.integration.conftest import (
    ADDRESSES,
    BOTH,
    NAME,
    UUID,
    MakeDevice,
    MakeEntry,
    having,
    wait_for_state,
    wait_until,
)
from tests.integration.flows import assert_abort, enter
from tests.integration.life import STATUS, issues, registered
from tests.keys import MASTER_KEYS

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
    """Run a stranger at another address."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setblocking(False)
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT):
        sock.setsockopt(socket.SOL_SOCKET, option, 1)
    sock.bind((ELSEWHERE, DISCOVERY_PORT))
    sock.setsockopt(
        socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(ELSEWHERE)
    )
    loop = asyncio.get_running_loop()
    transport, stranger = await loop.create_datagram_endpoint(Forger, sock=sock)
    server = await asyncio.start_server(stranger.connected, ELSEWHERE, MANAGEMENT_PORT)
    try:
        yield stranger
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


# -- moves


@BOTH
async def test_a_device_that_moved_is_followed(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
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
    hass: HomeAssistant, device: Device, make_device: MakeDevice, entry: MockConfigEntry
) -> None:
    impostor = await make_device(address=ADDRESSES[1], master_key=MASTER_KEYS[1])

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    touched = impostor.counters.notifies_sent
    await impostor.wait_for(lambda: impostor.counters.notifies_sent > touched + 10)

    assert entry.data["host"] == ADDRESSES[0]
    assert hass.states.get(STATUS).state == "offline"
    assert impostor.received.connections == []


async def test_a_twin_with_another_certificate_is_not_followed_and_no_repair(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, entry: MockConfigEntry
) -> None:
    """Its datagrams are those of the device to the last byte; its certificate cannot be.

    Elsewhere anyone may hold any key: that says nothing about our device.
    """
    twin = await make_device(address=ADDRESSES[1])
    twin.faults.wrong_certificate = MASTER_KEYS[1]
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await twin.wait_for(lambda: bool(twin.received.connections))
    await twin.wait_closed_connections()

    assert entry.data["host"] == ADDRESSES[0]
    assert twin.received.application_bytes == b""
    assert issues(hass) == {}
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")


async def test_while_the_old_address_answers_no_other_is_tried(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, entry: MockConfigEntry
) -> None:
    twin = await make_device(address=ADDRESSES[1])
    touched = twin.counters.notifies_sent
    await twin.wait_for(lambda: twin.counters.notifies_sent > touched + 20)

    assert entry.data["host"] == ADDRESSES[0]
    assert twin.received.connections == []
    assert hass.states.get(STATUS).state == "idle"


async def test_an_old_address_that_answers_again_in_time_is_kept(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, entry: MockConfigEntry
) -> None:
    proved, go_on = asyncio.Event(), asyncio.Event()

    async def prove_slowly(
        candidate: DeviceInfo, master_key: bytes, timing: Timing
    ) -> None:
        await verify_key(candidate, master_key, timing)
        proved.set()
        await go_on.wait()

    with patch("custom_components.flux3dp.address.verify_key", prove_slowly):
        device.faults.muted = device.faults.silent = True
        await make_device(address=ADDRESSES[1])
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


# -- forged


@pytest.mark.parametrize("off", [False, True], ids=["on", "off"])
async def test_forged_announcements_move_nothing(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, *, off: bool
) -> None:
    listener = entry.runtime_data.listener
    if off:
        await device.power_off()
        await wait_for_state(hass, STATUS, "offline")

    async with forger() as stranger:
        for _ in range(10):
            await heard(
                listener,
                lambda sighting: sighting.status is not None,
                lambda: stranger.announce(device.beacon.notify()),
            )
        assert stranger.connections == 0

    assert entry.data["host"] == ADDRESSES[0]
    assert hass.states.get(STATUS).state == ("offline" if off else "idle")
    assert issues(hass) == {}


async def test_a_genuine_touch_reply_replayed_from_another_address_moves_nothing(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    listener = entry.runtime_data.listener
    notify, reply = device.beacon.notify(), device.beacon.touch_reply()

    async with forger() as stranger:
        stranger.reply = reply

        def says_who(sighting: DeviceUpdate) -> bool:
            return sighting.device is not None and sighting.status is not None

        # Every byte is the device's own, so it passes for the device ...
        await heard(listener, says_who, lambda: stranger.announce(notify))
        replayed = listener.get(UUID, ELSEWHERE)
        assert replayed is not None
        assert replayed.identity is Identity.PINNED
        assert stranger.touched > 0
        # ... but it is asked for no more while the device answers where it was,
        for _ in range(10):
            await heard(listener, says_who, lambda: stranger.announce(notify))
        assert stranger.connections == 0
        assert entry.data["host"] == ADDRESSES[0]
        assert hass.states.get(STATUS).state == "idle"

        # and when it does not, a key is asked for that the stranger has not.
        await device.power_off()
        await wait_for_state(hass, STATUS, "offline")
        async with asyncio.timeout(PATIENCE):
            while not stranger.connections:
                await heard(listener, says_who, lambda: stranger.announce(notify))
        for _ in range(5):
            await heard(listener, says_who, lambda: stranger.announce(notify))
        assert entry.data["host"] == ADDRESSES[0]
        assert hass.states.get(STATUS).state == "offline"

    # The device itself is followed at once.
    await device.move(ADDRESSES[2])
    await device.power_on()
    await wait_until(hass, lambda: entry.data["host"] == ADDRESSES[2])
    await wait_for_state(hass, STATUS, "idle")
    assert issues(hass) == {}


# -- by its name, or a person's hand


@having({"multicast": False})
async def test_a_device_that_moved_is_found_by_its_host_name(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    names: dict[str, str],
) -> None:
    names["workshop"] = device.address
    entry = await make_entry(device, host="workshop")
    await wait_for_state(hass, STATUS, "idle")

    await device.move(ADDRESSES[2])
    await wait_for_state(hass, STATUS, "offline")
    names["workshop"] = ADDRESSES[2]
    await wait_for_state(hass, STATUS, "idle")
    assert entry.data["host"] == "workshop"
    assert entry.runtime_data.host == ADDRESSES[2]

    # With the next start too, and when the name is not known for a while.
    del names["workshop"]
    assert await hass.config_entries.async_reload(entry.entry_id)
    await wait_for_state(hass, STATUS, "offline")
    names["workshop"] = ADDRESSES[2]
    await wait_for_state(hass, STATUS, "idle")
    assert await hass.config_entries.async_remove(entry.entry_id)
    assert len(device.trust) == 0


@having({"multicast": False})
async def test_a_device_of_that_name_with_another_key_is_not_followed(
    hass: HomeAssistant,
    device: Device,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    names: dict[str, str],
) -> None:
    names["workshop"] = device.address
    entry = await make_entry(device, host="workshop")
    twin = {"address": ADDRESSES[2], "master_key": MASTER_KEYS[1]}
    other = await make_device(multicast=False, **twin)
    names["workshop"] = other.address

    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    await other.wait_for(lambda: other.counters.touches_answered > 0)
    assert entry.runtime_data.host == device.address
    assert other.received.connections == []
    await device.power_on()
    await wait_for_state(hass, STATUS, "idle")


@having({"multicast": False})
async def test_the_new_address_of_a_device_that_is_set_up_is_followed(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """Where announcements do not reach, entering the address tells where it is."""
    await wait_for_state(hass, STATUS, "idle")
    await device.move(ADDRESSES[2])
    await wait_for_state(hass, STATUS, "offline")
    assert_abort(await enter(hass, device.address), "already_configured")
    await wait_for_state(hass, STATUS, "idle")
    assert entry.data["host"] == device.address
