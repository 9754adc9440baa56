# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rollout of a connector would meet: which questions are asked, and what their answers mean."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Host, Json, Looked
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.plan import plan_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.preflight import Finding, Foreseen, Weight, finding_of, foreseeing
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.steps import steps_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from support import looks
from support.looks import lead

HOST = Host("contoso", check_mode=False, credentials="/srv/credentials")
OWNED, ALL, GRANT = "Application.ReadWrite.OwnedBy", "Application.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"
WIDE = {"granted": [ALL, GRANT]}
CONNECTION = {"connector": "payroll", "state": "present"}
FILE, TASKS = {"type": "vault_file", "directory": "/srv"}, {"type": "tasks", "file": "sink.yml"}
VAULT = {"type": "azure_key_vault", "vault_url": "https://keys.vault.azure.net"}
NO = {"failed": True, "msg": "It is refused.", "failure": {"kind": "conflict", "code": "taken", "http_status": 409}}
LOST = {"failed": True, "msg": "No answer.", "failure": {"kind": "transport", "code": None, "http_status": None}}


def entra(actions: t.Mapping[str, t.Sequence[str]] | None = None, role: Json | None = None, state: str = "present", **more: t.Any) -> Json:
    """The answer of entra_connection_info."""
    wanted = looks.wanted(role=role or {}, state=state)
    found = {**looks.seen(actions, policies_read=True, created_by_identity=False), **more}
    steps = {**found["steps"], **steps_of(wanted, found, check_mode=False)}
    plan = plan_of(wanted, {**found, "steps": steps}, handed_on=True, check_mode=False)
    return {"connection": {**found, "steps": steps, "wanted": wanted, "next": plan}}


def look_of(seen: Json | None) -> t.Any:
    """A role's look that finds this."""

    def look(connection: Json, host: Host) -> t.Any:
        if seen is None:
            return Looked(True)
        answer = yield Ask("entra_connection_info", {})
        return Looked(bool(answer["connection"]["next"]["open"]), {}, {"entra": answer})

    return look


def product(connection: Json, look: Json, makes_credential: bool, host: Host) -> t.Any:
    """What a role asks of its product before it writes."""
    answer = yield Ask("payroll_sso", {"makes": makes_credential})
    if answer.get("odd"):
        raise OptionError("The product is odd.", code="odd")
    return {}


def foreseen(
    seen: Json | None, *answers: Json, before: t.Any = None, identity: Json | None = None, asked: bool = False, **connection: t.Any
) -> tuple[list[Ask], Foreseen]:
    """What is asked after the look, and what is foreseen."""
    preflight = foreseeing(look_of(seen), before, asked=asked)
    questions, looked = lead(preflight({**CONNECTION, **connection}, HOST, WIDE if identity is None else identity), *([seen] if seen else []), *answers)
    found = looked.seen["foreseen"]
    assert looked.open is found.opens
    return questions[1:] if seen else questions, found


def said(found: Foreseen) -> list[tuple[str, str]]:
    """The findings in short."""
    return [(finding.code, finding.weight.value) for finding in found.findings]


def new(**more: t.Any) -> Json:
    """A connection of which nothing is there yet."""
    secret = {"needed": True, "key_id": None, "retire": [], "status": "none"}
    missing = [{"resource": "Microsoft Graph", "delegated": ["User.Read"], "application": []}]
    given = {"app": looks.new_app(), "consent": {"complete": False, "missing": missing}, "secret": secret, **more}
    return entra({"app": ["create"], "service_principal": ["create"], "consent": ["grant"], "secret": ["mint"]}, **given)


DONE: tuple[Json, ...] = ({"app": {"app_id": "00000000-0000-0000-0000-000000000000"}}, {}, {}, {})


def test_a_connection_that_is_as_it_should_be_costs_nothing_more() -> None:
    asked, found = foreseen(entra())
    assert (asked, found.opens, said(found)) == ([], False, [])
    assert found.documented[:3] == (OWNED, GRANT, "Organization.Read.All") and found.tenant["display_name"] == "Contoso"


