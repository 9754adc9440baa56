# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is asking for a token: finds the client in the directory and checks what it proves itself with."""

from __future__ import annotations

import dataclasses
import hmac
import re
import typing as t

import jwt
from cryptography import x509

from ..tokens import TokenIssuer, parse_time, thumbprints
from ..world import JsonObject, Tenant, World
from .errors import LoginError

_LONGEST_ASSERTION = 3600  # seconds
_ENTRA_ISSUER = re.compile(r"https://login\.microsoftonline\.com/([0-9a-f-]{36})/v2\.0")
# What the token of a managed identity for C(api://AzureADTokenExchange) has as its audience, and is taken for by a federated credential with that name.
# https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity (read 2026-11-30) names the resource and the
# audience of the credential; the id is inferred from tokens in public issues.
EXCHANGE, EXCHANGE_APP_ID = "api://AzureADTokenExchange", "fb60f99c-7a34-4190-8149-302f77469936"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclasses.dataclass
class Client:
    """An application as one tenant sees it."""

    app_id: str
    tenant: Tenant
    principal: JsonObject
    home: Tenant | None = None  # where it is registered, when that is one of our tenants
    application: JsonObject | None = None

    def holders(self) -> t.Iterator[tuple[Tenant, JsonObject]]:
        """The objects that may carry this client's credentials."""
        if self.home and self.application:
            yield self.home, self.application
        yield self.tenant, self.principal


def find_client(world: World, tenant: Tenant, app_id: str) -> Client:
    """The client with this application id in this tenant, ready to sign in. Raises LoginError."""
    wanted = app_id.lower()
    if set(wanted) <= {"0", "-"}:
        raise LoginError(700038, {"app": app_id})
    home, application = next(
        ((place, item) for place in world.tenants.values() for item in place.applications.values() if item["appId"] == wanted),
        (None, None),
    )
    principal = next((item for item in tenant.service_principals.values() if item["appId"] == wanted), None)
    if application is not None and home is not tenant and application["signInAudience"] == "AzureADMyOrg":
        principal = None  # taken in while it was for several tenants: it is unknown here now
    if principal is None:
        # Registered here but never made into a service principal, or nothing this tenant has ever heard of.
        if home is tenant:
            raise LoginError(7000229, {"app": app_id, "tenant_id": tenant.id})
        raise LoginError(700016, {"app": app_id, "tenant": tenant.display_name})
    if is_shut(principal) or is_shut(application or {}):
        raise LoginError(7000112, {"app": wanted, "name": principal.get("displayName")})
    return Client(wanted, tenant, principal, home, application)


def is_shut(item: JsonObject) -> bool:
    """Whether no token is issued for an application or service principal: disabled here, deactivated everywhere, or disabled by Microsoft.

    https://learn.microsoft.com/entra/identity/enterprise-apps/deactivate-application-portal (read 2026-11) compares the three. Which number the last two
    answer with is inferred.
    """
    by_microsoft = str(item.get("disabledByMicrosoftStatus") or "").startswith("Disabled")
    return item.get("accountEnabled") is False or bool(item.get("isDisabled")) or by_microsoft


def check_secret(world: World, client: Client, value: str) -> None:
    """Accept the secret when it is one of the client's, in force and already active. Raises LoginError."""
    now = world.clock.now()
    expired = False
    for tenant, holder in client.holders():
        credentials = {item["keyId"]: item for item in holder.get("passwordCredentials") or []}
        for secret in tenant.secrets.values():
            credential = credentials.get(secret.key_id)
            same = hmac.compare_digest(secret.value.encode(), value.encode())
            if secret.application_id != holder["id"] or credential is None or not same:
                continue
            end, start = parse_time(credential.get("endDateTime")), parse_time(credential.get("startDateTime"))
            if end and now >= end:
                expired = True
            elif now >= secret.active_from and (start is None or now >= start):
                return
    raise LoginError(7000222 if expired else 7000215, {"app": client.app_id})


def check_assertion(world: World, issuer: TokenIssuer, client: Client, assertion: str, audiences: set[str]) -> None:
    """Accept a client assertion: of a certificate of the client, or of a workload it trusts. Raises LoginError."""
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise LoginError(50027) from None
    if {"x5t", "x5t#S256"} & set(header) or claims.get("iss") == claims.get("sub"):
        _check_certificate(world, client, assertion, header, claims)
        if client.app_id not in (claims.get("iss"), claims.get("sub")) or claims.get("iss") != claims.get("sub"):
            raise LoginError(700021)
        if claims.get("aud") not in audiences:
            raise LoginError(700023)
        _check_lifetime(world, claims)
    else:
        _check_federated(world, issuer, client, assertion, claims)
    _check_dates(world, claims)


