"""One run of a job: what an observation adds to it, and what of it is in the totals.

Knows when two observations are of the same run, how its times and progress go on, and
what is counted. When it begins and ends is `rules.py`'s business. Everything here
is pure.
"""

from dataclasses import replace
import math
from typing import Final

from .errors import ErrorKey
from .model import Job, JobEvent, JobEventType, JobResult, JobState, Toolhead
from .observation import Observation, Phase
from .times import RunningClock

# A job that Home Assistant starts begins within this many seconds, or never did.
_EXPECTED_WITHIN: Final = 60.0

# Our own clock covers a loss of contact this short, if it is the same job after it.
_SHORT_LOSS: Final = 60.0

type Outcome = tuple[JobState, tuple[JobEvent, ...]]
"""What an observation led to: the state then, and the events that were seen."""


def same_session(job: Job, seen: Observation) -> bool:
    """Whether the report says that it is this run of a job."""
    return job.session is not None and job.session == seen.session


def other_session(job: Job, seen: Observation) -> bool:
    """Whether the report says that it is another run."""
    return None not in (job.session, seen.session) and job.session != seen.session


def new_job(
    previous: JobState, seen: Observation, now: float, *, witnessed: bool
) -> Job:
    """Return a job that was not there before; `witnessed`: it began just now."""
    expected = previous.expected
    return advanced(
        Job(
            name=expected.name
            if expected and 0 <= now - expected.at <= _EXPECTED_WITHIN
            else None,
            clock=RunningClock(since=now, whole=witnessed),
            started=float(math.floor(now)) if witnessed else None,
            paused=seen.is_paused,
        ),
        seen,
        now,
    )


def with_new(previous: JobState, job: Job) -> JobState:
    """Return the state with another job than before."""
    return replace(previous, job=job, job_number=previous.job_number + 1, expected=None)


def found_again(job: Job, now: float) -> Job:
    """Return a job that is there after a loss of contact, or after a restart.

    How long it ran meanwhile is known if that was short, or if a report says so.
    """
    lost_at, known = job.lost_at, job.session is not None
    short = lost_at is not None and known and now - lost_at <= _SHORT_LOSS
    clock = job.clock
    if not short:
        clock = clock.interrupted(lost_at, now)
        clock = replace(clock, base=max(clock.base, job.counted_time))
    return replace(
        job,
        clock=clock,
        lost_at=None,
        session_unconfirmed=known,
    )


def advanced(job: Job, seen: Observation, now: float) -> Job:
    """Return the job with what the observation adds to it."""
    clock, started, alive = job.clock, job.started, seen.phase is Phase.ALIVE
    # Each report once: the same one again is no second that says the same.
    if seen.time_running is not None and seen.read_at != clock.checked_at:
        clock = clock.checked(
            seen.time_running,
            seen.time_total,
            now,
            ended=not alive,
            aborted=seen.phase is Phase.ABORTED,
        )
        clock = replace(clock, checked_at=seen.read_at)
    clock = clock.run(now) if seen.clock_runs else clock.stop(now)
    if started is None and alive and seen.time_total is not None:
        started = float(math.floor(now - seen.time_total))
    known = [p for p in (job.top_progress, seen.progress) if p is not None]
    return replace(
        job,
        session=seen.session or job.session,
        session_unconfirmed=job.session_unconfirmed and seen.session is None,
        toolhead=fitted(seen.toolhead) or job.toolhead,
        error_label=seen.error_label or job.error_label,
        top_progress=max(known, default=None),
        clock=clock,
        started=started,
        past_init=job.past_init or not seen.is_initializing,
        announced_end=None
        if seen.is_surely_alive
        else seen.announced_end or job.announced_end,
    )


def with_totals(state: JobState, now: float) -> JobState:
    """Return the state with what its job has added to the totals by now.

    While it runs, by the whole minute and percent: a total is a state like any other.
    """
    job = state.job
    if job is None or job.unseen:
        return state
    ran = job.clock.reading(now)
    reached = job.top_progress or 0.0
    if not job.ended:
        ran, reached = ran // 60 * 60, math.floor(reached * 100) / 100
    elif job.outcome is JobResult.COMPLETED:
        reached = 1.0
    used = (job.filament or 0.0) * reached
    more_time = max(0.0, ran - job.counted_time)
    more_filament = max(0.0, used - job.counted_filament)
    return replace(
        state,
        job=replace(
            job,
            counted_time=job.counted_time + more_time,
            counted_filament=job.counted_filament + more_filament,
        ),
        printing_time=state.printing_time + more_time,
        filament_used=state.filament_used + more_filament,
    )


def fitted(toolhead: Toolhead | None) -> Toolhead | None:
    """Return a toolhead that is one."""
    return None if toolhead is Toolhead.NONE else toolhead


def rounded(seconds: float | None) -> float | None:
    """Return seconds as precise as they can be."""
    return None if seconds is None else round(seconds, 1)


def event_of(
    kind: JobEventType, job: Job, now: float, error: ErrorKey | None = None
) -> JobEvent:
    """Return an event of a job."""
    return JobEvent(
        type=kind,
        name=job.name,
        toolhead=job.toolhead,
        duration=rounded(job.running_time(now)),
        error=error or ErrorKey.NONE,
    )
