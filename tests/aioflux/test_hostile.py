"""The listener, against damage, forgery and floods."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
import json
import random
import socket

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
import pytest

from custom_components.flux3dp.aioflux import (
    DeviceUpdate,
    Identity,
    Listener,
    listener as listener_module,
)
from custom_components.flux3dp.aioflux.datagram import PORT
from custom_components.flux3dp.aioflux.identity import load_rsa_public_key
from custom_components.flux3dp.aioflux.records import MAX_STRANGERS, Records
from simulator import PATIENCE, Device
from tests.forger import Forger, public_der
from tests.fuzz.inputs import damaged, read_corpus
from tests.keys import MASTER_KEYS
from tests.vectors import read

from .conftest import ADDRESSES, FAST, UUID, MakeDevice, MakeListener
from .test_datagram import reply_of
from .updates import Updates

NOTIFY = read("signed-v2", "notify-idle.bin")
REPLY = read("signed-v2", "touch.bin")


async def test_a_broken_subscriber_keeps_nothing_from_others(
    make_device: MakeDevice, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: DeviceUpdate) -> None:
        raise RuntimeError("mine")

    listener.subscribe(broken)
    updates = Updates(listener)
    await make_device()
    await updates.wait(lambda update: update.device)
    assert "A discovery subscriber failed" in caplog.text


@contextmanager
def in_one_moment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have all that is heard come at once, however long it takes to be read."""
    moment = asyncio.get_running_loop().time()
    with monkeypatch.context() as patched:
        patched.setattr(listener_module, "_now", lambda: moment)
        yield


