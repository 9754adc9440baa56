# SPDX-License-Identifier: GPL-3.0-or-later
"""msgraph-sdk and azure-identity, unchanged, for everything a connector does."""

from __future__ import annotations

import asyncio
import datetime as dt
import typing as t
import uuid

import pytest
from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.applications.item.remove_password.remove_password_post_request_body import RemovePasswordPostRequestBody
from msgraph.generated.models.app_role import AppRole
from msgraph.generated.models.app_role_assignment import AppRoleAssignment
from msgraph.generated.models.application import Application
from msgraph.generated.models.o_auth2_permission_grant import OAuth2PermissionGrant
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.web_application import WebApplication
from msgraph.generated.oauth2_permission_grants.oauth2_permission_grants_request_builder import Oauth2PermissionGrantsRequestBuilder
from msgraph.generated.service_principals.service_principals_request_builder import ServicePrincipalsRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder
from msgraph_core.requests.batch_request_builder import BatchRequestBuilder
from msgraph_core.requests.batch_request_content import BatchRequestContent
from msgraph_core.requests.batch_request_item import BatchRequestItem
from tenant_emulator.testing import Emulator

from .conftest import Sdk
from .pointed import proxy_environment

GRAPH = "00000003-0000-0000-c000-000000000000"
_LIST_APPLICATIONS = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters

Refused = set[tuple[str, str, int]]


def with_query(parameters: t.Any, **headers: str) -> RequestConfiguration[t.Any]:
    """A request configuration with query parameters and headers."""
    configuration: RequestConfiguration[t.Any] = RequestConfiguration(query_parameters=parameters)
    for name, value in headers.items():
        configuration.headers.add(name.replace("_", "-"), value)
    return configuration


def make(sdk: Sdk, name: str, **more: t.Any) -> tuple[Application, ServicePrincipal]:
    """An application and its service principal."""
    application = sdk(sdk.graph.applications.post(Application(display_name=name, **more)))
    return application, sdk(sdk.graph.service_principals.post(ServicePrincipal(app_id=application.app_id)))


def test_create_upsert_read_and_change(sdk: Sdk, emulator: Emulator) -> None:
    prefer = with_query(None, Prefer="create-if-missing")
    keyed = sdk.graph.applications_with_unique_name("connector")
    first = Application(display_name="Connector", web=WebApplication(redirect_uris=["https://portal.example/callback"]))
    created = sdk(keyed.patch(first, prefer))
    assert (created.unique_name, created.display_name) == ("connector", "Connector")
    assert sdk(keyed.patch(Application(display_name="Connector again"), prefer)) is None

    read = sdk(keyed.get())
    assert (read.id, read.display_name, read.web.redirect_uris) == (created.id, "Connector again", ["https://portal.example/callback"])
    assert sdk(sdk.graph.applications_with_app_id(created.app_id).get()).id == created.id
    assert sdk(sdk.graph.applications.by_application_id(created.id).get()).created_date_time.tzinfo is not None

    role = AppRole(id=uuid.uuid4(), allowed_member_types=["User"], display_name="Reader", description="Reads", value="reader", is_enabled=True)
    sdk(sdk.graph.applications.by_application_id(created.id).patch(Application(app_roles=[role], tags=["HideApp"])))
    held = emulator.tenant("contoso")["applications"][created.id]
    assert [entry["id"] for entry in held["appRoles"]] == [str(role.id)]
    assert held["tags"] == ["HideApp"]

    body = ServicePrincipal(app_id=created.app_id, app_role_assignment_required=True)
    principal = sdk(sdk.graph.service_principals.post(body))
    assert sdk(sdk.graph.service_principals_with_app_id(created.app_id).get()).id == principal.id
    assert principal.app_role_assignment_required is True
    assert principal.app_roles[0].id == role.id


def test_list_filter_select_and_pages(sdk: Sdk) -> None:
    for number in range(7):
        sdk(sdk.graph.applications.post(Application(display_name=f"Paged {number}", tags=["paged"])))
    query = _LIST_APPLICATIONS(filter="startswith(displayName,'Paged')", select=["id", "displayName"], top=3)
    page = sdk(sdk.graph.applications.get(with_query(query)))
    names, pages = [], 0
    while page:
        names += [item.display_name for item in page.value]
        assert all(item.app_id is None for item in page.value)
        pages += 1
        page = sdk(sdk.graph.applications.with_url(page.odata_next_link).get()) if page.odata_next_link else None
    assert (sorted(names), pages) == ([f"Paged {number}" for number in range(7)], 3)

    query = _LIST_APPLICATIONS(filter="tags/any(t:t eq 'paged')", orderby=["displayName desc"], count=True, top=1)
    page = sdk(sdk.graph.applications.get(with_query(query, ConsistencyLevel="eventual")))
    assert (page.odata_count, page.value[0].display_name) == (7, "Paged 6")
    query = _LIST_APPLICATIONS(search='"displayName:paged"', count=True)
    assert len(sdk(sdk.graph.applications.get(with_query(query, ConsistencyLevel="eventual"))).value) == 7
    assert sdk(sdk.graph.applications.count.get(with_query(None, ConsistencyLevel="eventual"))) >= 7

    names_of = ServicePrincipalsRequestBuilder.ServicePrincipalsRequestBuilderGetQueryParameters(
        filter="servicePrincipalNames/any(n:n eq 'https://graph.microsoft.com')", select=["id", "appId"]
    )
    assert [item.app_id for item in sdk(sdk.graph.service_principals.get(with_query(names_of))).value] == [GRAPH]


