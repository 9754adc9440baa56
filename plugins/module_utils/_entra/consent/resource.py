# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_admin_consent): reads, hands over to the planner, writes, and hands off what it is not allowed to do."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._errors import ForbiddenError, NotFoundError, OptionError, sentences
from ..._session import open_session
from ..permission.option import ResourcePermissions
from ..permission.privileged import check_privileged, not_accepted, parse_accepted, privileged_in
from ..permission.privileged_owners import owner_warning
from .assessment import assessed, lacking_of, unread_sentence
from .model import ConsentCurrent, ConsentDesired
from .plan import carried_out, consent_view, plan_consent
from .read import ConsentReader, Reading
from .url import Handover, check_partners, check_redirect_uri, hand_off, partner_urls, registered_uris
from .write import ConsentWriter

# What an application's token has to hold for the two families of writes.
_NEEDED = {
    "grants": {"DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"},
    "roles": {"AppRoleAssignment.ReadWrite.All"},
}

_SAID = "The service refused it, as the message of this failure says."  # which is printed already


def _family(action: Action) -> str:
    return "roles" if action.kind in ("assign_role", "remove_role") else "client" if action.kind == "create_client" else "grants"


class ConsentResource:
    """What one client is allowed to do, for the tenant or for one principal."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._options = runtime.options
        self._reporting = self._options.get("mode") == "report"
        self._granting = (self._options.get("state") or "present") == "present" and not self._reporting
        self._partners: list[str] = self._options.get("hand_off_tenants") or []
        check_partners(self._partners, None, "")
        self._accepted = parse_accepted(self._options.get("accept_privileged"), runtime.warn)  # before a token is asked for
        self._session = open_session(runtime)
        self._graph = self._session.graph
        self._reader = ConsentReader(self._graph, runtime)
        self._writer = ConsentWriter(self._graph)
        self._refusals: list[ForbiddenError] = []
        self._refused_kinds: dict[str, None] = {}  # families of writes, in the order in which they were refused
        self._unread: str | None = None
        self._left: list[Action] = []
        self._done: list[Action] = []

    def read(self) -> Reading:
        """One C($batch) when the application is named by its app id and the job has seen the resources."""
        reading = self._reader.read()
        self._reading = reading
        self._writer.just_created = reading.fresh
        if reading.forbidden is not None:
            if not self._hands_off:
                raise reading.forbidden
            self._refusals.append(reading.forbidden)
        return reading

    def plan(self, current: Reading) -> Plan:
        """The gate, then the pure planner."""
        permissions = current.permissions
        if self._granting:
            check_privileged(permissions, self._accepted, "consent to")
            self._no_single_application_permissions(permissions)
            self._client_exists(current)
        self._state = ConsentCurrent.from_graph(
            current.principal, current.grants, current.assignments, label=current.label, app_id=(current.application or {}).get("appId")
        )
        self._desired = ConsentDesired.from_options(self._options, permissions, current.user)
        # In check mode an earlier task may be about to change whom it is for.
        check_partners(self._partners, None if self._runtime.check_mode else (current.application or {}).get("signInAudience"), self._state.label)
        check_redirect_uri(self._options.get("hand_off_redirect_uri"), registered_uris(current.application, current.principal), self._state.label)
        creating = self._granting and current.principal is None and current.application is not None
        self._plan = plan_consent(self._desired, self._state, self._reader.loader.lookup, create_client=creating)
        self._writer.client_id = self._state.client_id
        if self._refusals:
            # What is granted could not be read, so nothing is known and nothing is written.
            self._unread = unread_sentence(self._refusals[0], self._state.label)
            self._left = list(self._plan.actions)
            return dataclasses.replace(self._plan, actions=(), after=self._plan.before)
        if self._hands_off and self._runtime.check_mode:
            return self._without_refusals()
        return self._plan

    def _without_refusals(self) -> Plan:
        """In check mode: leave out what the token says will be refused, so that a prediction agrees with the run.

        A real run always tries: a permission may have been granted after the token was issued.
        """
        token = self._session.tokens.token(self._session.endpoints.graph_audience)
        if token.scopes:  # a user's token; what the user may do does not stand in it
            return self._plan
        refused = {family: names for family, names in _NEEDED.items() if not names & set(token.roles)}
        self._left = [action for action in self._plan.actions if _family(action) in refused]
        for family in dict.fromkeys(map(_family, self._left)):
            self._refused_kinds[family] = None
            self._refusals.append(
                ForbiddenError(f"The automation identity does not have {' or '.join(sorted(refused[family]))} in tenant {self._graph.tenant}.")
            )
        kept = tuple(action for action in self._plan.actions if action not in self._left)
        return dataclasses.replace(self._plan, actions=kept)

    @property
    def _hands_off(self) -> bool:
        return self._options.get("on_forbidden") == "hand_off"

    def _no_single_application_permissions(self, permissions: t.Sequence[ResourcePermissions]) -> None:
        if self._options.get("principal") and self._options.get("permissions") is not None and any(one.application for one in permissions):
            raise OptionError(
                "Application permissions hold for the whole tenant and cannot be granted for one 'principal'.",
                code="principal_with_application_permissions",
                advice="Grant them in a task of their own, without 'principal'.",
            )

    def _client_exists(self, current: Reading) -> None:
        if current.principal is not None or current.application is not None or self._runtime.check_mode:
            return
        raise NotFoundError(
            f"'{current.label}' has no service principal in tenant {self._graph.tenant}, so nothing can be granted to it.",
            code="service_principal_not_found",
            tenant=self._graph.tenant,
            advice="Add the vendor's application to the tenant first, with tenantkit.connectors.entra_service_principal.",
        )

    def apply(self, action: Action) -> None:
        """Carry out one action; with C(on_forbidden=hand_off) a refusal is kept for the hand-off, and others are still tried."""
        family = _family(action)
        if family in self._refused_kinds:
            self._left.append(action)
            return
        try:
            self._writer.write(action)
        except ForbiddenError as error:
            if action.kind == "create_client" or not self._hands_off:
                needed = self._hand_off(self._plan.actions[len(self._done) :], _SAID, lacking_of([family]))
                other_way = f"Or have a privileged admin open {needed['url']}" if needed["url"] else None
                raise error.with_(details={"hand_off": needed}, advice=sentences(error.advice, other_way) or None) from error
            self._refusals.append(error)
            self._refused_kinds[family] = None
            self._left.append(action)
            return
        self._done.append(action)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """What is granted now; in check mode, what would be."""
        self._warn_about_ourselves(applied)
        self._warn_about_owners()
        if not self._refusals:
            view = dict(self._plan.facts["consent"])
            left = list(self._would_be().actions) if self._reporting else []
            view["hand_off"] = self._hand_off(left, "This task only reports.") if left else None
            return {"consent": assessed(self._with_tenant_wide(view), None)}
        done = self._done if applied else list(plan.actions)
        state = {key: held.copy() for key, held in self._plan.facts["state"].items()}
        for action in done:
            carried_out(state, action)
        view = consent_view(self._desired, self._state, state, self._reader.loader.lookup)
        view["complete"] = False
        families = map(_family, self._left) if self._unread else self._refused_kinds
        reason = self._unread or sentences(self._refusals[0].message, self._refusals[0].advice)
        view["hand_off"] = self._hand_off(self._left, reason, lacking_of(families), unread=bool(self._unread))
        diff = {"before": dict(self._plan.before), "after": {"granted": view["granted"]}}
        view = assessed(self._with_tenant_wide(view), self._unread, everything=self._desired.mode == "exact" or self._desired.state == "absent")
        return {"changed": bool(done), "actions": [action.text for action in done], "diff": diff, "consent": view}

    def _would_be(self) -> Plan:
        """What a merge would do: for the hand-off of a report."""
        desired = dataclasses.replace(self._desired, mode="merge")
        return plan_consent(desired, self._state, self._reader.loader.lookup)

    def _with_tenant_wide(self, view: dict[str, t.Any]) -> dict[str, t.Any]:
        everyone = dataclasses.replace(self._desired, principal_id=None, mode="report")
        if self._desired.principal_id is not None:
            view["tenant_wide"] = plan_consent(everyone, self._state, self._reader.loader.lookup).facts["now"]["granted"]
        view["not_accepted"] = self._refused()
        view["extra_privileged"] = privileged_in(view["extra"])
        if self._partners:
            redirect_uri = self._options.get("hand_off_redirect_uri")
            view["partner_urls"] = partner_urls(self._place(), self._partners, self._asked(), redirect_uri, self._refused())
        view.update(client_id=self._writer.client_id, app_id=self._state.app_id, principal_id=self._desired.principal_id)
        view["principal_enabled"] = (self._reading.user or {}).get("accountEnabled")
        return view

    def _hand_off(self, actions: t.Sequence[Action], reason: str, lacks: t.Sequence[str] = (), *, unread: bool = False) -> dict[str, t.Any]:
        return hand_off(
            self._place(),
            actions,
            self._asked(),
            reason=reason,
            redirect_uri=self._options.get("hand_off_redirect_uri"),
            single_principal=self._desired.principal_id is not None,
            refused=self._refused(),
            lacks=lacks,
            unread=unread,
        )

    def _asked(self) -> list[ResourcePermissions]:
        return [one for one in self._desired.permissions if one.delegated or one.application] if self._desired.state == "present" else []

    def _refused(self) -> list[str]:
        return [f"{kind}:{name}" for _resource, kind, name in not_accepted(self._asked(), self._accepted)]

    def _place(self) -> Handover:
        reading = self._reading
        return Handover(
            login_url=self._session.endpoints.login_url,
            graph_url=self._graph.base_url,
            graph_scope_root=self._session.endpoints.graph_audience,
            tenant_id=self._graph.tenant_id,
            app_id=self._state.app_id,
            client_id=self._writer.client_id,
            registered_uris=registered_uris(reading.application, reading.principal),
            required=tuple(reading.application.get("requiredResourceAccess") or ()) if reading.application is not None else None,
        )

    def _warn_about_owners(self) -> None:
        if not self._granting or self._state.app_id == PLACEHOLDER_ID:
            return
        text = owner_warning(self._graph, self._state.label, self._state.app_id, self._plan.facts["consent"]["requested"], self._reading.owners)
        if text:
            self._runtime.warn(text)

    def _warn_about_ourselves(self, applied: bool) -> None:
        if not applied or not self._done:
            return
        if (self._session.tokens.token(self._session.endpoints.graph_audience).app_id or "").lower() != self._state.app_id:
            return
        self._graph.renew()
        self._runtime.warn(
            "The permissions of the identity this task signs in with were changed. Its tokens keep the old ones until they are renewed; the one "
            "of this job was renewed, but it can take minutes until new tokens hold the change."
        )
