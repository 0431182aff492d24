"""Single values out of a device's JSON, which may be anything at all.

Knows what JSON can spell and the rest of the world cannot store. What a value means
is the business of whoever asked for it.
"""

from __future__ import annotations

import math


def clean_text(text: str) -> str:
    """Return text that can be stored: JSON can spell half a character."""
    return text.encode("utf-8", "replace").decode()


def text_of(value: object) -> str:
    """Return a value as text; an empty one for null, as for a key that is missing."""
    return "" if value is None else clean_text(str(value))


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
