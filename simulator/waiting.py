"""Waiting for a device to have done something, so that no test ever sleeps."""

import asyncio
from collections.abc import Callable

#: Seconds to wait for what has to come: against hanging forever, not against a busy machine.
PATIENCE = 30.0


class Signal:
    """A pulse that wakes everything that waits for a condition of the device."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def pulse(self) -> None:
        """Have every waiter look at its condition again."""
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def wait_for(
        self, condition: Callable[[], bool], within: float | None = PATIENCE
    ) -> None:
        """Return once the condition holds; ``TimeoutError`` after ``within`` seconds."""
        async with asyncio.timeout(within):
            while not condition():
                waiter = asyncio.get_running_loop().create_future()
                self._waiters.add(waiter)
                try:
                    await waiter
                finally:
                    self._waiters.discard(waiter)
