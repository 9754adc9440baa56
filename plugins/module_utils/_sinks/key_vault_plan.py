# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What one secret of a key vault should hold, what its versions say of themselves, and what follows from both. Pure: the values are never seen here.

Sources: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates (a name has 1 to 127 characters, of 0-9, a-z, A-Z and -, and its
case makes no difference), https://learn.microsoft.com/azure/key-vault/secrets/about-secrets (tags and attributes of a version; a version that is over is
still handed out, one that is disabled is not); read 2026-12.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import typing as t

from .._addresses import path_segment
from .._engine import Action, Plan
from .._errors import ConflictError, OptionError
from .storing import check_storable, key_words, lower_or_none

LONGEST_NAME = 127
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")
_PART = re.compile(r"[0-9a-z]+(-[0-9a-z]+)*")
_BETWEEN, _BEFORE_HASH = "--", "---"  # no part of a name that is used as it is has two of them together
_HASH = 8
RETIRE = "retire"


def check_secret_name(name: str, option: str) -> str:
    """A name that the operator gave, as it is. Raises OptionError for one that no secret can have."""
    if not _NAME.fullmatch(name):
        raise OptionError(
            f"{option} is {name!r}, and the name of a secret in a key vault has 1 to {LONGEST_NAME} characters, of 0-9, a-z, A-Z and '-'.",
            code="invalid_secret_name",
            outcome="refused",
            advice="Correct it, or leave it out: then the name is made of connector and tenant.",
        )
    return name


def derived_secret_name(connector: str, tenant_id: str, instance: str | None) -> str:
    """The name of a connection's secret where none was given, the same on every run.

    Where a character had to be replaced, or the end cut off, a hash of what was meant keeps it apart from others.
    """
    parts = [part.lower() for part in (connector, tenant_id, instance or "") if part]
    plain = _BETWEEN.join(parts)
    if all(_PART.fullmatch(part) for part in parts) and len(plain) <= LONGEST_NAME:
        return plain
    cleaned = _BETWEEN.join(re.sub(r"[^0-9a-z]+", "-", part).strip("-") for part in parts).strip("-")
    meant = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:_HASH]
    return f"{cleaned[: LONGEST_NAME - len(_BEFORE_HASH) - _HASH].rstrip('-')}{_BEFORE_HASH}{meant}"


@dataclasses.dataclass(frozen=True)
class VaultSecretDesired:
    """What is asked of a secret, without its value. ``vault`` is the vault's address, for sentences."""

    question: str
    vault: str
    name: str
    tenant_id: str
    connector: str
    key_id: str | None = None
    client_id: str | None = None
    ends: int | None = None  # of the credential, in seconds since the epoch
    ends_text: str = ""
    has_value: bool = False
    live_key_ids: frozenset[str] = frozenset()

    @property
    def place(self) -> str:
        """Where a person finds it."""
        return f"{self.vault}/secrets/{path_segment(self.name)}"

    @property
    def tags(self) -> dict[str, str]:
        """What a version that is written says of itself."""
        known = {"key_id": self.key_id, "client_id": self.client_id, "tenant_id": self.tenant_id, "connector": self.connector, "end_date_time": self.ends_text}
        return {name: value for name, value in known.items() if value}


@dataclasses.dataclass(frozen=True)
class VaultSecretVersion:
    """One version, as the list shows it."""

    version: str
    created: int
    enabled: bool = True
    key_id: str | None = None  # of a version that this collection wrote
    client_id: str | None = None
    ends_text: str = ""

    @classmethod
    def of(cls, item: t.Mapping[str, t.Any]) -> VaultSecretVersion:
        """From an entry of the list."""
        tags = item.get("tags") or {}
        attributes = item.get("attributes") or {}
        return cls(
            str(item.get("id") or "").rpartition("/")[2],
            int(attributes.get("created") or 0),
            bool(attributes.get("enabled", True)),
            lower_or_none(tags.get("key_id")),
            lower_or_none(tags.get("client_id")),
            str(tags.get("end_date_time") or ""),
        )


