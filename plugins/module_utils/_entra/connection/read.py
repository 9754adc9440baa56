# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Reads everything that one connection consists of, with two C($batch) requests, or one when the app id is known."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._auth.guard import ORGANIZATION_PARAMS, ORGANIZATION_PATH
from ..._clock import or_machine_time
from ..._errors import ForbiddenError
from ..._graph.batch import LARGEST
from ..._graph.client import GraphClient
from ..._graph.odata import PathKey, path_to
from ..._graph.optional_properties import read_named
from ..._graph.parts import Part, PartAnswer, server_time
from ..application import model as application_model
from ..application.deleted import SEEN_BY_A_LOOK, nothing_but_these
from ..common.application_reference import ApplicationReference
from ..common.blockers import Account
from ..common.principals import Name, Principal, PrincipalNames
from ..consent import read as consent_read
from ..credential import kind, policy_read
from ..permission.catalogue_cache import ResourceLoader
from ..permission.option import RequestedPermissions
from ..permission.privileged_owners import owner_answers, owner_parts
from ..service_principal import model as principal_model
from .model import Snapshot

# One read of the application serves all planners.
APPLICATION_SELECT = tuple(
    dict.fromkeys((*application_model.SELECT, *application_model.STATE_SELECT, *consent_read.APPLICATION_SELECT, *kind.SECRET.select, *kind.CERTIFICATE.select))
)
_ACCOUNT, _ACCOUNT_SELECT = "account ", ("id", "userPrincipalName", "accountEnabled")


class ConnectionReader:
    """The reads of C(entra_connection_info)."""

    def __init__(
        self,
        graph: GraphClient,
        reference: ApplicationReference,
        wanted: t.Sequence[RequestedPermissions],
        loader: ResourceLoader,
        by_name: ApplicationReference | None = None,
        owners: bool = False,
        policies: bool = False,
        more: Part | None = None,
        used: t.Sequence[str] = (),
        accounts: t.Sequence[str] = (),
        signs_in: bool = False,
        names: t.Iterable[Name] = (),
        makes: bool = False,
    ) -> None:
        """``by_name`` is asked for as well, for an application that is to be adopted and does not have the unique name yet.

        ``owners``: people who own the application are of interest, too; ``policies``: a secret may have to be made. ``more`` is asked with the
        first request, for the caller. ``used`` are app ids of APIs that nothing is requested of, ``accounts`` names or ids of users who sign in;
        ``signs_in``: what keeps a sign-in from succeeding is of interest. ``names`` are those of the other accounts, groups and principals that options name.
        ``makes``: where there is no application of that name, one is made.
        """
        self._graph = graph
        self._reference = reference
        self._by_name = by_name
        self._owners = owners
        self._policies = policies
        self._more = more
        self._wanted = wanted
        self._apis = list(dict.fromkeys((*(one.resource for one in wanted), *used))) if signs_in else [one.resource for one in wanted]
        self._accounts = list(dict.fromkeys(accounts)) if signs_in else []
        self._signs_in = signs_in
        self._names = PrincipalNames(names)
        self._makes = makes and reference.key == "unique_name"
        self.loader = loader

    def read(self) -> Snapshot:
        """See the module's docstring. Raises TenantGuardError before anything else of the tenant is looked at."""
        reference, by_name = self._reference, self._by_name
        known = reference.app_id if reference.key == "app_id" else None
        parts = {
            "organization": Part("GET", ORGANIZATION_PATH, params=ORGANIZATION_PARAMS, doing="read the organization"),
            "app": reference.part(select=APPLICATION_SELECT),
            **({"by name": by_name.part(select=APPLICATION_SELECT)} if by_name else {}),
            **({"deleted": SEEN_BY_A_LOOK} if self._makes else {}),
            **self.loader.parts(self._apis),
            **(self.loader.state_parts(self._apis) if self._signs_in else {}),
            **{_ACCOUNT + name: _account_part(name) for name in self._accounts},
            **self._names.parts(),
            **({"default policy": policy_read.default_part()} if self._policies else {}),
            **({"more": self._more} if self._more else {}),
            **(self._client_parts(known) if known else {}),
        }
        answers = read_named(self._graph, parts)
        now = or_machine_time(server_time(answers.values()))
        organization = self._organization(answers["organization"])
        application = reference.pick(answers["app"], of_others=True)
        if by_name:
            application = application or by_name.pick(answers["by name"], of_others=True)
        self.loader.take_all(answers)
        if not known and application is not None:
            answers |= read_named(self._graph, self._client_parts(application["appId"]))
        principal = dict(answers["principal"].body) if "principal" in answers and answers["principal"].found else None
        lists: dict[str, tuple[dict[str, t.Any], ...]] = {"grants": (), "assignments": ()}
        forbidden: ForbiddenError | None = None
        for name in lists if principal is not None else ():
            try:
                lists[name] = tuple(self._graph.items(answers[name]))
            except ForbiddenError as error:
                forbidden = forbidden or error
        holding = list(dict.fromkeys(str(row["principalId"]) for row in lists["grants"] if row.get("principalId") and self._signs_in))
        return Snapshot(
            organization,
            application,
            principal,
            lists["grants"],
            lists["assignments"],
            now,
            forbidden,
            owner_answers(answers),
            policy_read.AppManagementPolicies.from_answers(answers.get("default policy"), answers.get("own policies")),
            answers.get("more"),
            apis=self._states(),
            assigned=_number_assigned(answers.get("assigned")),
            accounts=tuple(_account(name, answers[_ACCOUNT + name]) for name in self._accounts),
            found=self._names.read(answers) | {("user", name): _principal(name, answers[_ACCOUNT + name]) for name in self._accounts},
            people_owning=_people_owning(answers.get("people owning")),
            holders=self._holders(holding[:LARGEST]),
            more_holders=len(holding[LARGEST:]),
            missed=(answers["app"], answers["deleted"]) if nothing_but_these(answers["app"], answers.get("deleted")) else None,
        )

    def _holders(self, ids: t.Sequence[str]) -> tuple[Account, ...]:
        """The users who are there. A third request, for a connection to which users consented for themselves; the roles consent for everybody."""
        answers = self._graph.batch([_account_part(one) for one in ids]) if ids else []
        return tuple(_account(one, answer) for one, answer in zip(ids, answers, strict=True) if not answer.absent)

    def _states(self) -> tuple[dict[str, t.Any], ...]:
        """Whether tokens are issued for the APIs; one that the tenant does not know yet has no state."""
        found = [self.loader.lookup(text) for text in self._apis] if self._signs_in else []
        return tuple(self.loader.states[one.app_id] for one in found if one is not None and one.app_id in self.loader.states)

    def _organization(self, answer: PartAnswer) -> dict[str, t.Any]:
        answer.raise_for_error()
        guard = t.cast(t.Any, self._graph.guard)
        if guard is not None:
            guard.see(answer.body)
        rows = self._graph.items(answer)
        return rows[0] if rows else {}

    def _client_parts(self, app_id: str) -> dict[str, Part]:
        """The client's service principal with the properties of both planners that look at it, its grants, its assignments, its owners, its policies."""
        parts = consent_read.client_parts(app_id)
        select = tuple(dict.fromkeys((*consent_read.CLIENT_SELECT, *principal_model.SELECT)))
        parts["principal"] = dataclasses.replace(parts["principal"], params={"$select": select})
        if self._owners:
            parts |= owner_parts(app_id)
        if self._signs_in:
            path = path_to("servicePrincipals", PathKey(app_id, "appId"), "appRoleAssignedTo")
            doing = f"read whether users are assigned to application {app_id}"
            parts["assigned"] = Part("GET", path, params={"$top": 1}, doing=doing, first_page=True, optional=True)
            path = path_to("applications", PathKey(app_id, "appId"), "owners", "microsoft.graph.user")
            parts["people owning"] = Part("GET", path, params={"$select": _ACCOUNT_SELECT}, doing=f"read the owners of application {app_id}", optional=True)
        if self._policies:
            parts["own policies"] = policy_read.own_part(path_to("applications", PathKey(app_id, "appId")))
        return parts


