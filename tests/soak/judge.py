"""What Home Assistant says, held against the truth."""

import asyncio
from collections import Counter
from collections.abc import Callable
import logging
import re
from typing import Any

from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.job.model import JobEvent, Stage
from custom_components.flux3dp.job.signals import JobSignal, async_subscribe

from .home import UPLOAD, Home
from .subject import Run, Subject

#: What a person has to read: another key at the address of a device; one that went away
#: in maintenance and may be hot.
_WORTH_READING = re.compile(
    "presents another master key than the pinned one"
    "|The heater of .* may still be on|may still be loading filament"
)
#: Of every custom integration, and of libraries that are optional.
_NOT_OURS = {
    "homeassistant.loader",
    "aiohttp_fast_zlib",
    "homeassistant.components.camera.img_util",
}
_SLOW = {"homeassistant.helpers.entity", "homeassistant.helpers.entity_platform"}
_CONTACT = 40.0
"""Seconds after which a device that is there must be back."""
_GONE = 22.0
"""Seconds after which a device that is not there must be offline."""
_STALLED = 2.0
"""Seconds without a look at the devices, of which none can be judged."""


class Judge(logging.Handler):
    """Collects findings: what is false, missing, or said twice."""

    def __init__(
        self, subjects: list[Subject], home: Home, pace: float, say: Callable[..., None]
    ) -> None:
        super().__init__(logging.WARNING)
        self._subjects = {each.device.config.uuid: each for each in subjects}
        self._home, self._pace, self._say = home, pace, say
        self._progress: dict[str, tuple[Any, float]] = {}
        self._jobs: dict[str, tuple[Any, float]] = {}
        self._results: dict[str, tuple[Any, str]] = {}
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
            # What is said on a slow machine.
            or (record.name == "asyncio" and message.startswith("Executing"))
            or (record.name in _SLOW and " took " in message)
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
        for run in reversed(subject.runs[-3:]):
            if session in (None, run.job.session) and run.allows(kind):
                run.told.append(kind)
                return
        truth = "; ".join(map(_words, subject.runs[-3:]))
        self.find(
            f"{subject.device.name}: false {kind} (session {session}); true: {truth}"
        )

    async def watch(self) -> None:
        """Look at all devices, again and again."""
        before = asyncio.get_running_loop().time()
        while True:
            now = asyncio.get_running_loop().time()
            if now - before > _STALLED * self._pace:
                # The machine did something else: devices and Home Assistant stood still.
                self._say(f"stalled for {now - before:.1f} s")
                self._contact.clear()
            before = now
            self.look(now)
            await asyncio.sleep(0.2 * self._pace)

    def look(self, now: float) -> None:
        """Look at each device, and at what Home Assistant says of it."""
        for uuid, subject in self._subjects.items():
            subject.look(now)
            if (state := self._home.job(uuid)) is not None and self._home.running:
                self._look(uuid, subject, state, now)
            else:
                # It may come and go unseen: what was true before does not last on.
                self._contact.pop(uuid, None)

    def _look(self, uuid: str, subject: Subject, state: Any, now: float) -> None:
        name = subject.device.name
        if state.job is not None and state.progress is not None:
            key = (state.job_number, state.job.session)
            before, progress = self._progress.get(uuid, (key, 0.0))
            if before == key and state.progress < progress:
                self.find(f"{name}: progress fell {progress} to {state.progress}")
            self._progress[uuid] = (key, state.progress)
        self._look_at_result(subject, state, now)
        reachable = subject.reachable
        truth = (reachable, subject.device.online)
        was, since = self._contact.setdefault(uuid, (truth, now))
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

    def _look_at_result(self, subject: Subject, state: Any, now: float) -> None:
        """Compare how the last job is said to have ended; unknown is never false."""
        uuid, job = subject.device.config.uuid, state.job
        # The number is kept over restarts.
        if self._jobs.get(uuid, (None, 0.0))[0] != state.job_number:
            self._jobs[uuid] = (state.job_number, now)
        if job is None or job.stage is Stage.ACTIVE or state.last_job_result is None:
            return
        since = self._jobs[uuid][1] - _CONTACT * self._pace
        # Until a report says which job it is, what is left on the device counts.
        session = None if job.session_unconfirmed else job.session
        true = {
            run.result
            for run in subject.runs
            if session == run.job.session
            or (session is None and (run.left is None or run.left > since))
        }
        said = (session, str(state.last_job_result))
        if state.last_job_result not in true and self._results.get(uuid) != said:
            self._results[uuid] = said
            self.find(f"{subject.device.name}: {said} is said, {true} is true")

    # -- at the end

    async def all_back(self, within: float) -> None:
        """Wait until Home Assistant knows each device as it is, with nothing to mend."""
        loop = asyncio.get_running_loop()
        begin = loop.time()
        while left := {
            each.device.name: lacks
            for each in self._subjects.values()
            if (lacks := self._lacks(each))
        }:
            if loop.time() > begin + within:
                for name, lacks in left.items():
                    self.find(f"{name} is not back: {lacks}")
                return
            await asyncio.sleep(0.2)
        self._say(f"all are back after {loop.time() - begin:.1f} s")

    def _lacks(self, subject: Subject) -> str:
        """Return what is not yet as it should be with an idle device; empty: nothing."""
        uuid, device, hass = subject.device.config.uuid, subject.device, self._home.hass
        entry, job = self._home.entries[uuid], self._home.job(uuid)
        if job is None:
            return f"entry {entry.state}"
        registry = er.async_get(hass)
        for platform, key, expected in (
            ("sensor", "status", "idle"),
            ("binary_sensor", "connectivity", "on"),
        ):
            entity = registry.async_get_entity_id(platform, DOMAIN, f"{uuid}_{key}")
            state = hass.states.get(entity) if entity else None
            if state is None or state.state != expected:
                return f"{key} is {state and state.state}, job {job}"
        if entry.data["host"] != device.address:
            return f"followed to {entry.data['host']}"
        if any(device.connections.values()):
            return f"connections {device.connections}"
        if device.nozzle.on and device.nozzle.target > 0:
            return f"its nozzle is heated to {device.nozzle.target} °C"
        issues = [
            issue_id
            for domain, issue_id in ir.async_get(hass).issues
            if domain == DOMAIN and uuid in issue_id
        ]
        flows = list(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))
        return f"issues {issues}, flows {flows}" if issues or flows else ""

    def sum_up(self) -> None:
        """Judge all jobs that are over."""
        untold = clean = 0
        for uuid, subject in self._subjects.items():
            for run in subject.runs:
                ends = [e for e in run.told if e in ("completed", "aborted", "failed")]
                is_clean = self._is_clean(subject, run)
                clean += is_clean
                if run.result is not None and not ends:
                    untold += 1
                    self._say(f"{subject.device.name} UNTOLD {_words(run)}")
                if is_clean and (ends != [run.result] or "started" not in run.told):
                    self.find(f"{subject.device.name}: not told: {_words(run)}")
            if (job := self._home.job(uuid)) is None:
                continue
            if subject.device.files.entries["SD"].get("soak.fc", UPLOAD) != UPLOAD:
                self.find(f"{subject.device.name}: half an upload")
            done = sum(run.result == "completed" for run in subject.runs)
            told = sum("completed" in run.told for run in subject.runs)
            if not told <= job.jobs_completed <= done:
                self.find(
                    f"{subject.device.name}: {job.jobs_completed} completed are "
                    f"counted, {told} were told, {done} are true"
                )
        jobs = sum(len(each.runs) for each in self._subjects.values())
        self._say(f"jobs {jobs}, undisturbed {clean}, end unknown {untold}")
        self._say(f"events {dict(self.events)}")

    def _is_clean(self, subject: Subject, run: Run) -> bool:
        """Whether nothing could keep Home Assistant from seeing it whole."""
        if not run.visible or run.ended is None or run.left is None:
            return False
        span = 8 * self._pace
        return (
            run.ended - run.began > span
            and run.left - run.ended > span
            and subject.undisturbed(run.began - span, run.left)
        )


def _words(run: Run) -> str:
    states = " ".join(state.label for state, _ in run.job.history)
    return f"{run.job.session} {states} -> {run.result}, told {run.told}"
