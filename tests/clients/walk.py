# SPDX-License-Identifier: GPL-3.0-or-later
"""A walk through every operation the emulated Graph has, with objects that carry as much as they may."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import typing as t
import uuid

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from tenant_emulator.graph import routes
from tenant_emulator.graph.call import segments
from tenant_emulator.testing import Emulator

from . import shapes

JsonObject = dict[str, t.Any]
GRAPH = "00000003-0000-0000-c000-000000000000"
_PATHS = {path.lower(): path for path in routes.ROUTES}
_KEY_MATERIAL = re.compile(rb'"key": "[A-Za-z0-9+/=]{100,}"')
_CREDENTIALS = {"addPassword": "PasswordCredential", "addKey": "KeyCredential"}
# The last segment of a list, or of one object, and the model of the object.
_SETS = {
    "applications": "Application",
    "servicePrincipals": "ServicePrincipal",
    "users": "User",
    "groups": "Group",
    "owners": "DirectoryObject",
    "microsoft.graph.user": "User",
    "microsoft.graph.servicePrincipal": "ServicePrincipal",
    "federatedIdentityCredentials": "FederatedIdentityCredential",
    "appManagementPolicies": "AppManagementPolicy",
    "permissionGrantPolicies": "PermissionGrantPolicy",
    "includes": "PermissionGrantConditionSet",
    "excludes": "PermissionGrantConditionSet",
    "groupSettingTemplates": "GroupSettingTemplate",
    "groupSettings": "GroupSetting",
    "appRoleAssignments": "AppRoleAssignment",
    "appRoleAssignedTo": "AppRoleAssignment",
    "oauth2PermissionGrants": "OAuth2PermissionGrant",
    "organization": "Organization",
    "domains": "Domain",
    "appliesTo": "DirectoryObject",
    "getByIds": "DirectoryObject",
    "deletedItems": "DirectoryObject",
    "directoryObjects": "DirectoryObject",
    "memberOf": "DirectoryObject",
    "transitiveMemberOf": "DirectoryObject",
    "delegatedAdminCustomers": "DelegatedAdminCustomer",
    "delegatedAdminRelationships": "DelegatedAdminRelationship",
    "contracts": "Contract",
}
_SINGLE = {
    "me": "User",
    "restore": "DirectoryObject",
    "defaultAppManagementPolicy": "TenantAppManagementPolicy",
    "authorizationPolicy": "AuthorizationPolicy",
    "adminConsentRequestPolicy": "AdminConsentRequestPolicy",
    **_CREDENTIALS,
}


def model_of(path: str, method: str) -> str:
    """The SDK's model of a successful answer, for a path pattern of the emulator."""
    parts = path.split("/")
    if parts[-1] in _SINGLE:
        return _SINGLE[parts[-1]]
    if parts[-1] == "{id}":
        return _SETS[parts[-2]]
    many = method == "GET" or parts[-1] == "getByIds"
    return _SETS[parts[-1]] + ("CollectionResponse" if many else "")


class Walk:
    """Asks, holds every answer against the models, and remembers which operations answered."""

    def __init__(self, emulator: Emulator, tally: shapes.Tally) -> None:
        self.emulator = emulator
        self.tally = tally
        self.problems: list[str] = []
        self.done: set[tuple[str, str]] = set()
        self.token = emulator.token("contoso")["access_token"]

    def ask(
        self,
        method: str,
        path: str,
        body: t.Any = None,
        *,
        expect: int | None = None,
        model: str | None = None,
        headers: t.Mapping[str, str] | None = None,
    ) -> JsonObject:
        """One request that has to succeed, or to be refused with ``expect``. Returns the JSON of the answer."""
        url = path if path.startswith("https:") else f"{self.emulator.graph_url}/v1.0/{path}"
        sent = {"Authorization": f"Bearer {self.token}", **({"Content-Type": "application/json"} if body is not None else {}), **(headers or {})}
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        status, raw = self.emulator.request(method, url.replace(" ", "%20"), data, sent)
        told = f"{method} {path.partition('?')[0]}"
        assert status == expect if expect else 200 <= status < 300, f"{told}: {status} {raw.decode()}"
        if status >= 400:
            return self._hold(told, raw, "o_data_errors.ODataError", True)
        if path == "$batch":
            return self._batch(json.loads(raw), {part["id"]: part for part in body["requests"]})
        pattern = self._operation(method, url.removeprefix(self.emulator.graph_url))
        if status == 204:
            assert raw == b"", told
            return {}
        if pattern.endswith("$count"):
            assert raw.isdigit(), told
            return {}
        if pattern.endswith("$ref"):
            return self._references(told, json.loads(raw))
        if method == "GET" and (b'"secretText": "' in raw or (_KEY_MATERIAL.search(raw) and "$select=keyCredentials" not in path)):
            self.problems.append(f"{told}: a read gives credentials away")
        return self._hold(told, raw, model or model_of(pattern, method), "$select" not in path)

    def _operation(self, method: str, path: str) -> str:
        """Note the operation behind a path; returns its pattern."""
        _version, parts, written = segments(path.partition("?")[0])
        pattern, _handler, _keys = routes.resolve(method, parts, written)
        self.done.add((_PATHS[pattern], method))
        return _PATHS[pattern]

    def _hold(self, told: str, raw: bytes, model: str, whole: bool) -> JsonObject:
        found = shapes.problems(raw, shapes.model(model), whole=whole, tally=self.tally)
        self.problems += [f"{told}: {problem}" for problem in found]
        value = json.loads(raw)
        listed = value.get("value") if model.startswith("DirectoryObjectCollection") else [value] if model == "DirectoryObject" else []
        self.problems += [f"{told}: no @odata.type" for item in listed if "@odata.type" not in item]
        return t.cast(JsonObject, value)

    def _references(self, told: str, value: JsonObject) -> JsonObject:
        """A list of links, for which the SDK has no model that fits."""
        good = [item for item in value["value"] if set(item) == {"@odata.id"} and item["@odata.id"].startswith("https://")]
        if set(value) != {"@odata.context", "value"} or good != value["value"]:
            self.problems.append(f"{told}: {value}")
        return value

    def _batch(self, value: JsonObject, asked: dict[str, JsonObject]) -> JsonObject:
        """Every part of a batch is an answer of its own."""
        if set(value) != {"responses"} or {part["id"] for part in value["responses"]} != set(asked):
            self.problems.append(f"$batch: {value}")
        for part in value["responses"]:
            told, request = f"$batch {part['id']}", asked[part["id"]]
            if not {"id", "status", "headers"} <= set(part) <= {"id", "status", "headers", "body"}:
                self.problems.append(f"{told}: {sorted(part)}")
            if "body" in part:
                bad = part["status"] >= 400
                pattern = "" if bad else self._operation(request["method"], f"/v1.0{request['url']}")
                model = "o_data_errors.ODataError" if bad else model_of(pattern, request["method"])
                # No sample shows what the error of a part that was not run has besides code and message.
                self._hold(told, json.dumps(part["body"]).encode(), model, part["status"] != 424)
        return value


