# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a run of the role workato ends. The inputs are those of recorded runs, cut down to what is read."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.report import place_of_secret, report, type_in_before

Parts = dict[str, t.Any]
ROOT = "https://app.eu.workato.com"
REDIRECT = f"{ROOT}/oauth/callback"
SIGN_IN = "ready_for_authorization"
PARTNER, OTHER = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10", "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
CONNECTION: Parts = {
    "state": "present",
    "has_token": True,
    "personal": False,
    "root": ROOT,
    "redirect_uri": REDIRECT,
    "connection_name": "Entra ID - contoso",
    "external_id": "tenantkit-entra-contoso",
    "unique_name": "tenantkit.workato.contoso",
    "wait_for_authorization": False,
    "partner_tenants": [],
    "permissions": [{"resource": "Microsoft Graph", "delegated": ["User.Read"]}],
    "accept_privileged": ["delegated:User.Read"],
    "secret": {"name": "workato", "overlap_days": 7},
}
ENTRA: Parts = {
    "status": "connected",
    "changed": True,
    "tenant": {"tenant_id": "the tenant's id", "display_name": "Contoso"},
    "app": {"app_id": "app-1", "would_create": False},
    "secret": {"end_date_time": "2027-05-28T15:10:00Z", "managed": []},
    "sinks": [],
}
STEPS = ["Turn on the second factor.", "Reconnect.", "Sign in with it.", "Test."]
OURS: Parts = {
    "id": 36,
    "ours": True,
    "would_adopt": False,
    "adopted": False,
    "authorization_required": False,
    "reconnect_required": False,
    "reconnect_steps": [],
    "authorization_url": None,
    "differences": [],
}
NONE: Parts = {**OURS, "id": None, "ours": False}  # there is none
THEIRS: Parts = {**OURS, "ours": False, "would_adopt": True}  # somebody else's, which would be adopted
NEW: Parts = {**OURS, "authorization_required": True, "authorization_url": f"{ROOT}/connections/36"}
LOST: Parts = {**OURS, "reconnect_required": True, "reconnect_steps": STEPS, "authorization_url": f"{ROOT}/connections/36"}
RENAMED: Parts = {**OURS, "differences": ["name"]}
LINK = f"Contoso: sign in with the service account at {ROOT}/connections/36"
AGAIN = "Contoso: the connection has to be connected again. What the vendor says to do: "
AGAIN += "(1) Turn on the second factor. (2) Reconnect. (3) Sign in with it. (4) Test."
PAGE = f"Contoso: sign in with the service account at {ROOT}"
SKIPPED = {"skipped": True, "changed": False}


def ask(
    seen: Parts | t.Literal["ours"] | None = "ours",
    *,
    entra: Parts | None = None,
    check: bool = False,
    corrected: Parts | None = None,
    urls: list[Parts] | None = None,
    **more: t.Any,
) -> Parts:
    """The answer to a run; ``more`` are members of the connection."""
    given: Parts = {"connection": {**CONNECTION, **more}, "entra": {**ENTRA, **(entra or {})}, "check_mode": check}
    given["seen"] = SKIPPED if seen is None else {"changed": False, "connection": OURS if seen == "ours" else seen}
    if corrected is not None or urls is not None:
        given["corrected"] = {"connection": corrected} if corrected else SKIPPED
        given["partner_step"] = SKIPPED if urls is None else {"consent": {"partner_urls": urls}}
    return report(given)


def test_the_whole_of_a_connected_host() -> None:
    assert ask() == {
        "open": False,
        "remove": False,
        "correct": False,
        "partners": {},
        "result": {
            **ENTRA,
            "status": "connected",
            "connection": OURS,
            "partner_consent_urls": {},
            "enter_by_hand": {
                "client_id": "app-1",
                "tenant": "the tenant's id",
                "redirect_uri": REDIRECT,
                "client_secret": "in ",
                "client_secret_end": "2027-05-28T15:10:00Z",
            },
            "notes": [],
            "to_do": [],
        },
    }


# What Workato showed, the status in Entra: the status of the role.
@pytest.mark.parametrize(
    ("seen", "entra", "status", "notes"),
    [
        (OURS, "connected", "connected", []),
        (NEW, "connected", SIGN_IN, [LINK]),
        (LOST, "connected", SIGN_IN, [LINK, AGAIN]),
        (NONE, "connected", SIGN_IN, [PAGE]),
        (THEIRS, "connected", SIGN_IN, [PAGE]),
        ({**NEW, "authorization_url": None}, "connected", SIGN_IN, [PAGE]),
        (OURS, "awaiting_consent", "awaiting_consent", []),
        (NEW, "awaiting_consent", "awaiting_consent", []),
        (NEW, "not_connected", "not_connected", []),
        (OURS, "blocked", "blocked", []),
    ],
)
@pytest.mark.parametrize("check", [False, True])
def test_the_status_with_a_token(seen: Parts, entra: str, status: str, notes: list[str], check: bool) -> None:
    """A prediction has nobody do anything; its notes are in the result all the same."""
    found = ask(seen, entra={"status": entra}, check=check)
    assert (found["result"]["status"], found["result"]["notes"], found["result"]["to_do"]) == (status, notes, [] if check else notes)
    assert found["result"]["connection"] == seen


