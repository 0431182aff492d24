"""What a listener passes on, and who subscribed to it."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
import logging
from typing import NamedTuple

from .device import DeviceInfo, DeviceStatus
from .errors import DeviceNotFound

_LOGGER = logging.getLogger(__name__)

type Unsubscribe = Callable[[], None]


class DeviceUpdate(NamedTuple):
    """One datagram that was understood.

    `host` is where it came from and may be forged or replayed. `status` is None for a
    touch reply. `device` is what our own touch to this uuid at this address learned,
    None until it was answered; `changed`: it is new or differs from before. Signatures
    vouch for its keys, nothing for its texts. `prefix` is what an announcement begins
    with: other bytes after each boot, and after a new name.
    """

    uuid: str
    host: str
    version: int
    status: DeviceStatus | None
    device: DeviceInfo | None
    changed: bool = False
    prefix: bytes = b""


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription:
    callback: Callable[[DeviceUpdate], None]
    hosts: Collection[str] | None


class Subscriptions:
    """Every subscription of a listener."""

    def __init__(self, ask_interval: float) -> None:
        """Begin empty; `ask_interval` is between two questions of one wait (s)."""
        self._ask_interval = ask_interval
        # By uuid: with many devices each datagram is for one of them.
        self._by_uuid = defaultdict[str | None, list[_Subscription]](list)

    def add(
        self,
        callback: Callable[[DeviceUpdate], None],
        *,
        uuid: str | None,
        hosts: Collection[str] | None,
    ) -> Unsubscribe:
        """Subscribe to one uuid or some addresses; `hosts` may grow later."""
        subscription = _Subscription(callback, hosts)
        self._by_uuid[uuid].append(subscription)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._by_uuid[uuid].remove(subscription)
            if not self._by_uuid[uuid]:
                del self._by_uuid[uuid]

        return unsubscribe

    def clear(self) -> None:
        """Remove every subscription."""
        self._by_uuid.clear()

    def has_host(self, host: str) -> bool:
        """Return whether a subscription is for just this address."""
        return any(
            host in (each.hosts or ())
            for subscriptions in self._by_uuid.values()
            for each in subscriptions
        )

    def dispatch(self, update: DeviceUpdate) -> None:
        """Call back every subscription to this uuid, then those to any."""
        for uuid in (update.uuid, None):
            for each in tuple(self._by_uuid.get(uuid, ())):
                if each.hosts and update.host not in each.hosts:
                    continue
                try:
                    each.callback(update)
                except Exception:
                    # One subscriber's mistake must not keep the update from others.
                    _LOGGER.exception("A discovery subscriber failed")

    async def wait_for_device(
        self,
        ask: Callable[[], None],
        timeout: float,
        message: str,
        accept: Callable[[DeviceInfo, DeviceStatus | None], bool] = lambda *_: True,
        *,
        uuid: str | None = None,
        hosts: Collection[str] | None = None,
    ) -> DeviceInfo:
        """Ask until an update has a device that is accepted, and return that.

        DeviceNotFound with the message after `timeout` seconds.
        """
        found: asyncio.Future[DeviceInfo] = asyncio.get_running_loop().create_future()

        def check(update: DeviceUpdate) -> None:
            device = update.device
            if device and not found.done() and accept(device, update.status):
                found.set_result(device)

        unsubscribe = self.add(check, uuid=uuid, hosts=hosts)
        try:
            async with asyncio.timeout(timeout):
                while not found.done():
                    ask()
                    await asyncio.wait((found,), timeout=self._ask_interval)
                return found.result()
        except TimeoutError:
            raise DeviceNotFound(message) from None
        finally:
            unsubscribe()
