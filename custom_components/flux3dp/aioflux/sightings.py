"""What a listener tells of a datagram, and its subscribers.

Knows who subscribed to which uuid and address. What makes a sighting is
`listener.py`'s business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
import logging

from .device import DeviceInfo, DeviceStatus
from .errors import DeviceNotFound

_LOGGER = logging.getLogger(__name__)

type Unsubscribe = Callable[[], None]


@dataclass(frozen=True, slots=True)
class DeviceUpdate:
    """One understood datagram.

    `host` is where it came from and may be forged or replayed. `status` is None
    for a touch reply. `device` is what our own touch to this uuid at this
    address learnt, None until it was answered; `changed` says that it is new or
    differs from before. Signatures vouch for its keys, nothing for its texts.
    """

    uuid: str
    host: str
    version: int
    status: DeviceStatus | None
    device: DeviceInfo | None
    changed: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription:
    callback: Callable[[DeviceUpdate], None]
    uuid: str | None
    hosts: Collection[str] | None


class Audience:
    """Every subscriber, by the uuid it subscribed to: a home may have many devices."""

    def __init__(self) -> None:
        """Begin without a subscriber."""
        self._subscriptions: dict[str | None, list[_Subscription]] = {}
        # Those among them that asked for addresses.
        self._choosy: list[_Subscription] = []

    def subscribe(
        self,
        callback: Callable[[DeviceUpdate], None],
        *,
        uuid: str | None,
        hosts: Collection[str] | None,
    ) -> Unsubscribe:
        """Add a subscriber, for one uuid or some addresses if given.

        `hosts` is looked at with each sighting: it may grow.
        """
        subscription = _Subscription(callback, uuid, hosts)
        subscriptions = self._subscriptions.setdefault(uuid, [])
        subscriptions.append(subscription)
        if hosts is not None:
            self._choosy.append(subscription)

        def unsubscribe() -> None:
            if subscription in self._choosy:
                self._choosy.remove(subscription)
            if subscription in subscriptions:
                subscriptions.remove(subscription)
            if not subscriptions and self._subscriptions.get(uuid) is subscriptions:
                del self._subscriptions[uuid]

        return unsubscribe

    def waits_for(self, host: str) -> bool:
        """Whether a subscriber asked for just this address."""
        return any(host in (subscription.hosts or ()) for subscription in self._choosy)

    def tell(self, sighting: DeviceUpdate) -> None:
        """Call every subscriber that a sighting concerns."""
        for uuid in (sighting.uuid, None):
            for subscription in tuple(self._subscriptions.get(uuid, ())):
                hosts = subscription.hosts
                if hosts is not None and sighting.host not in hosts:
                    continue
                try:
                    subscription.callback(sighting)
                except Exception:
                    # One subscriber's mistake must not deafen the others.
                    _LOGGER.exception("A discovery subscriber failed")

    async def wait_for_device(
        self,
        ask: Callable[[], None],
        interval: float,
        timeout: float,
        message: str,
        accept: Callable[[DeviceInfo, DeviceStatus | None], bool] = lambda *_: True,
        *,
        uuid: str | None = None,
        hosts: Collection[str] | None = None,
    ) -> DeviceInfo:
        """Ask until a sighting of a known device is accepted; `subscribe` says whose.

        DeviceNotFound with the message after `timeout` seconds.
        """
        found: asyncio.Future[DeviceInfo] = asyncio.get_running_loop().create_future()

        def heard(sighting: DeviceUpdate) -> None:
            device = sighting.device
            if device is not None and accept(device, sighting.status):
                with suppress(asyncio.InvalidStateError):  # The first one counts.
                    found.set_result(device)

        unsubscribe = self.subscribe(heard, uuid=uuid, hosts=hosts)
        try:
            async with asyncio.timeout(timeout):
                while True:
                    ask()
                    done, _ = await asyncio.wait((found,), timeout=interval)
                    if done:
                        return found.result()
        except TimeoutError:
            raise DeviceNotFound(message) from None
        finally:
            unsubscribe()

    def clear(self) -> None:
        """Remove every subscriber."""
        self._subscriptions.clear()
        self._choosy.clear()
