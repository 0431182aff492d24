"""The automations in the README do what it says, as they are printed there."""

from datetime import timedelta
import re
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)

from simulator import Device
from tests.contract.files import ROOT
from tests.integration.conftest import MakeDevice, MakeEntry, wait_for_state, wait_until
from tests.integration.jobs import BRISK, put_job
from tests.integration.life import put_in_workshop

SAID = re.compile(r"([^\n]+(?:\n[^\n`]+)*):\n\n```yaml\n(.*?)```", re.DOTALL)
HALF_AN_HOUR = 30


ENTITY_ID = re.compile(r"\b\w+\.workshop_delta_\w+")


def automations() -> dict[str, dict[str, Any]]:
    """Return each automation of the README by the first words that lead to it."""
    found = {
        " ".join(said.split()[:4]): parse_yaml(printed)
        for said, printed in SAID.findall((ROOT / "README.md").read_text("utf-8"))
    }
    return {said: printed for said, printed in found.items() if "triggers" in printed}


AUTOMATIONS = automations()


def test_each_automation_is_run_here() -> None:
    assert set(AUTOMATIONS) == {
        "Send a message when",
        "Pause the laser when",
        "Say what is wrong",
        "Switch the fan of",
    }


async def test_the_cards_show_entities_that_exist(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> None:
    await make_entry(await make_device(name="Workshop Delta"))
    text = (ROOT / "README.md").read_text("utf-8")
    [cards] = re.findall(r"```yaml\n(type: grid\n.*?)```", text, re.DOTALL)
    shown = set(ENTITY_ID.findall(cards))
    assert {entity_id for entity_id in shown if hass.states.get(entity_id)} == shown
    assert len(shown) > 8
    assert parse_yaml(cards)["cards"]


async def automate(hass: HomeAssistant, said: str, **changes: Any) -> None:
    config = {AUTOMATION: [{"id": said, "alias": said} | AUTOMATIONS[said] | changes]}
    assert await async_setup_component(hass, AUTOMATION, config)
    await hass.async_block_till_done()
    [automation] = hass.states.async_all(AUTOMATION)
    assert automation.state == "on"


@pytest.fixture
async def delta(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> Device:
    """Return the printer of the README, which stands in the workshop."""
    device = await make_device(name="Workshop Delta", timing=BRISK)
    await make_entry(device)
    put_in_workshop(hass, device)
    return device


@pytest.fixture
async def beamo(
    hass: HomeAssistant, make_device: MakeDevice, make_entry: MakeEntry
) -> Device:
    """Return the laser of the README, which stands in the workshop."""
    device = await make_device(
        name="beamo", model="fbm1", timing=BRISK, toolhead="LASER"
    )
    await make_entry(device)
    put_in_workshop(hass, device)
    return device


@pytest.fixture
def told(hass: HomeAssistant) -> list[ServiceCall]:
    return async_mock_service(hass, "notify", "notify")


async def clear(hass: HomeAssistant, name: str) -> None:
    """Leave the job that has ended."""
    button = {"entity_id": f"button.{name}_clear_finished_job"}
    await hass.services.async_call("button", "press", button, blocking=True)
    await wait_for_state(hass, f"sensor.{name}_status", "idle")


async def run(hass: HomeAssistant, device: Device, name: str, **changes: str) -> None:
    device.start_job(put_job(device, **changes))
    await wait_for_state(hass, f"sensor.{name}_status", "running")


async def test_one_is_told_once_that_a_job_is_done(
    hass: HomeAssistant, delta: Device, told: list[ServiceCall]
) -> None:
    [entry] = hass.config_entries.async_entries("flux3dp")
    await automate(hass, "Send a message when")
    await run(hass, delta, "workshop_delta", TITLE="Vase")
    name = "sensor.workshop_delta_job_name"
    await wait_for_state(hass, name, "Vase")
    delta.job.finish()
    await wait_for_state(hass, "sensor.workshop_delta_status", "completed")
    await hass.async_block_till_done()
    assert [call.data["title"] for call in told] == ["Workshop Delta is done"]
    assert told[0].data["message"].startswith("Vase took 0:00:0")

    # What is restored did not happen again, nor does a rename make it happen.
    assert await hass.config_entries.async_reload(entry.entry_id)
    delta.rename("Workshop Printer")
    await wait_until(hass, lambda: entry.title == "Workshop Printer")
    await clear(hass, "workshop_delta")
    await run(hass, delta, "workshop_delta", TITLE="Vase")
    delta.job.abort()
    await wait_for_state(hass, "sensor.workshop_delta_status", "aborted")
    await hass.async_block_till_done()
    assert len(told) == 1


async def test_a_smoke_alarm_pauses_a_laser_at_work(
    hass: HomeAssistant, beamo: Device, caplog: pytest.LogCaptureFixture
) -> None:
    await automate(hass, "Pause the laser when")

    def alarm(state: str) -> None:
        hass.states.async_set("binary_sensor.workshop_smoke", state)

    alarm("off")
    alarm("on")
    await hass.async_block_till_done()
    alarm("off")
    await run(hass, beamo, "beamo", HEAD_TYPE="LASER")
    alarm("on")
    await wait_for_state(hass, "sensor.beamo_status", "paused")
    # An alarm while it rests asks nothing of it, and is no error.
    assert beamo.received.robot.count("player pause") == 1
    assert "Error while executing automation" not in caplog.text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("HARDWARE_ERROR", "FILAMENT_RUNOUT", "1"),
            "Filament ran out. Load filament, then resume.",
        ),
        (("SOMETHING_NEW",), "Unknown error."),
    ],
)
async def test_one_is_told_what_is_wrong_and_what_helps(
    hass: HomeAssistant,
    delta: Device,
    told: list[ServiceCall],
    *,
    words: tuple[str, ...],
    message: str,
) -> None:
    await automate(hass, "Say what is wrong")
    await run(hass, delta, "workshop_delta")
    delta.job.fault(*words)
    await wait_for_state(hass, "sensor.workshop_delta_status", "paused")
    await wait_until(hass, lambda: bool(told))
    await hass.async_block_till_done()
    assert [call.data for call in told] == [
        {"title": "Workshop Delta needs you", "message": message}
    ]


