# SPDX-License-Identifier: GPL-3.0-or-later
"""msgraph-sdk, pointed at an emulator by its own options."""

from __future__ import annotations

import ssl

import httpx
from azure.identity import ClientSecretCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory


def graph_client(*, login_url: str, graph_url: str, ca_path: str, tenant_id: str, client_id: str, secret: str) -> tuple[GraphServiceClient, httpx.AsyncClient]:
    """A client that signs in with a secret, and what has to be closed in the end."""
    credential = ClientSecretCredential(tenant_id, client_id, secret, authority=login_url, disable_instance_discovery=True, connection_verify=ca_path)
    plain = httpx.AsyncClient(verify=ssl.create_default_context(cafile=ca_path), timeout=300)
    client = GraphClientFactory.create_with_default_middleware(client=plain, options=options)
    provider = AzureIdentityAuthenticationProvider(credential, scopes=["https://graph.microsoft.com/.default"])
    adapter = GraphRequestAdapter(provider, client=client)
    adapter.base_url = f"{graph_url}/v1.0"
    return GraphServiceClient(request_adapter=adapter), plain
