# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What the token endpoint's error codes mean, in plain words, and what to do next."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError

SERVICE = "Microsoft Entra ID"

_NOT_REPLICATED = "If it was made in the last minutes, wait a little and run again."

# number: (cause, next step). "{tenant}" and "{client}" are filled in.
_CODES: t.Mapping[int, tuple[str, str]] = {
    90002: ("there is no tenant {tenant} in this cloud", "Check tenant_id, and whether the option cloud is right."),
    900023: ("{tenant} is neither a tenant id nor a domain", "Give tenant_id as a GUID or as a verified domain of the tenant."),
    50059: ("the request named no single tenant", "Give tenant_id as a GUID or as a verified domain of the tenant."),
    90014: ("a field is missing in the request to the token endpoint", "Check login_url: something between here and Entra may have changed the request."),
    900144: ("a field is missing in the request to the token endpoint", "Check login_url: something between here and Entra may have changed the request."),
    700016: (
        "the application {client} does not exist in this tenant and nobody has consented to it there",
        f"Check the client id and tenant_id. A multi-tenant application needs an administrator's consent in each tenant first. {_NOT_REPLICATED}",
    ),
    700038: ("{client} is not a valid application id", "Set the client id to the application (client) id of the app registration."),
    7000112: ("the application {client} is disabled", "Enable it under Entra ID, Enterprise applications, Properties, or ask who disabled it."),
    7000113: ("the application {client} may not make the request it made", "Check which kind of application the client id belongs to."),
    7000215: (
        "the client secret is wrong",
        "Use the secret's value, not its id (a GUID), of the application {client}; a value that was not kept cannot be read again. " + _NOT_REPLICATED,
    ),
    7000222: ("the client secret has expired", "Make a new secret for the application {client} and use its value."),
    7000218: (
        "no client secret and no assertion reached the token endpoint",
        "Check that the credential is not empty. With a user name and a password alone, the application {client} has to allow public client flows "
        "(is_fallback_public_client of entra_app).",
    ),
    7000216: ("no client secret and no assertion reached the token endpoint", "Check that the credential is not empty."),
    7000229: (
        "the application {client} has no service principal in this tenant",
        f"An administrator of the tenant has to consent to it, or create its service principal. {_NOT_REPLICATED}",
    ),
    700025: ("the application {client} is a public client and takes no secret or certificate", "Use another application, or another auth_method."),
    700027: (
        "the certificate does not belong to the application {client}",
        f"Upload the certificate (its public part) to the app registration, or use the key that fits the one uploaded. {_NOT_REPLICATED}",
    ),
    700024: ("the signed assertion is not valid now", "Check this machine's clock, and the age of the federated token."),
    700023: ("the signed assertion is addressed to another token endpoint", "Check tenant_id and cloud: they say whom the assertion is for."),
    50027: ("the signed assertion is malformed", "Check that the federated token is one whole token (JWT), and nothing else."),
    700021: ("the signed assertion names another application than {client}", "Check that the federated token and the client id belong together."),
    70021: (
        "no federated credential of the application {client} fits the token",
        "Compare subject, issuer and audience of the token with the application's federated credentials; they must be equal, letter case included.",
    ),
    700211: ("no federated credential of the application {client} has the token's issuer", "Compare the token's issuer with the federated credentials."),
    700212: (
        "no federated credential of the application {client} has the token's audience",
        "The audience is usually api://AzureADTokenExchange; compare it with the federated credentials.",
    ),
    700213: (
        "no federated credential of the application {client} has the token's subject",
        "Compare the token's subject with the federated credentials; it must be equal, letter case included.",
    ),
    50013: ("the assertion's signature or issuer was not accepted", "Check that the federated token is current and issued by the configured issuer."),
    50056: ("the account has no password in this tenant", "Use an account whose password is kept in Entra ID, or another way to sign in."),
    50034: ("the account does not exist in this tenant", "Check the user name and tenant_id."),
    50126: ("the user name or the password is wrong", "Check both; a few more failed attempts lock the account."),
    50053: ("the account is locked, or sign-in from this address is blocked", "Wait, or ask an administrator of the tenant to unlock it."),
    50055: ("the password has expired", "Change the password."),
    50057: ("the account is disabled", "Enable it, or use another account."),
    50076: ("multi-factor authentication is required", "Use an application with a secret, certificate or federated token, or sign in to Azure CLI again."),
    50079: ("multi-factor authentication has to be set up", "Use an application with a secret, certificate or federated token."),
    50072: ("multi-factor authentication has to be set up", "Use an application with a secret, certificate or federated token."),
    50074: ("multi-factor authentication is required", "Use an application with a secret, certificate or federated token, or sign in to Azure CLI again."),
    50078: ("multi-factor authentication has expired", "Use an application with a secret, certificate or federated token, or sign in to Azure CLI again."),
    50097: ("Conditional Access requires a registered device", "Ask an administrator of the tenant which policy applies to this sign-in."),
    50144: ("the password has expired in the organisation's own directory", "Change the password there."),
    50158: ("a further check by another provider is required", "Use an application with a secret, certificate or federated token."),
    53000: ("Conditional Access requires a compliant device", "Ask an administrator of the tenant which policy applies to this sign-in."),
    53003: (
        "Conditional Access blocked the sign-in",
        "Ask an administrator of the tenant to exempt this application, or to allow the address the automation comes from.",
    ),
    53001: ("Conditional Access requires a domain-joined device", "Ask an administrator of the tenant which policy applies to this sign-in."),
    53002: ("Conditional Access does not allow this application", "Ask an administrator of the tenant which applications the policy approves."),
    53004: ("the account has to register for multi-factor authentication", "Register it, or use an application with a secret, certificate or federated token."),
    530035: ("the security defaults of the tenant blocked the sign-in", "Use a supported way to sign in."),
    65001: (
        "nobody has consented to the application {client} for this resource",
        "Have an administrator of the tenant consent to it (entra_admin_consent), for exactly the scopes that are asked for.",
    ),
    65004: ("the person declined to consent to the application {client}", "Have an administrator of the tenant consent to it (entra_admin_consent)."),
    90094: (
        "what the application {client} asks for needs an administrator's consent",
        "Have an administrator of the tenant consent to it (entra_admin_consent).",
    ),
    650052: (
        "the application {client} asks for an API that has no service principal in this tenant",
        "Create the API's service principal (entra_service_principal), or get the product's subscription for the tenant.",
    ),
    650053: ("the resource has no such scope", "Check the names of the scopes against those that the resource offers."),
    650057: ("the resource is not among the permissions that the application {client} requests", "Request them first (entra_app_permission), then consent."),
    65002: ("a Microsoft application is not preauthorised for this resource", "Use an application of your own."),
    500011: (
        "the resource the token is for has no service principal in this tenant",
        "Check the option cloud; for an API that is not there by default, create its service principal (entra_service_principal).",
    ),
    50001: (
        "the resource the token is for is not known in this tenant, or disabled",
        "Check the resource; for an API that is not there by default, create its service principal (entra_service_principal).",
    ),
    500012: ("the resource is disabled in this tenant", "Ask an administrator of the tenant to enable its service principal."),
    1002012: ("the scope is not one that an application can ask for", "It has to be the resource followed by /.default; check the option cloud."),
    70011: ("the scope is not valid", "It has to be the resource followed by /.default; check the option cloud."),
    501051: (
        "the application {client} is not assigned to the resource, which requires an assignment",
        "Assign one of the resource's application roles to it, or turn off 'assignment required' there.",
    ),
    50105: (
        "the account is not assigned to the application {client}, which requires an assignment",
        "Assign the user or one of their groups to it (assigned_to of entra_service_principal).",
    ),
    50194: (
        "the application {client} is for one tenant only, and the sign-in named none",
        "Use the tenant's own authority in place of common, or make the application multi-tenant.",
    ),
    50011: (
        "the redirect URI is not registered with the application {client}",
        "Register exactly this URI (redirect_uris of entra_app), letter case included.",
    ),
    70003: ("the token endpoint does not support this kind of request", "Check login_url: something between here and Entra may have changed the request."),
    70016: ("the person has not finished the sign-in with the device code", "Finish it in the browser, or start again once the code has expired."),
    70043: ("the sign-in is too old for the tenant's policy", "Sign in again with: az login."),
    700082: ("the sign-in has expired because it was not used", "Sign in again with: az login."),
    50173: ("the sign-in was revoked", "Sign in again with: az login."),
    50020: ("the account belongs to another tenant and is no guest of this one", "Sign in with an account of the tenant, or be invited to it."),
    90072: ("the account belongs to another tenant and is no guest of this one", "Sign in with an account of the tenant, or be invited to it."),
    90033: ("the token endpoint is temporarily unavailable", "Run again later."),
    90099: ("the application {client} has not been authorised in this tenant", "Consent to it in the tenant first."),
}

