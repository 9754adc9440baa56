# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What every credential is: checked without a request, described in a sentence, and good for a token."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import json
import logging
import re
import typing as t

from .._addresses import path_segment
from .._clock import date_of, machine_time, or_machine_time
from .._errors import ConnectorError, CredentialError, ProxyAnswerError, ServiceError
from .._given_values import ValueKind, usable
from .._http.client import HttpClient
from .._http.msal_adapter import MsalHttpAdapter
from .._ids import is_guid
from .._job.cache import JobCache
from .._refusals import OF_TOKEN_ENDPOINT
from .discovery import DiscoveryAdapter
from .explain import SERVICE, token_error

try:
    import msal
except ImportError:
    # execute() reports the missing package in a sentence before a credential is used.
    msal = None

# It logs a stack trace for every failure that is raised as well, and logging is not configured: it would end up on the terminal.
logging.getLogger("msal").setLevel(logging.CRITICAL)


@dataclasses.dataclass(frozen=True)
class Login:
    """Where and for which tenant a token is asked for."""

    http: HttpClient
    login_url: str
    tenant: str  # as the user named it, checked
    cache: JobCache = dataclasses.field(default_factory=lambda: JobCache(None), repr=False)  # of the tenant's configuration; a proof has none

    @property
    def authority(self) -> str:
        """The address of the tenant at the token service."""
        return f"{self.login_url}/{path_segment(self.tenant)}"

    def service_time(self) -> dt.datetime:
        """The token service's clock, at the price of a request: the tenant's public configuration. Raises what HTTP raises."""
        url = f"{self.authority}/v2.0/.well-known/openid-configuration"
        answer = self.http.request("GET", url, doing=f"read the time of {SERVICE} for tenant {self.tenant}", service=SERVICE)
        return or_machine_time(date_of(answer.headers))


@dataclasses.dataclass(frozen=True)
class RawToken:
    """A token as it was issued."""

    value: str = dataclasses.field(repr=False)
    expires_at: float  # epoch seconds


class Credential:
    """Base of the credentials. ``source`` reads like "the options" or "the environment"."""

    method = ""
    label = ""  # "client secret", for sentences
    renewable = True  # false: it is a token already, so there is nothing to be saved by caching

    def __init__(self, client_id: str | None, source: str) -> None:
        self.client_id = usable(ValueKind.ID, client_id, "client id").lower() if client_id else None
        self.source = source

    def validate(self) -> None:
        """Find what is wrong without a request. Raises CredentialError. Dates are not looked at: this machine's clock may be wrong."""

    def check_dates(self, now: dt.datetime) -> None:
        """Raises CredentialError for a credential that is over at C(now), or not valid yet."""

    def check_dates_at(self, login: Login) -> dt.datetime:
        """The same by the clock of the token service, which is asked only where this machine's clock finds something wrong. Returns the time that was used.

        What this machine's clock wrongly finds right the service refuses itself. Raises CredentialError, and what HTTP raises.
        """
        now = or_machine_time(None)
        try:
            self.check_dates(now)
        except CredentialError:
            now = login.service_time()
            self.check_dates(now)
        return now

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        """Ask for a token. ``what`` names the audience in sentences. Raises CredentialError or what HTTP raises."""
        raise NotImplementedError

    def identity(self) -> t.Sequence[str]:
        """What makes this credential another one than the next: secrets included, so only ever used hashed."""
        return ()

    @property
    def fingerprint(self) -> str:
        """A hash that differs for each credential."""
        return hashlib.sha256(json.dumps([self.method, self.client_id, *self.identity()]).encode()).hexdigest()

    @property
    def secrets(self) -> t.Sequence[str]:
        """Values that must be masked."""
        return ()

    def describe(self) -> str:
        """For sentences: "client secret of 12345678... from the environment"."""
        return f"{self.label} of {self.client_id[:8]}... from {self.source}" if self.client_id else f"{self.label} from {self.source}"

    def check_client_id(self, option: str) -> None:
        """A client id has to be a GUID, and not the one of zeros. Raises CredentialError when it is not."""
        value = self.client_id or ""
        if not is_guid(value) or not value.strip("0-"):
            raise CredentialError(
                f"The client id from {self.source} is {value!r}, which is not an application (client) id.",
                code="client_id",
                advice=f"Set {option} to the GUID that the app registration shows as application (client) id.",
            )

    def refused(self, body: t.Any, login: Login, what: str, adapter: MsalHttpAdapter | None = None) -> CredentialError:
        """The error for a refusal by the token endpoint."""
        last = adapter.last if adapter is not None else None
        return token_error(
            body,
            tenant=login.tenant,
            client=self.client_id,
            credential=self.describe(),
            what=what,
            http_status=last.status if last is not None else None,
            request_id=last.request_id if last is not None else None,
            redact=login.http.redact,
        )


