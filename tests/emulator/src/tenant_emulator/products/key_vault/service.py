# SPDX-License-Identifier: GPL-3.0-or-later
"""The data plane of secrets, as far as a program keeps them there and another one reads them."""

from __future__ import annotations

import re
import secrets
import typing as t
from urllib.parse import unquote, urlencode

from ...web import Request, Response
from ...world import JsonObject, World
from .state import ROLES, SUFFIX, Kept, Vault, Version, settings, vaults

_AUDIENCE = "https://vault.azure.net"
# The client's own list of versions: azure-keyvault-secrets 4.12.0 (read 2026-12-01). Newer ones than the list are taken for versions as well.
_VERSION = re.compile(r"7\.[0-6]|202\d-\d\d-\d\d")
# https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret (read 2026-12-01): pattern and length of a name.
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
# https://learn.microsoft.com/azure/key-vault/secrets/about-secrets (read 2026-12-01): a secret of at most 25k bytes; 15 tags of 256 characters.
_LARGEST, _TAGS, _TAG = 25 * 1024, 15, 256
_ACTIONS = {
    "get": "Microsoft.KeyVault/vaults/secrets/getSecret/action",
    "readMetadata": "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
    "set": "Microsoft.KeyVault/vaults/secrets/setSecret/action",
    "update": "Microsoft.KeyVault/vaults/secrets/update/action",
    "delete": "Microsoft.KeyVault/vaults/secrets/delete",
    "recover": "Microsoft.KeyVault/vaults/secrets/recover/action",
    "purge": "Microsoft.KeyVault/vaults/secrets/purge/action",
}
_RECOVERABLE_DAYS = 90


def _error(status: int, code: str, message: str, inner: str = "") -> Response:
    """https://learn.microsoft.com/rest/api/keyvault/secrets/set-secret/set-secret#keyvaulterror (read 2026-12-01)."""
    error: JsonObject = {"code": code, "message": message}
    return Response.json(status, {"error": {**error, "innererror": {"code": inner}} if inner else error})


