"""What is known of a device's jobs, kept over restarts.

Knows how it is stored, and when to write. What the state means belongs to the package `job`.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..aioflux.util import duration_of
from ..const import DOMAIN
from .model import Expected, Job, state_text
from .times import RunningClock
from .tracker import INITIAL, JobResult, JobState, Toolhead

_STORAGE_VERSION = 1
_SAVE_DELAY = 10.0

# More seconds than any clock shows: what is stored and beyond that is damage.
_FOREVER: Final = 1e12


class JobStore:
    """The stored job state of one entry.

    Written soon after a turning point, so that a power cut costs little, and when the
    entry or Home Assistant stops. Not for each percent of progress: that would be a
    write every few seconds, for days, often to an SD card.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Read and write nothing yet."""
        self._hass = hass
        self._store = Store[dict[str, Any]](
            hass, _STORAGE_VERSION, f"{DOMAIN}.job.{entry.entry_id}"
        )
        self._state: JobState | None = None
        self._unsubscribe: CALLBACK_TYPE | None = None
        self._closed = False

    async def async_load(self) -> JobState:
        """Return what was stored, or a fresh state."""
        state = restored(await self._store.async_load())
        self._state = state
        self._unsubscribe = self._hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_stop
        )
        return state

    @callback
    def async_keep(self, state: JobState) -> None:
        """Take the newest state, and plan a write if it is worth one.

        Not once closed: by then the file is the next coordinator's, or nobody's.
        """
        if self._closed:
            return
        previous, self._state = self._state, state
        if previous is None or _turning_point(state) != _turning_point(previous):
            self._store.async_delay_save(self._stored, _SAVE_DELAY)

    async def async_close(self) -> None:
        """Write for the last time."""
        self._closed = True
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._state is not None:
            await self._store.async_save(self._stored())

    async def async_remove(self) -> None:
        """Forget what was stored, because the entry is removed."""
        await self._store.async_remove()

    @callback
    def _async_stop(self, _event: Event) -> None:
        """Have the store write when everything writes: it knows how to, once."""
        self._unsubscribe = None
        self._store.async_delay_save(self._stored, _SAVE_DELAY)

    def _stored(self) -> dict[str, Any]:
        """Return what is written: always the newest state."""
        return as_stored(self._state or INITIAL)


def _turning_point(state: JobState) -> tuple[object, ...]:
    return (
        state.status,
        state.job_number,
        state.job_name,
        state.last_job_result,
        state.jobs_completed,
        state.job is not None and state.job.clock.forgetful,
    )


def as_stored(state: JobState) -> dict[str, Any]:
    """Return what must outlive a restart, as JSON has it."""
    return {
        "job": None if state.job is None else _stored_job(state.job),
        "job_number": state.job_number,
        "expected": [state.expected.name, state.expected.at]
        if state.expected
        else None,
        "last_job_result": state.last_job_result,
        "last_job_duration": state.last_job_duration,
        "jobs_completed": state.jobs_completed,
        "printing_time": state.printing_time,
        "filament_used": state.filament_used,
    }


def restored(data: object) -> JobState:
    """Return the state that was stored; what cannot be read is left out.

    The first observation of the device after this never is an event.
    """
    stored = _mapping(data)
    return JobState(
        job=_restored_job(stored.get("job")),
        job_number=_count(stored.get("job_number")),
        expected=_expected(stored.get("expected")),
        last_job_result=_result(stored.get("last_job_result")),
        last_job_duration=duration_of(stored.get("last_job_duration")),
        jobs_completed=_count(stored.get("jobs_completed")),
        printing_time=_seconds(stored.get("printing_time")) or 0.0,
        filament_used=_seconds(stored.get("filament_used")) or 0.0,
    )


def _stored_job(job: Job) -> dict[str, object]:
    """Return a job as JSON has it."""
    clock = job.clock
    return {
        "session": job.session,
        "name": job.name,
        "time_cost": job.time_cost,
        "filament": job.filament,
        "toolhead": job.toolhead,
        "error_label": job.error_label,
        "top_progress": job.top_progress,
        "clock": {
            "base": clock.base,
            "since": clock.since,
            "whole": clock.whole,
            "forgetful": clock.forgetful,
            "device": clock.device,
            "standing": clock.standing,
        },
        "started": job.started,
        "finish": job.finish,
        "past_init": job.past_init,
        "paused": job.paused,
        "resuming_since": job.resuming_since,
        "ended": job.ended,
        "outcome": job.outcome,
        "end_announced_at": job.end_announced_at,
        "cleared": job.cleared,
        "counted": job.counted,
        "session_unconfirmed": job.session_unconfirmed,
        "unseen": job.unseen,
        "counted_time": job.counted_time,
        "counted_filament": job.counted_filament,
    }


def _restored_job(data: object) -> Job | None:
    """Return the job that was stored, if one was; the first version's too."""
    if not (stored := _mapping(data)):
        return None
    outcome = _result(stored.get("outcome"))
    return Job(
        session=_text(stored.get("session")),
        name=state_text(_text(stored.get("name"))),
        time_cost=duration_of(stored.get("time_cost")),
        filament=_seconds(stored.get("filament")),
        toolhead=_toolhead(stored.get("toolhead")),
        error_label=_text(stored.get("error_label")) or "",
        top_progress=_share(stored.get("top_progress")),
        clock=_clock(stored.get("clock")),
        started=_seconds(stored.get("started")),
        finish=_seconds(stored.get("finish")),
        past_init=stored.get("past_init", stored.get("begun")) is True,
        paused=stored.get("paused") is True,
        resuming_since=_seconds(stored.get("resuming_since")),
        ended=stored.get("ended") is True,
        outcome=outcome,
        end_announced_at=_seconds(stored.get("end_announced_at")),
        cleared=stored.get("cleared", stored.get("left")) is True,
        counted=stored.get("counted", outcome is JobResult.COMPLETED) is True,
        session_unconfirmed=stored.get("session_unconfirmed") is True,
        unseen=stored.get("unseen") is True,
        counted_time=duration_of(stored.get("counted_time")) or 0.0,
        counted_filament=_seconds(stored.get("counted_filament")) or 0.0,
    )


