# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The name of a secret, what its versions say, and what is done about them: tables."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.key_vault_plan import (
    VaultSecretCurrent,
    VaultSecretDesired,
    VaultSecretVersion,
    check_secret_name,
    derived_secret_name,
    plan_secret,
)

TENANT = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
LEGAL = re.compile(r"[0-9a-zA-Z-]{1,127}")


@pytest.mark.parametrize(
    ("connector", "tenant", "instance", "expected"),
    [
        ("payroll", TENANT, None, f"payroll--{TENANT}"),
        ("payroll", TENANT, "", f"payroll--{TENANT}"),
        ("payroll", TENANT, "north-2", f"payroll--{TENANT}--north-2"),
        ("Payroll", TENANT.upper(), None, f"payroll--{TENANT}"),
        ("pay_roll", TENANT, None, f"pay-roll--{TENANT}---5e3468b4"),
        ("payroll", "contoso.com", None, "payroll--contoso-com---"),
        ("payroll", TENANT, "a b", f"payroll--{TENANT}--a-b---"),
        ("payroll", TENANT, "-a", f"payroll--{TENANT}--a---"),
        ("payroll", TENANT, "a--b", f"payroll--{TENANT}--a-b---"),
        ("payroll", TENANT, "é", f"payroll--{TENANT}---"),
        ("é", "ü", None, "---"),
        ("payroll", TENANT, "x" * 200, f"payroll--{TENANT}--xxxx"),
    ],
)
def test_a_name_is_derived(connector: str, tenant: str, instance: str | None, expected: str) -> None:
    name = derived_secret_name(connector, tenant, instance)
    assert LEGAL.fullmatch(name) and name == name.lower() and (name == expected or (name.startswith(expected) and re.search(r"---[0-9a-f]{8}$", name)))
    assert name == derived_secret_name(connector, tenant, instance)


def test_names_that_would_be_one_are_kept_apart() -> None:
    meant = [
        ("pay_roll", None),
        ("pay-roll", None),
        ("pay.roll", None),
        ("pay", "roll"),
        ("payroll", "a b"),
        ("payroll", "a-b"),
        ("payroll", "a--b"),
        ("payroll", "a_b"),
        *(("payroll", "x" * 150 + end) for end in "ab"),
    ]
    names = [derived_secret_name(connector, TENANT, instance) for connector, instance in meant]
    assert len(set(names)) == len(names) and all(LEGAL.fullmatch(name) for name in names)


@pytest.mark.parametrize("name", ["a", "A-1", "x" * 127, "--"])
def test_a_given_name_is_taken(name: str) -> None:
    assert check_secret_name(name, "the option") == name


@pytest.mark.parametrize("name", ["", "a_b", "a.b", "a b", "é", "x" * 128, "a\n"])
def test_a_given_name_that_no_secret_has(name: str) -> None:
    with pytest.raises(OptionError) as caught:
        check_secret_name(name, "'the_option'")
    assert (caught.value.code, caught.value.outcome) == ("invalid_secret_name", "refused")
    said = f"'the_option' is {name!r}, and the name of a secret in a key vault has 1 to 127 characters, of 0-9, a-z, A-Z and '-'."
    assert caught.value.sentence() == f"{said} Correct it, or leave it out: then the name is made of connector and tenant."


DESIRED = VaultSecretDesired("store", "https://v.vault", "name", TENANT, "payroll", "key-2", "app", 1900000000, "2030-03-17T17:46:40Z", True)


def version(key_id: str | None, created: int = 1, *, enabled: bool = True, client_id: str | None = "app") -> VaultSecretVersion:
    return VaultSecretVersion(f"v{key_id}{created}", created, enabled, key_id, client_id)


def current(*versions: VaultSecretVersion, deleted: bool = False) -> VaultSecretCurrent:
    return VaultSecretCurrent(versions, deleted)


