"""What is counted over all jobs, as sensors show it."""

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    entity,
    look,
    put_job,
    run_job,
    status_is,
    value,
)


async def test_the_sensors(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device)
    assert value(hass, "printing_time") == value(hass, "filament_used") == "0.0"
    assert value(hass, "job_started") == "unknown"
    before = dt_util.utcnow()

    await run_job(hass, device, FILAMENT_USED="1500,500")
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    device.job.set_progress(0.5)
    await wait_until(hass, lambda: float(value(hass, "filament_used")) == 1.0)
    started = dt_util.parse_datetime(value(hass, "job_started"))
    assert started is not None
    assert -1 <= (started - before).total_seconds() <= 60
    device.job.finish()
    await status_is(hass, "completed")
    await device.power_off()
    await status_is(hass, "offline")

    assert float(value(hass, "filament_used")) == 2.0
    assert entry.runtime_data.data.job.printing_time > 0
    for key, unit in (("filament_used", "m"), ("printing_time", "h")):
        attributes = look(hass, "sensor", key).attributes
        assert attributes["state_class"] == "total_increasing"
        assert attributes["unit_of_measurement"] == unit


async def test_a_laser_uses_no_filament(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(model="fbm1", toolhead="LASER", beam=True)
    await make_entry(device)
    put_job(device)
    assert hass.states.get(entity("sensor", "filament_used")) is None
    assert hass.states.get(entity("sensor", "printing_time")) is not None
