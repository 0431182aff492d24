"""What a device says, however odd, breaks nothing that reads it; and what it is called."""

import asyncio
from dataclasses import replace
import json
import logging

from homeassistant.core import valid_entity_id
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.job.model import state_text
from simulator import Device
from simulator.fcode import build
from tests.contract.files import DOMAIN, TRANSLATIONS, read_json
from tests.integration.conftest import NAME, having
from tests.integration.fakes import Home, settle
from tests.integration.flows import enter, wifi
from tests.integration.jobs import BRISK
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}

# Each of them is seven characters in an entity id.
LONG = "装" * 42


@pytest.mark.parametrize("seconds", ["300000000000", "1e300", "-5", "9" * 300])
async def test_an_absurd_estimate_is_none(wired: Wired, seconds: str) -> None:
    wired.caplog.clear()
    await wired.run_job(TIME_COST=seconds, TITLE="Vase")
    await wired.until(lambda: wired.value("job_name") == "Vase")
    for key in ("finish_time", "time_remaining", "job_duration"):
        assert wired.value(key) == "unknown"
    # Whatever comes after it is read as before.
    wired.device.job.set_progress(0.5)
    await wired.until(lambda: wired.value("progress") == "50.0")
    assert not [line for line in wired.caplog.records if line.levelno >= logging.ERROR]


async def test_absurd_numbers_in_a_report_are_none(wired: Wired) -> None:
    wired.caplog.clear()
    await wired.run_job(TITLE="Vase")
    absurd = {
        "st_id": 16,
        "st_label": "RUNNING",
        "session": "aaa111",
        "prog": 0.25,
        "time_running": 1e308,
        "time_total": -1e308,
        "rt": [1e300],
        "tt": [float("nan")],
        "traveled": 1e308,
    }
    wired.device.faults.replies["player report"] = json.dumps(absurd)
    await wired.until(lambda: wired.value("progress") == "25.0")
    await wired.until(lambda: wired.value("nozzle_temperature") == "unknown")
    assert wired.value("nozzle_target") == "unknown"
    wired.device.faults.replies["player report"] = json.dumps(absurd | {"st_id": 64})
    await wired.status_is("completed")
    assert float(wired.value("last_job_duration")) < 10
    assert not [line for line in wired.caplog.records if line.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        *((none, None) for none in ("unavailable", " unknown ")),
        *((none, None) for none in ("\x1b\x7f\u202e", "\u200b \u3000")),
        (f" {'☃' * 300}", "☃" * 255),
    ],
)
async def test_a_title_is_what_can_be_read_of_it(
    wired: Wired, title: str, name: str | None
) -> None:
    await wired.run_job(TITLE=title)
    await wired.until(lambda: wired.value("job_duration") != "unknown")
    assert wired.entry.runtime_data.data.job.job_name == name
    assert wired.value("job_name") == (name or "unknown")


def test_text_that_can_be_a_state() -> None:
    assert state_text(" Va\nse\x1b \u202e") == "Vase"
    assert state_text("Unknown artist") == "Unknown artist"
    assert state_text("x" * 300) == "x" * 255
    assert state_text(None) is state_text("") is None


async def test_a_picture_of_another_kind_is_shown(
    unpaired: Wired, device: Device, hass_client: ClientSessionGenerator
) -> None:
    assert await async_setup_component(unpaired.hass, "http", {})
    await unpaired.set_up()
    jpeg = b"\xff\xd8\xff\xe0 a picture"
    metadata = {"TITLE": "Vase", "TIME_COST": "600", "HEAD_TYPE": "EXTRUDER"}
    device.files.write("SD", "vase.fc", build(metadata, [jpeg]))
    device.start_job("SD/vase.fc")
    await unpaired.until(lambda: unpaired.value("job_name") == "Vase")
    client = await hass_client()
    url = unpaired.look("image", "preview").attributes["entity_picture"]
    answer = await client.get(url)
    assert answer.content_type == "image/jpeg"
    assert await answer.read() == jpeg


