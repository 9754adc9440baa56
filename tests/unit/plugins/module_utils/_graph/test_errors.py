# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Error answers of Graph, well-formed and not, as sentences."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import (
    ConflictError,
    ConnectorError,
    CredentialError,
    ForbiddenError,
    NotFoundError,
    ServiceError,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.errors import error_for, read_fault
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.required_permissions import least_permissions


def error_of(status: int, body: t.Any, *, method: str = "POST", path: str = "/applications", secrets: t.Collection[str] = ()) -> ConnectorError:
    return error_for(read_fault(status, body, "r1", secrets), doing="do it", tenant="contoso", method=method, path=path)


def body_of(code: str, message: str = "", detail: str | None = None) -> dict[str, t.Any]:
    return {"error": {"code": code, "message": message, **({"details": [{"code": detail}]} if detail else {})}}


# Status, code, message, detail code, class, a word of the advice.
KNOWN = [
    (404, "Request_ResourceNotFound", "Resource 'x' does not exist or one of its queried reference-property objects are not present.", None, NotFoundError, ""),
    (404, "Directory_ObjectNotFound", "Unable to read the company information from the directory.", None, ServiceError, "not known"),
    (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.", None, ForbiddenError, "Application.ReadWrite.OwnedBy"),
    (
        403,
        "Authorization_RequestDenied",
        "the backing application of the service principal being created must in the local tenant",
        None,
        ForbiddenError,
        "vendor",
    ),
    (400, "Request_BadRequest", "The appId 'x' of the service principal does not reference a valid application object.", None, ServiceError, "application id"),
    (409, "Request_MultipleObjectsWithSameKeyValue", "the service principal name x is already in use.", None, ConflictError, "purge"),
    (400, "CannotDeleteOrUpdateEnabledEntitlement", "cannot be deleted or updated unless disabled first.", None, ServiceError, "Disable"),
    (400, "InvalidValue", "Permission Id that cannot be found in the AppPermissions sets.", None, ServiceError, "minute"),
    (400, "Request_BadRequest", "Property api.requestedAccessTokenVersion is invalid.", None, ServiceError, "version 2"),
    (409, "Error_MsaAppDoesNotExist", "The corresponding MSA application does not exist.", None, ConflictError, "minute"),
    (400, "HostNameNotOnVerifiedDomain", "Values of identifierUris property must use a verified domain", None, ServiceError, "verified domain"),
    (400, "Request_BadRequest", "Failed to add identifier URI x.", None, ServiceError, "api://"),
    (400, "Request_BadRequest", "Another object with the same value for property uniqueName already exists.", "ObjectConflict", ConflictError, "deleted"),
    (400, "Request_BadRequest", "Another object with the same value for property identifierUris already exists.", "ObjectConflict", ConflictError, "another"),
    (400, "Request_BadRequest", "No password credential found with keyId x.", None, ServiceError, "removed already"),
    (400, "Request_BadRequest", "Update to existing credential with KeyId 'x' is not allowed.", None, ServiceError, "meantime"),
    (400, "CredentialInvalidLifetimeAsPerAppPolicy", "Credential lifetime exceeds the max value", None, ServiceError, "lower the lifetime"),
    (400, "CredentialTypeNotAllowedAsPerAppPolicy", "Credential type not allowed", None, ServiceError, "exempted"),
    (400, "SignInAudienceNotAllowedAsPerAppPolicy", "", None, ServiceError, "audience"),
    (403, "Whatever", "The size of the object has exceeded its limit.", None, ServiceError, "Remove"),
    (400, "Request_BadRequest", "One or more added object references already exist for ... 'owners'.", None, ConflictError, "owner"),
    (400, "Request_BadRequest", "One or more removed object references do not exist for ... 'owners'.", None, ConflictError, "owner"),
    (409, "Request_MultipleObjectsWithSameKeyValue", "FederatedIdentityCredential with name x already exists.", None, ConflictError, "run again"),
    (404, "Request_ResourceNotFound", "FederatedIdentityCredential with name x not found.", None, NotFoundError, ""),
    (400, "Request_BadRequest", "Combination of issuer and subject must be unique", None, ConflictError, "issuer"),
    (400, "Request_BadRequest", "Permission being assigned already exists on the object", None, ConflictError, "run again"),
    (400, "Request_BadRequest", "Permission being assigned was not found on application 'x'", None, ServiceError, "define"),
    (400, "Request_BadRequest", "Not a valid reference update.", None, ServiceError, "replicated"),
    (409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists.", None, ConflictError, "run again"),
    (400, "Request_BadRequest", "Permission entry already exists.", None, ConflictError, "run again"),
    (400, "Request_BadRequest", "Specified resourceId was not found.", None, ServiceError, "service principal"),
    (400, "Request_BadRequest", "A conflicting object with one or more of the specified property values is present", None, ConflictError, "run again"),
    (401, "InvalidAuthenticationToken", "Lifetime validation failed, the token is expired.", None, CredentialError, "clock"),
    (401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.", None, CredentialError, "graph_url"),
    (401, "InvalidAuthenticationToken", "Access token is empty.", None, CredentialError, "credential"),
    (403, "Directory_QuotaExceeded", "The directory object quota limit for the Principal has been exceeded.", None, ServiceError, "not a missing permission"),
    (403, "Directory_QuotaExceeded", "would exceed the maximum quota count '100' for forward-link owners.", None, ServiceError, "owners"),
    (409, "Directory_ConcurrencyViolation", "Error due to concurrent requests", None, ConflictError, "run again"),
    (503, "ServiceUnavailable", "", None, ServiceError, "later"),
]


@pytest.mark.parametrize(("status", "code", "message", "detail", "kind", "advice"), KNOWN)
def test_known_errors(status: int, code: str, message: str, detail: str | None, kind: type, advice: str) -> None:
    error = error_of(status, body_of(code, message, detail))
    assert error.__class__ is kind
    assert advice.lower() in (error.advice or "").lower()
    assert error.message.startswith(f"Could not do it in tenant contoso: Microsoft Graph answered {status} {code}")
    assert error.message.endswith("(request id r1).")
    failure = error.as_failure()
    assert (failure["code"], failure["http_status"], failure["service"]) == (code, status, "Microsoft Graph")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "answered 502 (request id r1)."),
        ("<html><h1>Bad Gateway</h1></html>", "answered 502: Bad Gateway (request id r1)."),
        ('{"error": {"code": "", "message": ""}}', "answered 502 (request id r1)."),
        ('{"error": {"code": "UnknownError", "message": {"lang": "en", "value": "It broke."}}}', "answered 502 UnknownError: It broke (request id r1)."),
        ('{"error": {"code": "X", "message": "m", "details": {"code": "Y"}}}', "answered 502 X: m (request id r1)."),
        ('{"error": {"code": "X", "message": "m", "details": [1, {"code": null}]}}', "answered 502 X: m (request id r1)."),
        ('{"error": "invalid_request", "error_description": "No."}', "answered 502 invalid_request: No (request id r1)."),
        ('{"error": null}', "answered 502:"),
        ("[]", "answered 502:"),
        ("null", "answered 502 (request id r1)."),
    ],
)
def test_odd_bodies(body: str, words: str) -> None:
    assert words in error_of(502, body).message


