# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""How a task names an application: object id, app id, unique name or display name, the same four in every module.

Sources: https://learn.microsoft.com/graph/api/resources/application and https://learn.microsoft.com/graph/api/application-upsert (C(appId) and C(uniqueName)
as keys); read 2026-11. That a display name is compared without regard to case (inferred).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..._engine import NEW, PLACEHOLDER_ID
from ..._errors import ConflictError, NotFoundError, OptionError
from ..._graph.odata import PathKey, odata_string, path_to, with_query
from ..._graph.parts import BatchReader, Part, PartAnswer
from ..._ids import is_guid
from .agents import check_no_agent
from .tags import created_here
from .whose import CREATED_BY, without_tag

# The names that an application may be given by; the first of them that is given decides.
APPLICATION_REFERENCE = ("object_id", "app_id", "unique_name", "display_name")
_UNIQUE_NAME = re.compile(r"^\S(.*\S)?$")

# Enough for every reader of an application's identity, tags and credentials' metadata.
IDENTITY_SELECT = ("id", "appId", "uniqueName", "displayName", "createdDateTime", "tags")
# What to ask Graph for: everything that planners and the checks before a write look at, without key material.
PLANNED_SELECT = (
    "id", "appId", "uniqueName", "displayName", "description", "notes", "createdDateTime", CREATED_BY, "publisherDomain", "signInAudience", "tags", "api",
    "web", "spa", "publicClient", "isFallbackPublicClient", "optionalClaims", "groupMembershipClaims", "identifierUris", "info", "serviceManagementReference",
    "requiredResourceAccess", "appRoles", "passwordCredentials",
)  # fmt: skip


def describe_found(app: t.Mapping[str, t.Any]) -> str:
    """The name of an application that was read: "application 'Payroll sync'"."""
    return f"application '{app.get('displayName') or app.get('uniqueName') or app.get('appId')}'"


