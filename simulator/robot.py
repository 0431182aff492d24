"""The robot port of a device, after the handshake: jobs, settings, files (section 5)."""

import asyncio
from dataclasses import dataclass
import json
import shlex

from .errors import BusyError, HangUpError, RobotError
from .fcode import Fcode, parse
from .files import mime_of
from .machine import Machine
from .maintenance import Maintenance
from .player import Player
from .wire import Frames

_LONGEST_LIST = 65535
_LARGEST_UPLOAD = 1 << 30
_TASK_FILE = "#"
#: Of the second interface, where there is one.
_OTHER_MAC = "b8:27:eb:12:34:57"
#: What there is: with other words than a command takes, it is ``BAD_PARAMS``.
_KNOWN = {
    "player": "report info select start pause resume abort quit set_toolhead_header "
    "load_filament unload_filament press_button",
    "file": "ls info md5 download upload mkdir rmdir rm cp",
    "config": "get set del",
    "task": "maintain",
}


class Robot:
    """The robot port of a device, and who is connected to it."""

    def __init__(self, machine: Machine, player: Player) -> None:
        self._machine = machine
        self._player = player
        self.sessions: set[RobotSession] = set()

    async def serve(self, frames: Frames) -> None:
        """Answer commands, one at a time and in order, until the connection ends."""
        session = RobotSession(self._machine, self._player, self, frames)
        self.sessions.add(session)
        try:
            while True:
                await session.command(await frames.receive())
        finally:
            self.sessions.discard(session)
            await session.end_task()

    async def kick(self, *, idle: bool) -> None:
        """Throw out the clients that have a task; ``idle``: all others as well."""
        for session in list(self.sessions):
            if idle or session.task is not None:
                await session.end_task()
                await session.frames.send("error KICKED")
                session.frames.wire.close()


