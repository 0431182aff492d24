"""Is the device there: probes it when it falls silent, and says when it stays so."""

from collections.abc import Callable

from homeassistant.core import CALLBACK_TYPE, callback

from .timing import FluxTiming, SteadyClock


class Availability:
    """The probe timer of a device.

    Announcements put it off, so a device that multicast reaches is hardly ever probed;
    elsewhere the same probes are the polling. In a job it is probed twice a second: another
    client can leave one as soon as it has ended. A probe and its answer may both get lost:
    it takes several, and 14 s after the last sign of life, 8 s in a job, until a device is
    off. It is probed on, so that it is back with its first answer.
    """

    def __init__(
        self,
        clock: SteadyClock,
        timing: FluxTiming,
        *,
        probe: Callable[[], None],
        on_silent: Callable[[], None],
    ) -> None:
        """Take what probes the device once, and what to call when it is silent."""
        self._clock = clock
        self._timing = timing
        self._probe_once = probe
        self._on_silent = on_silent
        self.silent = False
        """Whether the device was probed for long enough and did not answer."""
        self.active = False
        """Whether to probe as in a job, from the next sign of life on."""
        # Not the time since then: where everything stood still, this computer or the
        # loop, the device was not probed.
        self.unanswered = 0
        """How many probes were sent since the last sign of life."""
        self._deadline = 0.0  # When it is to be probed (again).
        self._due = float("inf")  # When the timer wakes us: at the latest then.
        self._cancel: CALLBACK_TYPE = lambda: None
        self._stopped = False

    @callback
    def async_probe(self) -> None:
        """Probe now, and expect an answer."""
        if self._stopped:
            return
        if self.unanswered:
            self._probe_once()
        else:
            self._probe()

    @callback
    def async_heard(self) -> None:
        """Take a sign of life."""
        if self._stopped:
            return
        self.silent = False
        self.unanswered = 0
        now, timing = self._clock.now(), self._timing
        self._deadline = now + (
            timing.probe_interval if self.active else timing.unheard
        )
        # Every three seconds for years: the timer is left running where it can be, and
        # finds out for itself that the deadline has moved on.
        if self._due > self._deadline:
            self._set_timer(self._deadline)

    @callback
    def async_stop(self) -> None:
        """Probe no more, even if a task still waits for the device."""
        self._stopped = True
        self._cancel()

    def _set_timer(self, due: float) -> None:
        self._cancel()
        self._due = due
        self._cancel = self._clock.call_later(due - self._clock.now(), self._wake)

    def _wake(self) -> None:
        now, deadline = self._clock.now(), self._deadline
        if now < deadline and not self.active:
            # Heard meanwhile, and most likely again by then: a look with all others, and
            # another at the deadline only if not.
            early = self._clock.shared(deadline, self._timing.unheard / 10)
            self._set_timer(early if early > now else deadline)
        else:
            self._probe()

    def _probe(self) -> None:
        """Probe, and come back; after so many without an answer the device is silent."""
        timing, attempts = self._timing, self._timing.probe_attempts
        if self.active:
            attempts += round(timing.unheard_active / timing.probe_interval)
        falls_silent = not self.silent and self.unanswered >= attempts
        self.silent = self.silent or falls_silent
        self.unanswered += 1
        self._probe_once()
        wait = timing.unheard if self.silent else timing.probe_interval
        self._deadline = due = self._clock.now() + wait
        if self.active:
            due = self._clock.shared(due, wait / 10)
        self._set_timer(due)
        if falls_silent:
            self._on_silent()
