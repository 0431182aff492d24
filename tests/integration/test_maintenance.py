"""Maintenance by actions: what they do and answer, and that the device is idle after it."""

import asyncio
from dataclasses import replace
from typing import Any

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.flux3dp.const import DOMAIN
from custom_components.flux3dp.maintenance import WorkRefused
from simulator import Device
from tests.integration.conftest import (
    FAST,
    MakeDevice,
    MakeEntry,
    wait_until,
)
from tests.integration.jobs import (
    BRISK,
    commands,
    entity,
    look,
    press,
    reason,
    run_job,
    status_is,
    value,
)
from tests.integration.life import STATUS, act, log_lines

WORK = ["home", "calibrate", "load_filament", "unload_filament"]
HEATS = {"load_filament", "unload_filament"}


@pytest.fixture
def pace() -> Any:
    return replace(FAST, toolhead_ready=0.3)


@pytest.fixture(params=[1, 2], ids=["v1", "v2"])
async def device(request: pytest.FixtureRequest, make_device: MakeDevice) -> Device:
    return await make_device(generation=request.param, timing=BRISK)


V2 = pytest.mark.parametrize("device", [2], ids=["v2"], indirect=True)


async def idle_and_cold(hass: HomeAssistant, device: Device) -> None:
    await device.wait_for(lambda: device.player.occupant() is None)
    assert device.nozzle.target == 0
    await device.wait_closed_connections()
    await status_is(hass, "idle")
    assert "task" not in look(hass, "sensor", "status").attributes


