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

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration.conftest import MakeDevice, MakeEntry, wait_for_state, wait_until
from tests.integration.jobs import BRISK, entity, out_of_contact, put_job
from tests.integration.life import automate, change, registered

ROOT = Path(__file__).parents[2]
STATUS = "sensor.what_she_does"
SWITCH = "input_boolean.switch"
SIREN = "input_boolean.siren"
# Minutes: a moment, and longer than any test.
SOON, LONG = 0.001, 600


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
async def device(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> Device:
    """Return a device that a person has renamed, and those of its entities that matter."""
    device = await make_device(timing=BRISK)
    await make_entry(device)
    change(hass, device, name_by_user="Ulrike")
    registry = er.async_get(hass)
    for old, new in (
        (entity("sensor", "status"), STATUS),
        (entity("camera", "camera"), "camera.at_her"),
    ):
        registry.async_update_entity(old, new_entity_id=new)
    await hass.async_block_till_done()
    return device


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
    hass: HomeAssistant, name: str, phone: Phone | None = None, **inputs: Any
) -> None:
    """Set an automation for the device up from a blueprint, with a phone to tell."""
    [entry] = hass.config_entries.async_entries(DOMAIN)
    [mine] = dr.async_entries_for_config_entry(dr.async_get(hass), entry.entry_id)
    device = {"device": mine.id} if name == "power_off" else {"devices": [mine.id]}
    phones = {} if phone is None else {"phones": [phone.id]}
    blueprint = {"path": f"flux3dp/{name}.yaml", "input": device | phones | inputs}
    await automate(hass, {"alias": "Blueprint", "use_blueprint": blueprint})


async def runs(hass: HomeAssistant, number: int) -> None:
    """Wait until so many runs of the automation are waiting for something."""

    def is_so() -> bool:
        state = hass.states.get("automation.blueprint")
        return state is not None and state.attributes["current"] == number

    await wait_until(hass, is_so)


async def start(hass: HomeAssistant, device: Device) -> None:
    device.start_job(put_job(device))
    await wait_for_state(hass, STATUS, "running")


async def finish(hass: HomeAssistant, device: Device) -> None:
    device.job.finish()
    await wait_for_state(hass, STATUS, "completed")


async def leave(hass: HomeAssistant, device: Device) -> None:
    """Have another program leave the job that ended, as soon as it may."""
    await device.wait_for(lambda: device.status.st_id in (64, 128))
    device.player.quit()
    await wait_for_state(hass, STATUS, "idle")


async def test_tell_me_of_a_job_that_is_done(
    hass: HomeAssistant, device: Device, phone: Phone
) -> None:
    spoken = async_mock_service(hass, "test", "speak")
    await use(
        hass,
        "tell_me",
        phone=phone,
        also=[{"action": "test.speak", "data": {"text": "{{ title }}"}}],
    )
    await start(hass, device)
    await wait_until(hass, lambda: len(phone.messages) == 1)
    assert phone.messages.pop().data["message"] == "clear_notification"
    await finish(hass, device)
    await wait_until(hass, lambda: len(spoken) == 1)
    assert spoken[0].data["text"] == "Ulrike is done"
    (told,) = phone.messages
    assert told.data["title"] == "Ulrike is done"
    assert told.data["message"].startswith("0:00:")
    assert told.data["data"] == {
        "tag": f"flux3dp_{registered(hass, device).id}",
        "group": "flux3dp",
        "image": "/api/camera_proxy/camera.at_her",
    }