BY_HAND = (
    f"Contoso: make a connection at {ROOT} (Connections, new connection), if there is none yet, with client id app-1, tenant the tenant's id, the client "
    f"secret in /credentials/file.yml (valid until 2027-05-28); its redirect URI is {REDIRECT}. Then sign in to it with the service account."
)


@pytest.mark.parametrize(
    ("entra", "status", "notes"), [("connected", SIGN_IN, [BY_HAND]), ("awaiting_consent", "awaiting_consent", []), ("not_connected", "not_connected", [])]
)
def test_the_status_without_a_token(entra: str, status: str, notes: list[str]) -> None:
    """A person types everything in."""
    found = ask(None, entra={"status": entra, "sinks": [{"type": "vault_file", "place": "/credentials/file.yml"}]}, has_token=False)
    assert (found["result"]["status"], found["result"]["notes"], found["result"]["connection"]) == (status, notes, {})
    assert not found["open"]


LEFT_BEHIND = (
    "Contoso: Workato was not queried, for lack of an API token. The connection 'Entra ID - contoso' (external id tenantkit-entra-contoso) is left behind at "
    f"{ROOT}, if there is one; delete it there, or run again with 'workato_api_token'."
)
GIVEN_BACK = (
    "Contoso: the connection 'Entra ID - contoso' was not made here, so it was given back and not deleted. The credentials it had before are not known; it "
    "needs new ones."
)


@pytest.mark.parametrize(
    ("seen", "entra", "check", "status", "notes", "remove"),
    [
        (OURS, "absent", False, "absent", [], True),
        (NONE, "absent", False, "absent", [], False),
        (NEW, "absent", False, "absent", [], True),  # nobody waits for a sign-in to what goes
        (OURS, "absent", True, "not_absent", [], True),
        (NONE, "absent", True, "absent", [], False),
        (OURS, "not_absent", True, "not_absent", [], True),
        (OURS, "failed", False, "failed", [], True),
        ({**OURS, "adopted": True}, "absent", False, "absent", [GIVEN_BACK], True),
        (None, "absent", False, "absent_in_entra", [LEFT_BEHIND], False),
        (None, "absent", True, "absent_in_entra", [LEFT_BEHIND], False),
        (None, "not_absent", True, "not_absent", [], False),
    ],
)
def test_the_end_of_a_connection(seen: Parts | None, entra: str, check: bool, status: str, notes: list[str], remove: bool) -> None:
    found = ask(seen, entra={"status": entra}, check=check, state="absent", has_token=seen is not None, wait_for_authorization=True, partner_tenants=[PARTNER])
    assert (found["result"]["status"], found["result"]["notes"]) == (status, notes)
    assert (found["remove"], found["open"], found["correct"], found["partners"]) == (remove, remove, False, {})


@pytest.mark.parametrize(
    ("seen", "waits", "correct"),
    [
        (OURS, False, False),
        (OURS, True, False),
        (NEW, False, False),
        (NEW, True, True),
        (LOST, True, True),
        (RENAMED, False, True),
        ({**THEIRS, "differences": ["external_id"]}, True, False),  # it was not adopted: awaiting consent, for instance
        (NONE, True, False),
    ],
)
def test_name_and_folder_and_waiting(seen: Parts, waits: bool, correct: bool) -> None:
    found = ask(seen, wait_for_authorization=waits)
    assert (found["correct"], found["open"], found["remove"]) == (correct, correct, False)


@pytest.mark.parametrize(("corrected", "status"), [(OURS, "connected"), (NEW, SIGN_IN), (None, SIGN_IN)])
def test_what_was_corrected_counts(corrected: Parts | None, status: str) -> None:
    """Where the step was skipped, what was seen before does."""
    found = ask(NEW, corrected=corrected, urls=[])
    assert (found["result"]["status"], found["result"]["connection"]) == (status, corrected or NEW)


@pytest.mark.parametrize(
    ("would_create", "options"),
    [
        (False, {"app_id": "app-1", "hand_off_redirect_uri": REDIRECT}),
        (True, {"unique_name": "tenantkit.workato.contoso"}),
    ],
)
def test_partners(would_create: bool, options: Parts) -> None:
    """What the address is asked for with: an application that check mode would make is known by its name."""
    found = ask(entra={"app": {"app_id": "app-1", "would_create": would_create}}, partner_tenants=[PARTNER])
    assert found["partners"] == {
        **options,
        "permissions": CONNECTION["permissions"],
        "accept_privileged": CONNECTION["accept_privileged"],
        "hand_off_tenants": [PARTNER],
        "mode": "report",
    }
    assert found["open"]


