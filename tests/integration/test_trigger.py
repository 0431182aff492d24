"""Triggers by target, and those of a device: whom they reach, and what they carry."""

import logging
from typing import Any

from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.helpers.trigger import async_validate_trigger_config
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_get_device_automations,
    async_mock_service,
)
import voluptuous as vol

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.job.errors import ErrorKey
from custom_components.flux3dp.job.model import INITIAL, JobEvent, JobEventType, Problem
from custom_components.flux3dp.job.signals import _SIGNAL, JobSignal
from custom_components.flux3dp.trigger import clock_text
from simulator import Device
from tests.integration.conftest import OTHER, UUID
from tests.integration.fakes import Home
from tests.integration.house import House
from tests.integration.jobs import BRISK, entity, put_job
from tests.integration.life import automate
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}

HAPPENINGS = [
    "job_started",
    "job_paused",
    "job_resumed",
    "job_completed",
    "job_aborted",
    "job_failed",
    "needs_attention",
    "offline_in_job",
]
TYPES = ["started", "paused", "resumed", "completed", "aborted", "failed", "problem"]
# What a message is made of.
WORDS = ("device_name", "job_name", "duration_text", "error", "advice")
CARRIED = ("type", "device_id", "error_key", "status", "camera", "preview", *WORDS)


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    return async_mock_service(hass, "test", "note")


def on(target: dict[str, Any], *happenings: str) -> dict[str, Any]:
    """Return an automation that notes what happens to a target; without names, all."""
    return {
        "alias": "Note",
        "mode": "queued",
        "triggers": [
            {"trigger": f"flux3dp.{name}", "target": target}
            for name in happenings or HAPPENINGS
        ],
        "actions": {
            "action": "test.note",
            "data": {key: f"{{{{ trigger.{key} }}}}" for key in CARRIED},
        },
    }


def on_device(device_id: str) -> dict[str, Any]:
    """Return an automation that notes what happens by the triggers of a device."""
    triggers = [
        {"trigger": "device", "domain": DOMAIN, "device_id": device_id, "type": kind}
        for kind in TYPES
    ]
    keys = ("type", "error", "advice", "duration", "label")
    data = {key: f"{{{{ trigger.{key} | default }}}}" for key in keys}
    actions = {"action": "test.note", "data": data}
    automation = {"alias": "Note", "triggers": triggers, "actions": actions}
    return automation | {"mode": "queued"}


async def happens(house: House, uuid: str, what: str) -> None:
    """Have something happen to a device, as its tracker sends it."""
    error, event = ErrorKey.FILAMENT_RUNOUT, None
    if what in ("problem", "problem after its end"):
        event = Problem(error=error, label="FILAMENT_RUNOUT 1")
    elif what != "lost":
        event = JobEvent(
            type=JobEventType(what),
            name="Vase",
            toolhead=None,
            duration=61.0,
            error=error if what == "paused" else ErrorKey.NONE,
        )
    st_id = 128 if what == "problem after its end" else 48
    state = INITIAL._replace(st_id=st_id, problem=True)
    signal = JobSignal(uuid=uuid, event=event, state=state)
    async_dispatcher_send(house.hass, _SIGNAL, signal)
    await house.hass.async_block_till_done()


def noted(calls: list[ServiceCall]) -> list[str]:
    return [call.data["type"] for call in calls]


@pytest.mark.parametrize(
    "by",
    ["device_id", "area_id", "floor_id", "label_id", "entity_id", "diagnostic", "all"],
)
async def test_any_kind_of_target_stands_for_the_device(
    home: Home, calls: list[ServiceCall], by: str
) -> None:
    hass, _entry = home.hass, home.entry
    targets = {
        "device_id": [home.registered.id, "there_is_none"],
        "entity_id": [entity("camera", "camera"), entity("event", "job")],
        **home.put_in_workshop(),
    }
    target = {by: targets[by]} if by in targets else targets
    if by == "diagnostic":
        target = {"entity_id": entity("binary_sensor", "connectivity")}
    await automate(hass, on(target))
    # Once, however often it is named.
    for what in (*TYPES, "problem after its end", "lost"):
        await happens(home, UUID, what)
    # That a job has ended needs no person.
    expected = [*TYPES[:-1], "needs_attention", "offline_in_job"]
    assert noted(calls) == expected
    given = {call.data["type"]: call.data for call in calls}
    assert given["paused"]["duration_text"] == "0:01:01"
    assert given["offline_in_job"]["error"] == given["offline_in_job"]["advice"] == ""


