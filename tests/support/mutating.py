# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutants of a Python file: cosmic-ray's operators, one more for texts, and what is left out because no test could tell the difference.

cosmic-ray changes no texts, and decision tables consist of them; C(TextReplacer) is an operator of the kind that cosmic-ray lets others add. Left out are
operators that make no plausible mistake (C(==) to C(is), one arithmetic operator to all others), and changes of annotations, docstrings, decorators and
type-checking imports. A line with C(# pragma: no mutate) is left alone, as cosmic-ray's own filter does.
"""

from __future__ import annotations

import ast
import dataclasses
import random
import re
import typing as t

from cosmic_ray import plugins
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator

PRAGMA = "# pragma: no mutate"
# Of the operators that replace one sign by all others, those that a person could mix up.
PLAUSIBLE = re.compile(
    r"""core/(AddNot|ExceptionReplacer|NumberReplacer|Replace(AndWithOr|OrWithAnd|TrueWithFalse|FalseWithTrue|BreakWithContinue|ContinueWithBreak)
    |ReplaceUnaryOperator_Delete_Not|ZeroIterationForLoop
    |ReplaceComparisonOperator_(Eq_NotEq|NotEq_Eq|Is_IsNot|IsNot_Is|Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Lt_GtE|GtE_Lt|Gt_LtE|LtE_Gt)
    |ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul|BitOr_BitAnd|BitAnd_BitOr))""",
    re.VERBOSE,
)


class TextReplacer(Operator):
    """Changes a text: C('refused') becomes C('refused~')."""

    def mutation_positions(self, node: t.Any) -> t.Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Texts, and the fixed parts of f-strings."""
        if node.type in ("string", "fstring_string"):
            yield node.start_pos, node.end_pos

    def mutate(self, node: t.Any, index: int) -> t.Any:
        """The same node with another text."""
        quotes = re.search(r"('''|\"\"\"|'|\")$", node.value)[1] if node.type == "string" else ""
        node.value = f"{node.value.removesuffix(quotes)}~{quotes}"
        return node

    @classmethod
    def examples(cls) -> tuple[t.Any, ...]:
        """What cosmic-ray's own tests would look at."""
        return ()


class _Essence(ast.NodeTransformer):
    """Takes away what does nothing when a program runs."""

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_arguments(self, node: ast.arguments) -> ast.AST:
        """Whether an argument may be given by name alone, or by position alone, changes no answer."""
        self.generic_visit(node)
        node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
        node.defaults = [*node.defaults, *(default for default in node.kw_defaults if default is not None)]
        node.posonlyargs, node.kwonlyargs, node.kw_defaults = [], [], []
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        self.generic_visit(node)
        return ast.Assign(targets=[node.target], value=node.value, lineno=0) if node.value is not None else None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return node.args[1] if ast.unparse(node.func) in ("t.cast", "typing.cast", "cast") and len(node.args) == 2 else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        self.generic_visit(node)
        return None if "TYPE_CHECKING" in ast.unparse(node.test) else node

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        self.generic_visit(node)
        return None if isinstance(node.value, ast.Constant) else node

    def _definition(self, node: t.Any) -> ast.AST:
        node.decorator_list = []
        node.returns = None
        self.generic_visit(node)
        return t.cast(ast.AST, node)

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _definition


def essence(code: str) -> str:
    """What of a program can make a difference.

    :raises SyntaxError: it is none
    """
    return ast.dump(_Essence().visit(ast.parse(code)))


@dataclasses.dataclass(frozen=True)
class Mutant:
    """One changed program."""

    line: int
    before: str
    after: str
    code: str


@dataclasses.dataclass(frozen=True)
class _Place:
    """One occurrence of what an operator can change."""

    position: tuple[int, int]
    operator: str
    occurrence: int


OWN: dict[str, type[Operator]] = {"own/TextReplacer": TextReplacer}


def _operator(name: str) -> Operator:
    """An operator by its name."""
    found = OWN[name] if name in OWN else plugins.get_operator(name)
    return t.cast(Operator, found())


def _places(code: str) -> dict[tuple[int, int], list[_Place]]:
    """What can be changed, by position."""
    found: dict[tuple[int, int], list[_Place]] = {}
    for name in [*(name for name in plugins.operator_names() if PLAUSIBLE.fullmatch(name)), *OWN]:
        operator = _operator(name)
        positions = [start for node in ast_nodes(get_ast(code)) for start, _end in operator.mutation_positions(node)]
        for occurrence, start in enumerate(positions):
            found.setdefault(tuple(start), []).append(_Place(tuple(start), name, occurrence))
    return found


def _made(code: str, place: _Place) -> Mutant | None:
    """The mutant of a place, or None when it cannot differ in what it does."""
    mutated = mutate_code(code, _operator(place.operator), place.occurrence)
    if mutated is None:
        return None
    before, after = code.splitlines(), mutated.splitlines()
    changed = next((number for number, (one, other) in enumerate(zip(before, after, strict=False)) if one != other), None)
    try:
        if changed is None or PRAGMA in before[changed] or essence(mutated) == essence(code):
            return None
    except SyntaxError:
        return None
    return Mutant(changed + 1, before[changed].strip(), after[changed].strip(), mutated)


def mutants(code: str, count: int, seed: str) -> list[Mutant]:
    """Up to C(count) different mutants, the same ones for the same seed: one for each of as many places as there are, then a second for each."""
    chance = random.Random(seed)
    places = _places(code)
    queues = [chance.sample(places[position], len(places[position])) for position in sorted(places)]
    chance.shuffle(queues)
    found: dict[str, Mutant] = {}
    while queues and len(found) < count:
        for queue in queues:
            made = _made(code, queue.pop())
            if made is not None and len(found) < count:
                found[made.code] = made
        queues = [queue for queue in queues if queue]
    return list(found.values())
