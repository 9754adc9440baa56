# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which registration a recovery of Workspace 365 works with, and what it says at its end."""

from __future__ import annotations

import collections
import dataclasses
import random
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.credential import HandedOnError
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.recovery import (
    locked_out,
    registration,
    report,
    search,
    usable,
)

CALLBACK = "https://portal.workspace365.net/contoso/OAuth2/HandleAuthorityResponse"
CONNECTION = {
    "host": "contoso",
    "tenant": "contoso.com",
    "instance": "https://portal.workspace365.net",
    "environment": "contoso",
    "callback": CALLBACK,
    "client_id": None,
    "unique_name": "tenantkit.workspace365.contoso",
}
BY_HAND = {"app_id": "app-1", "display_name": "W365", "created_here": False, "unique_name": None, "redirect_uris": {"web": [CALLBACK], "spa": []}}
EMERGENCY = (
    "Until users can sign in again, the emergency access of Workspace 365 lets an active administrator of the environment in who has a mailbox: "
    "https://portal.workspace365.net/contoso/AdminPage/RequestEmergencyAdminAccess sends a temporary password that is valid for 15 minutes. That mail may not "
    "arrive; then the vendor's support lets an administrator in."
)
ENTRA = {"status": "connected", "secret": {"key_id": "key", "end_date_time": "2027-05-28T15:10:00Z"}, "changed": True}
CARRY = {"workspace365_client_id": "app-1", "workspace365_adopt": True}
ADVICE = " Name the one that Workspace 365 signs in with in 'workspace365_client_id'; it stands in the address of the sign-in page as client_id."


def test_what_does_not_fit_together_is_said_first() -> None:
    assert usable({"connection": {**CONNECTION, "problems": []}}) == {}
    with pytest.raises(OptionError, match=r"^One\. Two\.$") as caught:
        usable({"connection": {**CONNECTION, "problems": ["One.", "Two."]}})
    assert (caught.value.code, caught.value.tenant) == ("variables", "contoso.com")


def page_of(client_id: str | None, seen: str = "it answers 500") -> dict[str, t.Any]:
    """The look at the sign-in page."""
    return {"sso": {"page": {"client_id": client_id, "tenant": None, "seen": seen}}}


@pytest.mark.parametrize(
    ("named", "page", "found"),
    [
        (None, page_of("app-1"), {"first": {"app_id": "app-1"}, "otherwise": {"redirect_uri": CALLBACK}}),
        (None, page_of(None), {"first": {"redirect_uri": CALLBACK}, "otherwise": {}}),
        (None, {"sso": {"page": None}}, {"first": {"redirect_uri": CALLBACK}, "otherwise": {}}),
        (None, {"skipped": True}, {"first": {"redirect_uri": CALLBACK}, "otherwise": {}}),
        (None, None, {"first": {"redirect_uri": CALLBACK}, "otherwise": {}}),
        ("app-9", page_of("app-1"), {"first": {"app_id": "app-9"}, "otherwise": {}}),  # the operator's word counts alone
    ],
)
def test_what_it_is_looked_for_by(named: str | None, page: dict[str, t.Any] | None, found: dict[str, t.Any]) -> None:
    assert search({"connection": {**CONNECTION, "client_id": named}, "page": page}) == found


def test_the_only_one_is_gone_on_with() -> None:
    wanted = {
        "connector": "workspace365",
        "problems": [],
        "people_sign_in": True,
        "enable": False,
        "unique_variables": [["workspace365_instance_url"]],
        "secret": {"name": "workspace365"},
        "delivery": {"instance": "https://portal contoso"},
    }
    left_alone = {"permissions": [{"resource": "Microsoft Graph"}], "consent": {"on_forbidden": "fail"}, "find_other_registrations": True, "state": "present"}
    sinks = [{"type": "vault_file", "vault_id": "connectors"}]
    given = {**CONNECTION, **wanted, **left_alone, "sinks": sinks, "host": "contoso", "force": False, "consent_wanted": True}
    found = registration({"connection": given, "page": page_of("app-1"), "apps": [BY_HAND], "others": {"skipped": True, "apps": ["of an earlier use"]}})
    assert found["registration"] == BY_HAND
    look, role = found["connection"]["look"], found["connection"]["look"].pop("role")
    for name in ("problems", "enable"):
        wanted.pop(name)
    assert look == {**wanted, "app": {"app_id": "app-1", "adopt": True}, "consent": {"mode": "report"}, "force": True}
    assert (role["sinks"], role["consent_wanted"], role["has_product"]) == (sinks, False, True)


