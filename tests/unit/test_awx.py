# SPDX-License-Identifier: GPL-3.0-or-later
"""What a controller is set up with (extensions/awx): the modules of awx.awx take it, its format is the controller's, and what it names is there.

Formats: https://github.com/ansible/awx at e21dd0a0 (2024-10-23, read 2026-11-30): JobTemplateSurveySpec of awx/api/views/__init__.py, valid_playbook_re of
awx/main/utils/ansible.py.
"""

from __future__ import annotations

import re
import typing as t

import pytest
import yaml
from support import awx
from support.playbooks import ROOT

NAMES = yaml.safe_load((ROOT / "tests" / "unit" / "data" / "aap_configuration.yml").read_text())
OBJECTS = awx.objects()
TYPES = {one["name"]: one for one in OBJECTS["controller_credential_types"]}
TEMPLATES = {one["name"]: one for one in OBJECTS["controller_templates"]}
WORKFLOWS = OBJECTS["controller_workflows"]
EVERY = [(variable, one) for variable in NAMES["objects"] for one in OBJECTS.get(variable, ())]


def titled(variable: str, one: dict[str, t.Any]) -> str:
    return f"{NAMES['objects'][variable]}-{one['name']}"


# --- names and arguments ---


def test_the_variables_are_those_of_infra_aap_configuration() -> None:
    """Its users load the same files."""
    own = {name for name in OBJECTS if name.startswith("awx_setup_")}
    assert set(OBJECTS) - own <= set(NAMES["objects"])
    assert not set(OBJECTS) & set(NAMES["former"])
    assert {"controller_templates", "controller_workflows", "controller_credential_types"} <= set(OBJECTS)


def test_what_the_operator_gives_is_said_in_the_settings() -> None:
    """Nothing else is without a default."""
    said = (awx.OBJECTS / "settings.yml").read_text()
    assert all(name in said for name in awx.GIVEN)
    assert not set(awx.GIVEN) & {name for name in OBJECTS if name.startswith("awx_setup_")}


@pytest.mark.parametrize(("variable", "one"), EVERY, ids=[titled(*entry) for entry in EVERY])
def test_the_module_takes_the_object(variable: str, one: dict[str, t.Any]) -> None:
    assert awx.problems(NAMES["objects"][variable], one) == []


def test_a_module_refuses_what_it_does_not_know() -> None:
    """The specs are those of the modules."""
    assert "survey" in awx.problems("job_template", {"name": "x", "surveys": {}})[0]
    assert awx.problems("job_template", {"name": "x", "forks": "many"})
    assert awx.problems("inventory", {"name": "x"}) == ["missing required arguments: organization"]


def test_names_are_there_once() -> None:
    for variable in NAMES["objects"]:
        names = [one["name"] for one in OBJECTS.get(variable, ())]
        assert len(names) == len(set(names)), variable


# --- references ---

# Which key of which object names what.
REFERENCES = [
    ("organization", "aap_organizations"),
    ("labels", "controller_labels"),
    ("execution_environment", "controller_execution_environments"),
    ("default_environment", "controller_execution_environments"),
    ("project", "controller_projects"),
    ("source_project", "controller_projects"),
    ("inventory", "controller_inventories"),
    ("notification_templates_error", "controller_notifications"),
    ("notification_templates_approvals", "controller_notifications"),
]


@pytest.mark.parametrize(("key", "where"), REFERENCES)
def test_what_an_object_names_is_there(key: str, where: str) -> None:
    named = {name for _variable, one in EVERY if key in one for name in (one[key] if isinstance(one[key], list) else [one[key]])}
    assert named and named <= {one["name"] for one in OBJECTS[where]}


def test_no_credential_is_named_that_the_operator_did_not_name() -> None:
    """An empty controller has none; the names come with the settings."""
    assert {repr(one.get(key)) for _variable, one in EVERY for key in ("credential", "credentials") if key in one} <= {"''", "[]"}
    named = awx.objects({"awx_setup_job_credentials": ["identity"], "awx_setup_controller_credential": ["controller"]})["controller_templates"]
    assert {tuple(one["credentials"]) for one in named if one["name"] != "Connectors: report"} == {("identity",)}
    assert [one["credentials"] for one in named if one["name"] == "Connectors: report"] == [["controller"]]


