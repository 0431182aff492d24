"""A person who watches a device in tests of the job tracker: looks, one by one."""

from dataclasses import dataclass, field
import json
from typing import Literal

import pytest

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import JobInfo, Report
from custom_components.flux3dp.job.model import INITIAL, JobEvent, JobState, Problem
from custom_components.flux3dp.job.observation import Announced, Reported
from custom_components.flux3dp.job.store import as_stored, restored
from custom_components.flux3dp.job.tracker import describe, expect, track

# A moment in 2026; nothing depends on it.
START = 1_790_000_000.0


def datagram(
    st_id: int,
    label: str = "",
    *,
    head: str = "EXTRUDER",
    progress: float | None = 0.0,
    occupied_by: str = "",
) -> DeviceStatus:
    return DeviceStatus(
        timestamp=0.0,
        st_id=st_id,
        progress=progress,
        head_module=head,
        error_label=label,
        occupied_by=occupied_by,
    )


@dataclass
class Watch:
    """The tracker's inputs over time; every method gives the events it brought."""

    state: JobState = INITIAL
    now: float = START
    announced: Announced | None = None
    reported: Reported | None = None
    events: list[JobEvent] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    strict: bool = True

    def look(self, after: float = 0.0) -> list[str]:
        """Look again at the same inputs, `after` seconds later."""
        self.now += after
        step = track(self.state, self.announced, self.reported, self.now)
        if self.strict:
            # Whatever comes of it, looking twice never comes to more.
            again = track(step.state, self.announced, self.reported, self.now)
            assert (again.state, again.events, again.problem) == (step.state, (), None)
        self.state = step.state
        self.events += step.events
        self.problems += [step.problem] if step.problem else []
        return [event.type.value for event in step.events]

    def hear(self, status: DeviceStatus | None, after: float = 3.0) -> list[str]:
        """Hear a datagram, or nothing for so long that the device is silent."""
        self.now += after
        self.announced = None if status is None else Announced(status, self.now)
        return self.look()

    def read(self, report: Report, after: float = 2.0) -> list[str]:
        """Get an answer to `player report`."""
        self.now += after
        self.reported = Reported(report, self.now)
        return self.look()

    def see(self, seen: DeviceStatus | Report | None, after: float) -> list[str]:
        """Read a report, or hear a datagram or nothing."""
        if isinstance(seen, Report):
            return self.read(seen, after)
        return self.hear(seen, after)

    def restart(self, away: float = 60.0) -> None:
        """Restart Home Assistant: what is stored comes back, through JSON."""
        self.state = restored(json.loads(json.dumps(as_stored(self.state))))
        self.announced = self.reported = None
        self.now += away

    def describe(self, info: JobInfo) -> None:
        """Learn about the job that is there."""
        self.state = describe(self.state, self.state.job_number, info)
        self.look()

    def expect(self, name: str | None) -> None:
        """Be about to start a job, or give it up."""
        self.state = expect(self.state, name, self.now)


def report(
    st_id: int,
    label: str = "",
    error: str = "",
    *,
    session: str | None = "aaa111",
    progress: float | None = None,
    module: str | None = "EXTRUDER",
    has_module: bool = True,
    running: float | None = None,
    total: float | None = None,
    temperature: float | None = None,
) -> Report:
    return Report(
        st_id=st_id,
        label=label,
        session=session,
        error=tuple(error.split()),
        progress=progress,
        time_running=running,
        time_total=total,
        module=module,
        has_module=has_module,
        nozzle_temperature=temperature,
        nozzle_target=temperature,
    )


type Mode = Literal["datagrams", "reports", "both"]
every_mode = pytest.mark.parametrize("mode", ["datagrams", "reports", "both"])


def told(watch: Watch) -> list[tuple[str, str]]:
    """Return every event so far with the error in it."""
    return [(event.type.value, event.error.value) for event in watch.events]
