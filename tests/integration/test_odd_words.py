"""What a device says of itself and its job, however odd, breaks nothing that reads it."""

import json
import logging

from homeassistant.core import valid_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
import pytest
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.job.model import state_text
from simulator import Device
from simulator.fcode import build
from tests.contract.files import DOMAIN, TRANSLATIONS, read_json
from tests.integration.conftest import having
from tests.integration.jobs import BRISK
from tests.integration.wired import Wired

DEVICE = {"timing": BRISK}

# Each of them is seven characters in an entity id.
LONG = "装" * 42


@pytest.mark.parametrize("seconds", ["300000000000", "1e300", "-5", "9" * 300])
@pytest.mark.usefixtures("entry")
async def test_an_absurd_estimate_is_none(unpaired: Wired, seconds: str) -> None:
    unpaired.caplog.clear()
    await unpaired.run_job(TIME_COST=seconds, TITLE="Vase")
    await unpaired.until(lambda: unpaired.value("job_name") == "Vase")
    for key in ("finish_time", "time_remaining", "job_duration"):
        assert unpaired.value(key) == "unknown"
    # Whatever comes after it is read as before.
    unpaired.device.job.set_progress(0.5)
    await unpaired.until(lambda: unpaired.value("progress") == "50.0")
    assert not [
        line for line in unpaired.caplog.records if line.levelno >= logging.ERROR
    ]


@pytest.mark.usefixtures("entry")
async def test_absurd_numbers_in_a_report_are_none(unpaired: Wired) -> None:
    unpaired.caplog.clear()
    await unpaired.run_job(TITLE="Vase")
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
    unpaired.device.faults.replies["player report"] = json.dumps(absurd)
    await unpaired.until(lambda: unpaired.value("progress") == "25.0")
    await unpaired.until(lambda: unpaired.value("nozzle_temperature") == "unknown")
    assert unpaired.value("nozzle_target") == "unknown"
    unpaired.device.faults.replies["player report"] = json.dumps(absurd | {"st_id": 64})
    await unpaired.status_is("completed")
    assert float(unpaired.value("last_job_duration")) < 10
    assert not [
        line for line in unpaired.caplog.records if line.levelno >= logging.ERROR
    ]


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
