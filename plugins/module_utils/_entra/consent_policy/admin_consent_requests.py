# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Requests for an administrator's consent: who may be asked, and for how long. Graph takes the whole policy at once.

Sources: https://learn.microsoft.com/graph/api/adminconsentrequestpolicy-update (PUT of all values, how reviewers are written),
https://learn.microsoft.com/entra/identity/enterprise-apps/configure-admin-consent-workflow; read 2026-11. At most 60 days and 30 by default, as in the admin
center (inferred).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._errors import OptionError
from ..._graph.odata import PathKey, odata_string, path_to
from ..._ids import is_guid
from ..common.principals import Name
from .record import digest

PATH = "/policies/adminConsentRequestPolicy"
_LONGEST = 60  # days
_FIELDS = {
    "is_enabled": "isEnabled",
    "notify_reviewers": "notifyReviewers",
    "reminders_enabled": "remindersEnabled",
    "request_duration_in_days": "requestDurationInDays",
}
_DEFAULT_DURATION = 30
_VERSION = re.compile(r"^/(v1\.0|beta)(?=/)")
_CAST = re.compile(r"/microsoft\.graph\.user$")


def reviewer_query(kind: str, identifier: str) -> str:
    """How a reviewer is written in the policy."""
    if kind == "user":
        return path_to("users", PathKey(identifier))
    if kind == "group":
        return path_to("groups", PathKey(identifier), "transitiveMembers", "microsoft.graph.user")
    return f"/beta/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq {odata_string(identifier)}"


def _normal(query: t.Any) -> str:
    return _CAST.sub("", _VERSION.sub("", str(query or "").lower()))


@dataclasses.dataclass(frozen=True)
class ConsentRequests:
    """The policy as it is, or as it is to be."""

    values: t.Mapping[str, t.Any]  # by option name
    reviewers: tuple[str, ...]  # queries

    @classmethod
    def from_graph(cls, body: t.Mapping[str, t.Any]) -> ConsentRequests:
        """From the policy; a tenant that never touched it has one as well."""
        values = {option: body.get(name) for option, name in _FIELDS.items()}
        return cls(values, tuple(str(entry.get("query") or "") for entry in body.get("reviewers") or ()))

    @classmethod
    def from_compact(cls, compact: t.Sequence[t.Any]) -> ConsentRequests:
        """From what the record holds."""
        *values, reviewers = compact
        return cls(dict(zip(_FIELDS, values, strict=True)), tuple(reviewers))

    def compact(self) -> list[t.Any]:
        """As short as it can be, for the record."""
        return [*(self.values[option] for option in _FIELDS), list(self.reviewers)]

    def shape(self) -> dict[str, t.Any]:
        """For diff and result."""
        return {**self.values, "reviewers": sorted(self.reviewers)}

    def digest(self) -> str:
        """What is compared before the policy is put back."""
        return digest([*(self.values[option] for option in _FIELDS), sorted(map(_normal, self.reviewers))])

    def same_as(self, other: ConsentRequests) -> bool:
        """Whether both mean the same."""
        return self.digest() == other.digest()

    def difference(self, before: ConsentRequests) -> str:
        """The change in words."""
        words = [f"{option} {str(value).lower()}" for option, value in self.values.items() if value != before.values[option]]
        if set(map(_normal, self.reviewers)) != set(map(_normal, before.reviewers)):
            words.append(f"{len(self.reviewers)} reviewer{'' if len(self.reviewers) == 1 else 's'}")
        return ", ".join(words)

    def body(self) -> dict[str, t.Any]:
        """The whole policy for a PUT."""
        reviewers = [{"query": query, "queryType": "MicrosoftGraph", "queryRoot": None} for query in self.reviewers]
        return {**{_FIELDS[option]: value for option, value in self.values.items()}, "reviewers": reviewers}


@dataclasses.dataclass(frozen=True)
class RequestsDesired:
    """The option C(admin_consent_requests). What is left out stays as it is."""

    values: t.Mapping[str, t.Any]
    reviewers: tuple[Name, ...] | None = None  # kind and name as the user wrote it; ids once they were looked up

    @classmethod
    def from_option(cls, option: t.Mapping[str, t.Any]) -> RequestsDesired:
        """Raises OptionError for what cannot be."""
        values = {name: option[name] for name in _FIELDS if option.get(name) is not None}
        days = values.get("request_duration_in_days")
        if days is not None and not 1 <= days <= _LONGEST:
            raise OptionError(f"'admin_consent_requests.request_duration_in_days' is {days}; 1 to {_LONGEST} are possible.", code="invalid_days")
        reviewers = option.get("reviewers")
        names: list[Name] = []
        for entry in reviewers or ():
            kind, text = next((key, entry[key]) for key in ("user", "group", "role_definition_id") if entry.get(key))
            if kind == "role_definition_id" and not is_guid(text):
                raise OptionError(f"'admin_consent_requests.reviewers' names the role {text!r}, which is not an id.", code="invalid_id")
            names.append((kind, text))
        return cls(values, None if reviewers is None else tuple(names))

    def apply(self, current: ConsentRequests) -> ConsentRequests:
        """The policy as it is to be. Reviewers that stay keep the spelling they have.

        Raises OptionError when requests would be turned on without a reviewer.
        """
        values = {**current.values, **self.values}
        reviewers = current.reviewers
        if self.reviewers is not None:
            spelled = {_normal(query): query for query in current.reviewers}
            reviewers = tuple(spelled.get(_normal(query), query) for query in (reviewer_query(*name) for name in self.reviewers))
        if values["is_enabled"] and not reviewers:
            raise OptionError("'admin_consent_requests.reviewers' is needed: consent requests cannot be enabled without a reviewer.", code="option_missing")
        if values["is_enabled"] and not values["request_duration_in_days"]:
            values["request_duration_in_days"] = _DEFAULT_DURATION
        return ConsentRequests(values, reviewers)
