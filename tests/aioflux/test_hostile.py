"""The listener, against damage, forgery and floods."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
import json
from pathlib import Path
import random
import socket

from hypothesis import HealthCheck, given, settings, strategies as st
import pytest

from custom_components.flux3dp.aioflux import (
    Identity,
    Listener,
    Sighting,
    discovery,
)
from custom_components.flux3dp.aioflux.datagram import PORT, decode, probe
from simulator import Device
from tests.keys import MASTER_KEYS

from .conftest import ADDRESSES, FAST, UUID, MakeDevice, MakeListener
from .listening import Ear

VECTORS = Path(__file__).parent.parent / "vectors"
RECORDED = [path.read_bytes() for path in sorted(VECTORS.glob("*/*.bin"))]


async def test_nobody_is_known_by_an_unasked_touch_reply(
    make_listener: MakeListener,
) -> None:
    listener = await make_listener()
    notify = (VECTORS / "signed-v2" / "notify-idle.bin").read_bytes()
    reply = (VECTORS / "signed-v2" / "touch.bin").read_bytes()
    ear = Ear(listener)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((ADDRESSES[3], 0))
        for data in (notify, reply, notify):
            sender.sendto(data, ("127.0.0.1", PORT))
        await ear.wait(lambda _: len(ear.heard) == 2)
    assert listener.devices == ()
    assert listener.counters.dropped["unasked_touch_reply"] == 1


async def test_a_forged_announcement_leaves_the_device_alone(
    make_device: MakeDevice, listener: Listener
) -> None:
    await make_device()
    known = await listener.find(ADDRESSES[0])
    at_home = Ear(listener, host=ADDRESSES[0])
    elsewhere = Ear(listener, host=ADDRESSES[3])
    forged = bytearray((VECTORS / "signed-v2" / "notify-running.bin").read_bytes())
    forged[6:22] = bytes.fromhex(UUID)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((ADDRESSES[3], 0))
        sender.sendto(forged, ("127.0.0.1", PORT))
        seen = await elsewhere.wait(lambda sighting: sighting.status)
    assert seen.device is None
    seen = await at_home.wait(lambda sighting: sighting.status)
    assert seen.status is not None
    assert seen.status.st_id == 0
    assert listener.get(UUID) == known


async def test_a_broken_subscriber_deafens_nobody(
    make_device: MakeDevice, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Sighting) -> None:
        raise RuntimeError("mine")

    listener.subscribe(broken)
    ear = Ear(listener)
    await make_device()
    await ear.wait(lambda sighting: sighting.device)
    assert "A discovery subscriber failed" in caplog.text


async def test_a_flood_of_strangers_is_bounded(
    make_device: MakeDevice, listener: Listener
) -> None:
    device = await make_device()
    known = await listener.find(ADDRESSES[0])
    template = bytearray((VECTORS / "signed-v2" / "notify-idle.bin").read_bytes())
    source = random.Random(1)
    for _ in range(2000):
        template[6:22] = source.randbytes(16)
        listener._heard_shared(bytes(template), ADDRESSES[3])
    assert len(listener._records) == discovery._MAX_RECORDS
    assert listener._touching <= discovery._MAX_TOUCHING
    assert listener.devices == (known,)
    assert listener.counters.dropped["too_many_touches"] > 1000
    # Who is asked for is found all the same.
    await make_device(address=ADDRESSES[1], uuid="ab" * 16, master_key=MASTER_KEYS[1])
    assert (await listener.find(ADDRESSES[1])).uuid == "ab" * 16
    assert device.online


def damaged(count: int, source: random.Random) -> Iterator[bytes]:
    """Cut, flip, grow and invent datagrams, by turns."""
    for number in range(count):
        data = bytearray(source.choice(RECORDED))
        match number % 4:
            case 0:
                del data[source.randrange(len(data)) :]
            case 1:
                for _ in range(source.randrange(1, 9)):
                    data[source.randrange(len(data))] ^= source.randrange(1, 256)
            case 2:
                at = source.randrange(len(data))
                data[at:at] = source.randbytes(source.randrange(1, 200))
            case _:
                data = bytearray(source.randbytes(source.randrange(700)))
        yield bytes(data)


async def test_twenty_thousand_damaged_datagrams(
    make_listener: MakeListener, caplog: pytest.LogCaptureFixture
) -> None:
    """Over the wire, from addresses at which nobody answers a touch."""
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
        for data in damaged(20_000, random.Random(20261122)):
            senders[sent % len(senders)].sendto(data, ("127.0.0.1", PORT))
            sent += 1
            if sent % 50 == 0:
                async with asyncio.timeout(5):
                    while listener.counters.received < sent:  # noqa: ASYNC110 - counters tell nobody
                        await asyncio.sleep(0)
    assert listener.counters.received == 20_000
    assert listener.devices == ()
    assert "ERROR" not in {record.levelname for record in caplog.records}
    dropped = listener.counters.dropped
    assert sum(dropped.values()) > 10_000
    assert set(dropped) >= {"too_short", "not_flux", "unasked_touch_reply"}
    assert json.loads(json.dumps(listener.counters.as_dict()))["received"] == 20_000


async def test_damage_in_an_answer_we_asked_for_wins_no_trust(
    listener: Listener,
) -> None:
    """Nothing is raised, and nobody is verified under another identity."""
    genuine = {
        decode(data).uuid for data in RECORDED if data[:4] == b"FLUX" and data[5] == 0
    }
    for number, data in enumerate(damaged(5000, random.Random(7))):
        listener._heard(data, ADDRESSES[number % 3], own=True)
    for device in listener.devices:
        if device.identity is Identity.VERIFIED:
            assert device.uuid in genuine


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.binary(max_size=700), max_size=20), st.booleans())
def test_any_bytes_at_all(datagrams: list[bytes], own: bool) -> None:
    listener = Listener(interfaces=["127.0.0.1"], timing=FAST)

    async def hear() -> None:
        for tail in datagrams:
            for data in (tail, b"FLUX" + tail, probe(1)[:4] + b"\x01\x03" + tail):
                listener._heard(data, ADDRESSES[0], own=own)
        await listener.close()

    # With a factory, asyncio leaves the thread's current loop alone, which fixtures need.
    asyncio.run(hear(), loop_factory=asyncio.new_event_loop)
    assert listener.devices == ()


async def test_garbage_over_the_wire(
    make_device: MakeDevice, listener: Listener
) -> None:
    device: Device = await make_device()
    device.faults.garbage = True
    for _ in range(30):
        device.announce()
    await device.wait_for(lambda: listener.counters.received >= 20)
    assert listener.devices == ()
    device.faults.garbage = False
    assert (await listener.find(ADDRESSES[0], timeout=2)).uuid == UUID
