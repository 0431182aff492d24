"""The commands of the robot port that are about files (section 5)."""

from .errors import HangUpError, RobotError
from .fcode import Fcode, parse
from .files import mime_of
from .machine import Machine
from .wire import Frames, Wire

_LONGEST_LIST = 65535
_LARGEST_UPLOAD = 1 << 30
_TASK_FILE = "#"


class FileSession:
    """A connection to the robot port, as far as files go."""

    def __init__(self, machine: Machine, frames: Frames, wire: Wire) -> None:
        self.machine = machine
        self.files = machine.files
        self.frames = frames
        self.wire = wire
        #: The content of the selected file; it belongs to the connection.
        self.selected: bytes | None = None
        #: Whether the selection is a ``#`` upload.
        self.temporary = False

    async def send_binary(self, mime: str, content: bytes) -> None:
        """Send ``binary`` and the bytes; a fault may cut in the middle of them."""
        cut = self.machine.faults.cut_binary
        await self.frames.send(f"binary {mime} {len(content)}")
        await self.frames.send_raw(content[:cut])
        if cut is not None:
            raise HangUpError

    async def run_file(self, words: list[str]) -> str:
        """Do what follows ``file``, and return the last reply."""
        files = self.files
        match words:
            case ["ls", entry] | ["ls", entry, _]:
                await self._list(entry, "".join(words[2:]))
            case ["info", entry, path]:
                return await self._info(entry, path)
            case ["md5", entry, path]:
                return f"md5 {files.md5(entry, path)}"
            case ["download", entry, path]:
                mime = mime_of(path) or "application/octet-stream"
                await self.send_binary(mime, files.read(entry, path))
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
            case ["ls" | "info" | "md5" | "download" | "upload", *_] | [
                "mkdir" | "rmdir" | "rm" | "cp",
                *_,
            ]:
                raise RobotError("BAD_PARAMS")
            case _:
                raise RobotError("UNKNOWN_COMMAND")
        return "ok"

    async def _list(self, entry: str, path: str) -> None:
        names = b"".join(
            f"{'D' if is_folder else 'F'}{name}\0".encode()
            for is_folder, name in self.files.names(entry, path)
        )
        if len(names) > _LONGEST_LIST:
            raise RobotError("UNKNOWN_ERROR")
        await self.frames.send("continue")
        await self.frames.send(names)

    async def _info(self, entry: str, path: str) -> str:
        content = self.files.read(entry, path)
        fcode = parse(content) if mime_of(path) == "application/fcode" else Fcode()
        for picture in fcode.previews:
            await self.send_binary("image/png", picture)
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
            self.files.write(entry, path, b"")
        if size == 0:
            # The firmware waits for a first byte that never has to come.
            await self.wire.record.closed.wait()
            raise HangUpError
        await self.frames.send("continue")
        content, complete = await self.frames.read_up_to(size)
        if not temporary:
            self.files.write(entry, path, content)
        if not complete or self.frames.has_more:
            raise HangUpError
        self.selected, self.temporary = content, temporary
