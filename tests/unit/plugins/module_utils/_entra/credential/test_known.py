# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A client secret whose value the operator has: which key it is, that it is used once, and that it is never removed for it."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.app_management_policy import AppManagementPolicy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import SUPERSEDED, Delivery
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.key import Key
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.known import hint_of, known_key
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import Mark, marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.secret import SecretCurrent, SecretDesired, plan_secret
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, OptionError

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
APP = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
DELIVERY = {"connector": "payroll", "instance": "https://portal.example contoso", "authority": "https://login.windows.net/contoso.com"}
TARGET = Delivery(**DELIVERY)
VALUE, HINT = "Xy78Q~a-value-that-was-made-by-hand", "Xy7"
LABEL = "application 'sso'"


def key_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def key(number: int, *, age: float = 100, life: float = 730, hint: str = HINT, name: str = "by hand") -> Key:
    start = NOW - dt.timedelta(days=age)
    return Key(key_id(number), name, start, start + dt.timedelta(days=life), hint)


def mark(number: int, status: str = "d", content: str | None = None, target: Delivery = TARGET) -> Mark:
    return Mark(target.connector, target.target, status == "d", key_id(number), content or TARGET.content(APP))


def state(*keys: Key, marks: t.Sequence[Mark] = (), **more: t.Any) -> SecretCurrent:
    return SecretCurrent(APP, LABEL, keys, ("users-own-tag", *(item.tag for item in marks)), **more)


def wanted(**options: t.Any) -> SecretDesired:
    return SecretDesired.from_options({"name": "sso", "delivery": DELIVERY, "known_value": VALUE, **options})


def plan(current: SecretCurrent, **options: t.Any) -> Plan:
    return plan_secret(wanted(**options), current, NOW)


def tags_after(found: Plan, current: SecretCurrent) -> list[Mark]:
    tags = list(current.tags)
    for action in found.actions:
        tags = [tag for tag in tags if tag not in action.payload.get("drop", ())] + list(action.payload.get("add", ()))
    return marks_of(tags)


OTHER_TARGET = Delivery("payroll", "https://portal.example fabrikam")
USED = "The value of a client secret that was given for payroll is not used: "


@pytest.mark.parametrize(
    ("keys", "marks", "number"),
    [
        ([key(1)], [], 1),
        ([key(1), key(2, hint="abc"), key(3, hint="")], [], 1),
        ([key(1), key(2, life=50)], [], 1),  # one that has expired cannot be the one
        ([key(1), key(2, age=500, hint="abc")], [mark(2)], 1),  # an earlier key was delivered
        ([key(1), key(2, age=500, hint="abc")], [mark(2, content=SUPERSEDED)], 1),
        ([key(1)], [mark(1, "p")], 1),  # it is not known whether that arrived
        ([key(1)], [mark(1, "p", SUPERSEDED)], 1),
        ([key(1)], [mark(1, target=OTHER_TARGET)], 1),  # delivered to something else
    ],
)
def test_the_one_key(keys: list[Key], marks: list[Mark], number: int) -> None:
    found = known_key(HINT, keys, TARGET, marks, LABEL, NOW)
    assert (found.key, found.ignored) == (next(item for item in keys if item.key_id == key_id(number)), None)


@pytest.mark.parametrize(
    ("keys", "marks", "why"),
    [
        ([key(1)], [mark(1)], f"its key {key_id(1)} of {LABEL}, or a later one, was delivered there already."),
        ([key(1)], [mark(1, content=SUPERSEDED)], f"its key {key_id(1)} of {LABEL}, or a later one, was delivered there already."),
        ([key(1), key(2, age=1, hint="abc")], [mark(2)], f"its key {key_id(1)} of {LABEL}, or a later one, was delivered there already."),
        ([key(1)], [mark(2)], f"its key {key_id(1)} of {LABEL}, or a later one, was delivered there already."),  # of a key that is gone
        ([key(2, hint="abc")], [mark(2)], f"{LABEL} has no valid key that begins like it, and another one was delivered there already."),
        ([key(1, life=50)], [mark(1)], f"{LABEL} has no valid key that begins like it, and another one was delivered there already."),
        # Two that begin like it stop no renewal once one of them, or a later one, was delivered.
        ([key(1), key(2)], [mark(1)], f"its key {key_id(1)} of {LABEL}, or a later one, was delivered there already."),
    ],
)
def test_it_is_used_once(keys: list[Key], marks: list[Mark], why: str) -> None:
    found = known_key(HINT, keys, TARGET, marks, LABEL, NOW)
    assert (found.key, found.ignored) == (None, f"{USED}{why} Take it out of the inventory.")


