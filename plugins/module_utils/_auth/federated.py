# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Assertions of a workload that are fetched: from GitHub Actions, from Azure DevOps, and from a managed identity of the application's own tenant.

An assertion is good for minutes, so it is fetched for every request to the token endpoint and never kept.

Sources: https://docs.github.com/en/actions/reference/security/oidc (the two variables, the audience as a parameter, issuer and subject) and
https://github.com/actions/toolkit/blob/main/packages/core/src/oidc-utils.ts (bearer, "&audience=", the member "value");
https://learn.microsoft.com/rest/api/azure/devops/distributedtask/oidctoken/create (POST, serviceConnectionId, the member "oidcToken"),
https://learn.microsoft.com/azure/devops/release-notes/2024/sprint-240-update (SYSTEM_OIDCREQUESTURI and AZURESUBSCRIPTION_SERVICE_CONNECTION_ID) and
https://github.com/Azure/azure-sdk-for-python/blob/main/sdk/identity/azure-identity/azure/identity/_credentials/azure_pipelines.py (api-version 7.1, bearer);
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity (the application is in the identity's tenant
and may sign in to other tenants; the audience of each cloud); read 2026-11. That Azure DevOps answers 401 in place of a redirect to its page for
X-TFS-FedAuthRedirect, as Microsoft's other clients send it, and in which form either refuses (inferred).
"""

from __future__ import annotations

import dataclasses
import enum
import typing as t
import urllib.parse

from .._errors import CredentialError, ServiceError
from .._http.answer import HttpAnswer
from .._ids import is_guid
from .._redact import excerpt
from .application import is_over, is_token
from .base import ConfidentialCredential, Login
from .platform import ManagedIdentity


class AssertionSource(enum.Enum):
    """Where the assertion of a workload comes from."""

    FILE = "file"
    GITHUB_ACTIONS = "github_actions"
    AZURE_DEVOPS = "azure_devops"
    MANAGED_IDENTITY = "managed_identity"


@dataclasses.dataclass(frozen=True)
class Asked:
    """How the operator said where assertions come from: the names of the option or variable, for sentences, and the audience of the cloud."""

    source: str  # "the options" or "the environment"
    said: str  # the option or variable that names the source
    audience: str


class FetchedAssertion(ConfidentialCredential):
    """An application that trusts a workload whose assertion has to be asked for."""

    method = "federated"
    service = ""
    variables: tuple[str, ...] = ()  # what the platform sets for a job
    secret_variable = ""
    where = ""  # what has to be so for the variables to be there

    def __init__(self, client_id: str, asked: Asked, environ: t.Mapping[str, str]) -> None:
        super().__init__(client_id, asked.source)
        self._asked = asked
        self._given = {name: environ.get(name, "").strip() for name in self.variables}

    def validate(self) -> None:
        """Raises CredentialError for a client id that is none, and for a variable of the platform that is not there."""
        self.check_client_id("auth_client_id")
        missing = [name for name, value in self._given.items() if not value]
        if missing:
            raise CredentialError(
                f"{self._asked.said} asks for a token of {self.service}, and {' and '.join(missing)} "
                f"{'is' if len(missing) == 1 else 'are'} not set in the environment of this task.",
                code="half_credential",
                advice=self.where,
            )

    def identity(self) -> t.Sequence[str]:
        # The place, not what it answers: the identity stays the same while its assertions change.
        return [self.service, *(value for name, value in self._given.items() if name != self.secret_variable)]

    @property
    def secrets(self) -> t.Sequence[str]:
        return tuple(value for name, value in self._given.items() if name == self.secret_variable and value)

    def msal_credential(self, login: Login) -> t.Any:
        return {"client_assertion": lambda: self.fetch(login)}

    def renewed(self, login: Login, error: CredentialError) -> bool:
        return is_over(error)

    def fetch(self, login: Login) -> str:
        """A new assertion. Raises CredentialError where none is given, and what HTTP raises."""
        raise NotImplementedError

    def _request(self, login: Login, method: str, address: str, added: t.Mapping[str, str], headers: t.Mapping[str, str]) -> HttpAnswer:
        """Ask the platform, as the job. Raises what HTTP raises."""
        return login.http.request(
            method,
            _with_query(address, added),
            doing=f"get an assertion from {self.service} for a token in tenant {login.tenant}",
            service=self.service,
            headers={"Authorization": f"Bearer {self._given[self.secret_variable]}", **headers},
        )

    def _taken(self, login: Login, answer: HttpAnswer, member: str, advice: str) -> str:
        """The assertion in an answer. Raises CredentialError for an answer without one."""
        found = None
        if answer.ok:
            try:
                found = answer.json()
            except ServiceError:
                found = None
        token = found.get(member) if isinstance(found, dict) else None
        if isinstance(token, str) and is_token(token):
            return token
        shown = excerpt(answer.text, answer.secrets)
        what = f"without a token in {member!r}" if answer.ok else f'with "{shown}"' if shown else "with an empty body"
        raise CredentialError(
            f"Could not get an assertion from {self.service} for a token in tenant {login.tenant}: {answer.host} answered {answer.status} {what}.",
            code="assertion",
            http_status=answer.status,
            service=self.service,
            service_message=shown or None,
            request_id=answer.request_id,
            client_request_id=answer.client_request_id,
            tenant=login.tenant,
            advice=advice,
        )


class GitHubActions(FetchedAssertion):
    """A job of GitHub Actions."""

    label = "assertion of GitHub Actions"
    service = "GitHub Actions"
    variables = ("ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
    secret_variable = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
    where = "Give the job 'permissions: {id-token: write}', and hand both variables on to a container or a step that does not see them by itself."

    def fetch(self, login: Login) -> str:
        answer = self._request(login, "GET", self._given["ACTIONS_ID_TOKEN_REQUEST_URL"], {"audience": self._asked.audience}, {})
        return self._taken(login, answer, "value", "The variables are good for the job that GitHub gave them to, and only while it runs: run it again.")


class AzureDevOps(FetchedAssertion):
    """A job of Azure Pipelines, with a service connection."""

    label = "assertion of Azure DevOps"
    service = "Azure DevOps"
    variables = ("SYSTEM_OIDCREQUESTURI", "SYSTEM_ACCESSTOKEN")
    secret_variable = "SYSTEM_ACCESSTOKEN"
    where = "Run in a job of Azure Pipelines, and map the token in the step: 'env: {SYSTEM_ACCESSTOKEN: $(System.AccessToken)}'."

    def __init__(self, client_id: str, asked: Asked, environ: t.Mapping[str, str], connection: str, connection_name: str) -> None:
        super().__init__(client_id, asked, environ)
        self._connection = connection.strip().lower()
        self._connection_name = connection_name

    def validate(self) -> None:
        """Raises CredentialError as every fetched assertion does, and for the id of a service connection that is none."""
        super().validate()
        if not is_guid(self._connection):
            raise CredentialError(
                f"{self._connection_name} is {self._connection!r}, which is not the id of a service connection.",
                code="service_connection",
                advice="It is the GUID behind 'resourceId' in the address of the service connection's page.",
            )

    def identity(self) -> t.Sequence[str]:
        return [*super().identity(), self._connection]

    def fetch(self, login: Login) -> str:
        query = {"api-version": "7.1", "serviceConnectionId": self._connection}
        headers = {"Content-Type": "application/json", "X-TFS-FedAuthRedirect": "Suppress"}
        answer = self._request(login, "POST", self._given["SYSTEM_OIDCREQUESTURI"].rstrip("/"), query, headers)
        advice = f"Check that {self._connection_name} names a service connection with workload identity federation that this pipeline may use."
        return self._taken(login, answer, "oidcToken", advice)


class ManagedIdentityAssertion(FetchedAssertion):
    """An application that trusts a managed identity of its own tenant. It may be a multitenant one, and sign in to other tenants with it."""

    label = "assertion of a managed identity"
    service = "Azure"

    def __init__(self, client_id: str, asked: Asked, environ: t.Mapping[str, str], identity: str | None, identity_name: str) -> None:
        super().__init__(client_id, asked, environ)
        self._managed = ManagedIdentity(identity, asked.source, environ)
        self._identity_name = identity_name

    def validate(self) -> None:
        """Raises CredentialError as every fetched assertion does, and as a managed identity does."""
        super().validate()
        if self._managed.client_id:
            self._managed.check_client_id(self._identity_name)
        self._managed.validate()

    def identity(self) -> t.Sequence[str]:
        return [*super().identity(), self._managed.client_id or "", *self._managed.identity()]

    def fetch(self, login: Login) -> str:
        """The identity's own token for the exchange. Raises what a managed identity raises."""
        return self._managed.acquire(login, self._asked.audience, "the token exchange").value


def _with_query(address: str, added: t.Mapping[str, str]) -> str:
    """An address with more parameters; what the platform put into its query stays as it is."""
    query = urllib.parse.urlencode(added)
    return f"{address}{'&' if '?' in address else '?'}{query}"
