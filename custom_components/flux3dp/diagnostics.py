"""What a person can attach to a bug report: enough to see, nothing to abuse.

Knows what may leave the house. A value is in here because somebody thought about it;
nothing is dumped and then searched for secrets. No name, address, SSID, serial number,
uuid or key gets in.
"""

from __future__ import annotations

from typing import Any

from homeassistant.core import HomeAssistant

from .aioflux import DeviceInfo, DeviceStatus
from .const import CONF_VERIFIED
from .coordinator import FluxConfigEntry
from .job import JobState


async def async_get_config_entry_diagnostics(
    hass: HomeAssistant, entry: FluxConfigEntry
) -> dict[str, Any]:
    """Return what is known of a device and how it was heard."""
    coordinator = entry.runtime_data
    data = coordinator.data
    return {
        "entry": {
            "model": entry.data.get("model"),
            "verified": entry.data[CONF_VERIFIED],
            "options": dict(entry.options),
        },
        "device": None if data.device is None else _device(data.device),
        "last_datagram": None if data.status is None else _status(data.status),
        "job": _job(data.job),
        "robot": {
            "connected": coordinator.robot.is_open,
            "connections": coordinator.robot.opened,
        },
        "master_key_mismatch": coordinator.trust.is_broken,
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
        "head_module": status.head_module,
        "error_label": status.error_label,
        # Its address is somebody's at home.
        "occupied": status.is_occupied,
    }


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
