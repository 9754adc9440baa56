# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets and certificates of applications and service principals."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
import secrets
import string
import typing as t
import uuid

from ..web import Response
from ..world import Secret, Tenant, World
from . import policies, schema, store, times
from .app_rules import MOST_ENTRIES, PERSONAL, entries
from .call import Call
from .errors import GraphError, JsonObject, bad_request, invalid_value, too_large

_LETTERS = string.ascii_letters + string.digits + "-_.~"
_HEX = re.compile(r"^[0-9A-Fa-f]{40}$")  # a thumbprint as people and portals write it
_PROOF_LIFETIME = 600  # seconds
_USAGES = {"AsymmetricX509Cert": ("Verify",), "X509CertAndPassword": ("Sign",), "Symmetric": ("Verify", "Sign")}
_RESOURCE = {"applications": "Application", "service_principals": "ServicePrincipal"}


def secret_value(start: str = "") -> str:
    """A value of the service's form: 40 characters, ``8Q~`` in the fourth place. Up to three at the start can be given."""
    text = start + "".join(secrets.choice(_LETTERS) for _index in range(40))
    return text[:3] + "8Q~" + text[6:40]


def _period(world: World, body: JsonObject, what: str, expired: bool = False) -> tuple[dt.datetime, dt.datetime]:
    start = times.parse(body["startDateTime"]) if body.get("startDateTime") else world.clock.now()
    if body.get("endDateTime"):
        end = times.parse(body["endDateTime"])
    else:
        leap = start.month == 2 and start.day == 29
        end = start.replace(year=start.year + 2, day=28 if leap else start.day)
    if end <= start or (end <= world.clock.now() and not expired):
        raise bad_request(f"{what} credential end date is invalid.")
    return start, end


def new_password(world: World, tenant: Tenant, item: JsonObject, kind: str, body: JsonObject, value: str | None = None, *, caller: str = "") -> JsonObject:
    """Add a secret to an object. Returns what only the answer to this one request holds."""
    start, end = _period(world, body, "Password")
    policies.check_credential(tenant, item, kind, "passwordCredentials", "password", start, end, caller)
    if item.get("signInAudience") in PERSONAL and kind == "applications" and len(item["passwordCredentials"]) >= 2:
        raise too_large()
    _room(item, kind)
    value = value or secret_value(world.settings.secret_start)
    stored: JsonObject = {
        "customKeyIdentifier": None,
        "displayName": body.get("displayName"),
        "endDateTime": times.precise(end),
        "hint": value[:3],
        "keyId": str(uuid.uuid4()),
        "secretText": None,
        "startDateTime": times.precise(start),
    }
    now = world.clock.now()
    item["passwordCredentials"] = [stored, *item["passwordCredentials"]]  # the service shows the newest first
    active = now + dt.timedelta(seconds=world.settings.secret_activation_delay)
    tenant.secrets[stored["keyId"]] = Secret(stored["keyId"], value, item["id"], max(active, start) if start > now else active)
    world.issued.append(value)
    if world.settings.removal_lag:
        tenant.lag[stored["keyId"]] = {"until": int((now.timestamp() + world.settings.removal_lag) * 1000)}
    return {**stored, "secretText": value}


def _room(item: JsonObject, kind: str) -> None:
    """Refuse one more credential on an application that is as large as it may be."""
    if kind == "applications" and entries(item) >= MOST_ENTRIES:
        raise too_large()


def add_password(kind: str) -> t.Callable[[Call], Response]:
    """POST .../addPassword."""

    def handler(call: Call) -> Response:
        body = call.body() if call.request.body.strip() else {}
        if set(body) - {"passwordCredential"}:
            raise invalid_value("passwordCredential", _RESOURCE[kind])
        given = body.get("passwordCredential") or {}
        if not isinstance(given, dict):
            raise invalid_value("passwordCredential", _RESOURCE[kind])
        wanted = schema.validate("passwordCredential", given)
        item = store.get_owned(call, kind, call.keys[0])
        if wanted.get("secretText") is not None:
            raise bad_request("Only system generated passwords are allowed.")
        store.credential_write(call, item["id"])
        answer = new_password(call.world, call.tenant, item, kind, wanted, caller=call.caller)
        context = f"{call.root}/$metadata#microsoft.graph.passwordCredential"
        return Response.json(200, {"@odata.context": context, **answer})

    return handler


