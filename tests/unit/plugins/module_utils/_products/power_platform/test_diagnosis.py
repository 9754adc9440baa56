# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the diagnosis concludes, what it leaves alone, and what it says about looks that failed."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform import diagnosis
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.power_platform.hand_over import PASSWORD_NOTE

Host = t.Callable[..., dict[str, t.Any]]
API = "8578e004-a5c6-46e7-913e-12f58912df43"
NATIVE = "https://login.microsoftonline.com/common/oauth2/nativeclient"
NOW = "2026-11-29T12:00:00Z"
TENANT = {"tenant_id": "2f4c", "display_name": "Contoso"}
LIVE, OVER = {"key_id": "k1", "end_date_time": "2026-11-29T12:00:01Z"}, {"key_id": "k2", "end_date_time": "2026-11-29T12:00:00Z"}
TRUST = {"name": "main", "issuer": "https://i", "subject": "s"}
APP: dict[str, t.Any] = {
    "app_id": "7a9c",
    "display_name": "App",
    "secrets": [LIVE],
    "certificates": [],
    "required_resource_access": [{"resource_app_id": "other"}, {"resource_app_id": API}],
    "redirect_uris": {"public_client": [NATIVE], "web": [], "spa": []},
    "is_fallback_public_client": False,
}
PRINCIPAL: dict[str, t.Any] = {
    "object_id": "4f7a",
    "display_name": "Enterprise",
    "account_enabled": True,
    "app_role_assignment_required": False,
    "assigned_to": [],
}
RESOURCE = {"account_enabled": True}
PROVEN = {"status": "proven", "reason": "Seen.", "token": {}, "environments": []}
REFUSED = {"status": "refused", "reason": "No.", "token": {"code": "AADSTS7000215"}, "environments": []}
GRANTED = {"consent": {"missing": []}}
ROLE = {"role_assignment": {"role": "reader", "scope": "/tenants/2f4c", "would_create": False, "hand_off": None}}


ENABLE = "run the role power_platform with power_platform_enable: true"
DEACTIVATED = (
    "registration", "The registration is deactivated (AADSTS7000112).",
    f"When it is no security measure: {ENABLE}, or tenantkit.connectors.entra_app with is_disabled: false.",
)  # fmt: skip
BY_MICROSOFT = ("registration", "Microsoft disabled the application.", "Only Microsoft can take that back; its support says why.")


def apps(**changes: t.Any) -> dict[str, t.Any]:
    """The registration, with changes."""
    return {"apps": {"apps": [{**APP, **changes}], "service_time": NOW}}


def principals(**changes: t.Any) -> dict[str, t.Any]:
    """Its enterprise application, with changes."""
    return {"principals": {"service_principals": [{**PRINCIPAL, **changes}], "tenant": TENANT}}


def trusts(*rows: dict[str, t.Any]) -> dict[str, t.Any]:
    """Its federated credentials."""
    return {"trusted": {"federated_credential": {"others": list(rows)}}}


class Looked:
    """A diagnosis from its first decision to its last, of a registration of which everything is right but what a test makes wrong."""

    def __init__(self, host: Host, variables: dict[str, t.Any], given: dict[str, t.Any]) -> None:
        check_mode = bool(given.pop("check_mode", False))
        steps = {**apps(), **principals(), **trusts(), "api": {"service_principals": [RESOURCE], "tenant": TENANT}, "consent": GRANTED, "role": ROLE}
        shared = {"connection": host(**variables), "check_mode": check_mode, **steps, **given}
        self.subject = diagnosis.subject({"connection": shared["connection"], "apps": shared["apps"]})
        self.looks = diagnosis.looks(shared)
        answer = diagnosis.diagnosis({**shared, "looks": self.looks})
        self.found, self.lines = answer["diagnosis"], answer["lines"]

    @property
    def findings(self) -> list[tuple[str, str, str]]:
        """Check, cause and repair of each."""
        return [(item["check"], item["cause"], item["repair"]) for item in self.found["findings"]]


