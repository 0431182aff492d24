"""What a listener tells of a datagram, and whom.

Knows who wants to hear of which uuid and address. What makes a sighting is
`discovery.py`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
import logging

from .device import DeviceInfo, DeviceStatus

_LOGGER = logging.getLogger(__name__)

type Unsubscribe = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Sighting:
    """One understood datagram.

    `host` is where it came from and may be forged or replayed. `status` is None
    for a touch reply. `device` is what our own touch to this uuid at this
    address learnt, None until it was answered; `changed` says that it is new or
    differs from before.
    """

    uuid: str
    host: str
    version: int
    status: DeviceStatus | None
    device: DeviceInfo | None
    changed: bool


@dataclass(frozen=True, slots=True)
class _Subscription:
    callback: Callable[[Sighting], None]
    uuid: str | None
    hosts: Collection[str] | None


class Audience:
    """Everybody who wants to hear."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._subscriptions: list[_Subscription] = []

    def subscribe(
        self,
        callback: Callable[[Sighting], None],
        *,
        uuid: str | None,
        hosts: Collection[str] | None,
    ) -> Unsubscribe:
        """Add a subscriber, for one uuid or some addresses if given.

        `hosts` is looked at with each sighting: it may grow.
        """
        subscription = _Subscription(callback, uuid, hosts)
        self._subscriptions.append(subscription)

        def unsubscribe() -> None:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

        return unsubscribe

    def waits_for(self, host: str) -> bool:
        """Whether a subscriber asked for just this address."""
        return any(
            subscription.hosts is not None and host in subscription.hosts
            for subscription in self._subscriptions
        )

    def tell(self, sighting: Sighting) -> None:
        """Tell everybody whom a sighting concerns."""
        for subscription in tuple(self._subscriptions):
            if subscription.uuid not in (None, sighting.uuid):
                continue
            hosts = subscription.hosts
            if hosts is not None and sighting.host not in hosts:
                continue
            try:
                subscription.callback(sighting)
            except Exception:
                # One subscriber's mistake must not deafen the others.
                _LOGGER.exception("A discovery subscriber failed")

    def clear(self) -> None:
        """Forget everybody."""
        self._subscriptions.clear()
