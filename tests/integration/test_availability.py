"""Is a device there, on a network that loses datagrams: with a clock that is turned by hand."""

import random

import pytest

from custom_components.flux3dp.availability import Availability
from custom_components.flux3dp.timing import TIMING
from tests.integration.fakes import ManualClock

NOTIFY = 3.0
LOSS = 0.3


class Network:
    """A device, the timer that probes it, and a network between them that loses datagrams."""

    def __init__(
        self,
        seed: int,
        *,
        active: bool,
        loss: float = LOSS,
        clock: ManualClock | None = None,
    ) -> None:
        self.clock = clock or ManualClock()
        self.clock.time = clock.time if clock else 0.0
        self.on = True
        self.probes = 0
        self.offline: list[float] = []
        self._loss = loss
        self._random = random.Random(seed)
        self.availability = Availability(
            self.clock,
            TIMING,
            probe=self._probe,
            on_silent=lambda: self.offline.append(self.clock.now()),
        )
        self.availability.active = active
        self._notify()

    def _arrives(self) -> bool:
        return self._random.random() >= self._loss

    def _heard(self) -> None:
        self.availability.async_heard()

    def _notify(self) -> None:
        if self.on:
            if self._arrives():
                self._heard()
            self.clock.call_later(NOTIFY, self._notify)

    def _probe(self) -> None:
        self.probes += 1
        if self.on and self._arrives() and self._arrives():
            self.clock.call_later(0.02, self._heard)


@pytest.mark.parametrize(
    ("active", "most"), [(False, 1), (True, 2)], ids=["idle", "job"]
)
def test_lost_datagrams_are_no_silence(active: bool, most: int) -> None:
    offline = 0
    for seed in range(20):
        network = Network(seed, active=active)
        network.clock.turn(200.0)
        offline += len(network.offline)
    assert offline <= most


@pytest.mark.parametrize("active", [False, True], ids=["idle", "job"])
@pytest.mark.parametrize("seed", range(5))
def test_a_device_that_is_off_is_silent_within_15_s(active: bool, seed: int) -> None:
    network = Network(seed, active=active)
    network.clock.turn(61.0)
    network.on = False
    before = len(network.offline)

    network.clock.turn(61.0 + 15.0)

    assert network.availability.silent
    assert len(network.offline) == before + 1


def test_a_device_that_announces_itself_is_probed_in_jobs_only() -> None:
    for active, probes in ((False, 0), (True, 7200)):
        network = Network(0, active=active, loss=0.0)
        network.clock.turn(3600.0)
        assert network.probes == pytest.approx(probes, rel=0.01)


def test_devices_are_looked_at_together() -> None:
    first = Network(0, active=False, loss=0.0)
    devices, clock = [first], first.clock
    for seed in range(1, 50):
        clock.turn(seed * 0.061)
        devices.append(Network(seed, active=False, loss=0.0, clock=clock))
    clock.turn(100.0)
    timers = [device.availability for device in devices]
    due = {round(due, 3) for due, _, wake in clock.due if wake.__self__ in timers}
    # They look every 7 to 10 s, each at one of the full seconds.
    assert len(due) <= 11
    assert sum(device.probes for device in devices) == 0


def test_a_silent_device_is_probed_seldom_and_comes_back_with_its_first_answer() -> (
    None
):
    network = Network(0, active=False, loss=0.0)
    network.on = False
    network.clock.turn(600.0)
    probes = network.probes
    assert network.availability.silent

    network.clock.turn(1200.0)
    assert network.probes - probes == 600.0 / TIMING.unheard
    network.on = True
    network.clock.turn(1200.0 + TIMING.unheard)

    assert not network.availability.silent
    assert len(network.offline) == 1


@pytest.mark.parametrize("active", [False, True], ids=["idle", "job"])
def test_time_in_which_everything_stood_still_is_no_silence(active: bool) -> None:
    network = Network(0, active=active, loss=0.0)
    network.clock.turn(60.0)
    network.on = False  # Nor is anything heard meanwhile.
    network.clock.turn(60.0 + NOTIFY)
    network.clock.time = 600.0
    network.on = True
    network.clock.turn(700.0)
    assert network.offline == []


def test_a_device_in_doubt_is_silent_when_no_probe_is_answered() -> None:
    network = Network(0, active=False, loss=0.0)
    network.on = False
    network.availability.async_probe()
    # What asks as well does not put it off.
    network.clock.turn(2.0)
    network.availability.async_probe()
    patience = TIMING.probe_attempts * TIMING.probe_interval

    network.clock.turn(patience)

    assert network.offline == [patience]
    network.availability.async_stop()
    probes = network.probes
    network.availability.async_probe()
    network.availability.active = True
    network.availability.async_heard()
    network.clock.turn(3600.0)
    assert network.probes == probes
