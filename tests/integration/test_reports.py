"""Reports in a job: what calls for one, what is logged of them, and when they go on."""

from dataclasses import replace
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.aioflux import ClientKey, Timing
from simulator import ROBOT_PORT, Device, TrustedKey
from tests.integration.conftest import (
    ADDRESSES,
    FAST,
    NAME,
    PASSWORD,
    MakeDevice,
    MakeEntry,
    wait_until,
)
from tests.integration.flows import OTHER
from tests.integration.jobs import (
    BRISK,
    connections,
    events_are,
    out_of_contact,
    put_job,
    run_job,
    status_is,
    value,
    witness,
)
from tests.integration.life import act, issues, log_lines, reauths
from tests.keys import MASTER_KEYS

LOST = f"{NAME} gives no reports of its job, only announcements"
BACK = f"{NAME} gives reports again"
OFF = f"{NAME} does not answer at {ADDRESSES[0]}"
ON = f"{NAME} is back at {ADDRESSES[0]}"


@pytest.fixture
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=getattr(request, "param", 2), timing=BRISK)


async def reports(hass: HomeAssistant, device: Device) -> None:
    """Have a job run, and wait until everything a report says is known."""
    await run_job(hass, device)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")


async def reports_go_on(device: Device) -> None:
    """Wait until a device was asked for reports a few times more."""
    robot = device.received.robot
    asked = robot.count("player report")
    await device.wait_for(lambda: robot.count("player report") > asked + 3)


# -- what calls for a report: here each outweighs announcements to the end of a test

LASTING = pytest.mark.parametrize(
    "pace", [replace(FAST, report_fresh=300.0, command=10.0)], ids=["lasting"]
)


