"""services.yaml, against Home Assistant's schema, the strings and what is registered."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.helpers import config_validation as cv, service as ha_service
from homeassistant.helpers.selector import TargetSelector, validate_selector
import voluptuous as vol

from .files import schema_problems

# Stricter than `_SERVICES_SCHEMA`, which lets anything pass that it does not know.
_FIELD = {
    vol.Optional("required"): bool,
    vol.Optional("advanced"): bool,
    vol.Optional("default"): object,
    vol.Optional("example"): object,
    vol.Optional("filter"): dict,
    vol.Required("selector"): validate_selector,
}
_SECTION = {vol.Required("fields"): {str: _FIELD}, vol.Optional("collapsed"): bool}
ACTIONS = vol.Schema(
    {
        str: vol.Any(
            None,
            {
                vol.Optional("target"): TargetSelector.CONFIG_SCHEMA,
                vol.Optional("fields"): {str: vol.Any(_FIELD, _SECTION)},
            },
        )
    }
)


def action_problems(
    actions: Mapping[str, Any], strings: Mapping[str, Any]
) -> list[str]:
    """Return what hassfest has against services.yaml together with the strings."""
    core_schema: vol.Schema = ha_service._SERVICES_SCHEMA
    problems = schema_problems(core_schema, dict(actions))
    if more := schema_problems(ACTIONS, dict(actions)):
        return problems + more
    named = strings.get("services", {})
    problems += [f"{name} has no strings" for name in actions if name not in named]
    problems += [f"{name} is no action" for name in named if name not in actions]
    for name in actions.keys() & named.keys():
        fields = dict(fields_of(actions[name]))
        texts = named[name].get("fields", {})
        sections = {
            key
            for key, field in ((actions[name] or {}).get("fields") or {}).items()
            if "fields" in field
        }
        worded = named[name].get("sections", {}).keys()
        problems += [
            f"{name}: section {key} has no strings" for key in sections - worded
        ]
        problems += [f"{name}: {key} is no section" for key in worded - sections]
        problems += [f"{name}: {key} has no strings" for key in fields.keys() - texts]
        problems += [f"{name}: {key} is no field" for key in texts.keys() - fields]
        for key, field in fields.items():
            problems += [
                f"{name}: {key}: {problem}"
                for problem in _selector_problems(field, strings)
            ]
    return problems


def fields_of(action: Mapping[str, Any] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the fields of an action, those in sections too."""
    for key, field in ((action or {}).get("fields") or {}).items():
        if "fields" in field:
            yield from fields_of(field)
        else:
            yield key, field


def selector_translations(actions: Mapping[str, Any]) -> dict[str, set[str]]:
    """Return the options of every selector that has its words in the strings."""
    found: dict[str, set[str]] = {}
    for action in actions.values():
        for _, field in fields_of(action):
            config = next(iter(field["selector"].values())) or {}
            if key := config.get("translation_key"):
                found.setdefault(key, set()).update(_options(config))
    return found


def _options(config: Mapping[str, Any]) -> set[str]:
    return {
        option["value"] if isinstance(option, dict) else option
        for option in config.get("options", [])
    }


def _selector_problems(
    field: Mapping[str, Any], strings: Mapping[str, Any]
) -> list[str]:
    config = next(iter(field["selector"].values())) or {}
    problems = []
    if "options" in config:
        options = _options(config)
        if "default" in field and field["default"] not in options:
            problems.append(f"the default {field['default']} is no option")
        if key := config.get("translation_key"):
            words = strings.get("selector", {}).get(key, {}).get("options", {})
            if set(words) != options:
                problems.append(f"selector.{key} has other options")
    if field.get("required") and field.get("selector") == {"constant": None}:
        problems.append("a constant is never required")
    return problems


def registration_problems(
    actions: Mapping[str, Any], registered: Mapping[str, vol.Schema]
) -> list[str]:
    """Return where the described actions differ from those that are registered."""
    problems = [f"{name} is not described" for name in registered.keys() - actions]
    problems += [f"{name} is not registered" for name in actions.keys() - registered]
    for name in actions.keys() & registered.keys():
        fields = dict(fields_of(actions[name]))
        taken = {
            str(marker): isinstance(marker, vol.Required)
            for marker in _plain(registered[name])
            if not isinstance(marker, vol.Remove)
        }
        if "target" in (actions[name] or {}):
            target = {str(marker) for marker in cv.ENTITY_SERVICE_FIELDS}
            problems += [
                f"{name}: {key} of the target is not taken" for key in target - {*taken}
            ]
            taken = {key: taken[key] for key in taken.keys() - target}
        problems += [f"{name}: {key} is not described" for key in taken.keys() - fields]
        problems += [f"{name}: {key} is not taken" for key in fields.keys() - taken]
        for key in fields.keys() & taken.keys():
            # A field the form fills in by itself may be optional in the call.
            required = bool(fields[key].get("required"))
            if taken[key] and not required:
                problems.append(f"{name}: {key} is required and not described so")
            if required and not taken[key] and "default" not in fields[key]:
                problems.append(f"{name}: {key} is described as required")
    return sorted(problems)


def _plain(schema: Any) -> dict[Any, Any]:
    """Return the keys of a schema that may have further checks around it."""
    if isinstance(schema, dict):
        return schema
    if isinstance(schema, vol.Schema):
        return _plain(schema.schema)
    for part in getattr(schema, "validators", ()):
        if found := _plain(part):
            return found
    return {}