def test_what_is_scheduled_is_there_and_its_rule_is_readable() -> None:
    for one in OBJECTS["controller_schedules"]:
        assert one["unified_job_template"] in TEMPLATES and "extra_data" not in one and one["enabled"] is False
        assert re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=(DAILY|WEEKLY|HOURLY);INTERVAL=\d+(;[A-Z]+=[\w,]+)*", one["rrule"])


# --- the project ---

PLAYBOOK = re.compile(r"^\s*?-?\s*?(?:hosts|(ansible\.builtin\.)?include|(ansible\.builtin\.)?import_playbook):\s*?.*?$", re.MULTILINE)
BY_HAND = {"automation_identity", "automation_identity_renew", "awx_setup", "report"}  # no job of a fleet


@pytest.mark.parametrize("name", sorted(TEMPLATES))
def test_the_playbook_of_a_template_is_in_the_project(name: str) -> None:
    """A controller takes no playbook by its full name, only a file of the project that it recognizes as one."""
    path = awx.PROJECT / TEMPLATES[name]["playbook"]
    text = path.read_text()
    (play,) = yaml.safe_load(text)
    full = play["ansible.builtin.import_playbook"]
    assert PLAYBOOK.search(text)
    assert full.startswith("tenantkit.connectors.") and (ROOT / "playbooks" / f"{full.rpartition('.')[2]}.yml").is_file()


def test_every_playbook_that_operators_run_has_a_template() -> None:
    """But for a connector that has no questions of a survey yet."""
    imported = {yaml.safe_load(path.read_text())[0]["ansible.builtin.import_playbook"].rpartition(".")[2] for path in (awx.PROJECT / "playbooks").glob("*.yml")}
    new = {path.name for path in (ROOT / "roles").iterdir() if not (path / "meta" / "survey.yml").is_file()}
    assert imported - new == {path.stem for path in (ROOT / "playbooks").glob("*.yml")} - BY_HAND - new
    assert {path.name for path in (awx.PROJECT / "playbooks").glob("*.yml")} == {one["playbook"].rpartition("/")[2] for one in TEMPLATES.values()}


def test_the_inventory_of_the_project_is_where_the_source_looks() -> None:
    paths = {one["name"]: one["source_path"] for one in OBJECTS["controller_inventory_sources"]}
    assert (awx.PROJECT / paths["Connectors: hosts of the project"]).is_file()
    states = {one["name"]: one.get("state", "present") for one in OBJECTS["controller_inventory_sources"]}
    assert states == {"Connectors: hosts of the project": "present", "Connectors: customers of the provider": "absent"}
    canaries = yaml.safe_load((awx.PROJECT / "inventory" / "tenants.yml").read_text())["tenants"]["children"]
    assert TEMPLATES["Connectors: canary"]["extra_vars"]["rollout_hosts"] in canaries


# --- job templates ---


@pytest.mark.parametrize("one", [*TEMPLATES.values(), *WORKFLOWS], ids=lambda one: one["name"])
def test_no_launch_brings_variables_or_tenants_of_its_own(one: dict[str, t.Any]) -> None:
    """Beyond the survey: what a job is for is in the inventory, and in the limit."""
    prompts = {key for key, value in one.items() if key.startswith("ask_") and value}
    assert prompts <= {"ask_limit_on_launch", "ask_job_type_on_launch"} and one["ask_variables_on_launch"] is False
    assert one.get("use_fact_cache", False) is False and one["allow_simultaneous"] is False


def test_only_the_mass_rollout_is_sliced() -> None:
    """Waves, a breaker and the canaries are there once for each slice, and a slice that a limit leaves nothing of fails."""
    sliced = [one for one in TEMPLATES.values() if one["job_slice_count"] != 1]
    assert [one["playbook"] for one in sliced] == ["playbooks/rollout_mass.yml"]
    assert sliced[0]["ask_limit_on_launch"] is False and sliced[0]["extra_vars"]["rollout_allow_empty"] is True and "limit" not in sliced[0]


