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
    """A connection to the robot port, as far as files go; each command returns its last reply."""

    def __init__(self, machine: Machine, frames: Frames, wire: Wire) -> None:
        self.machine = machine
        self.frames = frames
        self.wire = wire
        #: The content of the selected file; it belongs to the connection.
        self.selected: bytes | None = None
        #: Whether the selection is a ``#`` upload.
        self.temporary = False

    async def list_folder(self, entry: str, path: str = "") -> str:
        """List a folder."""
        names = b"".join(
            f"{'D' if is_folder else 'F'}{name}\0".encode()
            for is_folder, name in self.machine.files.names(entry, path)
        )
        if len(names) > _LONGEST_LIST:
            raise RobotError("UNKNOWN_ERROR")
        await self.frames.send("continue")
        await self.frames.send(names)
        return "ok"

    async def file_info(self, entry: str, path: str) -> str:
        """Send previews and metadata of a file."""
        content = self.machine.files.read(entry, path)
        fcode = parse(content) if mime_of(path) == "application/fcode" else Fcode()
        for picture in fcode.previews:
            await self.send_binary("image/png", picture)
        pairs = {**fcode.metadata, "size": str(len(content))}
        return "ok " + "\0".join(f"{key}={value}" for key, value in pairs.items())

    async def md5(self, entry: str, path: str) -> str:
        """Return the checksum of a file."""
        return f"md5 {self.machine.files.md5(entry, path)}"

    async def download(self, entry: str, path: str) -> str:
        """Send a file."""
        content = self.machine.files.read(entry, path)
        await self.send_binary(mime_of(path) or "application/octet-stream", content)
        return "ok"

    async def upload(self, mime: str, number: str, entry: str, path: str = "") -> str:
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
            await self.wire.record.closed.wait()
            raise HangUpError
        await self.frames.send("continue")
        content, complete = await self.frames.read_up_to(size)
        if not temporary:
            self.machine.files.write(entry, path, content)
        if not complete or self.frames.has_more:
            raise HangUpError
        self.selected, self.temporary = content, temporary
        self.machine.signal.pulse()
        return "ok"

    async def make_folder(self, entry: str, path: str) -> str:
        """Make a folder."""
        self.machine.files.mkdir(entry, path)
        return "ok"

    async def remove_folder(self, entry: str, path: str) -> str:
        """Delete a folder and all that is in it."""
        self.machine.files.rmdir(entry, path)
        return "ok"

    async def remove(self, entry: str, path: str) -> str:
        """Delete a file."""
        self.machine.files.remove(entry, path)
        return "ok"

    async def copy(self, entry: str, path: str, to_entry: str, to_path: str) -> str:
        """Copy a file over whatever is there."""
        self.machine.files.copy((entry, path), (to_entry, to_path))
        return "ok"

    async def select(self, entry: str, path: str) -> str:
        """Select a file to start."""
        self.selected = self.machine.files.read(entry, path)
        self.temporary = False
        return "ok"

    async def send_binary(self, mime: str, content: bytes) -> None:
        """Send ``binary`` and the bytes; a fault may cut in the middle of them."""
        cut = self.machine.faults.cut_binary
        await self.frames.send(f"binary {mime} {len(content)}")
        await self.frames.send_raw(content[:cut])
        if cut is not None:
            raise HangUpError