class KeyVaultService:
    """Answers for one vault."""

    def __init__(self, world: World, name: str) -> None:
        self._world = world
        self._name = name

    @property
    def _vault(self) -> Vault:
        return vaults(self._world)[self._name]

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        answer = self._answer(request)
        answer.headers.setdefault("x-ms-request-id", f"{secrets.token_hex(4)}-{secrets.token_hex(2)}-4{secrets.token_hex(6)}")
        answer.headers.setdefault("x-ms-keyvault-region", "westeurope")
        return answer

    def _answer(self, request: Request) -> Response:
        # A client finds out here which tenant to ask (read 2026-12-01):
        # https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
        claims, problem = self._claims(request)
        if problem is not None:
            login = f"https://login.microsoftonline.com/{self._vault.tenant_id}"
            challenge = f'Bearer authorization="{login}", resource="{_AUDIENCE}"'
            answer = _error(401, "Unauthorized", problem)
            answer.headers["WWW-Authenticate"] = challenge
            return answer
        if not _VERSION.fullmatch(request.query.get("api-version", "")):
            return _error(400, "BadParameter", "The specified version is not supported by the service.")
        segments = [unquote(item) for item in request.path.split("/") if item]
        # Codes of 403: https://learn.microsoft.com/azure/key-vault/general/rest-error-codes (read 2026-12-01); the inner codes as public issues quote them.
        if self._vault.shut:
            return _error(403, "Forbidden", "Client address is not authorized and caller is not a trusted service.", self._vault.shut)
        return self._secrets(request, claims, segments)

    def _claims(self, request: Request) -> tuple[JsonObject, str | None]:
        from ...tokens import TokenRejected

        kind, _blank, token = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not token or self._world.tokens is None:
            return {}, "AKV10000: Request is missing a Bearer or PoP token."
        try:
            claims = self._world.tokens.verify(token, (_AUDIENCE,))
        except TokenRejected as problem:
            return {}, f"AKV10022: {problem}"
        if claims["tid"] != self._vault.tenant_id:
            expected, found = (f"https://sts.windows.net/{item}/" for item in (self._vault.tenant_id, claims["tid"]))
            return {}, f"AKV10032: Invalid issuer. Expected one of {expected}, found {found}."
        return claims, None

    def _may(self, claims: JsonObject, action: str, name: str) -> Response | None:
        caller = claims.get("appid") or claims.get("azp") or ""
        if action in ROLES.get(self._vault.access.get(caller, ""), frozenset()):
            return None
        text = (
            "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, "
            f"please observe propagation time.\r\nCaller: appid={caller};oid={claims['oid']};iss=https://sts.windows.net/{claims['tid']}/\r\n"
            f"Action: '{_ACTIONS[action]}'\r\nResource: '/subscriptions/emulated/providers/microsoft.keyvault/vaults/{self._name}/secrets/{name}'\r\n"
        )
        return _error(403, "Forbidden", text, "ForbiddenByRbac")

    def _secrets(self, request: Request, claims: JsonObject, segments: list[str]) -> Response:
        name = segments[1] if len(segments) > 1 else ""
        rest = segments[2:]
        route = (request.method, segments[0] if segments else "", len(rest))
        if name and not _NAME.fullmatch(name):
            return _error(400, "BadParameter", f"The request URI contains an invalid name: {name}")
        match route:
            case ("PUT", "secrets", 0) if name:
                return self._may(claims, "set", name) or self._busy() or self._set(request, name)
            case ("GET", "secrets", 1) if rest[0] == "versions":
                return self._may(claims, "readMetadata", name) or self._versions(request, name)
            case ("GET", "secrets", 0 | 1) if name:
                return self._may(claims, "get", name) or self._get(name, rest[0] if rest else "")
            case ("PATCH", "secrets", 1):
                return self._may(claims, "update", name) or self._busy() or self._update(request, name, rest[0])
            case ("DELETE", "secrets", 0) if name:
                return self._may(claims, "delete", name) or self._busy() or self._delete(name)
            case ("GET", "deletedsecrets", 0) if name:
                return self._may(claims, "readMetadata", name) or self._deleted(name)
            case ("POST", "deletedsecrets", 1) if rest[0] == "recover":
                return self._may(claims, "recover", name) or self._recover(name)
            case ("DELETE", "deletedsecrets", 0) if name:
                return self._may(claims, "purge", name) or self._purge(name)
        return _error(400, "BadParameter", f"The request URI or method is not known: {request.method} {request.path}")

    # -- secrets ---------------------------------------------------------------------------------------------------------

    def _found(self, name: str) -> Kept | None:
        kept = self._vault.secrets.get(name.lower())
        return kept if kept and kept.deleted is None else None

    def _busy(self) -> Response | None:
        of_all = settings(self._world)
        if of_all.key_vault_busy <= 0:
            return None
        of_all.key_vault_busy -= 1
        return _error(409, "Conflict", "There was a conflict with another operation on this secret that is in progress. Please retry later.")

    def _set(self, request: Request, name: str) -> Response:
        body = _body(request)
        value = body.get("value")
        if not isinstance(value, str):
            return _error(400, "BadParameter", "Property value has invalid value\r\n")
        if len(value.encode()) > _LARGEST:
            return _error(400, "BadParameter", f"The value of the secret is longer than {_LARGEST} bytes.")
        tags = body.get("tags") or {}
        if problem := _tags_problem(tags):
            return problem
        known = self._vault.secrets.get(name.lower())
        # https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview (read 2026-12-01): the name is kept until it is purged or recovered.
        if known and known.deleted is not None:
            if self._being_deleted(known):
                return _error(409, "Conflict", f"Secret {name} is currently being deleted.", "ObjectIsBeingDeleted")
            text = (
                f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be "
                "recovered or purged."
            )
            return _error(409, "Conflict", text, "ObjectIsDeletedButRecoverable")
        given = body.get("attributes") or {}
        now = self._now()
        version = Version(secrets.token_hex(16), value, dict(tags), now, now, content_type=body.get("contentType"))
        _set_attributes(version, given)
        kept = self._vault.secrets.setdefault(name.lower(), Kept(name, []))
        kept.versions.append(version)
        return Response.json(200, {"value": value, **self._shape(request, kept, version)})

    def _get(self, name: str, wanted: str) -> Response:
        kept = self._found(name)
        version = next((item for item in reversed(kept.versions) if wanted in ("", item.id)), None) if kept else None
        if kept is None or version is None:
            return _missing(name)
        # An expired secret is still handed out; a disabled one is not: https://learn.microsoft.com/azure/key-vault/secrets/about-secrets (read 2026-12-01)
        if not version.enabled:
            return _error(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
        return Response.json(200, {"value": version.value, **self._shape(None, kept, version)})

    def _versions(self, request: Request, name: str) -> Response:
        kept = self._found(name)
        of_all = settings(self._world)
        if kept is None:
            return _missing(name) if of_all.key_vault_missing_versions == "not_found" else Response.json(200, {"value": [], "nextLink": None})
        # The order is not documented: by their ids, as the service has been seen to send them (inferred).
        found = sorted(kept.versions, key=lambda item: item.id)
        size = min(int(request.query.get("maxresults") or 25), of_all.key_vault_page_size)
        start = int(request.query.get("$skiptoken") or 0)
        more = urlencode({"api-version": request.query["api-version"], "$skiptoken": start + size})
        link = f"{request.base_url}/secrets/{name}/versions?{more}" if start + size < len(found) else None
        return Response.json(200, {"value": [self._shape(request, kept, item) for item in found[start : start + size]], "nextLink": link})

    def _update(self, request: Request, name: str, wanted: str) -> Response:
        kept = self._found(name)
        version = next((item for item in kept.versions if item.id == wanted), None) if kept else None
        if kept is None or version is None:
            return _missing(name)
        body = _body(request)
        if "tags" in body:
            if problem := _tags_problem(body["tags"] or {}):
                return problem
            version.tags = dict(body["tags"] or {})
        _set_attributes(version, body.get("attributes") or {})
        version.updated = self._now()
        return Response.json(200, self._shape(request, kept, version))

    def _delete(self, name: str) -> Response:
        kept = self._found(name)
        if kept is None:
            return _missing(name)
        kept.deleted = self._world.clock.now().timestamp()
        return Response.json(200, self._deleted_shape(kept))

    def _deleted(self, name: str) -> Response:
        kept = self._vault.secrets.get(name.lower())
        if kept is None or kept.deleted is None or self._being_deleted(kept):
            return _missing(name)
        return Response.json(200, self._deleted_shape(kept))

    def _recover(self, name: str) -> Response:
        kept = self._vault.secrets.get(name.lower())
        if kept is None or kept.deleted is None:
            return _missing(name)
        kept.deleted = None
        return Response.json(200, self._shape(None, kept, kept.versions[-1]))

    def _purge(self, name: str) -> Response:
        kept = self._vault.secrets.get(name.lower())
        if kept is None or kept.deleted is None:
            return _missing(name)
        del self._vault.secrets[name.lower()]
        return Response(204)

    def _being_deleted(self, kept: Kept) -> bool:
        return self._world.clock.now().timestamp() < (kept.deleted or 0.0) + settings(self._world).key_vault_delete_delay

    def _now(self) -> int:
        return int(self._world.clock.now().timestamp())

    def _shape(self, request: Request | None, kept: Kept, version: Version) -> JsonObject:
        attributes = {"enabled": version.enabled, "created": version.created, "updated": version.updated}
        attributes |= {name: value for name, value in (("exp", version.exp), ("nbf", version.nbf)) if value is not None}
        attributes |= {"recoveryLevel": "Recoverable+Purgeable", "recoverableDays": _RECOVERABLE_DAYS}
        shape: JsonObject = {"id": f"https://{self._name}{SUFFIX}/secrets/{kept.name}/{version.id}", "attributes": attributes}
        shape |= {"tags": dict(version.tags)} if version.tags else {}
        return shape | ({"contentType": version.content_type} if version.content_type else {})

    def _deleted_shape(self, kept: Kept) -> JsonObject:
        when = int(kept.deleted or 0)
        more = {"deletedDate": when, "scheduledPurgeDate": when + _RECOVERABLE_DAYS * 86400}
        return {"recoveryId": f"https://{self._name}{SUFFIX}/deletedsecrets/{kept.name}", **more, **self._shape(None, kept, kept.versions[-1])}


def _missing(name: str) -> Response:
    text = f"A secret with (name/id) {name} was not found in this key vault. If you recently deleted this secret you may be able to recover it."
    return _error(404, "SecretNotFound", text)


def _body(request: Request) -> JsonObject:
    try:
        body = request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _tags_problem(tags: t.Any) -> Response | None:
    good = isinstance(tags, dict) and all(isinstance(value, str) and len(name) <= _TAG and len(value) <= _TAG for name, value in tags.items())
    return None if good and len(tags) <= _TAGS else _error(400, "BadParameter", "The tags are too many, too long, or no text.")


def _set_attributes(version: Version, given: JsonObject) -> None:
    version.enabled = bool(given.get("enabled", version.enabled))
    version.exp, version.nbf = given.get("exp", version.exp), given.get("nbf", version.nbf)
