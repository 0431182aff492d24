"""What a device says of itself and its job, however odd, breaks nothing that reads it."""

import json
import logging

from homeassistant.core import HomeAssistant, valid_entity_id
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import slugify
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.flux3dp.job.model import state_text
from simulator import Device
from simulator.fcode import build
from tests.contract.files import DOMAIN, TRANSLATIONS, read_json
from tests.integration.conftest import MakeEntry, having, wait_until
from tests.integration.jobs import BRISK, look, run_job, status_is, value
from tests.integration.life import log_lines, registered

DEVICE = {"timing": BRISK}

# Each of them is seven characters in an entity id.
LONG = "装" * 42


@pytest.mark.parametrize("seconds", ["300000000000", "1e300", "-5", "9" * 300])
@pytest.mark.usefixtures("entry")
async def test_an_absurd_estimate_is_none(
    hass: HomeAssistant, device: Device, caplog: pytest.LogCaptureFixture, seconds: str
) -> None:
    caplog.clear()
    await run_job(hass, device, TIME_COST=seconds, TITLE="Vase")
    await wait_until(hass, lambda: value(hass, "job_name") == "Vase")
    for key in ("finish_time", "time_remaining", "job_duration"):
        assert value(hass, key) == "unknown"
    # Whatever comes after it is read as before.
    device.job.set_progress(0.5)
    await wait_until(hass, lambda: value(hass, "progress") == "50.0")
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]


@pytest.mark.usefixtures("entry")
async def test_absurd_numbers_in_a_report_are_none(
    hass: HomeAssistant, device: Device, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.clear()
    await run_job(hass, device, TITLE="Vase")
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
    device.faults.replies["player report"] = json.dumps(absurd)
    await wait_until(hass, lambda: value(hass, "progress") == "25.0")
    await wait_until(hass, lambda: value(hass, "nozzle_temperature") == "unknown")
    assert value(hass, "nozzle_target") == "unknown"
    device.faults.replies["player report"] = json.dumps(absurd | {"st_id": 64})
    await status_is(hass, "completed")
    assert float(value(hass, "last_job_duration")) < 10
    assert not [line for line in caplog.records if line.levelno >= logging.ERROR]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        *((none, None) for none in ("unavailable", " unknown ")),
        *((none, None) for none in ("\x1b\x7f\u202e", "\u200b \u3000")),
        (f" {'☃' * 300}", "☃" * 255),
    ],
)
async def test_a_title_is_what_can_be_read_of_it(
    *,
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    title: str,
    name: str | None,
) -> None:
    await run_job(hass, device, TITLE=title)
    await wait_until(hass, lambda: value(hass, "job_duration") != "unknown")
    assert entry.runtime_data.data.job.job_name == name
    assert value(hass, "job_name") == (name or "unknown")


def test_text_that_can_be_a_state() -> None:
    assert state_text(" Va\nse\x1b \u202e") == "Vase"
    assert state_text("Unknown artist") == "Unknown artist"
    assert state_text("x" * 300) == "x" * 255
    assert state_text(None) is state_text("") is None


async def test_a_picture_of_another_kind_is_shown(
    hass: HomeAssistant,
    device: Device,
    make_entry: MakeEntry,
    hass_client: ClientSessionGenerator,
) -> None:
    assert await async_setup_component(hass, "http", {})
    await make_entry(device)
    jpeg = b"\xff\xd8\xff\xe0 a picture"
    metadata = {"TITLE": "Vase", "TIME_COST": "600", "HEAD_TYPE": "EXTRUDER"}
    device.files.write("SD", "vase.fc", build(metadata, [jpeg]))
    device.start_job("SD/vase.fc")
    await wait_until(hass, lambda: value(hass, "job_name") == "Vase")
    client = await hass_client()
    url = look(hass, "image", "preview").attributes["entity_picture"]
    answer = await client.get(url)
    assert answer.content_type == "image/jpeg"
    assert await answer.read() == jpeg


# -- names


@having({"name": LONG})
async def test_a_long_name_leaves_room_for_every_entity(
    hass: HomeAssistant, entry: MockConfigEntry
) -> None:
    registry = er.async_get(hass)
    entities = er.async_entries_for_config_entry(registry, entry.entry_id)
    assert all(valid_entity_id(entity.entity_id) for entity in entities)
    missing = {
        entity.entity_id
        for entity in entities
        if entity.disabled_by is None and hass.states.get(entity.entity_id) is None
    }
    assert missing == set()
    name = registered(hass, entry).name
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


async def test_a_name_of_blanks_is_the_models(
    hass: HomeAssistant, device: Device, entry: MockConfigEntry
) -> None:
    device.rename(" \u3000\u200b")
    await wait_until(hass, lambda: registered(hass, entry).name == "FLUX Delta")
    assert entry.title == "FLUX Delta"


async def test_a_name_breaks_no_line_of_the_log(
    hass: HomeAssistant,
    device: Device,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    # Not "\n": `deviceinfo`, which has to agree, has a line for each of its texts.
    device.rename("At\rtic\x1b[31m\u202e")
    await wait_until(hass, lambda: registered(hass, entry).name == "Attic[31m")
    await device.power_off()
    await status_is(hass, "offline")
    ours = [line.getMessage() for line in caplog.records if DOMAIN in line.name]
    assert any("Attic[31m does not answer" in line for line in log_lines(caplog))
    assert all(line.isprintable() for line in ours)