@pytest.mark.parametrize(
    ("keys", "code", "words"),
    [
        ([], "known_value_of_no_key", "Application 'sso' has no valid client secret that begins like 'known_value'. Nothing was written."),
        ([key(1, hint="abc"), key(2, life=50)], "known_value_of_no_key", "has no valid client secret that begins like"),
        ([key(1), key(2)], "known_value_unclear", f"has 2 valid client secrets that begin like 'known_value': {key_id(1)} 'by hand', {key_id(2)} 'by hand'."),
    ],
)
def test_it_has_to_be_one_key_and_one_only(keys: list[Key], code: str, words: str) -> None:
    with pytest.raises(ConflictError) as caught:
        known_key(HINT, keys, TARGET, [], LABEL, NOW)
    assert (caught.value.code, caught.value.outcome) == (code, "refused") and words in caught.value.sentence()
    assert HINT not in caught.value.sentence() and caught.value.advice and caught.value.advice.endswith(".")


@pytest.mark.parametrize(("value", "code"), [("5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33", "secret_id_for_value"), ("Xy7", "secret_too_short")])
def test_what_can_be_no_client_secret(value: str, code: str) -> None:
    with pytest.raises(OptionError) as caught:
        hint_of(value)
    assert caught.value.code == code and value not in caught.value.sentence()


def test_it_shows_no_more_of_the_value_than_graph_does() -> None:
    assert hint_of(VALUE) == HINT and hint_of("abcd") == "abc"
    assert HINT not in repr(wanted()) and HINT not in repr(key(1)) and VALUE not in repr(wanted())


def test_it_goes_with_a_delivery() -> None:
    with pytest.raises(OptionError) as caught:
        SecretDesired.from_options({"name": "sso", "known_value": VALUE})
    assert caught.value.code == "option_conflict"


def test_in_place_of_a_new_one() -> None:
    current = state(key(1), key(2, hint="abc"))
    found = plan(current)
    assert [action.kind for action in found.actions] == ["use", "mark_pending"] and found.warnings == ()
    assert found.texts == [
        f"use secret 'by hand' ({key_id(1)}), whose value was given",
        f"mark secret 'by hand' ({key_id(1)}) as pending for payroll",
    ]
    assert found.actions[1].payload == {"known": [], "drop": []} and found.facts["given"] == current.keys[0]
    # The policy forbids secrets that are made, and none is.
    assert plan(state(key(1), policy=AppManagementPolicy(known=True, addition_blocked=True))).actions[0].kind == "use"


def test_an_attempt_without_an_end_is_made_again_with_the_same_key() -> None:
    for left in (mark(1, "p"), mark(1, "p", SUPERSEDED)):
        found = plan(state(key(1), marks=[left]))
        assert [action.kind for action in found.actions] == ["use", "mark_pending"]
        assert found.actions[1].payload == {"known": [], "drop": [left.tag]}


def test_what_other_runs_may_be_delivering_is_waited_for_all_the_same() -> None:
    """A key of ours that was made a moment ago, but not the given one, and nothing where nothing is needed."""
    young = key(2, age=0, hint="abc", name="tkc:sso:0000000a")
    assert state(key(1), young).at_work(wanted(), NOW) == [young]
    assert state(key(1)).at_work(wanted(), NOW) == [] == state(key(1), young, marks=[mark(1)]).at_work(wanted(), NOW)
    assert state(key(1), young).at_work(wanted(state="retired"), NOW) == []


def test_where_nothing_is_needed_it_is_not_used() -> None:
    found = plan(state(key(1), marks=[mark(1)]))
    assert found.actions == () and len(found.warnings) == 1
    assert found.warnings[0].startswith(f"{USED}key {key_id(1)} was last delivered and is valid for") and "Take it out" in found.warnings[0]


@pytest.mark.parametrize("options", [{"force": True}, {"renew_before_days": 200, "validity_days": 300}])
def test_a_renewal_is_a_new_key(options: dict[str, t.Any]) -> None:
    """A value that stayed in the inventory neither stops a renewal nor is delivered a second time."""
    found = plan(state(key(1, age=600), marks=[mark(1)]), **options)
    assert [action.kind for action in found.actions] == ["mint", "mark_pending"] and found.facts["given"] is None
    assert found.warnings == (f"{USED}its key {key_id(1)} of {LABEL}, or a later one, was delivered there already. Take it out of the inventory.",)


def test_what_others_made_is_never_removed() -> None:
    """Neither when a later key was delivered long ago, nor when the connection is taken away; then the marks go."""
    ours = key(2, age=60, life=180, hint="abc", name="tkc:sso:0000000a")
    current = state(key(1), ours, marks=[mark(1, content=SUPERSEDED), mark(2)])
    assert plan(current, state="retired").actions == ()
    absent = plan(current, state="absent", force=True)
    assert [action.payload.get("key_id") for action in absent.actions if action.kind == "remove_key"] == [ours.key_id]
    assert tags_after(absent, current) == []


def test_a_confirmed_one_vouches() -> None:
    delivered = {**DELIVERY, "delivered_key_id": key_id(1)}
    current = state(key(1), marks=[mark(1, "p")])
    found = plan_secret(wanted(delivery=delivered), current, NOW)
    assert tags_after(found, current) == [mark(1)] and found.warnings == ()
    after = dataclasses.replace(current, tags=tuple(item.tag for item in tags_after(found, current)))
    assert plan_secret(SecretDesired.from_options({"name": "sso", "delivery": DELIVERY}), after, NOW).actions == ()