@pytest.fixture
def look(host: Host) -> t.Callable[..., Looked]:
    """Diagnoses a host with these variables and these reads."""
    return lambda variables=None, **given: Looked(host, variables or {}, given)


Look = t.Callable[..., Looked]
MODULE = "tenantkit.connectors.entra_service_principal"
SAID_NOTHING = {"credential": "secret"}


def test_nothing_is_wrong(look: Look) -> None:
    found = look({"credential": "secret", "try": {"client_secret": "v"}}, tried={"proof": {**PROVEN, "remember": {}}})
    assert found.found == {
        "tenant": TENANT,
        "app_id": "7a9c",
        "display_name": "App",
        "works": True,
        "findings": [],
        "user": {},
        "notes": [],
        "not_read": [],
        "not_looked_at": [],
        "proof": PROVEN,
    }
    assert found.lines == ["Contoso, App: 0 causes found; sign-in: proven."]
    assert found.subject == {"app_id": "7a9c", "known": True, "registered": True}
    assert found.looks == {
        "consent": True,
        "role": True,
        "holder": "4f7a",
        "trial": "given",
        "proof": {"timeout": 420, "tenant_id": "2f4c", "client_id": "7a9c"},
    }


PEOPLE = {"try": {"username": "a", "password": "b"}}
EXPIRED = "have expired"
MISSING_ROLE = (
    "The service principal does not hold the role reader, or one that includes it, at /tenants/2f4c: the API answers 403 to what such a role would allow."
)
GIVE_ROLE = (
    "Run the role power_platform with the right to assign it (power_platform_role, power_platform_scope, power_platform_admin_auth). Where its role is "
    "another one, or is for an environment or a group, name that in power_platform_role, power_platform_environment_id or "
    "power_platform_environment_group_id, and look again."
)
RUN_TRUST = "Run the role power_platform with power_platform_credential: federated and power_platform_federated."
ADOPT = "(and power_platform_adopt for one made by hand)."


def run_as(kind: str) -> str:
    """The repair of a credential of a kind."""
    return f"Run the role power_platform with power_platform_credential: {kind} {ADOPT}"


