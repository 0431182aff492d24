"""The task *MaintainTask* of the robot port: a person at work on an idle device (section 10).

One connection has it, until it quits, closes or is kicked. Long work reports while it runs,
and meanwhile hardly any command is taken.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
import json

from .errors import RobotError
from .machine import Machine, cancel, now

_EXTRUDER = "EXTRUDER"
_NO_HEAD = "N/A"
#: The least threshold to converge to, mm.
_FINEST = 0.01
#: How many reports each of the three points takes, as recorded.
_POINTS = (2, 3, 2)
_PROBES = 3
_UNLOADS = 3


class Maintenance:
    """The task, for the connection that has it."""

    def __init__(
        self, machine: Machine, send: Callable[[str], Awaitable[None]], owner: str
    ) -> None:
        """Occupy the device, for the client at an address; ``end`` frees it."""
        self._machine = machine
        self._timing = machine.config.timing
        self._send = send
        self._owner = owner
        self._head_known_at = now() + self._timing.head_ready
        self._button = asyncio.Event()
        self._loading = False
        self._working: asyncio.Task[None] | None = None
        machine.nozzle.switch(now(), on=True)
        machine.occupy(-1, by=owner)
        self._announcing = machine.spawn(self._announce())

    async def command(self, name: str, arguments: list[str]) -> bool:
        """Do what the owner asked for; False when that was to leave."""
        if self._working is not None and not self._working.done() and name != "quit":
            if name != "stop_load_filament" or not self._loading:
                raise RobotError("RESOURCE_BUSY")
            # There is no reply to it, but to the load.
            self.press_button()
        elif (work := self._works().get(name)) is not None:
            self._working = self._machine.spawn(self._work(work(arguments)))
        else:
            await self._send(await self._answer(name, arguments))
        return name not in {"quit", "reset_mb"}

    async def _answer(self, name: str, arguments: list[str]) -> str:
        match name:
            case "position":
                return "MaintainTask"
            case "headinfo":
                return f"ok {json.dumps(self._head_info())}"
            case "headstatus":
                return f"ok {json.dumps(self._head_status())}"
            case "extruder_temp":
                self._set_target(arguments)
            case "move":
                pass
            case "quit" | "reset_mb":
                await self.end()
            case _:
                raise RobotError("UNKNOWN_COMMAND")
        return "ok"

    def press_button(self) -> None:
        """Press the button on the device, which ends a load."""
        if self._loading:
            self._button.set()

    async def end(self) -> None:
        """Leave the task, and whatever it was doing."""
        await cancel(*filter(None, (self._announcing, self._working)))
        self._machine.nozzle.switch(now(), on=False)
        self._machine.set_status(st_id=0, occupied_by="")
        self._machine.pulse()

    async def _announce(self) -> None:
        """Write into the datagrams, anew each second, who has the device."""
        while True:
            await asyncio.sleep(self._timing.status_lag)
            self._machine.occupy(-1, by=self._owner)

    # -- the toolhead ----------------------------------------------------------------------

    @property
    def _toolhead(self) -> str:
        """The toolhead as far as it is known yet, or ``N/A``."""
        return (now() >= self._head_known_at and self._machine.toolhead) or _NO_HEAD

    def _require_extruder(self) -> None:
        if self._toolhead != _EXTRUDER:
            raise RobotError(f"HEAD_ERROR TYPE_ERROR {_EXTRUDER} {self._toolhead}")

    def _set_target(self, words: list[str]) -> None:
        if len(words) != 2:
            raise RobotError("BAD_PARAMS")
        degrees = _number(words[1])
        self._require_extruder()
        self._machine.nozzle.advance(now())
        self._machine.nozzle.target = degrees

    def _head_info(self) -> dict[str, object]:
        toolhead = self._toolhead
        if toolhead == _NO_HEAD:
            return {"version": None, "module": None}
        info: dict[str, object] = {
            "VERSION": "1.0.0",
            "VENDOR": "FLUX .inc",
            "version": "1.0.0",
            "FIRMWARE": "1.0.0",
            "TYPE": toolhead,
            "ID": "1572870",
            "module": toolhead,
        }
        if toolhead == _EXTRUDER:
            if (most := self._machine.config.max_temperature) is not None:
                info["MAX_TEMPERATURE"] = str(most)
            info["EXTRUDER"] = 1
        return info

    def _head_status(self) -> dict[str, object]:
        toolhead = self._toolhead
        if toolhead != _EXTRUDER:
            return {"module": toolhead}
        nozzle = self._machine.nozzle
        nozzle.advance(now())
        return {
            "rt": [round(nozzle.temperature, 1)],
            "FA": "0",
            "tt": [nozzle.target],
            "module": toolhead,
        }

    # -- what takes its time, and reports while it runs ------------------------------------

    def _works(self) -> dict[str, Callable[[list[str]], Coroutine[None, None, str]]]:
        return {
            "home": self._home,
            "calibration": self._calibrate,
            "zprobe": self._probe,
            "load_filament": self._load,
            "load_flexible_filament": self._load,
            "unload_filament": self._unload,
        }

    async def _work(self, work: Awaitable[str]) -> None:
        # The connection may end under it: then the session ends the task as well.
        with suppress(ConnectionError):
            try:
                reply = await work
                if (error := self._machine.faults.work_error) is not None:
                    raise RobotError(error)
                await self._send(reply)
            except RobotError as error:
                await self._send(f"error {error}")

    async def _home(self, words: list[str]) -> str:
        await asyncio.sleep(self._timing.maintain_home)
        while self._machine.faults.endless_work:
            await self._tick()
        return "ok"

    async def _calibrate(self, words: list[str]) -> str:
        """Probe three points, and answer their heights."""
        numbers = [word for word in words if word != "clean"]
        if len(numbers) > 1 or (numbers and _number(numbers[0]) < _FINEST):
            raise RobotError("BAD_PARAMS")
        await self._send("continue")
        for point, reports in enumerate(_POINTS):
            for _ in range(reports):
                await self._report(f"CTRL POINT {point}")
            if not self._machine.config.plain_boards:
                await self._send(f"DEBUG point {point} 0.0100")
        return "ok 0.0100 0.0100 0.0100"

    async def _probe(self, words: list[str]) -> str:
        """Probe the height at the center."""
        if words:
            _number(words[0])
        await self._send("continue")
        for _ in range(_PROBES):
            await self._report("CTRL ZPROBE")
        return "ok 0.0100"

    async def _load(self, words: list[str]) -> str:
        """Heat, then load until the button is pressed or the client stops it."""
        target = self._check_heating(words)
        self._loading = True
        machine = self._machine
        try:
            await self._heat(target)
            while not self._button.is_set() and not machine.config.plain_boards:
                await self._tick()
                await self._send_with_head(
                    "CTRL LOADING" if machine.filament else "CTRL WAITING"
                )
        finally:
            self._loading = False
            self._button.clear()
        return "ok"

    async def _unload(self, words: list[str]) -> str:
        """Heat, then push the filament out."""
        await self._heat(self._check_heating(words))
        if not self._machine.config.plain_boards:
            for _ in range(_UNLOADS):
                await self._tick()
                await self._send_with_head("CTRL UNLOADING")
        return "ok"

    def _check_heating(self, words: list[str]) -> float:
        """Return the temperature to heat to, °C."""
        if len(words) != 2 or not words[0].isdecimal():
            raise RobotError("BAD_PARAMS")
        target = _number(words[1])
        self._require_extruder()
        return target

    async def _heat(self, target: float) -> None:
        await self._send("continue")
        nozzle = self._machine.nozzle
        nozzle.target = target
        while True:
            await self._tick()
            if self._machine.toolhead == _EXTRUDER:
                nozzle.advance(now())
            await self._send_with_head(f"CTRL HEATING {nozzle.temperature:.1f}")
            if nozzle.ready or self._button.is_set():
                return

    async def _tick(self) -> None:
        """Wait for the next report, which is due each second."""
        await asyncio.sleep(self._timing.maintain_tick)

    async def _report(self, text: str) -> None:
        """Report once, in a second; again and again while a fault lets it not end."""
        while True:
            await self._tick()
            await self._send(text)
            if not self._machine.faults.endless_work:
                return

    async def _send_with_head(self, text: str) -> None:
        """Report; a toolhead that is gone is noticed after some seconds."""
        machine = self._machine
        since = now()
        await self._send(text)
        while machine.toolhead != _EXTRUDER:
            if now() >= since + self._timing.head_offline:
                raise RobotError("HEAD_ERROR HEAD_OFFLINE")
            await self._tick()
            # Its cable is out: what it does meanwhile is not seen.
            machine.nozzle.now = now()
            await self._send(text)


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError as err:
        raise RobotError("BAD_PARAMS") from err
