# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When an application replaces its own certificate, and which of the former ones it removes."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._certificates import LoadedCertificate
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.own_certificate import OwnCurrent, OwnDesired, plan_own_certificate, report
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError

NOW = dt.datetime(2026, 11, 30, 12, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)
DESIRED = OwnDesired("/etc/two.pem")
PATHS = ("/etc/one.pem", "/etc/two.pem")
ONE, TWO, OLD = (digit * 40 for digit in "123")


def made(thumbprint: str, begin: float, end: float) -> LoadedCertificate:
    return LoadedCertificate(b"", thumbprint, "", "CN=automation", NOW + begin * DAY, NOW + end * DAY, 2048, "file x", private_key=object())


def entry(thumbprint: str, begin: float, end: float = 100, name: str = "automation", key_id: str | None = None) -> dict[str, t.Any]:
    begins, ends = ((NOW + days * DAY).isoformat() for days in (begin, end))
    shown = f"tkc:{name}:{thumbprint[:8]}" if name else "CN=portal"
    return {"keyId": key_id or thumbprint[:4], "customKeyIdentifier": thumbprint, "displayName": shown, "startDateTime": begins, "endDateTime": ends}


DUE, FRESH, NEXT = made(ONE, -170, 10), made(ONE, -20, 160), made(TWO, 0, 180)


def planned(current: OwnCurrent, desired: OwnDesired = DESIRED) -> Plan:
    return plan_own_certificate(desired, current, NOW)


@pytest.mark.parametrize(
    ("current", "desired", "kinds"),
    [
        pytest.param(OwnCurrent("x", FRESH), DESIRED, [], id="not due"),
        pytest.param(OwnCurrent("x", FRESH), OwnDesired("p", force=True), ["make", "add"], id="forced"),
        pytest.param(OwnCurrent("x", DUE), DESIRED, ["make", "add"], id="due"),
        pytest.param(OwnCurrent("x", made(ONE, -10, 30)), OwnDesired("p", renew_before_days=29), [], id="a day early"),
        pytest.param(OwnCurrent("x", made(ONE, -10, 15)), DESIRED, [], id="in the first half of its life"),
        pytest.param(OwnCurrent("x", DUE, NEXT), DESIRED, ["add"], id="made by a run that ended"),
        pytest.param(OwnCurrent("x", FRESH, NEXT), DESIRED, ["add"], id="made by a run that ended, and not due"),
        pytest.param(OwnCurrent("x", DUE, NEXT, accepted=True), DESIRED, [], id="added already"),
        pytest.param(OwnCurrent("x", DUE, NEXT, accepted=True), OwnDesired("p", force=True), [], id="forced, and added already"),
        pytest.param(OwnCurrent("x", FRESH, FRESH), DESIRED, [], id="switched"),
    ],
)
def test_what_follows(current: OwnCurrent, desired: OwnDesired, kinds: list[str]) -> None:
    plan = planned(current, desired)
    assert [action.kind for action in plan.actions] == kinds
    assert plan.facts["renews"] == ("add" in kinds) and bool(plan.after) == bool(kinds)


@pytest.mark.parametrize(
    ("present", "following", "words"),
    [
        (DUE, DUE, "is to be replaced before it ends on 2026-12-10"),
        (DUE, made(TWO, -171, 200), "is older than the certificate that this task signs in with"),
        (DUE, made(TWO, -100, 5), "would have to be replaced at once"),
        (FRESH, made(TWO, -10, -1), "would have to be replaced at once"),
    ],
)
def test_what_cannot_follow(present: LoadedCertificate, following: LoadedCertificate, words: str) -> None:
    with pytest.raises(OptionError, match=words) as caught:
        planned(OwnCurrent("x", present, following))
    assert "does not exist yet" in caught.value.sentence()


USED, BEFORE = entry(ONE, -8), entry(OLD, -180)