FINDINGS: list[tuple[str, dict[str, t.Any], dict[str, t.Any], list[tuple[str, str, str]]]] = [
    ("no registration, by its name", {}, {"apps": {"apps": []}}, [
        ("registration", "There is no application tenantkit.power_platform in this tenant.",
         "Check power_platform_client_id and entra_tenant_id, or run the role power_platform."),
    ]),
    ("no registration, by its id", {"client_id": "1111"}, {"apps": {"apps": []}, "principals": {"service_principals": []}}, [
        ("registration", "There is no application 1111 in this tenant.", "Check power_platform_client_id and entra_tenant_id, or run the role power_platform."),
    ]),
    ("a registration elsewhere", {"client_id": "1111"}, {"apps": {"apps": []}}, []),
    ("no enterprise application", SAID_NOTHING, {"principals": {"service_principals": []}}, [
        ("enterprise_application", "The application has no service principal (enterprise application) in this tenant (AADSTS7000229).",
         f"Run the role power_platform, or {MODULE} with this app_id."),
    ]),
    ("a disabled one", SAID_NOTHING, principals(account_enabled=False), [
        ("enterprise_application", "The enterprise application is disabled (AADSTS7000112).",
         f"When it is no security measure: {ENABLE}, or {MODULE} with account_enabled: true."),
    ]),
    ("a deactivated registration", SAID_NOTHING, apps(is_disabled=True), [DEACTIVATED]),
    ("one that is known by its enterprise application", SAID_NOTHING, principals(is_disabled=True), [DEACTIVATED]),
    ("one that Microsoft disabled", SAID_NOTHING, apps(disabled_by_microsoft_status="DisabledDueToViolationOfServicesAgreement"), [BY_MICROSOFT]),
    ("the same, by its enterprise application", SAID_NOTHING, principals(disabled_by_microsoft_status="DisabledDueToX"), [BY_MICROSOFT]),
    ("one that is not", SAID_NOTHING, apps(is_disabled=False, disabled_by_microsoft_status="NotDisabled"), []),
    ("no account is assigned", SAID_NOTHING, principals(app_role_assignment_required=True), [
        ("assignment", "Only assigned accounts may sign in, and no account is assigned (AADSTS50105).", f"Assign them with assigned_to of {MODULE}."),
    ]),
    ("an account is assigned", SAID_NOTHING, principals(app_role_assignment_required=True, assigned_to=[{}]), []),
    ("no API", SAID_NOTHING, {"api": {"service_principals": [], "tenant": TENANT}}, [
        ("api", "The tenant has no service principal of the Power Platform API (AADSTS500011 or AADSTS650052).",
         f"Run the role power_platform, or {MODULE} with app_id {API}."),
        ("consent", "No administrator can have consented: the API has no service principal in this tenant (AADSTS65001).",
         "Run the role power_platform with power_platform_consent: admin, which makes one as well."),
    ]),
    ("no API, and no permission is wanted", {"credential": "secret", "permissions": []}, {"api": {"service_principals": [], "tenant": TENANT}}, [
        ("api", "The tenant has no service principal of the Power Platform API (AADSTS500011 or AADSTS650052).",
         f"Run the role power_platform, or {MODULE} with app_id {API}."),
    ]),
    ("a disabled API", SAID_NOTHING, {"api": {"service_principals": [{"account_enabled": False}]}}, [
        ("api", "The service principal of the Power Platform API is disabled in this tenant (AADSTS500012, AADSTS500014).",
         f"Run {MODULE} with app_id {API} and account_enabled: true."),
    ]),
    ("no permission", SAID_NOTHING, apps(required_resource_access=[{"resource_app_id": "other"}]), [
        ("permissions", "The registration requests no permission of the Power Platform API (AADSTS650057).",
         "Set power_platform_permissions and run the role power_platform (with power_platform_adopt for one made by hand)."),
    ]),
    ("no permission is wanted", {"credential": "secret", "permissions": []}, apps(required_resource_access=None), []),
    ("no consent", SAID_NOTHING, {"consent": {"consent": {"missing": [{"delegated": ["A", "B"]}, {"delegated": ["C"]}]}}}, [
        ("consent", "No administrator has consented to A, B, C for the tenant (AADSTS65001).",
         "Run the role power_platform with power_platform_consent: admin."),
    ]),
    ("no redirect URI", PEOPLE, apps(is_fallback_public_client=True, redirect_uris={"public_client": []}), [
        ("redirect_uri", f"The native redirect URI {NATIVE} is not registered, so people cannot sign in from a desktop (AADSTS50011).",
         "Run the role power_platform, which registers it as a public client."),
    ]),
    *((f"a redirect URI of {place}", {}, apps(secrets=[], redirect_uris={place: [NATIVE]}), [
        ("redirect_uri",
         f"The native redirect URI {NATIVE} is registered for a web or single-page application, so people cannot sign in from a desktop (AADSTS50011).",
         "Run the role power_platform, which registers it as a public client."),
    ]) for place in ("web", "spa")),
    ("no redirect URI is needed", SAID_NOTHING, apps(redirect_uris=None), []),
    ("no public client", PEOPLE, {}, [
        ("public_client", "Signing in with a user name and a password needs a public client (AADSTS7000218).",
         "Set power_platform_allow_public_client: true and run the role power_platform."),
    ]),
    ("a confidential one", {"try": {"username": "a", "client_secret": "v"}}, {}, []),
    ("a public client", PEOPLE, apps(is_fallback_public_client=True), []),
    ("expired secrets", SAID_NOTHING, apps(secrets=[OVER, {**OVER, "key_id": "k3"}]), [
        ("credentials", "All 2 of its client secrets have expired (k2, k3; AADSTS7000222).", run_as("secret")),
    ]),
    ("an expired secret that nothing names", {}, apps(secrets=[OVER], certificates=[LIVE]), [
        ("credentials", "All 1 of its client secrets have expired (k2; AADSTS7000222). It also has valid certificates.", run_as("secret")),
    ]),
    ("expired ones beside a valid one", SAID_NOTHING, apps(secrets=[OVER, LIVE]), []),
    ("a secret without an end", SAID_NOTHING, apps(secrets=[{"key_id": "k", "end_date_time": None}]), []),
    ("expired certificates", {"credential": "certificate"}, apps(certificates=[OVER]), [
        ("credentials", "All 1 of its certificates have expired (k2; AADSTS700027).", run_as("certificate")),
    ]),
    ("no certificate", {"credential": "certificate"}, {}, [
        ("credentials", "It has none of the certificates that it is to sign in with.", run_as("certificate")),
    ]),
    ("an expired one of each kind", {}, {**apps(secrets=[OVER], certificates=[OVER]), **trusts(TRUST)}, [
        ("credentials", "All 1 of its client secrets have expired (k2; AADSTS7000222). It also has valid federated credentials.", run_as("secret")),
        ("credentials", "All 1 of its certificates have expired (k2; AADSTS700027). It also has valid federated credentials.", run_as("certificate")),
    ]),
    ("two valid kinds beside an expired one", {}, {**apps(secrets=[LIVE], certificates=[OVER]), **trusts(TRUST)}, [
        ("credentials", "All 1 of its certificates have expired (k2; AADSTS700027). It also has valid client secrets and federated credentials.",
         run_as("certificate")),
    ]),
    ("no trust", {"credential": "federated"}, {}, [
        ("credentials", "It has none of the federated credentials that it is to sign in with (AADSTS70021).", RUN_TRUST),
    ]),
    ("trusts that were not read", {"credential": "federated"}, {"trusted": {"msg": "No."}}, []),
    ("another trust", {"federated": {**TRUST, "subject": "t"}}, trusts(TRUST, {**TRUST, "name": "next"}), [
        ("credentials", "None of its federated credentials (main, next) trusts issuer https://i with subject t (AADSTS70021, AADSTS700211, AADSTS700213).",
         RUN_TRUST),
    ]),
    ("another issuer", {"credential": "federated", "federated": {**TRUST, "issuer": "https://j"}}, trusts(TRUST), [
        ("credentials", "None of its federated credentials (main) trusts issuer https://j with subject s (AADSTS70021, AADSTS700211, AADSTS700213).",
         RUN_TRUST),
    ]),
    ("the trust", {"federated": TRUST}, trusts({**TRUST, "issuer": "https://j"}, TRUST), []),
    ("half a trust", {"federated": {"issuer": "https://j"}}, trusts(TRUST), []),
    ("the other half", {"federated": {"subject": "t"}}, trusts(TRUST), []),
    ("a trust of another kind", {"credential": "secret", "federated": {**TRUST, "subject": "t"}}, trusts(TRUST), []),
    ("no role", SAID_NOTHING, {"role": {"role_assignment": {**ROLE["role_assignment"], "would_create": True, "covered_by": []}}},
     [("role", MISSING_ROLE, GIVE_ROLE)]),
    ("a wider role", SAID_NOTHING, {"role": {"role_assignment": {**ROLE["role_assignment"], "would_create": True, "covered_by": ["owner"]}}}, []),
    ("a refused sign-in", {"credential": "secret", "try": {"client_secret": "v"}}, {"tried": {"proof": REFUSED}}, [
        ("sign_in", "No.", "client_secret in power_platform_try; power_platform_credential: secret with power_platform_force: true makes a new one"),
    ]),
    ("a file that cannot be read", {"credential": "certificate", "certificate_path": "c"},
     {**apps(certificates=[LIVE]), "tried": {"proof": {"status": "failed", "reason": "No file."}}},
     [("sign_in", "No file.", "power_platform_certificate_path")]),
    # What is proven lacks nothing.
    ("proven without a role", {"credential": "certificate", "try": {"client_secret": "v"}},
     {"tried": {"proof": PROVEN}, "role": {"role_assignment": {**ROLE["role_assignment"], "would_create": True}}, **apps(secrets=[])}, []),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "given", "expected"), [row[1:] for row in FINDINGS], ids=[row[0] for row in FINDINGS])