def test_each_open_step_is_predicted_by_its_own_module() -> None:
    asked, found = foreseen(new(), *DONE, {}, before=product)
    assert [ask.module for ask in asked] == ["entra_app", "entra_service_principal", "entra_admin_consent", "entra_managed_credential", "payroll_sso"]
    assert all(ask.predicts and "chained" not in ask.options and ask.options["state"] == "present" for ask in asked[:4])
    assert all(ask.optional for ask in asked) and asked[-1].options == {"makes": True}
    assert (found.opens, said(found)) == (True, [])


@pytest.mark.parametrize("failing", range(5))
def test_what_a_step_or_the_product_refuses_is_no_go(failing: int) -> None:
    """And a step that does not follow is not asked, since a rollout would not come to it."""
    answers = [*DONE, {}]
    answers[failing] = NO
    asked, found = foreseen(new(), *answers[: failing + 1], *([{}] if failing < 4 else []), before=product)
    assert said(found) == [("taken", "no_go")] and found.findings[0].sentence == "It is refused."
    assert asked[-1].module == "payroll_sso"


def test_only_what_is_open_is_asked() -> None:
    asked, found = foreseen(entra({"permissions": ["request"]}), {})
    assert [ask.module for ask in asked] == ["entra_app_permission"] and found.opens
    missing = entra({"permissions": ["request"], "resources": ["make"]}, missing_resources=["an API"])
    asked, found = foreseen(missing, identity=WIDE)
    assert asked == [] and ALL in found.documented, "names of an API that is not there yet cannot be resolved"


def test_a_known_value_is_handed_on_by_the_name_of_its_variable() -> None:
    asked, _found = foreseen(new(), *DONE, asked=True, known_value_variable="payroll_client_secret")
    assert asked[-1].secrets == {"known_value": "payroll_client_secret"} == asked[-1].variables


def test_a_question_of_the_product_may_refuse_by_itself() -> None:
    _asked, found = foreseen(new(), *DONE, {"odd": True}, before=product)
    assert said(found) == [("odd", "no_go")]


def test_a_product_without_a_question_is_not_assessed() -> None:
    assert said(foreseen(new(), *DONE)[1]) == [("product_not_tried", "not_assessed")]
    assert said(foreseen(new(), *DONE, asked=True)[1]) == []
    assert said(foreseen(entra({"permissions": ["request"]}), {})[1]) == []
    assert said(foreseen(new(role={"has_product": False, "sinks": [FILE]}), *DONE, {"sinks": []})[1]) == []


@pytest.mark.parametrize(("answer", "findings"), [({}, []), (NO, [("taken", "note")]), ({"odd": True}, [("odd", "note")])])
def test_a_key_that_will_be_needed_later_is_a_note(answer: Json, findings: list[tuple[str, str]]) -> None:
    asked, found = foreseen(entra(), answer, before=product, has_key=True)
    assert asked[0].options == {"makes": True} and said(found) == findings
    assert foreseen(entra(), before=product)[0] == []


FAILURES = [
    (NO, "taken", Weight.NO_GO),
    (LOST, "transport", Weight.NOT_ASSESSED),
    ({"msg": "Busy.", "failure": {"kind": "service", "code": "busy", "http_status": 429}}, "busy", Weight.NOT_ASSESSED),
    ({"msg": "Down.", "failure": {"kind": "service", "code": "down", "http_status": 500}}, "down", Weight.NOT_ASSESSED),
    ({"msg": "Over.", "failure": {"kind": "budget", "code": "budget_spent"}}, "budget_spent", Weight.NOT_ASSESSED),
    ({"msg": "No.", "failure": {"kind": "forbidden", "code": None, "http_status": 403}}, "forbidden", Weight.NO_GO),
    ({"msg": "value of x must be y"}, "failed", Weight.NO_GO),
    ({}, "failed", Weight.NO_GO),
]


@pytest.mark.parametrize(("result", "code", "weight"), FAILURES)
def test_what_a_failure_means(result: Json, code: str, weight: Weight) -> None:
    assert finding_of(result) == Finding(code, weight, result.get("msg", "no message"))


def test_blockers_and_what_was_not_looked_at() -> None:
    found = foreseen(entra(blockers=[looks.blocker()], not_assessed=["An account."], drift=["An audience."]))[1]
    assert said(found) == [("deactivated", "no_go"), ("not_looked_at", "note"), ("drift", "note")]
    assert found.findings[0].sentence == "It is deactivated. Who can take it back: an owner."
    asked, found = foreseen(new(blockers=[looks.blocker()]))
    assert asked == [] and said(found)[0] == ("deactivated", "no_go")
    narrow = looks.blocker("no_assignment", shuts=False, stops_renewal=False)
    assert foreseen(entra({"permissions": ["request"]}, blockers=[narrow]), {})[0] != []


