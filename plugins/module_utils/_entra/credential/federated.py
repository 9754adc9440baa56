# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Federated credentials of an application: what is wanted, what is there, and the pure planner between them.

Sources: https://learn.microsoft.com/graph/api/resources/federatedidentitycredential (lengths, one audience),
https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations (20 of an application, form of the name); read 2026-11.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._engine import PLACEHOLDER_ID, Action, Plan
from ..._errors import ConflictError, OptionError
from .protected_subject import check_protected

LARGEST_NUMBER = 20  # credentials of one application
LONGEST = 600  # of issuer, subject, audience and description
DEFAULT_AUDIENCE = "api://AzureADTokenExchange"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}")


@dataclasses.dataclass(frozen=True)
class Federated:
    """One federated credential as Graph holds it."""

    id: str
    name: str
    issuer: str
    subject: str | None
    audiences: tuple[str, ...]
    description: str | None

    @classmethod
    def from_graph(cls, body: t.Mapping[str, t.Any]) -> Federated:
        """From an entry of C(federatedIdentityCredentials)."""
        return cls(
            str(body.get("id") or ""),
            str(body.get("name") or ""),
            str(body.get("issuer") or ""),
            body.get("subject"),
            tuple(body.get("audiences") or ()),
            body.get("description") or None,
        )

    def shape(self) -> dict[str, t.Any]:
        """For diff and result."""
        return {"name": self.name, "issuer": self.issuer, "subject": self.subject, "audiences": list(self.audiences), "description": self.description}


@dataclasses.dataclass(frozen=True)
class FederatedDesired:
    """The options of C(entra_federated_credential), checked. None leaves a value alone."""

    name: str
    state: str = "present"
    issuer: str | None = None
    subject: str | None = None
    audiences: tuple[str, ...] | None = None
    description: str | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> FederatedDesired:
        """From module options. Everything that Entra would refuse in them is refused here."""
        audiences = options.get("audiences")
        desired = cls(
            options["name"],
            options.get("state") or "present",
            options.get("issuer"),
            options.get("subject"),
            None if audiences is None else tuple(audiences),
            options.get("description"),
        )
        if desired.state == "present":
            desired.check()
            if options.get("protected"):
                check_protected(desired.issuer, desired.subject)
        return desired

    def check(self) -> None:
        """Raises OptionError for what can be no federated credential: name, issuer, subject, number of audiences, or a length."""
        if not _NAME.fullmatch(self.name):
            raise OptionError(
                f"'name' is {self.name!r}; the name of a federated credential consists of 3 to 120 letters, digits, '-' and '_', the first a letter or digit.",
                code="invalid_name",
            )
        for option in ("issuer", "subject"):
            value = getattr(self, option)
            if value is not None and (not value or value != value.strip()):
                raise OptionError(f"'{option}' is empty, or begins or ends with white space.", code="invalid_value", advice="It is compared letter by letter.")
        if self.issuer is not None and not self.issuer.startswith("https://"):
            raise OptionError(
                f"'issuer' is {self.issuer!r}, which is not an https:// address.", code="invalid_value", advice="Give the 'iss' claim of the tokens, unchanged."
            )
        if self.audiences is not None and len(self.audiences) != 1:
            raise OptionError(
                f"'audiences' has {len(self.audiences)} entries; a federated credential has exactly one.",
                code="invalid_value",
                advice="Make a credential for each audience.",
            )
        values = {"issuer": self.issuer, "subject": self.subject, "description": self.description, "audiences": (self.audiences or (None,))[0]}
        for option, value in values.items():
            if len(value or "") > LONGEST:
                raise OptionError(f"'{option}' has {len(value or '')} characters; {LONGEST} are allowed.", code="too_long")
        if self.audiences == ("",):
            raise OptionError("'audiences' holds an empty text.", code="invalid_value")


@dataclasses.dataclass(frozen=True)
class FederatedCurrent:
    """The federated credentials of one application."""

    label: str
    credentials: tuple[Federated, ...] = ()

    def named(self, name: str) -> Federated | None:
        """The credential with this name."""
        return next((entry for entry in self.credentials if entry.name == name), None)


def plan_federated(desired: FederatedDesired, current: FederatedCurrent) -> Plan:
    """From the options and what was read to at most one write."""
    present = current.named(desired.name)
    before = {"federated_credential": present.shape() if present else None}
    if desired.state == "absent":
        if present is None:
            return Plan((), before, before)
        action = Action("remove", f"remove federated credential '{desired.name}' from {current.label}", {"id": present.id})
        return Plan((action,), before, {"federated_credential": None})
    after = _merged(desired, present, current)
    _check_pair(after, current)
    facts = {"after": after}
    if present is None:
        _check_number(current)
        body = _body(after)
        action = Action("create", f"create federated credential '{desired.name}' on {current.label}", {"body": {"name": after.name, **body}})
        return Plan((action,), before, {"federated_credential": after.shape()}, facts=facts)
    changed = {name: value for name, value in _body(after).items() if value != _body(present)[name]}
    if not changed:
        return Plan((), before, before, facts=facts)
    text = f"change {', '.join(changed)} of federated credential '{desired.name}' of {current.label}"
    return Plan((Action("update", text, {"id": present.id, "body": changed}),), before, {"federated_credential": after.shape()}, facts=facts)


def _merged(desired: FederatedDesired, present: Federated | None, current: FederatedCurrent) -> Federated:
    """The credential as it is to be: options that were not given keep their value."""
    if present is None:
        missing = [name for name in ("issuer", "subject") if getattr(desired, name) is None]
        if missing:
            raise OptionError(
                f"Federated credential '{desired.name}' of {current.label} does not exist, and to create it {' and '.join(map(repr, missing))} "
                f"{'is' if len(missing) == 1 else 'are'} needed.",
                code="option_missing",
            )
        present = Federated(PLACEHOLDER_ID, desired.name, "", None, (DEFAULT_AUDIENCE,), None)
    given = {name: getattr(desired, name) for name in ("issuer", "subject", "audiences") if getattr(desired, name) is not None}
    if desired.description is not None:
        given["description"] = desired.description or None
    return dataclasses.replace(present, **given)


def _body(entry: Federated) -> dict[str, t.Any]:
    return {"issuer": entry.issuer, "subject": entry.subject, "audiences": list(entry.audiences), "description": entry.description}


def _check_pair(after: Federated, current: FederatedCurrent) -> None:
    """Issuer and subject together are unique on an application."""
    same = [entry for entry in current.credentials if entry.name != after.name and (entry.issuer, entry.subject) == (after.issuer, after.subject)]
    if same:
        raise ConflictError(
            f"Federated credential '{same[0].name}' of {current.label} has the issuer {after.issuer} and the subject {after.subject} already, "
            f"so '{after.name}' cannot have them too. Nothing was written.",
            code="duplicate_issuer_subject",
            advice=f"Use the name '{same[0].name}', or remove that credential first: the name of a federated credential cannot be changed.",
            outcome="refused",
            details={"name": same[0].name, "id": same[0].id},
        )


def _check_number(current: FederatedCurrent) -> None:
    if len(current.credentials) >= LARGEST_NUMBER:
        names = ", ".join(sorted(entry.name for entry in current.credentials))
        raise ConflictError(
            f"{current.label[0].upper()}{current.label[1:]} has {len(current.credentials)} federated credentials, and no more than {LARGEST_NUMBER} are "
            f"allowed: {names}. Nothing was written.",
            code="too_many_federated_credentials",
            advice="Remove one that is not in use (state: absent), or use another application.",
            outcome="refused",
            details={"names": sorted(entry.name for entry in current.credentials)},
        )
