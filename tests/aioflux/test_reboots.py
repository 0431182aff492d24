"""A device that starts again in each phase of a handshake, and with each command under way.

And what else it may do in every phase: say nothing at all, or a byte now and then, or
replies of any length.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import pytest

from custom_components.flux3dp.aioflux import (
    Camera,
    ClientKey,
    ConnectionFailed,
    DeviceInfo,
    Listener,
    Manager,
    NetworkConfig,
    ProtocolError,
    Robot,
    SlaveKeyMismatch,
)
from simulator import Device, StreamFaults, TrustedKey

from .conftest import BOTH, CUBE, FAST, MakeDevice
from .remains import length_of, open_sockets

type Ask = Callable[[Any], Awaitable[object]]


class Port(NamedTuple):
    """A port, and one generation of it."""

    name: str
    generation: int
    open: Callable[..., Awaitable[Any]]


PORTS = {
    "management-v1": Port("management", 1, Manager.open),
    "management-v2": Port("management", 2, Manager.open),
    "robot-v1": Port("robot", 1, Robot.open),
    "robot-v2": Port("robot", 2, Robot.open),
    "camera-v1": Port("camera", 1, Camera.open),
    "camera-v2": Port("camera", 2, Camera.open),
}
QUICK = replace(FAST, connect=0.2, handshake=0.2, challenge_rest=0.1)


@pytest.fixture(params=PORTS.values(), ids=PORTS)
def port(request: pytest.FixtureRequest) -> Port:
    found: Port = request.param
    return found


@pytest.fixture
async def server(port: Port, make_device: MakeDevice, key: ClientKey) -> Device:
    """Return a device that trusts us, of the port's generation."""
    device = await make_device(generation=port.generation)
    device.trust.add(TrustedKey.from_pem("Test", key.public_pem))
    return device


@asynccontextmanager
async def nothing_left(device: Device) -> AsyncIterator[None]:
    """Wait until there are as many tasks and sockets as before."""

    def there() -> tuple[int, int]:
        return len(asyncio.all_tasks()), len(open_sockets())

    before = there()
    yield
    await device.wait_closed_connections()
    await device.wait_for(lambda: there() <= before)


