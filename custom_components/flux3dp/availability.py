"""Is the device there: probes it when it falls silent, and says when it stays so.

Knows time and silence. What a datagram says, and where the device is, belongs to
`coordinator.py`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .aioflux import Timing


class Clock(Protocol):
    """What time it is, in seconds, and what wakes us later."""

    def time(self) -> float:
        """Return the time; it never goes back."""

    def call_later(self, seconds: float, wake: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `wake` once after so long; what is returned cancels that."""


class HassClock:
    """The clock of Home Assistant's event loop."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Take Home Assistant, whose end cancels every timer."""
        self._hass = hass

    def time(self) -> float:
        """Return the time of the event loop."""
        return self._hass.loop.time()

    def call_later(self, seconds: float, wake: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `wake` in the event loop."""

        @callback
        def due(_now: datetime) -> None:
            wake()

        job = HassJob(due, "FLUX presence", cancel_on_shutdown=True)
        return async_call_later(self._hass, seconds, job)


class Presence:
    """The one timer of a device.

    Announcements put it off, so a device that multicast reaches is hardly ever probed;
    where multicast does not reach, the same probes are the polling. A probe and its
    answer may both get lost, so there are several before a device is taken to be off:
    that is 14 s after it was last heard, in a job too, where only the probes begin
    sooner. One that is silent is probed on, so that it is back with its first answer.
    """

    def __init__(
        self,
        clock: Clock,
        timing: Timing,
        *,
        ask: Callable[[], None],
        on_silent: Callable[[], None],
    ) -> None:
        """Take what asks the device once, and who hears that it did not answer."""
        self._clock = clock
        self._timing = timing
        self._ask = ask
        self._on_silent = on_silent
        self.silent = False
        """Whether the device was probed for long enough and did not answer."""
        self._heard = float("-inf")
        self._silent_at: float | None = None  # None: it is not being probed
        self._deadline = 0.0
        self._due = 0.0
        self._cancel: CALLBACK_TYPE | None = None
        self._stopped = False

    @callback
    def async_ask(self) -> None:
        """Ask now, and expect an answer: at the start, and when in doubt."""
        if self._stopped:
            return
        if self._silent_at is None:
            self._probe(self._clock.time() + self._patience)
        else:
            self._ask()

    @callback
    def async_heard(self, *, active: bool) -> None:
        """Take note of a sign of life; a device with an active job is asked sooner."""
        if self._stopped:
            return
        self.silent = False
        self._silent_at = None
        self._heard = self._clock.time()
        interval = self._timing.unheard_active if active else self._timing.unheard
        self._deadline = self._heard + interval
        # Every three seconds for years: the timer is left running where it can be, and
        # finds out for itself that the deadline has moved on.
        if self._cancel is None or self._due > self._deadline:
            self._set_timer(self._deadline)

    @callback
    def async_stop(self) -> None:
        """Ask no more, even if a task still waits for the device."""
        self._stopped = True
        self._stop_timer()

    @property
    def _patience(self) -> float:
        """How long a device is probed before it is taken to be off."""
        return self._timing.probe_attempts * self._timing.probe_interval

    def _stop_timer(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _set_timer(self, due: float) -> None:
        self._stop_timer()
        self._due = due
        self._cancel = self._clock.call_later(due - self._clock.time(), self._wake)

    def _wake(self) -> None:
        self._cancel = None
        if self._clock.time() < self._deadline:
            self._set_timer(self._deadline)
        elif self._silent_at is None:
            self._probe(self._heard + self._timing.unheard + self._patience)
        else:
            self._probe(self._silent_at)

    def _probe(self, silent_at: float) -> None:
        """Ask, and come back; at `silent_at` the device is silent."""
        now = self._clock.time()
        self._silent_at = silent_at
        falls_silent = not self.silent and now >= silent_at
        self.silent = self.silent or falls_silent
        self._ask()
        if self.silent:
            self._deadline = now + self._timing.unheard
        else:
            self._deadline = min(now + self._timing.probe_interval, silent_at)
        self._set_timer(self._deadline)
        if falls_silent:
            self._on_silent()
