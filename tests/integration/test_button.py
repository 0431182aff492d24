"""The buttons: when they can be pressed, and what a press comes to."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
import pytest

from custom_components.flux3dp.control import CLEAR, PAUSE, RESUME, async_order
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import PATIENT, buttons, press, run_job, status_is, value


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=PATIENT)


async def fails(hass: HomeAssistant, key: str) -> str | None:
    """Press a button in vain; return the translation key of the reason."""
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, key)
    return caught.value.translation_key


async def test_a_press_shows_at_once_what_the_device_does(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)

    await press(hass, "pause")
    assert value(hass, "status") == "pausing"
    await status_is(hass, "paused")
    await press(hass, "resume")
    assert value(hass, "status") == "running"
    await press(hass, "abort")
    assert value(hass, "status") == "aborting"
    await status_is(hass, "aborted")
    await press(hass, "clear")
    assert value(hass, "status") == "idle"
    assert [line for line in device.received.robot if "report" not in line][1:] == [
        "player pause",
        "player resume",
        "player abort",
        *["player quit"] * device.received.robot.count("player quit"),
    ]


async def test_nothing_can_be_pressed_on_a_device_that_is_off_or_in_use(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    assert buttons(hass) == set()
    device.occupy()
    await status_is(hass, "maintenance")
    assert buttons(hass) == set()
    device.free()
    await run_job(hass, device)
    assert buttons(hass) == {"pause", "abort"}
    await device.power_off()
    await status_is(hass, "offline")
    assert buttons(hass) == set()


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        ("error RESOURCE_BUSY", "refused_busy"),
        ("error NO_TASK", "refused_no_task"),
        ("error SUBSYSTEM_ERROR", "refused_not_ready"),
        ("er BAD_PARAMS x", "refused_values"),
        ("error SOMETHING_NEW", "refused"),
        ("error KICKED", "kicked"),
        ("what", "not_understood"),
    ],
)
async def test_a_refusal_is_told_in_words(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    reply: str,
    reason: str,
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    device.faults.replies["player pause"] = reply
    assert await fails(hass, "pause") == reason


@pytest.mark.parametrize("key", ["pause", "abort"])
async def test_an_order_that_is_accepted_and_not_carried_out(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, key: str
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    device.faults.replies[f"player {key}"] = "ok"
    failure = {"pause": "not_paused", "abort": "not_aborted"}
    assert await fails(hass, key) == failure[key]


async def test_a_resume_that_is_not_carried_out(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    await press(hass, "pause")
    await status_is(hass, "paused")
    device.faults.replies["player resume"] = "ok"
    assert await fails(hass, "resume") == "not_resumed"


async def test_a_resume_that_heats_for_long_counts_as_resumed(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=PATIENT)
    entry = await make_entry(device)
    await run_job(hass, device)
    await press(hass, "pause")
    await status_is(hass, "paused")
    device.job.hold(18)
    device.faults.replies["player resume"] = "ok"
    await status_is(hass, "resuming")
    # The order is given in that state: the button is not offered any more.
    await async_order(entry.runtime_data, RESUME)
    assert value(hass, "status") == "resuming"


async def test_a_job_is_left_as_soon_as_announcements_agree(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(timing=PATIENT)
    await make_entry(device)
    await run_job(hass, device)
    # Its announcements do not, for a while.
    device.faults.replies["player quit"] = "error RESOURCE_BUSY"
    device.job.finish()
    await status_is(hass, "completed")
    leaving = hass.async_create_task(press(hass, "clear"))
    await device.wait_for(lambda: device.received.robot.count("player quit") > 2)
    assert not leaving.done()
    device.faults.clear()
    await leaving
    assert value(hass, "status") == "idle"


async def test_a_job_that_cannot_be_left(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    device.job.finish()
    await status_is(hass, "completed")
    device.faults.replies["player quit"] = "error RESOURCE_BUSY"
    assert await fails(hass, "clear") == "refused_busy"
    device.faults.replies["player quit"] = "ok"
    assert await fails(hass, "clear") == "not_cleared"
    await device.wait_closed_connections()


async def test_announcements_confirm_what_a_cut_connection_cannot(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    await run_job(hass, device)
    coordinator = entry.runtime_data
    await device.refuse_connections(ROBOT_PORT)
    device.faults.replies["player report"] = None
    pressing = asyncio.ensure_future(async_order(coordinator, PAUSE))
    await device.wait_command("player pause")
    await device.drop_connections()
    await pressing
    assert value(hass, "status") in ("pausing", "paused")


async def test_a_second_press_waits_for_the_first(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    device.job.finish()
    await status_is(hass, "completed")
    first, second = await asyncio.gather(
        press(hass, "clear"), press(hass, "clear"), return_exceptions=True
    )
    assert first is None
    assert isinstance(second, HomeAssistantError)
    assert second.translation_key == "refused_no_task"


async def test_orders_are_for_the_states_that_take_them(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(model="fbm1", beam=True, toolhead="LASER")
    await make_entry(device)
    for st_id, expected in {
        1: set(),
        2: set(),
        4: {"pause", "abort"},
        6: {"pause", "abort"},
        16: {"pause", "abort"},
        38: {"abort"},
        36: {"resume", "abort"},
        50: {"abort"},
        48: {"resume", "abort"},
        66: set(),
        64: {"clear"},
        68: set(),
        130: set(),
        128: {"clear"},
        256: {"resume", "abort"},
        1024: {"resume", "abort"},
        7: set(),
    }.items():
        device.set_status(st_id=st_id)
        await wait_until(hass, lambda expected=expected: buttons(hass) == expected)
    assert CLEAR.patient
