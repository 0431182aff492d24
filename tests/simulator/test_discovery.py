"""Datagrams: built like the recorded ones, and sent when real devices send them."""

from collections.abc import Iterator
from dataclasses import replace
import hashlib
import json
import math
from typing import Any

from cryptography.hazmat.primitives import hashes
import pytest

from simulator import Device, Timing
from simulator.faults import damage
from tests.keys import MASTER_KEY_4096

from .client import Stream
from .conftest import ADDRESSES, HERE, KEY, UUID, MakeDevice
from .datagrams import decode, decode_status, public_rsa, verify, verify_identity
from .inbox import inbox, listener_socket, probe, udp_socket
from .recordings import VECTORS

FAST = Timing.fast()
PROBE = b"FLUX\2\0" + bytes(16)
TOUCH = b"FLUX\2\2" + UUID
both_generations = pytest.mark.parametrize(
    "device", [{"generation": 1}, {"generation": 2}], indirect=True, ids=["v1", "v2"]
)


def own(device: Device, request: bytes) -> bytes:
    """Return a request in the generation of the device."""
    return request[:4] + bytes((device.generation,)) + request[5:]


async def touched() -> dict[str, Any]:
    return decode((await probe(HERE, TOUCH))[0])


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
    device = await make_device(
        generation=int(folder[-1]),
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
        *("slave_timestamp", "slave_signature", "slave_signed"),
        *("session", "master_der", "identify"),
    }
    for found in (ours, real):
        found.get("status", {}).pop("timestamp", None)
        found.get("info", {}).pop("time", None)
    assert {key: ours[key] for key in same} == {key: real[key] for key in same}
    assert ours.keys() == real.keys()
    assert ours["rest"] == b""


@both_generations
async def test_a_probe_is_answered_to_the_sender_from_the_port_it_went_to(
    device: Device,
) -> None:
    data, sender = await probe(HERE, own(device, PROBE))
    assert (decode(data)["action"], sender) == (0, (HERE, 1901))
    assert device.counters.probes_answered == 1


@pytest.mark.parametrize("generation", [1, 2])
async def test_the_port_its_announcements_come_from_answers_too(
    make_device: MakeDevice, generation: int
) -> None:
    async with inbox(listener_socket()) as (_, heard), inbox(udp_socket()) as asking:
        device = await make_device(generation=generation)
        _, announcer = await heard.next()
        transport, box = asking
        assert announcer[1] != 1901
        for request, action in ((PROBE, 0), (TOUCH, 3)):
            transport.sendto(own(device, request), announcer)
            answer, sender = await box.next()
            assert (decode(answer)["action"], sender) == (action, announcer)


@pytest.mark.parametrize("device", [{"other_address": ADDRESSES[5]}], indirect=True)
async def test_what_is_asked_at_a_second_interface_is_answered_from_the_first(
    device: Device,
) -> None:
    for request, action in ((PROBE, 0), (TOUCH, 3)):
        answer, sender = await probe(ADDRESSES[5], request)
        assert (decode(answer)["action"], sender) == (action, (HERE, 1901))
    stream = await Stream.sign_in(ADDRESSES[5], KEY, "secret")
    await stream.close()


@both_generations
async def test_what_is_not_meant_for_it_is_not_answered(device: Device) -> None:
    ours, other = bytes((device.generation,)), bytes((3 - device.generation,))
    unanswered = [
        b"FLUX" + other + b"\0" + bytes(16),
        b"FLUX" + ours + b"\0" + UUID,
        b"FLUX" + ours + b"\2" + bytes(16),
        b"FLUX" + other + b"\2" + UUID,
        b"FLUX" + ours + b"\0",
        b"",
        b"M-SEARCH * HTTP/1.1\r\n\r\n",
    ]
    async with inbox(udp_socket()) as (transport, box):
        for data in [*unanswered, own(device, TOUCH)]:
            transport.sendto(data, (HERE, 1901))
        answer, _ = await box.next()
        assert decode(answer)["action"] == 3
        assert box.queue.empty()
    assert [item.data for item in device.received.datagrams[:-1]] == unanswered


