"""The nozzle of an extruder: how warm it is, and how warm it shall be, °C."""

from dataclasses import dataclass

ROOM = 25.0
PRINTING = 200.0
#: A toolhead that is cooler than this in a pause is switched off (section 5).
OFF_BELOW = 46.0
_SPAN = PRINTING - ROOM


@dataclass(slots=True)
class Heater:
    """A heater that warms evenly, and cools evenly and four times as slowly."""

    temperature: float = ROOM
    target: float = 0.0

    @property
    def ready(self) -> bool:
        """Whether the nozzle is as warm as it shall be."""
        return self.temperature >= self.target - 0.5

    def advance(self, passed: float, seconds: float) -> None:
        """Let time pass; ``seconds`` are those from cold to hot."""
        step = _SPAN / seconds * passed
        if self.target > self.temperature:
            self.temperature = min(self.target, self.temperature + step)
        else:
            self.temperature = max(self.target, ROOM, self.temperature - step / 4)


@dataclass(slots=True)
class Nozzle(Heater):
    """The heater of a device between jobs, moved by the loop's clock.

    As the boards under the recordings, it keeps its target in standby, and heats no more.
    """

    #: From cold to hot, s.
    seconds: float = 4.4
    _now: float = 0.0
    _on: bool = False

    @property
    def heats(self) -> bool:
        """Whether it is out of standby, with a target."""
        return self._on and self.target > 0

    def switch(self, now: float, *, on: bool) -> None:
        """Wake it from standby, or put it there."""
        self.advance_to(now)
        self._on = on

    def advance_to(self, now: float) -> None:
        """Bring it to a moment."""
        passed, self._now = now - self._now, now
        target = self.target
        self.target = target if self._on else 0.0
        self.advance(passed, self.seconds)
        self.target = target

    def skip_to(self, now: float) -> None:
        """Let time pass unmeasured: its cable is out."""
        self._now = now