def test_the_request_id_of_the_body_where_the_headers_have_none() -> None:
    fault = read_fault(400, {"error": {"code": "X", "message": "m", "innerError": {"request-id": "inner"}}})
    assert fault.request_id == "inner"


def test_secrets_do_not_stand_in_messages() -> None:
    body = body_of("X", "Bad value 'geheim-1' with Bearer abcdefgh.ijklm")
    sentence = error_of(400, body, secrets={"geheim-1"}).sentence()
    assert "geheim-1" not in sentence
    assert "ijklm" not in sentence


def test_long_messages_are_cut() -> None:
    assert len(error_of(400, body_of("X", "y" * 5000)).message) < 800


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/applications?$top=1", "Application.Read.All"),
        ("PATCH", "/applications(uniqueName='x')", "Application.ReadWrite.OwnedBy"),
        ("POST", "/applications/1/addPassword", "Application.ReadWrite.OwnedBy"),
        ("POST", "/applications/1/owners/$ref", "Directory.Read.All"),
        ("POST", "/servicePrincipals", "Application.ReadWrite.All"),
        ("POST", "/servicePrincipals/1/appRoleAssignedTo", "AppRoleAssignment.ReadWrite.All"),
        ("DELETE", "/servicePrincipals/1/appRoleAssignments/2", "AppRoleAssignment.ReadWrite.All"),
        ("GET", "/servicePrincipals/1/oauth2PermissionGrants", "Directory.Read.All"),
        ("PATCH", "/oauth2PermissionGrants/1", "DelegatedPermissionGrant.ReadWrite.All"),
        ("PATCH", "/policies/authorizationPolicy", "Policy.ReadWrite.Authorization"),
        ("PUT", "/policies/adminConsentRequestPolicy", "Policy.ReadWrite.ConsentRequest"),
        ("GET", "/policies/defaultAppManagementPolicy", "Policy.Read.All"),
        ("PATCH", "/groupSettings/1", "GroupSettings.ReadWrite.All"),
        ("GET", "/organization", "Organization.Read.All"),
        ("POST", "/directoryObjects/getByIds", "Directory.Read.All"),
        ("GET", "/planets", ""),
    ],
)
def test_missing_permissions_are_named(method: str, path: str, name: str) -> None:
    names = least_permissions(method, path)
    assert name in names
    assert bool(name) is bool(names)
