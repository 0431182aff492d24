"""The robot connection, cut wherever it may make a difference in what a device says on it."""

import asyncio
from collections.abc import Iterator

import pytest

from custom_components.flux3dp.aioflux import (
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    Robot,
)
from simulator import Device
from simulator.wire import Wire

from .conftest import CUBE, FAST
from .remains import Remains, length_of

# Each cut costs a connection. Workers share them.
PARTS = 3
HELLO = 8


def cuts(said: bytes, length: int) -> Iterator[int]:
    """Give each byte of what a device said; of the inside of a TLS record, each eighth.

    A record is read when it is whole, so that one byte in its middle is as good as the next.
    """
    if said.startswith(b"FLUX0002"):
        yield from range(length + 1)
        return
    starts, at = {0, HELLO}, HELLO
    while at < len(said):
        at += 5 + int.from_bytes(said[at + 3 : at + 5], "big")
        starts.add(at)
    assert at == len(said)
    for cut in range(length + 1):
        if cut <= HELLO or cut % 8 == 0 or any(-2 <= cut - it <= 6 for it in starts):
            yield cut


@pytest.mark.parametrize("part", range(PARTS))
async def test_a_cut_leaves_nothing(
    device: Device,
    info: DeviceInfo,
    key: ClientKey,
    part: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From before the hello to the last byte of a reply of one frame, and of five parts.

    What was answered before the cut is what the device says, and nothing else is.
    """
    # Debugging, asyncio keeps a traceback of everything it calls: twice the time.
    asyncio.get_running_loop().set_debug(False)
    device.start_job(CUBE)
    device.job.finish()
    replies: list[object] = []

    async def converse() -> None:
        replies.clear()
        async with await Robot.open(info, key, timing=FAST) as robot:
            replies.append(await robot.report())
            replies.append(await robot.info())

    said = bytearray()
    send = Wire._send

    async def noted(wire: Wire, data: bytes) -> None:
        said.extend(data)
        await send(wire, data)

    with monkeypatch.context() as patched:
        patched.setattr(Wire, "_send", noted)
        await converse()
        await device.wait_closed_connections()
    whole = replies.copy()
    length = await length_of(device, converse)
    remains = Remains(device)
    answered = set()
    for cut in list(cuts(bytes(said), length))[part::PARTS]:
        device.faults.robot.cut_after = cut
        with pytest.raises(ConnectionFailed) as caught:
            await converse()
        assert (cut, caught.type) == (cut, ConnectionFailed)
        assert replies == whole[: len(replies)], cut
        await remains.check()
        answered.add(len(replies))
    # There were cuts before the one reply was whole, and before the other was.
    assert answered == {0, 1}

    device.faults.robot.cut_after = None
    await converse()
    assert replies == whole
    await remains.check()
