"""What the job tracker saw, on its way to whoever waits for it.

Knows the signal. It is named after the device's uuid, so an automation hears it
whether or not the entry was loaded when it began to listen. While the entry is being set
up nobody is told: the device is watched before its entities are there.
"""

from __future__ import annotations

from collections.abc import Callable

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.util.signal_type import SignalType

from .const import DOMAIN
from .job import JobEvent, Problem, Step

type JobNews = JobEvent | Problem


def _signal(uuid: str) -> SignalType[JobNews]:
    return SignalType(f"{DOMAIN}_job_{uuid}")


@callback
def async_tell(hass: HomeAssistant, entry: ConfigEntry, uuid: str, step: Step) -> None:
    """Tell of what was seen to happen, in the order it did, once all can hear it."""
    news: list[JobNews] = [*step.events]
    if step.problem is not None:
        news.append(step.problem)

    @callback
    def send() -> None:
        while news:
            async_dispatcher_send(hass, _signal(uuid), news.pop(0))

    if news and entry.state is ConfigEntryState.SETUP_IN_PROGRESS:
        # The states that follow find nothing left to tell.
        entry.async_on_unload(entry.async_on_state_change(send))
    else:
        send()


@callback
def async_listen(
    hass: HomeAssistant, uuid: str, target: Callable[[JobNews], None]
) -> CALLBACK_TYPE:
    """Hear of a device's job; `target` runs in the event loop. Returns its end."""
    return async_dispatcher_connect(hass, _signal(uuid), target)
