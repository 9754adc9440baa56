# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource behind C(workato_connection): reads the list, sends what was planned, looks whether a person has to sign in."""

from __future__ import annotations

import dataclasses
import difflib
import itertools
import typing as t

from ..._engine import Action, Plan, Runtime
from ..._errors import (
    BudgetError,
    ConflictError,
    ConnectorError,
    ForbiddenError,
    OptionError,
    TenantGuardError,
    failures_say,
    sentences,
)
from ..._http.client import HttpClient
from ..._job.cache import JobCache
from ..._job.claims import collect_from_hosts, collision
from ..._waiting import until
from .addresses import SERVICE, workato_url
from .client import WorkatoClient, resolve_provider
from .location import Location, one_folder, one_project
from .plan import (
    AUTHORIZED,
    ConnectionCurrent,
    WorkatoConnectionDesired,
    authorization,
    compose_input,
    connection_view,
    differences,
    find_connection,
    is_adopted,
    plan_connection,
    reconnection,
)

_POLL = 5.0
_EXPECTED = "'expected_workspace' ('workato_expected_workspace' of the role)"


class WorkatoConnectionResource:
    """What the engine needs for one connection."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        options = self._options = runtime.options
        for name in ("api_token", "client_secret"):
            runtime.secret(options.get(name))
        self._desired = WorkatoConnectionDesired.from_options(options)
        self._location = Location.from_options(options)
        token = (options.get("api_token") or "").strip()
        if not token:
            raise OptionError(
                "No API token of Workato is given.",
                code="api_token_missing",
                service=SERVICE,
                outcome="refused",
                advice="Set 'api_token' ('workato_api_token' of the role) or WORKATO_API_TOKEN to the token of an API client (Workspace admin > API clients).",
            )
        if not token.isascii() or any(character.isspace() for character in token):
            raise OptionError("'api_token' contains characters that are not allowed in a token.", code="api_token", service=SERVICE, outcome="refused")
        runtime.secret(token)
        http = HttpClient.of(runtime)
        self._cache = JobCache.from_environ(runtime.environ)
        url = workato_url(options["data_center"], options.get("url"))
        pages = workato_url(options["data_center"], options["pages_url"], "'pages_url'") if options.get("pages_url") else None
        self._client = WorkatoClient(http, runtime.budget, self._cache, url, token, pages)
        self._current = ConnectionCurrent()
        self._workspace: dict[str, t.Any] | None = None
        self._made: dict[str, t.Any] | None = None

    def read(self) -> ConnectionCurrent:
        """The workspace once a job, the list, and where a connection is to be made the connector's name."""
        with failures_say(outcome="refused"):  # nothing was sent that changes anything
            return self._read()

    def _read(self) -> ConnectionCurrent:
        self._workspace = self._client.workspace()
        self._check_workspace()
        self._locate()
        self._check_hosts()
        found = find_connection(self._client.connections(), self._desired)
        # Without a name nothing could be made, so the connector, and the right to list connectors, are not needed.
        if found.connection is None and self._desired.state != "absent" and self._desired.name:
            found = dataclasses.replace(found, provider=self._desired.provider or self._resolve())
        self._current = found
        if self._cache.problem:
            self._runtime.warn(self._cache.problem)
        return found

    def _locate(self) -> None:
        """The id of the folder that is named, one question for each name on the way. What is taken away is found wherever it lies."""
        location = self._location
        if location is None or self._desired.state == "absent":
            return
        folder_id = one_project(self._client.projects(), location.project) if location.project else None
        for depth in range(len(location.path)):
            folder_id = one_folder(self._client.folders(folder_id), location, depth)
        self._desired = dataclasses.replace(self._desired, folder_id=folder_id)

    def _resolve(self) -> str:
        titles = self._options["provider_titles"]
        connectors = self._client.connectors()
        known = [str(item.get("title") or "") for item in connectors]
        near = sorted({match for title in titles for match in difflib.get_close_matches(title, known, 3)})
        return resolve_provider(connectors, titles, near)

    def _check_workspace(self) -> None:
        expected = self._options.get("expected_workspace")
        if not expected:
            return
        if self._workspace is None:
            raise ForbiddenError(
                f"'expected_workspace' is set, and the API token may not read which workspace of {self._client.host} it belongs to.",
                code="workspace_unknown",
                service=SERVICE,
                advice=f'Give the role of the API client "Workspace details > Get details", or leave {_EXPECTED} out.',
            )
        names = {str(value).strip().casefold() for value in self._workspace.values() if value is not None}
        if str(expected).strip().casefold() not in names:
            raise ConflictError(
                f"'expected_workspace' is {expected!r}, and the API token opens workspace {self._workspace['name']!r} (id {self._workspace['id']}).",
                code="other_workspace",
                service=SERVICE,
                advice=f"Use the token of the workspace that is meant, or correct {_EXPECTED}. Nothing was done there.",
                details={"workspace": dict(self._workspace)},
            )

    def _check_hosts(self) -> None:
        """What other hosts of this run mean as well. Asked before anything is read, and again before every write: some come later."""
        host = self._runtime.host
        if not host:
            return
        self._check_workspace_is_meant(host)
        if self._desired.state != "absent":
            self._check_connection_is_ours_alone(host)

    def _check_workspace_is_meant(self, host: str) -> None:
        """Hosts that reach one workspace say that they mean it: the token of another customer opens theirs without a word.

        What the inventory shows of this the role has said before; here it shows whatever the tokens are, and wherever they come from.
        """
        workspace = self._workspace
        place = f"workspace {workspace['id']}" if workspace else f"token {self._client.key[1]}"
        hosts = sorted({name for (name,) in collect_from_hosts(self._cache, f"{SERVICE} {self._client.url} {place}", [host])})
        if len(hosts) < 2 or self._options.get("expected_workspace"):
            return
        named = f"workspace {workspace['name']!r} (id {workspace['id']})" if workspace else "one workspace"
        raise TenantGuardError(
            f"The hosts {' and '.join(hosts)} of this run open {named} of {SERVICE} at {self._client.host}, and {host} does not confirm that workspace. "
            f"Nothing was sent there for {host}.",
            code="workspace_shared",
            service=SERVICE,
            outcome="refused",
            advice=f"Give it the token of its own workspace, or name the workspace that they share in {_EXPECTED} of each of them.",
            details={"hosts": hosts},
        )

    def _check_connection_is_ours_alone(self, host: str) -> None:
        """No two hosts of a run may mean the same connection: each would send it the secret of another tenant.

        A workspace that its token may not name could be any.
        """
        desired, workspace = self._desired, str(self._workspace["id"]) if self._workspace else ""
        key = f"external id {desired.external_id}" if desired.external_id else f"name {desired.name} in folder {desired.folder_id}"
        seen = collect_from_hosts(self._cache, f"{SERVICE} {self._client.url} {key}", [host, workspace])
        hosts = sorted({name for name, other in seen if name == host or other == workspace or not (other and workspace)})
        if len(hosts) < 2:
            return
        more = None
        if not all(other for _name, other in seen):
            more = 'If they are of different workspaces, give the roles of the API clients "Workspace details > Get details", so that they can be told apart.'
        error = collision({"label": f"the connection {desired.label} of {SERVICE} at {self._client.host}", "hosts": hosts}, None)
        raise error.with_(outcome="refused", service=SERVICE, advice=sentences(error.advice, more))

    def plan(self, current: ConnectionCurrent) -> Plan:
        """Pure."""
        return plan_connection(self._desired, current, check_mode=self._runtime.check_mode)

    def apply(self, action: Action) -> None:
        """One write."""
        self._check_hosts()
        label = self._desired.label
        if action.kind == "disconnect":
            self._client.disconnect(action.payload["id"], label)
            return
        if action.kind == "delete":
            self._client.delete(action.payload["id"], label)
            return
        body = dict(action.payload["body"])
        if action.payload["send"]:
            values = {name: self._options.get(name) for name in ("client_id", "client_secret", "tenant")}
            body["input"] = compose_input(self._options.get("input_field_map"), values)
        if action.kind == "update":
            self._made = self._client.update(action.payload["id"], body, label)
        else:
            self._made = self._client.create(body, label, self._find)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(connection), after a last look where something was sent or a sign-in is waited for."""
        desired = self._desired
        creating = any(action.kind == "create" for action in plan.actions)
        sent = applied and any(action.payload.get("send") for action in plan.actions)
        found = self._made or self._current.connection
        if desired.state == "absent" or found is None:
            shape = {"id": None, "name": desired.name, "provider": self._current.provider, "external_id": desired.external_id, "folder_id": desired.folder_id}
            found_view: dict[str, t.Any] = {**shape, "authorization_status": None, "authorization_required": creating, **reconnection(needed=False)}
            link = None
        else:
            found = self._look(found, sent)
            found_view = connection_view(found)
            if self._current.adopting and sent and not found_view["authorization_required"]:
                # Its sign-in was made with the credentials it had before, so it ends with its token.
                found_view |= reconnection()
            needed = found_view["authorization_required"] or found_view["reconnect_required"]
            looking = self._runtime.check_mode or (desired.state == "probed" and self._current.adopting)
            link = None if not needed else self._client.page_of(found["id"]) if looking else self._client.sign_in_link(found["id"])
        return {
            "connection": {
                **found_view,
                "authorization_url": link,
                "url": self._client.url,
                "workspace": self._workspace,
                "credentials_sent": sent,
                "would_create": creating and not applied,
                **self._ours(found),
            }
        }

    def _ours(self, found: t.Mapping[str, t.Any] | None) -> dict[str, t.Any]:
        """How far the connection is the one that is wanted."""
        current = dataclasses.replace(self._current, connection=found, adopting=self._current.adopting and self._made is None)
        left = {} if self._desired.state == "absent" else differences(self._desired, current)
        there = self._desired.state != "absent" and found is not None
        return {
            "ours": there and not current.adopting,
            "would_adopt": current.adopting,
            "adopted": found is not None and is_adopted(found),
            "differences": sorted(left),
        }

    def _look(self, found: t.Mapping[str, t.Any], sent: bool) -> t.Mapping[str, t.Any]:
        """The connection as the list has it, after what was sent; with C(wait_for_authorization) until a person has signed in.

        What was sent was accepted, whatever happens here: a failed look is a warning, and no reason to take a secret back.
        """
        patience = float(self._options["wait_timeout"]) if self._options["wait_for_authorization"] and not self._runtime.check_mode else 0.0
        signed_in_before = self._current.connection is not None and authorization(self._current.connection) == AUTHORIZED
        why = f"connection {self._desired.label} of {SERVICE} waits for a person to sign in"

        def look() -> t.Mapping[str, t.Any]:
            nonlocal found
            found = self._find_again(found)
            return found

        def signed_in(seen: t.Mapping[str, t.Any]) -> bool:
            return authorization(seen) == AUTHORIZED

        try:
            if sent:
                look()
            until(look, signed_in, seen=found, pauses=self._polls(patience), wait=self._runtime.budget.wait, why=why)
        except BudgetError:
            pass
        except ConnectorError as error:
            self._runtime.warn(f"Whether connection {self._desired.label} is signed in could not be looked up: {error.message}")
        if sent and signed_in_before and authorization(found) != AUTHORIZED:
            self._runtime.warn(
                f"Connection {self._desired.label} of {SERVICE} was signed in and no longer is since it got new credentials: "
                "a person has to connect it again. Keep the old client secret until then."
            )
        return found

    def _polls(self, patience: float) -> t.Iterator[float]:
        """Whole pauses for so many seconds, as long as the task's time is enough for a look after each."""
        for pause in itertools.repeat(_POLL, int(patience // _POLL)):
            if self._runtime.budget.remaining() <= 2 * _POLL:
                return
            yield pause

    def _find(self) -> dict[str, t.Any] | None:
        found = find_connection(self._client.connections(), self._desired).connection
        return dict(found) if found is not None else None

    def _find_again(self, found: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
        return next((item for item in self._client.connections() if item["id"] == found["id"]), found)
