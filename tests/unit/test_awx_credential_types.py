# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential types that a controller is set up with (extensions/awx): their format is the controller's, and what they set is what the roles read.

Formats: https://github.com/ansible/awx at e21dd0a0 (2024-10-23, read 2026-11-30): CredentialTypeInputField and CredentialTypeInjectorField of
awx/main/fields.py.
"""

from __future__ import annotations

import re
import typing as t

import jinja2
import jinja2.sandbox
import pytest
import yaml
from ansible.module_utils.common.validation import check_type_dict
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar, trust_as_template
from ansible_collections.tenantkit.connectors.plugins.lookup.connection import filled_up
from ansible_collections.tenantkit.connectors.plugins.module_utils._auth.choice import choose_credential
from ansible_collections.tenantkit.connectors.plugins.module_utils._partial_run import PARTIAL_RUN
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import CONNECTIONS
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import role_options
from support import awx
from support.playbooks import ROOT

NAMES = yaml.safe_load((ROOT / "tests" / "unit" / "data" / "aap_configuration.yml").read_text())
TYPES = {one["name"]: one for one in awx.objects()["controller_credential_types"]}


def leaves(value: t.Any) -> t.Iterator[str]:
    """The templates of extra variables."""
    if isinstance(value, dict):
        for item in value.values():
            yield from leaves(item)
    else:
        yield value


def type_problems(one: dict[str, t.Any]) -> list[str]:
    """What a controller would refuse of a credential type."""
    fields, injectors, found = one["inputs"]["fields"], one["injectors"], []
    found += [f"unknown: {key}" for key in {*one["inputs"]} - {"fields", "required"} | {*injectors} - {"env", "file", "extra_vars"}]
    ids = [field["id"] for field in fields]
    found += [f"not there, or twice: {name}" for name in [*one["inputs"].get("required", ()), *ids] if ids.count(name) != 1]
    known = {"id", "label", "type", "secret", "multiline", "choices", "format", "default", "help_text", "ask_at_runtime"}
    for field in fields:
        found += [f"{field['id']}: {key} is no key of a field" for key in {*field} - known]
        found += [] if re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", field["id"]) and field["id"] != "tower" and field.get("label") else [f"{field['id']}: no name"]
        found += [] if field["type"] in ("string", "boolean") and field.get("format", "url") in ("url", "ssh_private_key") else [f"{field['id']}: no type"]
        found += ["the default is no choice"] if "default" in field and "choices" in field and field["default"] not in field["choices"] else []
    for name in injectors.get("env", {}):
        found += [f"{name} is not allowed"] if name.startswith("ANSIBLE_") or name in NAMES["blocked"] or not re.fullmatch(r"[a-zA-Z_]\w*", name) else []
    files = list(injectors.get("file", {}))
    found += ["one file or several"] if "template" in files and len(files) > 1 else []
    found += [f"{name} is no file" for name in files if not re.fullmatch(r"template(\.[a-zA-Z_]\w*)?", name)]
    for template in leaves(injectors):
        if not isinstance(template, str) or not template.isascii():
            found.append(f"no ASCII text: {template}")
            continue
        try:
            render(template, dict.fromkeys(ids, "EXAMPLE"), files)
        except jinja2.TemplateError as error:
            found.append(str(error))
    return found


def render(template: str, fields: t.Mapping[str, str], files: t.Iterable[str] = ()) -> str:
    """A template as the controller renders it."""
    names = {name.partition(".")[2]: f"/runner/env/{name}" for name in files}
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    return environment.from_string(template).render(**fields, tower={"filename": names})


@pytest.mark.parametrize("name", sorted(TYPES))
def test_a_credential_type_is_in_the_controllers_format(name: str) -> None:
    one = TYPES[name]
    assert type_problems(one) == [] and one["kind"] == "cloud"
    used = " ".join(leaves(one["injectors"]))
    assert [field["id"] for field in one["inputs"]["fields"] if not re.search(rf"\b{field['id']}\b", used)] == []
    hidden = {field["id"] for field in one["inputs"]["fields"] if field.get("secret")}
    assert hidden == {field["id"] for field in one["inputs"]["fields"] if re.search("secret|certificate|key$|token$|password|address", field["id"])}


@pytest.mark.parametrize(
    ("part", "value", "said"),
    [
        ("injectors", {"env": {"ANSIBLE_CONFIG": "{{ address }}"}}, "ANSIBLE_CONFIG is not allowed"),
        ("injectors", {"env": {"JOB_ID": "{{ address }}"}}, "JOB_ID is not allowed"),
        ("injectors", {"env": {"A": "{{ other }}"}}, "'other' is undefined"),
        ("injectors", {"env": {"A": "\u00e4"}}, "no ASCII text"),
        ("injectors", {"extra_vars": {"a": 8443}}, "no ASCII text"),
        ("injectors", {"file": {"template": "a", "template.b": "c"}}, "one file or several"),
        ("injectors", {"env": {"A": "{{ tower.filename.a }}"}}, "has no attribute 'a'"),
        ("inputs", {"fields": [{"id": "address", "label": "A", "type": "string", "hidden": True}]}, "hidden is no key"),
        ("inputs", {"fields": [{"id": "address", "label": "A", "type": "string"}], "required": ["other"]}, "not there, or twice: other"),
    ],
)
def test_a_credential_type_that_a_controller_refuses_is_noticed(part: str, value: dict[str, t.Any], said: str) -> None:
    assert said in " ".join(type_problems({**TYPES["Connectors: report webhook"], part: value}))


def injected(name: str, **fields: str) -> tuple[dict[str, str], dict[str, t.Any]]:
    """The environment and the extra variables of a job with a credential of a type; fields that are not given are left empty, as a controller does."""
    one = TYPES[name]
    given = {field["id"]: field.get("default", "") for field in one["inputs"]["fields"]} | fields
    assert set(given) == {field["id"] for field in one["inputs"]["fields"]}
    files = list(one["injectors"].get("file", ()))

    def made(value: t.Any) -> t.Any:
        return {key: made(item) for key, item in value.items()} if isinstance(value, dict) else render(value, given, files)

    return made(one["injectors"].get("env", {})), made(one["injectors"].get("extra_vars", {}))


CLIENT = "0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa"
IDENTITIES = [
    ("client secret", {"client_secret": "s3cret"}, "ClientSecret"),
    ("certificate", {"certificate": "PEM"}, "Certificate"),
    ("certificate", {"certificate": "PEM", "certificate_password": "p"}, "Certificate"),
    ("federated", {"token_file": "/var/run/token"}, "FederatedToken"),
    ("federated", {"source": "managed_identity"}, "ManagedIdentityAssertion"),
    ("federated", {"source": "managed_identity", "managed_identity_client_id": CLIENT}, "ManagedIdentityAssertion"),
]


@pytest.mark.parametrize(("name", "fields", "kind"), IDENTITIES, ids=[f"{name}-{'-'.join(fields)}" for name, fields, _kind in IDENTITIES])
def test_the_identity_of_a_credential_is_the_one_that_is_signed_in_with(name: str, fields: dict[str, str], kind: str) -> None:
    """Exactly one is found in the environment, with every optional field empty."""
    environ, extra = injected(f"Connectors: Entra identity, {name}", client_id=CLIENT, **fields)
    chosen = choose_credential({}, environ)
    assert type(chosen).__name__ == kind and chosen.client_id == CLIENT
    assert environ["AZURE_CLOUD_ENVIRONMENT"] == "AzureCloud" and not extra
    assert not [variable for variable in environ if "TENANT" in variable], "no target comes from a credential"


INSTANCE, OTHER = "https://portal.workspace365.net", "https://other.workspace365.net"
HOST = {"entra_tenant_id": "contoso.onmicrosoft.com", "workspace365_environment": "contoso"}
JOB = "is a job of AWX or ansible-runner (JOB_ID is set)"


@pytest.mark.parametrize(
    ("instance", "has_key", "elsewhere"),
    [(INSTANCE, True, ""), (f"{INSTANCE}/", True, ""), (OTHER, False, INSTANCE)],
)
def test_a_provisioning_key_goes_to_its_instance_alone(instance: str, has_key: bool, elsewhere: str) -> None:
    """The address that the credential holds beside its key is what the role compares."""
    _environ, extra = injected("Connectors: Workspace 365 provisioning key", instance_url=INSTANCE, provisioning_key="k")
    found = CONNECTIONS["workspace365"]({**HOST, "workspace365_instance_url": instance, **extra, PARTIAL_RUN: JOB}, host="contoso", check_mode=False)
    assert (found["has_key"], found["key_elsewhere"], found["problems"]) == (has_key, elsewhere, [])


def test_a_provisioning_key_without_its_instance_is_not_sent() -> None:
    """The type asks for the address; one that was left out all the same is refused."""
    assert TYPES["Connectors: Workspace 365 provisioning key"]["inputs"]["required"] == ["instance_url", "provisioning_key"]
    _environ, extra = injected("Connectors: Workspace 365 provisioning key", provisioning_key="k")
    found = CONNECTIONS["workspace365"]({**HOST, "workspace365_instance_url": INSTANCE, **extra, PARTIAL_RUN: JOB}, host="contoso", check_mode=False)
    assert "does not say which Workspace 365 instance it belongs to" in found["problems"][0]


def test_a_token_opens_the_workspace_that_stands_beside_it() -> None:
    environ, extra = injected("Connectors: Workato API token", api_token="t", workspace="4711")
    given = filled_up("workato", {"entra_tenant_id": "contoso.onmicrosoft.com", **extra}, environ)
    assert given["workato_api_token"] == "t" and given["workato_expected_workspace"] == "4711"
    assert CONNECTIONS["workato"]({**given, PARTIAL_RUN: JOB}, host="contoso", check_mode=False)["problems"] == []
    own = filled_up("workato", {"entra_tenant_id": "contoso.onmicrosoft.com", "workato_api_token": "own", **extra}, environ)
    assert own["workato_api_token"] == "own", "the token of a tenant is never replaced by the one of a provider"
    environ, extra = injected("Connectors: Workato API token", api_token="t")
    given = filled_up("workato", {"entra_tenant_id": "contoso.onmicrosoft.com", **extra}, environ)
    assert "'workato_expected_workspace'" in CONNECTIONS["workato"]({**given, PARTIAL_RUN: JOB}, host="contoso", check_mode=False)["problems"][0]


def test_extra_variables_of_credentials_are_variables_of_roles() -> None:
    """Of the documented types, and none of them a target."""
    options = {name: option for role in CONNECTIONS for name, option in role_options(role).items()}
    named = {name: value for one in TYPES.values() for name, value in one["injectors"].get("extra_vars", {}).items()}
    assert set(named) == {
        "workspace365_provisioning_key", "workspace365_provisioning_key_instance", "workato_expected_workspace", "power_platform_admin_auth",
    }  # fmt: skip
    assert all(isinstance(value, dict) is (options[name]["type"] == "dict") for name, value in named.items())
    assert set(named["power_platform_admin_auth"]) <= set(options["power_platform_admin_auth"]["options"])


# --- braces ---


@pytest.mark.parametrize("number", range(len(TYPES)), ids=list(TYPES))
def test_the_templates_of_injectors_reach_the_controller_as_they_are(number: int) -> None:
    """By the module alone, and by the role of infra.aap_configuration, which makes a text of them and closes two blanks between braces."""
    wanted = list(TYPES.values())[number]["injectors"]
    assert "{{ " in str(wanted)
    item = DataLoader().load_from_file(str(awx.OBJECTS / "credential_types.yml"))["controller_credential_types"][number]
    templar = Templar(loader=DataLoader(), variables={"item": item})
    by_module = templar.template(trust_as_template("{{ item.injectors | default(omit) }}"))
    by_role = templar.template(trust_as_template(NAMES["injectors"]))
    assert by_module == wanted
    assert check_type_dict(by_role) == wanted
