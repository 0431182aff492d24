"""What is known of a device's job: the words for it.

What is replaced at every observation is a named tuple: that costs a fifth of a dataclass.
"""

from dataclasses import dataclass
from enum import Enum, StrEnum, auto
from typing import Final, NamedTuple

from ..aioflux.util import clean_text, is_blank
from .errors import ErrorKey
from .times import Seconds, Stopwatch

type Share = float
"""From 0.0 to 1.0."""

_STATE_LENGTH: Final = 255
_NO_STATES: Final = ("unavailable", "unknown")


class JobStatus(StrEnum):
    """What the device is doing: the states of the `status` sensor."""

    OFFLINE = "offline"
    IDLE = "idle"
    INITIALIZING = "initializing"
    STARTING = "starting"
    RESUMING = "resuming"
    RUNNING = "running"
    HEATING = "heating"
    CALIBRATING = "calibrating"
    PAUSED = "paused"
    PAUSING = "pausing"
    COMPLETING = "completing"
    COMPLETED = "completed"
    ABORTING = "aborting"
    ABORTED = "aborted"
    ALARM = "alarm"
    FATAL = "fatal"
    RECONNECTING = "reconnecting"
    TOOLHEAD_CHANGE = "toolhead_change"
    MAINTENANCE = "maintenance"
    SCANNING = "scanning"
    SDK_CONTROL = "sdk_control"
    RAW_MODE = "raw_mode"
    MOTION_TEST = "motion_test"
    CARTRIDGE_ACCESS = "cartridge_access"


class Toolhead(StrEnum):
    """What is fitted to the device; `NONE` is known to be nothing."""

    EXTRUDER = "extruder"
    LASER = "laser"
    PRINTER = "printer"
    USER = "user"
    NONE = "none"


class JobResult(StrEnum):
    """How a job ended."""

    COMPLETED = "completed"
    ABORTED = "aborted"
    FAILED = "failed"


