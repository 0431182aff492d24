"""What is known of a device, as one value: everything its entities look at."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .aioflux import DeviceInfo, DeviceStatus
from .job import JobState, JobStatus


@dataclass(frozen=True, slots=True)
class JobPicture:
    """The picture of job number `job_number`: PNG, None if it has none."""

    job_number: int
    png: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FluxData:
    """What is known of a device, and all that its entities look at.

    `host` is the address it is followed at. `device` is its own description, None
    until it answered a touch of ours. `status` is what it last said, None while it is
    silent. `job` is what all of that means; `picture` belongs to the last job that
    could be asked, and is None before. `ordered` is the status that an accepted order
    leads to, until the device is seen next; no event and no confirmation rests on it.
    """

    host: str
    device: DeviceInfo | None
    status: DeviceStatus | None
    job: JobState
    picture: JobPicture | None = None
    ordered: JobStatus | None = None

    @property
    def shown(self) -> JobState:
        """The job as it is shown: with what an order just accepted leads to."""
        return replace(self.job, status=self.ordered) if self.ordered else self.job

    @property
    def online(self) -> bool:
        """Whether the device is heard. Silence is data, not a failed update."""
        return self.job.online
