"""One run of a job: how it begins, is found again, and what is added to it and the totals."""

from dataclasses import replace
import math
from typing import Final

from .model import AnnouncedEnd, Job, JobResult, JobState, JobStatus, Stage
from .observation import Observation
from .status_table import Phase, fitted
from .times import Stopwatch

# A job that Home Assistant starts begins within this many seconds, or never did.
_EXPECTED_WITHIN: Final = 60.0

# Our own clock covers a loss of contact this short (s), if it is the same job after it.
_SHORT_LOSS: Final = 60.0

# After a silence, a progress this much lower is another job's; less is a datagram's lag.
_PROGRESS_FELL: Final = 0.2

# A job whose age is this much less (s) than the running time read before is another's.
_TOTAL_FELL: Final = 2.0

# A job that was last seen this far on, and is gone, has completed.
_AS_GOOD_AS_DONE: Final = 0.99


def with_new(
    previous: JobState, seen: Observation, now: float, *, witnessed: bool
) -> tuple[JobState, Job]:
    """Return the state with a job that was not there before, and that job.

    The one before is over; `witnessed`: this one began just now.
    """
    if previous.job is not None and previous.job.stage is Stage.ACTIVE:
        previous = lost(previous, previous.job, now)
    expected = previous.expected
    job = Job(
        name=expected.name
        if expected and 0 <= now - expected.at <= _EXPECTED_WITHIN
        else None,
        clock=Stopwatch(since=now, whole=witnessed),
        started=float(math.floor(now)) if witnessed else None,
        paused=seen.is_paused,
    )
    job = advanced(job, seen, now)
    number = previous.job_number + 1
    return previous._replace(job=job, job_number=number, expected=None), job


def lost(previous: JobState, job: Job, now: float) -> JobState:
    """Return the state with a job whose end was not seen: its result is unknown."""
    clock = job.clock
    if previous.observed:
        clock = clock.stop(now)
    else:
        clock = clock.interrupted(job.lost_at, now)
    state = with_totals(previous._replace(job=over(job, clock)), now)
    if job.outcome is not None:
        # It had failed before, in an alarm, and never ran again.
        return state
    return state._replace(last_job_result=None, last_job_duration=None)


def deduced(previous: JobState, job: Job, seen: Observation) -> JobResult | None:
    """Return how a job must have ended that was seen a moment ago, and is gone."""
    if seen.booted and job.toolhead is not None:
        return None  # It was switched off in the middle of it.
    if previous.status is JobStatus.ABORTING:
        return JobResult.ABORTED
    well = previous.observed and not job.paused and not job.error_label
    done = well and (job.top_progress or 0.0) >= _AS_GOOD_AS_DONE
    completed = done or previous.status is JobStatus.COMPLETING
    return JobResult.COMPLETED if completed else None


def is_another(previous: JobState, job: Job, seen: Observation) -> bool:
    """Whether what is seen is not the job that was active before."""
    if (same := job.is_same_run(seen.session)) is not None:
        return not same
    if seen.is_initializing and job.past_init:
        return True
    ran, total = job.clock.device, seen.time_total
    if ran is not None and total is not None and total < ran - _TOTAL_FELL:
        return True
    return (
        not previous.observed
        and job.top_progress is not None
        and seen.progress is not None
        and seen.progress < job.top_progress - _PROGRESS_FELL
    )


def over(job: Job, clock: Stopwatch) -> Job:
    """Return a job that runs no more."""
    return job._replace(
        clock=clock,
        stage=Stage.CLEARED if job.stage is Stage.CLEARED else Stage.ENDED,
        paused=False,
        resuming_since=None,
        announced_end=None,
    )


def found_again(job: Job, now: float) -> Job:
    """Return a job that is there after a loss of contact, or after a restart.

    How long it ran meanwhile is known if that was short, or if a report says so.
    """
    clock, known = job.clock, job.session is not None
    if not (known and job.lost_at is not None and now - job.lost_at <= _SHORT_LOSS):
        clock = clock.interrupted(job.lost_at, now)
        clock = replace(clock, base=max(clock.base, job.counted_time))
    return job._replace(clock=clock, lost_at=None, session_unconfirmed=known)


def advanced(job: Job, seen: Observation, now: float) -> Job:
    """Return the job with what the observation adds to it."""
    clock, started, alive = job.clock, job.started, seen.phase is Phase.ALIVE
    if seen.time_running is not None:
        clock = clock.checked(
            seen.time_running,
            seen.time_total,
            now,
            read_at=seen.read_at,
            ended=not alive,
            aborted=seen.phase is Phase.ABORTED,
        )
    if started is None and alive and seen.time_total is not None:
        started = float(math.floor(now - seen.time_total))
    known = [p for p in (job.top_progress, seen.progress) if p is not None]
    # The device counts as running time until 48, and not in 18.
    runs = alive and seen.status not in (JobStatus.PAUSED, JobStatus.RESUMING)
    return job._replace(
        session=seen.session or job.session,
        session_unconfirmed=job.session_unconfirmed and seen.session is None,
        toolhead=fitted(seen.toolhead) or job.toolhead,
        error_label=seen.error_label or job.error_label,
        top_progress=max(known, default=None),
        clock=clock.run(now) if runs else clock.stop(now),
        started=started,
        past_init=job.past_init or not seen.is_initializing,
        announced_end=_announced_end(job, seen),
        announced=job.announced or seen.is_job_announced,
    )


def _announced_end(job: Job, seen: Observation) -> AnnouncedEnd | None:
    """Return the end of a job that no report has shown yet."""
    known, there = job.announced_end, (Phase.ALIVE, Phase.ENDING)
    if known is not None and known.is_newer and seen.announced is not None:
        # What is announced after it is another job's.
        return known
    end = seen.announced_end or known
    if seen.phase not in there:
        return end
    # A datagram can be as late as the start before it: then none has shown the job yet.
    if job.announced and seen.announced_over:
        return (end or AnnouncedEnd())._replace(is_newer=True)
    return None if seen.announced_phase in there else end


def with_totals(state: JobState, now: float) -> JobState:
    """Return the state with what its job has added to the totals by now.

    While it runs, by the whole minute and percent: a total is a state like any other.
    """
    job = state.job
    if job is None or job.unseen:
        return state
    ran, reached = job.clock.reading(now), job.top_progress or 0.0
    if job.stage is Stage.ACTIVE:
        ran, reached = ran // 60 * 60, math.floor(reached * 100) / 100
    elif job.outcome is JobResult.COMPLETED:
        reached = 1.0
    more_time = max(0.0, ran - job.counted_time)
    more_filament = max(0.0, (job.filament or 0.0) * reached - job.counted_filament)
    if not more_time and not more_filament:
        return state
    return state._replace(
        job=job._replace(
            counted_time=job.counted_time + more_time,
            counted_filament=job.counted_filament + more_filament,
        ),
        printing_time=state.printing_time + more_time,
        filament_used=state.filament_used + more_filament,
    )
