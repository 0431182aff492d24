"""Steering a job: the four commands, when they apply, and when they count as done.

A command is sent whatever we believe of the job: announcements are up to three seconds
old, and the device knows. Its `ok` only says that it understood: a press of a button is
over when the device is seen to do it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

from .aioflux import CommandFailed, ConnectionFailed, ProtocolError, Robot
from .device import FluxDevice, NotDone
from .job.errors import ErrorKey
from .job.model import JobState, JobStatus
from .job.status_table import ENDED_IDS
from .maintenance import DeviceMaintenance
from .robot import RobotLink

_WAITING: Final = frozenset(
    {JobStatus.PAUSED, JobStatus.ALARM, JobStatus.TOOLHEAD_CHANGE}
)
_STANDING: Final = _WAITING | {JobStatus.PAUSING, JobStatus.FATAL}
_CANCELING: Final = frozenset({JobStatus.ABORTING, JobStatus.ABORTED})
# A machine that stopped by itself still has its job, as has one that is ending it.
_WITH_JOB: Final = frozenset({JobStatus.ALARM, JobStatus.FATAL, JobStatus.ABORTING})
_UNSTEERABLE: Final = frozenset({JobStatus.INITIALIZING, JobStatus.ABORTING})
# What a device refuses a command with because of the state of its job.
_STATE_REFUSALS: Final = frozenset({"RESOURCE_BUSY", "NO_TASK"})


def _has_job(job: JobState) -> bool:
    """Whether a job is there that has not ended, whatever its state is called."""
    return job.active or job.status in _WITH_JOB


def _is_steerable(job: JobState) -> bool:
    """Whether the job takes commands: it is past its beginning, and not being ended."""
    return _has_job(job) and job.status not in _UNSTEERABLE


def _is_under_way(job: JobState) -> bool:
    """Whether the job runs or is about to; a state without a name counts as that."""
    return _is_steerable(job) and job.status not in _STANDING


@dataclass(frozen=True, slots=True, kw_only=True)
class JobCommand:
    """A command to the job.

    `needs_job`: it is pointless once the job is over. The states of `retry_when_busy`
    pass by themselves. Keys of errors: `failed` if a device accepts the command and does
    not carry it out, `inapplicable` if it does not fit the state of the job.
    """

    name: str
    send: Callable[[Robot], Awaitable[None]]
    applies: Callable[[JobState], bool]
    is_done: Callable[[JobState], bool]
    retry_when_busy: frozenset[JobStatus]
    needs_job: bool = False
    failed: str
    inapplicable: str

    def is_pointless(self, job: JobState) -> bool:
        """Whether nothing can come of it, because the job is over."""
        return self.needs_job and job.observed and not _has_job(job)


PAUSE: Final = JobCommand(
    name="pause",
    failed="not_paused",
    inapplicable="nothing_to_pause",
    send=Robot.pause,
    applies=_is_under_way,
    is_done=lambda job: job.status in _STANDING,
    retry_when_busy=frozenset({JobStatus.INITIALIZING, JobStatus.RESUMING}),
    needs_job=True,
)
RESUME: Final = JobCommand(
    name="resume",
    failed="not_resumed",
    inapplicable="nothing_to_resume",
    send=Robot.resume,
    applies=lambda job: job.status in _WAITING,
    is_done=lambda job: _is_under_way(job) and job.status is not JobStatus.RESUMING,
    retry_when_busy=frozenset({JobStatus.PAUSING}),
    needs_job=True,
)
CANCEL: Final = JobCommand(
    name="cancel",
    failed="not_aborted",
    inapplicable="nothing_to_cancel",
    send=Robot.abort,
    applies=_is_steerable,
    # A job that is over by itself, or that was cleared since, is canceled enough.
    is_done=lambda job: (
        job.observed and (not _has_job(job) or job.status in _CANCELING)
    ),
    retry_when_busy=frozenset(
        {JobStatus.INITIALIZING, JobStatus.PAUSING, JobStatus.RESUMING}
    ),
)
CLEAR: Final = JobCommand(
    name="clear",
    failed="not_cleared",
    inapplicable="nothing_to_clear",
    send=Robot.quit,
    applies=lambda job: job.st_id in ENDED_IDS,
    is_done=lambda job: job.observed and job.st_id not in ENDED_IDS,
    # Refused until announcements, which lag, show the end of the job too.
    retry_when_busy=_CANCELING | {JobStatus.COMPLETING, JobStatus.COMPLETED},
)
COMMANDS: Final = (PAUSE, RESUME, CANCEL, CLEAR)


def applicable_commands(job: JobState) -> list[str]:
    """Return the names of the commands that apply now, for pages and cards."""
    return [command.name for command in COMMANDS if command.applies(job)]


class CommandQueue:
    """The commands to one device, one after the other; only a cancel waits for none.

    So a second press finds the job as the first left it.
    """

    def __init__(
        self, device: FluxDevice, link: RobotLink, maintenance: DeviceMaintenance
    ) -> None:
        self.device = device
        self.link = link
        self.cancels = 0
        """How many there were: commands that were given before the last one give up."""
        self._maintenance = maintenance
        self._turn = asyncio.Lock()

    async def async_run(self, command: JobCommand) -> None:
        """Give a command, and return when the device is seen to have carried it out.

        Raises FluxError, NotDone if it is not carried out, or gives up.
        """
        if command is CANCEL:
            if await self._maintenance.async_stop():
                return
            self.cancels += 1
            await _Execution(self, command).async_run()
            return
        execution = _Execution(self, command)
        async with self._turn:
            await execution.async_run()


class _Execution:
    """One command on its way, from the first try to what came of it."""

    def __init__(self, queue: CommandQueue, command: JobCommand) -> None:
        self._queue = queue
        self._device = queue.device
        self._link = queue.link
        self._clock = queue.device.clock
        self._timing = queue.device.timing
        self._command = command
        self._cancels = queue.cancels
        self._fault = self._job.error
        self._applied = command.applies(self._job)
        self._is_lost = False  # The connection over which it was given.

    @property
    def _job(self) -> JobState:
        return self._device.data.job

    def _check(self) -> None:
        """Raise NotDone if the job was canceled since the command was given."""
        if self._command is not CANCEL and self._queue.cancels != self._cancels:
            raise NotDone("superseded")

    async def async_run(self) -> None:
        """Send the command, and wait for what comes of it."""
        self._check()
        async with AsyncExitStack() as stack:
            robot, refusal = await self._async_deliver(stack)
            if refusal and not await self._async_accepted(robot, refusal):
                return
            done = await self._async_confirmed(robot)
        if not done:
            raise self._failure()

    # -- sending

    async def _async_deliver(
        self, stack: AsyncExitStack
    ) -> tuple[Robot, CommandFailed | None]:
        """Send the command; return the connection, and the refusal if it was one.

        If the shared connection does not answer, it is sent once more over one of its
        own: to be given twice harms no command. `stack` closes either.
        """
        # Whatever hangs is in another user's hands; our own opening may take its time.
        limit = self._timing.connection_stuck if self._link.is_in_use else None
        shared: Robot | None = None
        try:
            async with self._clock.timeout(limit):
                shared = await stack.enter_async_context(self._link.connection())
                return shared, await self._async_try(shared)
        except ProtocolError:
            raise
        except (ConnectionFailed, TimeoutError) as err:
            self._device.logger.debug(
                "%s gets its %s over another connection: %s",
                self._device.device_name,
                self._command.name,
                err or "no answer",
            )
        self._check()
        if shared is not None:
            # Once ours is closed, so that reports are soon read over another one.
            stack.callback(shared.drop)
        robot = await stack.enter_async_context(self._link.own_connection())
        return robot, await self._async_try(robot)

    async def _async_try(self, robot: Robot) -> CommandFailed | None:
        """Send the command; return a refusal that is due to the state of the job."""
        self._check()
        try:
            await self._command.send(robot)
        except CommandFailed as err:
            if err.symbol not in _STATE_REFUSALS:
                raise
            return err
        return None

    async def _async_accepted(self, robot: Robot, refusal: CommandFailed) -> bool:
        """Wait until a refused command is accepted; False if it is not needed.

        Raises the refusal, or NotDone with what is in its way.
        """
        end = self._clock.now() + self._timing.control_confirm
        while True:
            if (job := await self._async_look(robot)) is not None:
                if self._is_fulfilled(job):
                    return False
                if self._command is RESUME and job.status is JobStatus.RESUMING:
                    return True
                # Announcements lag: another hand may have been first.
                if not (self._is_lost or self._is_passing(job, refusal)):
                    raise self._inapplicable(job) or refusal
            if self._clock.now() >= end:
                raise refusal
            self._device.async_probe()
            await self._clock.sleep(self._timing.control_poll)
            if self._is_lost:
                self._check()
            elif (again := await self._async_try(robot)) is None:
                return True
            else:
                refusal = again

    def _is_fulfilled(self, job: JobState) -> bool:
        """Whether what was wanted is so, by another hand or by itself.

        A job that is over fulfills a cancel only if there was one to be canceled.
        """
        wanted = self._applied or (self._command is not CLEAR and _has_job(job))
        return wanted and self._command.is_done(job)

    def _is_passing(self, job: JobState, refusal: CommandFailed) -> bool:
        """Whether a refusal will pass by itself, or has just passed."""
        if job.status in self._command.retry_when_busy:
            return True
        return refusal.symbol == "RESOURCE_BUSY" and self._command.applies(job)

    # -- what comes of it

    async def _async_confirmed(self, robot: Robot) -> bool:
        """Look until the command is carried out; False if it is not.

        A resume falls back into the pause within a second if the fault is still there.
        """
        began, is_resume = False, self._command is RESUME
        start, timing = self._clock.now(), self._timing
        while True:
            if (job := await self._async_look(robot)) is not None:
                if self._command.is_done(job):
                    return True
                if self._command.is_pointless(job):
                    return False
                if is_resume:
                    if began and job.status in _STANDING:
                        return False
                    began = began or job.status not in _WAITING
            by_report = is_resume and not self._is_lost
            limit = timing.resume_trial if by_report else timing.control_confirm
            if self._clock.now() >= start + limit:
                # A resume that has begun and heats is as good as done.
                return is_resume and self._job.status is JobStatus.RESUMING
            await self._clock.sleep(timing.control_poll)
            self._check()

    async def _async_look(self, robot: Robot) -> JobState | None:
        """Return the job by a new report; None if there is none at this moment.

        Once the connection is lost, by what the device announces.
        """
        try:
            if not self._is_lost:
                async with self._clock.timeout(self._timing.connection_stuck):
                    await self._link.async_report(robot)
        except CommandFailed as err:
            # It is so for a moment after a job was left.
            self._device.logger.debug(
                "%s has no report: %s", self._device.device_name, err
            )
            return None
        except ConnectionFailed, TimeoutError:
            self._is_lost = True
            robot.drop()
        if self._is_lost:
            self._device.ensure_loaded()
            self._device.async_probe()
        return self._job

    # -- in which words it fails

    def _inapplicable(self, job: JobState) -> NotDone | None:
        """Return an error if the command does not fit the job."""
        if self._command.applies(job):
            return None
        if self._applied and self._command.is_pointless(job):
            return NotDone("job_over")
        return NotDone(self._command.inapplicable)

    def _failure(self) -> NotDone:
        """Return the error of a command that was accepted and not carried out.

        A resume names the fault, which the device forgets while it tries.
        """
        if self._command.is_pointless(self._job):
            return NotDone("job_over")
        shown = self._job.error
        fault = self._fault if shown is ErrorKey.NONE else shown
        if self._command is RESUME and fault is not ErrorKey.NONE:
            return NotDone("paused_again", fault=fault)
        return NotDone(self._command.failed)
