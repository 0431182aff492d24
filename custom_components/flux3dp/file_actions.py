"""Actions on files and jobs: the handlers, and their responses."""

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
)
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile, gettempdir
from typing import Any, Final

from homeassistant.const import CONF_MODEL
from homeassistant.core import HomeAssistant, ServiceResponse, callback
from homeassistant.util.json import JsonObjectType, JsonValueType

from .aioflux import (
    CommandFailed,
    ConnectionFailed,
    FileEntry,
    FileInfo,
    InvalidRequest,
    JobInfo,
    Robot,
    has_extruder,
)
from .const import DOMAIN
from .coordinator import FluxCoordinator
from .errors import async_error_words, device_errors, failed, invalid
from .files import LAST_JOB, check_job_file, title_of
from .job.errors import ErrorKey
from .job.model import JobResult, JobState, JobStatus, Toolhead
from .job.status_table import toolhead_of
from .targets import async_coordinator

_MEDIA: Final = f"media-source://{DOMAIN}/"
_JOB_SUFFIXES: Final = frozenset({".fc", ".gcode"})
_BEGINNING: Final = frozenset({JobStatus.INITIALIZING, JobStatus.STARTING})
# A job that needs our connection until it runs gets so many times as long to begin.
_STAY: Final = 6
_FAULTY: Final = frozenset({JobStatus.ALARM, JobStatus.FATAL})


type Write = Callable[[bytes], Awaitable[None]]