def test_what_is_found(variables: dict[str, t.Any], given: dict[str, t.Any], expected: list[tuple[str, str, str]], look: Look) -> None:
    assert look(variables, **given).findings == expected


KINDS: list[tuple[dict[str, t.Any], dict[str, t.Any], list[str]]] = [
    ({"credential": "federated", "try": {"client_secret": "v"}}, {}, ["federated"]),
    (PEOPLE, {}, []),
    ({"try": {"client_secret": "v"}}, apps(secrets=[]), ["secret"]),
    ({"try": {"federated_token": "v"}}, {}, ["federated"]),
    ({"try": {"federated_token_file": "v"}}, {}, ["federated"]),
    ({"try": {"certificate_path": "v"}}, {}, ["certificate"]),
    ({"try": {"private_key_content": "v"}}, {}, ["certificate"]),
    ({"try": {"password": "v"}}, apps(certificates=[OVER]), ["secret", "certificate"]),
    ({}, apps(secrets=None, certificates=None), []),
    ({}, {**apps(), **trusts(TRUST)}, ["secret", "federated"]),
]


@pytest.mark.parametrize(("variables", "given", "kinds"), KINDS)
def test_how_the_application_signs_in(variables: dict[str, t.Any], given: dict[str, t.Any], kinds: list[str], host: Host) -> None:
    steps = {**apps(), **principals(), **trusts(), **given}
    seen = diagnosis.DiagnosisFacts.of({"connection": host(**variables), **steps})
    assert seen.kinds == kinds


