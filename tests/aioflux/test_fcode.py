"""Job files, as slicers write them, damaged, and made up."""

import io
import struct
import tracemalloc

import pytest

from custom_components.flux3dp.aioflux import (
    Fcode,
    InvalidRequest,
    Robot,
    read_fcode,
)
from simulator import Device
from simulator.fcode import build

PICTURE = b"\x89PNG\r\n\x1a\n and the rest"
METADATA = {
    "TITLE": "Löffel",
    "TIME_COST": "90.5",
    "FILAMENT_USED": "12.5,3",
    "HEAD_TYPE": "EXTRUDER",
}
WHOLE = build(METADATA, [PICTURE, PICTURE[::-1], b"\xff\xd8\xff..."], b"\x01" * 700_000)
SCRIPT_END = 8 + 4 + 700_000 + 4


def read(content: bytes) -> Fcode:
    return read_fcode(io.BytesIO(content))


def reason(content: bytes) -> str:
    with pytest.raises(InvalidRequest) as caught:
        read(content)
    assert caught.value.field == "file"
    return caught.value.reason


def test_what_a_file_says_of_itself() -> None:
    fcode = read(WHOLE)

    assert fcode.size == len(WHOLE)
    assert (fcode.info.title, fcode.info.time_cost) == ("Löffel", 90.5)
    assert fcode.info.filament_used == (12.5, 3.0)
    assert fcode.info.head_type == "EXTRUDER"
    # What a browser cannot show is no preview.
    assert fcode.previews == (PICTURE, b"\xff\xd8\xff...")


def test_bytes_after_the_end_are_the_devices_business() -> None:
    assert read(WHOLE + b"more").size == len(WHOLE) + 4


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "not_fcode"),
        (b"FCx0002\n" + WHOLE[8:], "not_fcode"),
        (b"G28\nG1 X0\n" * 10, "not_fcode"),
        (WHOLE[:50] + b"\x02" + WHOLE[51:], "script_damaged"),
        (WHOLE[: SCRIPT_END + 6] + b"\0" + WHOLE[SCRIPT_END + 7 :], "metadata_damaged"),
        (WHOLE[:8] + b"\xff\xff\xff\xff" + WHOLE[12:], "truncated"),
        (build({"TITLE": "x" * 300_000}), "metadata_damaged"),
    ],
    ids=[
        "empty",
        "another version",
        "G-code",
        "a byte of the script",
        "a byte of the metadata",
        "a length",
        "endless metadata",
    ],
)
def test_a_damaged_file_is_refused_with_the_reason(
    content: bytes, expected: str
) -> None:
    assert reason(content) == expected


def test_a_file_cut_anywhere_is_refused() -> None:
    small = build(METADATA, [PICTURE])
    for size in range(8, len(small)):
        assert reason(small[:size]) == "truncated", size


async def test_pictures_that_are_too_large_or_too_many_are_left_out(
    device: Device, robot: Robot
) -> None:
    large = PICTURE + b"\0" * (4 * 1024 * 1024)
    content = build(METADATA, [large, *[PICTURE] * 17])
    assert read(content).previews == (PICTURE,) * 16
    device.files.write("SD", "pictures.fc", content)
    # Over the wire too, and it costs no connection.
    info = await robot.files.info("SD/pictures.fc")
    assert (info.info.title, info.previews) == ("Löffel", (PICTURE,) * 16)


def test_a_large_file_needs_little_memory() -> None:
    class Endless(io.RawIOBase):
        """A script of a size no file has: the limit ends it."""

        def __init__(self) -> None:
            self._head = b"FCx0001\n" + struct.pack("<I", 0xFFFFFFFF)
            self._zeros = bytes(1024 * 1024)

        def read(self, size: int = -1) -> bytes:
            head, self._head = self._head[:size], self._head[size:]
            return head or self._zeros[:size]

    tracemalloc.start()
    try:
        with pytest.raises(InvalidRequest) as caught:
            read_fcode(Endless())  # type: ignore[arg-type]  # BinaryIO is wider than it needs to be
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.reason == "too_large"
    assert peak < 4 * 1024 * 1024
