# SPDX-License-Identifier: GPL-3.0-or-later
"""What a script with msgraph-sdk does to register an application as the role workspace365 does, and to read all of it again.

peer_msgraph_sdk.py SETTINGS connect|confirm
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sys
import typing as t
import uuid
from pathlib import Path

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph import GraphServiceClient
from msgraph.generated.applications.item.add_password.add_password_post_request_body import AddPasswordPostRequestBody
from msgraph.generated.models.application import Application
from msgraph.generated.models.o_auth2_permission_grant import OAuth2PermissionGrant
from msgraph.generated.models.password_credential import PasswordCredential
from msgraph.generated.models.required_resource_access import RequiredResourceAccess
from msgraph.generated.models.resource_access import ResourceAccess
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.web_application import WebApplication
from msgraph.generated.oauth2_permission_grants.oauth2_permission_grants_request_builder import Oauth2PermissionGrantsRequestBuilder

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clients.sdk import graph_client

Json = dict[str, t.Any]


async def connect(graph: GraphServiceClient, app: Json) -> str:
    """Register everything. Returns the application's id."""
    access = [ResourceAccess(id=uuid.UUID(item), type="Scope") for item in app["scopes"].values()]
    wanted = Application(
        display_name=app["name"],
        sign_in_audience="AzureADMyOrg",
        web=WebApplication(redirect_uris=[app["redirect_uri"]], home_page_url=app["home_page"]),
        required_resource_access=[RequiredResourceAccess(resource_app_id=app["api"], resource_access=access)],
    )
    made = await graph.applications.post(wanted)
    principal = await graph.service_principals.post(ServicePrincipal(app_id=made.app_id))
    resource = await graph.service_principals_with_app_id(app["api"]).get()
    grant = OAuth2PermissionGrant(client_id=principal.id, consent_type="AllPrincipals", resource_id=resource.id, scope=" ".join(app["scopes"]))
    await graph.oauth2_permission_grants.post(grant)
    credential = PasswordCredential(display_name="workspace365", end_date_time=dt.datetime.fromisoformat(app["end"]))
    await graph.applications.by_application_id(made.id).add_password.post(AddPasswordPostRequestBody(password_credential=credential))
    return str(made.app_id)


async def confirm(graph: GraphServiceClient, app: Json, app_id: str) -> None:
    """Read everything. Exits when it is not as it should be."""
    shown = await graph.applications_with_app_id(app_id).get()  # redirect URI, permissions and secrets are in it
    principal = await graph.service_principals_with_app_id(app_id).get()
    query = Oauth2PermissionGrantsRequestBuilder.Oauth2PermissionGrantsRequestBuilderGetQueryParameters(filter=f"clientId eq '{principal.id}'")
    configuration: RequestConfiguration[t.Any] = RequestConfiguration(query_parameters=query)
    grants = await graph.oauth2_permission_grants.get(configuration)
    requested = {str(item.id) for entry in shown.required_resource_access for item in entry.resource_access}
    granted = {scope for grant in grants.value for scope in grant.scope.split()}
    as_wanted = (
        shown.web.redirect_uris == [app["redirect_uri"]] and requested == set(app["scopes"].values()) and granted == set(app["scopes"]),
        principal.account_enabled and [item.display_name for item in shown.password_credentials] == ["workspace365"],
    )
    if not all(as_wanted):
        sys.exit(f"differs: {shown} {principal} {grants}")


async def main() -> None:
    """Sign in, and connect or confirm."""
    settings: Json = json.loads(Path(sys.argv[1]).read_text())
    state = Path(settings["state"])
    graph, plain = graph_client(**settings["graph"], client_id=settings["client_id"], secret=settings["secret"])
    if sys.argv[2] == "connect":
        state.write_text(await connect(graph, settings["app"]))
    else:
        await confirm(graph, settings["app"], state.read_text())
    await plain.aclose()


if __name__ == "__main__":
    asyncio.run(main())
