"""Diagnostics: each value was chosen because it is harmless, none is redacted afterwards.

No name, address, SSID, serial number, uuid or key is among them.
"""

import re
from typing import Any

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_MODEL
from homeassistant.core import HomeAssistant

from .aioflux import DeviceInfo, DeviceStatus
from .const import CONF_VERIFIED
from .coordinator import FluxConfigEntry
from .job.model import JobState

_PLAIN = re.compile(r"[A-Z]?|[0-9.]+|([A-Z]:-?[0-9.]+ ?)+", re.ASCII)
_SYMBOL = re.compile(r"[A-Z][A-Z0-9_ ]*", re.ASCII)


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: FluxConfigEntry
) -> dict[str, Any]:
    """Return what is known of a device, and how it is reached."""
    known: dict[str, Any] = {
        "entry": {
            "model": entry.data[CONF_MODEL],
            "verified": entry.data[CONF_VERIFIED],
            "options": dict(entry.options),
        }
    }
    if entry.state is not ConfigEntryState.LOADED:
        return known
    coordinator = entry.runtime_data
    data = coordinator.data
    return known | {
        "device": None if data.device is None else _device(data.device),
        "last_datagram": None
        if coordinator.announced is None
        else _status(coordinator.announced.status),
        "job": _job(data.job),
        "settings": {key: _plain(value) for key, value in data.settings.items()},
        "toolhead": None
        if (toolhead := coordinator.maintenance.toolhead) is None
        else {
            # What stands behind the slash was typed by a person.
            "type": (toolhead.type or "").partition("/")[0],
            "version": _plain(toolhead.version),
        },
        "robot": {
            "connected": coordinator.robot.is_open,
            "connections": coordinator.robot.opened,
        },
        "master_key_mismatch": coordinator.trust.presented is not None,
        "reconnects": coordinator.reconnects,
        "listener": coordinator.listener.counters.as_dict(),
    }


def _device(device: DeviceInfo) -> dict[str, Any]:
    return {
        "model": device.model,
        "firmware": device.firmware,
        "generation": device.version,
        "identity": device.identity.value,
        "has_password": device.has_password,
        "master_key_bytes": len(device.master_key),
    }


def _status(status: DeviceStatus) -> dict[str, Any]:
    return {
        "timestamp": status.timestamp,
        "st_id": status.st_id,
        "progress": status.progress,
        # What stands behind the slash was typed by a person.
        "head_module": status.head_module.partition("/")[0],
        "error_label": _symbol(status.error_label),
        # The occupant is an address, which is left out.
        "occupied": status.is_occupied,
    }


def _plain(value: bool | float | str | None) -> bool | float | str | None:
    """Return a value that is no text, or one of calibration data or a version."""
    text = isinstance(value, str) and not _PLAIN.fullmatch(value)
    return "(hidden)" if text else value


def _symbol(label: str) -> str:
    """Return an error label if it is one: the same bytes can hold an address."""
    return label if not label or _SYMBOL.fullmatch(label) else "(hidden)"


def _job(job: JobState) -> dict[str, Any]:
    return {
        "status": job.status,
        "active": job.active,
        "paused": job.paused,
        "from_report": job.from_report,
        "error": job.error,
        "toolhead": job.toolhead,
        "progress": job.progress,
        "finish_time": job.finish_time,
        "job_number": job.job_number,
        "last_job_result": job.last_job_result,
        "jobs_completed": job.jobs_completed,
    }
