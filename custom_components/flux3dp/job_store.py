"""What is known of a device's jobs, kept over restarts.

Knows when to write. What the state means belongs to `job.py`.
"""

from __future__ import annotations

from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.storage import Store

from .const import DOMAIN
from .job import INITIAL, JobState

_STORAGE_VERSION = 1
_SAVE_DELAY = 10.0


class JobStore:
    """The stored job state of one entry.

    Written soon after a turning point, so that a power cut costs little, and when the
    entry or Home Assistant stops. Not for each percent of progress: that would be a
    write every few seconds, for days, often to an SD card.
    """

    def __init__(self, hass: HomeAssistant, entry: ConfigEntry) -> None:
        """Read and write nothing yet."""
        self._hass = hass
        self._store = Store[dict[str, Any]](
            hass, _STORAGE_VERSION, f"{DOMAIN}.job.{entry.entry_id}"
        )
        self._state: JobState | None = None
        self._unsubscribe: CALLBACK_TYPE | None = None
        self._closed = False

    async def async_load(self) -> JobState:
        """Return what was stored, or a fresh state."""
        state = JobState.from_dict(await self._store.async_load())
        self._state = state
        self._unsubscribe = self._hass.bus.async_listen_once(
            EVENT_HOMEASSISTANT_STOP, self._async_stop
        )
        return state

    @callback
    def async_keep(self, state: JobState) -> None:
        """Take the newest state, and plan a write if it is worth one.

        Not once closed: by then the file is the next coordinator's, or nobody's.
        """
        if self._closed:
            return
        previous, self._state = self._state, state
        if previous is None or _turning_point(state) != _turning_point(previous):
            self._store.async_delay_save(self._stored, _SAVE_DELAY)

    async def async_close(self) -> None:
        """Write for the last time."""
        self._closed = True
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        if self._state is not None:
            await self._store.async_save(self._stored())

    async def async_remove(self) -> None:
        """Forget what was stored, because the entry is removed."""
        await self._store.async_remove()

    @callback
    def _async_stop(self, _event: Event) -> None:
        """Have the store write when everything writes: it knows how to, once."""
        self._unsubscribe = None
        self._store.async_delay_save(self._stored, _SAVE_DELAY)

    def _stored(self) -> dict[str, Any]:
        """Return what is written: always the newest state."""
        return (self._state or INITIAL).to_dict()


def _turning_point(state: JobState) -> tuple[object, ...]:
    return (
        state.status,
        state.job_number,
        state.job_name,
        state.last_job_result,
        state.jobs_completed,
    )
