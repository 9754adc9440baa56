# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A new credential is tried at Entra's token endpoint, with nothing cached on the way, before a product or a sink is given it.

One loop for every kind: what differs is how a request is signed, with the secret itself or with an assertion that the certificate's key signs.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t
import uuid

from ..._addresses import path_segment
from ..._auth.aadsts import NewObject
from ..._auth.base import claims_of
from ..._auth.explain import SERVICE, is_blocked, is_not_yet, read_refusal
from ..._budget import Budget
from ..._certificates import LoadedCertificate
from ..._clouds import endpoints_of
from ..._crypto import crypto
from ..._engine import Runtime
from ..._errors import BudgetError, ConnectorError
from ..._graph.client import GraphClient
from ..._http.answer import HttpAnswer
from ..._http.client import HttpClient
from ..._ids import is_guid
from ..._refusals import OF_TOKEN_ENDPOINT

_SUCCESSES = 3  # in a row: servers learn of a credential one after the other
# What the run that proves a credential may have made just before.
_NEW = frozenset({NewObject.APPLICATION, NewObject.SERVICE_PRINCIPAL, NewObject.SECRET, NewObject.CERTIFICATE})
_THERE_BEFORE = frozenset({NewObject.APPLICATION, NewObject.SERVICE_PRINCIPAL})  # of a secret that was given: it is known everywhere, or wrong
_PAUSES = (1.0, 2.0, 3.0, 4.0, 5.0)  # seconds between refusals that may pass
# Seconds of the task's time that are kept for removing a credential that could not be proven: nothing is written once the time is over.
_RESERVE = 20.0
_LIFETIME = 600  # seconds that an assertion is valid for
_POSSESSION_AUDIENCE = "00000002-0000-0000-c000-000000000000"
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclasses.dataclass(frozen=True)
class Signature:
    """How an application signs in with one credential, and how sentences speak of it."""

    noun: str  # "secret"
    name: str  # tells it from others: "certificate 3F2A..."
    doing: str  # "try the client secret"
    refused: str  # begins the sentence about a refusal; "{client}" and "{tenant}" are filled in
    form: t.Callable[[str], t.Mapping[str, str]] = dataclasses.field(repr=False)  # the URL of the token endpoint -> the fields that sign the request
    ending: str = ""  # ends the sentence of the failure
    new: bool = True  # made by this run, so that it may not be known everywhere yet


def by_secret(secret_text: str, *, new: bool = True) -> Signature:
    """Signing in with a client secret: it stands in the form. ``new``: this run made it; else the operator gave it."""
    refused = "The secret of application {client} could not be used in tenant {tenant}"
    ending = " It was not delivered." if new else " It was not delivered, and stays. Leave 'known_value' out to have a new secret made."
    return Signature("secret", "secret", "try the client secret", refused, lambda url: {"client_secret": secret_text}, ending, new)


def by_certificate(certificate: LoadedCertificate, client_id: str, clock: t.Callable[[], float]) -> Signature:
    """Signing in with a certificate and its private key: a new assertion in each request.

    ``clock`` gives the service's epoch seconds: an assertion is valid for minutes only, and the controller's clock may be wrong.
    """
    name = f"certificate {certificate.thumbprint}"
    refused = f"Could not get a token for Microsoft Graph in tenant {{tenant}} with the {name}"

    def form(url: str) -> t.Mapping[str, str]:
        return {"client_assertion_type": _ASSERTION, "client_assertion": client_assertion(certificate, client_id, url, clock)}

    return Signature("certificate", name, "try the certificate", refused, form)


def client_assertion(certificate: LoadedCertificate, client_id: str, audience: str, clock: t.Callable[[], float]) -> str:
    """A token about the application, signed with its certificate: PS256 and x5t#S256.

    Source: https://learn.microsoft.com/entra/identity-platform/certificate-credentials.
    """
    now = int(clock())
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": _url64(bytes.fromhex(certificate.thumbprint_sha256))}
    claims = {"aud": audience, "iss": client_id, "sub": client_id, "jti": str(uuid.uuid4()), "nbf": now, "iat": now, "exp": now + _LIFETIME}
    padding = crypto().padding
    return _signed(certificate, header, claims, padding.PSS(mgf=padding.MGF1(crypto().hashes.SHA256()), salt_length=padding.PSS.DIGEST_LENGTH))


