# SPDX-License-Identifier: GPL-3.0-or-later
"""Generated tenants: a connector, and what it meets there. The same number gives the same tenant."""

from __future__ import annotations

import dataclasses
import random
import typing as t
from pathlib import Path

from support.identities import Identity
from tenant_emulator.testing import Emulator, JsonObject

Json = dict[str, t.Any]
CONNECTORS = ("workspace365", "workato", "okta_workflows", "power_platform")
VENDOR, PUBLISHER = "c7e15b90-4d28-4a6f-b3c1-90f2d6e8a745", "5e0b7a42-9c16-4f83-a2d7-e41c8b60f395"
GRAPH = "00000003-0000-0000-c000-000000000000"

# What the automation identity may do, by a name for the failure.
_OWNED, _ALL, _GRANT, _ORGANIZATION = (
    "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All", "Organization.Read.All",
)  # fmt: skip
_WIDE = (
    _ALL, _GRANT, "AppRoleAssignment.ReadWrite.All", _ORGANIZATION, "Directory.Read.All", "Policy.Read.All", "Policy.ReadWrite.Authorization",
    "GroupSettings.ReadWrite.All", "User.Read.All",
)  # fmt: skip
RIGHTS: t.Mapping[str, tuple[str, ...]] = {
    "wide": _WIDE,
    "wide too": _WIDE,
    "least": (_OWNED, _GRANT, _ORGANIZATION),
    "least and policies": (_OWNED, _GRANT, _ORGANIZATION, "Policy.Read.All"),
    "no grants": tuple(right for right in _WIDE if right != _GRANT),
    "no grants, and owned": (_OWNED, _ORGANIZATION, "Directory.Read.All", "Policy.Read.All"),
    "no policies": tuple(right for right in _WIDE if right != "Policy.Read.All"),
    "reads": ("Application.Read.All", "Directory.Read.All", _ORGANIZATION, "Policy.Read.All"),
    "directory": ("Directory.ReadWrite.All", "Policy.Read.All"),
    "none": (),
}
_BAN = {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": None, "restrictForAppsCreatedAfterDateTime": "2019-01-01T10:37:00Z"}
POLICIES: t.Mapping[str, list[Json]] = {
    "": [],
    "no secrets": [_BAN],
    "short secrets": [{**_BAN, "restrictionType": "passwordLifetime", "maxLifetime": "P30D"}],
    "no secrets of old ones": [{**_BAN, "restrictForAppsCreatedAfterDateTime": "2099-01-01T10:37:00Z"}],
}
STATES = ("new", "new", "new", "connected", "drifted", "deactivated", "disabled", "by Microsoft", "secret over")
NAMES = ("", "", "", "unique name", "display name", "deleted", "redirect")
PRODUCTS: t.Mapping[str, tuple[str, ...]] = {
    "workspace365": ("", "", "", "down", "wrong key", "no key", "no environment"),
    "workato": ("", "", "", "down", "no rights", "wrong key"),
    "okta_workflows": ("", "", "no account", "wrong publisher", "account disabled"),
    "power_platform": ("", "", "down", "no administrator", "no vault", "role unknown"),
}
# How a rollout ends that ended well; all other statuses say that it is blocked, or that a proof failed.
ENDS_WELL = {"connected", "configured", "ready_for_authorization", "awaiting_consent", "consent_not_assessed", "awaiting_role"}
GUARDS = ("",) * 12 + ("wrong domain",)


@dataclasses.dataclass
class Tenant:
    """What is generated."""

    seed: int
    connector: str
    rights: str
    policy: str
    state: str
    name: str
    product: str
    guard: str

    @classmethod
    def of(cls, seed: int) -> Tenant:
        """The tenant of a number."""
        chance = random.Random(seed)
        connector = CONNECTORS[seed % len(CONNECTORS)]
        drawn = [chance.choice(list(table)) for table in (RIGHTS, POLICIES, STATES, NAMES, PRODUCTS[connector], GUARDS)]
        # Most of them are wrong in one or two places only: with all of them at once hardly one would be a "go".
        plain = ("wide", "", "new", "", "", "")
        kept = [value if chance.random() < 0.4 else usual for value, usual in zip(drawn, plain, strict=True)]
        return cls(seed, connector, *kept)

    def variables(self, emulator: Emulator, folder: Path) -> Json:
        """The host's, of a tenant in which nothing is wrong."""
        common = {
            "entra_tenant_id": "contoso.onmicrosoft.com",
            "entra_expected_domain": "contoso.com",
            "entra_connector_sink": {"type": "vault_file", "directory": str(folder / "credentials")},
            "entra_connector_vault_id": "demo",
        }
        return {**common, **_OWN[self.connector](emulator)}

    def prepare(self, emulator: Emulator, connect: t.Callable[[Json], object], identity: Identity, folder: Path) -> Json:
        """Bring the tenant into its state; returns the host's variables. C(connect) is a whole rollout of an identity that may do everything."""
        host = self.variables(emulator, folder)
        identity.may(*_WIDE)
        if self.state not in ("new",):
            connect(host)
            self._change(emulator)
        if self.seed % 8 < len(CONNECTORS) and self.connector in _KNOWN:
            emulator.control("POST", "tenants/contoso/servicePrincipals", {"appId": _KNOWN[self.connector]})
        self._take_name(emulator)
        if POLICIES[self.policy]:
            section = {"passwordCredentials": POLICIES[self.policy], "keyCredentials": []}
            both = {"applicationRestrictions": section, "servicePrincipalRestrictions": section}
            body = {"id": "00000000-0000-0000-0000-000000000000", "isEnabled": True, **both}
            emulator.control("PUT", "tenants/contoso/policies/defaultAppManagementPolicy", body)
        host |= self._product(emulator, folder)
        if self.guard:
            host["entra_expected_domain"] = "fabrikam.com"
        identity.may(*RIGHTS[self.rights])
        return host

    def _app(self, emulator: Emulator) -> JsonObject | None:
        made = [one for one in emulator.tenant("contoso")["applications"].values() if "tkc:created" in (one.get("tags") or ())]
        return made[0] if made else None

    def _principal(self, emulator: Emulator) -> JsonObject:
        app = self._app(emulator)
        app_id = app["appId"] if app else VENDOR
        return next(one for one in emulator.tenant("contoso")["service_principals"].values() if one["appId"] == app_id)

    def _change(self, emulator: Emulator) -> None:
        app, principal = self._app(emulator), self._principal(emulator)
        if self.state == "drifted":
            if app:
                without = {platform: {**app[platform], "redirectUris": []} for platform in ("web", "publicClient")}
                if app["web"].get("redirectUriSettings"):
                    without["web"]["redirectUriSettings"] = []
                emulator.update("contoso", "applications", app["id"], **without)
            for key, grant in emulator.tenant("contoso")["grants"].items():
                if grant["clientId"] == principal["id"]:
                    emulator.delete("contoso", "oauth2PermissionGrants", key)
        elif self.state == "deactivated" and app:
            emulator.update("contoso", "applications", app["id"], isDisabled=True)
        elif self.state in ("deactivated", "disabled"):
            emulator.update("contoso", "servicePrincipals", principal["id"], accountEnabled=False)
        elif self.state == "by Microsoft":
            emulator.update("contoso", "servicePrincipals", principal["id"], disabledByMicrosoftStatus="DisabledDueToViolationOfServicesAgreement")
        elif self.state == "secret over":
            emulator.advance(200 * 86400)

    def _take_name(self, emulator: Emulator) -> None:
        if not self.name or self.connector == "okta_workflows" or self._app(emulator) is not None:
            return
        unique, shown = _NAMES[self.connector]
        fields: Json = {"displayName": shown}
        if self.name == "redirect":
            fields["web"] = {"redirectUris": [f"{emulator.workspace365_url()}/contoso/OAuth2/HandleAuthorityResponse"]}
        elif self.name != "display name":
            fields["uniqueName"] = unique
        made = emulator.add_application("contoso", service_principal=True, **fields)["application"]
        if self.name == "deleted":
            headers = {"Authorization": f"Bearer {emulator.token('contoso')['access_token']}"}
            status, _body = emulator.request("DELETE", f"{emulator.graph_url}/v1.0/applications/{made['id']}", None, headers)
            assert status == 204

    def _product(self, emulator: Emulator, folder: Path) -> Json:
        if self.product == "down":
            emulator.fault(action="status", status=503, service=self.connector.replace("power_platform", "powerplatform"), times=None)
        return _WRONG.get((self.connector, self.product), {})


# What the roles call the application where the operator does not say, and the API or vendor's application that half of the tenants know already.
_NAMES = {
    "workspace365": ("tenantkit.workspace365.contoso", "Workspace 365 (contoso)"),
    "workato": ("tenantkit.workato.contoso", "Workato"),
    "power_platform": ("tenantkit.power_platform", "Power Platform automation"),
}
_KNOWN = {"okta_workflows": VENDOR, "power_platform": "8578e004-a5c6-46e7-913e-12f58912df43"}

_OWN: t.Mapping[str, t.Callable[[Emulator], Json]] = {
    "workspace365": lambda emulator: {
        "workspace365_instance_url": emulator.workspace365_url(),
        "workspace365_provisioning_key": emulator.control("GET", "workspace365/portal")["provisioning_key"],
        "workspace365_provisioning_key_instance": emulator.workspace365_url(),
        "workspace365_environment": "contoso",
    },
    "workato": lambda emulator: {
        "workato_permissions": "directory",
        "workato_api_token": "wrkaus-emulated-token-of-contoso-with-rights",
        "workato_expected_workspace": "Contoso",
    },
    "okta_workflows": lambda emulator: {
        "okta_workflows_app_id": VENDOR,
        "okta_workflows_publisher_tenant_id": PUBLISHER,
        "okta_workflows_accounts": ["service@contoso.com"],
        "okta_workflows_permissions": "directory",
    },
    "power_platform": lambda emulator: {
        "power_platform_credential": "secret",
        "power_platform_admin_auth": {"client_id": emulator.identity()["client_id"], "client_secret": emulator.identity()["secret"]},
    },
}
_WRONG: t.Mapping[tuple[str, str], Json] = {
    ("workspace365", "wrong key"): {"workspace365_provisioning_key": "00000000-1c6d-4a83-9f05-d8e3a7b61c24"},
    ("workspace365", "no key"): {"workspace365_provisioning_key": ""},
    ("workspace365", "no environment"): {"workspace365_environment": "nowhere"},
    ("workato", "no rights"): {"workato_api_token": "wrkaus-emulated-token-of-contoso-without"},
    ("workato", "wrong key"): {"workato_api_token": "wrkaus-emulated-token-of-nothing"},
    ("okta_workflows", "no account"): {"okta_workflows_accounts": ["missing@contoso.com"]},
    ("okta_workflows", "wrong publisher"): {"okta_workflows_publisher_tenant_id": "8a5f0d2c-3b7e-4c19-9d64-0f2a6b1c7e90"},
    ("power_platform", "role unknown"): {"power_platform_role": "no such role"},
    ("power_platform", "no administrator"): {"power_platform_admin_auth": {}},
    ("power_platform", "no vault"): {"entra_connector_vault_id": "unknown"},
}
