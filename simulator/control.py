"""Lets a person make things happen to devices that run: one line in, one line out, on a Unix socket.

A line is a device's uuid and what happens to it, ``<uuid> runout``; the answer is ``ok``, or a
sentence that says why not.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

from .device import Device
from .errors import BusyError
from .fcode import BrokenFileError
from .keys import generate_master_pem

_LINE = 1024
HAPPENINGS = (
    "start",
    "finish",
    "runout",
    "door",
    "mend",
    "button",
    "off",
    "on",
    "reboot",
    "occupy",
    "free",
    "forget",
    "mainboard",
)


class ImpossibleError(Exception):
    """A sentence that says why it cannot happen now."""


async def _happen(name: str, device: Device, path: str) -> None:
    """Let something happen to a device that runs the job at ``path`` by itself."""
    match name:
        case "start":
            await _start(device, path)
        case "off":
            await device.power_off()
        case "on":
            if device.online:
                raise ImpossibleError("The device is on already.")
            await device.power_on()
        case "reboot":
            await device.reboot()
        case "occupy":
            if device.player.job is not None:
                raise ImpossibleError("The device has a job, which comes first.")
            device.occupy()
        case "free":
            device.free()
        case "button":
            # It ends a load of filament: in maintenance, and in a paused job.
            device.press_button()
            if (job := device.player.job) is not None and job.paused:
                job.press_button()
        case "forget":
            # As by a change of the password elsewhere.
            device.forget_trust()
            await device.reboot()
        case "mainboard":
            # Another key, which trusts no client. Not kept over runs.
            pem = await asyncio.to_thread(generate_master_pem)
            device.forget_trust()
            await device.swap_master_key(pem)
        case _:
            _happen_to_job(name, device)


def _happen_to_job(name: str, device: Device) -> None:
    job = device.player.job
    if job is None or job.ended:
        raise ImpossibleError("The device has no job now.")
    match name:
        case "finish":
            job.finish()
        case "runout":
            job.runout()
        case "door":
            job.fault("HARDWARE_ERROR_DOOR_OPENED")
        case "mend":
            job.mend()


async def _start(device: Device, path: str) -> None:
    if not device.online:
        raise ImpossibleError("The device is off.")
    if (job := device.player.peek()) is not None and job.ended:
        with suppress(BusyError):
            device.player.quit()
        with suppress(TimeoutError):
            await device.wait_for(lambda: device.status.st_id == 0)
    try:
        device.start_job(path)
    except BusyError as err:
        raise ImpossibleError("The device has something else to do.") from err
    except BrokenFileError as err:
        raise ImpossibleError(f"The device cannot read this job: {err}.") from err


async def _answer(line: str, devices: Sequence[tuple[Device, str]]) -> str:
    uuid, _, name = line.partition(" ")
    for device, path in devices:
        if device.config.uuid == uuid and name in HAPPENINGS:
            try:
                await _happen(name, device, path)
            except ImpossibleError as err:
                return str(err)
            device.announce()
            return "ok"
    return f"There is no such device, or nothing called {name}."


@asynccontextmanager
async def serving(
    socket: Path, devices: Sequence[tuple[Device, str]]
) -> AsyncIterator[None]:
    """Serve ``socket`` for these devices, each with the job it starts, while in the block."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(ConnectionError):
            line = (await reader.read(_LINE)).decode(errors="replace").strip()
            writer.write(f"{await _answer(line, devices)}\n".encode())
            await writer.drain()

    async with await asyncio.start_unix_server(serve, socket):
        yield
