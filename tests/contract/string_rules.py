"""Translations and icons, as hassfest wants them of a custom integration."""

from collections.abc import Mapping
import re
from string import Formatter
from typing import Any

from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from .files import leaves, schema_problems

# Lower case, and no two joints in a row or at an end.
KEY = vol.Match(
    r"(?!.*[_-]{2})[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", msg="no translation key"
)
ICON = vol.Match(r"mdi:[a-z0-9]+(-[a-z0-9]+)*$", msg="no Material Design icon")

_TAG = re.compile(r"</?[a-zA-Z][^>]*>")
_ADDRESS = re.compile(r"\w+://\S")
_QUOTED = re.compile(r"'{\w+}'")


def text(value: Any) -> str:
    """Validate one sentence; vol.Invalid says what is wrong with it."""
    if not isinstance(value, str):
        raise vol.Invalid("no text")
    for wrong, why in (
        (not value, "empty"),
        (value != value.strip(), "space at an end"),
        (any(line != line.rstrip() for line in value.splitlines()), "trailing space"),
        ("[%key" in value, "a reference, which only core resolves"),
        (_TAG.search(value), "HTML"),
        (_ADDRESS.search(value), "an address, which belongs into a placeholder"),
        (_QUOTED.search(value), "a quoted placeholder"),
    ):
        if wrong:
            raise vol.Invalid(why)
    try:
        names = placeholders(value)
    except ValueError as err:
        raise vol.Invalid(f"braces: {err}") from err
    if any(not name.isidentifier() for name in names):
        raise vol.Invalid("a placeholder without a name")
    return value


def placeholders(value: str) -> set[str]:
    """Return the names in braces; ValueError when the braces do not match."""
    return {name for _, name, _, _ in Formatter().parse(value) if name is not None}


def _texts(key: Any = str) -> dict[Any, Any]:
    return {key: text}


def _flow(*, title: bool) -> vol.Schema:
    """Return the schema of a flow; with `title` every step that is shown has one."""
    return vol.Schema(
        {
            vol.Optional("flow_title"): text,
            vol.Required("step"): {
                KEY: vol.All(
                    {
                        (vol.Required if title else vol.Optional)("title"): text,
                        vol.Optional("description"): text,
                        vol.Optional("data"): _texts(),
                        vol.Optional("data_description"): _texts(),
                        vol.Optional("menu_options"): _texts(KEY),
                        vol.Optional("menu_option_descriptions"): _texts(KEY),
                        vol.Optional("submit"): text,
                        vol.Optional("sections"): {
                            KEY: {
                                vol.Optional("name"): text,
                                vol.Optional("description"): text,
                                vol.Optional("data"): _texts(),
                                vol.Optional("data_description"): _texts(),
                            }
                        },
                    },
                    _described,
                )
            },
            vol.Optional("error"): _texts(KEY),
            vol.Optional("abort"): _texts(KEY),
            vol.Optional("progress"): _texts(KEY),
            vol.Optional("create_entry"): _texts(KEY),
        }
    )


def _described(step: dict[str, Any]) -> dict[str, Any]:
    """Refuse a field without a description, or a description without a field."""
    if step.get("data", {}).keys() != step.get("data_description", {}).keys():
        raise vol.Invalid("data and data_description have different keys")
    return step


def _issue(issue: dict[str, Any]) -> dict[str, Any]:
    if ("description" in issue) == ("fix_flow" in issue):
        raise vol.Invalid("an issue has either a description or a fix_flow")
    return issue


_NAMED = {vol.Required("name"): text, vol.Required("description"): text}
_BY_TARGET = {KEY: {**_NAMED, vol.Optional("fields"): {KEY: _NAMED}}}

_STATES = {vol.Optional("name"): text, vol.Optional("state"): _texts(KEY)}

