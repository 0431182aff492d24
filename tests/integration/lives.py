"""A job that another program leaves as soon as it has ended, by a manual clock.

The device is a model of section 5 of protocol.md: what it announces lags by up to a
second and comes every three, it can be left once the announcement shows the end, and
refuses a report for a moment after that. It is watched as `job/monitor.py` does.
"""

from dataclasses import dataclass, field, replace
import random

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import JobInfo, Report

from .watching import START, Watch, datagram, report

USUAL, CLOSE, PROBE = 2.0, 0.5, 0.5
STEP = 0.05


@dataclass(kw_only=True)
class Life:
    """A job of `length` s, and how it ends; times are seconds since its start.

    `paused` s before that it pauses; `aborting` is how long the abort takes.
    """

    seed: int
    length: float = 20.0
    end: str = "completed"
    delay: float = 1.0
    time_cost: float | None = 20.0
    known_progress: bool = True
    paused: float = 0.0
    aborting: float = 0.0
    connected: bool = True
    others_look: float = 1.5
    asked: int = 0
    watch: Watch = field(default_factory=lambda: Watch(strict=False))

    def __post_init__(self) -> None:
        chance = random.Random(self.seed)
        self.length += chance.random() * 6.0
        self._announce_at = -chance.random() * 3.0
        self._lag = chance.random()
        self._publish_at = -chance.random()
        self._look_at = chance.random() * self.others_look
        self._published = datagram(0, head="N/A")
        self._left_at: float | None = None
        self._report_at = 0.0
        self._woken_at = -9.0

    # -- the device

    def _state(self, now: float) -> tuple[int, str, str]:
        """Return st_id, label and error."""
        if now < 0 or (self._left_at is not None and now >= self._left_at):
            return 0, "IDLE", ""
        if now < 0.7:
            return 1, "INIT", ""
        if now >= self.length:
            error = "MAINBOARD_OFFLINE" if self.end == "failed" else ""
            return (
                (64, "COMPLETED", "")
                if self.end == "completed"
                else (128, "ABORTED", error)
            )
        if now >= self.length - self.aborting:
            return 16, "ABORTING", ""
        if now >= self.length - self.paused:
            return 48, "PAUSED", ""
        return 16, "RUNNING", ""

    def _progress(self, now: float) -> float | None:
        if not self.known_progress:
            return None
        whole = self.length if self.end == "completed" else self.length * 2
        return max(0.0, min(1.0, now / whole))

    def _datagram(self, now: float) -> DeviceStatus:
        st_id, _, error = self._state(now)
        progress = self._progress(now) if st_id > 1 else 0.0
        return datagram(st_id, error, progress=progress)

    def _report(self, now: float) -> Report | None:
        """Return the answer to a report, None if it is refused."""
        if self._left_at is not None and now < self._left_at + 0.4:
            return None
        st_id, label, error = self._state(now)
        if st_id <= 1:
            return report(st_id, label, session=None)
        progress = self._progress(now)
        return report(st_id, label, error, progress=progress, running=now, total=now)

    def _another_client(self, now: float) -> None:
        """Look every 1.5 s, and leave a job `delay` s after its end or later."""
        if now < self._look_at:
            return
        self._look_at += 0.1 if now >= self.length else self.others_look
        due = self._left_at is None and now >= self.length + self.delay
        if due and self._published.st_id & 192:
            self._left_at = now

    # -- the watch

    def _hear(self, now: float) -> None:
        """Hear what it announces: by itself, or because it was probed."""
        self.watch.now = START + now
        self.watch.hear(self._published, after=0)
        reported = self.watch.reported
        contradicts = reported and self._published.st_id != reported.report.st_id
        if contradicts and now - self._woken_at >= CLOSE:
            self._woken_at, self._report_at = now, now

    def _read(self, now: float) -> None:
        self.asked += 1
        self.watch.now = START + now
        answer = self._report(now)
        if answer is None:
            self._hear(now)
            self._report_at = now + CLOSE
            return
        self.watch.read(answer, after=0)
        job = self.watch.state.job
        if answer.st_id > 1 and job is not None and job.time_cost is None:
            self.watch.describe(JobInfo(time_cost=self.time_cost))
        active = self.watch.state.active
        if not active:
            self._hear(now)
        self._report_at = now + (USUAL if active else CLOSE)

    def run(self) -> list[str]:
        """Watch it from before its start until long after its end; return the events."""
        now, probe_at = -3.0, 0.0
        self.watch.now = START + now
        self.watch.hear(self._datagram(now), after=0)
        while now < self.length + self.delay + 9:
            moments = [self._publish_at, self._look_at, self._announce_at]
            watched = self.watch.state.active or self._left_at is None
            if self.connected and watched:
                moments.append(max(self._report_at, 0.5))
            probed = self.watch.state.active
            if probed:
                moments.append(max(now, probe_at))
            now = max(now, min(moments))
            if now >= self._publish_at:
                self._publish_at = now + self._lag + STEP
                self._published = self._datagram(now)
            self._another_client(now)
            if now >= self._announce_at:
                self._announce_at += 3.0
                self._hear(now)
            if self.connected and watched and now >= max(self._report_at, 0.5):
                self._read(now)
            if probed and now >= probe_at:
                probe_at = now + PROBE
                self._hear(now)
        return [event.type.value for event in self.watch.events]


def misses(life: Life, lives: int = 40) -> int:
    """Return how many of so many lives end without their event.

    Another client leaves the job 0.1 to 3.5 s after its end.
    """
    missed = 0
    for number in range(lives):
        delay = 0.1 + 3.4 * number / (lives - 1)
        one = replace(
            life, seed=life.seed + number, delay=delay, watch=Watch(strict=False)
        )
        missed += one.run()[-1:] != [life.end]
    return missed
