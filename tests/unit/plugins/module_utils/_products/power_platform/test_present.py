# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes next on the way to a connection, and what is trusted of what tasks registered."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import present

Host = t.Callable[..., dict[str, t.Any]]
Build = t.Callable[..., dict[str, t.Any]]
APP_ID = "136042dc-5d4e-4f6a-8b7c-9d0e1f2a3b4c"
ZEROS = "00000000-0000-0000-0000-000000000000"
A, B = (f"{digit * 8}-1111-4111-8111-111111111111" for digit in "ab")
SINK = {"type": "vault_file"}
SECRET: dict[str, t.Any] = {"credential": "secret", "sink": SINK, "role": "reader"}
MADE: dict[str, t.Any] = {"credential": "certificate", "sink": SINK, "role": "reader"}
GIVEN: dict[str, t.Any] = {"credential": "certificate", "certificate_path": "c.pem", "role": "reader"}
TRUST: dict[str, t.Any] = {"credential": "federated", "federated": {"name": "main", "issuer": "i", "subject": "s"}, "role": "reader", "proof_timeout": 300}
HAND_OFF = {"needs": "n", "requests": []}
UNPROVEN = "tkc:power_platform:unproven:nothing_visible"
PROVEN = {"status": "proven", "reason": "Seen.", "token": {}, "environments": ["One"]}
FAILED = {"status": "refused", "reason": "No.", "token": {}, "environments": []}
SKIPPED = {"skipped": True, "changed": True, "proof": PROVEN, "role_assignment": {"hand_off": HAND_OFF}}


def mark(key_id: str) -> str:
    """A delivery mark of a secret or key."""
    return f"tkc:power_platform:0123456789ab:d:{key_id}:ba9876543210"


def row(key_id: str, left: int = 180, **more: t.Any) -> dict[str, t.Any]:
    """One managed credential, 180 days long."""
    return {"key_id": key_id, "start_date_time": "2026-11-01T00:00:00Z", "end_date_time": "2027-04-30T00:00:00Z", "days_left": left, **more}


class Run:
    """One run of the role, from decision to decision."""

    def __init__(self, host: Host, registration: Build, variables: t.Mapping[str, t.Any], seen: t.Mapping[str, t.Any], *, check_mode: bool = False) -> None:
        self.shared = {"connection": host(check_mode=check_mode, **variables), "registration": registration(**seen), "check_mode": check_mode}
        self.now: dict[str, t.Any] = {}

    def ask(self, decision: t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]], **given: t.Any) -> dict[str, t.Any]:
        """One decision; the next one gets its answer as the one before."""
        self.now = decision({**self.shared, **({"before": self.now} if self.now else {}), **given})
        return self.now


@pytest.fixture
def run(host: Host, registration: Build) -> t.Callable[..., Run]:
    """Starts a run with these variables and this registration."""

    def start(variables: t.Mapping[str, t.Any], check_mode: bool = False, **seen: t.Any) -> Run:
        return Run(host, registration, variables, seen, check_mode=check_mode)

    return start


Start = t.Callable[..., Run]
STEPS: list[tuple[str, dict[str, t.Any], dict[str, t.Any], dict[str, t.Any], str]] = [
    # What it is, variables, registration, steps, what comes next.
    ("nothing to sign in with", {}, {}, {}, "report"),
    ("a secret that is good", SECRET, {}, {}, "report"),
    ("a secret that is due", SECRET, {"secret_due": True}, {}, "credential_managed"),
    ("a key", MADE, {}, {}, "credential_managed"),
    ("a key that the look found good", MADE, {"certificate": {"key_id": A}}, {}, "report"),
    ("a key that the look found due", MADE, {"certificate": {}, "secret_due": True}, {}, "credential_managed"),
    ("a certificate", GIVEN, {}, {}, "credential_certificate"),
    ("a certificate, whatever the look said", GIVEN, {"certificate": {}}, {}, "credential_certificate"),
    ("a trust", TRUST, {}, {}, "credential_federated"),
    ("consent is missing", SECRET, {"secret_due": True, "consent": {"complete": False}}, {}, "tell"),
    ("the role is missing", SECRET, {"secret_due": True}, {"role": {"role_assignment": {"hand_off": HAND_OFF}}}, "tell"),
    ("check mode says everything", {**TRUST, "check": True}, {"consent": {"complete": False}}, {}, "credential_federated"),
    ("the management application is missing", {**SECRET, "management_app": True}, {"secret_due": True},
     {"management": {"management_app": {"hand_off": HAND_OFF}}}, "tell"),
    # What an earlier use of the role on this host registered is not trusted.
    ("another run's management application", SECRET, {"secret_due": True}, {"management": {"management_app": {"hand_off": HAND_OFF}}}, "credential_managed"),
    ("another run's role", {**SECRET, "role_assigned": True}, {"secret_due": True},
     {"role": {"role_assignment": {"hand_off": HAND_OFF}}}, "credential_managed"),
    ("a role that was skipped", SECRET, {"secret_due": True}, {"role": SKIPPED}, "credential_managed"),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "seen", "steps", "then"), [item[1:] for item in STEPS], ids=[item[0] for item in STEPS])