async def test_a_reboot_in_each_phase_of_a_handshake(
    port: Port, server: Device, listener: Listener, key: ClientKey
) -> None:
    info = await listener.find(server.address)
    faults: StreamFaults = getattr(server.faults, port.name)

    async def converse() -> None:
        async with await port.open(info, key, timing=FAST):
            pass

    length = await length_of(server, faults, converse)
    for phase in (0, 4, 8, *(length * sixth // 6 for sixth in range(1, 6)), length - 1):
        faults.stall_after = phase
        server.received.clear()
        async with nothing_left(server):
            opening = asyncio.ensure_future(port.open(info, key, timing=FAST))
            await server.wait_for(
                lambda: any(each.stalled for each in server.received.connections)
            )
            await server.reboot()
            with pytest.raises((ConnectionFailed, SlaveKeyMismatch)):
                await opening

        faults.stall_after = None
        info = await listener.refresh(info)
        async with await port.open(info, key, timing=FAST) as client:
            assert client.is_open
        await server.wait_closed_connections()


MANAGEMENT: dict[str, Ask] = {
    "add_trust": lambda it: it.add_trust("again"),
    "list_trust": Manager.list_trust,
    "remove_trust": lambda it: it.remove_trust("0" * 40),
    "rename": lambda it: it.rename("Delta"),
    "passwd": lambda it: it.change_password("secret", "other"),
    "reset_passwd": lambda it: it.reset_password("other"),
    "scan_wifi": Manager.scan_wifi,
    "network": lambda it: it.set_network(
        NetworkConfig(method="dhcp", interface="len0")
    ),
}


async def content() -> AsyncIterator[bytes]:
    yield b"FCx0"


async def ignore(_block: bytes) -> None:
    return None


async def maintain(robot: Robot) -> None:
    async with robot.maintenance():
        pass


ROBOT: dict[str, Ask] = {
    "player report": Robot.report,
    "player info": Robot.info,
    "player select": lambda it: it.select(CUBE),
    "player start": lambda it: it.start(CUBE),
    "player pause": Robot.pause,
    "player resume": Robot.resume,
    "player abort": Robot.abort,
    "player quit": Robot.quit,
    "player load_filament": Robot.load_filament,
    "player unload_filament": Robot.unload_filament,
    "player set_toolhead_header": lambda it: it.set_toolhead_heater(200),
    "player press_button": Robot.press_button,
    "deviceinfo": Robot.deviceinfo,
    "kick": Robot.kick,
    "position": Robot.position,
    "file ls": lambda it: it.files.list("SD"),
    "file info": lambda it: it.files.info(CUBE),
    "file md5": lambda it: it.files.md5(CUBE),
    "file download": lambda it: it.files.download(CUBE, ignore),
    "file upload": lambda it: it.files.upload("SD/a.fc", content(), 4),
    "file mkdir": lambda it: it.files.mkdir("SD/a"),
    "file rmdir": lambda it: it.files.rmdir("SD/a"),
    "file rm": lambda it: it.files.remove("SD/a.fc"),
    "file cp": lambda it: it.files.copy(CUBE, "SD/a.fc"),
    "config get": lambda it: it.settings.get("correction"),
    "config set": lambda it: it.settings.set("replay", True),
    "config del": lambda it: it.settings.reset("replay"),
    "task maintain": maintain,
}


@BOTH
@pytest.mark.parametrize(
    ("command", "ask", "open"),
    [
        *((name, ask, Manager.open) for name, ask in MANAGEMENT.items()),
        *((name, ask, Robot.open) for name, ask in ROBOT.items()),
    ],
    ids=[*MANAGEMENT, *ROBOT],
)
async def test_a_reboot_with_a_command_under_way(
    *,
    device: Device,
    listener: Listener,
    info: DeviceInfo,
    key: ClientKey,
    command: str,
    ask: Ask,
    open: Callable[..., Awaitable[Any]],  # noqa: A002 - the port's
) -> None:
    device.faults.replies[command] = None
    async with nothing_left(device):
        client = await open(info, key, timing=FAST)
        asking = asyncio.ensure_future(ask(client))
        await device.wait_command(command)
        await device.reboot()
        with pytest.raises(ConnectionFailed):
            await asking
        assert not client.is_open
        await client.close()

    device.faults.replies.clear()
    info = await listener.refresh(info)
    async with await Robot.open(info, key, timing=FAST) as robot:
        assert (await robot.report()).st_id == 0


@BOTH
async def test_a_reboot_before_a_picture(
    device: Device, info: DeviceInfo, key: ClientKey
) -> None:
    async with nothing_left(device):
        camera = await Camera.open(info, key, timing=FAST)
        device.faults.camera.stall_after = 0
        asking = asyncio.ensure_future(camera.frame())
        await device.wait_command("f")
        await device.reboot()
        with pytest.raises(ConnectionFailed):
            await asking
        await camera.close()


@pytest.mark.parametrize("fault", [{"stall_after": 0}, {"chunk_size": 1}])
async def test_silence_and_single_bytes_are_given_up(
    port: Port,
    server: Device,
    listener: Listener,
    key: ClientKey,
    fault: dict[str, Any],
) -> None:
    """It takes the connection; a byte a millisecond stands for one a second."""
    info = await listener.find(server.address)
    setattr(server.faults, port.name, StreamFaults(**fault))
    async with nothing_left(server):
        with pytest.raises(ConnectionFailed):
            await port.open(info, key, timing=QUICK)


@BOTH
@pytest.mark.parametrize("length", [0, 2, 4095, 65535])
async def test_replies_of_any_length(
    device: Device, info: DeviceInfo, key: ClientKey, length: int
) -> None:
    said = "x" * length
    device.faults.replies |= {"position": said, "player report": said}
    device.faults.replies["list_trust"] = said
    async with await Robot.open(info, key, timing=FAST) as robot:
        assert await robot.position() == said
        with pytest.raises(ProtocolError):
            await robot.report()
        assert not robot.is_open
    async with await Manager.open(info, key, timing=FAST) as manager:
        with pytest.raises(ProtocolError):
            await manager.list_trust()
        assert not manager.is_open
    await device.wait_closed_connections()
