"""What time it is for a job, however the system's clock is put right.

Knows the two clocks of a computer. One that has no battery for it, as a Raspberry Pi,
starts with the time of its last shutdown and leaps once the network is there, often in
the middle of a job. By such a clock a job would have run for weeks, and a report that is
a second old would be out of date.
"""

import asyncio

from homeassistant.util import dt as dt_util

# What separates a leap from two clocks that do not tick alike.
_LEAP = 10.0


class SteadyClock:
    """Epoch seconds that only ever advance, and as fast as time does."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin with the time the system has now."""
        self._loop = loop
        self._start = dt_util.utcnow().timestamp() - loop.time()
        self._error = 0.0

    def now(self) -> float:
        """Return the time."""
        return self._start + self._loop.time()

    def error(self) -> float:
        """Return the seconds by which the system's clock has leapt ahead since.

        To be added to a moment of this clock before it is shown to a person.
        """
        error = dt_util.utcnow().timestamp() - self.now()
        if abs(error - self._error) > _LEAP:
            self._error = error
        return self._error
