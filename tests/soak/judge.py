"""What Home Assistant says, held against the truth."""

import asyncio
from collections import Counter
from collections.abc import Callable
import gc
import logging
from pathlib import Path
import re
from typing import Any

from homeassistant.core import HomeAssistant

from custom_components.flux3dp.job.model import JobEvent
from custom_components.flux3dp.job.signals import JobSignal, async_subscribe

from .home import Home
from .subject import Run, Subject

#: What a person has to read: another key at the address of a device.
_WORTH_READING = re.compile("presents another master key than the pinned one")
#: Of every custom integration, and of libraries that are optional.
_NOT_OURS = {
    "homeassistant.loader",
    "aiohttp_fast_zlib",
    "homeassistant.components.camera.img_util",
}
_CONTACT = 40.0
"""Seconds after which a device that is there must be back."""
_GONE = 22.0
"""Seconds after which a device that is not there must be offline."""


class Judge(logging.Handler):
    """Collects findings: what is false, missing, or said twice."""

    def __init__(
        self, subjects: list[Subject], home: Home, pace: float, say: Callable[..., None]
    ) -> None:
        super().__init__(logging.WARNING)
        self._subjects = {each.device.config.uuid: each for each in subjects}
        self._home, self._pace, self._say = home, pace, say
        self._progress: dict[str, tuple[Any, float]] = {}
        self._contact: dict[str, tuple[tuple[bool, bool], float]] = {}
        self.findings: list[str] = []
        self.events: Counter[str] = Counter()

    def find(self, words: str) -> None:
        self.findings.append(words)
        self._say(f"FOUND {words}")

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            message += f" {record.exc_info[1]!r}"
        if not _WORTH_READING.search(message) and not (
            record.name in _NOT_OURS
            # Debug mode's word on a slow machine.
            or (record.name == "asyncio" and message.startswith("Executing"))
        ):
            self.find(f"logged {record.levelname} {record.name}: {message}")

    # -- as it happens

    def attend(self) -> None:
        """Hear the Home Assistant that was started."""
        self._home.unsubscribe = async_subscribe(self._home.hass, self._heard)

    def _heard(self, signal: JobSignal) -> None:
        event = signal.event
        if not isinstance(event, JobEvent):
            return
        kind = event.type.value
        self.events[kind] += 1
        job = signal.state.job
        self._say(f"{self._subjects[signal.uuid].device.name} TOLD {kind} {job}")
        subject = self._subjects[signal.uuid]
        subject.look(asyncio.get_running_loop().time())
        session = signal.state.job.session if signal.state.job else None
        runs = subject.runs[-3:][::-1]
        runs.sort(key=lambda run: run.job.session != session)
        for run in runs:
            if run.allows(kind):
                run.told.append(kind)
                return
        truth = "; ".join(map(_words, subject.runs[-3:]))
        self.find(
            f"{subject.device.name}: false {kind} (session {session}); true: {truth}"
        )

    async def watch(self) -> None:
        """Look at all devices, again and again."""
        while True:
            now = asyncio.get_running_loop().time()
            for uuid, subject in self._subjects.items():
                subject.look(now)
                if (state := self._home.job(uuid)) is not None and self._home.running:
                    self._look(uuid, subject, state, now)
            await asyncio.sleep(0.2 * self._pace)

    def _look(self, uuid: str, subject: Subject, state: Any, now: float) -> None:
        name = subject.device.name
        if state.job is not None and state.progress is not None:
            key = (state.job_number, state.job.session)
            before, progress = self._progress.get(uuid, (key, 0.0))
            if before == key and state.progress < progress:
                self.find(f"{name}: progress fell {progress} to {state.progress}")
            self._progress[uuid] = (key, state.progress)
        reachable = subject.reachable
        truth = (reachable, subject.device.online)
        was, since = self._contact.get(uuid, (truth, now))
        if state.online is reachable or was != truth:
            self._contact[uuid] = (truth, now)
            return
        limit = (_CONTACT if reachable else _GONE) * self._pace
        # In bad weather a word gets through now and then, which makes neither false.
        fair = subject.device.online is reachable and (
            not reachable or subject.undisturbed(now - limit, now)
        )
        if fair and now - since > limit:
            self._contact[uuid] = (truth, now)
            self.find(f"{name}: false {'offline' if reachable else 'online'}")

    # -- at the end

    async def all_back(self, within: float) -> None:
        """Wait until Home Assistant knows each device as it is."""
        loop = asyncio.get_running_loop()
        end = loop.time() + within
        while left := [s for s in self._subjects.values() if not self._is_back(s)]:
            if loop.time() > end:
                for each in left:
                    job = self._home.job(each.device.config.uuid)
                    open_ports = each.device.connections
                    self.find(f"{each.device.name} is not back: {job}, {open_ports}")
                return
            await asyncio.sleep(0.2)

    def _is_back(self, subject: Subject) -> bool:
        uuid, device = subject.device.config.uuid, subject.device
        job = self._home.job(uuid)
        return (
            job is not None
            and job.status == "idle"
            and self._home.entries[uuid].data["host"] == device.address
            and not any(device.connections.values())
        )

    def sum_up(self) -> None:
        """Judge all jobs that are over."""
        untold = clean = 0
        for uuid, subject in self._subjects.items():
            for run in subject.runs:
                ends = [e for e in run.told if e in ("completed", "aborted", "failed")]
                is_clean = self._is_clean(subject, run)
                clean += is_clean
                untold += run.result is not None and not ends
                if is_clean and (ends != [run.result] or "started" not in run.told):
                    self.find(f"{subject.device.name}: not told: {_words(run)}")
            if (job := self._home.job(uuid)) is None:
                continue
            done = sum(run.result == "completed" for run in subject.runs)
            if job.jobs_completed > done:
                self.find(f"{subject.device.name}: {job.jobs_completed}/{done} done")
            last = subject.runs[-1] if subject.runs else None
            same = last and job.job and job.job.session == last.job.session
            if same and job.last_job_result not in (None, last.result):
                self.find(
                    f"{subject.device.name}: {job.last_job_result}, {_words(last)}"
                )
        jobs = sum(len(each.runs) for each in self._subjects.values())
        self._say(f"jobs {jobs}, undisturbed {clean}, end unknown {untold}")
        self._say(f"events {dict(self.events)}")

    def _is_clean(self, subject: Subject, run: Run) -> bool:
        """Whether nothing could keep Home Assistant from seeing it whole."""
        if run.ended is None or run.left is None:
            return False
        span = 8 * self._pace
        return (
            run.ended - run.began > span
            and run.left - run.ended > span
            and subject.undisturbed(run.began - 5 * span, run.left)
        )


