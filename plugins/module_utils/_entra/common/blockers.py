# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What keeps people, or the connector itself, from signing in: states in, blockers out. Pure; nothing of it is undone from here.

Sources: https://learn.microsoft.com/entra/identity/enterprise-apps/deactivate-application-portal (the three switches, who can set them, what stays),
https://learn.microsoft.com/graph/api/resources/application and https://learn.microsoft.com/graph/api/resources/serviceprincipal (C(isDisabled),
C(disabledByMicrosoftStatus), C(accountEnabled), C(appRoleAssignmentRequired)); read 2026-11. That C(isDisabled) of a service principal shows that its
application was deactivated, wherever that is registered (inferred).
"""

from __future__ import annotations

import dataclasses
import typing as t

Json = t.Mapping[str, t.Any]

DEACTIVATED = "deactivated"  # isDisabled
DISABLED = "disabled"  # accountEnabled is false
BY_MICROSOFT = "disabled_by_microsoft"  # disabledByMicrosoftStatus
NO_ASSIGNMENT = "no_assignment"  # assignment is required, and none exists

APPLICATION, SERVICE_PRINCIPAL, API, ACCOUNT = "application", "service_principal", "api", "account"

# What the look has to select of a service principal to know whether tokens are issued for it; of an application the first two.
STATE_SELECT = ("isDisabled", "disabledByMicrosoftStatus", "accountEnabled")
_NO_TOKENS = "no user can sign in, and no tokens are issued for it."
_NEVER_HERE = "It may be a security measure, so nothing of it is undone here."


@dataclasses.dataclass(frozen=True)
class Blocker:
    """One thing that no sign-in gets past."""

    what: str  # deactivated, disabled, disabled_by_microsoft, no_assignment
    object_type: str  # application, service_principal, api, account
    name: str
    object_id: str
    who: str  # who can take it back, and where
    sentence: str  # what is so, without who
    shuts: bool = False  # the client itself gets no token: nothing is written, and no credential could be proven
    stops_renewal: bool = False  # a new credential could not be proven

    def to_result(self) -> dict[str, t.Any]:
        """For results: plain data."""
        return dataclasses.asdict(self)


@dataclasses.dataclass(frozen=True)
class Account:
    """An account that signs in, as the service showed it. C(enabled) is None where that could not be read."""

    name: str
    object_id: str
    enabled: bool | None


@dataclasses.dataclass(frozen=True)
class SignInState:
    """What was read, as Graph's JSON. A property that is missing was not read: it says nothing, and is no blocker."""

    tenant: str
    application: Json | None = None
    principal: Json | None = None
    is_own: bool = True  # whether the application is registered in this tenant
    apis: tuple[Json, ...] = ()
    proving_api: str = ""  # app id of the API at whose token a new credential is proven
    people: bool = False  # whether people sign in to it, and not only the connector itself
    assigned: int | None = None  # how many principals are assigned; None where that was not read
    accounts: tuple[Account, ...] = ()
    enable_variable: str = ""  # the variable that takes back what is disabled of our own application, where there is one


@dataclasses.dataclass(frozen=True)
class SignInFindings:
    """The blockers, and what could not be looked at: a text for each."""

    blockers: tuple[Blocker, ...] = ()
    not_assessed: tuple[str, ...] = ()


def plan_blockers(state: SignInState) -> SignInFindings:
    """All that blocks, the client first."""
    found = [*_client(state), *_apis(state), *_people(state)]
    return SignInFindings(tuple(found), tuple(_not_assessed(state)))


def state_of(shape: Json) -> Json:
    """A service principal as a result shows it, as the planner takes it: what was not read is missing."""
    found = {"displayName": shape.get("display_name"), "appId": shape.get("app_id"), "appOwnerOrganizationId": shape.get("app_owner_organization_id")}
    found |= {"accountEnabled": shape.get("account_enabled"), "appRoleAssignmentRequired": shape.get("app_role_assignment_required")}
    found["disabledByMicrosoftStatus"] = shape.get("disabled_by_microsoft_status")
    return found if shape.get("is_disabled") is None else {**found, "isDisabled": shape["is_disabled"]}


def sentence_of(blocker: Json) -> str:
    """A blocker, as a result holds it, for a person."""
    return f"{blocker['sentence']} Who can take it back: {blocker['who']}"


def _client(state: SignInState) -> t.Iterator[Blocker]:
    application, principal = state.application or {}, state.principal or {}
    if application.get("isDisabled"):
        yield _deactivated_here(state, application)
    elif principal.get("isDisabled"):
        yield _deactivated_there(state, principal)
    if _by_microsoft(application) or _by_microsoft(principal):
        item, kind = (application, APPLICATION) if _by_microsoft(application) else (principal, SERVICE_PRINCIPAL)
        status = item["disabledByMicrosoftStatus"]
        yield _shut(
            BY_MICROSOFT,
            kind,
            item,
            "only Microsoft; its support says why and what to do.",
            f"Microsoft disabled the {_noun(kind)} {_described(item)} in {state.tenant} ({status}): no tokens are issued for it.",
        )
    if principal.get("accountEnabled") is False:
        yield _shut(
            DISABLED,
            SERVICE_PRINCIPAL,
            principal,
            "an owner of it, or a Cloud Application Administrator or Application Administrator of the tenant, with 'Enabled for users to sign-in' in the "
            f"properties of the enterprise application{_or_enable(state)}.",
            f"The enterprise application {_described(principal)} in {state.tenant} is disabled: {_NO_TOKENS} {_NEVER_HERE}",
        )


