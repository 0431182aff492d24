"""Triggers by target: whom they reach, what they carry, and when they are silent."""

import logging
from typing import Any

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import (
    area_registry as ar,
    device_registry as dr,
    entity_registry as er,
)
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.helpers.trigger import async_validate_trigger_config
import pytest
from pytest_homeassistant_custom_component.common import (
    async_mock_service,
)
import voluptuous as vol

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.trigger import clock_text
from simulator import Device
from tests.integration.conftest import ADDRESSES, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    entity,
    out_of_contact,
    press,
    put_job,
    run_job,
    status_is,
)
from tests.integration.targets import automate, change, put_in_workshop, registered
from tests.keys import MASTER_KEYS

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
# What a message is made of.
WORDS = ("device_name", "job_name", "duration_text", "error", "advice")
CARRIED = ("type", "device_id", "error_key", "status", "camera", "preview", *WORDS)


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what the automations did."""
    return async_mock_service(hass, "test", "note")


@pytest.fixture
async def device(make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(timing=BRISK)


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


def noted(calls: list[ServiceCall]) -> list[str]:
    """Return what happened, in order."""
    return [call.data["type"] for call in calls]


@pytest.mark.parametrize(
    "by", ["device_id", "area_id", "floor_id", "label_id", "entity_id", "diagnostic"]
)
async def test_any_kind_of_target_stands_for_the_device(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    calls: list[ServiceCall],
    by: str,
) -> None:
    await make_entry(device)
    targets = {
        "device_id": registered(hass, device).id,
        "entity_id": entity("camera", "camera"),
        **put_in_workshop(hass, device),
    }
    target = (
        {by: targets[by]}
        if by in targets
        else {"entity_id": entity("binary_sensor", "connectivity")}
    )
    await automate(hass, on(target))
    await run_job(hass, device)
    await wait_until(hass, lambda: noted(calls) == ["started"])


async def test_a_device_that_is_named_several_times_acts_once(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, calls: list[ServiceCall]
) -> None:
    await make_entry(device)
    target = {
        **put_in_workshop(hass, device),
        "device_id": [registered(hass, device).id, "there_is_none"],
        "entity_id": [entity("sensor", "status"), entity("event", "job")],
    }
    await automate(hass, on(target))
    await run_job(hass, device)
    device.job.pause()
    await status_is(hass, "paused")
    await wait_until(hass, lambda: noted(calls)[1:] == ["paused"])
    assert noted(calls) == ["started", "paused"]


async def test_each_happens_once_and_carries_its_words(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, calls: list[ServiceCall]
) -> None:
    entry = await make_entry(device)
    change(hass, device, name_by_user="Ulrike")
    hass.config.language = "de"
    await async_load_integrations(hass, {DOMAIN})
    await automate(hass, on({"device_id": registered(hass, device).id}))

    entry.runtime_data.async_expect_job("Löffel.fc")
    await run_job(hass, device)
    device.job.runout()
    await status_is(hass, "paused")
    device.job.mend()
    await press(hass, "resume")
    await status_is(hass, "running")
    device.job.fail("HARDWARE_ERROR", "SENSOR_ERROR")
    await status_is(hass, "aborted")
    await hass.async_block_till_done()

    # The device asks for a person once; that the job has ended needs none.
    assert sorted(noted(calls)) == sorted(
        ["started", "needs_attention", "paused", "resumed", "failed"]
    )
    given = {call.data["type"]: call.data for call in calls}
    for data in given.values():
        assert data["device_id"] == registered(hass, device).id
        assert data["device_name"] == "Ulrike"
        assert data["job_name"] == "Löffel.fc"
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


async def test_the_end_of_a_job(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, calls: list[ServiceCall]
) -> None:
    await make_entry(device)
    target = {"device_id": registered(hass, device).id}
    await automate(hass, on(target, "job_completed", "job_aborted", "job_failed"))
    path = await run_job(hass, device)
    device.job.finish()
    await wait_until(hass, lambda: noted(calls) == ["completed"])
    await device.wait_for(lambda: device.status.st_id == 64)
    device.player.quit()
    await status_is(hass, "idle")
    device.start_job(path)
    await status_is(hass, "running")
    device.job.abort()
    await wait_until(hass, lambda: noted(calls) == ["completed", "aborted"])


async def test_only_what_the_target_reaches_now(
    hass: HomeAssistant,
    device: Device,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    calls: list[ServiceCall],
) -> None:
    other = await make_device(
        address=ADDRESSES[1],
        uuid="2" * 32,
        name="Other",
        master_key=MASTER_KEYS[1],
        timing=BRISK,
    )
    await make_entry(device)
    await make_entry(other)
    workshop = put_in_workshop(hass, other)["area_id"]
    await automate(hass, on({"area_id": workshop}))

    await run_job(hass, device)
    other.start_job(put_job(other))
    await wait_until(hass, lambda: noted(calls) == ["started"])
    assert calls[0].data["device_name"] == "Other"

    # It moves in, and takes part from then on.
    change(hass, device, area_id=workshop)
    device.job.pause()
    await wait_until(hass, lambda: noted(calls) == ["started", "paused"])
    assert calls[1].data["device_id"] == registered(hass, device).id

    # It moves out, and does not any more.
    change(hass, device, area_id=ar.async_get(hass).async_create("Attic").id)
    device.job.resume()
    await status_is(hass, "running")
    await hass.async_block_till_done()
    assert noted(calls) == ["started", "paused"]


async def test_a_disabled_device_fires_nothing_and_is_no_error(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    calls: list[ServiceCall],
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await make_entry(device)
    target = {**put_in_workshop(hass, device), "device_id": registered(hass, device).id}
    change(hass, device, disabled_by=dr.DeviceEntryDisabler.USER)
    await hass.async_block_till_done()
    await automate(hass, on(target))

    coordinator = entry.runtime_data
    # There are no entities whose states could be waited for.
    coordinator.async_add_listener(lambda: hass.bus.async_fire("updated"))
    device.start_job(put_job(device))
    await wait_until(hass, lambda: coordinator.data.job.status == "running")
    await hass.async_block_till_done()
    assert calls == []
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]

    change(hass, device, disabled_by=None)
    device.job.pause()
    await wait_until(hass, lambda: noted(calls) == ["paused"])


async def test_silent_at_a_reload_and_a_reconnect_in_mid_job(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, calls: list[ServiceCall]
) -> None:
    entry = await make_entry(device)
    await run_job(hass, device)
    target = {"device_id": registered(hass, device).id}
    happenings = [name for name in HAPPENINGS if name != "offline_in_job"]
    await automate(hass, on(target, *happenings))

    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await status_is(hass, "running")
    async with out_of_contact(hass, device):
        pass
    await status_is(hass, "running")
    assert calls == []

    device.job.pause()
    await wait_until(hass, lambda: noted(calls) == ["paused"])


async def test_a_device_that_is_lost_in_mid_job(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, calls: list[ServiceCall]
) -> None:
    entry = await make_entry(device)
    target = {"device_id": registered(hass, device).id}
    await automate(hass, on(target, "offline_in_job"))
    # A device that has nothing to do may be switched off.
    await device.power_off()
    await status_is(hass, "offline")
    await device.power_on()
    await status_is(hass, "idle")
    assert calls == []

    entry.runtime_data.async_expect_job("Löffel.fc")
    await run_job(hass, device)
    async with out_of_contact(hass, device):
        await wait_until(hass, lambda: noted(calls) == ["offline_in_job"])
    await status_is(hass, "running")
    assert noted(calls) == ["offline_in_job"]
    assert calls[0].data["job_name"] == "Löffel.fc"
    assert calls[0].data["status"] == entity("sensor", "status")
    assert calls[0].data["error"] == calls[0].data["advice"] == ""


async def test_an_automation_that_is_there_before_the_device_hears_of_it(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, calls: list[ServiceCall]
) -> None:
    entry = await make_entry(device)
    workshop = put_in_workshop(hass, device)
    await hass.config_entries.async_unload(entry.entry_id)
    await automate(hass, on({"area_id": workshop["area_id"]}))
    assert await hass.config_entries.async_setup(entry.entry_id)
    await run_job(hass, device)
    await wait_until(hass, lambda: noted(calls) == ["started"])


async def test_no_camera_while_it_is_disabled(
    hass: HomeAssistant,
    device: Device,
    entity_registry: er.EntityRegistry,
    make_entry: MakeEntry,
    calls: list[ServiceCall],
) -> None:
    await make_entry(device)
    camera = entity("camera", "camera")
    entity_registry.async_update_entity(
        camera, disabled_by=er.RegistryEntryDisabler.USER
    )
    entity_registry.async_update_entity(
        entity("image", "preview"), new_entity_id="image.what_it_makes"
    )
    await automate(hass, on({"device_id": registered(hass, device).id}))
    await run_job(hass, device)
    await wait_until(hass, lambda: noted(calls) == ["started"])
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
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(
            hass, [{**config, "options": {"behavior": "any"}}]
        )


@pytest.mark.parametrize("target", [None, {}, {"device": "abc"}])
async def test_a_target_names_something(
    hass: HomeAssistant, target: dict[str, Any] | None
) -> None:
    config: dict[str, Any] = {"platform": "flux3dp.job_started"}
    if target is not None:
        config["target"] = target
    with pytest.raises(vol.Invalid):
        await async_validate_trigger_config(hass, [config])
