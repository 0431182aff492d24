"""The commands of the robot port that are not about files (section 5)."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
import json
from typing import TYPE_CHECKING

from . import file_commands
from .errors import HangUpError, RobotError
from .fcode import BrokenFileError
from .files import StoreError
from .job import BusyError
from .maintenance import Maintenance
from .player import NoTaskError, PlayerError

if TYPE_CHECKING:
    from .robot import RobotSession


@dataclass(frozen=True, slots=True)
class _Command:
    fewest: int
    most: int
    run: Callable[[RobotSession, list[str]], Awaitable[None]]


async def run(session: RobotSession, words: list[str]) -> None:
    """Do what a client asked for; ``RobotError`` and ``HangUpError`` when that fails."""
    for size in (2, 1):
        name = " ".join(words[:size])
        if (command := _COMMANDS.get(name)) is None:
            continue
        arguments = words[size:]
        if not command.fewest <= len(arguments) <= command.most:
            raise RobotError("BAD_PARAMS")
        try:
            await command.run(session, arguments)
        except BusyError as err:
            raise RobotError("RESOURCE_BUSY") from err
        except NoTaskError as err:
            raise RobotError("NO_TASK") from err
        except (PlayerError, BrokenFileError, StoreError) as err:
            raise RobotError(str(err)) from err
        return
    raise RobotError("UNKNOWN_COMMAND")


async def _report(session: RobotSession, words: list[str]) -> None:
    await session.frames.send(json.dumps(session.device.player.report()))


async def _info(session: RobotSession, words: list[str]) -> None:
    fcode = session.device.player.fcode()
    content = json.dumps(dict(fcode.metadata)).encode()
    await session.send_binary("text/json", content)
    for picture in fcode.previews[:1]:
        await session.send_binary("image/png", picture)
    await session.frames.send("ok")


async def _select(session: RobotSession, words: list[str]) -> None:
    session.selected = session.device.files.read(words[0], words[1])
    session.temporary = False
    await session.frames.send("ok")


async def _start(session: RobotSession, words: list[str]) -> None:
    player = session.device.player
    if player.job is not None:
        raise BusyError
    if session.selected is None or player.occupant() is not None:
        raise NoTaskError
    player.start(session.selected, owner=session.record if session.temporary else None)
    await session.frames.send("ok")


async def _pause(session: RobotSession, words: list[str]) -> None:
    session.device.player.pause()
    await session.frames.send("ok")


async def _resume(session: RobotSession, words: list[str]) -> None:
    session.device.player.resume()
    await session.frames.send("ok")


async def _abort(session: RobotSession, words: list[str]) -> None:
    if not session.device.player.abort():
        raise HangUpError
    await session.frames.send("ok")


async def _quit(session: RobotSession, words: list[str]) -> None:
    session.device.player.quit()
    await session.frames.send("ok")


async def _set_toolhead_header(session: RobotSession, words: list[str]) -> None:
    job = session.device.player.required()
    job.require_paused()
    try:
        target = float(words[1])
    except ValueError as err:
        raise RobotError("BAD_PARAMS") from err
    job.set_target(target)
    await session.frames.send("ok")


async def _load_filament(session: RobotSession, words: list[str]) -> None:
    session.device.player.required().macro("LOAD_FILAMENT")
    await session.frames.send("ok")


async def _unload_filament(session: RobotSession, words: list[str]) -> None:
    session.device.player.required().macro("UNLOAD_FILAMENT")
    await session.frames.send("ok")


async def _press_button(session: RobotSession, words: list[str]) -> None:
    session.device.player.required().press_button()
    await session.frames.send("ok")


async def _deviceinfo(session: RobotSession, words: list[str]) -> None:
    device = session.device
    config = device.config
    macs = [f"wlan0:{config.mac}"]
    addresses = [f"ipaddr:wlan0:{device.address}"]
    if config.other_address is not None:
        macs.append(f"len0:{config.other_mac}")
        addresses.append(f"ipaddr:len0:{config.other_address}")
    lines = (
        "ok",
        f"macaddr:{','.join(macs)}",
        f"uuid:{config.uuid}",
        *addresses,
        f"dev:{config.serial == 'XXXXXXXXXX'}",
        f"version:{device.firmware}",
        f"model:{config.model}",
        f"nickname:{device.name}",
        f"serial:{config.serial}",
        "cloud:None",
    )
    await session.frames.send("\n".join(lines))


async def _config_get(session: RobotSession, words: list[str]) -> None:
    value = session.device.settings.get(words[0])
    await session.frames.send("ok EMPTY" if value is None else f"ok VAL {value}")


async def _config_set(session: RobotSession, words: list[str]) -> None:
    device = session.device
    device.settings.set(words[0], "".join(words[1:]))
    if device.generation == 1 and words[0] in {"broadcast", "enable_cloud"}:
        device.beacon.renew_soon()
    await session.frames.send("ok")


async def _config_del(session: RobotSession, words: list[str]) -> None:
    session.device.settings.delete(words[0])
    await session.frames.send("ok")


async def _kick(session: RobotSession, words: list[str]) -> None:
    job = session.device.player.job
    if job is not None and not job.ended:
        raise BusyError
    for other in list(session.device.robot_sessions):
        if other.task is not None:
            await other.kick()
    session.device.free()
    await session.frames.send("ok")


async def _maintain(session: RobotSession, words: list[str]) -> None:
    device = session.device
    if (who := device.player.occupant()) is not None:
        raise RobotError(f"RESOURCE_BUSY {who}")
    if device.faults.boards_dead:
        await asyncio.sleep(device.config.timing.boards_dead)
        raise RobotError("SUBSYSTEM_ERROR")
    session.task = Maintenance(device, session.frames, session.record.peer[0])
    await session.frames.send("ok")


async def _position(session: RobotSession, words: list[str]) -> None:
    await session.frames.send("CommandTask")


_COMMANDS = {
    "player report": _Command(0, 0, _report),
    "player info": _Command(0, 0, _info),
    "player select": _Command(2, 2, _select),
    "player start": _Command(0, 0, _start),
    "player pause": _Command(0, 0, _pause),
    "player resume": _Command(0, 0, _resume),
    "player abort": _Command(0, 0, _abort),
    "player quit": _Command(0, 0, _quit),
    "player set_toolhead_header": _Command(2, 2, _set_toolhead_header),
    "player load_filament": _Command(1, 1, _load_filament),
    "player unload_filament": _Command(1, 1, _unload_filament),
    "player press_button": _Command(0, 0, _press_button),
    "file ls": _Command(1, 2, file_commands.ls),
    "file info": _Command(2, 2, file_commands.info),
    "file md5": _Command(2, 2, file_commands.md5),
    "file download": _Command(2, 2, file_commands.download),
    "file upload": _Command(3, 4, file_commands.upload),
    "file mkdir": _Command(2, 2, file_commands.mkdir),
    "file rmdir": _Command(2, 2, file_commands.rmdir),
    "file rm": _Command(2, 2, file_commands.rm),
    "file cp": _Command(4, 4, file_commands.cp),
    "deviceinfo": _Command(0, 0, _deviceinfo),
    "config get": _Command(1, 1, _config_get),
    "config set": _Command(1, 2, _config_set),
    "config del": _Command(1, 1, _config_del),
    "kick": _Command(0, 0, _kick),
    "task maintain": _Command(0, 0, _maintain),
    "position": _Command(0, 0, _position),
}