def steps(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Begin to take note of the steps that the status shows."""
    seen: list[dict[str, Any]] = []

    def note() -> None:
        if (state := hass.states.get(STATUS)) and "task" in state.attributes:
            keys = ("task", "step", "temperature", "point")
            step = {key: state.attributes.get(key) for key in keys}
            seen.append({"status": state.state, **step})

    [entry] = hass.config_entries.async_loaded_entries(DOMAIN)
    entry.runtime_data.async_add_listener(note)
    return seen


def begin(
    hass: HomeAssistant, entry: MockConfigEntry, action: str, **data: Any
) -> asyncio.Task[Any]:
    return hass.async_create_task(act(hass, entry, action, **data))


async def shown(hass: HomeAssistant, **attributes: object) -> None:
    """Wait until the status shows these attributes."""
    await wait_until(
        hass,
        lambda: attributes.items() <= look(hass, "sensor", "status").attributes.items(),
    )


async def under_way(hass: HomeAssistant, device: Device, action: str) -> None:
    """Wait until work is in its middle."""
    await shown(hass, task=action)
    if action in HEATS:
        await device.wait_for(lambda: device.nozzle.target > 0)


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


@V2
async def test_the_button_of_the_device_ends_a_load(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    load = begin(hass, entry, "load_filament")
    await shown(hass, step="loading")
    device.press_button()
    assert (await load)["nozzle_is_hot"]
    await idle_and_cold(hass, device)


@V2
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
    with pytest.raises(HomeAssistantError, match="338 °F"):
        await act(hass, entry, "unload_filament", temperature=210)
    with pytest.raises(HomeAssistantError, match="455 °F"):
        await act(hass, entry, "unload_filament", temperature=500)
    await idle_and_cold(hass, device)


@V2
@pytest.mark.parametrize("action", sorted(HEATS))
async def test_temperatures(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    for temperature, key, limit in (
        (169, "too_cold", "170 °C"),
        (301, "too_hot", "300 °C"),
        (236, "too_hot", "235 °C"),
    ):
        with pytest.raises(HomeAssistantError, match=limit) as caught:
            await act(hass, entry, action, temperature=temperature)
        assert caught.value.translation_key == f"invalid_{key}"
        await idle_and_cold(hass, device)


@pytest.mark.parametrize("action", WORK)
async def test_canceled_in_the_middle(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    device.faults.endless_work = True
    # Nothing else stops it: a script's end, what cancels a job, a reload.
    work = begin(hass, entry, action)
    await under_way(hass, device, action)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    await idle_and_cold(hass, device)

    work = begin(hass, entry, action)
    await under_way(hass, device, action)
    assert commands(hass) == {"cancel"}
    await press(hass, "cancel")
    assert await reason(work) == "maintenance_stopped"
    await idle_and_cold(hass, device)

    work = begin(hass, entry, action)
    await under_way(hass, device, action)
    assert await hass.config_entries.async_reload(entry.entry_id)
    assert device.nozzle.target == 0
    assert await reason(work) == "maintenance_stopped"
    await idle_and_cold(hass, device)


@V2
@pytest.mark.parametrize("action", WORK)
async def test_home_assistant_stops_in_the_middle(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry, action: str
) -> None:
    device.faults.endless_work = True
    work = begin(hass, entry, action)
    await under_way(hass, device, action)
    if action in HEATS:
        # It takes a second attempt, longer than Home Assistant waits for what it cancels.
        device.received.clear()
        device.faults.robot.close_after_hello = True
        relent = asyncio.create_task(
            device.wait_for(
                lambda: any(it.closed.is_set() for it in device.received.connections)
            )
        )
        relent.add_done_callback(lambda _: device.faults.clear())
    await hass.async_stop(force=True)
    assert device.player.occupant() is None
    assert device.nozzle.target == 0
    await asyncio.gather(work, return_exceptions=True)


@pytest.mark.parametrize("action", WORK)
@pytest.mark.parametrize("moment", ["task maintain", "", "quit"])
async def test_cut(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    action: str,
    moment: str,
) -> None:
    """The library's tests cut at every byte."""
    device.faults.endless_work = moment != "quit"
    if moment:
        device.faults.replies[moment] = None
    work = begin(hass, entry, action)
    if action == "load_filament" and moment == "quit":
        await shown(hass, step="loading")
        device.press_button()
    if moment:
        await device.wait_command(moment)
    else:
        await under_way(hass, device, action)
    device.faults.clear()
    await device.drop_connections()
    if moment == "quit":
        # It was done before that.
        await work
    else:
        assert await reason(work) == "cannot_connect"
    await idle_and_cold(hass, device)


@V2
async def test_a_heater_that_may_be_on(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    device.faults.endless_work = True
    work = begin(hass, entry, "unload_filament")
    await under_way(hass, device, "unload_filament")
    await device.power_off()
    assert await reason(work) == "heater_left_on"
    assert any("heater" in line for line in log_lines(caplog))


async def test_what_goes_wrong_is_said(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.faults.work_error = "HARDWARE_ERROR CONVERGENCE_FAILED"
    with pytest.raises(HomeAssistantError, match=r"did not finish .* Leveling failed"):
        await act(hass, entry, "calibrate", threshold=0.02)
    device.faults.work_error = None
    await idle_and_cold(hass, device)
    with pytest.raises(HomeAssistantError, match=r"0\.01 mm"):
        await act(hass, entry, "calibrate", threshold=0.001)

    device.faults.boards_dead = True
    assert await reason(begin(hass, entry, "home")) == "maintenance_failed"
    device.faults.boards_dead = False
    # The cable comes out while it heats.
    device.faults.endless_work = True
    work = begin(hass, entry, "unload_filament")
    await under_way(hass, device, "unload_filament")
    device.change_head(None)
    with pytest.raises(HomeAssistantError, match="Toolhead not detected"):
        await work
    device.faults.clear()
    await device.wait_for(lambda: device.player.occupant() is None)
    for action in sorted(HEATS):
        assert await reason(begin(hass, entry, action)) == "no_toolhead"
        device.change_head("LASER")
        with pytest.raises(HomeAssistantError, match="LASER"):
            await act(hass, entry, action)
        device.change_head(None)


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

    device.faults.endless_work = True
    work = begin(hass, entry, "home")
    await under_way(hass, device, "home")
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


@V2
async def test_thrown_out(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.faults.endless_work = True
    work = begin(hass, entry, "unload_filament")
    await under_way(hass, device, "unload_filament")
    await device.kick_sessions()
    assert await reason(work) == "kicked"
    await idle_and_cold(hass, device)


async def test_a_laser_has_no_filament(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    device = await make_device(model="fbb1b", toolhead="LASER", timing=BRISK)
    entry = await make_entry(device)
    for action in sorted(HEATS):
        assert await reason(begin(hass, entry, action)) == "no_extruder"
    await act(hass, entry, "home")
    assert hass.states.get(entity("button", "pause"))
    assert hass.states.get(entity("button", "home")) is None


async def test_free_device(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    assert await reason(begin(hass, entry, "free_device")) == "nothing_to_free"
    device.occupy()
    await status_is(hass, "maintenance")
    assert await act(hass, entry, "free_device") == {"occupied_by": "192.168.1.77"}
    assert value(hass, "status") == "idle"

    # Our own work is nothing else.
    device.faults.endless_work = True
    work = begin(hass, entry, "home")
    await under_way(hass, device, "home")
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


@V2
async def test_work_that_is_canceled_before_it_begins_blocks_no_other(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    maintenance = entry.runtime_data.maintenance
    homing = asyncio.ensure_future(maintenance.async_home())
    await asyncio.sleep(0)
    maintenance._run.cancel()
    with pytest.raises(WorkRefused):
        await homing
    await act(hass, entry, "home")
    await idle_and_cold(hass, device)


@V2
async def test_who_may_press_its_buttons_may_maintain_it(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    """Who may not: see test_services.py."""
    operator = MockUser().add_to_hass(hass)
    button = "button.delta_in_der_werkstatt_home"
    operator.mock_policy({"entities": {"entity_ids": {button: {"control": True}}}})

    async def call(action: str) -> None:
        await hass.services.async_call(
            DOMAIN,
            action,
            {"entity_id": STATUS},
            blocking=True,
            context=Context(user_id=operator.id),
        )

    for action in ("free_device", "calibrate", "load_filament"):
        with pytest.raises(Unauthorized):
            await call(action)
    await call("home")
    await idle_and_cold(hass, device)


async def test_filament_is_loaded_in_a_paused_job(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    await run_job(hass, device)
    device.job.runout()
    await status_is(hass, "paused")
    assert value(hass, "advice") == "load_filament"
    answer = await act(hass, entry, "load_filament")
    assert answer == {"nozzle_is_hot": True, "temperature": None}
    assert "player load_filament 0" in device.received.robot
    assert value(hass, "status") == "paused"
    await press(hass, "resume")
    await status_is(hass, "running")
    assert value(hass, "error") == "none"

    device.job.pause()
    await status_is(hass, "paused")
    device.faults.replies["player load_filament"] = "error RESOURCE_BUSY"
    assert await reason(begin(hass, entry, "load_filament")) == "load_refused"
    device.faults.clear()
    assert await reason(begin(hass, entry, "unload_filament")) == "job_running"


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


@V2
async def test_buttons_that_a_slip_would_cost_something_are_disabled(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    there = [action for action in WORK if hass.states.get(entity("button", action))]
    assert there == ["home"]
