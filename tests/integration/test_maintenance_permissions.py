"""Who may maintain a device, and when; and how it is freed."""

from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import HomeAssistantError, Unauthorized
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from custom_components.flux3dp.const import DOMAIN
from simulator import Device
from tests.integration.conftest import BOTH
from tests.integration.jobs import BRISK, commands, reason, run_job, status_is, value
from tests.integration.life import (
    STATUS,
    WORK,
    act,
    begin,
    idle_and_cold,
    steps,
    under_way,
)

DEVICE = {"timing": BRISK}


@BOTH
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


@BOTH
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