def _account_part(name: str) -> Part:
    """A user by name or id. Whether the account is enabled takes a right that is optional, so an identity without it goes on."""
    return Part("GET", path_to("users", PathKey(name)), params={"$select": _ACCOUNT_SELECT}, doing=f"read whether user '{name}' is enabled", optional=True)


def _account(name: str, answer: PartAnswer) -> Account:
    """The account that was asked for. Raises what the service answered, unless it is that this may not be read, or that there is no such user."""
    if answer.forbidden or not answer.found:
        return Account(name, name, None)
    return Account(str(answer.body.get("userPrincipalName") or name), str(answer.body["id"]), answer.body.get("accountEnabled"))


def _principal(name: str, answer: PartAnswer) -> Principal | None:
    """Whether there is such an account. One that may not be looked for counts as one that is there."""
    return None if answer.absent else Principal(str(answer.body.get("id") or name), "user", name)


def _number_assigned(answer: PartAnswer | None) -> int | None:
    """How many entries the first page has; None where that says nothing."""
    if answer is None or answer.forbidden or not answer.found:
        return None
    number = len(answer.body.get("value") or ())
    return None if number == 0 and answer.body.get("@odata.nextLink") else number  # an empty page may have others behind it


def _people_owning(answer: PartAnswer | None) -> tuple[Account, ...]:
    if answer is None or answer.forbidden or not answer.found:
        return ()
    rows = answer.body.get("value") or ()
    return tuple(Account(str(row.get("userPrincipalName") or row["id"]), str(row["id"]), row.get("accountEnabled")) for row in rows)
