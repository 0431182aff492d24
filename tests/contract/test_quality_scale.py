"""The quality scale is complete and honest."""

import ast
from pathlib import Path
from typing import Any

from homeassistant.components import diagnostics
from homeassistant.util.yaml import load_yaml_dict
import pytest

from custom_components.flux3dp import PLATFORMS

from .files import INTEGRATION, ROOT
from .scale_rules import EVIDENCE, House, scale_problems


@pytest.fixture(scope="module")
def house() -> House:
    actions = load_yaml_dict(str(INTEGRATION / "services.yaml"))
    platforms = tuple(platform.value for platform in PLATFORMS)
    return House.read(ROOT, platforms, tuple(actions))


def test_quality_scale(house: House) -> None:
    scale = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))
    assert scale_problems(scale, house) == []


def test_these_are_the_rules() -> None:
    assert len(EVIDENCE) == 54
    components = Path(diagnostics.__file__).parents[1]
    core = load_yaml_dict(str(components / "wled" / "quality_scale.yaml"))
    # The oldest supported Home Assistant has fewer.
    assert set(core["rules"]) <= set(EVIDENCE)
    assert len(core["rules"]) > 50


@pytest.mark.parametrize("rule", sorted(EVIDENCE))
def test_a_claim_without_anything_behind_it(rule: str) -> None:
    empty = House(code={"sensor": ast.parse("")}, library={}, platforms=("sensor",))
    scale = {"rules": {rule: "done"}}
    assert f"{rule} is done, and cannot be seen" in scale_problems(scale, empty)


def test_what_is_there_and_not_claimed(house: House) -> None:
    there = [rule for rule, evidence in EVIDENCE.items() if evidence(house)]
    assert len(there) > 30
    for status in ("todo", "exempt"):
        scale = {"rules": {rule: {"status": status, "comment": "?"} for rule in there}}
        problems = scale_problems(scale, house)
        assert {f"{rule} is {status}, and is there" for rule in there} <= set(problems)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("finished", "finished is no status"),
        ({"status": "todo"}, "todo wants a comment"),
        ({"status": "exempt", "comment": ""}, "exempt wants a comment"),
        ({"status": "done", "reason": "?"}, "is no status"),
        (None, "None is no status"),
    ],
)
def test_what_is_no_answer(house: House, value: Any, problem: str) -> None:
    problems = scale_problems({"rules": {"diagnostics": value}}, house)
    assert any(
        found.startswith("diagnostics") and found.endswith(problem)
        for found in problems
    ), problems


def test_a_rule_too_few_and_one_too_many(house: House) -> None:
    problems = scale_problems({"rules": {"world-peace": "done"}}, house)
    assert "world-peace is no rule" in problems
    assert len([p for p in problems if p.endswith("is missing")]) == 54


def test_an_error_without_words() -> None:
    source = "raise HomeAssistantError('no words')"
    words = "raise HomeAssistantError(translation_domain=D, translation_key='a')"
    evidence = EVIDENCE["exception-translations"]
    for lines, there in ((source, False), (words, True), (f"{words}\n{source}", False)):
        code = {"sensor": ast.parse(lines)}
        assert evidence(House(code, {}, ("sensor",))) is there


def test_a_section_of_the_readme() -> None:
    readme = (
        "# FLUX\nHello.\n\n## Install\nDo it.\n\n### Otherwise\nSo.\n\n## Remove\nGo."
    )
    house = House({}, {}, (), readme=readme)
    assert house.section("install") == "Do it.\n\n### Otherwise\nSo."
    assert house.section("otherwise") == "So."
    assert house.section("remove") == "Go."
    assert house.section("(away|remove)") == "Go."
    assert house.section("nothing") == ""
    assert house.tells("install", "do it", least=5)
    assert not house.tells("install", "do it")
    assert not house.tells("install", "do not", least=5)
