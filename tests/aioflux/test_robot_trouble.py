"""What may go wrong on an open robot connection, against simulated devices."""

import asyncio
from dataclasses import replace
import struct

import pytest

from custom_components.flux3dp.aioflux import (
    ClientKey,
    CommandFailed,
    ConnectionFailed,
    DeviceInfo,
    InvalidRequest,
    Kicked,
    ProtocolError,
    Robot,
    Timing,
)
from simulator import Device

from .conftest import CUBE, FAST


def frame(text: str) -> bytes:
    """Return a frame as a device sends it."""
    return struct.pack("<H", len(text.encode())) + text.encode()


async def test_kicked_while_nothing_is_asked(device: Device, robot: Robot) -> None:
    await robot.report()
    await device.kick_sessions()
    await device.wait_closed_connections()
    with pytest.raises(Kicked):
        await robot.report()
    with pytest.raises(ConnectionFailed):
        await robot.report()
    assert not robot.is_open


async def test_kicked_while_an_answer_is_due(device: Device, robot: Robot) -> None:
    device.faults.replies["player report"] = None
    asking = asyncio.ensure_future(robot.report())
    await device.wait_command("player report")
    await device.kick_sessions()
    with pytest.raises(Kicked):
        await asking
    assert not robot.is_open


@pytest.mark.parametrize("text", ["ok", "error RESOURCE_BUSY", '{"st_id": 0}'])
async def test_words_nobody_asked_for_are_no_answer(
    device: Device, robot: Robot, text: str
) -> None:
    device.faults.replies["player report"] = None
    asking = asyncio.ensure_future(robot.report())
    await device.wait_command("player report")
    (session,) = device.robot.sessions
    # In one write, so that both are there when the next request goes out.
    await session.frames.send_raw(frame('{"st_id": 0}') + frame(text))
    assert (await asking).st_id == 0
    with pytest.raises(ProtocolError):
        await robot.settings.get("broadcast")
    assert not robot.is_open


async def test_numbers_that_are_none_and_keys_nobody_knows(
    device: Device, robot: Robot
) -> None:
    device.faults.replies["player report"] = (
        '{"st_id": 16, "st_label": "RUNNING", "prog": NaN, "rt": [NaN], "time_total": '
        'Infinity, "pos": {"X": NaN, "Y": 1.5}, "Beam_Air": "1", "error": ["A", 128]}'
    )
    report = await robot.report()
    assert report.progress is None
    assert report.nozzle_temperature is None
    assert report.time_total is None
    assert report.position == (None, 1.5, None)
    assert report.extras == {"Beam_Air": "1"}
    assert report.error == ("A", "128")


@pytest.mark.parametrize(
    ("command", "reply", "name"),
    [
        ("player report", "ok", "report"),
        ("player report", "", "report"),
        ("player report", "[1]", "report"),
        ("player report", '{"st_label": "IDLE"}', "report"),
        ("player report", "\ufffd" * 9, "report"),
        ("player pause", "", "pause"),
        ("player pause", "ok 1", "pause"),
        ("player info", "what", "info"),
        # Metadata and pictures that are too long are skipped; nothing skips so much.
        ("player info", "binary text/json 33554433", "info"),
        ("player info", "binary image/png 33554433", "info"),
        ("player info", "binary video/mp4 33554433", "info"),
        ("player info", "binary image/png x", "info"),
        ("deviceinfo", "ok broken", "deviceinfo"),
    ],
)
async def test_replies_that_are_none_end_the_connection(
    device: Device, robot: Robot, command: str, reply: str, name: str
) -> None:
    device.faults.replies[command] = reply
    with pytest.raises(ProtocolError):
        await getattr(robot, name)()
    assert not robot.is_open
    await device.wait_closed_connections()


async def test_a_bare_unknown_error_is_a_refusal(device: Device, robot: Robot) -> None:
    device.faults.replies["player pause"] = "UNKNOWN_ERROR"
    device.faults.replies["player resume"] = "er BAD_PARAMS ns"
    with pytest.raises(CommandFailed, match="UNKNOWN_ERROR"):
        await robot.pause()
    with pytest.raises(CommandFailed) as caught:
        await robot.resume()
    assert (caught.value.symbol, caught.value.words) == ("BAD_PARAMS", ("ns",))


async def test_silence(device: Device, robot: Robot) -> None:
    device.faults.replies["player report"] = None
    with pytest.raises(ConnectionFailed, match="in time"):
        await robot.report()
    assert not robot.is_open
    with pytest.raises(ConnectionFailed):
        await robot.deviceinfo()
    await device.wait_closed_connections()
    assert device.received.robot == ["player report"]


async def test_those_who_wait_behind_a_silence_fail_with_it(
    device: Device, robot: Robot
) -> None:
    device.faults.replies["player report"] = None
    results = await asyncio.gather(
        robot.report(), robot.deviceinfo(), robot.position(), return_exceptions=True
    )
    assert [type(result) for result in results] == [ConnectionFailed] * 3


async def test_a_picture_that_is_cut(device: Device, robot: Robot) -> None:
    device.start_job(CUBE)
    device.faults.cut_binary = 20
    with pytest.raises(ConnectionFailed):
        await robot.info()
    assert not robot.is_open


async def test_giving_up_on_an_answer_ends_the_connection(
    device: Device, robot: Robot
) -> None:
    """The answer would come to the next request otherwise."""
    device.faults.replies["player report"] = None
    asking = asyncio.ensure_future(robot.report())
    await device.wait_command("player report")
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not robot.is_open


async def test_closing_in_the_middle_of_a_request(device: Device, robot: Robot) -> None:
    device.faults.replies["player report"] = None
    asking = asyncio.ensure_future(robot.report())
    await device.wait_command("player report")
    await robot.close()
    with pytest.raises(ConnectionFailed):
        await asking


@pytest.mark.parametrize("device", [2], indirect=True)
async def test_a_goodbye_that_is_not_answered_is_cut_short(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    """A device that hangs says nothing to the end of TLS either."""

    async def open_to_a_device_that_hangs(timing: Timing) -> Robot:
        robot = await Robot.open(info, key, timing=timing)
        device.faults.robot.stall_after = 0
        device.received.clear()
        await robot._session.write(b"\x0f\0player report")
        await device.wait_command("player report")
        device.faults.robot.stall_after = None
        return robot

    hurried = await open_to_a_device_that_hangs(replace(FAST, close=0.05, handshake=60))
    await hurried.close()
    await device.wait_closed_connections()

    patient = await open_to_a_device_that_hangs(replace(FAST, close=60, handshake=60))
    closing = asyncio.ensure_future(patient.close())
    await asyncio.wait((closing,), timeout=0.1)
    assert not closing.done()
    closing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await closing
    await device.wait_closed_connections()


async def test_the_device_restarts(device: Device, robot: Robot) -> None:
    await robot.report()
    await device.reboot()
    with pytest.raises(ConnectionFailed):
        await robot.report()
    assert not robot.is_open


async def test_a_request_too_long_for_a_frame(device: Device, robot: Robot) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await robot.select("SD/" + "x" * 5000)
    assert caught.value.reason == "too_long"
    assert (await robot.report()).st_id == 0