def proof_of_possession(certificate: LoadedCertificate, object_id: str, clock: t.Callable[[], float]) -> str:
    """A token by which an application that changes its own certificates shows that it has the key of one of them: RS256 and x5t.

    Source: https://learn.microsoft.com/graph/application-rollkey-prooftoken (audience, issuer, at most ten minutes; its sample signs with
    X509SigningCredentials, which means this algorithm and this header); read 2026-11-30. That no other algorithm is taken (inferred).
    """
    now = int(clock())
    header = {"alg": "RS256", "typ": "JWT", "kid": certificate.thumbprint, "x5t": _url64(bytes.fromhex(certificate.thumbprint))}
    claims = {"aud": _POSSESSION_AUDIENCE, "iss": object_id, "nbf": now, "iat": now, "exp": now + _LIFETIME}
    return _signed(certificate, header, claims, crypto().padding.PKCS1v15())


def _signed(certificate: LoadedCertificate, header: t.Mapping[str, t.Any], claims: t.Mapping[str, t.Any], scheme: t.Any) -> str:
    text = f"{_url64(json.dumps(header).encode())}.{_url64(json.dumps(claims).encode())}"
    return f"{text}.{_url64(certificate.private_key.sign(text.encode(), scheme, crypto().hashes.SHA256()))}"


@dataclasses.dataclass(frozen=True)
class Proof:
    """What came out. ``detail`` is a sentence; ``token_claims_summary`` tells tenant and application, never a token."""

    status: t.Literal["proven", "blocked", "failed"]
    detail: str
    tries: int
    token_claims_summary: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    code: str | None = None
    request_id: str | None = None
    advice: str | None = None
    said: str | None = None  # the text of the refusal
    tried: bool = True  # false: the token endpoint did not answer, so nothing is known about the credential

    @property
    def proven(self) -> bool:
        """Whether the credential may be delivered."""
        return self.status == "proven"


def prove_new(runtime: Runtime, graph: GraphClient, client_id: str, label: str, signature: Signature) -> str:
    """Prove the credential that this run made and return C(proven). Raises ConnectorError, which says whether it was refused or could not be tried.

    ``label`` names the application in sentences.
    """
    left = runtime.budget.remaining()
    budget = Budget(max(left - _RESERVE, left / 2))
    proof = prove(graph.http, endpoints_of(runtime.options).login_url, graph.tenant_id, client_id, signature, graph.audience, budget)
    if proof.proven:
        return proof.status
    raise not_proven(proof, graph.tenant, label, signature)


def not_proven(proof: Proof, tenant: str, label: str, signature: Signature) -> ConnectorError:
    """The failure of a credential that was refused, or could not be tried."""
    blocked = proof.status == "blocked"
    named = f"The new {signature.name}" if signature.new else f"The {signature.name} that was given"
    return ConnectorError(
        f"{named} of {label} in tenant {tenant} {'could not be tried' if blocked or not proof.tried else 'does not work'}: {proof.detail}{signature.ending}",
        code="proof_blocked" if blocked else proof.code or "not_proven",
        service=SERVICE,
        request_id=proof.request_id,
        tenant=tenant,
        advice=proof.advice or "The application needs a service principal in its own tenant (tenantkit.connectors.entra_service_principal).",
        outcome="refused",
        details={"proof": proof.status, "tries": proof.tries},
    )