async def test_each_happens_once_and_carries_its_words(
    wired: Wired, hass: HomeAssistant, device: Device, calls: list[ServiceCall]
) -> None:
    wired.change(name_by_user="Ulrike")
    hass.config.language = "de"
    await async_load_integrations(hass, {DOMAIN})
    await automate(hass, on({"device_id": wired.registered.id}))

    wired.entry.runtime_data.async_expect_job("Löffel.fc")
    await wired.run_job()
    device.job.runout()
    await wired.status_is("paused")
    device.job.mend()
    await wired.press("resume")
    await wired.status_is("running")
    device.job.fail("HARDWARE_ERROR", "SENSOR_ERROR")
    await wired.status_is("aborted")
    await hass.async_block_till_done()

    assert sorted(noted(calls)) == sorted(
        ["started", "needs_attention", "paused", "resumed", "failed"]
    )
    given = {call.data["type"]: call.data for call in calls}
    for data in given.values():
        assert data["device_id"] == wired.registered.id
        assert data["device_name"] == "Ulrike"
        assert data["job_name"] == "Löffel.fc"
        assert data["status"] == entity("sensor", "status")
        assert data["camera"] == entity("camera", "camera")
        assert data["preview"] == entity("image", "preview")
    for happening in ("paused", "needs_attention"):
        assert given[happening]["error"] == "Filament ist aufgebraucht."
        assert given[happening]["advice"] == "Lade Filament und setze dann fort."
        assert given[happening]["error_key"] == "filament_runout"
    assert given["failed"]["error_key"] == "sensor_error"
    assert given["failed"]["duration_text"].startswith("0:00:")
    assert given["started"]["error"] == given["started"]["advice"] == ""
    assert not any("None" in data[key] for data in given.values() for key in WORDS)


async def test_only_what_the_target_reaches_now(
    wired: Wired, hass: HomeAssistant, other: Device, calls: list[ServiceCall]
) -> None:
    workshop = wired.beside(other).put_in_workshop()["area_id"]
    # An automation can be there before its device.
    [theirs] = set(hass.config_entries.async_entries(DOMAIN)) - {wired.entry}
    await hass.config_entries.async_unload(theirs.entry_id)
    await automate(hass, on({"area_id": workshop}))
    assert await hass.config_entries.async_setup(theirs.entry_id)

    await happens(wired, UUID, "started")
    await happens(wired, OTHER["uuid"], "started")
    assert [call.data["device_name"] for call in calls] == ["Attic"]

    # It moves in, and takes part from then on; it moves out, and no longer does.
    wired.change(area_id=workshop)
    await happens(wired, UUID, "paused")
    assert noted(calls) == ["started", "paused"]
    assert calls[1].data["device_id"] == wired.registered.id
    wired.change(area_id=ar.async_get(hass).async_create("Elsewhere").id)
    await happens(wired, UUID, "resumed")
    assert noted(calls) == ["started", "paused"]


