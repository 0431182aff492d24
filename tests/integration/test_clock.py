"""The system's clock is put right in the middle of a job, by days."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
import pytest

from custom_components.flux3dp.clock import SteadyClock
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.fakes import ManualClock
from tests.integration.jobs import BRISK, events_are, run_job, value, witness

DAY = 86_400.0
CLOCK = "custom_components.flux3dp.clock.dt_util"


@pytest.mark.parametrize("days", [30, -1])
def test_it_advances_as_time_does_and_knows_the_leap(
    monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    system, seconds = dt_util.utcnow(), 1000.0
    loop = SimpleNamespace(time=lambda: seconds)
    monkeypatch.setattr(CLOCK, SimpleNamespace(utcnow=lambda: system))
    clock = SteadyClock(SimpleNamespace(loop=loop))
    begin = clock.now()
    assert begin == pytest.approx(system.timestamp())

    # Two clocks do not tick alike: that is no leap.
    seconds += 100.0
    system += timedelta(seconds=109)
    assert (clock.now() - begin, clock.error()) == (pytest.approx(100.0), 0.0)
    system += timedelta(days=days)
    assert clock.now() - begin == pytest.approx(100.0)
    error = clock.error()
    assert error == pytest.approx(days * DAY + 9)
    # And one that is known does not change with every tick.
    system += timedelta(seconds=5)
    assert clock.error() == error


@pytest.mark.parametrize("grid", [0.05, 1.0])
def test_what_may_be_early_is_due_together(grid: float) -> None:
    clock = ManualClock()
    moments = [clock.now() + number * grid / 100 for number in range(100)]
    shared = {round(clock.shared(moment, grid), 6) for moment in moments}
    assert len(shared) <= 2
    early = [moment - clock.shared(moment, grid) for moment in moments]
    assert min(early) >= -1e-5
    assert max(early) <= grid
    # One that is shared stays so, as the next of its kind does.
    for turn in range(10000):
        moment = clock.shared(moments[0], grid) + turn * grid
        assert clock.shared(moment, grid) == pytest.approx(moment, abs=1e-5)


@pytest.mark.parametrize("hold", [True, False], ids=["reports", "announcements"])
async def test_a_job(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
    hold: bool,
) -> None:
    ahead = timedelta()

    def utcnow() -> datetime:
        return dt_util.utcnow() + ahead

    monkeypatch.setattr(CLOCK, SimpleNamespace(utcnow=utcnow))
    device = await make_device(timing=BRISK)
    entry = await make_entry(device, setup=False)
    hass.config_entries.async_update_entry(entry, options={CONF_HOLD_CONNECTION: hold})
    assert await hass.config_entries.async_setup(entry.entry_id)
    seen = witness(hass)
    await run_job(hass, device)
    if hold:
        await wait_until(hass, lambda: value(hass, "finish_time") != "unknown")
        before = dt_util.parse_datetime(value(hass, "finish_time"))

    ahead = timedelta(days=30)
    device.job.set_progress(0.1)
    await wait_until(hass, lambda: value(hass, "progress") == "10.0")
    assert entry.runtime_data.data.job.elapsed_minutes == 0
    if hold:
        after = dt_util.parse_datetime(value(hass, "finish_time"))
        assert before is not None
        assert after is not None
        assert abs(after - before - ahead) <= timedelta(minutes=5)
    device.job.finish()
    await events_are(hass, seen, "started", "completed")
    duration = entry.runtime_data.data.job.last_job_duration
    assert duration is not None
    assert 0 < duration < 60
    # The last report is out of date by now, and announcements tell the same.
    await wait_until(hass, lambda: not entry.runtime_data.data.job.from_report)
    assert value(hass, "jobs_completed") == "1"
