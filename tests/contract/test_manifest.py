"""manifest.json and hacs.json, and what the code may import because of them."""

from importlib.metadata import requires
import re
import sys
from typing import Any

from awesomeversion import AwesomeVersion
from homeassistant.const import Platform
import voluptuous as vol

from .files import DOMAIN, INTEGRATION, LIBRARY, ROOT, imported, read_json, trees

MANIFEST: dict[str, Any] = read_json(INTEGRATION / "manifest.json")

_URL = vol.All(str, vol.Match(r"https://[^\s/]+/\S+$"))
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
# Components that may be imported without a dependency: they are always there.
ALWAYS_THERE = {*map(str, Platform), "device_automation", "diagnostics", "repairs"}

INTEGRATION_FILES = {
    path: tree
    for path, tree in trees(INTEGRATION).items()
    if not path.is_relative_to(LIBRARY)
}


def test_manifest() -> None:
    MANIFEST_SCHEMA(MANIFEST)
    keys = list(MANIFEST)
    assert keys == ["domain", "name", *sorted({*keys} - {"domain", "name"})]


def test_hacs() -> None:
    hacs = read_json(ROOT / "hacs.json")
    HACS_SCHEMA(hacs)
    floor = re.search(
        r"# Home Assistant (\S+)", (ROOT / "requirements_floor.txt").read_text("utf-8")
    )
    assert floor
    oldest, tested = AwesomeVersion(hacs["homeassistant"]), AwesomeVersion(floor[1])
    assert oldest <= tested
    assert oldest.section(0) == tested.section(0)
    assert oldest.section(1) == tested.section(1)


def test_packages_are_there() -> None:
    """Imported is what Home Assistant requires; by the library, cryptography only."""
    core = {re.split(r"[^\w-]", line)[0] for line in requires("homeassistant") or ()}
    # The newest one has another package in the place of voluptuous.
    core |= {"homeassistant", "voluptuous"}
    missing = {
        f"{path.name} imports {name}"
        for path, tree in trees(INTEGRATION).items()
        for name in imported(tree)
        if (root := name.partition(".")[0]) not in sys.stdlib_module_names
        and root not in (core if path in INTEGRATION_FILES else {"cryptography"})
    }
    assert missing == set()


def test_components_are_dependencies() -> None:
    allowed = {
        *ALWAYS_THERE,
        *MANIFEST["dependencies"],
        *MANIFEST["after_dependencies"],
    }
    missing = {
        f"{path.name} imports {name}"
        for path, tree in INTEGRATION_FILES.items()
        for name in imported(tree)
        if name.startswith("homeassistant.components.")
        and name.split(".")[2] not in allowed
    }
    assert missing == set()
