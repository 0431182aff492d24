"""What the job tracker saw, on its way to triggers and the event entity.

Knows the signal. There is one for all devices, so an automation hears of a device
whether or not its entry was loaded when it began to listen. While the entry is being set
up nothing is sent: the device is watched before its entities are there. The start of a
job waits for the job's name, and what follows it waits behind it. Nothing is sent of a
device that is disabled.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.helpers.event import async_call_later
from homeassistant.util.signal_type import SignalType

from ..const import DOMAIN
from ..naming import async_is_disabled
from .tracker import INITIAL, JobEvent, JobEventType, JobState, Problem, Step

type JobNews = JobEvent | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSignal:
    """Something that happened to the device `uuid`, and the state it led to.

    `news` is None when contact with it was lost in mid-job.
    """

    uuid: str
    news: JobNews | None
    state: JobState


_SIGNAL: Final[SignalType[JobSignal]] = SignalType(f"{DOMAIN}_job")


class JobDispatcher:
    """Sends what happens to the jobs of one device, in order, each once."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry, uuid: str, patience: float
    ) -> None:
        """Wait for a job's name for at most so many seconds."""
        self._hass = hass
        self._entry = entry
        self._uuid = uuid
        self._patience = patience
        self._waiting: list[JobSignal] = []
        self._state = INITIAL
        self._may_learn = False
        self._awaits_setup = False
        self._cancel_timer: CALLBACK_TYPE | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether something is known to have happened and not sent yet."""
        return bool(self._waiting)

    @callback
    def async_dispatch(self, step: Step, *, lost: bool, may_learn: bool) -> None:
        """Send what was seen, once all can receive it.

        `lost`: contact was lost, in mid-job. `may_learn`: what the job is called is about
        to be known, if it is called anything.
        """
        self._state, self._may_learn = step.state, may_learn
        news: list[JobNews | None] = [*step.events]
        if step.problem is not None:
            news.append(step.problem)
        if lost:
            news.append(None)
        self._waiting += [
            JobSignal(uuid=self._uuid, news=each, state=step.state) for each in news
        ]
        self._async_send()

    @callback
    def async_flush(self) -> None:
        """Send all that waits for a name: there will be none."""
        self._may_learn = False
        self._async_send()

    @callback
    def _async_send(self) -> None:
        if self._waiting and self._entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
            if not self._awaits_setup:
                self._awaits_setup = True
                entry = self._entry
                entry.async_on_unload(entry.async_on_state_change(self._async_send))
            return
        if self._waiting and async_is_disabled(self._hass, self._entry):
            self._waiting.clear()
        while self._waiting and not self._must_wait(self._waiting[0]):
            signal = self._named(self._waiting.pop(0))
            async_dispatcher_send(self._hass, _SIGNAL, signal)
        if not self._waiting and self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    def _is_current(self, signal: JobSignal) -> bool:
        return signal.state.job_number == self._state.job_number

    def _named(self, signal: JobSignal) -> JobSignal:
        """Return what happened with what is known of its job by now."""
        news, job = signal.news, self._state.job
        if (
            job is None
            or not isinstance(news, JobEvent)
            or not self._is_current(signal)
        ):
            return signal
        name, toolhead = news.name or job.name, news.toolhead or job.toolhead
        return replace(signal, news=replace(news, name=name, toolhead=toolhead))

    def _must_wait(self, signal: JobSignal) -> bool:
        """Whether the start of a job waits for its name; not for long."""
        news = self._named(signal).news
        if (
            not isinstance(news, JobEvent)
            or news.type is not JobEventType.STARTED
            or news.name is not None
            or not self._may_learn
            or not self._is_current(signal)
        ):
            return False
        if self._cancel_timer is None:
            self._cancel_timer = async_call_later(
                self._hass, self._patience, self._async_give_up
            )
        return True

    @callback
    def _async_give_up(self, _now: object) -> None:
        self._cancel_timer = None
        self.async_flush()


@callback
def async_listen_all(
    hass: HomeAssistant, target: Callable[[JobSignal], None]
) -> CALLBACK_TYPE:
    """Hear of the jobs of all devices; `target` runs in the event loop. Returns its end."""
    return async_dispatcher_connect(hass, _SIGNAL, target)


@callback
def async_listen(
    hass: HomeAssistant, uuid: str, target: Callable[[JobNews], None]
) -> CALLBACK_TYPE:
    """Hear of one device's job; `target` runs in the event loop. Returns its end."""

    @callback
    def hear(signal: JobSignal) -> None:
        if signal.uuid == uuid and signal.news is not None:
            target(signal.news)

    return async_listen_all(hass, hear)
