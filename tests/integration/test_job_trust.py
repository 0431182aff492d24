"""The watch over a job, and who is to be believed: it goes on as soon as that is clear."""

from dataclasses import replace
from itertools import pairwise

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.flux3dp.aioflux import ClientKey, Timing
from simulator import ROBOT_PORT, Device, TrustedKey
from tests.integration.conftest import (
    ADDRESSES,
    FAST,
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
    put_job,
    run_job,
    status_is,
    value,
    witness,
)
from tests.integration.life import act, issues, reauths
from tests.keys import MASTER_KEYS


@pytest.fixture
def pace() -> Timing:
    """Return a pace at which a device is tried some times before it counts as silent."""
    return replace(FAST, robot_retry=0.1, unheard_active=0.5)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=BRISK)


async def reports_go_on(device: Device) -> None:
    """Wait until a device was asked for reports a few times more."""
    robot = device.received.robot
    asked = robot.count("player report")
    await device.wait_for(lambda: robot.count("player report") > asked + 3)


async def test_reports_go_on_when_another_key_was_a_passing_matter(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    # Generation 1 shows no such key on its robot port.
    device = await make_device(generation=2, timing=BRISK)
    await make_entry(device)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    device.start_job(put_job(device))
    await wait_until(hass, lambda: "master_key_changed" in issues(hass))
    assert device.received.robot == []

    # Its announcements are in order, and so is what it shows at the next sign-in.
    device.faults.wrong_certificate = None

    await reports_go_on(device)
    assert issues(hass) == {}
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert device.connections[ROBOT_PORT] == 1


async def test_reports_begin_when_another_key_was_a_matter_from_before_the_job(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.faults.wrong_certificate = MASTER_KEYS[1]
    with pytest.raises(HomeAssistantError):
        await act(hass, entry, "list_trusted_keys")
    await run_job(hass, device)
    device.job.pause()
    await status_is(hass, "paused")
    assert connections(device) == 0

    device.faults.wrong_certificate = None

    await reports_go_on(device)
    assert issues(hass) == {}


async def test_a_key_that_passes_and_comes_back_is_tried_less_and_less_often(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry, pace: Timing
) -> None:
    device = await make_device(timing=BRISK)
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


async def test_reports_go_on_after_another_device_had_taken_the_address(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    other = await make_device(**OTHER | {"timing": BRISK})
    entry, _ = await make_entry(device), await make_entry(other)
    seen = witness(hass)
    await run_job(hass, device)

    # Nobody could notice yet that addresses have changed hands.
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


async def test_reports_go_on_once_the_device_knows_our_key_again(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, client_key: ClientKey
) -> None:
    entry = await make_entry(device)
    device.forget_trust()
    await run_job(hass, device)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    # With the vendor's own program, say: nobody answers the dialog.
    device.trust.add(TrustedKey.from_pem("Home Assistant", client_key.public_pem))
    device.job.pause()
    await status_is(hass, "paused")
    assert connections(device) == 1

    await act(hass, entry, "list_trusted_keys")

    await reports_go_on(device)


async def test_reports_go_on_after_a_reauthentication(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    device.forget_trust()
    await run_job(hass, device)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))
    await hass.async_block_till_done()  # It has begun, and may not have a form yet.

    [flow] = reauths(hass, entry)
    await hass.config_entries.flow.async_configure(
        flow["flow_id"], {"password": PASSWORD}
    )

    await reports_go_on(device)


async def test_a_device_that_refuses_us_is_tried_once_per_sign_in_and_no_more(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    """Without a password everybody may manage it; the robot port knows only friends."""
    device = await make_device(timing=BRISK, password=None)
    entry = await make_entry(device)
    device.forget_trust()
    await run_job(hass, device)
    await wait_until(hass, lambda: bool(reauths(hass, entry)))

    for status in ("paused", "running"):
        await act(hass, entry, "list_trusted_keys")
        (device.job.pause if status == "paused" else device.job.resume)()
        await status_is(hass, status)

    assert connections(device) == 1
