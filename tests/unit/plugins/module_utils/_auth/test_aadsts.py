# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of AADSTS codes: complete, without contradictions, and the only place that knows a number."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.aadsts import CODES, ErrorCode, NewObject, RefusalMeaning, Remedy
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.explain import cause_of, is_blocked, is_not_yet, number_of, remedy_of

PLUGINS = Path(__file__).parents[5] / "plugins"
NEW = {
    700016: NewObject.APPLICATION,
    7000229: NewObject.SERVICE_PRINCIPAL,
    7000215: NewObject.SECRET,
    700027: NewObject.CERTIFICATE,
    70021: NewObject.FEDERATED_CREDENTIAL,
    700211: NewObject.FEDERATED_CREDENTIAL,
    700213: NewObject.FEDERATED_CREDENTIAL,
    500011: NewObject.API,
}
BLOCKED = {50072, 50074, 50076, 50078, 50079, 50097, 50105, 50158, 53000, 53001, 53002, 53003, 53004, 530035, 501051}
REMEDIES = {
    Remedy.API_PRINCIPAL: {500011, 650052},
    Remedy.API_PRINCIPAL_OR_AUDIENCE: {50001},
    Remedy.ENABLE_API: {500012, 500014},
    Remedy.AUDIENCE_AND_CLOUD: {70011, 1002012},
    Remedy.CONSENT: {90094, 65004, 90099},
    Remedy.CONSENT_TO_PERMISSIONS: {65001},
    Remedy.REQUEST_PERMISSIONS: {650057, 650053},
    Remedy.OWN_APPLICATION: {65002},
    Remedy.ASSIGN_ACCOUNT: {50105},
    Remedy.ASSIGNMENT_NOT_REQUIRED: {501051},
    Remedy.CONDITIONAL_ACCESS: {53003, 53000, 53001, 53002, 50097},
    Remedy.NO_SECOND_FACTOR: {50076, 50079, 50072, 50074, 50078, 50158, 53004, 530035},
    Remedy.USERNAME_PASSWORD: {50126, 50055, 50056, 50144},
    Remedy.USERNAME_AND_TENANT: {50034, 50020, 90072},
    Remedy.UNLOCK_ACCOUNT: {50053},
    Remedy.ENABLE_ACCOUNT: {50057},
    Remedy.TENANT: {50059, 900023, 50194},
    Remedy.TENANT_AND_CLOUD: {90002, 700023},
    Remedy.CLIENT_ID: {700038, 7000113},
    Remedy.CLIENT_ID_AND_TENANT: {700016},
    Remedy.SERVICE_PRINCIPAL: {7000229},
    Remedy.ENABLE_SERVICE_PRINCIPAL: {7000112},
    Remedy.PUBLIC_CLIENT: {7000218},
    Remedy.NO_CREDENTIAL: {700025},
    Remedy.EMPTY_VALUE: {900144, 90014, 7000216},
    Remedy.LOGIN_URL: {70003},
    Remedy.SECRET_VALUE: {7000215},
    Remedy.SECRET_EXPIRED: {7000222},
    Remedy.UPLOAD_CERTIFICATE: {700027},
    Remedy.FEDERATED_TOKEN: {50027, 50013},
    Remedy.FEDERATED_TOKEN_AND_CLOCK: {700024},
    Remedy.FEDERATED_TOKEN_AND_CLIENT_ID: {700021},
    Remedy.FEDERATED_CREDENTIAL: {70021},
    Remedy.FEDERATED_ISSUER: {700211},
    Remedy.FEDERATED_AUDIENCE: {700212},
    Remedy.FEDERATED_SUBJECT: {700213},
    Remedy.FEDERATED_TENANT: {700222, 700229, 700236},
    # Of reasons alone, see REASONS.
    Remedy.CERTIFICATE_ENTRY: set(),
    Remedy.PRIVATE_KEY: set(),
    Remedy.CLOCK: set(),
    None: {50011, 70016, 70043, 700082, 50173, 90033},
}


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: str(code.number))
def test_each_code_says_what_happened_and_what_to_do(code: ErrorCode) -> None:
    cause, step = cause_of(code.number, tenant="the-tenant", client="the-client")
    assert cause and step and not set("{}") & set(cause + step)
    assert not cause.endswith(".") and step.endswith(".")
    assert not (code.blocked and code.new), "what a rule blocks does not pass by waiting"


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: str(code.number))
def test_the_kind_of_each_refusal(code: ErrorCode) -> None:
    kind = RefusalMeaning.BLOCKED if code.number in BLOCKED else RefusalMeaning.NOT_YET if code.number in NEW else RefusalMeaning.REFUSED
    assert (code.outcome, code.new) == (kind, NEW.get(code.number))
    assert is_blocked(code.number) == is_blocked(f"AADSTS{code.number}") == (kind is RefusalMeaning.BLOCKED)


