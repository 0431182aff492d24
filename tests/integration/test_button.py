"""The buttons: when they can be pressed, and what a press comes to."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    label_registry as lr,
)
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.flux3dp.commands import PAUSE, async_command
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import (
    ADDRESSES,
    MakeDevice,
    MakeEntry,
    wait_for_state,
    wait_until,
)
from tests.integration.jobs import (
    BUTTONS,
    GOES_ON,
    PATIENT,
    commands,
    entity,
    press,
    put_job,
    run_job,
    status_is,
    value,
)
from tests.integration.life import registered


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(generation=request.param, timing=PATIENT)


async def fails(hass: HomeAssistant, key: str) -> str | None:
    """Press a button in vain; return the translation key of the reason."""
    with pytest.raises(HomeAssistantError) as caught:
        await press(hass, key)
    return caught.value.translation_key


async def test_a_press_is_over_when_the_device_does_it(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    await run_job(hass, device)

    await press(hass, "pause")
    assert value(hass, "status") in ("pausing", "paused")
    await status_is(hass, "paused")
    await press(hass, "resume")
    assert value(hass, "status") in GOES_ON
    await press(hass, "cancel")
    assert value(hass, "status") in ("aborting", "aborted")
    await status_is(hass, "aborted")
    await press(hass, "clear")
    assert value(hass, "status") == "idle"
    assert steering(device) == [
        "player pause",
        "player resume",
        "player abort",
        *["player quit"] * device.received.robot.count("player quit"),
    ]


def available(hass: HomeAssistant) -> set[str]:
    """Return which buttons can be pressed."""
    return {
        command
        for command, key in BUTTONS.items()
        if value(hass, key, "button") != "unavailable"
    }


async def test_the_buttons_are_there_while_the_device_is(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    assert available(hass) == set(BUTTONS)
    assert commands(hass) == set()
    device.occupy()
    await status_is(hass, "maintenance")
    assert commands(hass) == set()
    device.free()
    await run_job(hass, device)
    assert available(hass) == set(BUTTONS)
    assert commands(hass) == {"pause", "cancel"}
    await device.power_off()
    await status_is(hass, "offline")
    assert available(hass) == set()
    assert commands(hass) == set()


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


@pytest.mark.parametrize("key", ["pause", "cancel"])
async def test_an_order_that_is_accepted_and_not_carried_out(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, key: str
) -> None:
    await make_entry(device)
    await run_job(hass, device)
    word, failure = {
        "pause": ("player pause", "not_paused"),
        "cancel": ("player abort", "not_aborted"),
    }[key]
    device.faults.replies[word] = "ok"
    assert await fails(hass, key) == failure


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
    await make_entry(device)
    await run_job(hass, device)
    await press(hass, "pause")
    await status_is(hass, "paused")
    device.job.hold(18)
    device.faults.replies["player resume"] = "ok"
    await status_is(hass, "resuming")
    await press(hass, "resume")
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
    pressing = asyncio.ensure_future(async_command(coordinator, PAUSE))
    await device.wait_command("player pause")
    await device.drop_connections()
    await pressing
    assert value(hass, "status") in ("pausing", "paused")


@pytest.mark.parametrize(
    ("st_id", "expected"),
    [
        (1, set()),
        (2, set()),
        (4, {"pause", "cancel"}),
        (6, {"pause", "cancel"}),
        (16, {"pause", "cancel"}),
        (20, {"pause", "cancel"}),
        (34, {"pause", "cancel"}),
        (38, {"cancel"}),
        (36, {"resume", "cancel"}),
        (50, {"cancel"}),
        (48, {"resume", "cancel"}),
        (66, set()),
        (64, {"clear"}),
        (68, set()),
        (130, set()),
        (128, {"clear"}),
        (256, {"resume", "cancel"}),
        (258, {"pause", "cancel"}),
        (512, {"cancel"}),
        (516, {"pause", "cancel"}),
        (1024, {"resume", "cancel"}),
        (1026, {"pause", "cancel"}),
        (2048, {"pause", "cancel"}),
        (7, {"pause", "cancel"}),
        (-1, set()),
    ],
)
async def test_commands_are_for_the_states_that_take_them(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    st_id: int,
    expected: set[str],
) -> None:
    device = await make_device(model="fbm1", beam=True, toolhead="LASER")
    await make_entry(device)
    device.set_status(st_id=1)
    await status_is(hass, "initializing")
    device.set_status(st_id=st_id)
    await wait_until(hass, lambda: commands(hass) == expected)


# -- several buttons at once


@pytest.fixture
async def running(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> tuple[Device, MockConfigEntry]:
    """Return a device whose job runs, and its entry."""
    entry = await make_entry(device)
    await run_job(hass, device)
    return device, entry


def steering(device: Device) -> list[str]:
    """Return what the device was told to do with its job."""
    told = [line for line in device.received.robot if line.startswith("player")]
    return [line for line in told if line not in ("player report", "player info")]


@pytest.mark.parametrize("target", ["device", "area", "label", "entities"])
async def test_a_press_that_reaches_several_buttons_presses_none(
    hass: HomeAssistant, running: tuple[Device, MockConfigEntry], target: str
) -> None:
    device, entry = running
    registry, ours = dr.async_get(hass), registered(hass, entry)
    area = ar.async_get(hass).async_create("Workshop")
    label = lr.async_get(hass).async_create("Hot")
    registry.async_update_device(ours.id, area_id=area.id, labels={label.label_id})
    data: dict[str, object] = {
        "device": {"device_id": ours.id},
        "area": {"area_id": area.id},
        "label": {"label_id": label.label_id},
        "entities": {"entity_id": [entity("button", key) for key in BUTTONS.values()]},
    }[target]
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call("button", "press", data, blocking=True)

    assert refused.value.translation_key == "pressed_together"
    assert "Pause job" in str(refused.value)
    assert steering(device) == []
    assert value(hass, "status") == "running"


async def test_the_presses_of_one_script_are_not_one_press(
    hass: HomeAssistant, running: tuple[Device, MockConfigEntry]
) -> None:
    device, _ = running
    pause, resume = (
        {"action": "button.press", "target": {"entity_id": entity("button", key)}}
        for key in ("pause", "resume")
    )
    assert await async_setup_component(
        hass, "script", {"script": {"twice": {"sequence": [pause, pause, resume]}}}
    )
    await hass.services.async_call("script", "twice", blocking=True)

    assert steering(device)[:2] == ["player pause", "player pause"]
    assert steering(device)[-1] == "player resume"
    assert value(hass, "status") in GOES_ON


async def test_one_button_each_of_two_devices_is_pressed(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    running: tuple[Device, MockConfigEntry],
) -> None:
    device, _ = running
    other = await make_device(
        address=ADDRESSES[1], uuid="2" * 32, name="Other", timing=PATIENT
    )
    await make_entry(other)
    other.start_job(put_job(other))
    await wait_for_state(hass, "sensor.other_status", "running")
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": [entity("button", "pause"), "button.other_pause"]},
        blocking=True,
    )
    assert steering(device) == steering(other) == ["player pause"]
