# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules of awx.awx take, read from themselves, and a collection of that name whose modules look at their arguments and do nothing."""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import json
import re
import shutil
import sys
import types
import typing as t
from pathlib import Path

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from tools import awx_modules

from support import role_yaml

Spec = dict[str, t.Any]
RECORD = "AWX_STUB_RECORD"  # a file that each call of such a module adds a line to

# Replaces the part of the modules that speaks with a controller. It stands beside the copies in the worker of Ansible.
ACTION = '''\
"""Looks at the arguments of the module as AnsibleModule would, and notes them."""

import json
import os
from pathlib import Path

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase

SPECS = json.loads(Path(__file__).with_name("specs.json").read_text())


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        module = self._task.action.rpartition(".")[2]
        given = json.loads(json.dumps(self._task.args, default=str))
        checked = ArgumentSpecValidator(SPECS[module]).validate(given)
        if checked.error_messages:
            return {"failed": True, "msg": "; ".join(checked.error_messages)}
        with open(os.environ["AWX_STUB_RECORD"], "a") as file:
            file.write(json.dumps([module, given, checked.validated_parameters]) + "\\n")
        return {"changed": False}
'''


class _Captured(Exception):
    """The arguments of a module are known."""


def _capture(module: str) -> Spec:
    """The argument spec that a module of awx.awx hands to its base class, with the options of the connection."""
    folder = awx_modules.collections() / awx_modules.COLLECTION / "plugins"
    found: list[Spec] = []

    class ControllerAPIModule:
        def __init__(self, argument_spec: Spec, **more: t.Any) -> None:
            found.append(argument_spec)
            raise _Captured

    package = "captured_awx"
    fakes = {f"{package}.module_utils.controller_api": types.ModuleType("controller_api"), f"{package}.module_utils": types.ModuleType("module_utils")}
    fakes |= {package: types.ModuleType(package), f"{package}.modules": types.ModuleType("modules")}
    for name, fake in fakes.items():
        fake.__path__ = []
        fake.ControllerAPIModule = ControllerAPIModule  # type: ignore[attr-defined]
        sys.modules[name] = fake
    try:
        specification = importlib.util.spec_from_file_location(f"{package}.modules.{module}", folder / "modules" / f"{module}.py")
        assert specification and specification.loader
        loaded = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(loaded)
        with contextlib.suppress(_Captured):
            loaded.main()
    finally:
        for name in fakes:
            del sys.modules[name]
    (spec,) = found
    return {**_connection(), **spec}


@functools.cache
def _connection() -> Spec:
    """The options that all of them share, from the documentation fragment: their code wants a part of ansible-core that newer ones do not have."""
    specification = importlib.util.spec_from_file_location(
        "awx_auth", awx_modules.collections() / awx_modules.COLLECTION / "plugins" / "doc_fragments" / "auth.py"
    )
    assert specification and specification.loader
    loaded = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(loaded)
    options = yaml.safe_load(loaded.ModuleDocFragment.DOCUMENTATION)["options"]
    kept = ("type", "aliases", "choices", "elements")
    return {name: {key: value for key, value in option.items() if key in kept} for name, option in options.items()}


@functools.cache
def spec_of(module: str) -> Spec:
    """What a module of awx.awx takes."""
    return _capture(module)


def problems(module: str, arguments: t.Mapping[str, t.Any]) -> list[str]:
    """What the module would refuse of its arguments."""
    return list(ArgumentSpecValidator(spec_of(module)).validate(dict(arguments)).error_messages)


def stub(folder: Path, modules: t.Iterable[str]) -> Path:
    """A folder for ANSIBLE_COLLECTIONS_PATH with an awx.awx that only looks at arguments."""
    source, target = awx_modules.collections() / awx_modules.COLLECTION, folder / awx_modules.COLLECTION
    for part in ("modules", "action"):
        (target / "plugins" / part).mkdir(parents=True)
    shutil.copytree(source / "meta", target / "meta")
    names = sorted(modules)
    for name in names:
        shutil.copy(source / "plugins" / "modules" / f"{name}.py", target / "plugins" / "modules")
        (target / "plugins" / "action" / f"{name}.py").write_text(ACTION)
    (target / "plugins" / "action" / "specs.json").write_text(json.dumps({name: spec_of(name) for name in names}))
    return folder


def calls(record: Path) -> list[tuple[str, dict[str, t.Any], dict[str, t.Any]]]:
    """The calls in their order: the module, its arguments, and the same in the types that the module takes."""
    return [(module, given, typed) for module, given, typed in map(json.loads, record.read_text().splitlines())]


# --- the data in extensions/awx ---

OBJECTS = awx_modules.ROOT / "extensions" / "awx" / "objects"
PROJECT = awx_modules.ROOT / "extensions" / "awx" / "project"
# What an operator gives, by the names of settings.yml.
GIVEN: dict[str, t.Any] = {
    "awx_setup_scm_url": "https://git.example/fleet.git",
    "awx_setup_image": "registry.example/connectors:1",
    "awx_setup_notification_configuration": {"host": "mail.example", "port": 25, "sender": "awx@mail.example", "recipients": ["fleet@mail.example"]},
}
_PATH = re.compile(r"\{\{ ([a-z][\w.]*) \}\}")


def resolved(value: t.Any, known: t.Mapping[str, t.Any]) -> t.Any:
    """A value with the paths in it followed. Raises ValueError for any other expression, and KeyError for a name that is not known."""
    if isinstance(value, dict):
        return {key: resolved(item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [resolved(item, known) for item in value]
    if not isinstance(value, str) or isinstance(value, role_yaml.Unsafe) or "{{" not in value:
        return value
    path = _PATH.fullmatch(value)
    if not path:
        raise ValueError(f"no path: {value}")
    found: t.Any = known
    for name in path[1].split("."):
        found = found[name]
    return resolved(found, known)


def objects(given: t.Mapping[str, t.Any] | None = None) -> dict[str, t.Any]:
    """Every variable of extensions/awx/objects, as Ansible resolves it."""
    raw: dict[str, t.Any] = {}
    for path in sorted(OBJECTS.glob("*.yml")):
        for name, value in yaml.load(path.read_text(encoding="utf-8"), role_yaml.Loader).items():
            assert name not in raw, f"{name} is there twice"
            raw[name] = value
    known = {**raw, **GIVEN, **(given or {})}
    return {name: resolved(known[name], known) for name in raw}