@pytest.mark.parametrize("remedy", [*Remedy, None], ids=str)
def test_the_remedy_of_each_code(remedy: Remedy | None) -> None:
    assert {number for number in CODES if remedy_of(f"AADSTS{number}") is remedy} == REMEDIES[remedy]


@pytest.mark.parametrize("number", CODES)
def test_a_refusal_passes_by_waiting_only_where_the_object_is_new(number: int) -> None:
    assert {new for new in NewObject if is_not_yet(number, {new})} == ({NEW[number]} if number in NEW else set())
    assert is_not_yet(f"AADSTS{number}") == (number in NEW)
    assert not is_not_yet(number, ())


@pytest.mark.parametrize(
    ("code", "number"),
    [("AADSTS53003", 53003), (53003, 53003), ("AADSTS99999999", 99999999), ("wrong_token", None), ("AADSTS", None), ("AADSTS53003: text", None), (None, None)],
)
def test_codes_of_every_form(code: str | int | None, number: int | None) -> None:
    assert number_of(code) == number


@pytest.mark.parametrize("code", [None, "", "wrong_token", "AADSTS99999999", 99999999, 0])
def test_of_a_code_that_is_not_known_nothing_is_said(code: str | int | None) -> None:
    assert cause_of(code, tenant="t", client="c") == (None, None)
    assert (is_blocked(code), is_not_yet(code), remedy_of(code)) == (False, False, None)


KEY = "AADSTS700027: Client assertion contains an invalid signature. [Reason - {}, Thumbprint of key used by client: '3F2A', {}Please visit the Azure Portal.]"
FOUND = "Found key 'Start=01/01/2026 00:00:00, End=04/01/2026 12:30:00', "
RANGE = "Client assertion is not within its valid time range. Current time: {}, assertion valid from {}, expiry time of assertion {}."
# Number, what the answer says, a part of the cause, a part of the next step, the remedy, whether waiting may help.
REASONS = [
    (700027, KEY.format("The key was not found.", ""), "does not belong to the application", "Upload", Remedy.UPLOAD_CERTIFICATE, True),
    (
        700027,
        "AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application.",
        "does not belong to the application",
        "Upload",
        Remedy.UPLOAD_CERTIFICATE,
        True,
    ),
    (
        700027,
        KEY.format("The key used is expired.", FOUND),
        "not valid now (valid from 2026-01-01 00:00 UTC to 2026-04-01 12:30 UTC)",
        "later end",
        Remedy.CERTIFICATE_ENTRY,
        False,
    ),
    (700027, KEY.format("The key used is expired.", ""), "is not valid now", "later end", Remedy.CERTIFICATE_ENTRY, False),
    (
        700027,
        KEY.format("The key was found, but use of the key to verify the signature failed.", FOUND),
        "private key that signed is another one",
        "private key that belongs",
        Remedy.PRIVATE_KEY,
        False,
    ),
    (700027, "AADSTS700027: Something new.", "was not accepted", "Upload", Remedy.UPLOAD_CERTIFICATE, True),
    (
        700024,
        RANGE.format("2026-03-01T10:00:00.1Z", "2026-03-01T08:00:00.0Z", "2026-03-01T09:00:00.0Z"),
        "has expired (at 2026-03-01T09:00:00.0Z; Entra's clock says 2026-03-01T10:00:00.1Z)",
        "new federated token",
        Remedy.FEDERATED_TOKEN_AND_CLOCK,
        False,
    ),
    (
        700024,
        RANGE.format("2026-03-01T07:00:00.1Z", "2026-03-01T08:00:00.0Z", "2026-03-01T09:00:00.0Z"),
        "is not valid yet (before 2026-03-01T08:00:00.0Z;",
        "clock of the machine that signed",
        Remedy.CLOCK,
        False,
    ),
    (
        700024,
        RANGE.format("2026-03-01T08:30:00.1Z", "2026-03-01T08:00:00.0Z", "2026-03-02T09:00:00.0Z"),
        "ends later than Entra allows (at 2026-03-02T09:00:00.0Z; Entra's clock says 2026-03-01T08:30:00.1Z)",
        "clock of the machine that signed",
        Remedy.CLOCK,
        False,
    ),
    (700024, "Client assertion is not within its valid time range.", "is not valid now", "clock", Remedy.FEDERATED_TOKEN_AND_CLOCK, False),
]


