# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kill test needs to know about a run: where it starts from, what its requests do, and what must hold when."""

from __future__ import annotations

import abc
import dataclasses
import functools
import re
import typing as t
from pathlib import Path

from tenant_emulator.testing import Emulator, JsonObject

from support import requests
from support.connected import Runs
from support.killing import run_and_kill
from support.playbooks import ROOT, Run, command_line, environment, run_playbook
from support.vault_files import VaultFiles, sink

DAY = 86400
Words = t.Sequence[tuple[str, str]]

# What a write is, by its method, its path, and the names of what it sends. The first that fits counts.
ENTRA_WORDS: Words = (
    (r"/addPassword ", "mint"),
    (r"/removePassword ", "remove"),
    (r"^DELETE .*/oauth2PermissionGrants", "revoke"),
    (r"/oauth2PermissionGrants", "consent"),
    (r"/appRoleAssignedTo ", "assign"),
    (r"^PATCH .*/servicePrincipals.* accountEnabled(,tags)?$", "disable"),
    (r"^PATCH .*/servicePrincipals.* appRoleAssignmentRequired$", "close"),
    (r"/servicePrincipals", "principal"),
    (r"^DELETE .*/applications", "delete"),
    (r"/applications.* keyCredentials", "mint"),
    (r"/applications.* tags=pending$", "pending"),
    (r"/applications.* tags=delivered$", "delivered"),
    (r"/applications.* tags=added$", "record"),
    (r"/applications.* tags=none$", "unmark"),
    (r"/applications", "application"),
)


@dataclasses.dataclass
class Site:
    """The emulator, an operator, a directory, and how hosts are written down."""

    emulator: Emulator
    operator: t.Mapping[str, str]
    inventory: t.Callable[..., Path]
    workdir: Path
    runs: Runs

    def env(self, without: t.Collection[str]) -> dict[str, str]:
        """The operator's environment."""
        return {name: value for name, value in self.operator.items() if name not in without}


class Scenario(abc.ABC):
    """A run that is killed, in a tenant that is in the state it starts from."""

    playbook: t.ClassVar[str]
    words: t.ClassVar[Words] = ENTRA_WORDS
    writes: t.ClassVar[t.Sequence[str]]  # of a run that is not killed, in this order
    without: t.ClassVar[t.Collection[str]] = ()  # of the operator's environment

    def __init__(self, site: Site) -> None:
        self.site, self.emulator = site, site.emulator
        self.files = VaultFiles(site.workdir / "credentials", site.emulator)
        self.host: dict[str, t.Any] = {}
        site.emulator.reset()
        site.emulator.clear_faults()
        self.set_up()
        site.emulator.clear_journal()

    # Where it starts from

    @abc.abstractmethod
    def set_up(self) -> None:
        """Bring the tenant into the state that the run starts from, and set C(host), the host's variables."""

    @property
    def next_host(self) -> dict[str, t.Any]:
        """The variables of the runs after the kill."""
        return self.host

    @property
    def sink(self) -> dict[str, t.Any]:
        """The variables of a vault file."""
        return sink(self.files.folder)

    # What must hold

    @abc.abstractmethod
    def others(self) -> t.Any:
        """All that the run has no business with. It is compared with what it was before."""

    @abc.abstractmethod
    def check_safe(self) -> None:
        """What holds at any time."""

    @abc.abstractmethod
    def check_done(self) -> None:
        """What holds after a run that ended well."""

    def check_at_last(self) -> None:
        """What holds in the end, after as many further runs as that takes. Called once nothing is left to do. Most scenarios end there."""
        return None

    # What it does

    def run(self, host: t.Mapping[str, t.Any], **env: str) -> Run:
        """A whole run, with these variables of the host, and more in the environment."""
        hosts = self.site.inventory(contoso=dict(host))
        return run_playbook(ROOT / "playbooks" / self.playbook, self.site.workdir, inventory=hosts, env={**self.site.env(self.without), **env})

    def start_from(self, host: t.Mapping[str, t.Any]) -> Run:
        """A whole run that went well, of before the one that is killed. What an equal one left is put back, if there was one."""
        self.site.inventory(contoso=dict(host))
        given = {"playbook": self.playbook, "operator": self.site.env(self.without)}
        return self.site.runs.get(self.site.workdir, given, lambda: self.run(host).ok())

    def kill(self, how: str, **where: t.Any) -> None:
        """A run that dies; C(where) is for C(run_and_kill)."""
        hosts = self.site.inventory(contoso=self.host)
        command = command_line(ROOT / "playbooks" / self.playbook, inventory=hosts, check=False, diff=False, extra=None, args=())
        env = environment(self.site.workdir, self.site.env(self.without))
        run_and_kill(command, env, self.site.workdir, self.emulator, how=how, **where)

    @functools.cached_property
    def _automation(self) -> str:
        return str(self.emulator.identity()["client_id"])

    def step(self, entry: JsonObject) -> str:
        """What a request does, in a word: C(look), C(prove), or one of C(writes)."""
        writes = requests.writes_of(entry)
        if not writes:
            is_proof = entry["service"] == "login" and entry["path"].endswith("/token") and entry["app_id"] != self._automation
            return "prove" if is_proof else "look"
        text = f"{writes[0].method} {writes[0].path} {_sent(entry)}"
        word = next((word for pattern, word in self.words if re.search(pattern, text)), None)
        assert word is not None, f"no pattern says what this does: {text}"
        return word


def _sent(entry: JsonObject) -> str:
    """The names of what a write sends; of tags, which marks they hold."""
    parts = [part.get("body") for part in (entry["request"] or {}).get("requests", ()) if part["method"] not in ("GET", "HEAD")]
    body = (parts[0] if parts else entry["request"]) or {}
    if set(body) == {"tags"}:
        kinds = (kind for letter, kind in (("p", "pending"), ("d", "delivered"), ("a", "added")) if any(f":{letter}:" in tag for tag in body["tags"]))
        return f"tags={next(kinds, 'none')}"
    return ",".join(sorted(body))
