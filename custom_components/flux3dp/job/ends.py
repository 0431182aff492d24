"""How a job ends: seen, announced, deduced from what was seen last, or not at all.

Knows which ends are events, and what comes of those that were not seen (design: the
table of ends). Everything here is pure.
"""

from dataclasses import replace
from typing import Final

from .errors import ErrorKey, classify
from .model import Job, JobEvent, JobEventType, JobResult, JobState, JobStatus
from .observation import Observation, Phase
from .run import (
    Outcome,
    advanced,
    event_of,
    found_again,
    new_job,
    other_session,
    rounded,
    same_session,
    with_new,
    with_totals,
)

_EVENTS: Final = {
    JobResult.COMPLETED: JobEventType.COMPLETED,
    JobResult.ABORTED: JobEventType.ABORTED,
    JobResult.FAILED: JobEventType.FAILED,
}


def gone(previous: JobState, seen: Observation, now: float) -> Outcome:
    """Follow a device without a job: one that had not ended is over.

    Another program left it, or the device was switched off in mid-job. An announcement
    lags, and may show the end only now.
    """
    job = previous.job
    if job is None or (job.cleared and not job.unexplained):
        return previous, ()
    if job.ended and not job.unexplained:
        return replace(previous, job=replace(job, cleared=True, event_due=False)), ()
    end = (seen.announced_end or job.announced_end) if previous.observed else None
    if job.unexplained and end is None:
        return previous, ()
    job = replace(
        job,
        cleared=True,
        unexplained=False,
        end_announced_at=None if seen.from_report else now,
    )
    if job.outcome is JobResult.FAILED:
        # It had failed before, in an alarm, and never ran again.
        return lost(previous, job, now), ()
    if end is not None:
        job = replace(job, error_label=end.label or job.error_label)
        return _close(previous, job, now, end.result)
    if (result := _deduced(previous, job)) is not None:
        return _close(previous, job, now, result)
    return lost(previous, replace(job, unexplained=previous.observed), now), ()


def _deduced(previous: JobState, job: Job) -> JobResult | None:
    """Return how a job must have ended that was seen a moment ago, and is gone."""
    if not previous.observed:
        return None
    if previous.status is JobStatus.ABORTING:
        return JobResult.ABORTED
    done = job.is_as_good_as_done and not job.paused
    if previous.status is JobStatus.COMPLETING or (done and not job.error_label):
        return JobResult.COMPLETED
    return None


def ending(previous: JobState, seen: Observation, now: float) -> JobState:
    """Follow a job that is about to end: nothing is decided yet."""
    job = previous.job
    if job is None or job.cleared:
        # Never seen alive; its end will be.
        new = new_job(previous, seen, now, witnessed=previous.observed)
        return with_new(previous, new)
    if other_session(job, seen):
        before = previous if job.ended else lost(previous, job, now)
        new = new_job(before, seen, now, witnessed=previous.observed)
        return with_new(before, new)
    if job.ended:
        return previous
    if not previous.observed:
        job = found_again(job, now)
    return replace(previous, job=advanced(job, seen, now))


def ended(
    previous: JobState, seen: Observation, now: float, result: JobResult
) -> Outcome:
    """Follow an ended job: the one that was active, one known already, or another."""
    job = previous.job
    if job is not None and not job.cleared and not other_session(job, seen):
        if not job.ended:
            return _finished(previous, job, seen, now, result)
        if _tells(job, result):
            if seen.session is None:
                return previous, ()
            return _confirmed(previous, job, seen, now)
        if same_session(job, seen):
            if job.end_announced_at is None:
                return previous, ()
            # The datagram that showed another end was not the device's.
            return _finished(previous, replace(job, outcome=None), seen, now, result)
    if seen.phase is Phase.ALARM:
        # A machine can be in alarm without a job.
        return previous, ()
    return _unseen(previous, seen, now, result)


def _unseen(
    previous: JobState, seen: Observation, now: float, result: JobResult
) -> Outcome:
    """Take a job that began and ended since the last observation, or long before.

    What came of it is known. An event is only what a report shows of a run that
    failed while the device was in view: a homing that fails takes less than a second.
    """
    before = previous.job
    if before is not None and not before.ended:
        previous = lost(previous, before, now)
    failed = previous.observed and result is JobResult.FAILED
    job = replace(
        new_job(previous, seen, now, witnessed=previous.observed),
        ended=True,
        outcome=result,
        unseen=True,
        missed=failed and seen.session is None,
    )
    known = seen.time_running is not None
    state = replace(
        with_new(previous, job),
        last_job_result=result,
        last_job_duration=rounded(job.running_time(now)) if known else None,
    )
    told = failed and seen.session is not None
    return state, _missed_events(job, seen, now) if told else ()


