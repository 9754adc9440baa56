# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Where a key vault is and who signs in to it: the sink's own address, tenant and credential, and nothing of the host's.

The members of the entry come first; what it leaves out may be in the environment as C(TENANTKIT_KEY_VAULT_...). The variables C(AZURE_...) and the variables of
the host name the identity that works in the customers' tenants: to use these for the vault because nothing else was said would hand the vault's token
to the wrong party, or the right one to the wrong tenant.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
import typing as t
import urllib.parse

from .._addresses import address_problem, one_spelling, path_segment, without_secrets
from .._auth.base import Credential, Login
from .._auth.choice import CredentialSource, choose_among
from .._auth.guard import check_tenant
from .._auth.platform import ManagedIdentity
from .._auth.tokens import TokenProvider
from .._clouds import CLOUDS, Cloud, cloud_of_vault, service_root
from .._engine import Runtime
from .._errors import ConnectorError, OptionError
from .._http.client import HttpClient
from .._job.cache import JobCache
from .._sink_entry import VARIABLE

SERVICE = "Azure Key Vault"
PREFIX = "TENANTKIT_KEY_VAULT_"
GATEWAY, LOGIN_URL = f"{PREFIX}GATEWAY", f"{PREFIX}LOGIN_URL"
METHODS = ("auto", "client_secret", "certificate", "federated", "managed_identity")
# The field of a credential, and the member of the entry that holds it; in the environment it is called like the member.
_MEMBERS = {
    "client": "client_id",
    "secret": "client_secret",
    "certificate": "certificate_path",
    "password": "certificate_password",
    "federated": "federated_token_file",
    "place": "federated_source",
    "connection": "service_connection_id",
    "identity": "managed_identity_client_id",
}
_OF_THE_HOST = re.compile(r" \('entra_[^)]*\)")
_OPTION = re.compile(r"(?<![\w.'])'?(?:auth_)?(" + "|".join((*_MEMBERS.values(), "tenant_id")) + r")\b'?(?!\.\w)")


def member(index: int, name: str) -> str:
    """How a sentence names a member of an entry, so that it can be found and is taken for no variable of its own."""
    return f"'{VARIABLE}[{index}].{name}'"


@dataclasses.dataclass(frozen=True)
class VaultAddress:
    """A vault, by the address that was checked."""

    url: str  # as people know it, whichever way requests go
    name: str
    cloud: Cloud


def vault_address(given: str | None, index: int) -> VaultAddress:
    """The vault of an address. Raises OptionError for one that is not https://NAME. and a suffix of a cloud: a secret is sent there."""
    said = one_spelling(given or "")
    option = member(index, "vault_url")
    suffixes = list(dict.fromkeys(cloud.key_vault_suffix for cloud in CLOUDS.values()))
    advice = f"Give the vault's own address: https://NAME followed by .{', .'.join(suffixes[:-1])} or .{suffixes[-1]}."
    problem = "is missing" if not said else address_problem(said)
    parts = None if problem else urllib.parse.urlsplit(said)
    host = (parts.hostname or "").lower() if parts else ""
    cloud = cloud_of_vault(host)
    if not problem and parts is not None:
        if parts.path.strip("/"):
            problem = "has a path, and a vault has none"
        elif cloud is None or parts.port is not None:
            problem = "is not the address of a key vault of a cloud that is known"
    if problem or cloud is None:
        shown = f" ({without_secrets(said)!r})" if said else ""
        raise OptionError(f"{option}{shown} {problem}.", code="invalid_vault_url", outcome="refused", advice=advice)
    return VaultAddress(f"https://{host}", host.partition(".")[0], cloud)


def words_of_sink(text: str, index: int) -> str:
    """A sentence about a sign-in in the words of the entry in place of those of the host."""
    said = _OF_THE_HOST.sub("", text)
    said = re.sub(r"'?\blogin_url\b'?", LOGIN_URL, said)
    said = re.sub(r"the option cloud\b|'cloud'|(?<= and )cloud\b", f"the cloud in {member(index, 'vault_url')}", said)
    said = re.sub(r"(?<![\w.])'?auth_method\b'?", lambda found: member(index, "auth_method"), said)
    return _OPTION.sub(lambda found: member(index, found[1]), said)