def _check_lifetime(world: World, claims: JsonObject) -> None:
    """Ten minutes are recommended for what a client signs with its certificate; far more is refused."""
    now, end = int(world.clock.now().timestamp()), claims.get("exp")
    if isinstance(end, int | float) and end > now + _LONGEST_ASSERTION:
        raise LoginError(700024, {"now": now, "start": claims.get("nbf", now), "end": end})


def _check_dates(world: World, claims: JsonObject) -> None:
    now = world.clock.now().timestamp()
    start, end = claims.get("nbf", 0), claims.get("exp")
    if not isinstance(end, int | float) or not isinstance(start, int | float):
        raise LoginError(50027)
    if now >= end or now + 300 < start:  # five minutes are allowed for clocks that disagree
        raise LoginError(700024, {"now": int(now), "start": start, "end": end})


def _check_certificate(world: World, client: Client, assertion: str, header: JsonObject, claims: JsonObject) -> None:
    """Verify the signature with the certificate the header names."""
    named = next((name for name in ("x5t#S256", "x5t") if name in header), None)
    # PS256 goes with the SHA-256 thumbprint and RS256 with either; nothing else is taken.
    if header.get("alg") not in ("RS256", "PS256") or (header["alg"] == "PS256" and named == "x5t"):
        raise LoginError(50027)
    thumbprint = header.get(named) if named else None
    problem = {"app": client.app_id, "thumbprint": thumbprint, "found": "", "reason": "The key was not found."}
    for tenant, holder in client.holders():
        for credential in holder.get("keyCredentials") or []:
            certificate = tenant.certificates.get(credential["keyId"])
            # Some clients pad the thumbprint, which base64url in a token should not be; the service takes both.
            if certificate is None or named is None or thumbprints(certificate)[named] != str(thumbprint).rstrip("="):
                continue
            if credential.get("usage", "Verify") != "Verify":
                continue
            since = tenant.certificates_since.get(credential["keyId"])
            if since is not None and (world.clock.now() - since).total_seconds() < world.settings.certificate_activation_delay:
                continue
            end, start = parse_time(credential.get("endDateTime")), parse_time(credential.get("startDateTime"))
            now = world.clock.now()
            # The service writes these dates in the form of the United States (observed in public reports).
            problem["found"] = f"Found key 'Start={start:%m/%d/%Y %H:%M:%S}, End={end:%m/%d/%Y %H:%M:%S}', " if start and end else ""
            if (end and now >= end) or (start and now < start):
                raise LoginError(700027, {**problem, "reason": "The key used is expired."})
            key: t.Any = x509.load_der_x509_certificate(certificate).public_key()
            options: t.Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
            try:
                jwt.decode(assertion, key, algorithms=[header["alg"]], options=options)
            except jwt.InvalidTokenError:
                reason = "The key was found, but use of the key to verify the signature failed."
                raise LoginError(700027, {**problem, "reason": reason}) from None
            return
    raise LoginError(700027, problem)


def _check_federated(world: World, issuer: TokenIssuer, client: Client, assertion: str, claims: JsonObject) -> None:
    """Match issuer, audience and subject with the client's federated credentials, and the signature with our key.

    The emulator plays every outside issuer itself: assertions come from its control path.
    """
    records = client.home.federated.get(client.application["id"], []) if client.home and client.application else []
    given = claims.get("aud")
    audiences = [EXCHANGE if item == EXCHANGE_APP_ID else item for item in (given if isinstance(given, list) else [given])]
    records = [item for item in records if item["issuer"] == claims.get("iss")]
    if not records:
        raise LoginError(700211, {"issuer": claims.get("iss")})
    by_audience = [item for item in records if set(item["audiences"]) & set(audiences)]
    if not by_audience:
        raise LoginError(700212, {"audience": given})
    # The comparison is exact, case included.
    matching = [item for item in by_audience if item["subject"] == claims.get("sub")]
    if not matching:
        raise LoginError(700213, {"subject": claims.get("sub")})
    own = _ENTRA_ISSUER.fullmatch(str(claims.get("iss")))
    if own and client.home is not None and own[1] != client.home.id:
        raise LoginError(700236, {"issuer": claims.get("iss")})
    since = client.tenant.federated_since if client.home is None else client.home.federated_since
    delay = world.settings.federated_activation_delay
    if not any(item["id"] not in since or (world.clock.now() - since[item["id"]]).total_seconds() >= delay for item in matching):
        raise LoginError(70021, {"issuer": claims.get("iss"), "subject": claims.get("sub"), "audience": given})
    try:
        issuer.decode(assertion)
    except jwt.InvalidTokenError:
        problem = {"app": client.app_id, "thumbprint": "", "found": "", "reason": "The key was not found."}
        raise LoginError(700027, problem) from None
