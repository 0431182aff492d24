"""Steering a job: what a person orders, and when it counts as done.

Knows the four orders, in which states a device takes them, and what shows that it has
done them. A device that says `ok` has only understood: that is shown, but a press of a
button is over when the device is seen to do it, and fails in words if it is not. The
connection is `robot_link.py`'s, whose turn it is `turns.py`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.exceptions import HomeAssistantError

from .aioflux import CommandFailed, ConnectionFailed, Kicked, Robot
from .catalogue import ErrorKey
from .const import DOMAIN
from .coordinator import FluxCoordinator
from .data import FluxData
from .helpers import async_error_words, device_errors
from .job import JobState, JobStatus

_UNDER_WAY: Final = frozenset(
    {
        JobStatus.STARTING,
        JobStatus.HEATING,
        JobStatus.CALIBRATING,
        JobStatus.RUNNING,
        JobStatus.RESUMING,
    }
)
_WAITING: Final = frozenset(
    {JobStatus.PAUSED, JobStatus.ALARM, JobStatus.TOOLHEAD_CHANGE}
)
_PAUSED: Final = frozenset({JobStatus.PAUSING, JobStatus.PAUSED})
_ABORTED: Final = frozenset({JobStatus.ABORTING, JobStatus.ABORTED})
# Of the ids that are called completed, 68 is already something else.
_ENDED_IDS: Final = frozenset({64, 128})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order to the job.

    `accepted` says whether a device would take it now, `done` whether it has been
    carried out, `leads_to` what is shown until the device is seen next. `needs_job`: it
    is in vain once the job is over. `patient`: a refusal as busy is no answer yet.
    """

    name: str
    send: Callable[[Robot], Awaitable[None]]
    accepted: Callable[[JobState], bool]
    done: Callable[[JobState], bool]
    leads_to: JobStatus | None = None
    needs_job: bool = False
    patient: bool = False

    def in_vain(self, job: JobState) -> bool:
        """Whether nothing can come of it any more, because the job is over."""
        return self.needs_job and job.contact and not job.active


PAUSE: Final = Order(
    name="pause",
    send=Robot.pause,
    accepted=lambda job: job.status in _UNDER_WAY,
    done=lambda job: job.status in _PAUSED,
    leads_to=JobStatus.PAUSING,
    needs_job=True,
)
RESUME: Final = Order(
    name="resume",
    send=Robot.resume,
    accepted=lambda job: job.status in _WAITING,
    done=lambda job: job.status in _UNDER_WAY - {JobStatus.RESUMING},
    leads_to=JobStatus.RESUMING,
    needs_job=True,
)
ABORT: Final = Order(
    name="abort",
    send=Robot.abort,
    accepted=lambda job: job.status in _UNDER_WAY | _WAITING | {JobStatus.PAUSING},
    # A job that is over by itself, or that somebody has left since, is aborted enough.
    done=lambda job: job.contact and (not job.active or job.status in _ABORTED),
    leads_to=JobStatus.ABORTING,
)
CLEAR: Final = Order(
    name="clear",
    send=Robot.quit,
    accepted=lambda job: job.st_id in _ENDED_IDS,
    done=lambda job: job.contact and job.st_id not in _ENDED_IDS,
    # Refused until announcements, which lag, show the end of the job too.
    patient=True,
)

# What is said of a device that accepts an order and does not carry it out.
_FAILURES: Final = {
    "pause": "not_paused",
    "resume": "not_resumed",
    "abort": "not_aborted",
    "clear": "not_cleared",
}


async def async_order(coordinator: FluxCoordinator, order: Order) -> None:
    """Give an order, and return when the device is seen to have carried it out.

    Orders take turns; an abort waits for none, and has the others give up. Raises
    HomeAssistantError, translated, if it is refused, not carried out, or gives up.
    """
    fault = coordinator.data.job.error
    turns = coordinator.turns
    with device_errors(coordinator):
        async with turns.before_all() if order is ABORT else turns.turn() as check:
            done = await _async_carry_out(coordinator, order, check)
    if not done:
        raise await _async_failure(coordinator, order, fault)


