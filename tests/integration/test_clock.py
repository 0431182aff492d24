"""Clocks that are wrong: the system's is put right in the middle of a job, the device's leaps."""

from datetime import datetime, timedelta
from types import SimpleNamespace

from homeassistant.util import dt as dt_util
import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed
from custom_components.flux3dp.timing import SteadyClock
from tests.integration.fakes import Home, ManualClock
from tests.integration.jobs import BRISK, events_are, witness
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}
DAY = 86_400.0
CLOCK = "custom_components.flux3dp.timing.dt_util"


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
    unpaired: Wired, monkeypatch: pytest.MonkeyPatch, hold: bool
) -> None:
    ahead = timedelta()

    def utcnow() -> datetime:
        return dt_util.utcnow() + ahead

    monkeypatch.setattr(CLOCK, SimpleNamespace(utcnow=utcnow))
    entry = await unpaired.set_up(hold=hold)
    seen = witness(unpaired.hass)
    await unpaired.run_job()
    if hold:
        await unpaired.until(lambda: unpaired.value("finish_time") != "unknown")
        before = dt_util.parse_datetime(unpaired.value("finish_time"))

    ahead = timedelta(days=30)
    unpaired.device.job.set_progress(0.1)
    await unpaired.until(lambda: unpaired.value("progress") == "10.0")
    assert entry.runtime_data.data.job.elapsed_minutes == 0
    if hold:
        after = dt_util.parse_datetime(unpaired.value("finish_time"))
        assert before is not None
        assert after is not None
        assert abs(after - before - ahead) <= timedelta(minutes=5)
    unpaired.device.job.finish()
    await events_are(unpaired.hass, seen, "started", "completed")
    duration = entry.runtime_data.data.job.last_job_duration
    assert duration is not None
    assert 0 < duration < 60
    # The last report is out of date by now, and announcements tell the same.
    await unpaired.until(lambda: not entry.runtime_data.data.job.from_report)
    assert unpaired.value("jobs_completed") == "1"


# -- the device's own, in its announcements


@pytest.mark.parametrize("late", [0.5, 9.0, 3600.0])
async def test_an_announcement_that_was_overtaken_brings_nothing_back(
    home: Home, late: float
) -> None:
    """The timestamp of an idle device is that of its last change."""
    device, seen = home.device, witness(home.hass)
    device.refuses = ConnectionFailed("busy")
    for st_id, timestamp in ((1, 98.0), (0, 98.0 - late), (1, 98.0), (64, 100.0)):
        device.timestamp = timestamp
        await home.run(st_id)
    for _ in range(2):
        device.timestamp = 100.0 - late
        await home.run(16)
        # A start of Home Assistant is busy: what waits in its sockets is old by then.
        await home.advance(3.5)
        device.timestamp = 100.0
        await home.run(64)
    assert seen.event_types == ["started", "completed"]

    # It started again: so does its clock.
    await home.advance(5)
    for timestamp in (0.0, 0.5):
        device.timestamp = timestamp
        await home.run(16)
        await home.advance(0.5)
    assert seen.event_types == ["started", "completed", "started"]


@pytest.mark.parametrize("leap", [86_400.0, -86_400.0], ids=["ahead", "back"])
@pytest.mark.parametrize("connected", [True, False], ids=["reports", "announcements"])
async def test_a_device_whose_clock_leaps_goes_on(
    home: Home, leap: float, connected: bool
) -> None:
    seen = witness(home.hass)
    if not connected:
        home.device.refuses = ConnectionFailed("busy")
    home.device.timestamp = 1e6
    await home.run(16, seconds=6)
    home.device.timestamp += leap
    await home.run(48, "PAUSED", seconds=6)
    await home.run(64, "COMPLETED", seconds=6)
    assert seen.event_types == ["started", "paused", "completed"]


@pytest.mark.parametrize("forged", [(16, 16), (16, 18)], ids=["same", "changing"])
async def test_timestamps_that_run_ahead_hide_nothing_for_long(
    home: Home, forged: tuple[int, int]
) -> None:
    """What the device itself announces, every 3 s, looks overtaken each time."""
    device, shown = home.device, []
    device.refuses = ConnectionFailed("busy")
    for second in range(10):
        device.timestamp = 100.0 + second + 1.9
        await home.run(forged[second % 2])
        if second % 3 == 0:
            device.timestamp = 100.0 + second
            await home.run(48)
            shown.append(home.value("status"))
        await home.advance(1)

    assert "paused" in shown


async def test_timestamps_far_ahead_do_not_hide_the_end_of_a_job(home: Home) -> None:
    """One forged a second; the device announces twice a second, and is cleared soon."""
    device, shown, seen = home.device, [], witness(home.hass)
    device.refuses = ConnectionFailed("busy")
    for second in range(6):
        device.timestamp = 1e18 + second
        await home.run(0)
        for half in (0.25, 0.75):
            await home.advance(0.5)
            device.timestamp = 100.0 + second + half
            await home.run(64 if (second, half) > (4, 0.5) else 16)
        shown.append(home.value("status"))

    assert shown == ["running"] * 4 + ["completed"] * 2
    assert "completed" in seen.event_types


async def test_a_clock_that_steps_back_hides_one_announcement(home: Home) -> None:
    device, seen = home.device, witness(home.hass)
    device.refuses = ConnectionFailed("busy")
    device.timestamp = 1e6
    await home.run(16)
    for _ in range(2):
        await home.advance(0.5)
        device.timestamp = home.clock.now() % 1000
        await home.run(64)
    assert seen.event_types == ["started", "completed"]


async def test_a_job_that_begins_right_after_a_reboot_is_another(
    new_home: Home,
) -> None:
    """With its clock, which begins anew, all would look late."""
    home, seen = new_home, witness(new_home.hass)
    await home.setup(hold=False)
    home.device.timestamp = 170.0
    await home.run()
    home.device.timestamp, home.device.prefix = 2.0, b"of another boot"
    for st_id in (0, 1, 16):
        await home.run(st_id)
    assert home.value("last_job_result") == "unknown"
    await home.run(64)
    assert seen.event_types == ["started", "started", "completed"]


async def test_a_device_that_rebooted_right_before_a_reload_is_online(
    new_home: Home,
) -> None:
    """Its clock began anew, so all that it says looks late for some seconds."""
    home, seen = new_home, witness(new_home.hass)
    await home.setup(hold=False)
    for st_id, timestamp in ((16, 101.0), (64, 111.0)):
        home.device.timestamp = timestamp
        await home.run(st_id)
    home.device.timestamp = 20.0
    await home.run(0)
    await home.done(home.reload())
    await home.announce()
    assert home.value("status") == "completed"
    for _ in range(3):
        await home.advance(3)
        await home.announce()
    assert home.value("status") == "idle"
    assert seen.event_types == ["started", "completed"]
