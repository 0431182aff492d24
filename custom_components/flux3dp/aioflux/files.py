"""The files of a device, over its robot connection (protocol.md section 5).

Paths are `SD`, `SD/folder/job.fc`, `USB/job.fc`: the card, and a stick that is only read.
"""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing, suppress
from dataclasses import dataclass
import hashlib
import logging
import re
import secrets
from typing import Final

from .command import (
    Commands,
    is_picture,
    parse_binary,
    split_folder,
    split_path,
    split_writable,
)
from .errors import (
    CommandFailed,
    FluxError,
    InvalidRequest,
    LeftBehind,
    ProtocolError,
)
from .fcode import MAX_FILE_SIZE
from .frames import decode_reply
from .report import JobInfo, parse_file_info
from .session import Session

_LOGGER = logging.getLogger(__name__)

_MIME: Final = {".fc": "application/fcode", ".gcode": "text/gcode"}
_BLOCK: Final = 256 * 1024
_MAX_NAME: Final = 255
# A folder, a file.
_ENTRY_KINDS: Final = (b"D", b"F")

type Progress = Callable[[int], None]
"""Takes how many bytes have been transferred."""


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file or folder in a folder."""

    name: str
    is_folder: bool


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a device says of a job file: its metadata, and its pictures (PNG, JPEG)."""

    info: JobInfo
    previews: tuple[bytes, ...]


