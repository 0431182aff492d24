"""The nozzle of an extruder: how warm it is, and how warm it shall be, °C."""

from dataclasses import dataclass

ROOM = 25.0
PRINTING = 200.0
#: A toolhead that is cooler than this in a pause is switched off (section 5).
OFF_BELOW = 46.0
_SPAN = PRINTING - ROOM


@dataclass(slots=True)
class Nozzle:
    """A nozzle that warms evenly, and cools evenly and four times as slowly.

    As the boards under the recordings, it keeps its target in standby, and heats no more.
    """

    #: From cold to hot, s.
    seconds: float
    #: The moment it was brought to, by the loop's clock.
    now: float = 0.0
    #: Whether it is out of standby.
    on: bool = False
    temperature: float = ROOM
    target: float = 0.0

    @property
    def ready(self) -> bool:
        """Whether the nozzle is as warm as it shall be."""
        return self.temperature >= self.target - 0.5

    def advance(self, now: float) -> None:
        """Bring it to a moment."""
        step = _SPAN / self.seconds * (now - self.now)
        self.now = now
        target = self.target if self.on else ROOM
        if target > self.temperature:
            self.temperature = min(target, self.temperature + step)
        else:
            self.temperature = max(target, ROOM, self.temperature - step / 4)

    def switch(self, now: float, *, on: bool) -> None:
        """Wake it from standby, or put it there."""
        self.advance(now)
        self.on = on
