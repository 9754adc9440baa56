# SPDX-License-Identifier: GPL-3.0-or-later
"""A handle on the emulator for tests: starts it, looks inside, breaks it. Needs nothing beyond the standard library."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import types
import typing as t
from urllib.parse import quote, urlencode, urlsplit

from .products import products

JsonObject = dict[str, t.Any]
_LOG_TAIL = 2000


class EmulatorError(Exception):
    """The emulator could not be started, or refused a control request."""


def read_ready(state_dir: pathlib.Path) -> JsonObject | None:
    """What a running emulator published in its state directory, or None."""
    try:
        return t.cast(JsonObject, json.loads((state_dir / "ready.json").read_text()))
    except FileNotFoundError:
        return None


class Emulator:
    """A running emulator. As a context manager it starts one and ends it; ``attach`` finds one already running.

    What each product offers to tests (the public members of its ``Handle``) is found here too.
    """

    def __init__(
        self,
        state_dir: str | pathlib.Path | None = None,
        *,
        config: str | pathlib.Path | None = None,
        proxy: bool = False,
        port: int = 0,
        python: str = sys.executable,
    ) -> None:
        self._temporary = state_dir is None
        self.state_dir = pathlib.Path(state_dir or tempfile.mkdtemp(prefix="tenant-emulator-"))
        self._command = [python, "-m", "tenant_emulator", "serve", "--state-dir", str(self.state_dir)]
        self._command += ["--port", str(port), "--watch-parent"]
        self._command += ["--config", str(config)] if config else []
        self._command += ["--proxy"] if proxy else []
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: http.client.HTTPSConnection | None = None
        self.ready: JsonObject = {}
        self._handles = {name: product.handle(self.control, lambda: self.ready) for name, product in products().items()}

    def __getattr__(self, name: str) -> t.Any:
        """A member of a product's handle."""
        if not name.startswith("_"):
            for handle in self._handles.values():
                if hasattr(type(handle), name):
                    return getattr(handle, name)
        raise AttributeError(f"neither the emulator nor a product of it has '{name}'")

    # -- life ------------------------------------------------------------------------------------------------------

    @classmethod
    def attach(cls, state_dir: str | pathlib.Path) -> Emulator:
        """A handle on an emulator that another process started in this state directory."""
        found = cls(state_dir)
        ready = read_ready(found.state_dir)
        if ready is None:
            raise EmulatorError(f"no emulator is running in {state_dir}")
        found.ready = ready
        return found

    def start(self, timeout: float = 300.0) -> Emulator:
        """Start the server and wait until it answers."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        (self.state_dir / "ready.json").unlink(missing_ok=True)
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(item for item in sys.path if item)}
        log = self.state_dir / "server.log"
        with log.open("wb") as stream:
            self._process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, env=environment)
        end = time.monotonic() + timeout
        while (ready := read_ready(self.state_dir)) is None:
            if self._process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise EmulatorError(f"the emulator did not start:\n{log.read_text()[-_LOG_TAIL:]}")
            time.sleep(0.01)
        self.ready = ready
        return self

    def stop(self) -> None:
        """End the server that this object started."""
        self._disconnect()
        if self._process is not None:
            if self._process.poll() is None:
                self._process.send_signal(signal.SIGTERM)
                try:
                    self._process.wait(60)
                except subprocess.TimeoutExpired:
                    self._process.kill()
                    self._process.wait()
            self._process = None

    def __enter__(self) -> Emulator:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None) -> None:
        self.stop()
        if self._temporary:
            shutil.rmtree(self.state_dir, ignore_errors=True)

    # -- where things are ------------------------------------------------------------------------------------------

    @property
    def login_url(self) -> str:
        """Root of the identity platform; an authority is ``{login_url}/{tenant}``."""
        return str(self.ready["login_url"])

    @property
    def graph_url(self) -> str:
        """Root of Microsoft Graph, without the version."""
        return str(self.ready["graph_url"])

    @property
    def proxy_url(self) -> str | None:
        """The CONNECT proxy, when it was asked for."""
        return t.cast("str | None", self.ready["proxy_url"])

    @property
    def ca_path(self) -> str:
        """The certificate authority a client has to trust."""
        return str(self.ready["ca_path"])

    @property
    def identity_endpoint(self) -> str:
        """The managed identity endpoint of App Service; its header is in ``ready["identity_header"]``."""
        return str(self.ready["identity_endpoint"])

    def env(self) -> dict[str, str]:
        """The environment variables that lead the collection to this emulator."""
        return {
            "ENTRA_LOGIN_URL": self.login_url,
            "ENTRA_GRAPH_URL": self.graph_url,
            "ENTRA_CA_PATH": self.ca_path,
            **{name: str(self.ready[f"{service}_url"]) for product in products().values() for name, service in product.variables.items()},
        }

    def operator_env(self) -> dict[str, str]:
        """The same with what an operator has: the automation identity, and the keys of the products."""
        identity = self.identity()
        credential = {"AZURE_CLIENT_ID": str(identity["client_id"]), "AZURE_CLIENT_SECRET": str(identity["secret"])}
        return {**self.env(), **credential, **{name: text for handle in self._handles.values() for name, text in handle._operator().items()}}

    # -- requests --------------------------------------------------------------------------------------------------

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def request(self, method: str, url: str, body: bytes | None = None, headers: t.Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """One request to the emulator, over a connection that is kept. Returns status and body."""
        parts = urlsplit(url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        for last_try in (False, True):
            if self._connection is None:
                context = ssl.create_default_context(cafile=self.ca_path)
                self._connection = http.client.HTTPSConnection("127.0.0.1", self.ready["port"], context=context, timeout=300)
            try:
                self._connection.request(method, target, body, dict(headers or {}))
                answer = self._connection.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                # A kept connection may have been closed meanwhile.
                self._disconnect()
                if last_try:
                    raise
        raise AssertionError

    def control(self, method: str, path: str, body: t.Any = None) -> t.Any:
        """One control request. Raises EmulatorError with the emulator's own words."""
        data = None if body is None else json.dumps(body).encode()
        status, raw = self.request(method, f"{self.ready['control_url']}/{path}", data, {"Content-Type": "application/json"})
        value = json.loads(raw)
        if status != 200:
            raise EmulatorError(f"{method} {path}: {value.get('error', value)}")
        return value

    # -- looking ---------------------------------------------------------------------------------------------------

    def journal(self, service: str | None = None, method: str | None = None, path: str = "") -> list[JsonObject]:
        """The entries of the journal; ``path`` is a part of the path to look for."""
        return [
            entry
            for entry in self.control("GET", "journal")
            if service in (None, entry["service"]) and method in (None, entry["method"]) and path in entry["path"]
        ]

    def writes(self) -> list[JsonObject]:
        """The requests that wanted to change something: not reads, not token requests, and the parts of batches."""
        found = []
        for entry in self.control("GET", "journal"):
            if entry["service"] in ("login", "identity", "github_actions", "azure_devops") or entry["method"] in ("GET", "HEAD"):
                continue
            if entry["path"].rstrip("/").endswith("$batch"):
                found += [part for part in entry["parts"] or [] if part.get("method") != "GET"]
            else:
                found.append(entry)
        return found

    def clear_journal(self) -> None:
        """Forget what was requested so far; numbering starts at 1 again."""
        self.control("DELETE", "journal")

    def state(self, *, full: bool = False) -> JsonObject:
        """Everything the emulator holds, without secret values; ``full`` includes the permissions of Microsoft's APIs."""
        return t.cast(JsonObject, self.control("GET", "state?full=1" if full else "state"))

    def tenant_id(self, name: str) -> str:
        """The id of a tenant with this short name; anything else is returned as it is."""
        return str(self.control("GET", "tenants").get(name, name))

    def tenant(self, name: str) -> JsonObject:
        """One tenant's objects, by its short name, id or domain."""
        return t.cast(JsonObject, self.control("GET", f"tenants/{quote(name)}"))

    def issued(self) -> list[str]:
        """Every value that must not turn up in a log: secrets, tokens, keys."""
        return t.cast("list[str]", self.control("GET", "issued"))

    def identity(self, name: str = "automation") -> JsonObject:
        """A configured automation identity with ``client_id`` and ``secret``."""
        for item in self.control("GET", "identities"):
            if item["name"] == name:
                return t.cast(JsonObject, item)
        raise EmulatorError(f"no identity '{name}' is configured")

    def token(
        self,
        tenant: str,
        client_id: str | None = None,
        client_secret: str | None = None,
        scope: str = "https://graph.microsoft.com/.default",
    ) -> JsonObject:
        """The answer of the token endpoint, success or error, with ``status`` and, on success, the ``claims``.

        Without a client it is the configured automation identity that asks.
        """
        if client_id is None:
            identity = self.identity()
            client_id, client_secret = identity["client_id"], identity["secret"]
        form = {"grant_type": "client_credentials", "client_id": client_id, "scope": scope}
        form |= {"client_secret": client_secret} if client_secret else {}
        url = f"{self.login_url}/{quote(self.tenant_id(tenant))}/oauth2/v2.0/token"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "tenant-emulator-testing"}
        status, raw = self.request("POST", url, urlencode(form).encode(), headers)
        answer: JsonObject = {**json.loads(raw), "status": status}
        if status == 200:
            payload = answer["access_token"].split(".")[1]
            answer["claims"] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return answer

    # -- changing --------------------------------------------------------------------------------------------------

    def reset(self, *, forget: bool = False, ahead: float = 0.0) -> None:
        """Back to the configuration; faults and journal are cleared too. ``forget`` also empties C(issued) of what was not configured.

        ``ahead`` are seconds by which the emulator's clock is before the machine's then; what the configuration holds is dated by it.
        """
        self.control("POST", "reset", {"forget": forget, "ahead": ahead})

    def snapshot(self) -> int:
        """Copy everything but the faults: objects, settings, products, clock, issued values, journal. Returns a token for C(restore)."""
        return int(self.control("POST", "snapshots")["token"])

    def restore(self, token: int) -> None:
        """Back to a snapshot, without faults. Its clock goes on meanwhile."""
        self.control("POST", f"snapshots/{token}/restore")

    def digest(self) -> str:
        """A name of all objects, settings and products: the same for the same content."""
        return str(self.control("GET", "snapshots/digest")["digest"])

    def settings(self, **values: t.Any) -> JsonObject:
        """Change settings, and return them all."""
        return t.cast(JsonObject, self.control("POST", "settings", values))

    def advance(self, seconds: float) -> None:
        """Move the emulator's clock."""
        self.control("POST", "clock", {"advance": seconds})

    def fault(self, **rule: t.Any) -> int:
        """Add a fault rule and return its id."""
        return int(self.control("POST", "faults", rule)[0]["id"])

    def open_gate(self, number: int) -> int:
        """Let the requests through that stand before a C(gate). Returns how many these are."""
        return int(self.control("POST", f"faults/{number}/open")["let_through"])

    def faults(self) -> list[JsonObject]:
        """The fault rules with their counters."""
        return t.cast("list[JsonObject]", self.control("GET", "faults"))

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self.control("DELETE", "faults")

    def add_application(self, tenant: str, **fields: t.Any) -> JsonObject:
        """Register an application by hand, past all privileges: Graph properties, ``secrets``, ``service_principal``.

        Returns ``application``, ``service_principal`` and ``secrets`` with their values.
        """
        return t.cast(JsonObject, self.control("POST", f"tenants/{quote(tenant)}/applications", fields))

    def add_foreign_app(self, app_id: str, display_name: str, owner_tenant_id: str, **fields: t.Any) -> JsonObject:
        """Offer another publisher's multitenant application to every tenant, as a vendor does."""
        body = {"appId": app_id, "displayName": display_name, "appOwnerOrganizationId": owner_tenant_id, **fields}
        return t.cast(JsonObject, self.control("POST", "foreignApps", body))

    def add_secret(self, tenant: str, application_id: str, **fields: t.Any) -> JsonObject:
        """Add a secret to an application: displayName, value, startDateTime, endDateTime."""
        path = f"tenants/{quote(tenant)}/applications/{application_id}/secrets"
        return t.cast(JsonObject, self.control("POST", path, fields))

    def grant_roles(self, tenant: str, principal_id: str, names: list[str], resource: str = "Microsoft Graph") -> None:
        """Assign application permissions, by name, to a service principal."""
        path = f"tenants/{quote(tenant)}/servicePrincipals/{principal_id}/roles"
        self.control("POST", path, {"resource": resource, "names": names})

    def add_federated(self, tenant: str, application_id: str, *, name: str, issuer: str, subject: str) -> JsonObject:
        """Let an application sign in with assertions of ``issuer``; ``assertion`` makes them."""
        path = f"tenants/{quote(tenant)}/applications/{application_id}/federatedIdentityCredentials"
        return t.cast(JsonObject, self.control("POST", path, {"name": name, "issuer": issuer, "subject": subject}))

    def assertion(self, issuer: str, subject: str, audience: str = "api://AzureADTokenExchange") -> str:
        """An assertion as the outside issuer would sign it for its workload."""
        body = {"issuer": issuer, "subject": subject, "audience": audience}
        return str(self.control("POST", "assertion", body)["assertion"])

    def pipeline_job(self, kind: str, **fields: t.Any) -> JsonObject:
        """Begin a job of C(github_actions) or C(azure_devops): ``subject``, and for the second ``connection``, the id of its service connection.

        Returns the job's ``environment``, and what a federated credential has to name: ``issuer`` and ``subject``.
        """
        return t.cast(JsonObject, self.control("POST", f"pipelines/{kind}", fields))

    def add_grant(self, tenant: str, client_id: str, resource_id: str, scope: str, user_id: str | None = None) -> JsonObject:
        """Consent to delegated permissions, ids being those of service principals; without a user, for everyone."""
        body = {"clientId": client_id, "resourceId": resource_id, "scope": scope, "principalId": user_id}
        return t.cast(JsonObject, self.control("POST", f"tenants/{quote(tenant)}/oauth2PermissionGrants", body))

    def update(self, tenant: str, collection: str, identifier: str, **fields: t.Any) -> JsonObject:
        """Change a stored object behind the service's back."""
        path = f"tenants/{quote(tenant)}/{collection}/{identifier}"
        return t.cast(JsonObject, self.control("PATCH", path, fields))

    def delete(self, tenant: str, collection: str, identifier: str) -> None:
        """Remove a stored object behind the service's back."""
        self.control("DELETE", f"tenants/{quote(tenant)}/{collection}/{identifier}")

    def sign_in(self, tenant: str, client_id: str, user: str, **fields: t.Any) -> JsonObject:
        """Let a person sign in to an application: scopes, redirect_uri, client_secret, second_factor, consent.

        ``consent`` is none, user or admin. Returns ``signed_in`` with ``scopes`` and ``refresh_token``, or ``error_code`` and ``error``.
        """
        body = {"client_id": client_id, "user": user, **fields}
        return t.cast(JsonObject, self.control("POST", f"tenants/{quote(tenant)}/sign-in", body))

    def consent_template(self, tenant: str, present: bool) -> None:
        """Give a tenant the group settings template for consent, or take it away."""
        self.control("POST", f"tenants/{quote(tenant)}/consent-template", {"present": present})

    @contextlib.contextmanager
    def faulty(self, **rule: t.Any) -> t.Iterator[int]:
        """A fault rule for the length of a block."""
        number = self.fault(**rule)
        try:
            yield number
        finally:
            self.control("DELETE", f"faults/{number}")
