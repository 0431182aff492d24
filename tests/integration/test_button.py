"""Buttons: when they can be pressed, and what a call that presses several comes to."""

from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import area_registry as ar, device_registry as dr
from homeassistant.setup import async_setup_component
import pytest

from custom_components.flux3dp.aioflux import ConnectionFailed
from simulator import Device
from tests.integration.conftest import wait_for_state
from tests.integration.fake_device import FakeDevice
from tests.integration.fakes import Home
from tests.integration.jobs import BUTTONS, PATIENT, entity, put_job
from tests.integration.wired import Wired

DEVICE = {"timing": PATIENT}

# What the device gets of commands.
WORDS = {"player pause", "player resume", "player abort", "player quit"}


@pytest.fixture
async def running(home: Home) -> FakeDevice:
    """Return a device whose job runs, with its connection held."""
    await home.run(seconds=3)
    return home.device


async def test_the_buttons_are_there_while_the_device_is(home: Home) -> None:
    def available() -> set[str]:
        states = {each: home.value(key, "button") for each, key in BUTTONS.items()}
        return {each for each, state in states.items() if state != "unavailable"}

    assert available() == set(BUTTONS)
    assert home.commands == set()
    await home.run()
    assert home.commands == {"pause", "cancel"}
    home.listener.silent = True
    home.device.refuses = ConnectionFailed()
    home.device.sessions[-1].abort()
    await home.advance(30)
    assert available() == home.commands == set()


@pytest.mark.parametrize("target", ["device", "area", "entities"])
async def test_a_press_that_reaches_several_buttons_presses_none(
    home: Home, running: FakeDevice, target: str
) -> None:
    hass, ours = home.hass, home.registered
    area = ar.async_get(hass).async_create("Workshop")
    dr.async_get(hass).async_update_device(ours.id, area_id=area.id)
    data: dict[str, object] = {
        "device": {"device_id": ours.id},
        "area": {"area_id": area.id},
        "entities": {"entity_id": [entity("button", key) for key in BUTTONS.values()]},
    }[target]
    with pytest.raises(ServiceValidationError) as refused:
        await hass.services.async_call("button", "press", data, blocking=True)

    assert refused.value.translation_key == "pressed_together"
    assert "Pause job" in str(refused.value)
    assert not set(running.received) & WORDS


async def test_the_presses_of_one_script_are_not_one_press(
    home: Home, running: FakeDevice
) -> None:
    pause, resume = (
        {"action": "button.press", "target": {"entity_id": entity("button", key)}}
        for key in ("pause", "resume")
    )
    assert await async_setup_component(
        home.hass, "script", {"script": {"twice": {"sequence": [pause, pause, resume]}}}
    )
    await home.done(home.hass.services.async_call("script", "twice", blocking=True))

    told = [each for each in running.received if each in WORDS]
    assert told == ["player pause", "player pause", "player resume"]


async def test_one_button_each_of_two_devices_is_pressed(
    wired: Wired, other: Device
) -> None:
    await wired.run_job()
    other.start_job(put_job(other))
    await wait_for_state(wired.hass, "sensor.attic_status", "running")
    await wired.hass.services.async_call(
        "button",
        "press",
        {"entity_id": [entity("button", "pause"), "button.attic_pause"]},
        blocking=True,
    )
    for each in (wired.device, other):
        assert each.received.robot.count("player pause") == 1
