"""Translations and icons."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from homeassistant.generated.languages import LANGUAGES
import pytest

from .files import INTEGRATION, ROOT, TRANSLATIONS, leaves, parse_json, read_json
from .string_rules import icon_problems, parity_problems, string_problems

LANGUAGE_FILES = sorted(TRANSLATIONS.glob("*.json"))

STRINGS: dict[str, Any] = {
    "title": "FLUX",
    "config": {
        "flow_title": "{name}",
        "step": {
            "manual": {
                "title": "Address",
                "description": "Where is {name}?\n\nAt {host}?",
                "data": {"host": "Address"},
                "data_description": {"host": "Its address."},
            }
        },
        "error": {"cannot_connect": "It does not answer."},
    },
    "entity": {
        "sensor": {
            "status": {
                "name": "Status",
                "state": {"idle": "Idle", "wpa2-psk": "Odd"},
                "state_attributes": {"st_id": {"name": "Status ID"}},
            }
        },
        "binary_sensor": {"running": {"name": "Running"}},
    },
    "exceptions": {"refused": {"message": "{name} refused: {error}."}},
    "services": {
        "rename": {
            "name": "Rename",
            "description": "Gives it a name.",
            "fields": {"name": {"name": "Name", "description": "The name."}},
        }
    },
    "triggers": {"job_started": {"name": "Started", "description": "A job starts."}},
    "conditions": {
        "is_idle": {
            "name": "Idle",
            "description": "It is idle.",
            "fields": {"behavior": {"name": "If", "description": "Any, or all."}},
        }
    },
    "issues": {
        "gone": {"title": "{name} is gone", "description": "Look for {name}."},
        "key": {
            "title": "Key",
            "fix_flow": {"step": {"confirm": {"title": "Key", "description": "?"}}},
        },
    },
}
ICONS: dict[str, Any] = {
    "entity": {
        "sensor": {
            "status": {"default": "mdi:printer-3d", "state": {"idle": "mdi:sleep"}}
        },
        "binary_sensor": {
            "running": {"default": "mdi:stop", "state": {"on": "mdi:play"}}
        },
    },
    "services": {"rename": {"service": "mdi:rename"}},
    "triggers": {"job_started": {"trigger": "mdi:play"}},
    "conditions": {"is_idle": {"condition": "mdi:sleep"}},
}


def changed(tree: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """Return a copy with something else at a path; None takes it away."""
    copy = deepcopy(tree)
    *way, last = path.split("/")
    branch = copy
    for key in way:
        branch = branch[key]
    if value is None:
        del branch[last]
    else:
        branch[last] = value
    return copy


@pytest.mark.parametrize("path", LANGUAGE_FILES, ids=lambda path: path.stem)
def test_a_language(path: Path) -> None:
    strings = read_json(path)
    assert path.stem in LANGUAGES
    assert string_problems(strings) == []
    assert parity_problems(read_json(TRANSLATIONS / "en.json"), strings) == []


def test_the_card_speaks_every_language() -> None:
    """That it says the same in each is among its own tests: `script/card --check`."""
    words = {path.stem for path in (ROOT / "card/src/words").glob("*.json")}
    assert words == {path.stem for path in LANGUAGE_FILES}
    listed = (ROOT / "card/src/words.ts").read_text(encoding="utf-8")
    assert not [stem for stem in words if f"./words/{stem}.json" not in listed]


def test_english_is_there() -> None:
    assert TRANSLATIONS / "en.json" in LANGUAGE_FILES
    # Core builds translations/ from it, a custom integration ships them.
    assert not (INTEGRATION / "strings.json").exists()


def test_icons() -> None:
    icons = read_json(INTEGRATION / "icons.json")
    assert icon_problems(icons, read_json(TRANSLATIONS / "en.json")) == []


@pytest.mark.parametrize("path", LANGUAGE_FILES, ids=lambda path: path.stem)
def test_a_language_is_translated(path: Path) -> None:
    """A file of English sentences under another name is no translation."""
    if path.stem == "en":
        return
    english = leaves(read_json(TRANSLATIONS / "en.json"))
    sentences = {key: value for key, value in english.items() if " " in value}
    own = leaves(read_json(path))
    same = {key for key, value in sentences.items() if own.get(key) == value}
    # Short labels may be the same words in two languages; sentences are not.
    assert {key for key in same if len(sentences[key]) > 20} == set()
    assert len(same) < len(sentences) / 20


def test_the_examples_are_good() -> None:
    assert string_problems(STRINGS) == []
    assert icon_problems(ICONS, STRINGS) == []
    assert parity_problems(STRINGS, STRINGS) == []


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("title", "", "empty"),
        ("title", None, "title"),
        ("title", 3, "no text"),
        ("config/title", "FLUX", "title"),
        ("config/step", None, "step"),
        ("config/step/manual/title", None, "title"),
        ("config/step/manual/title", "Address ", "space at an end"),
        ("config/step/manual/title", "a \nb", "trailing space"),
        ("config/step/manual/data/port", "Port", "different keys"),
        ("config/step/manual/data_description", None, "different keys"),
        ("config/step/manual/data_description/port", "Port", "different keys"),
        ("config/step/manual/help", "Help", "help"),
        ("config/step/Manual", {"title": "Manual"}, "Manual"),
        ("config/error/cannot_connect", "a <b>bold</b> word", "HTML"),
        ("config/error/cannot_connect", "see https://example.org", "an address"),
        ("config/error/cannot_connect", "[%key:common::x%]", "a reference"),
        ("config/error/cannot_connect", "it's {name", "braces"),
        ("config/error/cannot_connect", "it's {}", "without a name"),
        ("config/error/cannot_connect", "no '{name}'", "a quoted placeholder"),
        ("entity/sensor/status/states", {}, "states"),
        ("entity/sensor/status/state/Idle", "Idle", "Idle"),
        ("entity/sensor/status/state/a__b", "Idle", "a__b"),
        ("entity/sensor/status/state_attributes/st_id/label", "ID", "label"),
        ("exceptions/refused", "It refused.", "exceptions"),
        ("exceptions/refused/title", "Refused", "title"),
        ("services/rename/name", None, "name"),
        ("services/rename/description", None, "description"),
        ("services/rename/fields/name/description", None, "description"),
        ("services/rename/fields/name/selector", "text", "selector"),
        ("triggers/job_started/name", None, "name"),
        ("triggers/job_started/event", "started", "event"),
        ("conditions/is_idle/description", None, "description"),
        ("conditions/is_idle/fields/behavior/name", None, "name"),
        ("issues/gone/title", None, "title"),
        ("issues/gone/description", None, "either"),
        ("issues/key/description", "Key", "either"),
        ("device_automation", {"triggers": {"started": "Started"}}, "triggers"),
        ("triggers_of_ours", {}, "triggers_of_ours"),
    ],
)
def test_broken_strings(path: str, value: Any, problem: str) -> None:
    problems = string_problems(changed(STRINGS, path, value))
    assert any(problem in found for found in problems), problems


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("entity/sensor/status/default", None, "default"),
        ("entity/sensor/status/default", "printer", "no Material Design icon"),
        ("entity/sensor/status/state/idle", "mdi:Sleep", "no Material Design icon"),
        ("entity/sensor/status/state/busy", "mdi:play", "has no state busy"),
        ("entity/sensor/status", None, "has no icon"),
        ("entity/sensor/speed", {"default": "mdi:speedometer"}, "has no name"),
        ("entity/binary_sensor/running/state/busy", "mdi:play", "no state busy"),
        ("services/rename", None, "no icon"),
        ("services/rename", "mdi:rename", "rename"),
        ("services/move", {"service": "mdi:truck"}, "no name"),
        ("triggers/job_started", None, "triggers.job_started: no icon"),
        ("triggers/job_lost", {"trigger": "mdi:ghost"}, "no name"),
        ("triggers/job_started", {"condition": "mdi:play"}, "job_started"),
        ("conditions/is_idle", None, "conditions.is_idle: no icon"),
        ("issues", {}, "issues"),
    ],
)
def test_broken_icons(path: str, value: Any, problem: str) -> None:
    problems = icon_problems(changed(ICONS, path, value), STRINGS)
    assert any(problem in found for found in problems), problems


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("config/error/cannot_connect", None, "is missing"),
        ("config/error/refused", "Nein.", "is not in English"),
        ("exceptions/refused/message", "{name} will nicht.", "has ['name'], not"),
        ("issues/gone/title", "{gerät} ist weg", "has ['gerät'], not ['name']"),
    ],
)
def test_a_language_that_differs(path: str, value: Any, problem: str) -> None:
    problems = parity_problems(STRINGS, changed(STRINGS, path, value))
    assert len(problems) == 1
    assert problem in problems[0]


def test_a_key_that_is_there_twice() -> None:
    with pytest.raises(ValueError, match="there twice: a"):
        parse_json('{"a": {"b": 1}, "a": {"c": 2}}')