@pytest.mark.parametrize(
    ("entries", "tags", "removed"),
    [
        pytest.param((USED, BEFORE), (), ["3333"], id="after the overlap"),
        pytest.param((entry(ONE, -7), BEFORE), (), ["3333"], id="at its end"),
        pytest.param((entry(ONE, -6.9), BEFORE), (), [], id="within it"),
        pytest.param((USED, entry(OLD, -180, -1)), (), ["3333"], id="one that is over"),
        pytest.param((USED, entry(OLD, -180, name="nightly")), (), [], id="of another name"),
        pytest.param((USED, entry(OLD, -180, name="")), (), [], id="of others"),
        pytest.param((USED, entry(OLD, -5)), (), [], id="a later one"),
        pytest.param((USED, entry(OLD, -8)), (), [], id="of the same moment"),
        pytest.param((USED, entry(TWO, -9)), (), [], id="the following one"),
        pytest.param((USED,), (), [], id="the only one"),
        pytest.param((BEFORE,), (), [], id="the present one is not among them"),
        pytest.param((entry(ONE, -8, -1), BEFORE), (), [], id="the present one is over by its entry"),
        pytest.param((USED, entry(ONE, -50, key_id="again"), BEFORE), (), ["again", "3333"], id="the present one twice"),
        pytest.param(None, (), [], id="may not be read"),
    ],
)
def test_which_former_ones_go(entries: tuple[dict[str, t.Any], ...] | None, tags: tuple[str, ...], removed: list[str]) -> None:
    plan = planned(OwnCurrent("x", FRESH, NEXT, accepted=True, entries=entries, tags=tags))
    assert plan.facts["removed"] == removed == [action.payload["key_id"] for action in plan.actions]


def test_what_a_connector_delivered_stays() -> None:
    key_id = "5d1f0d2b-63b6-4b1c-8f4a-1f0a4f1b9e33"
    tag = f"tkc:sink:{'a' * 12}:d:{key_id}:{'b' * 12}"
    assert planned(OwnCurrent("x", FRESH, entries=(USED, entry(OLD, -180, key_id=key_id)), tags=(tag,))).facts["removed"] == []
    assert planned(OwnCurrent("x", FRESH, entries=(USED, entry(OLD, -180, key_id=key_id)))).facts["removed"] == [key_id]


@pytest.mark.parametrize(
    ("current", "applied", "state", "use", "words"),
    [
        (OwnCurrent("application 'F'", FRESH), False, "current", 0, "Application 'F' signs in with /etc/one.pem, which is valid until 2027-05-09."),
        (OwnCurrent("application 'F'", FRESH, FRESH, entries=(USED,)), False, "current", 0, "valid until 2027-05-09."),
        (OwnCurrent("application 'F'", DUE), False, "would_renew", 0, "A run would add a certificate to application 'F', with its key in /etc/two.pem."),
        (OwnCurrent("application 'F'", DUE, NEXT), True, "renewed", 1, "sign in with /etc/two.pem from now on, in place of /etc/one.pem"),
        (OwnCurrent("application 'F'", DUE, NEXT, accepted=True), False, "follows", 1, "is accepted: sign in with it from now on"),
    ],
)
def test_what_is_said(current: OwnCurrent, applied: bool, state: str, use: int, words: str) -> None:
    found = report(current, planned(current), applied, PATHS, NOW)
    assert (found["state"], found["use"]) == (state, PATHS[use]) and words in found["message"]
    assert found["thumbprint"] == (TWO if use else ONE)
    assert ("Former certificates stay: not assessed" in found["message"]) == (current.entries is None)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"object_id": "payroll"}, "invalid_id"),
        ({"name": "a name"}, "invalid_name"),
        ({"validity_days": 0}, "invalid_days"),
        ({"validity_days": 30, "renew_before_days": 30}, "invalid_days"),
    ],
)
def test_options(options: dict[str, t.Any], code: str) -> None:
    assert OwnDesired.from_options({"path": "x", "object_id": None, "force": False}) == OwnDesired("x")
    with pytest.raises(OptionError) as caught:
        OwnDesired.from_options({"path": "x", **options})
    assert caught.value.code == code
