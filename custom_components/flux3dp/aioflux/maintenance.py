"""Maintenance of an idle device: homing, calibration, filament (protocol.md section 10).

A connection in the task *MaintainTask* has the device for itself, until it leaves
(`Robot.maintenance`). What a toolhead is, what it measures, and how hot it may get.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .command import Commands
from .errors import (
    CommandFailed,
    ConnectionFailed,
    InvalidRequest,
    ProtocolError,
)
from .session import Session
from .util import (
    finite_number,
    json_object,
    number_between,
    number_in,
    temperature_of,
    text_or_none,
)

NO_TOOLHEAD: Final = "N/A"
EXTRUDER: Final = "EXTRUDER"
_HOTTEST: Final = 300.0
_COLDEST_LOAD: Final = 170.0
# What a toolhead heats to that does not say its limit: that of the extruder whose replies
# were recorded. Above what a toolhead says, nothing is promised (section 10).
_HOTTEST_UNKNOWN: Final = 235.0
_FINEST: Final = 0.01
_WORDS: Final = 16
# Probed points, and mm: there are no more.
_MOST: Final = 1e6
_TOOLHEAD_POLLS: Final = 10
# What is said of a toolhead that is not known yet (section 10).
_NOT_READY: Final = frozenset({"RESOURCE_BUSY", "HEAD_ERROR"})


class WorkStep(StrEnum):
    """What a device does in the middle of its work."""

    HEATING = "heating"
    WAITING = "waiting"
    """For filament to be put in."""
    LOADING = "loading"
    UNLOADING = "unloading"
    PROBING = "probing"


@dataclass(frozen=True, slots=True)
class WorkProgress:
    """A step of the work; `value` is the nozzle's °C, or the number of a probed point."""

    step: WorkStep
    value: float | None = None


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


type OnProgress = Callable[[WorkProgress], None]


class Maintenance(Commands):
    """The task, on the connection that has it.

    Every method raises CommandFailed for a refusal, with the words of section 7; Kicked
    if another client threw us out; ConnectionFailed as `Robot`. Work that is canceled
    closes the connection: nothing else stops it.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._loading = False
        self._stopped = False
        self._waiting = False
        self._toolhead: ToolheadInfo | None = None
        self.has_heated = False

    async def enter(self) -> None:
        """Enter the task; CommandFailed `RESOURCE_BUSY`, `SUBSYSTEM_ERROR`."""
        await self._order("task", "maintain")

    async def home(self) -> None:
        """Home; returns when it is done, which takes seconds."""
        await self._work(None, "home")

    async def calibrate(
        self,
        on_progress: OnProgress | None = None,
        *,
        threshold: float | None = None,
        clean: bool = False,
    ) -> tuple[float, ...]:
        """Level the plate; return the last three probe heights (mm). Takes minutes.

        One round, or until it converges to `threshold` (mm, 0.01 at least). `clean`
        forgets the old correction. CommandFailed `HARDWARE_ERROR CONVERGENCE_FAILED`.
        """
        words = []
        if threshold is not None:
            check_threshold(threshold)
            words.append(f"{threshold:g}")
        if clean:
            words.append("clean")
        return _numbers(await self._work(on_progress, "calibration", *words))

    async def probe_height(self, on_progress: OnProgress | None = None) -> float | None:
        """Probe the height at the center; return it (mm)."""
        return next(iter(_numbers(await self._work(on_progress, "zprobe"))), None)

    async def load_filament(
        self,
        temperature: float,
        on_progress: OnProgress | None = None,
        *,
        flexible: bool = False,
        extruder: int = 0,
    ) -> None:
        """Heat the nozzle (°C) and draw filament in, until `stop_loading` or its button.

        InvalidRequest (`temperature`) as `check_temperature`, and as `check_limit` of the
        toolhead that was read last: wait for it first.
        """
        command = "load_flexible_filament" if flexible else "load_filament"
        self._loading, self._stopped = True, False
        try:
            await self._heat(on_progress, command, extruder, temperature)
        finally:
            self._loading = False

    async def stop_loading(self) -> None:
        """End a load, which then returns as done."""
        if self._loading and not self._stopped:
            self._stopped = True
            if self._waiting:
                return
            # It has no reply of its own, and is taken in the middle of the load.
            await self._write("stop_load_filament")

    async def unload_filament(
        self,
        temperature: float,
        on_progress: OnProgress | None = None,
        *,
        extruder: int = 0,
    ) -> None:
        """Heat the nozzle (°C) and push filament out; raises as `load_filament`."""
        await self._heat(on_progress, "unload_filament", extruder, temperature)

    async def set_heater(self, temperature: float, extruder: int = 0) -> None:
        """Set the nozzle's target (°C); 0 turns the heater off."""
        check_heater(temperature)
        self.has_heated = True
        await self._order("extruder_temp", str(extruder), f"{temperature:g}")
        self.has_heated = temperature > 0

    async def toolhead_info(self) -> ToolheadInfo:
        """Return what the toolhead is."""
        self._toolhead = parse_toolhead_info(await self._read_json("headinfo"))
        return self._toolhead

    async def toolhead_status(self) -> ToolheadStatus:
        """Return what the toolhead measures."""
        return parse_toolhead_status(await self._read_json("headstatus"))

    async def wait_for_toolhead(self) -> ToolheadInfo:
        """Return what the toolhead is, as soon as the device knows; at the latest after 5 s."""
        for _ in range(_TOOLHEAD_POLLS):
            try:
                if (await self.toolhead_status()).type is not None:
                    break
            except CommandFailed as err:
                if err.symbol not in _NOT_READY:
                    raise
            await asyncio.sleep(self._session.timing.toolhead_ready / _TOOLHEAD_POLLS)
        return await self.toolhead_info()

    # -- on the wire

    async def _read_json(self, command: str) -> dict[str, object]:
        if (data := json_object(await self._order(command))) is None:
            raise ProtocolError("a toolhead's answer that is no JSON object")
        return data

    async def _heat(
        self,
        on_progress: OnProgress | None,
        command: str,
        extruder: int,
        temperature: float,
    ) -> None:
        check_temperature(temperature)
        check_limit(temperature, self._toolhead)
        self.has_heated = True
        await self._work(on_progress, command, str(extruder), f"{temperature:g}")

    async def _work(self, on_progress: OnProgress | None, *words: str) -> str:
        """Have work done, and return what follows its last `ok`."""
        timing = self._session.timing
        silence = timing.load_silence if self._loading else timing.work_silence
        begun = False

        async def read() -> str:
            try:
                rest = await read_to_end()
            except CommandFailed:
                # Why it ended counts, even if the connection ends as well.
                with suppress(ConnectionFailed):
                    await self._skip_late_refusal()
                raise
            await self._skip_late_refusal()
            return rest

        async def read_to_end() -> str:
            nonlocal begun
            while True:
                verb, _, rest = (await self._session.read_reply()).partition(" ")
                begun = True
                self._session.extend(silence)
                if verb == "ok":
                    return rest
                if verb == "CTRL" and on_progress and (step := parse_progress(rest)):
                    on_progress(step)

        try:
            return await self._request(read, *words, timeout=silence)
        except CommandFailed as err:
            # There is no other work: it waits for its toolhead (section 10).
            ended = begun or (self._loading and self._stopped)
            if err.symbol != "RESOURCE_BUSY" or ended:
                raise
        self._waiting = True
        try:
            await self.wait_for_toolhead()
        finally:
            self._waiting = False
        if self._loading and self._stopped:
            return ""
        return await self._request(read, *words, timeout=silence)

    async def _skip_late_refusal(self) -> None:
        """Read past the refusal of a stop that came when the load had ended already."""
        if not (self._loading and self._stopped):
            return
        await self._write("position")
        while True:
            try:
                await self._session.read_reply()
            except CommandFailed:
                continue
            return

    async def leave(self) -> None:
        """Turn the heater off and leave; the connection can be used for other things."""
        if self.has_heated:
            await self._turn_off()
        await self._order("quit")

    async def _turn_off(self) -> None:
        """Turn the heater off, unless the toolhead that heated is gone."""
        try:
            await self.set_heater(0.0)
        except CommandFailed as err:
            match err.symbol, err.words:
                case "HEAD_ERROR", ("HEAD_OFFLINE", *_):
                    gone = True
                case "HEAD_ERROR", ("TYPE_ERROR", needed, found, *_) if (
                    found != NO_TOOLHEAD
                ):
                    gone = found != needed
                case ("HEAD_ERROR", ("TYPE_ERROR", *_)) | ("RESOURCE_BUSY", _):
                    # It may be one that is not known yet (section 10).
                    gone = (await self.wait_for_toolhead()).type != EXTRUDER
                case _:
                    raise
            if gone:
                self.has_heated = False
            else:
                await self.set_heater(0.0)


