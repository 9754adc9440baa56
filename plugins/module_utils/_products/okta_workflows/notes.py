# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Sentences for people: what an administrator or the person who authorizes the connection still has to do or to know."""

from __future__ import annotations

import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.connection import EVERYBODY
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.names import delegated, once
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.outcome import Outcome
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.okta_workflows.scopes import admin_note


def notes_of(outcome: Outcome) -> list[str]:
    """The sentences that hold, in the order in which they are read. Empty when there is nothing to do and to know."""
    return [note for part in (_to_do, _beyond, _left_behind, _about_settings, _of_an_audit, _at_last) for note in part(outcome)]


def _to_do(outcome: Outcome) -> t.Iterator[str]:
    """The app id, the consent, the rest of what the popup asks for."""
    if outcome.does == "discovery":
        prefix = outcome.chosen["display_name_prefix"]
        found = "; ".join(_candidate(one) for one in outcome.candidates)
        yield (
            "Nothing is granted on the strength of a name. Set 'okta_workflows_app_id' (the client_id in the address of Okta's popup) and "
            "'okta_workflows_publisher_tenant_id'. "
            + (f"Candidates by name: {found}." if found else f"No enterprise application here has a name that begins with '{prefix}'.")
        )
    if outcome.status == "awaiting_consent":
        urls = [one["url"] for one in outcome.hand_offs if one["url"]]
        how = " ".join(f"An administrator grants it at {url}" for url in urls)
        alone = "An administrator sends the requests in okta_workflows_result.consent.hand_off; no address consents for single users."
        yield f"{outcome.seen.tenant_name} is waiting for an administrator's consent. {how or alone}"
    asked = outcome.requested_but_not_granted
    if asked:
        rest = ", ".join(outcome.for_an_administrator)
        who = f"An administrator has to approve there: {rest}." if rest else "Whoever authorizes the connection can consent to them."
        yield f"Okta's popup asks for scopes that are not granted: {', '.join(asked)}. {who}"


def _beyond(outcome: Outcome) -> t.Iterator[str]:
    """What is granted beyond the chosen scopes, and to others."""
    if outcome.does == "preconsent" and outcome.extra:
        rows = sorted(outcome.extra, key=lambda one: one["privileged"], reverse=True)
        exact = " Set 'okta_workflows_consent_mode' to exact to take away those of Microsoft Graph."
        yield f"Granted beyond the chosen scopes: {'; '.join(map(_extra, rows))}." + (exact if outcome.chosen["consent"]["mode"] == "merge" else "")
    if outcome.does in ("preconsent", "absent") and outcome.not_listed:
        others = "; ".join(map(_not_listed, outcome.not_listed))
        yield f"Not in 'okta_workflows_accounts', and left alone: {others}. State absent with these accounts takes it away."


def _left_behind(outcome: Outcome) -> t.Iterator[str]:
    """What state absent did not take back."""
    name = outcome.seen.tenant_name
    if outcome.remainder:
        yield (
            f"Still consented to for {EVERYBODY}: {', '.join(outcome.remainder)}. Somebody else may have done that; "
            "entra_admin_consent with state absent revokes it."
        )
    if outcome.kept:
        yield f"Tenant settings were not put back, because somebody has changed them since: {'; '.join(outcome.kept)}."
    if outcome.open_without_record:
        gone, never = "(it would be in the notes of the enterprise application, which is gone)", "(this role may never have changed it)"
        yield (
            f"{name} lets every user or group owner consent to every application, and no record says what was set before "
            f"{gone if outcome.record_is_lost else never}, so nothing was put back. entra_consent_policy sets what is wanted."
        )


def _about_settings(outcome: Outcome) -> t.Iterator[str]:
    """What mode vendor_documented did to the whole tenant."""
    if outcome.does == "vendor_documented":
        yield admin_note()
        if outcome.settings.get("not_applicable"):
            yield (
                f"{outcome.seen.tenant_name} has no template of the consent settings for groups, as newer tenants, so group owner consent for all was not set: "
                f"{', '.join(outcome.settings['not_applicable'])}."
            )
    if outcome.does == "preconsent" and outcome.settings.get("recorded"):
        yield "The tenant settings that mode vendor_documented replaced are still in place; state absent puts them back."


def _of_an_audit(outcome: Outcome) -> t.Iterator[str]:
    """What mode preconsent would refuse and do."""
    if not outcome.audit:
        return
    if outcome.seen.not_accepted:
        refused = ", ".join(outcome.seen.not_accepted)
        yield f"Mode preconsent would refuse these scopes until 'okta_workflows_accept_privileged' names them: {refused}."
    tenant_wide = [grant for grant in outcome.seen.grants if grant["tenant_wide"]]
    if tenant_wide:
        yield f"Consented to for {EVERYBODY}: {', '.join(once(delegated(tenant_wide)))}."
    if outcome.would_do:
        yield f"Mode preconsent would {'; '.join(outcome.would_do)}."


def _at_last(outcome: Outcome) -> t.Iterator[str]:
    """Who authorizes the connection. A run in mode preconsent that had nothing to do says nothing."""
    told = outcome.steps.reached or outcome.audit or outcome.does == "vendor_documented"
    if outcome.status == "ready_for_authorization" and told and not outcome.chosen["check_mode"]:
        yield f"{outcome.seen.tenant_name} is ready for authorization: authorize the connection in Okta Workflows {_who(outcome)}."


def _who(outcome: Outcome) -> str:
    if outcome.does != "vendor_documented":
        return f"as {' or '.join(outcome.chosen['accounts'])}"
    if not outcome.seen.principal.get("app_role_assignment_required"):
        return "as an administrator"
    assigned = ", ".join(str(one["principal"]) for one in outcome.seen.assigned)
    return (
        f"as an administrator who is assigned to it (assignment is required, and assigned are only {assigned}; "
        "assigned_to of entra_service_principal adds somebody)"
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