def test_secrets(sdk: Sdk, emulator: Emulator, refused: Refused) -> None:
    refused.add(("POST", "/oauth2/v2.0/token", 401))  # what a removed secret gets
    application, _principal = make(sdk, "With a secret")
    item = sdk.graph.applications.by_application_id(application.id)
    end = dt.datetime.now(dt.UTC) + dt.timedelta(days=90)
    wanted = AddPasswordPostRequestBody(password_credential=PasswordCredential(display_name="rotated", end_date_time=end))
    made = sdk(item.add_password.post(wanted))
    assert made.secret_text and made.hint == made.secret_text[:3]
    assert abs(made.end_date_time - end) < dt.timedelta(seconds=1)
    assert emulator.token("contoso", application.app_id, made.secret_text)["status"] == 200
    (listed,) = sdk(item.get()).password_credentials
    assert (listed.key_id, listed.display_name, listed.secret_text) == (made.key_id, "rotated", None)
    sdk(item.remove_password.post(RemovePasswordPostRequestBody(key_id=made.key_id)))
    assert emulator.token("contoso", application.app_id, made.secret_text)["status"] == 401


def test_delegated_grants(sdk: Sdk, emulator: Emulator) -> None:
    _application, principal = make(sdk, "Consented")
    resource = sdk(sdk.graph.service_principals_with_app_id(GRAPH).get())
    grants = sdk.graph.oauth2_permission_grants
    body = OAuth2PermissionGrant(client_id=principal.id, consent_type="AllPrincipals", resource_id=resource.id, scope="User.Read")
    made = sdk(grants.post(body))
    query = Oauth2PermissionGrantsRequestBuilder.Oauth2PermissionGrantsRequestBuilderGetQueryParameters(
        filter=f"clientId eq '{principal.id}' and consentType eq 'AllPrincipals'"
    )
    assert [item.id for item in sdk(grants.get(with_query(query))).value] == [made.id]
    one = grants.by_o_auth2_permission_grant_id(made.id)
    sdk(one.patch(OAuth2PermissionGrant(scope="User.Read openid")))
    assert sdk(one.get()).scope == emulator.tenant("contoso")["grants"][made.id]["scope"] == "User.Read openid"
    of_client = sdk.graph.service_principals.by_service_principal_id(principal.id).oauth2_permission_grants
    assert [item.id for item in sdk(of_client.get()).value] == [made.id]
    sdk(one.delete())
    assert made.id not in emulator.tenant("contoso")["grants"]


def test_application_permissions(sdk: Sdk, emulator: Emulator) -> None:
    _application, principal = make(sdk, "With a role")
    resource = sdk(sdk.graph.service_principals_with_app_id(GRAPH).get())
    role = next(item for item in resource.app_roles if item.value == "User.Read.All")
    assigned = sdk.graph.service_principals.by_service_principal_id(resource.id).app_role_assigned_to
    body = AppRoleAssignment(principal_id=uuid.UUID(principal.id), resource_id=uuid.UUID(resource.id), app_role_id=role.id)
    made = sdk(assigned.post(body))
    assert (made.principal_display_name, made.principal_type) == ("With a role", "ServicePrincipal")
    assert made.id in [item.id for item in sdk(assigned.get()).value]
    of_client = sdk.graph.service_principals.by_service_principal_id(principal.id).app_role_assignments
    assert [item.app_role_id for item in sdk(of_client.get()).value] == [role.id]
    sdk(assigned.by_app_role_assignment_id(made.id).delete())
    assert made.id not in emulator.tenant("contoso")["assignments"]


