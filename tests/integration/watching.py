"""A device that is watched in tests of the job tracker: looks, one by one, or as a script."""

from dataclasses import dataclass, field
import json
import re

from custom_components.flux3dp.aioflux.device import DeviceStatus
from custom_components.flux3dp.aioflux.report import JobInfo, Report
from custom_components.flux3dp.job.model import INITIAL, JobEvent, JobState, Problem
from custom_components.flux3dp.job.observation import Announced, Reported
from custom_components.flux3dp.job.store import as_stored, restored
from custom_components.flux3dp.job.tracker import describe, expect, track

# A moment in 2026; nothing depends on it.
START = 1_790_000_000.0

# Errors as scripts call them.
ERRORS = {
    "fan": "HEAD_ERROR FAN_FAILURE 128",
    "fire": "HARDWARE_ERROR_FIRE_DETECTED",
    "home": "HARDWARE_ERROR HOME_FAILED",
    "mainboard": "MAINBOARD_OFFLINE",
    "offline": "HEAD_ERROR HEAD_OFFLINE",
    "offline3": "HEAD_ERROR HEAD_OFFLINE 3",
    "pump": "HARDWARE_ERROR_PUMP_ERROR",
    "runout": "FILAMENT_RUNOUT 1",
    "type": "HEAD_ERROR TYPE_ERROR EXTRUDER L",
}
_LOOK = re.compile(
    r"(?P<kind>r|gap|lost|restart|boot|look)?(?P<st_id>-?\d+)?(/(?P<label>\w+))?"
    r"(!(?P<error>\w+))?(@(?P<progress>[\d.]+|nan))?(#(?P<session>\w))?"
    r"(~(?P<running>[\d.]+)(,(?P<total>[\d.]+))?)?(\+(?P<after>-?[\d.]+))?(>(?P<events>\S+))?"
)


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

    def play(self, script: str, gap: str = "lost") -> None:
        """Look as a script says, and assert the events of each look.

        A word of it is a look: `16` is an announcement, 3 s after the last look, `r16` a
        report after 2 s, `lost` 15 s of silence, `restart` one of Home Assistant, `gap`
        one of these, `boot` an announcement of a device that was switched on, `look` a
        look at the same. Then, where it matters: `/LABEL`,
        `!error` (of `ERRORS`), `@progress`, `#session`, `~running,total` (s), `+after` (s),
        `>event:error,event`. A look without events has none.
        """
        for word in script.split():
            match = _LOOK.fullmatch(word)
            assert match, word
            kinds = self._play(match, gap)
            events = [
                f"{event.type}:{event.error}".removesuffix(":none")
                for event in self.events[len(self.events) - len(kinds) :]
            ]
            assert ",".join(events) == (match["events"] or ""), word

    def _play(self, look: re.Match[str], gap: str) -> list[str]:
        kind = gap if look["kind"] == "gap" else look["kind"]
        after = None if look["after"] is None else float(look["after"])
        match kind:
            case "lost":
                return self.hear(None, after=15.0 if after is None else after)
            case "restart":
                self.restart(60.0 if after is None else after)
                return []
            case "boot":
                seen = datagram(0, head="OFFLINE")
                return self.hear(seen, after=3.0 if after is None else after)
            case "look":
                return self.look(after or 0.0)
        st_id, error = int(look["st_id"]), ERRORS.get(look["error"], "")
        progress = (
            None if look["progress"] in (None, "nan") else float(look["progress"])
        )
        if kind != "r":
            if look["progress"] is None:
                progress = 0.0
            seen = datagram(st_id, error, progress=progress)
            return self.hear(seen, after=3.0 if after is None else after)
        running, total = (
            None if look[key] is None else float(look[key])
            for key in ("running", "total")
        )
        session = (look["session"] or "a") * 6 if st_id not in (0, 1) else None
        told = report(
            st_id,
            look["label"] or "",
            error,
            session=session,
            progress=progress,
            running=running,
            total=running if total is None else total,
        )
        return self.read(told, after=2.0 if after is None else after)

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
    session: str | None = "aaaaaa",
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


def follow(
    line: str, *keys: str, gap: str = "lost", watch: Watch | None = None
) -> None:
    """Play a line, `looks = values`, and assert what the state has then by these keys."""
    script, _, expected = line.partition(" = ")
    watch = watch or Watch()
    watch.play(script, gap)
    found = (getattr(watch.state, key) for key in keys)
    values = [round(each, 3) if isinstance(each, float) else each for each in found]
    assert " ".join(map(str, values)) == expected