@dataclasses.dataclass(frozen=True)
class ApplicationReference:
    """One application as the user named it. When several names are given, the first of the four decides."""

    object_id: str | None = None
    app_id: str | None = None
    unique_name: str | None = None
    display_name: str | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> ApplicationReference:
        """Take the four names out of a module's options; ids are checked for being ids.

        Raises OptionError for an id that is no GUID, for white space around C(unique_name), and when none of the four is given.
        """
        names = {name: options.get(name) or None for name in APPLICATION_REFERENCE}
        for name in ("object_id", "app_id"):
            value = names[name]
            if value and not is_guid(value):
                raise OptionError(f"'{name}' has to be a GUID, and '{value}' is not.", code="invalid_id")
            names[name] = value.lower() if value else None
        if names["unique_name"] and not _UNIQUE_NAME.match(names["unique_name"]):
            raise OptionError(f"'unique_name' must not begin or end with white space: '{names['unique_name']}'.", code="invalid_name")
        if not any(names.values()):
            raise OptionError(f"An application has to be named by one of {', '.join(APPLICATION_REFERENCE)}.", code="no_reference")
        return cls(**names)

    @property
    def key(self) -> str:
        """Which of the four names is looked for."""
        return next(name for name in APPLICATION_REFERENCE if getattr(self, name))

    @property
    def value(self) -> str:
        """What is looked for."""
        return t.cast(str, getattr(self, self.key))

    @property
    def is_placeholder(self) -> bool:
        """Whether this is the id that check mode gives to an application that does not exist yet."""
        return PLACEHOLDER_ID in (self.object_id, self.app_id)

    @property
    def can_be_new(self) -> bool:
        """Whether an application of this name may come into being; ids are given by Entra, never by us."""
        return self.is_placeholder or self.key in ("unique_name", "display_name")

    def describe(self) -> str:
        """The application in sentences: "application 'payroll' (unique_name)", or "application (new)" for one that check mode would have created."""
        return f"application {NEW}" if self.is_placeholder else f"application '{self.value}' ({self.key})"

    @property
    def label(self) -> str:
        """The name by which the application is shown while it was not found."""
        return NEW if self.is_placeholder else self.value

    def path(self) -> str | None:
        """The path of the application, None when it can only be searched for."""
        if self.key == "object_id":
            return path_to("applications", PathKey(self.value))
        if self.key == "app_id":
            return path_to("applications", PathKey(self.value, "appId"))
        if self.key == "unique_name":
            return path_to("applications", PathKey(self.value, "uniqueName"))
        return None

    def part(self, *, select: t.Iterable[str] = IDENTITY_SELECT, expand: str | None = None) -> Part:
        """The read as a part of a C($batch). Its answer goes through C(pick)."""
        params: dict[str, t.Any] = {"$select": list(select) or None, "$expand": expand}
        path = self.path()
        if path is None:
            if params["$select"]:
                params["$select"] = list(dict.fromkeys((*params["$select"], "tags", "createdDateTime", CREATED_BY)))  # C(pick) looks whose it is
            path, params = "/applications", {"$filter": f"displayName eq {odata_string(self.value)}", **params}
        return Part("GET", with_query(path, params), doing=f"read {self.describe()}")

    def pick(self, answer: PartAnswer, *, of_others: bool = False) -> dict[str, t.Any] | None:
        """The application in the answer to C(part): None when there is none.

        A display name is not unique and any application can get it: with it alone only an application of our own is found, unless C(of_others).
        Raises ConflictError when several have the display name, OptionError when only an application without our tag has it, and what the service answered
        otherwise.
        """
        if self.path() is not None:
            if not answer.found:
                return None
            answer.raise_for_error()
            return dict(answer.body)
        answer.raise_for_error()
        # The service compares names without regard to case; a different spelling is a different application.
        matches = [app for app in answer.body.get("value", []) if app.get("displayName") == self.value]
        if len(matches) > 1:
            listed = ", ".join(f"{app['id']} (app id {app.get('appId')}, created {app.get('createdDateTime')})" for app in matches)
            raise ConflictError(
                f"{len(matches)} applications have the display name '{self.value}': {listed}.",
                code="ambiguous_name",
                advice="Name one of them by 'object_id', 'app_id' or 'unique_name'.",
                details={"object_ids": [app["id"] for app in matches]},
            )
        if matches and not of_others and not created_here(matches[0].get("tags") or ()):
            app = matches[0]
            raise OptionError(
                f"The {describe_found(app)} (app id {app.get('appId')}, created {app.get('createdDateTime')}) {without_tag(app)}. A display name alone does "
                "not identify such an application. Nothing was changed.",
                code="not_ours",
                advice="Name it by 'app_id', 'object_id' or 'unique_name'.",
                details={"app_id": app.get("appId"), "object_id": app.get("id"), "created_date_time": app.get("createdDateTime")},
            )
        return matches[0] if matches else None

    def missing(self, tenant: str) -> NotFoundError:
        """The failure for an application that has to exist."""
        if self.is_placeholder:
            message = f"The {self.key} {PLACEHOLDER_ID} stands for an application that a check mode run would have created; it does not exist."
            advice = "Use the result of a real run."
        else:
            message = f"There is no {self.describe()} in tenant {tenant}."
            how = f"with {self.key}: {self.value}" if self.can_be_new else "and name it by the app id that the result holds"
            advice = f"Create it first with tenantkit.connectors.entra_app {how}, or correct '{self.key}'."
        return NotFoundError(message, code="application_not_found", tenant=tenant, advice=advice, outcome=None)

    def or_predicted(self, app: dict[str, t.Any] | None, *, tenant: str, check_mode: bool) -> dict[str, t.Any] | None:
        """What was found, for a task that may change it; in check mode None for an application that an earlier task would have created.

        Raises NotFoundError where there has to be one, and OptionError for one that is for agents.
        """
        if app is None and not (check_mode and self.can_be_new):
            raise self.missing(tenant)
        if app is not None:
            check_no_agent(app, describe_found(app), tenant)
        return app


def resolve(
    graph: BatchReader,
    reference: ApplicationReference,
    *,
    select: t.Iterable[str] = IDENTITY_SELECT,
    expand: str | None = None,
    check_mode: bool = False,
) -> dict[str, t.Any] | None:
    """Read the application that a reference names, with one request.

    None only in check mode, for one that does not exist yet: the caller then predicts what it would do on a new one.
    """
    if reference.is_placeholder:
        return reference.or_predicted(None, tenant=graph.tenant, check_mode=check_mode)
    (answer,) = graph.batch([reference.part(select=select, expand=expand)])
    return reference.or_predicted(reference.pick(answer), tenant=graph.tenant, check_mode=check_mode)
