"""Triggers by target: what happens to a job, on any device of an area, floor or label.

A target is resolved when something happens, so a device that is moved into the area takes
part at once.
"""

from typing import Final, override

from homeassistant.const import (
    ATTR_DEVICE_ID,
    CONF_OPTIONS,
    CONF_TARGET,
    CONF_TYPE,
    Platform,
)
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.trigger import Trigger, TriggerActionRunner, TriggerConfig
import voluptuous as vol

from .condition import Targeted, needs_attention
from .const import DOMAIN
from .errors import async_error_sentences
from .job.errors import ErrorKey
from .job.model import JobEvent, JobEventType
from .job.signals import JobSignal, async_subscribe
from .targets import TARGET_SCHEMA, async_targeted

NEEDS_ATTENTION: Final = "needs_attention"
OFFLINE_IN_JOB: Final = "offline_in_job"


class JobTrigger(Targeted, Trigger):
    """What happens to the job of a device that the target reaches."""

    # The editor sends options, though there are none.
    schema = vol.Schema(
        {vol.Required(CONF_TARGET): TARGET_SCHEMA, vol.Optional(CONF_OPTIONS): {}}
    )
    happens: str
    """A `JobEventType`, `NEEDS_ATTENTION` or `OFFLINE_IN_JOB`."""

    def __init__(self, hass: HomeAssistant, config: TriggerConfig) -> None:
        super().__init__(hass, config)
        self._target = config.target or {}

    @override
    async def async_attach_runner(
        self, run_action: TriggerActionRunner, did_not_trigger: object = None
    ) -> CALLBACK_TYPE:
        """Run the action when it happens. 2026.10 passes `did_not_trigger`, 2026.3 not."""

        @callback
        def receive(signal: JobSignal) -> None:
            if _happening(signal) != self.happens:
                return
            for entry, device in async_targeted(self._hass, self._target):
                if entry.unique_id == signal.uuid:
                    payload = _payload(self._hass, device, signal)
                    name = payload["device_name"]
                    run_action(
                        {CONF_TYPE: self.happens, **payload},
                        f"{self.happens} of {name}",
                    )

        return async_subscribe(self._hass, receive)


def _happening(signal: JobSignal) -> str | None:
    """Return what happened; None for an error on a job that is over."""
    if signal.event is None:
        return OFFLINE_IN_JOB
    if isinstance(signal.event, JobEvent):
        return signal.event.type.value
    return NEEDS_ATTENTION if needs_attention(signal.state) else None


def _payload(
    hass: HomeAssistant, device: dr.DeviceEntry, signal: JobSignal
) -> dict[str, str | float | None]:
    """Return what `trigger` has in templates, ready for a message: "" is not known.

    `duration` is in seconds, None if not known, `duration_text` the same as h:mm:ss;
    `error_key` is the key of the sentence `error`.
    """
    event = signal.event
    key = ErrorKey.NONE if event is None else event.error
    duration, name = None, signal.state.job_name
    if isinstance(event, JobEvent):
        duration, name = event.duration, event.name
    error, advice = async_error_sentences(hass, key)
    return {
        ATTR_DEVICE_ID: device.id,
        "device_name": device.name_by_user or device.name or "",
        "job_name": name or "",
        "duration": None if duration is None else round(duration),
        "duration_text": "" if duration is None else clock_text(round(duration)),
        "error": error,
        "error_key": "" if key is ErrorKey.NONE else key.value,
        "advice": advice,
        "status": _entity_id(hass, Platform.SENSOR, signal.uuid, "status"),
        "camera": _entity_id(hass, Platform.CAMERA, signal.uuid, "camera"),
        "preview": _entity_id(hass, Platform.IMAGE, signal.uuid, "preview"),
    }


def clock_text(seconds: int) -> str:
    """Return a duration as h:mm:ss, which all languages read; no days."""
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}"


def _entity_id(hass: HomeAssistant, platform: Platform, uuid: str, key: str) -> str:
    """Return the id of an entity; "" without it, or while it is disabled."""
    registry = er.async_get(hass)
    entity_id = registry.async_get_entity_id(platform, DOMAIN, f"{uuid}_{key}")
    entity = registry.async_get(entity_id) if entity_id else None
    return entity.entity_id if entity and not entity.disabled else ""


def _trigger(what: str) -> type[JobTrigger]:
    """Return the class of one trigger: Home Assistant makes its instances."""

    class OneTrigger(JobTrigger):
        happens = what

    return OneTrigger


_TRIGGERS: Final[dict[str, type[Trigger]]] = {
    **{f"job_{event.value}": _trigger(event.value) for event in JobEventType},
    NEEDS_ATTENTION: _trigger(NEEDS_ATTENTION),
    OFFLINE_IN_JOB: _trigger(OFFLINE_IN_JOB),
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers, by what stands behind `flux3dp.`."""
    return _TRIGGERS
