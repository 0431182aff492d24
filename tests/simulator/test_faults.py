"""Faults a test gives a device, what it keeps of them, and devices that cannot be."""

from dataclasses import replace

import pytest

from simulator import CAMERA_PORT, MANAGEMENT_PORT
from tests.keys import CLIENT_KEY

from .client import Key, Stream, sign_in
from .conftest import ADDRESSES, MakeDevice, device_config

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
