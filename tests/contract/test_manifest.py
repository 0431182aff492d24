"""manifest.json, hacs.json, and what the code may import because of them."""

import ast
from typing import Any

import pytest

from .files import DOMAIN, INTEGRATION, ROOT, library_modules, modules, read_json
from .manifest_rules import (
    dependency_problems,
    hacs_problems,
    library_import_problems,
    manifest_problems,
)

MANIFEST: dict[str, Any] = {
    "domain": "flux3dp",
    "name": "FLUX",
    "codeowners": ["@somebody"],
    "config_flow": True,
    "documentation": "https://example.org/readme",
    "integration_type": "device",
    "iot_class": "local_push",
    "issue_tracker": "https://example.org/issues",
    "requirements": [],
    "version": "1.2.3",
}
HACS = {
    "name": "FLUX",
    "filename": "flux3dp.zip",
    "homeassistant": "2026.3.0",
    "zip_release": True,
}


def floor() -> str:
    """Return the oldest Home Assistant the tests run with."""
    line = (ROOT / "requirements_floor.txt").read_text().splitlines()[1]
    return line.rpartition("# Home Assistant ")[2]


def test_manifest() -> None:
    assert manifest_problems(read_json(INTEGRATION / "manifest.json"), DOMAIN) == []


def test_hacs() -> None:
    assert hacs_problems(read_json(ROOT / "hacs.json"), DOMAIN, floor()) == []


def test_imports() -> None:
    manifest = read_json(INTEGRATION / "manifest.json")
    declared = manifest["dependencies"] + manifest["after_dependencies"]
    assert dependency_problems(modules(), declared) == []
    assert library_import_problems(library_modules()) == []


def test_the_examples_are_good() -> None:
    assert manifest_problems(MANIFEST, "flux3dp") == []
    assert hacs_problems(HACS, "flux3dp", "2026.3.4") == []


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"version": "newest"}, "no version"),
        ({"version": None}, "version"),
        ({"codeowners": []}, "HACS wants an owner"),
        ({"codeowners": ["somebody"]}, "an @ and a name"),
        ({"documentation": "http://example.org/readme"}, "no https address"),
        ({"issue_tracker": "https://"}, "no https address"),
        ({"iot_class": "local_pull"}, "iot_class"),
        ({"integration_type": "thing"}, "integration_type"),
        ({"requirements": ["aioflux==1.0"]}, "the library is inside"),
        ({"dependencies": ["flux3dp"]}, "itself"),
        ({"domain": "flux"}, "folder"),
        ({"homepage": "https://example.org/home"}, "homepage"),
    ],
)
def test_a_broken_manifest(change: dict[str, Any], problem: str) -> None:
    broken = MANIFEST | change
    broken = dict(sorted(broken.items(), key=lambda item: _rank(item[0])))
    problems = manifest_problems(broken, "flux3dp")
    assert any(problem in found for found in problems), problems
    assert len(problems) == 1


def _rank(key: str) -> tuple[int, str]:
    return {"domain": 0, "name": 1}.get(key, 2), key


def test_a_manifest_out_of_order() -> None:
    assert "order" in manifest_problems(dict(sorted(MANIFEST.items())), "flux3dp")[0]


@pytest.mark.parametrize("key", sorted(MANIFEST))
def test_a_manifest_with_a_gap(key: str) -> None:
    short = {name: value for name, value in MANIFEST.items() if name != key}
    assert manifest_problems(short, "flux3dp")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"homeassistant": "2026.4.0"}, "floor"),
        ({"homeassistant": "2026.3.5"}, "floor"),
        ({"homeassistant": "2026.2.0"}, "floor"),
        ({"homeassistant": "newest"}, "no version"),
        ({"filename": "flux.zip"}, "attaches"),
        ({"zip_release": False}, "zip_release only"),
        ({"domains": ["sensor"]}, "domains"),
        ({"name": ""}, "name"),
    ],
)
def test_a_broken_hacs(change: dict[str, Any], problem: str) -> None:
    problems = hacs_problems(HACS | change, "flux3dp", "2026.3.4")
    assert any(problem in found for found in problems), problems


@pytest.mark.parametrize(
    "source",
    [
        "from homeassistant.components import mqtt",
        "from homeassistant.components.mqtt import publish",
        "import homeassistant.components.mqtt.client",
    ],
)
def test_a_missing_dependency(source: str) -> None:
    files = {"sensor": ast.parse(source)}
    assert dependency_problems(files, []) == [
        "sensor.py imports the component mqtt: no dependency"
    ]
    assert dependency_problems(files, ["mqtt"]) == []


@pytest.mark.parametrize(
    ("source", "root"),
    [
        ("import aiohttp.web", "aiohttp"),
        ("from homeassistant.core import callback", "homeassistant"),
        ("from ..const import DOMAIN", ".."),
        ("def late():\n    import yarl", "yarl"),
    ],
)
def test_a_library_that_reaches_out(source: str, root: str) -> None:
    assert library_import_problems({"key": ast.parse(source)}) == [
        f"aioflux/key.py imports {root}"
    ]
    inside = "from . import key\nfrom .key import ClientKey\nimport cryptography.x509"
    assert library_import_problems({"key": ast.parse(inside)}) == []