UNREAD = "The sign-in page of Workspace 365 does not tell which application is meant: it answers 500."
STRANGER = "The sign-in page of Workspace 365 names the client id app-7, which no application of contoso.com has."
NONE = f"No application of contoso.com has the redirect URI {CALLBACK}."
SEVERAL = f"Several applications of contoso.com have the redirect URI {CALLBACK}: 'W365' (app-1), 'W365' (app-2)."


@pytest.mark.parametrize(
    ("apps", "client_id", "shown", "sentence"),
    [
        ([], None, None, f"{UNREAD} {NONE}"),
        ([], None, "app-7", f"{STRANGER} {NONE}"),
        ([], "app-9", "app-7", "No application of contoso.com has the app id app-9."),
        ([BY_HAND, {**BY_HAND, "app_id": "app-2"}], None, None, f"{UNREAD} {SEVERAL}"),
        ([BY_HAND, {**BY_HAND, "app_id": "app-2"}], None, "app-7", f"{STRANGER} {SEVERAL}"),
    ],
)
def test_it_is_never_guessed(apps: list[dict[str, t.Any]], client_id: str | None, shown: str | None, sentence: str) -> None:
    given = {"connection": {**CONNECTION, "client_id": client_id}, "page": page_of(shown)}
    second = {"apps": [], "others": {"apps": apps}} if shown and client_id is None else {"apps": apps, "others": {"skipped": True}}
    with pytest.raises(OptionError) as caught:
        registration({**given, **second})
    assert caught.value.sentence() == sentence + ADVICE
    assert (caught.value.code, caught.value.tenant) == ("registration_unclear", "contoso.com")
    assert caught.value.details == {"app_ids": [app["app_id"] for app in apps]}


LOCK_OUTS, MOST = 200, 5


@dataclasses.dataclass
class LockOut:
    """A tenant with some registrations that could be the one, and what the sign-in page and the operator say."""

    apps: list[dict[str, t.Any]]
    shown: str | None  # the client id that the sign-in page names
    named: str | None  # the client id that the operator names

    @classmethod
    def of(cls, seed: int) -> LockOut:
        dice = random.Random(seed)
        uris = ([CALLBACK], [CALLBACK.replace("contoso", "fabrikam")], [], [CALLBACK.replace("https", "HTTPS")])
        apps = [{**BY_HAND, "app_id": f"app-{number}", "redirect_uris": {"web": dice.choice(uris)}} for number in range(dice.randint(0, MOST))]
        ids = [app["app_id"] for app in apps]
        shown = dice.choice([None, "stranger", *ids, *ids])
        return cls(apps, shown, dice.choice([None, None, None, "nowhere", *ids]))

    def directory(self, options: t.Mapping[str, str]) -> list[dict[str, t.Any]]:
        """What C(entra_app_info) finds."""
        (name, value) = next(iter(options.items()))
        if name == "app_id":
            return [app for app in self.apps if app["app_id"] == value]
        return [app for app in self.apps if value.lower() in {uri.lower() for uri in app["redirect_uris"]["web"]}]

    def recover(self) -> str | None:
        """The client id that the recovery goes on with, None where it stops."""
        given = {"connection": {**ROLE_MADE, "client_id": self.named}, "page": page_of(self.shown)}
        how = search(given)
        apps = self.directory(how["first"])
        others = {"apps": self.directory(how["otherwise"])} if how["otherwise"] and not apps else {"skipped": True}
        try:
            found = registration({**given, "apps": apps, "others": others})
        except OptionError:
            return None
        assert found["connection"]["app"] == {"app_id": found["registration"]["app_id"], "adopt": True}
        return str(found["registration"]["app_id"])

    @property
    def right(self) -> str | None:
        """The registration that is meant beyond doubt: the operator's, else that of the page, else the only one that people come back to."""
        ids = {app["app_id"] for app in self.apps}
        if self.named is not None:
            return self.named if self.named in ids else None
        if self.shown in ids:
            return self.shown
        back = [app["app_id"] for app in self.apps if any(uri.endswith(CALLBACK[5:]) for uri in app["redirect_uris"]["web"])]
        return back[0] if len(back) == 1 else None


