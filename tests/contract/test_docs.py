"""Pages for people."""

from pathlib import Path
import re

import pytest

from .doc_rules import map_problems, page_problems
from .files import INTEGRATION, LIBRARY, ROOT

PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    LIBRARY / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name + page.stem)
def test_a_page(page: Path) -> None:
    assert page_problems(page, ROOT) == []


def test_the_readme_shows_what_it_looks_like() -> None:
    # HACS wants a picture on the page that it shows.
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"!\[[^]]+\]\([\w./-]+\.png\)|<img [^>]*src=", text)


def test_the_map_has_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rooms = [path.stem for path in (*INTEGRATION.glob("*.py"), *LIBRARY.glob("*.py"))]
    assert len(rooms) > 40
    assert map_problems(text, rooms) == []


def test_a_page_that_leads_nowhere(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "[a](here.md) [b](gone.md#part) [c](https://example.org) `tests/page.py`\n"
        '<img src="lost.png"> `script/run`\n```\n[x](y)\n```\n'
    )
    (tmp_path / "here.md").touch()
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "run").touch()
    assert page_problems(page, tmp_path) == [
        "page.md: gone.md is not there",
        "page.md: lost.png is not there",
        "page.md: tests/page.py is not there",
    ]


def test_a_room_that_is_on_no_map() -> None:
    assert map_problems("| `hall`, `attic` |", ["hall", "cellar"]) == [
        "cellar is on no map"
    ]
