# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The variables of a host that a role documents, as plain values of the documented types."""

from __future__ import annotations

import contextlib
import functools
import typing as t
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.template import trust_as_template

from ..module_utils._numbers import number_problem
from ..module_utils._products import registry
from ._worker import plain

ROLES = Path(__file__).resolve().parents[2] / "roles"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@functools.cache
def _specs(role: str) -> t.Mapping[str, t.Any]:
    text = (ROLES / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8")
    return t.cast("t.Mapping[str, t.Any]", yaml.load(text, Loader=_LOADER)["argument_specs"])


@functools.cache
def _defaults(role: str) -> t.Mapping[str, t.Any]:
    text = (ROLES / role / "defaults" / "main.yml").read_text(encoding="utf-8")
    return t.cast("t.Mapping[str, t.Any]", yaml.load(text, Loader=_LOADER) or {})


@functools.cache
def role_options(role: str) -> t.Mapping[str, t.Mapping[str, t.Any]]:
    """The options of all entry points of a role, from its argument specs. Raises OSError for a role that is not there."""
    return {name: spec for entry in _specs(role).values() for name, spec in entry["options"].items()}


def role_variables(role: str, variables: t.Mapping[str, t.Any], template: t.Callable[[t.Any], t.Any]) -> dict[str, t.Any]:
    """What a host says about a role, by the names of the variables; what it does not say is not in the answer.

    ``variables`` are the variables of the host as Ansible holds them, ``template`` resolves their templates. Texts become the documented
    types: a survey of a controller gives C(false) as a text, a list as JSON, and a question without an answer as an empty text, which counts as not given.
    A value that does not fit its type stays as it is, since the role's own validation of arguments refuses it with the name of the variable.
    """
    options = role_options(role)
    # Ansible leaves a member of a dict out whose value is "omit".
    found = plain(template({name: variables[name] for name in options if name in variables}))
    empty = [name for name, value in found.items() if isinstance(value, str) and not value.strip() and name not in registry.MEANT_EMPTY]
    if empty:  # nearly never: so no worker reads the defaults for nothing
        defaults = _defaults(role)
        found |= plain(template({name: trust_as_template(defaults[name]) for name in empty if isinstance(defaults.get(name), str)}))
        found |= {name: defaults.get(name) for name in empty if not isinstance(defaults.get(name), str)}
    given = {name: parsed(value, options[name]) for name, value in found.items() if value is not None}
    checked = ArgumentSpecValidator({name: _typed(options[name]) for name in given}).validate(dict(given))
    return given if checked.error_messages else dict(checked.validated_parameters)


def argument_problem(role: str, variables: t.Mapping[str, t.Any], template: t.Callable[[t.Any], t.Any]) -> str:
    """What the role's own validation of its arguments would say, empty when nothing. Raises AnsibleError for a variable that cannot be resolved."""
    spec = _specs(role)["main"]["options"]
    found = plain(template({name: variables[name] for name in spec if name in variables}))
    checked = ArgumentSpecValidator(spec).validate({name: value for name, value in found.items() if value is not None})
    return "; ".join(checked.error_messages)


def number_problems(role: str, variables: t.Mapping[str, t.Any], template: t.Callable[[t.Any], t.Any]) -> str:
    """What is wrong with the numbers among a role's variables, empty when nothing. Raises AnsibleError for a variable that cannot be resolved."""
    options = role_options(role)
    numbers = {name for name, option in options.items() if option.get("type") in ("int", "float")}
    given = role_variables(role, {name: value for name, value in variables.items() if name in numbers}, template)
    return " ".join(filter(None, (number_problem(name, value) for name, value in sorted(given.items()))))


def empty_problem(role: str, variables: t.Mapping[str, t.Any], template: t.Callable[[t.Any], t.Any]) -> str:
    """Which variables that the role requires are empty texts, empty when none is: Ansible takes such a one for given.

    Raises AnsibleError for a variable that cannot be resolved.
    """
    required = [name for name, spec in _specs(role)["main"]["options"].items() if spec.get("required")]
    found = plain(template({name: variables[name] for name in required if name in variables}))
    empty = sorted(name for name, value in found.items() if isinstance(value, str) and not value.strip())
    return f"{' and '.join(map(repr, empty))} {'is' if len(empty) == 1 else 'are'} empty, and the role {role} needs a value." if empty else ""


def preload() -> None:
    """Read what the roles document in the process that calls this, so that the workers it forks have it. What cannot be read fails where it is used."""
    with contextlib.suppress(Exception):
        for role in registry.CONNECTIONS:
            role_options(role)


def parsed(value: t.Any, option: t.Mapping[str, t.Any]) -> t.Any:
    """A list or a dictionary that came as a text. One that cannot be read stays a text."""
    structured = option.get("type") in ("list", "dict", "raw")
    if not structured or not isinstance(value, str) or not value.lstrip().startswith(("[", "{")):
        return value
    with contextlib.suppress(yaml.YAMLError):
        return yaml.load(value, Loader=_LOADER)
    return value


def _typed(option: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The part of an option's description that says its type. A path stays as the operator wrote it: the module that opens it resolves it."""
    spec = {key: option[key] for key in ("type", "elements") if key in option}
    return {**spec, "type": "str"} if spec.get("type") == "path" else spec
