# SPDX-License-Identifier: GPL-3.0-or-later
"""One application as a tenant holds it, seen from outside: its keys, its delivery marks, and all that a run has no business with.

The names of keys and the form of marks are written down here a second time on purpose: old tenants hold them.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from tenant_emulator.testing import Emulator, JsonObject

SUPERSEDED = "0" * 12


def without_application(others: JsonObject, app_id: str, tenant: str = "contoso") -> JsonObject:
    """What C(others) says, without an application among what was deleted."""
    deleted = {key: item for key, item in others[tenant]["deleted"].items() if item["appId"] != app_id}
    return {**others, tenant: {**others[tenant], "deleted": deleted}}


@dataclasses.dataclass
class Registration:
    """The application of one connector in one tenant."""

    emulator: Emulator
    tenant: str = "contoso"
    client_id: str | None = None  # of an adopted application
    connector: t.ClassVar[str] = ""
    kind: t.ClassVar[str] = "passwordCredentials"  # or keyCredentials

    @property
    def unique_name(self) -> str:
        """By which the connector finds an application of its own."""
        return f"tenantkit.{self.connector}.{self.tenant}"

    @property
    def state(self) -> JsonObject:
        """The tenant."""
        return self.emulator.tenant(self.tenant)

    def applications(self) -> list[JsonObject]:
        """The applications that can be meant; more than one is a mistake."""
        found = self.state["applications"].values()
        if self.client_id:
            return [app for app in found if app["appId"] == self.client_id or app["uniqueName"] == self.unique_name]
        return [app for app in found if app["uniqueName"] == self.unique_name or "tkc:created" in app["tags"]]

    @property
    def application(self) -> JsonObject:
        """The one application."""
        found = self.applications()
        assert len(found) == 1, [app["displayName"] for app in found]
        return found[0]

    def principals(self) -> list[JsonObject]:
        """Its enterprise application, when there is one."""
        ids = {app["appId"] for app in self.applications()}
        return [item for item in self.state["service_principals"].values() if item["appId"] in ids]

    def is_managed(self, key: JsonObject) -> bool:
        """Whether the connector made a key."""
        return re.fullmatch(rf"tkc:{self.connector}:[0-9a-f]{{8}}", key["displayName"] or "") is not None

    def managed(self) -> list[JsonObject]:
        """Its keys that the connector made."""
        return [key for app in self.applications() for key in app[self.kind] if self.is_managed(key)]

    def marks(self) -> list[tuple[str, str, str]]:
        """Its delivery marks: p or d, key id, fingerprint."""
        form = re.compile(rf"tkc:{self.connector}:[0-9a-f]{{12}}:([pd]):([0-9a-f-]{{36}}):([0-9a-f]{{12}})")
        return [match.groups() for app in self.applications() for tag in app["tags"] if (match := form.fullmatch(tag))]  # type: ignore[misc]

    def delivered(self) -> list[str]:
        """Ids of the keys that are marked as last delivered; C(pending) has those of which it is not known."""
        return [key_id for kind, key_id, content in self.marks() if kind == "d" and content != SUPERSEDED]

    def pending(self) -> list[str]:
        """Ids of the keys of which it is not known whether they were delivered."""
        return [key_id for kind, key_id, _content in self.marks() if kind == "p"]

    def unmarked(self) -> list[str]:
        """Ids of managed keys that no mark names."""
        marked = {key_id for _kind, key_id, _content in self.marks()}
        return [key["keyId"] for key in self.managed() if key["keyId"] not in marked]

    def granted(self) -> list[tuple[str, list[str]]]:
        """For whom which delegated permissions were consented to."""
        mine = {item["id"] for item in self.principals()}
        return [(item["consentType"], sorted(item["scope"].split())) for item in self.state["grants"].values() if item["clientId"] in mine]

    def others(self) -> JsonObject:
        """All that a run has no business with: foreign keys everywhere, other applications, other tenants."""
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
                for key in [*app["passwordCredentials"], *app["keyCredentials"]]
                if not self.is_managed(key)
            }
            rest = {app["id"]: app for app in tenant["applications"].values() if app["id"] not in ours}
            state[name] = {"foreign": foreign, "applications": rest, "deleted": tenant["deleted"], "users": tenant["users"]}
        return state

    def check_safe(self) -> None:
        """What holds after a kill anywhere."""
        assert len(self.unmarked()) <= 1, self.unmarked()
        assert len(self.applications()) <= 1

    def check_settled(self) -> None:
        """What holds after a run that ended well: nothing is open, and one key is marked as delivered."""
        assert self.pending() == []
        assert len(self.delivered()) == 1, self.marks()
