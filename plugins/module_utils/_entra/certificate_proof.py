# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A new certificate is tried at Entra with an assertion signed by its key, before anybody gets the key."""

from __future__ import annotations

import base64
import json
import typing as t
import uuid

from ansible_collections.tenantkit.connectors.plugins.module_utils import _crypto
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.aadsts import NewObject
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import claims_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.explain import SERVICE, is_blocked, is_not_yet, token_error
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._certificates import LoadedCertificate
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import endpoints_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import BudgetError, ConnectorError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient

_SUCCESSES = 3  # in a row: servers learn of a certificate one after the other
_NEW = frozenset({NewObject.APPLICATION, NewObject.SERVICE_PRINCIPAL, NewObject.CERTIFICATE})
_PAUSES = (1.0, 2.0, 3.0, 4.0, 5.0)
_RESERVE = 20.0  # of the task's time, for removing a certificate that could not be proven
_LIFETIME = 600
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def client_assertion(certificate: LoadedCertificate, client_id: str, audience: str, clock: t.Callable[[], float]) -> str:
    """A token about the application, signed with its certificate: PS256 and x5t#S256, as Entra documents it."""
    now = int(clock())
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": _url64(bytes.fromhex(certificate.thumbprint_sha256))}
    claims = {"aud": audience, "iss": client_id, "sub": client_id, "jti": str(uuid.uuid4()), "nbf": now, "iat": now, "exp": now + _LIFETIME}
    text = f"{_url64(json.dumps(header).encode())}.{_url64(json.dumps(claims).encode())}"
    padding, sha256 = _crypto.padding, _crypto.hashes.SHA256()
    scheme = padding.PSS(mgf=padding.MGF1(sha256), salt_length=padding.PSS.DIGEST_LENGTH)
    return f"{text}.{_url64(certificate.private_key.sign(text.encode(), scheme, sha256))}"


def prove_certificate(runtime: Runtime, graph: GraphClient, app_id: str, label: str, certificate: LoadedCertificate, clock: t.Callable[[], float]) -> str:
    """Sign in at the home tenant's token endpoint until it works three times in a row and return C(proven), or raise. The tokens are dropped.

    ``clock`` is the service's: an assertion is valid for minutes only, and the controller's clock may be wrong.
    """
    if certificate.private_key is None:
        return "not_possible"
    left = runtime.budget.remaining()
    budget = Budget(max(left - _RESERVE, left / 2))
    url = f"{endpoints_of(runtime.options).login_url}/{graph.tenant_id}/oauth2/v2.0/token"
    row, tries = 0, 0
    while row < _SUCCESSES:
        error = _try(graph, url, app_id, certificate, client_assertion(certificate, app_id, url, clock))
        tries += 1
        if error is None:
            row += 1
            continue
        row = 0
        if is_not_yet(error.code, _NEW):
            try:
                budget.wait(_PAUSES[min(tries, len(_PAUSES)) - 1], f"{SERVICE} does not accept the new certificate of {label} yet")
                continue
            except BudgetError:
                error.message += " The time budget ended before it was accepted."
        raise _failed(error, graph, label, certificate, tries)
    return "proven"


def _try(graph: GraphClient, url: str, app_id: str, certificate: LoadedCertificate, assertion: str) -> ConnectorError | None:
    """One sign-in: None when it worked, the refusal otherwise."""
    form = {
        "grant_type": "client_credentials",
        "client_id": app_id,
        "scope": f"{graph.audience}/.default",
        "client_assertion_type": _ASSERTION,
        "client_assertion": assertion,
    }
    doing = f"try the certificate of application {app_id} in tenant {graph.tenant_id}"
    try:
        # A new connection each time, since a kept one leads to the same server.
        answer = graph.http.request("POST", url, doing=doing, service=SERVICE, form=form, headers={"Connection": "close"})
        body = answer.json()
    except ConnectorError as error:
        return error
    token = body.get("access_token") if answer.ok and isinstance(body, dict) else None
    if not token:
        return token_error(
            body,
            tenant=graph.tenant_id,
            client=app_id,
            credential=f"certificate {certificate.thumbprint}",
            what="Microsoft Graph",
            http_status=answer.status,
            request_id=answer.request_id,
            redact=graph.http.redact,
        )
    claims = claims_of(str(token))
    for name, found, wanted in (("tenant", claims.get("tid"), graph.tenant_id), ("application", claims.get("appid") or claims.get("azp"), app_id)):
        if isinstance(found, str) and found.lower() != wanted.lower():
            return ConnectorError(f"{SERVICE} issued a token for {name} {found} where one for {wanted} was asked for.", code="wrong_token")
    return None


def _failed(error: ConnectorError, graph: GraphClient, label: str, certificate: LoadedCertificate, tries: int) -> ConnectorError:
    blocked = is_blocked(error.code)
    return ConnectorError(
        f"The new certificate {certificate.thumbprint} of {label} in tenant {graph.tenant} {'could not be tried' if blocked else 'does not work'}: "
        f"{error.message}{' This says nothing about the certificate itself.' if blocked else ''}",
        code="proof_blocked" if blocked else error.code or "not_proven",
        service=SERVICE,
        request_id=error.request_id,
        tenant=graph.tenant,
        advice=error.advice or "The application needs a service principal in its own tenant (tenantkit.connectors.entra_service_principal).",
        outcome="refused",
        details={"proof": "blocked" if blocked else "failed", "tries": tries},
    )


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
