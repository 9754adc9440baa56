# SPDX-License-Identifier: GPL-3.0-or-later
"""No survey of a controller asks for a target, a secret, an acceptance, or what takes something away, whichever role the option is of."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible.utils.display import Display
from ansible_collections.tenantkit.connectors.plugins.module_utils._fleet.breaker import Limits
from ansible_collections.tenantkit.connectors.plugins.module_utils._fleet.waves import is_wanted, waves_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._given_values import CREDENTIALS
from ansible_collections.tenantkit.connectors.plugins.module_utils._numbers import range_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import CONNECTIONS
from support.playbooks import ROOT
from tools import surveys

ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
SPECS = {role: yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text()) for role in ROLES}
OPTIONS = {role: {name: option for entry in spec["argument_specs"].values() for name, option in entry["options"].items()} for role, spec in SPECS.items()}
EVERY = [(role, name) for role in ROLES for name in OPTIONS[role]]
WRITTEN = yaml.safe_load((ROOT / surveys.WRITTEN).read_text())["awx_setup_surveys"]
ASKED = {element["variable"] for one in WRITTEN.values() for element in one["spec"]}

# What each role has that a survey may ask for; a new option that comes to it is looked at by a person.
MAY_BE_ASKED = {
    "entra_connector": {"entra_change_reference", "entra_timeout", "entra_connector_consent_wanted"},
    "okta_workflows": {"entra_change_reference", "entra_timeout", "okta_workflows_consent_on_forbidden"},
    "power_platform": {
        "entra_change_reference", "entra_timeout", "power_platform_consent", "power_platform_consent_on_forbidden", "power_platform_proof_timeout",
        "power_platform_credential_renew_before_days", "power_platform_credential_validity_days",
    },
    "workato": {
        "entra_change_reference", "entra_timeout", "workato_consent", "workato_consent_on_forbidden", "workato_secret_renew_before_days",
        "workato_secret_validity_days", "workato_wait_for_authorization", "workato_wait_timeout",
    },
    "workspace365": {
        "entra_change_reference", "entra_timeout", "workspace365_consent", "workspace365_consent_on_forbidden", "workspace365_secret_renew_before_days",
        "workspace365_secret_validity_days",
    },
}  # fmt: skip


def no_limits(_name: str) -> None:
    """Numbers without limits."""


def refused(role: str, name: str) -> bool:
    """Whether the questions of a role cannot be made with this option among them."""
    try:
        surveys.of_role(role, SPECS[role], {name: "?"}, no_limits)
    except ValueError as error:
        assert name in str(error)
        return True
    return False


@pytest.mark.parametrize(("role", "name"), EVERY)
def test_an_option_is_asked_for_only_where_that_is_harmless(role: str, name: str) -> None:
    """The rule, against every role and every option: what is refused is in no survey, and what is not refused is listed above."""
    assert not (refused(role, name) and name in ASKED)
    if role in MAY_BE_ASKED:
        assert refused(role, name) is (name not in MAY_BE_ASKED[role])


@pytest.mark.parametrize("role", sorted(CONNECTIONS))
def test_what_the_role_itself_calls_a_place_is_a_target(role: str) -> None:
    """The places that only one host may have, by the role's own account, and what every role takes."""
    places = CONNECTIONS[role]({"entra_tenant_id": "contoso.onmicrosoft.com"}, host="contoso", check_mode=False).get("unique_variables") or []
    for name in {"entra_tenant_id", "entra_expected_domain", "entra_cloud", *(name for place in places for name in place)} & set(OPTIONS[role]):
        kind = OPTIONS[role][name]["type"]
        assert surveys.why_not(name, OPTIONS[role][name], role) == ("a target" if kind == "str" else "no question: a survey has no such type"), name


def test_what_holds_a_credential_is_a_secret() -> None:
    """By the collection's own table of credentials, and by the types that hold several values."""
    for role, name in EVERY:
        holds = any(name.endswith(f"_{known}") for known in CREDENTIALS if known not in ("value",)) or OPTIONS[role][name].get("no_log")
        if holds or name.endswith("_auth"):
            assert refused(role, name), name


@pytest.mark.parametrize("part", ["accept", "force", "purge", "overlap", "absent", "take_over", "adopt", "enable"])
def test_what_an_operator_accepts_for_one_tenant_is_refused(part: str) -> None:
    found = [(role, name) for role, name in EVERY if f"_{part}" in name or part in map(str, OPTIONS[role][name].get("choices") or ())]
    assert found and all(refused(role, name) for role, name in found)


@pytest.mark.parametrize(
    ("name", "option", "why"),
    [
        ("payroll_instance", {"type": "str"}, "a target"),
        ("payroll_client_id", {"type": "str"}, "a target"),
        ("entra_expected_domain", {"type": "str"}, "a target"),
        ("rollout_hosts", {"type": "str"}, "a target"),
        ("payroll_api_token", {"type": "str"}, "a secret"),
        ("payroll_answer", {"type": "str", "no_log": True}, "a secret"),
        ("payroll_secret_days", {"type": "int"}, ""),
        ("payroll_secret_days", {"type": "str"}, "a secret"),
        ("payroll_accept_loss", {"type": "bool"}, "an acceptance"),
        ("payroll_force", {"type": "bool"}, "what takes something away or forces it"),
        ("payroll_overlap_days", {"type": "int"}, "what takes something away or forces it"),
        ("payroll_on_deleted", {"type": "str", "choices": ["fail", "purge"]}, "what takes something away or forces it"),
        ("payroll_permissions", {"type": "str", "choices": ["least", "full"]}, "power"),
        ("payroll_prove", {"type": "bool"}, "a safeguard"),
        ("payroll_map", {"type": "dict"}, "no question: a survey has no such type"),
        ("payroll_names", {"type": "list"}, "no question: a survey has no such type"),
        ("payroll_colours", {"type": "list", "choices": ["red", "blue"]}, ""),
        ("payroll_text", {"type": "str"}, ""),
    ],
)
def test_why_no_survey_asks(name: str, option: dict[str, t.Any], why: str) -> None:
    assert surveys.why_not(name, option, "payroll") == why