# -- names


@having({"name": LONG})
async def test_a_long_name_leaves_room_for_every_entity(wired: Wired) -> None:
    registry = er.async_get(wired.hass)
    entities = er.async_entries_for_config_entry(registry, wired.entry.entry_id)
    assert all(valid_entity_id(entity.entity_id) for entity in entities)
    missing = {
        entity.entity_id
        for entity in entities
        if entity.disabled_by is None
        and wired.hass.states.get(entity.entity_id) is None
    }
    assert missing == set()
    name = wired.registered.name
    assert name is not None
    # Not cut by more than is needed, and whole words are left of what follows it.
    assert len(slugify(name)) > 140
    ends = {entity.entity_id.rpartition(slugify(name))[2] for entity in entities}
    assert {"_status", "_problem", "_last_job_duration"} <= ends


def test_in_every_language_an_entity_id_has_room() -> None:
    for path in TRANSLATIONS.glob("*.json"):
        for platform, entities in read_json(path)["entity"].items():
            for words in entities.values():
                begin = f"{platform}.{'x' * 150}_"
                # Another device of the same name gets a number.
                assert len(f"{begin}{slugify(words['name'])}_99") <= 255


async def test_a_name_of_blanks_is_the_models(wired: Wired, device: Device) -> None:
    device.rename(" \u3000\u200b")
    await wired.until(lambda: wired.registered.name == "FLUX Delta")
    assert wired.entry.title == "FLUX Delta"


async def test_a_name_breaks_no_line_of_the_log(wired: Wired, device: Device) -> None:
    # Not "\n": `deviceinfo`, which has to agree, has a line for each of its texts.
    device.rename("At\rtic\x1b[31m\u202e")
    await wired.until(lambda: wired.registered.name == "Attic[31m")
    await wired.switch_off()
    ours = [line.getMessage() for line in wired.caplog.records if DOMAIN in line.name]
    assert any("Attic[31m does not answer" in line for line in wired.log)
    assert all(line.isprintable() for line in ours)


# -- its name of today, in errors, repairs and the log


async def test_everything_said_after_a_rename_has_the_new_name(home: Home) -> None:
    home.device.info = replace(home.device.info, name="Attic")
    await home.until(lambda: home.registered.name == "Attic")
    home.caplog.clear()

    leaving = home.act("set_network", **wifi("Far"))
    sending = asyncio.ensure_future(leaving)
    await settle()
    home.listener.silent = True
    with pytest.raises(HomeAssistantError) as failed:
        await home.done(sending, within=120)

    assert failed.value.translation_placeholders["name"] == "Attic"
    issue = home.issues["network_not_returned"]
    assert issue.translation_placeholders == {"name": "Attic"}
    assert any(line.startswith("Attic does not answer") for line in home.log)
    assert not any(NAME in line for line in home.log)


async def test_the_name_a_person_gave_comes_first(wired: Wired, device: Device) -> None:
    wired.change(name_by_user="Big one")
    device.rename("Attic")
    await wired.until(lambda: wired.registered.name == "Attic")
    device.faults.replies["scan_wifi"] = "error SOMETHING"
    with pytest.raises(
        HomeAssistantError, match=r"^Big one refused the command: SOMETHING"
    ):
        await wired.act("scan_wifi")
    for step in ("rename", "password"):
        form = await wired.reconfigure(step)
        assert form["description_placeholders"] == {"name": "Big one"}
        wired.flow.async_abort(form["flow_id"])


async def test_without_a_device_in_the_registry_it_is_the_title(wired: Wired) -> None:
    await wired.status_is("idle")
    dr.async_get(wired.hass).async_remove_device(wired.registered.id)
    assert wired.entry.runtime_data.device_name == wired.entry.title


@having({"name": "", "model": "fbm1", "password": None})
async def test_without_a_name_of_its_own_it_is_its_model(unpaired: Wired) -> None:
    assert (await enter(unpaired))["title"] == "beamo"
