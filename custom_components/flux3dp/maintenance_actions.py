"""Actions of maintenance: the handlers, and their responses."""

from collections.abc import Awaitable, Mapping
import math
from typing import Any, Final

from homeassistant.const import UnitOfTemperature
from homeassistant.core import ServiceResponse
from homeassistant.util.unit_conversion import TemperatureConverter

from .aioflux import CommandFailed, InvalidRequest
from .coordinator import FluxCoordinator
from .device import NotDone
from .errors import invalid
from .job.errors import ErrorKey, classify

# Fits most filament (°C).
_USUAL: Final = 210.0
# From here on a nozzle burns (°C).
_HOT: Final = 50.0


async def async_home(coordinator: FluxCoordinator, data: Mapping[str, Any]) -> None:
    """Home; return when it is done."""
    await _async_work(coordinator, coordinator.maintenance.async_home())


async def async_calibrate(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Level the plate; return the last probe heights (mm)."""
    work = coordinator.maintenance.async_calibrate(
        threshold=data.get("threshold"), clean=data.get("clean", False)
    )
    return {"heights": list(await _async_work(coordinator, work))}


async def async_load_filament(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Load filament; return how hot the nozzle is."""
    work = coordinator.maintenance.async_load(
        _celsius(coordinator, data), flexible=data.get("flexible", False)
    )
    return _hot(coordinator, await _async_work(coordinator, work))


async def async_unload_filament(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Unload filament; return how hot the nozzle is."""
    work = coordinator.maintenance.async_unload(_celsius(coordinator, data))
    return _hot(coordinator, await _async_work(coordinator, work))


async def async_stop_loading(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> None:
    """End a load."""
    await coordinator.maintenance.async_stop_loading()


async def async_free_device(
    coordinator: FluxCoordinator, data: Mapping[str, Any]
) -> ServiceResponse:
    """Throw out the program that holds the device; return its address."""
    return {"occupied_by": await coordinator.maintenance.async_free()}


def _celsius(coordinator: FluxCoordinator, data: Mapping[str, Any]) -> float:
    if (given := data.get("temperature")) is None:
        return _USUAL
    unit = coordinator.hass.config.units.temperature_unit
    return TemperatureConverter.convert(given, unit, UnitOfTemperature.CELSIUS)


def _hot(coordinator: FluxCoordinator, celsius: float | None) -> ServiceResponse:
    if celsius is None:
        # Not measured: unknown, which is not cold.
        return {"nozzle_is_hot": None, "temperature": None}
    units = coordinator.hass.config.units
    local = round(units.temperature(celsius, UnitOfTemperature.CELSIUS))
    return {"nozzle_is_hot": celsius >= _HOT, "temperature": local}


async def _async_work[T](coordinator: FluxCoordinator, work: Awaitable[T]) -> T:
    """Wait for work; raise FluxError, NotDone with the fault if the device shows one."""
    try:
        return await work
    except InvalidRequest as err:
        if err.limit is None:
            raise
        units = coordinator.hass.config.units
        limit = units.temperature(err.limit, UnitOfTemperature.CELSIUS)
        # Rounded to the side on which the limit holds.
        whole = math.ceil if err.reason == "too_cold" else math.floor
        text = f"{whole(round(limit, 6))}\u00a0{units.temperature_unit}"
        raise invalid(f"invalid_{err.reason}", limit=text) from err
    except CommandFailed as err:
        fault = classify(str(err))
        if fault is ErrorKey.OTHER:
            raise
        raise NotDone("maintenance_failed", fault=fault) from err
