"""The system's clock is put right in the middle of a job, by days."""

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    events_are,
    run_job,
    status_is,
    value,
    witness,
)

DAY = 86_400.0

type Leap = Callable[[float], None]


@pytest.fixture
def leap(monkeypatch: pytest.MonkeyPatch) -> Leap:
    """Return what sets the system's clock ahead, or back, by so many seconds."""
    ahead = timedelta()

    def utcnow() -> datetime:
        return dt_util.utcnow() + ahead

    def set_ahead(seconds: float) -> None:
        nonlocal ahead
        ahead = timedelta(seconds=seconds)

    monkeypatch.setattr(
        "custom_components.flux3dp.clock.dt_util", SimpleNamespace(utcnow=utcnow)
    )
    return set_ahead


def finish_time(hass: HomeAssistant) -> datetime:
    finish = dt_util.parse_datetime(value(hass, "finish_time"))
    assert finish is not None
    return finish


@pytest.mark.parametrize("days", [30, -1])
async def test_with_reports(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    leap: Leap,
    days: int,
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device)
    seen = witness(hass)
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    device.job.set_progress(0.5)
    await wait_until(hass, lambda: value(hass, "progress") == "50.0")
    finish = finish_time(hass)

    leap(days * DAY)
    device.job.set_progress(0.6)
    await wait_until(hass, lambda: value(hass, "progress") == "60.0")
    assert abs(finish_time(hass) - finish - timedelta(days=days)) <= timedelta(
        minutes=5
    )
    await wait_until(hass, lambda: entry.runtime_data.data.job.from_report)
    device.job.finish()
    await status_is(hass, "completed")
    # The last report is out of date by now, and announcements tell the same.
    await wait_until(hass, lambda: not entry.runtime_data.data.job.from_report)

    await events_are(hass, seen, "started", "completed")
    assert value(hass, "jobs_completed") == "1"


@pytest.mark.parametrize("days", [30, -1])
async def test_with_announcements_only(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    leap: Leap,
    days: int,
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device, setup=False)
    hass.config_entries.async_update_entry(entry, options={CONF_HOLD_CONNECTION: False})
    assert await hass.config_entries.async_setup(entry.entry_id)
    seen = witness(hass)
    await run_job(hass, device)

    leap(days * DAY)
    device.job.set_progress(0.6)
    await wait_until(hass, lambda: value(hass, "progress") == "60.0")
    assert entry.runtime_data.data.job.elapsed_minutes == 0
    device.job.finish()
    await status_is(hass, "completed")

    await events_are(hass, seen, "started", "completed")
    duration = entry.runtime_data.data.job.last_job_duration
    assert duration is not None
    assert 0 < duration < 60