def test_what_comes_after_the_role(variables: dict[str, t.Any], seen: dict[str, t.Any], steps: dict[str, t.Any], then: str, run: Start) -> None:
    own = {name: value for name, value in variables.items() if name != "check"}
    assert run(own, check_mode="check" in variables, **seen).ask(present.credential, **steps)["then"] == then


def test_the_whole_answer(run: Start) -> None:
    answer = run(SECRET, secret={"key_id": A}).ask(present.credential, role={"changed": False, "role_assignment": {"role": "reader"}})
    report = answer.pop("report")
    assert (report["status"], report["changed"], report["credential"]) == ("connected", False, {"kind": "secret", "key_id": A})
    assert answer == {
        "then": "report",
        "ends_with": "report",
        "file": {},
        "left_lines": [],
        "lines": [],
        "failure": "",
        "app_id": APP_ID,
        "reference": {"app_id": APP_ID},
        "retires": False,
        "trial": "",
        "kept": "",
        "kept_as": "",
        "proof": {
            "timeout": 420,
            "tenant_id": "2f4c9a1e-6d3c-4a0e-9a54-3f1c9f3f1f10",
            "client_id": APP_ID,
            "patience": 10,
            "remembered": "",
            "accept_unproven": False,
        },
        "untried": {},
        "vouches": False,
        "looks_for_earlier": False,
        "looks_for_federated": False,
        "so_far": {
            "role": {"role": "reader"},
            "management": {},
            "credential": {"key_id": A},
            "proof": {},
            "untried": False,
            "changed": False,
            "credential_changed": False,
            "left": {},
        },
    }


def test_a_file_is_written_at_the_end_whatever_is_left_to_do(run: Start) -> None:
    """With nothing left it takes the place of the report, and where a person has something to read it follows that."""
    wanted = {**SECRET, "hand_over_file": "/srv/contoso.md"}
    done = run(wanted, secret={"key_id": A}).ask(present.credential, role={"changed": False, "role_assignment": {"role": "reader"}})
    assert (done["then"], done["ends_with"], done["file"]["path"]) == ("hand_over", "hand_over", "/srv/contoso.md")
    handed_off = {"role": "reader", "hand_off": {"needs": "An administrator.", "requests": []}}
    waits = run(wanted, secret={"key_id": A}).ask(present.credential, role={"changed": False, "role_assignment": handed_off})
    assert (waits["then"], waits["ends_with"], waits["file"]["path"]) == ("tell", "hand_over", "/srv/contoso.md")


@pytest.mark.parametrize(
    ("seen", "steps", "variables", "changed"),
    [
        ({"changed": True}, {}, {}, True),
        ({}, {"role": {"changed": True}}, {}, True),
        ({}, {"role": {"changed": True}}, {"role": ""}, False),
        ({}, {"management": {"changed": True}}, {"management_app": True}, True),
        ({}, {"management": {"changed": True}}, {}, False),
        ({}, {"role": SKIPPED}, {}, False),
        ({}, {"role": None, "management": None}, {"management_app": True}, False),
    ],
)
def test_what_has_changed_so_far(seen: dict[str, t.Any], steps: dict[str, t.Any], variables: dict[str, t.Any], changed: bool, run: Start) -> None:
    answer = run({**SECRET, **variables}, **seen).ask(present.credential, **steps)
    assert (answer["so_far"]["changed"], answer["report"]["changed"]) == (changed, changed)


