"""A toolhead: what it is, what it measures, and how hot it may get (protocol.md section 10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .errors import InvalidRequest
from .util import finite_number, number_between, number_in, temperature_of, text_or_none

NO_TOOLHEAD: Final = "N/A"
EXTRUDER: Final = "EXTRUDER"
HOTTEST: Final = 300.0
_COLDEST_LOAD: Final = 170.0
# What a toolhead heats to that does not say its limit: that of the extruder whose replies
# were recorded. Above what a toolhead says, nothing is promised (section 10).
_HOTTEST_UNKNOWN: Final = 235.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolheadInfo:
    """What a toolhead is: its type (`EXTRUDER`), None without one; the most it heats (°C)."""

    type: str | None
    version: str | None
    max_temperature: float | None
    raw: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolheadStatus:
    """What a toolhead measures: its type, None without one; nozzle and target (°C)."""

    type: str | None
    temperature: float | None
    target: float | None


def parse_toolhead_info(data: Mapping[str, object]) -> ToolheadInfo:
    """Return what a `headinfo` says."""
    most = data.get("MAX_TEMPERATURE")
    most = number_in(most) if isinstance(most, str) else finite_number(most)
    return ToolheadInfo(
        type=_type(data.get("TYPE", data.get("module"))),
        version=text_or_none(data.get("VERSION", data.get("version"))),
        max_temperature=number_between(most, 0.0, HOTTEST),
        raw=MappingProxyType(dict(data)),
    )


def parse_toolhead_status(data: Mapping[str, object]) -> ToolheadStatus:
    """Return what a `headstatus` says."""
    return ToolheadStatus(
        type=_type(data.get("module")),
        temperature=temperature_of(data.get("rt")),
        target=temperature_of(data.get("tt")),
    )


def check_temperature(temperature: float) -> None:
    """Raise InvalidRequest (`temperature`, `too_cold`) if no filament moves at it (°C)."""
    if not temperature >= _COLDEST_LOAD:  # As does one that is not a number.
        message = f"filament moves at {_COLDEST_LOAD:g} °C or more"
        raise InvalidRequest("temperature", "too_cold", message, _COLDEST_LOAD)


def check_limit(temperature: float, toolhead: ToolheadInfo | None) -> None:
    """Raise InvalidRequest (`temperature`) if a toolhead does not take it (°C).

    `too_hot` for what it says of itself, `limit_unknown` if it says nothing; None is one
    that was not read.
    """
    most = toolhead and toolhead.max_temperature
    reason, limit = ("too_hot", most) if most else ("limit_unknown", _HOTTEST_UNKNOWN)
    if not temperature <= limit:
        message = f"the toolhead takes {limit:g} °C at most"
        raise InvalidRequest("temperature", reason, message, limit)


def _type(value: object) -> str | None:
    return None if value == NO_TOOLHEAD else text_or_none(value)
