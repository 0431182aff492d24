"""What a subscriber of a listener is told, and how a test waits for it."""

import asyncio
from collections.abc import Callable
from typing import Any

from custom_components.flux3dp.aioflux import DeviceUpdate, Listener
from simulator.waiting import PATIENCE


class Ear:
    """Everything a subscriber was told, and a way to wait for it."""

    def __init__(self, listener: Listener, **filters: Any) -> None:
        self.heard: list[DeviceUpdate] = []
        self._news = asyncio.Event()
        self.unsubscribe = listener.subscribe(self._take, **filters)

    def _take(self, sighting: DeviceUpdate) -> None:
        self.heard.append(sighting)
        self._news.set()

    async def wait(
        self, condition: Callable[[DeviceUpdate], object], after: int = 0
    ) -> DeviceUpdate:
        async with asyncio.timeout(PATIENCE):
            while True:
                for sighting in self.heard[after:]:
                    if condition(sighting):
                        return sighting
                self._news.clear()
                await self._news.wait()
