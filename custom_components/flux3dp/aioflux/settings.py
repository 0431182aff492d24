"""The settings of a device that decide how a job runs (protocol.md section 11).

Text; one that is not set is what the job says, then the default.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from .command import Commands
from .errors import CommandFailed, InvalidRequest, ProtocolError
from .util import number_between, number_in

type Value = bool | float | str

_UNKNOWN_KEY: Final = "BAD_PARAMS"
_YES, _NO = "Y", "N"
_CALIBRATION: Final = ("backlash", "leveling")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A setting: its key, what it takes, and what counts if it is not set.

    A switch (bool) if it has neither `choices` nor `limits`; text with neither `choices`
    nor a default is only read.
    """

    key: str
    default: Value | None = None
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None

    def parse(self, text: str) -> Value | None:
        """Return the value a device's text stands for; None if it is none."""
        if self.choices:
            return text.upper() if text.upper() in self.choices else None
        if self.limits is not None:
            return number_between(number_in(text), *self.limits)
        if isinstance(self.default, bool):
            return {_YES: True, _NO: False}.get(text.upper())
        return text

    def spell(self, value: Value) -> str:
        """Return a value as the device takes it; InvalidRequest (`value`) if it does not."""
        match value:
            case bool() if isinstance(self.default, bool):
                return _YES if value else _NO
            case str() if value in self.choices:
                return value
            case int() | float() if self.limits is not None and not isinstance(
                value, bool
            ):
                low, high = self.limits
                if low <= value <= high:
                    # All 32 bits of a number, and no rounding errors of a fraction.
                    return f"{value:.10g}"
        raise InvalidRequest(
            "value", "out_of_range", f"{self.key} does not take {value}"
        )


SETTINGS: Final[Mapping[str, Setting]] = MappingProxyType(
    {
        setting.key: setting
        for setting in (
            Setting(key="correction", choices=("A", "H", "N")),
            Setting(key="filament_detect", choices=("Y", "N")),
            Setting(key="autoresume", default=False),
            Setting(key="replay", default=True),
            Setting(key="movement_test", default=False),
            Setting(key="enable_backlash", default=False),
            Setting(key="zoffset", default=0.0, limits=(-1.0, 1.0)),
            Setting(key="head_error_level", limits=(0, 0xFFFFFFFF)),
            *(Setting(key=key) for key in _CALIBRATION),
        )
    }
)
"""The settings people may care about, by key."""


class Settings(Commands):
    """The settings over one robot connection; any time but in maintenance on it.

    Every method raises CommandFailed for a refusal, and ConnectionFailed as `Robot`.
    """

    async def read(
        self, wait_turn: Callable[[], Awaitable[None]] | None = None
    ) -> Mapping[str, Value | None]:
        """Return the settings the device knows, by key; None if one is not set.

        It takes one request for each; `wait_turn` lets others go ahead before each.
        """
        values: dict[str, Value | None] = {}
        for setting in SETTINGS.values():
            if wait_turn is not None:
                await wait_turn()
            try:
                text = await self.get(setting.key)
            except CommandFailed as err:
                if err.symbol != _UNKNOWN_KEY:
                    raise
                continue
            values[setting.key] = None if text is None else setting.parse(text)
        return MappingProxyType(values)

    async def get(self, key: str) -> str | None:
        """Return the text of a setting, None if it is not set."""
        kind, _, value = (await self._order("config", "get", key)).partition(" ")
        if kind not in ("EMPTY", "VAL"):
            raise ProtocolError("a setting that has no value")
        return value if kind == "VAL" else None

    async def set(self, key: str, value: Value) -> None:
        """Set one of `SETTINGS`; InvalidRequest: `value` that it does not take, `key`."""
        await self._order("config", "set", key, _writable(key).spell(value))

    async def reset(self, key: str) -> None:
        """Take a setting back to what the job says, or the default.

        InvalidRequest (`key`) for calibration data, which would be lost by it.
        """
        await self._order("config", "del", _writable(key).key)


def _writable(key: str) -> Setting:
    """Return a setting; InvalidRequest (`key`) for what is only read, or none of ours."""
    if key in _CALIBRATION or key not in SETTINGS:
        raise InvalidRequest("key", "out_of_range", f"{key} is not to be changed")
    return SETTINGS[key]
