"""The settings of a device: which there are, and which values they take (section 11).

Text in and text out, as ``config get`` and ``config set`` have it.
"""

from collections.abc import Callable, Iterable, Mapping

from .errors import RobotError

#: The height of the machine, mm, as in ``leveling``.
_HEIGHT = 230
_REACH = 100


def _one_of(*allowed: str) -> Callable[[str], bool]:
    return lambda value: value in allowed


def _number(value: str, kind: type[float] = int) -> float:
    try:
        return kind(value)
    except ValueError as err:
        # The firmware is written in the same language.
        words = str(err).replace("'", "")
        raise RobotError(f"UNKNOWN_ERROR {words}") from err


def _axes(value: str) -> bool:
    parts = (part.partition(":") for part in value.split())
    return all(name and number for name, _, number in parts)


_YES_OR_NO = _one_of("Y", "N")

_TAKES: Mapping[str, Callable[[str], bool]] = {
    "correction": _one_of("A", "a", "H", "N"),
    "filament_detect": _YES_OR_NO,
    "autoresume": _YES_OR_NO,
    "replay": _YES_OR_NO,
    "movement_test": _YES_OR_NO,
    "enable_backlash": _YES_OR_NO,
    "zoffset": lambda value: -1.0 <= _number(value, float) <= 1.0,
    "zprobe_dist": lambda value: _HEIGHT - _REACH <= _number(value) <= _HEIGHT,
    "head_error_level": lambda value: _number(value) >= 0,
    "broadcast": _one_of("L", "A", "N"),
    "plus_extrusion": _YES_OR_NO,
    "camera_version": bool,
    "bare": _YES_OR_NO,
    "enable_cloud": _one_of("A", "R", "N"),
    "player_postback_url": bool,
    "backlash": _axes,
    "leveling": _axes,
}


class Settings:
    """What ``config`` reads and writes; ``RobotError`` for what the device refuses."""

    def __init__(self, *, generation: int, unknown: Iterable[str] = ()) -> None:
        """Start as from the factory."""
        #: Keys that are refused, as by older firmware.
        self.unknown = frozenset(unknown)
        #: What is set, by key.
        self.values = {
            "backlash": "A:10.0000 C:10.0000 B:10.0000",
            "leveling": "H:230.0000 R:96.7000 Y:-0.0000 X:-0.0000 Z:-0.0000",
        }
        if generation == 2:
            self.values["bare"] = "Y"

    def get(self, key: str) -> str | None:
        """Return a value; None when nothing is set."""
        self._require(key)
        return self.values.get(key)

    def set(self, key: str, value: str) -> None:
        """Set a value."""
        self._require(key)
        if not _TAKES[key](value):
            raise RobotError("BAD_PARAMS")
        self.values[key] = value

    def delete(self, key: str) -> None:
        """Set a value no more."""
        self._require(key)
        self.values.pop(key, None)

    def _require(self, key: str) -> None:
        if key not in _TAKES or key in self.unknown:
            raise RobotError("BAD_PARAMS")
