"""Maintenance by actions and buttons: what they do, what they show, and what they answer."""

import asyncio

from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
import pytest
from pytest_homeassistant_custom_component.common import MockUser

from simulator import Device
from tests.integration.conftest import BOTH, having
from tests.integration.jobs import BRISK, connections, entity, reason
from tests.integration.life import HEATS, WORK, may_control
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}


@BOTH
async def test_home_and_calibrate(wired: Wired, device: Device) -> None:
    seen = wired.steps()
    await wired.act("home")
    await wired.idle_and_cold()
    answer = await wired.act("calibrate", threshold=0.05, clean=True)
    assert answer == {"heights": [0.01, 0.01, 0.01]}
    assert "calibration 0.05 clean" in device.received.robot
    await wired.idle_and_cold()
    assert {each["status"] for each in seen} == {"maintenance"}
    tasks = [(each["task"], each["point"]) for each in seen]
    assert list(dict.fromkeys(tasks)) == [
        ("home", None),
        ("calibrate", None),
        *(("calibrate", point) for point in (1, 2, 3)),
    ]


async def test_filament_is_waited_for_loaded_and_unloaded(wired: Wired) -> None:
    wired.device.filament = False
    seen = wired.steps()
    load = wired.begin("load_filament", temperature=220, flexible=True)
    await wired.shown(step="waiting")
    wired.device.filament = True
    await wired.shown(step="loading")
    await wired.act("stop_loading")
    answer = await load
    assert answer["nozzle_is_hot"] is True
    assert 215 < answer["temperature"] <= 220
    assert "load_flexible_filament 0 220" in wired.device.received.robot
    await wired.idle_and_cold()

    assert (await wired.act("unload_filament"))["temperature"] >= 209
    assert "unload_filament 0 210" in wired.device.received.robot
    await wired.idle_and_cold()
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


async def test_the_button_of_the_device_ends_a_load(wired: Wired) -> None:
    load = wired.begin("load_filament")
    await wired.shown(step="loading")
    wired.device.press_button()
    assert (await load)["nozzle_is_hot"]
    await wired.idle_and_cold()


async def test_fahrenheit(wired: Wired, device: Device) -> None:
    wired.hass.config.units = US_CUSTOMARY_SYSTEM
    seen = wired.steps()
    answer = await wired.act("unload_filament", temperature=410)
    assert "unload_filament 0 210" in device.received.robot
    assert 405 <= answer["temperature"] <= 410
    heating = [each["temperature"] for each in seen if each["step"] == "heating"]
    assert min(heating) >= 70
    assert max(heating) > 300
    with pytest.raises(HomeAssistantError, match="338\u00a0°F"):
        await wired.act("unload_filament", temperature=210)
    with pytest.raises(HomeAssistantError, match="455\u00a0°F"):
        await wired.act("unload_filament", temperature=500)
    # 221 °C are 429.8 °F: what is named as the limit is taken.
    device.config.max_temperature = 221
    with pytest.raises(HomeAssistantError, match="429\u00a0°F"):
        await wired.act("unload_filament", temperature=430)
    await wired.act("unload_filament", temperature=429)
    await wired.idle_and_cold()


@pytest.mark.parametrize("action", HEATS)
async def test_temperatures(wired: Wired, device: Device, action: str) -> None:
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
            await wired.act(action, temperature=temperature)
        assert caught.value.translation_key == f"invalid_{key}"
        await wired.idle_and_cold()


async def test_what_cannot_be_done_is_refused_before_anything_is_sent(
    wired: Wired,
) -> None:
    with pytest.raises(HomeAssistantError, match=r"0\.01\u00a0mm"):
        await wired.act("calibrate", threshold=0.001)
    for action in HEATS:
        assert await reason(wired.act(action, temperature=20)) == ("invalid_too_cold")
    assert connections(wired.device) == 0


async def test_what_goes_wrong_is_said(wired: Wired, device: Device) -> None:
    device.faults.work_error = "HARDWARE_ERROR CONVERGENCE_FAILED"
    with pytest.raises(HomeAssistantError, match=r"did not finish .* Leveling failed"):
        await wired.act("calibrate", threshold=0.02)
    device.faults.work_error = None
    await wired.idle_and_cold()

    device.faults.boards_dead = True
    assert await reason(wired.begin("home")) == "maintenance_failed"
    device.faults.boards_dead = False
    # The cable comes out while it heats.
    work = await wired.endless("unload_filament")
    device.change_head(None)
    with pytest.raises(HomeAssistantError, match="Toolhead not detected"):
        await work
    device.faults.clear()
    await device.wait_for(lambda: device.player.occupant() is None)
    for action in HEATS:
        assert await reason(wired.begin(action)) == "no_toolhead"
        device.change_head("LASER")
        with pytest.raises(HomeAssistantError, match="LASER"):
            await wired.act(action)
        device.change_head(None)


