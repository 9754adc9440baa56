# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""From the options of a task to a client that is ready: endpoints, credential, token, tenant guard."""

from __future__ import annotations

import dataclasses

from ._auth.base import Credential, Login
from ._auth.choice import choose_credential
from ._auth.guard import TenantGuard, check_expected_domain, check_tenant
from ._auth.tokens import OWN_SIGN_IN, TokenProvider
from ._clouds import Endpoints, endpoints_of
from ._engine import Runtime
from ._graph.client import GraphClient
from ._graph.left_behind import LeftBehind
from ._graph.personal_account_limit import PersonalWrites
from ._graph.recently_created import RecentlyCreated
from ._graph.rights import Caller, TaskRights
from ._http.client import HttpClient
from ._job.cache import JobCache
from ._job.rate_limit import Pacer


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

    def caller(self, *, fresh: bool = False) -> Caller:
        """What the token says of its rights; ``fresh`` asks for a new one, since a right may have been granted after the last was issued."""
        return Caller.from_claims(self.tokens.token(self.endpoints.graph_audience, fresh=fresh).claims)


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
    http = HttpClient.of(runtime)
    cache = cache or JobCache.from_environ(runtime.environ)
    tokens = TokenProvider(
        Login(http, endpoints.login_url, tenant, cache),
        credential,
        cache,
        default_audience=endpoints.graph_audience,
        names={endpoints.graph_audience: "Microsoft Graph"},
        on_token=runtime.secret,
        details=OWN_SIGN_IN,
    )
    guard = TenantGuard(tenant, expected_domain, cache, (*tokens.scope, endpoints.graph_url), credential.describe())
    token = tokens.token(endpoints.graph_audience)
    tenant_id = guard.check_token(token.claims)
    if cache.problem:
        runtime.warn(cache.problem)
    graph = GraphClient(http, endpoints.graph_url, tokens, tenant, tenant_id=tenant_id, audience=endpoints.graph_audience)
    graph.guard = guard
    graph.rights = TaskRights(runtime.needs, Caller.from_claims(token.claims))
    graph.made = RecentlyCreated(cache, tenant_id)
    graph.left = LeftBehind(cache, (*tokens.scope, endpoints.graph_url, tenant_id), tenant, by_person=bool(token.scopes))
    if shared := runtime.services.get("graph_reads"):
        graph.shared, graph.scope = shared(), tokens.scope
    graph.personal = PersonalWrites(Pacer(runtime.budget, cache, (tenant_id, credential.client_id or ""), "Microsoft Graph"))
    runtime.guards.append(lambda: guard.check(graph))
    return Session(tenant, tenant_id, endpoints, http, credential, tokens, cache, guard, graph)


def connect(runtime: Runtime) -> GraphClient:
    """A client for Microsoft Graph in the tenant that the options name."""
    return open_session(runtime).graph
