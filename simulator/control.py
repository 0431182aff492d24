"""Lets a person make things happen to devices that run: one line in, one line out, on a Unix socket.

A line is a device's uuid and what happens to it, ``<uuid> runout``; the answer is ``ok``, or a
sentence that says why not.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from .device import Device
from .errors import BusyError
from .fcode import BrokenFileError
from .job import Job
from .keys import generate_master_pem

_LINE = 1024


class ImpossibleError(Exception):
    """A sentence that says why it cannot happen now."""


async def _start(device: Device, path: str) -> None:
    if not device.online:
        raise ImpossibleError("The device is off.")
    if (job := device.player.peek()) is not None and job.ended:
        await _leave(device)
    try:
        device.start_job(path)
    except BusyError as err:
        raise ImpossibleError("The device has something else to do.") from err
    except BrokenFileError as err:
        raise ImpossibleError(f"The device cannot read this job: {err}.") from err


async def _leave(device: Device) -> None:
    """Leave the finished job, and wait until the device is idle."""
    with suppress(BusyError):
        device.player.quit()
    with suppress(TimeoutError):
        await device.wait_for(lambda: device.status.st_id == 0)


async def _finish(device: Device, _path: str) -> None:
    _running(device).finish()


async def _runout(device: Device, _path: str) -> None:
    _running(device).runout()


async def _door(device: Device, _path: str) -> None:
    _running(device).fault("HARDWARE_ERROR_DOOR_OPENED")


async def _mend(device: Device, _path: str) -> None:
    _running(device).mend()


async def _off(device: Device, _path: str) -> None:
    await device.power_off()


async def _on(device: Device, _path: str) -> None:
    if device.online:
        raise ImpossibleError("The device is on already.")
    await device.power_on()


async def _reboot(device: Device, _path: str) -> None:
    await device.reboot()


async def _occupy(device: Device, _path: str) -> None:
    if device.player.job is not None:
        raise ImpossibleError("The device has a job, which comes first.")
    device.occupy()


async def _free(device: Device, _path: str) -> None:
    device.free()


async def _forget(device: Device, _path: str) -> None:
    """Lose the list of trusted keys, as by a change of the password elsewhere, and restart."""
    device.forget_trust()
    await device.reboot()


async def _mainboard(device: Device, _path: str) -> None:
    """Get another mainboard: another key, which trusts no client. Not kept over runs."""
    pem = await asyncio.to_thread(generate_master_pem)
    device.forget_trust()
    await device.swap_master_key(pem)


#: What can happen, by name; each is called with the device and the job it runs by itself.
HAPPENINGS: dict[str, Callable[[Device, str], Awaitable[None]]] = {
    "start": _start,
    "finish": _finish,
    "runout": _runout,
    "door": _door,
    "mend": _mend,
    "off": _off,
    "on": _on,
    "reboot": _reboot,
    "occupy": _occupy,
    "free": _free,
    "forget": _forget,
    "mainboard": _mainboard,
}


def _running(device: Device) -> Job:
    job = device.player.job
    if job is None or job.ended:
        raise ImpossibleError("The device has no job now.")
    return job


async def _answer(line: str, devices: Sequence[tuple[Device, str]]) -> str:
    uuid, _, name = line.partition(" ")
    for device, path in devices:
        if device.config.uuid == uuid and name in HAPPENINGS:
            try:
                await HAPPENINGS[name](device, path)
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
        try:
            line = (await reader.read(_LINE)).decode(errors="replace").strip()
            writer.write(f"{await _answer(line, devices)}\n".encode())
            await writer.drain()
        except ConnectionError:
            pass  # Who asked has gone.
        finally:
            writer.close()

    async with await asyncio.start_unix_server(serve, socket):
        yield
