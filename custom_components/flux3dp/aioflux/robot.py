"""The robot port: a device's job, seen and steered (protocol.md section 5).

Knows the commands and their replies. How the port is opened is in `handshake.py`,
what a report means in `report.py`; when somebody may hold the one connection a
device should have to do with us is the caller's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
import math
from typing import Self

from .client import Client
from .device import DeviceInfo
from .errors import InvalidRequest, ProtocolError, SlaveKeyMismatch
from .frames import encode_frame
from .handshake import open_robot
from .key import ClientKey
from .listener import Listener
from .report import JobInfo, Report, parse_job_info, parse_report
from .robot_text import (
    check_word,
    encode_command,
    is_picture,
    parse_binary,
    parse_device_details,
    parse_value,
    split_path,
)
from .sightings import DeviceUpdate
from .timing import DEFAULT_TIMING, Timing

# Far above what devices send, far below what would hurt to keep.
_MAX_METADATA = 256 * 1024
_MAX_PICTURE = 4 * 1024 * 1024
# What else is read, and thrown away, rather than to lose the connection.
_MAX_SKIPPED = 32 * 1024 * 1024
# No toolhead heats further; what a device's own limit is, it says itself.
_MAX_TEMPERATURE = 300.0


class Robot(Client):
    """A signed-in robot connection; an async context manager.

    One request is on its way at a time, others wait for it. Every method raises
    CommandFailed for a refusal, which leaves the connection open; Kicked when
    another client took the device over; and ConnectionFailed when the device is
    silent, gone or not understood. After the last two the connection is closed.
    """

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
        """Connect, make sure who it is, and sign in with our key.

        The device must hold `expected_key` (DER), by default the master key that
        discovery learnt. A generation 1 device makes a new slave key at each
        boot: with a `listener` it is touched again if the known one does not
        fit, and tried once more; without one SlaveKeyMismatch says so.

        Raises ConnectionFailed, IdentityMismatch (before anything of ours is
        sent), AuthenticationFailed if the device does not trust our key.
        """
        try:
            session = await open_robot(device, key, timing, expected_key)
        except SlaveKeyMismatch:
            pinned = expected_key or device.master_key
            renewed = await _touch_again(device, pinned, listener) if listener else None
            if renewed is None:
                raise
            device = renewed
            session = await open_robot(device, key, timing, expected_key)
        return cls(session, device)

    # -- the job

    async def report(self) -> Report:
        """Return what the device says it is doing.

        For a moment after `quit` it is CommandFailed `RESOURCE_BUSY` or
        `SUBSYSTEM_ERROR`: that is no fault, ask again.
        """
        return await self._ask(parse_report, "player", "report")

    async def info(self) -> tuple[JobInfo, bytes | None]:
        """Return the metadata of the started or finished job, and its picture.

        The picture is PNG or JPEG, None if the job has none; metadata that cannot be
        read is none, and parts of another kind are skipped. CommandFailed before a job
        was started.
        """
        return await self._session.exchange(
            encode_command("player", "info"), self._read_info
        )

    async def _read_info(self) -> tuple[JobInfo, bytes | None]:
        info: JobInfo | None = None
        picture: bytes | None = None
        while (
            part := parse_binary(text := await self._session.read_reply())
        ) is not None:
            mime, size = part
            if mime == "text/json" and info is None and size <= _MAX_METADATA:
                info = _lenient_info(await self._session.read_exactly(size))
            elif picture is None and size <= _MAX_PICTURE:
                another = await self._session.read_exactly(size)
                picture = another if is_picture(another) else None
            else:
                await self._skip(size)
        if text != "ok":
            raise ProtocolError("a job's info that is not whole")
        return info or parse_job_info("{}"), picture

    async def _skip(self, size: int) -> None:
        """Read past a part of a reply that is of no use here."""
        if size > _MAX_SKIPPED:
            raise ProtocolError(f"a part of {size} bytes in a job's info")
        while size:
            size -= len(await self._session.read_some(size))

    async def select(self, path: str) -> None:
        """Select a job file (`SD/folder/job.fc`) for `start` on this connection.

        CommandFailed `NOT_EXIST`. Prefer `start(path)`: an upload and another
        `select` change the selection too.
        """
        await self._order("player", "select", *split_path(path))

    async def start(self, path: str | None = None) -> None:
        """Start the selected job, or the one at `path`, with nothing in between.

        CommandFailed: `NOT_EXIST`, `RESOURCE_BUSY`, `FILE_BROKEN`, ….
        """
        if path is None:
            await self._order("player", "start")
            return
        start = encode_frame(encode_command("player", "start"))

        async def read() -> None:
            await self._read_ok()
            await self._session.write(start)
            await self._read_ok()

        await self._session.exchange(
            encode_command("player", "select", *split_path(path)), read
        )

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
        if not math.isfinite(temperature) or not 0 <= temperature <= _MAX_TEMPERATURE:
            raise InvalidRequest(
                "temperature",
                "temperature",
                f"a temperature is 0 to {_MAX_TEMPERATURE:g} °C",
            )
        # The device spells it so.
        await self._order(
            "player", "set_toolhead_header", str(extruder), f"{temperature:g}"
        )

    async def press_button(self) -> None:
        """Press the device's button, in a paused job."""
        await self._order("player", "press_button")

    # -- the device

    async def deviceinfo(self) -> Mapping[str, str]:
        """Return what the device says of itself: `nickname`, `version`, `macaddr`, ….

        For the last see `parse_mac_addresses`.
        """
        return await self._ask(parse_device_details, "deviceinfo")

    async def config_get(self, key: str) -> str | None:
        """Return a setting, None if it is not set."""
        return await self._ask(parse_value, "config", "get", check_word("key", key))

    async def config_set(self, key: str, value: str) -> None:
        """Set a setting; CommandFailed if the device knows no such key or value."""
        await self._order(
            "config", "set", check_word("key", key), check_word("value", value)
        )

    async def config_del(self, key: str) -> None:
        """Take a setting back to what the device does by itself."""
        await self._order("config", "del", check_word("key", key))

    async def kick(self) -> None:
        """Throw out whoever occupies the device. Only when a person asks for it.

        CommandFailed `RESOURCE_BUSY` while a job plays.
        """
        await self._order("kick")

    async def position(self) -> str:
        """Return the name of the task this session is in, usually `CommandTask`."""
        return await self._ask(str, "position")

    # -- requests

    async def _ask[T](self, parse: Callable[[str], T], *words: str) -> T:
        """Send a command and return what `parse` makes of its reply of one frame."""

        async def read() -> T:
            return parse(await self._session.read_reply())

        return await self._session.exchange(encode_command(*words), read)

    async def _order(self, *words: str) -> None:
        """Send a command that is answered with `ok`."""
        await self._session.exchange(encode_command(*words), self._read_ok)

    async def _read_ok(self) -> None:
        reply = await self._session.read_reply()
        if reply != "ok":
            raise ProtocolError(f"a command was answered with {reply[:40]!r}")


def _lenient_info(text: bytes) -> JobInfo:
    """Return a job's metadata, empty if it is damaged: the frames are not, by that."""
    try:
        return parse_job_info(text)
    except ProtocolError:
        return parse_job_info("{}")


async def _touch_again(
    device: DeviceInfo, master_key: bytes, listener: Listener
) -> DeviceInfo | None:
    """Return what a generation 1 device answers to a new touch; None if it does not.

    Only the answer to a touch shows a new slave key, signed by the master key (DER).
    """
    answered: asyncio.Future[DeviceInfo] = asyncio.get_running_loop().create_future()

    def heard(sighting: DeviceUpdate) -> None:
        described = sighting.device if sighting.status is None else None
        if described is None or answered.done():
            return
        if described.version == 1 and described.master_key == master_key:
            answered.set_result(described)

    unsubscribe = listener.subscribe(heard, uuid=device.uuid, host=device.host)
    try:
        listener.touch(device.uuid, device.host, 1)
        async with asyncio.timeout(listener.timing.find):
            return await answered
    except TimeoutError:
        return None
    finally:
        unsubscribe()
