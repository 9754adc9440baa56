# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a run knows about Okta's enterprise application once it has looked, and what follows from that before anything is changed."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ..._entra.common.blockers import Account, SignInFindings, SignInState, plan_blockers, state_of
from ..._entra.consent_policy.model import ALL_FOR_GROUPS, policies_for_groups
from ..._entra.consent_policy.who_consents import LEGACY, WhoConsents, who_consents
from ..._entra.service_principal.model import OURS
from ..._steps import ran
from .names import delegated, lower, once
from .scopes import ADMIN_SCOPES, USER_SCOPES

Json = dict[str, t.Any]
Rows = t.Sequence[t.Mapping[str, t.Any]]

GRAPH: t.Final = "00000003-0000-0000-c000-000000000000"


@dataclasses.dataclass(frozen=True)
class SeenTenant:
    """The answers of the three looks, and what the operator chose (see connection.py)."""

    chosen: t.Mapping[str, t.Any]
    tenant: t.Mapping[str, t.Any]
    found: Rows  # the enterprise application, or the candidates when no app id is known
    looked: tuple[tuple[str, t.Mapping[str, t.Any]], ...]  # account, empty for everybody, and its consent
    settings: t.Mapping[str, t.Any]  # the tenant's own settings

    @classmethod
    def of(cls, given: t.Mapping[str, t.Any]) -> SeenTenant:
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

    def who_consents(self, policies: t.Sequence[str] | None) -> WhoConsents:
        """Who can consent to the chosen scopes under C(policies), whatever else there is in the way."""
        return who_consents(self.scopes, policies, for_administrators=ADMIN_SCOPES, for_users=USER_SCOPES, app_id=self.chosen["app_id"])

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
        """Whether the enterprise application is for assigned people only, and the accounts are assigned."""
        assigned = {str(one["principal_id"]) for one in self.assigned} | {str(one["principal"]).lower() for one in self.assigned}
        principal = self.principal
        return bool(principal.get("app_role_assignment_required") and assigned.issuperset(self.account_ids))

    @property
    def disabled_by_us(self) -> bool:
        """Whether the enterprise application is still as a run left it that was cut off before it had seen the publisher."""
        return OURS in (self.principal.get("tags") or ())

    @functools.cached_property
    def findings(self) -> SignInFindings:
        """What keeps the accounts from signing in, whatever the steps do; nothing while it is taken away, or not known which application it is."""
        if self.does in ("absent", "discovery"):
            return SignInFindings()
        principal = state_of(self.principal) if self.principal else None
        if principal is not None and self.disabled_by_us:
            principal = {**principal, "accountEnabled": True}
        state = SignInState(
            self.tenant_name,
            None,
            principal,
            is_own=False,
            # The accounts are assigned by the steps; an audit has none.
            people=bool(self.chosen["audit"]),
            assigned=len(self.assigned),
            accounts=tuple(self._accounts()),
        )
        return plan_blockers(state)

    @property
    def shut(self) -> bool:
        """Whether no token is issued for the enterprise application: then nothing is changed."""
        return any(blocker.shuts for blocker in self.findings.blockers)

    def _accounts(self) -> t.Iterator[Account]:
        """The accounts with what is known of them: from the look at their consents, or as holders of an assignment or a grant."""
        held = [(str(row["principal_id"]), row) for row in (*self.assigned, *self.grants) if row["principal_id"]]
        by_consent = {account.lower(): consent for account, consent in self.looked if account}
        for account in self.chosen["accounts"]:
            consent = by_consent.get(account.lower(), {})
            own = [(known, row) for known, row in held if account.lower() in (known.lower(), str(row["principal"]).lower())]
            said = [consent.get("principal_enabled"), *(row.get("principal_enabled") for _known, row in own)]
            identity = str(consent.get("principal_id") or next((known for known, _row in own), account))
            yield Account(account, identity, next((one for one in said if one is not None), None))

    @property
    def of_the_publisher(self) -> bool:
        """Whether the enterprise application belongs to the publisher whom the operator named."""
        owner = str(self.principal.get("app_owner_organization_id") or "")
        return owner.lower() == str(self.chosen["publisher_tenant_id"]).lower()

    @property
    def as_the_vendor_documents(self) -> bool:
        """Whether every user and every group owner can consent to every application. Settings that could not be read are not known to be so."""
        return self.users_consent and self.group_owners_consent

    @property
    def users_consent(self) -> bool:
        """Whether every user can consent to every application."""
        return lower(self.settings.get("user_consent") or ()) == [LEGACY]

    @property
    def group_owners_consent(self) -> bool:
        """Whether every owner of a group can, by the group setting or by a policy."""
        settings = self.settings.get("consent_settings") or {}
        by_setting = settings.get("enable_group_specific_consent") is True and settings.get("constrain_group_specific_consent_to_members_of_group_id") == ""
        by_policy = ALL_FOR_GROUPS in policies_for_groups(self.settings.get("owned_resource_consent") or ())
        return by_setting or by_policy
