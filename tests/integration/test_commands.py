"""Commands that meet each other, a stuck connection, or a job that moves by itself."""

import asyncio
from dataclasses import replace

from homeassistant.core import HomeAssistant
import pytest

from custom_components.flux3dp.aioflux import Timing
from custom_components.flux3dp.commands import CANCEL, PAUSE, async_command
from custom_components.flux3dp.const import CONF_HOLD_CONNECTION
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import FAST, MakeDevice, MakeEntry
from tests.integration.jobs import (
    GOES_ON,
    PATIENT,
    connections,
    press,
    put_job,
    reason,
    run_job,
    status_is,
    value,
)

# What the device hears of a command.
WORDS = {"pause": "player pause", "resume": "player resume", "cancel": "player abort"}


@pytest.fixture
async def device(make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(timing=PATIENT)


async def order_in_vain(
    hass: HomeAssistant, device: Device, key: str
) -> asyncio.Task[None]:
    """Press a button; the order is accepted, and never carried out.

    It looks on for as long as it may.
    """
    device.faults.replies[WORDS[key]] = "ok"
    ordering = hass.async_create_task(press(hass, key))
    await device.wait_command(WORDS[key])
    return ordering


async def test_an_abort_waits_for_no_other_order_and_ends_it(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    pausing = await order_in_vain(hass, device, "pause")
    began = hass.loop.time()
    await press(hass, "cancel")

    assert hass.loop.time() - began < FAST.control_confirm / 2
    assert value(hass, "status") in ("aborting", "aborted")
    assert await reason(pausing) == "superseded"
    assert hass.loop.time() - began < FAST.control_confirm / 2


async def test_an_abort_sends_nothing_of_what_still_waits_for_its_turn(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    await run_job(hass, device)
    device.faults.replies["player pause"] = "ok"
    first, second = (
        hass.async_create_task(async_command(entry.runtime_data, PAUSE))
        for _ in range(2)
    )
    await device.wait_command("player pause")
    await async_command(entry.runtime_data, CANCEL)

    assert await reason(first) == "superseded"
    assert await reason(second) == "superseded"
    assert device.received.robot.count("player pause") == 1


async def test_a_pause_that_the_end_of_the_job_overtakes_says_so(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    pausing = await order_in_vain(hass, device, "pause")
    began = hass.loop.time()
    device.job.finish()

    assert await reason(pausing) == "job_over"
    assert hass.loop.time() - began < FAST.control_confirm / 2
    assert value(hass, "status") == "completed"


async def test_an_abort_that_the_end_of_the_job_overtakes_is_done(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    aborting = await order_in_vain(hass, device, "cancel")
    device.job.finish()

    await aborting
    assert value(hass, "status") == "completed"


# -- a connection that hangs


class TestStuck:
    """What hangs is waited for longer than a test lasts, so it must not be."""

    @pytest.fixture
    def pace(self) -> Timing:
        return replace(
            FAST, command=60.0, handshake=60.0, connect=60.0, robot_retry=60.0
        )

    @pytest.mark.parametrize("command", ["pause", "cancel"])
    async def test_a_report_without_an_answer_delays_no_command(
        self, hass: HomeAssistant, device: Device, make_entry: MakeEntry, command: str
    ) -> None:
        await make_entry(device)
        await run_job(hass, device)
        asked = device.received.robot.count("player report")
        device.faults.replies["player report"] = None
        await device.wait_for(
            lambda: device.received.robot.count("player report") > asked
        )
        pressing = hass.async_create_task(press(hass, command))

        await device.wait_command(WORDS[command])
        assert device.connections[ROBOT_PORT] == 2
        assert connections(device) == 2
        await pressing
        assert device.received.robot.count(WORDS[command]) == 1

    @pytest.mark.parametrize("command", ["pause", "cancel"])
    async def test_a_half_open_connection_delays_no_command(
        self, hass: HomeAssistant, device: Device, make_entry: MakeEntry, command: str
    ) -> None:
        await make_entry(device)
        await run_job(hass, device)
        device.strand_connections(ROBOT_PORT)

        await press(hass, command)
        assert device.received.robot.count(WORDS[command]) == 1
        assert value(hass, "status") in ("pausing", "paused", "aborting", "aborted")

    async def test_reports_go_on_after_a_command_over_another_connection(
        self, hass: HomeAssistant, device: Device, make_entry: MakeEntry
    ) -> None:
        await make_entry(device)
        await run_job(hass, device)
        reports = device.received.robot
        asked = reports.count("player report")
        device.faults.replies["player report"] = None
        await device.wait_for(lambda: reports.count("player report") > asked)
        pressing = hass.async_create_task(press(hass, "pause"))
        await device.wait_command(WORDS["pause"])
        device.faults.clear()
        await pressing

        asked = reports.count("player report")
        await device.wait_for(lambda: reports.count("player report") > asked + 2)
        assert connections(device) == 3

    async def test_announcements_tell_that_another_hand_was_first(
        self, hass: HomeAssistant, device: Device, make_entry: MakeEntry
    ) -> None:
        await make_entry(device)
        await run_job(hass, device)
        device.faults.replies["player report"] = None
        device.job.pause()
        await press(hass, "pause")
        assert value(hass, "status") in ("pausing", "paused")

    async def test_a_cancel_waits_for_no_handshake_of_another_command(
        self, hass: HomeAssistant, device: Device, make_entry: MakeEntry
    ) -> None:
        entry = await make_entry(device, setup=False)
        hass.config_entries.async_update_entry(
            entry, options={CONF_HOLD_CONNECTION: False}
        )
        await hass.config_entries.async_setup(entry.entry_id)
        # No reports are read that would have to show its states.
        device.config.timing = replace(PATIENT, job_shown=False)
        await run_job(hass, device)
        device.received.connections.clear()
        device.faults.robot.stall_in_handshake = True
        pausing = hass.async_create_task(press(hass, "pause"))
        # What the client said is in: the fault has been looked at.
        await device.wait_for(
            lambda: any(record.tcp for record in device.received.connections)
        )
        device.faults.clear()

        await press(hass, "cancel")
        assert device.received.robot.count("player abort") == 1
        assert not pausing.done()
        await device.drop_connections()
        assert await reason(pausing) == "superseded"
        assert "player pause" not in device.received.robot

    async def test_a_late_report_of_a_connection_that_hung_counts_for_nothing(
        self, hass: HomeAssistant, device: Device, make_entry: MakeEntry
    ) -> None:
        entry = await make_entry(device)
        await run_job(hass, device)
        link = entry.runtime_data.robot
        before = link.reported
        async with link.own_connection() as robot:
            report = before.report
            answered: asyncio.Future[object] = hass.loop.create_future()

            class Hung:
                async def report(self) -> object:
                    return await answered

            late = hass.async_create_task(link.async_report(Hung()))  # type: ignore[arg-type] # as a Robot
            await asyncio.sleep(0)
            await link.async_report(robot)
            answered.set_result(report)
            await late
        assert link.reported.report is not report


async def test_a_command_that_cannot_arrive_is_tried_once_more(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    device.faults.robot.close_after_hello = True
    pressing = hass.async_create_task(press(hass, "pause"))

    assert await reason(pressing) == "cannot_connect"
    assert connections(device) == 2


# -- a device that moves by itself


@pytest.mark.parametrize("command", ["pause", "resume", "cancel"])
async def test_what_another_hand_does_first_is_done(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, command: str
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    if command == "resume":
        await press(hass, "pause")
        await status_is(hass, "paused")
    {
        "pause": device.job.pause,
        "resume": device.job.resume,
        "cancel": device.job.abort,
    }[command]()

    await press(hass, command)
    wanted = {
        "pause": {"pausing", "paused"},
        "resume": GOES_ON,
        "cancel": {"aborting", "aborted"},
    }
    assert value(hass, "status") in wanted[command]


async def test_what_is_so_already_is_done(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    await press(hass, "resume")
    assert value(hass, "status") == "running"
    await press(hass, "pause")
    await status_is(hass, "paused")
    await press(hass, "pause")
    assert value(hass, "status") == "paused"


async def test_a_resume_waits_until_the_job_has_paused(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    await press(hass, "pause")
    await press(hass, "resume")
    assert value(hass, "status") in GOES_ON


async def test_a_cancel_waits_until_the_job_has_initialized(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    device.start_job(put_job(device))
    await press(hass, "cancel")
    assert value(hass, "status") in ("aborting", "aborted")


async def test_a_job_that_is_cleared_by_another_hand_is_cleared(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    device.job.finish()
    await status_is(hass, "completed")
    await asyncio.gather(press(hass, "clear"), press(hass, "clear"))
    assert value(hass, "status") == "idle"


async def test_what_does_not_apply_is_a_sentence(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)

    async def fails(*commands: str) -> None:
        for command in commands:
            pressing = hass.async_create_task(press(hass, command))
            assert await reason(pressing) == f"nothing_to_{command}"

    await fails("pause", "resume", "cancel", "clear")
    await run_job(hass, device)
    await fails("clear")
    device.job.finish()
    await status_is(hass, "completed")
    await fails("pause", "resume", "cancel")
