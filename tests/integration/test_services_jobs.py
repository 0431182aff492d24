"""The job actions: any number of devices by target, and who may call them."""

from homeassistant.components import group
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.targets import async_targeted
from tests.integration.conftest import ADDRESSES, NAME, OTHER
from tests.integration.fakes import Home
from tests.integration.house import House
from tests.integration.jobs import GOES_ON, PATIENT, reason
from tests.integration.life import STATUS, may_control
from tests.integration.wired import Wired

ATTIC = "sensor.attic_status"
DEVICE = {"timing": PATIENT}


@pytest.fixture
async def running(wired: Wired) -> Wired:
    """Return a device whose job runs."""
    await wired.run_job()
    return wired


@pytest.fixture
async def attic(unpaired: Wired) -> Wired:
    """Return another device, which is idle."""
    attic = unpaired.beside(await unpaired.make_device(**DEVICE | OTHER))
    await attic.set_up()
    return attic


@pytest.fixture
async def working(home: Home) -> Home:
    """Return a home without a wire whose device runs a job."""
    await home.run(seconds=3)
    return home


async def call(house: House, action: str, **target: object) -> None:
    call = house.hass.services.async_call
    await call(DOMAIN, action, {}, target=target, blocking=True)


async def test_a_job_is_steered_from_its_start_to_its_end(running: Wired) -> None:
    target = {"device_id": running.registered.id}
    await call(running, "pause_job", **target)
    await running.status_is("paused")
    await call(running, "resume_job", **target)
    assert running.value("status") in GOES_ON
    await call(running, "cancel_job", **target)
    await running.status_is("aborted")
    await call(running, "clear_job", **target)
    assert running.value("status") == "idle"
    assert running.device.received.robot.count("player pause") == 1


@pytest.mark.parametrize(
    "kind", ["device", "area", "floor", "label", "entity", "group", "all"]
)
async def test_any_target_reaches_the_device_once(working: Home, kind: str) -> None:
    hass = working.hass
    ours, places = working.registered, working.put_in_workshop()
    # An older automation says `data: device_id: <text>`: the same call.
    target: dict[str, object] = {
        "device": {"device_id": ours.id},
        "area": {"area_id": places["area_id"], "device_id": ours.id},
        "floor": {"floor_id": places["floor_id"]},
        "label": {"label_id": [places["label_id"]]},
        "entity": {"entity_id": [STATUS, "camera.delta_in_der_werkstatt_camera"]},
        "group": {"entity_id": "group.machines"},
        "all": {"entity_id": "all"},
    }[kind]
    if kind == "group":
        hass.states.async_set("group.machines", "on", {"entity_id": [STATUS]})
        assert group.expand_entity_ids(hass, ["group.machines"]) == [STATUS]
    await working.done(call(working, "pause_job", **target))

    assert working.device.received.count("player pause") == 1
    assert working.value("status") == "paused"


async def test_what_a_target_excludes_is_not_reached(
    wired: Wired, attic: Wired
) -> None:
    """2026.11 and later have `exclude`; what validates targets before has none."""
    hass, rest = wired.hass, [(attic.entry, attic.registered)]
    places = {**wired.put_in_workshop(), "device_id": wired.registered.id}
    hass.states.async_set("group.machines", "on", {"entity_id": [STATUS]})
    for target, left in (
        (places, []),
        ({"entity_id": [STATUS, ATTIC]}, rest),
        ({"entity_id": "all"}, rest),
    ):
        for excluded in (
            *({key: each} for key, each in places.items()),
            {"entity_id": [STATUS]},
            {"entity_id": ["group.machines"]},
        ):
            assert async_targeted(hass, {**target, "exclude": excluded}) == left


