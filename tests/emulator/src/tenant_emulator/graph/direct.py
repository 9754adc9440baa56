# SPDX-License-Identifier: GPL-3.0-or-later
"""The Graph service without a server: for tests that ask it directly, as a caller with chosen permissions."""

from __future__ import annotations

import json
import typing as t
import uuid

from ..tokens import TokenRejected
from ..web import Request, Response
from ..world import JsonObject, Tenant, World
from . import seed
from .service import GraphService

EVERYTHING = (
    "Application.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Directory.Read.All",
    "Domain.Read.All",
    "GroupMember.Read.All",
    "Organization.Read.All",
    "Policy.Read.All",
    "Policy.ReadWrite.ApplicationConfiguration",
    "User.Read.All",
)


class Direct:
    """A world with one tenant, and requests to it. The bearer token is the caller's claims, readable."""

    def __init__(self, name: str = "Contoso") -> None:
        self.world = World()
        self.service = GraphService(self.world, self._verify)
        self.tenant = self.add_tenant(name)
        application = seed.add_application(self.world, self.tenant, {"displayName": "Automation"})
        self.caller = next(item for item in self.tenant.service_principals.values() if item["appId"] == application["appId"])
        self.roles: tuple[str, ...] = EVERYTHING

    def add_tenant(self, name: str) -> Tenant:
        """One more tenant, with the domains ``{name}.onmicrosoft.com`` and ``{name}.example``."""
        domains: list[JsonObject] = [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": not initial,
                "isInitial": initial,
                "name": f"{name.lower()}{suffix}",
                "type": "Managed",
            }
            for suffix, initial in ((".onmicrosoft.com", True), (".example", False))
        ]
        tenant = Tenant(str(uuid.uuid4()), name, domains)
        self.world.tenants[tenant.id] = tenant
        seed.seed_tenant(self.world, tenant)
        return tenant

    @staticmethod
    def _verify(token: str) -> JsonObject:
        if not token.startswith("{"):
            raise TokenRejected(token)
        return t.cast(JsonObject, json.loads(token))

    def claims(self, **more: t.Any) -> JsonObject:
        """The claims of the caller's token."""
        base = {"tid": self.tenant.id, "appid": self.caller["appId"], "oid": self.caller["id"], "idtyp": "app"}
        return {**base, "roles": list(self.roles), **more}

    def send(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        headers: t.Mapping[str, str] | None = None,
        claims: JsonObject | None = None,
    ) -> Response:
        """One request. ``path`` has neither version nor root, unless it begins with ``/``."""
        raw, _mark, query = path.partition("?")
        sent = {"Authorization": "Bearer " + json.dumps(claims or self.claims())}
        data = b""
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        full = raw if raw.startswith("/") else f"/v1.0/{raw}"
        return self.service.handle(Request(method, full, query, sent, data, "https://graph.test/graph"))

    def ask(self, method: str, path: str, body: t.Any = None, expect: int = 200, **more: t.Any) -> t.Any:
        """The JSON of an answer whose status must be the expected one."""
        response = self.send(method, path, body, **more)
        text = response.body.decode()
        assert response.status == expect, f"{method} {path}: {response.status} {text}"
        return json.loads(text) if text.startswith(("{", "[")) else text

    def refused(self, method: str, path: str, body: t.Any = None, **more: t.Any) -> tuple[int, str, str]:
        """Status, code and message of an answer that must be an error."""
        response = self.send(method, path, body, **more)
        assert response.status >= 400, f"{method} {path}: {response.status}"
        error = json.loads(response.body)["error"]
        return response.status, error["code"], error["message"]
