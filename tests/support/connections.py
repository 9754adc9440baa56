# SPDX-License-Identifier: GPL-3.0-or-later
"""What must hold for the connection of one tenant to Workspace 365 at any time, asserted on the emulator's state.

The names of secrets and the form of marks are written down here a second time on purpose: old tenants hold them.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from tenant_emulator.testing import Emulator, JsonObject

_MANAGED = re.compile(r"tkc:workspace365:[0-9a-f]{8}")
_MARK = re.compile(r"tkc:workspace365:[0-9a-f]{12}:([pd]):([0-9a-f-]{36}):([0-9a-f]{12})")


@dataclasses.dataclass
class Connection:
    """One application as a tenant holds it, and what the product holds."""

    emulator: Emulator
    tenant: str = "contoso"
    client_id: str | None = None  # of an adopted application

    @property
    def unique_name(self) -> str:
        """By which the connector finds an application of its own."""
        return f"tenantkit.workspace365.{self.tenant}"

    def applications(self) -> list[JsonObject]:
        """The applications that can be meant; more than one is a mistake."""
        found = self.emulator.tenant(self.tenant)["applications"].values()
        if self.client_id:
            return [app for app in found if app["appId"] == self.client_id or app["uniqueName"] == self.unique_name]
        return [app for app in found if app["uniqueName"] == self.unique_name or "tkc:created" in app["tags"]]

    @property
    def application(self) -> JsonObject:
        """The one application."""
        found = self.applications()
        assert len(found) == 1, [app["displayName"] for app in found]
        return found[0]

    def managed(self) -> list[JsonObject]:
        """Its secrets that the connector made."""
        return [key for app in self.applications() for key in app["passwordCredentials"] if _MANAGED.fullmatch(key["displayName"] or "")]

    def marks(self) -> list[tuple[str, str, str]]:
        """Its delivery marks: p or d, key id, fingerprint."""
        return [match.groups() for app in self.applications() for tag in app["tags"] if (match := _MARK.fullmatch(tag))]  # type: ignore[misc]

    def unmarked(self) -> list[str]:
        """Ids of managed secrets that no mark names."""
        marked = {key_id for _kind, key_id, _content in self.marks()}
        return [key["keyId"] for key in self.managed() if key["keyId"] not in marked]

    def held(self) -> JsonObject | None:
        """What the product holds."""
        return t.cast("JsonObject | None", self.emulator.workspace365("portal", self.tenant)["sso"])

    def signs_in(self) -> bool:
        """Whether the product gets a token with what it holds."""
        return bool(self.emulator.control("POST", f"workspace365/portal/{self.tenant}/sign-in")["status"] == 200)

    def others(self) -> JsonObject:
        """All that a run has no business with: foreign secrets everywhere, other applications, other tenants."""
        state: JsonObject = {}
        ours = {app["id"] for app in self.applications()}
        for name in self.emulator.control("GET", "tenants"):
            tenant = self.emulator.tenant(name)
            if name != self.tenant:
                state[name] = {key: tenant[key] for key in ("applications", "grants", "assignments", "secrets")}
                continue
            foreign = {
                key["keyId"]: key
                for app in tenant["applications"].values()
                for key in app["passwordCredentials"]
                if not _MANAGED.fullmatch(key["displayName"] or "")
            }
            rest = {app["id"]: app for app in tenant["applications"].values() if app["id"] not in ours}
            state[name] = {"foreign": foreign, "applications": rest, "deleted": tenant["deleted"], "users": tenant["users"]}
        return state

    def check_safe(self) -> None:
        """What holds after a kill anywhere."""
        if self.held() is not None:
            assert self.signs_in(), f"locked out: the product holds {self.held()}, of {[key['keyId'] for key in self.managed()]}"
        assert len(self.unmarked()) <= 1, self.unmarked()
        assert len(self.applications()) <= 1

    def check_connected(self, scopes: t.Collection[str] = ("User.Read", "openid")) -> None:
        """What holds after a run that ended well."""
        self.check_safe()
        held, app, tenant = self.held(), self.application, self.emulator.tenant(self.tenant)
        assert held is not None and held["client_id"] == app["appId"]
        assert [mark for mark in self.marks() if mark[0] == "p"] == []
        assert [mark[1] for mark in self.marks() if mark[2] != "0" * 12] == [held["key_id"]]
        (principal,) = [item for item in tenant["service_principals"].values() if item["appId"] == app["appId"]]
        granted = [item for item in tenant["grants"].values() if item["clientId"] == principal["id"]]
        assert [(item["consentType"], sorted(item["scope"].split())) for item in granted] == [("AllPrincipals", sorted(scopes))]
