"""Views for pages: folders and pictures of job files to read, job files to upload."""

import asyncio
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager, suppress
from functools import partial
import json
from pathlib import Path
from typing import Final

from aiohttp import web
from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError

from .aioflux import MAX_FILE_SIZE, FileInfo, InvalidRequest
from .const import DOMAIN
from .coordinator import FluxCoordinator
from .errors import async_sentence, device_errors, invalid
from .file_actions import (
    async_temporary_copy,
    describe_entries,
    describe_file,
)
from .files import picture_type
from .targets import async_coordinator, async_require

_PREVIEW: Final = f"/api/{DOMAIN}/preview"
_FOLDER: Final = f"/api/{DOMAIN}/folder"
_UPLOAD: Final = f"/api/{DOMAIN}/upload"
_LINES: Final = {"Content-Type": "application/x-ndjson"}
# So much of a body has to come within the time that a device may be silent.
_BLOCK: Final = 64 * 1024
# Each is a temporary file of 1 GiB at most.
_MOST_UPLOADS: Final = 3
# Between two lines of progress (s).
_STEP: Final = 0.2
# A page may take so long to receive a line (s): the device waits for it.
_STALLED: Final = 10.0
# A body may take so long (s), and longer by its size (bytes/s).
_GRACE: Final = 60.0
_SLOWEST: Final = 20_000


@callback
def async_setup_views(hass: HomeAssistant) -> None:
    """Register the views."""
    hass.http.register_view(FilePreviewView)
    hass.http.register_view(FolderView)
    hass.http.register_view(FileUploadView)


def preview_url(uuid: str, path: str) -> str:
    """Return where a page finds the picture of a job file.

    Home Assistant signs it for players, and would decode a name like `50%3F.fc` twice.
    """
    return f"{_PREVIEW}/{uuid}/{urlsafe_b64encode(path.encode()).decode()}"


def _coordinator(request: web.Request, uuid: str) -> FluxCoordinator:
    if (coordinator := async_coordinator(request.app[KEY_HASS], uuid)) is None:
        raise web.HTTPNotFound
    return coordinator


class FilePreviewView(HomeAssistantView):
    """Serves the picture of a job file on a device."""

    url = _PREVIEW + "/{uuid}/{encoded}"
    name = f"api:{DOMAIN}:preview"

    async def get(self, request: web.Request, uuid: str, encoded: str) -> web.Response:
        """Return the picture, PNG or JPEG; 404 without one."""
        coordinator = _coordinator(request, uuid)
        try:
            path = urlsafe_b64decode(encoded).decode()
        except ValueError as err:
            raise web.HTTPNotFound from err
        try:
            with device_errors(coordinator):
                info = await coordinator.files.info(path)
        except HomeAssistantError as err:
            raise web.HTTPNotFound from err
        if not info.previews:
            raise web.HTTPNotFound
        [picture] = info.previews
        return web.Response(body=picture, content_type=picture_type(picture))


class FolderView(HomeAssistantView):
    """Lists a folder of a device, then describes each file as soon as it is read.

    The answer is a line of JSON for each step: `{"entries": […]}` as `list_files` has
    them, then for each file what `file_info` has and its `picture` as a data URL, or only
    its `path` if the device cannot describe it. Files that were not read in a moment are
    left out: the page asks again. The last line may be `{"error": "…"}` as in an upload.
    """

    url = _FOLDER + "/{uuid}/{path:.+}"
    name = f"api:{DOMAIN}:folder"

    async def get(
        self, request: web.Request, uuid: str, path: str
    ) -> web.StreamResponse:
        """Read the folder, over one connection for all of its files."""
        coordinator = _coordinator(request, uuid)
        files = coordinator.files
        path = path.rstrip("/")
        response = web.StreamResponse(headers=_LINES)
        send_line = partial(_async_send_line, request, response)
        try:
            with device_errors(coordinator):
                entries = await files.entries(path)
                await send_line({"entries": describe_entries(path, entries)})
                paths = [f"{path}/{it.name}" for it in entries if not it.is_folder]
                async with aclosing(files.infos(paths)) as infos:
                    async for file, info in infos:
                        await send_line(_described(file, info))
        except HomeAssistantError as err:
            await send_line(await _failure(request.app[KEY_HASS], err))
        return response


def _described(path: str, info: FileInfo | None) -> dict[str, object]:
    if info is None:
        return {"path": path}
    line: dict[str, object] = dict(describe_file(path, info))
    if info.previews:
        picture = info.previews[0]
        line["picture"] = (
            f"data:{picture_type(picture)};base64,{b64encode(picture).decode()}"
        )
    return line


