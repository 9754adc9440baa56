# SPDX-License-Identifier: GPL-3.0-or-later
"""After the configuration was read anew, the modules of ansible-core hold what a process would hold that imported them just now.

Whatever such a module keeps in a variable, a class, a default of a function or an object is compared, so that a release of ansible-core that keeps
more of its configuration than today is noticed here.
"""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from support.forked_modules import FINDER
from support.playbooks import ROOT, base_environment

# Made by each process for itself: they have to be others in two forks, too.
OF_A_PROCESS = {"ansible.constants:DEFAULT_LOCAL_TMP", "ansible.constants:set_constant.defaults.0.DEFAULT_LOCAL_TMP", "ansible.utils.vars:random_int"}
# What stands in the way of reading the same files of ansible-core again and again, and of compiling collections.
PREPARED = {f"{FINDER}:_meta_yml_to_dict", f"{FINDER}:compile", "_read_config_yaml_file", "_load_module_source", "_load_config_defs"}


def states(how: str, folder: Path, env: dict[str, str]) -> list[dict[str, t.Any]]:
    """What C(support.forked_state) prints."""
    home = {"HOME": str(folder), "ANSIBLE_LOCAL_TEMP": str(folder / "tmp")}
    own, base = json.dumps({**base_environment(), **home, **env}), json.dumps({**base_environment(), **home, "HOME": "/nowhere"})
    command = [sys.executable, "-m", "support.forked_state", how, str(folder), own, base]
    done = subprocess.run(command, cwd=ROOT / "tests", env=base_environment(), text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    """The paths that are not equal, or are in one alone."""
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path) and not any(name in path for name in PREPARED)}


@pytest.mark.parametrize(
    "env",
    [
        {},
        {"ANSIBLE_FORKS": "17", "ANSIBLE_ROLES_PATH": "/r", "ANSIBLE_ACTION_PLUGINS": "/a", "ANSIBLE_LIBRARY": "/l", "ANSIBLE_FILTER_PLUGINS": "/f:/g"},
        {"ANSIBLE_HOME": "/elsewhere", "ANSIBLE_COLLECTIONS_PATH": "/c", "ANSIBLE_DEPRECATION_WARNINGS": "0", "ANSIBLE_DISPLAY_TRACEBACK": "always"},
        {"ANSIBLE_CONFIG": "own.cfg"},
    ],
    ids=["nothing", "paths", "home", "file"],
)
def test_the_state_is_that_of_a_fresh_import(workdir: Path, env: dict[str, str]) -> None:
    (workdir / "own.cfg").write_text("[defaults]\nforks = 3\nstrategy_plugins = /s\nbecome_plugins = /b\n[inventory]\nenable_plugins = yaml\n")
    (one,), (first, second) = (states(how, workdir, env) for how in ("fresh", "forked"))
    assert len(one["state"]) > 5000 and first["different"] == []
    if not env:  # two fresh ones differ in the same places
        assert differing(one["state"], states("fresh", workdir, env)[0]["state"]) == OF_A_PROCESS
    assert differing(one["state"], first["state"]) == OF_A_PROCESS
    assert differing(first["state"], second["state"]) == OF_A_PROCESS


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({"ANSIBLE_NOCOLOR": "0"}, ["ANSIBLE_NOCOLOR"]),
        ({"ANSIBLE_LOG_PATH": "/tmp/log", "ANSIBLE_NO_LOG": "1"}, ["DEFAULT_LOG_PATH", "DEFAULT_NO_LOG"]),
        ({"ANSIBLE_STRATEGY": "free", "ANSIBLE_TIMEOUT": "11"}, ["DEFAULT_STRATEGY", "DEFAULT_TIMEOUT"]),
        ({"ANSIBLE_COLOR_OK": "blue", "ANSIBLE_PIPELINING": "1"}, ["ANSIBLE_PIPELINING", "COLOR_OK"]),
        ({"ANSIBLE_JINJA2_EXTENSIONS": "jinja2.ext.do"}, ["DEFAULT_JINJA2_EXTENSIONS"]),
        ({"PAGER": "cat"}, ["PAGER"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_a_setting_that_the_import_used(workdir: Path, env: dict[str, str], names: list[str]) -> None:
    (first, second) = states("forked", workdir, env)
    assert first["different"] == second["different"] == names
    assert "HOME" not in first["read"] and "USER" in first["read"]
