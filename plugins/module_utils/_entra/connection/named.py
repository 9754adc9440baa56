# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Who is named in the options of a connection, and what follows where one of them does not exist. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._errors import NotFoundError
from ..common.list_change import ListChange
from ..common.principals import HOW_TO_NAME, Name, find_or_none, no_such, owner_name
from ..service_principal.assignments import Assignee
from .model import ConnectionDesired, Snapshot
from .sign_in import in_use

# Option and member of it, and the variable where an operator of the role entra_connector writes it.
_OWNERS, _ASSIGNED, _PRINCIPAL = ("app", "owners"), ("service_principal", "assigned_to"), ("consent", "principal")
_ACCOUNTS = ("accounts", "")
# A list that is known in parts is not put into force in parts: one that replaces all entries would take others away.
_UNCHANGED = {_OWNERS: "The owners stay as they are.", _ASSIGNED: "The assignments stay as they are."}


@dataclasses.dataclass(frozen=True)
class NamedPrincipal:
    """One name or id in the options."""

    option: tuple[str, str]
    name: Name

    def place(self, prefix: str, accounts_variable: str) -> str:
        """Where the operator wrote it, for a sentence: the variable of a role, or the option of the module where no role asks."""
        option, member = self.option
        if not member:
            return f"'{accounts_variable or option}'"
        return f"'{member}' in '{f'{prefix}_' if prefix else ''}{option}'"

    def words(self, prefix: str, accounts_variable: str) -> str:
        """That it does not exist, in a sentence."""
        return no_such(*self.name, self.place(prefix, accounts_variable))


def named_principals(wanted: ConnectionDesired, accounts: t.Iterable[str]) -> tuple[NamedPrincipal, ...]:
    """Everybody that the options name as one that has to exist, in the order of the options. With C(state=absent) nothing has to."""
    if wanted.state != "present":
        return ()
    owners, assigned = ListChange.from_option(wanted.app.get("owners")), ListChange.from_option(wanted.service_principal.get("assigned_to"))
    assignees = map(Assignee.from_option, assigned.wanted) if assigned else ()
    principal = str(wanted.consent.get("principal") or "")
    found = [
        *(NamedPrincipal(_OWNERS, owner_name(str(name))) for name in (owners.wanted if owners else ()) if name),
        *(NamedPrincipal(_ASSIGNED, (one.kind, one.name)) for one in assignees),
        *([NamedPrincipal(_PRINCIPAL, ("user", principal))] if principal else []),
        *(NamedPrincipal(_ACCOUNTS, ("user", name)) for name in accounts),
    ]
    return tuple(dict.fromkeys(found))


def leave_missing(
    wanted: ConnectionDesired, snapshot: Snapshot, named: t.Iterable[NamedPrincipal], *, tenant: str, accounts_variable: str
) -> tuple[ConnectionDesired, tuple[str, ...]]:
    """What is wanted without the lists that name one who does not exist, and a sentence about them, for an application in use: its credential is renewed.

    Raises NotFoundError for any other application: a mistake that is found now costs nothing. So it does where consent is for one who does not exist.
    """
    missing = [one for one in named if find_or_none(snapshot.found, *one.name) is None]
    if not missing:
        return wanted, ()
    said = f"There is {', '.join(one.words(wanted.prefix, accounts_variable) for one in missing)} in tenant {tenant}."
    if snapshot.application is None or not in_use(wanted, snapshot.application) or any(one.option == _PRINCIPAL for one in missing):
        raise NotFoundError(
            f"{said} Nothing was changed.",
            code="principal_not_found",
            tenant=tenant,
            advice=HOW_TO_NAME,
            details={"missing": [{"option": ".".join(filter(None, one.option)), "kind": one.name[0], "name": one.name[1]} for one in missing]},
        )
    left = {one.option for one in missing}
    kept: dict[str, t.Any] = {
        option: {name: value for name, value in getattr(wanted, option).items() if (option, name) not in left} for option in ("app", "service_principal")
    }
    unchanged = [words for option, words in _UNCHANGED.items() if option in left]
    return dataclasses.replace(wanted, **kept), (" ".join([said, *unchanged]),)
