"""Where the checked files are, and how they are read."""

import ast
from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

import voluptuous as vol

ROOT = Path(__file__).parents[2]
INTEGRATION = ROOT / "custom_components" / "flux3dp"
LIBRARY = INTEGRATION / "aioflux"
TRANSLATIONS = INTEGRATION / "translations"
BRAND = INTEGRATION / "brand"
WORKFLOWS = ROOT / ".github" / "workflows"
DOMAIN = "flux3dp"


def parse_json(text: str) -> Any:
    """Parse JSON; ValueError for a key that is there twice, which json lets pass."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in items]
        if twice := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"there twice: {', '.join(twice)}")
        return dict(items)

    return json.loads(text, object_pairs_hook=pairs)


def read_json(path: Path) -> Any:
    return parse_json(path.read_text(encoding="utf-8"))


def modules() -> dict[str, ast.Module]:
    """Return the integration's own files, without the library, by module name."""
    return {
        path.stem: ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for path in sorted(INTEGRATION.glob("*.py"))
    }


def library_modules() -> dict[str, ast.Module]:
    return {
        path.stem: ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
        for path in sorted(LIBRARY.glob("*.py"))
    }


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def called(node: ast.Call) -> str:
    """Return the last part of what is called."""
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword, if the call has it."""
    return next((k.value for k in node.keywords if k.arg == name), None)


def schema_problems(schema: vol.Schema, data: Any) -> list[str]:
    """Return everything a schema has against some data, with the place."""
    try:
        schema(data)
    except vol.MultipleInvalid as err:
        return [str(error) for error in err.errors]
    except vol.Invalid as err:
        return [str(err)]
    return []


def leaves(tree: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Return every value of nested dicts that is none, by its path."""
    if not isinstance(tree, dict):
        return {path: tree}
    return {
        leaf: value
        for key, branch in tree.items()
        for leaf, value in leaves(branch, (*path, key)).items()
    }
