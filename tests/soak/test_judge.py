"""The judge of the soak finds what is wrong, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
import logging
from types import SimpleNamespace
from typing import Any, cast

import pytest

from custom_components.flux3dp.job.errors import ErrorKey
from custom_components.flux3dp.job.model import (
    INITIAL,
    Job,
    JobEvent,
    JobEventType,
    JobResult,
    JobState,
    Stage,
)
from custom_components.flux3dp.job.signals import JobSignal
from simulator import Device, DeviceConfig
from simulator.job import ABORTING
from tests.keys import MASTER_KEYS, VENDOR_KEY

from .home import Home
from .judge import Judge
from .remains import growth, remains
from .subject import Run, Subject

UUID = "0" * 31 + "1"


class Soak:
    """A device, its one job, and the events of it."""

    def __init__(self) -> None:
        config = DeviceConfig(
            address="127.0.60.1",
            uuid=UUID,
            serial="FD1A000001",
            name="Delta",
            master_key=MASTER_KEYS[0],
            vendor_key=VENDOR_KEY,
        )
        self.device = Device(config)
        self.subject = Subject(self.device, ("127.0.60.1", "127.0.61.1"))
        self.state: JobState = INITIAL
        self.home = SimpleNamespace(
            running=True, entries={}, job=lambda _uuid: self.state
        )
        self.judge = Judge(
            [self.subject], cast(Home, self.home), 1.0, lambda _words: None
        )

    def run(self, end: str) -> Run:
        """Have a job that ends so, long enough to be seen, undisturbed."""
        self.subject.start()
        run = self.subject.runs[-1]
        if end == "completed":
            run.job.finish()
        elif end == "failed":
            run.job.fail("HARDWARE_ERROR", "HOME_FAILED")
        run.began -= 60
        if end != "no end":
            run.ended = run.began + 20
            run.left = run.ended + 20
        self.state = INITIAL._replace(job=Job(session=run.job.session))
        return run

    def tell(self, kind: str, session: str | None = "its own") -> None:
        """Have Home Assistant tell an event of the job."""
        event = JobEvent(
            type=JobEventType(kind),
            name=None,
            toolhead=None,
            duration=None,
            error=ErrorKey.NONE,
        )
        own = self.subject.runs[-1].job.session
        job = Job(session=own if session == "its own" else session)
        state = INITIAL._replace(job=job)
        self.judge._heard(JobSignal(uuid=UUID, event=event, state=state))
        if kind == "completed":
            counted = self.state.jobs_completed + 1
            self.state = self.state._replace(jobs_completed=counted)

    def say(self, result: JobResult | None) -> None:
        """Have Home Assistant say how the job ended."""
        job = cast(Job, self.state.job)._replace(stage=Stage.ENDED)
        self.state = self.state._replace(job=job, last_job_result=result)
        now = asyncio.get_running_loop().time()
        self.judge._look(UUID, self.subject, self.state, now)


@pytest.fixture
async def soak() -> AsyncIterator[Soak]:
    """Return a soak that is not run."""
    soak = Soak()
    yield soak
    await soak.device.stop()


@pytest.mark.parametrize("session", ["its own", None])
@pytest.mark.parametrize("end", ["completed", "failed"])
async def test_the_truth_is_no_finding(
    soak: Soak, end: str, session: str | None
) -> None:
    soak.run(end)
    soak.tell("started", None)
    soak.tell(end, session)
    soak.say(JobResult(end))
    soak.judge.sum_up()
    assert soak.judge.findings == []


@pytest.mark.parametrize(
    ("end", "told", "found"),
    [
        ("completed", ["started"], "not told"),
        ("completed", ["completed"], "not told"),
        ("completed", ["started", "completed", "completed"], "false completed"),
        ("completed", ["started", "failed", "completed"], "false failed"),
        ("failed", ["started", "aborted", "failed"], "false aborted"),
        ("no end", ["started", "aborted"], "false aborted"),
        ("completed", ["started", "started", "completed"], "false started"),
        ("completed", ["started", "paused", "completed"], "false paused"),
    ],
)
async def test_events_that_are_lost_or_made_up(
    soak: Soak, end: str, told: list[str], found: str
) -> None:
    soak.run(end)
    for kind in told:
        soak.tell(kind)
    soak.judge.sum_up()
    assert found in soak.judge.findings[0]


async def test_a_power_cut_in_an_abort_may_be_told_as_the_abort(soak: Soak) -> None:
    run = soak.run("no end")
    run.job.state = ABORTING
    for kind in ("started", "aborted"):
        soak.tell(kind)
    soak.say(JobResult.ABORTED)
    soak.judge.sum_up()
    assert soak.judge.findings == []


async def test_the_end_of_another_job(soak: Soak) -> None:
    """A disturbed job may go untold, and lends its end to no other."""
    soak.run("completed")
    await soak.device.player.stop()
    with soak.subject.disturbed():
        soak.run("no end")
    soak.tell("completed", "fff000")
    soak.tell("completed")
    assert len(soak.judge.findings) == 2


@pytest.mark.parametrize(
    ("end", "said", "findings"),
    [
        ("completed", JobResult.COMPLETED, 0),
        ("completed", None, 0),
        ("completed", JobResult.FAILED, 1),
        ("failed", JobResult.ABORTED, 1),
        ("no end", JobResult.COMPLETED, 1),
        ("no end", None, 0),
    ],
)
@pytest.mark.parametrize("is_named", [True, False])
async def test_a_result_without_an_event(
    soak: Soak, end: str, said: JobResult | None, findings: int, *, is_named: bool
) -> None:
    soak.run(end)
    if not is_named:
        soak.state = soak.state._replace(job=Job())
    soak.say(said)
    assert len(soak.judge.findings) == findings


@pytest.mark.parametrize(("unconfirmed", "findings"), [(True, 0), (False, 1)])
async def test_what_a_restart_finds_on_the_device_may_be_of_the_next_job(
    soak: Soak, *, unconfirmed: bool, findings: int
) -> None:
    before = soak.run("failed")
    await soak.device.player.stop()
    soak.run("completed")
    job = Job(session=before.job.session, session_unconfirmed=unconfirmed)
    soak.state = INITIAL._replace(job=job)
    soak.say(JobResult.COMPLETED)
    assert len(soak.judge.findings) == findings


async def test_contact_counts_from_when_home_assistant_is_back(soak: Soak) -> None:
    """The device is off, and was on in between, while nothing was looked at."""
    soak.state = INITIAL._replace(online=True)
    soak.judge.look(0.0)
    soak.home.running = False
    soak.judge.look(20.0)
    soak.home.running = True
    soak.judge.look(40.0)
    assert soak.judge.findings == []
    soak.judge.look(61.0)
    assert soak.judge.findings == []
    soak.judge.look(63.0)
    assert soak.judge.findings == ["Delta: false online"]


async def test_a_job_that_is_counted_twice(soak: Soak) -> None:
    soak.run("completed")
    for kind in ("started", "completed"):
        soak.tell(kind)
    soak.state = soak.state._replace(jobs_completed=2)
    soak.judge.sum_up()
    assert "2 completed are counted" in soak.judge.findings[0]


@pytest.mark.parametrize(
    ("name", "message", "findings"),
    [
        ("custom_components.flux3dp", "Task exception was never retrieved", 1),
        ("asyncio", "Task was destroyed but it is pending!", 1),
        ("homeassistant.loader", "We found a custom integration", 0),
        ("asyncio", "Executing <Handle> took 0.2 seconds", 0),
    ],
)
async def test_lines_that_are_logged(
    soak: Soak, name: str, message: str, findings: int
) -> None:
    record: dict[str, Any] = {"name": name, "msg": message, "levelno": logging.ERROR}
    soak.judge.handle(logging.makeLogRecord(record))
    assert len(soak.judge.findings) == findings


async def test_what_is_left_behind() -> None:
    home = cast(Home, SimpleNamespace(hass=None))
    before = await remains(home, 0.1)
    assert growth(before, before) == []
    left = asyncio.create_task(asyncio.sleep(600))
    after = await remains(home, 0.1)
    left.cancel()
    assert [words for words in growth(before, after) if words.startswith("tasks")]
    timers = [asyncio.get_running_loop().call_later(600, print) for _ in range(99)]
    after = await remains(home, 0.1)
    for timer in timers:
        timer.cancel()
    assert [words for words in growth(before, after) if words.startswith("timers")]
    kept = [object() for _ in range(before["blocks"] // 20)]
    after = await remains(home, 0.1)
    del kept
    assert [words for words in growth(before, after) if words.startswith("blocks")]