async def test_a_disabled_device_fires_nothing_and_is_no_error(
    wired: Wired, hass: HomeAssistant, device: Device, calls: list[ServiceCall]
) -> None:
    target = {**wired.put_in_workshop(), "device_id": wired.registered.id}
    wired.change(disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.async_block_till_done()
    await automate(hass, on(target))

    coordinator = wired.entry.runtime_data
    device.start_job(put_job(device))
    await wired.until(lambda: coordinator.data.job.status == "running")
    await hass.async_block_till_done()
    assert calls == []
    assert not [r for r in wired.caplog.records if r.levelno >= logging.ERROR]

    wired.change(disabled_by=None)
    device.job.pause()
    await wired.until(lambda: noted(calls) == ["paused"])


async def test_a_reload_and_a_device_that_is_lost_in_mid_job(
    wired: Wired, device: Device, calls: list[ServiceCall]
) -> None:
    # A device that has nothing to do may be switched off.
    await automate(wired.hass, on({"device_id": wired.registered.id}))
    await wired.switch_off()
    await wired.switch_on()
    assert calls == []

    wired.entry.runtime_data.async_expect_job("Löffel.fc")
    await wired.run_job()
    await wired.reload()
    await wired.hass.async_block_till_done()
    await wired.status_is("running")
    assert noted(calls) == ["started"]
    async with wired.out_of_contact():
        await wired.until(lambda: len(calls) > 1)
    await wired.status_is("running")
    assert noted(calls) == ["started", "offline_in_job"]
    assert calls[1].data["job_name"] == "Löffel.fc"
    device.job.pause()
    await wired.until(lambda: len(calls) > 2)
    assert noted(calls) == ["started", "offline_in_job", "paused"]


async def test_no_camera_while_it_is_disabled(
    home: Home, entity_registry: er.EntityRegistry, calls: list[ServiceCall]
) -> None:
    hass = home.hass
    entity_registry.async_update_entity(
        entity("camera", "camera"), disabled_by=er.RegistryEntryDisabler.USER
    )
    entity_registry.async_update_entity(
        entity("image", "preview"), new_entity_id="image.what_it_makes"
    )
    await automate(hass, on({"device_id": home.registered.id}))
    await happens(home, UUID, "started")
    assert calls[0].data["camera"] == ""
    assert calls[0].data["preview"] == "image.what_it_makes"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0:00:00"), (59, "0:00:59"), (3661, "1:01:01"), (100_000, "27:46:40")],
)
def test_a_duration_in_a_message(seconds: int, text: str) -> None:
    assert clock_text(seconds) == text


async def test_what_the_editor_saves_is_taken(hass: HomeAssistant) -> None:
    """It sends empty options for a trigger without any."""
    target = {"area_id": ["workshop"]}
    config = {"platform": "flux3dp.job_started", "target": target, "options": {}}
    assert await async_validate_trigger_config(hass, [config]) == [config]
    for wrong in (
        {"options": {"behavior": "any"}},
        {"target": {}},
        {"target": {"device": "abc"}},
        {"target": None},
    ):
        with pytest.raises(vol.Invalid):
            await async_validate_trigger_config(hass, [config | wrong])
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, [{"platform": config["platform"]}])


# -- the older triggers of one device


async def test_the_triggers_of_a_device(home: Home, calls: list[ServiceCall]) -> None:
    hass = home.hass
    device_id = home.registered.id
    offered = await async_get_device_automations(
        hass, DeviceAutomationType.TRIGGER, device_id
    )
    ours = [trigger for trigger in offered if trigger["domain"] == DOMAIN]
    assert [trigger["type"] for trigger in ours] == TYPES
    assert {trigger["device_id"] for trigger in ours} == {device_id}

    await automate(hass, on_device(device_id))
    # They outlive a reload, and do not fire for it.
    await home.reload()
    await hass.async_block_till_done()
    for what in (*TYPES, "lost"):
        await happens(home, UUID, what)
    assert noted(calls) == TYPES
    given = {call.data["type"]: call.data for call in calls}
    for what in ("paused", "problem"):
        assert given[what]["error"] == "filament_runout"
        assert given[what]["advice"] == "load_filament"
    assert given["completed"]["duration"] == 61.0
    assert given["problem"]["label"] == "FILAMENT_RUNOUT 1"


async def test_a_device_of_somebody_else_has_none(home: Home) -> None:
    hass = home.hass
    other = dr.async_get(hass).async_get_or_create(
        config_entry_id=home.entry.entry_id, identifiers={("other", "1")}
    )
    config = {"automation": [on_device(other.id)]}
    assert await async_setup_component(hass, "automation", config)
    await hass.async_block_till_done()
    assert f"{other.id} is not a FLUX device" in home.caplog.text