def remove_password(kind: str) -> t.Callable[[Call], Response]:
    """POST .../removePassword."""

    def handler(call: Call) -> Response:
        key_id = call.body().get("keyId")
        if not isinstance(key_id, str) or not schema.GUID.match(key_id):
            raise invalid_value("keyId", _RESOURCE[kind])
        item = store.get_owned(call, kind, call.keys[0])
        lag = call.tenant.lag.get(key_id)
        behind = lag is not None and call.world.clock.now().timestamp() * 1000 < lag["until"]
        rest = [entry for entry in item["passwordCredentials"] if entry["keyId"].lower() != key_id.lower()]
        if behind or len(rest) == len(item["passwordCredentials"]):
            raise bad_request(f"No password credential found with keyId {key_id}.")
        store.credential_write(call, item["id"])
        item["passwordCredentials"] = rest
        call.tenant.secrets.pop(key_id.lower(), None)
        call.tenant.lag.pop(key_id, None)
        return Response(204)

    return handler


def certificate_bytes(text: str) -> bytes:
    """The DER bytes in a ``key`` value: base64, standard or URL alphabet."""
    return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def _is_self_signed(raw: bytes) -> bool:
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(raw)
    return certificate.issuer == certificate.subject


def new_key(world: World, tenant: Tenant, item: JsonObject, kind: str, body: JsonObject, *, seeded: bool = False, caller: str = "") -> JsonObject:
    """A certificate entry from a request, checked and remembered. A seeded one works at once, and may have expired."""
    resource = _RESOURCE[kind]
    if body.get("usage") not in _USAGES.get(str(body.get("type")), ()) or not body.get("key"):
        raise invalid_value("keyCredentials", resource)
    start, end = _period(world, body, "Key", seeded)
    raw = certificate_bytes(body["key"])
    symmetric = body["type"] == "Symmetric"
    if not symmetric:
        start, end = _within_certificate(raw, body, start, end, resource)
    if end <= world.clock.now() and not seeded:
        raise bad_request("Key credential end date is invalid.")
    policies.check_credential(tenant, item, kind, "keyCredentials", "symmetricKey" if symmetric else "asymmetricKey", start, end, caller)
    if symmetric:
        policies.check_credential(tenant, item, kind, "passwordCredentials", "symmetricKey", start, end, caller)
    elif not seeded:
        policies.check_authority(tenant, item, kind, _is_self_signed(raw), caller)
    entry = {
        "customKeyIdentifier": base64.b64encode(hashlib.sha1(raw, usedforsecurity=False).digest()).decode(),
        "displayName": body.get("displayName"),
        "endDateTime": times.precise(end),
        "key": base64.b64encode(raw).decode(),
        "keyId": body.get("keyId") or str(uuid.uuid4()),
        "startDateTime": times.precise(start),
        "type": body["type"],
        "usage": body["usage"],
    }
    tenant.certificates[entry["keyId"]] = raw
    if not seeded:
        tenant.certificates_since[entry["keyId"]] = world.clock.now()
    return entry


def _within_certificate(raw: bytes, body: JsonObject, start: dt.datetime, end: dt.datetime, resource: str) -> tuple[dt.datetime, dt.datetime]:
    """The dates of an entry, from the certificate where the request has none."""
    from cryptography import x509  # here: only certificates need it, and it is slow to load

    try:
        certificate = x509.load_der_x509_certificate(raw)
    except ValueError:
        raise invalid_value("keyCredentials", resource) from None
    last = certificate.not_valid_after_utc
    start = start if body.get("startDateTime") else certificate.not_valid_before_utc
    end = end if body.get("endDateTime") else last
    if end > last:
        raise bad_request("Key credential end date is invalid.")
    return start, end