RIGHTS: list[tuple[list[str], Json, list[tuple[str, str]]]] = [
    ([ALL, GRANT], {}, []),
    ([OWNED, GRANT], {}, []),
    ([ALL], {}, [("awaiting_consent", "to_do")]),
    ([], {}, [("awaiting_consent", "to_do"), ("rights_not_certain", "not_assessed")]),
    (["Directory.ReadWrite.All", GRANT], {}, [("rights_not_certain", "not_assessed")]),
]


@pytest.mark.parametrize(("granted", "more", "findings"), RIGHTS)
def test_rights_of_a_new_application(granted: list[str], more: Json, findings: list[tuple[str, str]]) -> None:
    assert said(foreseen(new(**more), *DONE, asked=True, identity={"granted": granted})[1]) == findings


def test_consent_to_application_permissions_waits_for_another_right() -> None:
    missing = [{"resource": "Microsoft Graph", "delegated": [], "application": ["User.Read.All"]}]
    found = foreseen(new(consent={"complete": False, "missing": missing}), *DONE, asked=True)[1]
    assert "AppRoleAssignment.ReadWrite.All" in found.findings[0].sentence and said(found) == [("awaiting_consent", "to_do")]


def test_a_consent_that_is_not_wanted_waits_for_nobody() -> None:
    found = foreseen(new(role={"consent_wanted": False}), *DONE, asked=True, identity={"granted": [ALL]})[1]
    assert said(found) == [] and "Application.Read.All" not in found.documented


def test_a_consent_that_may_not_be_read_is_not_assessed() -> None:
    unread = {"complete": False, "state": "not_assessed", "unread": "It may not be read.", "missing": []}
    found = foreseen(entra(consent=unread))[1]
    assert said(found) == [("consent_not_assessed", "not_assessed")] and found.findings[0].sentence == "It may not be read."


OWNERS = [
    ([OWNED], False, [("ownership_not_certain", "not_assessed")]),
    ([OWNED], True, []),
    ([OWNED, ALL], False, []),
    ([ALL], False, []),
]


@pytest.mark.parametrize(("granted", "made_by_it", "findings"), OWNERS)
def test_the_right_to_own_applications_does_for_those_alone(granted: list[str], made_by_it: bool, findings: list[tuple[str, str]]) -> None:
    seen = entra({"permissions": ["request"]}, created_by_identity=made_by_it)
    found = foreseen(seen, {}, identity={"granted": granted})[1]
    assert said(found) == findings and all("'Payroll' in Contoso" in finding.sentence for finding in found.findings)


def test_policies_that_may_not_be_read() -> None:
    assert said(foreseen(new(policies_read=False), *DONE, asked=True)[1]) == [("policies_not_read", "not_assessed")]
    assert said(foreseen(entra({"permissions": ["request"]}, policies_read=False), {})[1]) == []
    given = foreseen(entra({"permissions": ["request"]}, policies_read=False), {}, checks_certificate=True)[1]
    assert said(given) == [("policies_not_read", "not_assessed")], "a certificate that is given is uploaded, and may be forbidden as well"


def test_vault_files_are_tried() -> None:
    place = {"sinks": [{"index": 0, "type": "vault_file", "place": "/srv/x.yml"}]}
    asked, found = foreseen(new(role={"sinks": [FILE]}), *DONE, place, asked=True)
    assert asked[-1].module == "credential_sinks" and asked[-1].options["question"] == "writable"
    assert asked[-1].options["directory"] == "/srv/credentials" and asked[-1].options["sinks"] == [FILE]
    assert found.sinks == ({"type": "vault_file", "place": "/srv/x.yml", "readable": True, "writing": "tested"},) and said(found) == []
    found = foreseen(new(role={"sinks": [FILE]}), *DONE, NO, asked=True)[1]
    assert found.sinks == ({"type": "vault_file", "place": None, "readable": False, "writing": "refused"},) and said(found) == [("taken", "no_go")]


