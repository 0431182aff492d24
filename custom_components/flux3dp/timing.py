"""Time: every interval and timeout, what time it is for a device, and what waits for one.

A computer without a battery for its clock, as a Raspberry Pi, starts with the time of its
last shutdown and leaps once the network is there: by that a job would have run for weeks.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from homeassistant.core import CALLBACK_TYPE, HomeAssistant
from homeassistant.util import dt as dt_util

from .aioflux import Timing

# What separates a leap from two clocks that do not tick alike.
_LEAP = 10.0

# Of a sum of epoch seconds.
_PRECISION = 1e-5

# The longest wait of a backoff, in waits of its beginning: 10 s become 5 minutes.
_LONGEST = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxTiming(Timing):
    """How long to wait for what, in seconds; tests pass smaller numbers."""

    probe_interval: float = 0.5  # Between the probes of a device that fell silent.
    # So many unanswered after `unheard`, and the device is off. With 30 % of all
    # datagrams lost each way, one probe in two is answered: fewer of them would take a
    # device that is there to be off.
    probe_attempts: int = 8
    interfaces: float = 20.0  # Between two readings of this host's interfaces.
    setup_wait: float = 2.0  # How long a setup waits for a first answer.
    startup_grace: float = 5.0  # Margin around device-side delays.

    progress_step: float = 2.0  # A dialog shows a step that waits for so long at least.
    network_return: float = 60.0  # Until the device is found, old address or new.
    network_trial: float = 15.0  # Who is back sooner has joined the new Wi-Fi.
    network_settle: float = 20.0  # Until another `network` does not undo one.
    rename_return: float = 10.0  # Until the device announces its new name.
    forget: float = 5.0  # Removing our key when an entry is removed.

    report_interval: float = 2.0  # Between two `player report` of a job.
    report_interval_close: float = 0.5  # Where the end of a job may be near.
    report_fresh: float = 5.0  # How long a report outweighs datagrams.
    connection_stuck: float = 1.0  # A held connection this silent is not waited for.
    status_lag: float = 1.0  # How far announcements may lag behind reports.
    overtaken: float = 5.0  # How late an announcement may come: a start is busy.
    job_name: float = 5.0  # How long a job's start waits for the job's name.
    job_start: float = 20.0  # Until a device that starts a job is seen to run it.
    robot_retry: float = 30.0  # From a failed robot connection to the next try.
    control_poll: float = 0.3  # Between two reports while a command takes effect.
    control_confirm: float = 6.0  # Until it shows; `quit` can be refused for long.
    resume_trial: float = 2.0  # With the fault still there it pauses within a second.

    camera_retry: float = 5.0  # From a broken camera connection to another.
    camera_linger: float = 30.0  # The camera connection outlives its last viewer.
    still_fresh: float = 2.0  # A camera picture this young is given again.


TIMING: Final = FluxTiming()
"""What everything here is made with; read when it is made, so tests put in their own."""


class SteadyClock:
    """Epoch seconds that only ever advance, and as fast as time does."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._hass = hass
        self._start = dt_util.utcnow().timestamp() - hass.loop.time()
        self._error = 0.0

    def now(self) -> float:
        """Return the time."""
        return self._start + self._hass.loop.time()

    def error(self) -> float:
        """Return the seconds by which the system's clock has leapt ahead since.

        To be added to a moment of this clock before it is shown to a person.
        """
        error = dt_util.utcnow().timestamp() - self.now()
        if abs(error - self._error) > _LEAP:
            self._error = error
        return self._error

    def call_later(self, seconds: float, wake: Callable[[], None]) -> CALLBACK_TYPE:
        """Call `wake` in the event loop, unless what is returned is called before."""
        return self._hass.loop.call_later(seconds, wake).cancel

    def shared(self, moment: float, grid: float) -> float:
        """Return the last moment until then that is one of all devices.

        To wake up costs more than most of what is done then: what may be early by `grid`
        seconds is due together.
        """
        # One that is such a moment, but for the precision of a number, stays itself. By
        # the loop's time: after a leap of the system's, clocks begin at different moments.
        time = moment - self._start + _PRECISION
        return time // grid * grid + self._start

    def timeout(self, seconds: float | None) -> asyncio.Timeout:
        """Return a context manager as `asyncio.timeout` does."""
        return asyncio.timeout(seconds)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait for an event, for at most so long."""
        with suppress(TimeoutError):
            async with self.timeout(seconds):
                await event.wait()

    async def sleep(self, seconds: float) -> None:
        """Wait for so long."""
        await self.wait(asyncio.Event(), seconds)


class Backoff:
    """When something that costs is due again: after twice the wait each time.

    For what anyone on the network can provoke by datagrams.
    """

    def __init__(self, clock: SteadyClock, seconds: float) -> None:
        """Take the first wait; the first time is due at once."""
        self._clock = clock
        self._first = self._seconds = seconds
        self._not_before = float("-inf")

    def take(self) -> bool:
        """Return whether it is due, and take it to be done."""
        now = self._clock.now()
        if now < self._not_before:
            return False
        self._not_before = now + self._seconds
        self._seconds = min(self._seconds * 2, self._first * _LONGEST)
        return True

    def reset(self) -> None:
        """Start over with the first wait."""
        self._seconds = self._first
        self._not_before = min(self._not_before, self._clock.now() + self._first)