async def async_list_files(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """List a folder."""
    path: str = data["path"].rstrip("/")
    entries = await coordinator.files.entries(path)
    return {"path": path, "entries": describe_entries(path, entries)}


def describe_entries(path: str, entries: Iterable[FileEntry]) -> list[JsonValueType]:
    """Return the entries of a folder as an action responds with them."""
    return [
        {
            "name": entry.name,
            "path": f"{path}/{entry.name}",
            "type": "folder" if entry.is_folder else "file",
        }
        for entry in entries
    ]


async def async_file_info(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Return the metadata of a job file."""
    path: str = data["path"]
    return describe_file(path, await coordinator.files.info(path))


def describe_file(path: str, info: FileInfo) -> JsonObjectType:
    """Return the metadata of a job file as an action responds: s, mm."""
    job = info.info
    return {
        "path": path,
        "name": title_of(path, info),
        "toolhead": toolhead_of(job.head_type or ""),
        "duration": job.time_cost,
        "filament_used": sum(job.filament_used) if job.filament_used else None,
        "travel_distance": job.travel_distance,
        "created_at": job.created_at,
        "author": job.author,
        "software": job.software,
        "has_preview": bool(info.previews),
    }


async def async_upload_file(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Upload a job file to a path, or for one run only; start it if wanted."""
    path: str | None = data.get("path")
    start: bool = data["start"]
    if path is None and not start:
        raise invalid("upload_without_path")
    # Before a file that may be large is read, or fetched from another device.
    if path is not None:
        check_job_file(path)
    coordinator.require_online()
    files = coordinator.files
    try:
        async with _local_copy(coordinator.hass, data) as (local, source):
            fcode = await files.check(local)
            name = title_of(path or source, FileInfo(fcode.info, ()))
            if start:
                _require_confirmed(coordinator, fcode.info, confirmed=data["confirm"])
            if path is not None:
                await files.upload(path, local, fcode.size, overwrite=data["overwrite"])
            else:
                async with files.uploaded_task(local, fcode.size) as robot:
                    await _async_start(coordinator, robot, None, name)
    except OSError as err:
        raise invalid("file_unreadable", path=data["source"]) from err
    if path is not None and start:
        async with coordinator.robot.idle_connection() as robot:
            await _async_start(coordinator, robot, path, name)
    return {"path": path, "name": name, "size": fcode.size, "started": start}


@callback
def async_source_device(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> FluxCoordinator | None:
    """Return the device that an action copies a file from, None if from none of ours."""
    source: str = data.get("source", "")
    if not source.startswith(_MEDIA):
        return None
    return async_coordinator(hass, source.removeprefix(_MEDIA).partition("/")[0])


@asynccontextmanager
async def _local_copy(
    hass: HomeAssistant, data: Mapping[str, Any]
) -> AsyncIterator[tuple[Path, str]]:
    """Yield a file of this host, or a copy of a device's, with the path it came from."""
    source: str = data["source"]
    if not source.startswith(_MEDIA):
        await _async_require_allowed(hass, source)
        yield Path(source), source
        return
    if (other := async_source_device(hass, data)) is None:
        raise invalid("file_unreadable", path=source)
    path = source.removeprefix(_MEDIA).partition("/")[2]

    async def download(write: Write) -> None:
        with device_errors(other):
            await other.files.download(path, write)

    async with async_temporary_copy(hass, download) as copy:
        yield copy, path


@asynccontextmanager
async def async_temporary_copy(
    hass: HomeAssistant,
    fill: Callable[[Write], Awaitable[object]],
    target: Path | None = None,
) -> AsyncIterator[Path]:
    """Yield a local file with what `fill` writes; in the folder of `target`, if given.

    Raises HomeAssistantError if it cannot be written, and what `fill` raises.
    """
    async with AsyncExitStack() as stack:
        with _writing(str(target or gettempdir())):
            folder = target.parent if target else None
            path = await stack.enter_async_context(_temporary_file(hass, folder))
            file = await hass.async_add_executor_job(lambda: path.open("wb"))

            async def write(block: bytes) -> None:
                await hass.async_add_executor_job(file.write, block)

            try:
                await fill(write)
            finally:
                await hass.async_add_executor_job(file.close)
        yield path


@contextmanager
def _writing(path: str) -> Iterator[None]:
    """Turn an OSError into an error of Home Assistant that names what was written."""
    try:
        yield
    except ConnectionError:
        # The page that sends the file has closed the connection.
        raise
    except OSError as err:
        raise failed("file_unwritable", path=path) from err


async def _async_require_allowed(hass: HomeAssistant, path: str) -> None:
    """Raise ServiceValidationError for a path outside the folders that are allowed."""
    if "\0" in path or not await hass.async_add_executor_job(
        hass.config.is_allowed_path, path
    ):
        raise invalid("path_not_allowed", path=path)


@asynccontextmanager
async def _temporary_file(
    hass: HomeAssistant, folder: Path | None
) -> AsyncIterator[Path]:
    """Yield an empty file that is deleted afterwards, if it is still there then."""

    def make() -> Path:
        with NamedTemporaryFile(
            prefix=f".{DOMAIN}-", suffix=".fc", dir=folder, delete=False
        ) as file:
            return Path(file.name)

    path = await hass.async_add_executor_job(make)
    try:
        yield path
    finally:
        await hass.async_add_executor_job(lambda: path.unlink(missing_ok=True))


async def async_download_file(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Copy a file of the device to this host, whole or not at all."""
    hass, path, target = coordinator.hass, data["path"], Path(data["target_path"])
    await _async_require_allowed(hass, str(target))
    suffix = PurePosixPath(path).suffix.lower()
    if suffix not in _JOB_SUFFIXES:
        # Another file of a USB stick could become a page of this server.
        raise InvalidRequest("path", "not_a_job", "only job files are downloaded")
    if target.suffix.lower() != suffix:
        raise invalid("target_suffix", path=path)
    if not data["overwrite"] and await hass.async_add_executor_job(target.exists):
        raise invalid("target_exists", path=str(target))

    def place(copy: Path) -> int:
        if not data["overwrite"]:
            # Another program may have made one during the transfer.
            target.touch(exist_ok=False)
        # A temporary file is for its owner only.
        copy.chmod(0o644)
        try:
            return copy.replace(target).stat().st_size
        except OSError:
            if not data["overwrite"]:
                target.unlink()
            raise

    download = partial(coordinator.files.download, path)
    async with async_temporary_copy(hass, download, target) as copy:
        with _writing(str(target)):
            try:
                size = await hass.async_add_executor_job(place, copy)
            except FileExistsError as err:
                raise invalid("target_exists", path=str(target)) from err
    return {"path": str(target), "size": size}


async def async_start_job(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Start a job file of the device; return once the device is seen to run it."""
    path: str = data["path"]
    # Another program may have replaced it since it was read, by a job for the laser.
    coordinator.files.forget()
    info = await coordinator.files.info(path)
    _require_confirmed(coordinator, info.info, confirmed=data["confirm"])
    name = title_of(path, info)
    async with coordinator.robot.idle_connection() as robot:
        await _async_start(coordinator, robot, path, name)
    return {"path": path, "name": name}


async def async_repeat_last_job(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Start the last job again."""
    try:
        return await async_start_job(coordinator, {"path": LAST_JOB, **data})
    except CommandFailed as err:
        if err.symbol != "NOT_EXIST":
            raise
        raise invalid("no_last_job", name=coordinator.device_name) from err


def _require_confirmed(
    coordinator: FluxCoordinator, info: JobInfo, *, confirmed: bool
) -> None:
    """Raise ServiceValidationError for a laser without a confirmation."""
    is_laser = toolhead_of(info.head_type or "") is Toolhead.LASER
    is_laser |= not has_extruder(coordinator.config_entry.data[CONF_MODEL])
    if is_laser and not confirmed:
        raise invalid("laser_not_confirmed", name=coordinator.device_name)


async def _async_start(
    coordinator: FluxCoordinator, robot: Robot, path: str | None, name: str
) -> None:
    """Start a job, or the one uploaded for the connection, and wait until it runs.

    Raises FluxError if it is refused, HomeAssistantError with why it did not begin.
    """
    before = coordinator.data.job.job_number

    async def start() -> None:
        await coordinator.robot.require_idle(robot, cleared=True)
        coordinator.async_expect_job(name)
        try:
            await robot.start(path)
        except BaseException:
            coordinator.async_expect_job(None)
            raise

    # It may be busy with the job before for longer than its report says so.
    await coordinator.robot.ask_again(start)
    patience = coordinator.timing.job_start * (1 if path else _STAY)
    job = await _async_begun(coordinator, robot, before, patience)
    if job is not None and _runs(job):
        return
    coordinator.async_expect_job(None)
    fault = ""
    if job is not None and job.error is not ErrorKey.NONE:
        fault = async_error_words(coordinator.hass, job.error)
    raise failed(
        "start_failed" if fault else "not_started",
        name=coordinator.device_name,
        job=name,
        fault=fault,
    )


async def _async_begun(
    coordinator: FluxCoordinator, robot: Robot, before: int, patience: float
) -> JobState | None:
    """Return the new job once it is past its beginning, or takes long; None without."""
    clock, timing = coordinator.clock, coordinator.timing
    end = clock.now() + patience
    while True:
        try:
            await coordinator.robot.async_report(robot)
        except CommandFailed:
            pass  # It passes by itself.
        except ConnectionFailed:
            # It was accepted; announcements show the rest.
            coordinator.ensure_loaded()
            coordinator.async_probe()
        job = coordinator.data.job
        is_new = job.observed and job.job_number != before
        if is_new and job.status not in _BEGINNING:
            return job
        if clock.now() >= end:
            return job if is_new else None
        await clock.sleep(timing.control_poll)


def _runs(job: JobState) -> bool:
    """Whether a job that has begun runs, or has run."""
    if not job.active:
        return job.last_job_result is JobResult.COMPLETED
    faulty = job.status in _FAULTY or (job.paused and job.error is not ErrorKey.NONE)
    return not faulty
