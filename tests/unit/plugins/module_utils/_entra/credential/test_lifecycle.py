# SPDX-License-Identifier: GPL-3.0-or-later
"""The planner of client secrets: when a new one is needed, and what may be removed (SAFETY: no lock-out, no orphan)."""

from __future__ import annotations

import datetime as dt
import random
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._clock import parse_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import CREATION_TAG
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.app_management_policy import AppManagementPolicy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.delivery import ORPHAN_AGE, SUPERSEDED, Delivery, vouches
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.key import Key, attempt_name, is_managed
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import Mark, marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.secret import SecretCurrent, SecretDesired, plan_secret
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, OptionError

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
APP = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
DELIVERY = {"connector": "workspace365", "instance": "https://portal.example contoso", "authority": "https://login.windows.net/contoso.com"}
TARGET = Delivery(**DELIVERY)


def key_id(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def key(number: int, age: float = 1, life: float = 180, name: str = "tkc:sso:0000000a") -> Key:
    """A key made ``age`` days ago, valid for ``life`` days."""
    start = NOW - dt.timedelta(days=age)
    return Key(key_id(number), name, start, start + dt.timedelta(days=life))


def mark(number: int, status: str = "d", content: str | None = None) -> Mark:
    return Mark("workspace365", TARGET.target, status == "d", key_id(number), content or TARGET.content(APP))


def state(*keys: Key, marks: t.Sequence[Mark] = (), **more: t.Any) -> SecretCurrent:
    return SecretCurrent(APP, "application 'sso'", keys, (CREATION_TAG, "users-own-tag", *(item.tag for item in marks)), **more)


def wanted(delivery: dict[str, t.Any] | None = None, **options: t.Any) -> SecretDesired:
    return SecretDesired.from_options({"name": "sso", "delivery": delivery, **options})


def plan(desired: SecretDesired, current: SecretCurrent) -> Plan:
    return plan_secret(desired, current, NOW)


def kinds(found: Plan) -> list[str]:
    return [action.kind for action in found.actions]


def tags_after(found: Plan, current: SecretCurrent) -> list[Mark]:
    tags = list(current.tags)
    for action in found.actions:
        tags = [tag for tag in tags if tag not in action.payload.get("drop", ())] + list(action.payload.get("add", ()))
    assert CREATION_TAG in tags and "users-own-tag" in tags  # never ours to remove
    return marks_of(tags)


class TestWithoutDelivery:
    def test_first(self) -> None:
        found = plan(wanted(), state())
        assert found.texts == ["mint secret 'sso' valid 180 days"]
        assert found.actions[0].payload["end"] == "2027-05-21T12:00:00Z"

    def test_valid_one_is_enough(self) -> None:
        assert plan(wanted(), state(key(1))).actions == ()

    def test_foreign_one_is_not(self) -> None:
        assert kinds(plan(wanted(), state(key(1, name="portal")))) == ["mint"]
        assert kinds(plan(wanted(), state(key(1, name="tkc:other:0000000a")))) == ["mint"]

    @pytest.mark.parametrize(("age", "needed"), [(149, False), (150, True), (181, True)])
    def test_renewal(self, age: float, needed: bool) -> None:
        assert kinds(plan(wanted(), state(key(1, age)))) == (["mint"] if needed else [])

    def test_short_life_is_not_renewed_at_once(self) -> None:
        assert plan(wanted(), state(key(1, 5, life=20))).actions == ()
        assert kinds(plan(wanted(), state(key(1, 11, life=20)))) == ["mint"]

    def test_force(self) -> None:
        assert kinds(plan(wanted(force=True), state(key(1)))) == ["mint"]

    def test_marks_are_not_consulted(self) -> None:
        assert plan(wanted(), state(key(1), marks=[mark(1, "p")])).actions == ()


class TestIssue:
    def test_nothing_delivered(self) -> None:
        found = plan(wanted(DELIVERY), state(key(1)))
        assert kinds(found) == ["mint", "mark_pending"]
        assert found.facts["verdict"].status == "none"

    def test_delivered(self) -> None:
        found = plan(wanted(DELIVERY), state(key(1), marks=[mark(1)]))
        assert not found.actions and not found.facts["verdict"].needed
        assert found.facts["verdict"].key_id == key_id(1)

    @pytest.mark.parametrize(
        ("current", "reason"),
        [
            (state(key(1), marks=[mark(1, "p")]), "not known"),
            (state(key(1), key(2), marks=[mark(1), mark(2, "p")]), "not known"),
            (state(marks=[mark(1)]), "no longer exists"),
            (state(key(2), marks=[mark(1), mark(2, content=SUPERSEDED)]), "no longer exists"),
            (state(key(2), marks=[mark(2, content=SUPERSEDED)]), "no key is marked"),
            (state(key(1, 200), marks=[mark(1)]), "has expired"),
            (state(key(1, 160), marks=[mark(1)]), "expires in 20 days"),
            (state(key(1), marks=[mark(1, content="0123456789ab")]), "differ"),
            (state(key(1), marks=[Mark("workspace365", "0123456789ab", True, key_id(1), TARGET.content(APP))]), "no key is marked"),
        ],
    )
    def test_needed(self, current: SecretCurrent, reason: str) -> None:
        found = plan(wanted(DELIVERY), current)
        assert kinds(found) == ["mint", "mark_pending"]
        assert reason in found.facts["verdict"].reason

    def test_force(self) -> None:
        assert kinds(plan(wanted(DELIVERY, force=True), state(key(1), marks=[mark(1)]))) == ["mint", "mark_pending"]

    def test_marks_seen_now_are_told(self) -> None:
        found = plan(wanted(DELIVERY), state(key(1), key(2), marks=[mark(1), mark(2, "p")]))
        assert found.actions[-1].payload["known"] == [key_id(1), key_id(2)]

    def test_former_authority_is_kept_with_a_warning(self) -> None:
        moved = {**DELIVERY, "authority": "https://login.windows.net/contoso.nl", "former_authorities": [DELIVERY["authority"]]}
        found = plan(wanted(moved), state(key(1), marks=[mark(1)]))
        assert not found.actions
        assert len(found.warnings) == 1 and "contoso.nl" in found.warnings[0]

    def test_new_application(self) -> None:
        assert kinds(plan(wanted(DELIVERY), SecretCurrent.from_graph(None, now=NOW))) == ["mint", "mark_pending"]


class TestPolicy:
    def test_clamped_with_a_warning(self) -> None:
        found = plan(wanted(), state(policy=AppManagementPolicy(max_lifetime=dt.timedelta(days=90))))
        assert found.texts == ["mint secret 'sso' valid 90 days"]
        assert found.actions[0].payload["end"] == "2027-02-20T11:50:00Z"
        assert len(found.warnings) == 1

    def test_no_warning_when_nothing_is_made(self) -> None:
        assert plan(wanted(), state(key(1), policy=AppManagementPolicy(max_lifetime=dt.timedelta(days=90)))).warnings == ()

    def test_blocked(self) -> None:
        with pytest.raises(OptionError, match="forbids client secrets"):
            plan(wanted(), state(policy=AppManagementPolicy(addition_blocked=True)))
        assert plan(wanted(), state(key(1), policy=AppManagementPolicy(addition_blocked=True))).actions == ()


class TestPersonalAccounts:
    def test_free_slot(self) -> None:
        assert kinds(plan(wanted(), state(key(1, 170), personal=True))) == ["mint"]

    def test_room_is_made_first(self) -> None:
        current = state(key(1, 300), key(2, 160), marks=[mark(1, content=SUPERSEDED), mark(2)], personal=True)
        found = plan(wanted(DELIVERY), current)
        assert kinds(found) == ["remove_key", "mint", "mark_pending"]
        assert found.actions[0].payload["key_id"] == key_id(1)
        assert found.actions[2].payload["drop"] == [mark(1, content=SUPERSEDED).tag]

    def test_full(self) -> None:
        current = state(key(1, name="portal"), key(2, 160), marks=[mark(2)], personal=True)
        with pytest.raises(ConflictError) as caught:
            plan(wanted(DELIVERY), current)
        assert key_id(1) in caught.value.message and key_id(2) in caught.value.message


class TestConfirm:
    def confirm(self, current: SecretCurrent, number: int = 2) -> Plan:
        return plan(wanted({**DELIVERY, "delivered_key_id": key_id(number)}), current)

    def test_own_mark_becomes_the_only_one_that_vouches(self) -> None:
        current = state(key(1, 3), key(2), marks=[mark(1), mark(2, "p")])
        found = self.confirm(current)
        after = tags_after(found, current)
        assert kinds(found) == ["write_tags"]
        assert [item.key_id for item in after if vouches(item)] == [key_id(2)]
        assert {item.key_id for item in after} == {key_id(1), key_id(2)}  # the old key keeps a mark until it is retired
        again = state(*current.keys, marks=after)
        assert self.confirm(again).actions == ()
        assert plan(wanted(DELIVERY), again).actions == ()

    def test_older_pending_ones_are_settled(self) -> None:
        current = state(key(1, 3), key(2, 2), key(3, 1), marks=[mark(1), mark(2, "p"), mark(3, "p")])
        after = tags_after(self.confirm(current, 3), current)
        assert all(item.delivered for item in after) and len(after) == 3
        assert plan(wanted(DELIVERY), state(*current.keys, marks=after)).actions == ()

    def test_marks_of_vanished_keys_go(self) -> None:
        current = state(key(2), marks=[mark(1), mark(2, "p")])
        assert tags_after(self.confirm(current), current) == [mark(2)]

    def test_other_targets_are_left_alone(self) -> None:
        other = Mark("sink", "0123456789ab", False, key_id(1), "0123456789ab")
        current = state(key(1, 3), key(2), marks=[other, mark(2, "p")])
        assert other in tags_after(self.confirm(current), current)

    @pytest.mark.parametrize(
        ("marks", "why"),
        [
            ([mark(2, "p"), mark(3, "p")], "newer key"),
            ([mark(2, "p"), mark(3)], "newer key"),
            ([mark(2, content=SUPERSEDED), mark(3)], "newer key"),
            ([], "was removed"),
            ([mark(1)], "was removed"),
            ([mark(2, "p", SUPERSEDED)], "changed by another run"),
        ],
    )
    def test_doubt(self, marks: list[Mark], why: str) -> None:
        current = state(key(1, 5), key(2, 3), key(3, 1), marks=marks)
        found = self.confirm(current)
        assert kinds(found) == ["doubt"] and why in found.actions[0].payload["why"]
        after = tags_after(found, current)
        assert mark(2, "p") in after
        # The next run makes a new key, whichever of the two runs it follows.
        assert kinds(plan(wanted(DELIVERY), state(*current.keys, marks=after))) == ["mint", "mark_pending"]

    def test_the_other_run_hears_of_the_doubt(self) -> None:
        current = state(key(2, 3), key(3, 1), marks=[mark(2, "p"), mark(3, "p")])
        after = tags_after(self.confirm(current, 2), current)
        assert kinds(self.confirm(state(*current.keys, marks=after), 3)) == ["doubt"]

    def test_key_removed_by_somebody(self) -> None:
        current = state(key(1), marks=[mark(1), mark(2, "p")])
        found = self.confirm(current)
        assert kinds(found) == ["doubt"]
        assert kinds(plan(wanted(DELIVERY), state(key(1), marks=tags_after(found, current)))) == ["mint", "mark_pending"]

    def test_check_mode_of_a_key_to_come(self) -> None:
        found = plan(wanted({**DELIVERY, "delivered_key_id": PLACEHOLDER_ID}), state())
        assert found.texts == ["mark secret 'sso' as delivered to workspace365"]


def removed(found: Plan) -> set[str]:
    return {action.payload["key_id"] for action in found.actions if action.kind == "remove_key"}


class TestRetire:
    def retire(self, current: SecretCurrent, **options: t.Any) -> set[str]:
        return removed(plan(wanted(DELIVERY, state="retired", **options), current))

    def test_after_the_overlap(self) -> None:
        marks = [mark(1, content=SUPERSEDED), mark(2)]
        assert self.retire(state(key(1, 30), key(2, 6.9), marks=marks)) == set()
        assert self.retire(state(key(1, 30), key(2, 7), marks=marks)) == {key_id(1)}

    def test_mark_goes_with_its_key(self) -> None:
        current = state(key(1, 30), key(2, 8), marks=[mark(1, content=SUPERSEDED), mark(2)])
        assert tags_after(plan(wanted(DELIVERY, state="retired"), current), current) == [mark(2)]

    def test_orphan(self) -> None:
        marks = [mark(2)]
        assert self.retire(state(key(1, 1.5 / 24), key(2, 0.02), marks=marks)) == {key_id(1)}
        assert self.retire(state(key(1, 0.5 / 24), key(2, 0.01), marks=marks)) == set()

    def test_lost_marks_mean_unknown(self) -> None:
        assert self.retire(state(key(1, 100), key(2, 50))) == set()

    def test_old_key_of_another_target_stays(self) -> None:
        other = Mark("sink", "0123456789ab", True, key_id(1), "0123456789ab")
        assert self.retire(state(key(1, 100), key(2, 50), marks=[mark(1, content=SUPERSEDED), other, mark(2)])) == set()

    def test_without_delivery(self) -> None:
        desired = wanted(state="retired")
        assert removed(plan(desired, state(key(1, 100), key(2, 8)))) == {key_id(1)}
        assert removed(plan(desired, state(key(1, 100), key(2, 6)))) == set()
        assert removed(plan(desired, state(key(1, 1000)))) == set()

    def test_marks_without_keys(self) -> None:
        current = state(key(2), marks=[mark(1, content=SUPERSEDED), mark(3), mark(2)])
        found = plan(wanted(DELIVERY, state="retired"), current)
        assert kinds(found) == ["write_tags"] and set(tags_after(found, current)) == {mark(3), mark(2)}


class TestAbsent:
    def test_all_of_the_name(self) -> None:
        current = state(key(1), key(2, name="portal"), key(3, name="tkc:other:00000001"))
        assert removed(plan(wanted(state="absent"), current)) == {key_id(1)}

    @pytest.mark.parametrize("status", ["d", "p"])
    def test_delivered(self, status: str) -> None:
        current = state(key(1), marks=[mark(1, status)])
        with pytest.raises(ConflictError, match="nothing was removed"):
            plan(wanted(state="absent"), current)
        assert removed(plan(wanted(state="absent", force=True), current)) == {key_id(1)}

    def test_marks_of_the_target_go_with_the_last_secret(self) -> None:
        current = state(key(1), marks=[mark(1), mark(2)])
        found = plan(wanted(DELIVERY, state="absent", force=True), current)
        assert tags_after(found, current) == []

    def test_refused_by_the_product(self) -> None:
        current = state(key(1, 9), key(2), marks=[mark(1), mark(2, "p")])
        found = plan(wanted(DELIVERY, state="absent", key_id=key_id(2), never_sent=True), current)
        assert removed(found) == {key_id(2)} and tags_after(found, current) == [mark(1)]

    def test_killed_between_key_and_mark(self) -> None:
        current = state(key(1, 9), marks=[mark(1), mark(2, "p")])
        found = plan(wanted(DELIVERY, state="absent", key_id=key_id(2), never_sent=True), current)
        assert tags_after(found, current) == [mark(1)]

    def test_never_sent_contradicts_a_delivered_mark(self) -> None:
        with pytest.raises(ConflictError, match="stays"):
            plan(wanted(DELIVERY, state="absent", key_id=key_id(1), never_sent=True), state(key(1), marks=[mark(1)]))

    def test_foreign(self) -> None:
        for force in (False, True):
            with pytest.raises(ConflictError, match="never removed"):
                plan(wanted(state="absent", key_id=key_id(1), force=force), state(key(1, name="portal")))

    def test_forced_removal_of_the_delivered_one_is_found_by_the_next_run(self) -> None:
        current = state(key(1, 9), key(2), marks=[mark(1, content=SUPERSEDED), mark(2)])
        found = plan(wanted(DELIVERY, state="absent", key_id=key_id(2), force=True), current)
        assert removed(found) == {key_id(2)}
        assert plan(wanted(DELIVERY), state(key(1, 9), marks=tags_after(found, current))).facts["verdict"].needed

    def test_gone_already(self) -> None:
        assert plan(wanted(state="absent", key_id=key_id(9)), state(key(1))).actions == ()


@pytest.mark.parametrize("seed", range(20))
def test_rule_11_over_random_states(seed: int) -> None:
    """Whatever the state: what a product may hold, what is pending, young, newest or foreign is never retired."""
    chance = random.Random(seed)
    for _number in range(400):
        keys = [
            key(
                number,
                chance.choice([0.01, 0.03, 0.2, 1, 6, 8, 40, 170, 200]) + number / 100000,
                name=chance.choice(["tkc:sso:0000000a"] * 4 + ["portal", "tkc:x:0000000a"]),
            )
            for number in range(chance.randint(0, 6))
        ]
        targets = [("workspace365", TARGET.target)] + [("sink", "0123456789ab")] * chance.randint(0, 1)
        marks = [
            Mark(*chance.choice(targets), chance.random() < 0.7, key_id(chance.randint(0, 6)), chance.choice([SUPERSEDED, TARGET.content(APP)]))
            for _mark in range(chance.randint(0, 7))
        ]
        delivery = chance.choice([None, DELIVERY])
        personal = chance.random() < 0.5
        current = state(*sorted(keys, key=lambda item: item.start), marks=marks, personal=personal)
        try:
            gone = removed(plan(wanted(delivery, state=chance.choice(["retired", "retired", "present"])), current))
        except ConflictError:
            continue  # full slots
        for item in keys:
            if item.key_id not in gone:
                continue
            own = [entry for entry in marks if entry.key_id == item.key_id]
            assert is_managed(item, "sso")
            assert all(entry.delivered for entry in own)
            assert NOW - item.start > ORPHAN_AGE or own
            later = [other for other in keys if is_managed(other, "sso") and other.start > item.start and other.end > NOW and other.key_id not in gone]
            assert later
            for entry in own:
                assert any(
                    vouches(proof)
                    and (proof.connector, proof.target) == (entry.connector, entry.target)
                    and proof.key_id == other.key_id
                    and NOW - other.start >= dt.timedelta(days=7)
                    for proof in marks
                    for other in later
                )
            if not own and delivery:
                assert any(vouches(proof) and proof.key_id == other.key_id for proof in marks for other in later)


class TestOptions:
    @pytest.mark.parametrize(
        "options",
        [
            {"name": "with space"},
            {"name": "a:b"},
            {"name": "x" * 61},
            {"renew_before_days": 180},
            {"validity_days": 0},
            {"validity_days": 36501},
            {"validity_days": 10_000_000},
            {"overlap_days": 10_000_000},
            {"overlap_days": -1},
            {"key_id": key_id(1)},
            {"state": "absent", "never_sent": True},
            {"delivery": {**DELIVERY, "connector": "Work-space"}},
            {"delivery": DELIVERY, "prove": False},
        ],
    )
    def test_refused(self, options: dict[str, t.Any]) -> None:
        with pytest.raises(OptionError):
            SecretDesired.from_options({"name": "sso", **options})

    @pytest.mark.parametrize("option", ["validity_days", "renew_before_days", "overlap_days"])
    def test_a_number_of_days_that_no_calendar_has_is_named(self, option: str) -> None:
        with pytest.raises(OptionError) as caught:
            SecretDesired.from_options({"name": "sso", option: 10_000_000})
        assert caught.value.sentence().startswith(f"'{option}' is 10000000 and has to be from ")

    def test_a_hundred_years_are_on_the_calendar(self) -> None:
        longest = SecretDesired.from_options({"name": "sso", "validity_days": 36500, "overlap_days": 36500})
        assert NOW + longest.overlap > NOW

    def test_attempts_differ_and_are_managed(self) -> None:
        first, second = attempt_name("sso"), attempt_name("sso")
        assert first != second and is_managed(key(1, name=first), "sso")
        assert len(attempt_name("x" * 60)) <= 90

    def test_seven_decimals(self) -> None:
        assert parse_time("2019-09-09T19:50:29.3086381Z") == dt.datetime(2019, 9, 9, 19, 50, 29, 308638, tzinfo=dt.UTC)


@pytest.mark.parametrize("name", ["", "Payroll", "pay-roll", "pay roll", "zahlé", "tkc:x"])
def test_a_connector_whose_marks_would_not_be_recognised_is_refused(name: str) -> None:
    """Its own mark would be a lost one in the next run."""
    with pytest.raises(OptionError, match="'delivery.connector' is .* lower case letters from a to z"):
        Delivery(name, "https://product.example")
    key_id = "0c9f1d2e-3a4b-4c5d-8e6f-708192a3b4c5"
    mark = Delivery("pay_roll2", "https://product.example").mark(key_id, "app", delivered=True)
    assert marks_of([mark.tag]) == [mark]


class TestUndecided:
    """A receiver that never says whether it took a key."""

    HOUR = 1 / 24

    def current(self, age: float) -> SecretCurrent:
        return state(*(key(number, age + number * self.HOUR) for number in (1, 2, 3)), marks=[mark(1, "p"), mark(2, "p", SUPERSEDED), mark(3, "p")])

    def test_a_fourth_one_is_made_a_day_later(self) -> None:
        with pytest.raises(ConflictError) as caught:
            plan(wanted(DELIVERY, force=True), self.current(0))
        assert caught.value.code == "undecided_deliveries" and caught.value.outcome == "refused"
        assert "3 secrets" in caught.value.message and "2026-11-22T11:00:00Z" in caught.value.message and key_id(1) in caught.value.message
        assert "after 2026-11-23T11:00:00Z" in str(caught.value.advice)
        assert kinds(plan(wanted(DELIVERY), self.current(1))) == ["mint", "mark_pending"]
        assert kinds(plan(wanted(), self.current(0))) == []

    def test_a_run_without_an_answer_says_so(self) -> None:
        current = state(key(1), key(2, 0), marks=[mark(1), mark(2, "p")])
        found = plan(wanted({**DELIVERY, "undecided_key_id": key_id(2).upper()}), current)
        assert found.texts == [f"mark key {key_id(2)} as undecided for workspace365"]
        assert tags_after(found, current) == [mark(1), mark(2, "p", SUPERSEDED)]

    @pytest.mark.parametrize("there", [[], [mark(2)], [mark(2, "p", SUPERSEDED)], [mark(2, "p", "0123456789ab")]])
    def test_only_of_its_own_mark(self, there: list[Mark]) -> None:
        assert plan(wanted({**DELIVERY, "undecided_key_id": key_id(2)}), state(key(2, 0), marks=there)).actions == ()
