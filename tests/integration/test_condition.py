"""Conditions by target: what is so of whom."""

from dataclasses import replace
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.condition import (
    async_from_config,
    async_validate_condition_config,
)
import pytest
import voluptuous as vol

from custom_components.flux3dp.condition import is_idle, needs_attention
from custom_components.flux3dp.job.model import INITIAL, JobState
from simulator import Device
from tests.integration.conftest import (
    ADDRESSES,
    MakeDevice,
    MakeEntry,
    wait_for_state,
)
from tests.integration.jobs import BRISK, entity, put_job, run_job, status_is
from tests.integration.targets import change, put_in_workshop, registered
from tests.keys import MASTER_KEYS

NAMES = ("is_running", "is_paused", "is_idle", "is_offline", "needs_attention")


@pytest.fixture
async def device(make_device: MakeDevice) -> Device:
    """Return a device whose job stands where a test wants it."""
    return await make_device(timing=BRISK)


async def holds(
    hass: HomeAssistant, name: str, target: dict[str, Any], behavior: str | None = None
) -> bool:
    """Return whether a condition passes now."""
    config: dict[str, Any] = {"condition": f"flux3dp.{name}", "target": target}
    if behavior is not None:
        config["options"] = {"behavior": behavior}
    valid = await async_validate_condition_config(hass, config)
    return bool((await async_from_config(hass, valid))(hass))


async def so(
    hass: HomeAssistant, target: dict[str, Any], behavior: str | None = None
) -> set[str]:
    """Return which conditions pass now."""
    return {name for name in NAMES if await holds(hass, name, target, behavior)}


async def test_through_a_job(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    entry = await make_entry(device)
    target = {"device_id": registered(hass, device).id}
    assert await so(hass, target) == {"is_idle"}
    await run_job(hass, device)
    assert await so(hass, target) == {"is_running"}
    device.job.runout()
    await status_is(hass, "paused")
    assert await so(hass, target) == {"is_paused", "needs_attention"}

    # Reloaded in mid-job, by another name and disabled for a while.
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    change(hass, device, name_by_user="Ulrike")
    await status_is(hass, "paused")
    assert await so(hass, target, "all") == {"is_paused", "needs_attention"}
    change(hass, device, disabled_by=dr.DeviceEntryDisabler.USER)
    assert await so(hass, target) == await so(hass, target, "all") == set()
    change(hass, device, disabled_by=None)
    assert await so(hass, target) == {"is_paused", "needs_attention"}
    await hass.config_entries.async_unload(entry.entry_id)
    assert await so(hass, target) == set()


async def test_a_finished_job_is_idle_and_a_device_that_is_off_is_nothing_else(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry
) -> None:
    await make_entry(device)
    target = {"entity_id": entity("binary_sensor", "connectivity")}
    await run_job(hass, device)
    device.job.finish()
    await status_is(hass, "completed")
    assert await so(hass, target) == {"is_idle"}
    await device.power_off()
    await status_is(hass, "offline")
    assert await so(hass, target) == {"is_offline"}


async def test_any_and_all_of_those_in_the_area_now(
    hass: HomeAssistant, device: Device, make_device: MakeDevice, make_entry: MakeEntry
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
    target = {"area_id": put_in_workshop(hass, device)["area_id"]}
    await run_job(hass, device)
    assert await so(hass, target) == await so(hass, target, "all") == {"is_running"}

    change(hass, other, area_id=target["area_id"])
    assert await so(hass, target) == {"is_running", "is_idle"}
    assert await so(hass, target, "any") == {"is_running", "is_idle"}
    assert await so(hass, target, "all") == set()
    other.start_job(put_job(other))
    await wait_for_state(hass, "sensor.other_status", "running")
    assert await so(hass, target, "all") == {"is_running"}


@pytest.mark.parametrize("behavior", ["any", "all"])
async def test_nothing_is_so_of_nobody(
    hass: HomeAssistant, device: Device, make_entry: MakeEntry, behavior: str
) -> None:
    await make_entry(device)
    for target in ({"area_id": "nowhere"}, {"entity_id": "sensor.sun"}):
        assert await so(hass, target, behavior) == set()


@pytest.mark.parametrize(
    ("changes", "idle", "attention"),
    [
        ({"st_id": None}, False, False),
        ({"st_id": 0}, True, False),
        # Occupied by another program.
        ({"st_id": -1}, False, False),
        ({"st_id": 16, "active": True}, False, False),
        ({"st_id": 48, "active": True, "problem": True}, False, True),
        ({"st_id": 64}, True, False),
        # It failed, and was not cleared.
        ({"st_id": 128, "problem": True}, True, False),
        # An alarm, without a job.
        ({"st_id": 256, "problem": True}, False, True),
        ({"st_id": 512, "problem": True}, False, True),
    ],
)
def test_what_they_mean(changes: dict[str, Any], idle: bool, attention: bool) -> None:
    job: JobState = replace(INITIAL, online=True, **changes)
    assert is_idle(job) is idle
    assert needs_attention(job) is attention


@pytest.mark.parametrize(
    "config",
    [
        {},
        {"target": {}},
        {"target": {"area_id": "workshop"}, "options": {"behavior": "most"}},
        {"target": {"area_id": "workshop"}, "options": {"for": "00:01:00"}},
    ],
)
async def test_what_is_no_condition(
    hass: HomeAssistant, config: dict[str, Any]
) -> None:
    with pytest.raises(vol.Invalid):
        await async_validate_condition_config(
            hass, {"condition": "flux3dp.is_idle", **config}
        )
