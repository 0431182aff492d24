"""Every key that the code uses has words, and all words are used."""

import ast
from copy import deepcopy
from typing import Any

from homeassistant.util.yaml import load_yaml_dict
import pytest

from .action_rules import selector_translations
from .files import INTEGRATION, TRANSLATIONS, library_modules, modules, read_json
from .used_keys import Trees, Used, key_problems, used_keys


@pytest.fixture(scope="module")
def english() -> dict[str, Any]:
    strings: dict[str, Any] = read_json(TRANSLATIONS / "en.json")
    return strings


@pytest.fixture(scope="module")
def trees() -> Trees:
    library = {f"aioflux.{name}": tree for name, tree in library_modules().items()}
    return modules() | library


@pytest.fixture(scope="module")
def used(trees: Trees, english: dict[str, Any]) -> Used:
    """Return what code and YAML use; the YAML's options are test_actions.py's."""
    selectors = {
        f"selector.{key}": set[str]()
        for name in ("services.yaml", "triggers.yaml", "conditions.yaml")
        for key in selector_translations(load_yaml_dict(str(INTEGRATION / name)))
    }
    return used_keys(trees, english) | selectors


def test_keys(used: Used, english: dict[str, Any]) -> None:
    assert key_problems(used, english) == []


def test_every_key_is_missed(used: Used, english: dict[str, Any]) -> None:
    """Rename one thing after the other: each is missed, and its new name unused."""
    for path in (
        "config/step/user",
        "config/step/wifi_settings/data/ssid",
        "config/step/wifi_settings/sections/fixed_address/data/dns",
        "config/step/reconfigure/menu_options/rename",
        "config/error/wep_key",
        "config/error/wrong_password",
        "config/abort/not_heard",
        "config/abort/already_in_progress",
        "config/progress/scan",
        "options/step/init/data/hold_connection",
        "device_automation/trigger_type/paused",
        "selector/device",
        "entity/sensor/status/state/heating",
        "entity/event/job/state_attributes/event_type/state/failed",
        "entity/binary_sensor/problem/state_attributes/error/state/other",
        "entity/button/pause",
        "exceptions/refused_busy",
        "exceptions/invalid_static_only",
        "exceptions/not_resumed",
        "exceptions/several_failed",
        "issues/firmware_too_old",
        "issues/master_key_changed/fix_flow/error/another_key",
        "issues/master_key_changed/fix_flow/step/confirm",
    ):
        *way, last = path.split("/")
        copy = branch = deepcopy(english)
        for key in way:
            branch = branch[key]
        branch["odd"] = branch.pop(last)
        problems = key_problems(used, copy)
        assert any(f"{last} is used" in problem for problem in problems), path
        assert any("odd has words" in problem for problem in problems), path


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("exceptions/refused/message", "exceptions.refused: {odd} is not given"),
        ("exceptions/invalid_missing/message", "invalid_missing: {odd} is not given"),
        ("exceptions/paused_again/message", "paused_again: {odd} is not given"),
        ("issues/firmware_too_old/title", "firmware_too_old: {odd} is not given"),
        ("config/step/authorize/title", "config.step.authorize: {odd} is not given"),
        ("config/step/rename/data/name", "step.rename.name: {odd} is not given"),
        ("config/error/wep_key", "config.error.wep_key: {odd} is not given"),
        ("entity/button/pause/name", "entity.button.pause: {odd} is not given"),
    ],
)
def test_a_misspelled_placeholder(
    used: Used, english: dict[str, Any], path: str, problem: str
) -> None:
    *way, last = path.split("/")
    copy = branch = deepcopy(english)
    for key in way:
        branch = branch[key]
    branch[last] += " {odd}"
    [found] = key_problems(used, copy)
    assert found.endswith(problem)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("button", '"pressed_together"', '"odd"'), "exceptions.odd is used"),
        (("helpers", '"no_device"', '"odd"'), "exceptions.odd is used"),
        (("helpers", '"device_id":', '"odd":'), "{device_id} is not given"),
        (("commands", '"fault":', '"odd":'), "paused_again: {fault} is not given"),
        (("issues", '"firmware":', '"odd":'), "{firmware} is not given"),
        (
            ("aioflux.network", '"static_only"', '"odd"'),
            "exceptions.invalid_odd is used",
        ),
        (("aioflux.manager", '"empty_name"', '"odd"'), "config.error.odd is used"),
        (
            ("config_flow", 'step_id="manual"', 'step_id="odd"'),
            "config.step.odd is used",
        ),
        (("config_flow", '"no_devices_found"', '"odd"'), "config.error.odd is used"),
        (("config_flow", '["address",', '["odd",'), "reconfigure.odd is used"),
        (("network_flow", '"hidden", d', '"odd", d'), "wifi_settings.odd is used"),
        (("repairs", '"settled"', '"odd"'), "fix_flow.abort.odd is used"),
        (("repairs", '"pinned":', '"odd":'), "{pinned} is not given"),
    ],
)
def test_code_that_says_something_else(
    trees: Trees, english: dict[str, Any], change: tuple[str, str, str], problem: str
) -> None:
    module, old, new = change
    path = INTEGRATION / f"{module.replace('.', '/')}.py"
    source = path.read_text(encoding="utf-8")
    assert old in source
    other = {module: ast.parse(source.replace(old, new))}
    problems = key_problems(used_keys({**trees, **other}, english), english)
    assert any(problem in found for found in problems), problems


def test_what_is_not_understood(trees: Trees, english: dict[str, Any]) -> None:
    source = "def f():\n    raise HomeAssistantError(translation_key=odd())"
    with pytest.raises(KeyError, match="odd"):
        used_keys({**trees, "button": ast.parse(source)}, english)
