# SPDX-License-Identifier: GPL-3.0-or-later
"""Races while consent is written: what somebody else granted between the read and the write."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.consent.write import ConsentWriter
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ConnectorError, ServiceError

CLIENT, API, USER = "c" * 8, "a" * 8, "u" * 8


class FakeGraph:
    """Answers POSTs with an error, lists what it is given, and notes every write."""

    def __init__(self, error: ConnectorError | None, rows: list[dict[str, t.Any]], behind: int = 0) -> None:
        self.error, self.rows, self.behind = error, rows, behind  # so many lists are empty
        self.waited = 0.0
        self.calls: list[tuple[str, str, t.Any]] = []

    def post(self, path: str, body: t.Any, **_more: t.Any) -> dict[str, t.Any]:
        self.calls.append(("POST", path, body))
        if self.error is not None:
            raise self.error
        return {"id": "new", **body}

    def patch(self, path: str, body: t.Any, **_more: t.Any) -> None:
        self.calls.append(("PATCH", path, body))

    def list(self, path: str, **more: t.Any) -> list[dict[str, t.Any]]:
        self.calls.append(("LIST", path, more.get("params")))
        self.behind -= 1
        return [] if self.behind >= 0 else self.rows

    def find(self, path: str, **_more: t.Any) -> dict[str, t.Any] | None:
        self.calls.append(("GET", path, None))
        return self.rows[0] if self.rows else None

    def wait(self, seconds: float, why: str) -> None:
        self.waited += seconds


def grant(scope: str, principal: str | None = None, client: str = CLIENT) -> dict[str, t.Any]:
    kind = "Principal" if principal else "AllPrincipals"
    return {"id": f"g-{principal}", "clientId": client, "resourceId": API, "consentType": kind, "principalId": principal, "scope": scope}


def run(graph: FakeGraph, kind: str = "create_grant", principal: str | None = None) -> list[str]:
    writer = ConsentWriter(t.cast(t.Any, graph))
    writer.client_id = CLIENT
    payload = {"key": API, "grant_id": "g", "scopes": ["A", "B"], "known": ["A", "C"], "principal_id": principal, "role": "r"}
    writer.write(Action(kind, "do it", payload))
    return [method for method, _path, _body in graph.calls]


CONFLICT = ConflictError("Permission entry already exists.")


def test_one_post_and_no_read_back() -> None:
    assert run(FakeGraph(None, [])) == ["POST"]


def test_a_grant_made_in_the_meantime_is_extended() -> None:
    graph = FakeGraph(CONFLICT, [grant("A x", USER), grant("A", client="other"), grant("C a")])
    assert run(graph) == ["POST", "LIST", "PATCH"]
    assert graph.calls[1][2] == {"$filter": f"clientId eq '{CLIENT}' and resourceId eq '{API}' and consentType eq 'AllPrincipals'"}
    assert graph.calls[2][1:] == ("/oauth2PermissionGrants/g-None", {"scope": "C A B"})


def test_a_grant_that_holds_everything_already_is_left() -> None:
    assert run(FakeGraph(CONFLICT, [grant("b a z")])) == ["POST", "LIST"]


def test_the_principal_is_part_of_the_key() -> None:
    graph = FakeGraph(CONFLICT, [grant("A B"), grant("A", USER)])
    assert run(graph, principal=USER) == ["POST", "LIST", "PATCH"]
    assert f"principalId eq '{USER}'" in graph.calls[1][2]["$filter"] and graph.calls[2][1].endswith(f"g-{USER}")


def test_a_list_that_is_behind_is_waited_for() -> None:
    graph = FakeGraph(CONFLICT, [grant("C")], behind=2)
    assert run(graph) == ["POST", "LIST", "LIST", "LIST", "PATCH"]
    assert graph.calls[-1][2] == {"scope": "C A B"}
    graph = FakeGraph(CONFLICT, [{"resourceId": API, "appRoleId": "r"}], behind=2)
    assert run(graph, "assign_role") == ["POST", "LIST", "LIST", "LIST"]


def test_a_conflict_that_cannot_be_explained_is_raised_in_the_end() -> None:
    graph = FakeGraph(CONFLICT, [grant("A", USER)])
    with pytest.raises(ConflictError):
        run(graph)
    assert {call[0] for call in graph.calls} == {"POST", "LIST"} and 10 < graph.waited < 30


def test_an_update_keeps_what_the_list_did_not_show() -> None:
    """Planned with A and C, of which C goes; D is there by now, granted by an earlier task or by somebody else."""
    graph = FakeGraph(None, [grant("A C D")])
    assert run(graph, "update_grant") == ["GET", "PATCH"]
    assert graph.calls[1][2] == {"scope": "A B D"}


def test_other_errors_are_raised_at_once() -> None:
    graph = FakeGraph(ServiceError("no"), [grant("A")])
    with pytest.raises(ServiceError):
        run(graph)
    assert [call[0] for call in graph.calls] == ["POST"]


def test_a_role_assigned_in_the_meantime_is_what_was_wanted() -> None:
    assert run(FakeGraph(CONFLICT, [{"resourceId": API, "appRoleId": "r"}]), "assign_role") == ["POST", "LIST"]
    with pytest.raises(ConflictError):
        run(FakeGraph(CONFLICT, []), "assign_role")