@pytest.mark.parametrize(("number", "said", "cause", "step", "remedy", "waits"), REASONS)
def test_a_code_with_several_causes_is_read_by_its_text(number: int, said: str, cause: str, step: str, remedy: Remedy, waits: bool) -> None:
    found = cause_of(number, tenant="t", client="c", said=said)
    assert found[0] and found[1] and cause in found[0] and step in found[1] and "{" not in found[0]
    assert remedy_of(f"AADSTS{number}", said=said) is remedy
    assert is_not_yet(number, said=said) is waits


def test_both_causes_of_a_disabled_application_are_named() -> None:
    cause, step = cause_of(7000112, tenant="t", client="c")
    assert cause and "registration was deactivated" in cause and "enterprise application is disabled" in cause
    assert step and "security measure" in step


# What does a remedy: a variable of the roles, or a module. None: this collection does not do it.
DONE_BY: dict[Remedy | None, tuple[str, ...] | None] = {
    **dict.fromkeys((Remedy.TENANT, Remedy.USERNAME_AND_TENANT), ("entra_tenant_id",)),
    Remedy.TENANT_AND_CLOUD: ("entra_tenant_id", "entra_cloud"),
    Remedy.CLIENT_ID_AND_TENANT: ("entra_auth", "entra_tenant_id"),
    **dict.fromkeys((Remedy.AUDIENCE_AND_CLOUD,), ("entra_cloud",)),
    **dict.fromkeys((Remedy.API_PRINCIPAL, Remedy.API_PRINCIPAL_OR_AUDIENCE, Remedy.ENABLE_API, Remedy.ENABLE_SERVICE_PRINCIPAL), ("entra_service_principal",)),
    **dict.fromkeys((Remedy.ASSIGN_ACCOUNT, Remedy.ASSIGNMENT_NOT_REQUIRED, Remedy.SERVICE_PRINCIPAL), ("entra_service_principal",)),
    **dict.fromkeys((Remedy.CONSENT, Remedy.CONSENT_TO_PERMISSIONS), ("entra_admin_consent",)),
    Remedy.REQUEST_PERMISSIONS: ("entra_app_permission",),
    **dict.fromkeys((Remedy.OWN_APPLICATION, Remedy.NO_SECOND_FACTOR, Remedy.CLIENT_ID, Remedy.NO_CREDENTIAL, Remedy.EMPTY_VALUE), ("entra_auth",)),
    **dict.fromkeys((Remedy.SECRET_VALUE, Remedy.SECRET_EXPIRED, Remedy.PRIVATE_KEY, Remedy.FEDERATED_TENANT), ("entra_auth",)),
    **dict.fromkeys((Remedy.FEDERATED_TOKEN, Remedy.FEDERATED_TOKEN_AND_CLOCK, Remedy.FEDERATED_TOKEN_AND_CLIENT_ID), ("entra_auth",)),
    Remedy.PUBLIC_CLIENT: ("entra_app", "entra_auth"),
    Remedy.LOGIN_URL: ("entra_login_url",),
    Remedy.UPLOAD_CERTIFICATE: ("entra_app_certificate", "entra_auth"),
    Remedy.CERTIFICATE_ENTRY: ("entra_app_certificate",),
    **dict.fromkeys(
        (Remedy.FEDERATED_CREDENTIAL, Remedy.FEDERATED_ISSUER, Remedy.FEDERATED_AUDIENCE, Remedy.FEDERATED_SUBJECT), ("entra_federated_credential",)
    ),
    Remedy.USERNAME_PASSWORD: ("power_platform_try",),
    # An administrator of the tenant, or of the machine, does these.
    **dict.fromkeys((Remedy.CONDITIONAL_ACCESS, Remedy.UNLOCK_ACCOUNT, Remedy.ENABLE_ACCOUNT, Remedy.CLOCK, None)),
}
EACH = [*((code, None) for code in CODES), *((row[0], row[1]) for row in REASONS)]


