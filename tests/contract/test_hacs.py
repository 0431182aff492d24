"""What HACS wants of the repository's page, told to script/hacs as GitHub tells it."""

import json
from pathlib import Path
import subprocess
from typing import Any

import pytest

from .files import INTEGRATION, ROOT, read_json

HOME: str = read_json(INTEGRATION / "manifest.json")["documentation"]
PAGE = {
    "archived": False,
    "description": "FLUX devices in Home Assistant",
    "has_issues": True,
    "html_url": HOME,
    "license": {"key": "mit", "spdx_id": "MIT"},
    "topics": ["home-assistant", "hacs"],
}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return tmp_path / "repository.json"


def hacs(page: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(ROOT / "script" / "hacs"), str(page)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_good_page(page: Path) -> None:
    page.write_text(json.dumps(PAGE | {"stargazers_count": 3}))
    done = hacs(page)
    assert (done.returncode, done.stderr) == (0, "")


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
    page: Path, change: dict[str, Any], problems: list[str]
) -> None:
    page.write_text(json.dumps(PAGE | change))
    done = hacs(page)
    assert done.returncode == 1
    told = done.stderr.splitlines()
    assert len(told) == len(problems)
    for line, problem in zip(told, problems, strict=True):
        assert line.startswith(problem)


@pytest.mark.parametrize("field", sorted(PAGE))
def test_an_answer_that_is_no_page(page: Path, field: str) -> None:
    page.write_text(json.dumps({key: PAGE[key] for key in PAGE if key != field}))
    done = hacs(page)
    assert done.returncode == 1
    assert done.stderr == f"this is no repository's page: no {field}\n"


@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", None])
def test_a_file_that_cannot_be_read(page: Path, text: str | None) -> None:
    if text is not None:
        page.write_text(text)
    done = hacs(page)
    assert done.returncode == 2
    assert "the file" in done.stderr
    assert "Traceback" not in done.stderr
