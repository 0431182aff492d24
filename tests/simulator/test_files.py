"""Files on the robot port: what a device answers, and what it does without a word."""

import pytest

from simulator import Device
from simulator.fcode import BrokenFileError, build, parse
from simulator.files import plain_png

from .client import Stream
from .conftest import robot_of

JOB = build({"TIME_COST": "60"}, [plain_png("a"), plain_png("b")])
TWISTED = JOB[:20] + b"\xff" + JOB[21:]


async def begin_upload(stream: Stream, path: str = "x.fc") -> None:
    text = f"file upload application/fcode {len(JOB)} SD {path}"
    assert await stream.ask(text) == "continue"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("upload application/fcode 3 USB x.fc", "BAD_PARAMS USB_NOT_ACCESSABLE"),
        ("mkdir USB New", "BAD_PARAMS USB_NOT_ACCESSABLE"),
        ("rm USB stick.fc", "BAD_PARAMS USB_NOT_ACCESSABLE"),
        ("cp SD 'calibration cube.fc' USB x.fc", "BAD_PARAMS USB_NOT_ACCESSABLE"),
        ("ls SD nowhere", "NOT_EXIST BAD_NODE"),
        ("rm SD Küche", "NOT_EXIST BAD_NODE"),
        ("rmdir SD 'calibration cube.fc'", "NOT_EXIST BAD_NODE"),
        ("mkdir SD Küche", "BAD_PARAMS"),
        ("mkdir SD", "BAD_PARAMS"),
        ("dance", "UNKNOWN_COMMAND"),
        ("upload text/gcode 3 SD x.fc", "BAD_FILE_FORMAT"),
        ("upload application/fcode 3 SD x.txt", "BAD_FILE_FORMAT"),
        ("upload application/fcode 1073741825 SD x.fc", "BAD_PARAMS"),
        ("upload application/fcode three SD x.fc", "BAD_PARAMS"),
        ("upload application/fcode 3 NOPE x.fc", "NOT_EXIST BAD_ENTRY"),
    ],
)
async def test_what_it_refuses(robot: Stream, text: str, error: str) -> None:
    assert await robot.ask(f"file {text}") == f"error {error}"


@pytest.mark.parametrize(
    "text", ["upload application/fcode 3 SD nowhere/x.fc", "mkdir SD nowhere/New"]
)
async def test_what_goes_to_no_folder_closes_without_a_word(
    robot: Stream, text: str
) -> None:
    robot.send_frame(f"file {text}")
    assert await robot.read_to_end() == b""


async def test_an_upload_empties_its_target_and_may_leave_it_short(
    device: Device, robot: Stream
) -> None:
    device.files.write("SD", "x.fc", JOB)
    await begin_upload(robot)
    assert device.files.read("SD", "x.fc") == b""
    robot.write(JOB[:10])
    await robot.writer.drain()
    received = device.received
    await device.wait_for(lambda: received.application_bytes.endswith(JOB[:10]))
    await robot.close()
    await device.wait_closed_connections()
    assert device.files.read("SD", "x.fc") == JOB[:10]


async def test_a_file_deleted_in_mid_upload_does_not_come_back(
    device: Device, robot: Stream
) -> None:
    await begin_upload(robot)
    async with await robot_of(device) as other:
        assert await other.ask("file rm SD x.fc") == "ok"
    robot.write(JOB)
    assert await robot.frame() == b"ok"
    assert "x.fc" not in device.files.entries["SD"]


async def test_a_byte_too_much_closes(device: Device, robot: Stream) -> None:
    await begin_upload(robot)
    robot.write(JOB + b"\x0a\0position")
    assert await robot.read_to_end() == b""
    assert device.files.read("SD", "x.fc") == JOB


async def test_an_upload_of_nothing_is_never_answered(
    device: Device, robot: Stream
) -> None:
    robot.send_frame("file upload application/fcode 0 SD x.fc")
    robot.send_frame("position")
    await device.wait_command("file upload")
    with pytest.raises(TimeoutError):
        await device.wait_command("position", 0.1)


@pytest.mark.parametrize("command", ["download", "info"])
async def test_a_fault_cuts_what_a_file_holds(
    device: Device, robot: Stream, command: str
) -> None:
    device.files.write("SD", "x.fc", JOB)
    device.faults.cut_binary = 5
    said = await robot.ask(f"file {command} SD x.fc")
    assert int(said.rpartition(" ")[2]) > 5
    assert len(await robot.read_to_end()) == 5


@pytest.mark.parametrize(
    ("damaged", "words"),
    [
        (b"G28\nG1 X0\n", "FILE_BROKEN FILE_MAGIC_ERROR"),
        (JOB[:9], "FILE_BROKEN FILE_FORMAT_ERROR"),
        (TWISTED, "FILE_BROKEN SCRIPT_CRC32"),
        (JOB.replace(b"TIME", b"TIDE"), "FILE_BROKEN METADATA_CRC32"),
    ],
)
def test_a_damaged_job_file_is_noticed(damaged: bytes, words: str) -> None:
    with pytest.raises(BrokenFileError, match=words):
        parse(damaged)
