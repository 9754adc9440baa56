# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The credentials of an application: client secret, federated token file, and an access token that was obtained elsewhere.

Assertions that have to be fetched are in C(federated.py).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import typing as t

from .._clock import machine_time
from .._errors import CredentialError
from .._given_values import ValueKind, usable
from .base import ConfidentialCredential, Credential, Login, RawToken, claims_of
from .error_code import Remedy
from .explain import remedy_of

_GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"


class ClientSecret(ConfidentialCredential):
    """An application with a client secret."""

    method = "client_secret"
    label = "client secret"

    def __init__(self, client_id: str, secret: str, source: str) -> None:
        super().__init__(client_id, source)
        self._secret = secret

    def validate(self) -> None:
        """Raises CredentialError for a client id that is none, and for a secret that cannot be one."""
        self.check_client_id("auth_client_id")
        usable(ValueKind.KEY, self._secret, self.describe())

    def identity(self) -> t.Sequence[str]:
        return (self._secret,)

    @property
    def secrets(self) -> t.Sequence[str]:
        return (self._secret,)

    def msal_credential(self, login: Login) -> t.Any:
        return self._secret


class FederatedToken(ConfidentialCredential):
    """An application that trusts tokens of another issuer; the current one lies in a file."""

    method = "federated"
    label = "federated token"

    def __init__(self, client_id: str, path: str, source: str) -> None:
        super().__init__(client_id, source)
        self.path = path
        self._sent = ""  # the token that was presented last

    def validate(self) -> None:
        """Raises CredentialError for a client id that is none, and for a file that cannot be read or holds no token."""
        self.check_client_id("auth_client_id")
        self._read()

    def check_dates(self, now: dt.datetime) -> None:
        """Raises CredentialError for a token that has expired."""
        expires = claims_of(self._read()).get("exp")
        if isinstance(expires, (int, float)) and expires <= now.timestamp():
            raise CredentialError(
                f"The federated token in {self.path} has expired.",
                code="federated_token_expired",
                advice="Whatever writes the file has to renew it; check that it still runs, or get a new token.",
            )

    def identity(self) -> t.Sequence[str]:
        # The file, not what is in it: its token is renewed during a job and the identity stays the same.
        return (os.path.abspath(self.path),)

    def msal_credential(self, login: Login) -> t.Any:
        return {"client_assertion": self._present}  # a callable: read anew for every request, and msal warns about fixed texts

    def renewed(self, login: Login, error: CredentialError) -> bool:
        return is_over(error) and self._read() != self._sent

    def _present(self) -> str:
        self._sent = self._read()
        return self._sent

    def _read(self) -> str:
        try:
            with open(self.path, encoding="utf-8") as file:
                text = usable(ValueKind.TOKEN, file.read(65536), "federated token")
        except OSError as error:
            raise CredentialError(
                f"The federated token file {self.path} (from {self.source}) cannot be read: {error.strerror or error}.", code="federated_token_file"
            ) from None
        except ValueError:
            text = ""
        if not is_token(text):
            raise CredentialError(
                f"The federated token file {self.path} (from {self.source}) does not hold a token.",
                code="federated_token_file",
                advice="It has to hold one signed token (JWT) and nothing else.",
            )
        return text


def is_token(text: str) -> bool:
    """Whether a text has the form of one signed token."""
    return text.count(".") == 2 and text.isascii() and not any(character.isspace() for character in text)


def is_over(error: CredentialError) -> bool:
    """Whether the token endpoint refused an assertion for its age, so that a newer one may do."""
    return remedy_of(error.code, said=error.service_message) is Remedy.FEDERATED_TOKEN_AND_CLOCK


class AccessToken(Credential):
    """A token that was got elsewhere. It cannot be renewed, and is good for one audience."""

    method = "access_token"
    label = "access token"
    renewable = False

    def __init__(self, token: str, client_id: str | None, source: str) -> None:
        super().__init__(client_id, source)
        self._token = usable(ValueKind.TOKEN, token, self.label).removeprefix("Bearer ").strip()
        self._claims = claims_of(self._token)

    def validate(self) -> None:
        """Raises CredentialError for a client id that is none, for a token that cannot be read, and for one of another application."""
        if self.client_id:
            self.check_client_id("auth_client_id")
        if not self._claims:
            raise CredentialError(
                "auth_access_token is not a readable token (JWT), so the tenant it is for cannot be checked.",
                code="access_token",
                advice="Give the whole access token, without quotes.",
            )
        owner = self._claims.get("appid") or self._claims.get("azp")
        if self.client_id and str(owner).lower() != self.client_id:
            raise CredentialError(
                f"auth_access_token was issued to the application {owner}, and auth_client_id is {self.client_id}.",
                code="access_token",
                advice="Leave out auth_client_id, or use a token of that application.",
            )

    def check_dates(self, now: dt.datetime) -> None:
        """Raises CredentialError for a token that has expired, or that does not say when it does."""
        expires = self._claims.get("exp")
        if not isinstance(expires, (int, float)) or expires <= now.timestamp():
            raise CredentialError("auth_access_token has expired.", code="access_token_expired", advice="Get a new one; it lives for about an hour.")

    def identity(self) -> t.Sequence[str]:
        return (hashlib.sha256(self._token.encode()).hexdigest(),)

    @property
    def secrets(self) -> t.Sequence[str]:
        return (self._token,)

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        """Hand out the token that was given. Raises CredentialError as C(validate) and C(check_dates_at) do, and for a token for another audience."""
        self.validate()
        now = self.check_dates_at(login)
        found = str(self._claims.get("aud") or "").rstrip("/").lower()
        if found != audience.rstrip("/").lower() and not (found == _GRAPH_APP_ID and "graph" in audience):
            raise CredentialError(
                f"auth_access_token is for {self._claims.get('aud')}, and a token for {audience} is needed.",
                code="access_token_audience",
                tenant=login.tenant,
                advice="Get a token for that audience, or give a credential that can ask for tokens itself.",
            )
        return RawToken(self._token, machine_time() + float(self._claims["exp"]) - now.timestamp())
