# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which credential is used. It is taken whole from one source: the options, or else the environment, never a mixture."""

from __future__ import annotations

import dataclasses
import typing as t

from .._clouds import CLOUDS, Cloud
from .._errors import CredentialError
from .._given_values import ValueKind, usable
from .application import AccessToken, ClientSecret, FederatedToken
from .base import Credential
from .certificate import Certificate
from .federated import Asked, AssertionSource, AzureDevOps, GitHubActions, ManagedIdentityAssertion
from .platform import AzureCli, ManagedIdentity

_METHODS = ("client_secret", "certificate", "federated", "access_token")
_LABELS = {"client_secret": "a client secret", "certificate": "a certificate", "federated": "a federated token", "access_token": "an access token"}
# The field without which a method is nothing, and those that only go with it.
_MAIN = {"client_secret": "secret", "certificate": "certificate", "federated": "federated", "access_token": "token"}
_EXTRA = {"certificate": ("password",), "federated": ("place", "connection", "identity")}
# Where a federated token comes from, and the field that belongs to this place.
_OF_PLACE = {AssertionSource.FILE: "federated", AssertionSource.AZURE_DEVOPS: "connection", AssertionSource.MANAGED_IDENTITY: "identity"}
_KINDS = {
    "client": ValueKind.ID,
    "identity": ValueKind.ID,
    "connection": ValueKind.ID,
    "secret": ValueKind.KEY,
    "password": ValueKind.PASSWORD,
}  # paths are taken as they are


@dataclasses.dataclass(frozen=True)
class CredentialSource:
    """Where a credential may come from: the names its fields have there, and what they hold."""

    title: str
    names: t.Mapping[str, str]
    values: t.Mapping[str, str]

    def name(self, field: str) -> str:
        return self.names[field]

    @property
    def methods(self) -> list[str]:
        """The methods that this source has begun to describe."""
        return [method for method in _METHODS if self.used([method])]

    def missing(self, method: str) -> list[str]:
        """The names of the fields that a method still needs."""
        main: str | None = _MAIN[method]
        if method == "federated":
            main = {AssertionSource.FILE: main, AssertionSource.AZURE_DEVOPS: "connection"}.get(_place_of(self))
        fields = [main] if method == "access_token" else ["client", main]
        return [self.name(field) for field in fields if field and not self.values.get(field)]

    def used(self, methods: t.Iterable[str]) -> list[str]:
        """The names of the fields that are set for these methods."""
        fields = [field for method in methods for field in (_MAIN[method], *_EXTRA.get(method, ()))]
        return [self.name(field) for field in fields if self.values.get(field)]


