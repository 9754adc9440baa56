# SPDX-License-Identifier: GPL-3.0-or-later
"""A property that a cloud does not have yet, or that an identity may not see: the read is repeated without it, once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, ForbiddenError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.optional_properties import NEWER, RESTRICTED, read_named, refused_for, without
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer


def refused(status: int, part: Part) -> PartAnswer:
    """What Graph itself refuses; a 403 means a missing right."""
    kind: type[ConnectorError] = ForbiddenError if status == 403 else ServiceError
    return PartAnswer(status, {}, part, error=kind("refused"))


class Graph:
    """Refuses some of the parts."""

    def __init__(self, refuses: t.Callable[[Part], bool], status: int = 400) -> None:
        self.refuses, self.status, self.sent = refuses, status, list[list[Part]]()

    def batch_named(self, parts: t.Mapping[str, Part], *, believe: bool = False) -> dict[str, PartAnswer]:
        self.sent.append(list(parts.values()))
        return {name: self._answer(part) for name, part in parts.items()}

    def _answer(self, part: Part) -> PartAnswer:
        return refused(self.status, part) if self.refuses(part) else PartAnswer(200, {"id": part.path}, part)


IN_PARAMS = Part("GET", "/servicePrincipals/x", params={"$select": ("id", "isDisabled", "tags"), "$top": 1})
IN_PATH = Part("GET", "/applications?$filter=a eq 'b'&$select=id,isDisabled,tags&$top=1")
PLAIN = Part("GET", "/organization", params={"$select": "id"})


USER = Part("GET", "/users/x?$select=id,accountEnabled")
PRINCIPAL = Part("GET", "/servicePrincipals/x", params={"$select": ["id", "accountEnabled"]})


def newer(part: Part) -> bool:
    return bool(refused_for(part, refused(400, part)))


def ask(refuses: t.Callable[[Part], bool]) -> tuple[dict[str, PartAnswer], list[list[Part]]]:
    graph = Graph(refuses)
    return read_named(t.cast(t.Any, graph), {"params": IN_PARAMS, "path": IN_PATH, "plain": PLAIN}), graph.sent


def test_one_batch_where_the_property_is_known() -> None:
    answers, sent = ask(lambda part: False)
    assert len(sent) == 1 and all(answer.ok for answer in answers.values())


def test_the_refused_ones_again_without_it() -> None:
    answers, sent = ask(newer)
    assert sent[1:] == [[without(IN_PARAMS, NEWER), without(IN_PATH, NEWER)]]
    assert all(answer.ok for answer in answers.values())


def test_another_reason_for_a_400_stays_one() -> None:
    answers, sent = ask(lambda part: True)
    assert len(sent) == 2, "not for ever"
    with pytest.raises(ServiceError, match="refused"):
        answers["path"].raise_for_error()
    assert len(ask(lambda part: part is PLAIN)[1]) == 1


def test_an_account_that_may_not_be_looked_at() -> None:
    graph = Graph(lambda part: "accountEnabled" in part.path or part is PRINCIPAL, 403)
    answers = read_named(t.cast(t.Any, graph), {"user": USER, "principal": PRINCIPAL})
    assert graph.sent[1:] == [[without(USER, RESTRICTED)]] and answers["user"].ok
    assert not answers["principal"].ok, "whether that is enabled may be read with all rights that read it at all"


@pytest.mark.parametrize(
    ("part", "status", "names"),
    [
        (IN_PARAMS, 400, NEWER),
        (IN_PATH, 400, NEWER),
        (IN_PATH, 403, ()),
        (IN_PATH, 404, ()),
        (PLAIN, 400, ()),
        (Part("GET", "/users/isDisabled"), 400, ()),
        (USER, 403, RESTRICTED),
        (USER, 400, ()),
        (PRINCIPAL, 403, ()),
    ],
)
def test_what_an_answer_may_have_been_refused_for(part: Part, status: int, names: t.Collection[str]) -> None:
    assert refused_for(part, refused(status, part)) == set(names)


def test_a_proxy_says_nothing_about_rights() -> None:
    assert refused_for(USER, PartAnswer(403, {}, USER, error=ServiceError("a page"))) == set()


def test_what_is_left_out() -> None:
    assert without(IN_PARAMS, NEWER).params == {"$select": ["id", "tags"], "$top": 1}
    assert without(IN_PATH, NEWER).path == "/applications?$filter=a eq 'b'&$select=id,tags&$top=1"
    assert without(PLAIN, NEWER).params == {"$select": ["id"]}
