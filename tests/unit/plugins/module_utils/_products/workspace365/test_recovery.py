# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which registration a recovery of Workspace 365 works with, and what it says at its end."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workspace365.recovery import registration, report, usable

CALLBACK = "https://portal.workspace365.net/contoso/OAuth2/HandleAuthorityResponse"
CONNECTION = {"host": "contoso", "tenant": "contoso.com", "callback": CALLBACK, "client_id": None, "unique_name": "tenantkit.workspace365.contoso"}
BY_HAND = {"app_id": "app-1", "display_name": "W365", "created_here": False, "unique_name": None}
ENTRA = {"status": "connected", "secret": {"key_id": "key", "end_date_time": "2027-05-28T15:10:00Z"}, "changed": True}
CARRY = {"workspace365_client_id": "app-1", "workspace365_adopt": True}
ADVICE = " Name the one that Workspace 365 signs in with in 'workspace365_client_id'; it stands in the address of the sign-in page as client_id."


def test_what_does_not_fit_together_is_said_first() -> None:
    assert usable({"connection": {**CONNECTION, "problems": []}}) == {}
    with pytest.raises(OptionError, match=r"^One\. Two\.$") as caught:
        usable({"connection": {**CONNECTION, "problems": ["One.", "Two."]}})
    assert (caught.value.code, caught.value.tenant) == ("variables", "contoso.com")


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
    found = registration({"connection": given, "apps": [BY_HAND]})
    assert found["registration"] == BY_HAND
    look, role = found["connection"]["look"], found["connection"]["look"].pop("role")
    for name in ("problems", "enable"):
        wanted.pop(name)
    assert look == {**wanted, "app": {"app_id": "app-1", "adopt": True}, "consent": {"mode": "report"}, "force": True}
    assert (role["sinks"], role["consent_wanted"], role["has_product"]) == (sinks, False, True)


@pytest.mark.parametrize(
    ("apps", "client_id", "sentence"),
    [
        ([], None, f"No application of contoso.com has the redirect URI {CALLBACK}."),
        ([], "app-9", "No application of contoso.com has the app id app-9."),
        (
            [BY_HAND, {**BY_HAND, "app_id": "app-2"}],
            None,
            f"Several applications of contoso.com have the redirect URI {CALLBACK}: 'W365' (app-1), 'W365' (app-2).",
        ),
    ],
)
def test_it_is_never_guessed(apps: list[dict[str, t.Any]], client_id: str | None, sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        registration({"connection": {**CONNECTION, "client_id": client_id}, "apps": apps})
    assert caught.value.sentence() == sentence + ADVICE
    assert (caught.value.code, caught.value.tenant) == ("registration_unclear", "contoso.com")
    assert caught.value.details == {"app_ids": [app["app_id"] for app in apps]}


def ask(
    app: t.Mapping[str, t.Any],
    *,
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
    given = {"connection": CONNECTION, "registration": app, "look": look, "entra": entra, "check_mode": check_mode}
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
    notes = [said, "No client secret was made: with a new one no user could sign in either.", *command]
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