@pytest.mark.parametrize(("number", "said"), EACH)
def test_a_next_step_that_this_collection_can_do_names_what_does_it(number: int, said: str | None) -> None:
    step = cause_of(number, tenant="t", client="c", said=said)[1] or ""
    names = DONE_BY[remedy_of(number, said=said)]
    assert names is None or all(re.search(rf"\b{name}\b", step) for name in names), step


def test_a_policy_for_all_resources_is_not_met_by_excluding_the_application() -> None:
    """Sign-ins for basic scopes are evaluated for the directory: who reads the advice would else exempt the application in vain."""
    step = cause_of(53003, tenant="t", client="c")[1] or ""
    for words in ("openid", "User.Read", "'Windows Azure Active Directory'", "does not help to exclude the application", "exempt the user or the address"):
        assert words in step
    assert step.startswith("Ask an administrator of the tenant to exempt this application, or to allow the address")


def test_what_next_steps_name_exists() -> None:
    variables = set()
    for path in (PLUGINS.parent / "roles").glob("*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(path.read_text())["argument_specs"].values():
            variables |= set(entry.get("options") or {})
    modules = {path.stem for path in (PLUGINS / "modules").glob("*.py")}
    assert set(DONE_BY) == {*Remedy, None}
    assert {name for names in DONE_BY.values() for name in names or ()} <= variables | modules


def _literals(tree: ast.Module) -> Iterator[object]:
    """The constants of a file's code: docstrings and the documentation of modules left out."""
    left_out: set[int] = set()
    nodes = list(ast.walk(tree))
    for node in nodes:
        names = {target.id for target in node.targets if isinstance(target, ast.Name)} if isinstance(node, ast.Assign) else set()
        if isinstance(node, ast.Expr) or (isinstance(node, ast.Assign) and names & {"DOCUMENTATION", "EXAMPLES", "RETURN"}):
            left_out.add(id(node.value))
    yield from (node.value for node in nodes if isinstance(node, ast.Constant) and id(node) not in left_out)


# Five digits in a row, a number of another base, or the word: a file without all of them is not worth being taken apart.
COULD_BE_A_NUMBER = re.compile(r"AADSTS|[0-9][0-9_]{4}|0[xXoObB]")


def test_no_other_file_knows_a_number() -> None:
    """A number that a second place knows is a second place to forget."""
    found = []
    assert min(CODES) >= 10_000
    for path in sorted(PLUGINS.rglob("*.py")):
        if path.name == "aadsts.py":
            continue
        text = path.read_text()
        if not COULD_BE_A_NUMBER.search(text):
            continue
        for value in _literals(ast.parse(text)):
            number = isinstance(value, int) and not isinstance(value, bool) and value in CODES
            if number or (isinstance(value, str) and re.search(r"AADSTS\d", value)):
                found.append(f"{path.relative_to(PLUGINS)}: {value!r}")
    assert not found
