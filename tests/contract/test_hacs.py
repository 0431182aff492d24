"""What HACS wants of the repository's page, told to script/hacs as GitHub tells it."""

import json
from pathlib import Path
from runpy import run_path
from typing import Any

import pytest

from .files import INTEGRATION, ROOT, read_json

MANIFEST: dict[str, Any] = read_json(INTEGRATION / "manifest.json")
HOME: str = MANIFEST["documentation"]
PAGE = {
    "archived": False,
    "description": "FLUX devices in Home Assistant",
    "has_issues": True,
    "html_url": HOME,
    "license": {"key": "mit", "spdx_id": "MIT"},
    "topics": ["home-assistant", "hacs"],
}


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "repository.json"
    monkeypatch.setattr("sys.argv", ["hacs", str(path)])
    return path


# Read once: to start it for each case takes a second.
HACS = run_path(str(ROOT / "script" / "hacs"))


def test_a_good_page(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page.write_text(json.dumps(PAGE | {"stargazers_count": 3}))
    assert HACS["main"]() == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({"archived": True}, ["archived"]),
        ({"description": None}, ["no description"]),
        ({"description": ""}, ["no description"]),
        ({"topics": []}, ["no topics"]),
        ({"has_issues": False}, ["issues are off"]),
        ({"license": None}, ["license None"]),
        ({"license": {"key": "other", "spdx_id": "NOASSERTION"}}, ["license NOASS"]),
        ({"license": {"key": "cc0-1.0", "spdx_id": "CC0-1.0"}}, ["license CC0"]),
        ({"html_url": f"{HOME}-fork"}, ["documentation in", "issue_tracker in"]),
        ({"archived": True, "topics": []}, ["archived", "no topics"]),
    ],
)
def test_a_page_that_lacks_something(
    change: dict[str, Any], problems: list[str]
) -> None:
    told = HACS["page_problems"](PAGE | change, MANIFEST, "MIT")
    assert len(told) == len(problems)
    for line, problem in zip(told, problems, strict=True):
        assert line.startswith(problem)


@pytest.mark.parametrize("field", sorted(PAGE))
def test_an_answer_that_is_no_page(
    page: Path, capsys: pytest.CaptureFixture[str], field: str
) -> None:
    page.write_text(json.dumps({key: PAGE[key] for key in PAGE if key != field}))
    assert HACS["main"]() == 1
    assert capsys.readouterr().err == f"this is no repository's page: no {field}\n"


@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", None])
def test_a_file_that_cannot_be_read(
    page: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    if text is not None:
        page.write_text(text)
    with pytest.raises(SystemExit, match="2"):
        HACS["main"]()
    assert "the file" in capsys.readouterr().err
