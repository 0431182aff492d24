"""The robot port: watches and controls a device's job (protocol.md section 5)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from types import MappingProxyType
from typing import Self

from .command import Commands, is_picture, split_path
from .device import DeviceInfo
from .errors import (
    DeviceNotFound,
    FluxError,
    HeaterLeftOn,
    ProtocolError,
    SlaveKeyMismatch,
)
from .files import Files
from .handshake import ROBOT_PORT, open_signed_in
from .identity import ClientKey
from .listener import Listener
from .maintenance import Maintenance, check_heater
from .report import JobInfo, Report, parse_job_info, parse_report
from .session import Client, Session
from .settings import Settings
from .timing import DEFAULT_TIMING, Timing
from .util import parse_pairs

# Far above what devices send, far below what would hurt to keep.
_MAX_METADATA = 256 * 1024
_TURN_OFF_ATTEMPTS = 5


class Robot(Client, Commands):
    """A signed-in robot connection; an async context manager.

    One request is on its way at a time, others wait for it. Every method raises
    CommandFailed for a refusal, which leaves the connection open; Kicked when another
    client took the device over; and ConnectionFailed when the device is silent, gone or
    not understood. After the last two the connection is closed.
    """

    _session: Session

    @classmethod
    async def open(
        cls,
        device: DeviceInfo,
        key: ClientKey,
        *,
        timing: Timing = DEFAULT_TIMING,
        expected_key: bytes | None = None,
        listener: Listener | None = None,
    ) -> Self:
        """Connect and sign in, as `Client`.

        A generation 1 device makes a new slave key at each boot: with a `listener` it is
        touched again if the known one does not fit, and tried once more; without one
        SlaveKeyMismatch is raised.
        """

        async def connect(to: DeviceInfo) -> Session:
            return await open_signed_in(to, ROBOT_PORT, key, timing, expected_key)

        try:
            session = await connect(device)
        except SlaveKeyMismatch as err:
            if listener is None:
                raise
            pinned = expected_key or device.master_key
            try:
                # Only the answer to a touch shows a new slave key, which the master
                # key has signed.
                device = await listener.refresh(
                    device,
                    version=1,
                    accept=lambda it: it.version == 1 and it.master_key == pinned,
                )
            except DeviceNotFound:
                raise err from None
            session = await connect(device)
        robot = cls(session, device, key.tag)
        robot._open_again = lambda: cls.open(
            device, key, timing=timing, expected_key=expected_key, listener=listener
        )
        return robot

    def __init__(self, session: Session, device: DeviceInfo, owner: str = "") -> None:
        """Take over a signed-in session; `open` gives it one. `owner`: as `Files`."""
        super().__init__(session, device)
        self.files = Files(session, owner)
        self.settings = Settings(session)
        self._open_again: Callable[[], Awaitable[Robot]] | None = None

    @property
    def version(self) -> int:
        """The generation of the device, as its sign-in has shown: no datagram proves it."""
        return self._session.version

    @asynccontextmanager
    async def maintenance(self) -> AsyncIterator[Maintenance]:
        """Enter maintenance, and leave it with the heater off, whatever happens.

        Jobs and files wait meanwhile. CommandFailed: `RESOURCE_BUSY` with a job or another
        client, `SUBSYSTEM_ERROR` if the boards of the device are dead; HeaterLeftOn, also
        in place of a cancellation, if the heater could not be turned off.
        """
        task = Maintenance(self._session)
        await task.enter()
        try:
            yield task
        finally:
            try:
                await task.leave()
            except (FluxError, asyncio.CancelledError) as err:
                self._session.abort()
                if task.has_heated:
                    await _to_its_end(self._turn_off(err))
                if isinstance(err, asyncio.CancelledError):
                    raise

    async def _turn_off(self, reason: BaseException) -> None:
        """Turn the heater off over a new connection; HeaterLeftOn if that fails."""
        if self._open_again is not None:
            for attempt in range(_TURN_OFF_ATTEMPTS):
                if attempt:
                    # It may not have noticed yet that the old connection is gone.
                    await asyncio.sleep(self._session.timing.toolhead_ready)
                with suppress(FluxError):
                    async with await self._open_again() as robot:
                        task = Maintenance(robot._session)  # noqa: SLF001 - another robot
                        await task.enter()
                        task.has_heated = True
                        await task.leave()
                        return
        raise HeaterLeftOn from reason

    def share(self) -> None:
        """Finish each request that has begun: one who leaves breaks it for no other."""
        self._session.is_shared = True

    # -- the job

    async def report(self) -> Report:
        """Return the state of the device and its job.

        For a moment after `quit` it is CommandFailed `RESOURCE_BUSY` or
        `SUBSYSTEM_ERROR`: that is no fault, ask again.
        """
        return await self._ask(parse_report, "player", "report")

    async def info(self) -> tuple[JobInfo, bytes | None]:
        """Return the metadata of the started or finished job, and its picture.

        The picture is PNG or JPEG, None if the job has none; metadata that cannot be
        read is empty, and parts of another kind are skipped. CommandFailed before a job
        was started.
        """
        return await self._request(self._read_info, "player", "info")

    async def _read_info(self) -> tuple[JobInfo, bytes | None]:
        parts, _ = await self._read_parts()
        info = JobInfo()
        for mime, content in parts:
            if mime == "text/json" and len(content) <= _MAX_METADATA:
                with suppress(ProtocolError):  # The frames around it are in order.
                    info = parse_job_info(content)
                break
        pictures = (content for _, content in parts if is_picture(content))
        return info, next(pictures, None)

    async def select(self, path: str) -> None:
        """Select a job file (`SD/folder/job.fc`) for `start` on this connection.

        CommandFailed `NOT_EXIST`. Prefer `start(path)`: an upload and another `select`
        change the selection too.
        """
        await self._order("player", "select", *split_path(path))

    async def start(self, path: str | None = None) -> None:
        """Start the selected job, or the one at `path`, with nothing in between.

        CommandFailed: `NOT_EXIST`, `RESOURCE_BUSY`, `FILE_BROKEN`, ….
        """
        patience = self._session.timing.start
        if path is None:
            await self._order("player", "start", timeout=patience)
            return

        async def read() -> None:
            await self._read_word()
            await self._write("player", "start")
            await self._read_word()

        words = ("player", "select", *split_path(path))
        await self._request(read, *words, timeout=patience)

    async def pause(self) -> None:
        """Pause the job; it goes on *pausing* for up to some seconds."""
        await self._order("player", "pause")

    async def resume(self) -> None:
        """Resume the job. Accepted is not resumed: a fault still there pauses it."""
        await self._order("player", "resume")

    async def abort(self) -> None:
        """Abort the job; the device forgets its error by that."""
        await self._order("player", "abort")

    async def quit(self) -> None:
        """Leave a job that has ended, so that the device is idle again."""
        await self._order("player", "quit")

    # -- in a paused job

    async def load_filament(self, extruder: int = 0) -> None:
        """Draw filament in, in a paused job."""
        await self._order("player", "load_filament", str(extruder))

    async def unload_filament(self, extruder: int = 0) -> None:
        """Draw filament back, in a paused job."""
        await self._order("player", "unload_filament", str(extruder))

    async def set_toolhead_heater(self, temperature: float, extruder: int = 0) -> None:
        """Set the target of a nozzle (°C, 0 turns it off), in a paused job."""
        check_heater(temperature)
        words = ("set_toolhead_header", str(extruder), f"{temperature:g}")
        await self._order("player", *words)  # The device spells it so.

    async def press_button(self) -> None:
        """Press the device's button, in a paused job."""
        await self._order("player", "press_button")

    # -- the device

    async def deviceinfo(self) -> Mapping[str, str]:
        """Return `nickname`, `version`, `macaddr`, … from the device itself.

        For the last see `parse_mac_addresses`.
        """
        return await self._ask(parse_device_details, "deviceinfo")

    async def kick(self) -> None:
        """Free an occupied device. Only when a person asks for it.

        CommandFailed `RESOURCE_BUSY` while a job plays.
        """
        await self._order("kick")

    async def position(self) -> str:
        """Return the name of the task this session is in, usually `CommandTask`."""
        return await self._ask(str, "position")


def parse_device_details(text: str) -> Mapping[str, str]:
    """Return the `key:value` lines of a `deviceinfo`."""
    verb, _, lines = text.partition("\n")
    if verb != "ok":
        raise ProtocolError("device details that do not begin with ok")
    return MappingProxyType(parse_pairs(lines, "\n", ":"))


def parse_mac_addresses(details: Mapping[str, str]) -> Mapping[str, str]:
    """Return the MAC address of each interface (`wlan0`) in device details."""
    return parse_pairs(details.get("macaddr", ""), ",", ":")


async def _to_its_end(work: Coroutine[None, None, None]) -> None:
    """Do work that a cancellation does not interrupt; it counts afterwards."""
    task = asyncio.ensure_future(work)
    canceled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as err:
            canceled = err
    task.result()
    if canceled is not None:
        raise canceled
