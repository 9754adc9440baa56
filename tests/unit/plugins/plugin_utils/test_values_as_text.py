# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variable of every role as a survey or C(-e) gives it: as text, as JSON in a text, and empty. Generated from what the roles document."""

from __future__ import annotations

import copy
import functools
import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import CONNECTIONS, MEANT_EMPTY
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import (
    argument_problem,
    empty_problem,
    number_problems,
    role_options,
    role_variables,
)

ROLES = Path(__file__).resolve().parents[4] / "roles"
TENANT = "contoso.onmicrosoft.com"
SAMPLES = {"str": "text", "path": "/srv/a.pem", "bool": True, "int": 7, "float": 7.5, "list": ["text"], "dict": {"name": "text"}, "raw": "text"}


def untemplated(value: t.Any) -> t.Any:
    """The values of these tests have no templates."""
    return value


def sample(spec: t.Mapping[str, t.Any]) -> t.Any:
    """A value of the documented type."""
    if "choices" in spec:
        return spec["choices"][-1]
    if spec.get("type") == "list" and spec.get("elements") in ("dict",):
        return [{"name": "text"}]
    return SAMPLES[spec.get("type", "str")]


@functools.cache
def written(role: str) -> dict[str, t.Any]:
    """A file that hundreds of cases ask for."""
    return yaml.safe_load((ROLES / role / "defaults" / "main.yml").read_text()) or {}


def defaults(role: str) -> dict[str, t.Any]:
    """The role's defaults as they are written."""
    return copy.deepcopy(written(role))


def least(role: str) -> dict[str, t.Any]:
    """What a host has at least: the role's defaults, and what it requires."""
    given = {name: value for name, value in defaults(role).items() if "{{" not in str(value)}
    required = {name: sample(spec) for name, spec in role_options(role).items() if spec.get("required")}
    return {**given, **required, "entra_tenant_id": TENANT, "inventory_hostname": "contoso"}


def outcome(role: str, variables: dict[str, t.Any]) -> tuple[str, dict[str, t.Any]]:
    """What refuses the variables, or the connection that they mean."""
    checks = (argument_problem, empty_problem, number_problems)
    said = next(filter(None, (check(role, variables, untemplated) for check in checks)), "")
    if said:
        return said, {}
    try:
        found = CONNECTIONS[role](role_variables(role, variables, untemplated), host="contoso", check_mode=False)
    except OptionError as error:
        return error.sentence(), {}
    return " ".join(found.get("problems") or ()), found


OPTIONS = [(role, name) for role in sorted(CONNECTIONS) for name in sorted(role_options(role)) if name != "entra_tenant_id"]


@pytest.mark.parametrize(("role", "name"), OPTIONS, ids=[name if name.startswith(role) else f"{role}-{name}" for role, name in OPTIONS])
def test_a_value_as_text_means_the_same(role: str, name: str) -> None:
    """As text and as JSON it is the value itself, or the refusal names the variable."""
    value = sample(role_options(role)[name])
    itself = outcome(role, {**least(role), name: value})
    texts = {str(value), json.dumps(value)} if not isinstance(value, str) else {value}
    if isinstance(value, list) and not isinstance(value[0], dict):
        texts.add(",".join(map(str, value)))
    for text in texts:
        said, found = outcome(role, {**least(role), name: text})
        assert name in said or (said, found) == itself, f"{text!r}: {said}"


@pytest.mark.parametrize(("role", "name"), OPTIONS, ids=[name if name.startswith(role) else f"{role}-{name}" for role, name in OPTIONS])
def test_an_empty_text_counts_as_not_given(role: str, name: str) -> None:
    """A survey hands over a question that was not answered as an empty text. Then the role's default counts, if there is one."""
    said, found = outcome(role, {**least(role), name: " "})
    if role_options(role)[name].get("required"):
        assert name in said
        return
    if name in MEANT_EMPTY:
        assert not said
        return
    default = {name: defaults(role)[name]} if name in defaults(role) else {}
    without = {key: value for key, value in least(role).items() if key != name}
    assert name in said or found == outcome(role, {**without, **default})[1], said
