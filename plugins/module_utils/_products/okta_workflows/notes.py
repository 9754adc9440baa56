# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Sentences for people: what an administrator or the person who authorizes the connection still has to do or to know."""

from __future__ import annotations

import typing as t

from ..._entra.common.blockers import sentence_of
from ..._entra.consent.assessment import is_unknown, lacks_sentence, requests_to_copy
from ..._entra.consent_policy.model import ALL_FOR_GROUPS, policies_for_groups
from ..._errors import sentences
from ..._flow_yaml import flow_yaml
from .connection import EVERYBODY
from .connections import accounts_variable
from .names import delegated, once
from .outcome import RunOutcome
from .scopes import admin_note


def notes_of(outcome: RunOutcome) -> list[str]:
    """The sentences that hold, in the order in which they are read. Empty when there is nothing to do and to know."""
    return [note for part in (_to_do, _beyond, _left_behind, _about_settings, _of_an_audit, _at_last) for note in part(outcome)]


def to_do_of(outcome: RunOutcome) -> list[str]:
    """Those that say what a person has to do."""
    return [note for part in (_to_do, _at_last) for note in part(outcome)]


def _to_do(outcome: RunOutcome) -> t.Iterator[str]:
    """What blocks, the app id, the consent, the rest of what the popup asks for."""
    yield from (sentence_of(blocker.to_result()) for blocker in outcome.seen.findings.blockers)
    if outcome.does == "discovery":
        prefix = outcome.chosen["display_name_prefix"]
        found = "; ".join(_candidate(one) for one in outcome.candidates)
        yield (
            "Nothing is granted on the strength of a name. Set 'okta_workflows_app_id' (the client_id in the address of Okta's popup) and "
            "'okta_workflows_publisher_tenant_id'. "
            + (f"Candidates by name: {found}." if found else f"No enterprise application here has a name that begins with '{prefix}'.")
        )
    if outcome.does != "discovery" and outcome.does != "absent" and not outcome.complete and not outcome.audit and not outcome.seen.shut:
        urls = [one["url"] for one in outcome.hand_offs if one["url"]]
        how = " ".join(f"An administrator grants it at {url}" for url in urls)
        alone = "An administrator sends the requests in okta_workflows_result.consent.hand_off; a consent URL cannot consent for single users."
        requests = [line for one in outcome.hand_offs for line in requests_to_copy(one)]
        unread = once(str(one["unread"]) for one in outcome.consents if is_unknown(one))
        waits = "" if unread else f"{outcome.seen.tenant_name} is waiting for an administrator's consent."
        lacks = once(lacks_sentence(one) for one in outcome.hand_offs) if not unread else []
        yield sentences(*unread, waits, *lacks, how or alone, *requests)
    asked = outcome.requested_but_not_granted
    if asked:
        rest = ", ".join(outcome.for_an_administrator)
        who = f"An administrator has to approve there: {rest}." if rest else "The user who authorizes the connection can consent to them."
        yield f"Okta's popup asks for scopes that are not granted: {', '.join(asked)}. {who}"


def _beyond(outcome: RunOutcome) -> t.Iterator[str]:
    """What is granted beyond the chosen scopes, and to others."""
    if outcome.does == "preconsent" and outcome.extra:
        rows = sorted(outcome.extra, key=lambda one: one["privileged"], reverse=True)
        exact = " Set 'okta_workflows_consent_mode' to exact to revoke those of Microsoft Graph."
        yield f"Granted beyond the chosen scopes: {'; '.join(map(_extra, rows))}." + (exact if outcome.chosen["consent"]["mode"] == "merge" else "")
    if outcome.does in ("preconsent", "absent") and outcome.not_listed:
        others = "; ".join(map(_not_listed, outcome.not_listed))
        yield f"Not in '{accounts_variable(outcome.chosen)}', and left unchanged: {others}. okta_workflows_state: absent with these accounts removes it."


def _left_behind(outcome: RunOutcome) -> t.Iterator[str]:
    """What state absent did not take back."""
    name = outcome.seen.tenant_name
    if outcome.remainder:
        yield (
            f"Still consented to for {EVERYBODY}: {', '.join(outcome.remainder)}. Another administrator may have granted that; "
            "entra_admin_consent with state absent revokes it."
        )
    if outcome.kept:
        yield f"Tenant settings were not put back, because they have been changed since: {'; '.join(outcome.kept)}."
    if outcome.open_without_record:
        gone, never = "(it would be in the notes of the enterprise application, which is gone)", "(this role may never have changed it)"
        yield (
            f"{name} lets every user or group owner consent to every application, and no record says what was set before "
            f"{gone if outcome.record_is_lost else never}, so nothing was put back. entra_consent_policy sets what is wanted."
        )


def _about_settings(outcome: RunOutcome) -> t.Iterator[str]:
    """What mode vendor_documented did to the whole tenant."""
    if outcome.does == "vendor_documented":
        yield admin_note()
        if outcome.assignment_required:
            yield "Assignment is required, so an administrator consents to all of them, whatever these settings are."
        if outcome.no_longer_managed:
            yield _off_the_managed_policy(outcome)
        yield from _about_group_owners(outcome)
    if outcome.does == "preconsent" and outcome.settings.get("recorded"):
        yield "The tenant settings that mode vendor_documented replaced are still in place; state absent puts them back."


