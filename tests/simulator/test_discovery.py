"""Datagrams: built like the recorded ones, and sent when real devices send them."""

from collections.abc import Iterator
from dataclasses import replace
import json
import math

import pytest

from simulator import Device, Timing
from simulator.faults import damage
from tests.vectors import VECTORS

from .conftest import ADDRESSES, HERE, UUID, MakeDevice
from .datagrams import decode
from .inbox import inbox, listener_socket, udp_socket

FAST = Timing.fast()
PROBE = b"FLUX\2\0" + bytes(16)
TOUCH = b"FLUX\2\2" + UUID
both_generations = pytest.mark.parametrize(
    "device", [{"generation": 1}, {"generation": 2}], indirect=True, ids=["v1", "v2"]
)


def own(device: Device, request: bytes) -> bytes:
    """Return a request in the generation of the device."""
    return request[:4] + bytes((device.generation,)) + request[5:]


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


@pytest.mark.parametrize("generation", [1, 2])
async def test_both_its_ports_answer_from_where_they_are_asked(
    make_device: MakeDevice, generation: int
) -> None:
    async with inbox(listener_socket()) as (_, heard), inbox(udp_socket()) as asking:
        device = await make_device(generation=generation)
        _, announcer = await heard.next()
        transport, box = asking
        assert announcer[1] != 1901
        for port in (announcer, (HERE, 1901)):
            for request, action in ((PROBE, 0), (TOUCH, 3)):
                transport.sendto(own(device, request), port)
                answer, sender = await box.next()
                assert (decode(answer)["action"], sender) == (action, port)


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


@pytest.mark.parametrize("device", [{"multicast": False}], indirect=True)
@pytest.mark.parametrize(("setting", "sent"), [("A", 1), ("L", 1), ("N", 0), (None, 0)])
async def test_the_setting_says_whether_it_broadcasts(
    device: Device, setting: str | None, sent: int
) -> None:
    if setting is not None:
        device.settings.set("broadcast", setting)
    async with inbox(listener_socket()) as (_, box):
        await device.reboot()
        if sent:
            data, (address, _) = await box.next()
            assert (data, address) == (b"FLUX\0\2" + UUID, HERE)
    # Both begin at once, and the next broadcast of either is far away.
    announced = device.counters.notifies_sent
    await device.wait_for(lambda: device.counters.notifies_sent > announced + 1)
    assert device.counters.broadcasts_sent == sent


@pytest.mark.parametrize("generation", [1, 2])
async def test_only_a_boot_a_new_name_and_the_address_ask_for_a_touch(
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
    renamed = mark()
    assert renamed != moved
    device.set_status(st_id=64, progress=1.0, head_module="EXTRUDER")
    await device.reboot()
    assert mark() != renamed
    status = decode(device.beacon.notify())["status"]
    assert (status["st_id"], status["head_module"]) == (0, "OFFLINE")


def test_garbage_is_no_datagram_of_a_device() -> None:
    intact = bytes(range(200))
    damaged = {damage(intact, number) for number in range(7)}
    assert len(damaged) == 7
    assert intact not in damaged
