"""The robot connection, cut at every single byte that a device says on it."""

import asyncio

import pytest

from custom_components.flux3dp.aioflux import (
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    Robot,
)
from simulator import Device

from .conftest import CUBE, FAST
from .remains import Remains, length_of

# Each byte costs a connection. Workers share them: every test has each fourth byte.
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
async def test_cut_at_every_byte_leaves_nothing(
    device: Device, info: DeviceInfo, key: ClientKey, part: int
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

    await converse()
    whole = replies.copy()
    length = await length_of(device, converse)
    remains = Remains(device)
    answered = set()
    for cut in range(part, length + 1, PARTS):
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
