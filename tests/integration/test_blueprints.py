"""The blueprints, each run in Home Assistant as a person sets it up."""

from dataclasses import dataclass
from pathlib import Path
import shutil
from typing import Any

from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    ServiceCall,
    callback,
)
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from tests.integration.conftest import wait_for_state
from tests.integration.jobs import BRISK, entity
from tests.integration.life import automate
from tests.integration.wired import Wired

ROOT = Path(__file__).parents[2]
SLUG = "what_she_does"
SWITCH = "input_boolean.switch"
SIREN = "input_boolean.siren"
# Minutes: a moment, and longer than any test.
SOON, LONG = 0.001, 600
DEVICE = {"timing": BRISK}


@pytest.fixture(autouse=True)
async def house(hass: HomeAssistant, tmp_path: Path) -> None:
    """Have imported the blueprints, and two things that can be switched."""
    shutil.copytree(ROOT / "blueprints", tmp_path / "blueprints")
    hass.config.config_dir = str(tmp_path)
    assert await async_setup_component(hass, "homeassistant", {})
    switches: dict[str, Any] = {"switch": None, "siren": None}
    assert await async_setup_component(
        hass, "input_boolean", {"input_boolean": switches}
    )


@pytest.fixture
async def machine(wired: Wired) -> Wired:
    """Return a device that a person has renamed, and those of its entities that matter."""
    wired.change(name_by_user="Ulrike")
    registry = er.async_get(wired.hass)
    for old, new in (
        (entity("sensor", "status"), f"sensor.{SLUG}_status"),
        (entity("camera", "camera"), "camera.at_her"),
    ):
        registry.async_update_entity(old, new_entity_id=new)
    await wired.hass.async_block_till_done()
    return wired.beside(wired.device, SLUG)


@dataclass
class Phone:
    """A phone with the app: its id, and what it is told."""

    id: str
    messages: list[ServiceCall]


@pytest.fixture
def phone(hass: HomeAssistant) -> Phone:
    """Return a phone that a person has given another name."""
    entry = MockConfigEntry(domain="mobile_app")
    entry.add_to_hass(hass)
    registry = dr.async_get(hass)
    device = registry.async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={("mobile_app", "pixel")},
        name="Pixel 9",
    )
    registry.async_update_device(device.id, name_by_user="My phone")
    return Phone(device.id, async_mock_service(hass, "notify", "mobile_app_pixel_9"))


@pytest.fixture
def switched(hass: HomeAssistant) -> list[str]:
    seen: list[str] = []

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and new.domain == "input_boolean":
            seen.append(f"{new.object_id} {new.state}")

    hass.bus.async_listen(EVENT_STATE_CHANGED, note)
    return seen


async def use(
    machine: Wired, name: str, phone: Phone | None = None, **inputs: Any
) -> None:
    """Set an automation for the device up from a blueprint, with a phone to tell."""
    mine = machine.registered.id
    device = {"device": mine} if name == "power_off" else {"devices": [mine]}
    phones = {} if phone is None else {"phones": [phone.id]}
    blueprint = {"path": f"flux3dp/{name}.yaml", "input": device | phones | inputs}
    await automate(machine.hass, {"alias": "Blueprint", "use_blueprint": blueprint})


async def runs(machine: Wired, number: int) -> None:
    """Wait until so many runs of the automation are waiting for something."""

    def is_so() -> bool:
        state = machine.hass.states.get("automation.blueprint")
        return state is not None and state.attributes["current"] == number

    await machine.until(is_so)


async def leave(machine: Wired) -> None:
    """Have another program leave the job that ended, as soon as it may."""
    await machine.device.wait_for(lambda: machine.device.status.st_id in (64, 128))
    machine.device.player.quit()
    await machine.status_is("idle")


