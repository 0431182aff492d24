"""What holds for all that a parser returns, whatever it was given."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
import math

from custom_components.flux3dp.aioflux.errors import (
    CommandFailed,
    FluxError,
    InvalidRequest,
    ProtocolError,
)
from custom_components.flux3dp.aioflux.util import clean_text

# What is handed on as it came, and says so: a device's own clock, and JSON of its own.
_AS_THEY_CAME = frozenset(("timestamp", "extras"))
# A number of three digits (1e9) can be a text of twelve, and a text may be in two fields.
_GROWTH = 16
_SPARE = 4096
_LONGEST_MESSAGE = 300


def parsed[**P, T](
    data: bytes, parse: Callable[P, T], *args: P.args, **kwargs: P.kwargs
) -> T | None:
    """Return what a parser makes of an input, checked; None if it is no protocol."""
    try:
        found = parse(*args, **kwargs)
    except ProtocolError as err:
        check_error(err)
        return None
    check(found, data)
    return found


def check(value: object, data: bytes) -> None:
    """Assert that a value is clean, finite, and not much larger than what it is from."""
    assert _checked(value) <= len(data) * _GROWTH + _SPARE, "it grew"


def check_error(err: FluxError) -> None:
    """Assert that an error can be logged and shown."""
    text = str(err)
    assert clean_text(text) == text, ascii(text)
    if isinstance(err, CommandFailed):
        # What the symbol and its words are is compared, and not shown.
        assert err.symbol
    if isinstance(err, InvalidRequest):
        # What it names is the caller's.
        assert err.field in ("file", "path", "temperature")
    else:
        assert len(text) <= _LONGEST_MESSAGE


def _checked(value: object) -> int:
    """Return the size of a value."""
    match value:
        case None | bool() | Enum():
            return 1
        case int():
            # All are ids, counts and sizes: a larger one has a wrong type.
            assert abs(value) < 1 << 53, value
            return 8
        case float():
            assert math.isfinite(value), value
            assert abs(value) < 1 << 53, value  # Rounded, it is in some JSON.
            return 8
        case str():
            assert clean_text(value) == value, ascii(value)
            return len(value)
        case bytes():
            return len(value)
        case Mapping():
            return sum(_checked(k) + _checked(v) for k, v in value.items())
        case list() | tuple():
            return sum(map(_checked, value))
    assert is_dataclass(value), type(value)
    names = [field.name for field in fields(value)]
    return sum(_checked(getattr(value, n)) for n in names if n not in _AS_THEY_CAME)
