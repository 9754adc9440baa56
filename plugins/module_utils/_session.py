# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""From the options of a task to a client that is ready: endpoints, credential, token, tenant guard."""

from __future__ import annotations

import dataclasses

from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import Credential, Login
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.choice import choose_credential
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.guard import TenantGuard, check_expected_domain, check_tenant
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.tokens import TokenProvider
from ansible_collections.tenantkit.connectors.plugins.module_utils._cache import JobCache
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import Endpoints, endpoints_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.made import MadeObjects
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.personal import PersonalWrites
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import HttpClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._pace import Pacer


@dataclasses.dataclass(frozen=True)
class Session:
    """All that belongs to one sign-in, for resources that need more than Graph (proofs, tokens for products, cached lists)."""

    tenant: str  # as it was named
    tenant_id: str  # GUID of the tenant reached
    endpoints: Endpoints
    http: HttpClient
    credential: Credential
    tokens: TokenProvider
    cache: JobCache
    guard: TenantGuard
    graph: GraphClient

    @property
    def scope(self) -> tuple[str, ...]:
        """The beginning of the key of everything that is cached for this caller in this tenant."""
        return (*self.tokens.scope, self.endpoints.graph_url)


def open_session(runtime: Runtime, cache: JobCache | None = None) -> Session:
    """Check everything that can be checked offline, then get the token, and compare its tenant with the one named.

    Requests: none when this job has a token already, else those of the sign-in.
    """
    options = runtime.options
    endpoints = endpoints_of(options)
    tenant = check_tenant(options.get("tenant_id"))
    expected_domain = check_expected_domain(options.get("expected_domain"))
    credential = choose_credential(options, runtime.environ)
    for secret in credential.secrets:
        runtime.secret(secret)
    credential.validate()
    http = HttpClient(runtime.budget, ca_path=options.get("ca_path"), host=runtime.host, secrets=runtime.secrets)
    cache = cache or JobCache.from_environ(runtime.environ)
    tokens = TokenProvider(
        Login(http, endpoints.login_url, tenant, cache),
        credential,
        cache,
        default_audience=endpoints.graph_audience,
        names={endpoints.graph_audience: "Microsoft Graph"},
        on_token=runtime.secret,
    )
    guard = TenantGuard(tenant, expected_domain, cache, (*tokens.scope, endpoints.graph_url), credential.describe())
    tenant_id = guard.check_token(tokens.token(endpoints.graph_audience).claims)
    if cache.problem:
        runtime.warn(cache.problem)
    graph = GraphClient(http, endpoints.graph_url, tokens, tenant, tenant_id=tenant_id, audience=endpoints.graph_audience)
    graph.guard = guard
    graph.made = MadeObjects(cache, tenant_id)
    graph.personal = PersonalWrites(Pacer(runtime.budget, cache, (tenant_id, credential.client_id or ""), "Microsoft Graph"))
    runtime.guards.append(lambda: guard.check(graph))
    return Session(tenant, tenant_id, endpoints, http, credential, tokens, cache, guard, graph)


def connect(runtime: Runtime) -> GraphClient:
    """A client for Microsoft Graph in the tenant that the options name."""
    return open_session(runtime).graph
