"""Conditions by target: what is so of whom."""

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
from custom_components.flux3dp.job.model import INITIAL
from simulator import Device
from tests.integration.fakes import Home
from tests.integration.house import House
from tests.integration.jobs import entity
from tests.integration.wired import Wired

NAMES = ("is_running", "is_paused", "is_idle", "is_offline", "needs_attention")
RUNOUT = "HARDWARE_ERROR FILAMENT_RUNOUT"


async def so(
    house: House, target: dict[str, Any], behavior: str | None = None
) -> set[str]:
    """Return which conditions pass now."""
    found = set()
    for name in NAMES:
        config: dict[str, Any] = {"condition": f"flux3dp.{name}", "target": target}
        if behavior is not None:
            config["options"] = {"behavior": behavior}
        valid = await async_validate_condition_config(house.hass, config)
        if (await async_from_config(house.hass, valid))(house.hass):
            found.add(name)
    return found


async def test_what_is_so_of_a_device(new_home: Home) -> None:
    home = new_home
    # A report would win over what is announced.
    await home.setup(hold=False)
    target: dict[str, Any] = {"entity_id": entity("binary_sensor", "connectivity")}
    for st_id, error, expected in (
        (0, "", {"is_idle"}),
        (16, "", {"is_running"}),
        (48, "", {"is_paused"}),
        # A finished job is idle, also one that failed.
        (64, "", {"is_idle"}),
        (128, RUNOUT, {"is_idle"}),
        (48, RUNOUT, {"is_paused", "needs_attention"}),
    ):
        await home.run(st_id, error=error)
        for behavior in (None, "all"):
            assert await so(home, target, behavior) == expected

    # Reloaded in mid-job, by another name and disabled for a while.
    target = {"device_id": home.registered.id}
    await home.reload()
    home.change(name_by_user="Ulrike")
    await home.announce()
    assert await so(home, target, "all") == expected
    home.change(disabled_by=dr.DeviceEntryDisabler.USER)
    for behavior in (None, "all"):
        assert await so(home, target, behavior) == set()
    home.change(disabled_by=None)
    assert await so(home, target) == expected


async def test_what_is_so_of_a_device_that_is_off_and_of_none(home: Home) -> None:
    home.listener.silent = True
    await home.advance(15)
    target = {"device_id": home.registered.id}
    assert await so(home, target) == {"is_offline"}
    await home.unload()
    assert await so(home, target) == set()
    for nothing in ({"area_id": "nowhere"}, {"entity_id": "sensor.sun"}):
        for behavior in (None, "all"):
            assert await so(home, nothing, behavior) == set()


async def test_any_and_all_of_those_in_the_area_now(
    wired: Wired, device: Device, other: Device
) -> None:
    target = {"area_id": wired.put_in_workshop()["area_id"]}
    device.set_status(st_id=16)
    await wired.status_is("running")
    assert await so(wired, target) == await so(wired, target, "all") == {"is_running"}

    wired.beside(other).change(area_id=target["area_id"])
    assert await so(wired, target) == {"is_running", "is_idle"}
    assert await so(wired, target, "any") == {"is_running", "is_idle"}
    assert await so(wired, target, "all") == set()
    other.set_status(st_id=16)
    await wired.beside(other).status_is("running")
    assert await so(wired, target, "all") == {"is_running"}


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
    job = INITIAL._replace(online=True, **changes)
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
