# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What C(entra_token) asks for, and what the answers mean. The credential is the connector's own: nothing of it comes from the environment."""

from __future__ import annotations

import datetime as dt
import typing as t

from ..._auth.explain import cause_of, is_blocked, number_of
from ..._clock import format_time
from ..._errors import ConnectorError, CredentialError


def refusal(error: ConnectorError, *, tenant: str, client: str | None) -> dict[str, t.Any] | None:
    """What a refusal by the token endpoint means, for the result; None for an error that is no answer of it."""
    code = error.code or ""
    number = number_of(code)
    if number is None and (not isinstance(error, CredentialError) or error.http_status not in (400, 401, 403) or code == "not_a_token_service"):
        return None
    cause, advice = cause_of(number, tenant=tenant, client=client or "the application", said=error.service_message)
    return {
        "outcome": "blocked" if is_blocked(number) else "refused",
        "code": error.code,
        "cause": cause or error.service_message or error.message,
        "next_step": advice or error.advice,
        "message": error.service_message,
        "trace_id": error.request_id,
        "correlation_id": error.client_request_id,
        "http_status": error.http_status,
    }


def issued(claims: t.Mapping[str, t.Any], expires_at: float) -> dict[str, t.Any]:
    """What a token says, for the result. An opaque token says nothing, and ends at C(expires_at), epoch seconds by this machine's clock."""
    scope = claims.get("scp")
    roles = claims.get("roles")
    end = claims.get("exp")
    ends_at = float(end) if isinstance(end, (int, float)) else expires_at
    return {
        "outcome": "issued",
        "audience": claims.get("aud"),
        "tenant_id": claims.get("tid"),
        "app_id": claims.get("appid") or claims.get("azp"),
        "object_id": claims.get("oid"),
        "account": claims.get("upn") or claims.get("preferred_username") or claims.get("unique_name"),
        "roles": sorted(roles) if isinstance(roles, list) else [],
        "scopes": sorted(scope.split()) if isinstance(scope, str) else [],
        "expires_at": format_time(dt.datetime.fromtimestamp(ends_at, dt.UTC)),
        "claims": dict(claims),
    }
