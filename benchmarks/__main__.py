"""Print every number: `python -m benchmarks`, or `script/bench`."""

import asyncio
import platform

from . import integration, library
from .measure import HEADER


async def main() -> None:
    """Measure and print, row by row."""
    print(
        f"CPython {platform.python_version()}, {platform.machine()}; medians of many runs"
    )
    print(HEADER)
    for part in (library, integration):
        async for row in part.rows():
            print(row, flush=True)


if __name__ == "__main__":
    asyncio.run(main())
