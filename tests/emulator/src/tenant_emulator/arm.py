# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure Resource Manager, as far as a command-line client asks it which cloud it is in. It holds nothing."""

from __future__ import annotations

from .web import Request, Response
from .world import JsonObject, World

_LOGIN = "https://login.microsoftonline.com"
_MANAGEMENT = "https://management.azure.com"


class ArmService:
    """Answers for management.azure.com."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        path = request.path.strip("/").lower()
        if request.method != "GET":
            return _not_found(request)
        if path == "metadata/endpoints":
            # Versions up to 2019-05-01 answer a list of clouds, later ones this cloud alone.
            cloud = _cloud()
            old = request.query.get("api-version", "") <= "2019-05-01"
            return Response.json(200, [cloud]) if old else Response.json(200, cloud)
        if path == "subscriptions":
            return Response.json(200, {"value": []})
        if path == "tenants":
            found = [{"id": f"/tenants/{item.id}", "tenantId": item.id, "displayName": item.display_name} for item in self._world.tenants.values()]
            return Response.json(200, {"value": found})
        return _not_found(request)


def _not_found(request: Request) -> Response:
    message = f"No HTTP resource was found that matches the request URI '{request.base_url}{request.path}'."
    return Response.json(404, {"error": {"code": "NotFound", "message": message}})


def _cloud() -> JsonObject:
    return {
        "name": "AzureCloud",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": _LOGIN,
            "audiences": ["https://management.core.windows.net/", f"{_MANAGEMENT}/"],
            "tenant": "common",
            "identityProvider": "AAD",
        },
        "resourceManager": _MANAGEMENT,
        "graph": "https://graph.windows.net/",
        "graphAudience": "https://graph.windows.net/",
        "microsoftGraphResourceId": "https://graph.microsoft.com/",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "batch": "https://batch.core.windows.net/",
        "media": "https://rest.media.azure.net",
        "gallery": "https://gallery.azure.com/",
        "vmImageAliasDoc": "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/main/arm-compute/quickstart-templates/aliases.json",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "suffixes": {
            "storage": "core.windows.net",
            "keyVaultDns": "vault.azure.net",
            "sqlServerHostname": "database.windows.net",
            "acrLoginServer": "azurecr.io",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
        },
    }
