"""The rules of a job's life: when it begins, pauses and ends, and which of it are events.

The session in its reports tells one job from another. Without reports a job that
initializes, starts or runs after an end, or after no job, is a new one.
"""

from dataclasses import replace
from typing import Final

from .errors import ErrorKey, classify
from .model import (
    Job,
    JobEvent,
    JobEventType,
    JobResult,
    JobState,
    JobStatus,
    Pending,
    Stage,
)
from .observation import Observation
from .run import (
    advanced,
    deduced,
    found_again,
    is_another,
    lost,
    over,
    with_new,
)
from .status_table import RUNNING, Phase, phase_of

# A report this long (s) after a datagram that showed the end disproves the datagram.
_LATE: Final = 2.0

type Outcome = tuple[JobState, tuple[JobEvent, ...]]
"""What an observation led to: the state then, and the events that were seen."""


def apply(
    previous: JobState, seen: Observation, now: float, patience: float
) -> Outcome:
    """Return what the observation means for the job, and the events that were seen.

    `patience`: how many seconds a paused job must seem to run in datagrams until it is
    resumed.
    """
    if _is_over(previous, seen):
        # Datagrams showed that while a report counted, which shows it no more.
        previous = _without_end_of(previous, seen)
        idle = seen._replace(st_id=0, from_report=False, announced=None)
        previous, ended = _gone(previous, idle, now)
        state, events = apply(previous, seen, now, patience)
        return state, (*ended, *events)
    match seen.phase:
        case Phase.NONE:
            return _gone(previous, seen, now)
        case Phase.ALIVE:
            return _alive(previous, seen, now, patience)
        case Phase.ENDING:
            return _ending(previous, seen, now), ()
        case Phase.COMPLETED:
            return _ended(previous, seen, now, JobResult.COMPLETED)
        case Phase.ABORTED if not seen.error_label:
            return _ended(previous, seen, now, JobResult.ABORTED)
        case Phase.ABORTED | Phase.ALARM:
            return _ended(previous, seen, now, JobResult.FAILED)


def _is_over(previous: JobState, seen: Observation) -> bool:
    """Whether the job ended before what is seen now, of another one."""
    job = previous.job
    if job is None or job.stage is not Stage.ACTIVE:
        return False
    if _ends_otherwise(previous, seen):
        return not job.is_same_run(seen.session)
    if job.announced_end is None:
        return False
    if seen.from_report:
        return is_another(previous, job, seen)
    result, _, is_newer = job.announced_end
    if result is not None and seen.phase in (Phase.COMPLETED, Phase.ABORTED):
        completed = result is JobResult.COMPLETED
        if completed is (seen.phase is Phase.COMPLETED):
            return False  # What is seen is that end.
    return is_newer


def _without_end_of(previous: JobState, seen: Observation) -> JobState:
    """Return the state without an announced end that is of the job a report shows.

    What failed at once is seen with both at the same time.
    """
    job = previous.job
    if job is None or job.announced_end is None or seen.phase is not Phase.ABORTED:
        return previous
    label = job.announced_end.label  # A datagram's is cut.
    if not label or not seen.error_label.startswith(label):
        return previous
    return previous._replace(job=job._replace(announced_end=None))


def _ends_otherwise(previous: JobState, seen: Observation) -> bool:
    """Whether a job was ending, and what is seen does not follow from that."""
    if previous.st_id is None or phase_of(previous.st_id) is not Phase.ENDING:
        return False
    failed = seen.phase is Phase.ABORTED and seen.error_label
    return (
        seen.phase is Phase.ALIVE
        or (previous.status is JobStatus.ABORTING and seen.phase is Phase.COMPLETED)
        or (previous.status is JobStatus.COMPLETING and bool(failed))
    )


def _alive(
    previous: JobState, seen: Observation, now: float, patience: float
) -> Outcome:
    """Follow an active job: the one that was active before, or another."""
    job = previous.job
    if job is None:
        return _begun(previous, seen, now)
    if job.stage is Stage.ACTIVE:
        if not is_another(previous, job, seen):
            return _continued(previous, job, seen, now, patience)
        # After a time without contact only a report tells one run from another: this
        # one began while nothing was seen.
        known = not job.session_unconfirmed or seen.session is None
        return _begun(previous, seen, now, known=known)
    if _is_revived(previous, job, seen):
        # Until it runs it is the job that failed, and fails only once.
        job = job._replace(paused=True)
    elif not job.is_same_run(seen.session):
        return _begun(previous, seen, now)
    elif job.end_announced_at is None or now - job.end_announced_at < _LATE:
        # An answer that was late: a run that has ended does not come back.
        return previous, ()
    else:
        job = job._replace(outcome=None)
    job = job._replace(stage=Stage.ACTIVE, pending=None)
    return _continued(previous, job, seen, now, patience)


