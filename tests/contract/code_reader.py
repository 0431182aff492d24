"""Which strings an expression can become, read from the source and not from a run.

Knows names, tables, conditions, f-strings, calls of own functions and arguments of
callers. What it cannot follow it does not skip: it raises, with the place.
"""

import ast
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

type Function = ast.FunctionDef | ast.AsyncFunctionDef
type Attribute = Callable[[ast.Attribute, Place], Collection[str]]


class UnresolvedError(Exception):
    """An expression that the reader cannot follow."""


@dataclass(frozen=True)
class Place:
    """Where an expression stands: it decides what a name means."""

    module: str
    function: Function | None = None
    class_: ast.ClassDef | None = None


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
            for found in _placed(tree, Place(module))
        ]
        self._called: dict[str, list[tuple[ast.Call, Place]]] = {}
        self._named: dict[str, list[tuple[Function, Place]]] = {}
        for node, place in self._nodes:
            if isinstance(node, ast.Call):
                self._called.setdefault(called(node), []).append((node, place))
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = Place(place.module, node, place.class_)
                self._named.setdefault(node.name, []).append((node, inside))

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
        todo: list[tuple[ast.AST, Place]] = [(node, place)] if node else []
        seen: set[int] = set()
        while todo:
            node, place = todo.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node
            todo.extend((child, place) for child in ast.iter_child_nodes(node))
            todo.extend(self._meant(node, place))

    def _meant(self, node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
        """Yield what a name or a call stands for, if it is in this package."""
        match node:
            case ast.Name(id=name):
                if place.function is not None:
                    for inner in ast.walk(place.function):
                        yield from ((v, place) for v in _assigned(inner, name))
                for module, tree in self.modules.items():
                    if module == place.module or _imports(
                        self.modules[place.module], module, name
                    ):
                        for line in tree.body:
                            for value in _assigned(line, name):
                                yield value, Place(module)
            case ast.Attribute(attr=name):
                for function, where in self._functions(name, place):
                    yield from self._returned(function, where)
        if isinstance(node, ast.Call):
            for function, where in self._functions(called(node), place):
                yield from self._returned(function, where)

    def _returned(
        self, function: Function, place: Place
    ) -> Iterator[tuple[ast.AST, Place]]:
        for inner in _own(function):
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
        found = set()
        functions = list(self._functions(name, place))
        for function, where in functions:
            for inner in _own(function):
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
        values = [
            (value, where)
            for other, where in _placed(
                place.class_ or self.modules[place.module], place
            )
            for value in _assigned(other, name, attribute=True)
        ]
        if values:
            return {s for v, p in values for s in self._strings(v, p, seen)}
        for function, where in self._functions(name, place):
            return {
                s
                for inner in _own(function)
                if isinstance(inner, ast.Return)
                for s in self._strings(inner.value, where, seen)
            }
        raise self._lost(node, place)

    def _name(
        self, name: str, node: ast.expr, place: Place, seen: frozenset[int]
    ) -> set[str]:
        if place.function is not None:
            local = [
                value
                for inner in ast.walk(place.function)
                for value in _assigned(inner, name)
            ]
            if local:
                return {s for v in local for s in self._strings(v, place, seen)}
            if (position := _position(place.function, name)) is not None:
                return self._arguments(place, name, position, seen)
        return self._global(name, node, place, seen)

    def _arguments(
        self, place: Place, name: str, position: int, seen: frozenset[int]
    ) -> set[str]:
        """Return what callers pass for a parameter, and its default."""
        function = place.function
        assert function is not None
        found = self._strings(_default(function, name), place, seen)
        for call, where in self.calls(function.name):
            keyword = next((k.value for k in call.keywords if k.arg == name), None)
            value = keyword
            if value is None and 0 <= position < len(call.args):
                value = call.args[position]
            found |= self._strings(value, where, seen)
        return found

    def _global(
        self, name: str, node: ast.expr, place: Place, seen: frozenset[int]
    ) -> set[str]:
        tree = self.modules[place.module]
        outside = Place(place.module)
        values = [value for line in tree.body for value in _assigned(line, name)]
        if values:
            return {s for v in values for s in self._strings(v, outside, seen)}
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


def _imports(tree: ast.Module, module: str, name: str) -> bool:
    return any(
        isinstance(line, ast.ImportFrom)
        and line.level == 1
        and line.module == module
        and name in (alias.asname or alias.name for alias in line.names)
        for line in tree.body
    )


_LOOKUPS = ("get", "pop", "items", "values")


def called(node: ast.Call) -> str:
    """Return the last part of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword, if the call has it."""
    return next((k.value for k in node.keywords if k.arg == name), None)


def _constant(name: str) -> str:
    """Return a constant of Home Assistant's, such as CONF_HOST."""
    from homeassistant import const

    value = getattr(const, name)
    assert isinstance(value, str)
    return value


def _placed(node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
    """Walk a tree, and tell the function and the class each node stands in."""
    for child in ast.iter_child_nodes(node):
        yield child, place
        inner = place
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = Place(place.module, child, place.class_)
        elif isinstance(child, ast.ClassDef):
            inner = Place(place.module, None, child)
        yield from _placed(child, inner)


def _own(function: Function) -> Iterator[ast.AST]:
    """Walk a function without the functions inside it."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo.extend(ast.iter_child_nodes(node))


def _assigned(node: ast.AST, name: str, *, attribute: bool = False) -> list[ast.expr]:
    """Return the value this very node gives to a name, or to `self.name`."""

    def is_it(target: ast.expr) -> bool:
        match target:
            case ast.Attribute(value=ast.Name(id=("self" | "cls")), attr=attr):
                return attribute and attr == name
            case ast.Name(id=found):
                return found == name
            case ast.Tuple(elts=elts):
                return any(is_it(elt) for elt in elts)
            case ast.Subscript(value=value):
                return is_it(value)
        return False

    match node:
        case ast.Assign(targets=targets, value=value):
            return [value] if any(is_it(target) for target in targets) else []
        case ast.AnnAssign(target=target, value=value) if value is not None:
            return [value] if is_it(target) else []
        case ast.NamedExpr(target=target, value=value):
            return [value] if is_it(target) else []
        case (
            ast.For(target=target, iter=value)
            | ast.comprehension(target=target, iter=value)
        ):
            return [value] if is_it(target) else []
    return []


def _position(function: Function, name: str) -> int | None:
    """Return where a parameter stands among the arguments of a call; -1: keyword."""
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if name in names:
        return names.index(name) - (names[0] in ("self", "cls"))
    return -1 if name in (arg.arg for arg in function.args.kwonlyargs) else None


def _default(function: Function, name: str) -> ast.expr | None:
    args = function.args
    plain = [*args.posonlyargs, *args.args]
    late = plain[len(plain) - len(args.defaults) :]
    pairs = [*zip(late, args.defaults, strict=True)]
    pairs += [
        (arg, value)
        for arg, value in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        if value is not None
    ]
    return next((value for arg, value in pairs if arg.arg == name), None)