async def test_tell_me_what_it_needs_and_let_me_answer(
    hass: HomeAssistant, device: Device, phone: Phone
) -> None:
    await use(hass, "tell_me", phone=phone, tell=["needs_attention"])
    await start(hass, device)
    device.job.runout()
    await wait_until(hass, lambda: len(phone.messages) == 2)
    asked = phone.messages[1].data
    assert asked["title"] == "Ulrike needs you"
    assert asked["message"] == "Filament ran out. · Load filament, then resume."
    resume, cancel = asked["data"]["actions"]
    assert (resume["title"], cancel["title"]) == ("Resume", "Cancel job")
    await wait_for_state(hass, STATUS, "paused")

    def press(action: str) -> None:
        hass.bus.async_fire("mobile_app_notification_action", {"action": action})

    for foreign in ("something_else", "flux3dp_cancel_another"):
        press(foreign)
    device.job.mend()
    press(resume["action"])
    await wait_for_state(hass, STATUS, "running")

    # The message is taken back; who still sees it cancels nothing.
    await wait_until(hass, lambda: len(phone.messages) == 3)
    assert phone.messages[2].data["message"] == "clear_notification"
    assert phone.messages[2].data["data"]["tag"] == asked["data"]["tag"]
    press(cancel["action"])
    await hass.async_block_till_done()
    assert "player abort" not in device.received.robot

    device.job.runout()
    await wait_for_state(hass, STATUS, "paused")
    press(cancel["action"])
    await wait_for_state(hass, STATUS, "aborted")
    assert device.received.robot.count("player abort") == 1


async def test_tell_me_of_a_job_that_failed_and_of_a_device_that_is_lost(
    hass: HomeAssistant, device: Device, phone: Phone
) -> None:
    await use(hass, "tell_me", phone=phone, patience=SOON)
    await start(hass, device)
    async with out_of_contact(hass, device, STATUS):
        await wait_until(hass, lambda: len(phone.messages) == 2)
    lost = phone.messages[1].data
    assert lost["title"] == "Ulrike does not answer in the middle of a job"
    assert lost["message"] == lost["title"]
    assert "image" not in lost["data"]
    await wait_for_state(hass, STATUS, "running")
    device.job.fail("HARDWARE_ERROR", "SENSOR_ERROR")
    await wait_until(hass, lambda: len(phone.messages) == 3)
    assert phone.messages[2].data["title"] == "Ulrike failed"
    assert "Pressure sensor fault." in phone.messages[2].data["message"]


async def test_tell_me_nothing_of_a_short_loss_of_contact(
    hass: HomeAssistant, device: Device, phone: Phone
) -> None:
    await use(hass, "tell_me", phone=phone, patience=LONG)
    await start(hass, device)
    async with out_of_contact(hass, device, STATUS):
        await runs(hass, 1)
    await wait_for_state(hass, STATUS, "running")
    await runs(hass, 0)
    assert [call.data["message"] for call in phone.messages] == ["clear_notification"]


async def test_power_off_once_it_is_cold_and_idle(
    hass: HomeAssistant, device: Device, switched: list[str]
) -> None:
    sensor = er.async_get(hass).async_get_or_create(
        "sensor", "test", "hot", device_id=registered(hass, device).id
    )
    temperature = {"device_class": "temperature", "unit_of_measurement": "°F"}
    await hass.services.async_call("input_boolean", "turn_on", {"entity_id": SWITCH})
    plug = {"entity_id": SWITCH}
    await use(hass, "power_off", plug=plug, cool_down=SOON)

    hass.states.async_set(sensor.entity_id, "392", temperature)
    await start(hass, device)
    await finish(hass, device)
    await runs(hass, 1)
    assert switched == ["switch on"]
    # 49 °C.
    hass.states.async_set(sensor.entity_id, "120.2", temperature)
    await wait_until(hass, lambda: switched == ["switch on", "switch off"])
    await runs(hass, 0)

    # A device that is not known to be idle keeps its power.
    await hass.services.async_call("input_boolean", "turn_on", {"entity_id": SWITCH})
    hass.states.async_set(sensor.entity_id, "392", temperature)
    await leave(hass, device)
    await start(hass, device)
    await finish(hass, device)
    await runs(hass, 1)
    await device.power_off()
    await wait_for_state(hass, STATUS, "offline")
    hass.states.async_set(sensor.entity_id, "70", temperature)
    await runs(hass, 0)
    assert switched[2:] == ["switch on"]


