# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What came of a run: what was done, what the accounts hold now, what is left to do, and the status. Sentences are in notes.py."""

from __future__ import annotations

import dataclasses
import functools
import re
import typing as t

from ..._entra.consent.assessment import STATUS as CONSENT_NOT_ASSESSED
from ..._entra.consent.assessment import is_unknown
from ..._entra.consent_policy.who_consents import LEGACY, WhoConsents, managed_by_microsoft
from ..._steps import ran
from .connection import EVERYBODY
from .names import by_name, delegated, lower, once
from .scopes import USER_SCOPES
from .seen import GRAPH, Json, Rows, SeenTenant

Step = t.Mapping[str, t.Any]
_KIND = re.compile(r"^[a-z]+:")  # delegated:User.Read


@dataclasses.dataclass(frozen=True)
class Steps:
    """What the steps of this run returned. Empty for a step that did not run; the lists are rounds of a loop that ran."""

    enterprise_application: Step = dataclasses.field(default_factory=dict)
    consents: tuple[Step, ...] = ()  # granted, or with state absent revoked
    surplus: tuple[Step, ...] = ()  # taken away beyond the chosen scopes
    settings: Step = dataclasses.field(default_factory=dict)
    reached: bool = False  # whether the steps had their turn at all

    @classmethod
    def of(cls, given: t.Mapping[str, t.Any], does: str) -> Steps:
        """From what the tasks registered. An earlier use of the role on this host may have left results of tasks that this run does not have."""
        tasks = _TASKS[does]

        def rounds(name: str) -> tuple[Step, ...]:
            return tuple(one for one in ran(given.get(name)).get("results") or () if "consent" in one) if name in tasks else ()

        def single(name: str) -> Step:
            return ran(given.get(name)) if name in tasks else {}

        return cls(single("enterprise_application_step"), rounds("consent_step"), rounds("surplus_step"), single("settings_step"), reached=True)


# The tasks that each of the task files has.
_TASKS: t.Mapping[str, t.AbstractSet[str]] = {
    "preconsent": {"enterprise_application_step", "consent_step", "surplus_step"},
    "vendor_documented": {"enterprise_application_step", "settings_step"},
    "absent": {"consent_step", "enterprise_application_step", "settings_step"},
}