async def test_a_device_that_was_moved_and_renamed_is_reached(working: Home) -> None:
    hass = working.hass
    areas, registry = ar.async_get(hass), dr.async_get(hass)
    here, there = areas.async_create("Here"), areas.async_create("There")
    ours = working.registered.id
    registry.async_update_device(ours, area_id=here.id)
    registry.async_update_device(ours, area_id=there.id, name_by_user="Big one")
    er.async_get(hass).async_update_entity(STATUS, new_entity_id="sensor.big")

    assert await reason(call(working, "pause_job", area_id=here.id)) == "no_device"
    await working.done(call(working, "pause_job", area_id=there.id))
    await working.done(call(working, "resume_job", entity_id="sensor.big"))


async def test_what_can_be_done_is_done_and_the_rest_is_named(
    running: Wired, attic: Wired
) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await call(running, "pause_job", entity_id=[STATUS, ATTIC])
    # One reason stands for itself.
    assert failed.value.translation_key == "nothing_to_pause"
    assert "Attic" in str(failed.value)
    await running.status_is("paused")

    running.hass.config.language = "de"
    gone = "0" * 32
    with pytest.raises(HomeAssistantError) as failed:
        await call(running, "pause_job", device_id=gone, entity_id=ATTIC)
    assert failed.value.translation_key == "several_failed"
    placeholders = failed.value.translation_placeholders
    assert placeholders is not None
    assert "Attic hat keinen Auftrag" in placeholders["errors"]
    assert gone in placeholders["errors"]
    assert NAME not in placeholders["errors"]


async def test_a_device_of_an_area_that_need_not_be_paused_is_no_error(
    running: Wired, attic: Wired
) -> None:
    third = {"address": ADDRESSES[2], "uuid": "3" * 32, "name": "Third"}
    off = running.beside(await running.make_device(**third), "third")
    await off.set_up()
    area = ar.async_get(running.hass).async_create("Workshop")
    for each in (running, attic, off):
        each.change(area_id=area.id)
    await off.device.power_off()

    await call(running, "pause_job", area_id=area.id)
    await running.status_is("paused")
    await call(running, "resume_job", entity_id="all")
    assert running.value("status") in GOES_ON
    with pytest.raises(HomeAssistantError, match=r"^Attic has no job"):
        await call(running, "pause_job", area_id=area.id, entity_id=ATTIC)


async def test_a_device_of_an_area_that_is_not_paused_is_an_error(
    working: Home,
) -> None:
    label = working.put_in_workshop()["label_id"]
    working.device.replies["player pause"] = "error UNKNOWN_ERROR"
    pausing = working.done(call(working, "pause_job", label_id=label))
    assert await reason(pausing) == "refused_without_reason"


async def test_a_disabled_device_is_no_error_and_one_not_loaded_is(
    running: Wired, attic: Wired
) -> None:
    ours, theirs = running.registered.id, attic.registered.id
    await attic.unload()
    pausing = call(running, "pause_job", device_id=[ours, theirs])
    assert await reason(pausing) == "device_not_loaded"
    await running.status_is("paused")

    await running.hass.config_entries.async_set_disabled_by(
        attic.entry.entry_id, ConfigEntryDisabler.USER
    )
    await call(running, "resume_job", device_id=[ours, theirs])
    await call(running, "cancel_job", device_id=[theirs])
    assert running.value("status") in GOES_ON


async def test_all_devices_are_steered_at_once(running: Wired, attic: Wired) -> None:
    await attic.run_job()
    # It does not hinder the other that one never answers.
    running.device.faults.replies["player pause"] = None
    targets = call(running, "pause_job", entity_id=[STATUS, ATTIC])
    pausing = running.hass.async_create_task(targets)
    await attic.status_is("paused")
    assert not pausing.done()
    running.device.faults.clear()
    pausing.cancel()


async def test_a_job_is_steered_by_who_may_press_its_buttons(
    working: Home, hass_read_only_user: MockUser, hass_admin_user: MockUser
) -> None:
    guest = hass_read_only_user
    with pytest.raises(Unauthorized):
        await working.act("cancel_job", user=guest)
    assert "player abort" not in working.device.received
    may_control(guest, "button.delta_in_der_werkstatt_pause")
    await working.done(working.act("pause_job", user=guest))
    await working.done(working.act("cancel_job", user=hass_admin_user))
    assert working.value("status") == "aborted"
