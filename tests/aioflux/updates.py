"""The updates that a listener passes on, and how a test waits for one."""

import asyncio
from collections.abc import Callable
from typing import Any

from custom_components.flux3dp.aioflux import DeviceUpdate, Listener
from simulator import PATIENCE


class Updates:
    """Every update that a subscription received."""

    def __init__(self, listener: Listener, **filters: Any) -> None:
        self.received: list[DeviceUpdate] = []
        self._news = asyncio.Event()
        self.unsubscribe = listener.subscribe(self._take, **filters)

    def _take(self, update: DeviceUpdate) -> None:
        self.received.append(update)
        self._news.set()

    async def wait(
        self, condition: Callable[[DeviceUpdate], object], after: int = 0
    ) -> DeviceUpdate:
        async with asyncio.timeout(PATIENCE):
            while True:
                for update in self.received[after:]:
                    if condition(update):
                        return update
                self._news.clear()
                await self._news.wait()
