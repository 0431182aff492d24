"""No module imports itself over others: not for types, and not inside a function either."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from .files import INTEGRATION, LIBRARY, ROOT


def imported(name: str, path: Path) -> Iterator[str]:
    """Give all that a module may import, wherever it does, as if each were a module."""
    parents = name.split(".")
    if path.stem != "__init__":
        parents.pop()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom():
                above = parents[: len(parents) + 1 - node.level] if node.level else []
                source = [*above, *([node.module] if node.module else [])]
                yield from (".".join([*source, alias.name]) for alias in node.names)


def ring(root: Path, package: Path, without: Path | None = None) -> list[str]:
    """Return a ring of modules in which each imports the next; empty when there is none."""
    modules = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(
            ".__init__"
        ): path
        for path in package.rglob("*.py")
        if without not in path.parents
    }
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        # What is no module is a name in one.
        found = {
            each if each in modules else each.rpartition(".")[0]
            for each in imported(name, path)
        }
        graph[name] = found & modules.keys() - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        found_ring: list[str] = error.args[1]
        return found_ring[::-1]
    return []


@pytest.mark.parametrize(
    ("package", "without"),
    [
        (INTEGRATION, LIBRARY),
        (LIBRARY, None),
        (ROOT / "simulator", None),
    ],
    ids=["integration", "library", "simulator"],
)
def test_no_ring_of_imports(package: Path, without: Path | None) -> None:
    assert ring(ROOT, package, without) == []


@pytest.mark.parametrize(
    "line",
    [
        "from . import low",
        "from .low import x",
        "from ..house.low import x",
        "from house import low",
        "import house.low",
        "from house.low import x",
        "if TYPE_CHECKING:\n    from .low import x",
        "def late() -> None:\n    from . import low",
    ],
)
def test_a_ring_is_found_and_named(tmp_path: Path, line: str) -> None:
    house = tmp_path / "house"
    (house / "room").mkdir(parents=True)
    (house / "__init__.py").write_text("from .low import x\n")
    (house / "low.py").write_text("from .room import shelf\n")
    (house / "room" / "__init__.py").write_text("")
    shelf = house / "room" / "shelf.py"
    shelf.write_text("import os\nfrom ..high import x\n")
    high = house / "high.py"
    high.write_text("import json\n")
    assert ring(tmp_path, house) == []
    high.write_text(f"{line}\n")
    found = ring(tmp_path, house)
    assert found[0] == found[-1]
    start = found.index("house.low")
    assert (found[start:-1] + found[:start])[:3] == [
        "house.low",
        "house.room.shelf",
        "house.high",
    ]
