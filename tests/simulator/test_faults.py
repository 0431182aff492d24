"""Faults a test gives a device, what it keeps of them, and devices that cannot be."""

from dataclasses import replace

import pytest

from simulator import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT, Device, Timing

from .client import Stream
from .conftest import HERE, KEY, MakeDevice, device_config


async def test_ports_can_refuse_and_take_connections_again(device: Device) -> None:
    await device.refuse_connections(MANAGEMENT_PORT)
    with pytest.raises(ConnectionRefusedError):
        await Stream.connect(HERE, MANAGEMENT_PORT)
    await device.accept_connections()
    async with await Stream.sign_in(HERE, KEY, "secret") as stream:
        await device.drop_connections()
        assert await stream.read_to_end() == b""


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        ({"hello": b"HTTP/1.1", "close_after_hello": True}, b"HTTP/1.1"),
        ({"cut_after": 5}, b"FLUX0"),
    ],
)
async def test_a_connection_begins_otherwise(
    device: Device, faults: dict[str, object], said: bytes
) -> None:
    for name, value in faults.items():
        setattr(device.faults.management, name, value)
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        assert await stream.read_to_end() == said
    await device.wait_closed_connections()


@pytest.mark.parametrize(
    ("fault", "value", "said"),
    [
        ("cut_after", 0, b""),
        ("stall_after", 0, b""),
        ("half_frame", True, b"\x0b\0Comm"),
        ("chunk_size", 9, b"\x0b\0CommandTask"),
    ],
)
async def test_a_fault_reaches_a_connection_that_is_open(
    device: Device, robot: Stream, fault: str, value: int, said: bytes
) -> None:
    setattr(device.faults.robot, fault, value)
    robot.send_frame("position")
    assert await robot.read(len(said)) == said
    if fault == "cut_after":
        assert await robot.read_to_end() == b""
    else:
        assert await robot.is_silent()
        assert device.connections[ROBOT_PORT] == 1
    await robot.close()
    await device.wait_closed_connections()


@pytest.mark.parametrize(
    "changes",
    [
        {"uuid": "00"},
        {"serial": "short"},
        {"generation": 3},
        {"address": "10.0.0.1"},
        {"generation": 2, "udp_management": True},
    ],
)
def test_devices_that_cannot_be(changes: dict[str, object]) -> None:
    config = device_config(**changes)
    with pytest.raises(ValueError, match=r".+"):
        replace(config)


async def test_a_reply_can_be_put_into_its_mouth(
    device: Device, manager: Stream
) -> None:
    device.faults.replies = {"scan_wifi": "error HARDWARE_FAILURE 7", "rename": None}
    assert await manager.ask("scan_wifi") == "error HARDWARE_FAILURE 7"
    manager.send_frame("rename\0other")
    assert await manager.ask("scan_wifi") == "error HARDWARE_FAILURE 7"
    assert device.name != "other"
    commands = [("scan_wifi",), ("rename", "other"), ("scan_wifi",)]
    assert device.received.management == commands


@pytest.mark.parametrize("name", ["player", "player report"])
async def test_a_reply_of_the_robot_can_be_too(
    device: Device, robot: Stream, name: str
) -> None:
    device.faults.replies[name] = "er DEVICE_ERROR"
    assert await robot.ask("player report") == "er DEVICE_ERROR"


async def test_a_stalled_connection_stays_until_the_client_goes(device: Device) -> None:
    device.faults.camera.stall_in_handshake = True
    async with await Stream.connect(HERE, CAMERA_PORT) as stream:
        assert await stream.read(8) == b"FLUX0003"
        assert device.connections[CAMERA_PORT] == 1
        with pytest.raises(TimeoutError):
            await device.wait_closed_connections(0.1)
    await device.wait_closed_connections()


async def test_another_client_leaves_a_finished_job_once_datagrams_say_so(
    make_device: MakeDevice,
) -> None:
    device = await make_device(timing=replace(Timing.fast(), job_speed=0.0))
    device.faults.quit_after = 0.0
    job = device.start_job()
    await device.wait_for(lambda: job.state.label == "RUNNING")
    job.finish()
    assert device.player.peek() is job
    said = []

    def left() -> bool:
        said.append(device.status.st_id)
        return device.player.peek() is None

    await device.wait_for(left)
    assert said[-1] == 64
    await device.wait_for(lambda: device.status.st_id == 0)


async def test_what_was_received_is_kept(device: Device) -> None:
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        await stream.read(8)
        stream.write(b"not TLS at all")
        await stream.read_to_end()
    await device.wait_closed_connections()
    (record,) = device.received.connections
    assert bytes(record.tcp) == b"not TLS at all"
    assert device.received.application_bytes == b""
    stream = await Stream.sign_in(HERE, KEY, "secret")
    await stream.close()
    assert device.received.application_bytes.endswith(b"\x08\0secret")
