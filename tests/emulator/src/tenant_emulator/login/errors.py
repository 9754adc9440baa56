# SPDX-License-Identifier: GPL-3.0-or-later
"""The AADSTS errors of the token endpoint, each with its HTTP status, OAuth error and text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing as t
import uuid

from ..web import Response
from ..world import JsonObject

# number: (HTTP status, OAuth error, text). Which of them are inferred is listed in the README.
CATALOGUE: dict[int, tuple[int, str, str]] = {
    7000215: (
        401,
        "invalid_client",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        "the client secret ID, for a secret added to app '{app}'.",
    ),
    7000222: (
        401,
        "invalid_client",
        "The provided client secret keys for app '{app}' are expired. Visit the Azure portal to create new keys for "
        "your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
        "https://aka.ms/certCreds.",
    ),
    700016: (
        400,
        "unauthorized_client",
        "Application with identifier '{app}' was not found in the directory '{tenant}'. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant.",
    ),
    700038: (400, "unauthorized_client", "{app} is not a valid application identifier."),
    7000112: (400, "unauthorized_client", "Application '{app}'({name}) is disabled."),
    7000229: (
        400,
        "unauthorized_client",
        "The client application {app} is missing service principal in the tenant {tenant_id}. See instructions here: "
        "https://go.microsoft.com/fwlink/?linkid=2225119",
    ),
    500011: (
        400,
        "invalid_resource",
        "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the "
        "application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You might have sent your authentication request to the wrong tenant.",
    ),
    # https://github.com/AzureAD/microsoft-authentication-library-for-dotnet/issues/4905 (the text, read 2026-11)
    500014: (
        400,
        "invalid_resource",
        "The service principal for resource '{resource}' is disabled. This indicate that a subscription within the tenant has lapsed, or that the "
        "administrator for this tenant has disabled the application, preventing tokens from being issued for it.",
    ),
    90002: (
        400,
        "invalid_request",
        "Tenant '{given}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    ),
    900023: (
        400,
        "invalid_request",
        "Specified tenant identifier '{given}' is neither a valid DNS name, nor a valid external domain.",
    ),
    50059: (400, "invalid_request", "No tenant-identifying information found in either the request or implied by any provided credentials."),
    700027: (
        401,
        "invalid_client",
        "Client assertion contains an invalid signature. [Reason - {reason}, Thumbprint of key used by client: "
        "'{thumbprint}', {found}Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured "
        "keys for app Id '{app}'.]",
    ),
    50027: (401, "invalid_client", "JWT token is invalid or malformed."),
    700021: (401, "invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter."),
    700023: (401, "invalid_client", "Client assertion audience claim does not match Realm issuer."),
    700024: (
        401,
        "invalid_client",
        "Client assertion is not within its valid time range. Current time: {now}, assertion valid from {start}, expiry time of assertion {end}.",
    ),
    700211: (
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion issuer '{issuer}'. Please check your "
        "federated identity credential Subject, Audience and Issuer against the presented assertion.",
    ),
    700212: (
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion audience '{audience}'. Please check "
        "your federated identity credential Subject, Audience and Issuer against the presented assertion.",
    ),
    700213: (
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion subject '{subject}'. Please check your "
        "federated identity credential Subject, Audience and Issuer against the presented assertion.",
    ),
    70021: (
        401,
        "invalid_client",
        "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion "
        "Subject: '{subject}'. Assertion Audience: '{audience}'.",
    ),
    # https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity (same tenant only, read 2026-11)
    700236: (
        401,
        "invalid_client",
        "Entra ID tokens issued by issuer '{issuer}' may not be used for federated identity credential flows for applications or managed identities "
        "registered in this tenant.",
    ),
    50011: (
        400,
        "invalid_request",
        "The redirect URI '{redirect}' specified in the request does not match the redirect URIs configured for the "
        "application '{app}'. Make sure the redirect URI sent in the request matches one added to your application in "
        "the Azure portal.",
    ),
    70011: (400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."),
    1002012: (
        400,
        "invalid_scope",
        "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with "
        "/.default suffixed to the resource identifier (application ID URI).",
    ),
    70003: (400, "unsupported_grant_type", "The app requested an unsupported grant type '{grant}'."),
    900144: (400, "invalid_request", "The request body must contain the following parameter: '{parameter}'."),
    7000218: (
        401,
        "invalid_client",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
    700025: (
        401,
        "invalid_client",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    50126: (400, "invalid_grant", "Error validating credentials due to invalid username or password."),
    50034: (
        400,
        "invalid_grant",
        "The user account {user} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.",
    ),
    50053: (
        400,
        "invalid_grant",
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    ),
    50057: (400, "invalid_grant", "The user account is disabled."),
    50076: (
        400,
        "invalid_grant",
        "Due to a configuration change made by your administrator, or because you moved to a new location, you must "
        "use multi-factor authentication to access '{resource}'.",
    ),
    53003: (
        400,
        "invalid_grant",
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    65001: (
        400,
        "invalid_grant",
        "The user or administrator has not consented to use the application with ID '{app}' named '{name}'. Send an "
        "interactive authorization request for this user and resource.",
    ),
    50105: (
        400,
        "invalid_grant",
        "The signed in user '{user}' is not assigned to a role for the application '{app}'({name}).",
    ),
    501051: (
        400,
        "invalid_grant",
        "Application '{app}'({name}) is not assigned to a role for the application '{resource}'({resource_name}).",
    ),
}

_WITHOUT_URI = frozenset({700038, 70003})  # seen without error_uri on the live service
_CHALLENGES = frozenset({50076, 53003})
_POLICY = "c5d8a1f2-4b7e-4f63-9a0c-2e6d8b1f7a35"
_SUBERRORS = {50076: "basic_action", 65001: "consent_required"}


@dataclasses.dataclass
class LoginError(Exception):
    """An AADSTS error on its way to the client."""

    number: int
    details: JsonObject = dataclasses.field(default_factory=dict)
    text: str | None = None  # instead of the catalogue's, for a number with more than one text
    error: str | None = None  # instead of the catalogue's

    def __str__(self) -> str:
        return f"AADSTS{self.number}: {self.text or CATALOGUE[self.number][2].format(**self.details)}"

    def response(self, now: dt.datetime, correlation_id: str, headers: t.Mapping[str, str]) -> Response:
        """The answer with the service's envelope; the trace id is repeated as ``x-ms-request-id``."""
        status, error, _text = CATALOGUE[self.number]
        trace_id = headers.get("x-ms-request-id") or str(uuid.uuid4())
        timestamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
        body: JsonObject = {
            "error": self.error or error,
            "error_description": f"{self} Trace ID: {trace_id} Correlation ID: {correlation_id} Timestamp: {timestamp}",
            "error_codes": [self.number],
            "timestamp": timestamp,
            "trace_id": trace_id,
            "correlation_id": correlation_id,
        }
        if self.number not in _WITHOUT_URI:
            body["error_uri"] = f"https://login.microsoftonline.com/error?code={self.number}"
        if self.number in _CHALLENGES:
            # What a client hands back to be asked for more; the id is that of a policy.
            body["claims"] = json.dumps({"access_token": {"capolids": {"essential": True, "values": [_POLICY]}}}, separators=(",", ":"))
        if self.number in _SUBERRORS:
            body["suberror"] = _SUBERRORS[self.number]
        return Response.json(status, body, {"Content-Type": "application/json; charset=utf-8", **headers})