class JobEventType(StrEnum):
    """What happens to a job."""

    STARTED = "started"
    PAUSED = "paused"
    RESUMED = "resumed"
    COMPLETED = "completed"
    ABORTED = "aborted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEvent:
    """A transition of the job that was seen as it happened.

    `duration` is the seconds the job has run, `toolhead` the one it uses (not what is
    left of it after a fault).
    """

    type: JobEventType
    name: str | None
    toolhead: Toolhead | None
    duration: float | None
    error: ErrorKey

    def attributes(self) -> dict[str, str | float | None]:
        """Return what goes with the event; None for what is not known."""
        return {
            "name": self.name,
            "toolhead": self.toolhead,
            "duration": self.duration,
            "error": None if self.error is ErrorKey.NONE else self.error,
            "advice": self.error.advice,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error that appeared, seen as it happened; `label` is the raw text."""

    error: ErrorKey
    label: str

    def attributes(self) -> dict[str, str | None]:
        """Return what goes with a trigger."""
        return {"error": self.error, "label": self.label, "advice": self.error.advice}


class AnnouncedEnd(NamedTuple):
    """An end of the job that only a datagram showed, with the error label in it.

    `result` is None if the job was gone already. `is_newer`: it does not lag behind the
    report that still shows the job, so what is active after it is another one.
    """

    result: JobResult | None = None
    label: str = ""
    is_newer: bool = False


class Expected(NamedTuple):
    """A job that this Home Assistant is about to start, since `at` (epoch seconds)."""

    name: str
    at: float


class Stage(StrEnum):
    """Where a job stands."""

    ACTIVE = "active"
    ENDED = "ended"
    """It is over, and the device still shows it."""
    CLEARED = "cleared"
    """The device has turned to something else."""


class Pending(Enum):
    """What is still open about the end of a job."""

    RESULT = auto()
    """It was cleared in mid-job: an announcement may still show how it ended."""
    SAME_RUN = auto()
    """It ended out of contact: the event waits for a report that says it is this run."""
    WHOLE_RUN = auto()
    """An announcement showed that it began and failed: both events wait for a report."""


class Job(NamedTuple):
    """What is remembered of the current job, or of the last one.

    `session` is the device's name for the run, if a report gave it; `filament` is in mm,
    moments are epoch seconds (by `timing.py`). `top_progress` never falls. `error_label`
    is the last error that is not mended: an abort clears it on the device. `paused` lasts
    until the job is known to run again, because a resume that fails at once is the same
    pause; `resuming_since` is when it seemed to. `past_init`: it no longer initializes.

    `outcome` is how it ended: a device that was switched off in mid-job leaves none, and
    a job that outlives an alarm keeps it until it runs. `end_announced_at` is when a
    datagram showed the end that no report has; `announced_end` is an end that the report
    in force does not show. `announced`: a datagram has shown it, so that those that
    follow are of it, or of what came after. `counted`: it is one of the completed jobs.

    `lost_at` is when contact was lost, until the device is back. `session_unconfirmed`:
    it is, and no report says yet that it is the same run. `unseen`: it had ended when it
    was first seen. `counted_time` and `counted_filament` are in the totals already.
    """

    session: str | None = None
    name: str | None = None
    time_cost: Seconds | None = None
    filament: float | None = None
    toolhead: Toolhead | None = None
    error_label: str = ""
    top_progress: Share | None = None
    clock: Stopwatch = Stopwatch()
    started: float | None = None
    finish: float | None = None
    past_init: bool = False
    paused: bool = False
    resuming_since: float | None = None
    stage: Stage = Stage.ACTIVE
    outcome: JobResult | None = None
    end_announced_at: float | None = None
    announced_end: AnnouncedEnd | None = None
    announced: bool = False
    pending: Pending | None = None
    counted: bool = False
    lost_at: float | None = None
    session_unconfirmed: bool = False
    unseen: bool = False
    counted_time: Seconds = 0.0
    counted_filament: float = 0.0

    def is_same_run(self, session: str | None) -> bool | None:
        """Whether a report's session is this run's; None if nothing says so."""
        return None if None in (self.session, session) else self.session == session

    def running_time(self, now: float) -> float | None:
        """Return the seconds it has run, if they are known."""
        if not self.clock.whole or self.session_unconfirmed:
            return None
        return self.clock.reading(now)

    def duration(self, now: float) -> float | None:
        """Return the seconds it has run, as precise as they can be."""
        ran = self.running_time(now)
        return None if ran is None else round(ran, 1)


class JobState(NamedTuple):
    """A device and its job, as last seen; equal states leave nothing to do.

    What is in `LASTING` outlives a silence and a restart; `filament_used` is in mm, for
    all jobs. `st_id` is the status id in force, None in silence. `active`: a job is there
    and has not ended. Temperatures are °C, `finish_time` is epoch seconds (by `timing.py`).
    """

    job: Job | None = None
    job_number: int = 0
    expected: Expected | None = None
    last_job_result: JobResult | None = None
    last_job_duration: Seconds | None = None
    jobs_completed: int = 0
    printing_time: float = 0.0
    filament_used: float = 0.0

    online: bool = False
    from_report: bool = False
    st_id: int | None = None
    status: JobStatus | None = None
    active: bool = False
    paused: bool = False
    running: bool = False
    problem: bool = False
    error: ErrorKey = ErrorKey.NONE
    error_label: str = ""
    occupied_by: str | None = None
    toolhead: Toolhead | None = None
    progress: float | None = None
    nozzle_temperature: float | None = None
    nozzle_target: float | None = None
    elapsed_minutes: int | None = None
    remaining_minutes: int | None = None
    finish_time: float | None = None

    @property
    def observed(self) -> bool:
        """Whether the device is in view: only then is a difference an event."""
        return self.st_id is not None

    @property
    def time_dependent(self) -> bool:
        """Whether time alone can change this state."""
        return self.active or self.from_report

    @property
    def awaits_report(self) -> bool:
        """Whether a report would say more about the job that has ended."""
        job = self.job
        return job is not None and (
            job.session_unconfirmed or job.pending is Pending.WHOLE_RUN
        )

    @property
    def job_name(self) -> str | None:
        """The name of the current job, or of the last one."""
        return self.job.name if self.job else None

    @property
    def job_started(self) -> float | None:
        """When the current job began, or the last one (epoch seconds, `timing.py`)."""
        return self.job.started if self.job else None

    @property
    def job_duration(self) -> float | None:
        """The seconds the job takes by its own estimate, while it is there."""
        if not self.observed or self.job is None or self.job.stage is Stage.CLEARED:
            return None
        return self.job.time_cost


INITIAL: Final = JobState()
LASTING: Final = JobState._fields[: JobState._fields.index("online")]


def state_text(text: str | None) -> str | None:
    """Return text of a device as a state of Home Assistant, None if it cannot be one."""
    if not text:
        return None
    text = clean_text(text).strip()[:_STATE_LENGTH]
    return None if is_blank(text) or text in _NO_STATES else text
