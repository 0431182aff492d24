"""What is left between two equal quiet moments: tasks, timers, sockets, objects, memory."""

import asyncio
import ctypes
import functools
import gc
from pathlib import Path
from statistics import median_low
import sys

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from custom_components.flux3dp.aioflux import Listener
from custom_components.flux3dp.coordinator import FluxCoordinator

from .home import Home
from .subject import Run

#: By what share each may be more at the second moment. Tasks, timers, sockets, what is made
#: once for each entry, and Home Assistants: by nothing. Our objects: of a hundred a device has
#: eight more once it has had a report, a picture, and another address. Memory: a page is in use as long as a few bytes in it are.
ALLOWED = {
    "tasks": 0.0,
    "timers": 0.0,
    "sockets": 0.0,
    "homes": 0.0,
    "coordinators": 0.0,
    "listeners": 0.0,
    "ours": 0.08,
    "blocks": 0.02,
    "kB": 0.15,
}
_SPARE = {"timers": 2}
_SAMPLES = 20
#: Blocks of memory that the soak itself keeps of each job.
_BLOCKS_OF_A_RUN = 42
_LIBC = ctypes.CDLL(None)
_M_MMAP_THRESHOLD = -3
_LARGE = 64 * 1024


def _under_way() -> dict[str, int]:
    """Count what comes and goes."""
    loop = asyncio.get_running_loop()
    timers = sum(
        not each.cancelled()
        # What is about to be written to the disk is no leak, whatever the pace.
        and not isinstance(getattr(each._callback, "__self__", None), Store)
        for each in getattr(loop, "_scheduled", ())
    )
    sockets = 0
    for each in Path("/proc/self/fd").iterdir():
        try:
            sockets += str(each.readlink()).startswith("socket:")
        except OSError:
            continue
    tasks = len(asyncio.all_tasks())
    return {"tasks": tasks, "timers": timers, "sockets": sockets}


def _kept(home: Home) -> dict[str, int]:
    """Count what is in memory."""
    for each in gc.get_objects():
        if isinstance(each, functools._lru_cache_wrapper):
            each.cache_clear()  # Some keep the last Home Assistant that used them.
    gc.collect()
    objects = gc.get_objects()
    ours = [
        each
        for each in objects
        if str(type(each).__module__).startswith("custom_components")
    ]
    homes = sum(type(each) is HomeAssistant for each in objects)
    runs = sum(type(each) is Run for each in objects)
    del objects
    return {
        "homes": homes,
        "coordinators": sum(
            type(each) is FluxCoordinator and each.hass is home.hass for each in ours
        ),
        "listeners": sum(type(each) is Listener for each in ours),
        "ours": len(ours),
        "blocks": sys.getallocatedblocks() - _BLOCKS_OF_A_RUN * runs,
        "kB": _resident(),
    }


def return_freed_memory() -> None:
    """Have the C library return large blocks to the system as they are freed.

    By itself it keeps them, in pieces, as much as there ever was at a time, once some
    were freed: buffers of TLS and sockets, 50 to 250 MB while faults last. In half an
    hour what it kept grew from 180 to 350 MB, and what was in use by 8 MB.
    """
    if hasattr(_LIBC, "mallopt"):
        _LIBC.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def _resident() -> int:
    """Return the memory in use, kB, without what the C library keeps."""
    if hasattr(_LIBC, "malloc_trim"):
        _LIBC.malloc_trim(0)
    statm = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(statm[1]) * 4


async def remains(home: Home, seconds: float) -> dict[str, int]:
    """Return what there is; of what comes and goes, what is usual in so many seconds."""
    samples = []
    for _ in range(_SAMPLES):
        await asyncio.sleep(seconds / _SAMPLES)
        samples.append(_under_way())
    usual = {key: median_low(each[key] for each in samples) for key in samples[0]}
    return usual | _kept(home)


def growth(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Return what grew."""
    return [
        f"{key} grew from {before[key]} to {after[key]}"
        for key, share in ALLOWED.items()
        if after[key] > before[key] * (1 + share) + _SPARE.get(key, 0)
    ]