async def _async_carry_out(
    coordinator: FluxCoordinator, order: Order, check: Callable[[], None]
) -> bool:
    """Send the order and look what comes of it; False: nothing.

    Raises FluxError, and what `check` does.
    """
    async with coordinator.robot.connection() as robot:
        await _async_send(coordinator, robot, order, check)
        if order.leads_to is not None:
            coordinator.async_expect_status(order.leads_to)
        try:
            if order is RESUME:
                return await _async_resumed(coordinator, robot, check)
            return await _async_done(coordinator, robot, order, check)
        except ConnectionFailed:
            # It was accepted; announcements tell what comes of it.
            return await _async_heard(coordinator, order, check)


async def _async_send(
    coordinator: FluxCoordinator,
    robot: Robot,
    order: Order,
    check: Callable[[], None],
) -> None:
    """Send the order until it is accepted, or refused for good."""
    loop = asyncio.get_running_loop()
    end = loop.time() + coordinator.timing.control_confirm
    while True:
        check()
        try:
            await order.send(robot)
        except Kicked:
            raise
        except CommandFailed as err:
            if not order.patient or err.symbol != "RESOURCE_BUSY" or loop.time() >= end:
                raise
            coordinator.async_ask()
            await asyncio.sleep(coordinator.timing.control_poll)
        else:
            return


async def _async_heard(
    coordinator: FluxCoordinator, order: Order, check: Callable[[], None]
) -> bool:
    """Wait until announcements show the order carried out; False: in vain."""

    def is_settled(data: FluxData) -> bool:
        check()
        return order.done(data.job) or order.in_vain(data.job)

    settled = await coordinator.async_wait_until(
        is_settled, coordinator.timing.control_confirm, ask=coordinator.async_ask
    )
    return settled and order.done(coordinator.data.job)


async def _async_done(
    coordinator: FluxCoordinator,
    robot: Robot,
    order: Order,
    check: Callable[[], None],
) -> bool:
    """Look until the order is carried out; False: in vain."""
    timeout = coordinator.timing.control_confirm
    async for job in _async_looks(coordinator, robot, timeout, check):
        if order.done(job):
            return True
        if order.in_vain(job):
            return False
    return False


async def _async_resumed(
    coordinator: FluxCoordinator, robot: Robot, check: Callable[[], None]
) -> bool:
    """Look until the job goes on, or has fallen back into the pause.

    That happens within a second if the fault is still there. A job that is resuming
    for longer heats again, which can take minutes: it is as good as resumed.
    """
    began = False
    timeout = coordinator.timing.resume_trial
    async for job in _async_looks(coordinator, robot, timeout, check):
        if RESUME.done(job):
            return True
        if RESUME.in_vain(job) or (job.status in _PAUSED and began):
            return False
        began = began or job.status not in _WAITING
    return coordinator.data.job.status is JobStatus.RESUMING


async def _async_looks(
    coordinator: FluxCoordinator,
    robot: Robot,
    timeout: float,
    check: Callable[[], None],
) -> AsyncIterator[JobState]:
    """Give the job by a new report, again and again; at least once."""
    loop = asyncio.get_running_loop()
    end = loop.time() + timeout
    while True:
        try:
            await coordinator.robot.async_report(robot)
        except Kicked:
            raise
        except CommandFailed as err:
            # It is so for a moment after a job was left.
            coordinator.logger.debug(
                "%s has no report: %s", coordinator.device_name, err
            )
        else:
            yield coordinator.data.job
        if loop.time() >= end:
            return
        await asyncio.sleep(coordinator.timing.control_poll)
        check()


async def _async_failure(
    coordinator: FluxCoordinator, order: Order, before: ErrorKey
) -> HomeAssistantError:
    """Return what tells that an order was accepted and not carried out.

    A resume names the fault: the one that is shown, or the one before, because the
    device forgets it while it tries.
    """
    now, name = coordinator.data.job.error, coordinator.device_name
    if order.in_vain(coordinator.data.job):
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="job_over",
            translation_placeholders={"name": name},
        )
    fault = before if now is ErrorKey.NONE else now
    if order is RESUME and fault is not ErrorKey.NONE:
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="paused_again",
            translation_placeholders={
                "name": name,
                "fault": await async_error_words(coordinator.hass, fault),
            },
        )
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=_FAILURES[order.name],
        translation_placeholders={"name": name},
    )
