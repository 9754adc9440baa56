# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of roles and playbooks: YAML holds data and order, Python decides. Pure functions over what C(role_yaml) read; C(expressions) says what is counted.

value    An expression is a literal, a path, one look-up, or one call; with at most one condition. C(undef) is none of them. Text outside of C({{ }}) is free.
chain    A private variable that vars, defaults or a C(vars:) block define with an expression refers to no other one of that kind, of whichever role.
         Registered results and facts are no such variables, unless a C(vars:) block defines their name as well.
when     A condition has at most two entries. Each is one test with at most one call (C(x | length > 0)), without C(and), C(or) and C(if).
block    There is no C({% %}).
omit     C(omit) stands in the arguments of a module or action only, C(set_fact), C(debug) and includes excepted.
foreign  A role names private variables of its own only (C(__ROLE) or C(__ROLE_...)), a playbook those that begin with its own name.
beside   No path leads out of the role: no C(/../), no C(role_path | dirname).
loop     What a loop runs over, its index and what else it names begin with the name of the role or playbook: what a caller gave is evaluated when it is used,
         so a variable of the caller that says C(item) would be evaluated with the role's own.
file     A file of another role's that is included (C(tasks_from) and its kin) is a constant or what a loop runs over: without a loop, ansible-core takes the
         file of the first host for all hosts (its IncludedFile compares arguments before they are templated).
clock    No expression reads a clock: that is the controller's, and what a service dated is compared with the service's, in Python.
fact     C(set_fact) sets C(ROLE_result), C(ROLE_diagnosis), C({{ entra_connector_result }}) and what C(FACTS) lists, nothing else.
"""

from __future__ import annotations

import collections
import dataclasses
import re
import typing as t

import jinja2

from support import expressions
from support.role_yaml import Document, Place, Text

# Facts besides results: what is delivered has to be kept, or its value forgotten, beyond the task that had it. Each with its reason.
FACTS = {
    "entra_connector_sink_holds": "the documented answer of a user's own sink; it is cleared before the sink is asked",
    "__entra_connector_credential": "the value of a credential is forgotten when it was delivered",
    "__{role}_seen": "what the product said last; a delivery replaces it",
    "{{{{ rollout_confirmed.connector }}}}_result": "the results of roles that a rollout need not run",
    "rollout_failures": "what failed of a tenant whose next connector is still tried",
}
RESULTS = ("{role}_result", "{role}_diagnosis", "{{{{ entra_connector_result }}}}")
PRIVATE = re.compile(r"__[a-z0-9]\w*", re.IGNORECASE)
FROM = re.compile(r"\b(tasks|vars|defaults|handlers)_from$")
CLOCK = re.compile(r"\bnow\s*\(|\bansible_date_time\b|\bstrftime\b|\bto_datetime\b")
BESIDE = re.compile(r"(^|/)\.\.(/|$)|role_path\s*\|\s*dirname")


class Violation(t.NamedTuple):
    """One breach of a rule."""

    file: str
    path: str
    rule: str
    text: str

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.file}: {self.path}: {self.rule}: {' '.join(self.text.split())}"


@dataclasses.dataclass(frozen=True)
class Found:
    """What a rule found in a document, before it is known which document that was."""

    path: str
    text: str


def value(document: Document) -> t.Iterator[Found]:
    """Expressions that do more than one thing."""
    for text in document.texts:
        if text.place is Place.CONDITION:
            continue
        for piece in expressions.pieces(text.value):
            if piece.node is None:
                continue
            cost = expressions.cost(piece.node)
            if cost.calls > 1 or cost.conditions > 1 or "undef" in expressions.functions(piece.node):
                yield Found(text.path, f"{cost.calls} calls, {cost.conditions} conditions: {piece.text}")


def chain(document: Document, holding: t.Collection[str]) -> t.Iterator[Found]:
    """Private variables with an expression that refer to another one of C(holding)."""
    for name, texts in document.defined.items():
        if PRIVATE.fullmatch(name):
            used = {other: text.path for text in texts for other in sorted(expressions.names(text.value)) if other in holding and other != name}
            yield from (Found(path, f"{name} refers to {other}") for other, path in used.items())


def when(document: Document) -> t.Iterator[Found]:
    """Conditions of more than two entries, and entries of more than one test."""
    for entries in document.conditions:
        if len(entries.tests) > 2:
            yield Found(entries.path, f"{len(entries.tests)} entries")
        for test in entries.tests:
            if not _asks_one_thing(test):
                yield Found(entries.path, test)


def _asks_one_thing(test: str) -> bool:
    """Whether an entry of a condition is one test. Braces have no place in one."""
    if expressions.pieces(test):
        return False
    node = expressions.parse(test)
    cost = expressions.cost(node)
    return expressions.is_one_test(node) and cost.calls <= 1 and cost.conditions <= 1


def block(document: Document) -> t.Iterator[Found]:
    """Statements of Jinja."""
    for text in document.texts:
        yield from (Found(text.path, piece.text) for piece in expressions.pieces(text.value) if piece.node is None)


def _names(text: Text) -> frozenset[str]:
    """What a string names, a condition as the expression it is."""
    return expressions.names("{{ " + text.value + " }}" if text.place is Place.CONDITION and "{" not in text.value else text.value)


def omit(document: Document) -> t.Iterator[Found]:
    """C(omit) where it is no argument."""
    for text in document.texts:
        if text.place is not Place.ARGUMENT and "omit" in text.value and "omit" in _names(text):
            yield Found(text.path, text.value)


def foreign(document: Document) -> t.Iterator[Found]:
    """Private variables of others, read, set or named as a text."""
    own = re.compile(rf"__{re.escape(document.owner)}(_|$)")
    named = [(text.path, name) for text in document.texts for name in sorted({*_names(text), text.value}) if "__" in text.value]
    named += [(given.path, given.name) for given in document.given]
    yield from (Found(path, name) for path, name in dict.fromkeys(named) if PRIVATE.fullmatch(name) and not own.match(name))


def beside(document: Document) -> t.Iterator[Found]:
    """Paths that lead out of the role."""
    yield from (Found(text.path, text.value) for text in document.texts if BESIDE.search(text.value) or _climbs(text.value))


def _climbs(text: str) -> bool:
    """Whether a constant inside an expression is such a path: C(role_path ~ '/../other')."""
    return ".." in text and any(BESIDE.search(name) for name in expressions.names(text))


def loop(document: Document) -> t.Iterator[Found]:
    """Names of loops that a caller may use as well."""
    own = re.compile(rf"(__)?{re.escape(document.owner)}_\w+")
    named = [(one.path, one.variable) for one in document.loops] + [(given.path, given.name) for given in document.given if given.kind == "loop"]
    yield from (Found(path, name) for path, name in dict.fromkeys(named) if not own.fullmatch(name))


def file(document: Document) -> t.Iterator[Found]:
    """Files of other roles that hosts may name differently outside of a loop."""
    loops = {given.name for given in document.given if given.kind == "loop"} | {one.variable for one in document.loops}
    for text in document.texts:
        if FROM.search(text.path) and "{{" in text.value and not _names(text) <= loops:
            yield Found(text.path, text.value)


def clock(document: Document) -> t.Iterator[Found]:
    """Expressions that read the controller's clock, or reckon with dates."""
    for text in document.texts:
        codes = [text.value] if text.place is Place.CONDITION else [piece.text for piece in expressions.pieces(text.value)]
        yield from (Found(text.path, code) for code in codes if CLOCK.search(code))