async def test_a_v1_touch_reply_is_signed_from_the_master_key_down(
    make_device: MakeDevice,
) -> None:
    device = await make_device(generation=1, master_key=MASTER_KEY_4096)
    reply = decode((await probe(HERE, own(device, TOUCH)))[0])
    master = public_rsa(device.master_public_der)
    verify(master, reply["slave_signature"], reply["slave_signed"])
    assert len(reply["slave_signature"]) == 512
    notified = decode(device.beacon.notify())
    verify_identity(notified, "FD1A104242", hashes.SHA256())
    assert notified["slave_timestamp"] == reply["slave_timestamp"]
    assert device.fingerprint == hashlib.sha256(notified["master_der"]).hexdigest()


async def test_the_vendor_signs_over_sha1_or_not_at_all(
    make_device: MakeDevice,
) -> None:
    device = await make_device(serial="F1K0990007", identify_hash="sha1")
    verify_identity(await touched(), "F1K0990007", hashes.SHA1())
    await device.stop()
    await make_device(vendor_key=None)
    real = decode((VECTORS / "rescue-v2" / "touch.bin").read_bytes())
    assert (await touched())["identify"] == real["identify"]


async def test_devices_announce_to_everyone_who_listens(
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


async def test_where_multicast_does_not_pass_probes_do(make_device: MakeDevice) -> None:
    device = await make_device(multicast=False)
    async with inbox(listener_socket()) as (_, box):
        await device.wait_for(lambda: device.counters.notifies_sent > 2)
        await probe(HERE, PROBE)
        assert box.queue.empty()


@pytest.mark.parametrize(
    ("changes", "version", "action"),
    [
        ({"generation": 1, "broadcast_interval": 0.05}, 0, 1),
        ({"broadcast_notify": True}, 2, 0),
    ],
)
async def test_it_may_broadcast(
    make_device: MakeDevice, changes: dict[str, Any], version: int, action: int
) -> None:
    await make_device(multicast=False, **changes)
    async with inbox(listener_socket()) as (_, box):
        data, (address, _) = await box.next()
    assert (data[:22], address) == (b"FLUX" + bytes((version, action)) + UUID, HERE)


@pytest.mark.parametrize(("setting", "sent"), [("A", 1), ("L", 1), ("N", 0), (None, 0)])
async def test_the_setting_says_whether_it_broadcasts(
    device: Device, setting: str | None, sent: int
) -> None:
    if setting is not None:
        device.settings.set("broadcast", setting)
    await device.reboot()
    # Both begin at once, and the next broadcast of either is far away.
    announced = device.counters.notifies_sent
    await device.wait_for(lambda: device.counters.notifies_sent > announced + 1)
    assert device.counters.broadcasts_sent == sent


@pytest.mark.parametrize("generation", [1, 2])
async def test_the_status_may_come_twice(
    make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(double_status=True, generation=generation)
    device.set_status(st_id=16, progress=0.5)
    found = decode(device.beacon.notify())
    assert decode_status(found["rest"]) == found["status"]


@both_generations
async def test_a_boot_asks_for_a_touch(device: Device) -> None:
    device.set_status(st_id=64, progress=1.0, head_module="EXTRUDER")

    def marks() -> tuple[Any, ...]:
        reply = decode(device.beacon.touch_reply())
        noted = decode(device.beacon.notify())
        mark = noted.get("slave_timestamp"), noted.get("session")
        return (*mark, reply.get("slave_signed", mark))

    before = marks()
    await device.reboot()
    after = marks()
    assert after[2] != before[2]
    assert after[:2] != before[:2]
    status = decode(device.beacon.notify())["status"]
    assert (status["st_id"], status["head_module"]) == (0, "OFFLINE")


@pytest.mark.parametrize("generation", [1, 2])
async def test_only_a_new_name_and_the_address_ask_for_a_touch(
    make_device: MakeDevice, generation: int
) -> None:
    device = await make_device(
        generation=generation, timing=replace(FAST, name_lag=0.0)
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


def test_garbage_is_no_datagram_of_a_device() -> None:
    intact = bytes(range(200))
    damaged = {damage(intact, number) for number in range(7)}
    assert len(damaged) == 7
    assert intact not in damaged
