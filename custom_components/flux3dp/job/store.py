"""What is known of a device's jobs, kept over restarts."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, get_args, get_type_hints

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.storage import Store

from ..aioflux.util import MAX_DURATION, duration_of, number_between, text_or_none
from ..const import DOMAIN
from .model import (
    INITIAL,
    LASTING,
    Expected,
    Job,
    JobResult,
    JobState,
    Share,
    Stage,
    state_text,
)
from .times import Seconds, Stopwatch

_STORAGE_VERSION = 1
_SAVE_DELAY = 10.0

# What a restart makes unknown.
_PASSING: Final = frozenset(
    {"announced", "announced_end", "ceiling", "checked_at", "lost_at", "pending"}
)

# What is stored and beyond that is damage. As seconds it is in the year 5138: a date, which
# has four digits, can be made of it.
_FOREVER: Final = 1e11
# What is stored, by the type of a field.
_HIGHEST: Final[Mapping[object, float]] = {
    float: _FOREVER,
    Seconds: MAX_DURATION,
    Share: 1.0,
}

# To work them out takes longer than all else in a restore.
_HINTS: Final = {kind: get_type_hints(kind) for kind in (JobState, Job, Stopwatch)}


class JobStore:
    """The stored job state of one entry.

    Written soon after a turning point, so that a power cut costs little, and when the
    entry or Home Assistant stops. Not for each percent of progress: that would be a
    write every few seconds, for days, often to an SD card.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        self._store = Store[dict[str, Any]](
            hass, _STORAGE_VERSION, f"{DOMAIN}.job.{entry.entry_id}"
        )
        self._state = INITIAL

    async def async_load(self) -> JobState:
        """Return what was stored, or a fresh state."""
        self._state = restored(await self._store.async_load())
        return self._state

    @callback
    def async_keep(self, state: JobState) -> None:
        """Take the newest state, and schedule a write if it is worth one."""
        previous, self._state = self._state, state
        if _turning_point(state) != _turning_point(previous):
            self._store.async_delay_save(lambda: as_stored(self._state), _SAVE_DELAY)

    async def async_close(self) -> None:
        """Write for the last time."""
        await self._store.async_save(as_stored(self._state))

    async def async_remove(self) -> None:
        """Forget what was stored, because the entry is removed."""
        await self._store.async_remove()


def _turning_point(state: JobState) -> tuple[object, ...]:
    return (
        state.status,
        state.job_number,
        state.job_name,
        state.last_job_result,
        state.jobs_completed,
        state.job is not None and state.job.clock.forgetful,
    )


def restored(data: object) -> JobState:
    """Return the state that was stored; what cannot be read is left out.

    The first observation of the device after this never is an event.
    """
    return JobState(**_read(JobState, data))


type _Stored = JobState | Job | Stopwatch


def as_stored(value: _Stored) -> dict[str, Any]:
    """Return what must outlive a restart, as JSON has it."""
    stored = {name: getattr(value, name) for name in _fields(type(value))}
    return {
        name: as_stored(each) if isinstance(each, Job | Stopwatch) else each
        for name, each in stored.items()
    }


def _read(kind: type[_Stored], data: object) -> dict[str, Any]:
    """Return the fields of a dataclass; what is missing or damaged has its default."""
    stored = data if isinstance(data, Mapping) else {}
    hints = _HINTS[kind]
    found = {
        # The type of a field, or what it is if it is not None.
        name: _value((*get_args(hints[name]), hints[name])[0], stored.get(name))
        for name in _fields(kind)
    }
    return {name: value for name, value in found.items() if value is not None}


def _fields(kind: type[_Stored]) -> list[str]:
    names = LASTING if kind is JobState else _HINTS[kind]
    return [name for name in names if name not in _PASSING]


def _value(kind: object, value: object) -> object:
    """Return a stored value of a type; None for damage."""
    if kind in _HIGHEST:
        return number_between(value, 0.0, _HIGHEST[kind])
    if kind is Job:
        return _job(value)
    if kind is Stopwatch:
        return _clock(value)
    if kind is Expected:
        return _expected(value)
    if kind is int:
        number = number_between(value, 0, _FOREVER)
        return None if number is None else int(number)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next((each for each in kind if each.value == value), None)
    if kind is str:
        return text_or_none(value)
    return value if isinstance(kind, type) and isinstance(value, kind) else None


def _expected(value: object) -> Expected | None:
    """Return the job about to start from its name and the moment: JSON has a list."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    name, at = _value(str, value[0]), _value(float, value[1])
    if not isinstance(name, str) or not isinstance(at, float):
        return None
    return Expected(name, at)


def _clock(value: object) -> Stopwatch:
    """Return a stopwatch; version 1.0 stored the seconds and the moment it ran since."""
    if isinstance(value, list) and len(value) == 2:
        base, since = value
        value = {"base": base, "since": since, "whole": duration_of(base) is not None}
    # What is not known to cover the whole job does not.
    return Stopwatch(**{"whole": False} | _read(Stopwatch, value))


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
    found = _read(Job, stored)
    return Job(**found | {"name": state_text(found.get("name"))})
