"""Datagrams: built like the recorded ones, and sent when real devices send them."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
import hashlib
import json
import math
import socket
from typing import Any

from cryptography.hazmat.primitives import hashes
import pytest

from simulator import Device, Timing
from simulator.discovery import GROUP
from simulator.faults import damage
from tests.keys import CLIENT_KEY, MASTER_KEY_4096, MASTER_KEYS

from .client import Key, sign_in
from .conftest import ADDRESSES, UUID, MakeDevice
from .datagrams import decode, decode_status, public_rsa, verify, verify_identity
from .inbox import inbox, listener_socket, probe, udp_socket
from .recordings import VECTORS

HERE = ADDRESSES[0]


def recorded_datagrams() -> Iterator[tuple[str, str]]:
    for folder in ("rescue-v1", "rescue-v2", "signed-v1", "signed-v2"):
        for path in sorted((VECTORS / folder).glob("*.bin")):
            if path.name != "certificate.bin":
                yield folder, path.name


@pytest.mark.parametrize(("folder", "name"), recorded_datagrams())
async def test_it_announces_and_answers_as_recorded(
    make_device: MakeDevice, folder: str, name: str
) -> None:
    """Set a device to what a recorded datagram says, and compare all that can be equal."""
    expected = json.loads((VECTORS / folder / "expected.json").read_text())
    real = decode((VECTORS / folder / name).read_bytes())
    wanted = expected[name]
    info = {**expected["touch.bin"]["info"], **real.get("info", {})}
    generation = int(folder[-1])
    device = await make_device(
        generation=generation,
        uuid=wanted["uuid"],
        serial=wanted.get("serial") or info.get("serial", "FD1A104242"),
        name=info["name"],
        firmware=info["ver"],
        model=info["model"],
    )
    if status := wanted.get("status"):
        progress = math.nan if status["progress"] is None else status["progress"]
        del status["timestamp"]
        device.set_status(**{**status, "progress": progress})
        ours = decode(device.beacon.notify())
    else:
        ours = decode(device.beacon.touch_reply())
    same = set(ours) - {
        "slave_timestamp",
        "session",
        "master_der",
        "identify",
        "slave_signature",
        "slave_signed",
    }
    for found in (ours, real):
        found.get("status", {}).pop("timestamp", None)
        found.get("info", {}).pop("time", None)
    assert {key: ours[key] for key in same} == {key: real[key] for key in same}
    assert ours.keys() == real.keys()
    assert ours["rest"] == b""


@pytest.mark.parametrize("generation", [1, 2])
async def test_a_probe_is_answered_to_the_sender_from_the_port_it_went_to(
    make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(generation=generation)
    data, sender = await probe(HERE, b"FLUX" + bytes((generation, 0)) + bytes(16))
    assert sender == (HERE, 1901)
    assert decode(data)["action"] == 0
    assert device.counters.probes_answered == 1


@pytest.mark.parametrize("generation", [1, 2])
async def test_the_port_its_announcements_come_from_answers_too(
    make_device: MakeDevice, generation: int
) -> None:
    own = bytes((generation,))
    async with inbox(listener_socket()) as (_, heard), inbox(udp_socket()) as asking:
        await make_device(generation=generation)
        _, announcer = await heard.next()
        transport, box = asking
        assert announcer[1] != 1901
        for request, action in ((b"\0" + bytes(16), 0), (b"" + UUID, 3)):
            transport.sendto(b"FLUX" + own + request, announcer)
            answer, sender = await box.next()
            assert (decode(answer)["action"], sender) == (action, announcer)


async def test_what_is_asked_at_a_second_interface_is_answered_from_the_first(
    make_device: MakeDevice,
) -> None:
    await make_device(other_address=ADDRESSES[5])
    for request, action in ((b"\0" + bytes(16), 0), (b"\2" + UUID, 3)):
        answer, sender = await probe(ADDRESSES[5], b"FLUX\2" + request)
        assert (decode(answer)["action"], sender) == (action, (HERE, 1901))
    stream = await sign_in(ADDRESSES[5], Key(CLIENT_KEY), "secret")
    await stream.close()


@pytest.mark.parametrize("generation", [1, 2])
async def test_what_is_not_meant_for_it_is_not_answered(
    make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(generation=generation)
    own, other = bytes((generation,)), bytes((3 - generation,))
    unanswered = [
        b"FLUX" + other + b"\0" + bytes(16),
        b"FLUX" + own + b"\0" + UUID,
        b"FLUX" + own + b"\2" + bytes(16),
        b"FLUX" + other + b"\2" + UUID,
        b"FLUX" + own + b"\0",
        b"",
        b"M-SEARCH * HTTP/1.1\r\n\r\n",
    ]
    async with inbox(udp_socket()) as (transport, box):
        for data in unanswered:
            transport.sendto(data, (HERE, 1901))
        transport.sendto(b"FLUX" + own + b"\2" + UUID, (HERE, 1901))
        answer, _ = await box.next()
        assert decode(answer)["action"] == 3
        assert box.queue.empty()
    assert [item.data for item in device.received.datagrams[:-1]] == unanswered


async def test_a_v1_touch_reply_is_signed_from_the_master_key_down(
    make_device: MakeDevice,
) -> None:
    device = await make_device(generation=1, master_key=MASTER_KEY_4096)
    touched = decode((await probe(HERE, b"FLUX\1\2" + UUID))[0])
    master = public_rsa(device.master_public_der)
    verify(master, touched["slave_signature"], touched["slave_signed"])
    assert len(touched["slave_signature"]) == 512
    notified = decode(device.beacon.notify())
    verify_identity(notified, "FD1A104242", hashes.SHA256())
    assert notified["slave_timestamp"] == touched["slave_timestamp"]
    assert device.fingerprint == hashlib.sha256(notified["master_der"]).hexdigest()


async def test_the_vendor_may_have_signed_over_sha1(make_device: MakeDevice) -> None:
    await make_device(serial="F1K0990007", identify_hash="sha1")
    touched = decode((await probe(HERE, b"FLUX\2\2" + UUID))[0])
    verify_identity(touched, "F1K0990007", hashes.SHA1())


async def test_without_a_vendor_key_the_identity_is_a_placeholder(
    make_device: MakeDevice,
) -> None:
    await make_device(vendor_key=None)
    touched = decode((await probe(HERE, b"FLUX\2\2" + UUID))[0])
    real = decode((VECTORS / "rescue-v2" / "touch.bin").read_bytes())
    assert touched["identify"] == real["identify"]


async def test_devices_announce_to_everybody_who_listens(
    make_device: MakeDevice,
) -> None:
    await make_device()
    await make_device(generation=1, address=ADDRESSES[1], uuid="1" * 32)
    async with (
        inbox(listener_socket()) as (_, one),
        inbox(listener_socket()) as (_, two),
    ):
        for box in (one, two):
            heard: dict[str, int] = {}
            while len(heard) < 2:
                data, (address, port) = await box.next()
                heard[address] = decode(data)["version"]
                assert port != 1901
            assert heard == {HERE: 2, ADDRESSES[1]: 1}


async def test_a_probe_to_the_group_reaches_every_device(
    make_device: MakeDevice,
) -> None:
    devices = [await make_device(address=address) for address in ADDRESSES[:2]]
    sock = udp_socket()
    sock.setsockopt(
        socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1")
    )
    async with inbox(sock) as (transport, box):
        transport.sendto(b"FLUX\2\0" + bytes(16), (GROUP, 1901))
        answered = {(await box.next())[1] for _ in devices}
    assert answered == {(address, 1901) for address in ADDRESSES[:2]}


async def test_where_multicast_does_not_pass_probes_do(make_device: MakeDevice) -> None:
    device = await make_device(multicast=False)
    async with inbox(listener_socket()) as (_, box):
        await device.wait_for(lambda: device.counters.notifies_sent > 2)
        await probe(HERE, b"FLUX\2\0" + bytes(16))
        assert box.queue.empty()


async def test_it_may_broadcast(make_device: MakeDevice) -> None:
    await make_device(generation=1, broadcast_interval=0.05, multicast=False)
    async with inbox(listener_socket()) as (_, box):
        data, (address, _) = await box.next()
    assert (data, address) == (b"FLUX\0\1" + UUID, HERE)


@pytest.mark.parametrize(("setting", "sent"), [("A", 1), ("L", 1), ("N", 0), (None, 0)])
async def test_the_setting_says_whether_it_broadcasts(
    make_device: MakeDevice, setting: str | None, sent: int
) -> None:
    device = await make_device()
    if setting is not None:
        device.settings.set("broadcast", setting)
    await device.reboot()
    # Both begin at once, and the next broadcast of either is far away.
    announced = device.counters.notifies_sent
    await device.wait_for(lambda: device.counters.notifies_sent > announced + 1)
    assert device.counters.broadcasts_sent == sent


async def test_a_notify_may_come_as_a_broadcast(make_device: MakeDevice) -> None:
    await make_device(broadcast_notify=True, multicast=False)
    async with inbox(listener_socket()) as (_, box):
        data, _ = await box.next()
    assert decode(data)["action"] == 0


@pytest.mark.parametrize("generation", [1, 2])
async def test_the_status_may_come_twice(
    make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(double_status=True, generation=generation)
    device.set_status(st_id=16, progress=0.5)
    found = decode(device.beacon.notify())
    assert decode_status(found["rest"]) == found["status"]


@pytest.mark.parametrize("generation", [1, 2])
async def test_a_boot_tells_to_touch_it_again(
    make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(generation=generation)
    device.set_status(st_id=64, progress=1.0, head_module="EXTRUDER")

    def marks(device: Device) -> tuple[Any, ...]:
        touched = decode(device.beacon.touch_reply())
        noted = decode(device.beacon.notify())
        mark = noted.get("slave_timestamp"), noted.get("session")
        return (*mark, touched.get("slave_signed", mark))

    before = marks(device)
    await device.reboot()
    after = marks(device)
    assert after[2] != before[2]
    assert after[:2] != before[:2]
    status = decode(device.beacon.notify())["status"]
    assert (status["st_id"], status["head_module"]) == (0, "OFFLINE")


@pytest.mark.parametrize("generation", [1, 2])
async def test_only_a_new_name_and_the_address_ask_for_a_touch(
    make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(
        generation=generation, timing=replace(Timing.fast(), name_lag=0.0)
    )

    def mark() -> object:
        noted = decode(device.beacon.notify())
        return noted.get("slave_timestamp", noted.get("session"))

    first = mark()
    device.set_password(None)
    device.set_password("another")
    assert mark() == first
    assert decode(device.beacon.touch_reply())["info"]["pwd"] == "T"
    await device.move(ADDRESSES[4])
    moved = mark()
    assert (moved != first) is (generation == 2)
    device.rename("Another")
    assert mark() != moved


async def test_it_moves_and_is_heard_at_the_new_address(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    await device.move(ADDRESSES[3])
    _, sender = await probe(ADDRESSES[3], b"FLUX\2\0" + bytes(16))
    assert sender == (ADDRESSES[3], 1901)
    async with inbox(udp_socket()) as (transport, box):
        transport.sendto(b"FLUX\2\0" + bytes(16), (HERE, 1901))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await box.queue.get()


async def test_an_update_may_change_the_generation(make_device: MakeDevice) -> None:
    device = await make_device(generation=1)
    await device.upgrade(firmware="2.0.1", generation=2)
    touched = decode((await probe(HERE, b"FLUX\2\2" + UUID))[0])
    assert touched["info"]["ver"] == "2.0.1"


async def test_another_mainboard_has_another_key(make_device: MakeDevice) -> None:
    device = await make_device()
    before = device.fingerprint
    await device.swap_master_key(MASTER_KEYS[1])
    assert device.fingerprint != before
    verify_identity(
        decode((await probe(HERE, b"FLUX\2\2" + UUID))[0]),
        "FD1A104242",
        hashes.SHA256(),
    )


async def test_off_is_silent(make_device: MakeDevice) -> None:
    device = await make_device()
    await device.power_off()
    sent = device.counters.notifies_sent
    device.announce()
    assert device.counters.notifies_sent == sent
    await device.power_on()
    assert decode((await probe(HERE, b"FLUX\2\0" + bytes(16)))[0])["version"] == 2


async def test_silent_and_muted_are_two_faults(make_device: MakeDevice) -> None:
    device = await make_device(timing=Timing(notify=0.02))
    device.faults.silent = True
    async with inbox(udp_socket()) as (transport, box):
        transport.sendto(b"FLUX\2\0" + bytes(16), (HERE, 1901))
        await device.wait_for(lambda: bool(device.received.datagrams))
        sent = device.counters.notifies_sent
        await device.wait_for(lambda: device.counters.notifies_sent > sent)
        assert box.queue.empty()
        device.faults.silent, device.faults.muted = False, True
        sent = device.counters.notifies_sent
        transport.sendto(b"FLUX\2\0" + bytes(16), (HERE, 1901))
        await box.next()
        assert device.counters.notifies_sent == sent


async def test_garbage_is_no_datagram_of_a_device(make_device: MakeDevice) -> None:
    device = await make_device(generation=1)
    intact = device.beacon.notify()
    damaged = {damage(intact, number) for number in range(7)}
    assert len(damaged) == 7
    assert intact not in damaged
    device.faults.garbage = True
    data, _ = await probe(HERE, b"FLUX\1\0" + bytes(16))
    assert data != device.beacon.notify()
