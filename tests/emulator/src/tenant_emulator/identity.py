# SPDX-License-Identifier: GPL-3.0-or-later
"""The managed identity endpoint as App Service and Functions offer it (version 2019-08-01)."""

from __future__ import annotations

import hmac

from .login.clients import EXCHANGE, EXCHANGE_APP_ID, Client, find_client
from .login.errors import LoginError
from .login.grants import client_credentials
from .tokens import TokenIssuer
from .web import Request, Response
from .world import JsonObject, Tenant, World


class IdentityService:
    """Gives tokens to every program that knows the identity header, for one configured service principal."""

    def __init__(self, world: World, issuer: TokenIssuer, identity: JsonObject | None, header: str) -> None:
        self._world = world
        self._issuer = issuer
        self._identity = identity
        self._header = header
        if header not in world.issued:
            world.issued.append(header)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.rstrip("/") != "/msi/token" or request.method != "GET":
            return Response(404)
        if not hmac.compare_digest(request.headers.get("X-IDENTITY-HEADER", "").encode(), self._header.encode()):
            return _error(401, "Unauthorized")
        query = request.query
        if query.get("api-version") != "2019-08-01":
            return _error(400, "The api-version is missing or not supported.")
        resource = query.get("resource")
        if not resource:
            return _error(400, "The parameter 'resource' is missing.")
        if self._identity is None:
            return _error(400, "No managed identity is configured.")
        wanted = query.get("client_id")
        tenant = self._world.tenants[self._identity["tenant"]]
        if wanted and wanted.lower() != self._identity["client_id"]:
            return _error(400, "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId.")
        try:
            client = find_client(self._world, tenant, self._identity["client_id"])
            if resource == EXCHANGE:
                return self._for_exchange(tenant, client)
            answer = client_credentials(self._world, self._issuer, client, f"{resource}/.default", "2", managed=True)
        except LoginError as problem:
            return _error(400, str(problem))
        return self._answer(answer["access_token"], resource, client.app_id)

    def _for_exchange(self, tenant: Tenant, client: Client) -> Response:
        """The token that an application of this tenant takes as an assertion."""
        token = self._issuer.issue(tenant, client.principal, audience=EXCHANGE_APP_ID, version=2, credential="2")
        return self._answer(token, EXCHANGE, client.app_id)

    def _answer(self, token: str, resource: str, client_id: str) -> Response:
        expires_on = int(self._world.clock.now().timestamp()) + self._world.settings.token_lifetime
        return Response.json(
            200,
            {
                "access_token": token,
                "expires_on": str(expires_on),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": client_id,
            },
        )


def _error(status: int, message: str) -> Response:
    return Response.json(status, {"statusCode": status, "message": message})
