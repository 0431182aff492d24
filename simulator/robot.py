"""The robot port of a device, after the handshake: jobs, settings, maintenance (section 5)."""

import asyncio
from collections.abc import Awaitable, Callable
from inspect import signature
import json
import shlex
from typing import Concatenate

from .errors import BusyError, HangUpError, RobotError
from .machine import Machine
from .maintenance import Maintenance
from .player import Player
from .robot_files import FileSession
from .wire import Frames, Wire


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

    def press_button(self) -> None:
        """Press the button on the device, which ends a load of filament."""
        for session in self.sessions:
            if session.task is not None:
                session.task.press_button()

    async def kick(self, *, idle: bool) -> None:
        """Throw out the clients that have a task; ``idle``: all others as well."""
        for session in list(self.sessions):
            if idle or session.task is not None:
                await session.kick()


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
        self._player = player
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
                await self.frames.send(await self._run(words))
            elif not await self.task.command("".join(words[:1]), words[1:]):
                self.task = None
        except RobotError as error:
            await self.frames.send(f"error {error}")

    async def _run(self, words: list[str]) -> str:
        for size in (2, 1):
            run = _COMMANDS.get(" ".join(words[:size]))
            if run is not None:
                arguments = words[size:]
                try:
                    signature(run).bind(self, *arguments)
                except TypeError as err:
                    raise RobotError("BAD_PARAMS") from err
                return await run(self, *arguments)
        raise RobotError("UNKNOWN_COMMAND")

    async def end_task(self) -> None:
        """Leave the task it is in."""
        task, self.task = self.task, None
        if task is not None:
            await task.end()

    async def kick(self) -> None:
        """Throw the client out."""
        await self.end_task()
        await self.frames.send("error KICKED")
        self.wire.close()

    # -- commands: each returns its last reply -------------------------------------------

    async def report(self) -> str:
        """Report the job."""
        return json.dumps(self._player.report())

    async def job_info(self) -> str:
        """Send metadata and the first picture of the job's file."""
        fcode = self._player.required().fcode
        content = json.dumps(dict(fcode.metadata)).encode()
        await self.send_binary("text/json", content)
        for picture in fcode.previews[:1]:
            await self.send_binary("image/png", picture)
        return "ok"

    async def start(self) -> str:
        """Start the selected file."""
        player = self._player
        if player.job is not None:
            raise BusyError
        if self.selected is None or player.occupant() is not None:
            raise RobotError("NO_TASK")
        player.start(self.selected, owner=self.wire.record if self.temporary else None)
        return "ok"

    async def pause(self) -> str:
        """Pause the job."""
        self._player.pause()
        return "ok"

    async def resume(self) -> str:
        """Resume the job."""
        self._player.resume()
        return "ok"

    async def abort(self) -> str:
        """Abort the job."""
        if not self._player.abort():
            raise HangUpError
        return "ok"

    async def quit(self) -> str:
        """Leave the finished job."""
        self._player.quit()
        return "ok"

    async def set_target(self, nozzle: str, degrees: str) -> str:
        """Heat the nozzle of a paused job, °C."""
        job = self._player.required()
        job.require_paused()
        try:
            target = float(degrees)
        except ValueError as err:
            raise RobotError("BAD_PARAMS") from err
        job.set_target(target)
        return "ok"

    async def load_filament(self, nozzle: str) -> str:
        """Load filament in a paused job."""
        self._player.required().macro("LOAD_FILAMENT")
        return "ok"

    async def unload_filament(self, nozzle: str) -> str:
        """Unload filament in a paused job."""
        self._player.required().macro("UNLOAD_FILAMENT")
        return "ok"

    async def press_button(self) -> str:
        """End what a paused job is doing."""
        self._player.required().press_button()
        return "ok"

    async def deviceinfo(self) -> str:
        """Say who the device is."""
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

    async def get_setting(self, key: str) -> str:
        """Return a setting."""
        value = self.machine.settings.get(key)
        return "ok EMPTY" if value is None else f"ok VAL {value}"

    async def set_setting(self, key: str, value: str = "") -> str:
        """Change a setting."""
        machine = self.machine
        machine.settings.set(key, value)
        if machine.generation == 1 and key in {"broadcast", "enable_cloud"}:
            machine.ask_for_touch()
        return "ok"

    async def delete_setting(self, key: str) -> str:
        """Set a setting no more."""
        self.machine.settings.delete(key)
        return "ok"

    async def kick_others(self) -> str:
        """Throw out who has the device, but for a job that runs."""
        job = self._player.job
        if job is not None and not job.ended:
            raise BusyError
        await self._robot.kick(idle=False)
        self.machine.free()
        return "ok"

    async def maintain(self) -> str:
        """Begin maintenance, and have the device."""
        machine = self.machine
        if (who := self._player.occupant()) is not None:
            raise BusyError(f"RESOURCE_BUSY {who}")
        if machine.faults.boards_dead:
            await asyncio.sleep(machine.config.timing.boards_dead)
            raise RobotError("SUBSYSTEM_ERROR")
        self.task = Maintenance(machine, self.frames.send, self.wire.record.peer[0])
        return "ok"

    async def position(self) -> str:
        """Name the task the connection is in."""
        return "CommandTask"


_COMMANDS: dict[str, Callable[Concatenate[RobotSession, ...], Awaitable[str]]] = {
    "player report": RobotSession.report,
    "player info": RobotSession.job_info,
    "player select": RobotSession.select,
    "player start": RobotSession.start,
    "player pause": RobotSession.pause,
    "player resume": RobotSession.resume,
    "player abort": RobotSession.abort,
    "player quit": RobotSession.quit,
    "player set_toolhead_header": RobotSession.set_target,
    "player load_filament": RobotSession.load_filament,
    "player unload_filament": RobotSession.unload_filament,
    "player press_button": RobotSession.press_button,
    "file ls": RobotSession.list_folder,
    "file info": RobotSession.file_info,
    "file md5": RobotSession.md5,
    "file download": RobotSession.download,
    "file upload": RobotSession.upload,
    "file mkdir": RobotSession.make_folder,
    "file rmdir": RobotSession.remove_folder,
    "file rm": RobotSession.remove,
    "file cp": RobotSession.copy,
    "deviceinfo": RobotSession.deviceinfo,
    "config get": RobotSession.get_setting,
    "config set": RobotSession.set_setting,
    "config del": RobotSession.delete_setting,
    "kick": RobotSession.kick_others,
    "task maintain": RobotSession.maintain,
    "position": RobotSession.position,
}
