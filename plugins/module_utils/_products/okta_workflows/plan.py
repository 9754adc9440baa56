# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What is left to do once the tenant was looked at: each step with its options. What must not be done ends the run with a sentence."""

from __future__ import annotations

import typing as t

from ..._auth.aadsts import NOT_ASSIGNED
from ..._errors import OptionError
from ..._graph.rights import GRANT, Caller, check_rights
from ..._steps import ran
from .connection import EVERYBODY, consent_options
from .names import once
from .outcome import Steps
from .report import report_of
from .rights import rights_of_steps
from .seen import GRAPH, Json, SeenTenant


def plan(given: t.Mapping[str, t.Any]) -> Json:
    """The steps that are open, and the report where none is.

    In: C(connection), and C(info), C(consents) and C(settings) as the looks registered them. Out: C(open), C(does), C(app_id), C(publisher_tenant_id),
    C(assignees) and C(accept_unassigned) as options, C(enterprise_application) and C(settings) with C(open), C(consents) and C(surplus) as lists of
    options, and C(reports), a list of one report or none. Raises OptionError when the choice of variables does not fit together, when a privileged
    scope is not accepted, and when no account could sign in. Raises ForbiddenError with all rights that the open steps lack.
    """
    problems = given["connection"]["problems"]
    if problems:
        raise OptionError(" ".join(problems), code="variables_do_not_fit")
    seen = SeenTenant.of(given)
    _check(seen)
    open_steps = {} if seen.shut else _STEPS[seen.does](seen)
    is_open = any(bool(step["open"] if isinstance(step, dict) else step) for step in open_steps.values())
    chosen = seen.chosen
    caller = Caller.from_result(ran(given.get("info")).get("caller"))
    needed = rights_of_steps(seen, open_steps)
    hands_off = chosen["consent"]["on_forbidden"] == "hand_off"
    other_way = "" if needed != [GRANT] or hands_off else "Or leave the consent to an administrator with 'okta_workflows_consent_on_forbidden: hand_off'."
    check_rights(caller, needed, tenant=seen.tenant_name, other_way=other_way)
    return {
        "open": is_open,
        "does": seen.does,
        "app_id": chosen["app_id"],
        "publisher_tenant_id": chosen["publisher_tenant_id"],
        "assignees": [{"user": account, "app_role": ""} for account in chosen["accounts"]],
        # An audit goes on, with the warning that names who would be locked out.
        "accept_unassigned": chosen["accept_unassigned"] or chosen["audit"],
        **_NOTHING,
        **open_steps,
        "reports": [] if is_open else report_of(seen, Steps(), check_mode=given["check_mode"])["reports"],
    }


_NOTHING: t.Mapping[str, t.Any] = {"enterprise_application": {"open": False}, "consents": [], "surplus": [], "settings": {"open": False}}


def _check(seen: SeenTenant) -> None:
    """Raises OptionError for what must not be done."""
    unassigned = seen.principal.get("app_role_assignment_required") and not seen.assigned
    if seen.does == "vendor_documented" and unassigned and seen.of_the_publisher and not seen.shut:
        # This mode assigns no account. An application of another publisher is refused as such.
        raise OptionError(
            f"Only assigned accounts may use '{seen.principal['display_name']}' in {seen.tenant_name}, and no account is assigned: the user who authorizes the "
            f"connection is refused ({NOT_ASSIGNED}). Nothing was changed. Assign an administrator (assigned_to of entra_service_principal), let every user in "
            "(app_role_assignment_required: false there), or choose okta_workflows_mode: preconsent.",
            code="nobody_assigned",
        )
    ids = [str(consent["principal_id"]) for account, consent in seen.looked if account]
    if twice := [account for account, consent in seen.looked if account and seen.chosen.get("connections") and ids.count(str(consent["principal_id"])) > 1]:
        raise OptionError(
            f"The accounts {' and '.join(twice)} in 'okta_workflows_connections' are the same one in {seen.tenant_name}. Nothing was changed: Entra keeps one "
            "consent for an account, so each connection needs a service account of its own.",
            code="variables_do_not_fit",
        )
    lacking = [] if seen.chosen["audit"] else seen.not_accepted
    if lacking:
        these = "This scope is" if len(lacking) == 1 else "These scopes are"
        names = ", ".join(name.removeprefix("delegated:") for name in lacking)
        accepted = ", ".join(once([*seen.chosen["accept_privileged"], *lacking]))
        raise OptionError(
            f"{these} enough to take over {seen.tenant_name}: {names}. Nothing was changed. If that is intended set 'okta_workflows_accept_privileged' to "
            f"[{accepted}], or choose the profile 'directory'.",
            code="privileged_not_accepted",
        )


def _preconsent(seen: SeenTenant) -> Json:
    """Let the accounts in, grant what is missing, take away what is too much. An audit only predicts the first; the others follow from the look."""
    writes = not seen.chosen["audit"]
    return {
        "enterprise_application": {"open": seen.disabled_by_us or not seen.only_the_accounts_are_let_in},
        "consents": [consent_options(seen.chosen, account) for account, consent in seen.looked if writes and not consent["complete"]],
        "surplus": [_revoke(account, account or EVERYBODY, _of_graph(names)) for account, names in seen.surplus if writes],
    }


def _vendor_documented(seen: SeenTenant) -> Json:
    """Add the enterprise application of the right publisher, open the tenant. One that is there and disabled stays so."""
    return {
        "enterprise_application": {"open": seen.disabled_by_us or not seen.of_the_publisher},
        "settings": {"open": not seen.as_the_vendor_documents},
    }


def _absent(seen: SeenTenant) -> Json:
    """Take the grants back, then the assignments, then put the tenant settings back that are recorded on the enterprise application."""
    return {
        "consents": [_take_back(seen, grant) for grant in seen.our_grants],
        "enterprise_application": {"open": bool(seen.assigned and seen.names)},
        "settings": {"open": bool(seen.settings.get("recorded"))},
    }


def _discovery(seen: SeenTenant) -> Json:
    """Nothing: candidates are only shown."""
    return {}


_STEPS: t.Mapping[str, t.Callable[[SeenTenant], Json]] = {
    "preconsent": _preconsent,
    "vendor_documented": _vendor_documented,
    "absent": _absent,
    "discovery": _discovery,
}


def _take_back(seen: SeenTenant, grant: t.Mapping[str, t.Any]) -> Json:
    """The options that revoke a grant.

    An account's consent goes as a whole, whatever profile it was given with. One for everybody may be an administrator's own: only the chosen scopes go.
    """
    if grant["tenant_wide"]:
        return _revoke("", EVERYBODY, seen.chosen["permissions"])
    others = [one for one in seen.grants if one["principal_id"] == grant["principal_id"] and one["resource_app_id"] != GRAPH]
    return _revoke(grant["principal_id"], grant["principal"], _of_graph(grant["delegated"]) if others else None)


def _revoke(principal: str, whom: str, permissions: t.Any) -> Json:
    """Options of C(entra_admin_consent); without C(permissions) everything goes that the principal has consented to."""
    options: Json = {"whom": whom}
    if principal:
        options["principal"] = principal
    if permissions is not None:
        options["permissions"] = permissions
    return options


def _of_graph(names: t.Sequence[str]) -> list[Json]:
    return [{"resource": GRAPH, "delegated": list(names)}]
