# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a token is asked for, and with which credential."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._auth.guard import check_tenant
from ..._clouds import Endpoints, endpoints_of
from ..._errors import CredentialError, OptionError


@dataclasses.dataclass(frozen=True)
class TokenDesired:
    """The options of C(entra_token), checked. Secret values are not in here."""

    tenant: str
    endpoints: Endpoints
    method: str  # client_secret, certificate, federated, password or azure_cli
    scope: str
    public_client: bool = False

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> TokenDesired:
        """From module options. Raises OptionError or CredentialError for what cannot be a request."""
        tenant, endpoints = check_tenant(options["tenant_id"]), endpoints_of(options)
        for name in (*_OWN, "resource", "scope"):
            if options.get(name) is not None and not str(options[name]).strip():
                raise OptionError(
                    f"The option {name} is set and empty.", code="option_empty", advice="Leave it out (default(omit)), or find out why there is no value."
                )
        method = _method(options)
        scope = options.get("scope") or f"{options.get('resource') or endpoints.graph_audience}{_DEFAULT}"
        words = scope.split()
        if method != "password" and (len(words) != 1 or not scope.endswith(_DEFAULT) or scope == _DEFAULT):
            raise OptionError(
                f"'scope' is {scope!r}; with {_LABELS[method]} it has to be one resource followed by {_DEFAULT}.",
                code="scope",
                advice=f"Give {endpoints.graph_audience}{_DEFAULT} for instance, or use 'resource'.",
            )
        return cls(tenant, endpoints, method, " ".join(words), bool(options.get("public_client")))

    @property
    def audience(self) -> str:
        """The resource of a scope that ends in C(/.default)."""
        return self.scope.removesuffix(_DEFAULT)

    @property
    def what(self) -> str:
        """What the token is for, in sentences."""
        cloud = self.endpoints.cloud
        return {cloud.graph_audience: "Microsoft Graph", cloud.powerplatform_audience: "the Power Platform API"}.get(self.audience.rstrip("/"), self.scope)


def _method(options: t.Mapping[str, t.Any]) -> str:
    """The one method that the options describe completely."""
    named = options.get("auth_method") or "auto"
    begun = [method for method, names in _FIELDS.items() if any(options.get(name) for name in names)]
    if named == "azure_cli":
        given = [name for name in _OWN if options.get(name)]
        if given:
            raise CredentialError(
                f"auth_method is azure_cli, and {' and '.join(given)} {_are(given)} set as well.", code="two_credentials", advice="Remove one."
            )
        return named
    # A confidential application sends its secret along with the account's password.
    methods = [method for method in begun if not (method == "client_secret" and "password" in begun)]
    if len(methods) > 1:
        raise CredentialError(
            f"There are two credentials in the options: {' and '.join(_LABELS[method] for method in methods)}.", code="two_credentials", advice="Remove one."
        )
    if not methods or named not in ("auto", methods[0]):
        wanted = _LABELS[named] if named != "auto" else "a credential of the connector"
        raise CredentialError(
            f"auth_method is {named}, and {wanted} was not given." if named != "auto" else "No credential was given.",
            code="no_credential",
            advice="Set client_id together with client_secret, certificate_path or certificate_content, federated_token or federated_token_file, or username "
            "and password, or set auth_method to azure_cli. This module never takes a credential from the environment.",
        )
    _check_complete(methods[0], options)
    return methods[0]


def _check_complete(method: str, options: t.Mapping[str, t.Any]) -> None:
    needed = {
        "password": ("client_id", "username", "password"),
        "certificate": ("client_id", "certificate_content" if options.get("certificate_content") else "certificate_path"),
        "federated": ("client_id",),
        "client_secret": ("client_id", "client_secret"),
    }[method]
    missing = [name for name in needed if not options.get(name)]
    if missing:
        raise CredentialError(f"{_LABELS[method].capitalize()} is given, and {' and '.join(missing)} {_are(missing)} missing.", code="half_credential")
    for pair in (("federated_token", "federated_token_file"), ("certificate_path", "certificate_content"), ("private_key_path", "private_key_content")):
        if all(options.get(name) for name in pair):
            raise CredentialError(f"{' and '.join(pair)} are both set.", code="two_credentials", advice="Remove one.")
    if method != "password" and options.get("public_client"):
        raise OptionError("'public_client' goes with 'username' and 'password': a public client has no credential of its own.", code="option_conflict")
    if method == "password" and bool(options.get("client_secret")) == bool(options.get("public_client")):
        both = bool(options.get("public_client"))
        raise OptionError(
            f"With 'username' and 'password', {'both' if both else 'neither'} 'client_secret' {'and' if both else 'nor'} 'public_client' "
            f"{'are' if both else 'is'} set.",
            code="option_conflict",
            advice="Give the secret of the application, or say with 'public_client' that it is a public client, which has none.",
        )


def _are(names: t.Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


_DEFAULT = "/.default"
# Method -> the options that begin to describe it.
_FIELDS: t.Mapping[str, t.Sequence[str]] = {
    "password": ("username", "password"),
    "certificate": ("certificate_path", "certificate_content", "private_key_path", "private_key_content", "certificate_password"),
    "federated": ("federated_token", "federated_token_file"),
    "client_secret": ("client_secret",),
}
_OWN = ("client_id", "public_client", *(name for names in _FIELDS.values() for name in names))
_LABELS = {
    "password": "a user name and a password",
    "certificate": "a certificate",
    "federated": "a federated token",
    "client_secret": "a client secret",
    "azure_cli": "the Azure CLI",
}
