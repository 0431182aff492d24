"""What is known of a device's jobs, kept over restarts."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..aioflux.util import duration_of
from ..const import DOMAIN
from .model import (
    INITIAL,
    Expected,
    Job,
    JobResult,
    JobState,
    Stage,
    Toolhead,
    state_text,
)
from .times import Stopwatch

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

    async def async_load(self) -> JobState:
        """Return what was stored, or a fresh state."""
        self._state = restored(await self._store.async_load())
        self._unsubscribe = self._hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_stop
        )
        return self._state

    @callback
    def async_keep(self, state: JobState) -> None:
        """Take the newest state, and schedule a write if it is worth one."""
        previous, self._state = self._state, state
        if previous is None or _turning_point(state) != _turning_point(previous):
            self._store.async_delay_save(self._stored, _SAVE_DELAY)

    async def async_close(self) -> None:
        """Write for the last time."""
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
    return _written(_STATE, state)


def restored(data: object) -> JobState:
    """Return the state that was stored; what cannot be read is left out.

    The first observation of the device after this never is an event.
    """
    return JobState(**_read(_STATE, data))


# What is stored, field by field: each has a reader, which returns None for damage. Then,
# and where nothing is stored, the field has its default.
type _Reader = Callable[[object], Any]
type _Table = Mapping[str, _Reader]


def _written(table: _Table, value: object) -> dict[str, Any]:
    return {name: _plain(getattr(value, name)) for name in table}


def _plain(value: object) -> object:
    if isinstance(value, Job):
        return _written(_JOB, value)
    if isinstance(value, Stopwatch):
        return _written(_CLOCK, value)
    return list(value) if isinstance(value, Expected) else value


def _read(table: _Table, data: object) -> dict[str, Any]:
    stored = data if isinstance(data, Mapping) else {}
    found = {name: read(stored.get(name)) for name, read in table.items()}
    return {name: value for name, value in found.items() if value is not None}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> float | None:
    """Return a number of at least 0 that can be seconds or a moment."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _FOREVER else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and _number(value) is not None else None


def _share(value: object) -> float | None:
    number = _number(value)
    return number if number is not None and number <= 1 else None


def _one_of(kind: type[Enum]) -> _Reader:
    return lambda value: next((each for each in kind if each.value == value), None)


def _expected(value: object) -> Expected | None:
    """Return the job about to start from its name and the moment."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    name, at = _text(value[0]), _number(value[1])
    return None if name is None or at is None else Expected(name, at)


def _clock(value: object) -> Stopwatch | None:
    """Return a stopwatch; version 1.0 stored the seconds and the moment it ran since."""
    if isinstance(value, list) and len(value) == 2:
        base, since = value
        value = {"base": base, "since": since, "whole": duration_of(base) is not None}
    # What is not known to cover the whole job does not.
    return Stopwatch(**{"whole": False} | _read(_CLOCK, value))


def _job(value: object) -> Job | None:
    """Return the job, also of an earlier version."""
    if not isinstance(value, Mapping) or not value:
        return None
    stored = dict(value)
    stored.setdefault("past_init", stored.get("begun"))
    stored.setdefault("counted", stored.get("outcome") == JobResult.COMPLETED)
    if stored.get("cleared", stored.get("left")) is True:
        stored.setdefault("stage", Stage.CLEARED)
    elif stored.get("ended") is True:
        stored.setdefault("stage", Stage.ENDED)
    return Job(**_read(_JOB, stored))


_CLOCK: Final[_Table] = {
    "base": duration_of,
    "since": _number,
    "whole": _flag,
    "forgetful": _flag,
    "device": duration_of,
    "standing": _number,
}
_JOB: Final[_Table] = {
    "session": _text,
    "name": lambda value: state_text(_text(value)),
    "time_cost": duration_of,
    "filament": _number,
    "toolhead": _one_of(Toolhead),
    "error_label": _text,
    "top_progress": _share,
    "clock": _clock,
    "started": _number,
    "finish": _number,
    "past_init": _flag,
    "paused": _flag,
    "resuming_since": _number,
    "stage": _one_of(Stage),
    "outcome": _one_of(JobResult),
    "end_announced_at": _number,
    "counted": _flag,
    "session_unconfirmed": _flag,
    "unseen": _flag,
    "counted_time": duration_of,
    "counted_filament": _number,
}
_STATE: Final[_Table] = {
    "job": _job,
    "job_number": _count,
    "expected": _expected,
    "last_job_result": _one_of(JobResult),
    "last_job_duration": duration_of,
    "jobs_completed": _count,
    "printing_time": _number,
    "filament_used": _number,
}