def _words(run: Run) -> str:
    states = " ".join(state.label for state, _ in run.job.history)
    return f"{run.job.session} {states} -> {run.result}, told {run.told}"


def remains() -> dict[str, int]:
    """Count what must not grow, while nothing is wrong and all is idle."""
    gc.collect()
    loop = asyncio.get_running_loop()
    timers = sum(not each.cancelled() for each in getattr(loop, "_scheduled", ()))
    sockets = 0
    for each in Path("/proc/self/fd").iterdir():
        try:
            sockets += str(each.readlink()).startswith("socket:")
        except OSError:
            continue
    objects = gc.get_objects()
    ours = sum(
        str(type(each).__module__).startswith("custom_components") for each in objects
    )
    homes = sum(type(each) is HomeAssistant for each in objects)
    statm = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return {
        "tasks": len(asyncio.all_tasks()),
        "timers": timers,
        "sockets": sockets,
        "homes": homes,
        # Its `http` keeps each Home Assistant that was stopped, also without devices.
        "ours": ours // max(homes, 1),
        "objects": len(objects),
        "kB": int(statm[1]) * 4,
    }


#: By how much each may differ: a timer or task may be between two states, and
#: caches of Home Assistant and of Python fill.
ALLOWED = {"tasks": 0.05, "timers": 0.1, "sockets": 0.02, "ours": 0.05, "kB": 0.25}


def growth(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Return what grew."""
    return [
        f"{key} grew from {before[key]} to {after[key]}"
        for key, share in ALLOWED.items()
        if after[key] > before[key] * (1 + share) + 2
    ]