@contextlib.contextmanager
def of_sink(index: int) -> t.Iterator[None]:
    """What fails inside says which sink it is, in its words; its tenant is the host's, not the vault's. Raises what fails."""
    try:
        yield
    except ConnectorError as error:
        advice = words_of_sink(error.advice, index) if error.advice else None
        message = words_of_sink(error.message, index)
        named = message if VARIABLE in message else f"Sink {index + 1} of '{VARIABLE}': {message}"
        raise error.with_(message=named, advice=advice, tenant=None) from error


def identity_of(entry: t.Mapping[str, t.Any], secrets: t.Mapping[str, str], index: int, environ: t.Mapping[str, str], cloud: Cloud) -> tuple[str, Credential]:
    """The vault's tenant and the credential for it, from the entry or else from the environment of its own.

    Raises OptionError for a tenant or a method that is missing or unusable, CredentialError for a credential that is.
    """
    given = {**entry, **secrets}
    tenant = str(given.get("tenant_id") or environ.get(f"{PREFIX}TENANT_ID") or "")
    if not tenant.strip():
        raise OptionError(
            f"{member(index, 'tenant_id')} is missing, which names the tenant of the vault.",
            code="vault_tenant_missing",
            outcome="refused",
            advice=f"Set it, or {PREFIX}TENANT_ID in the environment. The tenant of the host is never taken for it.",
        )
    method = str(given.get("auth_method") or environ.get(f"{PREFIX}AUTH_METHOD") or "auto")
    if method not in METHODS:
        raise OptionError(f"{member(index, 'auth_method')} is {method!r}, which is none of {', '.join(METHODS)}.", code="auth_method", outcome="refused")
    if method == "managed_identity":
        return check_tenant(tenant), ManagedIdentity(_text(given.get("client_id")), f"sink {index + 1}", environ)
    entry_source = CredentialSource(
        f"sink {index + 1}",
        {field: member(index, name) for field, name in _MEMBERS.items()},
        {field: value for field, name in _MEMBERS.items() if (value := _text(given.get(name)))},
    )
    variables = {field: f"{PREFIX}{name.upper()}" for field, name in _MEMBERS.items()}
    exported = CredentialSource("the environment", variables, {field: value for field, name in variables.items() if (value := _text(environ.get(name)))})
    advice = (
        f"Set {member(index, 'client_id')} with client_secret, certificate_path, federated_token_file or federated_source beside it, or the same as "
        f"{PREFIX}CLIENT_ID and so on in the environment, or auth_method: managed_identity. The identity of the host is never taken for it."
    )
    return check_tenant(tenant), choose_among((entry_source, exported), method, environ, cloud, advice)


def root_of(address: VaultAddress, environ: t.Mapping[str, str]) -> str:
    """Where requests for a vault go. Raises OptionError for a gateway that is no https:// address."""
    gateway = environ.get(GATEWAY)
    return f"{service_root(gateway, GATEWAY)}/{path_segment(address.name)}" if gateway else address.url


def sign_in(runtime: Runtime, http: HttpClient, address: VaultAddress, tenant: str, credential: Credential) -> TokenProvider:
    """What hands out tokens for the vault; nothing is sent yet. Raises CredentialError for a credential that cannot be right."""
    for secret in credential.secrets:
        runtime.secret(secret)
    credential.validate()
    cache = JobCache.from_environ(runtime.environ)
    given = runtime.environ.get(LOGIN_URL)
    login_url = service_root(given, LOGIN_URL) if given else address.cloud.login_url
    audience = address.cloud.key_vault_audience
    return TokenProvider(
        Login(http, login_url, tenant, cache), credential, cache, default_audience=audience, names={audience: SERVICE}, on_token=runtime.secret
    )


def _text(value: t.Any) -> str | None:
    return str(value) if value is not None and str(value).strip() else None
