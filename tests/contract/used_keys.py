"""Which translation keys the code uses, and with which placeholders."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import ModuleType
from typing import Any

from homeassistant.components.sensor import SensorDeviceClass
from homeassistant.helpers.entity import Entity, EntityDescription

from .code_reader import Code, UnresolvedError
from .code_tree import Place, called, keyword

# What Home Assistant's own helpers abort with.
_ABORTS = {
    "_abort_if_unique_id_configured": ("error", "already_configured"),
    "_abort_if_unique_id_mismatch": ("reason", "unique_id_mismatch"),
    "_async_abort_entries_match": ("reason", "already_configured"),
}
_FORMS = ("async_show_form", "async_show_menu", "async_show_progress")


@dataclass
class FlowUse:
    """What the flows of a kind show: `config`, `options` or the fixes of `issues`."""

    fields: dict[str, set[str]] = field(default_factory=dict)
    placeholders: dict[str, set[str]] = field(default_factory=dict)
    menus: dict[str, set[str]] = field(default_factory=dict)
    errors: set[str] = field(default_factory=set)
    aborts: set[str] = field(default_factory=set)
    progress: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Reasons:
    """What `reason` of a caught InvalidRequest can be: told by the sources.

    `code` is the integration and the library, the modules of the latter under names
    that begin with `aioflux.`.
    """

    code: Code

    def everything(self) -> set[str]:
        """Return every reason there is."""
        return {s for call, place in self._raised() for s in self._of(call, place)}

    def __call__(self, node: ast.Attribute, place: Place) -> set[str]:
        """Return the reasons of what the `try` asks for.

        All of them where the `try` asks nothing itself, as in a context manager.
        """
        asked = self._functions(_asked(node, place))
        todo = list(asked)
        while todo:
            module, name = todo.pop()
            names = {
                called(call)
                for call, where in self.code.calls()
                if where.function
                and (where.module, where.function.name) == (module, name)
            }
            # The integration asks the library; there, a check is made of smaller ones
            # beside it, and the rest is about the wire.
            more = {
                found
                for found in self._functions(names)
                if found[0] == module or not module.startswith("aioflux.")
            } - asked
            asked |= more
            todo += more
        found = {
            reason
            for call, where in self._raised()
            if where.function and (where.module, where.function.name) in asked
            for reason in self._of(call, where)
        }
        return found or self.everything()

    def _functions(self, names: set[str]) -> set[tuple[str, str]]:
        return {
            (where.module, function.name)
            for function, where in self.code.functions()
            if function.name in names
        }

    def _raised(self) -> Iterator[tuple[ast.Call, Place]]:
        return self.code.calls("InvalidRequest")

    def _of(self, call: ast.Call, place: Place) -> set[str]:
        second = call.args[1] if len(call.args) > 1 else keyword(call, "reason")
        return self.code.strings(second, place)


def _asked(node: ast.Attribute, place: Place) -> set[str]:
    """Return the names of what is called in the `try` whose handler a node is in."""
    for attempt in ast.walk(place.function) if place.function else ():
        if isinstance(attempt, ast.Try) and any(
            inner is node for handler in attempt.handlers for inner in ast.walk(handler)
        ):
            return {
                called(inner)
                for line in attempt.body
                for inner in ast.walk(line)
                if isinstance(inner, ast.Call)
            }
    return set()


def exception_uses(code: Code) -> list[tuple[str, set[str], str]]:
    """Return key, placeholders and place of every translated exception."""
    return [
        (key, _dict_keys(code, keyword(call, "translation_placeholders"), place), where)
        for call, place in code.calls()
        if keyword(call, "translation_domain") and called(call) != "async_create_issue"
        for where in (f"{place.module}.py:{call.lineno}",)
        for key in sorted(code.strings(keyword(call, "translation_key"), place))
    ]


def issue_uses(code: Code) -> list[tuple[str, set[str], bool | None, str]]:
    """Return key, placeholders, whether fixable, and place of every issue.

    Whether it is fixable is None where that is not written down but worked out.
    """
    found = []
    for call, place in code.calls("async_create_issue"):
        fixable = keyword(call, "is_fixable")
        given = _dict_keys(code, keyword(call, "translation_placeholders"), place)
        where = f"{place.module}.py:{call.lineno}"
        found += [
            (key, given, getattr(fixable, "value", None), where)
            for key in sorted(code.strings(keyword(call, "translation_key"), place))
        ]
    return found


def flow_uses(code: Code) -> dict[str, FlowUse]:
    """Return what the flows of each kind show."""
    uses = {kind: FlowUse() for kind in ("config", "options", "issues")}
    for call, place in code.calls():
        if place.class_ is None or not _is_flow(code, place.class_):
            continue
        use, name = uses[_kind(place.class_)], called(call)
        if name in _FORMS:
            _take_form(code, call, place, use)
        use.aborts |= _aborts(code, call, place)
    for node, place in code.nodes(ast.Assign):
        for target in node.targets:
            match target:
                case ast.Subscript(value=ast.Name(id="errors")) if place.class_:
                    found = code.strings(node.value, place)
                    uses[_kind(place.class_)].errors |= found
    return uses


def _take_form(code: Code, call: ast.Call, place: Place, use: FlowUse) -> None:
    steps = code.strings(keyword(call, "step_id"), place)
    if not steps and place.function is not None:
        steps = {place.function.name.removeprefix("async_step_")}
    schema = keyword(call, "data_schema")
    fields = _schema_keys(code, schema, place)
    given = _dict_keys(code, keyword(call, "description_placeholders"), place)
    errors = keyword(call, "errors")
    if isinstance(errors, ast.Dict | ast.IfExp):
        use.errors |= code.strings(errors, place)
    use.progress |= code.strings(keyword(call, "progress_action"), place)
    for step in steps:
        use.fields.setdefault(step, set()).update(fields)
        use.placeholders.setdefault(step, set()).update(given)
        if (options := keyword(call, "menu_options")) is not None:
            use.menus.setdefault(step, set()).update(code.strings(options, place))


def _aborts(code: Code, call: ast.Call, place: Place) -> set[str]:
    name = called(call)
    if name == "async_abort":
        return code.strings(keyword(call, "reason"), place)
    if name == "AbortFlow":
        return code.strings(call.args[0], place)
    if name in _ABORTS:
        argument, default = _ABORTS[name]
        return code.strings(keyword(call, argument), place) or {default}
    if name == "async_set_unique_id":
        waits = keyword(call, "raise_on_progress")
        own = isinstance(waits, ast.Constant) and waits.value is False
        return set() if own else {"already_in_progress"}
    if name in ("async_update_reload_and_abort", "async_update_and_abort"):
        if reason := keyword(call, "reason"):
            return code.strings(reason, place)
        function = place.function.name if place.function else ""
        for source in ("reauth", "reconfigure"):
            if source in f"{place.module} {function}":
                return {f"{source}_successful"}
        raise UnresolvedError(f"{place.module}.py:{call.lineno}: name the reason")
    return set()


def _is_flow(code: Code, class_: ast.ClassDef) -> bool:
    """Whether a class is a flow, or a part of one that another file holds."""
    return (
        any(
            isinstance(node, ast.AsyncFunctionDef)
            and node.name.startswith("async_step_")
            for node in class_.body
        )
        or "Flow" in class_.name
    )


def _kind(class_: ast.ClassDef) -> str:
    names = " ".join([class_.name, *(ast.unparse(base) for base in class_.bases)])
    if "OptionsFlow" in names:
        return "options"
    return "issues" if "Repair" in names or "Fix" in names else "config"


def _schema_keys(code: Code, schema: ast.expr | None, place: Place) -> set[str]:
    found = set()
    for node in code.parts(schema, place):
        if isinstance(node, ast.Call) and called(node) in ("Required", "Optional"):
            found |= _anywhere(code, node.args[0], place)
    return found


def _anywhere(code: Code, node: ast.expr, place: Place) -> set[str]:
    """Resolve a name that may stand in another module than the call does."""
    for module in (place.module, *code.modules):
        try:
            return code.strings(node, Place(module, place.function, place.class_))
        except UnresolvedError:
            continue
    raise UnresolvedError(f"{place.module}.py: {ast.unparse(node)}")


def _dict_keys(code: Code, node: ast.expr | None, place: Place) -> set[str]:
    return {
        key.value
        for part in code.parts(node, place)
        if isinstance(part, ast.Dict)
        for key in part.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


# -- entities: read from the tables themselves


@dataclass(frozen=True)
class EntityUse:
    """An entity of a platform: its translation key and the states that have names."""

    platform: str
    key: str
    states: frozenset[str] | None = None
    event_types: frozenset[str] | None = None


def entity_uses(module: ModuleType, platform: str) -> Iterator[EntityUse]:
    """Yield what a platform's tables and classes name."""
    for value in vars(module).values():
        for description in _descriptions(value):
            if description.translation_key:
                yield _use(platform, description.translation_key, description)
        if (
            isinstance(value, type)
            and issubclass(value, Entity)
            and value.__module__ == module.__name__
        ):
            key = value.__dict__.get("_attr_translation_key")
            if isinstance(key, str):
                yield EntityUse(
                    platform,
                    key,
                    _values(value.__dict__.get("_attr_options")),
                    _values(value.__dict__.get("_attr_event_types")),
                )