@dataclasses.dataclass(frozen=True)
class VaultSecretCurrent:
    """All versions of a secret, in any order; none when there is no such secret."""

    versions: tuple[VaultSecretVersion, ...] = ()
    deleted: bool = False  # deleted, and its name kept for a recovery

    @property
    def newest(self) -> tuple[VaultSecretVersion, ...]:
        """The one that is handed out, with those of the same second: which of them that is the list does not say."""
        latest = max((version.created for version in self.versions), default=0)
        return tuple(version for version in self.versions if version.created == latest)

    @property
    def older(self) -> tuple[VaultSecretVersion, ...]:
        """Those before it that can still be read, oldest first."""
        newest = self.newest
        return tuple(sorted((one for one in self.versions if one.enabled and one not in newest), key=lambda one: (one.created, one.version)))

    def holds(self, desired: VaultSecretDesired) -> bool:
        """Whether the credential that is asked for is the one that is handed out, and is of this application."""
        return any(one.enabled and one.key_id is not None and one.key_id == desired.key_id and not _is_anothers(one, desired) for one in self.newest)

    def superseded(self, desired: VaultSecretDesired) -> tuple[VaultSecretVersion, ...]:
        """Older versions that can still be read, with credentials of this application."""
        return tuple(one for one in self.older if one.key_id is not None and not _is_anothers(one, desired))


def plan_secret(desired: VaultSecretDesired, current: VaultSecretCurrent, *, check_mode: bool = False) -> Plan:
    """Add a version where the newest is not the one that is wanted, delete, disable what is retired; looking plans nothing.

    Raises ConflictError where the name is taken, and OptionError when the value is missing or the key is check mode's placeholder.
    """
    before = _shape(current)
    if desired.question in ("writable", "store"):
        _check_free(desired, current)
    if desired.question == "forget":
        ours = current.newest and all(one.key_id is not None and not _is_anothers(one, desired) for one in current.newest)
        return Plan((Action("delete", f"delete {desired.place}, recoverably"),), before, {}) if ours else Plan(before=before, after=before)
    if desired.question == RETIRE:
        return _plan_retire(desired, current)
    if desired.question != "store" or current.holds(desired):
        return Plan(before=before, after=before)
    if not check_mode:
        check_storable(desired.place, desired.key_id, value_known=desired.has_value)
    action = Action("write", f"write {key_words(desired.key_id)} of {desired.connector} to {desired.place}, as a new version")
    after = {"key_id": desired.key_id, "client_id": desired.client_id, "end_date_time": desired.ends_text}
    return Plan((action,), before, {**after, "older": [one.key_id for one in (*current.older, *current.newest) if one.enabled]})


def _plan_retire(desired: VaultSecretDesired, current: VaultSecretCurrent) -> Plan:
    before = _shape(current)
    if not desired.live_key_ids:
        # Nothing that signs in has no key at all: what the caller knows is not enough to call any version dead.
        raise OptionError("'live_key_ids' is empty, and 'question' is 'retire'.", code="live_key_ids_missing", outcome="refused")
    dead = [one for one in current.superseded(desired) if one.key_id not in desired.live_key_ids]
    actions = tuple(Action("disable", f"disable the version of {desired.place} with key {one.key_id}", {"version": one.version}) for one in dead)
    return Plan(actions, before, {**before, "older": [one.key_id for one in current.older if one not in dead]} if before else {})


def _check_free(desired: VaultSecretDesired, current: VaultSecretCurrent) -> None:
    """Raises ConflictError for a name that is deleted and kept, that others use, or that keeps the credential of another application."""
    other_name = "give the sink a secret_name of its own"
    if current.deleted:
        raise ConflictError(
            f"{desired.place} is deleted and can still be recovered, so its name cannot be used.",
            code="key_vault_secret_deleted",
            outcome="refused",
            advice=f"Recover or purge it in the vault, or {other_name}. Nothing is recovered or purged here.",
        )
    foreign = next((one for one in current.newest if one.key_id is None), None)
    if foreign is not None:
        raise ConflictError(
            f"The newest version of {desired.place} has no tag key_id, so it was not written here, and it was not replaced.",
            code="key_vault_secret_foreign",
            outcome="refused",
            advice=f"Find out what uses that secret, and {other_name}.",
        )
    another = next((one for one in current.newest if _is_anothers(one, desired)), None)
    if another is not None:
        raise ConflictError(
            f"{desired.place} holds the credential of application {another.client_id}, which is another connection; it was not replaced.",
            code="key_vault_secret_of_another_application",
            outcome="refused",
            advice=f"Where several connections share the sink, leave out its secret_name; or {other_name}. If that application is gone "
            "for good, delete and purge the secret in the vault.",
        )


def _is_anothers(version: VaultSecretVersion, desired: VaultSecretDesired) -> bool:
    """Whether it holds the credential of another application. Where either is not known it does not."""
    return bool(version.client_id and desired.client_id and version.client_id != desired.client_id)


def _shape(current: VaultSecretCurrent) -> dict[str, t.Any]:
    if not current.newest:
        return {}
    newest = current.newest[-1]
    shown = {"key_id": newest.key_id, "client_id": newest.client_id, "end_date_time": newest.ends_text}
    return {**shown, "older": [one.key_id for one in current.older]}
