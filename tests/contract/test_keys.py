"""Every key that the code uses has words, and all words are used.

A plain search for what stands where it is used. Keys from tables, and in which section
each has its words: the tests of the integration check what they show (`words.py`).
"""

import ast
from importlib import import_module
import re
from typing import Any

from homeassistant.const import Platform
import pytest

from custom_components.flux3dp import PLATFORMS

from . import files
from .files import INTEGRATION
from .test_translations import ENGLISH, PATHS, placeholders

ENTITIES: dict[str, dict[str, dict[str, Any]]] = files.ENGLISH["entity"]
TREES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for path in INTEGRATION.rglob("*.py")
}
NODES = [node for tree in TREES.values() for node in ast.walk(tree)]
CALLS = [node for node in NODES if isinstance(node, ast.Call)]
ERROR_CALLS = [
    call
    for call in CALLS
    if getattr(call.func, "id", "") in {"invalid", "failed", "NotDone"}
]
DOCSTRINGS = {id(node.value) for node in NODES if isinstance(node, ast.Expr)}
STRINGS = {
    node.value
    for node in NODES
    if isinstance(node, ast.Constant)
    and isinstance(node.value, str)
    and id(node) not in DOCSTRINGS
}
# What f-strings begin with: f"invalid_{reason}".
PREFIXES = tuple(
    node.values[0].value
    for node in NODES
    if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
)
# What Home Assistant's own helpers abort with, and its own attribute of an event.
OWN = {"already_configured", "already_in_progress", "reauth_successful", "event_type"}
YAML = " ".join(path.read_text("utf-8") for path in INTEGRATION.glob("*.yaml"))
KNOWN = STRINGS | OWN | {str(platform) for platform in Platform}
KNOWN |= set(re.findall(r"[\w-]+", YAML))

KEYWORDS = {"reason", "progress_action", "step_id", "translation_key"}
ERRORS = {"HomeAssistantError", "ServiceValidationError", "UpdateFailed"}
ERRORS |= {f"ConfigEntry{kind}" for kind in ("Error", "NotReady", "AuthFailed")}


def is_used(key: str) -> bool:
    return key in KNOWN or any(
        key.startswith(prefix) and key.removeprefix(prefix) in STRINGS
        for prefix in PREFIXES
    )


def test_words_are_used() -> None:
    unused = set()
    for path in ENGLISH:
        [match] = [found for pattern in PATHS if (found := pattern.fullmatch(path))]
        unused |= {
            f"{path}: {key}" for key in match.groups() if key and not is_used(key)
        }
    assert unused == set()


def test_placeholders_are_given() -> None:
    names = {
        name: path for path, text in ENGLISH.items() for name in placeholders(text)
    }
    given = STRINGS | {word.arg for call in ERROR_CALLS for word in call.keywords}
    assert {name: path for name, path in names.items() if name not in given} == {}


def test_keys_have_words() -> None:
    used = [
        word.value for call in CALLS for word in call.keywords if word.arg in KEYWORDS
    ]
    used += [call.args[0] for call in ERROR_CALLS]
    used += [call.args[0] for call in CALLS if ast.unparse(call.func) == "self._show"]
    used += [
        node.value
        for node in NODES
        if isinstance(node, ast.Assign)
        and isinstance(target := node.targets[0], ast.Subscript)
        and ast.unparse(target.value) == "errors"
    ]
    keys = {key.value for key in used if isinstance(key, ast.Constant)}
    keys |= {
        f"invalid_{call.args[1].value}"
        for call in CALLS
        if ast.unparse(call.func) == "InvalidRequest"
        and isinstance(call.args[1], ast.Constant)
    }
    assert keys - {part for path in ENGLISH for part in path.split(".")} == set()


def test_errors_have_keys() -> None:
    without = [
        f"{path.name}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ERRORS
        and "translation_key" not in {keyword.arg for keyword in node.keywords}
    ]
    assert without == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_entities(platform: Platform) -> None:
    """Entities that are described have words, those of their states too."""
    module = vars(import_module(f"custom_components.flux3dp.{platform}"))
    assert "PARALLEL_UPDATES" in module
    values = [
        part
        for value in module.values()
        for part in (value if isinstance(value, tuple | list) else [value])
        if hasattr(part, "key") and not isinstance(part, type)
    ]
    words = ENTITIES[platform]
    assert {part.key for part in values} == set(words)
    for part in values:
        own = words[part.key]
        assert set(own.get("state", {})) == {*(getattr(part, "options", None) or ())}
        if events := getattr(part, "event_types", None):
            texts = own["state_attributes"]["event_type"]["state"]
            assert set(texts) == set(events)


def test_attributes() -> None:
    """An attribute that is a sensor as well has words for the same states."""
    for entities in ENTITIES.values():
        for key, entity in entities.items():
            for name, attribute in entity.get("state_attributes", {}).items():
                states, sensor = attribute.get("state"), ENTITIES["sensor"].get(name)
                if states and sensor:
                    assert {"none", *states} == {"none", *sensor["state"]}, (key, name)
