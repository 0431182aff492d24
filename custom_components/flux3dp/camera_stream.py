"""The camera connection, shared by all viewers and closed when there are none."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, aclosing, suppress

from .aioflux import Camera, ConnectionFailed, FluxError
from .const import LOGGER
from .timing import FluxTiming

_CLOSED = "the camera is closed"

type OpenCamera = Callable[[], Awaitable[Camera]]
type StartTask = Callable[[Coroutine[None, None, None]], asyncio.Task[None]]


class CameraFeed:
    """Pictures (JPEG) of one device, shared by stills and viewers.

    The first request calls `open_camera`, in a task of `start_task` that owns the
    connection: it streams while there are viewers, takes single pictures for stills,
    and ends `camera_linger` after the last of either. `on_streaming` is called when a
    stream begins and ends.
    """

    def __init__(
        self,
        name: str,
        timing: FluxTiming,
        *,
        open_camera: OpenCamera,
        start_task: StartTask,
        on_streaming: Callable[[bool], None],
    ) -> None:
        """Open nothing yet; `name` is for the log."""
        self._name = name
        self._timing = timing
        self._open_camera = open_camera
        self._start_task = start_task
        self._on_streaming = on_streaming
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self._viewers = 0
        self._still_wanted = False
        # For the task: a picture is wanted, or the last viewer left.
        self._wake_task = asyncio.Event()
        # For those who wait: a picture, or a failure. Never stays set.
        self._changed = asyncio.Event()
        self._picture = b""
        self._number = 0
        self._taken_at = 0.0
        self._error: FluxError | None = None
        self._failures = 0
        self._lost = False

    async def still(self) -> bytes:
        """Return a picture, at most `still_fresh` seconds old. Raises FluxError."""
        if self._is_fresh:
            return self._picture
        number, failures = self._number, self._failures
        self._still_wanted = True
        self._ask()
        while self._number == number:
            if self._failures != failures and self._error is not None:
                raise self._error.with_traceback(None)
            await self._changed.wait()
        return self._picture

    async def watch(self) -> AsyncGenerator[bytes]:
        """Yield the newest picture whenever there is one that was not yielded yet.

        Close the generator (`aclosing`) to leave. Raises FluxError if not even the first
        picture comes, and when trying again is of no use.
        """
        seen = self._number - 1 if self._is_fresh else self._number
        failures = self._failures
        has_picture = False
        self._viewers += 1
        try:
            self._ask()
            while True:
                if self._number != seen:
                    seen, failures = self._number, self._failures
                    has_picture = True
                    yield self._picture
                elif self._failures != failures and self._error is not None:
                    failures = self._failures
                    if not has_picture or self._task is None:
                        raise self._error.with_traceback(None)
                else:
                    await self._changed.wait()
        finally:
            self._viewers -= 1
            if not self._viewers:
                self._wake_task.set()

    def drop(self) -> None:
        """Drop the connection: the device is offline. Viewers end."""
        if self._task is not None:
            self._task.cancel()

    async def close(self) -> None:
        """Close for good; pending requests raise ConnectionFailed."""
        self._closed = True
        if (task := self._task) is not None:
            task.cancel()
            await asyncio.wait([task])

    @property
    def _is_fresh(self) -> bool:
        age = asyncio.get_running_loop().time() - self._taken_at
        return bool(self._picture) and age <= self._timing.still_fresh

    @property
    def _is_wanted(self) -> bool:
        return self._still_wanted or self._viewers > 0

    def _ask(self) -> None:
        """Wake the task, or start it."""
        if self._closed:
            raise ConnectionFailed(_CLOSED)
        self._wake_task.set()
        if self._task is None:
            self._task = self._start_task(self._run())
            self._task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Clean up after a task that was canceled before its first step."""
        if self._task is task:
            self._end(ConnectionFailed(_CLOSED))

    def _end(self, error: FluxError) -> None:
        """Fail pending requests; the next one starts a new task."""
        self._task = None
        self._fail(error)

    # -- the task

    async def _run(self) -> None:
        """Connect, and reconnect, while pictures are wanted."""
        end: FluxError = ConnectionFailed(_CLOSED)
        try:
            while self._is_wanted:
                if not await self._attempt() and self._viewers:
                    # A new request does not wait for the next attempt.
                    with suppress(TimeoutError):
                        async with asyncio.timeout(self._timing.camera_retry):
                            await self._wake_task.wait()
        except FluxError as err:
            # Another key, or ours is not trusted: a person must do something first.
            end = err
            self._log_lost(err)
        finally:
            self._end(end)

    async def _attempt(self) -> bool:
        """Connect and serve; return whether it ended well, or broke."""
        async with AsyncExitStack() as stack:
            try:
                camera = await stack.enter_async_context(await self._open_camera())
                await self._serve(camera)
            except ConnectionFailed as err:
                # Before it is closed: a request that comes during that is for the
                # next attempt.
                self._wake_task.clear()
                self._log_lost(err)
                self._fail(err)
                return False
        return True

    async def _serve(self, camera: Camera) -> None:
        """Pass pictures on, until none have been wanted for `camera_linger`."""
        while True:
            if self._viewers:
                await self._stream(camera)
            elif self._still_wanted:
                self._pass_on(await camera.frame())
            else:
                self._wake_task.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._timing.camera_linger):
                        await self._wake_task.wait()
                # The device may have closed it meanwhile.
                if not (self._wake_task.is_set() and camera.is_open):
                    return

    async def _stream(self, camera: Camera) -> None:
        """Pass on what comes while there are viewers."""
        self._on_streaming(True)
        try:
            async with aclosing(camera.stream()) as pictures:
                async for picture in pictures:
                    self._pass_on(picture)
                    if not self._viewers:
                        return
        finally:
            self._on_streaming(False)

    def _pass_on(self, picture: bytes) -> None:
        self._picture = picture
        self._number += 1
        self._taken_at = asyncio.get_running_loop().time()
        self._still_wanted = False
        self._error = None
        if self._lost:
            self._lost = False
            LOGGER.info("Pictures from %s are available again", self._name)
        self._wake()

    def _fail(self, error: FluxError) -> None:
        """Raise an error in all pending requests."""
        # Kept without what it would keep: the connection it came from.
        self._error = error.with_traceback(None)
        self._failures += 1
        self._still_wanted = False
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed.clear()

    def _log_lost(self, error: FluxError) -> None:
        if not self._lost:
            self._lost = True
            LOGGER.info("Failed to get pictures from %s: %s", self._name, error)