def _begun(
    previous: JobState, seen: Observation, now: float, *, known: bool = True
) -> Outcome:
    """Follow a job that was not there before."""
    witnessed = previous.observed and known
    state, job = with_new(previous, seen, now, witnessed=witnessed)
    if not witnessed:
        return state, ()
    started = _event(JobEventType.STARTED, job, now)
    if not seen.is_paused:
        return state, (started,)
    # It ran into something at once: both happened since the last observation.
    return state, (started, _event(JobEventType.PAUSED, job, now, seen.error))


def _continued(
    previous: JobState, job: Job, seen: Observation, now: float, patience: float
) -> Outcome:
    """Follow the same job: it goes on, pauses, or goes on again."""
    if not previous.observed:
        # What it did meanwhile is not known.
        paused = seen.is_paused or seen.status is JobStatus.RESUMING
        job = found_again(job, now)._replace(paused=paused, outcome=None)
        job = advanced(job, seen, now)._replace(resuming_since=None)
        return previous._replace(job=job), ()
    grown = job.top_progress is not None and (seen.progress or 0) > job.top_progress
    since = min(job.resuming_since or now, now)
    job = advanced(job, seen, now)._replace(resuming_since=None)
    runs = seen.st_id in (4, RUNNING) and seen.status is not JobStatus.ABORTING
    happened = None
    if seen.is_paused and not job.paused:
        job, happened = job._replace(paused=True), JobEventType.PAUSED
    elif job.paused and runs:
        if (
            grown
            or seen.from_report
            or previous.status is JobStatus.RESUMING
            or now - since >= patience
        ):
            # Its error is mended: an abort later on has another reason.
            label, happened = seen.error_label, JobEventType.RESUMED
            job = job._replace(paused=False, error_label=label, outcome=None)
        else:
            # In a datagram a job that is being aborted looks the same for a second.
            job = job._replace(resuming_since=since)
    events = (_event(happened, job, now, seen.error),) if happened else ()
    return previous._replace(job=job), events


def _is_revived(previous: JobState, job: Job, seen: Observation) -> bool:
    """Whether an active job is one that an alarm seemed to have ended."""
    if job.outcome is not JobResult.FAILED or job.stage is Stage.CLEARED:
        return False
    alarmed = previous.status in (JobStatus.ALARM, JobStatus.FATAL)
    same = job.is_same_run(seen.session)
    if same is None:
        # A new job shows itself like this; nothing else that follows an end does.
        return alarmed and seen.st_id not in (1, 4, RUNNING)
    return same and (alarmed or not previous.observed)


def _ending(previous: JobState, seen: Observation, now: float) -> JobState:
    """Follow a job that is about to end: nothing is decided yet."""
    job = previous.job
    other = job is None or job.is_same_run(seen.session) is False
    if job is None or other or job.stage is Stage.CLEARED:
        # Never seen alive; its end will be.
        return with_new(previous, seen, now, witnessed=False)[0]
    if job.stage is Stage.ENDED:
        return previous
    if not previous.observed:
        job = found_again(job, now)
    return previous._replace(job=advanced(job, seen, now))


def _ended(
    previous: JobState, seen: Observation, now: float, result: JobResult
) -> Outcome:
    """Follow an ended job: the one that was active, one known already, or another."""
    job = previous.job
    same = None if job is None else job.is_same_run(seen.session)
    if job is not None and job.stage is not Stage.CLEARED and same is not False:
        if job.stage is Stage.ACTIVE:
            return _finished(previous, job, seen, now, result)
        # A failed job can look aborted once its label is gone, so these two are one.
        completed = JobResult.COMPLETED
        if job.outcome and (job.outcome is completed) == (result is completed):
            if seen.session is None:
                return previous, ()
            return _confirmed(previous, job, seen, now)
        if same:
            if job.end_announced_at is None:
                return previous, ()
            # The datagram that showed another end was not the device's.
            return _finished(previous, job._replace(outcome=None), seen, now, result)
    if seen.phase is Phase.ALARM:
        # A machine can be in alarm without a job.
        return previous, ()
    return _unseen(previous, seen, now, result)


def _finished(
    previous: JobState, job: Job, seen: Observation, now: float, result: JobResult
) -> Outcome:
    """End the job that was active.

    It is an event if that was seen, or if contact was lost meanwhile and a report says
    that it is the same run; a datagram leaves that open.
    """
    returned = not previous.observed and job.lost_at is not None
    observed = previous.observed or (returned and job.is_same_run(seen.session) is True)
    if not previous.observed:
        job = found_again(job, now)
    job = advanced(job, seen, now)
    if job.outcome is JobResult.FAILED and result is not JobResult.COMPLETED:
        announced_at = None if seen.from_report else job.end_announced_at
        job = job._replace(
            stage=Stage.ENDED, paused=False, end_announced_at=announced_at
        )
        return previous._replace(job=job), ()
    waits = returned and job.session_unconfirmed
    job = job._replace(
        end_announced_at=None if seen.from_report else now,
        pending=Pending.SAME_RUN if waits else None,
    )
    return _close(previous, job, now, result, seen, observed=observed)


