# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Jinja expression of a role consists of: how many calls, how many conditions, which names. Only jinja2's parser is used, nothing is evaluated.

A I(path) is a name with attributes and constant indexes (C(a.b['c'][0])). A path may carry one C(default) of a literal or C(omit) and one conversion
(C(bool), C(int), C(float), C(string)); that costs nothing. Everything else is counted:

* A I(call) is every other filter, every function and method, C(lookup), an arithmetic operator, C(~), a slice, and a list or dictionary that is built of
  anything else than literals. A further C(default), one on what a call returned, and an attribute of a default (C((a | default({})).b)) are calls as well.
* A I(condition) is C(if), C(and), C(or), C(not), each comparison, each C(is) test, an index by expression, the filters in C(CHOOSING) (which are calls
  besides), and a C(default) that names another variable. C(a if b == c else d), C(not a is defined) and C(a is not defined) are one
  condition, because they hold one test; C(a if b and c else d) is more than one.
"""

from __future__ import annotations

import dataclasses
import functools
import typing as t

import jinja2
from jinja2 import nodes

ENVIRONMENT = jinja2.Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
CONVERSIONS = frozenset({"bool", "int", "float", "string"})
DEFAULTS = frozenset({"default", "d"})
CHOOSING = frozenset({"ternary", "select", "selectattr", "reject", "rejectattr", "extract"})
BRANCHES = (nodes.And, nodes.Or, nodes.CondExpr)
ARITHMETIC = (nodes.BinExpr, nodes.UnaryExpr)


@dataclasses.dataclass(frozen=True)
class Piece:
    """One C({{ }}) or C({% %}) of a string; a statement has no node."""

    text: str
    node: nodes.Expr | None


class Cost(t.NamedTuple):
    """How much an expression does."""

    calls: int = 0
    conditions: int = 0

    def plus(self, *others: Cost) -> Cost:
        """The sum."""
        return Cost(self.calls + sum(other.calls for other in others), self.conditions + sum(other.conditions for other in others))


def parse(expression: str) -> nodes.Expr:
    """The tree of an expression without braces.

    :raises jinja2.TemplateSyntaxError: it is none
    """
    (output,) = ENVIRONMENT.parse("{{ (" + expression + "\n) }}").body
    (node,) = t.cast(nodes.Output, output).nodes
    return node


@functools.cache
def pieces(text: str) -> tuple[Piece, ...]:
    """Every expression and statement of a string, in order."""
    found = []
    inside: list[str] | None = None
    for _line, token, value in ENVIRONMENT.lex(text):
        if token in ("variable_begin", "block_begin"):
            inside = []
        elif token in ("variable_end", "block_end"):
            code = "".join(inside or ()).strip()
            found.append(Piece(code, parse(code) if token == "variable_end" else None))
            inside = None
        elif inside is not None:
            inside.append(value)
    return tuple(found)


@functools.cache
def names(text: str) -> frozenset[str]:
    """Every name that a template reads or sets, attributes and constant texts included: C(hostvars[h].__a) and C(vars['__a']) name C(__a)."""
    tree = ENVIRONMENT.parse(text)
    return frozenset(
        [node.name for node in tree.find_all(nodes.Name)]
        + [node.attr for node in tree.find_all(nodes.Getattr)]
        + [node.value for node in tree.find_all(nodes.Const) if isinstance(node.value, str)]
    )


def functions(node: nodes.Node) -> set[str]:
    """The functions that are called by name."""
    calls = [node] if isinstance(node, nodes.Call) else []
    return {call.node.name for call in [*calls, *node.find_all(nodes.Call)] if isinstance(call.node, nodes.Name)}


def is_literal(node: nodes.Node) -> bool:
    """Whether nothing has to be looked up."""
    if isinstance(node, (nodes.List, nodes.Tuple, nodes.Dict)):
        return all(is_literal(item) for item in node.items)
    if isinstance(node, (nodes.Pair, nodes.Neg, nodes.Pos, nodes.Keyword)):
        return all(is_literal(item) for item in node.iter_child_nodes())
    return isinstance(node, nodes.Const)


def is_path(node: nodes.Node) -> bool:
    """A name with attributes and constant indexes."""
    while isinstance(node, nodes.Getattr) or (isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const)):
        node = node.node
    return isinstance(node, nodes.Name)


def _falls_back(node: nodes.Filter) -> bool:
    """Whether it is a default of a literal or of C(omit)."""
    given = [*node.args, *node.kwargs]
    return node.name in DEFAULTS and all(is_literal(item) or (isinstance(item, nodes.Name) and item.name == "omit") for item in given)


def is_plain(node: nodes.Node) -> bool:
    """A path with at most one default of a literal and at most one conversion, in either order."""
    seen = set()
    while isinstance(node, nodes.Filter) and node.node is not None:
        kind = "default" if _falls_back(node) else "conversion" if node.name in CONVERSIONS and not node.args else ""
        if not kind or kind in seen:
            return False
        seen.add(kind)
        node = node.node
    return is_path(node)


def is_one_test(node: nodes.Node) -> bool:
    """Whether it asks one thing; it may be negated."""
    if isinstance(node, nodes.Not):
        node = node.node
    return not isinstance(node, BRANCHES) and next(node.find_all(BRANCHES), None) is None


def cost(node: nodes.Node) -> Cost:
    """The calls and conditions of an expression, of everything below it included."""
    if is_literal(node) or is_plain(node):
        return Cost()
    if isinstance(node, nodes.CondExpr):
        asked = cost(node.test)
        own = Cost(asked.calls, max(1, asked.conditions + (not is_one_test(node.test))))
        return own.plus(cost(node.expr1), cost(node.expr2) if node.expr2 is not None else Cost())
    below = Cost().plus(*(cost(child) for child in node.iter_child_nodes()))
    return below.plus(_own(node))


def _own(node: nodes.Node) -> Cost:
    """What a node adds to what is below it."""
    if isinstance(node, nodes.Filter):
        if node.name in DEFAULTS and not _falls_back(node):
            return Cost(conditions=1) if is_plain(t.cast(nodes.Node, node.node)) else Cost(1, 1)
        return Cost(1, node.name in CHOOSING)
    if isinstance(node, nodes.Not):
        return Cost(conditions=not isinstance(node.node, (nodes.Compare, nodes.Test)))
    if isinstance(node, nodes.Compare):
        return Cost(conditions=len(node.ops))
    if isinstance(node, (nodes.And, nodes.Or, nodes.Test)):
        return Cost(conditions=1)
    if isinstance(node, (nodes.Getitem, nodes.Getattr)):
        if isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const):
            return Cost(calls=1) if isinstance(node.arg, nodes.Slice) else Cost(conditions=1)
        return Cost(calls=isinstance(node.node, nodes.Filter) and is_plain(node.node))
    if isinstance(node, nodes.Concat):
        return Cost(calls=len(node.nodes) - 1)
    if isinstance(node, (nodes.Call, nodes.List, nodes.Tuple, nodes.Dict, *ARITHMETIC)):
        return Cost(calls=1)
    return Cost()
