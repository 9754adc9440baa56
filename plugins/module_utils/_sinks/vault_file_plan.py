# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What one vault file should hold, what it holds, and what follows from both. Pure: neither files nor vaults."""

from __future__ import annotations

import dataclasses
import os
import re
import typing as t

from .._engine import Action, Plan
from .._errors import ConflictError, OptionError
from .storing import check_storable, key_words, lower_or_none
from .vault_file_io import MODE

_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclasses.dataclass(frozen=True)
class FileDesired:
    """The options, without the value."""

    state: str
    path: str
    vault_id: str
    tenant_id: str
    connector: str
    key_id: str | None = None
    facts: t.Mapping[str, t.Any] | None = None
    has_value: bool = False
    instance: str = ""
    client_id: str | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> FileDesired:
        """From module options. Tenant and connector become the file's name, so they are checked. Raises OptionError for a part that has other characters."""
        for name in ("tenant_id", "connector", "instance"):
            if (options.get(name) or name != "instance") and not _PART.fullmatch(options[name]):
                raise OptionError(
                    f"'{name}' is {options[name]!r}; it becomes a part of a file name and may hold letters, digits, '.', '_' and '-'.",
                    code=f"invalid_{name}",
                    outcome="refused",
                )
        tenant, connector, instance = options["tenant_id"].lower(), options["connector"].lower(), (options.get("instance") or "").lower()
        name = "_".join(part for part in (tenant, connector, instance) if part)
        path = os.path.join(os.path.abspath(os.path.expanduser(options["directory"])), f"{name}.yml")
        return cls(
            options["state"],
            path,
            options["vault_id"],
            tenant,
            connector,
            lower_or_none(options.get("key_id")),
            options.get("facts"),
            bool(options.get("value")),
            instance,
            lower_or_none(options.get("client_id")),
        )


@dataclasses.dataclass(frozen=True)
class FileCurrent:
    """What the file holds, without the value."""

    exists: bool = False
    vault_id: str | None = None
    key_id: str | None = None
    facts: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    mode: int | None = None
    same_value: bool | None = None  # None when no value is given to compare with

    def is_anothers(self, client_id: str | None) -> bool:
        """Whether it holds the credential of another application. Where either is not known it does not."""
        held = lower_or_none(self.facts.get("client_id"))
        return bool(self.exists and client_id and held and held != client_id)

    def holds(self, desired: FileDesired) -> bool:
        """Whether it holds the credential that is asked for, or any where none is named; never one of another application."""
        named = self.key_id is not None and desired.key_id in (None, self.key_id)
        return self.exists and named and not self.is_anothers(desired.client_id)


def plan_file(desired: FileDesired, current: FileCurrent, *, check_mode: bool = False) -> Plan:
    """Write what is not there as wanted, remove what is there; looking plans nothing.

    Raises ConflictError when it holds another application's credential, and OptionError when the value is missing or the key is check mode's placeholder.
    """
    before = _shape(current.key_id, current.vault_id, current.facts, current.mode) if current.exists else {}
    anothers = current.is_anothers(desired.client_id)
    if anothers and desired.state in ("writable", "present"):
        raise ConflictError(
            f"{desired.path} holds the credential of application {current.facts['client_id']}, which is another connection of this tenant; "
            "it was not overwritten.",
            code="vault_file_of_another_application",
            outcome="refused",
            advice="Give each of the connections an 'instance' of its own in its sink. If that application is gone for good, remove the file by hand.",
        )
    if desired.state in ("held", "writable", "removable"):
        return Plan(before=before, after=before)
    if desired.state == "absent":
        # With a key id only that key is taken back: the file may hold a later one by now.
        if not current.exists or anothers or (desired.key_id and desired.key_id != current.key_id):
            return Plan(before=before, after=before)
        return Plan((Action("remove", f"remove {desired.path}"),), before, {})
    facts = current.facts if desired.facts is None else desired.facts
    same_key = current.exists and current.key_id == desired.key_id
    if same_key and current.same_value is not False and (facts, desired.vault_id, MODE) == (current.facts, current.vault_id, current.mode):
        return Plan(before=before, after=before)
    if not check_mode:
        check_storable(desired.path, desired.key_id, value_known=desired.has_value or same_key)
    action = Action("write", f"write {key_words(desired.key_id)} of {desired.connector} to {desired.path}, encrypted with vault id '{desired.vault_id}'")
    return Plan((action,), before, _shape(desired.key_id, desired.vault_id, facts, MODE))


def _shape(key_id: str | None, vault_id: str | None, facts: t.Mapping[str, t.Any], mode: int | None) -> dict[str, t.Any]:
    return {"key_id": key_id, "vault_id": vault_id, "facts": dict(facts), "mode": None if mode is None else f"{mode:04o}"}
