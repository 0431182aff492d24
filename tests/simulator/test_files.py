"""Files on the robot port: what a device answers, and what it does without a word."""

import hashlib
import zlib

import pytest

from simulator import Device
from simulator.fcode import BrokenFileError, build, parse
from simulator.files import example_job, plain_png
from tests.keys import CLIENT_KEY

from .client import Key, Stream, command, open_robot
from .conftest import ADDRESSES, MakeDevice, trust

KEY = Key(CLIENT_KEY)
JOB = build({"TIME_COST": "60"}, [plain_png("a"), plain_png("b")])


async def robot(device: Device) -> Stream:
    trust(device)
    return await open_robot(ADDRESSES[0], KEY, device.config.uuid)


async def binary(stream: Stream) -> tuple[str, bytes]:
    """Read ``binary <mime> <size>`` and the bytes."""
    word, mime, size = (await stream.frame()).decode().split()
    assert word == "binary"
    return mime, await stream.read(int(size))


async def upload(stream: Stream, path: str, content: bytes) -> bytes:
    text = f"file upload application/fcode {len(content)} SD {path}"
    assert await command(stream, text) == "continue"
    stream.write(content)
    return await stream.frame()


async def listing(stream: Stream, where: str) -> list[str]:
    assert await command(stream, f"file ls {where}") == "continue"
    names = (await stream.frame()).decode()
    assert await stream.frame() == b"ok"
    return names.split("\0")[:-1]