def choose_credential(options: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> Credential:
    """The credential that options and environment describe. Raises CredentialError when they describe none, half of one, or two."""
    method = options.get("auth_method") or "auto"
    if method == "azure_cli":
        return AzureCli(environ)
    if method == "managed_identity":
        # Its client id comes from the options only: AZURE_CLIENT_ID belongs to whatever else is in the environment.
        return ManagedIdentity(_filled(options, "auth_client_id"), "the options", environ)
    advice = (
        "Set auth_client_id together with auth_client_secret, auth_certificate_path or auth_federated_token_file (in the environment: AZURE_CLIENT_ID "
        "with AZURE_CLIENT_SECRET, AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE), or with auth_federated_source, or auth_access_token, or "
        "set auth_method to azure_cli or managed_identity."
    )
    return choose_among((_from_options(options), _from_environ(environ)), method, environ, CLOUDS[options.get("cloud") or "public"], advice)


def choose_among(sources: t.Sequence[CredentialSource], method: str, environ: t.Mapping[str, str], cloud: Cloud, advice: str) -> Credential:
    """The credential that the first of these sources with anything in it describes. ``environ`` is where platforms say how a job gets its assertion.

    Raises CredentialError when they describe none (``advice`` says what to set), half of one, or two.
    """
    made = _Made(environ, cloud.exchange_audience)
    if method != "auto":
        return _named(method, sources, made)
    for source in sources:
        if source.values:
            return _only_one(source, made)
    raise CredentialError("No credential was given.", code="no_credential", advice=advice)


def _named(method: str, sources: t.Iterable[CredentialSource], made: _Made) -> Credential:
    """The credential of a method that was named: nothing of another method counts."""
    told = []
    for source in sources:
        if method == "access_token" and "token" not in source.names:
            continue
        mine = [source.name(field) for field in ("client",) if source.values.get(field)] + source.used([method])
        missing = source.missing(method)
        if not missing:
            return made.of(method, source)
        if mine:
            raise _half(method, source, mine, missing)
        told.append(f"{' and '.join(missing)} in {source.title}")
    raise CredentialError(f"auth_method is {method} and {_LABELS[method]} was not given.", code="no_credential", advice=f"Set {', or '.join(told)}.")


def _only_one(source: CredentialSource, made: _Made) -> Credential:
    """The one credential of a source that has something set."""
    methods = source.methods
    complete = [method for method in methods if not source.missing(method)]
    if len(methods) > 1:
        raise CredentialError(
            f"There are two credentials in {source.title}: {' and '.join(_LABELS[method] for method in methods)} ({' and '.join(source.used(methods))}).",
            code="two_credentials",
            advice="Remove one, or say with auth_method which one is meant.",
        )
    if complete:
        return made.of(complete[0], source)
    if methods:
        # "password" alone, or a secret without its client id.
        set_names = [source.name("client")] if source.values.get("client") else []
        raise _half(methods[0], source, set_names + source.used(methods), source.missing(methods[0]))
    others = [source.name(_MAIN[method]) for method in _METHODS if _MAIN[method] in source.names and method != "access_token"] + [source.name("place")]
    raise CredentialError(
        f"There is half a credential in {source.title}: {source.name('client')} is set, and none of {', '.join(others)}.",
        code="half_credential",
        advice="Set one of them in the same place, or name a method with auth_method. Options and environment are never mixed.",
    )


def _half(method: str, source: CredentialSource, given: list[str], missing: list[str]) -> CredentialError:
    return CredentialError(
        f"There is half of {_LABELS[method]} in {source.title}: {' and '.join(given)} {'is' if len(given) == 1 else 'are'} set, "
        f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.",
        code="half_credential",
        advice="Set it in the same place. A credential is taken whole from the options or whole from the environment, never mixed.",
    )


def _place_of(source: CredentialSource) -> AssertionSource:
    """Where the federated token comes from. Raises CredentialError for a place that is none, and for what belongs to another one."""
    said = source.values.get("place")
    try:
        place = AssertionSource(said or "file")
    except ValueError:
        names = ", ".join(each.value for each in AssertionSource)
        raise CredentialError(
            f"{source.name('place')} is {said!r}, and it has to be one of {names}.",
            code="federated_source",
            advice=f"Kubernetes and GitLab write their token into a file: that is 'file', with {source.name('federated')}.",
        ) from None
    for other, field in _OF_PLACE.items():
        if other is not place and source.values.get(field):
            given = f"{source.name('place')} is {said}" if said else f"{source.name('place')} is not set"
            raise CredentialError(
                f"{source.name(field)} belongs to the federated tokens of '{other.value}', and {given}.",
                code="federated_source",
                advice=f"Remove {source.name(field)}, or set {source.name('place')} to {other.value}.",
            )
    return place


@dataclasses.dataclass(frozen=True)
class _Made:
    """Makes the credentials, with what they need beside their source."""

    environ: t.Mapping[str, str]
    audience: str  # of assertions, in this cloud

    def of(self, method: str, source: CredentialSource) -> Credential:
        values = source.values
        if method == "client_secret":
            return ClientSecret(values["client"], values["secret"], source.title)
        if method == "certificate":
            return Certificate(values["client"], values["certificate"], values.get("password"), source.title)
        if method == "federated":
            return self._federated(source)
        return AccessToken(values["token"], values.get("client"), source.title)

    def _federated(self, source: CredentialSource) -> Credential:
        values, place = source.values, _place_of(source)
        asked = Asked(source.title, source.name("place"), self.audience)
        if place is AssertionSource.GITHUB_ACTIONS:
            return GitHubActions(values["client"], asked, self.environ)
        if place is AssertionSource.AZURE_DEVOPS:
            return AzureDevOps(values["client"], asked, self.environ, values["connection"], source.name("connection"))
        if place is AssertionSource.MANAGED_IDENTITY:
            return ManagedIdentityAssertion(values["client"], asked, self.environ, values.get("identity"), source.name("identity"))
        return FederatedToken(values["client"], values["federated"], source.title)


_OPTIONS = {
    "client": "auth_client_id",
    "secret": "auth_client_secret",
    "certificate": "auth_certificate_path",
    "password": "auth_certificate_password",
    "federated": "auth_federated_token_file",
    "place": "auth_federated_source",
    "connection": "auth_service_connection_id",
    "identity": "auth_managed_identity_client_id",
    "token": "auth_access_token",
}


def _filled(options: t.Mapping[str, t.Any], name: str) -> str | None:
    """An option's value; one that is given and empty is an error, since a lookup that found nothing must not select another credential."""
    value = options.get(name)
    if value is None:
        return None
    if not str(value).strip():
        raise CredentialError(
            f"The option {name} is set and empty.",
            code="half_credential",
            advice="Leave it out (default(omit)) to use the environment, or find out why there is no value.",
        )
    return str(value)


def _from_options(options: t.Mapping[str, t.Any]) -> CredentialSource:
    values = {field: value for field, name in _OPTIONS.items() if (value := _filled(options, name)) is not None}
    return CredentialSource("the options", _OPTIONS, values)


def _from_environ(environ: t.Mapping[str, str]) -> CredentialSource:
    """What azure-identity and AWX's Azure credential export. Empty variables count as unset; AZURE_TENANT_ID is never looked at."""
    names = {
        "client": "AZURE_CLIENT_ID",
        "secret": "AZURE_CLIENT_SECRET",
        "certificate": "AZURE_CLIENT_CERTIFICATE_PATH",
        "password": "AZURE_CLIENT_CERTIFICATE_PASSWORD",
        "federated": "AZURE_FEDERATED_TOKEN_FILE",
        "place": "ENTRA_FEDERATED_SOURCE",
        "connection": "AZURESUBSCRIPTION_SERVICE_CONNECTION_ID",
        "identity": "ENTRA_MANAGED_IDENTITY_CLIENT_ID",
    }
    other_secret = "AZURE_SECRET"
    one, other = environ.get(names["secret"]), environ.get(other_secret)
    if one and other and one != other:
        raise CredentialError(
            f"There are two different client secrets in the environment: {names['secret']} and {other_secret}.",
            code="two_credentials",
            advice="Remove one of the two variables.",
        )
    if other and not one:
        names["secret"] = other_secret
    given = {field: value for field, name in names.items() if (value := environ.get(name, "")).strip()}
    if given.get("place", "").strip() != AssertionSource.AZURE_DEVOPS.value:
        given.pop("connection", None)  # tasks of Azure Pipelines export it, whatever their script signs in with
    values = {field: usable(_KINDS[field], value, f"environment variable {names[field]}") if field in _KINDS else value for field, value in given.items()}
    return CredentialSource("the environment", names, values)
