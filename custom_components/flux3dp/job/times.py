"""How long a job has run, and when it will be done. Seconds, and moments in epoch seconds."""

from dataclasses import dataclass, field, replace
import math
from typing import Final

type Seconds = float
"""A duration; what is stored and longer than one can be is not taken for one."""

# The device's running time and ours may differ by what a report takes to arrive: within
# this much (s) our stopwatch is left alone, and equal states stay equal.
_TOLERANCE: Final = 2.0

# A device's running time that is this much lower (s) than the one before has fallen: it
# never does by itself, and stretches can be short.
_FALL: Final = 0.05

# By how much (s) our stopwatch may be ahead of the device's: announcements come every three
# seconds, lag by one, and can be lost. More is time that the device has forgotten.
_DRIFT: Final = 15.0

# A job's running time that has grown by less than this (s) out of view is that of its end;
# of one that was aborted, one that is this much less than it can be.
_GOES_ON: Final = 5.0

# A finish time moves only when it is off by more than this.
_DEAD_BAND: Final = 120.0

# A finish time that is nearer than this moves too, to at least so far from now: a job
# that still runs is not done, and nothing says so before the next look.
_FINISH_NEAR: Final = 10.0
_FINISH_AHEAD: Final = 30.0


@dataclass(frozen=True, slots=True)
class Stopwatch:
    """How long a job has run (s), checked against the device's own `time_running`.

    `base` is the seconds so far, and it runs since `since` (epoch seconds) if that is not
    None. `whole`: it covers the job from its start; else the job has run at least so long.

    A device's `time_running` forgets at each pause, and at an abort, all but the last
    stretch (protocol.md section 5). So it is never too long, and right for as long as
    it has not fallen: `device` is the last of this session, `forgetful` that it fell.
    `standing` is the pauses so far, by the device's `time_total`; `ceiling` what the job
    has run if it never stopped out of view; `checked_at` when the report was read.
    """

    base: Seconds = 0.0
    since: float | None = None
    whole: bool = True
    forgetful: bool = False
    # These change with every report and are no news to anything that shows a state.
    device: Seconds | None = field(default=None, compare=False)
    standing: float | None = field(default=None, compare=False)
    ceiling: float | None = field(default=None, compare=False)
    checked_at: float | None = field(default=None, compare=False)

    def reading(self, now: float) -> float:
        """Return the seconds the job has run; pauses do not count."""
        return self.base + (0.0 if self.since is None else max(0.0, now - self.since))

    def run(self, now: float) -> Stopwatch:
        """Return the stopwatch, running."""
        return self if self.since is not None else replace(self, since=now)

    def stop(self, now: float) -> Stopwatch:
        """Return the stopwatch, standing."""
        if self.since is None:
            return self
        return replace(self, base=self.reading(now), since=None)

    def interrupted(self, at: float | None, now: float) -> Stopwatch:
        """Return the stopwatch of a job that was out of view since `at` (None: unknown).

        Whether it still covers the whole job is for the device to say.
        """
        base = self.base if at is None else self.reading(at)
        ceiling = self.reading(now)
        return replace(self, base=base, since=None, whole=False, ceiling=ceiling)

    def checked(
        self,
        running: float,
        total: float | None,
        now: float,
        *,
        read_at: float | None,
        ended: bool = False,
        aborted: bool = False,
    ) -> Stopwatch:
        """Return the stopwatch, checked against the times of a report, once.

        Of a job that `ended` the total goes on, and unless it was `aborted` the running
        time too; `aborted` after a pause, that is the length of the last stretch.
        """
        if read_at == self.checked_at:
            return self
        counted = self.reading(now)
        forgetful = (
            self.forgetful
            or (self.device is not None and running < self.device - _FALL)
            or (self.whole and counted - running > _DRIFT)
            or (aborted and (self.standing or 0.0) > _TOLERANCE)
        )
        whole = self.whole or (
            not forgetful and self._covers(running, total, ended=ended, aborted=aborted)
        )
        # Paused while it was out of view: whether once or twice will not be known.
        forgetful = forgetful or not (whole or ended)
        believed = whole and not forgetful
        tolerance = 0.0 if ended else _TOLERANCE
        base, since = self.base, self.since
        # It stood already: what a completed job has more by now, it has not run.
        late = ended and not aborted and since is None and whole is self.whole
        if (running > counted + tolerance and not late) or (
            believed and running < counted - tolerance
        ):
            base, since = running, None if since is None else now
        standing = self.standing
        if total is not None and believed and not ended:
            standing = max(0.0, total - running)
        return Stopwatch(
            base, since, whole, forgetful, running, standing, self.ceiling, read_at
        )

    def _covers(
        self, running: float, total: float | None, *, ended: bool, aborted: bool
    ) -> bool:
        """Whether a running time that has not fallen is that of the whole job."""
        if ended and not aborted:
            # It goes on after the end: only one that is hardly more is known.
            return self.device is not None and running < self.device + _GOES_ON
        if ended:
            # Only one that has stopped is known to be of the end.
            return (
                self.device is not None
                and self.ceiling is not None
                and running < self.ceiling - _GOES_ON
            )
        # More standing than is known of: a pause, at which it may have forgotten.
        pauses = self.standing or 0.0
        return total is None or total - running - pauses <= _TOLERANCE


def estimate_remaining(
    time_cost: float | None, progress: float | None, ran: float | None
) -> float | None:
    """Return the seconds of running a job still needs; None if nothing tells.

    `time_cost` is the job's own estimate of the whole. The further it is, the more its
    pace (`ran` seconds for `progress`, 0.0 to 1.0) replaces that: at the start pace says
    only how long heating takes, at the end it says more than the plan.
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
    """Return the finish time: the one held, unless it is off by over 2 min, or near."""
    near = held is not None and held - now <= _FINISH_NEAR
    if held is not None and not near and abs(now + remaining - held) <= _DEAD_BAND:
        return held
    return float(math.floor(now + max(remaining, _FINISH_AHEAD)))
