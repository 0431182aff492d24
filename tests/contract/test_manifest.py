"""manifest.json and hacs.json, what they let the code import, and the page HACS shows."""

from importlib.metadata import requires
import re
from runpy import run_path
import sys
from typing import Any

from awesomeversion import AwesomeVersion
from homeassistant.const import Platform
from homeassistant.helpers import config_validation as cv
import pytest
import voluptuous as vol

from .files import DOMAIN, INTEGRATION, LIBRARY, ROOT, imported, read_json

MANIFEST: dict[str, Any] = read_json(INTEGRATION / "manifest.json")

_URL = vol.All(cv.url, vol.Match("https://"))
MANIFEST_SCHEMA = vol.Schema(
    {
        vol.Required("domain"): DOMAIN,
        vol.Required("name"): vol.All(str, vol.Length(min=1)),
        vol.Required("codeowners"): vol.All(
            [vol.Match(r"@[\w-]+$")], vol.Length(min=1)
        ),
        vol.Required("config_flow"): True,
        vol.Required("documentation"): _URL,
        vol.Required("integration_type"): vol.In(["device", "hub", "service"]),
        vol.Required("iot_class"): vol.In(["local_polling", "local_push"]),
        vol.Required("issue_tracker"): _URL,
        # The library is inside, and what it needs is Home Assistant's own.
        vol.Required("requirements"): vol.All([str], vol.Length(max=0)),
        vol.Required("version"): vol.Match(r"\d+\.\d+\.\d+$"),
        vol.Optional("dependencies"): [str],
        vol.Optional("after_dependencies"): [str],
        vol.Optional("loggers"): [str],
    }
)
HACS_SCHEMA = vol.Schema(
    {
        vol.Required("name"): MANIFEST["name"],
        vol.Required("filename"): f"{DOMAIN}.zip",
        vol.Required("homeassistant"): vol.Match(r"\d{4}\.\d{1,2}\.\d+$"),
        vol.Required("zip_release"): True,
        vol.Optional("country"): vol.Any(str, [str]),
        vol.Optional("hide_default_branch"): bool,
        vol.Optional("render_readme"): bool,
    }
)
PAGE_PROBLEMS = run_path(str(ROOT / "script" / "hacs"))["page_problems"]
PAGE: dict[str, Any] = {
    "archived": False,
    "description": "FLUX devices in Home Assistant",
    "has_issues": True,
    "html_url": MANIFEST["documentation"],
    "license": {"key": "mit", "spdx_id": "MIT"},
    "topics": ["home-assistant", "hacs"],
}
# Components that may be imported without a dependency: they are always there.
ALWAYS_THERE = {*map(str, Platform), "device_automation", "diagnostics", "repairs"}


def test_manifest() -> None:
    MANIFEST_SCHEMA(MANIFEST)
    keys = list(MANIFEST)
    assert keys == ["domain", "name", *sorted({*keys} - {"domain", "name"})]


def test_hacs() -> None:
    hacs = read_json(ROOT / "hacs.json")
    HACS_SCHEMA(hacs)
    pins = (ROOT / "requirements_floor.txt").read_text("utf-8")
    floor = re.search(r"# Home Assistant (\S+)", pins)
    assert floor
    oldest, tested = AwesomeVersion(hacs["homeassistant"]), AwesomeVersion(floor[1])
    assert oldest <= tested
    assert [oldest.section(0), oldest.section(1)] == [
        tested.section(0),
        tested.section(1),
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"stargazers_count": 3}, ""),
        ({"archived": True}, "archived"),
        ({"description": None}, "no description"),
        ({"topics": []}, "no topics"),
        ({"has_issues": False}, "issues are off"),
        ({"license": None}, "license None"),
        ({"license": {"spdx_id": "NOASSERTION"}}, "license NOASSERTION"),
        ({"html_url": f"{MANIFEST['documentation']}-fork"}, "documentation in"),
    ],
)
def test_page(change: dict[str, Any], problem: str) -> None:
    """script/hacs names what HACS would refuse about the page that GitHub shows."""
    found = PAGE_PROBLEMS(PAGE | change, MANIFEST, "MIT")
    assert [each.startswith(problem) for each in found][:1] == [True] * bool(problem)


def test_packages_are_there() -> None:
    """Imported is what Home Assistant requires; by the library, cryptography only."""
    core = {re.split(r"[^\w-]", line)[0] for line in requires("homeassistant") or ()}
    # The newest one has another package in the place of voluptuous.
    core |= {"homeassistant", "voluptuous"}
    missing = {
        f"{path.name} imports {name}"
        for path in INTEGRATION.rglob("*.py")
        for name in imported(path)
        if (root := name.partition(".")[0]) not in sys.stdlib_module_names
        and root != "custom_components"
        and root not in ({"cryptography"} if LIBRARY in path.parents else core)
    }
    assert missing == set()


def test_components_are_dependencies() -> None:
    listed = {*MANIFEST["dependencies"], *MANIFEST["after_dependencies"]}
    missing = {
        f"{path.name} imports {name}"
        for path in INTEGRATION.rglob("*.py")
        for name in imported(path)
        if name.startswith("homeassistant.components.")
        and name.split(".")[2] not in ALWAYS_THERE | listed
    }
    assert missing == set()
