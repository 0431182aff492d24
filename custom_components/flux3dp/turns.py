"""Whose turn it is: orders to a job, one after the other, and an abort before them all.

Knows who waits and who gives way. What is ordered is `control.py`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from .aioflux import FluxError


class Superseded(FluxError):
    """The job is being aborted, so an order that was given before is pointless."""


class Turns:
    """The turns of one device: a second press finds the job as the first left it.

    But nobody who wants a machine to stop waits until it has been seen to pause.
    """

    def __init__(self) -> None:
        """Let the first one begin at once."""
        self._lock = asyncio.Lock()
        self._aborts = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Callable[[], None]]:
        """Wait for one's turn; gives what raises Superseded once an abort has come.

        Raises Superseded if that was so before the turn came.
        """
        aborts = self._aborts

        def check() -> None:
            if self._aborts != aborts:
                raise Superseded("the job is being aborted")

        async with self._lock:
            check()
            yield check

    @asynccontextmanager
    async def before_all(self) -> AsyncIterator[Callable[[], None]]:
        """Begin at once, and have everybody else give way."""
        self._aborts += 1
        yield _go_on


def _go_on() -> None:
    """Raise nothing: there is nobody to give way to."""
