"""What the job tracker saw, on its way to triggers and the event entity.

Knows the signal. There is one for all devices, so an automation hears of a device
whether or not its entry was loaded when it began to listen. While the entry is being set
up nothing is sent: the device is watched before its entities are there. Nothing is sent
of a device that is disabled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.util.signal_type import SignalType

from .const import DOMAIN
from .job import JobEvent, JobState, Problem, Step
from .naming import async_registered

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


@callback
def async_tell(hass: HomeAssistant, entry: ConfigEntry, uuid: str, step: Step) -> None:
    """Send what was seen to happen, in the order it did, once all can hear it."""
    news: list[JobNews] = [*step.events]
    if step.problem is not None:
        news.append(step.problem)

    @callback
    def send() -> None:
        if _is_disabled(hass, entry):
            news.clear()
        while news:
            signal = JobSignal(uuid=uuid, news=news.pop(0), state=step.state)
            async_dispatcher_send(hass, _SIGNAL, signal)

    if news and entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
        # The states that follow find nothing left to send.
        entry.async_on_unload(entry.async_on_state_change(send))
    elif news:
        send()


@callback
def async_tell_lost(
    hass: HomeAssistant, entry: ConfigEntry, uuid: str, state: JobState
) -> None:
    """Send that contact with a device was lost in mid-job: triggers alone want to know."""
    if not _is_disabled(hass, entry):
        signal = JobSignal(uuid=uuid, news=None, state=state)
        async_dispatcher_send(hass, _SIGNAL, signal)


def _is_disabled(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    registered = async_registered(hass, entry)
    return registered is not None and registered.disabled


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
