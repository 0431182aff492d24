"""What is known of a device's job: the words for it, and how it is stored.

Knows statuses, toolheads, results and events by name, and the state that the
job tracker (`job.py`) carries from one look at the device to the next. How one
state follows from another is the tracker's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from .aioflux.json_values import clean_text, duration_of, is_blank
from .catalogue import Advice, ErrorKey, advice_for
from .job_times import RunningClock

_STATE_LENGTH: Final = 255
_NO_STATES: Final = ("unavailable", "unknown")

# More seconds than any clock shows: what is stored and beyond that is damage.
_FOREVER: Final = 1e12


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

    `duration` is the seconds the job has run, `toolhead` the one it uses (not
    what is left of it after a fault), `error` what went wrong if something did.
    """

    type: JobEventType
    name: str | None
    toolhead: Toolhead | None
    duration: float | None
    error: ErrorKey

    @property
    def advice(self) -> Advice | None:
        """What helps against the error."""
        return advice_for(self.error)

    def attributes(self) -> dict[str, str | float | None]:
        """Return what goes with the event; None for what is not known."""
        return {
            "name": self.name,
            "toolhead": self.toolhead,
            "duration": None if self.duration is None else round(self.duration, 1),
            "error": None if self.error is ErrorKey.NONE else self.error,
            "advice": self.advice,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error that appeared, seen as it happened; `label` is the raw text."""

    error: ErrorKey
    label: str

    @property
    def advice(self) -> Advice | None:
        """What helps against the error."""
        return advice_for(self.error)

    def attributes(self) -> dict[str, str | None]:
        """Return what goes with a trigger."""
        return {"error": self.error, "label": self.label, "advice": self.advice}


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is remembered of the current job, or of the last one.

    `session` is the device's own name for the run, if a report gave it.
    `top_progress` (0.0 to 1.0) never falls. `error_label` is the last error
    that is not mended: an abort clears it on the device. `paused` is kept until
    the job is known to run again, since a resume that fails at once is still
    the same pause; `resuming_since` is when it seemed to. `begun` is False
    while the job initialises. `outcome` is how it ended, `ended` that it did:
    a device that was switched off in mid-job leaves no outcome, and a job that
    outlives an alarm keeps it until it runs. `left`: the device has turned to
    something else since. `unsure`: it is there again after a time without
    contact, and no report has said yet that it is the same run.
    """

    session: str | None = None
    name: str | None = None
    time_cost: float | None = None
    toolhead: Toolhead | None = None
    error_label: str = ""
    top_progress: float | None = None
    clock: RunningClock | None = None
    finish: float | None = None
    begun: bool = False
    paused: bool = False
    resuming_since: float | None = None
    ended: bool = False
    outcome: JobResult | None = None
    left: bool = False
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """A job that this Home Assistant is about to start."""

    name: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """A device and its job, as last seen; equal states leave nothing to do.

    `st_id` is the status id in force, None if none was heard since the start or
    since the device fell silent. `active`: a job is there and has not ended;
    `paused`: it stands still. `progress` is 0.0 to 1.0, temperatures are °C,
    `finish_time` is epoch seconds (by `clock.py`), `last_job_duration` seconds. None
    is unknown. `job_number` changes with each new job.
    """

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
    job: Job | None = None
    job_number: int = 0
    expected: Expected | None = None
    last_job_result: JobResult | None = None
    last_job_duration: float | None = None
    jobs_completed: int = 0

    @property
    def contact(self) -> bool:
        """Whether the device is in view: only then is a difference an event."""
        return self.st_id is not None

    @property
    def advice(self) -> Advice | None:
        """What helps against the error."""
        return advice_for(self.error)

    @property
    def job_name(self) -> str | None:
        """The name of the current job, or of the last one."""
        return self.job.name if self.job else None

    @property
    def job_duration(self) -> float | None:
        """The seconds the job takes by its own estimate, while it is there.

        A report's `time_total` is no duration: it is what has passed so far,
        pauses included.
        """
        if not self.contact or self.job is None or self.job.left:
            return None
        return self.job.time_cost

    @property
    def restless(self) -> bool:
        """Whether time alone can change this state: look again, even unasked."""
        return self.active or self.from_report

    def to_dict(self) -> dict[str, object]:
        """Return what must outlive a restart, as JSON has it."""
        return {
            "job": None if self.job is None else _job_to_dict(self.job),
            "job_number": self.job_number,
            "expected": [self.expected.name, self.expected.at]
            if self.expected
            else None,
            "last_job_result": self.last_job_result,
            "last_job_duration": self.last_job_duration,
            "jobs_completed": self.jobs_completed,
        }

    @classmethod
    def from_dict(cls, data: object) -> Self:
        """Return the state that was stored; what cannot be read is left out.

        The first look at the device after this never is an event.
        """
        stored = _mapping(data)
        return cls(
            job=_job_from_dict(stored.get("job")),
            job_number=_count(stored.get("job_number")),
            expected=_expected(stored.get("expected")),
            last_job_result=_result(stored.get("last_job_result")),
            last_job_duration=duration_of(stored.get("last_job_duration")),
            jobs_completed=_count(stored.get("jobs_completed")),
        )


INITIAL: Final = JobState()


def state_text(text: str | None) -> str | None:
    """Return text of a device as a state of Home Assistant, None if it cannot be one.

    A file can call its job anything: nothing to be seen, more than a state has room for,
    or what Home Assistant says when it knows nothing.
    """
    text = clean_text(text or "").strip()[:_STATE_LENGTH]
    return None if is_blank(text) or text in _NO_STATES else text


def _job_to_dict(job: Job) -> dict[str, object]:
    """Return a job as JSON has it."""
    return {
        "session": job.session,
        "name": job.name,
        "time_cost": job.time_cost,
        "toolhead": job.toolhead,
        "error_label": job.error_label,
        "top_progress": job.top_progress,
        "clock": [job.clock.base, job.clock.since] if job.clock else None,
        "finish": job.finish,
        "begun": job.begun,
        "paused": job.paused,
        "resuming_since": job.resuming_since,
        "ended": job.ended,
        "outcome": job.outcome,
        "left": job.left,
        "unsure": job.unsure,
    }


def _job_from_dict(data: object) -> Job | None:
    """Return the job that was stored, if one was."""
    if not (stored := _mapping(data)):
        return None
    return Job(
        session=_text(stored.get("session")),
        name=state_text(_text(stored.get("name"))),
        time_cost=duration_of(stored.get("time_cost")),
        toolhead=_toolhead(stored.get("toolhead")),
        error_label=_text(stored.get("error_label")) or "",
        top_progress=_share(stored.get("top_progress")),
        clock=_clock(stored.get("clock")),
        finish=_seconds(stored.get("finish")),
        begun=stored.get("begun") is True,
        paused=stored.get("paused") is True,
        resuming_since=_seconds(stored.get("resuming_since")),
        ended=stored.get("ended") is True,
        outcome=_result(stored.get("outcome")),
        left=stored.get("left") is True,
        unsure=stored.get("unsure") is True,
    )


def _mapping(value: object) -> Mapping[object, object]:
    """Return a mapping, an empty one for anything else."""
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    """Return text that is not empty."""
    return value if isinstance(value, str) and value else None


def _count(value: object) -> int:
    """Return a whole number of at least 0."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return value if 0 <= value < _FOREVER else 0


def _seconds(value: object) -> float | None:
    """Return a number of at least 0 that can be seconds or a moment."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    return float(value) if 0 <= value < _FOREVER else None


def _share(value: object) -> float | None:
    """Return a number of 0.0 to 1.0."""
    number = _seconds(value)
    return number if number is not None and number <= 1 else None


def _result(value: object) -> JobResult | None:
    """Return a result by its name."""
    return next((result for result in JobResult if result == value), None)


def _toolhead(value: object) -> Toolhead | None:
    """Return a toolhead by its name."""
    return next((toolhead for toolhead in Toolhead if toolhead == value), None)


def _clock(value: object) -> RunningClock | None:
    """Return a stopwatch from its base and the moment it runs since."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    base = duration_of(value[0])
    return None if base is None else RunningClock(base, _seconds(value[1]))


def _expected(value: object) -> Expected | None:
    """Return the job about to start from its name and the moment."""
    if not isinstance(value, list) or len(value) != 2:
        return None
    name, at = _text(value[0]), _seconds(value[1])
    return None if name is None or at is None else Expected(name, at)