def _confirmed(previous: JobState, job: Job, seen: Observation, now: float) -> Outcome:
    """Take from a report which run it was that ended, and how long it took."""
    pending, unconfirmed = job.pending, job.session_unconfirmed
    job = advanced(job, seen, now)._replace(end_announced_at=None, pending=None)
    state = previous._replace(job=job)
    if unconfirmed or pending is Pending.WHOLE_RUN:
        state = state._replace(last_job_duration=job.duration(now))
    if pending is Pending.SAME_RUN and job.outcome is not None:
        return state, (_end_event(job, job.outcome, now, seen),)
    if pending is Pending.WHOLE_RUN:
        return state, _whole_run(job, seen, now)
    return state, ()


def _unseen(
    previous: JobState, seen: Observation, now: float, result: JobResult
) -> Outcome:
    """Take a job that began and ended since the last observation, or long before.

    What came of it is known. An event is only what a report shows of a run that
    failed while the device was in view: a homing that fails takes less than a second.
    """
    failed = previous.observed and result is JobResult.FAILED
    state, job = with_new(previous, seen, now, witnessed=previous.observed)
    job = job._replace(
        stage=Stage.ENDED,
        outcome=result,
        unseen=True,
        pending=Pending.WHOLE_RUN if failed and seen.session is None else None,
    )
    known = seen.time_running is not None
    state = state._replace(
        job=job,
        last_job_result=result,
        last_job_duration=job.duration(now) if known else None,
    )
    observed = failed and seen.session is not None
    return state, _whole_run(job, seen, now) if observed else ()


def _gone(previous: JobState, seen: Observation, now: float) -> Outcome:
    """Follow a device without a job: one that had not ended is over.

    Another program left it, or the device was switched off in mid-job. An announcement
    lags, and may show the end only now.
    """
    job = previous.job
    if job is None or (
        job.stage is Stage.CLEARED and job.pending is not Pending.RESULT
    ):
        return previous, ()
    if job.stage is Stage.ENDED:
        job = job._replace(stage=Stage.CLEARED, pending=None)
        return previous._replace(job=job), ()
    end = (seen.announced_end or job.announced_end) if previous.observed else None
    # After an idle announcement an end is another job's.
    pending = None if seen.announced_idle else Pending.RESULT
    if job.pending is Pending.RESULT and end is None:
        return previous._replace(job=job._replace(pending=pending)), ()
    announced_at = None if seen.from_report else now
    job = job._replace(stage=Stage.CLEARED, pending=None, end_announced_at=announced_at)
    if job.outcome is JobResult.FAILED:
        # It had failed before, in an alarm, and never ran again.
        return lost(previous, job, now), ()
    if end is not None and end.result is not None:
        job = job._replace(error_label=end.label or job.error_label)
        return _close(previous, job, now, end.result)
    if (result := deduced(previous, job, seen)) is not None:
        return _close(previous, job, now, result)
    pending = pending if previous.observed else None
    return lost(previous, job._replace(pending=pending), now), ()


def _close(
    previous: JobState,
    job: Job,
    now: float,
    result: JobResult,
    seen: Observation | None = None,
    *,
    observed: bool = True,
) -> Outcome:
    """End a job with a result, count it, and return the event if it was observed."""
    completed = result is JobResult.COMPLETED
    more = completed and not job.counted
    job = over(job, job.clock.stop(now))._replace(
        outcome=result,
        counted=job.counted or completed,
    )
    state = previous._replace(
        job=job,
        last_job_result=result,
        last_job_duration=job.duration(now),
        jobs_completed=previous.jobs_completed + more,
    )
    return state, (_end_event(job, result, now, seen),) if observed else ()


def _event(
    kind: JobEventType, job: Job, now: float, error: ErrorKey = ErrorKey.NONE
) -> JobEvent:
    return JobEvent(
        type=kind,
        name=job.name,
        toolhead=job.toolhead,
        duration=job.duration(now),
        error=error,
    )


def _end_event(
    job: Job, result: JobResult, now: float, seen: Observation | None
) -> JobEvent:
    """Return the event of an end, with why: what is shown, or was before an abort."""
    error = ErrorKey.NONE
    if result is not JobResult.COMPLETED:
        error = classify(job.error_label)
        if error is ErrorKey.NONE and seen is not None:
            error = seen.error
    return _event(JobEventType(result.value), job, now, error)


def _whole_run(job: Job, seen: Observation, now: float) -> tuple[JobEvent, ...]:
    """Return the events of a job that began and failed between two observations."""
    started = replace(_event(JobEventType.STARTED, job, now), duration=0.0)
    return started, _end_event(job, JobResult.FAILED, now, seen)
