"""Who imports whom: no ring, not for types or inside a function either, and nothing across."""

from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from .files import INTEGRATION, LIBRARY, ROOT, imported

SIMULATOR = ROOT / "simulator"


def ring(package: Path, without: Path | None = None, root: Path = ROOT) -> list[str]:
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
            for each in imported(path, root)
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
    [(INTEGRATION, LIBRARY), (LIBRARY, None), (SIMULATOR, None)],
    ids=["integration", "library", "simulator"],
)
def test_no_ring_of_imports(package: Path, without: Path | None) -> None:
    assert ring(package, without) == []


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
    (house / "room" / "shelf.py").write_text("import os\nfrom ..high import x\n")
    high = house / "high.py"
    high.write_text("import json\n")
    assert ring(house, root=tmp_path) == []
    high.write_text(f"{line}\n")
    found = ring(house, root=tmp_path)
    assert found[0] == found[-1]
    start = found.index("house.low")
    named = (found[start:-1] + found[:start])[:3]
    assert named == ["house.low", "house.room.shelf", "house.high"]


@pytest.mark.parametrize(
    ("folder", "others"),
    [
        (INTEGRATION, {"simulator", "tests", "benchmarks"}),
        (LIBRARY, {"custom_components", "homeassistant"}),
        (SIMULATOR, {"custom_components", "homeassistant", "tests"}),
    ],
    ids=["integration", "library", "simulator"],
)
def test_imports_across(folder: Path, others: set[str]) -> None:
    """The simulator and the library know only the protocol of each other."""
    own = ".".join(folder.relative_to(ROOT).parts)
    across = {
        f"{path.name} imports {name}"
        for path in folder.rglob("*.py")
        for name in imported(path)
        if name.partition(".")[0] in others and not name.startswith(f"{own}.")
    }
    assert across == set()