def check_threshold(threshold: float) -> None:
    """Raise InvalidRequest (`threshold`, `too_fine`) if no leveling reaches it (mm)."""
    if not _FINEST <= threshold <= _MOST:
        message = f"a threshold is {_FINEST} mm at least"
        raise InvalidRequest("threshold", "too_fine", message)


def parse_toolhead_info(data: Mapping[str, object]) -> ToolheadInfo:
    """Return what a `headinfo` says."""
    most = data.get("MAX_TEMPERATURE")
    most = number_in(most) if isinstance(most, str) else finite_number(most)
    return ToolheadInfo(
        type=_type(data.get("TYPE", data.get("module"))),
        version=text_or_none(data.get("VERSION", data.get("version"))),
        max_temperature=number_between(most, 0.0, _HOTTEST),
        raw=MappingProxyType(dict(data)),
    )


def parse_toolhead_status(data: Mapping[str, object]) -> ToolheadStatus:
    """Return what a `headstatus` says."""
    return ToolheadStatus(
        type=_type(data.get("module")),
        temperature=temperature_of(data.get("rt")),
        target=temperature_of(data.get("tt")),
    )


def check_heater(temperature: float) -> None:
    """Raise InvalidRequest (`temperature`, `too_hot`) if no nozzle is set to it (°C)."""
    if not 0 <= temperature <= _HOTTEST:
        message = f"a nozzle takes 0 to {_HOTTEST:g} °C"
        raise InvalidRequest("temperature", "too_hot", message, _HOTTEST)


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


def parse_progress(text: str) -> WorkProgress | None:
    """Return the step in what follows `CTRL`; None if it is another."""
    word, _, rest = text.partition(" ")
    match word:
        case "HEATING":
            return WorkProgress(WorkStep.HEATING, temperature_of(number_in(rest)))
        case "WAITING" | "LOADING" | "UNLOADING":
            return WorkProgress(WorkStep(word.lower()))
        case "POINT" | "ZPROBE":
            return WorkProgress(WorkStep.PROBING, _number(rest))
    return None


def _number(text: str) -> float | None:
    return number_between(number_in(text), -_MOST, _MOST)


def _numbers(text: str) -> tuple[float, ...]:
    numbers = (_number(word) for word in text.split()[:_WORDS])
    return tuple(number for number in numbers if number is not None)