def test_a_task_file_is_only_run_by_the_role() -> None:
    asked, found = foreseen(new(role={"sinks": [TASKS]}), *DONE, asked=True)
    assert "credential_sinks" not in [ask.module for ask in asked]
    assert found.sinks == ({"type": "tasks", "place": "sink.yml", "readable": None, "writing": "not_tested"},)
    assert said(found) == [("sink_not_tested", "not_assessed")]
    keyless = {"needed": False, "key_id": None, "retire": [], "status": "none"}
    assert said(foreseen(entra({"permissions": ["request"]}, role={"sinks": [TASKS]}, secret=keyless), {})[1]) == []


def test_a_sink_that_lost_the_key_makes_a_new_one() -> None:
    """The key that was delivered is asked for first."""
    seen = entra({"permissions": ["request"]}, role={"sinks": [FILE]})
    lost = {"sinks": [{"index": 0, "held": False, "place": "/srv/x.yml"}]}
    asked, _found = foreseen(seen, lost, {}, {}, {"sinks": []}, asked=True)
    assert [ask.module for ask in asked] == ["credential_sinks", "entra_app_permission", "entra_managed_credential", "credential_sinks"]
    assert (asked[0].options["question"], asked[0].options["key_id"], asked[0].options["client_id"]) == ("holds", looks.KEY_ID, looks.APP_ID)
    asked, found = foreseen(seen, NO, {}, NO, asked=True)
    assert "entra_managed_credential" not in [ask.module for ask in asked] and said(found) == [("taken", "no_go")]


def test_what_is_taken_away_is_not_tried() -> None:
    assert said(foreseen(None, state="absent")[1]) == [("removal_not_tried", "not_assessed")]
    gone = foreseen(entra({"app": ["delete"]}, role={"absent_confirmed": "payroll"}, state="absent"), state="absent")[1]
    assert said(gone) == [("removal_not_tried", "not_assessed")] and gone.tenant["display_name"] == "Contoso"
    assert said(foreseen(entra(state="absent", role={"absent_confirmed": "payroll"}), state="absent")[1]) == []


def test_a_finding_as_data() -> None:
    assert Finding("taken", Weight.NO_GO, "It is taken.").to_result() == {"code": "taken", "weight": "no_go", "sentence": "It is taken."}


def test_a_name_before_there_is_an_application() -> None:
    app = {**looks.new_app(), "would_create": False}
    seen = entra({"permissions": ["request"]}, app=app)
    assert "'Payroll' in Contoso" in foreseen(seen, {}, identity={"granted": [OWNED]})[1].findings[0].sentence


def test_a_key_vault_is_read_and_its_writing_is_not_tested() -> None:
    place = "https://keys.vault.azure.net/secrets/payroll"
    rows = {"sinks": [{"index": 0, "type": "vault_file", "place": "/srv/x.yml"}, {"index": 1, "type": "azure_key_vault", "place": place}]}
    asked, found = foreseen(new(role={"sinks": [FILE, VAULT, TASKS]}), *DONE, rows, asked=True)
    assert asked[-1].secrets == {"sink_secrets": "entra_connector_sink"} and asked[-1].options["sinks"] == [FILE, VAULT, TASKS]
    assert [(sink["type"], sink["readable"], sink["writing"]) for sink in found.sinks] == [
        ("vault_file", True, "tested"),
        ("azure_key_vault", True, "not_tested"),
        ("tasks", None, "not_tested"),
    ]
    assert said(found) == [("sink_not_tested", "not_assessed")] * 2 and found.findings[0].sentence.startswith(
        f"The sink {place} is readable; writing not tested"
    )
    found = foreseen(new(role={"sinks": [VAULT]}), *DONE, NO, asked=True)[1]
    assert found.sinks == ({"type": "azure_key_vault", "place": None, "readable": False, "writing": "refused"},) and said(found) == [("taken", "no_go")]


def test_a_key_vault_that_nothing_is_written_to_is_no_doubt() -> None:
    asked, found = foreseen(
        entra({"permissions": ["request"]}, role={"sinks": [VAULT]}),
        {"sinks": [{"index": 0, "type": "azure_key_vault", "held": True, "place": "x", "older": []}]},
        {},
        {"sinks": [{"index": 0, "type": "azure_key_vault", "place": "x"}]},
    )
    assert [ask.options.get("question") for ask in asked if ask.module == "credential_sinks"] == ["holds", "writable"] and said(found) == []