async def test_tell_me_of_a_job_that_is_done(machine: Wired, phone: Phone) -> None:
    spoken = async_mock_service(machine.hass, "test", "speak")
    await use(
        machine,
        "tell_me",
        phone=phone,
        also=[{"action": "test.speak", "data": {"text": "{{ title }}"}}],
    )
    await machine.run_job()
    await machine.until(lambda: len(phone.messages) == 1)
    assert phone.messages.pop().data["message"] == "clear_notification"
    await machine.finish_job()
    await machine.until(lambda: len(spoken) == 1)
    assert spoken[0].data["text"] == "Ulrike is done"
    (told,) = phone.messages
    assert told.data["title"] == "Ulrike is done"
    assert told.data["message"].startswith("0:00:")
    assert told.data["data"] == {
        "tag": f"flux3dp_{machine.registered.id}",
        "group": "flux3dp",
        "image": "/api/camera_proxy/camera.at_her",
    }


async def test_tell_me_what_it_needs_and_let_me_answer(
    machine: Wired, phone: Phone
) -> None:
    await use(machine, "tell_me", phone=phone, tell=["needs_attention"])
    await machine.run_job()
    machine.device.job.runout()
    await machine.until(lambda: len(phone.messages) == 2)
    asked = phone.messages[1].data
    assert asked["title"] == "Ulrike needs you"
    assert asked["message"] == "Filament ran out. · Load filament, then resume."
    resume, cancel = asked["data"]["actions"]
    assert (resume["title"], cancel["title"]) == ("Resume", "Cancel job")
    await machine.status_is("paused")

    def press(action: str) -> None:
        machine.hass.bus.async_fire(
            "mobile_app_notification_action", {"action": action}
        )

    for foreign in ("something_else", "flux3dp_cancel_another"):
        press(foreign)
    machine.device.job.mend()
    press(resume["action"])
    await machine.status_is("running")

    # The message is taken back; who still sees it cancels nothing.
    await machine.until(lambda: len(phone.messages) == 3)
    assert phone.messages[2].data["message"] == "clear_notification"
    assert phone.messages[2].data["data"]["tag"] == asked["data"]["tag"]
    press(cancel["action"])
    await machine.hass.async_block_till_done()
    assert "player abort" not in machine.device.received.robot

    machine.device.job.runout()
    await machine.status_is("paused")
    press(cancel["action"])
    await machine.status_is("aborted")
    assert machine.device.received.robot.count("player abort") == 1


async def test_tell_me_of_a_job_that_failed_and_of_a_device_that_is_lost(
    machine: Wired, phone: Phone
) -> None:
    await use(machine, "tell_me", phone=phone, patience=SOON)
    await machine.run_job()
    async with machine.out_of_contact():
        await machine.until(lambda: len(phone.messages) == 2)
    lost = phone.messages[1].data
    assert lost["title"] == "Ulrike does not answer in the middle of a job"
    assert lost["message"] == lost["title"]
    assert "image" not in lost["data"]
    await machine.status_is("running")
    machine.device.job.fail("HARDWARE_ERROR", "SENSOR_ERROR")
    await machine.until(lambda: len(phone.messages) == 3)
    assert phone.messages[2].data["title"] == "Ulrike failed"
    assert "Pressure sensor fault." in phone.messages[2].data["message"]


async def test_tell_me_nothing_of_a_short_loss_of_contact(
    machine: Wired, phone: Phone
) -> None:
    await use(machine, "tell_me", phone=phone, patience=LONG)
    await machine.run_job()
    async with machine.out_of_contact():
        await runs(machine, 1)
    await machine.status_is("running")
    await runs(machine, 0)
    assert [call.data["message"] for call in phone.messages] == ["clear_notification"]


async def test_power_off_once_it_is_cold_and_idle(
    machine: Wired, switched: list[str]
) -> None:
    sensor = er.async_get(machine.hass).async_get_or_create(
        "sensor", "test", "hot", device_id=machine.registered.id
    )
    temperature = {"device_class": "temperature", "unit_of_measurement": "°F"}
    await machine.hass.services.async_call(
        "input_boolean", "turn_on", {"entity_id": SWITCH}
    )
    plug = {"entity_id": SWITCH}
    await use(machine, "power_off", plug=plug, cool_down=SOON)

    machine.hass.states.async_set(sensor.entity_id, "392", temperature)
    await machine.run_job()
    await machine.finish_job()
    await runs(machine, 1)
    assert switched == ["switch on"]
    # 49 °C.
    machine.hass.states.async_set(sensor.entity_id, "120.2", temperature)
    await machine.until(lambda: switched == ["switch on", "switch off"])
    await runs(machine, 0)

    # A device that is not known to be idle keeps its power.
    await machine.hass.services.async_call(
        "input_boolean", "turn_on", {"entity_id": SWITCH}
    )
    machine.hass.states.async_set(sensor.entity_id, "392", temperature)
    await leave(machine)
    await machine.run_job()
    await machine.finish_job()
    await runs(machine, 1)
    await machine.switch_off()
    machine.hass.states.async_set(sensor.entity_id, "70", temperature)
    await runs(machine, 0)
    assert switched[2:] == ["switch on"]