PATIENCE: list[tuple[dict[str, t.Any], dict[str, t.Any], int]] = [
    (SECRET, {}, 10),
    ({**SECRET, "proof_timeout": 5}, {}, 5),
    (SECRET, {"changed": True}, 60),
    (SECRET, {"secret_due": True}, 60),  # a value that is just made is new
    (MADE, {}, 60),
    (GIVEN, {}, 10),
    (TRUST, {}, 10),
    (TRUST, {"changed": True}, 300),
]


@pytest.mark.parametrize(("variables", "seen", "seconds"), PATIENCE)
def test_how_long_a_proof_waits(variables: dict[str, t.Any], seen: dict[str, t.Any], seconds: int, run: Start) -> None:
    assert run(variables, **seen).ask(present.credential)["proof"]["patience"] == seconds


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        (SECRET, {}),
        ({**SECRET, "prove": False}, {"state": "outstanding", "outcome": "not_tested"}),
        ({**SECRET, "prove": False, "accept_unproven": True}, {}),
    ],
)
def test_what_is_remembered_of_what_nobody_tried(variables: dict[str, t.Any], expected: dict[str, str], run: Start) -> None:
    assert run(variables, secret_due=True).ask(present.credential)["untried"] == expected


def test_an_application_that_is_only_predicted(run: Start) -> None:
    answer = run(GIVEN, check_mode=True, app_id=ZEROS, tags=[mark(A)]).ask(present.credential)
    assert (answer["reference"], answer["app_id"], answer["looks_for_earlier"]) == ({"unique_name": "tenantkit.power_platform"}, ZEROS, False)
    after = run(GIVEN, check_mode=True, app_id=ZEROS)
    after.ask(present.credential)
    assert after.ask(present.proof, credential={"changed": True, "certificate": {"managed": [row(A, removable=True)]}})["retires"] is False


# -- after the credential --

HELD = [{"type": "tasks", "held": True, "key_id": A, "place": "t"}, {"type": "vault_file", "held": True, "key_id": A, "place": "/run/c.yml"}]
TRIALS: list[tuple[str, dict[str, t.Any], dict[str, t.Any], tuple[str, str, str]]] = [
    # What it is, variables, registration, (trial, kept, kept_as).
    ("nothing", SECRET, {}, ("", "", "")),
    ("a value", {**SECRET, "try": {"client_secret": "v"}}, {}, ("given", "", "")),
    ("a value, off", {**SECRET, "prove": False, "try": {"client_secret": "v"}}, {}, ("", "", "")),
    ("a value, consent is missing", {**SECRET, "try": {"client_secret": "v"}}, {"consent": {"complete": False}}, ("", "", "")),
    ("what is kept", SECRET, {"tags": [UNPROVEN], "sinks": HELD}, ("kept", "/run/c.yml", "client_secret")),
    ("a value, and what is kept", {**SECRET, "try": {"client_secret": "v"}}, {"tags": [UNPROVEN], "sinks": HELD}, ("given", "", "")),
    ("nothing is outstanding", SECRET, {"sinks": HELD}, ("", "", "")),
    ("vouched for", {**SECRET, "accept_unproven": True}, {"tags": [UNPROVEN], "sinks": HELD}, ("", "", "")),
    ("kept, not held", SECRET, {"tags": [UNPROVEN], "sinks": [{**HELD[1], "held": False}]}, ("", "", "")),
    ("kept, another key", SECRET, {"tags": [UNPROVEN], "sinks": [{**HELD[1], "key_id": B}]}, ("", "", "")),
    ("kept, no place", SECRET, {"tags": [UNPROVEN], "sinks": [{**HELD[1], "place": None}]}, ("", "", "")),
    ("kept where nobody can read", SECRET, {"tags": [UNPROVEN], "sinks": HELD[:1]}, ("", "", "")),
    ("no sinks", SECRET, {"tags": [UNPROVEN], "sinks": None}, ("", "", "")),
    ("no key", SECRET, {"tags": [UNPROVEN], "sinks": [{**HELD[1], "key_id": None}], "secret": {"key_id": None}}, ("", "", "")),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "seen", "expected"), [item[1:] for item in TRIALS], ids=[item[0] for item in TRIALS])
