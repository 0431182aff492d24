"""What plays the jobs of a device: starts and leaves them, and writes them into its status.

Keeps the one job a device can have, moves it along, and copies its state into the datagrams
with the lag of real devices.
"""

import asyncio

from .errors import BusyError, RobotError
from .fcode import parse
from .job import ABORTED, Job, State
from .machine import Machine, Status, cancel, now
from .wire import ConnectionRecord

_LABELS = {
    0: "IDLE",
    1: "INIT",
    2: "TRANSITION",
    4: "STARTING",
    6: "RESUMING",
    16: "RUNNING",
    18: "RESUMING",
    32: "PAUSED",
    36: "PAUSED",
    38: "PAUSING",
    48: "PAUSED",
    50: "PAUSING",
    64: "COMPLETED",
    66: "COMPLETING",
    68: "COMPLETED",
    128: "ABORTED",
    130: "ABORTING",
}

#: What an occupied device does, in its reports. Only the first was ever recorded.
_TASKS = {-1: "MaintainTask", -2: "ScanTask", -3: "InteractiveTask"}

#: Between ``quit`` and idle; only ``held`` has this name for it.
LEAVING = "LEAVING"


class Player:
    """The player of a device."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        #: Labels of states, such as ``PAUSING`` or ``LEAVING`` (between ``quit`` and idle), that
        #: last while they are in here: a test looks at its leisure at what passes quickly.
        self.held: set[str] = set()
        self._job: Job | None = None
        self._quit_error = ""
        self._quit_until = 0.0
        self._owner: ConnectionRecord | None = None
        self._publish_at = 0.0
        self._published: State | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def job(self) -> Job | None:
        """The job at this moment."""
        if self._job is not None:
            self._job.advance(now())
        return self._job

    def peek(self) -> Job | None:
        """Return the job as it was last looked at, without moving it on."""
        return self._job

    def required(self) -> Job:
        """Return the job at this moment; ``RobotError`` without one."""
        if (job := self.job) is None:
            raise RobotError("NO_TASK")
        return job

    def occupant(self) -> str | None:
        """Return who has the device, be it a job; None: it is free."""
        if self._job is not None:
            return "PlayTask"
        status = self._machine.status
        return _who(status) if status.st_id < 0 else None

    def start(self, content: bytes, *, owner: ConnectionRecord | None = None) -> Job:
        """Start a job file; with an ``owner`` it dies with that connection until it runs.

        ``BusyError`` when there is a job, ``BrokenFileError`` when it is no job file.
        """
        if self.occupant() is not None:
            raise BusyError
        if self._leaving:
            raise BusyError(self._quit_error)
        machine = self._machine
        self._job = Job(
            parse(content),
            machine.toolhead,
            machine.config.timing,
            now(),
            beam=machine.config.beam,
            held=self.held,
            correction=machine.settings.get("correction"),
        )
        self._owner = owner
        if owner is None:
            machine.files.keep_as_recent(content)
        self._publish(self._job)
        self._task = machine.spawn(self._play())
        return self._job

    def abort(self) -> bool:
        """Abort the job; False when it died of a closed connection: then there is no answer."""
        job = self.required()
        if job.ended and self._orphaned:
            return False
        job.abort()
        return True

    def quit(self) -> None:
        """Leave a finished job, once datagrams say so too."""
        job = self.required()
        if not (job.ended and self._end_announced):
            raise BusyError
        aborted = job.state is ABORTED
        self._quit_error = "RESOURCE_BUSY" if aborted else "SUBSYSTEM_ERROR"
        self._quit_until = now() + self._machine.config.timing.job_quitting
        self._job = None

    def report(self) -> dict[str, object]:
        """Return what ``player report`` says; ``BusyError`` for a moment after ``quit``."""
        if (job := self.job) is not None:
            return job.report()
        if self._leaving:
            raise BusyError(self._quit_error)
        return _posed_report(self._machine.status)

    def announced(self) -> None:
        """Take note that a datagram says what was published last."""
        job = self._job
        if "player report" in self._machine.faults.replies and job is not None:
            job.shown |= job.state == self._published

    async def stop(self) -> None:
        """Forget the job, as when the power goes."""
        self._job = None
        self._quit_until = 0.0
        if self._task is not None:
            await cancel(self._task)

    @property
    def _leaving(self) -> bool:
        """Whether the job was left, and the device is not idle again yet."""
        return self._job is None and self._task is not None and not self._task.done()

    @property
    def _orphaned(self) -> bool:
        return self._owner is not None and self._owner.closed.is_set()

    @property
    def _end_announced(self) -> bool:
        return bool(self._machine.status.st_id & 192)

    async def _play(self) -> None:
        machine = self._machine
        ended_at: float | None = None
        while (job := self.job) is not None or (
            now() < self._quit_until or LEAVING in self.held
        ):
            if job is not None:
                if self._orphaned and job.state.label in {"INIT", "STARTING"}:
                    job.fail("FILE_BROKEN")
                if now() >= self._publish_at:
                    self._publish(job)
                if job.ended:
                    ended_at = ended_at or now()
                if ended_at is not None and self._another_leaves(ended_at):
                    self.quit()
            machine.pulse()
            await asyncio.sleep(machine.config.timing.job_tick)
        machine.set_status(st_id=0, progress=0.0, head_module="N/A", error_label="")
        machine.pulse()

    def _another_leaves(self, ended_at: float) -> bool:
        after = self._machine.faults.quit_after
        return after is not None and now() >= ended_at + after and self._end_announced

    def _publish(self, job: Job) -> None:
        self._publish_at = now() + self._machine.config.timing.status_lag
        self._published = job.state
        self._machine.set_status(
            st_id=job.state.st_id,
            progress=job.progress if job.state.st_id > 1 else 0.0,
            head_module=job.module or "N/A",
            error_label=" ".join(job.error),
        )


def _who(status: Status) -> str:
    return f"{status.occupied_by}@{_TASKS.get(status.st_id, 'RawTask')}"


def _posed_report(status: Status) -> dict[str, object]:
    """Return the report of a device without a job, of a status that was only set."""
    label = _LABELS.get(status.st_id, "UNKNOWN")
    if status.st_id < 0:
        return {"st_id": status.st_id, "st_label": "OCCUPIED", "info": _who(status)}
    if status.st_id <= 1:
        return {"st_id": status.st_id, "st_label": label}
    return {
        "st_id": status.st_id,
        "st_label": label,
        "session": "000000",
        "error": status.error_label.split(),
        "prog": status.progress,
        "module": None if status.head_module in {"", "N/A"} else status.head_module,
    }
