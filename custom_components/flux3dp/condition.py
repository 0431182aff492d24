"""Conditions by target: what the devices of an area, floor or label do now."""

from collections.abc import Callable
from typing import Final, Unpack

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_OPTIONS, CONF_TARGET
from homeassistant.core import HomeAssistant
from homeassistant.helpers.condition import (
    ATTR_BEHAVIOR,
    BEHAVIOR_ALL,
    BEHAVIOR_ANY,
    Condition,
    ConditionCheckParams,
    ConditionConfig,
)
from homeassistant.helpers.typing import ConfigType
import voluptuous as vol

from .job.model import JobState
from .job.status_table import ENDED_BITS
from .targets import TARGET_SCHEMA, async_targeted


def is_idle(job: JobState) -> bool:
    """Whether a device would take a job: a finished one that is not cleared is none.

    Negative ids: occupied by another program, or by maintenance.
    """
    return (
        job.st_id is not None
        and job.st_id >= 0
        and not job.active
        and not needs_attention(job)
    )


def needs_attention(job: JobState) -> bool:
    """Whether a person is needed: an error on an active job, or an alarm."""
    return job.problem and job.st_id is not None and not job.st_id & ENDED_BITS


class Targeted:
    """What triggers and conditions have in common: a target, and options."""

    schema: vol.Schema

    @classmethod
    async def async_validate_config(
        cls, hass: HomeAssistant, config: ConfigType
    ) -> ConfigType:
        """Validate the target and the options."""
        validated: ConfigType = cls.schema(config)
        return validated


class JobCondition(Targeted, Condition):
    """What any, or all, of the devices that the target reaches have to meet.

    A disabled device does not count, and one that is not loaded meets nothing. Without
    a device no condition is met: nothing is switched off because "all are idle".
    """

    schema = vol.Schema(
        {
            vol.Required(CONF_TARGET): TARGET_SCHEMA,
            vol.Required(CONF_OPTIONS, default=dict): {
                vol.Required(ATTR_BEHAVIOR, default=BEHAVIOR_ANY): vol.In(
                    [BEHAVIOR_ANY, BEHAVIOR_ALL]
                ),
            },
        }
    )
    holds: Callable[[JobState], bool]
    """Whether a device meets it."""

    def __init__(self, hass: HomeAssistant, config: ConditionConfig) -> None:
        super().__init__(hass, config)
        self._target = config.target or {}
        self._behavior = (config.options or {}).get(ATTR_BEHAVIOR, BEHAVIOR_ANY)

    def _async_check(self, **kwargs: Unpack[ConditionCheckParams]) -> bool:
        """Check now; this is what 2026.10 calls."""
        answers = [
            entry.state is ConfigEntryState.LOADED
            and self.holds(entry.runtime_data.data.job)
            for entry, device in async_targeted(self._hass, self._target)
            if not device.disabled
        ]
        if self._behavior == BEHAVIOR_ALL:
            return bool(answers) and all(answers)
        return any(answers)

    async def async_get_checker(self) -> Callable[..., bool]:
        """Return what 2026.3 calls."""
        return self._async_check


def _condition(is_met: Callable[[JobState], bool]) -> type[JobCondition]:
    """Return the class of one condition: Home Assistant makes its instances."""

    class OneCondition(JobCondition):
        holds = staticmethod(is_met)

    return OneCondition


_CONDITIONS: Final[dict[str, type[Condition]]] = {
    "is_running": _condition(lambda job: job.running),
    "is_paused": _condition(lambda job: job.paused),
    "is_idle": _condition(is_idle),
    "is_offline": _condition(lambda job: not job.online),
    "needs_attention": _condition(needs_attention),
}


async def async_get_conditions(hass: HomeAssistant) -> dict[str, type[Condition]]:
    """Return the conditions, by what stands behind `flux3dp.`."""
    return _CONDITIONS
