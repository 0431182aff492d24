"""How a device comes into another network, and back when that fails (section 4).

Knows the order of things and how long they take; what a request leads to is for ``network.py``.
"""

import asyncio
from typing import TYPE_CHECKING

from . import network

if TYPE_CHECKING:
    from .device import Device


class Wifi:
    """The network settings of a device."""

    def __init__(self, device: Device) -> None:
        """Start settled."""
        self._device = device
        self._settled_at = 0.0
        self._before: tuple[str, str | None] = (device.address, device.ssid)

    def apply(self, values: dict[str, str]) -> None:
        """Try a network in a while, as after the ``ok`` of a ``network`` command."""
        self._device.spawn(self._apply(values))

    async def _apply(self, values: dict[str, str]) -> None:
        device = self._device
        timing = device.config.timing
        asked_at = asyncio.get_running_loop().time()
        await asyncio.sleep(timing.network_apply)
        async with device.away():
            if asked_at < self._settled_at:
                # The second within so short a time: the first is undone with it.
                self._settled_at = 0.0
                address, ssid = self._before
                move = network.Move(network.Outcome.JOINED, address, ssid)
            else:
                self._settled_at = asked_at + timing.network_settle
                self._before = (device.address, device.ssid)
                move = network.plan(values, device.networks, device.address)
            if move.outcome is network.Outcome.GONE:
                return
            rolled_back = move.outcome is network.Outcome.ROLLED_BACK
            await asyncio.sleep(
                timing.wifi_rollback if rolled_back else timing.wifi_join
            )
            if not rolled_back:
                device.ssid = move.ssid
            await device.arrive(move.address)
