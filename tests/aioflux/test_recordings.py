"""The robot and camera ports against what real firmware said, byte by byte.

The recorded device demands the very requests that were recorded. Where a session
is changed or made up, it stands in the test.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
import struct

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    Camera,
    ClientKey,
    CommandFailed,
    ProtocolError,
    Robot,
    SlaveKeyMismatch,
)
from custom_components.flux3dp.aioflux.datagram import TouchReply, decode
from simulator import CAMERA_PORT, ROBOT_PORT
from tests.keys import CLIENT_KEY

from .conftest import FAST
from .recording import (
    VECTORS,
    Events,
    Recording,
    device_key,
    device_of,
    encrypted_for,
    recorded,
)

type Play = Callable[[Events, int], Awaitable[Recording]]


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
async def test_the_recorded_robot_session(
    folder: str, play: Play, key: ClientKey
) -> None:
    device = device_of(folder, None if folder == "rescue-v1" else device_key())
    recording = await play(recorded(folder, "robot-idle"), ROBOT_PORT)
    async with await Robot.open(device, key, timing=FAST) as robot:
        report = await robot.report()
        assert (report.st_id, report.label) == (0, "IDLE")
        details = await robot.deviceinfo()
        assert details["nickname"] == "Werkstatt Größe"
        assert details["macaddr"] == "wlan0:b8:27:eb:12:34:56"
        assert details["cloud"] == "None"
        assert await robot.settings.get("filament_detect") is None
        assert await robot.settings.get("broadcast") is None
        with pytest.raises(CommandFailed) as refused:
            await robot.pause()
        assert refused.value.symbol == "NO_TASK"
        assert robot.is_open
    assert recording.differences == []
    assert recording.heard.startswith(key.access_id)
    assert len(recording.heard) > 20 + key.size


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
async def test_the_recorded_camera_session(
    folder: str, play: Play, key: ClientKey
) -> None:
    recording = await play(recorded(folder, "camera"), CAMERA_PORT)
    async with await Camera.open(
        device_of(folder, device_key()), key, timing=FAST
    ) as camera:
        picture = await camera.frame()
    assert picture == bytes.fromhex(recording.events[-1][1])
    assert picture.startswith(b"\xff\xd8")
    await asyncio.wait_for(recording.played.wait(), 5)
    assert recording.differences == []


async def test_a_recorded_signature_under_another_slave_key(
    play: Play, key: ClientKey
) -> None:
    """After a reboot the slave key in hand is the old one: nothing of ours goes."""
    recording = await play(recorded("rescue-v1", "robot-idle"), ROBOT_PORT)
    other = decode((VECTORS / "signed-v1" / "touch.bin").read_bytes())
    assert isinstance(other, TouchReply)
    device = replace(device_of("rescue-v1"), slave_key=other.slave_key)
    with pytest.raises(SlaveKeyMismatch):
        await Robot.open(
            device, key, timing=replace(FAST, challenge_rest=0.1, handshake=5)
        )
    assert recording.heard == b""


AES_EVENTS = recorded("rescue-v1", "robot-idle")


@pytest.mark.parametrize(
    ("number", "replaced", "error"),
    [
        # What the device answers to our signature, and the block with the AES key.
        (4, b"AUTH_ERROR".ljust(16, b"\0"), AuthenticationFailed),
        (4, b"PROTOCOL_ERROR".ljust(16, b"\0"), ProtocolError),
        (4, b"OKAY".ljust(16, b"\0"), ProtocolError),
        (4, b"\xff" * 16, ProtocolError),
        (5, bytes(256), ProtocolError),
        (
            5,
            encrypted_for(ClientKey.from_pem(CLIENT_KEY.decode()), bytes(47)),
            ProtocolError,
        ),
    ],
    ids=["not trusted", "not understood", "okay", "binary", "no block", "short secret"],
)
async def test_a_handshake_that_ends_otherwise(
    play: Play, key: ClientKey, number: int, replaced: bytes, error: type[Exception]
) -> None:
    events = [*AES_EVENTS[:number], ["device", replaced.hex()]]
    await play(events, ROBOT_PORT)
    with pytest.raises(error):
        await Robot.open(device_of("rescue-v1"), key, timing=FAST)


CAMERA_EVENTS = recorded("rescue-v2", "camera")[:-3]
"""The camera's handshake."""


def image(content: bytes) -> bytes:
    return struct.pack("<I", len(content)) + content


async def test_a_late_picture_is_not_given_for_a_new_one(
    play: Play, key: ClientKey
) -> None:
    """One picture more may follow: by the next request it is an old one."""
    ask = ["client", "030066"]
    recording = await play(
        [
            *CAMERA_EVENTS,
            ask,
            ["device", (image(b"first") + image(b"late")).hex()],
            ask,
            ["device", image(b"second").hex()],
        ],
        CAMERA_PORT,
    )
    info = device_of("rescue-v2", device_key())
    async with await Camera.open(info, key, timing=FAST) as camera:
        assert await camera.frame() == b"first"
        assert await camera.frame() == b"second"
    assert recording.differences == []


async def test_a_viewer_that_is_behind_gets_the_newest_picture(
    play: Play, key: ClientKey
) -> None:
    start, stop = b"\x04\0s+", b"\x04\0s-"
    recording = await play(
        [
            *CAMERA_EVENTS,
            ["client", start.hex()],
            ["device", b"".join(map(image, (b"1", b"2", b"3"))).hex()],
            ["client", stop.hex()],
            # One that was due still comes, and another viewer starts.
            ["device", image(b"4").hex()],
            ["client", start.hex()],
            ["device", image(b"5").hex()],
        ],
        CAMERA_PORT,
    )
    info = device_of("rescue-v2", device_key())
    async with await Camera.open(info, key, timing=FAST) as camera:
        async with aclosing(camera.stream()) as pictures:
            assert await anext(pictures) == b"3"
        async with aclosing(camera.stream()) as pictures:
            assert await anext(pictures) in (b"4", b"5")
    assert recording.differences == []
