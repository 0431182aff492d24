"""What takes its time in maintenance, and reports while it runs (section 10).

Each kind of work is a coroutine that talks until it is done, and may be cancelled at any
moment. Who may start it, and what ends it, is for ``maintenance.py``.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import RobotError

if TYPE_CHECKING:
    from .device import Device

EXTRUDER = "EXTRUDER"
NO_HEAD = "N/A"
#: The least threshold to converge to, mm.
_FINEST = 0.01
#: How many reports each of the three points takes, as recorded.
_POINTS = (2, 3, 2)
_PROBES = 3
_UNLOADS = 3


@dataclass(slots=True)
class Bench:
    """What work is done on, and how it reports."""

    device: Device
    say: Callable[[str], Awaitable[None]]
    #: When the toolhead is known, by the loop's clock.
    ready_at: float
    #: Ends a load, as the button on the device does.
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    #: Whether a load runs, which may be stopped.
    loading: bool = False

    @property
    def toolhead(self) -> str:
        """The toolhead as far as it is known yet, or ``N/A``."""
        return (now() >= self.ready_at and self.device.toolhead) or NO_HEAD

    def require_extruder(self) -> None:
        """Refuse what another toolhead, or none, cannot do."""
        if self.toolhead != EXTRUDER:
            raise RobotError(f"HEAD_ERROR TYPE_ERROR {EXTRUDER} {self.toolhead}")

    async def tick(self) -> None:
        """Wait for the next report, which is due each second."""
        await asyncio.sleep(self.device.config.timing.maintain_tick)

    async def report(self, text: str) -> None:
        """Report once, in a second; again and again while a fault lets it not end."""
        while True:
            await self.tick()
            await self.say(text)
            if not self.device.faults.endless_work:
                return

    async def finish(self, reply: str) -> None:
        """Answer, with the error that a fault asks for."""
        if (words := self.device.faults.work_error) is not None:
            raise RobotError(words)
        await self.say(reply)


async def home(bench: Bench, words: list[str]) -> None:
    """Go home; ``ok`` when it is there."""
    await asyncio.sleep(bench.device.config.timing.maintain_home)
    while bench.device.faults.endless_work:
        await bench.tick()
    await bench.finish("ok")


async def calibrate(bench: Bench, words: list[str]) -> None:
    """Probe three points, and answer their heights."""
    numbers = [word for word in words if word != "clean"]
    if len(numbers) > 1 or (numbers and _number(numbers[0]) < _FINEST):
        raise RobotError("BAD_PARAMS")
    await bench.say("continue")
    for point, reports in enumerate(_POINTS):
        for _ in range(reports):
            await bench.report(f"CTRL POINT {point}")
        if not bench.device.config.plain_boards:
            await bench.say(f"DEBUG point {point} 0.0100")
    await bench.finish("ok 0.0100 0.0100 0.0100")


async def probe(bench: Bench, words: list[str]) -> None:
    """Probe the height at the center."""
    if words:
        _number(words[0])
    await bench.say("continue")
    for _ in range(_PROBES):
        await bench.report("CTRL ZPROBE")
    await bench.finish("ok 0.0100")


async def load(bench: Bench, words: list[str]) -> None:
    """Heat, then load until the button is pressed or the client stops it."""
    target = _temperature(words)
    bench.require_extruder()
    bench.stop.clear()
    bench.loading = True
    try:
        await bench.say("continue")
        await _heat(bench, target)
        device = bench.device
        while not bench.stop.is_set() and not device.config.plain_boards:
            await _report_with_head(
                bench, "CTRL LOADING" if device.filament else "CTRL WAITING"
            )
    finally:
        bench.loading = False
    await bench.finish("ok")


async def unload(bench: Bench, words: list[str]) -> None:
    """Heat, then push the filament out."""
    target = _temperature(words)
    bench.require_extruder()
    await bench.say("continue")
    await _heat(bench, target)
    if not bench.device.config.plain_boards:
        for _ in range(_UNLOADS):
            await _report_with_head(bench, "CTRL UNLOADING")
    await bench.finish("ok")


async def _heat(bench: Bench, target: float) -> None:
    nozzle = bench.device.nozzle
    nozzle.target = target
    while True:
        await bench.tick()
        if bench.device.toolhead == EXTRUDER:
            nozzle.advance_to(now())
        await _say_with_head(bench, f"CTRL HEATING {nozzle.temperature:.1f}")
        if nozzle.ready or bench.stop.is_set():
            return


async def _report_with_head(bench: Bench, text: str) -> None:
    await bench.tick()
    await _say_with_head(bench, text)


async def _say_with_head(bench: Bench, text: str) -> None:
    """Report; a toolhead that is gone is noticed after some seconds."""
    device = bench.device
    since = now()
    await bench.say(text)
    while device.toolhead != EXTRUDER:
        if now() >= since + device.config.timing.head_offline:
            raise RobotError("HEAD_ERROR HEAD_OFFLINE")
        await bench.tick()
        device.nozzle.skip_to(now())
        await bench.say(text)


def _temperature(words: list[str]) -> float:
    if len(words) != 2 or not words[0].isdecimal():
        raise RobotError("BAD_PARAMS")
    return _number(words[1])


def _number(word: str) -> float:
    try:
        return float(word)
    except ValueError as err:
        raise RobotError("BAD_PARAMS") from err


def now() -> float:
    """Return the moment by the loop's clock."""
    return asyncio.get_running_loop().time()


WORK: Mapping[str, Callable[[Bench, list[str]], Awaitable[None]]] = {
    "home": home,
    "calibration": calibrate,
    "zprobe": probe,
    "load_filament": load,
    "load_flexible_filament": load,
    "unload_filament": unload,
}
