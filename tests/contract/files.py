"""Where the checked files are, and how they are read."""

import ast
import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "flux3dp"
LIBRARY = INTEGRATION / "aioflux"
TRANSLATIONS = INTEGRATION / "translations"
DOMAIN = "flux3dp"


def read_json(path: Path) -> Any:
    """Return the content; ValueError for a key that is there twice, which json allows."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(content := dict(items)) < len(items):
            keys = [key for key, _ in items]
            twice = {key for key in keys if keys.count(key) > 1}
            raise ValueError(f"{path}: {', '.join(sorted(twice))} is there twice")
        return content

    return json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=pairs)


ENGLISH: dict[str, Any] = read_json(TRANSLATIONS / "en.json")


def imported(path: Path, root: Path = ROOT) -> set[str]:
    """Return the full names of all that a file imports, wherever in it."""
    parents = [*path.relative_to(root).parent.parts]
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = parents[: len(parents) + 1 - node.level] if node.level else []
            source = [*above, *([node.module] if node.module else [])]
            names.update(".".join([*source, alias.name]) for alias in node.names)
    return names


def leaves(content: dict[str, Any], path: str = "") -> dict[str, str]:
    """Return every text of nested dicts by its path, `config.step.user.title`."""
    found: dict[str, str] = {}
    for key, value in content.items():
        if isinstance(value, dict):
            found |= leaves(value, f"{path}{key}.")
        else:
            found[f"{path}{key}"] = value
    return found
