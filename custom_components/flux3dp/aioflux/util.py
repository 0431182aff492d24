"""Single values out of what a device says, which may be anything at all.

Knows what JSON and UTF-8 can spell and the rest of the world cannot store, log or show.
What a value means is the business of whoever asked for it.
"""

from __future__ import annotations

import json
import math
import unicodedata

MAX_DURATION = 10 * 365.25 * 24 * 3600
"""No job takes ten years (seconds): what says so is damaged, or a joke."""

# Control characters, half characters, and the separators that end a line of a log.
_DROPPED = frozenset(("Cc", "Cs", "Zl", "Zp"))
# They turn the text around them from left to right, or back.
_BIDI = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
# The first letter of the categories in which a character shows nothing by itself.
_INVISIBLE = frozenset("CZ")


def json_object(text: str | bytes) -> dict[str, object] | None:
    """Return a JSON object, None if it is none."""
    # RecursionError: a device, or whoever poses as one, can nest without end.
    try:
        data: object = json.loads(text)
    except ValueError, RecursionError:
        return None
    return data if isinstance(data, dict) else None


def clean_text(text: str) -> str:
    """Return text that can be stored, logged and shown.

    Half a character, which JSON can spell, becomes a question mark; control characters
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
    """Whether a text shows nothing."""
    return all(unicodedata.category(character)[0] in _INVISIBLE for character in text)


def text_of(value: object) -> str:
    """Return text, or a number as text; an empty one for anything else."""
    return clean_text(str(value)) if isinstance(value, str | int | float) else ""


def finite_number(value: object) -> float | None:
    """Return a finite number; None for anything else."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    # A whole number in JSON has no largest value, a float has.
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def number_between(value: object, low: float, high: float) -> float | None:
    """Return a number from `low` to `high`; None for anything else."""
    number = finite_number(value)
    return number if number is not None and low <= number <= high else None


def duration_of(value: object) -> float | None:
    """Return a number of seconds that something can take; None for anything else."""
    return number_between(value, 0.0, MAX_DURATION)
