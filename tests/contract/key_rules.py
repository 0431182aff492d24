"""What the code uses and the strings have: the same, both ways."""

from collections.abc import Iterable, Mapping
from typing import Any

from .string_rules import placeholders
from .used_keys import EntityUse, FlowUse


def _both(where: str, used: Iterable[str], named: Iterable[str]) -> list[str]:
    used, named = set(used), set(named)
    return [
        *(f"{where}.{key} is used and has no words" for key in used - named),
        *(f"{where}.{key} has words and no use" for key in named - used),
    ]


def _missing(where: str, text: str, given: set[str]) -> list[str]:
    return [
        f"{where}: nobody gives {{{name}}}"
        for name in sorted(placeholders(text) - given)
    ]


def exception_problems(
    uses: Iterable[tuple[str, set[str], str]], strings: Mapping[str, Any]
) -> list[str]:
    """Return where exceptions and their sentences do not meet."""
    named = strings.get("exceptions", {})
    uses = list(uses)
    problems = _both("exceptions", (key for key, _, _ in uses), named)
    for key, given, where in uses:
        if key in named:
            problems += _missing(f"{key} ({where})", named[key]["message"], given)
    return sorted(problems)


def issue_problems(
    uses: Iterable[tuple[str, set[str], bool | None, str]], strings: Mapping[str, Any]
) -> list[str]:
    """Return where issues and their sentences do not meet."""
    named = strings.get("issues", {})
    uses = list(uses)
    problems = _both("issues", (key for key, _, _, _ in uses), named)
    for key, given, fixable, where in uses:
        if key not in named:
            continue
        if fixable not in (None, "fix_flow" in named[key]):
            problems.append(f"{key} ({where}): fixable in only one of code and words")
        for part in ("title", "description"):
            problems += _missing(f"{key} ({where})", named[key].get(part, ""), given)
    return sorted(problems)


def flow_problems(use: FlowUse, strings: Mapping[str, Any], where: str) -> list[str]:
    """Return where flows of a kind and their words do not meet."""
    steps = strings.get("step", {})
    problems = _both(f"{where}.step", use.fields, steps)
    for step in use.fields.keys() & steps:
        words = steps[step]
        here = f"{where}.step.{step}"
        sections = words.get("sections", {})
        parts = [words, *sections.values()]
        named = [
            *sections,
            *(field for part in parts for field in part.get("data", {})),
        ]
        problems += _both(here, use.fields[step], named)
        problems += _both(here, use.menus.get(step, ()), words.get("menu_options", {}))
        texts = [words.get("title", ""), words.get("description", "")]
        texts += [part.get("description", "") for part in sections.values()]
        for key in ("data", "data_description", "menu_options"):
            texts += [text for part in parts for text in part.get(key, {}).values()]
        for text in texts:
            problems += _missing(here, text, use.placeholders[step])
    for part, used in (
        ("error", use.errors),
        ("abort", use.aborts),
        ("progress", use.progress),
    ):
        problems += _both(f"{where}.{part}", used, strings.get(part, {}))
    given = {name for names in use.placeholders.values() for name in names}
    for key, text in strings.get("error", {}).items():
        problems += _missing(f"{where}.error.{key}", text, given)
    return sorted(problems)


def entity_problems(
    uses: Iterable[EntityUse], strings: Mapping[str, Any], mentioned: set[str]
) -> list[str]:
    """Return where entities and their names do not meet.

    `mentioned` is every string of the code: an attribute that is named and never
    mentioned does not exist.
    """
    named = strings.get("entity", {})
    uses = list(uses)
    problems = _both(
        "entity",
        (f"{use.platform}.{use.key}" for use in uses),
        (f"{platform}.{key}" for platform, keys in named.items() for key in keys),
    )
    for use in uses:
        words = named.get(use.platform, {}).get(use.key)
        if words is None:
            continue
        here = f"entity.{use.platform}.{use.key}"
        if "name" not in words:
            problems.append(f"{here} has no name")
        problems += _both(here, use.states or (), words.get("state", {}))
        attributes = words.get("state_attributes", {})
        if use.event_types is not None:
            types = attributes.get("event_type", {}).get("state", {})
            problems += _both(f"{here}.event_type", use.event_types, types)
        problems += [
            f"{here}: there is no attribute {key}"
            for key in attributes
            if key not in mentioned and key != "event_type"
        ]
    return sorted(problems)