@pytest.mark.parametrize(
    ("option", "limits", "element"),
    [
        ({"type": "str"}, None, {"type": "text"}),
        ({"type": "int"}, (1, 9), {"type": "integer", "min": 1, "max": 9}),
        ({"type": "int"}, None, {"type": "integer"}),
        ({"type": "bool"}, None, {"type": "multiplechoice", "choices": ["true", "false"]}),
        ({"type": "str", "choices": ["a", "b"]}, None, {"type": "multiplechoice", "choices": ["a", "b"]}),
        ({"type": "list", "choices": ["a", "b"]}, None, {"type": "multiselect", "choices": ["a", "b"]}),
    ],
)
def test_the_type_of_a_question(option: dict[str, t.Any], limits: tuple[int, int] | None, element: dict[str, t.Any]) -> None:
    """Without a default, which would count above what every tenant's inventory says, and without the need to answer."""
    made = surveys.question("a_name", "A text", {**option, "description": ["C(a) or O(b=c), see M(d.e.f).", "More."]}, limits)
    common = {"question_name": "A text", "question_description": "a or b=c, see d.e.f.", "required": False, "variable": "a_name"}
    assert made == {**common, **element}


def test_no_survey_has_a_default_or_insists_on_an_answer() -> None:
    elements = [element for one in WRITTEN.values() for element in one["spec"]]
    assert len(elements) > 20 and not [element for element in elements if element["required"] or "default" in element]


def test_numbers_have_the_limits_of_the_collection() -> None:
    numbers = [element for one in WRITTEN.values() for element in one["spec"] if element["type"] == "integer" and range_of(element["variable"])]
    assert len(numbers) > 5
    for element in numbers:
        allowed = range_of(element["variable"])
        assert allowed and (element["min"], element["max"]) == (allowed.least, allowed.most)


@pytest.mark.parametrize(
    ("asked", "said"),
    [({"payroll_instance": "?"}, "a target"), ({"payroll_lost": "?"}, "is no option of this role")],
)
def test_an_allow_list_cannot_hold_what_is_refused(asked: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        surveys.of_role("payroll", {"argument_specs": {"main": {"options": {"payroll_instance": {"type": "str"}}}}}, asked, no_limits)
    with pytest.raises(ValueError, match="a target"):
        surveys.of_playbook("rollout", {"rollout_hosts": {"type": "str", "question": "?"}})


def test_the_file_is_as_it_is_made_and_the_check_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert surveys.main(["--check"]) == 0
    for name in ("roles/payroll/meta", "extensions/awx"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "roles/payroll/meta/argument_specs.yml").write_text("argument_specs: {main: {options: {payroll_days: {type: int, description: [Days.]}}}}")
    (tmp_path / "roles/payroll/meta/survey.yml").write_text("questions: {payroll_days: Days}")
    (tmp_path / "extensions/awx/questions.yml").write_text("rollout: {rollout_waves: {type: str, question: Waves, description: Of tenants.}}")
    assert surveys.main(["--check", "--root", str(tmp_path)]) == 1
    assert capsys.readouterr().out == "would write extensions/awx/objects/surveys.yml\n" and not (tmp_path / surveys.WRITTEN).exists()
    assert surveys.main(["--root", str(tmp_path)]) == 0 and surveys.main(["--check", "--root", str(tmp_path)]) == 0
    made = yaml.safe_load((tmp_path / surveys.WRITTEN).read_text())["awx_setup_surveys"]
    assert {name: [element["variable"] for element in one["spec"]] for name, one in made.items()} == {
        "shared": [], "rollout": ["rollout_waves"], "payroll": ["payroll_days"],
    }  # fmt: skip


# --- answers that were left out ---


def strict(given: t.Any) -> bool:
    """What the playbook preflight makes of its variable."""
    (play,) = yaml.safe_load((ROOT / "playbooks" / "preflight.yml").read_text())
    (condition,) = [test for task in play["tasks"] if isinstance(task.get("when"), list) for test in task["when"] if "preflight_strict" in test]
    known = {} if given is None else {"preflight_strict": given}
    return bool(Templar(loader=DataLoader(), variables=known).template(trust_as_template("{{ " + condition + " }}")))


READERS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "preflight_strict": strict,
    "rollout_waves": lambda given: waves_of(given, 0),
    "rollout_stop_after": lambda given: Limits.of(given, None, 500),
    "rollout_stop_after_any": lambda given: Limits.of(None, given, 500),
    "fail_on_waiting": lambda given: is_wanted("fail_on_waiting", given),
}


@pytest.mark.parametrize("name", sorted(READERS))
def test_an_answer_that_was_left_out_counts_as_not_given(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A controller may hand a question without an answer over as an empty text. For the options of roles see test_values_as_text.py."""

    def deprecated(*_args: t.Any, **more: t.Any) -> t.NoReturn:
        raise AssertionError(f"{_args} {more}")

    monkeypatch.setattr(Display, "deprecated", deprecated)
    asked = yaml.safe_load((ROOT / "extensions" / "awx" / "questions.yml").read_text())
    assert {variable for one in asked.values() for variable in one} == set(READERS)
    assert READERS[name]("") == READERS[name](None)
