"""What holds for the whole repository."""

import ast
from pathlib import Path
import re
import subprocess

import pytest

from .files import INTEGRATION, LIBRARY, ROOT, imported, trees

FILES = subprocess.run(
    ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
).stdout.split("\0")[:-1]
# Where a package comes from is the choice of the machine: a mirror, or the usual place.
_REGISTRY = re.compile(
    rb"\b(?:registry|pypi|crates|conda)\.[\w.-]*(?:org|com|io|net)\b"
    rb"|\b(?:files|proxy|deb|ftp|mirrors?)\.\w+\.(?:org|com|io|net)\b"
    rb"|\"resolved\": \"http",
    re.IGNORECASE,
)


def test_no_registry_is_named() -> None:
    named = {
        name: found[0]
        for name in FILES
        if (path := ROOT / name).is_file()
        and (found := _REGISTRY.search(path.read_bytes()))
    }
    assert named == {}


@pytest.mark.parametrize(
    "folder", ["custom_components", "simulator", "script", "benchmarks"]
)
def test_no_module_is_too_long(folder: str) -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
        for path in (ROOT / folder).rglob("*.py")
    }
    assert {path: lines for path, lines in lengths.items() if lines > 400} == {}


@pytest.mark.parametrize(
    ("folder", "others"),
    [
        (INTEGRATION, ("simulator", "tests", "benchmarks")),
        (ROOT / "simulator", ("custom_components", "homeassistant", "tests")),
    ],
    ids=["integration", "simulator"],
)
def test_imports_across(folder: Path, others: tuple[str, ...]) -> None:
    """The simulator and the library know only the protocol of each other."""
    across = {
        f"{path.name} imports {name}"
        for path, tree in trees(folder).items()
        for name in imported(tree)
        if name.partition(".")[0] in others
    }
    assert across == set()


def test_library_stays_inside() -> None:
    outside = {
        f"{path.name}:{node.lineno}"
        for path, tree in trees(LIBRARY).items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.level > len(path.relative_to(LIBRARY).parts)
    }
    assert outside == set()
