"""How a number is taken: many runs in turns with its floor, and their medians."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
import time

type Work = Callable[[], object]
type AsyncWork = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Row:
    """One number: seconds of ours and of the floor, and what both are.

    With `volume`, the bytes that went by in that time, it is printed as bytes per second.
    With `per_minute` both are no seconds, but how often something happens in a minute.
    """

    name: str
    ours: float
    floor: float
    floor_name: str
    aim: float | None = None
    volume: int | None = None
    per_minute: bool = False

    def __str__(self) -> str:
        """Return the row of the table."""
        aim = f"{_duration(self.aim):>10}" if self.aim else " " * 10
        ratio = self.ours / self.floor if self.floor else float("nan")
        return (
            f"{self.name:<46}{self._number(self.ours):>10}{aim}"
            f"{self._number(self.floor):>10}{ratio:>8.1f}x  {self.floor_name}"
        )

    def _number(self, seconds: float) -> str:
        if self.per_minute:
            return f"{seconds:.0f}/min"
        if self.volume is None:
            return _duration(seconds)
        return f"{self.volume / seconds / 1e6:.0f} MB/s"


HEADER = f"{'':<46}{'ours':>10}{'aim':>10}{'floor':>10}{'ratio':>9}  the floor is"


def _duration(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.2f} {unit}"
    return f"{seconds / 1e-9:.0f} ns"


def cpu(
    ours: Work, floor: Work, *, runs: int = 31, inner: int = 2000
) -> tuple[float, float]:
    """Return the median CPU seconds of one call of each, taken in turns."""

    def once(work: Work) -> float:
        begin = time.process_time()
        for _ in range(inner):
            work()
        return (time.process_time() - begin) / inner

    once(ours), once(floor)
    taken = [(once(ours), once(floor)) for _ in range(runs)]
    return median(pair[0] for pair in taken), median(pair[1] for pair in taken)


async def wall(
    ours: AsyncWork,
    floor: AsyncWork,
    *,
    runs: int = 101,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """Return the median seconds of one call of each, taken in turns."""

    async def once(work: AsyncWork) -> float:
        begin = clock()
        await work()
        return clock() - begin

    await once(ours)
    await once(floor)
    taken = [(await once(ours), await once(floor)) for _ in range(runs)]
    return median(pair[0] for pair in taken), median(pair[1] for pair in taken)
