"""What plays the jobs of a device: starting and leaving them, and telling the world.

Keeps the one job a device can have, moves it along, and copies its state into the datagrams
with the lag of real devices. The states of a job are ``job.py``'s.
"""

import asyncio
from typing import TYPE_CHECKING

from .fcode import Fcode, parse
from .job import BusyError, Job
from .job_states import ABORTED, State
from .maintenance import TASK
from .received import ConnectionRecord
from .status import Status

if TYPE_CHECKING:
    from .device import Device

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
_TASKS = {
    -1: TASK,
    -2: "ScanTask",
    -3: "InteractiveTask",
}


#: Between ``quit`` and idle; only ``held`` has this name for it.
LEAVING = "LEAVING"


class NoTaskError(Exception):
    """There is no job: ``NO_TASK``."""


class PlayerError(Exception):
    """Words of an error that lasts for a moment."""


class Player:
    """The player of a device."""

    def __init__(self, device: Device) -> None:
        """Start idle."""
        self._device = device
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
            self._job.advance(_now())
        return self._job

    def peek(self) -> Job | None:
        """Return the job as it was last looked at, without moving it on."""
        return self._job

    @property
    def _leaving(self) -> bool:
        """The job was left, and the device is not idle again yet."""
        return self._job is None and self._task is not None and not self._task.done()

    def start(self, content: bytes, *, owner: ConnectionRecord | None = None) -> Job:
        """Start a job file; with an ``owner`` it dies with that connection until it runs.

        ``BusyError`` when there is a job, ``BrokenFileError`` when it is no job file.
        """
        if self.occupant() is not None:
            raise BusyError
        if self._leaving:
            raise PlayerError(self._quit_error)
        fcode = parse(content)
        device = self._device
        self._job = Job(
            fcode,
            device.toolhead,
            device.config.timing,
            _now(),
            beam=device.config.beam,
            held=self.held,
            correction=device.settings.get("correction"),
        )
        self._owner = owner
        if owner is None:
            device.files.keep_as_recent(content)
        self._publish()
        self._task = asyncio.create_task(self._play())
        return self._job

    def occupant(self) -> str | None:
        """Return who has the device, be it a job; None: it is free."""
        if self._job is not None:
            return "PlayTask"
        status = self._device.status
        return _who(status) if status.st_id < 0 else None

    def quit(self) -> None:
        """Leave a finished job, once datagrams say so too."""
        job = self._required()
        if not job.ended or not self._device.status.st_id & 192:
            raise BusyError
        self._quit_error = (
            "RESOURCE_BUSY" if job.state is ABORTED else "SUBSYSTEM_ERROR"
        )
        self._quit_until = _now() + self._device.config.timing.job_quitting
        self._job = None

    def pause(self) -> None:
        """Pause the job."""
        self._required().pause()
        self._device.signal.pulse()

    def resume(self) -> None:
        """Resume the job."""
        self._required().resume()
        self._device.signal.pulse()

    def abort(self) -> bool:
        """Abort the job; False when it died of a closed connection: then there is no answer."""
        job = self._required()
        if job.ended and self._owner is not None and self._owner.closed.is_set():
            return False
        job.abort()
        self._device.signal.pulse()
        return True

    def fcode(self) -> Fcode:
        """Return the file of the job."""
        return self._required().fcode

    def required(self) -> Job:
        """Return the job; ``NoTaskError`` without one."""
        return self._required()

    def report(self) -> dict[str, object]:
        """Return what ``player report`` says; ``PlayerError`` for a moment after ``quit``."""
        job = self.job
        if job is not None:
            return job.report()
        if self._leaving:
            raise PlayerError(self._quit_error)
        return _posed_report(self._device.status)

    def announced(self) -> None:
        """Take note that a datagram says what was published last."""
        job = self._job
        if "player report" in self._device.faults.replies and job is not None:
            job.shown |= job.state == self._published

    async def stop(self) -> None:
        """Forget the job, as when the power goes."""
        task, self._task = self._task, None
        self._job = None
        self._quit_until = 0.0
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _play(self) -> None:
        device = self._device
        ended_at: float | None = None
        while (job := self.job) is not None or self._quitting:
            if job is not None:
                if self._orphaned(job):
                    job.fail("FILE_BROKEN")
                if _now() >= self._publish_at:
                    self._publish()
                if job.ended and ended_at is None:
                    ended_at = _now()
                if ended_at is not None and self._another_leaves(ended_at):
                    self.quit()
            device.signal.pulse()
            await asyncio.sleep(device.config.timing.job_tick)
        device.set_status(st_id=0, progress=0.0, head_module="N/A", error_label="")
        device.signal.pulse()

    @property
    def _quitting(self) -> bool:
        return _now() < self._quit_until or LEAVING in self.held

    def _another_leaves(self, ended_at: float) -> bool:
        device = self._device
        after = device.faults.quit_after
        return (
            after is not None
            and _now() >= ended_at + after
            and bool(device.status.st_id & 192)
        )

    def _orphaned(self, job: Job) -> bool:
        return (
            self._owner is not None
            and self._owner.closed.is_set()
            and job.state.label in {"INIT", "STARTING"}
        )

    def _publish(self) -> None:
        job = self._required()
        self._publish_at = _now() + self._device.config.timing.status_lag
        self._published = job.state
        self._device.set_status(
            st_id=job.state.st_id,
            progress=job.progress if job.state.st_id > 1 else 0.0,
            head_module=job.module or "N/A",
            error_label=" ".join(job.error),
        )

    def _required(self) -> Job:
        if (job := self.job) is None:
            raise NoTaskError
        return job


def _who(status: Status) -> str:
    return f"{status.occupied_by}@{_TASKS.get(status.st_id, 'RawTask')}"


def _posed_report(status: Status) -> dict[str, object]:
    """Return the report of a device without a job, of a status that somebody set."""
    label = _LABELS.get(status.st_id, "UNKNOWN")
    if status.st_id < 0:
        return {
            "st_id": status.st_id,
            "st_label": "OCCUPIED",
            "info": _who(status),
        }
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


def _now() -> float:
    return asyncio.get_running_loop().time()
