"""Pages for people: what they point to exists, and nothing is left out."""

from pathlib import Path
import re

import pytest

from .files import DOMAIN, ENGLISH, INTEGRATION, LIBRARY, ROOT

README = ROOT / "README.md"
PAGES = [
    README,
    ROOT / "CONTRIBUTING.md",
    LIBRARY / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
]
_LINK = re.compile(r"\]\((?!https?:|mailto:|/)([^)#\s]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"")
_PATH = re.compile(r"`((?:tests|script|docs|benchmarks|simulator)/[\w./*-]+)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.parent.name + page.stem)
def test_links_and_paths(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = {a or b for a, b in _LINK.findall(_CODE.sub("", text))}
    assert [link for link in sorted(links) if not (page.parent / link).exists()] == []
    paths = {path.rstrip("/") for path in _PATH.findall(text)}
    assert [path for path in sorted(paths) if not any(ROOT.glob(path))] == []


def test_readme_names_everything_and_has_a_picture() -> None:
    names = {
        entity["name"]
        for entities in ENGLISH["entity"].values()
        for entity in entities.values()
        if "name" in entity
    }
    names |= {f"{DOMAIN}.{action}" for action in ENGLISH["services"]}
    names |= {*ENGLISH["triggers"], *ENGLISH["conditions"]}
    text = README.read_text(encoding="utf-8")
    assert [name for name in sorted(names) if name.lower() not in text.lower()] == []
    # HACS wants a picture on the page that it shows.
    assert re.search(r"!\[[^]]+\]\([\w./-]+\.png\)|<img [^>]*src=", text)


def test_architecture_names_every_module() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    modules = {path.stem for path in INTEGRATION.rglob("*.py")} - {"__main__"}
    named = set(re.findall(r"`(\w+)`", text))
    assert modules - named == set()


@pytest.mark.parametrize(
    ("page", "title"), [("security.md", "claim"), ("architecture.md", "fault")]
)
def test_each_row_of_a_table_names_tests_that_exist(page: str, title: str) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    table = text.partition(f"| {title} | test |\n|---|---|\n")[2].partition("\n\n")[0]
    assert table
    for line in table.splitlines():
        tests = re.findall(r"`([\w/]+\.py)::(\w+)`", line)
        assert tests, line
        for path, name in tests:
            assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), name
