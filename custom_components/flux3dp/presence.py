"""Is the device there: probes it when it falls silent, and says when it stays so.

Knows time and silence. What a datagram says, and where the device is, belongs to
`coordinator.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from .aioflux import Timing


class Presence:
    """The one timer of a device.

    Announcements put it off, so a device that multicast reaches is hardly ever probed;
    where multicast does not reach, the same probes are the polling. One that has gone
    silent is asked on, so that it is back with its first answer.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        timing: Timing,
        *,
        ask: Callable[[], None],
        on_silent: Callable[[], None],
    ) -> None:
        """Take what asks the device once, and who hears that it did not answer."""
        self._hass = hass
        self._timing = timing
        self._ask = ask
        self._on_silent = on_silent
        self._unanswered = 0
        self._deadline = 0.0
        self._due = 0.0
        self._cancel: CALLBACK_TYPE | None = None
        self._stopped = False

    @property
    def silent(self) -> bool:
        """Whether as many probes as it takes went unanswered."""
        return self._unanswered > self._timing.probe_attempts

    @callback
    def async_ask(self) -> None:
        """Ask now, and expect an answer: at the start, and when in doubt."""
        if self._stopped:
            return
        if self._unanswered == 0:
            self._probe()
        else:
            self._ask()

    @callback
    def async_heard(self, *, active: bool) -> None:
        """Take note of a sign of life; a device with an active job is asked sooner."""
        if self._stopped:
            return
        self._unanswered = 0
        interval = self._timing.unheard_active if active else self._timing.unheard
        self._deadline = self._hass.loop.time() + interval
        # Every three seconds for years: the timer is left running where it can be, and
        # finds out for itself that the deadline has moved on.
        if self._cancel is None or self._due > self._deadline:
            self._set_timer(self._deadline)

    @callback
    def async_stop(self) -> None:
        """Ask no more, whoever wants to: somebody may still wait for the device."""
        self._stopped = True
        self._stop_timer()

    def _stop_timer(self) -> None:
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def _set_timer(self, due: float) -> None:
        self._stop_timer()
        self._due = due
        self._cancel = async_call_later(
            self._hass,
            due - self._hass.loop.time(),
            HassJob(self._async_timer, "FLUX presence", cancel_on_shutdown=True),
        )

    @callback
    def _async_timer(self, _now: datetime) -> None:
        self._cancel = None
        if self._hass.loop.time() < self._deadline:
            self._set_timer(self._deadline)
        else:
            self._probe()

    def _probe(self) -> None:
        """Ask, and come back; give up when enough of that went unanswered."""
        gave_up = self._unanswered == self._timing.probe_attempts
        patient = self._unanswered >= self._timing.probe_attempts
        if not self.silent:
            self._unanswered += 1
        self._ask()
        self._deadline = self._hass.loop.time() + (
            self._timing.unheard if patient else self._timing.probe_interval
        )
        self._set_timer(self._deadline)
        if gave_up:
            self._on_silent()