def fact(document: Document, allowed: t.Collection[str]) -> t.Iterator[Found]:
    """Facts that are no result."""
    results = [name.format(role=document.owner) for name in (*RESULTS, *allowed)]
    for given in document.given:
        if given.kind == "fact" and given.name not in results:
            yield Found(given.path, given.name)


def _is_unreadable(text: Text) -> bool:
    """Whether it is no Jinja."""
    try:
        _names(text)
        expressions.pieces(text.value)
    except jinja2.TemplateSyntaxError:
        return True
    return False


def check(documents: t.Sequence[Document], facts: t.Collection[str] = tuple(FACTS)) -> list[Violation]:
    """Every breach of every rule; where something cannot be parsed only that."""
    found = []
    for document in documents:
        found += [Violation(document.file, text.path, "value", f"no Jinja: {text.value}") for text in document.texts if _is_unreadable(text)]
    if found:
        return found
    holding = {name for document in documents for name in document.defined if PRIVATE.fullmatch(name)}
    for document in documents:
        rules: dict[str, t.Iterator[Found]] = {
            "value": value(document),
            "chain": chain(document, holding),
            "when": when(document),
            "block": block(document),
            "omit": omit(document),
            "foreign": foreign(document),
            "beside": beside(document),
            "loop": loop(document),
            "file": file(document),
            "clock": clock(document),
            "fact": fact(document, facts),
        }
        found += [Violation(document.file, breach.path, rule, breach.text) for rule, breaches in rules.items() for breach in breaches]
    return found


def counted(violations: t.Iterable[Violation]) -> dict[str, dict[str, int]]:
    """How many there are, by file and rule."""
    numbers = collections.Counter((violation.file, violation.rule) for violation in violations)
    table: dict[str, dict[str, int]] = {}
    for (file, rule), number in sorted(numbers.items()):
        table.setdefault(file, {})[rule] = number
    return table


def unused(documents: t.Sequence[Document], facts: t.Collection[str] = tuple(FACTS)) -> list[str]:
    """Allowed facts that nothing sets."""
    known = {given.name for document in documents for given in document.given if given.kind == "fact"}
    roles = {document.owner for document in documents}
    return sorted(name for name in facts if not known & {name.format(role=role) for role in roles})
