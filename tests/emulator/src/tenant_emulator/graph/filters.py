# SPDX-License-Identifier: GPL-3.0-or-later
"""``$filter``: a small parser for what the directory understands, and its evaluation on stored objects.

The directory compares strings without regard to case, and refuses properties without an index.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from . import schema, times
from .errors import JsonObject, bad_request, unsupported
from .filterable import ADVANCED, FILTERABLE, ONLY_AND

_TOKEN = re.compile(
    r"\s+"
    r"|(?P<string>'(?:[^']|'')*')"
    r"|(?P<date>\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?(?![\w-]))"
    r"|(?P<guid>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
    r"|(?P<number>-?\d+(?:\.\d+)?(?!\w))"
    r"|(?P<name>[A-Za-z_][\w.]*(?:/[A-Za-z_][\w.]*)*)"
    r"|(?P<mark>[(),:])"
)
_COMPARISONS = ("eq", "ne", "gt", "ge", "lt", "le")
_FUNCTIONS = ("startswith", "endswith", "contains")

Test = t.Callable[[JsonObject], bool]


@dataclasses.dataclass
class Filter:
    """A parsed filter: the test, what it names and does with it, and whether it needs an advanced query."""

    test: Test
    properties: set[str] = dataclasses.field(default_factory=set)
    advanced: bool = False
    uses: set[tuple[str, str]] = dataclasses.field(default_factory=set)  # property and operator, "any" and "not" included
    joined: set[str] = dataclasses.field(default_factory=set)  # "and", "or"


def parse(text: str) -> Filter:
    """The filter of this text. Raises GraphError for one that is not well-formed."""
    return _Parser(text).filter()


def check(parsed: Filter, type_name: str, advanced: bool) -> None:
    """Refuse what the directory refuses: unknown or unindexed properties, operators they do not have, advanced ones in a plain query."""
    known = schema.properties(type_name) if type_name in schema.types() else None
    indexed = FILTERABLE.get(type_name, {})
    for path in sorted(parsed.properties):
        if _index(path, indexed) in indexed:
            continue
        if known is not None and path.split("/")[0] not in known:
            resource = type_name[0].upper() + type_name[1:]
            raise unsupported(f"Unsupported or invalid query filter clause specified for property '{path}' of resource '{resource}'.")
        raise unsupported("The request uses a filter property that is not indexed")
    for path, operator in parsed.uses:
        operators = indexed[_index(path, indexed)]
        if operators is not None and operator not in operators:
            raise unsupported("Unsupported Query.")
    needs_advanced = parsed.advanced or bool(parsed.properties & ADVANCED.get(type_name, frozenset()))
    if (needs_advanced and not advanced) or (type_name in ONLY_AND and "or" in parsed.joined):
        raise unsupported("Unsupported Query.")


def _index(path: str, indexed: t.Container[str]) -> str:
    """What a property is found by in the list of filterable ones: a part of a property has its own entry, or that of the whole."""
    return path if path in indexed else path.split("/")[0]


def fold(value: t.Any) -> t.Any:
    """A value as the directory compares it."""
    if isinstance(value, str):
        try:
            return times.parse(value).isoformat()
        except ValueError:
            return value.lower()
    return value


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._split(text))
        self.at = 0
        self.result = Filter(lambda _: True)
        self.collection = ""  # the property that a lambda runs over
        self.negated = False

    def _split(self, text: str) -> t.Iterator[tuple[str, str]]:
        position = 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            if not found:
                raise self._error(position)
            position = found.end()
            if found.lastgroup:
                yield found.lastgroup, found.group()

    def _error(self, position: int | None = None) -> Exception:
        position = len(self.text) if position is None else position
        return bad_request(
            f"Invalid filter clause: Syntax error at position {position} in '{self.text}'.",
            "BadRequest",
        )

    def filter(self) -> Filter:
        if not self.tokens:
            raise self._error()
        self.result.test = self._either(None)
        if self.at != len(self.tokens):
            raise self._error()
        return self.result

    def _peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if not token[0]:
            raise self._error()
        self.at += 1
        return token

    def _expect(self, mark: str) -> None:
        if self._next()[1] != mark:
            raise self._error()

    def _word(self, *words: str) -> str | None:
        kind, text = self._peek()
        if kind == "name" and text.lower() in words:
            self.at += 1
            return text.lower()
        return None

    def _either(self, variable: str | None) -> Test:
        tests = [self._both(variable)]
        while self._word("or"):
            self.result.joined.add("or")
            tests.append(self._both(variable))
        return tests[0] if len(tests) == 1 else lambda item: any(test(item) for test in tests)

    def _both(self, variable: str | None) -> Test:
        tests = [self._negation(variable)]
        while self._word("and"):
            tests.append(self._negation(variable))
        return tests[0] if len(tests) == 1 else lambda item: all(test(item) for test in tests)

    def _negation(self, variable: str | None) -> Test:
        if self._word("not"):
            self.result.advanced = True
            before, self.negated = self.negated, True
            inner = self._negation(variable)
            self.negated = before
            return lambda item: not inner(item)
        return self._term(variable)

    def _term(self, variable: str | None) -> Test:
        kind, text = self._next()
        if (kind, text) == ("mark", "("):
            inner = self._either(variable)
            self._expect(")")
            return inner
        if kind != "name":
            raise self._error()
        if self._peek()[1] == "(":
            return self._call(text, variable)
        return self._comparison(text, variable)

    def _path(self, text: str, variable: str | None) -> t.Callable[[JsonObject], t.Any]:
        parts = text.split("/")
        if variable is not None:
            if parts[0] != variable:
                raise self._error()
            parts = parts[1:]
        else:
            self.result.properties.add(text)

        def read(item: t.Any) -> t.Any:
            for part in parts:
                item = item.get(part) if isinstance(item, dict) else None
            return item

        return read

    def _use(self, text: str, variable: str | None, operator: str) -> None:
        path = text if variable is None else self.collection
        self.result.uses.add((path, operator))
        if self.negated:
            self.result.uses.add((path, "not"))

    def _comparison(self, text: str, variable: str | None) -> Test:
        read = self._path(text, variable)
        if self._word("in"):
            self._use(text, variable, "in")
            self._expect("(")
            values = [self._literal()]
            while self._peek()[1] == ",":
                self.at += 1
                values.append(self._literal())
            self._expect(")")
            return lambda item: fold(read(item)) in values
        operator = self._word(*_COMPARISONS)
        if operator is None:
            raise self._error()
        wanted = self._literal()
        self._use(text, variable, operator)
        if operator == "ne":
            self.result.advanced = True
        return lambda item: _compare(operator, fold(read(item)), wanted)

    def _literal(self) -> t.Any:
        kind, text = self._next()
        if kind == "string":
            return fold(text[1:-1].replace("''", "'"))
        if kind in ("date", "guid"):
            return fold(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        constants = {"true": True, "false": False, "null": None}
        if kind == "name" and text.lower() in constants:
            return constants[text.lower()]
        raise self._error()

    def _call(self, name: str, variable: str | None) -> Test:
        self._expect("(")
        if name.lower() in _FUNCTIONS:
            kind, path = self._next()
            if kind != "name":
                raise self._error()
            read = self._path(path, variable)
            self._expect(",")
            wanted = self._literal()
            self._expect(")")
            if name.lower() == "contains":
                raise unsupported("Unsupported Query.")  # the directory has no contains()
            if not isinstance(wanted, str):
                raise self._error()
            self._use(path, variable, name.lower())
            if name.lower() == "endswith":
                self.result.advanced = True
            test: Test = _starts(read, wanted) if name.lower() == "startswith" else _ends(read, wanted)
            # ``startswith(x,'a') eq true`` is what some clients write.
            if self._word("eq"):
                expected = self._literal()
                return lambda item: test(item) is expected
            return test
        path, _slash, quantifier = name.rpartition("/")
        if quantifier not in ("any", "all") or not path:
            raise self._error()
        read = self._path(path, variable)
        self._use(path, variable, quantifier)
        if self._peek()[1] == ")":
            self.at += 1
            return lambda item: bool(read(item))
        kind, inner_variable = self._next()
        if kind != "name":
            raise self._error()
        self._expect(":")
        self.collection = path
        inner = self._either(inner_variable)
        self._expect(")")
        if quantifier == "all":
            return lambda item: all(inner(part) for part in read(item) or [])
        return lambda item: any(inner(part) for part in read(item) or [])


def _starts(read: t.Callable[[JsonObject], t.Any], wanted: str) -> Test:
    return lambda item: isinstance(read(item), str) and read(item).lower().startswith(wanted)


def _ends(read: t.Callable[[JsonObject], t.Any], wanted: str) -> Test:
    return lambda item: isinstance(read(item), str) and read(item).lower().endswith(wanted)


def _compare(operator: str, value: t.Any, wanted: t.Any) -> bool:
    if operator == "eq":
        return bool(value == wanted)
    if operator == "ne":
        return bool(value != wanted)
    if value is None or wanted is None or isinstance(value, str) != isinstance(wanted, str):
        return False
    return bool({"gt": value > wanted, "ge": value >= wanted, "lt": value < wanted, "le": value <= wanted}[operator])
