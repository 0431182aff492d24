"""The robot port of a device, after the handshake: the loop of commands (section 5).

What a command does is in ``robot_commands.py`` and ``file_commands.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
import shlex
from typing import TYPE_CHECKING

from . import robot_commands
from .errors import HangUpError, RobotError
from .frames import Frames
from .maintenance import Maintenance
from .received import ConnectionRecord

if TYPE_CHECKING:
    from .device import Device


@dataclass(eq=False)
class RobotSession:
    """One connection to the robot port, after its handshake."""

    device: Device
    frames: Frames
    record: ConnectionRecord
    hang_up: Callable[[], None]
    #: The content of the selected file; it belongs to the connection.
    selected: bytes | None = field(default=None, init=False)
    #: Whether the selection is a ``#`` upload.
    temporary: bool = field(default=False, init=False)
    #: The task it is in, and with it the device.
    task: Maintenance | None = field(default=None, init=False)

    async def run(self) -> None:
        """Answer commands, one at a time and in order, until either side ends it."""
        sessions = self.device.robot_sessions
        sessions.add(self)
        try:
            while (frame := await self.frames.receive()) is not None:
                await self._command(frame)
        except HangUpError:
            pass
        finally:
            sessions.discard(self)
            await self.end_task()

    async def _command(self, frame: bytes) -> None:
        text = frame.decode(errors="replace")
        self.device.received.robot.append(text)
        self.device.signal.pulse()
        try:
            words = shlex.split(frame.decode())
        except ValueError:
            await self.frames.send("error UNKNOWN_ERROR")
            return
        replies = self.device.faults.replies
        for name in (" ".join(words[:2]), " ".join(words[:1])):
            if name in replies:
                if (reply := replies[name]) is not None:
                    await self.frames.send(reply)
                return
        try:
            if self.task is None:
                await robot_commands.run(self, words)
            elif not await self.task.command("".join(words[:1]), words[1:]):
                self.task = None
        except RobotError as error:
            await self.frames.send(f"error {error}")

    async def send_binary(self, mime: str, content: bytes) -> None:
        """Send ``binary`` and the bytes; a fault may cut in the middle of them."""
        cut = self.device.faults.cut_binary
        if cut is None:
            await self.frames.send_binary(mime, content)
            return
        await self.frames.send(f"binary {mime} {len(content)}")
        await self.frames.send_raw(content[:cut])
        raise HangUpError

    async def end_task(self) -> None:
        """Leave the task it is in."""
        task, self.task = self.task, None
        if task is not None:
            await task.end()

    async def kick(self) -> None:
        """Throw the client out."""
        await self.end_task()
        await self.frames.send("error KICKED")
        self.hang_up()