@having({"model": "fbb1b", "toolhead": "LASER"})
async def test_a_laser_has_no_filament(wired: Wired) -> None:
    for action in HEATS:
        assert await reason(wired.begin(action)) == "no_extruder"
    await wired.act("home")
    assert wired.hass.states.get(entity("button", "pause"))
    assert wired.hass.states.get(entity("button", "home")) is None


async def test_buttons(wired: Wired, device: Device) -> None:
    registry = er.async_get(wired.hass)
    for action in WORK:
        registry.async_update_entity(entity("button", action), disabled_by=None)
    await wired.reload()
    await wired.hass.async_block_till_done()
    work = {action: entity("button", action) for action in WORK}

    async def push(*buttons: str) -> None:
        await wired.hass.services.async_call(
            "button", "press", {"entity_id": buttons}, blocking=True
        )

    for action in ("home", "calibrate", "unload_filament"):
        await push(work[action])
        await wired.idle_and_cold()
    loading = asyncio.ensure_future(push(work["load_filament"]))
    await wired.shown(step="loading")
    device.press_button()
    await loading
    for command in ("home", "calibration", "unload_filament 0 210"):
        assert command in device.received.robot
    await wired.idle_and_cold()

    device.received.robot.clear()
    with pytest.raises(HomeAssistantError, match="No button"):
        await push(*work.values())
    with pytest.raises(HomeAssistantError, match="No button"):
        await push(work["home"], entity("button", "pause"))
    assert device.received.robot == []
    await wired.run_job()
    for button in work.values():
        assert await reason(asyncio.ensure_future(push(button))) == "job_running"


# -- when, and who may


async def test_refused_with_the_reason(wired: Wired, device: Device) -> None:
    device.occupy()
    await wired.status_is("maintenance")
    with pytest.raises(HomeAssistantError, match=r"192\.168\.1\.77"):
        await wired.act("home")
    assert wired.commands == set()
    device.free()
    await wired.status_is("idle")

    work = await wired.endless("home")
    for action in WORK:
        assert await reason(wired.begin(action)) == "in_maintenance"
    assert await reason(wired.begin("stop_loading")) == "nothing_to_stop"
    start = wired.begin("start_job", path="SD/calibration cube.fc")
    assert await reason(start) == "in_maintenance"
    device.faults.endless_work = False
    await work

    await wired.run_job()
    for action in WORK:
        assert await reason(wired.begin(action)) == "job_running"
    await wired.finish_job()
    for action in WORK:
        assert await reason(wired.begin(action)) == "job_not_cleared"
    await wired.switch_off()
    seen = wired.steps()
    assert await reason(wired.begin("home")) == "offline"
    assert seen == []


async def test_free_device(wired: Wired, device: Device) -> None:
    assert await reason(wired.begin("free_device")) == "nothing_to_free"
    device.occupy()
    await wired.status_is("maintenance")
    assert await wired.act("free_device") == {"occupied_by": "192.168.1.77"}
    assert wired.value("status") == "idle"

    # Our own work is nothing else.
    work = await wired.endless("home")
    await wired.act("free_device")
    assert await reason(work) == "maintenance_stopped"
    device.faults.clear()
    await wired.idle_and_cold()

    device.faults.replies["kick"] = "ok"
    device.occupy()
    await wired.status_is("maintenance")
    assert await reason(wired.begin("free_device")) == "not_freed"
    device.faults.clear()
    device.free()
    await wired.status_is("idle")
    await wired.run_job()
    assert await reason(wired.begin("free_device")) == "job_running"
    assert "kick" not in device.received.robot[-3:]


async def test_who_may_press_its_buttons_may_maintain_it(wired: Wired) -> None:
    """Who may not: see test_services.py."""
    operator = MockUser().add_to_hass(wired.hass)
    may_control(operator, entity("button", "home"))
    for action in ("free_device", "calibrate", "load_filament"):
        with pytest.raises(Unauthorized):
            await wired.act(action, user=operator)
    await wired.act("home", user=operator)
    await wired.idle_and_cold()
