"""What an observation of the device means for its job: when it begins, pauses and ends.

Knows the rules of a job's life and which of their transitions are events. What an
observation says is `observation.py`'s business, how a job ends `ends.py`'s, what is shown of
it the package `job`'s. Everything here is pure.

A job is told from another by the session of its reports. Without reports a job
that initializes, starts or runs after an end, or after no job, is a new one.
"""

from dataclasses import replace
from typing import Final

from .ends import ended, ending, gone, lost
from .model import Job, JobEvent, JobEventType, JobResult, JobState, JobStatus
from .observation import Observation, Phase
from .run import (
    Outcome,
    advanced,
    event_of,
    found_again,
    new_job,
    other_session,
    same_session,
    with_new,
)

# After a silence, a progress this much lower is another job's. Less can be the
# second by which a datagram lags behind the report that was read last.
_PROGRESS_FELL: Final = 0.2

# A report that is read this long after a datagram showed the end was not on its way
# then: it is right, and the datagram was not.
_LATE: Final = 2.0


def apply(
    previous: JobState, seen: Observation, now: float, patience: float
) -> Outcome:
    """Return what the observation means for the job, and the events that were seen.

    Only what is remembered of the job changes; `patience` is how many seconds a
    paused job must seem to run in datagrams before it counts as resumed.
    """
    match seen.phase:
        case Phase.NONE:
            return gone(previous, seen, now)
        case Phase.ALIVE:
            return _alive(previous, seen, now, patience)
        case Phase.ENDING:
            return ending(previous, seen, now), ()
        case Phase.COMPLETED:
            return ended(previous, seen, now, JobResult.COMPLETED)
        case Phase.ABORTED if not seen.error_label:
            return ended(previous, seen, now, JobResult.ABORTED)
        case Phase.ABORTED | Phase.ALARM:
            return ended(previous, seen, now, JobResult.FAILED)


def _alive(
    previous: JobState, seen: Observation, now: float, patience: float
) -> Outcome:
    """Follow an active job: the one that was active before, or another."""
    job = previous.job
    if job is None:
        return _begun(previous, seen, now)
    if job.ended:
        if _is_revived(previous, job, seen):
            # Until it runs it is the job that failed, and fails only once.
            revived = replace(job, ended=False, paused=True)
            return _continued(previous, revived, seen, now, patience)
        if not same_session(job, seen):
            return _begun(previous, seen, now)
        if job.end_announced_at is None or now - job.end_announced_at < _LATE:
            # An answer that was late: a run that has ended does not come back.
            return previous, ()
        revived = replace(job, ended=False, outcome=None, cleared=False)
        return _continued(previous, revived, seen, now, patience)
    if _is_another(previous, job, seen):
        # After a time without contact only a report tells one run from another: this
        # one began while nothing was seen.
        known = not job.session_unconfirmed or seen.session is None
        return _begun(lost(previous, job, now), seen, now, known=known)
    return _continued(previous, job, seen, now, patience)


def _begun(
    previous: JobState, seen: Observation, now: float, *, known: bool = True
) -> Outcome:
    """Follow a job that was not there before."""
    witnessed = previous.observed and known
    job = new_job(previous, seen, now, witnessed=witnessed)
    state = with_new(previous, job)
    if not witnessed:
        return state, ()
    started = event_of(JobEventType.STARTED, job, now)
    if not seen.is_paused:
        return state, (started,)
    # It ran into something at once: both happened since the last observation.
    return state, (started, event_of(JobEventType.PAUSED, job, now, seen.error))


def _continued(
    previous: JobState, job: Job, seen: Observation, now: float, patience: float
) -> Outcome:
    """Follow the same job: it goes on, pauses, or goes on again."""
    if not previous.observed:
        # What it did meanwhile is not known.
        unwatched = replace(
            found_again(job, now),
            paused=seen.is_paused,
            resuming_since=None,
            outcome=None,
        )
        return replace(previous, job=advanced(unwatched, seen, now)), ()
    events: tuple[JobEvent, ...] = ()
    grown = job.top_progress is not None and (seen.progress or 0) > job.top_progress
    job = advanced(job, seen, now)
    if seen.is_paused and not job.paused:
        job = replace(job, paused=True)
        events = (event_of(JobEventType.PAUSED, job, now, seen.error),)
    elif job.paused and seen.is_resumed:
        # In a datagram a job that is being aborted looks the same for a second.
        since = min(job.resuming_since or now, now)
        if (
            grown
            or seen.from_report
            or previous.status is JobStatus.RESUMING
            or now - since >= patience
        ):
            # Its error is mended: an abort later on has another reason.
            job = replace(
                job,
                paused=False,
                resuming_since=None,
                error_label=seen.error_label,
                outcome=None,
            )
            events = (event_of(JobEventType.RESUMED, job, now, seen.error),)
        else:
            job = replace(job, resuming_since=since)
    elif job.resuming_since is not None:
        job = replace(job, resuming_since=None)
    return replace(previous, job=job), events


def _is_another(previous: JobState, job: Job, seen: Observation) -> bool:
    """Whether an active job is not the one that was active before."""
    if job.session is not None and seen.session is not None:
        return job.session != seen.session
    if seen.is_initializing and job.past_init:
        return True
    return (
        not previous.observed
        and job.top_progress is not None
        and seen.progress is not None
        and seen.progress < job.top_progress - _PROGRESS_FELL
    )


def _is_revived(previous: JobState, job: Job, seen: Observation) -> bool:
    """Whether an active job is one that an alarm seemed to have ended."""
    if job.outcome is not JobResult.FAILED or job.cleared:
        return False
    alarmed = previous.status in (JobStatus.ALARM, JobStatus.FATAL)
    if same_session(job, seen):
        return alarmed or not previous.observed
    return alarmed and not other_session(job, seen) and not seen.is_beginning
