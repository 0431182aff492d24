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
        """Tell whether the nozzle is as warm as it shall be."""
        return self.temperature >= self.target - 0.5

    def advance(self, passed: float, seconds: float) -> None:
        """Let time pass; ``seconds`` are those from cold to hot."""
        step = _SPAN / seconds * passed
        if self.target > self.temperature:
            self.temperature = min(self.target, self.temperature + step)
        else:
            self.temperature = max(self.target, ROOM, self.temperature - step / 4)
