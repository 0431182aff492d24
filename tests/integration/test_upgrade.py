"""A home that an earlier version has set up goes on with this one as it is."""

from typing import Any

from homeassistant.helpers import entity_registry as er
import pytest

from custom_components.flux3dp.const import CONF_HOLD_CONNECTION, CONF_SETTINGS, DOMAIN
from tests.integration.conftest import UUID
from tests.integration.fakes import Home
from tests.integration.test_job_store import FIRST, LATER

# What 1624689 had: its entities by platform, and its actions.
ENTITIES = {
    "binary_sensor": "running problem connectivity",
    "button": "pause resume abort clear",
    "camera": "camera",
    "event": "job",
    "image": "preview",
    "sensor": (
        "status progress toolhead advice error finish_time time_remaining elapsed_time"
        " job_duration nozzle_temperature nozzle_target job_name job_started"
        " printing_time filament_used last_job_duration jobs_completed last_job_result"
        " ip_address occupied_by"
    ),
}
ACTIONS = {
    *("pause_job", "resume_job", "cancel_job", "clear_job", "rename", "set_network"),
    *("scan_wifi", "change_password", "list_trusted_keys", "remove_trusted_key"),
}


@pytest.mark.parametrize("stored", [FIRST, LATER], ids=["first", "later"])
async def test_everything_is_where_it_was(
    new_home: Home, hass_storage: dict[str, Any], stored: dict[str, Any]
) -> None:
    hass, entry = new_home.hass, new_home.entry
    # What is new: a device whose settings were never read.
    data = {key: it for key, it in entry.data.items() if key != CONF_SETTINGS}
    options = {CONF_HOLD_CONNECTION: False}
    hass.config_entries.async_update_entry(entry, data=data)
    assert set(data) == {"host", "master_key", "serial", "model", "verified"}
    hass.config_entries.async_update_entry(entry, options=options)
    key = f"{DOMAIN}.job.{entry.entry_id}"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": stored}
    registry = er.async_get(hass)
    before = {
        registry.async_get_or_create(
            platform,
            DOMAIN,
            f"{UUID}_{name}",
            config_entry=entry,
            suggested_object_id=f"mine_{name}",
        ).entity_id
        for platform, names in ENTITIES.items()
        for name in names.split()
    }
    await new_home.setup()

    kept = {key: it for key, it in entry.data.items() if key != CONF_SETTINGS}
    assert (entry.version, kept, entry.options) == (1, data, options)
    assert before <= set(hass.states.async_entity_ids())
    # None of them is there a second time, under another id.
    after = er.async_entries_for_config_entry(registry, entry.entry_id)
    names = {each.unique_id for each in after}
    assert len(names) == len(after)
    assert before <= {each.entity_id for each in after}
    assert set(hass.services.async_services_for_domain(DOMAIN)) >= ACTIONS

    # The job of then was aborted meanwhile, or is not there: what was counted stays.
    assert hass.states.get("sensor.mine_jobs_completed").state == "3"
    assert await hass.config_entries.async_unload(entry.entry_id)
    assert hass_storage[key]["data"]["jobs_completed"] == 3
