# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_consent_policy): reads the tenant's consent settings, and writes them with their record."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ..._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ..._errors import ConflictError
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, below, path_to, with_query
from ..._graph.parts import Part, PartAnswer
from ..._graph.rights import check_rights
from ..._session import connect
from ..common.principals import PrincipalNames, find
from . import admin_consent_requests, grant_policy, group_settings
from .admin_consent_requests import ConsentRequests
from .group_settings import ConsentSettings
from .model import DOCUMENTED, ConsentPolicyCurrent, ConsentPolicyDesired
from .plan import list_changed, plan_consent_policy
from .record import PolicyRecord
from .restore import plan_restore
from .rights import rights_of_actions

_AUTHORIZATION = "/policies/authorizationPolicy"
_HOLDER_SELECT = "id,appId,displayName,notes"
_NOT_YET = ("permissionGrantPoliciesAssigned",)  # what is said of a policy that was made a moment ago
# What C(not_assessed) says of a setting that the task does not manage and the identity may not read.
_UNREAD_CONSENT = "What users may consent to: the tenant's authorization policy is shown with Policy.Read.All."
_UNREAD_SETTINGS = "What owners of groups may consent to: the tenant's group settings are shown with GroupSettings.Read.All."
_UNREAD_REQUESTS = "Whether users may ask for an administrator's consent: the tenant's policy for such requests is shown with Policy.Read.All."


