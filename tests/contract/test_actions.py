"""services.yaml, the strings of the actions, and the actions themselves."""

from copy import deepcopy
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.util.yaml import load_yaml_dict
import pytest
import voluptuous as vol

from custom_components.flux3dp.services import async_setup_services

from .action_rules import (
    action_problems,
    fields_of,
    registration_problems,
    selector_translations,
)
from .files import DOMAIN, INTEGRATION, TRANSLATIONS, read_json

ACTIONS: dict[str, Any] = {
    "move": {
        "fields": {
            "device_id": {
                "required": True,
                "selector": {"device": {"filter": [{"integration": "flux3dp"}]}},
            },
            "way": {
                "default": "up",
                "selector": {
                    "select": {"options": ["up", "down"], "translation_key": "way"}
                },
            },
            "more": {
                "collapsed": True,
                "fields": {"speed": {"selector": {"number": {"min": 1, "max": 2}}}},
            },
        }
    }
}
STRINGS: dict[str, Any] = {
    "services": {
        "move": {
            "fields": {"device_id": {}, "way": {}, "speed": {}},
            "sections": {"more": {}},
        }
    },
    "selector": {"way": {"options": {"up": "Up", "down": "Down"}}},
}
SCHEMA: dict[Any, Any] = {
    vol.Required("device_id"): cv.string,
    vol.Optional("way"): cv.string,
    vol.Optional("speed"): cv.string,
}


def actions() -> dict[str, Any]:
    return load_yaml_dict(str(INTEGRATION / "services.yaml"))


def test_actions() -> None:
    assert action_problems(actions(), read_json(TRANSLATIONS / "en.json")) == []


async def test_registered_actions(hass: HomeAssistant) -> None:
    async_setup_services(hass)
    registered = hass.services.async_services_for_domain(DOMAIN)
    schemas = {name: service.schema for name, service in registered.items()}
    assert len(schemas) >= 3
    assert registration_problems(actions(), schemas) == []


def test_every_action_takes_a_target_of_ours() -> None:
    for name, action in actions().items():
        # A filter of devices would offer it for every entity of the house.
        assert action["target"] == {"entity": {"integration": DOMAIN}}, name
        assert "device_id" not in dict(fields_of(action)), name


def test_a_target_is_taken_whole() -> None:
    described = {"stop": {"target": {"entity": {"integration": DOMAIN}}}}
    whole = cv.make_entity_service_schema({})
    assert registration_problems(described, {"stop": whole}) == []
    some = vol.Schema({vol.Optional("device_id"): str})
    assert "stop: area_id of the target is not taken" in registration_problems(
        described, {"stop": some}
    )


def test_the_examples_are_good() -> None:
    assert action_problems(ACTIONS, STRINGS) == []
    assert registration_problems(ACTIONS, {"move": vol.Schema(SCHEMA)}) == []
    assert (
        registration_problems(
            ACTIONS,
            {"move": vol.All(vol.Schema(SCHEMA), cv.has_at_least_one_key("way"))},
        )
        == []
    )
    assert selector_translations(ACTIONS) == {"way": {"up", "down"}}


@pytest.mark.parametrize(
    ("field", "change", "problem"),
    [
        ("way", {"selector": {"choose_one": None}}, "choose_one"),
        ("way", {"selector": {"number": {"min": "a"}}}, "min"),
        ("way", {"selector": None}, "selector"),
        ("way", {"name": "Way"}, "name"),
        ("way", {"required": "yes"}, "required"),
        ("way", {"default": "left"}, "no option"),
        (
            "way",
            {"selector": {"select": {"options": ["up"], "translation_key": "way"}}},
            "other options",
        ),
        ("port", {"selector": {"text": None}}, "port has no strings"),
    ],
)
def test_broken_actions(field: str, change: dict[str, Any], problem: str) -> None:
    broken = deepcopy(ACTIONS)
    fields = broken["move"]["fields"]
    fields[field] = fields.get(field, {}) | change
    problems = action_problems(broken, STRINGS)
    assert any(problem in found for found in problems), problems


def test_actions_without_their_strings() -> None:
    assert action_problems(ACTIONS, {}) == ["move has no strings"]
    assert action_problems({}, STRINGS) == ["move is no action"]
    less = {"move": {"fields": {"way": ACTIONS["move"]["fields"]["way"]}}}
    assert sorted(action_problems(less, STRINGS)) == [
        "move: device_id is no field",
        "move: more is no section",
        "move: speed is no field",
    ]
    unnamed = {"move": STRINGS["services"]["move"] | {"sections": {}}}
    problems = action_problems(ACTIONS, STRINGS | {"services": unnamed})
    assert problems == ["move: section more has no strings"]


@pytest.mark.parametrize(
    ("schema", "problem"),
    [
        ({}, "move: device_id is not taken"),
        (SCHEMA | {vol.Optional("port"): int}, "move: port is not described"),
        (
            {vol.Optional("device_id"): cv.string},
            "move: device_id is described as required",
        ),
        (
            {vol.Required("speed"): cv.string},
            "move: speed is required and not described so",
        ),
    ],
)
def test_registered_otherwise(schema: dict[Any, Any], problem: str) -> None:
    assert problem in registration_problems(ACTIONS, {"move": vol.Schema(schema)})


def test_not_registered() -> None:
    assert registration_problems(ACTIONS, {}) == ["move is not registered"]
    assert registration_problems({}, {"move": vol.Schema({})}) == [
        "move is not described"
    ]
