"""What is happening to the job: a pure tracker, without a clock of its own.

Events are transitions that were *seen*. The first observation after a start or a
restore only brings the state up to date, whatever happened meanwhile; after a silence
the end of a job that is known to be the same is an event too.
"""

import math
from typing import Any, NamedTuple

from ..aioflux.report import JobInfo
from .model import (
    LASTING,
    Expected,
    Job,
    JobEvent,
    JobState,
    JobStatus,
    Pending,
    Problem,
    Stage,
    Toolhead,
    state_text,
)
from .observation import Announced, Observation, Reported, observe
from .run import with_totals
from .status_table import PAUSED_BIT, TRANSITION, Phase, fitted, toolhead_of
from .times import estimate_remaining, steady_finish
from .transitions import apply

# As a share of the time a report stays fresh: how long an aborted job can look like a resumed
# one. The abort takes about a second, the next datagram comes within three.
_RESUME_PATIENCE = 0.8

# What a nozzle's temperature (°C) must change by to be shown again.
_STILL = 1.0


class Step(NamedTuple):
    """The state now, what was seen to happen, and the error that appeared, if one did."""

    state: JobState
    events: tuple[JobEvent, ...] = ()
    problem: Problem | None = None


def track(
    previous: JobState,
    announced: Announced | None,
    reported: Reported | None,
    now: float,
    *,
    report_fresh: float = 5.0,
    status_lag: float = 1.0,
) -> Step:
    """Return the state that follows from the latest datagram and report.

    `announced` is the latest datagram, None in silence, `reported` the latest report,
    however old; `now` is epoch seconds. The same again changes nothing and is no event.
    """
    seen = observe(
        announced, reported, now, report_fresh=report_fresh, status_lag=status_lag
    )
    if seen is None:
        return Step(_build_state(_out_of_contact(previous, now), None, now))
    if seen.st_id == TRANSITION:
        if previous.st_id is None:
            heard = _build_state(previous, None, now)._replace(
                online=True, status=None, from_report=seen.from_report
            )
            return Step(heard)
        # What it was before goes on.
        label = seen.error_label if previous.st_id >= 0 else ""
        seen = seen._replace(
            st_id=previous.st_id, status=previous.status, error_label=label
        )
    state, events = apply(previous, seen, now, report_fresh * _RESUME_PATIENCE)
    state = _build_state(with_totals(state, now), seen, now)
    problem = None
    if previous.observed and state.problem and state.error is not previous.error:
        problem = Problem(error=state.error, label=state.error_label)
    return Step(state, events, problem)


def describe(state: JobState, job_number: int, info: JobInfo) -> JobState:
    """Return the state with what job number `job_number` is, if it is still there."""
    job = state.job
    if job is None or state.job_number != job_number:
        return state
    described = job._replace(
        # What was started here goes by the name of its file.
        name=job.name or state_text(info.title),
        time_cost=info.time_cost,
        filament=sum(info.filament_used) if info.filament_used else None,
        toolhead=job.toolhead or fitted(toolhead_of(info.head_type or "")),
    )
    return state._replace(job=described)


def expect(state: JobState, name: str | None, now: float) -> JobState:
    """Return the state that gives the next job the name of its file, or none after all.

    A device does not tell what it is called.
    """
    name = state_text(name)
    return state._replace(expected=None if name is None else Expected(name, now))


def _out_of_contact(state: JobState, now: float) -> JobState:
    """Return the state that remembers since when its job is out of view."""
    job = state.job
    if not state.observed or job is None:
        return state
    # After it only a session tells whether it is the same run.
    pending = job.pending if job.pending is Pending.SAME_RUN else None
    job = job._replace(lost_at=now, pending=pending, announced_end=None)
    return state._replace(job=job)


def _build_state(state: JobState, seen: Observation | None, now: float) -> JobState:
    """Return the state with everything that is seen now, or nothing in silence."""
    kept: dict[str, Any] = dict(zip(LASTING, state, strict=False))
    if seen is None:
        return JobState(status=JobStatus.OFFLINE, **kept)
    job, active = state.job, seen.phase is Phase.ALIVE
    if job is not None and job.stage is not Stage.CLEARED:
        kept |= _times(job, seen, now)
    return JobState(
        online=True,
        from_report=seen.from_report,
        st_id=seen.st_id,
        status=seen.status,
        active=active,
        paused=seen.is_paused,
        running=active and not seen.st_id & PAUSED_BIT,
        problem=bool(seen.error_label) or seen.phase is Phase.ALARM,
        error=seen.error,
        error_label=seen.error_label,
        occupied_by=state_text(seen.occupied_by),
        toolhead=_toolhead(state.job, seen),
        nozzle_temperature=_steady(state.nozzle_temperature, seen.nozzle_temperature),
        nozzle_target=seen.nozzle_target,
        **kept,
    )


def _toolhead(job: Job | None, seen: Observation) -> Toolhead | None:
    """Return the toolhead; a device that names none need not have looked for it.

    One that is idle, or begins a job, has not; and in a longer pause it switches its
    toolhead off, which does not answer until the job runs again (protocol.md section 5).
    """
    if seen.toolhead is not Toolhead.NONE:
        return seen.toolhead
    if seen.phase is not Phase.ALIVE or seen.is_initializing:
        return None
    # A resume clears the label of what was wrong with it, whether or not that is mended.
    label = seen.error_label or (job.error_label if job else "")
    off = seen.is_paused or seen.status is JobStatus.RESUMING
    # A resume that fails at once has not switched it on.
    off = off or (job is not None and job.paused)
    if off and not label.startswith("HEAD_ERROR"):
        return job.toolhead if job else None
    return Toolhead.NONE


def _steady(shown: float | None, measured: float | None) -> float | None:
    """Return the temperature shown (°C): a heater is never quite still."""
    if shown is None or measured is None or abs(measured - shown) >= _STILL:
        return measured
    return shown


def _times(job: Job, seen: Observation, now: float) -> dict[str, Any]:
    """Return the job on the device, with its progress and times as they are shown."""
    progress = None if seen.progress is None else job.top_progress
    ran = job.running_time(now)
    left = finish = None
    if job.stage is Stage.ACTIVE:
        left = estimate_remaining(job.time_cost, progress, ran)
    # When a paused job will go on is not known; what it needs then is.
    if left is not None and not seen.is_paused:
        finish = steady_finish(job.finish, left, now)
        if finish != job.finish:
            job = job._replace(finish=finish)
    return {
        "job": job,
        "progress": progress,
        "elapsed_minutes": None if ran is None else int(ran // 60),
        "remaining_minutes": None if left is None else math.ceil(round(left) / 60),
        "finish_time": finish,
    }
