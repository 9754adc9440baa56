# SPDX-License-Identifier: GPL-3.0-or-later
"""Extra variables as ansible-core holds them, however they were given."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
from ansible import context
from ansible.module_utils.common.collections import ImmutableDict
from ansible.parsing.dataloader import DataLoader
from ansible.utils.vars import load_extra_vars
from ansible_collections.tenantkit.connectors.plugins.module_utils._extra_targets import SHARED_TARGETS
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.registry import TARGETS
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._extra_variables import extra_target_problem

HOSTS = ["contoso", "fabrikam"]
APP = {"entra_connector_app": {"app_id": "631a96bc-a705-4eda-9f99-fdaf9f54f6a2"}}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> t.Callable[..., None]:
    """The options C(-e) of the command line. What ansible-core has read of earlier ones is forgotten, and put back afterwards."""

    def give(*options: str) -> None:
        monkeypatch.setattr(context, "CLIARGS", ImmutableDict({**context.CLIARGS, "extra_vars": options}))
        monkeypatch.setattr(load_extra_vars, "extra_vars", {}, raising=False)

    return give


def said(roles: t.Iterable[str], hosts: list[str] | None = HOSTS) -> str:
    """The sentence, or nothing."""
    problem = extra_target_problem(roles, hosts, DataLoader())
    return problem.sentence() if problem else ""


@pytest.mark.parametrize("text", ["entra_tenant_id=contoso.com", '{"entra_tenant_id": "contoso.com"}', "@FILE.yml", "@FILE.json"])
@pytest.mark.parametrize("role", TARGETS)
def test_every_role_and_every_way(given: t.Callable[..., None], tmp_path: Path, role: str, text: str) -> None:
    (tmp_path / "FILE.yml").write_text("---\nentra_tenant_id: contoso.com\n")
    (tmp_path / "FILE.json").write_text(json.dumps({"entra_tenant_id": "contoso.com"}))
    given("awx_job_id=7", text.replace("@", f"@{tmp_path}/"))
    assert "'entra_tenant_id'" in said([role])
    assert said([role], HOSTS[:1]) == ""
    assert said([role], None) == ""  # a task outside of a play


@pytest.mark.parametrize("role", TARGETS)
def test_each_target_of_each_role(given: t.Callable[..., None], role: str) -> None:
    for target in TARGETS[role]:
        name, _dot, member = target.partition(".")
        given(json.dumps({name: {member: "x"} if member else "x"}))
        assert (f"'{member}' in '{name}'" if member else f"'{name}'") in said([role])
        others = said([other for other in TARGETS if target not in TARGETS[other]])
        assert (others != "") is (target in SHARED_TARGETS), "a tenant is one for a play without a role as well"


@pytest.mark.parametrize("value", [APP, {"entra_connector_app": json.dumps(APP["entra_connector_app"])}, {"entra_connector_app": "{app_id: 631a96bc}"}])
def test_a_dictionary_or_its_text(given: t.Callable[..., None], value: dict[str, t.Any]) -> None:
    given(json.dumps(value))
    assert "'app_id' in 'entra_connector_app'" in said(["entra_connector"])


def test_what_a_controller_adds_does_no_harm(given: t.Callable[..., None]) -> None:
    given(json.dumps({f"{who}_{what}": 7 for who in ("awx", "tower") for what in ("job_id", "inventory_id", "user_name", "schedule_name")}))
    assert said(TARGETS) == ""


def test_no_extra_variables(given: t.Callable[..., None]) -> None:
    given()
    assert said(TARGETS) == ""
