# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_connection_info): one look at a whole connection, and no write."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..._engine import Action, Plan, Runtime
from ..._errors import OptionError
from ..._given_values import usable_options
from ..._graph.rights import check_rights, missing_rights
from ..._job.claims import claim
from ..._session import open_session
from ..application import model as application_model
from ..application.desired import ApplicationDesired
from ..application.other_registrations import others_in, others_part
from ..application.resource import ApplicationResource
from ..common import options
from ..common.blockers import sentence_of
from ..common.tags import check_connector, created_here
from ..common.whose import CREATED_BY
from ..connector.plan import plan_of
from ..connector.rights import other_way, rights_of_steps
from ..connector.steps import steps_of
from ..consent.assessment import assessed, unread_sentence
from ..credential import policy_read
from ..permission.catalogue_cache import ResourceLoader
from ..permission.option import parse_permissions
from ..permission.privileged import parse_accepted
from ..permission.privileged_owners import owner_warning
from ..service_principal.resource import ServicePrincipalResource
from . import plan as planner
from .model import ConnectionDesired, ConnectionPlan, ManagedDetails, Snapshot
from .named import leave_missing, named_principals
from .read import ConnectionReader
from .sign_in import disabled_people, leave_drift, unassessed_people


def validated(name: str, spec: t.Mapping[str, t.Any], given: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
    """A dict option checked and converted with the option spec of the module it stands for. Raises OptionError."""
    validator = ArgumentSpecValidator({key: {**value, "required": False} for key, value in spec.items()})
    result = validator.validate(dict(given or {}))
    if result.error_messages:
        problems = "; ".join(text.rstrip(".") for text in result.error_messages)  # core ends some of them with a full stop
        raise OptionError(f"In '{name}': {problems}.", code="invalid_option")
    return usable_options(spec, result.validated_parameters)


# The options that say what is wanted; the decisions of the role entra_connector read them from the answer.
_WANTED = (
    "connector", "app", "service_principal", "permissions", "permissions_mode", "consent", "accept_privileged", "secret", "certificate", "delivery", "force",
    "state",
)  # fmt: skip


class ConnectionResource:
    """One connection of one tenant."""

    def __init__(self, runtime: Runtime) -> None:
        self._options = given = runtime.options
        self._runtime = runtime
        if given["role"] and given["role"]["problems"]:
            raise OptionError(" ".join(given["role"]["problems"]), code="variables")
        parse_accepted(given["accept_privileged"], runtime.warn)  # before a token is asked for
        permissions = {
            "permissions": given["permissions"],
            "mode": given["permissions_mode"],
            "accept_privileged": given["accept_privileged"],
            "create_missing_service_principals": given["create_missing_service_principals"],
        }
        self._wanted = ConnectionDesired(
            app=validated("app", options.APPLICATION_OPTIONS, given["app"]),
            service_principal=validated("service_principal", options.SERVICE_PRINCIPAL_OPTIONS, given["service_principal"]),
            permissions=permissions,
            consent={**validated("consent", options.CONSENT_OPTIONS, given["consent"]), "permissions": given["permissions"]},
            secret=validated("secret", options.SECRET_OF_CONNECTION, given["secret"]) if given["secret"] else None,
            certificate=validated("certificate", options.CERTIFICATE_OPTIONS, given["certificate"]) if given["certificate"] else None,
            delivery={**given["delivery"], "connector": given["connector"]} if given["delivery"] else None,
            connector=check_connector(given["connector"], "connector"),
            state=given["state"],
            force=given["force"],
            known_value=runtime.secret(given["known_value"]),
            people_sign_in=given["people_sign_in"],
            prefix=given["role"]["prefix"] if given["role"] else "",
        )
        self._desired = ApplicationDesired.from_options({**self._wanted.app, "state": "present"})  # what cannot be right is said before a token is asked for
        self._session = open_session(runtime)
        self._loader = ResourceLoader(self._session.graph, runtime)
        self._view: ConnectionPlan | None = None
        self._snapshot: Snapshot | None = None
        self._others: tuple[dict[str, t.Any], ...] = ()
        self._extra: ManagedDetails | None = None
        self._drift: tuple[str, ...] = ()
        self._named = named_principals(self._wanted, given["accounts"])

    def read(self) -> Snapshot:
        """Two requests, or one."""
        self._claim()
        wanted = parse_permissions(self._options["permissions"])
        self._snapshot = ConnectionReader(
            self._session.graph,
            self._desired.reference,
            wanted,
            self._loader,
            self._desired.adoptable_by_name if self._wanted.state == "present" else None,
            # A task that accepts privileged permissions wants them; grants of others are known only once they are read.
            owners=self._wanted.state == "present" and bool(self._options["accept_privileged"]),
            policies=self._wanted.state == "present" and self._wanted.credential is not None,
            # Whether there is an application is known only with the answer.
            more=others_part(self._desired) if self._looks_for_others else None,
            used=self._options["used_apis"],
            accounts=self._options["accounts"],
            signs_in=self._wanted.state == "present",
            names=[one.name for one in self._named if one.option[0] != "accounts"],
            makes=self._wanted.state == "present",
        ).read()
        self._claim_application(self._snapshot)
        if self._snapshot.forbidden is not None and not self._wanted.consent_can_wait:
            raise self._snapshot.forbidden
        if self._snapshot.application is None and self._snapshot.more is not None:
            self._others = others_in(self._session.graph, self._snapshot.more, self._desired, self._snapshot.organization.get("tenantType"))
        if self._snapshot.application is not None and self._wanted.state == "present":
            self._extra = self._special(self._snapshot.application["appId"])
        elif self._snapshot.application is not None and not created_here(self._snapshot.application.get("tags") or ()):
            # What is taken away again is named by its API, whether it is still wanted or not.
            self._loader.load((), dict.fromkeys(str(row["resourceId"]).lower() for row in (*self._snapshot.grants, *self._snapshot.assignments)))
        return self._snapshot

    @property
    def _looks_for_others(self) -> bool:
        return self._wanted.state == "present" and self._options["find_other_registrations"] and self._desired.reference.can_be_new

    def _claim(self) -> None:
        host = self._options["host"] or self._runtime.host
        if not host:
            return
        session, name, tenant_id = self._session, self._options["connector"], self._session.tenant_id
        claim(
            session.cache, f"tenant {tenant_id} {name} {self._desired.reference.value.lower()}", f"the {name} connection of tenant {tenant_id}", host, tenant_id
        )
        if self._wanted.delivery:
            instance = self._wanted.delivery["instance"].strip().rstrip("/").lower()
            claim(session.cache, f"target {name} {instance}", f"{name} at {instance}", host, tenant_id)

    def _claim_application(self, snapshot: Snapshot) -> None:
        """Two hosts may name one application by different names."""
        host = self._options["host"] or self._runtime.host
        if not host or snapshot.application is None:
            return
        name, tenant_id, app_id = self._options["connector"], self._session.tenant_id, snapshot.application["appId"].lower()
        claim(self._session.cache, f"application {tenant_id} {name} {app_id}", f"the {name} connection of tenant {tenant_id}", host, tenant_id)

    def _special(self, app_id: str) -> ManagedDetails:
        """Owners and assignments are read by the modules that manage them, and only where the options say something about them."""
        runtime, graph, wanted = self._runtime, self._session.graph, self._wanted
        application = principal = None
        if wanted.app.get("owners"):
            claims = self._session.tokens.token(self._session.endpoints.graph_audience).claims
            nested = dataclasses.replace(runtime, options={**runtime.options, **wanted.app, "permissions": None})
            application = ApplicationResource(nested, graph, claims).read()
        if wanted.service_principal.get("assigned_to") or wanted.service_principal.get("app_role_assignment_required"):
            nested = dataclasses.replace(runtime, options={**wanted.service_principal, "app_id": app_id})
            principal = ServicePrincipalResource(nested, graph).read()
        return ManagedDetails(application, principal)

    def plan(self, current: Snapshot) -> Plan:
        """No actions: this only looks. What the steps would do is in the result."""
        session = self._session
        names = {"tenant": session.tenant, "tenant_id": session.tenant_id}
        role = self._options["role"] or {}
        accounts_variable = str(role.get("accounts_variable") or "")
        self._wanted, missing = leave_missing(self._wanted, current, self._named, tenant=session.tenant, accounts_variable=accounts_variable)
        self._wanted, left = leave_drift(self._wanted, current, self._extra or ManagedDetails(), **names)
        self._drift = (*missing, *left, *disabled_people(current))
        self._view = planner.view_connection(
            self._wanted,
            current,
            self._loader.lookup,
            **names,
            special=self._extra,
            caller_app_id=session.tokens.token(session.endpoints.graph_audience).app_id,
            automation=session.caller().app_id,
        )
        blockers = tuple(sentence_of(one.to_result()) for one in self._view.findings.blockers)
        return Plan(warnings=(*blockers, *self._drift, *(text for plan in self._view.plans.values() for text in plan.warnings)))

    def apply(self, action: Action) -> None:
        """Never called."""
        raise NotImplementedError(action.kind)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(connection)."""
        view, snapshot = t.cast(ConnectionPlan, self._view), t.cast(Snapshot, self._snapshot)
        if not view.converged and self._session.graph.left is not None:
            self._session.graph.left.keep(snapshot.policies.answers, policy_read.GOOD_FOR)
            if snapshot.missed is not None:
                self._session.graph.left.missed(*snapshot.missed)
        plans, app = view.plans, snapshot.application
        principal, consent = plans.get("service_principal"), plans.get("consent")
        self._warn_about_owners(snapshot, consent)
        found = {
            "connector": self._options["connector"],
            "tenant": self._tenant(snapshot),
            "converged": view.converged,
            "status": planner.status_of(self._wanted, view, app, unread=snapshot.forbidden is not None),
            "blockers": [one.to_result() for one in view.findings.blockers],
            "not_assessed": [*view.findings.not_assessed, *unassessed_people(snapshot)],
            "drift": list(self._drift),
            "steps": {name: {"actions": plans[name].texts if name in plans else []} for name in planner.STEPS},
            "app": {**application_model.to_ansible(app), "would_create": False} if app else planner.empty_app(),
            "service_principal": dict(principal.facts.get("service_principal") or {}) if principal else {},
            "consent": self._consent(consent, snapshot),
            "secret": self._credential(plans.get("secret")),
            "certificate": self._credential(plans.get("certificate")),
            "delivery": {
                "authority": view.authority.text,
                "former_authorities": list(view.authority.former),
                "marked": view.marked,
                "held": view.held,
            },
            "other_registrations": list(self._others),
            "adds": {"items": sorted(view.adds), "recorded": view.recorded},
            "takes": dict(view.takes),
            "missing_resources": list(plans["resources"].facts["missing_resources"]) if "resources" in plans else [],
            "credential": self._session.credential.describe(),
            "policies_read": snapshot.policies.default is not None and snapshot.policies.own is not None,
            "created_by_identity": bool(app) and self._is_by_identity(t.cast("t.Mapping[str, t.Any]", app)),
        }
        return {"connection": self._with_steps(found)}

    def _is_by_identity(self, app: t.Mapping[str, t.Any]) -> bool:
        """Whether the identity that looks has made the application, and so owns it unless that was taken back."""
        return bool(app.get(CREATED_BY)) and app[CREATED_BY] == self._session.tokens.token(self._session.endpoints.graph_audience).app_id

    def _with_steps(self, found: dict[str, t.Any]) -> dict[str, t.Any]:
        """The look with the options of each step, and with what the role does next. Raises OptionError for what the role must not do."""
        role, check_mode = self._options["role"], self._runtime.check_mode
        # The steps are given what was planned: without what is left as it is.
        wanted = {name: self._options[name] for name in _WANTED}
        for name in ("app", "service_principal"):
            wanted[name] = {option: value for option, value in wanted[name].items() if option in getattr(self._wanted, name)}
        if wanted["delivery"]:
            wanted["delivery"] = {name: value for name, value in wanted["delivery"].items() if value is not None}
        none = {"open": False, "options": {}}
        steps = {name: {**none, **step} for name, step in {**found["steps"], **steps_of(wanted, found, check_mode=check_mode)}.items()}
        if role is None:
            return {**found, "steps": steps}
        wanted["role"] = role
        plan = plan_of(wanted, {**found, "steps": steps}, handed_on=self._options["handed_on"], check_mode=check_mode)
        if plan["open"]:
            self._check_rights(wanted, {**found, "steps": steps})
        return {**found, "steps": steps, "wanted": wanted, "next": plan}

    def _check_rights(self, wanted: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any]) -> None:
        """Raises ForbiddenError with all rights that the open steps lack, before the first of them."""
        needed = rights_of_steps(wanted, seen)
        if not missing_rights(self._session.caller(), needed):
            return
        caller = self._session.caller(fresh=True)
        check_rights(caller, needed, tenant=self._session.tenant, other_way=other_way(wanted, missing_rights(caller, needed)))

    def _warn_about_owners(self, snapshot: Snapshot, consent: Plan | None) -> None:
        app = snapshot.application
        if app is None or consent is None or self._wanted.state == "absent":
            return
        rows = [*consent.facts["now"]["requested"], *consent.facts["now"]["granted"]]
        text = owner_warning(self._session.graph, app.get("displayName") or app["appId"], app["appId"], rows, snapshot.owners)
        if text:
            self._runtime.warn(text)

    def _tenant(self, snapshot: Snapshot) -> dict[str, t.Any]:
        return {
            "tenant_id": self._session.tenant_id,
            "display_name": snapshot.organization.get("displayName") or self._session.tenant,
            "primary_domain": snapshot.domain("isDefault"),
            "initial_domain": snapshot.domain("isInitial"),
            "verified_domains": [str(domain["name"]) for domain in snapshot.domains],
        }

    def _consent(self, plan: Plan | None, snapshot: Snapshot) -> dict[str, t.Any]:
        if plan is None:
            return {}
        unread = None
        if snapshot.forbidden is not None:
            label = (snapshot.application or {}).get("displayName") or self._desired.reference.describe()
            variable = (self._options["role"] or {}).get("consent_variable") or ""
            unread = unread_sentence(snapshot.forbidden, str(label), variable)
        everything = self._wanted.consent.get("mode") == "exact" or self._wanted.state == "absent"
        return {**assessed(plan.facts["now"], unread, everything=everything), "hand_off": None}

    @staticmethod
    def _credential(plan: Plan | None) -> dict[str, t.Any]:
        if plan is None:
            return {}
        verdict = plan.facts["verdict"]
        current: dict[str, t.Any] = next((row for row in (*plan.facts["managed"], *plan.facts["foreign"]) if row["key_id"] == verdict.key_id), {})
        return {
            "needed": verdict.needed,
            "reason": verdict.reason,
            "status": verdict.status,
            "key_id": verdict.key_id,
            "end_date_time": current.get("end_date_time"),
            "days_left": current.get("days_left"),
            "managed": plan.facts["managed"],
            "foreign": plan.facts["foreign"],
            "retire": plan.facts.get("retire", []),
        }
