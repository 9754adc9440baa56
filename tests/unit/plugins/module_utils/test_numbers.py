# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every number option of every module and role is refused in a sentence that names it, or works. What there is comes from the argument specs."""

from __future__ import annotations

import importlib
import math
import typing as t
from pathlib import Path

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._numbers import check_numbers, number_problem, range_of
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._role_variables import ROLES, number_problems, role_options

MODULES = Path(__file__).parents[4] / "plugins" / "modules"
ODD = [0, -1, 10**7, 10**18, 10**400, math.nan, math.inf, -math.inf, 1e300]
NOT_NUMBERS = ["abc", "", "1e", "nan", [], {}]


def declaration(name: str) -> Declaration:
    module = importlib.import_module(f"ansible_collections.tenantkit.connectors.plugins.modules.{name}")
    return t.cast(Declaration, module.DECLARATION)


def numbers(spec: t.Mapping[str, t.Any], path: tuple[str, ...] = ()) -> t.Iterator[tuple[tuple[str, ...], t.Mapping[str, t.Any]]]:
    for name, option in spec.items():
        if option.get("type") in ("int", "float"):
            yield (*path, name), option
        yield from numbers(option.get("options") or {}, (*path, name))


OPTIONS = [
    pytest.param(module.stem, path, id=f"{module.stem}-{'.'.join(path)}")
    for module in sorted(MODULES.glob("*.py"))
    for path, option in numbers(declaration(module.stem).argument_spec())
    if not option.get("choices")
]
VARIABLES = [
    pytest.param(role.name, name, id=name)
    for role in sorted(ROLES.iterdir())
    for name, option in role_options(role.name).items()
    if option.get("type") in ("int", "float")
]


@pytest.mark.parametrize(("module", "path"), OPTIONS)
def test_an_option_of_a_module(module: str, path: tuple[str, ...]) -> None:
    made = declaration(module)
    allowed = range_of(path[-1])
    assert allowed is not None, "it has no limits in RANGES"
    for value in ODD:
        options: dict[str, t.Any] = dict.fromkeys(made.argument_spec())
        inner: dict[str, t.Any] = options
        for name in path[:-1]:
            inner[name] = {}
            inner = inner[name]
        inner[path[-1]] = value
        if allowed.least <= value <= allowed.most:
            check_numbers(made.argument_spec(), options)
            continue
        outcome = execute(made, options, check_mode=True, environ={})
        assert outcome.failed and outcome.result["failure"]["kind"] != "bug", outcome.result
        assert f"'{path[-1]}'" in outcome.result["msg"], outcome.result["msg"]


@pytest.mark.parametrize(("role", "name"), VARIABLES)
def test_a_variable_of_a_role(role: str, name: str) -> None:
    allowed = range_of(name)
    assert allowed is not None, "it has no limits in RANGES"
    for value in (item for item in ODD if isinstance(item, int)):
        problem = number_problems(role, {name: value}, lambda found: found)
        assert (problem == "") == (allowed.least <= value <= allowed.most)
        assert problem == "" or problem.startswith(f"'{name}' is ")
    for text in ("5", str(allowed.least)):
        assert number_problems(role, {name: text}, lambda found: found) == ("" if allowed.least <= int(text) else f"'{name}'")
    # Of "inf" some versions of ansible-core make an exception of their own, before any role or module is asked.
    spec = {name: {"type": "int"}}
    for wrong in NOT_NUMBERS:
        assert name in " ".join(ArgumentSpecValidator(spec).validate({name: wrong}).error_messages)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("timeout", 0, "'timeout' is 0 and has to be from 1 to 86400 seconds."),
        ("workspace365_secret_validity_days", 36501, "'workspace365_secret_validity_days' is 36501 and has to be from 1 to 36500 days."),
        ("workato_wait_timeout", -1, "'workato_wait_timeout' is -1 and has to be from 0 to 86400 seconds."),
        ("workato_wait_timeout", 0, None),
        ("entra_timeout", 0, "'entra_timeout' is 0 and has to be from 1 to 86400 seconds."),
        ("timeout", math.nan, "'timeout' is nan and has to be from 1 to 86400 seconds."),
        ("folder_id", 0, "'folder_id' is 0 and has to be from 1 to 9223372036854775807."),
        ("timeout", 10**30, "'timeout' is 1000000000... (31 characters) and has to be from 1 to 86400 seconds."),
        ("timeout", None, None),
        ("timeout", "text", None),
        ("key_size", 1, None),
        ("timeout", True, None),
    ],
)
def test_sentences(name: str, value: t.Any, sentence: str | None) -> None:
    assert number_problem(name, value) == sentence


def test_in_a_list_of_dicts() -> None:
    spec = {"rows": {"type": "list", "options": {"timeout": {"type": "int"}}}}
    check_numbers(spec, {"rows": [{"timeout": 1}, "text"]})
    with pytest.raises(OptionError, match="'timeout' is 0"):
        check_numbers(spec, {"rows": [{"timeout": 1}, {"timeout": 0}]})