def test_what_is_meant_for_one_tenant_is_launched_for_none_by_default() -> None:
    """A controller cannot ask that a limit be given. One that fits no host ends the job, where an empty one would be every tenant."""
    limits = {name: one["limit"] for name, one in TEMPLATES.items() if one.get("limit")}
    assert limits == {"Connectors: Workspace 365, recover the sign-in": "!all"}
    assert all(TEMPLATES[name]["ask_limit_on_launch"] for name in limits)


def test_what_writes_prints_its_report() -> None:
    """No file outlives its job."""
    quiet = {"Connectors: preflight", "Connectors: Power Platform, diagnose", "Connectors: report"}
    assert {name for name, one in TEMPLATES.items() if not one.get("extra_vars", {}).get("rollout_report_print_json")} == quiet


def test_extra_variables_of_templates_name_no_target() -> None:
    """They count for every tenant of a job."""
    assert {name for one in TEMPLATES.values() for name in one.get("extra_vars", {})} == {
        "rollout_hosts", "rollout_canary", "rollout_allow_empty", "rollout_report_print_json",
    }  # fmt: skip


# --- surveys ---

ANSWERS = {"text": str, "textarea": str, "password": str, "integer": int, "float": (int, float), "multiplechoice": str, "multiselect": str}


def survey_problems(spec: dict[str, t.Any]) -> list[str]:
    """What a controller would refuse of a survey."""
    found = [f"{key} is missing" for key, kind in (("name", str), ("description", str), ("spec", list)) if not isinstance(spec.get(key), kind)]
    found += [] if spec.get("spec") else ["spec is empty"]
    variables = [element.get("variable") for element in spec.get("spec") or ()]
    found += ["a variable is there twice"] if len(variables) != len(set(variables)) else []
    for element in spec.get("spec") or ():
        kinds = {"question_name": str, "variable": str, "type": str, "required": bool}
        found += [f"{key} is no {kind.__name__}" for key, kind in kinds.items() if not isinstance(element.get(key), kind)]
        kind = element.get("type")
        if kind not in ANSWERS:
            found.append(f"{kind} is no type")
            continue
        if "default" in element and element["default"] != "" and (isinstance(element["default"], bool) or not isinstance(element["default"], ANSWERS[kind])):
            found.append("the default has another type")
        found += [f"{key} is no whole number" for key in ("min", "max") if key in element and type(element[key]) is not int]
        choices = element.get("choices") or []
        choices = choices.splitlines() if isinstance(choices, str) else choices
        if kind in ("multiplechoice", "multiselect"):
            found += [] if choices and all(isinstance(choice, str) and choice for choice in choices) else ["no choices"]
            found += ["the default is no choice"] if "default" in element and not set(str(element["default"]).splitlines()) <= set(choices) else []
    return found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": None}, "name is missing"),
        ({"spec": []}, "spec is empty"),
        ({"spec": [{"question_name": "A", "variable": "a", "type": "boolean", "required": False}]}, "boolean is no type"),
        ({"spec": [{"question_name": "A", "variable": "a", "type": "integer", "required": False, "default": "3"}]}, "the default has another type"),
        ({"spec": [{"question_name": "A", "variable": "a", "type": "integer", "required": False, "min": "1"}]}, "min is no whole number"),
        ({"spec": [{"question_name": "A", "variable": "a", "type": "multiplechoice", "required": False}]}, "no choices"),
        ({"spec": [{"question_name": "A", "variable": "a", "type": "multiplechoice", "required": False, "choices": ["b"], "default": "c"}]}, "no choice"),
        ({"spec": [{"question_name": "A", "variable": "a", "type": "text"}]}, "required is no bool"),
        ({"spec": [{"question_name": "A", "variable": "a", "type": "text", "required": False}] * 2}, "there twice"),
    ],
)
def test_a_survey_that_a_controller_refuses_is_noticed(change: dict[str, t.Any], said: str) -> None:
    assert said in " ".join(survey_problems({**OBJECTS["awx_setup_surveys"]["preflight"], **change}))


@pytest.mark.parametrize("one", [*TEMPLATES.values(), *WORKFLOWS], ids=lambda one: one["name"])
def test_the_survey_of_a_template_is_in_the_controllers_format(one: dict[str, t.Any]) -> None:
    assert bool(one["survey_spec"]) is one["survey_enabled"]
    assert not one["survey_enabled"] or survey_problems(one["survey_spec"]) == []


