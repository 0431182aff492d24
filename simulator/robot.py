"""The robot port of a device, after the handshake: jobs, settings, maintenance (section 5).

The commands about files are in ``robot_files.py``.
"""

import asyncio
import json
import shlex

from .errors import BusyError, HangUpError, RobotError
from .machine import Machine
from .maintenance import Maintenance
from .player import Player
from .robot_files import FileSession
from .wire import Frames, Wire

#: The names after ``player``: with other words than these take, they are ``BAD_PARAMS``.
_PLAYER = (
    "report info select start pause resume abort quit set_toolhead_header "
    "load_filament unload_filament press_button"
)


class Robot:
    """The robot port of a device, and who is connected to it."""

    def __init__(self, machine: Machine, player: Player) -> None:
        self._machine = machine
        self._player = player
        self.sessions: set[RobotSession] = set()

    async def serve(self, frames: Frames, wire: Wire) -> None:
        """Answer commands, one at a time and in order, until either side ends it."""
        session = RobotSession(self._machine, self._player, self, frames, wire)
        self.sessions.add(session)
        try:
            while (frame := await frames.receive()) is not None:
                await session.command(frame)
        except HangUpError:
            pass
        finally:
            self.sessions.discard(session)
            await session.end_task()

    async def kick(self, *, idle: bool) -> None:
        """Throw out the clients that have a task; ``idle``: all others as well."""
        for session in list(self.sessions):
            if idle or session.task is not None:
                await session.end_task()
                await session.frames.send("error KICKED")
                session.wire.close()


class RobotSession(FileSession):
    """One connection to the robot port."""

    def __init__(
        self,
        machine: Machine,
        player: Player,
        robot: Robot,
        frames: Frames,
        wire: Wire,
    ) -> None:
        super().__init__(machine, frames, wire)
        self.player = player
        self._robot = robot
        #: The task it is in, and with it the device.
        self.task: Maintenance | None = None

    async def command(self, frame: bytes) -> None:
        """Do what a frame says, and answer."""
        text = frame.decode(errors="replace")
        self.machine.received.robot.append(text)
        self.machine.signal.pulse()
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
                self.machine.signal.pulse()
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
        match words:
            case ["player", *rest]:
                return await self._play(rest)
            case ["file", *rest]:
                return await self.run_file(rest)
            case ["config", *rest]:
                return self._configure(rest)
            case ["deviceinfo"]:
                return self._deviceinfo()
            case ["kick"]:
                if self.player.job is not None and not self.player.job.ended:
                    raise BusyError
                await self._robot.kick(idle=False)
                self.machine.free()
                return "ok"
            case ["task", "maintain"]:
                await self._maintain()
                return "ok"
            case ["position"]:
                return "CommandTask"
            case ["deviceinfo" | "kick" | "position", *_] | ["task", "maintain", *_]:
                raise RobotError("BAD_PARAMS")
        raise RobotError("UNKNOWN_COMMAND")

    async def _play(self, words: list[str]) -> str:
        player = self.player
        match words:
            case ["report"]:
                return json.dumps(player.report())
            case ["info"]:
                fcode = player.required().fcode
                content = json.dumps(dict(fcode.metadata)).encode()
                await self.send_binary("text/json", content)
                for picture in fcode.previews[:1]:
                    await self.send_binary("image/png", picture)
            case ["select", entry, path]:
                self.selected, self.temporary = self.files.read(entry, path), False
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
            case [name, *_] if name in _PLAYER.split():
                raise RobotError("BAD_PARAMS")
            case _:
                raise RobotError("UNKNOWN_COMMAND")
        return "ok"

    def _start(self) -> None:
        player = self.player
        if player.job is not None:
            raise BusyError
        if self.selected is None or player.occupant() is not None:
            raise RobotError("NO_TASK")
        player.start(self.selected, owner=self.wire.record if self.temporary else None)

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
            case ["get" | "set" | "del", *_]:
                raise RobotError("BAD_PARAMS")
            case _:
                raise RobotError("UNKNOWN_COMMAND")
        return "ok"

    async def _maintain(self) -> None:
        machine = self.machine
        if (who := self.player.occupant()) is not None:
            raise BusyError(f"RESOURCE_BUSY {who}")
        if machine.faults.boards_dead:
            await asyncio.sleep(machine.config.timing.boards_dead)
            raise RobotError("SUBSYSTEM_ERROR")
        self.task = Maintenance(machine, self.frames.send, self.wire.record.peer[0])

    def _deviceinfo(self) -> str:
        machine, config = self.machine, self.machine.config
        macs = [f"wlan0:{config.mac}"]
        addresses = [f"ipaddr:wlan0:{machine.address}"]
        if config.other_address is not None:
            macs.append(f"len0:{config.other_mac}")
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
