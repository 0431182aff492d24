"""How long a job has run, and when it will be done.

Knows the arithmetic of a job's times and nothing else: which moments count as
running is `job.py`'s to say. Times are seconds, moments are epoch seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
import math

# The device's running time and ours may differ by what a report takes to arrive;
# within this much our clock is left alone, and equal states stay equal.
_CLOCK_TOLERANCE = 2.0

# A finish time moves only when it is off by more than this.
_DEAD_BAND = 120.0


@dataclass(frozen=True, slots=True)
class RunningClock:
    """A stopwatch: `base` seconds so far, and running since `since` if not None."""

    base: float
    since: float | None

    def reading(self, now: float) -> float:
        """Return the seconds the job has run; pauses do not count."""
        if self.since is None:
            return self.base
        return self.base + max(0.0, now - self.since)

    def run(self, now: float) -> RunningClock:
        """Return the clock, running."""
        return self if self.since is not None else RunningClock(self.base, now)

    def stop(self, now: float) -> RunningClock:
        """Return the clock, standing."""
        return self if self.since is None else RunningClock(self.reading(now), None)

    def corrected(self, seconds: float, now: float) -> RunningClock:
        """Return the clock, showing the device's own running time."""
        if abs(self.reading(now) - seconds) <= _CLOCK_TOLERANCE:
            return self
        return RunningClock(seconds, None if self.since is None else now)


def estimate_remaining(
    time_cost: float | None, progress: float | None, ran: float | None
) -> float | None:
    """Return the seconds of running a job still needs; None if nobody knows.

    `time_cost` is the job's own estimate of the whole: without it nothing is
    invented. The further the job is, the more its own pace (`ran` seconds for
    `progress`, 0.0 to 1.0) replaces the plan: at the start pace says only how
    long heating takes, at the end it says more than the plan. Where the two
    agree the result is exactly the plan's.
    """
    if time_cost is None or time_cost <= 0:
        return None
    if progress is None:
        # A job without a known length: the plan and the clock are all there is.
        left = None if ran is None else time_cost - ran
        return left if left is None or left > 0 else None
    planned = (1.0 - progress) * time_cost
    if ran is None:
        return planned
    # Of progress squared, so that the pace's own division by progress cancels out.
    return (1.0 - progress**2) * planned + progress * (1.0 - progress) * ran


def steady_finish(held: float | None, remaining: float, now: float) -> float:
    """Return the finish time: the one held, unless it is off by over 2 min."""
    finish = math.floor(now + remaining)
    if held is not None and abs(finish - held) <= _DEAD_BAND:
        return held
    return float(finish)