def keys_after(
    world: World, tenant: Tenant, item: JsonObject, kind: str, before: list[JsonObject], wanted: list[JsonObject], caller: str = ""
) -> list[JsonObject]:
    """The key list after a PATCH: entries known by ``keyId`` stay as they are, others are new, the rest goes."""
    known = {entry["keyId"].lower(): entry for entry in before}
    after: list[JsonObject] = []
    for body in wanted:
        present = known.get(str(body.get("keyId") or "").lower())
        if present is None:
            after.append(new_key(world, tenant, item, kind, body, caller=caller))
            continue
        if not body.get("type") or not body.get("usage"):
            raise invalid_value("keyCredentials", _RESOURCE[kind])
        for name, value in body.items():
            if value is not None and not _same(name, value, present[name]):
                raise bad_request(f"Update to existing credential with KeyId '{present['keyId']}' is not allowed.")
        after.append(present)
    if len({entry["keyId"].lower() for entry in after}) != len(after):
        raise invalid_value("keyCredentials", _RESOURCE[kind])
    for gone in known.keys() - {entry["keyId"].lower() for entry in after}:
        tenant.certificates.pop(known[gone]["keyId"], None)
    return after


def _same(name: str, given: t.Any, stored: t.Any) -> bool:
    if name.endswith("DateTime") and isinstance(stored, str):
        return times.parse(given) == times.parse(stored)
    if name == "customKeyIdentifier" and isinstance(stored, str):
        return _identifier(given) == _identifier(stored)
    if name == "key" and isinstance(stored, str):
        return certificate_bytes(given) == certificate_bytes(stored)
    return bool(given == stored)


def _identifier(text: str) -> bytes:
    return bytes.fromhex(text) if _HEX.match(text) else certificate_bytes(text)


def _proved(call: Call, item: JsonObject, proof: t.Any) -> None:
    """Refuse a roll without a token signed with a certificate that the object already holds.

    https://learn.microsoft.com/graph/application-rollkey-prooftoken (audience, issuer, a valid certificate, at most ten minutes); the answer:
    https://github.com/microsoftgraph/microsoft-graph-docs/issues/22076 (read 2026-11-30)
    """
    import jwt
    from cryptography import x509

    failed = GraphError(401, "Authentication_MissingOrMalformed", "Access Token missing or malformed.")
    if not isinstance(proof, str):
        raise failed
    now = call.world.clock.now()
    for entry in item["keyCredentials"]:
        raw = call.tenant.certificates.get(entry["keyId"])
        if raw is None or not times.parse(entry["startDateTime"]) <= now < times.parse(entry["endDateTime"]):
            continue
        key: t.Any = x509.load_der_x509_certificate(raw).public_key()
        options: t.Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
        try:
            claims = jwt.decode(proof, key, algorithms=["RS256"], options=options)
        except jwt.InvalidTokenError:
            continue
        begin, end = claims.get("nbf"), claims.get("exp")
        if not isinstance(begin, int) or not isinstance(end, int) or end - begin > _PROOF_LIFETIME:
            continue
        in_time = begin - 300 <= now.timestamp() < end
        audience = claims.get("aud") == "00000002-0000-0000-c000-000000000000"
        if audience and in_time and claims.get("iss") == item["id"]:
            return
    raise failed


def add_key(kind: str) -> t.Callable[[Call], Response]:
    """POST .../addKey."""

    def handler(call: Call) -> Response:
        body = call.body()
        given = body.get("keyCredential")
        if not isinstance(given, dict):
            raise invalid_value("keyCredential", _RESOURCE[kind])
        wanted = schema.validate("keyCredential", given)
        item = store.get_owned(call, kind, call.keys[0])
        _proved(call, item, body.get("proof"))
        store.credential_write(call, item["id"])
        _room(item, kind)
        entry = new_key(call.world, call.tenant, item, kind, wanted, caller=call.caller)
        item["keyCredentials"] = [*item["keyCredentials"], entry]
        context = f"{call.root}/$metadata#microsoft.graph.keyCredential"
        return Response.json(200, {"@odata.context": context, **entry, "key": None})

    return handler


def remove_key(kind: str) -> t.Callable[[Call], Response]:
    """POST .../removeKey."""

    def handler(call: Call) -> Response:
        body = call.body()
        key_id = str(body.get("keyId") or "")
        item = store.get_owned(call, kind, call.keys[0])
        _proved(call, item, body.get("proof"))
        rest = [entry for entry in item["keyCredentials"] if entry["keyId"].lower() != key_id.lower()]
        if len(rest) == len(item["keyCredentials"]):
            raise bad_request(f"No credentials found to be removed with keyId {key_id}.")
        store.credential_write(call, item["id"])
        item["keyCredentials"] = rest
        call.tenant.certificates.pop(key_id, None)
        return Response(204)

    return handler
