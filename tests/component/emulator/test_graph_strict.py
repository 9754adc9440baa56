# SPDX-License-Identifier: GPL-3.0-or-later
"""What the directory is strict about and a client easily gets wrong: ownership, names in two places, identifiers, references."""

from __future__ import annotations

import re
import typing as t

import pytest
from tenant_emulator.graph import seed
from tenant_emulator.graph.direct import Direct

BAD = "Request_BadRequest"
CREDENTIAL = {"issuer": "https://issuer.example/path", "subject": "s", "audiences": ["api://AzureADTokenExchange"]}


@pytest.fixture
def graph() -> Direct:
    return Direct()


@pytest.fixture
def app(graph: Direct) -> dict[str, t.Any]:
    return graph.ask("POST", "applications", {"displayName": "App"}, 201)


def test_owners_make_service_principals_of_their_own_applications(graph: Direct, app: dict) -> None:
    graph.roles = ("Application.ReadWrite.OwnedBy",)
    assert graph.refused("POST", "servicePrincipals", {"appId": app["appId"]}) == (
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
    own = graph.ask("POST", "applications", {"displayName": "Own"}, 201)
    graph.ask("POST", "servicePrincipals", {"appId": own["appId"]}, 201)


def test_a_federated_upsert_has_one_name(graph: Direct, app: dict) -> None:
    path, prefer = f"applications/{app['id']}/federatedIdentityCredentials(name='one')", {"Prefer": "create-if-missing"}
    message = "Invalid value specified for property 'name' of resource 'FederatedIdentityCredential'."
    assert graph.refused("PATCH", path, {**CREDENTIAL, "name": "two"}, headers=prefer) == (400, BAD, message)
    assert graph.ask("PATCH", path, {**CREDENTIAL, "name": "one"}, 201, headers=prefer)["name"] == "one"


@pytest.mark.parametrize("issuer", ["http://issuer.example", "issuer.example", "https://", "https://issuer.example/a b"])
def test_an_issuer_is_an_https_address(graph: Direct, app: dict, issuer: str) -> None:
    path = f"applications/{app['id']}/federatedIdentityCredentials"
    message = "Invalid value specified for property 'issuer' of resource 'FederatedIdentityCredential'."
    assert graph.refused("POST", path, {**CREDENTIAL, "name": "one", "issuer": issuer}) == (400, BAD, message)
    made = graph.ask("POST", path, {**CREDENTIAL, "name": "one"}, 201)
    assert graph.refused("PATCH", f"{path}/{made['id']}", {"issuer": issuer}) == (400, BAD, message)


def test_identifiers_of_multitenant_applications_are_unique_everywhere(graph: Direct, app: dict) -> None:
    other = graph.add_tenant("Fabrikam")
    uri = "https://contoso.example/shared"
    other.domains.append({"name": "contoso.example", "isDefault": False, "isInitial": False})
    there = seed.add_application(graph.world, other, {"displayName": "There", "signInAudience": "AzureADMultipleOrgs", "identifierUris": [uri]})
    path, message = f"applications/{app['id']}", "Another object with the same value for property identifierUris already exists."
    graph.ask("PATCH", path, {"identifierUris": [uri]}, 204)  # for its own tenant only
    assert graph.refused("PATCH", path, {"signInAudience": "AzureADMultipleOrgs"}) == (400, BAD, message)
    graph.ask("PATCH", path, {"signInAudience": "AzureADMultipleOrgs", "identifierUris": []}, 204)
    assert graph.refused("PATCH", path, {"identifierUris": [uri.upper().replace("HTTPS", "https")]}) == (400, BAD, message)
    other.applications[there["id"]]["signInAudience"] = "AzureADMyOrg"
    graph.ask("PATCH", path, {"identifierUris": [uri]}, 204)


def test_an_owner_is_a_reference_to_graph(graph: Direct, app: dict) -> None:
    user = seed.add_user(graph.world, graph.tenant)["id"]
    path = f"applications/{app['id']}/owners/$ref"
    wrong = {"@odata.id": f"https://graph.windows.example/v1.0/directoryObjects/{user}"}
    assert graph.refused("POST", path, wrong) == (400, BAD, "Invalid URL format specified in payload.")
    graph.ask("POST", path, {"@odata.id": f"https://graph.test/graph/v1.0/directoryObjects/{user}"}, 204)
    graph.ask("DELETE", f"applications/{app['id']}/owners/{user}/$ref", None, 204)
    graph.ask("POST", path, {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{user}"}, 204)


def test_the_creation_date_is_more_precise_in_the_first_answer(graph: Direct) -> None:
    made = [graph.ask("POST", "applications", {"displayName": "New"}, 201) for _turn in range(3)]
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,7}Z", item["createdDateTime"]) for item in made)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", graph.ask("GET", f"applications/{made[0]['id']}")["createdDateTime"])