def test_every_look_that_fails_is_said(look: Look) -> None:
    bad = {name: {"msg": f"{name} was refused.", "failure": {}} for name in ("apps", "api", "principals", "trusted", "consent", "role")}
    nothing = look({"client_id": "1111", "credential": "secret"}, **bad)
    assert nothing.found["not_read"] == [
        "The registration: apps was refused.",
        "The enterprise application: principals was refused.",
        "The Power Platform API: api was refused.",
    ]
    assert (nothing.findings, nothing.found["tenant"]) == ([], {"tenant_id": "contoso.onmicrosoft.com", "display_name": "contoso.onmicrosoft.com"})
    later = look(SAID_NOTHING, trusted=bad["trusted"], consent=bad["consent"], role={})
    assert later.found["not_read"] == ["The federated credentials: trusted was refused.", "The consent: consent was refused.", "The role: no message"]
    assert later.findings == []


def test_a_role_that_may_not_be_seen(look: Look) -> None:
    handed = {"role_assignment": {**ROLE["role_assignment"], "hand_off": {"reason": "It may not."}}}
    assert look(SAID_NOTHING, role=handed).found["not_read"] == ["The role: It may not. Give power_platform_admin_auth, an administrator of Power Platform."]


CONSENT = "The consent: it is compared where registration, enterprise application and API are there, and power_platform_permissions names any."
VALUES = "The values of its credentials: give the one that is used in power_platform_try."
UNLOOKED: list[tuple[dict[str, t.Any], dict[str, t.Any], list[str]]] = [
    (SAID_NOTHING, {}, [VALUES]),
    ({"try": {"client_secret": "v"}}, {}, []),
    ({"try": {"client_secret": "v"}}, {"check_mode": True}, ["The sign-in: check mode sends no credential."]),
    (SAID_NOTHING, {"apps": {"apps": []}}, [
        "The credentials: the registration was not found in this tenant, or not read.", CONSENT,
        "The role: no enterprise application was found that could hold one.", VALUES,
    ]),
    (SAID_NOTHING, {"principals": {"service_principals": []}}, [CONSENT, "The role: no enterprise application was found that could hold one.", VALUES]),
    (SAID_NOTHING, {"api": {"service_principals": []}}, [VALUES]),  # what cannot have been given is a finding
    (SAID_NOTHING, {"api": {"msg": "It may not be read.", "failed": True}}, [CONSENT, VALUES]),
    ({**SAID_NOTHING, "permissions": []}, {"api": {"service_principals": []}}, [CONSENT, VALUES]),
    ({**SAID_NOTHING, "permissions": []}, {}, [CONSENT, VALUES]),
    (PEOPLE, {}, ["The role: it is not known whether the application signs in by itself; set power_platform_credential."]),
]  # fmt: skip


