# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs that leak tests look at: for each connector what goes well, what is refused, and services that answer with what they were sent."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

from support import vault_files
from support.leaks import PRIVATE_KEY, Search, private_parts
from support.scenarios import okta_workflows, workato

Variables = dict[str, t.Any]

WRONG_SECRET = "wrng8Q~never-issued-to-anybody-0123456789"
WRONG_PASSWORD = "emulated-password-of-nobody-at-all"
PUT = {"service": "workspace365", "method": "PUT"}
TOKEN = {"service": "login", "method": "POST", "path": "/token$"}


@dataclasses.dataclass(frozen=True)
class Case:
    """A run and how it has to end."""

    playbook: str = "workspace365.yml"
    fails: bool = False
    check: bool = False
    sink: bool = False  # a vault file takes the secret
    first: Variables | None = None  # host variables of a run before it
    before: t.Callable[[Emulator], object] = lambda emulator: None
    host: t.Callable[[Emulator], Variables] = lambda emulator: {}
    env: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    extra: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)


def of(variables: Variables) -> t.Callable[[Emulator], Variables]:
    """Host variables that need nothing of the emulator."""
    return lambda emulator: variables


def provisioning_key(emulator: Emulator) -> str:
    """Of the instance that the inventories use."""
    return str(emulator.control("GET", "workspace365/portal")["provisioning_key"])


def echo(emulator: Emulator, text: str, **rule: t.Any) -> int:
    """A service that answers with what it was sent."""
    text = f"'{text}' is not accepted"
    body = {"error": {"code": "BadRequest", "message": text}, "errors": {"Key": [text], "client_secret": text}, "title": text, "message": text}
    return emulator.fault(action="status", status=400, body=body, **rule)


def echo_login(emulator: Emulator) -> int:
    """A token endpoint that quotes the secret."""
    secret = emulator.identity()["secret"]
    body = {"error": "invalid_client", "error_description": f"AADSTS7000215: Invalid client secret provided: {secret}", "error_codes": [7000215]}
    return emulator.fault(action="status", status=401, body=body, times=None, **TOKEN)


def forbid(**rule: t.Any) -> t.Callable[[Emulator], object]:
    """A service that refuses, always."""
    return lambda emulator: emulator.fault(action="status", status=403, times=None, **rule)


def in_inventory(emulator: Emulator) -> Variables:
    """The automation identity as host variables."""
    identity = emulator.identity()
    return {"entra_auth": {"client_id": identity["client_id"], "client_secret": identity["secret"]}}


NO_ENVIRONMENT = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}
WORKSPACE365 = {
    "connect": Case(),
    "check": Case(check=True),
    "inventory": Case(host=in_inventory, env=NO_ENVIRONMENT),
    "refused": Case(fails=True, before=forbid(**PUT)),
    "echo_product": Case(fails=True, before=lambda emulator: echo(emulator, provisioning_key(emulator), **PUT)),
    "echo_graph": Case(fails=True, before=lambda emulator: echo(emulator, emulator.identity()["secret"], service="graph", path="/addPassword$")),
    "echo_page": Case(
        fails=True, before=lambda emulator: emulator.fault(action="html", status=500, body=f"<p>{provisioning_key(emulator)}</p>", times=None, **PUT)
    ),
    "echo_login": Case(fails=True, before=echo_login),
    "wrong_tenant": Case(fails=True, host=of({"entra_expected_domain": "fabrikam.com"})),
    "wrong_secret": Case(fails=True, env={"AZURE_CLIENT_SECRET": WRONG_SECRET}),
    "wrong_type": Case(fails=True, host=lambda emulator: {"workspace365_provisioning_key": [provisioning_key(emulator)]}),
    "half_credential": Case(fails=True, host=lambda emulator: {"entra_auth": {"client_secret": emulator.identity()["secret"]}}, env=NO_ENVIRONMENT),
    "absent": Case(first={}, host=of({"workspace365_state": "absent", "workspace365_absent_confirmed": "contoso"})),
}

_TOKEN = {"workato_api_token": workato.TOKEN}
_WORKATO = {"playbook": "workato.yml", "host": of(_TOKEN)}
WORKATO: dict[str, Case] = {
    "workato_connect": Case(**_WORKATO, sink=True),
    "workato_check": Case(**_WORKATO, check=True),
    "workato_rotation": Case(**_WORKATO, first=_TOKEN, extra={"workato_force": True}),
    "workato_refused": Case(**_WORKATO, fails=True, extra={"workato_provider": "no_such_connector"}),
    "workato_refused_stored": Case(**_WORKATO, sink=True, fails=True, extra={"workato_provider": "no_such_connector"}),
    "workato_echo": Case(**_WORKATO, fails=True, before=lambda emulator: echo(emulator, workato.TOKEN, service="workato", path="/connections", times=None)),
    "workato_wrong_token": Case("workato.yml", fails=True, host=of({"workato_api_token": WRONG_SECRET})),
    "workato_absent": Case("workato.yml", first=_TOKEN, host=of({**_TOKEN, "workato_state": "absent", "workato_absent_confirmed": "contoso"})),
}

