# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a rollout of Okta Workflows would meet: the look of the role, then each open step as a prediction of its own module."""

from __future__ import annotations

import typing as t

from ..._entra.connector.look import Ask, Host, Json, Look
from ..._entra.connector.preflight import Finding, Foreseen, Weight, blocked, finding_of, rights, waiting
from ..._entra.consent.assessment import is_unknown
from ..._graph.rights import GRANT
from .connections import accounts_variable
from .look import look
from .rights import documented, rights_of_steps
from .seen import SeenTenant

_VENDOR_SETTINGS: t.Mapping[str, t.Any] = {
    "user_consent": {"set": ["microsoft-user-default-legacy"]},
    "consent_settings": {"enable_group_specific_consent": True, "constrain_group_specific_consent_to_members_of_group_id": ""},
}


def preflight(connection: Json, host: Host, identity: Json) -> Look:
    """See C(_entra/connector/preflight.py)."""
    looked = yield from look(connection, host)
    plan = looked.seen.get("plan") or {}
    seen = SeenTenant.of({"connection": connection, **{name: looked.seen[name] for name in ("info", "consents", "settings")}})
    tenant = seen.tenant_name
    opens = looked.open and not connection["audit"]  # an audit only tells
    findings = [*blocked(blocker.to_result() for blocker in seen.findings.blockers)]
    unread = [*seen.findings.not_assessed, *(seen.settings.get("not_assessed") or ())]
    findings += [Finding("not_looked_at", Weight.NOTE, text) for text in unread]
    if connection["state"] != "present":
        findings += [Finding("removal_not_tried", Weight.NOT_ASSESSED, _REMOVAL)] if looked.open else []
        return Foreseen(looked.open, seen.tenant, tuple(findings), documented(connection)).looked()
    if seen.does == "preconsent":
        findings += _consents(seen, identity, tenant, opens=opens)
    if opens:
        findings += _publisher(seen, plan, tenant)
        findings += rights(rights_of_steps(seen, plan), identity, tenant)
        findings += yield from _steps(connection, plan)
    return Foreseen(opens, seen.tenant, tuple(findings), documented(connection)).looked()


_REMOVAL = "What state absent takes away of Okta Workflows is not tried. Check mode of the role shows it."


def _consents(seen: SeenTenant, identity: Json, tenant: str, *, opens: bool) -> t.Iterator[Finding]:
    """What is not granted yet, or not known to be."""
    unknown = next((consent for consent in seen.consents if is_unknown(consent)), None)
    if unknown is not None:
        yield Finding("consent_not_assessed", Weight.NOT_ASSESSED, str(unknown.get("unread") or ""))
    elif opens and any(not consent["complete"] for consent in seen.consents):
        yield from waiting([GRANT], identity, tenant)


def _publisher(seen: SeenTenant, plan: Json, tenant: str) -> t.Iterator[Finding]:
    """Whose application it is shows the service principal, which a rollout adds first: it is not there to be read."""
    if plan["enterprise_application"]["open"] and not seen.principal:
        yield Finding(
            "publisher_not_seen",
            Weight.NOT_ASSESSED,
            f"Whether the application {plan['app_id']} is of the publisher in 'okta_workflows_publisher_tenant_id' is seen only once it is in {tenant}. The "
            "rollout adds it, lets no user in and compares.",
        )


def _steps(connection: Json, plan: Json) -> t.Generator[Ask, t.Any, list[Finding]]:
    """As the task file of the mode does them. The first that fails ends a rollout."""
    for ask in _asks(connection, plan):
        answer = yield ask
        if answer.get("failed"):
            return [finding_of(answer)]
    return []


def _asks(connection: Json, plan: Json) -> t.Iterator[Ask]:
    def predicted(module: str, options: Json, **variables: str) -> Ask:
        return Ask(module, options, predicts=True, optional=True, needs=documented(connection), variables=variables)

    named = {"app_id": plan["app_id"], "expected_publisher_tenant_id": plan["publisher_tenant_id"]}
    lets_in = {"app_role_assignment_required": True, "assigned_to": {"add": plan["assignees"]}, "accept_unassigned": plan["accept_unassigned"]}
    if plan["enterprise_application"]["open"]:
        yield predicted("entra_service_principal", {**named, **(lets_in if plan["does"] == "preconsent" else {})})
    for consent in plan["consents"]:
        options = {name: value for name, value in consent.items() if name != "whom"}
        yield predicted("entra_admin_consent", {**options, "state": "present"}, principal=accounts_variable(connection))
    if plan["settings"]["open"]:
        yield predicted("entra_consent_policy", {**_VENDOR_SETTINGS, "record_on": plan["app_id"]})