async def test_folders_are_listed_and_nothing_but_jobs_in_them(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    device.files.write("SD", "notes.txt", b"not a job")
    async with await robot(device) as stream:
        assert await listing(stream, "SD ''") == [
            "Fcalibration cube.fc",
            "DKüche",
            "DRecent",
        ]
        assert await listing(stream, "SD Küche") == ["FLöffel 'groß'.fc"]
        assert await listing(stream, "SD Recent") == []
        assert await command(stream, "file ls SD nowhere") == "error NOT_EXIST BAD_NODE"


async def test_a_folder_too_full_to_list(make_device: MakeDevice) -> None:
    device = await make_device()
    device.files.entries["SD"] = {f"{'x' * 200}{n}.fc": b"" for n in range(330)}
    async with await robot(device) as stream:
        assert await command(stream, "file ls SD") == "error UNKNOWN_ERROR"


async def test_a_file_goes_up_and_comes_down(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await robot(device) as stream:
        assert await upload(stream, "'über uns.fc'", JOB) == b"ok"
        digest = hashlib.md5(JOB).hexdigest()
        assert await command(stream, "file md5 SD 'über uns.fc'") == f"md5 {digest}"
        stream.send_frame("file download SD 'über uns.fc'".encode())
        assert await binary(stream) == ("application/fcode", JOB)
        assert await stream.frame() == b"ok"
        # An upload is a selection as well.
        assert await command(stream, "player start") == "ok"
    assert device.files.read("SD", "Recent/recent-1.fc") == JOB


async def test_info_is_pictures_and_then_words(make_device: MakeDevice) -> None:
    device = await make_device()
    device.files.write("SD", "x.fc", JOB)
    async with await robot(device) as stream:
        stream.send_frame(b"file info SD x.fc")
        assert await binary(stream) == ("image/png", plain_png("a"))
        assert await binary(stream) == ("image/png", plain_png("b"))
        assert await stream.frame() == f"ok TIME_COST=60\0size={len(JOB)}".encode()


async def test_files_and_folders_are_made_copied_and_deleted(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    async with await robot(device) as stream:
        for text in (
            "file mkdir SD New",
            "file cp USB stick.fc SD New/a.fc",
            "file cp SD New/a.fc SD New/b.fc",
            "file rm SD New/a.fc",
        ):
            assert await command(stream, text) == "ok"
        assert await listing(stream, "SD New") == ["Fb.fc"]
        assert await command(stream, "file rmdir SD New") == "ok"
        assert await command(stream, "file ls SD New") == "error NOT_EXIST BAD_NODE"
        assert await command(stream, "file rm SD Küche") == "error NOT_EXIST BAD_NODE"


@pytest.mark.parametrize(
    "text",
    [
        "file upload application/fcode 3 USB x.fc",
        "file mkdir USB New",
        "file rm USB stick.fc",
        "file cp SD 'calibration cube.fc' USB x.fc",
    ],
)
async def test_usb_is_for_reading(make_device: MakeDevice, text: str) -> None:
    async with await robot(await make_device()) as stream:
        assert await command(stream, text) == "error BAD_PARAMS USB_NOT_ACCESSABLE"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("file upload text/gcode 3 SD x.fc", "error BAD_FILE_FORMAT"),
        ("file upload application/fcode 3 SD x.txt", "error BAD_FILE_FORMAT"),
        ("file upload application/fcode 1073741825 SD x.fc", "error BAD_PARAMS"),
        ("file upload application/fcode three SD x.fc", "error BAD_PARAMS"),
        ("file upload application/fcode 3 NOPE x.fc", "error NOT_EXIST BAD_ENTRY"),
    ],
)
async def test_uploads_it_refuses(
    make_device: MakeDevice, text: str, answer: str
) -> None:
    async with await robot(await make_device()) as stream:
        assert await command(stream, text) == answer


async def test_an_upload_to_no_folder_closes_without_a_word(
    make_device: MakeDevice,
) -> None:
    async with await robot(await make_device()) as stream:
        stream.send_frame(b"file upload application/fcode 3 SD nowhere/x.fc")
        assert await stream.read_to_end() == b""


async def test_an_upload_empties_its_target_and_may_leave_it_short(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    device.files.write("SD", "x.fc", JOB)
    stream = await robot(device)
    text = f"file upload application/fcode {len(JOB)} SD x.fc"
    assert await command(stream, text) == "continue"
    assert device.files.read("SD", "x.fc") == b""
    stream.write(JOB[:10])
    await stream.writer.drain()
    await device.wait_for(
        lambda: device.received.application_bytes.endswith(JOB[:10]),
    )
    await stream.close()
    await device.wait_closed_connections()
    assert device.files.read("SD", "x.fc") == JOB[:10]


async def test_a_byte_too_much_closes(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await robot(device) as stream:
        text = f"file upload application/fcode {len(JOB)} SD x.fc"
        assert await command(stream, text) == "continue"
        stream.write(JOB + b"\x0a\0position")
        assert await stream.read_to_end() == b""
    assert device.files.read("SD", "x.fc") == JOB


async def test_an_upload_of_nothing_is_never_answered(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await robot(device) as stream:
        stream.send_frame(b"file upload application/fcode 0 SD x.fc")
        stream.send_frame(b"position")
        await device.wait_command("file upload")
        with pytest.raises(TimeoutError):
            await device.wait_command("position", 0.1)


async def test_a_download_may_be_cut(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.cut_binary = 7
    device.files.write("SD", "x.fc", JOB)
    async with await robot(device) as stream:
        stream.send_frame(b"file download SD x.fc")
        assert await stream.frame() == f"binary application/fcode {len(JOB)}".encode()
        assert await stream.read_to_end() == JOB[:7]


def test_a_job_file_reads_as_it_was_built() -> None:
    fcode = parse(example_job("spoon", seconds=90, head="LASER"))
    assert fcode.metadata["HEAD_TYPE"] == "LASER"
    assert fcode.number("TIME_COST") == 90
    assert fcode.previews == [plain_png("spoon")]


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        (b"G28\nG1 X0\n", "FILE_BROKEN FILE_MAGIC_ERROR"),
        (JOB[:9], "FILE_BROKEN FILE_FORMAT_ERROR"),
        (JOB.replace(b"TIME", b"TIDE"), "FILE_BROKEN METADATA_CRC32"),
    ],
)
def test_a_damaged_job_file_is_noticed(damaged: bytes, words: str) -> None:
    with pytest.raises(BrokenFileError, match=words):
        parse(damaged)


def test_the_plain_picture_is_a_png() -> None:
    picture = plain_png("x", 8)
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    start = picture.index(b"IDAT") + 4
    assert len(zlib.decompress(picture[start:-16])) == 8 * (1 + 3 * 8)
