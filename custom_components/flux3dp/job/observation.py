"""One observation of a device: what counts now, its report or its datagram."""

from collections import deque
from math import inf
from typing import Final, NamedTuple

from ..aioflux.device import DeviceStatus
from ..aioflux.report import Report
from .errors import ErrorKey, classify
from .model import AnnouncedEnd, JobResult, JobStatus, Toolhead
from .status_table import Phase, phase_of, status_of, toolhead_of

# A device shows fewer states within seconds. Of more the order says nothing: each counts.
_MAX_LATE: Final = 16
_BOOTS: Final = 2

# What tells two announcements apart.
type _Kind = tuple[int, str, str, str]


class Reported(NamedTuple):
    """A report and the moment it arrived (seconds, by `timing.py`)."""

    report: Report
    at: float


class Announced(NamedTuple):
    """What a datagram says and the moment it arrived (seconds, by `timing.py`).

    `prefix` is what it begins with, which another boot changes.
    """

    status: DeviceStatus
    at: float
    prefix: bytes = b""


class AnnouncementOrder:
    """Tells announcements that are late: one that was made after them came before.

    A late one would bring back what has passed: it has an older timestamp, or is of an
    earlier boot. But a timestamp can be forged, ahead of the device's, and a clock can be
    set back: what is announced for longer than any delay is believed all the same,
    whatever is announced in between. At once if no delay explains its timestamps, and
    they advance as a clock does: not all at once, as what has waited in a socket.
    """

    def __init__(self, longest: float) -> None:
        """Take the longest delay (s)."""
        self._longest = longest
        # What looked late: the first of each kind, and when the last one came.
        self._late: dict[_Kind, tuple[Announced, float]] = {}
        # The prefixes that others have followed, of the last boots.
        self._earlier = deque[bytes](maxlen=_BOOTS)

    def is_late(self, new: Announced, latest: Announced | None) -> bool:
        """Whether an announcement is late; `latest` is the last that was not."""
        if latest is None:
            return False
        alike = is_alike(new.status, latest.status)
        if new.prefix == latest.prefix:
            lag = latest.status.timestamp - new.status.timestamp
            return not alike and self._is_late(new, lag)
        # It has booted, and its clock began anew: unless this is of an earlier boot.
        if new.prefix in self._earlier:
            if alike:
                return False
            if self._is_late(new, inf):
                return True
            self._earlier.remove(new.prefix)
        if latest.prefix not in self._earlier:
            self._earlier.append(latest.prefix)
        return False

    def _is_late(self, new: Announced, lag: float) -> bool:
        """Whether it is late, seeming to be older than the latest by so much (s)."""
        kind = _kind(new.status)
        if not lag > 0:  # Nor is it with a timestamp that is no number.
            # Of its kind, what looked late before was.
            self._late.pop(kind, None)
            return False
        self._late = {
            each: seen
            for each, seen in self._late.items()
            if new.at - seen[1] < 3 * self._longest
        }
        if kind not in self._late:
            if len(self._late) >= _MAX_LATE:
                return False
            self._late[kind] = new, new.at
            return True
        first, _ = self._late[kind]
        self._late[kind] = first, new.at
        passed = new.at - first.at
        ticked = new.status.timestamp - first.status.timestamp
        # More than has passed: one may have been on its way for longer than the other.
        advances = 0 < ticked <= 3 * passed and lag >= self._longest
        return not advances and passed < self._longest


def _kind(status: DeviceStatus) -> _Kind:
    return status.st_id, status.error_label, status.head_module, status.occupied_by


def is_alike(one: DeviceStatus, other: DeviceStatus) -> bool:
    """Whether two datagrams say the same, but for the progress.

    That changes with each while a job runs, and is not looked at where a report counts.
    """
    return _kind(one) == _kind(other)


class Observation(NamedTuple):
    """What a device says at one moment, whichever source it came from.

    `status` is None for an id that is not in the table; `read_at` tells one report from
    the next. While a report counts, `announced` is what a newer datagram says;
    `outdated`: by more than datagrams lag. `booted`: it has had no job since it was switched on.
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
    outdated: bool = False
    nozzle_temperature: float | None = None
    nozzle_target: float | None = None
    booted: bool = False

    @property
    def phase(self) -> Phase:
        """Where the device stands in the life of a job."""
        return phase_of(self.st_id)

    @property
    def announced_phase(self) -> Phase:
        """The same by the newest word, be it a report's or a datagram's."""
        return self.phase if self.announced is None else phase_of(self.announced.st_id)

    @property
    def announced_end(self) -> AnnouncedEnd | None:
        """The end that a newer datagram shows than the report that counts."""
        if self.announced is None:
            return None
        label = self.announced.error_label.strip()
        match self.announced_phase:
            case Phase.COMPLETED:
                return AnnouncedEnd(JobResult.COMPLETED)
            case Phase.ABORTED:
                result = JobResult.FAILED if label else JobResult.ABORTED
                return AnnouncedEnd(result, label)
            case _:
                return None

    @property
    def is_job_announced(self) -> bool:
        """Whether a datagram that does not lag shows a job that no longer initializes."""
        if self.announced is not None and self.outdated:
            status = status_of(self.announced.st_id)
        elif not self.from_report:
            status = self.status
        else:
            return False
        is_alive = self.announced_phase is Phase.ALIVE
        return is_alive and status is not JobStatus.INITIALIZING

    @property
    def announced_over(self) -> bool:
        """Whether a datagram that does not lag shows an end, no job, or another one."""
        if self.announced is None or not self.outdated:
            return False
        over = (Phase.NONE, Phase.COMPLETED, Phase.ABORTED)
        status = status_of(self.announced.st_id)
        return self.announced_phase in over or status is JobStatus.INITIALIZING

    @property
    def announced_idle(self) -> bool:
        """Whether the newest datagram shows no job, where this shows none."""
        if self.from_report and self.announced is None:
            return False
        return self.announced_phase is Phase.NONE

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
    outdated = announced.at >= reported.at + status_lag
    if outdated and not fresh:
        return _from_status(announced.status)
    seen = _from_report(reported, announced.status)
    if announced.at > reported.at:
        return seen._replace(announced=announced.status, outdated=outdated)
    return seen


def _has_booted(status: DeviceStatus) -> bool:
    """Whether a device has looked for no toolhead since it was switched on."""
    return status.st_id == 0 and status.head_module.upper() == "OFFLINE"


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
        booted=_has_booted(status),
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
        booted=status is not None and _has_booted(status),
    )
