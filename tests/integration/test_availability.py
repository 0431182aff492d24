"""Is a device there, on a network that loses datagrams: with a clock that is turned by hand."""

from collections.abc import Callable
import heapq
from itertools import count
import random

import pytest

from custom_components.flux3dp.aioflux import DEFAULT_TIMING
from custom_components.flux3dp.availability import Presence

NOTIFY = 3.0
LOSS = 0.3


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        """Begin at noon."""
        self.time = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._cancelled: set[int] = set()
        self._ids = count()

    def now(self) -> float:
        """Return the time."""
        return self.time

    def call_later(
        self, seconds: float, wake: Callable[[], None]
    ) -> Callable[[], None]:
        """Call back when the time has come."""
        timer = next(self._ids)
        heapq.heappush(self._due, (self.time + seconds, timer, wake))
        return lambda: self._cancelled.add(timer)

    def turn(self, until: float) -> None:
        """Turn the clock, and call who is due."""
        while self._due and self._due[0][0] <= until:
            self.time, timer, wake = heapq.heappop(self._due)
            if timer not in self._cancelled:
                wake()
        self.time = until


class Home:
    """A device and its presence, and a network between them that loses datagrams."""

    def __init__(self, seed: int, *, active: bool, loss: float = LOSS) -> None:
        """Switch the device on."""
        self.hand = Hand()
        self.on = True
        self.probes = 0
        self.offline: list[float] = []
        self._active = active
        self._loss = loss
        self._random = random.Random(seed)
        self.presence = Presence(
            self.hand,
            DEFAULT_TIMING,
            probe=self._probe,
            on_silent=lambda: self.offline.append(self.hand.now()),
        )
        self._notify()

    def _arrives(self) -> bool:
        return self._random.random() >= self._loss

    def _heard(self) -> None:
        self.presence.async_heard(active=self._active)

    def _notify(self) -> None:
        if self.on:
            if self._arrives():
                self._heard()
            self.hand.call_later(NOTIFY, self._notify)

    def _probe(self) -> None:
        self.probes += 1
        if self.on and self._arrives() and self._arrives():
            self.hand.call_later(0.02, self._heard)


@pytest.mark.parametrize(
    ("active", "most"), [(False, 1), (True, 2)], ids=["idle", "job"]
)
def test_lost_datagrams_are_no_silence(active: bool, most: int) -> None:
    offline = 0
    for seed in range(20):
        home = Home(seed, active=active)
        home.hand.turn(200.0)
        offline += len(home.offline)
    assert offline <= most


@pytest.mark.parametrize("active", [False, True], ids=["idle", "job"])
@pytest.mark.parametrize("seed", range(5))
def test_a_device_that_is_off_is_silent_within_15_s(active: bool, seed: int) -> None:
    home = Home(seed, active=active)
    home.hand.turn(61.0)
    home.on = False
    before = len(home.offline)

    home.hand.turn(61.0 + 15.0)

    assert home.presence.silent
    assert len(home.offline) == before + 1


@pytest.mark.parametrize("active", [False, True], ids=["idle", "job"])
def test_a_device_that_announces_itself_is_not_probed(active: bool) -> None:
    home = Home(0, active=active, loss=0.0)
    home.hand.turn(3600.0)
    assert home.probes == 0


def test_a_silent_device_is_probed_seldom_and_comes_back_with_its_first_answer() -> (
    None
):
    home = Home(0, active=False, loss=0.0)
    home.on = False
    home.hand.turn(600.0)
    probes = home.probes
    assert home.presence.silent

    home.hand.turn(1200.0)
    assert home.probes - probes == 600.0 / DEFAULT_TIMING.unheard
    home.on = True
    home.hand.turn(1200.0 + DEFAULT_TIMING.unheard)

    assert not home.presence.silent
    assert len(home.offline) == 1


def test_a_device_in_doubt_is_silent_when_no_probe_is_answered() -> None:
    home = Home(0, active=False, loss=0.0)
    home.on = False
    home.presence.async_ask()
    # What asks as well does not put it off.
    home.hand.turn(2.0)
    home.presence.async_ask()
    patience = DEFAULT_TIMING.probe_attempts * DEFAULT_TIMING.probe_interval

    home.hand.turn(patience)

    assert home.offline == [patience]
    home.presence.async_stop()
    probes = home.probes
    home.presence.async_ask()
    home.presence.async_heard(active=True)
    home.hand.turn(3600.0)
    assert home.probes == probes
