# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a run knows about Okta's enterprise application once it has looked, and what follows from that before anything is changed."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.names import delegated, lower, once
from ansible_collections.tenantkit.connectors.plugins.module_utils._steps import ran

Json = dict[str, t.Any]
Rows = t.Sequence[t.Mapping[str, t.Any]]

GRAPH: t.Final = "00000003-0000-0000-c000-000000000000"
LEGACY: t.Final = "microsoft-user-default-legacy"  # the policy with which every user can consent to every application


@dataclasses.dataclass(frozen=True)
class Seen:
    """The answers of the three looks, and what the operator chose (see connection.py)."""

    chosen: t.Mapping[str, t.Any]
    tenant: t.Mapping[str, t.Any]
    found: Rows  # the enterprise application, or the candidates when no app id is known
    looked: tuple[tuple[str, t.Mapping[str, t.Any]], ...]  # account, empty for everybody, and its consent
    settings: t.Mapping[str, t.Any]  # the tenant's own settings

    @classmethod
    def of(cls, given: t.Mapping[str, t.Any]) -> Seen:
        """From what the role handed over: C(connection), and the looks C(info), C(consents) and C(settings) as they were registered."""
        info = ran(given.get("info"))
        results = ran(given.get("consents")).get("results") or ()
        return cls(
            chosen=given["connection"],
            tenant=info.get("tenant") or {},
            found=info.get("service_principals") or (),
            looked=tuple((one["item"].get("principal") or "", one["consent"]) for one in results if "consent" in one),
            settings=ran(given.get("settings")).get("consent_policy") or {},
        )

    @property
    def does(self) -> str:
        """What the run does."""
        return str(self.chosen["does"])

    @property
    def for_each(self) -> bool:
        """Whether the consent is for each account alone and not for the whole tenant."""
        return bool(self.chosen["consent_for"] == "principal")

    @property
    def tenant_name(self) -> str:
        """How the tenant calls itself."""
        return str(self.tenant.get("display_name") or "")

    @property
    def principal(self) -> t.Mapping[str, t.Any]:
        """The enterprise application; empty while the tenant has none, and while its app id is not known."""
        return self.found[0] if self.chosen["app_id"] and self.found else {}

    @property
    def names(self) -> list[str]:
        """The accounts as the operator names them, by user principal name or object id, in lower case."""
        return lower(self.chosen["accounts"])

    @property
    def scopes(self) -> list[str]:
        """The chosen scopes of Microsoft Graph."""
        return delegated(self.chosen["permissions"])

    @property
    def assigned(self) -> Rows:
        """Who may use the enterprise application."""
        return self.principal.get("assigned_to") or ()

    @property
    def grants(self) -> Rows:
        """All delegated permissions that the enterprise application holds."""
        return self.principal.get("grants") or ()

    @property
    def graph_grants(self) -> list[t.Mapping[str, t.Any]]:
        """Those of Microsoft Graph."""
        return [grant for grant in self.grants if grant["resource_app_id"] == GRAPH]

    @property
    def for_everybody(self) -> list[t.Mapping[str, t.Any]]:
        """Those of Microsoft Graph that hold for every user of the tenant."""
        return [grant for grant in self.graph_grants if grant["tenant_wide"]]

    @property
    def our_single_grants(self) -> list[t.Mapping[str, t.Any]]:
        """Those of Microsoft Graph that hold for one of the accounts alone: first those found by name, then those found by id."""
        names = self.names
        single = [grant for grant in self.graph_grants if not grant["tenant_wide"]]
        by_name = [grant for grant in single if str(grant["principal"]).lower() in names]
        return by_name + [grant for grant in single if grant["principal_id"] in names and grant not in by_name]

    @property
    def our_grants(self) -> list[t.Mapping[str, t.Any]]:
        """What state absent takes back: the grants of the accounts, and with a consent for everybody that one."""
        return self.our_single_grants + ([] if self.for_each else self.for_everybody)

    @property
    def consents(self) -> list[t.Mapping[str, t.Any]]:
        """The consents that were looked at."""
        return [consent for _account, consent in self.looked]

    @property
    def not_accepted(self) -> list[str]:
        """Scopes with which the tenant can be taken over and that the operator did not accept, such as C(delegated:Directory.ReadWrite.All)."""
        return once(name for consent in self.consents for name in consent["not_accepted"])

    @property
    def account_ids(self) -> list[str]:
        """The accounts by object id, where the look at the consents told it, or else as they are named."""
        return [str(consent["principal_id"]) for consent in self.consents] if self.for_each else self.names

    @property
    def surplus(self) -> list[tuple[str, list[str]]]:
        """Scopes of Microsoft Graph beyond the chosen ones, by account (empty for everybody), where the operator wants exactly the chosen ones."""
        if self.chosen["consent"]["mode"] != "exact":
            return []
        found = [(account, delegated(row for row in consent["extra"] if row["resource_app_id"] == GRAPH)) for account, consent in self.looked]
        return [(account, names) for account, names in found if names]

    @property
    def only_the_accounts_are_let_in(self) -> bool:
        """Whether the enterprise application can be used, by assigned people only, and the accounts are assigned."""
        assigned = {str(one["principal_id"]) for one in self.assigned} | {str(one["principal"]).lower() for one in self.assigned}
        principal = self.principal
        return bool(principal.get("account_enabled") and principal.get("app_role_assignment_required") and assigned.issuperset(self.account_ids))

    @property
    def of_the_publisher(self) -> bool:
        """Whether the enterprise application belongs to the publisher whom the operator named."""
        owner = str(self.principal.get("app_owner_organization_id") or "")
        return owner.lower() == str(self.chosen["publisher_tenant_id"]).lower()

    @property
    def as_the_vendor_documents(self) -> bool:
        """Whether every user and every group owner can consent to every application. Settings that could not be read are not known to be so."""
        settings = self.settings.get("consent_settings") or {}
        return (
            lower(self.settings.get("user_consent") or ()) == [LEGACY]
            and settings.get("enable_group_specific_consent") is True
            and settings.get("constrain_group_specific_consent_to_members_of_group_id") == ""
        )
