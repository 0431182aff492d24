"""triggers.yaml and conditions.yaml: as Home Assistant takes them, and with words."""

from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.flux3dp.condition import async_get_conditions
from custom_components.flux3dp.trigger import async_get_triggers

from .action_rules import ACTIONS, fields_of
from .files import INTEGRATION, TRANSLATIONS, read_json, schema_problems

KINDS = [("triggers", async_get_triggers), ("conditions", async_get_conditions)]
# Whatever the editor offers by target has this filter: by `device` it matches everything.
TARGET = {"entity": {"integration": "flux3dp"}}


@pytest.mark.parametrize(("kind", "get"), KINDS, ids=["triggers", "conditions"])
async def test_what_is_offered_is_described_and_has_words(
    hass: HomeAssistant,
    kind: str,
    get: Callable[[HomeAssistant], Awaitable[dict[str, Any]]],
) -> None:
    described = {
        name: content
        for name, content in load_yaml_dict(str(INTEGRATION / f"{kind}.yaml")).items()
        if not name.startswith(".")
    }
    words = read_json(TRANSLATIONS / "en.json")
    # They are written as actions are.
    assert schema_problems(ACTIONS, described) == []
    assert set(described) == set(words[kind]) == set(await get(hass))
    for name, content in described.items():
        assert content["target"] == TARGET
        fields = dict(fields_of(content))
        assert set(fields) == set(words[kind][name].get("fields", {}))
        for field in fields.values():
            select = field["selector"]["select"]
            options = words["selector"][select["translation_key"]]["options"]
            assert set(select["options"]) == set(options)
            assert field["default"] in options