def _shut(what: str, kind: str, item: Json, who: str, sentence: str) -> Blocker:
    """The client itself gets no token, so nothing could be proven either."""
    return Blocker(what, kind, _name(item), _id(item), who, sentence, shuts=True, stops_renewal=True)


def _deactivated_here(state: SignInState, application: Json) -> Blocker:
    return _shut(
        DEACTIVATED,
        APPLICATION,
        application,
        "an owner of it, or a Cloud Application Administrator or Application Administrator of the tenant, with 'Activate' at the app registration"
        f"{_or_enable(state)}.",
        f"The app registration {_described(application)} in {state.tenant} is deactivated (isDisabled): {_NO_TOKENS} {_NEVER_HERE}",
    )


def _deactivated_there(state: SignInState, principal: Json) -> Blocker:
    """The registration cannot be seen: it is another tenant's, or the copy of our own is behind."""
    owner = principal.get("appOwnerOrganizationId")
    who = "an owner of its app registration" if state.is_own else f"its publisher (tenant {owner}), who deactivated the app registration; ask there"
    return _shut(
        DEACTIVATED,
        SERVICE_PRINCIPAL,
        principal,
        f"{who}.",
        f"The application {_described(principal)} is deactivated (isDisabled of its service principal in {state.tenant}): {_NO_TOKENS}",
    )


def _apis(state: SignInState) -> t.Iterator[Blocker]:
    administrator = "a Cloud Application Administrator or Application Administrator of the tenant, in the properties of that enterprise application"
    only_one = len(state.apis) == 1
    for api in state.apis:
        name, app_id = _name(api), _id(api)
        stops = only_one or app_id == state.proving_api
        if api.get("isDisabled"):
            what, said, who = DEACTIVATED, "is deactivated (isDisabled)", f"its publisher (tenant {api.get('appOwnerOrganizationId')})"
        elif _by_microsoft(api):
            what, said, who = BY_MICROSOFT, f"was disabled by Microsoft ({api['disabledByMicrosoftStatus']})", "only Microsoft"
        elif api.get("accountEnabled") is False:
            what, said, who = DISABLED, "is disabled", f"{administrator}; where its subscription has lapsed, renewing that"
        else:
            continue
        sentence = f"The service principal of the API {_described(api)} in {state.tenant} {said}: no client gets a token for it."
        yield Blocker(what, API, name, app_id, f"{who}.", sentence, stops_renewal=stops)


def _people(state: SignInState) -> t.Iterator[Blocker]:
    principal = state.principal or {}
    if state.people and principal.get("appRoleAssignmentRequired") and state.assigned == 0:
        yield Blocker(
            NO_ASSIGNMENT,
            SERVICE_PRINCIPAL,
            _name(principal),
            _id(principal),
            "an administrator of the tenant, who assigns users or groups under 'Users and groups' of the enterprise application (assigned_to of "
            "tenantkit.connectors.entra_service_principal), or lets every user in (app_role_assignment_required: false there).",
            f"Only assigned users may sign in to {_described(principal)} in {state.tenant}, and neither a user nor a group is assigned.",
        )
    for account in state.accounts:
        if account.enabled is False:
            yield Blocker(
                DISABLED,
                ACCOUNT,
                account.name,
                account.object_id,
                "a User Administrator of the tenant.",
                f"The account {account.name} of {state.tenant} is disabled, so it cannot sign in.",
            )


def _not_assessed(state: SignInState) -> t.Iterator[str]:
    application, principal = state.application, state.principal
    unknown = [item for item in (application, principal, *state.apis) if item is not None and "isDisabled" not in item]
    if unknown:
        names = ", ".join(dict.fromkeys(_described(item) for item in unknown))
        yield f"Whether {names} {'is' if len(set(map(_id, unknown))) == 1 else 'are'} deactivated: this cloud does not know the property isDisabled."
    if state.people and (principal or {}).get("appRoleAssignmentRequired") and state.assigned is None:
        yield f"Who is assigned to {_described(principal or {})}: the automation identity may not read it."
    hidden = [account.name for account in state.accounts if account.enabled is None]
    if hidden:
        yield f"Whether {', '.join(hidden)} can sign in: that an account is enabled is shown with User.Read.All only."


def _or_enable(state: SignInState) -> str:
    return f"; or, when it is no security measure, this collection with {state.enable_variable}: true" if state.enable_variable and state.is_own else ""


def says_disabled(status: t.Any) -> bool:
    """Whether a C(disabledByMicrosoftStatus) says so. The documented values are null, NotDisabled, and one that begins with Disabled."""
    return str(status or "").lower().startswith("disabled")


def _by_microsoft(item: Json) -> bool:
    return says_disabled(item.get("disabledByMicrosoftStatus"))


def _noun(kind: str) -> str:
    return "app registration" if kind == APPLICATION else "application"


def _name(item: Json) -> str:
    return str(item.get("displayName") or item.get("appId") or "")


def _id(item: Json) -> str:
    return str(item.get("appId") or "").lower()


def _described(item: Json) -> str:
    return f"'{_name(item)}' ({_id(item)})"
