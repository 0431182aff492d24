"""quality_scale.yaml has every rule, valid statuses, and names no file that is missing."""

from pathlib import Path
import re
from typing import Any

from homeassistant import components
from homeassistant.util.yaml import load_yaml_dict

from .files import INTEGRATION, ROOT

SCALE = INTEGRATION / "quality_scale.yaml"
RULES: dict[str, Any] = load_yaml_dict(str(SCALE))["rules"]


def test_rules() -> None:
    core = Path(components.__file__).parent / "wled" / "quality_scale.yaml"
    # The oldest supported Home Assistant does not have these yet.
    rules = {*load_yaml_dict(str(core))["rules"], "docs-conditions", "docs-triggers"}
    assert set(RULES) == rules


def test_statuses() -> None:
    explained = {rule: value for rule, value in RULES.items() if value != "done"}
    for rule, value in explained.items():
        assert set(value) == {"status", "comment"}, rule
        assert value["status"] in ("done", "todo", "exempt"), rule
        assert value["comment"], rule


def test_files_are_there() -> None:
    paths = re.findall(r"[\w.]+(?:/[\w.]+)+|\w+\.\w{2,4}\b", SCALE.read_text("utf-8"))
    assert [path for path in paths if not (ROOT / path).exists()] == []
