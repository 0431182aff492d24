"""The robot port, against simulated devices on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
import math
import struct

import pytest

from custom_components.flux3dp.aioflux import (
    ClientKey,
    CommandFailed,
    ConnectionFailed,
    InvalidRequest,
    Kicked,
    Listener,
    ProtocolError,
    Robot,
    parse_mac_addresses,
)
from simulator import Device, Timing as DeviceTiming, TrustedKey
from simulator.fcode import build

from .conftest import ADDRESSES, FAST, UUID, MakeDevice

CUBE = "SD/calibration cube.fc"


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(
    request: pytest.FixtureRequest, make_device: MakeDevice, key: ClientKey
) -> Device:
    """Return a device that trusts us, whose jobs never end by themselves."""
    device = await make_device(
        generation=request.param, timing=replace(DeviceTiming.fast(), job_speed=0.0)
    )
    device.trust.add(TrustedKey.from_pem("Test", key.public_pem))
    return device


@pytest.fixture
async def robot(
    device: Device, listener: Listener, key: ClientKey
) -> AsyncIterator[Robot]:
    info = await listener.find(device.address)
    async with await Robot.open(info, key, timing=FAST) as robot:
        yield robot
    await device.wait_closed_connections()


def frame(text: str) -> bytes:
    """Return a frame as a device sends it."""
    return struct.pack("<H", len(text.encode())) + text.encode()


async def reach(device: Device, label: str) -> None:
    await device.wait_for(lambda: device.job.state.label == label)


async def test_a_job_from_start_to_idle(device: Device, robot: Robot) -> None:
    assert (await robot.report()).label == "IDLE"
    await robot.start(CUBE)
    report = await robot.report()
    assert (report.st_id, report.label, report.session) == (1, "INIT", None)

    await reach(device, "WAITING_HEAD")
    report = await robot.report()
    assert (report.st_id, report.label) == (16, "WAITING_HEAD")
    assert report.module == "EXTRUDER"
    assert report.nozzle_target is not None
    assert report.nozzle_target > 100
    session = report.session
    assert session

    await reach(device, "RUNNING")
    device.job.set_progress(0.42)
    report = await robot.report()
    assert report.progress == pytest.approx(0.42, abs=1e-5)
    assert report.session == session
    assert report.position is not None

    await robot.pause()
    assert (await robot.report()).st_id == 50
    await reach(device, "PAUSED")
    report = await robot.report()
    assert (report.st_id, report.error) == (48, ())

    await robot.resume()
    await reach(device, "RUNNING")
    device.job.finish()
    report = await robot.report()
    assert (report.st_id, report.session) == (64, session)
    assert report.progress == 1.0

    await device.wait_for(lambda: device.status.st_id == 64)
    await robot.quit()
    with pytest.raises(CommandFailed) as caught:
        await robot.report()
    assert caught.value.symbol == "SUBSYSTEM_ERROR"
    await device.wait_for(lambda: device.status.st_id == 0)
    assert (await robot.report()).st_id == 0
    assert robot.is_open


async def test_an_abort(device: Device, robot: Robot) -> None:
    await robot.select(CUBE)
    await robot.start()
    await reach(device, "RUNNING")
    device.job.fault("HEAD_ERROR", "FAN_FAILURE", "128")
    await reach(device, "PAUSED")
    assert (await robot.report()).error == ("HEAD_ERROR", "FAN_FAILURE", "128")
    await robot.abort()
    report = await robot.report()
    assert (report.st_id, report.error) == (128, ())


async def test_the_jobs_metadata_and_picture(device: Device, robot: Robot) -> None:
    device.start_job(CUBE)
    info, picture = await robot.info()
    fcode = device.player.fcode()
    assert dict(info.raw) == dict(fcode.metadata)
    assert info.head_type == "EXTRUDER"
    assert info.time_cost == float(fcode.metadata["TIME_COST"])
    assert picture == fcode.previews[0]
    assert picture.startswith(b"\x89PNG")


async def test_a_job_without_a_picture(device: Device, robot: Robot) -> None:
    device.files.entries["SD"]["bare.fc"] = build({"HEAD_TYPE": "EXTRUDER"}, b"")
    device.start_job("SD/bare.fc")
    info, picture = await robot.info()
    assert dict(info.raw) == {"HEAD_TYPE": "EXTRUDER"}
    assert picture is None


async def test_the_commands_of_a_pause(device: Device, robot: Robot) -> None:
    device.start_job(CUBE)
    await reach(device, "RUNNING")
    for command in (
        robot.load_filament(),
        robot.unload_filament(),
        robot.set_toolhead_heater(200),
        robot.press_button(),
    ):
        with pytest.raises(CommandFailed) as caught:
            await command
        assert caught.value.symbol == "RESOURCE_BUSY"
    device.job.runout()
    await reach(device, "PAUSED")
    assert (await robot.report()).error == ("FILAMENT_RUNOUT", "1")

    await robot.load_filament()
    report = await robot.report()
    assert (report.st_id, report.label) == (48, "LOAD_FILAMENT")
    await robot.press_button()
    assert (await robot.report()).label == "PAUSED"
    await robot.unload_filament()
    assert (await robot.report()).label == "UNLOAD_FILAMENT"
    await reach(device, "PAUSED")
    await robot.set_toolhead_heater(187.5)
    assert (await robot.report()).nozzle_target == 187.5
    await robot.set_toolhead_heater(0)
    assert (await robot.report()).nozzle_target == 0.0
    assert device.received.robot[-4] == "player set_toolhead_header 0 187.5"


@pytest.mark.parametrize("temperature", [-1, 301, math.nan, math.inf])
async def test_temperatures_no_toolhead_has(
    device: Device, robot: Robot, temperature: float
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await robot.set_toolhead_heater(temperature)
    assert caught.value.field == "temperature"
    assert device.received.robot == []
    assert robot.is_open


@pytest.mark.parametrize(
    "name", ["pause", "resume", "abort", "quit", "info", "press_button"]
)
async def test_an_idle_device_has_no_task(
    device: Device, robot: Robot, name: str
) -> None:
    with pytest.raises(CommandFailed) as caught:
        await getattr(robot, name)()
    assert (caught.value.symbol, caught.value.words) == ("NO_TASK", ())
    assert robot.is_open


async def test_refusals_of_a_job(device: Device, robot: Robot) -> None:
    with pytest.raises(CommandFailed, match="NOT_EXIST"):
        await robot.select("SD/nothing.fc")
    with pytest.raises(CommandFailed, match="NOT_EXIST"):
        await robot.start("SD/nothing.fc")
    device.files.entries["SD"]["broken.fc"] = b"FCx0000000"
    with pytest.raises(CommandFailed, match="FILE_BROKEN"):
        await robot.start("SD/broken.fc")
    await robot.start(CUBE)
    for command in (robot.start(CUBE), robot.pause(), robot.abort(), robot.kick()):
        with pytest.raises(CommandFailed, match="RESOURCE_BUSY"):
            await command
    await reach(device, "RUNNING")
    await robot.pause()
    await reach(device, "PAUSED")
    for command in (robot.pause(), robot.quit()):
        with pytest.raises(CommandFailed, match="RESOURCE_BUSY"):
            await command
    assert robot.is_open


@pytest.mark.parametrize("name", ["it's a job.fc", 'say "hi" $HOME.fc', "Größe ♥.fc"])
async def test_names_arrive_as_they_are(
    device: Device, robot: Robot, name: str
) -> None:
    sd = device.files.entries["SD"]
    sd["my folder"] = {name: device.files.read("SD", "calibration cube.fc")}
    await robot.start(f"SD/my folder/{name}")
    assert device.job.fcode == device.player.fcode()
    assert (await robot.report()).st_id == 1


async def test_nothing_comes_between_select_and_start(
    device: Device, robot: Robot
) -> None:
    others = [robot.select("SD/nothing.fc") for _ in range(5)]
    results = await asyncio.gather(
        *others,
        robot.start(CUBE),
        *(robot.report() for _ in range(5)),
        return_exceptions=True,
    )
    assert results[5] is None
    sent = device.received.robot
    assert sent[sent.index("player select SD 'calibration cube.fc'") + 1] == (
        "player start"
    )


async def test_a_refused_selection_starts_nothing(device: Device, robot: Robot) -> None:
    """The file selected before must not run instead."""
    await robot.select(CUBE)
    with pytest.raises(CommandFailed, match="NOT_EXIST"):
        await robot.start("SD/nothing.fc")
    assert device.player.job is None
    assert "player start" not in device.received.robot


async def test_what_the_device_says_of_itself(device: Device, robot: Robot) -> None:
    details = await robot.deviceinfo()
    assert details["uuid"] == UUID
    assert details["nickname"] == "Delta in der Werkstatt ♥"
    assert details["ipaddr"] == f"wlan0:{ADDRESSES[0]}"
    assert parse_mac_addresses(details) == {"wlan0": device.config.mac}
    assert await robot.position() == "CommandTask"


async def test_settings(device: Device, robot: Robot) -> None:
    assert await robot.config_get("broadcast") is None
    await robot.config_set("broadcast", "very well")
    assert device.settings == {"broadcast": "very well"}
    assert await robot.config_get("broadcast") == "very well"
    await robot.config_del("broadcast")
    assert device.settings == {}
    for command in (
        robot.config_set("broadcast", ""),
        robot.config_get(""),
        robot.config_del("a\nb"),
    ):
        with pytest.raises(InvalidRequest):
            await command


async def test_kick_frees_an_occupied_device(device: Device, robot: Robot) -> None:
    device.occupy(-1, by="192.168.1.77")
    report = await robot.report()
    assert (report.st_id, report.label) == (-1, "OCCUPIED")
    assert report.extras["info"] == "192.168.1.77"
    await robot.kick()
    assert (await robot.report()).st_id == 0


async def test_replies_belong_to_their_requests(device: Device, robot: Robot) -> None:
    device.settings.update({f"key{number}": f"value {number}" for number in range(40)})
    values = await asyncio.gather(
        *(robot.config_get(f"key{number}") for number in range(40))
    )
    assert values == [f"value {number}" for number in range(40)]


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
    (session,) = device.robot_sessions
    # In one write, so that both are there when the next request goes out.
    await session.frames.send_raw(frame('{"st_id": 0}') + frame(text))
    assert (await asking).st_id == 0
    with pytest.raises(ProtocolError):
        await robot.config_get("broadcast")
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
        ("player info", "ok", "info"),
        ("player info", "binary text/json 300000", "info"),
        ("player info", "binary image/png 4194305", "info"),
        ("player info", "binary video/mp4 1", "info"),
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


async def test_the_device_restarts(device: Device, robot: Robot) -> None:
    await robot.report()
    await device.reboot()
    with pytest.raises(ConnectionFailed):
        await robot.report()
    assert not robot.is_open


async def test_a_request_too_long_for_a_frame(device: Device, robot: Robot) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await robot.config_set("key", "x" * 5000)
    assert caught.value.reason == "too_long"
    assert (await robot.report()).st_id == 0


async def test_cut_at_every_byte_of_a_reply(
    device: Device, robot: Robot, key: ClientKey
) -> None:
    """A reply in three parts (metadata, picture, ok) is whole, or it is an error."""
    device.start_job(CUBE)
    whole = await robot.info()
    content = len(device.player.fcode().previews[0])
    for cut in range(0, content, 7):
        device.faults.cut_binary = cut
        async with await Robot.open(robot.device, key, timing=FAST) as other:
            with pytest.raises(ConnectionFailed):
                await other.info()
    device.faults.cut_binary = None
    assert await robot.info() == whole