def desired(**more: t.Any) -> VaultSecretDesired:
    return dataclasses.replace(DESIRED, **more)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({}, VaultSecretVersion("", 0)),
        ({"id": "https://v/secrets/n/abc", "attributes": {"created": 7, "enabled": False}}, VaultSecretVersion("abc", 7, False)),
        (
            {"id": "https://v/secrets/n/abc", "tags": {"key_id": "KEY ", "client_id": "App", "end_date_time": "then"}, "attributes": {"created": 7}},
            VaultSecretVersion("abc", 7, True, "key", "app", "then"),
        ),
        ({"id": "x", "tags": None, "attributes": None}, VaultSecretVersion("x", 0)),
    ],
)
def test_a_version_is_read(item: dict[str, t.Any], expected: VaultSecretVersion) -> None:
    assert VaultSecretVersion.of(item) == expected


def test_what_a_version_says_of_itself() -> None:
    tags = {"key_id": "key-2", "client_id": "app", "tenant_id": TENANT, "connector": "payroll", "end_date_time": "2030-03-17T17:46:40Z"}
    assert DESIRED.tags == tags and DESIRED.place == "https://v.vault/secrets/name"
    assert VaultSecretDesired("holds", "https://v.vault", "name", TENANT, "payroll").tags == {"tenant_id": TENANT, "connector": "payroll"}


@pytest.mark.parametrize(
    ("versions", "held", "superseded"),
    [
        ((), False, []),
        ((version("key-2"),), True, []),
        ((version("key-1"), version("key-2", 2)), True, ["key-1"]),
        ((version("key-2", 2), version("key-1")), True, ["key-1"]),
        ((version("key-2"), version("key-1", 2)), False, ["key-2"]),
        ((version("key-2", enabled=False),), False, []),
        ((version("key-2", client_id="another"),), False, []),
        ((version("key-2", client_id=None),), True, []),
        ((version(None),), False, []),
        # Of the same second: which of them is handed out is not known, so none is taken for an older one.
        ((version("key-1"), version("key-2")), True, []),
        ((version("key-1", enabled=False), version(None, 2), version("key-3", 2, client_id="another"), version("key-2", 3)), True, []),
        ((version("key-0", 2), version("key-1", 1), version("key-2", 3)), True, ["key-1", "key-0"]),
    ],
)
def test_what_is_held(versions: tuple[VaultSecretVersion, ...], held: bool, superseded: list[str]) -> None:
    found = current(*versions)
    assert found.holds(DESIRED) is held and [one.key_id for one in found.superseded(DESIRED)] == superseded
    assert not found.holds(desired(key_id=None))


@pytest.mark.parametrize(
    ("question", "found", "kinds"),
    [
        ("store", current(), ["write"]),
        ("store", current(version("key-1")), ["write"]),
        ("store", current(version("key-2")), []),
        ("store", current(version("key-2", enabled=False)), ["write"]),
        ("writable", current(), []),
        ("writable", current(version("key-1")), []),
        ("holds", current(version(None)), []),
        ("removable", current(version(None)), []),
        ("forget", current(), []),
        ("forget", current(version("key-1")), ["delete"]),
        ("forget", current(version("key-1", client_id="another")), []),
        ("forget", current(version(None)), []),
        ("forget", current(version("key-1"), version(None)), []),
        ("forget", current(version(None), version("key-1", 2)), ["delete"]),
        ("retire", current(), []),
        ("retire", current(version("key-2")), []),
        ("retire", current(version("key-1"), version("key-2", 2)), ["disable"]),
        ("retire", current(version("live"), version("key-2", 2)), []),
        ("retire", current(version("key-1", enabled=False), version("key-2", 2)), []),
        ("retire", current(version("key-1", client_id="another"), version("key-2", 2)), []),
        ("retire", current(version(None), version("key-2", 2)), []),
        ("retire", current(version("key-0"), version("key-1", 2), version("gone", 3)), ["disable", "disable"]),
    ],
)
def test_what_is_done(question: str, found: VaultSecretCurrent, kinds: list[str]) -> None:
    plan = plan_secret(desired(question=question, live_key_ids=frozenset({"live"})), found)
    assert [action.kind for action in plan.actions] == kinds
    assert (plan.before == plan.after) == (not kinds)
    if kinds == ["delete"]:
        assert plan.texts == ["delete https://v.vault/secrets/name, recoverably"] and plan.after == {} and plan.before["client_id"] == "app"