@pytest.mark.parametrize(
    ("urls", "notes"),
    [
        ([], []),
        ([{"tenant_id": PARTNER, "url": "https://one"}, {"tenant_id": OTHER, "url": "https://two"}], []),
        (
            [{"tenant_id": PARTNER, "url": None, "note": "The application is new."}, {"tenant_id": OTHER, "url": None, "note": "The application is new."}],
            ["There is no consent address for partners. The application is new."],
        ),
        (
            [{"tenant_id": PARTNER, "url": None, "note": "A."}, {"tenant_id": OTHER, "url": None, "note": "B."}],
            ["There is no consent address for partners. A. B."],
        ),
        ([{"tenant_id": PARTNER, "url": "https://one"}, {"tenant_id": OTHER, "url": None}], ["There is no consent address for partners. "]),
    ],
)
def test_the_addresses_of_partners(urls: list[Parts], notes: list[str]) -> None:
    found = ask(urls=urls)["result"]
    assert found["partner_consent_urls"] == {entry["tenant_id"]: entry["url"] for entry in urls}
    assert found["notes"] == notes


def test_a_registration_for_everybody_is_typed_in_with_common() -> None:
    assert ask(personal=True)["result"]["enter_by_hand"]["tenant"] == "common"


@pytest.mark.parametrize("secret", [None, {}, {"end_date_time": None}])
def test_what_is_not_there_yet_is_empty(secret: Parts | None) -> None:
    by_hand = ask(entra={"secret": secret, "app": {"would_create": False}, "sinks": None})["result"]["enter_by_hand"]
    assert (by_hand["client_id"], by_hand["client_secret"], by_hand["client_secret_end"]) == ("", "in ", "")


@pytest.mark.parametrize(
    ("sinks", "place"),
    [
        ([], ""),
        ([{"type": "vault_file", "place": "/a.yml"}], "/a.yml"),
        ([{"type": "vault_file", "place": None}], "an encrypted file"),
        ([{"type": "tasks", "place": "/own.yml"}, {"type": "vault_file"}], "/own.yml, an encrypted file"),
        ([{"type": "tasks", "place": None}], "tasks"),
    ],
)
def test_where_the_secret_is(sinks: list[Parts], place: str) -> None:
    assert place_of_secret(sinks) == place
    assert ask(entra={"sinks": sinks})["result"]["enter_by_hand"]["client_secret"] == f"in {place}"


def key(start: str, end: str, days_left: int = 1) -> Parts:
    """One managed client secret."""
    return {"start_date_time": start, "end_date_time": end, "days_left": days_left}


OLD, YOUNG = key("2026-01-01T00:00:00Z", "2026-12-31T00:00:00Z"), key("2026-11-29T15:00:00Z", "2027-05-28T15:00:00Z")
SHORT = key("2026-01-01T00:00:00Z", "2026-12-02T00:00:00Z")


@pytest.mark.parametrize(
    ("managed", "overlap", "day"),
    [
        ([], 7, ""),
        ([YOUNG], 7, ""),
        ([OLD, YOUNG], 7, "2026-12-06"),
        ([YOUNG, OLD], 7, "2026-12-06"),
        ([OLD, YOUNG], 0, "2026-11-29"),
        ([OLD, YOUNG], 60, "2026-12-31"),
        ([SHORT, YOUNG], 7, "2026-12-02"),
        ([OLD, SHORT, YOUNG], 7, "2026-12-02"),
        ([{**OLD, "days_left": 0}, YOUNG], 7, "2026-12-06"),
        ([{**OLD, "days_left": -1}, YOUNG], 7, ""),
        ([OLD, {**YOUNG, "start_date_time": "2026-11-29T23:59:59.1234567Z"}], 7, "2026-12-06"),
    ],
)
def test_until_when_a_renewed_secret_is_typed_in(managed: list[Parts], overlap: int, day: str) -> None:
    assert type_in_before(managed, overlap) == day


@pytest.mark.parametrize(
    ("has_token", "state", "said"),
    [(False, "present", True), (True, "present", False), (False, "absent", False)],
)
def test_a_person_is_told_so_where_nobody_else_does_it(has_token: bool, state: str, said: bool) -> None:
    entra = {"secret": {**ENTRA["secret"], "managed": [OLD, YOUNG]}, "sinks": [{"type": "vault_file", "place": "/a.yml"}]}
    notes = ask(OURS if has_token else None, entra=entra, has_token=has_token, state=state)["result"]["notes"]
    sentence = "Contoso: the client secret was renewed. Type the new secret in before 2026-12-06; it is in /a.yml."
    assert (sentence in notes) is said
    if said:
        assert notes[0].startswith("Contoso: make a connection") and len(notes) == 2


def test_an_overlap_that_nobody_named_is_none() -> None:
    entra = {"secret": {**ENTRA["secret"], "managed": [OLD, YOUNG]}}
    assert "before 2026-11-29" in ask(None, entra=entra, has_token=False, secret={"name": "workato"})["result"]["notes"][1]