class ConsentPolicyResource:
    """The consent settings of one tenant."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._desired = ConsentPolicyDesired.from_options(runtime.options)
        self._graph: GraphClient = connect(runtime)
        self._made_policy = False
        self._unread: list[str] = []  # what may not be read, and was not asked for

    # Reading

    def read(self) -> ConsentPolicyCurrent:
        """Everything in one request; a setting that the task does not manage may be unreadable. A second one for policies that only the record names."""
        desired = self._desired
        parts = {
            "assigned": Part("GET", _AUTHORIZATION, doing="read the tenant's authorization policy"),
            "settings": Part("GET", "/groupSettings", doing="read the tenant's group settings"),
            "templates": Part("GET", "/groupSettingTemplates", doing="read the templates of group settings"),
            "requests": Part("GET", admin_consent_requests.PATH, doing="read the tenant's admin consent request policy"),
        }
        if desired.record_on and desired.record_on != PLACEHOLDER_ID:
            path = with_query(path_to("servicePrincipals", PathKey(desired.record_on, "appId")), {"$select": _HOLDER_SELECT})
            parts["holder"] = Part("GET", path, doing=f"read the service principal of application {desired.record_on}")
        if desired.policy:
            parts["policy"] = self._policy_part(desired.policy.id)
        named = {f"named {item}": self._policy_part(item) for item in self._doubtful()}
        if named:
            parts["known"] = Part("GET", grant_policy.PATH, doing="read the consent policies of the tenant")
        names = PrincipalNames([item for item in (desired.requests.reviewers or () if desired.requests else ()) if item[0] != "role_definition_id"])
        answer = self._graph.batch_named({**parts, **named, **names.parts()})
        self._reviewers(names.read(answer))
        holder = answer["holder"].body if "holder" in answer and answer["holder"].found else None
        record = PolicyRecord.parse((holder or {}).get("notes")) if desired.state == "restored" else PolicyRecord()
        entries = record.entries
        policy = answer["policy"].body if "policy" in answer and answer["policy"].found else None
        made = self._graph.batch_named({item: self._policy_part(item) for item in record.policies})
        return ConsentPolicyCurrent(
            tenant=self._graph.tenant,
            assigned=self._assigned(answer["assigned"], desired.assigns or not {"user_consent", "group_owner_consent", "grant_policy"}.isdisjoint(entries)),
            settings=self._settings(answer["settings"], answer["templates"], bool(desired.settings) or "consent_settings" in entries),
            requests=self._requests(answer["requests"], bool(desired.requests) or "admin_consent_requests" in entries),
            policy=policy,
            made={identifier: found.body if found.found else None for identifier, found in made.items()},
            missing_policies=tuple(key.removeprefix("named ") for key in named if not answer[key].found),
            known_policies=tuple(item["id"] for item in self._graph.items(answer["known"])) if named else (),
            holder=holder,
            predicted_holder=self._runtime.check_mode,
        )

    def _doubtful(self) -> list[str]:
        """The policies to be assigned that may not be there: all but Microsoft's documented ones, which are in every tenant, and the one that is made here."""
        made, changes = self._desired.policy, (self._desired.user_consent, self._desired.group_owner_consent)
        there = {*DOCUMENTED, *([made.id.lower()] if made else [])}
        return [item for item in dict.fromkeys(item for change in changes if change for item in change.wanted) if item.lower() not in there]

    @staticmethod
    def _policy_part(identifier: str) -> Part:
        return Part("GET", below(grant_policy.PATH, PathKey(identifier)), doing=f"read consent policy '{identifier}'")

    def _reviewers(self, found: t.Mapping[t.Any, t.Any]) -> None:
        """Names to ids."""
        requests = self._desired.requests
        if requests is None or requests.reviewers is None:
            return
        look = functools.partial(find, found, tenant=self._graph.tenant, option="admin_consent_requests.reviewers")
        ids = tuple((kind, text if kind == "role_definition_id" else look(kind, text).id) for kind, text in requests.reviewers)
        self._desired = dataclasses.replace(self._desired, requests=dataclasses.replace(requests, reviewers=ids))

    def _readable(self, answer: PartAnswer, wanted: bool, unread: str) -> bool:
        """Whether there is something to look at. A refusal matters only for what was asked for; of the rest ``unread`` says that it is not assessed."""
        if (answer.forbidden or answer.not_offered) and not wanted:
            if answer.forbidden and not answer.not_offered and unread not in self._unread:
                self._unread.append(unread)
            return False
        answer.raise_for_error()
        return True

    def _assigned(self, answer: PartAnswer, wanted: bool) -> tuple[str, ...] | None:
        return _entries(answer.body) if self._readable(answer, wanted, _UNREAD_CONSENT) else None

    def _settings(self, settings: PartAnswer, templates: PartAnswer, wanted: bool) -> ConsentSettings:
        known = self._readable(settings, wanted, _UNREAD_SETTINGS) and self._readable(templates, wanted, _UNREAD_SETTINGS)
        return ConsentSettings.from_graph(self._graph.items(settings), self._graph.items(templates)) if known else ConsentSettings(known=False)

    def _requests(self, answer: PartAnswer, wanted: bool) -> ConsentRequests | None:
        return ConsentRequests.from_graph(answer.body) if self._readable(answer, wanted, _UNREAD_REQUESTS) else None

    # Planning and writing

    def plan(self, current: ConsentPolicyCurrent) -> Plan:
        """From what was read. Raises ForbiddenError with all rights that the plan lacks: a tenant is not opened by half."""
        plan = plan_restore(current) if self._desired.state == "restored" else plan_consent_policy(self._desired, current)
        rights = self._graph.rights
        if rights is not None:
            check_rights(rights.caller, rights_of_actions(plan.actions, rights.caller), tenant=self._graph.tenant)
        return plan

    def apply(self, action: Action) -> None:
        """Carry out one action."""
        getattr(self, f"_apply_{action.kind}")(action)

    def _apply_record(self, action: Action) -> None:
        path = path_to("servicePrincipals", PathKey(action.payload["id"]))
        found = self._graph.get(path, params={"$select": _HOLDER_SELECT}, doing="read the notes again that keep the record")
        if (found.get("notes") or "") != (action.payload["seen"] or ""):
            raise ConflictError(
                f"The notes of service principal '{found.get('displayName')}' in tenant {self._graph.tenant} were changed by another writer at the same time.",
                code="notes_changed",
                tenant=self._graph.tenant,
                outcome="refused",
                advice="Run again.",
            )
        self._graph.patch(path, {"notes": action.payload["notes"] or None}, doing=action.text)

    def _apply_create_policy(self, action: Action) -> None:
        path = below(grant_policy.PATH, PathKey(action.payload["body"]["id"]))
        self._graph.post(
            grant_policy.PATH,
            action.payload["body"],
            doing=action.text,
            reconcile=lambda: self._graph.find(path, doing=f"look whether it was done: {action.text}"),
        )
        self._made_policy = True

    def _apply_update_policy(self, action: Action) -> None:
        self._graph.patch(below(grant_policy.PATH, PathKey(action.payload["id"])), action.payload["body"], doing=action.text)

    def _apply_add_condition(self, action: Action) -> None:
        path = below(grant_policy.PATH, PathKey(action.payload["id"]), "includes")

        def there() -> dict[str, t.Any] | None:
            found = self._graph.list(path, doing=f"look whether it was done: {action.text}")
            return next((entry for entry in found if grant_policy.normal(entry) == grant_policy.normal(action.payload["body"])), None)

        self._graph.post(path, action.payload["body"], doing=action.text, reconcile=there, just_created=self._made_policy)

    def _apply_remove_condition(self, action: Action) -> None:
        self._graph.delete(below(grant_policy.PATH, PathKey(action.payload["id"]), "includes", PathKey(action.payload["set"])), doing=action.text)

    def _apply_remove_policy(self, action: Action) -> None:
        self._graph.delete(below(grant_policy.PATH, PathKey(action.payload["id"])), doing=action.text)

    def _apply_assign(self, action: Action) -> None:
        found = self._graph.get(_AUTHORIZATION, doing="read the tenant's authorization policy again")
        if sorted(map(str.lower, _entries(found))) != sorted(map(str.lower, action.payload["seen"])):
            raise list_changed(self._graph.tenant)
        body = {"defaultUserRolePermissions": {"permissionGrantPoliciesAssigned": action.payload["assigned"]}}
        self._graph.patch(_AUTHORIZATION, body, doing=action.text, retry_texts=_NOT_YET if self._made_policy else ())

    def _apply_settings(self, action: Action) -> None:
        if action.payload["id"]:
            self._graph.patch(path_to("groupSettings", PathKey(action.payload["id"])), {"values": action.payload["values"]}, doing=action.text)
            return

        def there() -> dict[str, t.Any] | None:
            found = self._graph.list("/groupSettings", doing=f"look whether it was done: {action.text}")
            return next((entry for entry in found if str(entry.get("templateId")).lower() == group_settings.TEMPLATE), None)

        body = {"templateId": group_settings.TEMPLATE, "values": action.payload["values"]}
        self._graph.post("/groupSettings", body, doing=action.text, reconcile=there)

    def _apply_remove_settings(self, action: Action) -> None:
        self._graph.delete(path_to("groupSettings", PathKey(action.payload["id"])), doing=action.text)

    def _apply_requests(self, action: Action) -> None:
        self._graph.put(admin_consent_requests.PATH, action.payload["body"], doing=action.text)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(consent_policy)."""
        return {"consent_policy": {**plan.after, **plan.facts, "not_assessed": self._unread}}


def _entries(body: t.Mapping[str, t.Any]) -> tuple[str, ...]:
    return tuple((body.get("defaultUserRolePermissions") or {}).get("permissionGrantPoliciesAssigned") or ())