_SECRET, _CERTIFICATE = ({"power_platform_credential": kind} for kind in ("secret", "certificate"))
_PERSON = {"power_platform_allow_public_client": True}
_FORCE = {"power_platform_force": True}


def _platform(host: Variables, **more: t.Any) -> Case:
    return Case("power_platform.yml", sink=True, host=of(host), **more)


def _unproven(emulator: Emulator) -> int:
    """The key works, and what lists the environments does not."""
    return emulator.fault(action="status", status=500, times=None, service="powerplatform", path="/environments")


def _ropc(user: str, password: str) -> Case:
    trial = {"power_platform_try": {"username": user, "password": password}}
    return Case("power_platform_diagnose.yml", first=_PERSON, host=of({**_PERSON, **trial}))


PLATFORM: dict[str, Case] = {
    "platform_secret": _platform(_SECRET),
    "platform_certificate": _platform(_CERTIFICATE),
    "platform_check": _platform(_CERTIFICATE, check=True),
    "platform_secret_rotation": _platform(_SECRET, first=_SECRET, extra=_FORCE),
    "platform_certificate_rotation": _platform(_CERTIFICATE, first=_CERTIFICATE, extra=_FORCE),
    "platform_refused": _platform(_SECRET, fails=True, before=forbid(service="graph", path="/addPassword$")),
    "platform_certificate_refused": _platform(_CERTIFICATE, fails=True, before=forbid(service="graph", method="PATCH", path="/applications/[0-9a-f-]{36}$")),
    "platform_unproven": _platform(_CERTIFICATE, fails=True, before=_unproven, extra={"power_platform_proof_timeout": 0, "entra_timeout": 15}),
    "platform_absent": _platform({**_SECRET, "power_platform_state": "absent"}, first=_SECRET),
    "platform_ropc": _ropc("service@contoso.com", "emulated-service-password"),
    "platform_ropc_guarded": _ropc("guarded@contoso.com", "emulated-guarded-password"),
    "platform_ropc_wrong": _ropc("service@contoso.com", WRONG_PASSWORD),
}

_CHOSEN, _OPEN = okta_workflows.CHOSEN, okta_workflows.OPEN
_OKTA = {"playbook": "okta_workflows.yml"}
OKTA: dict[str, Case] = {
    "okta_connect": Case(**_OKTA, host=of(_CHOSEN)),
    "okta_check": Case(**_OKTA, host=of(_OPEN), check=True),
    "okta_open": Case(**_OKTA, host=of(_OPEN)),
    "okta_refused": Case(
        **_OKTA,
        fails=True,
        host=of({**_CHOSEN, "okta_workflows_consent_on_forbidden": "fail"}),
        before=forbid(service="graph", method="POST", path="/oauth2PermissionGrants$"),
    ),
    "okta_absent": Case(**_OKTA, first=_OPEN, host=of({**_OPEN, "okta_workflows_state": "absent"})),
}

CASES = {**WORKSPACE365, **WORKATO, **PLATFORM, **OKTA}
# What is run as a module process too.
AS_PROCESS = (
    *("connect", "refused", "echo_product", "echo_graph", "wrong_secret", "inventory"),
    *("workato_connect", "workato_rotation", "workato_refused_stored", "workato_echo"),
    *("platform_secret", "platform_certificate", "platform_certificate_rotation", "platform_certificate_refused", "platform_ropc", "platform_ropc_wrong"),
    *("okta_connect", "okta_refused"),
)


def search_for(emulator: Emulator, files: vault_files.VaultFiles) -> Search:
    """Everything that must not be found."""
    identities = [item["secret"] for item in emulator.control("GET", "identities") if item.get("secret")]
    made = [part for value in files.values() for part in private_parts(value)]
    own = [provisioning_key(emulator), WRONG_SECRET, WRONG_PASSWORD, vault_files.VAULT_PASSWORD, PRIVATE_KEY]
    return Search([*emulator.issued(), *identities, *made, *own])


def allowed(workdir: Path) -> set[Path]:
    """Where a test itself has written secrets."""
    return {workdir / "inventory.yml", workdir / "vault-password"}
