"""How a number is taken: many runs in turns with its floor, and their medians."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles
import time

type Work = Callable[[], object]
type AsyncWork = Callable[[], Awaitable[object]]
type Spread = Sequence[float]
type Measured = tuple[float, float, Spread]
"""The medians of ours and of the floor, and the three quartiles of their ratios."""


@dataclass(frozen=True, slots=True)
class Row:
    """One number: seconds of ours and of the floor, and what both are.

    The aim is the most that `ours` should be, or with `most` that many times the floor.
    With `volume`, the bytes that went by in that time, it is printed as bytes per second.
    With `per_minute` both are no seconds, but how often something happens in a minute;
    with `kilobytes` they are bytes of memory.
    """

    name: str
    ours: float
    floor: float
    spread: Spread | None
    floor_name: str
    aim: float | None = None
    most: float | None = None
    volume: int | None = None
    per_minute: bool = False
    kilobytes: bool = False

    def __str__(self) -> str:
        """Return the row of the table."""
        aim = f"{self.most:.1f}x" if self.most else ""
        if self.aim:
            aim = _duration(self.aim)
        ratio = spread = ""
        if self.spread:
            # Of neighbors: on a busy machine the medians are of different moments.
            low, middle, high = self.spread
            ratio, spread = f"{middle:.1f}x", f"{low:.1f}-{high:.1f}"
        elif self.floor:
            ratio = f"{self.ours / self.floor:.1f}x"
        return (
            f"{self.name:<48}{self._number(self.ours):>10}{self._number(self.floor):>10}"
            f"{ratio:>8}{spread:>12}{aim:>10}  {self.floor_name}"
        )

    def _number(self, seconds: float) -> str:
        if self.per_minute:
            return f"{seconds:.0f}/min"
        if self.kilobytes:
            return f"{seconds / 1e3:.0f} kB"
        if self.volume is None:
            return _duration(seconds)
        return f"{self.volume / seconds / 1e6:.0f} MB/s"


HEADER = (
    f"{'':<48}{'ours':>10}{'floor':>10}{'ratio':>8}{'quartiles':>12}{'aim':>10}"
    "  the floor is"
)


def _duration(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.2f} {unit}"
    return f"{seconds / 1e-9:.0f} ns"


def medians(taken: Sequence[tuple[float, float]]) -> Measured:
    """Return the medians of pairs of ours and of the floor, taken in turns."""
    ours, floor = zip(*taken, strict=True)
    return median(ours), median(floor), quantiles((a / b for a, b in taken), n=4)


def cpu(ours: Work, floor: Work, *, runs: int = 31, inner: int = 2000) -> Measured:
    """Return the median CPU seconds of one call of each, taken in turns."""

    def once(work: Work) -> float:
        begin = time.process_time()
        for _ in range(inner):
            work()
        return (time.process_time() - begin) / inner

    once(ours), once(floor)
    taken = [(once(ours), once(floor)) for _ in range(runs)]
    return medians(taken)


async def wall(
    ours: AsyncWork,
    floor: AsyncWork,
    *,
    runs: int = 101,
    clock: Callable[[], float] = time.perf_counter,
) -> Measured:
    """Return the median seconds of one call of each, taken in turns."""

    async def once(work: AsyncWork) -> float:
        begin = clock()
        await work()
        return clock() - begin

    await once(ours)
    await once(floor)
    taken = [(await once(ours), await once(floor)) for _ in range(runs)]
    return medians(taken)
