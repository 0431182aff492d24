"""What all jobs of a device add up to: printing time and filament."""

import math

from .model import JobResult, JobState, Stage


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