class Files(Commands):
    """The file commands of one robot connection.

    Every method raises CommandFailed for a refusal (`NOT_EXIST …`), InvalidRequest for a
    path that is none, and ConnectionFailed as `Robot` does. A transfer that is canceled
    or fails in the middle closes the connection.
    """

    def __init__(self, session: Session, owner: str = "") -> None:
        """`owner` tells the unfinished files of several clients apart."""
        super().__init__(session)
        self._stall = session.timing.transfer_stall
        self._file_work = session.timing.file_work
        self._unfinished = f"SD/~upload-{owner}-"

    async def list(self, path: str) -> tuple[FileEntry, ...]:
        """Return what is in a folder, in the device's order.

        CommandFailed `UNKNOWN_ERROR` if there are more than 65,535 bytes of names.
        """

        async def read() -> tuple[FileEntry, ...]:
            await self._read_word("continue")
            names = await self._session.read_frame()
            if names[:1] not in _ENTRY_KINDS:
                # Too many names may be noticed only when they are to be sent.
                decode_reply(names)
            await self._read_word()
            return _parse_names(names)

        return await self._request(read, "file", "ls", *split_folder(path))

    async def info(self, path: str) -> FileInfo:
        """Return the metadata of a job file and its pictures."""

        async def read() -> FileInfo:
            parts, pairs = await self._read_parts()
            previews = (content for _, content in parts if is_picture(content))
            return FileInfo(parse_file_info(pairs), tuple(previews))

        return await self._request(read, "file", "info", *split_path(path))

    async def md5(self, path: str) -> str:
        """Return the MD5 of a file as the device has it, in hex."""

        async def read() -> str:
            return (await self._read_word("md5")).strip().lower()

        # Of a large file that takes as long as reading it.
        words = ("file", "md5", *split_path(path))
        return await self._request(read, *words, timeout=self._file_work)

    async def download(
        self,
        path: str,
        write: Callable[[bytes], Awaitable[None]],
        progress: Progress | None = None,
    ) -> int:
        """Hand a file to `write`, block by block; return its size (bytes).

        The next block is not read before `write` has taken the last one, for which it
        has as long as a device may be silent.
        """

        async def read() -> int:
            if (part := parse_binary(await self._session.read_reply())) is None:
                raise ProtocolError("a file that does not come")
            _, size = part
            received = 0
            while received < size:
                block = await self._session.read_some(size - received)
                received += len(block)
                await write(block)
                # Its memory is the next one's, and still in the processor's cache.
                del block
                self._session.extend(self._stall)
                if progress is not None:
                    progress(received)
            await self._read_word()
            return size

        words = ("file", "download", *split_path(path))
        return await self._request(read, *words, timeout=self._stall)

    async def upload(
        self,
        path: str,
        source: AsyncIterable[bytes],
        size: int,
        progress: Progress | None = None,
    ) -> str:
        """Write a file of exactly `size` bytes, over what is there; return its MD5 (hex).

        The device closes the connection where the folder is missing; cut in the middle, a
        short file stays: `store` looks after both. InvalidRequest: `path`, or `size` if
        the source has more or fewer bytes.
        """
        mime = check_upload(path, size)
        words = (mime, str(size), *split_path(path))
        return await self._upload(words, source, size, progress)

    async def upload_task(
        self,
        source: AsyncIterable[bytes],
        size: int,
        progress: Progress | None = None,
    ) -> None:
        """Upload a job for `Robot.start()`, gone with this connection until it runs."""
        _check_size(size)
        words = (_MIME[".fc"], str(size), "#")
        await self._upload(words, source, size, progress)

    async def mkdir(self, path: str) -> None:
        """Make a folder."""
        await self._order_file("mkdir", *split_writable(path.rstrip("/")))

    async def rmdir(self, path: str) -> None:
        """Delete a folder, and everything in it."""
        await self._order_file("rmdir", *split_writable(path.rstrip("/")))

    async def remove(self, path: str) -> None:
        """Delete a file."""
        await self._order_file("rm", *split_writable(path))

    async def copy(self, source: str, target: str) -> None:
        """Copy a file, over what is there."""
        await self._order_file("cp", *split_path(source), *split_writable(target))

    async def _order_file(self, *words: str) -> None:
        # A large file takes long to copy, and a large folder to delete.
        await self._order("file", *words, timeout=self._file_work)

    # -- files that are not whole yet

    def unfinished_path(self) -> str:
        """Return what a file is called until all of it has arrived, anew for each."""
        return f"{self._unfinished}{secrets.token_hex(4)}.fc"

    def is_unfinished(self, path: str) -> bool:
        """Return whether this is such a file, of this client."""
        # No other name that a stranger gives: it may not be one that can be removed.
        shape = re.escape(self._unfinished) + r"[0-9a-f]{8}\.fc"
        return re.fullmatch(shape, path) is not None

    async def remove_unfinished(self) -> None:
        """Remove what earlier uploads of this client left; not in the middle of one."""
        try:
            for entry in await self.list("SD"):
                path = f"SD/{entry.name}"
                if not entry.is_folder and self.is_unfinished(path):
                    await self.remove(path)
        except CommandFailed as err:
            _LOGGER.debug("An unfinished file was not removed: %s", err)

    # -- on the wire

    async def _upload(
        self,
        words: tuple[str, ...],
        source: AsyncIterable[bytes],
        size: int,
        progress: Progress | None,
    ) -> str:
        digest = hashlib.md5(usedforsecurity=False)

        async def send() -> None:
            await self._read_word("continue")
            sent = 0
            try:
                # The source may take any time for its next block.
                self._session.extend(None)
                async with aclosing(_pieces(source)) as blocks:
                    async for block in blocks:
                        sent += len(block)
                        if sent > size:
                            break
                        await self._session.write(block, self._stall)
                        digest.update(block)
                        if progress is not None:
                            progress(sent)
                        if self._session.has_received():
                            # It speaks before it has all: its disk may be full.
                            break
                self._session.extend(self._stall)
                if sent == size or self._session.has_received():
                    await self._read_word()
            except CommandFailed:
                # The device and we are in the middle of the file.
                self._session.abort()
                raise
            if sent != size:
                message = f"the file does not have {size} bytes"
                raise InvalidRequest("size", "wrong_size", message)

        await self._request(send, "file", "upload", *words, timeout=self._stall)
        return digest.hexdigest()