def certificate(days: int = 90) -> tuple[rsa.RSAPrivateKey, str]:
    """A new key and its certificate as Graph wants it."""
    key, now = rsa.generate_private_key(65537, 2048), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "shape")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = builder.not_valid_before(now - dt.timedelta(minutes=5)).not_valid_after(now + dt.timedelta(days=days)).sign(key, hashes.SHA256())
    return key, base64.b64encode(made.public_bytes(Encoding.DER)).decode()


def proof(key: rsa.RSAPrivateKey, object_id: str) -> str:
    """The proof of possession that addKey and removeKey ask for."""
    now = int(dt.datetime.now(dt.UTC).timestamp())
    return jwt.encode({"aud": "00000002-0000-0000-c000-000000000000", "iss": object_id, "nbf": now, "exp": now + 600}, key, algorithm="RS256")


def full_application(key: str) -> JsonObject:
    """An application with every property that may be written."""
    role, scope = str(uuid.uuid4()), str(uuid.uuid4())
    texts = {f"{who}Consent{what}": f"{who} {what}" for who in ("admin", "user") for what in ("Description", "DisplayName")}
    claim = {"name": "email", "source": None, "essential": True, "additionalProperties": []}
    return {
        "displayName": "Everything",
        "description": "All properties",
        "notes": "Notes",
        "serviceManagementReference": "CMDB-1",
        "signInAudience": "AzureADMyOrg",
        "uniqueName": f"everything-{role[:8]}",
        "tags": ["shape", "HideApp"],
        "groupMembershipClaims": "SecurityGroup",
        "isFallbackPublicClient": False,
        "isDeviceOnlyAuthSupported": False,
        "nativeAuthenticationApisEnabled": "none",
        "defaultRedirectUri": "https://app.example/callback",
        "samlMetadataUrl": "https://app.example/metadata",
        "authenticationBehaviors": {"blockAzureADGraphAccess": True, "removeUnverifiedEmailClaim": True, "requireClientServicePrincipal": True},
        "servicePrincipalLockConfiguration": {"isEnabled": True, "allProperties": True},
        "requestSignatureVerification": {"isSignedRequestRequired": False, "allowedWeakAlgorithms": None},
        "parentalControlSettings": {"countriesBlockedForMinors": ["NL"], "legalAgeGroupRule": "Allow"},
        "addIns": [{"id": str(uuid.uuid4()), "type": "FileHandler", "properties": [{"key": "version", "value": "2"}]}],
        "api": {
            "requestedAccessTokenVersion": 2,
            "acceptMappedClaims": True,
            "knownClientApplications": [str(uuid.uuid4())],
            "oauth2PermissionScopes": [{"id": scope, "isEnabled": True, "type": "User", "value": "access_as_user", **texts}],
        },
        "appRoles": [{"id": role, "allowedMemberTypes": ["User", "Application"], "displayName": "R", "description": "R", "isEnabled": True, "value": "r"}],
        "requiredResourceAccess": [{"resourceAppId": GRAPH, "resourceAccess": [{"id": str(uuid.uuid4()), "type": "Role"}]}],
        "optionalClaims": {"idToken": [claim], "accessToken": [claim], "saml2Token": []},
        "info": {f"{what}Url": f"https://app.example/{what}" for what in ("marketing", "privacyStatement", "support", "termsOfService")},
        "web": {
            "homePageUrl": "https://app.example",
            "logoutUrl": "https://app.example/logout",
            "redirectUris": ["https://app.example/callback"],
            "implicitGrantSettings": {"enableIdTokenIssuance": True, "enableAccessTokenIssuance": False},
        },
        "spa": {"redirectUris": ["https://app.example/spa"]},
        "publicClient": {"redirectUris": ["http://localhost"]},
        "keyCredentials": [{"type": "AsymmetricX509Cert", "usage": "Verify", "key": key, "displayName": "first"}],
        "passwordCredentials": [{"displayName": "made with it"}],
    }