def prove(
    http: HttpClient,
    login_url: str,
    tenant_id: str,
    client_id: str,
    signature: Signature,
    audience: str,
    budget: Budget,
    successes: int = _SUCCESSES,
) -> Proof:
    """Sign in until it worked C(successes) times in a row, each time at the home tenant, and drop the tokens.

    Never raises for an answer. What Entra does not know yet is waited for within the budget. Raises ValueError for a tenant that is no GUID.
    """
    if not is_guid(tenant_id):
        raise ValueError("a proof needs the tenant's GUID: a domain may lead elsewhere")
    url = f"{login_url}/{path_segment(tenant_id)}/oauth2/v2.0/token"
    form = {"client_id": client_id, "scope": f"{audience}/.default", "grant_type": "client_credentials"}
    tries = row = waits = 0
    summary: dict[str, str | None] = {}
    # A loop of its own: it is not over with the first success, and a refusal on the way begins the row anew.
    while row < successes:
        tries += 1
        try:
            answer = http.request(
                "POST",
                url,
                doing=f"{signature.doing} of application {client_id} in tenant {tenant_id}",
                service=SERVICE,
                # A new connection each time, since a kept one leads to the same server, and servers learn of a credential one after the other.
                headers={"Connection": "close"},
                form={**form, **signature.form(url)},
            )
            foreign = answer.foreign(OF_TOKEN_ENDPOINT, reading=True, tenant=tenant_id, check="'login_url' ('entra_login_url' of the roles)")
            if foreign is not None:
                raise foreign
            body = answer.json()
        except ConnectorError as error:
            return Proof("failed", error.message, tries, code=error.code, request_id=error.request_id, advice=error.advice, tried=False)
        if answer.status == 200 and isinstance(body, dict) and body.get("access_token"):
            summary = _summary(str(body["access_token"]))
            wrong = _wrong_token(summary, tenant_id, client_id)
            if wrong:
                return Proof("failed", wrong, tries, summary, code="wrong_token", request_id=answer.request_id)
            row += 1
            continue
        row = 0
        proof = _refused(answer, body, http.redact, signature, tenant_id, client_id, tries)
        if not is_not_yet(proof.code, _NEW if signature.new else _THERE_BEFORE, said=proof.said):
            return proof
        try:
            budget.wait(_PAUSES[min(waits, len(_PAUSES) - 1)], f"{SERVICE} does not accept the new {signature.noun} of application {client_id} yet")
        except BudgetError:
            return dataclasses.replace(proof, detail=f"{proof.detail} The time budget ended before it was accepted.")
        waits += 1
    times = "once" if successes == 1 else f"{successes} times in a row"
    return Proof("proven", f"{SERVICE} accepted the {signature.noun} {times} in tenant {tenant_id}.", tries, summary)


def _refused(answer: HttpAnswer, body: t.Any, redact: t.Callable[[str], str], signature: Signature, tenant_id: str, client_id: str, tries: int) -> Proof:
    refusal = read_refusal(body, tenant=tenant_id, client=client_id, request_id=answer.request_id, redact=redact)
    what = refusal.shown or f"{SERVICE} answered {answer.status}"
    detail = f"{signature.refused.format(client=client_id, tenant=tenant_id)}: {what}{refusal.marks}."
    blocked = is_blocked(refusal.number)
    if blocked:
        detail += f" This says nothing about the {signature.noun} itself."
    return Proof("blocked" if blocked else "failed", detail, tries, code=refusal.code, request_id=refusal.trace_id, advice=refusal.advice, said=refusal.message)


def _summary(token: str) -> dict[str, str | None]:
    claims = claims_of(token)
    return {
        "tenant_id": _lower(claims.get("tid")),
        "app_id": _lower(claims.get("appid") or claims.get("azp")),
        "object_id": _lower(claims.get("oid")),
        "audience": claims.get("aud") if isinstance(claims.get("aud"), str) else None,
    }


def _wrong_token(summary: t.Mapping[str, str | None], tenant_id: str, client_id: str) -> str | None:
    """A sentence when the token is not the one that was asked for; what an opaque token is, only its service knows."""
    for name, wanted, key in (("tenant", tenant_id, "tenant_id"), ("application", client_id, "app_id")):
        if summary[key] is not None and summary[key] != wanted.lower():
            return f"{SERVICE} issued a token for {name} {summary[key]} where one for {wanted} was asked for."
    return None


def _lower(value: t.Any) -> str | None:
    return value.lower() if isinstance(value, str) else None


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
