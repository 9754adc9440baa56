# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The credentials a connector has, in the words of C(entra_token)'s own options, and an account's password.

Sources: https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc (the request with a password); read 2026-11.
"""

from __future__ import annotations

import hashlib
import typing as t

from ..._auth.application import ClientSecret, FederatedToken
from ..._auth.base import Credential, Login, RawToken
from ..._auth.certificate import Certificate
from ..._auth.explain import SERVICE, token_error
from ..._auth.platform import AzureCli
from ..._certificates import LoadedCertificate
from ..._clock import machine_time
from ..._errors import CredentialError, ServiceError
from ..._given_values import ValueKind, usable
from ..._http.client import Repeat
from ..._refusals import OF_TOKEN_ENDPOINT
from ..credential.certificate_file import load_given
from .model import TokenDesired

_SOURCE = "the options"


class _OwnNames(Credential):
    """Names the options of this module where the shared credentials name theirs."""

    def check_client_id(self, option: str) -> None:
        super().check_client_id(option.removeprefix("auth_"))

    def validate(self) -> None:
        try:
            super().validate()
        except CredentialError as error:
            raise error.with_(advice=error.advice and error.advice.replace("auth_", "")) from error


class _Secret(_OwnNames, ClientSecret):
    pass


class _Certificate(_OwnNames, Certificate):
    """Given in any of the forms that an application's certificate is given in elsewhere: one or two files or texts, PEM, DER or PKCS#12."""

    def __init__(self, client_id: str, options: t.Mapping[str, t.Any]) -> None:
        super().__init__(client_id, options.get("certificate_path") or "in certificate_content", options.get("certificate_password"), _SOURCE)
        self._options = options

    def identity(self) -> t.Sequence[str]:
        return (self._load().thumbprint_sha256,)

    def _load(self) -> LoadedCertificate:
        if self._loaded is None:
            found = t.cast(LoadedCertificate, load_given(self._options, "certificate_password"))
            if found.private_key is None:
                raise CredentialError(
                    f"The certificate {found.source} comes without its private key, so nothing can be signed with it.",
                    code="no_private_key",
                    advice="Give the key in 'private_key_path' or 'private_key_content', or a file that holds both.",
                )
            self._loaded = found
        return self._loaded


class _FederatedFile(_OwnNames, FederatedToken):
    pass


class _FederatedText(_OwnNames, FederatedToken):
    """The token itself in place of a file that holds one."""

    def __init__(self, client_id: str, text: str) -> None:
        super().__init__(client_id, "given as federated_token", _SOURCE)
        self._text = usable(ValueKind.TOKEN, text, "value of 'federated_token'")

    def identity(self) -> t.Sequence[str]:
        return (hashlib.sha256(self._text.encode()).hexdigest(),)

    @property
    def secrets(self) -> t.Sequence[str]:
        return (self._text,)

    def _read(self) -> str:
        if self._text.count(".") != 2 or any(character.isspace() for character in self._text):
            raise CredentialError("federated_token is not a token.", code="federated_token", advice="It has to be one signed token (JWT) and nothing else.")
        return self._text


class AccountPassword(_OwnNames):
    """An account's password, given to the token endpoint directly.

    One request, never repeated: every wrong try brings the account nearer to being locked, and a repeated right one is no use.
    """

    method = "password"
    label = "password"

    def __init__(self, client_id: str, username: str, password: str, client_secret: str | None, scope: str) -> None:
        super().__init__(client_id, _SOURCE)
        self.username = username.strip()
        self._password = password
        self._client_secret = client_secret
        self._scope = scope

    def validate(self) -> None:
        self.check_client_id("client_id")

    @property
    def secrets(self) -> t.Sequence[str]:
        return tuple(filter(None, (self._password, self._client_secret)))

    def describe(self) -> str:
        return f"password of {self.username}"

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        """Send the password, once. Raises ServiceError when Entra throttles or is broken, and CredentialError when it refuses."""
        doing = f"get a token for {what} in tenant {login.tenant} with the {self.describe()}"
        form = {"grant_type": "password", "client_id": self.client_id, "username": self.username, "password": self._password, "scope": self._scope}
        if self._client_secret:
            form["client_secret"] = self._client_secret
        answer = login.http.request("POST", f"{login.authority}/oauth2/v2.0/token", doing=doing, service=SERVICE, form=form, repeat=Repeat.NEVER)
        if answer.status == 429 or answer.status >= 500:
            raise ServiceError(
                f"Could not {doing}: {SERVICE} answered {answer.status}.",
                code=f"http_{answer.status}",
                http_status=answer.status,
                service=SERVICE,
                request_id=answer.request_id,
                client_request_id=answer.client_request_id,
                tenant=login.tenant,
                advice="A password is never sent twice in one job. Run again later.",
            )
        foreign = answer.foreign(OF_TOKEN_ENDPOINT, reading=True, tenant=login.tenant, check="'login_url' and 'cloud'")
        if foreign is not None:
            raise foreign
        body = answer.json()
        if answer.ok and isinstance(body, dict) and body.get("access_token"):
            return RawToken(str(body["access_token"]), machine_time() + float(body.get("expires_in") or 0))
        raise token_error(
            body,
            tenant=login.tenant,
            client=self.client_id,
            credential=self.describe(),
            what=what,
            http_status=answer.status,
            request_id=answer.request_id,
            redact=login.http.redact,
        )


def connector_credential(desired: TokenDesired, options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> Credential:
    """The credential that the options describe; C(TokenDesired) has checked that it is whole."""
    client = str(options.get("client_id") or "")
    if desired.method == "azure_cli":
        return AzureCli(environ)
    if desired.method == "password":
        return AccountPassword(client, options["username"], options["password"], options.get("client_secret"), desired.scope)
    if desired.method == "certificate":
        return _Certificate(client, options)
    if desired.method == "federated":
        if options.get("federated_token"):
            return _FederatedText(client, options["federated_token"])
        return _FederatedFile(client, options["federated_token_file"], _SOURCE)
    return _Secret(client, options["client_secret"], _SOURCE)
