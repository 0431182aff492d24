"""Sensors: what the device is doing, when it will be done, how its last job ended."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    CONF_MODEL,
    PERCENTAGE,
    EntityCategory,
    UnitOfLength,
    UnitOfTemperature,
    UnitOfTime,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.typing import StateType
from homeassistant.util import dt as dt_util

from .aioflux import WorkStep, has_extruder, has_toolheads
from .commands import applicable_commands
from .const import CONF_VERIFIED, DOMAIN
from .coordinator import FluxConfigEntry, FluxCoordinator
from .device import FluxData
from .entity import Attributes, ReadingDescription, ReadingEntity
from .job.errors import Advice, ErrorKey
from .job.model import JobResult, JobStatus, Toolhead

# In these a printer and a laser look alike: icons.json has their icons.
ALIKE = frozenset(
    {
        JobStatus.ABORTED,
        JobStatus.ABORTING,
        JobStatus.ALARM,
        JobStatus.COMPLETED,
        JobStatus.FATAL,
        JobStatus.HEATING,
        JobStatus.OFFLINE,
        JobStatus.PAUSED,
        JobStatus.PAUSING,
        JobStatus.RESUMING,
        JobStatus.TOOLHEAD_CHANGE,
    }
)

# Nothing is fetched here: the coordinator pushes.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class FluxSensorDescription(ReadingDescription, SensorEntityDescription):
    """A line of the table."""

    value_fn: Callable[[FluxData], StateType | datetime]
    fits: Callable[[str], bool] = lambda model: True
    """Whether a machine of this model id can have the value."""


def _progress(data: FluxData) -> float | None:
    progress = data.job.progress
    return None if progress is None else round(progress * 100, 1)


def _moment(data: FluxData, seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    return dt_util.utc_from_timestamp(seconds + data.clock_error)


def _status_attributes(coordinator: FluxCoordinator) -> Attributes:
    data = coordinator.data
    job, work = data.job, data.work
    attributes: dict[str, StateType | list[str]] = {
        # The only trace of a status that has no name yet.
        "st_id": job.st_id,
        # What applies now: pages and cards offer that.
        "commands": ["cancel"] if data.in_maintenance else applicable_commands(job),
    }
    if work is not None:
        # It is us who hold the device.
        attributes |= {"task": work.task, "step": work.step}
        if work.step is WorkStep.HEATING and work.value is not None:
            units = coordinator.hass.config.units
            attributes["temperature"] = round(
                units.temperature(work.value, UnitOfTemperature.CELSIUS)
            )
        elif work.step is WorkStep.PROBING and work.value is not None:
            attributes["point"] = work.value + 1
    if not coordinator.config_entry.data[CONF_VERIFIED]:
        attributes["verified"] = False
    return attributes


SENSORS = (
    FluxSensorDescription(
        key="progress",
        native_unit_of_measurement=PERCENTAGE,
        suggested_display_precision=0,
        value_fn=_progress,
    ),
    FluxSensorDescription(
        key="toolhead",
        device_class=SensorDeviceClass.ENUM,
        options=[toolhead.value for toolhead in Toolhead],
        value_fn=lambda data: data.job.toolhead,
        fits=has_toolheads,
    ),
    FluxSensorDescription(
        key="advice",
        device_class=SensorDeviceClass.ENUM,
        options=[advice.value for advice in Advice],
        value_fn=lambda data: data.job.error.advice,
    ),
    FluxSensorDescription(
        key="error",
        device_class=SensorDeviceClass.ENUM,
        options=[error.value for error in ErrorKey],
        value_fn=lambda data: data.job.error,
        attributes_fn=lambda coordinator: {
            "label": coordinator.data.job.error_label,
            "advice": coordinator.data.job.error.advice,
        },
    ),
    FluxSensorDescription(
        key="finish_time",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda data: _moment(data, data.job.finish_time),
    ),
    FluxSensorDescription(
        key="time_remaining",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        value_fn=lambda data: data.job.remaining_minutes,
    ),
    FluxSensorDescription(
        key="elapsed_time",
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.MINUTES,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.job.elapsed_minutes,
    ),
    FluxSensorDescription(
        key="job_duration",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        value_fn=lambda data: data.job.job_duration,
    ),
    FluxSensorDescription(
        key="nozzle_temperature",
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=0,
        value_fn=lambda data: data.job.nozzle_temperature,
        fits=has_extruder,
    ),
    FluxSensorDescription(
        key="nozzle_target",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.TEMPERATURE,
        state_class=SensorStateClass.MEASUREMENT,
        native_unit_of_measurement=UnitOfTemperature.CELSIUS,
        suggested_display_precision=0,
        value_fn=lambda data: data.job.nozzle_target,
        fits=has_extruder,
    ),
    FluxSensorDescription(
        key="job_name",
        always_available=True,
        value_fn=lambda data: data.job.job_name,
    ),
    FluxSensorDescription(
        key="job_started",
        device_class=SensorDeviceClass.TIMESTAMP,
        always_available=True,
        value_fn=lambda data: _moment(data, data.job.job_started),
    ),
    FluxSensorDescription(
        key="printing_time",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.DURATION,
        # It can begin again at 0, when what is stored is lost; so can filament and jobs.
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.HOURS,
        suggested_display_precision=1,
        always_available=True,
        value_fn=lambda data: round(data.job.printing_time),
    ),
    FluxSensorDescription(
        key="filament_used",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.DISTANCE,
        state_class=SensorStateClass.TOTAL_INCREASING,
        native_unit_of_measurement=UnitOfLength.MILLIMETERS,
        suggested_unit_of_measurement=UnitOfLength.METERS,
        suggested_display_precision=1,
        always_available=True,
        value_fn=lambda data: round(data.job.filament_used),
        fits=has_extruder,
    ),
    FluxSensorDescription(
        key="last_job_duration",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.DURATION,
        native_unit_of_measurement=UnitOfTime.SECONDS,
        suggested_unit_of_measurement=UnitOfTime.MINUTES,
        suggested_display_precision=0,
        always_available=True,
        value_fn=lambda data: data.job.last_job_duration,
    ),
    FluxSensorDescription(
        key="jobs_completed",
        entity_category=EntityCategory.DIAGNOSTIC,
        state_class=SensorStateClass.TOTAL_INCREASING,
        always_available=True,
        value_fn=lambda data: data.job.jobs_completed,
    ),
    FluxSensorDescription(
        key="last_job_result",
        entity_category=EntityCategory.DIAGNOSTIC,
        device_class=SensorDeviceClass.ENUM,
        options=[result.value for result in JobResult],
        always_available=True,
        value_fn=lambda data: data.job.last_job_result,
    ),
    FluxSensorDescription(
        key="ip_address",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.host,
    ),
    FluxSensorDescription(
        key="occupied_by",
        entity_category=EntityCategory.DIAGNOSTIC,
        entity_registry_enabled_default=False,
        value_fn=lambda data: data.job.occupied_by,
    ),
    # The last one: it sums up what the others say, and is written after them.
    FluxSensorDescription(
        key="status",
        device_class=SensorDeviceClass.ENUM,
        options=[status.value for status in JobStatus],
        always_available=True,
        value_fn=lambda data: (
            JobStatus.MAINTENANCE if data.in_maintenance else data.job.status
        ),
        attributes_fn=_status_attributes,
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: FluxConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of a device, and remove those that its model cannot have."""
    coordinator, registry = entry.runtime_data, er.async_get(hass)
    sensors = []
    for description in SENSORS:
        if description.fits(entry.data[CONF_MODEL]):
            sensors.append(FluxSensor(coordinator, description))
        elif entity_id := registry.async_get_entity_id(
            SENSOR_DOMAIN, DOMAIN, f"{coordinator.uuid}_{description.key}"
        ):
            registry.async_remove(entity_id)
    async_add_entities(sensors)


class FluxSensor(ReadingEntity, SensorEntity):
    """A value the coordinator has."""

    entity_description: FluxSensorDescription

    @property
    @override
    def icon(self) -> str | None:
        """The status of a machine that cannot print has an icon of its own."""
        coordinator = self.coordinator
        if (
            self.entity_description.key != "status"
            or has_extruder(coordinator.config_entry.data[CONF_MODEL])
            or coordinator.data.job.status in ALIKE
        ):
            return None
        return "mdi:laser-pointer"

    @property
    @override
    def native_value(self) -> StateType | datetime:
        """The value now; None where it is not known."""
        return self.entity_description.value_fn(self.coordinator.data)
