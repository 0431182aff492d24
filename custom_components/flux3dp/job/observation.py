"""One observation of a device: which source counts, report or datagram, and the status table."""

from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final

from ..aioflux.device import DeviceStatus
from ..aioflux.report import Report
from .errors import ErrorKey, classify
from .model import AnnouncedEnd, JobResult, JobStatus, Toolhead

# Keeps whatever the status was before.
TRANSITION: Final = 2

_STATUSES: Final = {
    0: JobStatus.IDLE,
    1: JobStatus.INITIALIZING,
    4: JobStatus.STARTING,
    6: JobStatus.RESUMING,
    18: JobStatus.RESUMING,
    16: JobStatus.RUNNING,
    32: JobStatus.PAUSED,
    36: JobStatus.PAUSED,
    48: JobStatus.PAUSED,
    38: JobStatus.PAUSING,
    50: JobStatus.PAUSING,
    66: JobStatus.COMPLETING,
    64: JobStatus.COMPLETED,
    68: JobStatus.COMPLETED,
    130: JobStatus.ABORTING,
    128: JobStatus.ABORTED,
    256: JobStatus.ALARM,
    512: JobStatus.FATAL,
    516: JobStatus.RECONNECTING,
    1024: JobStatus.TOOLHEAD_CHANGE,
    -1: JobStatus.MAINTENANCE,
    -2: JobStatus.SCANNING,
    -3: JobStatus.SDK_CONTROL,
    -10: JobStatus.RAW_MODE,
    -15: JobStatus.MOTION_TEST,
    -17: JobStatus.CARTRIDGE_ACCESS,
}

RUNNING: Final = 16
# What the report's label makes of "running".
_LABELS: Final = {
    "STARTING": JobStatus.STARTING,
    "WAITING_HEAD": JobStatus.HEATING,
    "CORRECTING": JobStatus.CALIBRATING,
    "ABORTING": JobStatus.ABORTING,
}

_TOOLHEADS: Final = {
    "EXTRUDER": Toolhead.EXTRUDER,
    "LASER": Toolhead.LASER,
    "PRINTER": Toolhead.PRINTER,
    "USER": Toolhead.USER,
    "N/A": Toolhead.NONE,
}

# A finished job: the device is not idle, and can still tell what it was. Of the ids that
# are called completed, 68 is already something else.
ENDED_IDS: Final = frozenset({64, 128})
# One of these is set in the id of every job that is ending or has ended.
ENDED_BITS: Final = 64 | 128
PAUSED_BIT: Final = 32


class Phase(Enum):
    """Where a status id stands in the life of a job."""

    NONE = auto()
    """No job: idle, or occupied by another client."""
    ALIVE = auto()
    """A job is there and has not ended."""
    ENDING = auto()
    """Ending, or ended in a way that is not known: the result is not out."""
    COMPLETED = auto()
    ABORTED = auto()
    ALARM = auto()
    """A laser machine stopped by itself; whatever it did has failed."""


_PHASES: Final = {
    64: Phase.COMPLETED,
    68: Phase.COMPLETED,
    128: Phase.ABORTED,
    256: Phase.ALARM,
    512: Phase.ALARM,
}


@dataclass(frozen=True, slots=True)
class Reported:
    """A report and the moment it arrived (seconds, by `clock.py`)."""

    report: Report
    at: float


