"""What a look at the device means for its job: when it begins, pauses and ends.

Knows the rules of a job's life and which of their transitions were seen, and so
are events. What a look says is `job_sight.py`'s business, what is shown of it
`job.py`'s. Everything here is pure.

A job is told from another by the session of its reports. Without reports a job
that initialises, starts or runs after an end, or after no job, is a new one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .catalogue import ErrorKey, classify
from .job_sight import Phase, Sight
from .job_state import (
    Job,
    JobEvent,
    JobEventType,
    JobResult,
    JobState,
    JobStatus,
    Toolhead,
)
from .job_times import RunningClock

# A job that Home Assistant starts begins within this many seconds, or never did.
_EXPECTED_WITHIN = 60.0

# After a silence, a progress this much lower is another job's. Less can be the
# second by which a datagram lags behind the report that was read last.
_PROGRESS_FELL = 0.2

_EVENTS: Final = {
    JobResult.COMPLETED: JobEventType.COMPLETED,
    JobResult.ABORTED: JobEventType.ABORTED,
    JobResult.FAILED: JobEventType.FAILED,
}


def follow(
    previous: JobState, sight: Sight, now: float, patience: float
) -> tuple[JobState, tuple[JobEvent, ...]]:
    """Return what the look means for the job, and the events that were seen.

    Only what is remembered of the job changes; `patience` is how many seconds a
    paused job must seem to run in datagrams before it counts as resumed.
    """
    match sight.phase:
        case Phase.NONE:
            return _gone(previous), ()
        case Phase.ALIVE:
            return _alive(previous, sight, now, patience)
        case Phase.ENDING:
            return _ending(previous, sight, now), ()
        case Phase.COMPLETED:
            return _ended(previous, sight, now, JobResult.COMPLETED)
        case Phase.ABORTED if not sight.error_label:
            return _ended(previous, sight, now, JobResult.ABORTED)
        case Phase.ABORTED | Phase.ALARM:
            return _ended(previous, sight, now, JobResult.FAILED)


def _gone(previous: JobState) -> JobState:
    """Follow a device without a job: one that had not ended is lost, with its result.

    A device that was switched off in mid-job looks like this, as does a job that
    ended and was cleared between two looks.
    """
    job = previous.job
    if job is None or job.left:
        return previous
    if job.ended:
        return replace(previous, job=replace(job, left=True))
    return _lost(previous, replace(job, left=True))


def _alive(
    previous: JobState, sight: Sight, now: float, patience: float
) -> tuple[JobState, tuple[JobEvent, ...]]:
    """Follow an active job: the one that was active before, or another."""
    job = previous.job
    if job is None:
        return _begun(previous, sight, now)
    if job.ended:
        if _is_revived(previous, job, sight):
            # Until it runs it is the job that failed, and fails only once.
            revived = replace(job, ended=False, paused=True)
            return _continued(previous, revived, sight, now, patience)
        if _same_session(job, sight):
            # An answer that was late: a run that has ended does not come back.
            return previous, ()
        return _begun(previous, sight, now)
    if _is_another(previous, job, sight):
        # After a time without contact only a report tells one run from another: this
        # one began while nobody looked.
        seen = not job.unsure or sight.session is None
        return _begun(_lost(previous, job), sight, now, seen=seen)
    return _continued(previous, job, sight, now, patience)


def _ending(previous: JobState, sight: Sight, now: float) -> JobState:
    """Follow a job that is about to end: nothing is decided yet."""
    job = previous.job
    if job is None or job.left:
        # Never seen alive; its end will be.
        return _with_new(previous, _new_job(previous, sight, now))
    if _other_session(job, sight):
        before = previous if job.ended else _lost(previous, job)
        return _with_new(before, _new_job(before, sight, now))
    if job.ended:
        return previous
    if not previous.contact:
        job = replace(job, clock=None)
    return replace(previous, job=_advanced(job, sight, now))


def _ended(
    previous: JobState, sight: Sight, now: float, result: JobResult
) -> tuple[JobState, tuple[JobEvent, ...]]:
    """Follow an ended job: the one that was active, one told of, or another."""
    job = previous.job
    if job is not None and not job.left and not _other_session(job, sight):
        if not job.ended:
            return _finished(previous, job, sight, now, result)
        if _same_session(job, sight) or _tells(job, result):
            return previous, ()
    if sight.phase is Phase.ALARM:
        # A machine can be in alarm without a job.
        return previous, ()
    # It began and ended unseen: what came of it is known, but no event.
    unseen = replace(
        _new_job(previous, sight, now), ended=True, outcome=result, clock=None
    )
    return replace(
        _with_new(previous, unseen),
        last_job_result=result,
        last_job_duration=_rounded(sight.time_running),
    ), ()


def _begun(
    previous: JobState, sight: Sight, now: float, *, seen: bool = True
) -> tuple[JobState, tuple[JobEvent, ...]]:
    """Follow a job that was not there before."""
    job = _new_job(previous, sight, now)
    state = _with_new(previous, job)
    if not previous.contact or not seen:
        return state, ()
    started = _event(JobEventType.STARTED, job, now, ErrorKey.NONE)
    if not sight.is_paused:
        return state, (started,)
    # It ran into something at once: both happened since the last look.
    return state, (started, _event(JobEventType.PAUSED, job, now, sight.error))


def _continued(
    previous: JobState, job: Job, sight: Sight, now: float, patience: float
) -> tuple[JobState, tuple[JobEvent, ...]]:
    """Follow the same job: it goes on, pauses, or goes on again."""
    if not previous.contact:
        # What it did meanwhile is not known, nor for how long it ran.
        unwatched = replace(
            job,
            clock=None,
            paused=sight.is_paused,
            resuming_since=None,
            outcome=None,
            unsure=job.session is not None,
        )
        return replace(previous, job=_advanced(unwatched, sight, now)), ()
    events: tuple[JobEvent, ...] = ()
    grown = job.top_progress is not None and (sight.progress or 0) > job.top_progress
    job = _advanced(job, sight, now)
    if sight.is_paused and not job.paused:
        job = replace(job, paused=True)
        events = (_event(JobEventType.PAUSED, job, now, sight.error),)
    elif job.paused and sight.is_resumed:
        # In a datagram a job that is being aborted looks the same for a second.
        since = min(job.resuming_since or now, now)
        if (
            grown
            or sight.from_report
            or previous.status is JobStatus.RESUMING
            or now - since >= patience
        ):
            # Its error is mended: an abort later on has another reason.
            job = replace(
                job,
                paused=False,
                resuming_since=None,
                error_label=sight.error_label,
                outcome=None,
            )
            events = (_event(JobEventType.RESUMED, job, now, sight.error),)
        else:
            job = replace(job, resuming_since=since)
    elif job.resuming_since is not None:
        job = replace(job, resuming_since=None)
    return replace(previous, job=job), events


def _finished(
    previous: JobState, job: Job, sight: Sight, now: float, result: JobResult
) -> tuple[JobState, tuple[JobEvent, ...]]:
    """End the job that was active; it is an event if that was seen."""
    if not previous.contact:
        job = replace(job, clock=None)
    job = _advanced(job, sight, now)
    if job.outcome is JobResult.FAILED and result is not JobResult.COMPLETED:
        return replace(previous, job=replace(job, ended=True, paused=False)), ()
    duration = _duration(job, sight, now)
    state = replace(
        previous,
        job=replace(job, ended=True, outcome=result, paused=False, resuming_since=None),
        last_job_result=result,
        last_job_duration=duration,
    )
    if not previous.contact:
        return state, ()
    error = ErrorKey.NONE
    if result is JobResult.COMPLETED:
        state = replace(state, jobs_completed=previous.jobs_completed + 1)
    elif (error := classify(sight.error_label or job.error_label)) is ErrorKey.NONE:
        error = sight.error
    return state, (_event(_EVENTS[result], job, now, error, duration),)


def _is_another(previous: JobState, job: Job, sight: Sight) -> bool:
    """Whether an active job is not the one that was active before."""
    if job.session is not None and sight.session is not None:
        return job.session != sight.session
    if sight.is_initializing and job.begun:
        return True
    return (
        not previous.contact
        and job.top_progress is not None
        and sight.progress is not None
        and sight.progress < job.top_progress - _PROGRESS_FELL
    )


def _is_revived(previous: JobState, job: Job, sight: Sight) -> bool:
    """Whether an active job is one that an alarm seemed to have ended."""
    if job.outcome is not JobResult.FAILED or job.left:
        return False
    alarmed = previous.status in (JobStatus.ALARM, JobStatus.FATAL)
    if _same_session(job, sight):
        return alarmed or not previous.contact
    return alarmed and not _other_session(job, sight) and not sight.is_beginning


def _same_session(job: Job, sight: Sight) -> bool:
    """Whether the report says that it is this run of a job."""
    return job.session is not None and job.session == sight.session


def _other_session(job: Job, sight: Sight) -> bool:
    """Whether the report says that it is another run."""
    return None not in (job.session, sight.session) and job.session != sight.session


def _tells(job: Job, result: JobResult) -> bool:
    """Whether a job's outcome is what the device still shows.

    A failed job can look aborted once its label is gone, so these two are one.
    """
    completed = JobResult.COMPLETED
    return job.outcome is not None and (job.outcome is completed) == (
        result is completed
    )


def _new_job(previous: JobState, sight: Sight, now: float) -> Job:
    """Return a job that was not there before; its clock runs if that was seen."""
    expected = previous.expected
    return _advanced(
        Job(
            name=expected.name
            if expected and 0 <= now - expected.at <= _EXPECTED_WITHIN
            else None,
            clock=RunningClock(0.0, now) if previous.contact else None,
            paused=sight.is_paused,
        ),
        sight,
        now,
    )


def _with_new(previous: JobState, job: Job) -> JobState:
    """Return the state with another job than before."""
    return replace(previous, job=job, job_number=previous.job_number + 1, expected=None)


def _lost(previous: JobState, job: Job) -> JobState:
    """Return the state with a job whose end nobody saw: its result is unknown."""
    over = replace(job, ended=True, paused=False, resuming_since=None)
    if job.outcome is not None:
        # It had failed before, in an alarm, and never ran again.
        return replace(previous, job=over)
    return replace(previous, job=over, last_job_result=None, last_job_duration=None)


def _advanced(job: Job, sight: Sight, now: float) -> Job:
    """Return the job with what the look adds to it."""
    clock = job.clock
    if sight.time_running is not None:
        clock = (clock or RunningClock(sight.time_running, None)).corrected(
            sight.time_running, now
        )
    if clock is not None:
        clock = clock.run(now) if sight.clock_runs else clock.stop(now)
    known = [p for p in (job.top_progress, sight.progress) if p is not None]
    return replace(
        job,
        session=sight.session or job.session,
        unsure=job.unsure and sight.session is None,
        toolhead=fitted(sight.toolhead) or job.toolhead,
        error_label=sight.error_label or job.error_label,
        top_progress=max(known, default=None),
        clock=clock,
        begun=job.begun or not sight.is_initializing,
    )


def fitted(toolhead: Toolhead | None) -> Toolhead | None:
    """Return a toolhead that is one."""
    return None if toolhead is Toolhead.NONE else toolhead


def _duration(job: Job, sight: Sight, now: float) -> float | None:
    """Return the seconds the job has run, in the device's words or by our clock."""
    if sight.time_running is not None:
        return _rounded(sight.time_running)
    return _rounded(job.clock.reading(now)) if job.clock else None


def _rounded(seconds: float | None) -> float | None:
    """Return seconds as precise as they can be."""
    return None if seconds is None else round(seconds, 1)


def _event(
    kind: JobEventType,
    job: Job,
    now: float,
    error: ErrorKey,
    duration: float | None = None,
) -> JobEvent:
    """Return an event of a job."""
    if duration is None and job.clock:
        duration = job.clock.reading(now)
    return JobEvent(
        type=kind,
        name=job.name,
        toolhead=job.toolhead,
        duration=_rounded(duration),
        error=error,
    )
