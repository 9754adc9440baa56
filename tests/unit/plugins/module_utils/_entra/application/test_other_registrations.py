# SPDX-License-Identifier: GPL-3.0-or-later
"""Applications that have a redirect URI which a new one is to get."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.desired import ApplicationDesired
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.application.other_registrations import others_in, others_part
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError, ForbiddenError, OptionError, ServiceError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer

ONE, TWO = "https://portal.example/contoso/callback", "https://portal.example/o%27neil/callback"


class Graph:
    """Answers with the same applications, whatever is asked, and keeps what was asked."""

    def __init__(self, *apps: dict[str, t.Any]) -> None:
        self.apps = list(apps)
        self.asked: list[Part] = []

    tenant = "contoso.onmicrosoft.com"

    def items(self, answer: PartAnswer, most: int | None = None) -> t.Any:
        answer.raise_for_error()
        return answer.body["value"]

    def batch(self, parts: t.Sequence[Part]) -> list[PartAnswer]:
        self.asked += parts
        return [PartAnswer(200, {"value": self.apps}, part) for part in parts]


def app(name: str, *uris: str) -> dict[str, t.Any]:
    return {"id": f"object-{name}", "appId": f"app-{name}", "displayName": name, "web": {"redirectUris": list(uris)}}


def look(
    graph: Graph, redirect_uris: dict[str, t.Any] | None, error: ConnectorError | None = None, tenant_type: str | None = "AAD B2C"
) -> tuple[dict[str, t.Any], ...]:
    desired = ApplicationDesired.from_options({"unique_name": "payroll", "display_name": "Payroll", "redirect_uris": redirect_uris})
    part = others_part(desired)
    if part is None:
        return ()
    graph.asked.append(part)
    return others_in(t.cast(t.Any, graph), PartAnswer(200, {"value": graph.apps}, part, error=error), desired, tenant_type)


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


NO_SEARCH = ServiceError("This request is not supported by the service.", code="Request_BadRequest", http_status=400)


def test_without_advanced_queries_all_applications_are_looked_through() -> None:
    graph = Graph(app("b", TWO), app("none"), app("A", "https://elsewhere.example/", ONE))
    found = look(graph, {"web": {"add": [ONE, TWO]}}, NO_SEARCH)
    assert [row["display_name"] for row in found] == ["A", "b"]
    _search, listed = graph.asked
    assert listed.path == "/applications" and not listed.headers and set(listed.params or {}) == {"$select", "$top"}


@pytest.mark.parametrize(("tenant_type", "said"), [("AAD B2C", "which is of the type AAD B2C, and"), (None, "in this tenant and")])
def test_a_tenant_with_too_many_applications_is_said_with_the_variable_that_goes_on(tenant_type: str | None, said: str) -> None:
    graph = Graph(*(app("none") for _number in range(20_001)))
    with pytest.raises(OptionError) as caught:
        look(graph, {"web": {"add": [ONE]}}, NO_SEARCH, tenant_type)
    assert caught.value.code == "search_not_possible"
    for word in (said, "contoso.onmicrosoft.com", "20000", "'<role>_accept_second_registration: true'"):
        assert word in f"{caught.value} {caught.value.advice}", word


@pytest.mark.parametrize("error", [ForbiddenError("No.", http_status=403), ServiceError("Down.", http_status=503)])
def test_another_refusal_is_no_reason_to_list(error: ServiceError) -> None:
    graph = Graph(app("A", ONE))
    with pytest.raises(type(error)):
        look(graph, {"web": {"add": [ONE]}}, error)
    assert len(graph.asked) == 1