def nameless(module: ModuleType) -> list[str]:
    """Return the keys of descriptions that have no translation key."""
    return [
        description.key
        for value in vars(module).values()
        for description in _descriptions(value)
        if not description.translation_key
    ]


def _use(platform: str, key: str, description: EntityDescription) -> EntityUse:
    options = getattr(description, "options", None)
    if options and platform == "sensor":
        assert getattr(description, "device_class", None) is SensorDeviceClass.ENUM
    events = getattr(description, "event_types", None)
    return EntityUse(platform, key, _values(options), _values(events))


def _values(options: Any) -> frozenset[str] | None:
    if not isinstance(options, list | tuple | set | frozenset) or not options:
        return None
    return frozenset(o.value if isinstance(o, Enum) else o for o in options)


def _descriptions(value: Any) -> Iterator[EntityDescription]:
    # Home Assistant's own descriptions are no instances of their base.
    if hasattr(value, "entity_registry_enabled_default") and hasattr(value, "key"):
        yield value
    elif isinstance(value, tuple | list):
        for part in value:
            yield from _descriptions(part)
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _descriptions(part)


def selector_uses(code: Code) -> set[str]:
    """Return the translation keys of selectors that forms make in code."""
    return {
        key
        for call, place in code.calls()
        if called(call).endswith("SelectorConfig")
        for key in code.strings(keyword(call, "translation_key"), place)
    }


def mentioned(code: Code) -> set[str]:
    """Return every string that stands anywhere in the code."""
    return {
        node.value
        for node, _ in code.nodes(ast.Constant)
        if isinstance(node.value, str)
    }