ROLE_MADE = {
    **CONNECTION,
    "connector": "workspace365",
    "problems": [],
    "people_sign_in": True,
    "enable": False,
    "unique_variables": [],
    "secret": {},
    "delivery": {},
    "sinks": [],
}


def test_a_recovery_never_takes_a_wrong_registration() -> None:
    """Generated lock-outs, from no registration to five: it goes on with the right one or stops."""
    cases = [LockOut.of(seed) for seed in range(LOCK_OUTS)]
    assert [case for case in cases if case.recover() != case.right] == []
    # The cases are of every kind, or nothing would have been tried.
    assert {len(case.apps) for case in cases} == set(range(MOST + 1))
    ends = [(case.named is not None, case.shown in {app["app_id"] for app in case.apps}, case.right is not None) for case in cases]
    assert min(collections.Counter(ends).values()) >= 5 and {end[2] for end in ends if end[:2] == (False, True)} == {True}


def test_a_failure_says_how_an_administrator_gets_in() -> None:
    failure = {"code": "http_403", "outcome": "refused"}
    with pytest.raises(HandedOnError) as caught:
        locked_out({"connection": CONNECTION, "failure": failure, "msg": " Could not set it. "})
    assert caught.value.sentence() == f"Could not set it. {EMERGENCY}" and caught.value.as_failure() == failure
    with pytest.raises(HandedOnError) as caught:
        locked_out({"connection": {**CONNECTION, "environment": "a b"}, "failure": None, "msg": "", "task": "Look"})
    assert caught.value.sentence().startswith("The task failed without a message: Look. Until users") and "/a%20b/AdminPage/" in caught.value.sentence()


def ask(
    app: t.Mapping[str, t.Any],
    *,
    shown: str | None = "app-1",
    planned: bool = False,
    would_create: bool = False,
    check_mode: bool = False,
    activated: bool = False,
    entra: t.Mapping[str, t.Any] | None = None,
) -> dict[str, t.Any]:
    """The result of a recovery."""
    entra = ENTRA if entra is None else entra
    steps = {"service_principal": {"actions": ["something"] if planned else []}, "app": {"actions": ["something"] if activated else []}}
    look = {"steps": steps, "service_principal": {"would_create": would_create}}
    given = {"connection": CONNECTION, "page": page_of(shown), "registration": app, "look": look, "entra": entra, "check_mode": check_mode}
    return t.cast("dict[str, t.Any]", report(given)["result"])


def renewal(ends: str = "ends") -> str:
    """The sentence about a registration that the inventory has to name."""
    return (
        f"The new client secret of 'W365' (app-1) {ends} on 2027-05-28. The inventory has to carry 'workspace365_client_id: app-1' and "
        "'workspace365_adopt: true' for contoso from now on: without them the ordinary run stops or works with another application, and nothing renews this "
        "secret."
    )


MADE = "'W365' (app-1) had no enterprise application in contoso.com, and users cannot sign in without one: it {} created."
ON = "The enterprise application of 'W365' (app-1) in contoso.com was disabled, so that users could not sign in: it {} enabled, as workspace365_enable says."
ACTIVE = "The app registration 'W365' (app-1) in contoso.com was deactivated, so that users could not sign in: it {} activated, as workspace365_enable says."


@pytest.mark.parametrize(
    ("planned", "would_create", "check_mode", "repair", "notes"),
    [
        (False, False, False, "unchanged", []),
        (False, True, False, "unchanged", []),
        (False, False, True, "unchanged", []),
        (True, True, False, "created", [MADE.format("was")]),
        (True, True, True, "created", [MADE.format("would be")]),
        (True, False, False, "enabled", [ON.format("was")]),
        (True, False, True, "enabled", [ON.format("would be")]),
    ],
)
def test_what_became_of_the_enterprise_application(planned: bool, would_create: bool, check_mode: bool, repair: str, notes: list[str]) -> None:
    found = ask(BY_HAND, planned=planned, would_create=would_create, check_mode=check_mode)
    said = [*notes, renewal("would end" if check_mode else "ends")]
    assert found == {**ENTRA, "enterprise_application": repair, "inventory": CARRY, "notes": said, "to_do": said[-1:]}