# The credential was accepted, or not even looked at: a rule of the tenant stands in the way.
_BLOCKED = frozenset({
    50072, 50074, 50076, 50078, 50079, 50097, 50105, 50158, 53000, 53001, 53002, 53003, 53004, 530035, 501051
})  # fmt: skip

_IN_TEXT = re.compile(r"AADSTS(\d{4,9})")
_TAIL = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp):.*\Z", re.DOTALL)
_TRACE = re.compile(r"Trace ID:\s*([0-9a-fA-F-]{36})")
_CORRELATION = re.compile(r"Correlation ID:\s*([0-9a-fA-F-]{36})")


def error_number(body: t.Any) -> int | None:
    """The AADSTS number of an error answer, or None."""
    if isinstance(body, dict):
        codes = body.get("error_codes")
        if isinstance(codes, list) and codes and isinstance(codes[0], int):
            return codes[0]
        body = body.get("error_description")
    match = _IN_TEXT.search(body) if isinstance(body, str) else None
    return int(match[1]) if match else None


def is_blocked(number: int | None) -> bool:
    """Whether a rule of the tenant stands in the way (Conditional Access, a second factor, an assignment): that says nothing about the credential."""
    return number in _BLOCKED


def cause_of(number: int | None, *, tenant: str, client: str) -> tuple[str | None, str | None]:
    """The plain cause and the next step of an error number, as far as they are known."""
    cause, advice = _CODES.get(number or 0, (None, None))
    return (
        cause and cause.replace("{tenant}", tenant).replace("{client}", client),
        advice and advice.replace("{tenant}", tenant).replace("{client}", client),
    )


