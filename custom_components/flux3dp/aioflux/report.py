"""Reports and job metadata of the robot port, decoded (protocol.md section 5).

Values that a device leaves out, misspells or sends as NaN are None; unknown keys pass
through.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from .errors import ProtocolError
from .util import (
    clean_text,
    duration_of,
    json_object,
    number_between,
    number_in,
    parse_pairs,
    progress_of,
    temperature_of,
    text_or_none,
)

_MISSING = object()

# In datagrams a status id is an i32 (section 2).
_ST_ID_MAX = 2**31 - 1

# An error is a symbol of a few words.
_MAX_WORDS = 16
_MAX_WORD = 64

# mm: more than any file describes, a thousand kilometers.
_MAX_LENGTH = 1e9


class Position(NamedTuple):
    """The toolhead's position in mm; an axis that is not known is None."""

    x: float | None
    y: float | None
    z: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One answer to `player report`.

    `session` tells jobs apart; idle, initializing and occupied devices have none.
    `error` are the words of the error symbol. `progress` is 0.0 to 1.0. Times are
    seconds since the job's start, with (`time_total`) and without (`time_running`) its
    pauses. `module` is the toolhead's type; None is a toolhead that is gone if
    `has_module`, and nothing at all otherwise. Temperatures are °C, `traveled` is mm.
    `occupied_by` is the address of the client that occupies the device.
    """

    st_id: int
    label: str = ""
    session: str | None = None
    error: tuple[str, ...] = ()
    progress: float | None = None
    traveled: float | None = None
    time_total: float | None = None
    time_running: float | None = None
    module: str | None = None
    has_module: bool = False
    nozzle_temperature: float | None = None
    nozzle_target: float | None = None
    position: Position | None = None
    occupied_by: str = ""
    extras: Mapping[str, object] = field(default=MappingProxyType({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class JobInfo:
    """The metadata of a job file; every part of it may be missing.

    `title` is the slicer's name for the job; a device does not tell a file's name.
    `time_cost` is the slicer's estimate in seconds, `travel_distance` and
    `filament_used` (one value per extruder) are mm. `raw` has everything, with the keys
    as they were sent.
    """

    title: str | None = None
    head_type: str | None = None
    time_cost: float | None = None
    travel_distance: float | None = None
    filament_used: tuple[float, ...] = ()
    created_at: str | None = None
    author: str | None = None
    software: str | None = None
    raw: Mapping[str, str] = field(default_factory=dict)


def parse_report(text: str | bytes) -> Report:
    """Return the report in the JSON of a `player report`, NaN allowed.

    Raises `ProtocolError` if it is no JSON object with a whole number `st_id`. Anything
    else that is odd is left out.
    """
    if (data := json_object(text)) is None:
        raise ProtocolError("a report that is no JSON object")
    st_id = number_between(data.pop("st_id", None), -_ST_ID_MAX, _ST_ID_MAX)
    if st_id is None or not st_id.is_integer():
        raise ProtocolError("a report without a status id")

    def take(key: str) -> object:
        return data.pop(key, None)

    module = data.pop("module", _MISSING)
    occupant, _, _task = (text_or_none(take("info")) or "").partition("@")
    return Report(
        st_id=int(st_id),
        label=text_or_none(take("st_label")) or "",
        session=text_or_none(take("session")),
        error=_words(take("error")),
        progress=progress_of(take("prog")),
        traveled=_distance(take("traveled")),
        time_total=duration_of(take("time_total")),
        time_running=duration_of(take("time_running")),
        module=text_or_none(module),
        has_module=isinstance(module, str | None),
        nozzle_temperature=temperature_of(take("rt")),
        nozzle_target=temperature_of(take("tt")),
        position=_position(take("pos")),
        occupied_by=occupant.strip() if st_id < 0 else "",
        extras=MappingProxyType(data),  # What is left.
    )


def _words(value: object) -> tuple[str, ...]:
    """Return an error's words; numbers among them as text."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list):
        return ()
    text = " ".join(str(item) for item in items if type(item) in (str, int, float))
    words = (clean_text(word[:_MAX_WORD]) for word in text.split())
    return tuple(filter(None, words))[:_MAX_WORDS]


def _position(value: object) -> Position | None:
    """Return the position, None if no axis is known."""
    if not isinstance(value, dict):
        return None
    position = Position(*(_distance(value.get(axis)) for axis in "XYZ"))
    return None if position == (None, None, None) else position


def parse_job_info(text: str | bytes) -> JobInfo:
    """Return the metadata in the JSON of a `player info`.

    Raises `ProtocolError` if it is no JSON object. Values are text; numbers are taken
    too, and anything else is left out.
    """
    if isinstance(text, bytes):
        # An author's name in another encoding is no reason to drop all.
        text = text.decode(errors="replace")
    if (data := json_object(text)) is None:
        raise ProtocolError("a job info that is no JSON object")
    return _job_info(
        {
            clean_text(key): clean_text(str(value))
            for key, value in data.items()
            if isinstance(value, str | int | float)
        }
    )


def parse_file_info(text: str) -> JobInfo:
    """Return the metadata of a `file info`: `k=v` joined by zero bytes, after `ok `."""
    return _job_info(parse_pairs(text, "\0", "="))


def _job_info(raw: dict[str, str]) -> JobInfo:
    def value(*keys: str) -> str:
        return next((raw[key] for key in keys if raw.get(key)), "")

    filament = map(_length, value("FILAMENT_USED", "filament_used").split(","))
    return JobInfo(
        title=value("TITLE", "title") or None,
        head_type=value("HEAD_TYPE", "head_type") or None,
        time_cost=duration_of(number_in(value("TIME_COST", "time_cost"))),
        # The second is how newer lasers spell it.
        travel_distance=_length(value("TRAVEL_DIST", "traval_dist", "travel_dist")),
        filament_used=tuple(amount for amount in filament if amount is not None),
        created_at=value("CREATED_AT", "created_at") or None,
        author=value("AUTHOR", "author") or None,
        software=value("SOFTWARE", "software") or None,
        raw=MappingProxyType(raw),
    )


def _distance(value: object) -> float | None:
    """Return a distance (mm) in either direction, None for anything else."""
    return number_between(value, -_MAX_LENGTH, _MAX_LENGTH)


def _length(text: str) -> float | None:
    """Return a length (mm) written as text, None for anything else."""
    return number_between(number_in(text), 0.0, _MAX_LENGTH)
