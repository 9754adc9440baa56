# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a test may be decided by how fast the machine is. Pure functions over syntax trees.

clock    The machine's clock is read: C(time.time), C(monotonic), C(perf_counter), or slept by. A date that is at least a minute away is none of these:
         C(time.time() + 600).
wait     Something real is waited for, and for less than a minute: C(timeout=) of a process, a queue or a request, a number of seconds for C(wait()).
option   A task, a host or a playbook is given less than a minute. Where the clock of its budget is its own (C(OWN_CLOCK), C(impatient()), all of
         C(tests/component/plugins)), time is spent by its waits alone, and any length will do.
"""

from __future__ import annotations

import ast
import typing as t

SHORTEST = 60.0  # seconds
_CLOCK = frozenset({"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "process_time", "sleep"})
# Functions that wait for what other processes, threads or machines do.
_WAITING = frozenset({
    "acquire", "call", "check_call", "check_output", "communicate", "create_connection", "delete", "get", "head", "join", "patch", "play", "poll", "post",
    "put", "request", "result", "run", "run_playbook", "select", "settimeout", "start", "urlopen", "wait", "wait_for", "AsyncClient", "Client",
    "HTTPSConnection",
})  # fmt: skip
# Of these the number of seconds may stand without its name.
_BY_POSITION = frozenset({"acquire", "join", "poll", "settimeout", "wait"})
_OWN_CLOCK = frozenset({"OWN_CLOCK", "impatient", "own_clock"})


class Found(t.NamedTuple):
    """One place, and the function (with its classes) that it stands in."""

    rule: str
    function: str
    line: int
    text: str


def check(source: str, *, options: bool = True, own_clock: bool = False) -> list[Found]:
    """What breaks the rules in a Python file; C(options) says whether what it calls runs for real, C(own_clock) that all of its tasks have such a clock."""
    tree = _with_constants(ast.parse(source))
    found: list[Found] = []
    _walk(tree, "", _imported(tree), options, own_clock, found)
    return found


def _with_constants(tree: ast.Module) -> ast.Module:
    """The same file with the numbers in the place of the names that it gives them."""
    named = {
        item.targets[0].id: item.value
        for item in tree.body
        if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name) and isinstance(item.value, (ast.Constant, ast.Tuple))
    }

    class Names(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.copy_location(named[node.id], node) if node.id in named and isinstance(node.ctx, ast.Load) else node

    return t.cast(ast.Module, Names().visit(tree))


def _imported(tree: ast.AST) -> dict[str, str]:
    """Local names of functions of C(time)."""
    return {
        alias.asname or alias.name: alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == "time" for alias in node.names
    }


def _walk(node: ast.AST, function: str, imported: dict[str, str], options: bool, own_clock: bool, found: list[Found]) -> None:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        function = f"{function}.{node.name}".lstrip(".")
        own_clock = own_clock or any(isinstance(item, ast.Name) and item.id in _OWN_CLOCK for item in ast.walk(node))
    for rule, place in _breaches(node, imported, options, own_clock):
        found.append(Found(rule, function, place.lineno, ast.unparse(place)))
    for child in ast.iter_child_nodes(node):
        if not _is_far_date(node, imported) or not _reads_clock(child, imported):
            _walk(child, function, imported, options, own_clock, found)


def _breaches(node: ast.AST, imported: dict[str, str], options: bool, own_clock: bool) -> t.Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Call):
        name, real = _name(node.func), False
        if _reads_clock(node, imported):
            yield "clock", node
        if name in _WAITING:
            real = any(_is_time(item.arg) and _short(item.value) for item in node.keywords)
            real |= name in _BY_POSITION and len(node.args) == 1 and _short(node.args[0])
        if real and (not own_clock or name in _BY_POSITION):
            yield "wait", node
        elif options and not own_clock and any(_is_time(item.arg) and _short(item.value) for item in node.keywords):
            yield "option", node
    elif isinstance(node, ast.Dict) and options and not own_clock:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and _is_time(key.value) and _short(value):
                yield "option", node
    elif isinstance(node, ast.arguments):
        named = [*node.posonlyargs, *node.args]
        defaults = [*zip(named[len(named) - len(node.defaults) :], node.defaults, strict=True), *zip(node.kwonlyargs, node.kw_defaults, strict=True)]
        for argument, default in defaults:
            if default is not None and _is_time(argument.arg) and _short(default):
                yield "wait", default


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""


def _is_time(name: str | None) -> bool:
    return name is not None and (name == "timeout" or name.endswith("_timeout"))


def _reads_clock(node: ast.AST, imported: dict[str, str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if isinstance(node.func, ast.Name):
        return imported.get(node.func.id) in _CLOCK
    return isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name) and node.func.value.id == "time" and node.func.attr in _CLOCK


def _is_far_date(node: ast.AST, imported: dict[str, str]) -> bool:
    """Whether this is the present with at least a minute added or taken away."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Sub)) and _reads_clock(node.left, imported)):
        return False
    try:
        return _number(node.right) >= SHORTEST
    except ValueError:
        return False


def _number(node: ast.expr) -> float:
    """The value of a product of numbers. Raises ValueError."""
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _number(node.left) * _number(node.right)
    raise ValueError(ast.unparse(node))


def _short(node: ast.expr) -> bool:
    """Whether this is less than a minute; no time at all is not waited for."""
    if isinstance(node, ast.Tuple):
        return any(_short(item) for item in node.elts)
    try:
        return 0 < _number(node) < SHORTEST
    except ValueError:
        return False
