"""manifest.json and hacs.json, as hassfest and the HACS action want them."""

import ast
from collections.abc import Iterable, Mapping
import re
import sys
from typing import Any

from awesomeversion import AwesomeVersion, AwesomeVersionException
from awesomeversion.strategy import AwesomeVersionStrategy
from homeassistant.const import Platform
import voluptuous as vol

from .files import schema_problems

IOT_CLASSES = (
    "assumed_state",
    "calculated",
    "cloud_polling",
    "cloud_push",
    "local_polling",
    "local_push",
)
INTEGRATION_TYPES = ("device", "entity", "hardware", "helper", "hub", "service")

# What may be imported from homeassistant.components without being a dependency: it is
# always there, or is only a base that a platform file builds on.
ALWAYS_THERE = {platform.value for platform in Platform} | {
    "automation",
    "device_automation",
    "diagnostics",
    "homeassistant",
    "persistent_notification",
    "repairs",
    "script",
    "stream",
    "system_health",
    "websocket_api",
    "zone",
}


def _version(value: str) -> str:
    try:
        AwesomeVersion(
            value,
            ensure_strategy=[
                AwesomeVersionStrategy.CALVER,
                AwesomeVersionStrategy.SEMVER,
                AwesomeVersionStrategy.SIMPLEVER,
                AwesomeVersionStrategy.BUILDVER,
                AwesomeVersionStrategy.PEP440,
            ],
        )
    except AwesomeVersionException as err:
        raise vol.Invalid(f"'{value}' is no version") from err
    return value


_URL = vol.All(str, vol.Match(r"https://[^\s/]+/\S+$", msg="no https address"))

MANIFEST = vol.Schema(
    {
        vol.Required("domain"): vol.Match(r"[a-z0-9_]+$"),
        vol.Required("name"): vol.All(str, vol.Length(min=1)),
        vol.Required("codeowners"): vol.All(
            [vol.Match(r"@[\w-]+$", msg="a code owner is an @ and a name")],
            vol.Length(min=1, msg="HACS wants an owner"),
        ),
        vol.Required("documentation"): _URL,
        vol.Required("issue_tracker"): _URL,
        vol.Required("version"): _version,
        vol.Required("integration_type"): vol.In(INTEGRATION_TYPES),
        vol.Required("iot_class"): vol.In(IOT_CLASSES),
        vol.Required("config_flow"): bool,
        vol.Required("requirements"): [str],
        vol.Optional("dependencies"): [str],
        vol.Optional("after_dependencies"): [str],
        vol.Optional("loggers"): [str],
        vol.Optional("import_executor"): bool,
        vol.Optional("single_config_entry"): bool,
    }
)

HACS = vol.Schema(
    {
        vol.Required("name"): vol.All(str, vol.Length(min=1)),
        vol.Optional("content_in_root"): bool,
        vol.Optional("country"): vol.Any(str, [str]),
        vol.Optional("filename"): str,
        vol.Optional("hacs"): str,
        vol.Optional("hide_default_branch"): bool,
        vol.Optional("homeassistant"): str,
        vol.Optional("persistent_directory"): str,
        vol.Optional("render_readme"): bool,
        vol.Optional("zip_release"): bool,
    }
)


def manifest_problems(manifest: Mapping[str, Any], domain: str) -> list[str]:
    """Return what hassfest, HACS or this house has against a manifest."""
    problems = schema_problems(MANIFEST, dict(manifest))
    keys = list(manifest)
    order = [key for key in ("domain", "name") if key in manifest]
    order += sorted(set(keys) - set(order))
    if keys != order:
        problems.append(f"keys are in the order {keys} and not {order}")
    if manifest.get("domain") != domain:
        problems.append(f"the domain is not that of the folder, {domain}")
    if manifest.get("requirements"):
        problems.append("requirements: the library is inside, cryptography is core's")
    for key in ("dependencies", "after_dependencies"):
        if domain in manifest.get(key, []):
            problems.append(f"{key}: depends on itself")
    return problems


def hacs_problems(hacs: Mapping[str, Any], domain: str, floor: str) -> list[str]:
    """Return what HACS or this house has against a hacs.json.

    `floor` is the oldest Home Assistant that the tests run with.
    """
    problems = schema_problems(HACS, dict(hacs))
    oldest = hacs.get("homeassistant")
    if oldest is None or not re.fullmatch(r"\d{4}\.\d{1,2}\.\d+", oldest):
        problems.append(f"homeassistant: {oldest} is no version of Home Assistant")
    elif (
        AwesomeVersion(oldest) > AwesomeVersion(floor)
        or oldest.rsplit(".", 1)[0] != (floor.rsplit(".", 1)[0])
    ):
        problems.append(f"homeassistant: {oldest}, but the tests' floor is {floor}")
    if hacs.get("zip_release") and hacs.get("filename") != f"{domain}.zip":
        problems.append(f"filename: a release attaches {domain}.zip")
    if not hacs.get("zip_release") and "filename" in hacs:
        problems.append("filename: is read with zip_release only")
    return problems


def dependency_problems(
    files: Mapping[str, ast.Module], dependencies: Iterable[str]
) -> list[str]:
    """Return imports of Home Assistant's components that no dependency declares."""
    allowed = ALWAYS_THERE | set(dependencies)
    return [
        f"{name}.py imports the component {component}: no dependency"
        for name, tree in files.items()
        for component in sorted(_components(tree) - allowed)
    ]


def _components(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    prefix = "homeassistant.components"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == prefix:
                found.update(alias.name for alias in node.names)
            elif node.module.startswith(f"{prefix}."):
                found.add(node.module.split(".")[2])
        elif isinstance(node, ast.Import):
            found.update(
                alias.name.split(".")[2]
                for alias in node.names
                if alias.name.startswith(f"{prefix}.")
            )
    return found


def library_import_problems(files: Mapping[str, ast.Module]) -> list[str]:
    """Return imports that a library of stdlib and cryptography has no business with."""
    allowed = set(sys.stdlib_module_names) | {"cryptography"}
    problems = []
    for name, tree in files.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                roots = {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                roots = {(node.module or "").partition(".")[0]}
            elif isinstance(node, ast.ImportFrom) and node.level > 1:
                roots = {"." * node.level}
            else:
                continue
            problems += [
                f"aioflux/{name}.py imports {root}" for root in sorted(roots - allowed)
            ]
    return problems