def token_error(
    body: t.Any,
    *,
    tenant: str,
    client: str | None,
    credential: str,
    what: str,
    http_status: int | None = None,
    request_id: str | None = None,
    redact: t.Callable[[str], str] = str,
) -> CredentialError:
    """A refusal of the token endpoint as an error with a sentence.

    ``body`` is the answer (or the text of azure-cli), ``credential`` what was used ("client secret of 1234... from the options"),
    ``what`` what the token is for.
    """
    answer: t.Mapping[str, t.Any] = body if isinstance(body, dict) else {"error_description": body if isinstance(body, str) else ""}
    said = str(answer.get("error_description") or answer.get("error") or "")
    number = error_number(answer)
    cause, advice = cause_of(number, tenant=tenant, client=client or "the application")
    trace = answer.get("trace_id") or _first(_TRACE, said) or request_id
    correlation = answer.get("correlation_id") or _first(_CORRELATION, said)
    code = f"AADSTS{number}" if number else str(answer.get("error") or "") or None
    message = redact(_TAIL.sub("", said).strip())
    shown = cause or (message and f"{SERVICE} answered: {message.rstrip('.')}") or f"{SERVICE} refused the request"
    marks = [mark for mark in (code, f"trace id {trace}" if trace else None) if mark]
    return CredentialError(
        f"Could not get a token for {what} in tenant {tenant} with the {credential}: {shown}{' (' + ', '.join(marks) + ')' if marks else ''}.",
        code=code,
        http_status=http_status,
        service=SERVICE,
        service_message=message or None,
        request_id=trace,
        client_request_id=correlation,
        tenant=tenant,
        advice=advice or (f"Look up {code} at https://login.microsoftonline.com/error." if number else None),
    )


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    match = pattern.search(text)
    return match[1] if match else None