@dataclass(frozen=True, slots=True)
class Announced:
    """What a datagram says and the moment it arrived (seconds, by `clock.py`)."""

    status: DeviceStatus
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What a device says at one moment, whichever source it came from.

    `status` is None for an id that is not in the table; `read_at` tells one report from
    the next. While a report counts, `announced` is what a newer datagram says.
    """

    st_id: int
    status: JobStatus | None
    error_label: str
    progress: float | None
    toolhead: Toolhead | None
    occupied_by: str | None
    from_report: bool
    read_at: float | None = None
    session: str | None = None
    time_running: float | None = None
    time_total: float | None = None
    announced: DeviceStatus | None = None
    nozzle_temperature: float | None = None
    nozzle_target: float | None = None

    @property
    def phase(self) -> Phase:
        """Where the device stands in the life of a job."""
        return _phase(self.st_id)

    @property
    def announced_phase(self) -> Phase:
        """The same by the newest word, be it a report's or a datagram's."""
        return self.phase if self.announced is None else _phase(self.announced.st_id)

    @property
    def announced_end(self) -> AnnouncedEnd | None:
        """The end that a newer datagram shows than the report that counts."""
        if self.announced is None:
            return None
        label = self.announced.error_label.strip()
        match self.announced_phase:
            case Phase.COMPLETED:
                return AnnouncedEnd(JobResult.COMPLETED, "")
            case Phase.ABORTED:
                return AnnouncedEnd(
                    JobResult.FAILED if label else JobResult.ABORTED, label
                )
            case _:
                return None

    @property
    def error(self) -> ErrorKey:
        """What the error label says; an alarm without one is some error too."""
        key = classify(self.error_label)
        if key is ErrorKey.NONE and self.phase is Phase.ALARM:
            return ErrorKey.OTHER
        return key

    @property
    def is_paused(self) -> bool:
        """The job stands still."""
        return self.status is JobStatus.PAUSED

    @property
    def is_initializing(self) -> bool:
        """The first of a job: none ever comes back to it."""
        return self.status is JobStatus.INITIALIZING


def observe(
    announced: Announced | None,
    reported: Reported | None,
    now: float,
    *,
    report_fresh: float,
    status_lag: float,
) -> Observation | None:
    """Return what counts now, or None if the device is silent.

    A report younger than `report_fresh` seconds wins: it is authenticated, and
    the datagram lags by up to `status_lag`. An older one still counts until a datagram
    is newer than that: before, it would bring back what has passed.
    """
    if reported is None or now < reported.at:
        return None if announced is None else _from_status(announced.status)
    fresh = now - reported.at < report_fresh
    if announced is None:
        return _from_report(reported, None) if fresh else None
    if not fresh and announced.at >= reported.at + status_lag:
        return _from_status(announced.status)
    seen = _from_report(reported, announced.status)
    newer = announced.at > reported.at
    return replace(seen, announced=announced.status) if newer else seen


def status_of(st_id: int, label: str = "") -> JobStatus | None:
    """Return the word for a status id and a report's label; None if unknown."""
    if st_id == RUNNING:
        return _LABELS.get(label.upper(), JobStatus.RUNNING)
    return _STATUSES.get(st_id)


def toolhead_of(module: str) -> Toolhead | None:
    """Return the toolhead for a device's word; None if the word says nothing.

    `OFFLINE`, or an empty text, is a device that has not looked yet; others exist.
    """
    name = module.upper()
    return _TOOLHEADS.get("USER" if name.startswith("USER/") else name)


def fitted(toolhead: Toolhead | None) -> Toolhead | None:
    """Return a toolhead that is one."""
    return None if toolhead is Toolhead.NONE else toolhead


def _phase(st_id: int) -> Phase:
    """Return where a status id stands in the life of a job."""
    if st_id <= 0:
        return Phase.NONE
    return _PHASES.get(st_id, Phase.ENDING if st_id & ENDED_BITS else Phase.ALIVE)


def _from_status(status: DeviceStatus) -> Observation:
    """Return what a datagram says."""
    return Observation(
        st_id=status.st_id,
        status=status_of(status.st_id),
        # An occupied device has an address where the error would be.
        error_label="" if status.is_occupied else status.error_label.strip(),
        progress=status.progress,
        toolhead=toolhead_of(status.head_module),
        occupied_by=status.occupied_by or None if status.is_occupied else None,
        from_report=False,
    )


def _from_report(reported: Reported, status: DeviceStatus | None) -> Observation:
    """Return what a report says, and what only a datagram could add."""
    report = reported.report
    if report.has_module:
        toolhead = (
            Toolhead.NONE if report.module is None else toolhead_of(report.module)
        )
    else:
        toolhead = None if status is None else toolhead_of(status.head_module)
    # A heater without a toolhead is at nothing, not at the 25 °C it then reports.
    heated = toolhead in (Toolhead.EXTRUDER, None)
    occupied = report.st_id < 0
    occupied_by = (
        report.occupied_by
        if status is None
        else (report.occupied_by or status.occupied_by)
    )
    return Observation(
        st_id=report.st_id,
        status=status_of(report.st_id, report.label),
        error_label="" if occupied else " ".join(report.error),
        progress=report.progress,
        toolhead=toolhead,
        occupied_by=occupied_by or None if occupied else None,
        from_report=True,
        read_at=reported.at,
        session=report.session,
        time_running=report.time_running,
        time_total=report.time_total,
        nozzle_temperature=report.nozzle_temperature if heated else None,
        nozzle_target=report.nozzle_target if heated else None,
    )
