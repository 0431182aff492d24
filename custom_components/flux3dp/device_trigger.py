"""Device triggers, which `trigger.py` replaces: the events of a job, and problems.

They come from the job tracker, not from states: a device that returns starts nothing.
"""

from typing import Any

from homeassistant.components.device_automation import DEVICE_TRIGGER_BASE_SCHEMA
from homeassistant.components.device_automation.exceptions import (
    InvalidDeviceAutomationConfig,
)
from homeassistant.const import (
    CONF_DEVICE_ID,
    CONF_DOMAIN,
    CONF_PLATFORM,
    CONF_TYPE,
)
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.trigger import TriggerActionType, TriggerInfo
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .const import DOMAIN
from .job.model import JobEvent, JobEventType
from .job.signals import JobSignal, async_subscribe

PROBLEM = "problem"
TRIGGER_TYPES = (*(event_type.value for event_type in JobEventType), PROBLEM)

TRIGGER_SCHEMA = DEVICE_TRIGGER_BASE_SCHEMA.extend(
    {vol.Required(CONF_TYPE): vol.In(TRIGGER_TYPES)}
)


async def async_get_triggers(
    hass: HomeAssistant, device_id: str
) -> list[dict[str, Any]]:
    """Return every trigger of a device."""
    return [
        {
            CONF_PLATFORM: "device",
            CONF_DOMAIN: DOMAIN,
            CONF_DEVICE_ID: device_id,
            CONF_TYPE: trigger_type,
        }
        for trigger_type in TRIGGER_TYPES
    ]


async def async_attach_trigger(
    hass: HomeAssistant,
    config: ConfigType,
    action: TriggerActionType,
    trigger_info: TriggerInfo,
) -> CALLBACK_TYPE:
    """Run an action at each event of a type; its attributes are in `trigger`."""
    job = HassJob(action, f"{DOMAIN} {config[CONF_TYPE]}")

    @callback
    def receive(signal: JobSignal) -> None:
        event = signal.event
        if event is None:
            return
        happened = event.type.value if isinstance(event, JobEvent) else PROBLEM
        if happened != config[CONF_TYPE]:
            return
        trigger = {
            **trigger_info["trigger_data"],
            **config,
            **event.attributes(),
            "description": f"job {happened}",
        }
        hass.async_run_hass_job(job, {"trigger": trigger})

    return async_subscribe(hass, receive, _uuid(hass, config[CONF_DEVICE_ID]))


def _uuid(hass: HomeAssistant, device_id: str) -> str:
    """Return the uuid of a device; it need not be loaded."""
    device = dr.async_get(hass).async_get(device_id)
    for domain, uuid in device.identifiers if device else ():
        if domain == DOMAIN:
            return uuid
    raise InvalidDeviceAutomationConfig(
        translation_domain=DOMAIN,
        translation_key="device_foreign",
        translation_placeholders={"device_id": device_id},
    )