def test_every_survey_is_asked_by_a_template() -> None:
    asked = [one["survey_spec"] for one in (*TEMPLATES.values(), *WORKFLOWS)]
    assert [name for name, spec in OBJECTS["awx_setup_surveys"].items() if spec not in asked] == []


# --- workflows ---

(WORKFLOW,) = WORKFLOWS
NODES = {node["identifier"]: node for node in WORKFLOW["workflow_nodes"]}
WAYS = ("success_nodes", "failure_nodes", "always_nodes")


def after(identifier: str, *ways: str) -> set[str]:
    """The nodes that follow a node in one of these ways."""
    related = NODES[identifier].get("related") or {}
    return {node["identifier"] for way in ways or WAYS for node in related.get(way, ())}


def test_the_nodes_of_a_workflow_are_there() -> None:
    assert len(NODES) == len(WORKFLOW["workflow_nodes"])
    for identifier, node in NODES.items():
        assert after(identifier) <= set(NODES) and set(node.get("related") or {}) <= set(WAYS)
        template = node["unified_job_template"]
        if template["type"] == "job_template":
            assert template["name"] in TEMPLATES and template["organization"]["name"] in {one["name"] for one in OBJECTS["aap_organizations"]}
        else:
            assert template["type"] == "workflow_approval" and template["timeout"] > 0 and template["description"]


def test_a_prompt_of_a_node_is_one_that_its_template_asks() -> None:
    """Others are ignored without an error. There is none, and what the survey of the workflow asks some node's template asks as well."""
    known = {"identifier", "unified_job_template", "related"}
    assert all(set(node) <= known for node in NODES.values())
    asked = {
        element["variable"]
        for node in NODES.values()
        for element in TEMPLATES.get(node["unified_job_template"]["name"], {}).get("survey_spec", {}).get("spec", ())
    }
    assert {element["variable"] for element in WORKFLOW["survey_spec"]["spec"]} <= asked


def test_the_order_of_the_rollout() -> None:
    """Nothing is connected before a person approved, the mass not before the canaries succeeded, and a report follows whatever was connected."""
    assert {node for node in NODES if not any(node in after(other) for other in NODES)} == {"preflight"}
    assert after("preflight", "success_nodes") == {"approval"} and after("preflight", "failure_nodes") == {"approval_after_failures"}
    for approval in ("approval", "approval_after_failures"):
        assert after(approval) == after(approval, "success_nodes") == {"canary"}
    assert after("canary", "success_nodes") == {"mass"} and after("canary", "failure_nodes") == {"report"}
    assert after("mass") == after("mass", "always_nodes") == {"report"} and after("report") == set()
    playbooks = {name: TEMPLATES[node["unified_job_template"]["name"]]["playbook"] for name, node in NODES.items() if "approval" not in name}
    assert playbooks == {name: f"playbooks/{file}.yml" for name, file in zip(playbooks, ("preflight", "rollout", "rollout_mass", "report"), strict=True)}
    assert TEMPLATES["Connectors: canary"]["job_slice_count"] == 1


# --- the documentation ---


def test_the_page_names_what_there_is() -> None:
    """Objects by their names, settings, and what each credential type sets."""
    page = (ROOT / "docs" / "awx.md").read_text()
    names = {one["name"] for _variable, one in EVERY} | {node["unified_job_template"]["name"] for node in NODES.values()}
    named = set(re.findall(r"[`\"](Connectors: [^`\"]+)[`\"]", page))
    assert named and named <= names
    assert set(TYPES) <= named
    settings = {name for name in OBJECTS if name.startswith("awx_setup_")} | set(awx.GIVEN)
    assert set(re.findall(r"\bawx_setup_\w+", page)) <= settings
    assert set(awx.GIVEN) <= set(re.findall(r"^(awx_setup_\w+):", page, re.MULTILINE))
    for name, one in TYPES.items():
        (row,) = [line for line in page.splitlines() if line.startswith(f"| `{name}` |")]
        for variable in (*one["injectors"].get("env", ()), *one["injectors"].get("extra_vars", ())):
            assert variable in row or variable == "AZURE_CLOUD_ENVIRONMENT", f"{name}: {variable}"
