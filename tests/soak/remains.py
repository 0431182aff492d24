"""What is left between two equal quiet moments: tasks, timers, sockets, objects, memory."""

import asyncio
import functools
import gc
from pathlib import Path

from homeassistant.core import HomeAssistant

from custom_components.flux3dp.aioflux import Listener
from custom_components.flux3dp.coordinator import FluxCoordinator

from .home import Home

#: By what share each may be more at the second moment. Tasks, sockets, what is made once for
#: each entry, and Home Assistants: by nothing. Timers: Home Assistant's own come and go, as
#: those that write to the disk. Our objects: what is kept of jobs differs. Memory:
#: Python and OpenSSL give freed memory back as they like, and it is in pieces.
ALLOWED = {
    "tasks": 0.0,
    "timers": 0.05,
    "sockets": 0.0,
    "homes": 0.0,
    "coordinators": 0.0,
    "listeners": 0.0,
    "ours": 0.05,
    "kB": 0.25,
}
_SPARE = {"timers": 2}
_SAMPLES = 20


def _under_way() -> dict[str, int]:
    """Count what comes and goes."""
    loop = asyncio.get_running_loop()
    timers = sum(not each.cancelled() for each in getattr(loop, "_scheduled", ()))
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
    statm = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return {
        "homes": homes,
        "coordinators": sum(
            type(each) is FluxCoordinator and each.hass is home.hass for each in ours
        ),
        "listeners": sum(type(each) is Listener for each in ours),
        "ours": len(ours),
        "kB": int(statm[1]) * 4,
    }


async def remains(home: Home, seconds: float) -> dict[str, int]:
    """Return what there is; of what comes and goes, the least in so many seconds."""
    least = _under_way()
    for _ in range(_SAMPLES):
        await asyncio.sleep(seconds / _SAMPLES)
        now = _under_way()
        least = {key: min(least[key], now[key]) for key in least}
    return least | _kept(home)


def growth(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Return what grew."""
    return [
        f"{key} grew from {before[key]} to {after[key]}"
        for key, share in ALLOWED.items()
        if after[key] > before[key] * (1 + share) + _SPARE.get(key, 0)
    ]
