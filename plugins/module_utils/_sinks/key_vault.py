# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The sink C(azure_key_vault): one secret per tenant, connector and, where a tenant has several, instance. Each credential is a version of it.

A vault has no trial of a write: it is asked whether it can be read. So it is written before every other sink, and a refusal finds none that has the value.
"""

from __future__ import annotations

import dataclasses
import typing as t

from .._clock import parse_time
from .._engine import Action, Plan, Runtime
from .._errors import ConflictError, OptionError, failures_say
from .._http.client import HttpClient
from .._job.cache import JobCache
from .._job.claims import claim
from .._sink_entry import KEY_VAULT
from .key_vault_access import VaultAddress, identity_of, member, of_sink, root_of, sign_in, vault_address
from .key_vault_client import KeyVaultClient
from .key_vault_plan import RETIRE, VaultSecretCurrent, VaultSecretDesired, VaultSecretVersion, check_secret_name, derived_secret_name, plan_secret


class KeyVaultResource:
    """What the engine needs for one secret."""

    type = KEY_VAULT

    def __init__(self, runtime: Runtime, entry: t.Mapping[str, t.Any], secrets: t.Mapping[str, str], index: int) -> None:
        """``entry`` is the sink without its ``secrets``, ``index`` its place. Raises OptionError for an entry that cannot be right."""
        self._runtime, self._index = runtime, index
        for secret in secrets.values():
            runtime.secret(secret)
        address = vault_address(entry.get("vault_url"), index)
        self._desired = _desired(runtime.options, entry, address, index)
        with of_sink(index):
            self._client = _client(runtime, entry, secrets, index, address)
        self._current = VaultSecretCurrent()

    @property
    def path(self) -> str:
        """Where the secret is, or will be."""
        return self._desired.place

    @property
    def holds_key(self) -> bool:
        """Whether the version that is handed out, as far as it was read or written, is the key, and of this application."""
        return self._current.holds(self._desired)

    @property
    def holds_value(self) -> bool:
        """The same: the tags of a version are written with its value."""
        return self.holds_key

    @property
    def older(self) -> list[str]:
        """The keys of this application in older versions that can still be read."""
        return list(dict.fromkeys(str(one.key_id) for one in self._current.superseded(self._desired)))

    def read(self) -> VaultSecretCurrent:
        """Its versions, without a value."""
        self._claim()
        with of_sink(self._index):
            self._current = self._look()
        return self._current

    def plan(self, current: VaultSecretCurrent) -> Plan:
        """Pure."""
        return plan_secret(self._desired, current, check_mode=self._runtime.check_mode)

    def apply(self, action: Action) -> None:
        """Write and read back, disable a version, or delete. Raises ConflictError when another version than the one that was written is handed out."""
        name = self._desired.name
        with of_sink(self._index):
            if action.kind == "delete":
                self._client.delete(name)
            elif action.kind == "disable":
                self._client.disable(name, action.payload["version"])
            else:
                self._write()

    def _claim(self) -> None:
        """Two hosts of a run must not keep their credentials in the same secret: each would take the other's away. Names differ by more than their case."""
        desired, host = self._desired, self._runtime.host
        if host and desired.question not in ("forget", "removable"):
            label = f"the secret {desired.name} in {desired.vault}"
            claim(JobCache.from_environ(self._runtime.environ), f"key vault secret {desired.place.casefold()}", label, host, desired.tenant_id)

    def _look(self) -> VaultSecretCurrent:
        versions = tuple(VaultSecretVersion.of(item) for item in self._client.versions(self._desired.name))
        deleted = not versions and self._desired.question == "writable" and self._client.is_deleted(self._desired.name)
        return VaultSecretCurrent(versions, deleted)

    def _write(self) -> None:
        desired, value = self._desired, self._runtime.options["value"]
        attributes = {"enabled": True, **({"exp": desired.ends} if desired.ends else {})}
        body = {"value": value, "tags": desired.tags, "attributes": attributes}
        self._client.add_version(desired.name, body, lambda: self._look().holds(desired))
        with failures_say(outcome="unknown"):  # the vault has the value by now: it must not count as refused
            found = self._client.newest(desired.name)
        self._runtime.secret(str(found.get("value") or ""))
        version = VaultSecretVersion.of(found)
        current = dataclasses.replace(self._current, versions=(*self._before(version), version), deleted=False)
        if found.get("value") != value or not VaultSecretCurrent((version,)).holds(desired):
            raise ConflictError(
                f"{desired.place} was written, and what was read back is key {version.key_id or 'of no tag key_id'}, not {desired.key_id}.",
                code="key_vault_read_back",
                outcome="unknown",
                advice="Find out which other program writes that secret, then run again.",
            )
        self._current = current

    def _before(self, version: VaultSecretVersion) -> tuple[VaultSecretVersion, ...]:
        """The versions that were there before; what was handed out then is older now, whatever its second."""
        return tuple(
            dataclasses.replace(one, created=min(one.created, version.created - 1)) for one in self._current.versions if one.version != version.version
        )


def _desired(options: t.Mapping[str, t.Any], entry: t.Mapping[str, t.Any], address: VaultAddress, index: int) -> VaultSecretDesired:
    given, ends_text = str(entry.get("secret_name") or ""), str(options.get("end_date_time") or "")
    instance = str(entry.get("instance") or "") or None
    name = check_secret_name(given, member(index, "secret_name")) if given else derived_secret_name(options["connector"], options["tenant_id"], instance)
    question = options["question"]
    try:
        ends = parse_time(ends_text)
    except ValueError:
        raise OptionError(f"'end_date_time' is {ends_text!r}, which is no date.", code="invalid_end_date_time", outcome="refused") from None
    return VaultSecretDesired(
        question,
        address.url,
        name,
        options["tenant_id"].lower(),
        options["connector"].lower(),
        (options.get("key_id") or "").strip().lower() or None if question in ("holds", "store") else None,
        (options.get("client_id") or "").strip().lower() or None,
        int(ends.timestamp()) if ends else None,
        ends_text,
        bool(options.get("value")),
        frozenset(key.lower() for key in options.get("live_key_ids") or ()) if question == RETIRE else frozenset(),
    )


def _client(runtime: Runtime, entry: t.Mapping[str, t.Any], secrets: t.Mapping[str, str], index: int, address: VaultAddress) -> KeyVaultClient:
    """A client that is ready to sign in. Raises what the sink's identity has wrong."""
    tenant, credential = identity_of(entry, secrets, index, runtime.environ, address.cloud)
    own = {**runtime.options, "ca_path": entry.get("ca_path") or runtime.options.get("ca_path")}
    http = HttpClient.of(dataclasses.replace(runtime, options=own))
    return KeyVaultClient(http, runtime.budget, root_of(address, runtime.environ), sign_in(runtime, http, address, tenant, credential), index)
