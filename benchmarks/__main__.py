"""Print every number: `python -m benchmarks`, or `script/bench`.

With `--scale` what a house full of devices costs instead: 20, 100 and 500 of them, or as
many as are named.
"""

import asyncio
import logging
import platform
import sys

from . import camera, files, hostile, integration, library, scale, streams
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
    if sys.argv[1:2] == ["--scale"]:
        scale.run([int(each) for each in sys.argv[2:]] or scale.SIZES)
    else:
        asyncio.run(main())
