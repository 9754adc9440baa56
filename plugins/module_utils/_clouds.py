# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Host names per cloud. One option, C(cloud), moves them all together; single ones can be overridden.

Sources: https://learn.microsoft.com/graph/deployments and https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud (Graph and
sign-in), https://learn.microsoft.com/powershell/module/az.accounts/connect-azaccount and
https://docs.ansible.com/ansible/latest/collections/azure/azcollection/azure_rm_resourcegroup_module.html#parameter-cloud_environment (names of Azure's tools),
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity (audience of an assertion),
https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#dns-suffixes-for-object-identifiers (vaults),
https://github.com/microsoft/terraform-provider-power-platform and
https://www.powershellgallery.com/packages/Microsoft.PowerPlatform.EnterprisePolicies (Power Platform and BAP; no page lists them); read 2026-11. For GCC High
these two differ, and what the second says is taken (inferred).
"""

from __future__ import annotations

import dataclasses
import typing as t
import urllib.parse

from ._addresses import address_problem, without_secrets
from ._errors import OptionError

# Where Entra signs people in, in all clouds, legacy aliases included.
LOGIN_HOSTS = frozenset({
    "login.windows.net",
    "login.microsoftonline.com",
    "login.microsoft.com",
    "sts.windows.net",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
    "login.chinacloudapi.cn",
})  # fmt: skip
_WORKSPACE365 = "https://login.windows.net/{primary_domain}"
EXAMPLE_AUTHORITY = "https://login.windows.net/contoso.com"  # for sentences
ERROR_PAGE = "https://login.microsoftonline.com/error"  # says what an AADSTS code means; the other clouds have none of their own
AZURE_AD_GRAPH = "https://graph.windows.net"  # the API before Microsoft Graph, retired in 2025; registrations still name it
_EXCHANGE_USGOV = "api://AzureADTokenExchangeUSGov"
_VAULTS_USGOV = "vault.usgovcloudapi.net"
_ANY_TENANT = {"common", "organizations", "consumers"}


def tenant_in_login_url(url: str) -> str | None:
    """The tenant that a URL of Entra's sign-in names, or None when it is not one or names no tenant."""
    try:
        parts = urllib.parse.urlsplit(url.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return None
    if host not in LOGIN_HOSTS:
        return None
    segment = urllib.parse.unquote(parts.path.strip("/").partition("/")[0]).lower()
    return segment if segment and segment not in _ANY_TENANT else None


@dataclasses.dataclass(frozen=True)
class Cloud:
    """The service roots of one cloud, without API versions and without a trailing slash."""

    name: str
    login_url: str
    graph_url: str
    powerplatform_url: str
    bap_url: str
    powerapps_audience: str
    # What Workspace 365 is told as Authority unless the operator says otherwise. Its documentation speaks of login.windows.net only, which serves the tenants
    # of the public cloud and of GCC; elsewhere (None) the authority has to be given. "{primary_domain}" is filled in as in any authority.
    workspace365_authority: str | None = None
    # What the assertion of a workload is asked for, and what the federated credential of the application names.
    exchange_audience: str = "api://AzureADTokenExchange"
    azure_name: str = "AzureCloud"  # what Azure's own tools call it
    key_vault_suffix: str = "vault.azure.net"  # of the host names of vaults

    @property
    def graph_audience(self) -> str:
        """What a token for Microsoft Graph is asked for: Graph's official address, wherever requests are sent."""
        return self.graph_url

    @property
    def powerplatform_audience(self) -> str:
        """What a token for the Power Platform API is asked for."""
        return self.powerplatform_url

    @property
    def key_vault_audience(self) -> str:
        """What a token for a vault is asked for, whichever vault it is."""
        return f"https://{self.key_vault_suffix}"

    @property
    def native_redirect_uri(self) -> str:
        """The redirect URI of desktop applications, which Entra's portal suggests for "mobile and desktop applications".

        Its host is the one that people sign in at. Sources, all read on 2026-11-29: for the public cloud
        https://learn.microsoft.com/entra/identity-platform/scenario-desktop-app-registration; for China
        https://docs.azure.cn/en-us/entra/identity-platform/scenario-desktop-production and .../how-to-add-redirect-uri, which give
        https://login.partner.microsoftonline.cn/common/oauth2/nativeclient as "the exact value". The older login.chinacloudapi.cn still signs people in,
        but no page of Microsoft or 21Vianet that was found gives it as a redirect URI. This was not tried in a tenant of that cloud.
        """
        return f"{self.login_url}/common/oauth2/nativeclient"


CLOUDS: t.Mapping[str, Cloud] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            name="public",
            login_url="https://login.microsoftonline.com",
            graph_url="https://graph.microsoft.com",
            powerplatform_url="https://api.powerplatform.com",
            bap_url="https://api.bap.microsoft.com",
            powerapps_audience="https://service.powerapps.com/",
            workspace365_authority=_WORKSPACE365,
        ),
        Cloud(
            name="gcc",
            login_url="https://login.microsoftonline.com",
            graph_url="https://graph.microsoft.com",
            powerplatform_url="https://api.gov.powerplatform.microsoft.us",
            bap_url="https://gov.api.bap.microsoft.us",
            powerapps_audience="https://service.powerapps.us/",
            workspace365_authority=_WORKSPACE365,
        ),
        Cloud(
            name="usgov",
            login_url="https://login.microsoftonline.us",
            graph_url="https://graph.microsoft.us",
            powerplatform_url="https://api.high.powerplatform.microsoft.us",
            bap_url="https://high.api.bap.microsoft.us",
            powerapps_audience="https://high.service.powerapps.us/",
            exchange_audience=_EXCHANGE_USGOV,
            azure_name="AzureUSGovernment",
            key_vault_suffix=_VAULTS_USGOV,
        ),
        Cloud(
            name="usgov_dod",
            login_url="https://login.microsoftonline.us",
            graph_url="https://dod-graph.microsoft.us",
            powerplatform_url="https://api.appsplatform.us",
            bap_url="https://api.bap.appsplatform.us",
            powerapps_audience="https://service.apps.appsplatform.us/",
            exchange_audience=_EXCHANGE_USGOV,
            azure_name="AzureUSGovernment",
            key_vault_suffix=_VAULTS_USGOV,
        ),
        Cloud(
            name="china",
            login_url="https://login.partner.microsoftonline.cn",
            graph_url="https://microsoftgraph.chinacloudapi.cn",
            powerplatform_url="https://api.powerplatform.partner.microsoftonline.cn",
            bap_url="https://api.bap.partner.microsoftonline.cn",
            powerapps_audience="https://service.powerapps.cn/",
            exchange_audience="api://AzureADTokenExchangeChina",
            azure_name="AzureChinaCloud",
            key_vault_suffix="vault.azure.cn",
        ),
    )
}


