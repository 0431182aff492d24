"""What HACS wants of the repository's page, given to script/hacs as GitHub shows it."""

import json
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from .files import INTEGRATION, ROOT, read_json

HOME: str = read_json(INTEGRATION / "manifest.json")["documentation"]
PAGE: dict[str, Any] = {
    "archived": False,
    "description": "FLUX devices in Home Assistant",
    "has_issues": True,
    "html_url": HOME,
    "license": {"key": "mit", "spdx_id": "MIT"},
    "topics": ["home-assistant", "hacs"],
}
# Read once: to start it for each case takes a second.
HACS = run_path(str(ROOT / "script" / "hacs"))


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"stargazers_count": 3}, ""),
        ({"archived": True}, "archived"),
        ({"description": None}, "no description"),
        ({"topics": []}, "no topics"),
        ({"has_issues": False}, "issues are off"),
        ({"license": None}, "license None"),
        ({"license": {"spdx_id": "NOASSERTION"}}, "license NOASSERTION"),
        ({"html_url": f"{HOME}-fork"}, "documentation in"),
    ],
)
def test_page(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    change: dict[str, Any],
    problem: str,
) -> None:
    file = tmp_path / "repository.json"
    file.write_text(json.dumps(PAGE | change))
    monkeypatch.setattr("sys.argv", ["hacs", str(file)])
    assert HACS["main"]() == bool(problem)
    assert capsys.readouterr().err.startswith(problem)


def test_not_a_page() -> None:
    assert HACS["page_problems"]({}, {}, "MIT")[0].startswith("this is no repository's")
