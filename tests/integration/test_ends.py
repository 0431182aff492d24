"""How a job ends: what is told of an end that was not seen, and how seldom that is."""

from dataclasses import dataclass, field, replace
import random
from typing import Any

import pytest

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import JobInfo, Report

from .watching import START, Watch, datagram, report

USUAL, CLOSE, PROBE = 2.0, 0.5, 0.5
STEP = 0.05


@dataclass(kw_only=True)
class Life:
    """A job of `length` s, and how another program leaves it; times are seconds since its start.

    The device is a model of section 5 of protocol.md: what it announces lags by up to a
    second and comes every three, it can be left once the announcement shows the end, and
    refuses a report for a moment after that. It is watched as `job/monitor.py` does.

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


KINDS: dict[str, dict[str, Any]] = {
    "completed": {},
    "laser": {"known_progress": False},
    "aborted": {"end": "aborted", "aborting": 1.0},
    "aborted at once": {"end": "aborted"},
    "aborted in a pause": {"end": "aborted", "paused": 9.0},
    "failed": {"end": "failed"},
    "failed in homing": {"end": "failed", "length": 4.0},
}
every_kind = pytest.mark.parametrize("kind", KINDS)
connections = pytest.mark.parametrize(
    "connected", [True, False], ids=["reports", "announcements"]
)


@every_kind
@connections
def test_of_40_jobs_that_another_client_leaves_at_once_one_end_is_missed_at_most(
    kind: str, connected: bool
) -> None:
    assert misses(Life(seed=100, connected=connected, **KINDS[kind])) <= 1


@pytest.mark.soak
@every_kind
@connections
def test_of_400_such_jobs_one_in_50_is_missed_at_most(
    kind: str, connected: bool
) -> None:
    life = {"length": 60.0} | KINDS[kind]
    missed = [
        misses(Life(seed=1000 * sweep, connected=connected, **life))
        for sweep in range(10)
    ]
    assert sum(missed) <= 8, missed


def test_a_minute_of_a_job_costs_30_reports() -> None:
    life = Life(seed=1, length=300.0, time_cost=300.0)
    assert life.run() == ["started", "completed"]
    assert 148 < life.asked < 160


# What is observed; then how the job ended, how many completed, how long it took.
BEGUN = "r0 r16@0.5~100>started"
ENDS = {
    # An end that was announced while the last report counted, before the device is idle.
    "64": f"{BEGUN} 64+1.5 r0+0.5>completed 0 = completed 1 102.0",
    "68": f"{BEGUN} 68+1.5 r0+0.5>completed 0 = completed 1 102.0",
    "128": f"{BEGUN} 128+1.5 r0+0.5>aborted 0 = aborted 0 102.0",
    "128 with an error": f"{BEGUN} 128!mainboard+1.5 r0+0.5>failed:no_response 0 = failed 0 102.0",
    "and idle too": f"{BEGUN} 64+1.5 0+0.5 r0+0.5>completed = completed 1 102.5",
    "a later report contradicts": f"{BEGUN} 64+1.5 r16@0.5+0.1 r0 = unknown 0 None",
    "an old report still counts": f"{BEGUN} 64+0.5 look+5 r0+0.5>completed = completed 1 106.0",
    # Announcements lag; this one was asked for because of the report.
    "not yet": "16 r16@0.5 r0 = unknown 0 None",
    "after idle": "16 r16@0.5 r0 128+0.1>aborted 0+1 128+1 = aborted 0 None",
    "of the next job": "16 r16@0.5 r0 0+3 r0+20 128+0.1 = unknown 0 None",
    "of the next job, idle before": "16 r16@0.5 0+6 r0+20 128+0.1 = unknown 0 None",
    # Anybody can announce anything: the real end is told all the same.
    "not the device's": "r16@0.5 64+6>completed r16@0.6+3 r128>aborted = aborted 1 None",
    "idle, not the device's": "r16@0.5 0+6 r16@0.6 r64@1.0>completed = completed 1 None",
    "and then idle": "r16@0.5 0+6 r16@0.6 r16@0.7 0+6 = unknown 0 None",
    # An end that nothing showed.
    "as good as done": "r16@0.99 0+6>completed = completed 1 None",
    "as good as done, occupied": "r16@0.99 -1+6>completed = completed 1 None",
    "as good as done, by report": "r16@0.99 r0+6>completed = completed 1 None",
    "nearly done": "r16@0.5 r16@0.98 r0 = unknown 0 None",
    "done, with an error": "r16@0.5 r16!fan@0.995 r0 = unknown 0 None",
    "done, in a pause": "r16@0.5 r48@0.995>paused r0 = unknown 0 None",
    "in the middle": "r16@0.5 r16 r0 = unknown 0 None",
    "after a reboot": "16 64>completed 16@0.4>started 0 = unknown 1 None",
    "was completing": "16 66+2 0+6>completed = completed 1 None",
    "was aborting": "16 130+2 0+6>aborted = aborted 0 None",
    "was aborting, by report": "16 r16/ABORTING 0+6>aborted = aborted 0 None",
    "after a loss of contact": "r16@0.995 lost 0 = unknown 0 None",
    # Another run, or one that nothing showed before.
    "another run": "r16 r64#b~5 = completed 0 5.0",
    "another run, contact lost": "r16~100 lost 64 r64#b = completed 1 None",
    "failed within a second": "0 128!home r128!home~0.8+0.2>started,failed:home_failed r128!home 128!home+6 = failed 0 0.8",
    "and so did the next": "0 r128!home>started,failed:home_failed r128!home#b>started,failed:home_failed = failed 0 None",
    "before anything was seen": "128 r128 restart r128 = aborted 0 None",
    "failed before anything was seen": "128!home r128!home restart r128!home = failed 0 None",
    # What is left on the device after it was told.
    "its label cleared": "0 16>started 128!fan+30>failed:fan_failure lost 128 = failed 0 30.0",
    "cleared, and another": "0 16>started 64+30>completed 0 lost 64 = completed 1 None",
}


def follow(line: str) -> None:
    """Play a line of the table and assert what is known in the end."""
    looks, _, expected = line.partition(" = ")
    watch = Watch()
    watch.play(looks)
    state = watch.state
    result = state.last_job_result or "unknown"
    assert f"{result} {state.jobs_completed} {state.last_job_duration}" == expected


@pytest.mark.parametrize("end", ENDS)
def test_an_end(end: str) -> None:
    follow(ENDS[end])


@pytest.mark.parametrize("away", [5, 36_000])
@pytest.mark.parametrize(
    ("st_id", "told", "result"),
    [
        ("64", "completed", "completed 1"),
        ("128", "aborted", "aborted 0"),
        ("128!fan", "failed:fan_failure", "failed 0"),
    ],
)
def test_an_end_out_of_sight(st_id: str, told: str, result: str, away: int) -> None:
    begun, ended = "r0 r16~100,100>started", f"r{st_id}~104,200"
    again = f"{ended} {st_id}+6 = {result} 104.0"
    # Contact was lost: a report says that it is the same run.
    follow(f"{begun} lost+8 {ended}+{away}>{told} {again}")
    follow(f"{begun} lost+8 {st_id}+{away} {ended}+0.3>{told} {again}")
    # Nothing says so without one: counted, and not told.
    follow(f"0 16>started lost {st_id} = {result} None")
    # Home Assistant was away: counted, and not told.
    follow(f"{begun} restart+600 {st_id} r{st_id}~160,700 = {result} 160.0")


def test_the_durations_of_a_job_that_fails_within_a_second() -> None:
    watch = Watch()
    watch.play("0 128!home r128!home~0.8+0.2>started,failed:home_failed")
    assert [event.duration for event in watch.events] == [0.0, 0.8]
    watch = Watch()
    watch.play(f"{BEGUN} 64+1.5 r0+0.5>completed")
    assert watch.events[-1].duration == 102.0
