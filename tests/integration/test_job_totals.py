"""What is counted over all jobs: running time and filament, however a job ended."""

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.flux3dp.aioflux.report import JobInfo
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

from .watching import Watch, datagram, report

INFO = JobInfo(time_cost=3600.0, filament_used=(1000.0, 200.0))


def printing() -> Watch:
    watch = Watch()
    watch.read(report(0, session=None))
    watch.read(report(16, "RUNNING", progress=0.0, running=0.0))
    watch.describe(INFO)
    return watch


def totals(watch: Watch) -> tuple[float, float]:
    return watch.state.printing_time, watch.state.filament_used


def test_totals_grow_by_the_whole_minute_and_percent() -> None:
    watch = printing()
    assert totals(watch) == (0.0, 0.0)
    watch.read(report(16, "RUNNING", progress=0.101, running=119.0), after=119)
    assert totals(watch) == (60.0, pytest.approx(120.0))
    watch.read(report(16, "RUNNING", progress=0.109, running=119.5), after=0.5)
    assert totals(watch) == (60.0, pytest.approx(120.0))
    watch.read(report(16, "RUNNING", progress=0.11, running=121.0), after=1.5)
    assert totals(watch) == (120.0, pytest.approx(132.0))


@pytest.mark.parametrize(
    ("st_id", "error", "filament"),
    [(64, "", 1200.0), (128, "", 606.0), (128, "MAINBOARD_OFFLINE", 606.0)],
)
def test_a_job_is_counted_however_it_ended(
    st_id: int, error: str, filament: float
) -> None:
    watch = printing()
    watch.read(report(16, "RUNNING", progress=0.505, running=90.0), after=90)
    watch.read(report(st_id, "", error, progress=0.505, running=92.5))
    assert totals(watch) == (92.5, pytest.approx(filament))
    watch.read(report(0, session=None))
    watch.restart()
    watch.read(report(0, session=None))
    assert totals(watch) == (92.5, pytest.approx(filament))
    # And the next is added.
    watch.read(report(16, "RUNNING", session="bbb222"))
    watch.hear(datagram(128), after=30)
    assert watch.state.printing_time == 122.5


def test_a_job_that_is_lost_is_counted_until_it_was() -> None:
    watch = printing()
    watch.read(report(16, "RUNNING", progress=0.5, running=90.0), after=90)
    watch.hear(None, after=10)
    watch.hear(datagram(0), after=36_000)
    assert watch.state.last_job_result is None
    assert totals(watch) == (100.0, pytest.approx(600.0))


def test_a_restart_in_mid_job_counts_nothing_twice() -> None:
    watch = printing()
    watch.read(report(16, "RUNNING", progress=0.5, running=90.0), after=90)
    watch.restart(away=60)
    watch.read(report(16, "RUNNING", progress=0.51, running=150.0), after=0)
    assert totals(watch) == (120.0, pytest.approx(612.0))
    watch.read(report(64, "COMPLETED", progress=1.0, running=160.0), after=10)
    assert totals(watch) == (160.0, pytest.approx(1200.0))


def test_what_the_device_forgets_is_counted() -> None:
    watch = printing()
    for running in (30.0, 60.0, 90.0):
        watch.read(report(16, "RUNNING", running=running), after=30)
        watch.read(report(48, "PAUSED", running=30.0), after=0)
        watch.read(report(18, "RESUMING", running=30.0), after=300)
    watch.read(report(128, "ABORTED", running=30.0), after=0)
    assert watch.state.printing_time == 90.0


def test_a_job_that_had_ended_before_it_was_seen_is_not_counted() -> None:
    watch = Watch()
    watch.read(report(64, "COMPLETED", progress=1.0, running=500.0))
    watch.describe(INFO)
    assert totals(watch) == (0.0, 0.0)


def test_when_a_job_began() -> None:
    watch = Watch()
    watch.hear(datagram(0))
    watch.hear(datagram(1))
    began = watch.now
    assert watch.state.job_started == began
    watch.hear(datagram(16), after=100)
    watch.restart()
    watch.hear(datagram(64))
    assert watch.state.job_started == began
    watch.hear(datagram(0))
    assert watch.state.job_started == began
    # Found in the middle: the device says how long ago that was, pauses included.
    found = Watch()
    found.hear(datagram(16))
    assert found.state.job_started is None
    found.read(report(16, "RUNNING", running=30.0, total=600.0))
    assert found.state.job_started == found.now - 600.0


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
