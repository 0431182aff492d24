"""Print every number: `python -m benchmarks`, or `script/bench`."""

import asyncio
import logging
import platform

from . import camera, files, hostile, integration, library, streams
from .measure import HEADER


async def main() -> None:
    """Measure and print, row by row."""
    # Home Assistant misses a library for scaling stills, and says so with a traceback.
    logging.getLogger("homeassistant.components.camera").setLevel(logging.CRITICAL)
    print(
        f"CPython {platform.python_version()}, {platform.machine()}; medians of many runs"
    )
    print(HEADER)
    for part in (library, hostile, streams, files, camera, integration):
        async for row in part.rows():
            print(row, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