def test_what_the_run_can_sign_in_with(variables: dict[str, t.Any], seen: dict[str, t.Any], expected: tuple[str, str, str], run: Start) -> None:
    answer = run(variables, **{"secret": {"key_id": A}, **seen}).ask(present.credential)
    assert (answer["trial"], answer["kept"], answer["kept_as"]) == expected
    settles = bool(expected[0]) or variables.get("accept_unproven", False)
    assert answer["then"] == "settle" if settles else answer["then"] in ("report", "tell")


def test_nothing_is_tried_in_check_mode(run: Start) -> None:
    assert run({**SECRET, "try": {"client_secret": "v"}}, check_mode=True).ask(present.credential)["trial"] == ""


def test_a_key_that_is_kept(run: Start) -> None:
    """The sinks that the credential's own step names count."""
    at = run(MADE, tags=[UNPROVEN])
    assert at.ask(present.credential)["trial"] == ""
    answer = at.ask(present.proof, credential={"changed": False, "certificate": {"key_id": A}, "sinks": HELD})
    assert (answer["trial"], answer["kept"], answer["kept_as"], answer["then"]) == ("kept", "/run/c.yml", "certificate_content", "settle")


def test_a_certificate_that_is_given_is_tried(run: Start) -> None:
    at = run({**GIVEN, "private_key_path": "k.pem"})
    at.ask(present.credential)
    answer = at.ask(present.proof, credential={"changed": False, "certificate": {"key_id": A}})
    assert (answer["trial"], answer["then"]) == ("file", "settle")
    assert answer["report"]["credential"] == {"kind": "certificate", "key_id": A}


NEW = {"changed": True, "secret": {"key_id": B, "proof": "proven"}}
OLD = {"changed": False, "secret": {"key_id": A}}
AFTER: list[tuple[str, dict[str, t.Any], dict[str, t.Any], dict[str, t.Any]]] = [
    ("made and proven", SECRET, {"credential": NEW, "tried": {"proof": {**PROVEN, "remember": {"state": "settled"}}}},
     {"proof": PROVEN, "untried": False, "changed": True, "credential_changed": True}),
    ("made and not proven", SECRET, {"credential": NEW, "tried": {"proof": FAILED}, "memory": {"changed": True}}, {"proof": FAILED, "changed": True}),
    ("made, not tried", SECRET, {"credential": NEW, "tried": SKIPPED, "untried": {"changed": True}}, {"proof": {}, "untried": True, "changed": True}),
    ("made, remembered already", SECRET, {"credential": NEW, "untried": {"changed": False}}, {"untried": False}),
    # What an earlier use of the role on this host registered is not trusted.
    ("not made", SECRET, {"credential": OLD, "tried": {"proof": PROVEN}, "memory": {"changed": True}, "untried": {"changed": True}},
     {"proof": {}, "untried": False, "changed": False, "credential_changed": False}),
    ("retired", SECRET, {"credential": {"changed": True, "secret": {"key_id": A}}, "tried": {"proof": PROVEN}}, {"proof": {}, "changed": True}),
    ("a trust", TRUST, {"credential": {"changed": True, "federated_credential": {"proof": "x"}}, "tried": {"proof": PROVEN}}, {"proof": {}, "changed": True}),
    ("nothing said", SECRET, {"credential": {"changed": False}}, {"credential": {"key_id": A}, "changed": False}),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "steps", "expected"), [item[1:] for item in AFTER], ids=[item[0] for item in AFTER])