@pytest.mark.parametrize(("check_mode", "done"), [(False, "was"), (True, "would be")])
def test_an_app_registration_that_was_activated(check_mode: bool, done: str) -> None:
    found = ask(BY_HAND, activated=True, check_mode=check_mode)
    assert (found["enterprise_application"], found["notes"][0]) == ("activated", ACTIVE.format(done))
    assert ask(BY_HAND, activated=True, planned=True)["enterprise_application"] == "enabled"


OTHER_BEFORE = "The sign-in page of Workspace 365 named the client id app-7 before, and the secret is one of 'W365' (app-1)."
NO_WAY_BACK = f"'W365' (app-1) has no redirect URI {CALLBACK}, and Entra refuses every sign-in without it: add it, or let the ordinary run do that."


@pytest.mark.parametrize(
    ("shown", "uris", "notes"),
    [
        ("app-1", {"web": [CALLBACK]}, []),
        ("app-1", {"spa": [CALLBACK.replace("portal", "PORTAL")]}, []),
        (None, {"web": [CALLBACK]}, []),
        ("app-7", {"web": [CALLBACK]}, [OTHER_BEFORE]),
        ("app-1", {"web": [CALLBACK.replace("contoso", "Contoso")], "spa": []}, [NO_WAY_BACK]),
        ("app-7", {}, [OTHER_BEFORE, NO_WAY_BACK]),
    ],
)
def test_what_is_odd_about_the_registration(shown: str | None, uris: dict[str, list[str]], notes: list[str]) -> None:
    assert ask({**BY_HAND, "redirect_uris": uris}, shown=shown)["notes"] == [*notes, renewal()]


@pytest.mark.parametrize(("status", "notes"), [("verified", []), ("unverified", ["It shows another client."])])
def test_where_the_sign_in_page_led_afterwards(status: str, notes: list[str]) -> None:
    found = ask(BY_HAND, entra={**ENTRA, "sign_in": status, "sign_in_reason": "It shows another client."})
    assert found["notes"] == [*notes, renewal()] and found["sign_in"] == status


OFFERED = {"sentence": "It is deactivated.", "who": "an owner; or this collection with workspace365_enable: true."}
BY_MICROSOFT = {"sentence": "Microsoft did it.", "who": "only Microsoft."}


@pytest.mark.parametrize(
    ("blocker", "command"),
    [
        (
            OFFERED,
            [
                "When it is no security measure: ansible-playbook tenantkit.connectors.workspace365_recover -i INVENTORY --limit contoso "
                "-e workspace365_enable=true"
            ],
        ),
        (BY_MICROSOFT, []),
    ],
)
def test_blocked(blocker: dict[str, str], command: list[str]) -> None:
    """A new secret would help no user, so there is none, and no end of one to name."""
    entra = {"status": "blocked", "secret": {}, "changed": False, "blockers": [blocker]}
    found = ask(BY_HAND, entra=entra)
    said = f"{blocker['sentence']} Who can take it back: {blocker['who']}"
    notes = [said, "No client secret was made: with a new one no user could sign in either.", *command, EMERGENCY]
    assert found == {**entra, "enterprise_application": "unchanged", "inventory": CARRY, "notes": notes, "to_do": notes}
    assert ask(BY_HAND, entra={**ENTRA, "status": "blocked", "blockers": [blocker]})["notes"][0] == said, "a secret was made all the same"


@pytest.mark.parametrize(
    ("created_here", "unique_name", "inventory"),
    [
        (True, "tenantkit.workspace365.contoso", {}),
        (True, "tenantkit.workspace365.other", CARRY),
        (True, None, CARRY),
        (False, "tenantkit.workspace365.contoso", CARRY),
    ],
)
def test_what_the_inventory_has_to_carry(created_here: bool, unique_name: str | None, inventory: dict[str, t.Any]) -> None:
    """Nothing for what the ordinary run finds by itself."""
    found = ask({**BY_HAND, "created_here": created_here, "unique_name": unique_name})
    assert found["inventory"] == inventory
    own = "The new client secret of 'W365' (app-1) ends on 2027-05-28. The ordinary runs renew it."
    assert (found["notes"], found["to_do"]) == ([renewal() if inventory else own], [renewal()] if inventory else [])
