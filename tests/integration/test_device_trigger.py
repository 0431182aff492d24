"""Device triggers: offered, and fired by what the tracker saw."""

from typing import Any

from homeassistant.components import automation
from homeassistant.components.device_automation import DeviceAutomationType
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.setup import async_setup_component
import pytest
from pytest_homeassistant_custom_component.common import (
    async_get_device_automations,
    async_mock_service,
)

from custom_components.flux3dp.const import DOMAIN
from tests.integration.conftest import UUID, MakeDevice, MakeEntry, wait_until
from tests.integration.jobs import BRISK, press, run_job, status_is

TYPES = ["started", "paused", "resumed", "completed", "aborted", "failed", "problem"]


@pytest.fixture
def calls(hass: HomeAssistant) -> list[ServiceCall]:
    """Return what the automations did."""
    return async_mock_service(hass, "test", "note")


def device_id(hass: HomeAssistant) -> str:
    """Return the device's id in the registry."""
    return next(
        device.id
        for entry in hass.config_entries.async_entries(DOMAIN)
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        if (DOMAIN, UUID) in device.identifiers
    )


async def automate(hass: HomeAssistant, device: str, *types: str) -> None:
    """Have one automation per trigger type, which notes what it is given."""

    def one(trigger_type: str) -> dict[str, Any]:
        return {
            "alias": trigger_type,
            "triggers": {
                "trigger": "device",
                "domain": DOMAIN,
                "device_id": device,
                "type": trigger_type,
            },
            "actions": {
                "action": "test.note",
                "data": {
                    "type": "{{ trigger.type }}",
                    "error": "{{ trigger.error }}",
                    "advice": "{{ trigger.advice }}",
                    "duration": "{{ trigger.duration | default }}",
                },
            },
        }

    assert await async_setup_component(
        hass, automation.DOMAIN, {automation.DOMAIN: [one(kind) for kind in types]}
    )
    await hass.async_block_till_done()


async def test_every_trigger_is_offered(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    await make_entry(await make_device())
    device = device_id(hass)
    offered = await async_get_device_automations(
        hass, DeviceAutomationType.TRIGGER, device
    )
    ours = [trigger for trigger in offered if trigger["domain"] == DOMAIN]
    assert [trigger["type"] for trigger in ours] == TYPES
    assert {trigger["device_id"] for trigger in ours} == {device}


async def test_they_fire_for_what_was_seen(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    calls: list[ServiceCall],
) -> None:
    device = await make_device(timing=BRISK)
    await make_entry(device)
    await automate(hass, device_id(hass), *TYPES)

    await run_job(hass, device)
    device.job.runout()
    await status_is(hass, "paused")
    device.job.mend()
    await press(hass, "resume")
    await status_is(hass, "running")
    device.job.fail("HARDWARE_ERROR", "SENSOR_ERROR")
    await status_is(hass, "aborted")
    await hass.async_block_till_done()

    assert sorted(call.data["type"] for call in calls) == sorted(
        ["started", "problem", "paused", "resumed", "failed", "problem"]
    )
    given = {call.data["type"]: call.data for call in calls}
    assert given["paused"]["error"] == "filament_runout"
    assert given["paused"]["advice"] == "load_filament"
    assert float(given["failed"]["duration"]) > 0
    assert given["failed"]["error"] == "sensor_error"
    assert {call.data["error"] for call in calls if call.data["type"] == "problem"} == {
        "filament_runout",
        "sensor_error",
    }


async def test_they_outlive_a_reload_and_do_not_fire_for_it(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    calls: list[ServiceCall],
) -> None:
    device = await make_device(timing=BRISK)
    entry = await make_entry(device)
    await run_job(hass, device)
    await automate(hass, device_id(hass), *TYPES)

    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    await status_is(hass, "running")
    assert calls == []
    device.job.pause()
    await status_is(hass, "paused")
    await wait_until(hass, lambda: len(calls) == 1)
    assert calls[0].data["type"] == "paused"


async def test_a_device_of_somebody_else_has_none(
    hass: HomeAssistant,
    make_device: MakeDevice,
    make_entry: MakeEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    entry = await make_entry(await make_device())
    other = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("other", "1")}
    )
    await automate(hass, other.id, "started")
    assert f"{other.id} is no FLUX device" in caplog.text