@pytest.mark.parametrize(("variables", "given", "expected"), UNLOOKED)
def test_what_was_not_looked_at(variables: dict[str, t.Any], given: dict[str, t.Any], expected: list[str], look: Look) -> None:
    assert look(variables, **given).found["not_looked_at"] == expected


ADA: dict[str, t.Any] = {"principal": "Ada@contoso.com", "principal_id": "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a01", "principal_type": "user"}
BOB = {**ADA, "principal": "bob@contoso.com", "principal_id": "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a02"}
BY_NAME_ALONE = {**BOB, "principal": "Bob"}
STAFF = {"principal": "Staff", "principal_id": "2a0c", "principal_type": "group"}
MISSING_USER = (
    "assignment",
    "Only assigned accounts may sign in, and ada@contoso.com is not assigned (AADSTS50105).",
    f"Assign it with assigned_to of {MODULE}.",
)
DISABLED_USER = ("account", "The account ada@contoso.com is disabled (AADSTS50057).", "An administrator of the tenant enables it.")
MEMBER = (
    "The assignment: ada@contoso.com has no assignment, and may be a direct member of an assigned group (Staff), which is not assessed: It was not asked for."
)
UNNAMED = "The assignment: 1 of the assigned users could not be read by their user principal names, and ada@contoso.com may be one of them: give the object id."
USERS: list[tuple[str, str, bool, list[dict[str, t.Any]], list[tuple[str, str, str]], list[str], bool | None]] = [
    ("assigned, in any case", "ada@contoso.com", True, [BOB, ADA], [], [], True),
    ("assigned, by id", str(ADA["principal_id"]), True, [ADA], [], [], True),
    ("not assigned, others are", "ada@contoso.com", True, [BOB], [MISSING_USER], [], False),
    ("not assigned, and nobody has to be", "ada@contoso.com", False, [BOB], [], [], False),
    ("perhaps in a group", "ada@contoso.com", True, [BOB, STAFF], [], [MEMBER], None),
    ("perhaps in a group that does not matter", "ada@contoso.com", False, [STAFF], [], [], None),
    ("assigned beside a group", "ada@contoso.com", True, [STAFF, ADA], [], [], True),
    ("perhaps one that may not be read", "ada@contoso.com", True, [BY_NAME_ALONE], [], [UNNAMED], None),
    ("by id, among some that may not be read", "0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a03", True, [BY_NAME_ALONE], [
        ("assignment", "Only assigned accounts may sign in, and 0c1e5a77-93d1-4f0e-a8e2-5b1d3c9f6a03 is not assigned (AADSTS50105).", MISSING_USER[2]),
    ], [], False),
    ("assigned and disabled", "ada@contoso.com", True, [{**ADA, "principal_enabled": False}], [DISABLED_USER], [], True),
    ("assigned, disabled or not unread", "ada@contoso.com", True, [{**ADA, "principal_enabled": None}], [], [], True),
]  # fmt: skip


@pytest.mark.parametrize(("user", "required", "rows", "findings", "unknown", "assigned"), [row[1:] for row in USERS], ids=[row[0] for row in USERS])
def test_the_assignments_tell_of_the_named_user(
    user: str,
    required: bool,
    rows: list[dict[str, t.Any]],
    findings: list[tuple[str, str, str]],
    unknown: list[str],
    assigned: bool | None,
    look: Look,
) -> None:
    found = look({**SAID_NOTHING, "diagnose_user": user}, **principals(app_role_assignment_required=required, assigned_to=rows))
    assert (found.findings, found.found["user"]["assigned"], found.found["user"]["required"]) == (findings, assigned, required)
    assert [line for line in found.found["not_looked_at"] if line.startswith("The assignment")] == unknown


def test_without_any_assignment_it_is_said_once(look: Look) -> None:
    found = look({**SAID_NOTHING, "diagnose_user": "ada@contoso.com"}, **principals(app_role_assignment_required=True))
    assert [cause for check, cause, _repair in found.findings if check == "assignment"] == [
        "Only assigned accounts may sign in, and no account is assigned (AADSTS50105)."
    ]