async def reports_if_called_for(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Have a job run, and reports read from then on only for a reason."""
    await reports(hass, device)
    seldom = replace(FAST, report_interval=300.0, report_interval_close=0.05)
    monkeypatch.setattr(entry.runtime_data.monitor, "_timing", seldom)


@LASTING
@pytest.mark.parametrize("device", [1, 2], ids=["v1", "v2"], indirect=True)
async def test_an_announcement_that_contradicts_a_report_calls_for_another(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = await make_entry(device)
    await reports_if_called_for(hass, device, entry, monkeypatch)
    asked = device.received.robot.count("player report")

    device.job.pause()
    await status_is(hass, "paused")

    assert device.received.robot.count("player report") > asked
    assert connections(device) == 1


@LASTING
@pytest.mark.parametrize("end", ["completed", "aborted", "failed", "unknown"])
async def test_an_end_that_no_report_showed(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    monkeypatch: pytest.MonkeyPatch,
    end: str,
) -> None:
    entry = await make_entry(device)
    await reports_if_called_for(hass, device, entry, monkeypatch)
    device.job.set_progress(0.5)
    seen = witness(hass)
    if end == "unknown":
        # The device was switched off and on, say, while nothing was announced.
        await device.player.stop()
        device.set_status(st_id=0, progress=0.0, head_module="OFFLINE", error_label="")
        await status_is(hass, "idle")
        assert seen.event_types == []
        assert value(hass, "last_job_result") == "unknown"
        return

    # No report shows the end: the device has nothing to say until it was left.
    device.faults.replies["player report"] = "error SUBSYSTEM_ERROR"
    if end == "failed":
        device.job.fail("HARDWARE_ERROR", "HOME_FAILED")
    elif end == "aborted":
        device.job.abort()
    else:
        device.job.finish()
    # Announced, and outweighed by the last report.
    await device.wait_for(lambda: (entry.runtime_data.data.status.st_id & 192) != 0)
    assert value(hass, "status") not in ("completed", "aborted", "idle")
    device.player.quit()
    await device.wait_for(lambda: device.status.st_id == 0)
    device.faults.clear()

    await events_are(hass, seen, end)
    await status_is(hass, "idle")
    assert value(hass, "last_job_result") == end
    assert value(hass, "jobs_completed") == ("1" if end == "completed" else "0")


# -- what is logged: one line down, and one up


# A machine that does something else for a second loses no contact.
CALM = replace(FAST, probe_interval=0.4)
EARLY_OR_LATE = pytest.mark.parametrize(
    "pace",
    [replace(CALM, robot_retry=0.3), replace(CALM, robot_retry=0.05)],
    ids=["v1, tried again late", "v2, at once"],
)


@pytest.fixture
async def logged(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    pace: Timing,
    caplog: pytest.LogCaptureFixture,
) -> Device:
    """Return a device with a job whose reports are read, nothing logged so far."""
    late = pace.robot_retry > 0.1
    device = await make_device(generation=1 if late else 2, timing=BRISK)
    await make_entry(device)
    await reports(hass, device)
    assert log_lines(caplog) == []
    return device


@EARLY_OR_LATE
async def test_a_device_that_is_out_of_contact_or_switched_off_in_mid_job(
    hass: HomeAssistant,
    logged: Device,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with out_of_contact(hass, logged):
        assert log_lines(caplog) == [OFF]
    await status_is(hass, "running")
    await wait_until(hass, lambda: value(hass, "nozzle_target") != "unknown")
    assert log_lines(caplog) == [OFF, ON]

    await logged.power_off()
    await status_is(hass, "offline")
    assert log_lines(caplog) == [OFF, ON, OFF]
    await logged.power_on()
    await status_is(hass, "idle")
    await reports(hass, logged)
    assert log_lines(caplog) == [OFF, ON] * 2


@EARLY_OR_LATE
async def test_a_device_that_is_there_and_gives_no_reports(
    hass: HomeAssistant,
    logged: Device,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Cut for a moment: not worth a line.
    for _ in range(2):
        await logged.drop_connections()
        await reports_go_on(logged)
    assert log_lines(caplog) == []

    await logged.refuse_connections(ROBOT_PORT)
    await logged.drop_connections()
    for status in ("paused", "running", "paused"):
        (logged.job.resume if status == "running" else logged.job.pause)()
        await status_is(hass, status)
    # Said when it was tried again in vain, and the device was heard meanwhile.
    await logged.wait_for(lambda: bool(log_lines(caplog)))
    [line] = log_lines(caplog)
    assert line.startswith(LOST)

    await logged.accept_connections(ROBOT_PORT)
    await logged.wait_for(lambda: len(log_lines(caplog)) > 1)
    assert log_lines(caplog)[1:] == [BACK]


# -- who is to be believed: reports go on as soon as that is clear

TRIED = pytest.mark.parametrize(
    "pace",
    # A device is tried some times before it counts as silent.
    [replace(FAST, robot_retry=0.1, unheard_active=0.5)],
    ids=["tried"],
)


@TRIED
@pytest.mark.parametrize("since", ["the job", "before"])
async def test_reports_go_on_when_another_key_was_a_passing_matter(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    since: str,
) -> None:
    entry = await make_entry(device)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    if since == "before":
        with pytest.raises(HomeAssistantError):
            await act(hass, entry, "list_trusted_keys")
    device.start_job(put_job(device))
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))
    assert device.received.robot == []

    # Its announcements are in order, and so is what it shows at the next sign-in.
    device.faults.wrong_certificate = None

    await reports_go_on(device)
    assert issues(hass) == {}
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert device.connections[ROBOT_PORT] == 1


@TRIED
async def test_a_key_that_passes_and_comes_back_is_tried_less_and_less_often(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, pace: Timing
) -> None:
    entry = await make_entry(device)
    trust = entry.runtime_data.trust
    tries: list[float] = []
    device.faults.wrong_certificate = MASTER_KEYS[1]
    device.start_job(put_job(device))
    for _ in range(4):
        await device.wait_for(lambda: connections(device) > len(tries))
        tries.append(hass.loop.time())
        await wait_until(hass, lambda: trust.is_broken)
        # Itself wherever else we sign in, as if somebody sat on one port.
        device.faults.wrong_certificate = None
        await wait_until(hass, lambda: not trust.is_broken)
        device.faults.wrong_certificate = MASTER_KEYS[1]

    rests = [later - earlier for earlier, later in pairwise(tries)]
    for number, rest in enumerate(rests):
        assert rest > pace.robot_retry * 2**number * 0.9
    assert device.received.robot == []


@TRIED
async def test_reports_go_on_after_another_device_had_taken_the_address(
    hass: HomeAssistant,
    device: Device,
    make_device: MakeDevice,
    make_entry: MakeEntry,
) -> None:
    other = await make_device(**OTHER | {"timing": BRISK})
    entry, _ = await make_entry(device), await make_entry(other)
    seen = witness(hass)
    await run_job(hass, device)

    # Nothing could show yet that addresses have changed hands.
    device.faults.muted = device.faults.silent = True
    await device.move(ADDRESSES[2])
    await other.move(ADDRESSES[0])
    await other.wait_for(lambda: connections(other) > 0)
    assert other.received.robot == []
    device.faults.clear()

    await device.wait_for(lambda: entry.data["host"] == ADDRESSES[2])
    await reports_go_on(device)
    await status_is(hass, "running")
    assert issues(hass) == {}
    await events_are(hass, seen, "started")


async def forgotten(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> MockConfigEntry:
    """Have a job run on a device that forgot our key, and asks for the password."""
    entry = await make_entry(device)
    device.forget_trust()
    await run_job(hass, device)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    await hass.async_block_till_done()  # It has begun, and may not have a form yet.
    return entry


@TRIED
@pytest.mark.parametrize("device", [1, 2], ids=["v1", "v2"], indirect=True)
@pytest.mark.parametrize("how", ["by another program", "by its password"])
async def test_reports_go_on_once_the_device_knows_our_key_again(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    client_key: ClientKey,
    how: str,
) -> None:
    entry = await forgotten(hass, device, make_entry)
    if how == "by its password":
        [flow] = reauths(hass, entry)
        await hass.config_entries.flow.async_configure(
            flow["flow_id"], {"password": PASSWORD}
        )
    else:
        device.trust.add(TrustedKey.from_pem("Home Assistant", client_key.public_pem))
        device.job.pause()
        await status_is(hass, "paused")
        assert connections(device) == 1
        await act(hass, entry, "list_trusted_keys")

    await reports_go_on(device)


@TRIED
async def test_a_device_that_refuses_us_is_tried_once_per_sign_in_and_no_more(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Without a password everybody may manage it; the robot port knows only friends."""
    device = await make_device(timing=BRISK, password=None)
    entry = await forgotten(hass, device, make_entry)

    for status in ("paused", "running"):
        await act(hass, entry, "list_trusted_keys")
        (device.job.pause if status == "paused" else device.job.resume)()
        await status_is(hass, status)

    assert connections(device) == 1
