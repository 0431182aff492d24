"""The files of a device: read on demand, and cached until something may have changed them.

Reading uses the shared robot connection. A transfer has a connection of its own, so that
nothing waits for it, and needs an idle device.
"""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
)
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final

from homeassistant.core import HomeAssistant

from .aioflux import (
    CommandFailed,
    Fcode,
    FileEntry,
    FileInfo,
    Files,
    InvalidRequest,
    LeftBehind,
    Robot,
    check_target,
    check_upload,
    read_fcode,
    store,
)
from .aioflux.command import split_folder, split_path, split_writable
from .device import FluxDevice, Unloaded
from .robot import RobotLink, async_finish, cancel_once

RECENT: Final = "SD/Recent"
LAST_JOB: Final = f"{RECENT}/recent-1.fc"
"""Where a device keeps the job it started last."""

# For so long a file is cached (s): another program may replace it.
_KEPT: Final = 600.0
_MOST_KEPT: Final = 200
# For so long the files of a folder are read (s); the others only have their names.
_FOLDER_TIME: Final = 4.0
_BLOCK: Final = 256 * 1024


class DeviceFiles:
    """Reads and writes the files of one device.

    Paths are `SD`, `SD/folder/job.fc`, `USB/job.fc`. Every method raises FluxError.
    """

    def __init__(self, device: FluxDevice, link: RobotLink) -> None:
        self._device = device
        self._hass = device.hass
        self._clock = device.clock
        self._timing = device.timing
        self._link = link
        self._turn = asyncio.Lock()
        self._transfers: set[asyncio.Task[Any]] = set()
        self._infos: dict[str, tuple[float, FileInfo]] = {}
        # An upload may also have been cut before a restart.
        self._has_remains = True

    def forget(self) -> None:
        """Drop the cache: a job or another program may have changed files."""
        self._infos.clear()

    async def async_close(self) -> None:
        """Cancel all transfers, and give them a moment to tidy up."""
        for task in self._transfers:
            cancel_once(task)
        if self._transfers:
            await asyncio.wait(self._transfers, timeout=self._timing.forget)

    # -- what there is

    @asynccontextmanager
    async def _files(self) -> AsyncIterator[Files]:
        self._device.require_online()
        async with self._link.connection() as robot:
            if self._has_remains and not self._turn.locked():
                async with self._turn:
                    await robot.files.remove_unfinished()
                self._has_remains = False
            yield robot.files

    async def entries(self, path: str) -> tuple[FileEntry, ...]:
        """Return the entries of a folder: folders first, each sorted by name.

        InvalidRequest (`path`): `folder_too_full`, and as `Files.list`.
        """
        split_folder(path)
        try:
            async with self._files() as files:
                entries = [
                    it
                    for it in await files.list(path)
                    if not files.is_unfinished(f"{path}/{it.name}")
                ]
        except CommandFailed as err:
            if err.symbol != "UNKNOWN_ERROR":
                raise
            message = f"{path} has more names than a device can list"
            raise InvalidRequest("path", "folder_too_full", message) from err
        return tuple(
            sorted(entries, key=lambda it: (not it.is_folder, it.name.lower()))
        )

    async def info(self, path: str) -> FileInfo:
        """Return the metadata of a job file and its picture."""
        if (kept := self._kept(path)) is not None:
            return kept
        split_path(path)
        async with self._files() as files:
            info = await files.info(path)
        info = FileInfo(info.info, info.previews[:1])
        while len(self._infos) >= _MOST_KEPT:
            del self._infos[next(iter(self._infos))]
        self._infos[path] = self._clock.now(), info
        return info

    async def infos(
        self, paths: list[str]
    ) -> AsyncGenerator[tuple[str, FileInfo | None]]:
        """Yield the metadata of as many files as can be read in time, cached ones first.

        None stands for a file the device cannot describe.
        """
        found = {path: kept for path in paths if (kept := self._kept(path)) is not None}
        for path, kept in found.items():
            yield path, kept
        missing = [path for path in paths if path not in found]
        if not missing:
            return
        end = self._clock.now() + _FOLDER_TIME
        # One connection for all of them.
        async with self._files():
            for path in missing:
                info: FileInfo | None = None
                with suppress(CommandFailed, InvalidRequest):
                    info = await self.info(path)
                yield path, info
                if self._clock.now() > end:
                    break

    def _kept(self, path: str) -> FileInfo | None:
        at, info = self._infos.get(path, (0.0, None))
        return info if self._clock.now() - at < _KEPT else None

    # -- transfers

    async def _transfer[T](self, work: Coroutine[Any, Any, T]) -> T:
        """Run a transfer, which also ends, and tidies up, with the entry or Home Assistant."""
        # Not a task of Home Assistant, which would cancel it while it tidies up.
        task = asyncio.create_task(work, name="flux3dp transfer")
        self._transfers.add(task)
        task.add_done_callback(self._transfers.discard)
        return await async_finish(task, Unloaded("the transfer was ended"))

    async def download(
        self, path: str, write: Callable[[bytes], Awaitable[None]]
    ) -> int:
        """Give a file to `write`, block by block; return its size (bytes)."""
        split_path(path)
        async with self._link.idle_connection() as robot:
            return await self._transfer(robot.files.download(path, write))

    async def check_target(self, path: str, size: int, *, overwrite: bool) -> None:
        """Raise what an upload of `size` bytes would, as far as that is known without it."""
        check_job_file(path, size)
        self._device.require_online()
        async with self._link.connection() as robot:
            await self._link.require_idle(robot)
            await check_target(robot.files, path, overwrite=overwrite)

    async def upload(
        self,
        path: str,
        source: Path,
        size: int,
        *,
        overwrite: bool,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        """Put a job file that was checked on the device, whole or not at all.

        Uploads take turns. `progress` gets the number of bytes that were sent. Raises
        InvalidRequest before a byte is sent; OSError if the file cannot be read.
        """
        check_job_file(path, size)
        await self._transfer(self._store(path, source, size, overwrite, progress))

    async def _store(
        self,
        path: str,
        source: Path,
        size: int,
        overwrite: bool,
        progress: Callable[[int], None] | None,
    ) -> None:
        connections = 0

        @asynccontextmanager
        async def connect() -> AsyncIterator[Files]:
            nonlocal connections
            connections += 1
            if connections == 1:
                async with self._link.idle_connection() as robot:
                    yield robot.files
            else:  # To tidy up, whatever the device does.
                async with self._link.own_connection() as robot:
                    yield robot.files

        async with self._turn, aclosing(_read(self._hass, source)) as blocks:
            try:
                await store(
                    connect,
                    path,
                    blocks,
                    size,
                    overwrite=overwrite,
                    progress=progress,
                )
            except LeftBehind, asyncio.CancelledError:
                # If it was canceled, it is not known whether it could tidy up.
                self._has_remains = True
                raise
            finally:
                self._infos.pop(path, None)

    @asynccontextmanager
    async def uploaded_task(self, source: Path, size: int) -> AsyncIterator[Robot]:
        """Upload a job for a connection alone, ready for `start`; yield the connection.

        The job needs it until it runs.
        """
        async with self._turn, self._link.idle_connection() as robot:
            async with aclosing(_read(self._hass, source)) as blocks:
                await self._transfer(robot.files.upload_task(blocks, size))
            yield robot

    async def check(self, source: Path) -> Fcode:
        """Read and check a local job file. Raises InvalidRequest, OSError."""
        return await self._hass.async_add_executor_job(_check, source)

    async def delete(self, path: str) -> None:
        """Delete a file of a device that is idle."""
        split_writable(path)
        self._infos.pop(path, None)
        async with self._link.idle_connection() as robot:
            await robot.files.remove(path)


def check_job_file(path: str, size: int | None = None) -> None:
    """Raise InvalidRequest if no job file of `size` bytes may be put at a path.

    None: its size is not known yet.
    """
    if not path.lower().endswith(".fc"):
        raise InvalidRequest("path", "not_a_job", "a job file ends in .fc")
    check_upload(path, size)


def _check(source: Path) -> Fcode:
    if not source.is_file():
        # A pipe would have no end.
        raise FileNotFoundError(source)
    with source.open("rb") as file:
        return read_fcode(file)


async def _read(hass: HomeAssistant, source: Path) -> AsyncGenerator[bytes]:
    """Return the bytes of a file, read in the executor."""
    file: BinaryIO = await hass.async_add_executor_job(source.open, "rb")
    try:
        while data := await hass.async_add_executor_job(file.read, _BLOCK):
            yield data
    finally:
        await hass.async_add_executor_job(file.close)


def title_of(path: str, info: FileInfo | None) -> str:
    """Return the title of a job, or the name of its file without the extension."""
    title = info.info.title if info else None
    return title or path.rpartition("/")[2].rpartition(".")[0] or path


def picture_type(picture: bytes) -> str:
    """Return the MIME type of a PNG or JPEG."""
    return "image/png" if picture.startswith(b"\x89PNG") else "image/jpeg"