def test_what_is_known_after_the_credential(variables: dict[str, t.Any], steps: dict[str, t.Any], expected: dict[str, t.Any], run: Start) -> None:
    at = run(variables, secret={"key_id": A}, secret_due=True)
    at.ask(present.credential)
    found = at.ask(present.proof, **steps)["so_far"]
    assert {name: found[name] for name in expected} == expected


def test_a_memory_alone_is_a_change(run: Start) -> None:
    """The key is the one of before, and what came of its proof is new."""
    at = run(SECRET, secret_due=True)
    at.ask(present.credential)
    step = {"changed": False, "secret": {"key_id": B, "proof": "proven"}}
    assert at.ask(present.proof, credential=step, memory={"changed": True})["so_far"]["changed"] is True


def test_nothing_counts_as_made_in_check_mode(run: Start) -> None:
    at = run(MADE, check_mode=True)
    at.ask(present.credential)
    step = {"changed": True, "certificate": {"key_id": None, "proof": "proven"}}
    found = at.ask(present.proof, credential=step, tried={"proof": PROVEN}, untried={"changed": True})["so_far"]
    assert (found["proof"], found["untried"], found["changed"]) == ({}, False, True)


def test_a_proof_of_delivery_is_not_repeated(run: Start) -> None:
    at = run({**SECRET, "try": {"client_secret": "v"}}, secret_due=True)
    at.ask(present.credential)
    assert at.ask(present.proof, credential=NEW, tried={"proof": PROVEN})["trial"] == ""


@pytest.mark.parametrize(
    ("variables", "managed", "expected"),
    [
        (GIVEN, [row(A), row(B, removable=True)], True),
        (GIVEN, [row(A, removable=False)], False),
        (GIVEN, None, False),
        (MADE, [row(B, removable=True)], False),
    ],
)
def test_earlier_certificates_that_are_given_are_retired(variables: dict[str, t.Any], managed: t.Any, expected: bool, run: Start) -> None:
    at = run({**variables, "prove": False})
    at.ask(present.credential)
    answer = at.ask(present.proof, credential={"changed": False, "certificate": {"key_id": A, "managed": managed}})
    assert (answer["retires"], answer["then"]) == (expected, "settle" if expected else "tell" if variables is GIVEN else "report")


VOUCHES: list[tuple[dict[str, t.Any], list[str], bool]] = [
    ({"accept_unproven": True}, [UNPROVEN], True),
    ({"accept_unproven": True}, [], False),
    ({}, [UNPROVEN], False),
    # The proof settles it.
    ({"accept_unproven": True, "try": {"client_secret": "v"}}, [UNPROVEN], False),
]


@pytest.mark.parametrize(("variables", "tags", "expected"), VOUCHES)
def test_the_operators_word(variables: dict[str, t.Any], tags: list[str], expected: bool, run: Start) -> None:
    assert run({**SECRET, **variables}, tags=tags).ask(present.credential)["vouches"] is expected


# -- what was used before --


@pytest.mark.parametrize(
    ("variables", "seen", "step", "earlier", "federated"),
    [
        (SECRET, {"tags": [mark(B)]}, None, True, False),
        ({**SECRET, "federated": {"name": "main"}}, {"tags": [mark(B)]}, None, True, True),
        ({**SECRET, "federated": {"name": ""}}, {"tags": [mark(B)]}, None, True, False),
        ({**SECRET, "federated": {"name": "main"}}, {"tags": [mark(A)]}, None, False, False),
        (TRUST, {"tags": [mark(B)]}, {"changed": False, "federated_credential": {"name": "main"}}, True, False),
        (TRUST, {}, {"changed": True, "federated_credential": {"name": "main"}}, True, False),
        (TRUST, {}, {"changed": False, "federated_credential": {"name": "main"}}, False, False),
    ],
)
def test_when_credentials_of_before_are_looked_for(
    variables: dict[str, t.Any], seen: dict[str, t.Any], step: dict[str, t.Any] | None, earlier: bool, federated: bool, run: Start
) -> None:
    at = run(variables, secret={"key_id": A, "managed": [row(A)]}, **seen)
    answer = at.ask(present.credential)
    if step is not None:
        answer = at.ask(present.proof, credential=step)
    assert (answer["looks_for_earlier"], answer["looks_for_federated"]) == (earlier, federated)
    assert answer["then"] == "settle" if earlier else answer["then"] in ("report", "tell")