def test_a_user_without_an_enterprise_application(look: Look) -> None:
    assert look({**SAID_NOTHING, "diagnose_user": "ada@contoso.com"}, principals={"service_principals": []}).found["user"] == {}


def test_a_password_has_its_caveat(look: Look) -> None:
    found = look(PEOPLE)
    assert found.found["notes"] == [PASSWORD_NOTE] and PASSWORD_NOTE in found.lines
    assert look(SAID_NOTHING).found["notes"] == []


LOOKS: list[tuple[dict[str, t.Any], dict[str, t.Any], dict[str, t.Any]]] = [
    (SAID_NOTHING, {}, {"consent": True, "role": True, "holder": "4f7a", "trial": ""}),
    (PEOPLE, {}, {"role": False, "trial": "given"}),
    (SAID_NOTHING, {"principals": {"service_principals": []}}, {"consent": False, "role": False, "holder": ""}),
    ({"credential": "certificate", "certificate_path": "c"}, {}, {"trial": "file"}),
    ({"credential": "certificate", "certificate_path": "c"}, {"check_mode": True}, {"trial": ""}),
    ({"try": {"client_secret": "v"}}, {"apps": {"apps": []}}, {"trial": "", "consent": False}),
    ({"client_id": "1111", "try": {"client_secret": "v"}}, {"apps": {"apps": []}}, {"trial": "given", "consent": False}),
]


@pytest.mark.parametrize(("variables", "given", "expected"), LOOKS)
def test_which_looks_are_due(variables: dict[str, t.Any], given: dict[str, t.Any], expected: dict[str, t.Any], look: Look) -> None:
    found = look(variables, **given).looks
    assert {name: found[name] for name in expected} == expected


def test_what_is_skipped_was_not_read(look: Look) -> None:
    """What an earlier use of the role on this host registered is not trusted either."""
    stale = look({}, apps={"apps": []}, **principals(account_enabled=False), **trusts(TRUST))
    assert [check for check, _cause, _repair in stale.findings] == ["registration"]
    skipped = look(SAID_NOTHING, principals={"skipped": True, "service_principals": [PRINCIPAL]})
    assert "The enterprise application: no message" in skipped.found["not_read"]
    untried = look(SAID_NOTHING, tried={"proof": REFUSED})
    assert untried.found["proof"] == {"status": "not_tested", "reason": "No credential was given in power_platform_try."}
    assert (untried.findings, untried.found["works"]) == ([], False)


def test_a_tenant_that_only_one_read_names(look: Look) -> None:
    assert look(SAID_NOTHING, api={"msg": "No."}).found["tenant"] == TENANT


@pytest.mark.parametrize(
    ("variables", "given", "name"),
    [({}, {}, "App"), ({"client_id": "1111"}, {"apps": {"apps": []}}, "Enterprise"), ({}, {"apps": {"apps": []}}, "no application"),
     ({"client_id": "1111"}, {"apps": {"apps": []}, "principals": {}}, "1111")],
)  # fmt: skip
def test_whose_diagnosis_it_is(variables: dict[str, t.Any], given: dict[str, t.Any], name: str, look: Look) -> None:
    assert look(variables, **given).lines[0].startswith(f"Contoso, {name}: ")


def test_the_lines() -> None:
    found = {
        "tenant": TENANT,
        "app_id": "7a9c",
        "display_name": "",
        "findings": [{"cause": "One.", "repair": "do it"}, {"cause": "Two.", "repair": "do that"}],
        "not_read": ["a"],
        "notes": ["Know this."],
        "not_looked_at": ["b"],
        "proof": {"status": "nothing_visible"},
    }
    assert diagnosis.lines_of(found) == [
        "Contoso, 7a9c: 2 causes found; sign-in: nothing visible.",
        "One. Repair: do it",
        "Two. Repair: do that",
        "Know this.",
        "Not read: a",
        "Not looked at: b",
    ]
