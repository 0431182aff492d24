"""Plain questions to a syntax tree: who is called, what is assigned where."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Place:
    """Where an expression stands: it decides what a name means."""

    module: str
    function: Function | None = None
    class_: ast.ClassDef | None = None


def imports(tree: ast.Module, module: str, name: str) -> bool:
    """Whether a module takes a name from a sibling."""
    return any(
        isinstance(line, ast.ImportFrom)
        and line.level == 1
        and line.module == module
        and name in (alias.asname or alias.name for alias in line.names)
        for line in tree.body
    )


def called(node: ast.Call) -> str:
    """Return the last part of what is called."""
    match node.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def keyword(node: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword, if the call has it."""
    return next((k.value for k in node.keywords if k.arg == name), None)


def placed(node: ast.AST, place: Place) -> Iterator[tuple[ast.AST, Place]]:
    """Walk a tree, and tell the function and the class each node stands in."""
    for child in ast.iter_child_nodes(node):
        yield child, place
        inner = place
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = Place(place.module, child, place.class_)
        elif isinstance(child, ast.ClassDef):
            inner = Place(place.module, None, child)
        yield from placed(child, inner)


def own(function: Function) -> Iterator[ast.AST]:
    """Walk a function without the functions inside it."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo.extend(ast.iter_child_nodes(node))


def assignments(node: ast.AST) -> Iterator[tuple[str, bool, ast.expr]]:
    """Yield the names a node gives values to, whether they are of `self`, and those."""
    match node:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                yield from _targets(target, value)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield from _targets(target, value)
        case ast.NamedExpr(target=target, value=value):
            yield from _targets(target, value)
        case (
            ast.For(target=target, iter=value)
            | ast.comprehension(target=target, iter=value)
        ):
            # Each name can be anything in the table.
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    yield name.id, False, value


def _targets(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, bool, ast.expr]]:
    match target:
        case ast.Attribute(value=ast.Name(id=("self" | "cls")), attr=name):
            yield name, True, value
        case ast.Name(id=name):
            yield name, False, value
        case ast.Subscript(value=inner):
            yield from _targets(inner, value)
        case ast.Tuple(elts=elts):
            for index, elt in enumerate(elts):
                part = ast.Subscript(value, ast.Constant(index))
                yield from _targets(elt, ast.copy_location(part, value))


def position_of(function: Function, name: str) -> int | None:
    """Return where a parameter stands among the arguments of a call; -1: keyword."""
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    if name in names:
        return names.index(name) - (names[0] in ("self", "cls"))
    return -1 if name in (arg.arg for arg in function.args.kwonlyargs) else None


def default_of(function: Function, name: str) -> ast.expr | None:
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