def _off_the_managed_policy(outcome: RunOutcome) -> str:
    """That Microsoft's later changes do not reach the tenant, and how little of the chosen scopes that is about."""
    policies = outcome.no_longer_managed
    need, of = len(outcome.seen.who_consents(policies).administrator), len(outcome.seen.scopes)
    verb = "would take" if outcome.chosen["check_mode"] and not outcome.seen.settings.get("recorded") else "takes"
    return (
        f"This mode {verb} {outcome.seen.tenant_name} off the consent policy that Microsoft manages ({', '.join(policies)}), under which {need} of the {of} "
        "chosen scopes need an administrator's consent: what Microsoft excludes there does not hold for any application any more. "
        "okta_workflows_state: absent puts it back."
    )


def _by_the_tenants_policy(outcome: RunOutcome) -> str:
    """How many of the chosen scopes need an administrator as the tenant is."""
    found, of = outcome.who_consents, len(outcome.seen.scopes)
    if found.policies is None:
        return ""
    policy = f"by its consent policy {' and '.join(found.policies)}" if found.policies else "since users cannot consent for themselves"
    rest = f" Its policies do not say here who consents to {', '.join(found.undecided)}." if found.undecided else ""
    return f"In {outcome.seen.tenant_name} {len(found.administrator)} of the {of} chosen scopes need an administrator's consent {policy}.{rest}"


def _about_group_owners(outcome: RunOutcome) -> t.Iterator[str]:
    """Why group owner consent for all was not set, and what says there what owners may consent to."""
    names, owned = outcome.settings.get("not_applicable"), outcome.settings.get("owned_resource_consent") or ()
    policies = policies_for_groups(owned)
    if not names or ALL_FOR_GROUPS in policies:
        return
    why = "says by policies what owners of groups may consent to" if policies else "has no template of the consent settings for groups, as newer tenants"
    yield f"{outcome.seen.tenant_name} {why}, so group owner consent for all was not set: {', '.join(names)}."
    if owned:
        yield f"What owners may consent to there: {', '.join(owned)}. 'okta_workflows_mode: preconsent' works without their consent."
    yield (
        "Group owner consent for all is set there with the module entra_consent_policy: "
        f"{flow_yaml({'group_owner_consent': {'add': [ALL_FOR_GROUPS]}, 'record_on': outcome.chosen['app_id']})}."
    )


def _of_an_audit(outcome: RunOutcome) -> t.Iterator[str]:
    """What mode preconsent would refuse and do."""
    if not outcome.audit:
        return
    if outcome.seen.not_accepted:
        refused = ", ".join(outcome.seen.not_accepted)
        yield f"Mode preconsent would refuse these scopes until 'okta_workflows_accept_privileged' names them: {refused}."
    if by_policy := _by_the_tenants_policy(outcome):
        yield by_policy
    tenant_wide = [grant for grant in outcome.seen.grants if grant["tenant_wide"]]
    if tenant_wide:
        yield f"Consented to for {EVERYBODY}: {', '.join(once(delegated(tenant_wide)))}."
    if outcome.would_do:
        yield f"Mode preconsent would {'; '.join(outcome.would_do)}."


def _at_last(outcome: RunOutcome) -> t.Iterator[str]:
    """Who authorizes the connection. A run in mode preconsent that had nothing to do says nothing."""
    told = outcome.steps.reached or outcome.audit or outcome.does == "vendor_documented"
    if outcome.status == "ready_for_authorization" and told and not outcome.chosen["check_mode"]:
        yield f"{outcome.seen.tenant_name} is ready for authorization: authorize the {_which(outcome)}."


def _which(outcome: RunOutcome) -> str:
    several = [f"'{one['nickname']}' as {one['account']}" for one in outcome.chosen.get("connections") or ()]
    return f"connections in Okta Workflows: {', '.join(several)}" if several else f"connection in Okta Workflows {_who(outcome)}"


def _who(outcome: RunOutcome) -> str:
    if outcome.does != "vendor_documented":
        return f"as {' or '.join(outcome.chosen['accounts'])}"
    if not outcome.seen.principal.get("app_role_assignment_required"):
        return "as an administrator"
    assigned = ", ".join(str(one["principal"]) for one in outcome.seen.assigned)
    return (
        f"as an administrator who is assigned to it (assignment is required, and assigned are only {assigned}; "
        "assigned_to of entra_service_principal assigns more)"
    )


def _extra(row: t.Mapping[str, t.Any]) -> str:
    names = ", ".join([*row["delegated"], *row["application"]])
    return f"{names} of {row['resource']}{_privileged(row)} for {row['principal'] or EVERYBODY}"


def _not_listed(row: t.Mapping[str, t.Any]) -> str:
    consented = f" has consented to {', '.join(row['delegated'])}{_privileged(row)}" if row["delegated"] else ""
    both = " and" if row["delegated"] and row["assigned"] else ""
    return f"{row['principal']}{consented}{both}{' is assigned' if row['assigned'] else ''}"


def _privileged(row: t.Mapping[str, t.Any]) -> str:
    return f" (privileged: {', '.join(row['privileged'])})" if row["privileged"] else ""


def _candidate(row: t.Mapping[str, t.Any]) -> str:
    publisher = f"{row['verified_publisher']['display_name']} (verified)" if row["verified_publisher"] else "not verified"
    return f"'{row['display_name']}' with app id {row['app_id']}, publisher's tenant {row['app_owner_organization_id']}, publisher {publisher}"
