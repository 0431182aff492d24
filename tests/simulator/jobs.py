"""A job to watch: the recorded one, and every state it shows."""

from dataclasses import replace
from typing import Any

from simulator import Device, Timing
from simulator.fcode import build
from simulator.files import plain_png
from simulator.job import Job

from .conftest import MakeDevice

METADATA = {
    "AUTHOR": "tester",
    "TIME_COST": "120.5",
    "CORRECTION": "N",
    "TRAVEL_DIST": "608.98",
    "VERSION": "1",
    "HEAD_TYPE": "EXTRUDER",
    "FILAMENT_DETECT": "N",
}

type Shown = tuple[int, str, tuple[str, ...], str | None]


def shown(job: Job) -> Shown:
    found: dict[str, Any] = job.report()
    error, module = tuple(found.get("error", [])), found.get("module")
    return job.state.st_id, job.state.label, error, module


class Watch:
    """Keeps every state a job shows, in order and each once."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.seen: list[Shown] = []
        self.look()

    def look(self) -> bool:
        # Looking must not move the job on: on a busy machine a state would be skipped.
        if (job := self.device.player.peek()) is not None:
            now = shown(job)
            if [now] != self.seen[-1:]:
                self.seen.append(now)
        return False

    async def until(self, label: str) -> None:
        await self.device.wait_for(lambda: self.look() or self.seen[-1][1] == label)

    async def until_seen(self, number: int) -> None:
        await self.device.wait_for(lambda: self.look() or len(self.seen) >= number)


async def start(
    make_device: MakeDevice,
    metadata: dict[str, str] | None = None,
    *,
    held: str = "",
    **changes: object,
) -> tuple[Device, Watch]:
    """Start the recorded job, which ends neither by itself nor the state `held`."""
    metadata = METADATA | (metadata or {})
    timing = replace(Timing.fast(), job_speed=0.0)
    device = await make_device(**{"timing": timing, **changes})
    picture = plain_png("x")[:69]
    size = len(build(metadata, [picture], b""))
    device.files.write("SD", "ok.fc", build(metadata, [picture], bytes(911 - size)))
    device.player.held.add(held)
    device.start_job("SD/ok.fc")
    return device, Watch(device)
