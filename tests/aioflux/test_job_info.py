"""What a device says of its job, damaged in what it says and not in how.

The recorded device goes on with a made-up answer after its handshake.
"""

from collections.abc import Awaitable, Callable

import pytest

from custom_components.flux3dp.aioflux import ClientKey, Robot
from simulator import ROBOT_PORT

from .conftest import FAST
from .recording import Events, Recording, device_key, device_of, recorded

type Play = Callable[[Events, int], Awaitable[Recording]]

GOOD = b'{"TIME_COST": "120.5"}'
PICTURE = b"\x89PNG first"


def handshake() -> Events:
    """Return what is recorded before the first request."""
    events = recorded("rescue-v2", "robot-idle")
    first = bytes.fromhex("0f00") + b"player report"
    return events[: events.index(["client", first.hex()])]


def frame(text: str) -> list[str]:
    return ["device", (len(text).to_bytes(2, "little") + text.encode()).hex()]


def answer(*parts: tuple[str, bytes]) -> Events:
    """Return the answer to `player info` with these parts, and to a report."""
    return [
        ["client", (b"\x0d\x00" + b"player info").hex()],
        *(
            event
            for mime, content in parts
            for event in (
                frame(f"binary {mime} {len(content)}"),
                ["device", content.hex()],
            )
        ),
        frame("ok"),
        ["client", (b"\x0f\x00" + b"player report").hex()],
        frame('{"st_id": 16, "st_label": "RUNNING"}'),
    ]


@pytest.mark.parametrize(
    ("metadata", "author", "time_cost"),
    [
        (GOOD, None, 120.5),
        (
            '{"AUTHOR": "Jürgen", "TIME_COST": "9"}'.encode("latin-1"),
            "J\ufffdrgen",
            9.0,
        ),
        (b"{'not': json}", None, None),
        (b"[]", None, None),
        (b"\xff\xfe", None, None),
        (b"[" * 20_000, None, None),
    ],
    ids=["good", "latin-1", "no json", "no object", "no text", "no end"],
)
async def test_damaged_metadata_are_the_only_loss(
    play: Play,
    key: ClientKey,
    metadata: bytes,
    author: str | None,
    time_cost: float | None,
) -> None:
    parts = (("text/json", metadata), ("image/png", PICTURE))
    recording = await play([*handshake(), *answer(*parts)], ROBOT_PORT)
    device = device_of("rescue-v2", device_key())
    async with await Robot.open(device, key, timing=FAST) as robot:
        info, picture = await robot.info()
        assert (info.author, info.time_cost) == (author, time_cost)
        assert picture == PICTURE
        assert (await robot.report()).st_id == 16
    assert recording.differences == []


JPEG = b"\xff\xd8\xff\xe0 picture"


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ([("image/jpeg", JPEG)], JPEG),
        ([("image/webp", b"RIFF"), ("image/png", PICTURE)], PICTURE),
        ([("image/png", b"<svg/>")], None),
        ([("text/json", b"{}"), ("video/mp4", b"?" * 70_000)], None),
        ([("image/\x1b[31m", b"")], None),
        ([("image/png", b"?" * (5 * 1024 * 1024))], None),
    ],
    ids=["jpeg", "webp first", "no picture", "other kinds", "odd kind", "too large"],
)
async def test_parts_of_another_kind_cost_neither_name_nor_connection(
    play: Play, key: ClientKey, parts: list[tuple[str, bytes]], shown: bytes | None
) -> None:
    await play([*handshake(), *answer(("text/json", GOOD), *parts)], ROBOT_PORT)
    device = device_of("rescue-v2", device_key())
    async with await Robot.open(device, key, timing=FAST) as robot:
        info, picture = await robot.info()
        assert (info.time_cost, picture) == (120.5, shown)
        assert (await robot.report()).st_id == 16


async def test_a_job_without_metadata_is_one(play: Play, key: ClientKey) -> None:
    await play([*handshake(), *answer(("image/png", PICTURE))], ROBOT_PORT)
    device = device_of("rescue-v2", device_key())
    async with await Robot.open(device, key, timing=FAST) as robot:
        info, picture = await robot.info()
        assert (info.time_cost, picture) == (None, PICTURE)
        assert (await robot.report()).st_id == 16


async def test_the_first_of_two_pictures_counts(play: Play, key: ClientKey) -> None:
    parts = (("text/json", GOOD), ("image/png", PICTURE), ("image/png", b"second"))
    await play([*handshake(), *answer(*parts)], ROBOT_PORT)
    device = device_of("rescue-v2", device_key())
    async with await Robot.open(device, key, timing=FAST) as robot:
        info, picture = await robot.info()
        assert (info.time_cost, picture) == (120.5, PICTURE)
        assert (await robot.report()).st_id == 16