class RunOutcome:
    """What came of a run, worked out from what was seen and what the steps returned."""

    def __init__(self, seen: SeenTenant, steps: Steps, *, check_mode: bool) -> None:
        self.seen, self.steps = seen, steps
        self.chosen, self.does = seen.chosen, seen.does
        self.audit: bool = seen.chosen["audit"]
        self.only_predicted = check_mode or self.audit

    @functools.cached_property
    def actions(self) -> list[str]:
        """What was done; in check mode and an audit what the steps would do."""
        steps = self.steps
        results = (steps.enterprise_application, *steps.consents, *steps.surplus, steps.settings)
        return [text for result in results for text in result.get("actions") or ()]

    @functools.cached_property
    def consents(self) -> list[t.Mapping[str, t.Any]]:
        """Every consent as it is now: those that were complete before, then those that were given or taken back. An audit has what it saw."""
        seen = self.seen.consents
        return [one for one in seen if self.audit or one["complete"]] + [step["consent"] for step in self.steps.consents]

    @functools.cached_property
    def complete(self) -> bool:
        """Whether nothing is missing in any of them."""
        return all(one["complete"] for one in self.consents)

    @functools.cached_property
    def hand_offs(self) -> list[Json]:
        """What an administrator needs to give the consents that the automation identity may not give."""
        return [one["hand_off"] for one in self.consents if one.get("hand_off")]

    @functools.cached_property
    def would_do(self) -> list[str]:
        """The actions, and in an audit also what a run in mode preconsent would grant and take away."""
        if not self.audit:
            return self.actions
        seen = self.seen
        missing = by_name(delegated(row for one in seen.consents for row in one["missing"]))
        whom = ", ".join(self.chosen["accounts"]) if seen.for_each else EVERYBODY
        grants = [f"consent to {', '.join(missing)} of Microsoft Graph for {whom}"] if missing else []
        return [*self.actions, *grants, *(f"revoke {', '.join(names)}" for _account, names in seen.surplus)]

    @functools.cached_property
    def settings(self) -> t.Mapping[str, t.Any]:
        """The tenant's own settings as they are now."""
        return self.steps.settings.get("consent_policy") or self.seen.settings

    @functools.cached_property
    def status(self) -> str:
        """One word."""
        if self.does == "discovery":
            return "awaiting_app_id"
        if self.does == "absent":
            return self._status_absent()
        if self.seen.findings.blockers:
            return "blocked"
        if not self.complete and not self.audit:
            return CONSENT_NOT_ASSESSED if any(map(is_unknown, self.consents)) else "awaiting_consent"
        return "not_ready" if self.only_predicted and self.would_do else "ready_for_authorization"

    def _status_absent(self) -> str:
        if (self.only_predicted and self.actions) or self.remainder:
            return "not_absent"
        return "not_restored" if self.kept or self.record_is_lost else "absent"

    # What state absent leaves

    @functools.cached_property
    def remainder(self) -> list[str]:
        """What stays of the consent for everybody, of which only the chosen scopes were taken away."""
        if self.does != "absent" or self.seen.for_each:
            return []
        return [name for name in delegated(self.seen.for_everybody) if name not in self.seen.scopes]

    @functools.cached_property
    def kept(self) -> list[str]:
        """Settings that were not put back, because they were changed since."""
        return list(self.settings.get("kept") or ()) if self.does == "absent" else []

    @functools.cached_property
    def open_without_record(self) -> bool:
        """Whether what the vendor's page asks for is still there, and nothing says what was there before."""
        groups = self.settings.get("consent_settings") or {}
        is_open = LEGACY in lower(self.settings.get("user_consent") or ()) or bool(groups.get("enable_group_specific_consent"))
        return self.does == "absent" and is_open and not self.settings.get("restored")

    @functools.cached_property
    def record_is_lost(self) -> bool:
        """The record is in the notes of the enterprise application: where that is there without one, nothing is left to put back."""
        return self.open_without_record and self.chosen["mode"] == "vendor_documented" and not self.seen.principal

    # What is granted beyond the chosen scopes, and to whom else

    @functools.cached_property
    def extra(self) -> list[Json]:
        """By consent and API, privileged scopes first."""
        found = []
        for consent in self.consents:
            privileged = [_KIND.sub("", name) for name in consent["extra_privileged"]]
            holders = [grant["principal"] for grant in self.seen.graph_grants if grant["principal_id"] == consent["principal_id"]]
            for row in consent["extra"]:
                if self.steps.surplus and row["resource_app_id"] == GRAPH:
                    continue  # it was taken away after this consent was looked at
                first = [name for name in row["delegated"] if name in privileged]
                found.append(
                    {
                        "principal": holders[0] if holders else consent["principal_id"],
                        "resource": row["resource"],
                        "delegated": first + [name for name in row["delegated"] if name not in first],
                        "application": row["application"],
                        "privileged": first,
                    }
                )
        return found

    @functools.cached_property
    def not_listed(self) -> list[Json]:
        """Who else holds a consent or an assignment, such as an account that was dropped from the list."""
        seen = self.seen
        named = [one for one in seen.assigned if str(one["principal"]).lower() in seen.names]
        mine = {str(one["principal_id"]) for one in (*seen.our_single_grants, *named)} | {*seen.account_ids, *seen.names}
        grants = [one for one in seen.grants if not one["tenant_wide"] and one["principal_id"] not in mine]
        held = [one for one in seen.assigned if one["principal_id"] not in mine]
        return [_other(one, grants, held) for one in once(str(row["principal_id"]) for row in (*grants, *held))]

    # What Okta's popup asks for

    @functools.cached_property
    def held(self) -> list[list[str]]:
        """The scopes that each of the accounts has.

        Where nothing was compared (vendor_documented, an audit without accounts) they are those that the enterprise application was found with.
        """
        seen = self.seen
        if self.consents:
            # What may not be read is not told as missing.
            known = [one for one in self.consents if not is_unknown(one)]
            return [delegated((*one["granted"], *(one.get("tenant_wide") or ()))) for one in known] or [list(self.chosen["requested"])]
        everybody = delegated(seen.for_everybody)
        found = []
        for name in seen.names:
            own = [one for one in seen.our_single_grants if name in (one["principal_id"], str(one["principal"]).lower())]
            found.append([*everybody, *delegated(own)])
        return found or [everybody]

    @functools.cached_property
    def requested_but_not_granted(self) -> list[str]:
        """What the popup asks for and one of the accounts does not have."""
        everyone_has = set.intersection(*(set(lower(names)) for names in self.held))
        return sorted((name for name in self.chosen["requested"] if name.lower() not in everyone_has), key=str.lower)

    @functools.cached_property
    def for_an_administrator(self) -> list[str]:
        """Those of them that the person who authorizes the connection cannot consent to, where the tenant lets people consent at all."""
        allowed = USER_SCOPES if self.does == "vendor_documented" and not self.assignment_required else ()
        return [name for name in self.requested_but_not_granted if name not in allowed]

    # Who can consent to what, by the tenant's own policies

    @functools.cached_property
    def assignment_required(self) -> bool:
        """Whether only those who are assigned may use it: then an administrator consents to everything, whatever the tenant's policies are."""
        return bool(self.seen.principal.get("app_role_assignment_required"))

    @functools.cached_property
    def who_consents(self) -> WhoConsents:
        """Who can consent to the chosen scopes as the tenant was found."""
        return self.seen.who_consents(self.seen.settings.get("user_consent"))

    @functools.cached_property
    def no_longer_managed(self) -> list[str]:
        """The policies that Microsoft manages and that mode vendor_documented takes the tenant off, or has taken it off before."""
        if self.does != "vendor_documented":
            return []
        recorded = (self.settings.get("recorded") or {}).get("user_consent") or {}
        was = recorded.get("was") or self.seen.settings.get("user_consent") or ()
        return managed_by_microsoft(was)

    @functools.cached_property
    def granted_but_not_requested(self) -> list[str]:
        """What is granted and the popup does not ask for; nothing where its address is not known."""
        requested = lower(self.chosen["requested"])
        granted = [name for one in self.consents for name in delegated(one["granted"])] if self.consents else [name for names in self.held for name in names]
        return [name for name in by_name(granted) if name.lower() not in requested] if requested else []

    @property
    def candidates(self) -> Rows:
        """Enterprise applications whose names begin like that of Okta's."""
        return self.seen.found if self.does == "discovery" else ()


def _other(principal_id: str, grants: Rows, held: Rows) -> Json:
    """The grants and the assignment of a principal that is not one of the accounts."""
    own = [one for one in grants if one["principal_id"] == principal_id]
    assigned = [one for one in held if one["principal_id"] == principal_id]
    privileged = once(name for one in own for name in one["privileged"])
    return {
        "principal_id": principal_id,
        "principal": (own or assigned)[0]["principal"],
        "assigned": bool(assigned),
        "privileged": privileged,
        "delegated": [*privileged, *(name for name in once(delegated(own)) if name not in privileged)],
    }