def _confirmed(previous: JobState, job: Job, seen: Observation, now: float) -> Outcome:
    """Take from a report which run it was that ended, and how long it took."""
    before, job = job, advanced(job, seen, now)
    job = replace(job, end_announced_at=None, event_due=False, missed=False)
    state = replace(previous, job=job)
    if before.session_unconfirmed or before.missed:
        duration = rounded(job.running_time(now))
        state = replace(state, last_job_duration=duration)
    if before.event_due and job.outcome is not None:
        return state, (_end_event(job, job.outcome, now, seen),)
    return state, _missed_events(job, seen, now) if before.missed else ()


def _finished(
    previous: JobState, job: Job, seen: Observation, now: float, result: JobResult
) -> Outcome:
    """End the job that was active.

    It is an event if that was seen, or if contact was lost meanwhile and a report says
    that it is the same run; a datagram leaves that open.
    """
    before = job
    if not previous.observed:
        job = found_again(job, now)
    job = advanced(job, seen, now)
    if job.outcome is JobResult.FAILED and result is not JobResult.COMPLETED:
        return replace(previous, job=replace(job, ended=True, paused=False)), ()
    returned = not previous.observed and before.lost_at is not None
    job = replace(
        job,
        end_announced_at=None if seen.from_report else now,
        event_due=returned and job.session_unconfirmed,
    )
    tell = previous.observed or (returned and same_session(before, seen))
    return _close(previous, job, now, result, seen, tell=tell)


def _close(
    previous: JobState,
    job: Job,
    now: float,
    result: JobResult,
    seen: Observation | None = None,
    *,
    tell: bool = True,
) -> Outcome:
    """End a job with a result, count it, and tell of it unless nothing showed it."""
    job = replace(
        job,
        clock=job.clock.stop(now),
        ended=True,
        outcome=result,
        paused=False,
        resuming_since=None,
        announced_end=None,
        counted=job.counted or result is JobResult.COMPLETED,
    )
    before = previous.job is not None and previous.job.counted
    state = replace(
        previous,
        job=job,
        last_job_result=result,
        last_job_duration=rounded(job.running_time(now)),
        jobs_completed=previous.jobs_completed + (job.counted and not before),
    )
    return state, (_end_event(job, result, now, seen),) if tell else ()


def _end_event(
    job: Job, result: JobResult, now: float, seen: Observation | None
) -> JobEvent:
    """Return the event of an end, with why: what is shown, or was before an abort."""
    error = ErrorKey.NONE
    if result is not JobResult.COMPLETED:
        error = classify(job.error_label)
        if error is ErrorKey.NONE and seen is not None:
            error = seen.error
    return event_of(_EVENTS[result], job, now, error)


def lost(previous: JobState, job: Job, now: float) -> JobState:
    """Return the state with a job whose end was not seen: its result is unknown."""
    clock = job.clock
    over = replace(
        job,
        clock=clock.stop(now)
        if previous.observed
        else clock.interrupted(job.lost_at, now),
        ended=True,
        paused=False,
        resuming_since=None,
        announced_end=None,
    )
    state = with_totals(replace(previous, job=over), now)
    if job.outcome is not None:
        # It had failed before, in an alarm, and never ran again.
        return state
    return replace(state, last_job_result=None, last_job_duration=None)


def _tells(job: Job, result: JobResult) -> bool:
    """Whether a job's outcome is what the device still shows.

    A failed job can look aborted once its label is gone, so these two are one.
    """
    completed = JobResult.COMPLETED
    return job.outcome is not None and (job.outcome is completed) == (
        result is completed
    )


def _missed_events(job: Job, seen: Observation, now: float) -> tuple[JobEvent, ...]:
    """Return the events of a job that began and failed between two observations."""
    started = replace(event_of(JobEventType.STARTED, job, now), duration=0.0)
    return started, _end_event(job, JobResult.FAILED, now, seen)