async def test_power_off_never_in_the_next_job(
    machine: Wired, switched: list[str]
) -> None:
    plug = {"entity_id": SWITCH}
    await use(machine, "power_off", plug=plug, cool_down=LONG, after=["aborted"])
    await machine.run_job()
    await machine.finish_job()
    await runs(machine, 0)
    await leave(machine)
    await machine.run_job()
    machine.device.job.abort()
    await runs(machine, 1)
    await leave(machine)
    await runs(machine, 1)
    await machine.run_job()
    await runs(machine, 0)
    assert switched == []


async def test_extraction_runs_with_the_laser(
    machine: Wired, switched: list[str]
) -> None:
    fan = {"entity_id": SWITCH}
    await use(machine, "extraction", fan=fan, minutes=SOON)
    await machine.run_job()
    await wait_for_state(machine.hass, SWITCH, "on")
    machine.device.job.pause()
    await wait_for_state(machine.hass, SWITCH, "off")
    await machine.status_is("paused")
    machine.device.job.resume()
    await wait_for_state(machine.hass, SWITCH, "on")
    await machine.status_is("running")
    async with machine.out_of_contact():
        await runs(machine, 1)
    await machine.status_is("running")
    await runs(machine, 0)
    assert switched == ["switch on", "switch off", "switch on"]
    await machine.finish_job()
    # The job is not cleared, and the fan does not wait for that.
    await wait_for_state(machine.hass, SWITCH, "off")


@pytest.mark.parametrize("covers", ["nothing", "message", "siren"])
async def test_laser_watch_of_an_open_cover(
    machine: Wired, phone: Phone, covers: str
) -> None:
    await use(
        machine,
        "laser_watch",
        phone=phone,
        sirens={"entity_id": SIREN},
        siren_minutes=LONG,
        lights={"entity_id": SWITCH},
        covers=covers,
    )
    await machine.run_job()
    machine.device.job.fault("HARDWARE_ERROR_DOOR_OPENED")
    await machine.status_is("paused")
    if covers == "nothing":
        assert phone.messages == []
        assert machine.hass.states.is_state(SWITCH, "off")
        return
    await wait_for_state(machine.hass, SWITCH, "on")
    await machine.until(lambda: len(phone.messages) == 1)
    assert phone.messages[0].data["title"] == "Ulrike: Door is open."
    assert phone.messages[0].data["message"] == "Close it, then resume."
    assert "priority" not in phone.messages[0].data["data"]
    if covers == "siren":
        await wait_for_state(machine.hass, SIREN, "on")
    else:
        assert machine.hass.states.is_state(SIREN, "off")


@pytest.mark.parametrize("end", ["alarm", "at once"])
async def test_laser_watch_of_a_flame(
    machine: Wired, phone: Phone, switched: list[str], end: str
) -> None:
    await use(
        machine,
        "laser_watch",
        phone=phone,
        sirens={"entity_id": SIREN},
        siren_minutes=SOON,
        covers="nothing",
    )
    await machine.run_job()
    if end == "alarm":
        machine.device.job.hold(256, "HARDWARE_ERROR_FIRE_DETECTED")
    else:
        machine.device.job.fail("HARDWARE_ERROR_FIRE_DETECTED")
    await machine.until(lambda: switched == ["siren on", "siren off"])
    await runs(machine, 0)
    (told,) = phone.messages
    assert told.data["title"] == "Ulrike: Flame detected."
    assert told.data["message"] == "Look at the machine at once."
    assert told.data["data"]["channel"] == "alarm_stream"
    assert told.data["data"]["push"]["sound"]["critical"] == 1
    assert told.data["data"]["image"] == "/api/camera_proxy/camera.at_her"