def test_the_newest_is_never_disabled() -> None:
    found = current(version("key-0"), version("key-1", 2), version("key-2", 2))
    plan = plan_secret(desired(question="retire", live_key_ids=frozenset({"other"})), found)
    assert [(action.payload, action.text) for action in plan.actions] == [
        ({"version": "vkey-01"}, "disable the version of https://v.vault/secrets/name with key key-0")
    ]
    assert (plan.before["older"], plan.after["older"]) == (["key-0"], [])


def test_what_a_write_says() -> None:
    plan = plan_secret(DESIRED, current(version("key-1")))
    assert plan.texts == ["write key key-2 of payroll to https://v.vault/secrets/name, as a new version"]
    assert plan.before == {"key_id": "key-1", "client_id": "app", "end_date_time": "", "older": []}
    assert plan.after == {"key_id": "key-2", "client_id": "app", "end_date_time": "2030-03-17T17:46:40Z", "older": ["key-1"]}
    assert plan_secret(DESIRED, current(version("key-0"), version("key-1", 2, enabled=False))).after["older"] == ["key-0"]
    placeholder = plan_secret(desired(key_id=PLACEHOLDER_ID, has_value=False), current(), check_mode=True)
    assert placeholder.texts == ["write a new key of payroll to https://v.vault/secrets/name, as a new version"]


PLACE, OTHER_NAME = "https://v.vault/secrets/name", "give the sink a secret_name of its own"
DELETED = (
    f"{PLACE} is deleted and can still be recovered, so its name cannot be used. "
    f"Recover or purge it in the vault, or {OTHER_NAME}. Nothing is recovered or purged here."
)
FOREIGN = (
    f"The newest version of {PLACE} has no tag key_id, so it was not written here, and it was not replaced. Find out what uses that secret, and {OTHER_NAME}."
)
ANOTHERS = (
    f"{PLACE} holds the credential of application another, which is another connection; it was not replaced. "
    f"Where several connections share the sink, leave out its secret_name; or {OTHER_NAME}. "
    "If that application is gone for good, delete and purge the secret in the vault."
)


@pytest.mark.parametrize(
    ("wanted", "found", "code", "said"),
    [
        ({"question": "writable"}, current(deleted=True), "key_vault_secret_deleted", DELETED),
        ({"question": "writable"}, current(version(None)), "key_vault_secret_foreign", FOREIGN),
        ({}, current(version("key-1"), version(None, 2)), "key_vault_secret_foreign", FOREIGN),
        ({}, current(version("key-2", client_id="another")), "key_vault_secret_of_another_application", ANOTHERS),
        ({"question": "writable"}, current(version("key-2", client_id="another")), "key_vault_secret_of_another_application", ANOTHERS),
    ],
)
def test_a_name_that_is_taken(wanted: dict[str, t.Any], found: VaultSecretCurrent, code: str, said: str) -> None:
    with pytest.raises(ConflictError) as caught:
        plan_secret(desired(**wanted), found)
    assert (caught.value.code, caught.value.outcome, caught.value.sentence()) == (code, "refused", said)


@pytest.mark.parametrize(
    ("wanted", "code", "said"),
    [
        ({"has_value": False}, "value_missing", f"'value' is needed: {PLACE} does not hold key key-2. Pass 'value' from the task that made the credential."),
        ({"key_id": PLACEHOLDER_ID}, "placeholder", "'key_id' is the id that check mode gives to what does not exist yet."),
        ({"question": "retire"}, "live_key_ids_missing", "'live_key_ids' is empty, and 'question' is 'retire'."),
    ],
)
def test_what_cannot_be_done(wanted: dict[str, t.Any], code: str, said: str) -> None:
    with pytest.raises(OptionError) as caught:
        plan_secret(desired(**wanted), current(version("key-1")))
    assert (caught.value.code, caught.value.outcome, caught.value.sentence()) == (code, "refused", said)
