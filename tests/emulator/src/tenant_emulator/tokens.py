# SPDX-License-Identifier: GPL-3.0-or-later
"""Signed access tokens: issued by the login service, checked by the services they are meant for."""

from __future__ import annotations

import base64
import datetime as dt
import functools
import hashlib
import secrets
import typing as t

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from .world import JsonObject, Tenant, World

_KEPT = 1000  # tokens whose claims are remembered
GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
GRAPH_AUDIENCES = frozenset({GRAPH_APP_ID, "https://graph.microsoft.com", "https://graph.microsoft.com/"})


class TokenRejected(Exception):
    """The token does not open this door. The text is what the service says about it."""


def b64url(raw: bytes) -> str:
    """base64url without padding, as used in tokens and key sets."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _integer(number: int) -> str:
    return b64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


class TokenIssuer:
    """Issues and verifies RS256 tokens with one key, by the world's clock."""

    def __init__(self, world: World, key: rsa.RSAPrivateKey) -> None:
        self._world = world
        self._key = key
        numbers = key.public_key().public_numbers()
        self._numbers = (_integer(numbers.n), _integer(numbers.e))
        # A run sends the same token with each of its requests; what was signed once stays signed.
        self._signed = functools.lru_cache(_KEPT)(self._checked)
        self.key_id = b64url(hashlib.sha256(self._numbers[0].encode()).digest())[:27]

    def key_set(self) -> JsonObject:
        """The public key as a JSON web key set."""
        modulus, exponent = self._numbers
        return {"keys": [{"kty": "RSA", "use": "sig", "kid": self.key_id, "n": modulus, "e": exponent, "alg": "RS256"}]}

    def issue(
        self,
        tenant: Tenant,
        principal: JsonObject,
        *,
        audience: str,
        version: int,
        credential: str,
        roles: t.Sequence[str] = (),
        user: JsonObject | None = None,
        scopes: t.Sequence[str] = (),
    ) -> str:
        """A token for ``principal`` (a service principal), or for ``user`` signed in to it.

        ``credential`` is how the client proved itself: "0" not at all, "1" secret, "2" certificate or assertion.
        """
        now = int(self._world.clock.now().timestamp())
        subject = user or principal
        claims: JsonObject = {
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": now + self._world.settings.token_lifetime,
            "aio": b64url(secrets.token_bytes(24)),
            "oid": subject["id"],
            "rh": "1." + b64url(secrets.token_bytes(18)),
            "sub": subject["id"],
            "tid": tenant.id,
            "uti": b64url(secrets.token_bytes(16)),
        }
        if version == 1:
            issuer = f"https://sts.windows.net/{tenant.id}/"
            claims |= {
                "iss": issuer,
                "idp": issuer,
                "ver": "1.0",
                "appid": principal["appId"],
                "appidacr": credential,
                "app_displayname": principal.get("displayName"),
                "idtyp": "user" if user else "app",
            }
        else:
            claims |= {
                "iss": f"https://login.microsoftonline.com/{tenant.id}/v2.0",
                "ver": "2.0",
                "azp": principal["appId"],
                "azpacr": credential,
                "xms_ftd": b64url(secrets.token_bytes(24)),
            }
        if user:
            claims |= {"scp": " ".join(scopes), "name": user.get("displayName"), "upn": user.get("userPrincipalName")}
        else:
            # Observed in tokens of applications in public issue threads and sample repositories (read 2026-11-30): always there, and no directory role has
            # this id. Roles of applications are not emulated (https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference).
            claims["wids"] = ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"]
        if roles:
            claims["roles"] = sorted(roles)
        token = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.key_id})
        self._world.issued.append(token)
        return token

    def sign_assertion(self, issuer: str, subject: str, audience: str, lifetime: int = 600) -> str:
        """An assertion as an outside workload's issuer would sign it, to try federated credentials with."""
        now = int(self._world.clock.now().timestamp())
        claims = {"iss": issuer, "sub": subject, "aud": audience, "iat": now, "nbf": now, "exp": now + lifetime}
        assertion = jwt.encode(claims, self._key, algorithm="RS256", headers={"kid": self.key_id})
        self._world.issued.append(assertion)
        return assertion

    def decode(self, token: str) -> JsonObject:
        """The claims of a token signed with our key, whatever else they say. Raises jwt.InvalidTokenError."""
        return dict(self._signed(token))

    def _checked(self, token: str) -> JsonObject:
        # Dates are the business of the caller: PyJWT would compare them with the machine's clock, not the world's.
        options: t.Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False}
        return jwt.decode(token, self._key.public_key(), algorithms=["RS256"], options=options)

    def verify(self, token: str, audiences: t.Collection[str] = GRAPH_AUDIENCES) -> JsonObject:
        """The claims of an access token meant for one of ``audiences``. Raises TokenRejected."""
        if not token.strip():
            raise TokenRejected("Access token is empty.")
        if "." not in token:
            raise TokenRejected("JWT is not well formed, there are no dots (.).")
        try:
            claims = self.decode(token)
        except jwt.InvalidSignatureError:
            raise TokenRejected("Access token validation failure. Invalid signature.") from None
        except jwt.InvalidTokenError:
            raise TokenRejected("CompactToken parsing failed with error code: 80049217") from None
        now = self._world.clock.now().timestamp()
        if now >= claims["exp"]:
            raise TokenRejected("Lifetime validation failed, the token is expired.")
        if now + 300 < claims["nbf"]:  # the usual allowance for clocks that disagree
            raise TokenRejected("Access token has expired or is not yet valid.")
        if claims["aud"] not in audiences:
            raise TokenRejected("Access token validation failure. Invalid audience.")
        return claims


def thumbprints(certificate: bytes) -> dict[str, str]:
    """The header values by which a token names this DER certificate."""
    return {
        "x5t": b64url(hashlib.sha1(certificate, usedforsecurity=False).digest()),
        "x5t#S256": b64url(hashlib.sha256(certificate).digest()),
    }


def parse_time(value: str | None) -> dt.datetime | None:
    """A directory timestamp (up to 7 decimals, Z) as aware UTC."""
    if not value:
        return None
    head, _dot, fraction = value.rstrip("Z").partition(".")
    moment = dt.datetime.fromisoformat(f"{head}.{fraction[:6].ljust(6, '0')}" if fraction else head)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
