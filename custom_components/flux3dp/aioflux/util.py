"""Reads text and numbers that a device sent and that may be anything at all."""

import json
import math
import re
import unicodedata

MAX_DURATION = 10 * 365.25 * 24 * 3600
"""Seconds. No job takes ten years: a longer time is damaged."""

# °C: between absolute zero and what melts a heater; anything else was not measured.
_COLDEST = -273.15
_HOTTEST = 2000.0

# `float()` also reads `1_000`, ` 1 ` and `infinity`, which no device writes. There is one
# way to match any text: where digits can be divided, a long text takes its length squared.
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)

# Control characters, half characters, and the separators that end a line of a log.
_DROPPED = frozenset(("Cc", "Cs", "Zl", "Zp"))
# They turn the text around them from left to right, or back.
_BIDI = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# The first letter of the categories in which a character shows nothing by itself.
_INVISIBLE = frozenset("CZ")


def json_object(text: str | bytes) -> dict[str, object] | None:
    """Return a JSON object (NaN allowed), None for anything else."""
    try:
        data: object = json.loads(text)
    except ValueError, RecursionError:  # The latter: it can be nested without end.
        return None
    return data if isinstance(data, dict) else None


def parse_pairs(text: str, separator: str, equals: str) -> dict[str, str]:
    """Return the `key=value` parts of a text, cleaned; parts of another form are left out."""
    pairs = (part.partition(equals) for part in text.split(separator))
    return {
        clean_text(key): clean_text(value)
        for key, found, value in pairs
        if key and found
    }


def clean_text(text: str) -> str:
    """Return text that can be stored, logged and shown.

    Half a character, which JSON can spell, becomes a question mark. Control characters
    and those that turn the direction of writing are dropped.
    """
    if text.isprintable():
        return text
    return "".join(
        character
        for character in text.encode("utf-8", "replace").decode()
        if character not in _BIDI and unicodedata.category(character) not in _DROPPED
    )


def is_blank(text: str) -> bool:
    """Return whether a text shows nothing."""
    return all(unicodedata.category(character)[0] in _INVISIBLE for character in text)


def text_of(value: object) -> str:
    """Return text, or a number as text; an empty one for anything else."""
    return clean_text(str(value)) if isinstance(value, str | int | float) else ""


def text_or_none(value: object) -> str | None:
    """Return text that is not empty, None for anything else."""
    return clean_text(value) or None if isinstance(value, str) else None


def number_in(text: str) -> float | None:
    """Return a number written as text, None for anything else."""
    return (
        finite_number(float(text)) if _NUMBER.fullmatch(text := text.strip()) else None
    )


def finite_number(value: object) -> float | None:
    """Return a finite number, None for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:  # A whole number in JSON has no largest value, a float has.
        return None
    return number if math.isfinite(number) else None


def number_between(value: object, low: float, high: float) -> float | None:
    """Return a number from `low` to `high`, None for anything else."""
    number = finite_number(value)
    return number if number is not None and low <= number <= high else None


def progress_of(value: object) -> float | None:
    """Return a progress of 0.0 to 1.0; a number beside that is cut, None for others."""
    number = finite_number(value)
    if number is None or 0.0 <= number <= 1.0:
        return number
    return min(max(number, 0.0), 1.0)


def temperature_of(value: object) -> float | None:
    """Return the first of a list of temperatures (°C): one per nozzle."""
    if isinstance(value, list):
        value = value[0] if value else None
    return number_between(value, _COLDEST, _HOTTEST)


def duration_of(value: object) -> float | None:
    """Return a number of seconds that a job can take, None for anything else."""
    return number_between(value, 0.0, MAX_DURATION)
