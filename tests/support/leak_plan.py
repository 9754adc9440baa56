# SPDX-License-Identifier: GPL-3.0-or-later
"""The runs that leak tests look at: what goes well, what is refused, and services that answer with what they were sent. Each product has its own."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator

from support import vault_files
from support.leaks import PRIVATE_KEY, Search, private_parts

Variables = dict[str, t.Any]

WRONG_SECRET = "wrng8Q~never-issued-to-any-program-0123456789"
WRONG_PASSWORD = "emulated-password-of-no-account-at-all"
TOKEN = {"service": "login", "method": "POST", "path": "/token$"}
NO_ENVIRONMENT = {"AZURE_CLIENT_ID": None, "AZURE_CLIENT_SECRET": None}


@dataclasses.dataclass(frozen=True)
class Leak:
    """A run and how it has to end."""

    playbook: str
    fails: bool = False
    changes: bool = False  # something, that is: a rotation that rotates nothing shows nothing
    check: bool = False
    sink: bool = False  # a vault file takes the secret
    first: Variables | None = None  # host variables of a run before it
    first_playbook: str = ""  # of that run, when it is another
    before: t.Callable[[Emulator], object] = lambda emulator: None
    host: t.Callable[[Emulator], Variables] = lambda emulator: {}
    env: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    extra: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    process: bool = False  # whether it is run as a module process too
    sampled: t.Collection[str] = ()  # in which ways make test takes it: worker, process


@dataclasses.dataclass(frozen=True)
class Held:
    """A run that is killed with a secret in its hands."""

    playbook: str
    host: Variables
    where: Variables  # for run_and_kill
    cache: bool = False  # whether the test looks at what later runs do with the killed one's cache, too
    sampled: t.Collection[str] = ()


def of(variables: Variables) -> t.Callable[[Emulator], Variables]:
    """Host variables that need nothing of the emulator."""
    return lambda emulator: variables


def _everywhere(text: str) -> t.Any:
    return {"error": {"code": "BadRequest", "message": text}, "errors": {"Key": [text], "client_secret": text}, "title": text, "message": text}


def echo(emulator: Emulator, text: str, *, body: t.Callable[[str], t.Any] = _everywhere, **rule: t.Any) -> int:
    """A service that answers with what it was sent. ``body`` gives that the form of its refusals."""
    return emulator.fault(action="status", status=400, body=body(f"'{text}' is not accepted"), **rule)


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


def search_for(emulator: Emulator, files: vault_files.VaultFiles) -> Search:
    """Everything that must not be found."""
    identities = [item["secret"] for item in emulator.control("GET", "identities") if item.get("secret")]
    made = [part for value in files.values() for part in private_parts(value)]
    own = [WRONG_SECRET, WRONG_PASSWORD, vault_files.VAULT_PASSWORD, PRIVATE_KEY]
    return Search([*emulator.issued(), *identities, *made, *own])


def allowed(workdir: Path) -> set[Path]:
    """Where a test itself has written secrets."""
    return {workdir / "inventory.yml", workdir / "vault-password"}
