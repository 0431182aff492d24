"""quality_scale.yaml, held against what there is.

Every rule has a piece of evidence that a machine can look for. It is less than the rule
asks for, but a rule that is `done` has it, and one that is `todo` or `exempt` has not.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
import re
from typing import Any, Self

from .files import library_modules, modules, read_json
from .manifest_rules import library_import_problems
from .picture_rules import brand_problems

STATUSES = ("done", "todo", "exempt")


@dataclass(frozen=True)
class House:
    """What the evidence is looked for in."""

    code: Mapping[str, ast.Module]
    library: Mapping[str, ast.Module]
    platforms: tuple[str, ...]
    actions: tuple[str, ...] = ()
    manifest: Mapping[str, Any] = field(default_factory=dict)
    strings: Mapping[str, Any] = field(default_factory=dict)
    icons: Mapping[str, Any] = field(default_factory=dict)
    readme: str = ""
    script_test: str = ""
    pyproject: str = ""
    brand: Path | None = None

    @classmethod
    def read(
        cls, root: Path, platforms: tuple[str, ...], actions: tuple[str, ...]
    ) -> Self:
        """Read this repository."""
        integration = root / "custom_components" / "flux3dp"
        return cls(
            code=modules(),
            library=library_modules(),
            platforms=platforms,
            actions=actions,
            manifest=read_json(integration / "manifest.json"),
            strings=read_json(integration / "translations" / "en.json"),
            icons=read_json(integration / "icons.json"),
            readme=(root / "README.md").read_text(encoding="utf-8"),
            script_test=(root / "script" / "test").read_text(encoding="utf-8"),
            pyproject=(root / "pyproject.toml").read_text(encoding="utf-8"),
            brand=integration / "brand",
        )

    @cached_property
    def source(self) -> str:
        return text(self.code)

    def has(self, module: str) -> bool:
        return module in self.code

    def sees(self, pattern: str) -> bool:
        return re.search(pattern, self.source, re.MULTILINE) is not None

    def calls(self, name: str) -> bool:
        return self.sees(rf"(?<!def )\b{name}\(")

    def mentions(self, name: str) -> bool:
        return self.sees(rf"\b{name}\b")

    def defines(self, function: str) -> bool:
        return self.sees(rf"\bdef {function}\(")

    def section(self, heading: str) -> str:
        """Return the text of the README under a heading; with its subheadings."""
        found = re.search(
            rf"^#+ [^\n]*(?:{heading})[^\n]*\n(?P<text>.*?)(?=^#{{1,2}} |\Z)",
            self.readme,
            re.MULTILINE | re.DOTALL | re.IGNORECASE,
        )
        return found["text"].strip() if found else ""

    def tells(self, heading: str, *words: str, least: int = 100) -> bool:
        """Whether the README has such a section, not too short, with these words."""
        text = self.section(heading)
        return len(text) >= least and all(w.lower() in text.lower() for w in words)


def text(trees: Mapping[str, ast.Module]) -> str:
    """Return source without comments and docstrings, every statement in one line."""
    lines = "\n".join(ast.unparse(tree) for tree in trees.values())
    return re.sub(r'^ *""".*?"""\n', "", lines, flags=re.MULTILINE | re.DOTALL)


def _raised_with_words(house: House) -> bool:
    """Whether every error of Home Assistant that is raised has a translation key."""
    errors = re.findall(
        r"\b(?:HomeAssistantError|ServiceValidationError|UpdateFailed"
        r"|ConfigEntry(?:AuthFailed|Error|NotReady))\((translation_domain=)?",
        house.source,
    )
    return bool(errors) and all(errors)


def _parallel_updates(house: House) -> bool:
    return all(
        re.search("^PARALLEL_UPDATES = ", text({name: house.code[name]}), re.MULTILINE)
        for name in house.platforms
    )


def _registered_at_setup(house: House) -> bool:
    calls = re.findall(r"(?<!def )\basync_setup_services\(", house.source)
    at_setup = r"^async def async_setup\(.*(\n .*)*\n .*\basync_setup_services\("
    return len(calls) == 1 and house.sees(at_setup)


def _every_function(house: House) -> bool:
    names = [
        words["name"]
        for platform in house.platforms
        for words in house.strings.get("entity", {}).get(platform, {}).values()
        if "name" in words
    ]
    return bool(names) and house.tells("entities", *names)


type Evidence = Callable[[House], bool]

EVIDENCE: dict[str, Evidence] = {
    # Bronze
    "action-setup": _registered_at_setup,
    "appropriate-polling": lambda house: (
        house.mentions("DataUpdateCoordinator") and not house.mentions("SCAN_INTERVAL")
    ),
    "brands": lambda house: house.brand is not None and not brand_problems(house.brand),
    "common-modules": lambda house: house.has("coordinator") and house.has("entity"),
    "config-flow": lambda house: (
        house.manifest.get("config_flow") is True and house.has("config_flow")
    ),
    "config-flow-test-coverage": lambda house: (
        "covered 100 'custom_components/flux3dp/*_flow.py," in house.script_test
    ),
    "dependency-transparency": lambda house: house.manifest.get("requirements") == [],
    "docs-actions": lambda house: (
        bool(house.actions)
        and house.tells("actions", *(f"flux3dp.{name}" for name in house.actions))
    ),
    "docs-conditions": lambda house: (
        house.has("condition")
        and house.tells("conditions", *house.strings["conditions"])
    ),
    "docs-high-level-description": lambda house: (
        len(house.readme.partition("\n## ")[0]) > 200
    ),
    "docs-installation-instructions": lambda house: house.tells("install", "HACS"),
    "docs-removal-instructions": lambda house: house.tells("remove", "Delete"),
    "docs-triggers": lambda house: (
        house.has("trigger")
        and house.tells(
            "triggers",
            *house.strings["triggers"],
            *house.strings.get("device_automation", {}).get("trigger_type", {}),
        )
    ),
    "entity-event-setup": lambda house: house.defines("async_added_to_hass"),
    "entity-unique-id": lambda house: house.mentions("_attr_unique_id"),
    "has-entity-name": lambda house: house.mentions("_attr_has_entity_name"),
    "runtime-data": lambda house: (
        house.mentions("runtime_data")
        and not house.sees(r"hass\.data(\.setdefault\(|\[)DOMAIN")
    ),
    "test-before-configure": lambda house: house.calls("ensure_trusted"),
    "test-before-setup": lambda house: house.mentions("ConfigEntryNotReady"),
    "unique-config-entry": lambda house: (
        house.calls("async_set_unique_id")
        and house.calls("_abort_if_unique_id_configured")
    ),
    # Silver
    "action-exceptions": lambda house: (
        house.calls("HomeAssistantError") and house.calls("ServiceValidationError")
    ),
    "config-entry-unloading": lambda house: house.defines("async_unload_entry"),
    "docs-configuration-parameters": lambda house: house.tells("options", "robot"),
    "docs-installation-parameters": lambda house: house.tells(
        "set up", "address", "password"
    ),
    "entity-unavailable": lambda house: house.defines("available"),
    "integration-owner": lambda house: bool(house.manifest.get("codeowners")),
    "log-when-unavailable": lambda house: (
        house.sees(r"\.info\(.*does not answer") and house.sees(r"\.info\(.*is back")
    ),
    "parallel-updates": _parallel_updates,
    "reauthentication-flow": lambda house: house.defines("async_step_reauth"),
    "test-coverage": lambda house: "covered 95\n" in house.script_test,
    # Gold
    "devices": lambda house: house.calls("DeviceInfo"),
    "diagnostics": lambda house: house.has("diagnostics"),
    "discovery": lambda house: (
        house.defines("async_step_integration_discovery")
        and house.calls("async_create_flow")
    ),
    "discovery-update-info": lambda house: (
        house.has("address") and house.calls("async_update_entry")
    ),
    "docs-data-update": lambda house: house.tells("kept up to date|data update"),
    "docs-examples": lambda house: house.tells("automations", "trigger:", "action:"),
    "docs-known-limitations": lambda house: house.tells("known limits"),
    "docs-supported-devices": lambda house: house.tells("supported", "Delta", "beamo"),
    "docs-supported-functions": _every_function,
    "docs-troubleshooting": lambda house: house.tells("does not work", "1901"),
    "docs-use-cases": lambda house: house.tells("what (it is good|you can)"),
    "dynamic-devices": lambda house: house.manifest.get("integration_type") == "hub",
    "entity-category": lambda house: house.mentions("EntityCategory"),
    "entity-device-class": lambda house: house.sees(r"\bdevice_class="),
    "entity-disabled-by-default": lambda house: house.sees(
        "entity_registry_enabled_default=False"
    ),
    "entity-translations": lambda house: bool(house.strings.get("entity")),
    "exception-translations": _raised_with_words,
    "icon-translations": lambda house: bool(house.icons.get("entity")),
    "reconfiguration-flow": lambda house: house.defines("async_step_reconfigure"),
    "repair-issues": lambda house: (
        house.calls("async_create_issue") and bool(house.strings.get("issues"))
    ),
    "stale-devices": lambda house: house.defines("async_remove_config_entry_device"),
    # Platinum
    "async-dependency": lambda house: (
        "async def " in text(house.library) and "time.sleep(" not in text(house.library)
    ),
    "inject-websession": lambda house: any(
        name in problem
        for problem in library_import_problems(house.library)
        for name in ("aiohttp", "httpx")
    ),
    "strict-typing": lambda house: (
        "[tool.mypy]\nstrict = true" in house.pyproject
        and "script/types" in house.script_test
    ),
}


def scale_problems(scale: Mapping[str, Any], house: House) -> list[str]:
    """Return where quality_scale.yaml is incomplete, or says what is not so."""
    rules = scale.get("rules", {})
    problems = [f"{rule} is missing" for rule in EVIDENCE if rule not in rules]
    problems += [f"{rule} is no rule" for rule in rules if rule not in EVIDENCE]
    for rule in rules.keys() & EVIDENCE:
        status, comment = _read(rules[rule])
        if status not in STATUSES:
            problems.append(f"{rule}: {status} is no status")
            continue
        if status != "done" and not comment:
            problems.append(f"{rule}: {status} wants a comment")
        there = EVIDENCE[rule](house)
        if status == "done" and not there:
            problems.append(f"{rule} is done, and cannot be seen")
        if status != "done" and there:
            problems.append(f"{rule} is {status}, and is there")
    return sorted(problems)


def _read(value: Any) -> tuple[str, str]:
    """Return status and comment; a status may stand alone."""
    if isinstance(value, str):
        return value, ""
    if isinstance(value, dict) and set(value) <= {"status", "comment"}:
        return str(value.get("status")), value.get("comment", "")
    return repr(value), ""