OURS = "tkc:power_platform:0123abcd"
LOOK = {"apps": [{"certificates": [{"key_id": B, "display_name": OURS}], "secrets": [{"key_id": A, "display_name": OURS}]}]}


@pytest.mark.parametrize(
    ("left", "tags", "look", "expected"),
    [
        (172, [mark(B)], LOOK, {"over": True, "secrets": [], "certificates": [B], "remove_secrets": False, "remove_certificates": [B]}),
        (180, [mark(B)], LOOK, {"over": False, "secrets": [], "certificates": [B], "remove_secrets": False, "remove_certificates": []}),
        (172, [mark(B), UNPROVEN], LOOK, {"over": False, "secrets": [], "certificates": [B], "remove_secrets": False, "remove_certificates": []}),
        (172, [mark(B)], {"apps": []}, {"over": True, "secrets": [], "certificates": [], "remove_secrets": False, "remove_certificates": []}),
    ],
)
def test_what_may_go(left: int, tags: list[str], look: dict[str, t.Any], expected: dict[str, t.Any], run: Start) -> None:
    at = run(SECRET, secret={"key_id": A, "managed": [row(A, left)]}, tags=tags)
    at.ask(present.credential)
    assert present.earlier({**at.shared, "before": at.now, "look": look}) == expected


def test_secrets_go_as_well(run: Start) -> None:
    at = run(MADE, tags=[mark(A)])
    at.ask(present.credential)
    at.ask(present.proof, credential={"changed": False, "certificate": {"key_id": B, "managed": [row(B, 172)]}})
    found = present.earlier({**at.shared, "before": at.now, "look": LOOK})
    assert found == {"over": True, "secrets": [A], "certificates": [], "remove_secrets": True, "remove_certificates": []}


@pytest.mark.parametrize(("proof", "over"), [(PROVEN, True), (FAILED, False)])
def test_a_proof_of_this_run_decides(proof: dict[str, t.Any], over: bool, run: Start) -> None:
    at = run({**SECRET, "try": {"client_secret": "v"}}, secret={"key_id": A, "managed": [row(A, 172)]}, tags=[mark(B), UNPROVEN])
    at.ask(present.credential)
    assert present.earlier({**at.shared, "before": at.now, "look": LOOK, "tried": {"proof": proof}})["over"] is over


# -- the end --


def test_a_proof_ends_the_run(run: Start) -> None:
    at = run({**SECRET, "try": {"client_secret": "v"}}, tags=[UNPROVEN])
    at.ask(present.credential)
    good = at.ask(present.settled, tried={"proof": {**PROVEN, "remember": {"state": "settled"}}}, memory={"changed": True}, vouched={"changed": True})
    assert (good["then"], good["report"]["status"], good["report"]["proof"], good["report"]["changed"]) == ("report", "connected", PROVEN, True)
    assert (good["lines"], good["failure"], good["left_lines"]) == ([], "", [])


def test_a_failed_proof_ends_the_run(run: Start) -> None:
    at = run({**SECRET, "try": {"client_secret": "v"}})
    at.ask(present.credential)
    bad = at.ask(present.settled, tried={"proof": FAILED}, memory={"changed": False})
    assert (bad["then"], bad["report"]["status"], bad["report"]["changed"], bad["lines"]) == ("tell", "not_proven", False, [])
    assert bad["failure"].startswith("The credential of Power Platform automation")


def test_a_failed_proof_is_only_reported(run: Start) -> None:
    at = run({**SECRET, "on_unproven": "report", "try": {"client_secret": "v"}})
    at.ask(present.credential)
    bad = at.ask(present.settled, tried={"proof": FAILED})
    assert (bad["then"], bad["failure"], bad["lines"][:2]) == ("tell", "", ["Contoso ends as not_proven.", "No."])


