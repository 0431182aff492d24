"""One run of a job, from initializing to its end (section 5, ``jobs.json``, ``error-scenarios.txt``).

A state machine with deadlines: ``advance`` brings it to a moment.
"""

from collections.abc import Callable, Container
import math
import secrets
from typing import Final, NamedTuple

from .config import Timing
from .errors import BusyError
from .fcode import Fcode
from .heater import OFF_BELOW, PRINTING, Nozzle


class State(NamedTuple):
    """A state as reports give it."""

    st_id: int
    label: str


INIT: Final = State(1, "INIT")
STARTING_COLD: Final = State(4, "STARTING")
STARTING: Final = State(16, "STARTING")
WAITING_HEAD: Final = State(16, "WAITING_HEAD")
CORRECTING: Final = State(16, "CORRECTING")
RUNNING: Final = State(16, "RUNNING")
PAUSING_START: Final = State(38, "PAUSING")
PAUSED_START: Final = State(36, "PAUSED")
RESUMING_START: Final = State(6, "RESUMING")
PAUSING: Final = State(50, "PAUSING")
PAUSED: Final = State(48, "PAUSED")
RESUMING: Final = State(18, "RESUMING")
ABORTING: Final = State(16, "ABORTING")
ABORTED: Final = State(128, "ABORTED")
COMPLETED: Final = State(64, "COMPLETED")

#: Waiting for a person.
_PAUSED_IDS = frozenset({32, 36, 48, 256, 1024})
#: What can be paused: all that is under way, but for initializing and ends.
_UNDER_WAY_IDS = frozenset({4, 16, 18})
#: What is no running time, but for pauses.
_STANDING = frozenset({RESUMING_START, RESUMING, ABORTED})
#: Errors with which the head is gone from the first moment on.
_GONE_AT_ONCE = frozenset({"HEAD_OFFLINE", "HARDWARE_FAILURE", "RESET"})
_HEAD_FAULTS = frozenset({"HEAD_OFFLINE", "TYPE_ERROR"})


