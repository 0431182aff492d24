"""The job actions: any number of devices by target, and who may call them."""

from homeassistant.components import group
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration.conftest import (
    ADDRESSES,
    NAME,
    OTHER,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.integration.fakes import Home
from tests.integration.jobs import (
    GOES_ON,
    PATIENT,
    put_job,
    reason,
    run_job,
    status_is,
    value,
)
from tests.integration.life import STATUS, act, may_control, put_in_workshop, registered

ATTIC = "sensor.attic_status"
DEVICE = {"timing": PATIENT}


@pytest.fixture
async def running(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the entry of a device whose job runs."""
    await run_job(hass, device)
    return entry


@pytest.fixture
async def other(make_device: MakeDevice, make_entry: MakeEntry) -> MockConfigEntry:
    """Return the entry of another device, which is idle."""
    return await make_entry(await make_device(**DEVICE | OTHER))


@pytest.fixture
async def working(home: Home) -> Home:
    """Return a home without a wire whose device runs a job."""
    await home.run()
    await home.advance(3)
    return home


async def call(hass: HomeAssistant, action: str, **target: object) -> None:
    await hass.services.async_call(DOMAIN, action, {}, target=target, blocking=True)


async def test_a_job_is_steered_from_its_start_to_its_end(
    hass: HomeAssistant, device: Device, running: MockConfigEntry
) -> None:
    target = {"device_id": registered(hass, running).id}
    await call(hass, "pause_job", **target)
    await status_is(hass, "paused")
    await call(hass, "resume_job", **target)
    assert value(hass, "status") in GOES_ON
    await call(hass, "cancel_job", **target)
    await status_is(hass, "aborted")
    await call(hass, "clear_job", **target)
    assert value(hass, "status") == "idle"
    assert device.received.robot.count("player pause") == 1


@pytest.mark.parametrize(
    "kind", ["device", "area", "floor", "label", "entity", "group", "all"]
)
async def test_any_target_reaches_the_device_once(working: Home, kind: str) -> None:
    hass, entry = working.hass, working.entry
    ours, places = registered(hass, entry), put_in_workshop(hass, entry)
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
    await working.done(call(hass, "pause_job", **target))

    assert working.device.received.count("player pause") == 1
    assert value(hass, "status") == "paused"


async def test_a_device_that_was_moved_and_renamed_is_reached(working: Home) -> None:
    hass = working.hass
    areas, registry = ar.async_get(hass), dr.async_get(hass)
    here, there = areas.async_create("Here"), areas.async_create("There")
    ours = registered(hass, working.entry).id
    registry.async_update_device(ours, area_id=here.id)
    registry.async_update_device(ours, area_id=there.id, name_by_user="Big one")
    er.async_get(hass).async_update_entity(STATUS, new_entity_id="sensor.big")

    assert await reason(call(hass, "pause_job", area_id=here.id)) == "no_device"
    await working.done(call(hass, "pause_job", area_id=there.id))
    await working.done(call(hass, "resume_job", entity_id="sensor.big"))


async def test_what_can_be_done_is_done_and_the_rest_is_named(
    hass: HomeAssistant, running: MockConfigEntry, other: MockConfigEntry
) -> None:
    with pytest.raises(HomeAssistantError) as failed:
        await call(hass, "pause_job", entity_id=[STATUS, ATTIC])
    # One reason stands for itself.
    assert failed.value.translation_key == "nothing_to_pause"
    assert "Attic" in str(failed.value)
    await status_is(hass, "paused")

    hass.config.language = "de"
    gone = "0" * 32
    with pytest.raises(HomeAssistantError) as failed:
        await call(hass, "pause_job", device_id=gone, entity_id=ATTIC)
    assert failed.value.translation_key == "several_failed"
    placeholders = failed.value.translation_placeholders
    assert placeholders is not None
    assert "Attic hat keinen Auftrag" in placeholders["errors"]
    assert gone in placeholders["errors"]
    assert NAME not in placeholders["errors"]


async def test_a_device_of_an_area_that_need_not_be_paused_is_no_error(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    running: MockConfigEntry,
    other: MockConfigEntry,
) -> None:
    off = await make_device(address=ADDRESSES[2], uuid="3" * 32, name="Third")
    area = ar.async_get(hass).async_create("Workshop")
    for entry in (running, other, await make_entry(off)):
        dr.async_get(hass).async_update_device(
            registered(hass, entry).id, area_id=area.id
        )
    await off.power_off()

    await call(hass, "pause_job", area_id=area.id)
    await status_is(hass, "paused")
    await call(hass, "resume_job", entity_id="all")
    assert value(hass, "status") in GOES_ON
    with pytest.raises(HomeAssistantError, match=r"^Attic has no job"):
        await call(hass, "pause_job", area_id=area.id, entity_id=ATTIC)


async def test_a_device_of_an_area_that_is_not_paused_is_an_error(
    working: Home,
) -> None:
    label = put_in_workshop(working.hass, working.entry)["label_id"]
    working.device.replies["player pause"] = "error UNKNOWN_ERROR"
    pausing = working.done(call(working.hass, "pause_job", label_id=label))
    assert await reason(pausing) == "refused_without_reason"


async def test_a_disabled_device_is_no_error_and_one_not_loaded_is(
    hass: HomeAssistant, running: MockConfigEntry, other: MockConfigEntry
) -> None:
    ours, theirs = registered(hass, running).id, registered(hass, other).id
    assert await hass.config_entries.async_unload(other.entry_id)
    assert (
        await reason(call(hass, "pause_job", device_id=[ours, theirs]))
        == "device_not_loaded"
    )
    await status_is(hass, "paused")

    await hass.config_entries.async_set_disabled_by(
        other.entry_id, ConfigEntryDisabler.USER
    )
    await call(hass, "resume_job", device_id=[ours, theirs])
    await call(hass, "cancel_job", device_id=[theirs])
    assert value(hass, "status") in GOES_ON


async def test_all_devices_are_steered_at_once(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    device: Device,
    running: MockConfigEntry,
) -> None:
    second = await make_device(**DEVICE | OTHER)
    await make_entry(second)
    second.start_job(put_job(second))
    await wait_for_state(hass, ATTIC, "running")
    # It does not hinder the other that one never answers.
    device.faults.replies["player pause"] = None
    pausing = hass.async_create_task(call(hass, "pause_job", entity_id=[STATUS, ATTIC]))
    await wait_for_state(hass, ATTIC, "paused")
    assert not pausing.done()
    device.faults.clear()
    pausing.cancel()


async def test_a_job_is_steered_by_who_may_press_its_buttons(
    working: Home, hass_read_only_user: MockUser, hass_admin_user: MockUser
) -> None:
    hass, entry = working.hass, working.entry
    guest = hass_read_only_user
    with pytest.raises(Unauthorized):
        await act(hass, entry, "cancel_job", user=guest)
    assert "player abort" not in working.device.received
    may_control(guest, "button.delta_in_der_werkstatt_pause")
    await working.done(act(hass, entry, "pause_job", user=guest))
    await working.done(act(hass, entry, "cancel_job", user=hass_admin_user))
    assert value(hass, "status") == "aborted"