class ConfidentialCredential(Credential):
    """A credential of an application that msal's confidential client takes."""

    def msal_credential(self, login: Login) -> t.Any:
        """What msal calls client_credential."""
        raise NotImplementedError

    def renewed(self, login: Login, error: CredentialError) -> bool:
        """Whether what was refused has been replaced meanwhile, so that asking once more makes sense."""
        return False

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        self.check_dates_at(login)
        try:
            return self._ask(login, audience, what)
        except CredentialError as error:
            if not self.renewed(login, error):
                raise
        return self._ask(login, audience, what)

    def _ask(self, login: Login, audience: str, what: str) -> RawToken:
        adapter = DiscoveryAdapter(login.http, login.cache, doing=f"get a token for {what} in tenant {login.tenant}", service=SERVICE)
        try:
            # A new object per try: msal answers a repeated request from its own memory for a minute after an error 400.
            application = msal.ConfidentialClientApplication(
                self.client_id,
                client_credential=self.msal_credential(login),
                authority=login.authority,
                # Otherwise an unknown host name makes msal ask login.microsoftonline.com whether it may be trusted.
                instance_discovery=False,
                # False, not None: None lets MSAL_FORCE_REGION move the sign-in to another host.
                azure_region=False,
                http_client=adapter,
            )
            result = application.acquire_token_for_client(scopes=[f"{audience}/.default"])
        except ConnectorError:
            raise
        except Exception as error:
            # An answer msal can do nothing with: ValueError, KeyError, MsalServiceError ... The answer says why, msal's sentence does not.
            raise self._unreadable(login, what, adapter, error) from None
        if not isinstance(result, dict) or not (result.get("access_token") or result.get("error")):
            raise self._unreadable(login, what, adapter, ValueError("neither a token nor an error"))
        if not result.get("access_token"):
            raise self._foreign(login, adapter) or self.refused(result, login, what, adapter)
        return RawToken(result["access_token"], machine_time() + _seconds(result.get("expires_in")))

    def _foreign(self, login: Login, adapter: MsalHttpAdapter) -> ConnectorError | None:
        """The failure when something else than the token endpoint answered last: that says nothing about the credential."""
        check = "'login_url' ('entra_login_url' of the roles) and 'cloud' ('entra_cloud')"
        return adapter.last.foreign(OF_TOKEN_ENDPOINT, reading=True, tenant=login.tenant, check=check) if adapter.last is not None else None

    def _unreadable(self, login: Login, what: str, adapter: MsalHttpAdapter, error: Exception) -> ConnectorError:
        last = adapter.last
        foreign = self._foreign(login, adapter)
        if foreign is not None:
            return foreign
        if last is not None and last.status >= 500:
            return ServiceError(
                f"Could not get a token for {what} in tenant {login.tenant}: {SERVICE} at {last.host} answered {last.status}.",
                http_status=last.status,
                service=SERVICE,
                request_id=last.request_id,
                client_request_id=last.client_request_id,
                tenant=login.tenant,
                advice="Run again later.",
            )
        if last is not None and last.status >= 400:
            body = _json_or_none(last.text)
            if isinstance(body, dict) and body.get("error"):
                return self.refused(body, login, what, adapter)
        said = f"({type(error).__name__})"
        if last is not None:
            content = last.content_type or "content of no declared type"
            said = f"(status {last.status}, {'JSON of another kind' if _json_or_none(last.text) is not None else f'{content} instead of JSON'})"
        kind = CredentialError if last is None else ProxyAnswerError
        return kind(
            f"Could not get a token for {what} in tenant {login.tenant}: {login.authority} does not answer like {SERVICE} {said}.",
            code="not_a_token_service",
            http_status=last.status if last is not None else None,
            service=SERVICE,
            tenant=login.tenant,
            advice="Check login_url ('entra_login_url') and cloud ('entra_cloud'), and whether a proxy or a captive portal answers instead of the service.",
        )


def claims_of(token: str) -> dict[str, t.Any]:
    """The claims of a token, unverified, or none when it is opaque: only the service it is for may judge it."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


def msal_is_at_least(major: int, minor: int) -> bool:
    """Whether the installed msal is that new."""
    found = re.match(r"(\d+)\.(\d+)", str(getattr(msal, "__version__", "")))
    return found is not None and (int(found[1]), int(found[2])) >= (major, minor)


def _json_or_none(text: str) -> t.Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _seconds(value: t.Any) -> float:
    try:
        return max(0.0, float(value))
    except (TypeError, ValueError):
        return 0.0
