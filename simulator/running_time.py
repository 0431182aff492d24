"""The ``time_running`` of a job, which forgets as firmware 1.6.95 does (section 5)."""

from dataclasses import dataclass


@dataclass(slots=True)
class RunningTime:
    """Seconds, in stretches: each begins at the start or at a resume."""

    #: What reports say.
    shown: float = 0.0
    _stretch: float = 0.0

    def advance(self, passed: float) -> None:
        """Count on."""
        self.shown += passed
        self._stretch += passed

    def begin_stretch(self) -> None:
        """Begin another stretch; what is shown counts on from where it stands."""
        self._stretch = 0.0

    def forget(self) -> None:
        """Show the last stretch alone, as at each pause and at an abort."""
        self.shown = self._stretch