STRINGS = vol.Schema(
    {
        vol.Required("title"): text,
        vol.Required("config"): _flow(title=True),
        vol.Optional("options"): _flow(title=True),
        vol.Optional("selector"): {
            KEY: {
                vol.Optional("options"): _texts(KEY),
                vol.Optional("unit_of_measurement"): _texts(KEY),
            }
        },
        vol.Optional("device_automation"): {
            vol.In(
                (
                    "action_type",
                    "condition_type",
                    "trigger_type",
                    "trigger_subtype",
                    "extra_fields",
                    "extra_fields_descriptions",
                )
            ): _texts(KEY)
        },
        vol.Optional("entity"): {
            KEY: {
                KEY: {
                    **_STATES,
                    vol.Optional("state_attributes"): {KEY: _STATES},
                    vol.Optional("unit_of_measurement"): text,
                }
            }
        },
        vol.Optional("entity_component"): {
            KEY: {**_STATES, vol.Optional("state_attributes"): {KEY: _STATES}}
        },
        vol.Optional("device"): {KEY: {vol.Required("name"): text}},
        vol.Optional("exceptions"): {KEY: {vol.Required("message"): text}},
        vol.Optional("services"): {
            KEY: {
                vol.Required("name"): text,
                vol.Required("description"): text,
                vol.Optional("fields"): {
                    KEY: {
                        vol.Required("name"): text,
                        vol.Required("description"): text,
                        vol.Optional("example"): text,
                    }
                },
                vol.Optional("sections"): {
                    KEY: {
                        vol.Required("name"): text,
                        vol.Optional("description"): text,
                    }
                },
            }
        },
        vol.Optional("triggers"): _BY_TARGET,
        vol.Optional("conditions"): _BY_TARGET,
        vol.Optional("issues"): {
            KEY: vol.All(
                {
                    vol.Required("title"): text,
                    vol.Optional("description"): text,
                    vol.Optional("fix_flow"): _flow(title=True),
                },
                _issue,
            )
        },
        vol.Optional("system_health"): {vol.Required("info"): _texts(KEY)},
    }
)

ICONS = vol.Schema(
    {
        vol.Optional("entity"): {
            cv.slug: {
                KEY: {
                    vol.Required("default"): ICON,
                    vol.Optional("state"): {KEY: ICON},
                    vol.Optional("range"): {vol.Coerce(float): ICON},
                    vol.Optional("state_attributes"): {
                        KEY: {
                            vol.Required("default"): ICON,
                            vol.Optional("state"): {KEY: ICON},
                        }
                    },
                }
            }
        },
        vol.Optional("services"): {
            cv.slug: {
                vol.Required("service"): ICON,
                vol.Optional("sections"): {KEY: ICON},
            }
        },
        vol.Optional("triggers"): {cv.slug: {vol.Required("trigger"): ICON}},
        vol.Optional("conditions"): {cv.slug: {vol.Required("condition"): ICON}},
    }
)


def string_problems(strings: Mapping[str, Any]) -> list[str]:
    """Return what hassfest has against a language file."""
    return schema_problems(STRINGS, dict(strings))


def icon_problems(icons: Mapping[str, Any], strings: Mapping[str, Any]) -> list[str]:
    """Return what hassfest has against icons.json, and where it misses the names.

    Everything that has a name has an icon, and the other way round.
    """
    problems = schema_problems(ICONS, dict(icons))
    named = {
        (platform, key)
        for platform, entities in strings.get("entity", {}).items()
        for key in entities
    }
    drawn = {
        (platform, key)
        for platform, entities in icons.get("entity", {}).items()
        for key in entities
    }
    for where, extra in (("icon", named - drawn), ("name", drawn - named)):
        problems += [f"{'.'.join(entity)} has no {where}" for entity in sorted(extra)]
    for platform, key in sorted(named & drawn):
        states = strings["entity"][platform][key].get("state", {})
        unknown = set(icons["entity"][platform][key].get("state", {})) - set(states)
        if platform == "binary_sensor":
            unknown -= {"on", "off"}
        problems += [f"{platform}.{key} has no state {s}" for s in sorted(unknown)]
    for part in ("services", "triggers", "conditions"):
        words, pictures = set(strings.get(part, {})), set(icons.get(part, {}))
        problems += [f"{part}.{name}: no icon" for name in sorted(words - pictures)]
        problems += [f"{part}.{name}: no name" for name in sorted(pictures - words)]
    return problems


def parity_problems(english: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return where a language has other keys or other placeholders than English."""
    expected, found = leaves(english), leaves(other)
    problems = [f"{'.'.join(p)} is missing" for p in expected if p not in found]
    problems += [f"{'.'.join(p)} is not in English" for p in found if p not in expected]
    for path in expected.keys() & found.keys():
        want, got = placeholders(expected[path]), placeholders(found[path])
        if want != got:
            problems.append(f"{'.'.join(path)} has {sorted(got)}, not {sorted(want)}")
    return sorted(problems)