async def test_a_flood_of_strangers_is_bounded(
    make_device: MakeDevice,
    make_listener: MakeListener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And pushes out no device that is set up, of which there are more."""
    # A touch takes longer than the flood, so no room is made meanwhile.
    listener = await make_listener(timing=replace(FAST, touch_interval=5.0))
    master_key = reply_of(REPLY).master_key
    source = random.Random(3)
    homes = {
        source.randbytes(16): f"127.0.40.{number % 200 + 20}" for number in range(500)
    }

    def hear(data: bytes, uuid: bytes, host: str, *, own: bool = False) -> None:
        listener._heard(data[:6] + uuid + data[22:], host, own=own)

    for uuid, host in homes.items():
        listener.pin(uuid.hex(), master_key, host)
        hear(NOTIFY, uuid, host, own=True)
        hear(REPLY, uuid, host, own=True)
    assert listener.counters.touches == 500

    with in_one_moment(monkeypatch):
        for _ in range(2000):
            hear(NOTIFY, source.randbytes(16), ADDRESSES[3])
    assert listener.counters.touches == 500 + 32
    assert listener.counters.dropped["too_many_touches"] > 1900
    assert len(list(listener._records)) == 500 + MAX_STRANGERS

    for uuid, host in homes.items():
        hear(NOTIFY, uuid, host)
    assert len(listener.devices) == 500
    # Each of them is known already.
    assert listener.counters.touches == 500 + 32
    # Who is asked for is found all the same.
    await make_device()
    assert (await listener.find(ADDRESSES[0])).uuid == UUID


async def test_a_device_that_moved_away_has_its_home_where_it_is_pinned_next(
    make_device: MakeDevice, listener: Listener
) -> None:
    device = await make_device()
    known = await listener.find(ADDRESSES[0])
    for host in (ADDRESSES[5], ADDRESSES[0], ADDRESSES[0]):
        listener.pin(UUID, known.master_key, host)
    assert [(each.host, each.is_home) for each in listener._records] == [
        (device.address, True)
    ]
    listener.unpin(UUID)
    assert [(each.host, each.is_home) for each in listener._records] == [
        (device.address, False)
    ]


# -- in the name of a device, from its own address


@pytest.fixture
async def quiet(make_device: MakeDevice) -> Device:
    """Return a device that hears everything and says nothing."""
    device = await make_device(generation=2)
    device.faults.muted = device.faults.silent = True
    return device


async def test_one_reply_for_one_touch(
    quiet: Device, make_listener: MakeListener
) -> None:
    """Each may cost a signature, so there is no second look within a touch."""
    listener = await make_listener(timing=replace(FAST, touch_rest=600.0))
    with Forger.of(quiet) as forger:
        forger.announce()
        asked_from = await forger.touched()
        for _ in range(20):
            forger.answer(forger.reply(master_der=b"no key"), asked_from)
        forger.answer(forger.reply(), asked_from)
        await heard_more(listener, 21)
    dropped = listener.counters.dropped
    assert (dropped["bad_key"], dropped["unasked_touch_reply"]) == (1, 20)
    assert listener.devices == ()


async def test_new_sessions_without_end_are_touched_for_now_and_then(
    quiet: Device, make_listener: MakeListener
) -> None:
    listener = await make_listener(timing=replace(FAST, touch_rest=600.0))
    updates = Updates(listener)
    with Forger.of(quiet) as forger:
        forger.announce()
        forger.answer(forger.reply(), await forger.touched())
        await updates.wait(lambda update: update.device)
        touches = listener.counters.touches
        for _ in range(200):
            before = len(updates.received)
            forger.announce()
            await updates.wait(lambda update: update.status, before)
    assert listener.counters.touches == touches
    # What was asked for here is asked at once.
    listener.touch(UUID, quiet.address)
    assert listener.counters.touches == touches + 2


async def test_another_key_in_its_name_changes_nothing_of_a_pinned_device(
    quiet: Device, listener: Listener
) -> None:
    listener.pin(UUID, quiet.master_public_der, quiet.address)
    updates = Updates(listener)
    with Forger.of(quiet) as forger:
        forger.announce()
        forger.answer(forger.reply(), await forger.touched())
        known = (await updates.wait(lambda update: update.device)).device
        assert known is not None
        listener.touch(UUID, quiet.address)
        other = forger.reply(master_der=public_der(MASTER_KEYS[1]), name="HACKED")
        forger.answer(other, await forger.touched())
        told = await updates.wait(lambda update: update.changed, len(updates.received))
    assert told.device is not None
    assert told.device.identity is Identity.MISMATCH
    assert listener.get(UUID, quiet.address) == known
    assert listener.devices == (known,)
    # It is asked again, and may contradict.
    [record] = listener._records
    assert record.touch_wanted


async def test_a_broadcast_without_end_is_answered_now_and_then(
    quiet: Device, make_listener: MakeListener
) -> None:
    listener = await make_listener(timing=replace(FAST, unheard=600.0))
    counters = listener.counters
    with Forger.of(quiet) as forger:
        for _ in range(200):
            received = counters.received
            forger.broadcast()
            await heard_more(listener, received)
        # In the generation it speaks, and once; not at all if it was just heard.
        assert counters.probes == 1
        received = counters.received
        forger.send(NOTIFY)
        forger.broadcast(uuid=NOTIFY[6:22])
        await heard_more(listener, received + 1)
        assert counters.probes == 1
        for number in range(600):
            received = counters.received
            forger.broadcast(uuid=(number + 1).to_bytes(16))
            await heard_more(listener, received)
    assert len(list(listener._records)) == MAX_STRANGERS
    assert counters.dropped["too_many_broadcasts"] > 0


async def test_a_broadcast_is_answered_in_its_own_generation(
    quiet: Device, make_listener: MakeListener
) -> None:
    """Whatever was broadcast in the device's name before."""
    await make_listener(timing=replace(FAST, unheard=0.0))
    with Forger.of(quiet) as forger:
        forger.send(b"FLUX\x00\x01" + quiet.uuid_bytes)
        forger.broadcast()
        received = quiet.received.datagrams
        await quiet.wait_for(lambda: len(received) == 2)
    assert [datagram.data[4] for datagram in received] == [1, 2]


async def heard_more(listener: Listener, received: int) -> None:
    """Wait until the listener has received more datagrams than so many."""
    async with asyncio.timeout(PATIENCE):
        while listener.counters.received <= received:  # noqa: ASYNC110 - counters have no event
            await asyncio.sleep(0)


@pytest.mark.parametrize(
    ("bits", "exponent", "is_read"),
    [
        (4096, 65537, True),
        (2048, 65537, True),
        (4104, 65537, False),
        (16384, 65537, False),
        (2048, 3, False),
        (2048, (1 << 2000) + 1, False),
    ],
)
def test_no_key_is_read_that_no_device_has(
    bits: int, exponent: int, is_read: bool
) -> None:
    # To read it, it needs no factors.
    modulus = random.Random(bits).getrandbits(bits) | 1 << bits - 1 | 1
    numbers = rsa.RSAPublicNumbers(exponent, modulus)
    der = numbers.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    assert (load_rsa_public_key(der) is not None) is is_read


async def test_twenty_thousand_damaged_datagrams(
    make_listener: MakeListener, caplog: pytest.LogCaptureFixture
) -> None:
    """Over the wire, from addresses that answer no touch."""
    listener = await make_listener()
    sent = 0
    with ExitStack() as stack:
        senders = []
        for address in ADDRESSES[:8]:
            sender = stack.enter_context(
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            )
            sender.bind((address, 0))
            senders.append(sender)
        for data in damaged(read_corpus("datagrams"), 20_000, random.Random(20261122)):
            senders[sent % len(senders)].sendto(data, ("127.0.0.1", PORT))
            sent += 1
            if sent % 50 == 0:
                async with asyncio.timeout(PATIENCE):
                    while listener.counters.received < sent:  # noqa: ASYNC110 - counters have no event
                        await asyncio.sleep(0)
    # Its own questions to those addresses arrive here too.
    assert listener.counters.received >= 20_000
    assert listener.devices == ()
    assert "ERROR" not in {record.levelname for record in caplog.records}
    dropped = listener.counters.dropped
    assert sum(dropped.values()) > 10_000
    assert set(dropped) >= {"too_short", "not_flux", "unasked_touch_reply"}
    counters = listener.counters.as_dict()
    assert json.loads(json.dumps(counters)) == counters


def test_a_device_that_moves_on_and_on_leaves_no_more_strangers() -> None:
    records = Records()
    for number in range(MAX_STRANGERS):
        records.obtain(number.to_bytes(16), "10.0.0.1", 1)
    for number in range(50):
        records.set_home(b"\xff" * 16, f"10.0.1.{number}")
        records.obtain(b"\xff" * 16, f"10.0.1.{number}", 1)
    records.obtain(b"\xfe" * 16, "10.0.0.1", 1)
    assert len(list(records)) == MAX_STRANGERS + 1