@dataclass(eq=False)
class RobotSession:
    """One connection to the robot port."""

    machine: Machine
    player: Player
    robot: Robot
    frames: Frames
    #: The task it is in, and with it the device.
    task: Maintenance | None = None
    #: The content of the selected file; it belongs to the connection.
    _selected: bytes | None = None
    #: Whether the selection is a ``#`` upload.
    _temporary: bool = False

    async def command(self, frame: bytes) -> None:
        """Do what a frame says, and answer."""
        text = frame.decode(errors="replace")
        self.machine.received.robot.append(text)
        self.machine.pulse()
        try:
            words = shlex.split(frame.decode())
        except ValueError:
            await self.frames.send("error UNKNOWN_ERROR")
            return
        replies = self.machine.faults.replies
        for name in (" ".join(words[:2]), " ".join(words[:1])):
            if name in replies:
                if (reply := replies[name]) is not None:
                    await self.frames.send(reply)
                return
        try:
            if self.task is None:
                reply = await self._run(words)
                self.machine.pulse()
                await self.frames.send(reply)
            elif not await self.task.command("".join(words[:1]), words[1:]):
                self.task = None
        except RobotError as error:
            await self.frames.send(f"error {error}")

    async def end_task(self) -> None:
        """Leave the task it is in."""
        task, self.task = self.task, None
        if task is not None:
            await task.end()

    async def _run(self, words: list[str]) -> str:
        """Do a command, and return its last reply."""
        # A name in quotes is one, too.
        words = [*"".join(words[:1]).split(" ", 1), *words[1:]]
        match words:
            case ["player", *rest]:
                return await self._play(rest)
            case ["file", *rest]:
                return await self._run_file(rest)
            case ["config", *rest]:
                return self._configure(rest)
            case ["deviceinfo"]:
                return self._deviceinfo()
            case ["kick"]:
                if self.player.job is not None and not self.player.job.ended:
                    raise BusyError
                await self.robot.kick(idle=False)
                self.machine.free()
                return "ok"
            case ["task", "maintain"]:
                await self._maintain()
                return "ok"
            case ["position"]:
                return "CommandTask"
            case ["deviceinfo" | "kick" | "position", *_]:
                raise RobotError("BAD_PARAMS")
        raise _misread("".join(words[:1]), words[1:])

    async def _play(self, words: list[str]) -> str:
        player = self.player
        match words:
            case ["report"]:
                return json.dumps(player.report())
            case ["info"]:
                fcode = player.required().fcode
                content = json.dumps(dict(fcode.metadata)).encode()
                await self._send_binary("text/json", content)
                for picture in fcode.previews[:1]:
                    await self._send_binary("image/png", picture)
            case ["select", entry, path]:
                self._selected = self.machine.files.read(entry, path)
                self._temporary = False
            case ["start"]:
                self._start()
            case ["pause"]:
                player.required().pause()
            case ["resume"]:
                player.required().resume()
            case ["abort"]:
                if not player.abort():
                    raise HangUpError
            case ["quit"]:
                player.quit()
            case ["set_toolhead_header", _, degrees]:
                job = player.required()
                job.require_paused()
                try:
                    job.set_target(float(degrees))
                except ValueError as err:
                    raise RobotError("BAD_PARAMS") from err
            case ["load_filament" | "unload_filament" as name, _]:
                player.required().macro(name.upper())
            case ["press_button"]:
                player.required().press_button()
            case _:
                raise _misread("player", words)
        return "ok"

    def _start(self) -> None:
        player = self.player
        if player.job is not None:
            raise BusyError
        if self._selected is None or player.occupant() is not None:
            raise RobotError("NO_TASK")
        player.start(
            self._selected, owner=self.frames.wire.record if self._temporary else None
        )

    def _configure(self, words: list[str]) -> str:
        machine = self.machine
        match words:
            case ["get", key]:
                value = machine.settings.get(key)
                return "ok EMPTY" if value is None else f"ok VAL {value}"
            case ["set", key] | ["set", key, _]:
                machine.settings.set(key, "".join(words[2:]))
                if machine.generation == 1 and key in {"broadcast", "enable_cloud"}:
                    machine.ask_for_touch()
            case ["del", key]:
                machine.settings.delete(key)
            case _:
                raise _misread("config", words)
        return "ok"

    async def _maintain(self) -> None:
        machine = self.machine
        if (who := self.player.occupant()) is not None:
            raise BusyError(f"RESOURCE_BUSY {who}")
        if machine.faults.boards_dead:
            await asyncio.sleep(machine.config.timing.boards_dead)
            raise RobotError("SUBSYSTEM_ERROR")
        self.task = Maintenance(
            machine, self.frames.send, self.frames.wire.record.peer[0]
        )

    def _deviceinfo(self) -> str:
        machine, config = self.machine, self.machine.config
        macs = [f"wlan0:{config.mac}"]
        addresses = [f"ipaddr:wlan0:{machine.address}"]
        if config.other_address is not None:
            macs.append(f"len0:{_OTHER_MAC}")
            addresses.append(f"ipaddr:len0:{config.other_address}")
        lines = (
            "ok",
            f"macaddr:{','.join(macs)}",
            f"uuid:{config.uuid}",
            *addresses,
            f"dev:{config.serial == 'XXXXXXXXXX'}",
            f"version:{machine.firmware}",
            f"model:{config.model}",
            f"nickname:{machine.name}",
            f"serial:{config.serial}",
            "cloud:None",
        )
        return "\n".join(lines)

    # -- files ---------------------------------------------------------------------------

    async def _run_file(self, words: list[str]) -> str:
        """Do what follows ``file``, and return the last reply."""
        files = self.machine.files
        match words:
            case ["ls", entry] | ["ls", entry, _]:
                await self._list(entry, "".join(words[2:]))
            case ["info", entry, path]:
                return await self._info(entry, path)
            case ["md5", entry, path]:
                return f"md5 {files.md5(entry, path)}"
            case ["download", entry, path]:
                mime = mime_of(path) or "application/octet-stream"
                await self._send_binary(mime, files.read(entry, path))
            case ["upload", mime, size, entry] | ["upload", mime, size, entry, _]:
                await self._upload(mime, size, entry, "".join(words[4:]))
            case ["mkdir", entry, path]:
                files.mkdir(entry, path)
            case ["rmdir", entry, path]:
                files.rmdir(entry, path)
            case ["rm", entry, path]:
                files.remove(entry, path)
            case ["cp", entry, path, to_entry, to_path]:
                files.write(to_entry, to_path, files.read(entry, path))
            case _:
                raise _misread("file", words)
        return "ok"

    async def _list(self, entry: str, path: str) -> None:
        names = b"".join(
            f"{'D' if is_folder else 'F'}{name}\0".encode()
            for is_folder, name in self.machine.files.names(entry, path)
        )
        if len(names) > _LONGEST_LIST:
            raise RobotError("UNKNOWN_ERROR")
        await self.frames.send("continue")
        await self.frames.send(names)

    async def _info(self, entry: str, path: str) -> str:
        content = self.machine.files.read(entry, path)
        fcode = parse(content) if mime_of(path) == "application/fcode" else Fcode()
        for picture in fcode.previews:
            await self._send_binary("image/png", picture)
        pairs = {**fcode.metadata, "size": str(len(content))}
        return "ok " + "\0".join(f"{key}={value}" for key, value in pairs.items())

    async def _upload(self, mime: str, number: str, entry: str, path: str) -> None:
        """Take a file; the connection has it selected afterwards."""
        if not number.isdecimal() or (size := int(number)) > _LARGEST_UPLOAD:
            raise RobotError("BAD_PARAMS")
        temporary = entry == _TASK_FILE
        if not temporary:
            if mime_of(path) != mime:
                raise RobotError("BAD_FILE_FORMAT")
            # Opening the target empties it, and what follows may end at any byte.
            self.machine.files.write(entry, path, b"")
        if size == 0:
            # The firmware waits for a first byte that never has to come.
            await self.frames.wire.hang()
        await self.frames.send("continue")
        content, complete = await self.frames.read_up_to(size)
        if not temporary:
            self.machine.files.fill(entry, path, content)
        if not complete or self.frames.has_more:
            raise HangUpError
        self._selected, self._temporary = content, temporary

    async def _send_binary(self, mime: str, content: bytes) -> None:
        """Send ``binary`` and the bytes; a fault may cut in the middle of them."""
        cut = self.machine.faults.cut_binary
        await self.frames.send(f"binary {mime} {len(content)}")
        await self.frames.send_raw(content[:cut])
        if cut is not None:
            raise HangUpError


def _misread(kind: str, words: list[str]) -> RobotError:
    known = "".join(words[:1]) in _KNOWN.get(kind, "").split()
    return RobotError("BAD_PARAMS" if known else "UNKNOWN_COMMAND")
