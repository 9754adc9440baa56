# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Credentials that belong to the machine: a managed identity, and the Azure CLI's sign-in. Used only when named.

Sources: https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling (404 and 410 while the endpoint is
updated) and https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication (who may read the file of Arc's challenge); read 2026-11.
"""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import typing as t

from .._clock import machine_time
from .._errors import ConnectorError, CredentialError, TransportError, failures_say
from .._http.msal_adapter import MsalHttpAdapter
from .._refusals import OF_MANAGED_IDENTITY
from .base import Credential, Login, RawToken
from .explain import error_number

try:
    import msal
except ImportError:
    # execute() reports the missing package in a sentence before a credential is used.
    msal = None

_CLI_TIMEOUT = 60.0
_UPDATING = frozenset({404, 410})  # statuses of the endpoint for managed identities that pass within minutes


class ManagedIdentity(Credential):
    """The identity Azure gave to this machine, container or function; with a client id a user-assigned one."""

    method = "managed_identity"
    label = "managed identity"

    def __init__(self, client_id: str | None, source: str, environ: t.Mapping[str, str]) -> None:
        super().__init__(client_id, source)
        self._environ = environ

    def validate(self) -> None:
        """Raises CredentialError for a client id that is none, and on Service Fabric, whose identities are not supported."""
        if self.client_id:
            self.check_client_id("auth_client_id")
        if "IDENTITY_SERVER_THUMBPRINT" in self._environ:
            raise CredentialError(
                "Managed identities of Service Fabric are not supported.", code="managed_identity", advice="Use a certificate, a secret or a federated token."
            )

    def identity(self) -> t.Sequence[str]:
        # Azure's own variables say which identity answers here.
        return [self._environ.get(name, "") for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "MSI_ENDPOINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST")]

    def describe(self) -> str:
        return f"user-assigned managed identity {self.client_id[:8]}..." if self.client_id else "system-assigned managed identity"

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        """Raises CredentialError where the endpoint gives no token or Arc's file cannot be read, ProxyAnswerError where something else answers."""
        adapter = MsalHttpAdapter(login.http, doing=f"get a token for {what} from the managed identity of this machine", service="Azure", allow_http=True)
        wanted = msal.UserAssignedManagedIdentity(client_id=self.client_id) if self.client_id else msal.SystemAssignedManagedIdentity()
        advice = "The endpoint for managed identities does not answer. Run this in Azure with an identity assigned, or use another auth_method."
        try:
            with failures_say(TransportError, advice=advice):
                result = msal.ManagedIdentityClient(wanted, http_client=adapter).acquire_token_for_client(resource=audience)
        except (ValueError, KeyError, msal.ManagedIdentityError) as error:  # msal could not make sense of the answer
            result = {"error_description": f"an answer that is no token ({error})"}
        except OSError as error:  # only Arc has a file, whose name its challenge tells
            raise CredentialError(
                f"Could not get a token for {what} with the {self.describe()}: the file of Azure Arc's challenge cannot be read ({error.strerror or error}).",
                code="managed_identity",
                service="Azure",
                tenant=login.tenant,
                advice="Run this as a user of the group himds (Linux), or of Administrators or Hybrid agent extension applications (Windows).",
            ) from None
        if not isinstance(result, dict) or not result.get("access_token"):
            raise self._no_token(result, login, what, adapter)
        return RawToken(result["access_token"], machine_time() + float(result.get("expires_in") or 0))

    def _no_token(self, result: t.Any, login: Login, what: str, adapter: MsalHttpAdapter) -> ConnectorError:
        foreign = adapter.last.foreign(OF_MANAGED_IDENTITY, reading=True, tenant=login.tenant, check="HTTP_PROXY") if adapter.last is not None else None
        if foreign is not None:
            return foreign
        if error_number(result):
            return self.refused(result, login, what, adapter)
        status = adapter.last.status if adapter.last is not None else None
        updating = " Where it is, its endpoint may be updating: run again in some minutes." if status in _UPDATING else ""
        said = login.http.redact((result.get("error_description") if isinstance(result, dict) else None) or "nothing")[:300].rstrip(".")
        return CredentialError(
            f"Could not get a token for {what} with the {self.describe()}: its endpoint answered {f'{status}: ' if status else ''}{said}.",
            code="managed_identity",
            http_status=status,
            service="Azure",
            service_message=said,
            tenant=login.tenant,
            advice="Check that the identity is assigned to this machine" + (" and has this client id." if self.client_id else ".") + updating,
        )


class AzureCli(Credential):
    """The account that is signed in with C(az login), for a developer's machine."""

    method = "azure_cli"
    label = "Azure CLI sign-in"

    def __init__(self, environ: t.Mapping[str, str], run: t.Callable[..., t.Any] = subprocess.run) -> None:
        super().__init__(None, "this machine")
        self._environ = environ
        self._run = run

    def validate(self) -> None:
        self._executable()

    def identity(self) -> t.Sequence[str]:
        return [self._environ.get(name, "") for name in ("AZURE_CONFIG_DIR", "HOME")]

    def describe(self) -> str:
        return self.label

    def acquire(self, login: Login, audience: str, what: str) -> RawToken:
        # No shell; tenant and audience are checked and never begin with a dash.
        command = [self._executable(), "account", "get-access-token", "--tenant", login.tenant, "--resource", audience, "--output", "json"]
        timeout = max(1.0, min(_CLI_TIMEOUT, login.http.budget.remaining()))
        try:
            # pylint: disable-next=ansible-bad-function # the engine has no AnsibleModule whose run_command it could use
            done = self._run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout, env=dict(self._environ), check=False)
        except subprocess.TimeoutExpired:
            raise self._problem(f"did not answer within {timeout:.0f} s", login, what, "Try the command by hand: az account get-access-token.") from None
        except OSError as error:
            raise self._problem(f"cannot be started: {error.strerror or error}", login, what) from None
        errors = done.stderr.decode("utf-8", "replace")
        if done.returncode != 0:
            raise self._explain(errors, login, what)
        try:
            answer = json.loads(done.stdout)
            return RawToken(str(answer["accessToken"]), _cli_expiry(answer))
        except (ValueError, KeyError, TypeError):
            raise self._problem("answered something that is not a token", login, what, "Try the command by hand: az account get-access-token.") from None

    def _executable(self) -> str:
        found = shutil.which("az", path=self._environ.get("PATH"))
        if found is None:
            raise CredentialError(
                "auth_method is azure_cli and there is no command az on the PATH.",
                code="azure_cli_missing",
                advice="Install the Azure CLI, or choose another auth_method.",
            )
        return found

    def _explain(self, errors: str, login: Login, what: str) -> CredentialError:
        if error_number(errors):
            lines = [line for line in errors.splitlines() if "AADSTS" in line]
            return self.refused(lines[0].removeprefix("ERROR:").strip(), login, what)
        lowered = errors.lower()
        sign_in = f"Sign in first: az login --tenant {login.tenant} --allow-no-subscriptions."
        if "az login" in lowered or "no subscription found" in lowered or "no accounts were found" in lowered:
            return self._problem("is not signed in to this tenant", login, what, sign_in, "azure_cli_signed_out")
        said = next((line.removeprefix("ERROR:").strip() for line in errors.splitlines() if line.strip() and not line.startswith("WARNING")), "")
        return self._problem(f"failed: {login.http.redact(said).rstrip('.') or 'it gave no reason'}", login, what, sign_in)

    def _problem(self, text: str, login: Login, what: str, advice: str | None = None, code: str = "azure_cli") -> CredentialError:
        return CredentialError(
            f"Could not get a token for {what} in tenant {login.tenant} with the {self.label}: az {text}.", code=code, tenant=login.tenant, advice=advice
        )


def _cli_expiry(answer: t.Mapping[str, t.Any]) -> float:
    """Epoch seconds: newer versions say so, older ones give local time."""
    if answer.get("expires_on"):
        return float(answer["expires_on"])
    return datetime.datetime.strptime(str(answer["expiresOn"]), "%Y-%m-%d %H:%M:%S.%f").timestamp()
