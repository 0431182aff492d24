"""What is happening to the job: a pure tracker, without a clock of its own.

`track` takes what was known, what the device says now and what time it is, and
gives what is known then and the events that were seen. The rules of a job's life
are `job_rules.py`'s, the words for it `job_state.py`'s, the table of status ids
and which source counts `job_sight.py`'s, the arithmetic of times `job_times.py`'s.

Events are transitions that were *seen*. The first look after a start, a restore
or a silence only brings the state up to date, whatever happened meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
import math

from .aioflux.device import DeviceStatus
from .aioflux.report import JobInfo
from .job_rules import fitted, follow
from .job_sight import TRANSITION, Phase, Reported, Sight, look, toolhead_of
from .job_state import (
    INITIAL,
    Expected,
    Job,
    JobEvent,
    JobEventType,
    JobResult,
    JobState,
    JobStatus,
    Problem,
    Toolhead,
    state_text,
)
from .job_times import estimate_remaining, steady_finish

__all__ = [
    "INITIAL",
    "JobEvent",
    "JobEventType",
    "JobResult",
    "JobState",
    "JobStatus",
    "Problem",
    "Reported",
    "Step",
    "Toolhead",
    "describe",
    "expect",
    "track",
]

# As a share of the time a report stays fresh: how long an aborted job can look like a resumed
# one. The abort takes about a second, the next datagram comes within three.
_RESUME_PATIENCE = 0.8

# What a nozzle's temperature (°C) must change by to be shown again.
_STILL = 1.0


@dataclass(frozen=True, slots=True)
class Step:
    """What one look brought: the state now, and what was seen to happen.

    `problem` is the error that appeared with this look, if one did.
    """

    state: JobState
    events: tuple[JobEvent, ...] = ()
    problem: Problem | None = None


def track(
    previous: JobState,
    status: DeviceStatus | None,
    reported: Reported | None,
    now: float,
    *,
    report_fresh: float = 5.0,
) -> Step:
    """Return the state that follows from the latest datagram and report.

    `status` is the latest datagram, None once the device fell silent;
    `reported` the latest report, however old: one under `report_fresh` seconds
    outweighs the datagram, an older one counts for nothing. `now` is epoch
    seconds. The same inputs again change nothing and are no event.
    """
    sight = look(status, reported, now, report_fresh)
    if sight is None:
        return Step(_shown(previous, None, now))
    if sight.st_id == TRANSITION:
        if previous.st_id is None:
            heard = replace(_shown(previous, None, now), online=True, status=None)
            return Step(replace(heard, from_report=sight.from_report))
        sight = sight.continuing(previous.st_id, previous.status)
    state, events = follow(previous, sight, now, report_fresh * _RESUME_PATIENCE)
    state = _shown(state, sight, now)
    appeared = state.problem and state.error is not previous.error
    return Step(
        state,
        events,
        Problem(error=state.error, label=state.error_label)
        if appeared and previous.contact
        else None,
    )


def describe(
    state: JobState,
    *,
    job_number: int,
    name: str | None = None,
    info: JobInfo | None = None,
) -> JobState:
    """Return the state with what was learnt about job number `job_number`.

    Unchanged if another job is there by now. Times follow with the next look.
    """
    job = state.job
    if job is None or state.job_number != job_number:
        return state
    if name is not None:
        job = replace(job, name=state_text(name))
    if info is not None:
        job = replace(
            job,
            # What was started here goes by the name of its file.
            name=job.name or state_text(info.title),
            time_cost=info.time_cost,
            toolhead=job.toolhead or fitted(toolhead_of(info.head_type or "")),
        )
    return replace(state, job=job)


def expect(state: JobState, name: str | None, now: float) -> JobState:
    """Return the state that gives the next job a name, or none after all.

    For a job that is about to be started here: a device does not tell the name
    of the file it runs.
    """
    name = state_text(name)
    return replace(state, expected=None if name is None else Expected(name, now))


def _shown(state: JobState, sight: Sight | None, now: float) -> JobState:
    """Return the state with everything that is seen now, or nothing in silence."""
    remembered = JobState(
        status=JobStatus.OFFLINE,
        job=state.job,
        job_number=state.job_number,
        expected=state.expected,
        last_job_result=state.last_job_result,
        last_job_duration=state.last_job_duration,
        jobs_completed=state.jobs_completed,
    )
    if sight is None:
        return remembered
    shown = replace(
        remembered,
        online=True,
        from_report=sight.from_report,
        st_id=sight.st_id,
        status=sight.status,
        active=sight.phase is Phase.ALIVE,
        paused=sight.is_paused,
        running=sight.is_running,
        problem=bool(sight.error_label) or sight.phase is Phase.ALARM,
        error=sight.error,
        error_label=sight.error_label,
        occupied_by=state_text(sight.occupied_by),
        toolhead=_toolhead(state.job, sight),
        nozzle_temperature=_steady(state.nozzle_temperature, sight.nozzle_temperature),
        nozzle_target=sight.nozzle_target,
    )
    if state.job is None or state.job.left:
        return shown
    return _timed(shown, state.job, sight, now)


def _toolhead(job: Job | None, sight: Sight) -> Toolhead | None:
    """Return the toolhead; a device that names none need not have looked for it.

    One that is idle, or begins a job, has not; and in a longer pause it switches its
    toolhead off, which then does not answer (protocol.md section 5).
    """
    if sight.toolhead is not Toolhead.NONE:
        return sight.toolhead
    if sight.phase is not Phase.ALIVE or sight.is_initializing:
        return None
    if sight.is_paused and not sight.error_label.startswith("HEAD_ERROR"):
        return job.toolhead if job else None
    return Toolhead.NONE


def _steady(shown: float | None, measured: float | None) -> float | None:
    """Return the temperature shown (°C): a heater is never quite still."""
    if shown is None or measured is None or abs(measured - shown) >= _STILL:
        return measured
    return shown


def _timed(shown: JobState, job: Job, sight: Sight, now: float) -> JobState:
    """Return the state with the progress and the times of the job on the device."""
    progress = None if sight.progress is None else job.top_progress
    ran = job.clock.reading(now) if job.clock else None
    shown = replace(
        shown,
        progress=progress,
        elapsed_minutes=None if ran is None else int(ran // 60),
    )
    left = None if job.ended else estimate_remaining(job.time_cost, progress, ran)
    if left is None:
        return shown
    shown = replace(shown, remaining_minutes=math.ceil(round(left) / 60))
    if sight.is_paused:
        # Nobody knows when it will go on; what it needs then is known.
        return shown
    finish = steady_finish(job.finish, left, now)
    return replace(shown, finish_time=finish, job=replace(job, finish=finish))
