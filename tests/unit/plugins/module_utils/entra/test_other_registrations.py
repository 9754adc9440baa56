# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that have a redirect URI which a new one is to get."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application_desired import ApplicationDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.other_registrations import others_in, others_part
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import Part, PartAnswer

ONE, TWO = "https://portal.example/contoso/callback", "https://portal.example/o%27neil/callback"


class Graph:
    """Answers with the same applications, whatever is asked, and keeps what was asked."""

    def __init__(self, *apps: dict[str, t.Any]) -> None:
        self.apps = list(apps)
        self.asked: list[Part] = []

    def items(self, answer: PartAnswer) -> t.Any:
        return answer.body["value"]


def app(name: str, *uris: str) -> dict[str, t.Any]:
    return {"id": f"object-{name}", "appId": f"app-{name}", "displayName": name, "web": {"redirectUris": list(uris)}}


def look(graph: Graph, redirect_uris: dict[str, t.Any] | None) -> tuple[dict[str, t.Any], ...]:
    desired = ApplicationDesired.from_options({"unique_name": "payroll", "display_name": "Payroll", "redirect_uris": redirect_uris})
    part = others_part(desired)
    if part is None:
        return ()
    graph.asked.append(part)
    return others_in(t.cast(t.Any, graph), PartAnswer(200, {"value": graph.apps}, part), desired)


def test_without_a_web_redirect_uri_nothing_is_asked() -> None:
    for uris in (None, {"web": {"set": []}}, {"web": {"remove": [ONE]}}, {"public_client": {"add": ["http://localhost"]}}):
        graph = Graph(app("W365", ONE))
        assert look(graph, uris) == ()
        assert graph.asked == []


def test_one_advanced_query_for_all_of_them() -> None:
    graph = Graph(app("b", TWO, "https://elsewhere.example/"), app("A", ONE))
    found = look(graph, {"web": {"add": [ONE, TWO]}})
    assert found == (
        {"app_id": "app-A", "display_name": "A", "redirect_uris": [ONE]},
        {"app_id": "app-b", "display_name": "b", "redirect_uris": [TWO]},
    )
    (asked,) = graph.asked
    assert asked.headers == {"ConsistencyLevel": "eventual"} and asked.params and asked.params["$count"] == "true"
    assert asked.params["$filter"].count("web/redirectUris/any(") == 2


def test_host_in_any_case_path_as_it_is_written() -> None:
    """The directory does not tell upper from lower case; sign-in does, in the path."""
    graph = Graph(app("host", ONE.replace("portal", "PORTAL")), app("path", ONE.replace("contoso", "Contoso")), app("none"))
    assert [row["display_name"] for row in look(graph, {"web": {"set": [ONE]}})] == ["host"]
