"""Home Assistant restarts in the middle of a job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from homeassistant import loader
from homeassistant.bootstrap import async_load_base_functionality
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import CoreState
from homeassistant.helpers import entity_registry as er, restore_state
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_test_home_assistant,
)

from custom_components.flux3dp.const import DOMAIN
from simulator import ROBOT_PORT, Device
from tests.integration.jobs import BRISK, entity, events_are, witness
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}


@asynccontextmanager
async def again(wired: Wired) -> AsyncIterator[Wired]:
    """Start another Home Assistant over what the first has stored.

    Its registries are those of the first: restored states may be kept by entities' ids in
    there, and not by what an entity is called.
    """
    async with async_test_home_assistant(load_registries=False) as hass:
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS, None)
        await async_load_base_functionality(hass)
        try:
            yield replace(wired, hass=hass)
        finally:
            for entry in hass.config_entries.async_loaded_entries(DOMAIN):
                await hass.config_entries.async_unload(entry.entry_id)
            if not hass.is_stopping and hass.state is not CoreState.stopped:
                await hass.async_stop(force=True)


async def set_up_again(wired: Wired, entry: MockConfigEntry) -> None:
    """Set the same entry up in the other Home Assistant."""
    same = MockConfigEntry(
        domain=DOMAIN,
        entry_id=entry.entry_id,
        title=entry.title,
        unique_id=entry.unique_id,
        data=dict(entry.data),
    )
    same.add_to_hass(wired.hass)
    assert await wired.hass.config_entries.async_setup(same.entry_id)
    await wired.hass.async_block_till_done()


async def stop(wired: Wired) -> None:
    """Stop Home Assistant as far as a device notices, and have it store everything."""
    await restore_state.async_get(wired.hass).async_dump_states()
    wired.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    wired.hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await wired.hass.async_block_till_done()
    await wired.unload()


async def test_in_mid_job(wired: Wired, device: Device, entry: MockConfigEntry) -> None:
    seen = witness(wired.hass)
    entry.runtime_data.async_expect_job("vase.fc")
    await wired.run_job()
    device.job.set_progress(0.3)
    await wired.until(lambda: wired.value("progress") == "30.0")
    # What the device says of the job comes after its report.
    await wired.until(lambda: wired.value("finish_time") != "unknown")
    finish = dt_util.parse_datetime(wired.value("finish_time"))
    picture = wired.value("preview", "image")
    assert finish is not None
    await events_are(wired.hass, seen, "started")
    ran = entry.runtime_data.data.job.job.clock.reading(dt_util.utcnow().timestamp())
    registered = er.async_get(wired.hass).async_get(entity("sensor", "status"))
    assert registered is not None
    await stop(wired)
    await device.wait_closed_connections()

    async with again(wired) as restarted:
        registry = er.async_get(restarted.hass)
        again_registered = registry.async_get(entity("sensor", "status"))
        assert again_registered is not None
        assert again_registered.id == registered.id
        seen = witness(restarted.hass)
        await set_up_again(restarted, entry)
        await restarted.status_is("running")
        await restarted.until(lambda: restarted.value("preview", "image") != "unknown")
        assert restarted.value("preview", "image") == picture
        moved = dt_util.parse_datetime(restarted.value("finish_time"))
        assert moved is not None
        assert abs((moved - finish).total_seconds()) <= 120
        assert restarted.value("progress") == "30.0"
        assert restarted.value("job_name") == "vase.fc"
        assert restarted.value("job_duration") == "10.0"
        data = restarted.entry.runtime_data.data
        now = dt_util.utcnow().timestamp()
        assert ran - 2 <= data.job.job.clock.reading(now) < ran + 60
        assert restarted.look("event", "job").attributes["event_type"] == "started"
        assert seen.event_types == []

        await restarted.finish_job()
        await events_are(restarted.hass, seen, "completed")
        assert restarted.value("jobs_completed") == "1"


async def test_stopping_in_mid_job_leaves_nothing(
    unpaired: Wired, device: Device
) -> None:
    entry = await unpaired.set_up(setup=False)
    async with again(unpaired) as stopped:
        await set_up_again(stopped, entry)
        await stopped.run_job()
        await device.wait_for(lambda: device.connections[ROBOT_PORT] == 1)
        heard = device.counters.notifies_sent
        await stopped.hass.async_stop(force=True)
        await device.wait_closed_connections()
        await device.wait_for(lambda: device.counters.notifies_sent > heard + 3)
        assert device.connections[ROBOT_PORT] == 0
