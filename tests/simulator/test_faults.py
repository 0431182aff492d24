"""Faults a test gives a device, what it keeps of them, and devices that cannot be."""

import asyncio
from dataclasses import replace

import pytest

from simulator import CAMERA_PORT, MANAGEMENT_PORT, ROBOT_PORT, Timing
from tests.keys import CLIENT_KEY

from .client import Key, Stream, command, open_robot, sign_in
from .conftest import ADDRESSES, MakeDevice, device_config, trust

KEY = Key(CLIENT_KEY)
HERE = ADDRESSES[0]


async def test_ports_can_refuse_and_take_connections_again(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    await device.refuse_connections(MANAGEMENT_PORT)
    with pytest.raises(ConnectionRefusedError):
        await Stream.connect(HERE, MANAGEMENT_PORT)
    await device.accept_connections()
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        await device.drop_connections()
        assert await stream.read_to_end() == b""


async def test_a_hello_of_something_else(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.management.hello = b"HTTP/1.1"
    device.faults.management.close_after_hello = True
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        assert await stream.read_to_end() == b"HTTP/1.1"


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
async def test_devices_that_cannot_be(changes: dict[str, object]) -> None:
    config = device_config(**changes)
    with pytest.raises(ValueError, match=r".+"):
        replace(config)


async def test_a_reply_can_be_put_into_its_mouth(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.replies = {"scan_wifi": "error HARDWARE_FAILURE 7", "rename": None}
    stream = await sign_in(HERE, KEY, "secret")
    async with stream:
        assert await stream.ask("scan_wifi") == "error HARDWARE_FAILURE 7"
        stream.send_frame(b"rename\0other")
        assert await stream.ask("scan_wifi") == "error HARDWARE_FAILURE 7"
    assert device.name != "other"
    assert device.received.management == [
        ("scan_wifi",),
        ("rename", "other"),
        ("scan_wifi",),
    ]


async def test_a_connection_is_cut_at_the_byte(make_device: MakeDevice) -> None:
    device = await make_device()
    device.faults.management.cut_after = 5
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        assert await stream.read_to_end() == b"FLUX0"
    await device.wait_closed_connections()


async def test_a_stalled_connection_stays_until_the_client_goes(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    device.faults.camera.stall_in_handshake = True
    async with await Stream.connect(HERE, CAMERA_PORT) as stream:
        assert await stream.read(8) == b"FLUX0003"
        assert device.connections[CAMERA_PORT] == 1
        with pytest.raises(TimeoutError):
            await device.wait_closed_connections(0.1)
    await device.wait_closed_connections()


async def test_a_half_open_connection_hears_nothing_and_others_are_served(
    make_device: MakeDevice,
) -> None:
    device = await make_device()
    trust(device)
    stranded = await open_robot(HERE, KEY, device.config.uuid)
    assert await command(stranded, "position") == "CommandTask"
    device.strand_connections(ROBOT_PORT)
    stranded.send_frame(b"player report")
    async with await open_robot(HERE, KEY, device.config.uuid) as stream:
        assert await command(stream, "position") == "CommandTask"
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await stranded.reader.read(1)
    assert device.received.robot == ["position", "position"]
    await stranded.close()
    # The device has not heard of the end either, until it cuts the connection itself.
    assert device.connections[ROBOT_PORT] == 1
    await device.drop_connections()
    assert device.connections[ROBOT_PORT] == 0


async def test_another_client_leaves_a_finished_job_once_datagrams_say_so(
    make_device: MakeDevice,
) -> None:
    device = await make_device(timing=replace(Timing.fast(), job_speed=0.0))
    device.faults.quit_after = 0.0
    job = device.start_job()
    await device.wait_for(lambda: job.state.label == "RUNNING")
    job.finish()
    assert device.player.peek() is job
    told = []

    def left() -> bool:
        told.append(device.status.st_id)
        return device.player.peek() is None

    await device.wait_for(left)
    assert told[-1] == 64
    await device.wait_for(lambda: device.status.st_id == 0)


async def test_what_was_received_is_kept(make_device: MakeDevice) -> None:
    device = await make_device()
    async with await Stream.connect(HERE, MANAGEMENT_PORT) as stream:
        await stream.read(8)
        stream.write(b"not TLS at all")
        await stream.read_to_end()
    await device.wait_closed_connections()
    (record,) = device.received.connections
    assert bytes(record.tcp) == b"not TLS at all"
    assert device.received.application_bytes == b""
    stream = await sign_in(HERE, KEY, "secret")
    await stream.close()
    assert device.received.application_bytes.endswith(b"\x08\0secret")
