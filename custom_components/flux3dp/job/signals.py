"""What happens to jobs, on its way to triggers and the event entity.

One signal for all devices: a subscriber need not know which entries are loaded.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.util.signal_type import SignalType

from ..const import DOMAIN
from ..device import FluxDevice
from .model import INITIAL, JobEvent, JobEventType, JobState, Problem
from .tracker import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSignal:
    """Something that happened to the device `uuid`, and the state it led to.

    Of an end that is noticed with the next job it is the state before.
    `event` is None when contact was lost in mid-job.
    """

    uuid: str
    event: JobEvent | Problem | None
    state: JobState


_SIGNAL: Final[SignalType[JobSignal]] = SignalType(f"{DOMAIN}_job")


@callback
def async_subscribe(
    hass: HomeAssistant, target: Callable[[JobSignal], None], uuid: str | None = None
) -> CALLBACK_TYPE:
    """Call `target` in the event loop with each signal, of one device or of all."""

    @callback
    def receive(signal: JobSignal) -> None:
        if uuid in (None, signal.uuid):
            target(signal)

    return async_dispatcher_connect(hass, _SIGNAL, receive)


class JobDispatcher:
    """Sends what happens to the jobs of one device, in order, each once.

    Nothing is sent before the entry is set up: a device is observed before its entities
    are there. The start of a job waits for the job's name, and what follows behind it.
    What happens to a device that is disabled is not sent.
    """

    def __init__(self, device: FluxDevice) -> None:
        self._device = device
        self._waiting: list[JobSignal] = []
        self._state: JobState = INITIAL
        self._may_learn = False
        self._cancel_timer: CALLBACK_TYPE | None = None
        entry = device.config_entry
        entry.async_on_unload(entry.async_on_state_change(self._async_send))

    @callback
    def async_dispatch(
        self, step: Step, *, lost: bool, may_learn: Callable[[], bool]
    ) -> None:
        """Send what was seen, once all can receive it.

        `lost`: contact was lost in mid-job. `may_learn`: may the job's name soon be known?
        """
        before, self._state = self._state, step.state
        events: list[JobEvent | Problem | None] = [*step.events]
        if step.problem is not None:
            events.append(step.problem)
        if lost:
            events.append(None)
        states = [step.state] * len(events)
        is_new = step.state.job_number != before.job_number
        if is_new and step.events and step.events[0].type is not JobEventType.STARTED:
            # It is the end of the job before.
            states[0] = before
        self._waiting += [
            JobSignal(uuid=self._device.uuid, event=event, state=state)
            for event, state in zip(events, states, strict=True)
        ]
        if self._waiting:
            self._may_learn = may_learn()
        self._async_send()

    @callback
    def async_flush(self) -> None:
        """Send all that waits for a name: there will be none."""
        self._may_learn = False
        self._async_send()

    @callback
    def _async_send(self) -> None:
        device = self._device
        if (
            not self._waiting
            or device.config_entry.state is ConfigEntryState.SETUP_IN_PROGRESS
        ):
            return
        if device.is_disabled:
            self._waiting.clear()
        while self._waiting and (signal := self._completed(self._waiting[0])):
            self._waiting.pop(0)
            async_dispatcher_send(device.hass, _SIGNAL, signal)
        if self._waiting and self._cancel_timer is None:
            self._cancel_timer = device.clock.call_later(
                device.timing.job_name, self.async_flush
            )
        elif not self._waiting and self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None

    def _completed(self, signal: JobSignal) -> JobSignal | None:
        """Return a signal with what is known of its job by now; None: it has to wait."""
        event, job = signal.event, self._state.job
        is_current = signal.state.job_number == self._state.job_number
        if job is None or not is_current or not isinstance(event, JobEvent):
            return signal
        name, toolhead = event.name or job.name, event.toolhead or job.toolhead
        if self._may_learn and event.type is JobEventType.STARTED and name is None:
            return None
        return replace(signal, event=replace(event, name=name, toolhead=toolhead))
