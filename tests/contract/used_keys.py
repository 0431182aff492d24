"""Which translation keys the code uses: `{"exceptions.refused": {"name"}, …}`.

Read from string constants, and from the tables of the modules themselves. What is
neither has to be in `MEANS`: an expression that is not understood fails, loudly. The
actions, triggers and conditions are in test_actions.py and test_targets.py.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib import import_module
import inspect
import re
from string import Formatter
from textwrap import dedent
from typing import Any

import voluptuous as vol

from custom_components.flux3dp import (
    PLATFORMS,
    device_trigger,
    helpers,
    network_flow,
    pairing,
    services,
)
from custom_components.flux3dp.job.errors import Advice, ErrorKey
from custom_components.flux3dp.job.model import Toolhead

from .files import called, calls, functions, keyword, leaves

type Trees = Mapping[str, ast.Module]
type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Used = dict[str, set[str]]
"""Keys, and the placeholders that are given wherever they are used."""

# What the Wi-Fi form cannot get wrong: it asks for a name, a protection and a password,
# and takes DHCP, wlan0 and joining for granted. The keys are for actions only.
UNREACHABLE = {
    *("missing", "not_an_address", "not_wireless", "outside_network", "own_gateway"),
    *("prefix_length", "static_only", "unknown_interface", "unknown_method"),
    *("unknown_wifi_mode", "wep_host", "own_key", "unknown_key"),
}
# What Home Assistant's own helpers abort with.
ABORTS = {
    "_abort_if_unique_id_configured": "already_configured",
    "async_set_unique_id": "already_in_progress",
    "async_update_and_abort": "reconfigure_successful",
    "async_update_reload_and_abort": "reauth_successful",
}
FLOWS = {"options_flow": "options", "repairs": "fix_flow"}
ATTRIBUTES: dict[str, type[StrEnum]] = {
    "advice": Advice,
    "error": ErrorKey,
    "toolhead": Toolhead,
}


@cache
def _constants(function: Callable[..., Any]) -> set[str]:
    """Return the strings in a function, but for its docstring."""
    [tree] = ast.parse(dedent(inspect.getsource(function))).body
    assert isinstance(tree, ast.FunctionDef)
    return strings_in(ast.Module(tree.body[1:], []))


@cache
def strings_in(tree: ast.AST) -> set[str]:
    """Return every string that stands anywhere in a tree."""
    found = (getattr(part, "value", None) for part in ast.walk(tree))
    return {value for value in found if isinstance(value, str)}


def _means(trees: Trees) -> dict[str, set[str]]:
    """Return what the expressions can be that are neither constants nor tables."""
    asked = ("aioflux.network", "aioflux.manager", "management")
    error = {*pairing._ERROR_KEYS.values(), *_constants(pairing.error_key)}
    entry_error = error | _constants(pairing.entry_error_key)
    change_error = entry_error | _constants(network_flow.change_error_key)
    return {
        "f'invalid_{err.reason}'": {f"invalid_{reason}" for reason in reasons(trees)},
        "_translation_key(err, coordinator)": {
            *(key for _, key in helpers._TRANSLATION_KEYS),
            *helpers._REFUSALS.values(),
            *_constants(helpers._translation_key),
        },
        "error": set(services._OUTCOME_ERRORS.values()),
        "err.reason": reasons({name: trees[name] for name in asked}) - UNREACHABLE,
        "error_key(err)": error,
        "entry_error_key(err)": entry_error,
        "change_error_key(err)": change_error,
        "self._wifi_error": change_error | {*network_flow._OUTCOMES.values()},
        "self._pairing.placeholders": _constants(
            vars(pairing.Pairing)["placeholders"].fget
        ),
    }


def reasons(trees: Trees) -> set[str]:
    """Return every reason of an InvalidRequest."""
    return {
        reason
        for name, tree in trees.items()
        for node, _ in _told(tree, lambda call: call.args[1], "InvalidRequest")
        for reason in strings(name, node, {})
    }


def strings(
    module: str, node: ast.expr, means: Mapping[str, set[str]]
) -> Iterable[str]:
    """Return what an expression can be: a constant, one of two, one of a table."""
    match node:
        case ast.Constant(value=str() as value):
            return {value}
        case ast.IfExp(body=body, orelse=orelse):
            return {*strings(module, body, means), *strings(module, orelse, means)}
        case ast.List(elts=elts):
            return {key for elt in elts for key in strings(module, elt, means)}
        case ast.Subscript(value=ast.Name(id=name)):
            return {*_value(module, name).values()}
        case ast.Name(id=name) if isinstance(value := _value(module, name), str):
            return {value}
    # A KeyError here: say above what the expression can be, or use a constant.
    return means[ast.unparse(node)]


def _value(module: str, name: str) -> Any:
    return getattr(import_module(f"custom_components.flux3dp.{module}"), name, None)


@cache
def _calls(tree: ast.Module) -> list[tuple[Function, list[ast.Call]]]:
    return [(function, list(calls(function))) for function in functions(tree)]


def _told(
    tree: ast.Module, pick: Callable[[ast.Call], ast.expr | None], *names: str
) -> Iterator[tuple[ast.expr, set[str]]]:
    """Yield the keys that are passed to some calls, and the placeholders with them.

    Where a function passes on its own argument, its callers name the key.
    """
    for function, within in _calls(tree):
        arguments = [arg.arg for arg in function.args.args if arg.arg != "self"]
        for call in within:
            if called(call) not in names or (key := pick(call)) is None:
                continue
            if isinstance(key, ast.Name) and key.id in arguments:
                for outer in calls(tree):
                    if called(outer) == function.name:
                        passed = outer.args[arguments.index(key.id)]
                        yield passed, dict_keys([call, outer])
            else:
                yield key, dict_keys([call])


def dict_keys(nodes: Iterable[ast.AST]) -> set[str]:
    """Return the constant keys of the dicts in some nodes."""
    return {
        key.value
        for node in nodes
        for part in ast.walk(node)
        if isinstance(part, ast.Dict)
        for key in part.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _add(used: Used, key: str, given: Iterable[str] = ()) -> None:
    used[key] = used.get(key, {*given}) & {*given}


def used_keys(trees: Trees, english: Mapping[str, Any]) -> Used:
    """Return all that is used. `english` tells which attributes of entities have words.

    `trees` are the integration's modules by name, the library's as `aioflux.name`.
    """
    used: Used = {"title": set(), "config.flow_title": {"name"}}
    means = _means(trees)

    def key_of(call: ast.Call) -> ast.expr | None:
        return keyword(call, "translation_key")

    for name, tree in trees.items():
        for section, makers in (
            ("exceptions", ("HomeAssistantError", "ServiceValidationError")),
            ("issues", ("async_create_issue",)),
            ("selector", ("SelectSelectorConfig",)),
        ):
            for node, given in _told(tree, key_of, *makers):
                for key in strings(name, node, means):
                    _add(used, f"{section}.{key}", given)
        for function, within in _calls(tree):
            _add_flow(used, name, function, within, means)
    for kind in device_trigger.TRIGGER_TYPES:
        _add(used, f"device_automation.trigger_type.{kind}")
    mentioned = {string for tree in trees.values() for string in strings_in(tree)}
    _add_entities(used, english, mentioned)
    return used


def _add_flow(
    used: Used,
    name: str,
    function: Function,
    within: list[ast.Call],
    means: Mapping[str, set[str]],
) -> None:
    """Add what the steps of a dialog show."""
    flow = FLOWS.get(name, "config")
    assigned: dict[str, ast.expr] = {}
    for node in ast.walk(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=target)], value=value):
                assigned[target] = value
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id="errors"))]):
                for key in strings(name, node.value, means):
                    _add(used, f"{flow}.error.{key}")
    for call in within:
        for argument, part in (("reason", "abort"), ("progress_action", "progress")):
            if (value := keyword(call, argument)) is not None:
                for key in strings(name, value, means):
                    _add(used, f"{flow}.{part}.{key}")
        own = keyword(call, "raise_on_progress")
        if called(call) in ABORTS and getattr(own, "value", own) is not False:
            _add(used, f"{flow}.abort.{ABORTS[called(call)]}")
        if (step := keyword(call, "step_id")) is None:
            continue
        given = _given(keyword(call, "description_placeholders"), assigned, means)
        for key in strings(name, step, means):
            _add(used, f"{flow}.step.{key}", given)
            for field in _fields(name, keyword(call, "data_schema"), assigned):
                _add(used, f"{flow}.step.{key}.{field}", given)
            if (options := keyword(call, "menu_options")) is not None:
                for option in strings(name, options, means):
                    _add(used, f"{flow}.step.{key}.{option}", given)


def _given(
    node: ast.expr | None,
    assigned: Mapping[str, ast.expr],
    means: Mapping[str, set[str]],
) -> set[str]:
    if isinstance(node, ast.Name):
        node = assigned[node.id]
    if node is None or isinstance(node, ast.Dict):
        return dict_keys([node] if node else [])
    return means[ast.unparse(node)]


def _fields(
    name: str, schema: ast.expr | None, assigned: Mapping[str, ast.expr]
) -> Iterator[str]:
    """Yield the fields and sections of a form, whose schema is here or in its module."""
    todo = [schema] if schema else []
    for node in todo:
        for part in ast.walk(node):
            if isinstance(part, ast.Call) and called(part) in ("Required", "Optional"):
                yield from strings(name, part.args[0], {})
            if isinstance(part, ast.Name):
                if part.id in assigned and assigned[part.id] not in todo:
                    todo.append(assigned[part.id])
                elif isinstance(table := _value(name, part.id), vol.Schema):
                    yield from (str(field) for field in table.schema)


def descriptions(platform: str) -> list[Any]:
    """Return the entity descriptions of a platform: from its constants and tables."""
    values = vars(import_module(f"custom_components.flux3dp.{platform}")).values()
    parts = [p for v in values for p in (v if isinstance(v, tuple | list) else [v])]
    return [
        part
        for part in parts
        if hasattr(part, "entity_registry_enabled_default")
        and not isinstance(part, type)
    ]


def _add_entities(used: Used, english: Mapping[str, Any], mentioned: set[str]) -> None:
    """Add entities, their states and attributes.

    An attribute need not have words; one that has must be mentioned in the code.
    """
    for platform in PLATFORMS:
        for description in descriptions(platform):
            here = f"entity.{platform}.{description.translation_key}"
            _add(used, here)
            for state in getattr(description, "options", None) or ():
                _add(used, f"{here}.state.{state}")
            words = english["entity"].get(platform, {}).get(description.key, {})
            for attribute, named in words.get("state_attributes", {}).items():
                if attribute in mentioned:
                    _add(used, f"{here}.state_attributes.{attribute}")
                for state in ATTRIBUTES.get(attribute, ()):
                    if state != "none" or state in named.get("state", {}):
                        _add(used, f"{here}.state_attributes.{attribute}.state.{state}")
            for event in getattr(description, "event_types", None) or ():
                _add(used, f"{here}.state_attributes.event_type")
                _add(used, f"{here}.state_attributes.event_type.state.{event}")


def named_keys(english: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield every text by the key that the code knows it under.

    The title, the description and the name of a thing are one key, that of a step is
    the key of what its fields are described with too, and a section adds nothing.
    """
    for path, text in leaves(english).items():
        key = ".".join(path)
        if path[0] in ("services", "triggers", "conditions"):
            continue
        key = re.sub(r"^issues\.\w+\.fix_flow", "fix_flow", key)
        key = re.sub(r"\.sections\.\w+(?=\.data)|\.sections(?=\.)", "", key)
        key = re.sub(r"\.data_description\.\w+$", "", key)
        key, fields = re.subn(r"\.(data|menu_options)\.", ".", key)
        if not fields:
            key = re.sub(r"\.(title|description|message|name)$", "", key)
        yield re.sub(r"^(selector\.\w+)\.options\.\w+$", r"\1", key), text


def key_problems(used: Used, english: Mapping[str, Any]) -> list[str]:
    """Return where the code and its words do not meet."""
    named = list(named_keys(english))
    keys = {key for key, _ in named}
    return sorted(
        [
            *(f"{key} is used and has no words" for key in used.keys() - keys),
            *(f"{key} has words and no use" for key in keys - used.keys()),
            *(
                f"{key}: {{{name}}} is not given"
                for key, text in named
                for _, name, _, _ in Formatter().parse(text)
                if name and name not in used.get(key, {name})
            ),
        ]
    )
