"""Who imports whom: no ring, not for types or inside a function either, and nothing across."""

from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from .files import INTEGRATION, LIBRARY, ROOT, imported

SIMULATOR = ROOT / "simulator"


@pytest.mark.parametrize(
    ("package", "without"),
    [(INTEGRATION, LIBRARY), (LIBRARY, None), (SIMULATOR, None)],
    ids=["integration", "library", "simulator"],
)
def test_no_ring_of_imports(package: Path, without: Path | None) -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(
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
            for each in imported(path)
        }
        graph[name] = found & modules.keys() - {name}
    # The middle of each is imported, and imports: a ring would be seen.
    assert sum(map(bool, graph.values())) > len(graph) / 2
    # CycleError names the ring.
    TopologicalSorter(graph).prepare()


def test_all_kinds_of_imports_are_seen(tmp_path: Path) -> None:
    room = tmp_path / "house" / "room.py"
    room.parent.mkdir()
    room.write_text(
        "from . import a\nfrom .b import x\nfrom ..house.c import x\nimport house.d\n"
        "if TYPE_CHECKING:\n    from house import e\n"
        "def late():\n    from .f import x\n"
    )
    assert imported(room, tmp_path) == {
        *("house.a", "house.b.x", "house.c.x", "house.d", "house.e", "house.f.x")
    }


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
