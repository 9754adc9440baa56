# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The credentials of an application: client secret, federated token file, and an access token somebody else got."""

from __future__ import annotations

import hashlib
import os
import time
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.base import ConfidentialCredential, Credential, Login, RawToken, claims_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError

_GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"


class ClientSecret(ConfidentialCredential):
    """An application with a client secret."""

    method = "client_secret"
    label = "client secret"

    def __init__(self, client_id: str, secret: str, source: str) -> None:
        super().__init__(client_id, source)
        self._secret = secret

    def validate(self) -> None:
        self.check_client_id("auth_client_id")
        if self._secret != self._secret.strip():
            raise CredentialError(
                f"The {self.describe()} begins or ends with white space.", code="client_secret", advice="Remove it; a trailing newline is the usual reason."
            )

    def identity(self) -> t.Sequence[str]:
        return (self._secret,)

    @property
    def secrets(self) -> t.Sequence[str]:
        return (self._secret,)

    def msal_credential(self) -> t.Any:
        return self._secret


class FederatedToken(ConfidentialCredential):
    """An application that trusts tokens of another issuer; the current one lies in a file."""

    method = "federated"
    label = "federated token"

    def __init__(self, client_id: str, path: str, source: str) -> None:
        super().__init__(client_id, source)
        self.path = path

    def validate(self) -> None:
        self.check_client_id("auth_client_id")
        expires = claims_of(self._read()).get("exp")
        if isinstance(expires, (int, float)) and expires <= time.time():
            raise CredentialError(
                f"The federated token in {self.path} has expired.",
                code="federated_token_expired",
                advice="Whatever writes the file has to renew it; check that it still runs, or get a new token.",
            )

    def identity(self) -> t.Sequence[str]:
        # The file, not what is in it: its token is renewed during a job and the identity stays the same.
        return (os.path.abspath(self.path),)

    def msal_credential(self) -> t.Any:
        return {"client_assertion": self._read}  # a callable: msal warns about fixed texts

    def _read(self) -> str:
        try:
            with open(self.path, encoding="ascii") as file:
                text = file.read(65536).strip()
        except OSError as error:
            raise CredentialError(
                f"The federated token file {self.path} (from {self.source}) cannot be read: {error.strerror or error}.", code="federated_token_file"
            ) from None
        except ValueError:
            text = ""
        if text.count(".") != 2 or any(character.isspace() for character in text):
            raise CredentialError(
                f"The federated token file {self.path} (from {self.source}) does not hold a token.",
                code="federated_token_file",
                advice="It has to hold one signed token (JWT) and nothing else.",
            )
        return text


class AccessToken(Credential):
    """A token that was got elsewhere. It cannot be renewed, and is good for one audience."""

    method = "access_token"
    label = "access token"
    renewable = False

    def __init__(self, token: str, client_id: str | None, source: str) -> None:
        super().__init__(client_id, source)
        self._token = token.strip().removeprefix("Bearer ").strip()
        self._claims = claims_of(self._token)

    def validate(self) -> None:
        if self.client_id:
            self.check_client_id("auth_client_id")
        if not self._claims:
            raise CredentialError(
                "auth_access_token is not a readable token (JWT), so the tenant it is for cannot be checked.",
                code="access_token",
                advice="Give the whole access token, without quotes.",
            )
        expires = self._claims.get("exp")
        if not isinstance(expires, (int, float)) or expires <= time.time():
            raise CredentialError("auth_access_token has expired.", code="access_token_expired", advice="Get a new one; it lives for about an hour.")
        owner = self._claims.get("appid") or self._claims.get("azp")
        if self.client_id and str(owner).lower() != self.client_id:
            raise CredentialError(
                f"auth_access_token was issued to the application {owner}, and auth_client_id is {self.client_id}.",
                code="access_token",
                advice="Leave out auth_client_id, or use a token of that application.",
            )

    def identity(self) -> t.Sequence[str]:
        return (hashlib.sha256(self._token.encode()).hexdigest(),)

    @property
    def secrets(self) -> t.Sequence[str]:
        return (self._token,)

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        self.validate()
        found = str(self._claims.get("aud") or "").rstrip("/").lower()
        if found != audience.rstrip("/").lower() and not (found == _GRAPH_APP_ID and "graph" in audience):
            raise CredentialError(
                f"auth_access_token is for {self._claims.get('aud')}, and a token for {audience} is needed.",
                code="access_token_audience",
                tenant=login.tenant,
                advice="Get a token for that audience, or give a credential that can ask for tokens itself.",
            )
        return RawToken(self._token, float(self._claims["exp"]))
