# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Looks applications up, one by name or several by what they have in common. Reads only."""

from __future__ import annotations

import datetime as dt
import re
import typing as t

from ..._clock import format_time
from ..._engine import Action, Plan, Runtime
from ..._errors import OptionError
from ..._graph.client import GraphClient
from ..._graph.odata import odata_string
from ..._graph.optional_properties import read_named
from ..._graph.parts import Part, server_time
from ..._session import connect
from ..common.application_reference import APPLICATION_REFERENCE, ApplicationReference
from ..common.tags import CREATION_TAG
from . import model
from .redirect_uris import has_redirect_uri

# keyCredentials brings the certificates themselves along, which to_info() drops.
SELECT = (*model.SELECT, *model.STATE_SELECT, "keyCredentials")
_MANAGED_SECRET = re.compile(r"tkc:[A-Za-z0-9][A-Za-z0-9._-]*:[0-9a-f]{8}")
FILTERS = ("tag", "display_name_prefix", "redirect_uri", "created_here")


def secret_metadata(credential: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A client secret without anything of its value, not even the hint."""
    name = credential.get("displayName") or None
    return {
        "key_id": credential.get("keyId"),
        "display_name": name,
        "start_date_time": credential.get("startDateTime"),
        "end_date_time": credential.get("endDateTime"),
        "managed": bool(_MANAGED_SECRET.fullmatch(name or "")),
    }


def certificate_metadata(credential: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A certificate without the certificate."""
    return {
        "key_id": credential.get("keyId"),
        "display_name": credential.get("displayName") or None,
        "thumbprint": credential.get("customKeyIdentifier"),
        "start_date_time": credential.get("startDateTime"),
        "end_date_time": credential.get("endDateTime"),
    }


def to_info(app: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An application as C(entra_app_info) returns it."""
    return {
        **model.to_ansible(app),
        "secrets": [secret_metadata(entry) for entry in app.get("passwordCredentials") or []],
        "certificates": [certificate_metadata(entry) for entry in app.get("keyCredentials") or []],
    }


class ApplicationInfoResource:
    """The resource of C(entra_app_info)."""

    def __init__(self, runtime: Runtime, graph: GraphClient | None = None) -> None:
        self._options = runtime.options
        named = any(runtime.options.get(name) for name in APPLICATION_REFERENCE)
        self._reference = ApplicationReference.from_options(runtime.options) if named else None
        given = [name for name in FILTERS if runtime.options.get(name) not in (None, False)]
        if named and given:
            raise OptionError(f"'{given[0]}' looks for applications, so none can be named at the same time.", code="contradicting_options")
        if graph is None:
            graph = connect(runtime)
        self._graph = graph
        self._now: dt.datetime | None = None

    def read(self) -> list[dict[str, t.Any]]:
        """One application in one request, or all pages of a filtered list."""
        reference = self._reference
        if reference is not None:
            if reference.is_placeholder:
                return []
            answers = read_named(self._graph, {"app": reference.part(select=SELECT)})
            self._now = server_time(answers.values())
            app = reference.pick(answers["app"], of_others=True)
            return [to_info(app)] if app is not None else []
        part = Part("GET", "/applications", params={"$filter": self._filter(), "$select": SELECT}, doing="list applications")
        listed = read_named(self._graph, {"listed": part})["listed"]
        self._now = server_time([listed])
        found = [to_info(app) for app in self._graph.items(listed)]
        uri = self._options.get("redirect_uri")
        # Compared here: the directory finds redirect URIs in advanced queries only, whose index lags behind.
        return [app for app in found if not uri or has_redirect_uri(app, uri)]

    def _filter(self) -> str | None:
        options = self._options
        tags = [options["tag"]] if options.get("tag") else []
        tags += [CREATION_TAG] if options.get("created_here") else []
        terms = [f"tags/any(t:t eq {odata_string(tag)})" for tag in tags]
        if options.get("display_name_prefix"):
            terms.append(f"startswith(displayName,{odata_string(options['display_name_prefix'])})")
        return " and ".join(terms) or None

    def plan(self, current: list[dict[str, t.Any]]) -> Plan:
        """Nothing is ever written."""
        return Plan(facts={"apps": sorted(current, key=lambda app: ((app["display_name"] or "").lower(), app["object_id"]))})

    def apply(self, action: Action) -> None:
        """Never called."""
        raise NotImplementedError

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The keys C(apps) and C(service_time)."""
        return {"apps": plan.facts["apps"], "service_time": None if self._now is None else format_time(self._now)}
