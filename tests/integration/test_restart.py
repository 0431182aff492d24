"""Home Assistant restarts in the middle of a job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from homeassistant import loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.helpers import entity_registry as er, restore_state
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.flux3dp.const import DOMAIN
from simulator import ROBOT_PORT, Device
from tests.integration.conftest import MakeEntry, wait_until
from tests.integration.jobs import (
    BRISK,
    entity,
    events_are,
    look,
    run_job,
    status_is,
    value,
    witness,
)

DEVICE = {"timing": BRISK}


@asynccontextmanager
async def again() -> AsyncIterator[HomeAssistant]:
    """Start another Home Assistant over what the first has stored.

    Its registries are those of the first: restored states may be kept by entities' ids in
    there, and not by what an entity is called.
    """
    async with async_test_home_assistant(load_registries=False) as hass:
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
        await async_load_base_functionality(hass)
        try:
            yield hass
        finally:
            for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                await hass.config_entries.async_unload(entry.entry_id)
            if not hass.is_stopping and hass.state is not CoreState.stopped:
                await hass.async_stop(force=True)


async def set_up_again(hass: HomeAssistant, entry: MockConfigEntry) -> MockConfigEntry:
    """Set the same entry up in the other Home Assistant."""
    same = MockConfigEntry(
        domain=DOMAIN,
        entry_id=entry.entry_id,
        title=entry.title,
        unique_id=entry.unique_id,
        data=dict(entry.data),
    )
    same.add_to_hass(hass)
    assert await hass.config_entries.async_setup(same.entry_id)
    await hass.async_block_till_done()
    return same


async def stop(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Stop Home Assistant as far as a device notices, and have it store everything."""
    await restore_state.async_get(hass).async_dump_states()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done()
    assert await hass.config_entries.async_unload(entry.entry_id)


async def test_in_mid_job(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    seen = witness(hass)
    entry.runtime_data.async_expect_job("vase.fc")
    await run_job(hass, device)
    device.job.set_progress(0.3)
    await wait_until(hass, lambda: value(hass, "progress") == "30.0")
    # What the device says of the job comes after its report.
    await wait_until(hass, lambda: value(hass, "finish_time") != "unknown")
    finish = dt_util.parse_datetime(value(hass, "finish_time"))
    picture = value(hass, "preview", "image")
    assert finish is not None
    await events_are(hass, seen, "started")
    ran = entry.runtime_data.data.job.job.clock.reading(dt_util.utcnow().timestamp())
    registered = er.async_get(hass).async_get(entity("sensor", "status"))
    assert registered is not None
    await stop(hass, entry)
    await device.wait_closed_connections()

    async with again() as restarted:
        again_registered = er.async_get(restarted).async_get(entity("sensor", "status"))
        assert again_registered is not None
        assert again_registered.id == registered.id
        seen = witness(restarted)
        entry = await set_up_again(restarted, entry)
        await status_is(restarted, "running")
        await wait_until(
            restarted, lambda: value(restarted, "preview", "image") != "unknown"
        )
        assert value(restarted, "preview", "image") == picture
        moved = dt_util.parse_datetime(value(restarted, "finish_time"))
        assert moved is not None
        assert abs((moved - finish).total_seconds()) <= 120
        assert value(restarted, "progress") == "30.0"
        assert value(restarted, "job_name") == "vase.fc"
        assert value(restarted, "job_duration") == "10.0"
        data = entry.runtime_data.data
        now = dt_util.utcnow().timestamp()
        assert ran - 2 <= data.job.job.clock.reading(now) < ran + 60
        assert look(restarted, "event", "job").attributes["event_type"] == "started"
        assert seen.event_types == []

        device.job.finish()
        await status_is(restarted, "completed")
        await events_are(restarted, seen, "completed")
        assert value(restarted, "jobs_completed") == "1"


async def test_stopping_in_mid_job_leaves_nothing(
    device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device, setup=False)
    async with again() as stopped:
        await set_up_again(stopped, entry)
        await run_job(stopped, device)
        await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)
        heard = device.counters.notifies_sent
        await stopped.async_stop(force=True)
        await device.wait_closed_connections()
        await device.wait_for(lambda: device.counters.notifies_sent > heard + 3)
        assert device.connections[ROBOT_PORT] == 0
