"""Maintenance by actions and buttons: what they do, what they show, and what they answer."""

import asyncio

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from simulator import Device
from tests.integration.conftest import BOTH, having
from tests.integration.jobs import (
    BRISK,
    commands,
    connections,
    entity,
    reason,
    run_job,
    status_is,
    value,
)
from tests.integration.life import (
    HEATS,
    WORK,
    act,
    begin,
    endless,
    idle_and_cold,
    may_control,
    shown,
    steps,
)

DEVICE = {"timing": BRISK}


@BOTH
async def test_home_and_calibrate(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    seen = steps(hass)
    await act(hass, entry, "home")
    await idle_and_cold(hass, device)
    answer = await act(hass, entry, "calibrate", threshold=0.05, clean=True)
    assert answer == {"heights": [0.01, 0.01, 0.01]}
    assert "calibration 0.05 clean" in device.received.robot
    await idle_and_cold(hass, device)
    assert {each["status"] for each in seen} == {"maintenance"}
    tasks = [(each["task"], each["point"]) for each in seen]
    assert list(dict.fromkeys(tasks)) == [
        ("home", None),
        ("calibrate", None),
        *(("calibrate", point) for point in (1, 2, 3)),
    ]


async def test_filament_is_waited_for_loaded_and_unloaded(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.filament = False
    seen = steps(hass)
    load = begin(hass, entry, "load_filament", temperature=220, flexible=True)
    await shown(hass, step="waiting")
    device.filament = True
    await shown(hass, step="loading")
    await act(hass, entry, "stop_loading")
    answer = await load
    assert answer["nozzle_is_hot"] is True
    assert 215 < answer["temperature"] <= 220
    assert "load_flexible_filament 0 220" in device.received.robot
    await idle_and_cold(hass, device)

    assert (await act(hass, entry, "unload_filament"))["temperature"] >= 209
    assert "unload_filament 0 210" in device.received.robot
    await idle_and_cold(hass, device)
    kinds = dict.fromkeys((each["task"], each["step"]) for each in seen)
    assert [kind for kind in kinds if kind[1]] == [
        ("load_filament", "heating"),
        ("load_filament", "waiting"),
        ("load_filament", "loading"),
        ("unload_filament", "heating"),
        ("unload_filament", "unloading"),
    ]
    heating = [each["temperature"] for each in seen if each["step"] == "heating"]
    assert all(20 < temperature <= 220 for temperature in heating)


async def test_the_button_of_the_device_ends_a_load(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    load = begin(hass, entry, "load_filament")
    await shown(hass, step="loading")
    device.press_button()
    assert (await load)["nozzle_is_hot"]
    await idle_and_cold(hass, device)


async def test_fahrenheit(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    hass.config.units = US_CUSTOMARY_SYSTEM
    seen = steps(hass)
    answer = await act(hass, entry, "unload_filament", temperature=410)
    assert "unload_filament 0 210" in device.received.robot
    assert 405 <= answer["temperature"] <= 410
    heating = [each["temperature"] for each in seen if each["step"] == "heating"]
    assert min(heating) >= 70
    assert max(heating) > 300
    with pytest.raises(HomeAssistantError, match="338\u00a0°F"):
        await act(hass, entry, "unload_filament", temperature=210)
    with pytest.raises(HomeAssistantError, match="455\u00a0°F"):
        await act(hass, entry, "unload_filament", temperature=500)
    # 221 °C are 429.8 °F: what is named as the limit is taken.
    device.config.max_temperature = 221
    with pytest.raises(HomeAssistantError, match="429\u00a0°F"):
        await act(hass, entry, "unload_filament", temperature=430)
    await act(hass, entry, "unload_filament", temperature=429)
    await idle_and_cold(hass, device)


@pytest.mark.parametrize("action", HEATS)
async def test_temperatures(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    for most, temperature, key, limit in (
        (235, 169, "too_cold", "170\u00a0°C"),
        (235, 236, "too_hot", "235\u00a0°C"),
        # Another toolhead is on now.
        (260, 301, "too_hot", "260\u00a0°C"),
        (200, 210, "too_hot", "200\u00a0°C"),
        (None, 236, "limit_unknown", "235\u00a0°C at most"),
    ):
        device.config.max_temperature = most
        with pytest.raises(HomeAssistantError, match=limit) as caught:
            await act(hass, entry, action, temperature=temperature)
        assert caught.value.translation_key == f"invalid_{key}"
        await idle_and_cold(hass, device)


async def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    with pytest.raises(HomeAssistantError, match=r"0\.01\u00a0mm"):
        await act(hass, entry, "calibrate", threshold=0.001)
    for action in HEATS:
        assert await reason(act(hass, entry, action, temperature=20)) == (
            "invalid_too_cold"
        )
    assert connections(device) == 0


async def test_what_goes_wrong_is_said(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.faults.work_error = "HARDWARE_ERROR CONVERGENCE_FAILED"
    with pytest.raises(HomeAssistantError, match=r"did not finish .* Leveling failed"):
        await act(hass, entry, "calibrate", threshold=0.02)
    device.faults.work_error = None
    await idle_and_cold(hass, device)

    device.faults.boards_dead = True
    assert await reason(begin(hass, entry, "home")) == "maintenance_failed"
    device.faults.boards_dead = False
    # The cable comes out while it heats.
    work = await endless(hass, device, entry, "unload_filament")
    device.change_head(None)
    with pytest.raises(HomeAssistantError, match="Toolhead not detected"):
        await work
    device.faults.clear()
    await device.wait_for(lambda: device.player.occupant() is None)
    for action in HEATS:
        assert await reason(begin(hass, entry, action)) == "no_toolhead"
        device.change_head("LASER")
        with pytest.raises(HomeAssistantError, match="LASER"):
            await act(hass, entry, action)
        device.change_head(None)


@having({"model": "fbb1b", "toolhead": "LASER"})
async def test_a_laser_has_no_filament(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    for action in HEATS:
        assert await reason(begin(hass, entry, action)) == "no_extruder"
    await act(hass, entry, "home")
    assert hass.states.get(entity("button", "pause"))
    assert hass.states.get(entity("button", "home")) is None


async def test_buttons(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    registry = er.async_get(hass)
    for action in WORK:
        registry.async_update_entity(entity("button", action), disabled_by=None)
    assert await hass.config_entries.async_reload(entry.entry_id)
    await hass.async_block_till_done()
    work = {action: entity("button", action) for action in WORK}

    async def push(*buttons: str) -> None:
        await hass.services.async_call(
            "button", "press", {"entity_id": buttons}, blocking=True
        )

    for action in ("home", "calibrate", "unload_filament"):
        await push(work[action])
        await idle_and_cold(hass, device)
    loading = asyncio.ensure_future(push(work["load_filament"]))
    await shown(hass, step="loading")
    device.press_button()
    await loading
    for command in ("home", "calibration", "unload_filament 0 210"):
        assert command in device.received.robot
    await idle_and_cold(hass, device)

    device.received.robot.clear()
    with pytest.raises(HomeAssistantError, match="No button"):
        await push(*work.values())
    with pytest.raises(HomeAssistantError, match="No button"):
        await push(work["home"], entity("button", "pause"))
    assert device.received.robot == []
    await run_job(hass, device)
    for button in work.values():
        assert await reason(asyncio.ensure_future(push(button))) == "job_running"


# -- when, and who may


async def test_refused_with_the_reason(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.occupy()
    await status_is(hass, "maintenance")
    with pytest.raises(HomeAssistantError, match=r"192\.168\.1\.77"):
        await act(hass, entry, "home")
    assert commands(hass) == set()
    device.free()
    await status_is(hass, "idle")

    work = await endless(hass, device, entry, "home")
    for action in WORK:
        assert await reason(begin(hass, entry, action)) == "in_maintenance"
    assert await reason(begin(hass, entry, "stop_loading")) == "nothing_to_stop"
    start = begin(hass, entry, "start_job", path="SD/calibration cube.fc")
    assert await reason(start) == "in_maintenance"
    device.faults.endless_work = False
    await work

    await run_job(hass, device)
    for action in WORK:
        assert await reason(begin(hass, entry, action)) == "job_running"
    device.job.finish()
    await status_is(hass, "completed")
    for action in WORK:
        assert await reason(begin(hass, entry, action)) == "job_not_cleared"
    await device.power_off()
    await status_is(hass, "offline")
    seen = steps(hass)
    assert await reason(begin(hass, entry, "home")) == "offline"
    assert seen == []


async def test_free_device(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    assert await reason(begin(hass, entry, "free_device")) == "nothing_to_free"
    device.occupy()
    await status_is(hass, "maintenance")
    assert await act(hass, entry, "free_device") == {"occupied_by": "192.168.1.77"}
    assert value(hass, "status") == "idle"

    # Our own work is nothing else.
    work = await endless(hass, device, entry, "home")
    await act(hass, entry, "free_device")
    assert await reason(work) == "maintenance_stopped"
    device.faults.clear()
    await idle_and_cold(hass, device)

    device.faults.replies["kick"] = "ok"
    device.occupy()
    await status_is(hass, "maintenance")
    assert await reason(begin(hass, entry, "free_device")) == "not_freed"
    device.faults.clear()
    device.free()
    await status_is(hass, "idle")
    await run_job(hass, device)
    assert await reason(begin(hass, entry, "free_device")) == "job_running"
    assert "kick" not in device.received.robot[-3:]


async def test_who_may_press_its_buttons_may_maintain_it(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """Who may not: see test_services.py."""
    operator = MockUser().add_to_hass(hass)
    may_control(operator, entity("button", "home"))
    for action in ("free_device", "calibrate", "load_filament"):
        with pytest.raises(Unauthorized):
            await act(hass, entry, action, user=operator)
    await act(hass, entry, "home", user=operator)
    await idle_and_cold(hass, device)
