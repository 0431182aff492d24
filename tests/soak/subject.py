"""A simulated device under test, and the truth about it and its jobs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
import math

from simulator import Device
from simulator.job import ABORTED, ABORTING, COMPLETED, Job


@dataclass(eq=False)
class Run:
    """A job that was started, and what Home Assistant said of it."""

    job: Job
    began: float
    #: Whether Home Assistant saw the device when it began.
    visible: bool = True
    ended: float | None = None
    left: float | None = None
    told: list[str] = field(default_factory=list)

    @property
    def result(self) -> str | None:
        """How it ended, None if it did not, as when the power went."""
        if self.job.state is COMPLETED:
            return "completed"
        if self.job.state is ABORTED:
            return "failed" if self.job.error else "aborted"
        # One that was being aborted when the power went is taken to be.
        return "aborted" if self.job.state is ABORTING else None

    def count(self, *labels: str) -> int:
        """How often it came into one of these states from another."""
        hits = [state.label in labels for state, _ in self.job.history]
        return sum(
            hit and not before
            for before, hit in zip([False, *hits], hits, strict=False)
        )

    def allows(self, event: str) -> bool:
        """Whether it is true that this happened, once more than was told."""
        told = self.told.count(event)
        match event:
            case "started":
                return not told
            case "paused":
                # One that is paused pauses again when its toolhead comes off.
                most = max(self.count("PAUSING", "PAUSED"), self.count("PAUSED"))
                return told < most
            case "resumed":
                return told < self.count("RESUMING", "PAUSED")
            case _:
                return self.result == event and not told


class Subject:
    """A device, its jobs, and when it can be seen."""

    def __init__(self, device: Device, addresses: tuple[str, str]) -> None:
        self.device = device
        self.addresses = addresses
        self.runs: list[Run] = []
        self.disturbances: list[list[float]] = []
        self.master_public_der = device.master_public_der

    @property
    def reachable(self) -> bool:
        """Whether a patient client can see it."""
        faults = self.device.faults
        return (
            self.device.online
            and not (faults.silent and faults.muted)
            and not faults.garbage
            and faults.weather.loss <= 0.3
        )

    def start(self, *, visible: bool = True) -> None:
        """Start a job; `visible`: Home Assistant sees the device."""
        job = self.device.start_job()
        self.runs.append(Run(job, asyncio.get_running_loop().time(), visible))

    def look(self, now: float) -> None:
        """Take note of what passes."""
        for run in self.runs[-2:]:
            if run.ended is None and run.result is not None:
                run.ended = now
            if run.left is None and self.device.player.peek() is not run.job:
                run.left = now

    @contextmanager
    def disturbed(self) -> Iterator[None]:
        """Be in trouble meanwhile."""
        time = asyncio.get_running_loop().time
        one = [time(), math.inf]
        self.disturbances.append(one)
        try:
            yield
        finally:
            one[1] = time()

    def undisturbed(self, begin: float, end: float) -> bool:
        """Whether nothing was wrong for so long."""
        return all(b > end or e < begin for b, e in self.disturbances)
