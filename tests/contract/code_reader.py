"""Which strings an expression can become, read from the source and not from a run.

Knows names, tables, conditions, f-strings, calls of own functions and arguments of
callers. What it cannot follow it does not skip: it raises, with the place.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from .code_tree import (
    Function,
    Place,
    assignments,
    called,
    default_of,
    imports,
    keyword,
    own,
    placed,
    position_of,
)

type Attribute = Callable[[ast.Attribute, Place], Collection[str]]


class UnresolvedError(Exception):
    """An expression that the reader cannot follow."""


@dataclass
class Code:
    """A package of modules, and what attributes of foreign objects can be."""

    modules: Mapping[str, ast.Module]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Walk everything once."""
        self._nodes = [
            found
            for module, tree in self.modules.items()
            for found in placed(tree, Place(module))
        ]
        self._called: dict[str, list[tuple[ast.Call, Place]]] = {}
        self._named: dict[str, list[tuple[Function, Place]]] = {}
        for node, place in self._nodes:
            if isinstance(node, ast.Call):
                self._called.setdefault(called(node), []).append((node, place))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = Place(place.module, node, place.class_)
                self._named.setdefault(node.name, []).append((node, inside))
        # Scope and name to what is assigned there. A scope is a function, a class (for
        # what is assigned to self), or a module.
        self._values: dict[tuple[object, str], list[tuple[ast.expr, Place]]] = {}
        for node, place in self._nodes:
            for name, of_self, value in assignments(node):
                scope = place.class_ if of_self else place.function or place.class_
                key = (scope or place.module, name)
                self._values.setdefault(key, []).append((value, place))

    def calls(self, *names: str) -> Iterator[tuple[ast.Call, Place]]:
        """Yield every call of something with one of these names; all without names."""
        for name in names or self._called:
            yield from self._called.get(name, ())

    def functions(self) -> Iterator[tuple[Function, Place]]:
        """Yield every function and method, with the place inside it."""
        for found in self._named.values():
            yield from found

    def nodes[N: ast.AST](self, kind: type[N]) -> Iterator[tuple[N, Place]]:
        """Yield every node of a kind with its place."""
        for node, place in self._nodes:
            if isinstance(node, kind):
                yield node, place

    def strings(self, node: ast.expr | None, place: Place) -> set[str]:
        """Return what an expression can become; None, the constant, is nothing."""
        return self._strings(node, place, frozenset())

    def parts(self, node: ast.expr | None, place: Place) -> Iterator[ast.AST]:
        """Yield the nodes of an expression, and of what its names and calls stand for.

        For tables such as schemas: whatever is mentioned is taken to be in it.
        """
        return (part for part, _ in self._parts(node, place))

    def _parts(
        self, node: ast.expr | None, place: Place
    ) -> Iterator[tuple[ast.AST, Place]]:
        todo: list[tuple[ast.AST, Place]] = [(node, place)] if node else []
        seen: set[int] = set()
        while todo:
            part, place = todo.pop()
            if id(part) in seen:
                continue
            seen.add(id(part))
            yield part, place
            todo.extend((child, place) for child in ast.iter_child_nodes(part))
            todo.extend(self._meant(part, place))

    def _meant(self, node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
        """Yield what a name or a call stands for, if it is in this package."""
        match node:
            case ast.Name(id=name):
                yield from self._meant_by_name(name, place)
            case ast.Attribute(attr=name):
                for function, where in self._functions(name, place):
                    yield from self._returned(function, where)
                yield from self._of_self(name, place)
        if isinstance(node, ast.Call):
            for function, where in self._functions(called(node), place):
                yield from self._returned(function, where)

    def _meant_by_name(
        self, name: str, place: Place
    ) -> Iterator[tuple[ast.AST, Place]]:
        if place.function is not None:
            yield from self._values.get((place.function, name), ())
            if (position := position_of(place.function, name)) is not None:
                yield from self._passed(place.function, name, position)
        for module in self.modules:
            if module == place.module or imports(
                self.modules[place.module], module, name
            ):
                yield from self._values.get((module, name), ())

    def _of_self(self, name: str, place: Place) -> list[tuple[ast.expr, Place]]:
        return self._values.get((place.class_, name), [])

    def _passed(
        self, function: Function, name: str, position: int
    ) -> Iterator[tuple[ast.expr, Place]]:
        """Yield what callers pass for a parameter."""
        for call, where in self.calls(function.name):
            value = keyword(call, name)
            if value is None and 0 <= position < len(call.args):
                value = call.args[position]
            if value is not None:
                yield value, where

    def _returned(
        self, function: Function, place: Place
    ) -> Iterator[tuple[ast.AST, Place]]:
        for inner in own(function):
            if isinstance(inner, ast.Return) and inner.value is not None:
                yield inner.value, place

    def _strings(
        self, node: ast.expr | None, place: Place, seen: frozenset[int]
    ) -> set[str]:
        if id(node) in seen or node is None:
            return set()
        seen |= {id(node)}

        def go(*parts: ast.expr | None) -> set[str]:
            return {s for part in parts for s in self._strings(part, place, seen)}

        match node:
            case ast.Constant(value=str() as value):
                return {value}
            case ast.Constant(value=None):
                return set()
            case ast.JoinedStr(values=values):
                parts = [sorted(go(value)) for value in values]
                return {"".join(pieces) for pieces in product(*parts)}
            case ast.FormattedValue(value=value) | ast.NamedExpr(value=value):
                return go(value)
            case ast.IfExp(body=body, orelse=orelse):
                return go(body, orelse)
            case ast.BoolOp(values=values):
                return go(*values)
            case ast.Await(value=value) | ast.Starred(value=value):
                return go(value)
            case ast.Dict(values=values):
                return go(*values)
            case ast.Tuple(elts=elts) | ast.List(elts=elts) | ast.Set(elts=elts):
                found = set()
                for part in elts:
                    # A table may hold more than strings: classes, functions.
                    try:
                        found |= go(part)
                    except UnresolvedError:
                        continue
                return found
            case ast.Subscript(value=value, slice=ast.Constant(value=int() as index)):
                return {
                    s
                    for part, where in self._parts(value, place)
                    if isinstance(part, ast.Tuple) and index < len(part.elts)
                    for s in self._strings(part.elts[index], where, seen)
                }
            case ast.Subscript(value=value):
                return go(value)
            case ast.GeneratorExp(elt=elt) | ast.ListComp(elt=elt):
                return go(elt)
            case ast.Call():
                return self._call(node, place, seen)
            case ast.Name(id=name):
                return self._name(name, node, place, seen)
            case ast.Attribute(attr=attr) if attr in self.attributes:
                return set(self.attributes[attr](node, place))
            case ast.Attribute(value=ast.Name(id=("self" | "cls")), attr=attr):
                return self._attribute(attr, node, place, seen)
        raise self._lost(node, place)

    def _lost(self, node: ast.expr, place: Place) -> UnresolvedError:
        return UnresolvedError(
            f"{place.module}.py:{getattr(node, 'lineno', 0)}: {ast.unparse(node)}"
        )

    def _call(self, node: ast.Call, place: Place, seen: frozenset[int]) -> set[str]:
        name = called(node)
        if isinstance(node.func, ast.Attribute) and name in _LOOKUPS:
            found = self._strings(node.func.value, place, seen)
            for default in node.args[1:]:
                found |= self._strings(default, place, seen)
            return found
        if isinstance(node.func, ast.Name) and name in ("next", "str", "set", "list"):
            return {s for arg in node.args for s in self._strings(arg, place, seen)}
        if isinstance(node.func, ast.Attribute) and name == "result":
            # What a task comes to is what its coroutine returns.
            return {
                s
                for part, where in self._parts(node.func.value, place)
                if isinstance(part, ast.Call) and called(part).endswith("create_task")
                for s in self._strings(part.args[0], where, seen)
            }
        found = set()
        functions = self._functions(name, place)
        for function, where in functions:
            for inner in own(function):
                if isinstance(inner, ast.Return):
                    found |= self._strings(inner.value, where, seen)
        if not functions:
            raise self._lost(node, place)
        return found

    def _functions(self, name: str, place: Place) -> list[tuple[Function, Place]]:
        """Return the package's functions and methods of a name, own module first."""
        return sorted(
            self._named.get(name, ()), key=lambda found: found[1].module != place.module
        )

    def _attribute(
        self, name: str, node: ast.expr, place: Place, seen: frozenset[int]
    ) -> set[str]:
        """Return what `self.name` is set to anywhere in its class, or answers."""
        values = self._of_self(name, place)
        if values:
            return {s for v, p in values for s in self._strings(v, p, seen)}
        for function, where in self._functions(name, place):
            return {
                s
                for inner in own(function)
                if isinstance(inner, ast.Return)
                for s in self._strings(inner.value, where, seen)
            }
        raise self._lost(node, place)

    def _name(
        self, name: str, node: ast.expr, place: Place, seen: frozenset[int]
    ) -> set[str]:
        if place.function is not None:
            if local := self._values.get((place.function, name)):
                return {s for v, p in local for s in self._strings(v, p, seen)}
            if (position := position_of(place.function, name)) is not None:
                return self._arguments(place, name, position, seen)
        return self._global(name, node, place, seen)

    def _arguments(
        self, place: Place, name: str, position: int, seen: frozenset[int]
    ) -> set[str]:
        """Return what callers pass for a parameter, and its default."""
        function = place.function
        assert function is not None
        found = self._strings(default_of(function, name), place, seen)
        for value, where in self._passed(function, name, position):
            found |= self._strings(value, where, seen)
        return found

    def _global(
        self, name: str, node: ast.expr, place: Place, seen: frozenset[int]
    ) -> set[str]:
        tree = self.modules[place.module]
        if values := self._values.get((place.module, name)):
            return {s for v, p in values for s in self._strings(v, p, seen)}
        for line in tree.body:
            if not isinstance(line, ast.ImportFrom):
                continue
            for alias in line.names:
                if (alias.asname or alias.name) != name:
                    continue
                if line.level == 1 and line.module in self.modules:
                    there = Place(line.module)
                    return self._global(alias.name, node, there, seen)
                if line.module == "homeassistant.const" and name.isupper():
                    return {_constant(alias.name)}
        raise self._lost(node, place)


_LOOKUPS = ("get", "pop", "items", "values")


def _constant(name: str) -> str:
    """Return a constant of Home Assistant's, such as CONF_HOST."""
    from homeassistant import const

    value = getattr(const, name)
    assert isinstance(value, str)
    return value