async def later(hass: HomeAssistant, minutes: float) -> None:
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=minutes))
    await hass.async_block_till_done()


@pytest.mark.parametrize("then", ["leave", "clear", "switch off"])
async def test_the_fan_runs_half_an_hour_longer_than_the_laser(
    hass: HomeAssistant, beamo: Device, then: str
) -> None:
    on = async_mock_service(hass, "switch", "turn_on")
    off = async_mock_service(hass, "switch", "turn_off")
    await automate(hass, "Switch the fan of")
    await run(hass, beamo, "beamo", HEAD_TYPE="LASER")
    await wait_until(hass, lambda: len(on) == 1)
    assert on[0].data == {"entity_id": ["switch.exhaust_fan"]}

    beamo.job.finish()
    await wait_for_state(hass, "sensor.beamo_status", "completed")
    await beamo.wait_closed_connections()
    if then == "clear":
        await clear(hass, "beamo")
    elif then == "switch off":
        await beamo.power_off()
        await wait_for_state(hass, "sensor.beamo_status", "offline")
    await beamo.wait_closed_connections()
    await later(hass, HALF_AN_HOUR - 1)
    assert off == []
    await later(hass, HALF_AN_HOUR + 1)
    assert [call.data for call in off] == [{"entity_id": ["switch.exhaust_fan"]}]
    assert len(on) == 1


async def test_the_fan_stays_on_for_the_next_job(
    hass: HomeAssistant, beamo: Device
) -> None:
    on = async_mock_service(hass, "switch", "turn_on")
    off = async_mock_service(hass, "switch", "turn_off")
    await automate(hass, "Switch the fan of")
    await run(hass, beamo, "beamo", HEAD_TYPE="LASER")
    beamo.job.finish()
    await wait_for_state(hass, "sensor.beamo_status", "completed")
    await clear(hass, "beamo")
    await run(hass, beamo, "beamo", HEAD_TYPE="LASER")
    await wait_until(hass, lambda: len(on) == 2)
    await later(hass, HALF_AN_HOUR + 1)
    assert off == []
    # It waits for half an hour of rest again.
    await hass.services.async_call(
        AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True
    )