def test_owners(sdk: Sdk, emulator: Emulator) -> None:
    application, principal = make(sdk, "Owned")
    user = sdk(sdk.graph.users.by_user_id("admin@contoso.com").get())
    owners = sdk.graph.applications.by_application_id(application.id).owners
    for owner in (user.id, principal.id):
        sdk(owners.ref.post(ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/directoryObjects/{owner}")))
    assert [type(item).__name__ for item in sdk(owners.get()).value] == ["User", "ServicePrincipal"]
    assert [item.user_principal_name for item in sdk(owners.graph_user.get()).value] == ["admin@contoso.com"]
    sdk(owners.by_directory_object_id(user.id).ref.delete())
    assert emulator.tenant("contoso")["owners"][application.id] == [principal.id]


def test_deleted_items(sdk: Sdk, emulator: Emulator) -> None:
    application, principal = make(sdk, "Deleted")
    items = sdk.graph.directory.deleted_items
    sdk(sdk.graph.applications.by_application_id(application.id).delete())
    assert [item.id for item in sdk(items.graph_application.get()).value] == [application.id]
    assert [item.id for item in sdk(items.graph_service_principal.get()).value] == [principal.id]
    restored = sdk(items.by_directory_object_id(application.id).restore.post())
    assert (type(restored).__name__, restored.app_id) == ("Application", application.app_id)
    assert sdk(sdk.graph.service_principals_with_app_id(application.app_id).get()).id == principal.id
    sdk(sdk.graph.applications.by_application_id(application.id).delete())
    sdk(items.by_directory_object_id(application.id).delete())
    assert application.id not in emulator.tenant("contoso")["deleted"]


def test_the_tenant_and_who_is_in_it(sdk: Sdk, emulator: Emulator) -> None:
    (organization,) = sdk(sdk.graph.organization.get()).value
    assert organization.id == emulator.tenant_id("contoso")
    assert {item.name: item.is_initial for item in organization.verified_domains} == {"contoso.onmicrosoft.com": True, "contoso.com": False}
    assert {item.id for item in sdk(sdk.graph.domains.get()).value} == {"contoso.onmicrosoft.com", "contoso.com"}
    query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(filter="userPrincipalName eq 'admin@contoso.com'")
    (user,) = sdk(sdk.graph.users.get(with_query(query))).value
    assert user.display_name == "Contoso Admin"
    groups = sdk(sdk.graph.groups.get()).value
    assert {item.display_name for item in groups} == {"Contoso Staff", "Contoso Integrations"}
    policy = sdk(sdk.graph.policies.default_app_management_policy.get())
    assert policy.is_enabled is False


def test_a_batch(sdk: Sdk, emulator: Emulator) -> None:
    application, _principal = make(sdk, "Read in a batch")
    requests = {
        "app": sdk.graph.applications.by_application_id(application.id).to_get_request_information(),
        "gone": sdk.graph.applications.by_application_id(str(uuid.uuid4())).to_get_request_information(),
        "made": sdk.graph.applications.to_post_request_information(Application(display_name="Made in a batch")),
    }
    items = [BatchRequestItem(request, name) for name, request in requests.items()]
    for item in items:  # the SDK writes absolute addresses, which the service does not take either
        item.url = item.url.removeprefix(sdk.graph.request_adapter.base_url)
    content = BatchRequestContent({item.id: item for item in items})
    answer = sdk(BatchRequestBuilder(sdk.graph.request_adapter).post(content))
    assert answer.get_response_status_codes() == {"app": 200, "gone": 404, "made": 201}
    # The SDK drops the JSON of the parts (it reads them as base64), so what they say is looked at in test_shapes.
    assert answer.get_response_by_id("app").content_type.startswith("application/json")
    assert "Made in a batch" in [item["displayName"] for item in emulator.tenant("contoso")["applications"].values()]


def test_errors_are_what_the_sdk_expects(sdk: Sdk, sdk_as: t.Callable[..., Sdk], refused: Refused) -> None:
    missing, application = str(uuid.uuid4()), make(sdk, "Once")[0]
    refused |= {("GET", missing, 404), ("POST", "/servicePrincipals", 409), ("POST", "/applications", 400), ("GET", "/domains", 403)}
    limited = sdk_as("limited-contoso")
    cases = [
        (sdk, sdk.graph.applications.by_application_id(missing).get(), 404, "Request_ResourceNotFound", missing),
        (sdk, sdk.graph.service_principals.post(ServicePrincipal(app_id=application.app_id)), 409, "Request_MultipleObjectsWithSameKeyValue", "in use"),
        (sdk, sdk.graph.applications.post(Application(display_name="")), 400, "Request_BadRequest", "displayName"),
        (limited, limited.graph.domains.get(), 403, "Authorization_RequestDenied", "Insufficient privileges"),
    ]
    for client, call, status, code, part in cases:
        with pytest.raises(ODataError) as caught:
            client(call)
        error = caught.value
        assert (error.response_status_code, error.error.code) == (status, code)
        assert part in error.error.message
        assert error.error.inner_error.request_id and error.error.inner_error.client_request_id


def test_public_host_names_through_the_proxy(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client as a program of today makes it, without any option: only the environment differs."""
    for name, value in proxy_environment(emulator).items():
        monkeypatch.setenv(name, value)
    identity = emulator.identity()
    credential = ClientSecretCredential(emulator.tenant_id("contoso"), identity["client_id"], identity["secret"])
    graph = GraphServiceClient(credential)
    found = asyncio.run(graph.organization.get())
    assert [item.id for item in found.value] == [emulator.tenant_id("contoso")]
    (entry,) = emulator.journal("graph")
    assert entry["path"] == "/v1.0//organization"  # so the SDK writes it, and the service takes it
