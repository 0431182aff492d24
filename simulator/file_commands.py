"""The commands of the robot port that are about files (section 5).

Speaks for ``files.py``, which has the files.
"""

from typing import TYPE_CHECKING

from .errors import HangUpError, RobotError
from .fcode import Fcode, parse
from .files import MissingFolderError, mime_of

if TYPE_CHECKING:
    from .robot import RobotSession

_LONGEST_LIST = 65535
_LARGEST_UPLOAD = 1 << 30
_TASK_FILE = "#"


async def ls(session: RobotSession, words: list[str]) -> None:
    """List a folder."""
    names = b"".join(
        f"{'D' if is_folder else 'F'}{name}\0".encode()
        for is_folder, name in session.device.files.names(words[0], "".join(words[1:]))
    )
    if len(names) > _LONGEST_LIST:
        raise RobotError("UNKNOWN_ERROR")
    await session.frames.send("continue")
    await session.frames.send(names)
    await session.frames.send("ok")


async def info(session: RobotSession, words: list[str]) -> None:
    """Send previews and metadata of a file."""
    content = session.device.files.read(*words)
    fcode = parse(content) if mime_of(words[1]) == "application/fcode" else Fcode()
    for picture in fcode.previews:
        await session.send_binary("image/png", picture)
    pairs = {**fcode.metadata, "size": str(len(content))}
    await session.frames.send("ok " + "\0".join(f"{key}={pairs[key]}" for key in pairs))


async def md5(session: RobotSession, words: list[str]) -> None:
    """Tell the checksum of a file."""
    await session.frames.send(f"md5 {session.device.files.md5(*words)}")


async def download(session: RobotSession, words: list[str]) -> None:
    """Send a file."""
    content = session.device.files.read(*words)
    await session.send_binary(mime_of(words[1]) or "application/octet-stream", content)
    await session.frames.send("ok")


async def upload(session: RobotSession, words: list[str]) -> None:
    """Take a file; the connection has it selected afterwards."""
    mime, number, entry, *rest = words
    size = _size(number)
    path = "".join(rest)
    if entry == _TASK_FILE:
        content = await _receive(session, size)
    else:
        if mime_of(path) != mime:
            raise RobotError("BAD_FILE_FORMAT")
        try:
            # Opening the target empties it, and what follows may end at any byte.
            session.device.files.write(entry, path, b"")
        except MissingFolderError as err:
            raise HangUpError from err
        content = await _receive(session, size, entry, path)
    session.selected = content
    session.temporary = entry == _TASK_FILE
    session.device.signal.pulse()
    await session.frames.send("ok")


def _size(number: str) -> int:
    if not number.isdecimal() or (size := int(number)) > _LARGEST_UPLOAD:
        raise RobotError("BAD_PARAMS")
    return size


async def _receive(
    session: RobotSession, size: int, entry: str = "", path: str = ""
) -> bytes:
    if size == 0:
        # The firmware waits for a first byte that never has to come.
        await session.record.closed.wait()
        raise HangUpError
    await session.frames.send("continue")
    content, complete = await session.frames.read_up_to(size)
    if entry:
        session.device.files.write(entry, path, content)
    if not complete or session.frames.has_more:
        raise HangUpError
    return content


async def mkdir(session: RobotSession, words: list[str]) -> None:
    """Make a folder."""
    session.device.files.mkdir(*words)
    await session.frames.send("ok")


async def rmdir(session: RobotSession, words: list[str]) -> None:
    """Delete a folder and all that is in it."""
    session.device.files.rmdir(*words)
    await session.frames.send("ok")


async def rm(session: RobotSession, words: list[str]) -> None:
    """Delete a file."""
    session.device.files.remove(*words)
    await session.frames.send("ok")


async def cp(session: RobotSession, words: list[str]) -> None:
    """Copy a file over whatever is there."""
    session.device.files.copy((words[0], words[1]), (words[2], words[3]))
    await session.frames.send("ok")