class FileUploadView(HomeAssistantView):
    """Takes a job file for a device: its bytes are the body of the request.

    The answer is a line of JSON for each step: `{"sent": 1024, "size": 4096}` while the
    device takes it, at last `{"path": "SD/job.fc"}`, or `{"error": "…"}`: a sentence in
    the language of Home Assistant, with its `translation_key` and placeholders.
    """

    url = _UPLOAD + "/{uuid}/{path:.+}"
    name = f"api:{DOMAIN}:upload"

    def __init__(self) -> None:
        self._devices: set[str] = set()

    async def post(
        self, request: web.Request, uuid: str, path: str
    ) -> web.StreamResponse:
        """Take the file, check it, and send it on to the device."""
        hass = request.app[KEY_HASS]
        coordinator = _coordinator(request, uuid)
        overwrite = request.query.get("overwrite") == "true"
        context = self.context(request)
        await async_require(coordinator, context, "pause", admin=overwrite)
        response = web.StreamResponse(headers=_LINES)
        send_line = partial(_async_send_line, request, response)
        try:
            with device_errors(coordinator), self._turn(coordinator):
                # Before a body that may be large.
                size = request.content_length or 1
                files = coordinator.files
                await files.check_target(path, size, overwrite=overwrite)
                receive = partial(_async_body, coordinator, request)
                async with async_temporary_copy(hass, receive) as local:
                    await _async_upload(coordinator, path, local, send_line, overwrite)
        except HomeAssistantError as err:
            last = await _failure(hass, err)
        else:
            last = {"path": path}
        await send_line(last)
        if last.get("translation_key") != "upload_stalled" and not (
            request.content.at_eof()
        ):
            await response.write_eof()
            # A browser does not read the answer before it has sent everything.
            with suppress(HomeAssistantError, InvalidRequest, ConnectionError):
                await _async_body(coordinator, request, _async_drop)
        return response

    @contextmanager
    def _turn(self, coordinator: FluxCoordinator) -> Iterator[None]:
        """Take one file at a time for a device, and a few at a time for all."""
        if coordinator.uuid in self._devices:
            raise invalid("upload_running", name=coordinator.device_name)
        if len(self._devices) >= _MOST_UPLOADS:
            raise invalid("too_many_uploads")
        self._devices.add(coordinator.uuid)
        try:
            yield
        finally:
            self._devices.remove(coordinator.uuid)


async def _async_upload(
    coordinator: FluxCoordinator,
    path: str,
    local: Path,
    send_line: Callable[[dict[str, object]], Awaitable[None]],
    overwrite: bool,
) -> None:
    """Put the file on the device, and report its progress. Raises FluxError."""
    files = coordinator.files
    size = (await files.check(local)).size
    step: dict[str, object] = {}

    def progress(sent: int) -> None:
        step.update(sent=sent, size=size)

    task = coordinator.hass.async_create_task(
        files.upload(path, local, size, overwrite=overwrite, progress=progress),
        f"{coordinator.device_name} upload",
    )
    try:
        while not task.done():
            await asyncio.wait([task], timeout=_STEP)
            if step:
                await send_line(step)
                step.clear()
    except BaseException:
        # The page has closed the connection.
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise
    await task


async def _async_body(
    coordinator: FluxCoordinator,
    request: web.Request,
    take: Callable[[bytes], Awaitable[object]],
) -> None:
    """Give the body to `take`, block by block. Raises InvalidRequest if it is too large."""
    size, data = 0, b"-"
    loop = asyncio.get_running_loop()
    began = loop.time()
    while data:
        end = min(
            loop.time() + coordinator.timing.transfer_stall,
            began + _GRACE + size / _SLOWEST,
        )
        try:
            async with asyncio.timeout_at(end):
                data = await request.content.readexactly(_BLOCK)
        except asyncio.IncompleteReadError as err:
            data = err.partial
        except TimeoutError as err:
            raise invalid("upload_stalled") from err
        size += len(data)
        if size > MAX_FILE_SIZE:
            raise InvalidRequest("size", "too_large", "the file is too large")
        await take(data)


async def _async_drop(_: bytes) -> None:
    """Keep nothing."""


async def _async_send_line(
    request: web.Request, response: web.StreamResponse, line: dict[str, object]
) -> None:
    """Send a line of JSON. Raises ConnectionResetError if the page does not take it."""
    try:
        async with asyncio.timeout(_STALLED):
            await response.prepare(request)
            await response.write(json.dumps(line).encode() + b"\n")
    except TimeoutError as err:
        if request.transport is not None:
            # The end of the response would wait for the page, too.
            request.transport.abort()
        raise ConnectionResetError("the page takes nothing") from err


async def _failure(hass: HomeAssistant, err: HomeAssistantError) -> dict[str, object]:
    return {
        "error": await async_sentence(hass, err),
        "translation_key": err.translation_key,
        "translation_placeholders": err.translation_placeholders,
    }