async def store(
    connect: Callable[[], AbstractAsyncContextManager[Files]],
    path: str,
    source: AsyncIterable[bytes],
    size: int,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> None:
    """Put a file on the device, whole or not at all. One at a time for each device.

    An upload empties its target at once, so the file gets another name first, is checked
    by its MD5, and copied. `connect` lends a connection, and another one to tidy up over
    if that breaks. What earlier uploads left is removed first.

    Raises InvalidRequest (`path`): `exists` without `overwrite`, `is_folder`,
    `no_folder`, and what `Files.upload` raises; LeftBehind if tidying up failed.
    """
    check_upload(path, size)
    temporary: str | None = None
    try:
        async with connect() as files:
            await check_target(files, path, overwrite=overwrite)
            await files.remove_unfinished()
            temporary = files.unfinished_path()
            digest = await files.upload(temporary, source, size, progress)
            if await files.md5(temporary) != digest:
                raise ProtocolError("the device has other bytes than were sent")
            # Another client may have put a file there meanwhile.
            await check_target(files, path, overwrite=overwrite)
            await files.copy(temporary, path)
            await files.remove(temporary)
    except BaseException as err:
        if temporary is not None:
            await _tidy_up(connect, temporary, err)
        raise


async def _tidy_up(
    connect: Callable[[], AbstractAsyncContextManager[Files]],
    path: str,
    reason: BaseException,
) -> None:
    """Remove what an upload left; LeftBehind if that fails, but a cancellation stays one."""
    try:
        async with connect() as files:
            await files.remove(path)
    except FluxError as err:
        is_gone = isinstance(err, CommandFailed) and err.symbol == "NOT_EXIST"
        if not is_gone and isinstance(reason, Exception):
            raise LeftBehind(path) from reason


async def check_target(files: Files, path: str, *, overwrite: bool) -> None:
    """Raise InvalidRequest (`path`) if no file may be put there, as `store`."""
    folder, _, name = path.rpartition("/")
    try:
        entries = await files.list(folder)
    except CommandFailed as err:
        if err.symbol != "NOT_EXIST":
            raise
        raise InvalidRequest("path", "no_folder", f"there is no {folder}") from err
    for entry in entries:
        if entry.name == name and entry.is_folder:
            raise InvalidRequest("path", "is_folder", f"{path} is a folder")
        if entry.name == name and not overwrite:
            raise InvalidRequest("path", "exists", f"there is a file {path}")


def check_upload(path: str, size: int | None) -> str:
    """Return the MIME type of a file to upload; `size` is None if it is not known yet.

    Raises InvalidRequest: `path` (`not_a_job` without .fc or .gcode, `read_only` on USB,
    `file_name_too_long`, or as `split_path`), `size` (`empty_file`, `too_large`).
    """
    _, rest = split_writable(path)
    if any(len(name.encode()) > _MAX_NAME for name in rest.split("/")):
        message = f"a name has at most {_MAX_NAME} bytes"
        raise InvalidRequest("path", "file_name_too_long", message)
    if size is not None:
        _check_size(size)
    for suffix, mime in _MIME.items():
        if rest.lower().endswith(suffix):
            return mime
    raise InvalidRequest("path", "not_a_job", "a job file ends in .fc or .gcode")


async def _pieces(source: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """Yield what a source gives, in blocks that a slow device takes in time."""
    async for data in source:
        for start in range(0, len(data), _BLOCK):
            yield data[start : start + _BLOCK]


def _check_size(size: int) -> None:
    if size <= 0:
        raise InvalidRequest("size", "empty_file", "the file is empty")
    if size > MAX_FILE_SIZE:
        message = f"a file has at most {MAX_FILE_SIZE} bytes"
        raise InvalidRequest("size", "too_large", message)


def _parse_names(names: bytes) -> tuple[FileEntry, ...]:
    """Return the entries of a folder; a name that is not UTF-8 is left out."""
    entries = []
    for raw in names.split(b"\0"):
        if len(raw) > 1 and raw[:1] in _ENTRY_KINDS:
            with suppress(UnicodeDecodeError):
                entries.append(FileEntry(raw[1:].decode(), raw[:1] == b"D"))
    return tuple(entries)