def cloud_of_vault(host: str) -> Cloud | None:
    """The cloud whose vaults have host names such as this one (in small letters); None for any other host."""
    name, _dot, suffix = host.partition(".")
    return next((cloud for cloud in CLOUDS.values() if name and cloud.key_vault_suffix == suffix), None)


@dataclasses.dataclass(frozen=True)
class Endpoints:
    """Where this task's requests go, and what its tokens are for. Overrides move addresses, never audiences."""

    cloud: Cloud
    login_url: str
    graph_url: str

    @property
    def graph_audience(self) -> str:
        """The official resource of Microsoft Graph in this cloud."""
        return self.cloud.graph_audience


def service_root(value: str, option: str) -> str:
    """Check a service root given by the user and return it without trailing slashes; a path prefix is allowed.

    Raises OptionError when it is no https:// address, or ends with an API version.
    """
    text = value.strip()
    problem = address_problem(text)
    if not problem and text.rstrip("/").rpartition("/")[2].lower() in ("v1.0", "v2.0", "beta"):
        problem = "ends with an API version"
    if problem:
        raise OptionError(
            f"{option} is {without_secrets(text)!r}, which {problem}.",
            code="url",
            advice="Give the root of the service, such as https://graph.microsoft.com, possibly with a path in front of its own paths.",
        )
    parts = urllib.parse.urlsplit(text)
    path = "/" + "/".join(segment for segment in parts.path.split("/") if segment) if parts.path.strip("/") else ""
    return f"https://{parts.netloc}{path}"


def endpoints_of(options: t.Mapping[str, t.Any]) -> Endpoints:
    """The endpoints that C(cloud), C(login_url) and C(graph_url) name.

    Raises OptionError for a cloud that is not known, and for a URL that C(service_root) refuses.
    """
    name = options.get("cloud") or "public"
    cloud = CLOUDS.get(name)
    if cloud is None:
        raise OptionError(f"cloud is {name!r}, which is none of {', '.join(CLOUDS)}.", code="cloud")
    return Endpoints(
        cloud=cloud,
        login_url=service_root(options["login_url"], "login_url") if options.get("login_url") else cloud.login_url,
        graph_url=service_root(options["graph_url"], "graph_url") if options.get("graph_url") else cloud.graph_url,
    )
