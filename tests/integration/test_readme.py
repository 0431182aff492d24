"""The automations in the README do what it says, as they are printed there."""

from datetime import timedelta
import re
from typing import Any

from homeassistant.components.automation import DOMAIN as AUTOMATION
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util, slugify
from homeassistant.util.yaml import parse_yaml
import pytest
from pytest_homeassistant_custom_component.common import (
    async_fire_time_changed,
    async_mock_service,
)

from tests.contract.files import ROOT
from tests.integration.conftest import having
from tests.integration.jobs import BRISK
from tests.integration.wired import Wired

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


DELTA = having({"name": "Workshop Delta", "timing": BRISK})
BEAMO = having({"name": "beamo", "model": "fbm1", "timing": BRISK, "toolhead": "LASER"})


@pytest.fixture
async def machine(unpaired: Wired) -> Wired:
    """Return a machine of the README, which stands in the workshop."""
    machine = unpaired.beside(unpaired.device, slugify(unpaired.device.name))
    await machine.set_up()
    machine.put_in_workshop()
    return machine


@DELTA
async def test_the_cards_show_entities_that_exist(machine: Wired) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    [cards] = re.findall(r"```yaml\n(type: grid\n.*?)```", text, re.DOTALL)
    shown = set(ENTITY_ID.findall(cards))
    states = machine.hass.states
    assert {entity_id for entity_id in shown if states.get(entity_id)} == shown
    assert len(shown) > 8
    assert parse_yaml(cards)["cards"]


async def automate(machine: Wired, said: str) -> None:
    config = {AUTOMATION: [{"id": said, "alias": said} | AUTOMATIONS[said]]}
    assert await async_setup_component(machine.hass, AUTOMATION, config)
    await machine.hass.async_block_till_done()
    [automation] = machine.hass.states.async_all(AUTOMATION)
    assert automation.state == "on"


@pytest.fixture
def told(hass: HomeAssistant) -> list[ServiceCall]:
    return async_mock_service(hass, "notify", "notify")


async def clear(machine: Wired) -> None:
    """Leave the job that has ended."""
    await machine.press("clear")
    await machine.status_is("idle")


@DELTA
async def test_one_is_told_once_that_a_job_is_done(
    machine: Wired, told: list[ServiceCall]
) -> None:
    await automate(machine, "Send a message when")
    await machine.run_job(TITLE="Vase")
    await machine.until(lambda: machine.value("job_name") == "Vase")
    await machine.finish_job()
    await machine.hass.async_block_till_done()
    assert [call.data["title"] for call in told] == ["Workshop Delta is done"]
    assert told[0].data["message"].startswith("Vase took 0:00:0")

    # What is restored did not happen again, nor does a rename make it happen.
    await machine.reload()
    machine.device.rename("Workshop Printer")
    await machine.until(lambda: machine.entry.title == "Workshop Printer")
    await clear(machine)
    await machine.run_job(TITLE="Vase")
    machine.device.job.abort()
    await machine.status_is("aborted")
    await machine.hass.async_block_till_done()
    assert len(told) == 1


@BEAMO
async def test_a_smoke_alarm_pauses_a_laser_at_work(machine: Wired) -> None:
    await automate(machine, "Pause the laser when")

    def alarm(state: str) -> None:
        machine.hass.states.async_set("binary_sensor.workshop_smoke", state)

    alarm("off")
    alarm("on")
    await machine.hass.async_block_till_done()
    alarm("off")
    await machine.run_job(HEAD_TYPE="LASER")
    alarm("on")
    await machine.status_is("paused")
    # An alarm while it rests asks nothing of it, and is no error.
    assert machine.device.received.robot.count("player pause") == 1
    assert "Error while executing automation" not in machine.caplog.text


@DELTA
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
    machine: Wired, told: list[ServiceCall], words: tuple[str, ...], message: str
) -> None:
    await automate(machine, "Say what is wrong")
    await machine.run_job()
    machine.device.job.fault(*words)
    await machine.status_is("paused")
    await machine.until(lambda: bool(told))
    await machine.hass.async_block_till_done()
    assert [call.data for call in told] == [
        {"title": "Workshop Delta needs you", "message": message}
    ]


async def later(machine: Wired, minutes: float) -> None:
    async_fire_time_changed(machine.hass, dt_util.utcnow() + timedelta(minutes=minutes))
    await machine.hass.async_block_till_done()


@pytest.fixture
async def fan(machine: Wired) -> tuple[list[ServiceCall], list[ServiceCall]]:
    """Return what switches the fan of a laser on and off that has begun to work."""
    on = async_mock_service(machine.hass, "switch", "turn_on")
    off = async_mock_service(machine.hass, "switch", "turn_off")
    await automate(machine, "Switch the fan of")
    await machine.run_job(HEAD_TYPE="LASER")
    await machine.until(lambda: len(on) == 1)
    await machine.finish_job()
    return on, off


@BEAMO
@pytest.mark.parametrize("then", ["leave", "clear", "switch off"])
async def test_the_fan_runs_half_an_hour_longer_than_the_laser(
    machine: Wired, fan: tuple[list[ServiceCall], list[ServiceCall]], then: str
) -> None:
    on, off = fan
    assert on[0].data == {"entity_id": ["switch.exhaust_fan"]}
    await machine.device.wait_closed_connections()
    if then == "clear":
        await clear(machine)
    elif then == "switch off":
        await machine.switch_off()
    await machine.device.wait_closed_connections()
    await later(machine, HALF_AN_HOUR - 1)
    assert off == []
    await later(machine, HALF_AN_HOUR + 1)
    assert [call.data for call in off] == [{"entity_id": ["switch.exhaust_fan"]}]
    assert len(on) == 1


@BEAMO
async def test_the_fan_stays_on_for_the_next_job(
    machine: Wired, fan: tuple[list[ServiceCall], list[ServiceCall]]
) -> None:
    on, off = fan
    await clear(machine)
    await machine.run_job(HEAD_TYPE="LASER")
    await machine.until(lambda: len(on) == 2)
    await later(machine, HALF_AN_HOUR + 1)
    assert off == []
    # It waits for half an hour of rest again.
    await machine.hass.services.async_call(
        AUTOMATION, "turn_off", {"entity_id": "all"}, blocking=True
    )