async def test_power_off_never_in_the_next_job(
    hass: HomeAssistant, device: Device, switched: list[str]
) -> None:
    plug = {"entity_id": SWITCH}
    await use(hass, "power_off", plug=plug, cool_down=LONG, after=["aborted"])
    await start(hass, device)
    await finish(hass, device)
    await runs(hass, 0)
    await leave(hass, device)
    await start(hass, device)
    device.job.abort()
    await runs(hass, 1)
    await leave(hass, device)
    await runs(hass, 1)
    await start(hass, device)
    await runs(hass, 0)
    assert switched == []


async def test_extraction_runs_with_the_laser(
    hass: HomeAssistant, device: Device, switched: list[str]
) -> None:
    fan = {"entity_id": SWITCH}
    await use(hass, "extraction", fan=fan, minutes=SOON)
    await start(hass, device)
    await wait_for_state(hass, SWITCH, "on")
    device.job.pause()
    await wait_for_state(hass, SWITCH, "off")
    await wait_for_state(hass, STATUS, "paused")
    device.job.resume()
    await wait_for_state(hass, SWITCH, "on")
    await wait_for_state(hass, STATUS, "running")
    async with out_of_contact(hass, device, STATUS):
        await runs(hass, 1)
    await wait_for_state(hass, STATUS, "running")
    await runs(hass, 0)
    assert switched == ["switch on", "switch off", "switch on"]
    await finish(hass, device)
    # The job is not cleared, and the fan does not wait for that.
    await wait_for_state(hass, SWITCH, "off")


@pytest.mark.parametrize("covers", ["nothing", "message", "siren"])
async def test_laser_watch_of_an_open_cover(
    hass: HomeAssistant, device: Device, phone: Phone, covers: str
) -> None:
    await use(
        hass,
        "laser_watch",
        phone=phone,
        sirens={"entity_id": SIREN},
        siren_minutes=LONG,
        lights={"entity_id": SWITCH},
        covers=covers,
    )
    await start(hass, device)
    device.job.fault("HARDWARE_ERROR_DOOR_OPENED")
    await wait_for_state(hass, STATUS, "paused")
    if covers == "nothing":
        assert phone.messages == []
        assert hass.states.is_state(SWITCH, "off")
        return
    await wait_for_state(hass, SWITCH, "on")
    await wait_until(hass, lambda: len(phone.messages) == 1)
    assert phone.messages[0].data["title"] == "Ulrike: Door is open."
    assert phone.messages[0].data["message"] == "Close it, then resume."
    assert "priority" not in phone.messages[0].data["data"]
    if covers == "siren":
        await wait_for_state(hass, SIREN, "on")
    else:
        assert hass.states.is_state(SIREN, "off")


@pytest.mark.parametrize("end", ["alarm", "at once"])
async def test_laser_watch_of_a_flame(
    hass: HomeAssistant, device: Device, phone: Phone, switched: list[str], end: str
) -> None:
    await use(
        hass,
        "laser_watch",
        phone=phone,
        sirens={"entity_id": SIREN},
        siren_minutes=SOON,
        covers="nothing",
    )
    await start(hass, device)
    if end == "alarm":
        device.job.hold(256, "HARDWARE_ERROR_FIRE_DETECTED")
    else:
        device.job.fail("HARDWARE_ERROR_FIRE_DETECTED")
    await wait_until(hass, lambda: switched == ["siren on", "siren off"])
    await runs(hass, 0)
    (told,) = phone.messages
    assert told.data["title"] == "Ulrike: Flame detected."
    assert told.data["message"] == "Look at the machine at once."
    assert told.data["data"]["channel"] == "alarm_stream"
    assert told.data["data"]["push"]["sound"]["critical"] == 1
    assert told.data["data"]["image"] == "/api/camera_proxy/camera.at_her"