class Job:
    """A job that was started."""

    def __init__(
        self,
        fcode: Fcode,
        toolhead: str | None,
        timing: Timing,
        now: float,
        *,
        beam: bool,
        held: Container[str] = (),
        correction: str | None = None,
    ) -> None:
        """Start at ``now``, by the loop's clock; of itself no state in ``held`` ends."""
        self._held = held
        self._correction = correction or fcode.metadata.get("CORRECTION", "A")
        self.fcode = fcode
        self.toolhead = toolhead
        self.state = INIT
        self.session = secrets.token_hex(3)
        #: Each state it was in, and the error shown as it came.
        self.history: list[tuple[State, tuple[str, ...]]] = []
        #: The words of the error shown; an abort and a resume clear it.
        self.error: tuple[str, ...] = ()
        #: What keeps it from going on until it is mended.
        self.wrong: tuple[str, ...] = ()
        #: The head as reported; None: it is gone.
        self.module: str | None = None
        #: Whether a report has shown the state.
        self.shown = False
        self._head_known = True
        self._timing = timing
        self._beam = beam
        self._now = now
        self._due: float | None = None
        #: When the heater is turned off in a pause: once cold, the head is switched off.
        self._cool_at: float | None = None
        self._interrupted, self._prepared = RUNNING, False
        self._nozzle = Nozzle(timing.job_heating, now, on=True)
        self._fraction = 0.0
        #: Seconds: in all; running, as shown; and those since the start or the last resume.
        self._total_for = self._running_for = self._stretch = 0.0
        self._enter(INIT, timing.job_init, self._check_head)

    # -- what it shows -------------------------------------------------------------------

    @property
    def ended(self) -> bool:
        """Whether it is completed or aborted."""
        return bool(self.state.st_id & 192)

    @property
    def paused(self) -> bool:
        """Whether it waits for a person."""
        return self.state.st_id in _PAUSED_IDS

    @property
    def progress(self) -> float:
        """0.0 to 1.0 and a rounding error; NaN when the job has no distance to go."""
        if self.fcode.number("TRAVEL_DIST") is None:
            return math.nan
        return self._fraction * 1.0000001874253968

    def report(self) -> dict[str, object]:
        """Return what ``player report`` says, as JSON would have it."""
        self.shown = True
        if self.state is INIT:
            return {"st_label": "INIT", "st_id": 1}
        distance = (self.fcode.number("TRAVEL_DIST") or 609.0) * self._fraction
        report: dict[str, object] = {
            "st_id": self.state.st_id,
            "st_label": self.state.label,
            "session": self.session,
            "error": list(self.error),
            "prog": self.progress,
            "traveled": distance,
            "pos": self._position(distance),
            "time_running": self._running_for,
            "time_total": self._total_for,
        }
        if self._head_known:
            report["module"] = self.module
        if self._prepared and self.module == "EXTRUDER":
            report["rt"] = [round(self._nozzle.temperature, 1)]
            report["tt"] = [self._nozzle.target]
            report["FA"] = "0"
        if self._beam:
            on = self.state is RUNNING
            report |= {"laser_pwr": 0.5 * on, "Beam_Air": "1" if on else "0"}
        return report

    def _position(self, distance: float) -> dict[str, float]:
        """Return where the toolhead is, mm: on circles that rise, once it has gone home."""
        if not self._prepared:
            return {"X": math.nan, "Y": math.nan, "Z": math.nan}
        x, y = math.cos(distance / 10), math.sin(distance / 10)
        return {"X": 30 * x, "Y": 30 * y, "Z": 10 + self._fraction * 10}

    # -- what clients ask ----------------------------------------------------------------

    def pause(self) -> None:
        """Pause; the device is *pausing* for a while."""
        if self.state.st_id not in _UNDER_WAY_IDS or self.state is ABORTING:
            raise BusyError
        self._pause(())

    def resume(self) -> None:
        """Go on, for as long as nothing is wrong."""
        if not self.paused:
            raise BusyError
        self.error = ()
        self._cool_at = None
        self._stretch = 0.0
        if self.state.st_id == PAUSED_START.st_id:
            self._enter(RESUMING_START, self._timing.job_resuming, self._check_head)
        else:
            self._enter(RESUMING, self._timing.job_resuming, self._resumed)

    def abort(self) -> None:
        """End it; the error is forgotten."""
        if self.state is INIT or self.ended or self.state is ABORTING:
            raise BusyError
        self.error = ()
        if self.paused or self.state is STARTING_COLD:
            self._end(ABORTED)
        else:
            self._enter(ABORTING, self._timing.job_aborting, lambda: self._end(ABORTED))

    def require_paused(self) -> None:
        """Allow what is for paused jobs only."""
        if not self.paused:
            raise BusyError

    def macro(self, label: str) -> None:
        """Do something while paused, such as loading filament."""
        self.require_paused()
        if label == "LOAD_FILAMENT" and "FILAMENT_RUNOUT" in self.wrong:
            self.mend()
        state = State(self.state.st_id, label)
        self._enter(state, self._timing.job_heating, self.press_button)

    def press_button(self) -> None:
        """End what ``macro`` began."""
        self.require_paused()
        self._enter(State(self.state.st_id, "PAUSED"))

    def set_target(self, target: float) -> None:
        """Heat the nozzle to a temperature while paused, °C."""
        self.require_paused()
        self._nozzle.target = target
        self._cool_at = None

    # -- what happens to it --------------------------------------------------------------

    def fault(self, *words: str) -> None:
        """Let something go wrong that a person can mend: the job pauses, ``mend`` ends it."""
        self.wrong = words
        if self.state is PAUSED or self.state is PAUSED_START:
            self.error = words
        elif self.state not in {INIT, ABORTING} and not self.ended:
            self._enter(self.state, self._timing.job_fault, lambda: self._pause(words))

    def runout(self) -> None:
        """Run out of filament."""
        self.fault("FILAMENT_RUNOUT", "1")

    def mend(self) -> None:
        """Put right what is wrong. The error is shown until a resume."""
        self.wrong = ()

    def fail(self, *words: str) -> None:
        """Let something go wrong that cannot be mended: the job ends."""
        if not self.ended:
            self.error = words
            self._end(ABORTED)

    def hold(self, st_id: int, *words: str) -> None:
        """Stop in a state of laser machines; a resume ends 256 (alarm) and 1024."""
        self.error = words
        self._interrupted = RUNNING
        self._enter(State(st_id, "PAUSED"))

    def proceed(self) -> None:
        """Run on from any other state, as after 516 (reconnecting)."""
        self.error = ()
        self._enter(RUNNING)

    def change_head(self, toolhead: str | None) -> None:
        """Put on another head, or take it off; the device notices after a while."""
        self.toolhead = toolhead
        if self.ended or self.state is INIT:
            return
        if (fault := self._head_fault()) is not None:
            after = self._timing.head_offline
            self._enter(self.state, after, lambda: self._lost_head(fault))
        elif len(self.wrong) > 1 and self.wrong[1] in _HEAD_FAULTS:
            self.mend()

    def set_progress(self, fraction: float) -> None:
        """Jump to a point of the job, 0 to 1."""
        self._fraction = fraction

    def finish(self) -> None:
        """Complete at once."""
        self._fraction = 1.0
        self._end(COMPLETED)

    # -- time ----------------------------------------------------------------------------

    def advance(self, now: float) -> None:
        """Bring it to a moment of the loop's clock."""
        passed, self._now = now - self._now, now
        if self.state is not INIT:
            # Both go on after a job has completed, and the total after an abort.
            self._total_for += passed
            if not self.paused and self.state not in _STANDING:
                self._running_for += passed
                self._stretch += passed
        timing, again = self._timing, self.state is RESUMING
        self._nozzle.seconds = timing.job_reheating if again else timing.job_heating
        self._nozzle.advance(now)
        if self.state.label in self._held or (timing.job_shown and not self.shown):
            return
        if self._cool_at is not None and now >= self._cool_at:
            self._nozzle.target = 0.0
            if self._nozzle.temperature < OFF_BELOW:
                self.module = None
        if self._due is not None and now >= self._due:
            self._due = None
            self._then()
        elif self.state is RUNNING:
            self._run(passed)
        elif self._due is None and self._hot:
            if self.state is WAITING_HEAD:
                self._heated()
            elif again:
                self._enter(self._interrupted)

    def _enter(
        self,
        state: State,
        after: float | None = None,
        then: Callable[[], None] = lambda: None,
    ) -> None:
        self.state = state
        self._due = None if after is None else self._now + after
        self._then, self.shown = then, False
        self.history.append((state, self.error))
        if self.paused or state is ABORTED:
            # Firmware 1.6.95 forgets what was before the last resume.
            self._running_for = self._stretch

    def _check_head(self) -> None:
        fault = self._head_fault()
        if fault is not None and self.toolhead is not None:
            self._head_known = False
            self._refuse_head(fault)
            return
        self._head_known, self.module = True, self.toolhead
        if fault is None:
            self._enter(STARTING, self._timing.job_starting, self._prepare)
        else:
            after = self._timing.head_offline
            self._enter(STARTING_COLD, after, lambda: self._refuse_head(fault))

    def _head_fault(self) -> tuple[str, ...] | None:
        needed = self.fcode.metadata.get("HEAD_TYPE")
        if self._beam or needed is None or needed == self.toolhead:
            return None
        if self.toolhead is None:
            return ("HEAD_ERROR", "HEAD_OFFLINE")
        return ("HEAD_ERROR", "TYPE_ERROR", needed, self.toolhead)

    def _refuse_head(self, fault: tuple[str, ...]) -> None:
        self.error = self.wrong = fault
        self._enter(PAUSED_START)

    def _lost_head(self, fault: tuple[str, ...]) -> None:
        self.wrong = fault
        self.module = None
        self._pause(fault)

    def _prepare(self) -> None:
        self._prepared = True
        if self.module == "EXTRUDER":
            self._nozzle.target = PRINTING
            self._enter(WAITING_HEAD)
        else:
            self._enter(RUNNING)

    def _heated(self) -> None:
        if self._correction == "N":
            self._enter(RUNNING)
        else:
            self._enter(CORRECTING, self._timing.job_starting, self._corrected)

    def _corrected(self) -> None:
        # Calibrating is done with a cooler nozzle.
        self._enter(
            WAITING_HEAD, self._timing.job_starting, lambda: self._enter(RUNNING)
        )

    def _run(self, passed: float) -> None:
        number = self.fcode.number
        seconds = number("TIME_COST") or number("time_cost") or 60.0
        self._fraction += passed * self._timing.job_speed / seconds
        if self._fraction >= 1:
            self.finish()

    def _pause(self, error: tuple[str, ...], *, again: bool = False) -> None:
        self.error = error
        if error[:1] == ("HEAD_ERROR",) and error[1] in _GONE_AT_ONCE:
            self.module = None
        if self.state is STARTING_COLD or self.state is RESUMING_START:
            pausing, paused = PAUSING_START, PAUSED_START
        else:
            pausing, paused = PAUSING, PAUSED
            if self.state in {STARTING, WAITING_HEAD, CORRECTING, RUNNING}:
                self._interrupted = self.state
        after = self._timing.job_fault if again else self._timing.job_pausing
        self._enter(pausing, after, lambda: self._paused(paused))

    def _paused(self, state: State) -> None:
        self._enter(state)
        if not self._beam:
            self._cool_at = self._now + self._timing.job_cooling

    def _resumed(self) -> None:
        if self.wrong:
            self._pause(self.wrong, again=True)
            return
        self.module = self.toolhead
        if self._interrupted is STARTING:
            self._enter(STARTING, self._timing.job_starting, self._prepare)
        elif self.module == "EXTRUDER" and self._prepared:
            # It stays in this state until the nozzle is hot again.
            self._nozzle.target = PRINTING
        else:
            self._enter(self._interrupted)

    def _end(self, state: State) -> None:
        self._cool_at = None
        self._enter(state)

    @property
    def _hot(self) -> bool:
        return self.module != "EXTRUDER" or self._nozzle.ready
