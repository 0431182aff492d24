"""What is known of a device, as one value: everything its entities look at."""

from dataclasses import dataclass

from .aioflux import DeviceInfo, DeviceStatus
from .job.model import JobState


@dataclass(frozen=True, slots=True)
class JobPicture:
    """The picture of job number `job_number`: PNG or JPEG, None if it has none."""

    job_number: int
    content: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxData:
    """What is known of a device, and all that its entities look at.

    `host` is the address it is followed at. `device` is its own description, None
    until it answered a touch of ours. `status` is what it last said, None while it is
    silent. `job` is what all of that means; `picture` belongs to the last job that
    could be asked, and is None before. `clock_error` is what the moments in `job` lack
    (seconds, see `clock.py`).
    """

    host: str
    device: DeviceInfo | None
    status: DeviceStatus | None
    job: JobState
    picture: JobPicture | None = None
    clock_error: float = 0.0

    @property
    def finish_time(self) -> float | None:
        """When the job will be done, in epoch seconds of the system's clock."""
        finish = self.job.finish_time
        return None if finish is None else finish + self.clock_error

    @property
    def job_started(self) -> float | None:
        """When the job began, in epoch seconds of the system's clock."""
        started = self.job.job_started
        return None if started is None else started + self.clock_error

    @property
    def online(self) -> bool:
        """Whether the device is heard. Silence is data, not a failed update."""
        return self.job.online
