"""A device that starts again with each command under way, or answers with any length."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from custom_components.flux3dp.aioflux import (
    Camera,
    ClientKey,
    ConnectionFailed,
    Listener,
    Manager,
    NetworkConfig,
    ProtocolError,
    Robot,
)
from simulator import Device

from .conftest import BOTH, CUBE, FAST, Connect
from .remains import nothing_left

type Ask = Callable[[Any], Awaitable[object]]


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
    ("command", "ask", "client_type"),
    [
        *((name, ask, Manager) for name, ask in MANAGEMENT.items()),
        *((name, ask, Robot) for name, ask in ROBOT.items()),
    ],
    ids=[*MANAGEMENT, *ROBOT],
)
async def test_a_reboot_with_a_command_under_way(
    *,
    device: Device,
    listener: Listener,
    connect: Connect,
    key: ClientKey,
    command: str,
    ask: Ask,
    client_type: type[Manager | Robot],
) -> None:
    device.faults.replies[command] = None
    async with nothing_left(device):
        client = await connect(client_type)
        asking = asyncio.ensure_future(ask(client))
        await device.wait_command(command)
        await device.reboot()
        with pytest.raises(ConnectionFailed):
            await asking
        assert not client.is_open
        await client.close()

    device.faults.replies.clear()
    info = await listener.refresh(client.device)
    async with await Robot.open(info, key, timing=FAST) as robot:
        assert (await robot.report()).st_id == 0


@BOTH
async def test_a_reboot_before_a_picture(device: Device, connect: Connect) -> None:
    async with nothing_left(device):
        camera = await connect(Camera)
        device.faults.camera.stall_after = 0
        asking = asyncio.ensure_future(camera.frame())
        await device.wait_command("f")
        await device.reboot()
        with pytest.raises(ConnectionFailed):
            await asking
        await camera.close()


@BOTH
@pytest.mark.parametrize("length", [0, 2, 4095, 65535])
async def test_replies_of_any_length(
    device: Device, connect: Connect, length: int
) -> None:
    said = "x" * length
    device.faults.replies |= {"position": said, "player report": said}
    device.faults.replies["list_trust"] = said
    async with await connect(Robot) as robot:
        assert await robot.position() == said
        with pytest.raises(ProtocolError):
            await robot.report()
        assert not robot.is_open
    async with await connect(Manager) as manager:
        with pytest.raises(ProtocolError):
            await manager.list_trust()
        assert not manager.is_open
    await device.wait_closed_connections()