def _mapping(value: object) -> Mapping[object, object]:
    """Return a mapping, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    """Return text that is not empty."""
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int:
    """Return a whole number of at least 0."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value < _FOREVER else 0


def _seconds(value: object) -> float | None:
    """Return a number of at least 0 that can be seconds or a moment."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _FOREVER else None


def _share(value: object) -> float | None:
    """Return a number of 0.0 to 1.0."""
    number = _seconds(value)
    return number if number is not None and number <= 1 else None


def _result(value: object) -> JobResult | None:
    """Return a result by its name."""
    return next((result for result in JobResult if result == value), None)


def _toolhead(value: object) -> Toolhead | None:
    """Return a toolhead by its name."""
    return next((toolhead for toolhead in Toolhead if toolhead == value), None)


def _clock(value: object) -> RunningClock:
    """Return a clock from what it was.

    The first version stored a list of the seconds and the moment it ran since.
    """
    stored = _mapping(value)
    listed = value if isinstance(value, list) and len(value) == 2 else None
    base = duration_of(listed[0] if listed else stored.get("base"))
    return RunningClock(
        base=base or 0.0,
        since=_seconds(listed[1] if listed else stored.get("since")),
        whole=base is not None if listed else stored.get("whole") is True,
        forgetful=stored.get("forgetful") is True,
        device=duration_of(stored.get("device")),
        standing=_seconds(stored.get("standing")),
    )


def _expected(value: object) -> Expected | None:
    """Return the job about to start from its name and the moment."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    name, at = _text(value[0]), _seconds(value[1])
    return None if name is None or at is None else Expected(name, at)
