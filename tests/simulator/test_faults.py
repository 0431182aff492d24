"""Faults a test gives a device, what it keeps of them, and devices that cannot be."""

import asyncio
from dataclasses import replace

import pytest

from simulator import MANAGEMENT_PORT, ROBOT_PORT, Device, Timing
from simulator.faults import StreamFaults, Weather
from simulator.wire import Wire
from tests.devices import config_of

from .client import Stream
from .conftest import HERE, KEY, UUID, MakeDevice


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


async def test_once_it_is_mended_the_rest_is_sent_in_one_piece() -> None:
    """Thousands of writes in one turn of the loop would not see that the client left."""
    faults, written = StreamFaults(chunk_size=1), list[bytes]()
    wire = Wire(ROBOT_PORT, faults, lambda _wire: None)
    sending = asyncio.create_task(wire.write(b"position" * 100))

    class Transport(asyncio.Transport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            written.append(bytes(data))
            faults.chunk_size = None

        def is_closing(self) -> bool:
            return True

    wire.connection_made(Transport({"peername": (HERE, 1)}))
    await sending
    assert written == [b"p", (b"position" * 100)[1:]]


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
    with pytest.raises(ValueError, match=r".+"):
        config_of(**{"address": HERE, "uuid": UUID.hex()} | changes)


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


@pytest.mark.parametrize("opens", [True, False])
@pytest.mark.parametrize("turns", range(8))
async def test_who_is_canceled_at_a_port_leaves_no_socket(
    device: Device, turns: int, *, opens: bool
) -> None:
    if opens:
        await device.refuse_connections(ROBOT_PORT)
        work = device.accept_connections(ROBOT_PORT)
    else:
        work = device.refuse_connections(ROBOT_PORT)
    task = asyncio.create_task(work)
    for _ in range(turns):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    await device.reboot()

    async with await Stream.connect(device.address, ROBOT_PORT) as stream:
        assert await stream.read(4) == b"FLUX"


def test_a_bad_network_loses_doubles_and_delays() -> None:
    assert Weather().arrivals() == [0.0]
    assert Weather(loss=1.0).arrivals() == []
    assert Weather(duplication=1.0).arrivals() == [0.0, 0.0]
    assert Weather(delay=4.0, chance=lambda: 0.5).arrivals() == [2.0]
