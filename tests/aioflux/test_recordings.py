"""Every port against what real firmware said, byte by byte.

The recorded device demands the very requests that were recorded. Where a session is
changed or made up, it stands in the test.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
import re
import struct

import pytest

from custom_components.flux3dp.aioflux import (
    AuthenticationFailed,
    Camera,
    ClientKey,
    CommandFailed,
    FileEntry,
    Manager,
    Robot,
    WifiNetwork,
)
from simulator import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT
from tests.vectors import recorded

from .conftest import FAST
from .recording import Play, Recording, device_key, device_of

LABEL = "Home Assistant (Test)"


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
        assert await robot.files.list("SD") == (
            FileEntry("test.fc", is_folder=False),
            FileEntry("Recent", is_folder=True),
        )
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
        # The newest one that has come; they came together.
        assert await camera.frame() in (b"first", b"late")
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


# -- management

_KEY_ID = re.compile(rb"[0-9a-f]{40}")


def different(recording: Recording, key: ClientKey) -> list[str]:
    """Return what was not asked as it was recorded, but for the key.

    The recorder had a key of its own: it stands in the first thing it said.
    """
    theirs = next(data for kind, data, *_ in recording.events if kind == "client")
    ours = (len(key.public_pem) + 2).to_bytes(2, "little") + key.public_pem
    assert len(ours) == len(bytes.fromhex(theirs))
    return [
        # The id of a key and a signature are of the one key or of the other.
        "signature" if _KEY_ID.match(expected, 2) else expected.hex()
        for got, expected in recording.differences
        if got != expected.replace(bytes.fromhex(theirs)[2:], ours[2:])
    ]


async def refused(request: Awaitable[object], words: str) -> None:
    with pytest.raises(CommandFailed, match=words):
        await request


async def list_keys(manager: Manager) -> None:
    labels = [key.label for key in await manager.list_trust()]
    assert labels == ["vendor laptop", LABEL]


async def trust_again(manager: Manager) -> None:
    # A key that is trusted already is no failure.
    await manager.add_trust(LABEL)
    await list_keys(manager)
    await manager.add_trust("again")


async def manage(manager: Manager) -> None:
    await list_keys(manager)
    await manager.rename("Werkstatt Größe")
    await refused(manager._command("rename", "x" * 129), "BAD_PARAMS")
    bssid = "C4:6E:1F:00:11:"
    assert await manager.scan_wifi() == tuple(
        WifiNetwork(ssid=ssid, bssid=bssid + end, rssi=rssi, security=security)
        for ssid, end, rssi, security in (
            ("Home Network", "22", -38, "WPA2-PSK"),
            ("Werkstatt=1", "33", -80, "WPA-PSK"),
            ("Open Cafe", "44", -80, "open"),
        )
    )
    await refused(manager.remove_trust("0" * 40), "NOT_FOUND")
    await refused(manager._command("nonsense"), "UNKNOWN_COMMAND")


async def send_half_an_address(manager: Manager) -> None:
    # Our own checks refuse that, and the next one, before they are sent.
    words = ("network", "method=static", "ipaddr=1.2.3.4")
    await refused(manager._command(*words), "ns")


async def name_no_interface(manager: Manager) -> None:
    await refused(manager._command("network", "method=dhcp", "ifname=eth0"), "ifname")


async def give_a_wrong_password(manager: Manager) -> None:
    with pytest.raises(AuthenticationFailed):
        await manager.change_password("nope", "new", forget_trusted=False)


@pytest.mark.parametrize("folder", ["rescue-v1", "rescue-v2"])
@pytest.mark.parametrize(
    ("session", "request_all"),
    [
        ("password-then-trust", trust_again),
        ("key", manage),
        ("network-bad", send_half_an_address),
        ("network-bad-ifname", name_no_interface),
        ("passwd-wrong-old", give_a_wrong_password),
    ],
)
async def test_the_recorded_session(
    *,
    folder: str,
    session: str,
    request_all: Callable[[Manager], Awaitable[None]],
    play: Play,
    key: ClientKey,
) -> None:
    recording = await play(recorded(folder, session), MANAGEMENT_PORT)
    device = device_of(folder, device_key())
    async with await Manager.open(
        device, key, password="secret", timing=FAST
    ) as manager:
        await request_all(manager)
        assert manager.is_open
    asked_for_a_password = session == "password-then-trust" and folder == "rescue-v1"
    assert different(recording, key) == [] if asked_for_a_password else ["signature"]


async def test_the_recorded_refusal_of_a_password(play: Play, key: ClientKey) -> None:
    recording = await play(recorded("rescue-v1", "wrong-password"), MANAGEMENT_PORT)
    device = device_of("rescue-v1", device_key())
    with pytest.raises(AuthenticationFailed):
        await Manager.open(device, key, password="nope", timing=FAST)
    assert different(recording, key) == []