CHANGES: list[tuple[str, dict[str, t.Any], list[str], dict[str, t.Any], bool]] = [
    ("a vouch", {"accept_unproven": True}, [UNPROVEN], {"vouched": {"changed": True}}, True),
    ("a vouch that was not needed", {"accept_unproven": True}, [UNPROVEN], {"vouched": {"changed": False}}, False),
    # What an earlier use of the role on this host registered is not trusted.
    ("another run's proof", {"accept_unproven": True}, [UNPROVEN],
     {"memory": {"changed": True}, "retired": {"changed": True}, "tried": {"proof": FAILED}, "earlier": {}, "secrets": {"changed": True}}, False),
    ("another run's vouch", {"try": {"client_secret": "v"}}, [UNPROVEN], {"tried": {"proof": PROVEN}, "vouched": {"changed": True}}, False),
    ("a memory", {"try": {"client_secret": "v"}}, [UNPROVEN], {"tried": {"proof": PROVEN}, "memory": {"changed": True}}, True),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "tags", "steps", "changed"), [item[1:] for item in CHANGES], ids=[item[0] for item in CHANGES])
def test_what_counts_as_a_change(variables: dict[str, t.Any], tags: list[str], steps: dict[str, t.Any], changed: bool, run: Start) -> None:
    at = run({**SECRET, **variables}, tags=tags)
    at.ask(present.credential)
    answer = at.ask(present.settled, **steps)
    assert (answer["report"]["changed"], answer["report"]["status"]) == (changed, "connected")


def test_a_retirement_is_a_change(run: Start) -> None:
    at = run({**GIVEN, "accept_unproven": True})
    at.ask(present.credential)
    at.ask(present.proof, credential={"changed": False, "certificate": {"key_id": A, "managed": [row(B, removable=True)]}})
    assert at.ask(present.settled, retired={"changed": True}, tried={"proof": PROVEN})["report"]["changed"] is True


EARLIER = {"over": False, "secrets": [A], "certificates": [B], "remove_secrets": False, "remove_certificates": []}
OVER = {"over": True, "secrets": [A], "certificates": [B], "remove_secrets": True, "remove_certificates": [B]}
LEFT: list[tuple[dict[str, t.Any], dict[str, t.Any], dict[str, t.Any], bool]] = [
    # Of the decision, of the other steps, what is left, whether something changed.
    (EARLIER, {"federated": {"actions": ["remove it"]}}, {"secrets": [A], "certificates": [B], "federated": ["main"]}, False),
    (EARLIER, {"federated": {"actions": []}, "secrets": {"changed": True}, "certificates": {"changed": True}},
     {"secrets": [A], "certificates": [B], "federated": []}, False),
    (OVER, {"federated": SKIPPED, "secrets": {"changed": True}}, {"secrets": [], "certificates": [], "federated": []}, True),
    (OVER, {"certificates": {"changed": True}}, {"secrets": [], "certificates": [], "federated": []}, True),
    (OVER, {"secrets": {"changed": False}, "certificates": {"changed": False}}, {"secrets": [], "certificates": [], "federated": []}, False),
]  # fmt: skip


@pytest.mark.parametrize(("decision", "steps", "left", "changed"), LEFT)
def test_what_is_left(decision: dict[str, t.Any], steps: dict[str, t.Any], left: dict[str, t.Any], changed: bool, run: Start) -> None:
    at = run({**SECRET, "federated": {"name": "main"}}, secret={"key_id": A, "managed": [row(A)]}, tags=[mark(B)])
    at.ask(present.credential)
    answer = at.ask(present.settled, earlier=decision, **steps)
    assert (answer["report"]["earlier_credentials"], answer["report"]["changed"]) == (left, changed)
    assert answer["then"] == ("tell" if any(left.values()) else "report")
    assert ("Removed 7 days after the present credential was made." in answer["left_lines"]) == bool(left["secrets"])


def test_a_trust_that_nobody_looked_for(run: Start) -> None:
    """The variables do not name it any more."""
    at = run(SECRET, secret={"key_id": A, "managed": [row(A)]}, tags=[mark(B)])
    at.ask(present.credential)
    answer = at.ask(present.settled, earlier=EARLIER, federated={"actions": ["of another run"]})
    assert answer["report"]["earlier_credentials"]["federated"] == []
