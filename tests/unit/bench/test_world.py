# SPDX-License-Identifier: GPL-3.0-or-later
"""The emulated customers of a benchmark, and how many of them its forms need."""

from __future__ import annotations

import pytest
from bench import world
from bench.forms import FORKS, FULL, QUICK, Form
from tenant_emulator.config import Config


@pytest.mark.parametrize("everything", [0, 1, 3])
def test_the_emulator_takes_the_configuration(everything: int) -> None:
    names = world.names(3)
    config = Config(world.configuration(names, everything))
    assert sorted(config.names) == names
    assert len(set(config.names.values())) == 3
    assert [item["name"] for item in config.products["workato"]] == names[:everything]
    assert config.products["workspace365"][0]["environments"] == names
    assert [bool(item.get("power_platform")) for item in config.tenants] == [index < everything for index in range(3)]


def test_names_have_an_order_and_begin_alike() -> None:
    assert world.names(3) == ["tenant001", "tenant002", "tenant003"]
    assert world.names(500) == sorted(set(world.names(500))) and world.names(500)[:3] == world.names(3)


def test_a_host_is_a_tenant() -> None:
    found = world.one_connector(["tenant001"], "https://portal.example")["all"]
    assert found["hosts"] == {"tenant001": {"entra_tenant_id": "tenant001.onmicrosoft.com", "workspace365_environment": "tenant001"}}
    assert found["vars"]["workspace365_instance_url"] == "https://portal.example"
    four = world.four_connectors(["tenant001"], "https://portal.example", "/somewhere")["all"]
    assert found["vars"].items() <= four["vars"].items() and found["hosts"]["tenant001"].items() <= four["hosts"]["tenant001"].items()
    assert four["vars"]["entra_connector_sink"]["directory"] == "/somewhere"


def test_floor() -> None:
    (play,) = world.floor(7)
    assert len(play["tasks"]) == 7 and all("ansible.builtin.debug" in task for task in play["tasks"])


@pytest.mark.parametrize("form", [FULL, QUICK], ids=lambda form: form.name)
def test_a_form_fits_together(form: Form) -> None:
    needed = (form.ratio_tenants, max(form.fleet), form.forks_tenants, *form.confirm, *form.late)
    assert max(needed) <= form.tenants == max(form.confirm)
    assert 1 in form.connect and 1 in form.confirm
    assert form.ratio_tenants not in form.confirm  # it is measured in pairs
    assert form.ratio_forks == (2, FORKS) and FORKS in form.forks


def test_what_is_counted_is_the_same_in_both_forms() -> None:
    assert (QUICK.counted, QUICK.counted_rollout) == (FULL.counted, FULL.counted_rollout)


def test_the_full_form_is_what_the_limits_are_about() -> None:
    assert (FULL.pairs, FULL.ratio_tenants, FULL.tenants, FULL.fleet) == (3, 100, 500, (100, 200, 500))
    assert FULL.late == (100, 500) and FULL.forks == (2, 5, 10, 25, 50)
