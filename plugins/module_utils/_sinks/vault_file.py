# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The sink C(vault_file): one encrypted file per tenant, connector and, where a tenant has several, instance; the resource of
C(credential_vault_file), of which C(credential_sinks) has one for each of its files.

Only a process of the controller has the vault secrets, so this works in the worker and nowhere else.
"""

from __future__ import annotations

import json
import typing as t

from .._engine import Action, Plan, Runtime
from .._errors import ConflictError, ConnectorError, OptionError, failures_say
from .._job.cache import JobCache
from .._job.claims import claim
from .._partial_run import JOB_VARIABLES
from .._sink_entry import VAULT_FILE
from .vault_file_io import MODE, FileError, PrivateFile
from .vault_file_plan import FileCurrent, FileDesired, plan_file

VARIABLE = "tenantkit_credential"  # what include_vars makes of the file
_PERMISSIONS = "Choose another directory, or correct its permissions."
# What only looks comes before anything else is done; its failures say so.
_UNTOUCHED: t.Mapping[str, str] = {"writable": " Nothing was made.", "removable": " Nothing was taken away."}


def refuse_in_a_job(environ: t.Mapping[str, str], persistent: bool) -> None:
    """A file that ends with the job is no place for the only copy of a credential.

    Raises OptionError in a job of AWX or ansible-runner, unless C(persistent).
    """
    found = next((name for name in JOB_VARIABLES if environ.get(name)), None)
    if found and not persistent:
        raise OptionError(
            f"This is a job of AWX or ansible-runner ({found} is set), whose files are deleted when it ends: a credential in one of them would be lost.",
            code="not_persistent",
            outcome="refused",
            advice="Use another sink, or a directory that is mounted from outside and outlives the job, and say so with 'persistent: true'.",
        )


class VaultFileResource:
    """What the engine needs for one file."""

    type = VAULT_FILE

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        options = runtime.options
        runtime.secret(options.get("value"))
        self._desired = FileDesired.from_options(options)
        self._untouched = _UNTOUCHED.get(self._desired.state, "")
        refuse_in_a_job(runtime.environ, bool(options.get("persistent")))
        self._vault = _loaded_vault(runtime)
        if self._desired.vault_id not in self._vault.ids:
            shown = ", ".join(f"'{name}'" for name in self._vault.ids) or "none"
            raise OptionError(
                f"Vault id '{self._desired.vault_id}' is not loaded in this run; loaded: {shown}.",
                code="vault_id_not_loaded",
                outcome="refused",
                advice=f"Start the run with --vault-id {self._desired.vault_id}@prompt (or a password file).{self._untouched}",
            )
        self._file = PrivateFile(self._desired.path)
        self._held: str | None = None  # the value in the file
        self._current = FileCurrent()

    @property
    def path(self) -> str:
        """Where the file is, or will be."""
        return self._desired.path

    @property
    def holds_key(self) -> bool:
        """Whether the file, as far as it was read or written, holds the key, and for this application."""
        return self._current.holds(self._desired)

    @property
    def holds_value(self) -> bool:
        """The same, and with no other value than the one that is given."""
        return self.holds_key and self._current.same_value is not False

    def read(self) -> FileCurrent:
        """What is there, and with C(state=writable) or C(state=removable) whether it could be replaced or removed."""
        desired = self._desired
        self._claim()
        found = self._file.read()
        if found is not None:
            self._current = self._open(*found)
        if desired.state == "writable":
            self._try_vault()
        if desired.state in ("writable", "present"):
            self._file.check_writable(only_look=self._runtime.check_mode or desired.state == "present", advice=_PERMISSIONS + self._untouched)
        if desired.state == "removable" and found is not None:
            self._file.check_writable(only_look=True, advice=_PERMISSIONS + self._untouched, doing="removed")
        return self._current

    def _claim(self) -> None:
        """Two hosts of a run must not keep their credentials in the same file: each would take the other's away."""
        desired, host = self._desired, self._runtime.host
        if host and desired.state not in ("absent", "removable"):
            cache = JobCache.from_environ(self._runtime.environ)
            claim(cache, f"vault file {desired.path}", f"the credential file {desired.path}", host, desired.tenant_id)

    def _open(self, data: bytes, mode: int) -> FileCurrent:
        """The content of an existing file. One that cannot be read is never overwritten: it may hold the only copy of something."""
        path = self._desired.path
        vault_id = self._vault.id_of(data)
        if vault_id is None:
            raise FileError(f"{path} is not encrypted with Ansible Vault, so it was not written here.", code="vault_file_foreign", outcome="refused")
        text = self._vault.decrypt(data)
        if text is None:
            raise FileError(
                f"{path} is encrypted with vault id '{vault_id}', and no vault password of this run opens it.",
                code="vault_file_locked",
                outcome="refused",
                advice=f"Load the password it was written with. To discard the file, move it away by hand.{self._untouched}",
            )
        content = _parse(text)
        desired = self._desired
        if content is None or (content["tenant_id"], content["connector"], content["instance"]) != (desired.tenant_id, desired.connector, desired.instance):
            raise ConflictError(
                f"{path} does not hold a credential of {desired.connector} in tenant {desired.tenant_id}.",
                code="vault_file_foreign",
                outcome="refused",
                advice="Choose another directory, or move it away by hand.",
            )
        self._held = self._runtime.secret(content["value"])
        value = self._runtime.options.get("value")
        same = None if not value else value == content["value"]
        return FileCurrent(True, vault_id, content["key_id"], content["facts"], mode, same)

    def _try_vault(self) -> None:
        """Encrypt something and open it again with this very id."""
        probe = "probe"
        try:
            works = self._vault.decrypt(self._vault.encrypt(probe, self._desired.vault_id), self._desired.vault_id) == probe
        except Exception as error:
            raise FileError(f"Vault id '{self._desired.vault_id}' does not encrypt: {type(error).__name__}.", code="vault", outcome="refused") from None
        if not works:
            raise FileError(f"What vault id '{self._desired.vault_id}' encrypts it cannot open again.", code="vault", outcome="refused")

    def plan(self, current: FileCurrent) -> Plan:
        """Pure."""
        return plan_file(self._desired, current, check_mode=self._runtime.check_mode)

    def apply(self, action: Action) -> None:
        """Write and read back, or remove. Raises FileError when a file cannot be written or removed, or reads back as something else."""
        if action.kind == "remove":
            self._file.remove()
            return
        desired = self._desired
        value = self._runtime.options.get("value") or self._held
        facts = self._current.facts if desired.facts is None else desired.facts
        content = {"tenant_id": desired.tenant_id, "connector": desired.connector, "key_id": desired.key_id, "value": value, "facts": dict(facts)}
        if desired.instance:
            content["instance"] = desired.instance
        text = json.dumps({VARIABLE: content}, indent=2, ensure_ascii=False) + "\n"  # JSON is YAML, and include_vars takes it
        self._file.write(self._vault.encrypt(text, desired.vault_id))
        with failures_say(outcome="unknown"):  # the content is under its name by now: the value must not count as refused
            found = self._file.read()
        if found is None or found[1] != MODE or self._vault.decrypt(found[0], desired.vault_id) != text:
            raise FileError(
                f"{desired.path} was written, but different content was read back.",
                code="vault_file_read_back",
                outcome="unknown",
                advice="Check the disk and which other process writes there, then run again.",
            )
        self._current = FileCurrent(True, desired.vault_id, desired.key_id, facts, MODE, True)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(credential). Never the value."""
        desired, current = self._desired, self._current
        gone = applied and desired.state == "absent"
        exists = current.exists and not gone
        return {
            "credential": {
                "path": desired.path,
                "tenant_id": desired.tenant_id,
                "connector": desired.connector,
                "vault_id": current.vault_id if exists else None,
                "exists": exists,
                "key_id": current.key_id if exists else None,
                "instance": desired.instance or None,
                "held": exists and current.holds(desired),
                "facts": dict(current.facts) if exists else {},
                "written": applied and desired.state == "present",
            }
        }


def _loaded_vault(runtime: Runtime) -> t.Any:
    """The vault secrets of the run. Raises ConnectorError in a process that has none."""
    loaded = runtime.services.get("vault")
    if loaded is None:
        raise ConnectorError(
            "Only the process that runs the playbook has the vault passwords, and this task runs in another process.",
            code="not_in_worker",
            outcome="refused",
            advice="Run the task on the controller: 'delegate_to: localhost', without become and async.",
        )
    return loaded()


def _parse(text: str) -> dict[str, t.Any] | None:
    try:
        content = json.loads(text)[VARIABLE]
        texts = {name: str(content[name]) for name in ("tenant_id", "connector", "key_id", "value")}
        return {**texts, "instance": str(content.get("instance") or ""), "facts": dict(content.get("facts") or {})}
    except (ValueError, KeyError, TypeError):
        return None
