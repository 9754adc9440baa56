# SPDX-License-Identifier: GPL-3.0-or-later
"""A forked run uses the modules that were imported before only where a fresh process would have imported the same ones."""

from __future__ import annotations

import os
import typing as t
from pathlib import Path

import pytest
from support.forked_runs import RUNS
from support.playbooks import Run, base_environment, run_playbook

LOOKUP = """
from ansible.plugins.lookup import LookupBase
from ansible_collections.own.things.plugins.module_utils import word
from ansible_collections.own.things.plugins.module_utils.inner import deep
class LookupModule(LookupBase):
    def run(self, *args, **named):
        word.ASKED += 1
        return [f"{word.WORD} {deep.WORD} {word.ASKED}"]
"""
OWN_ENV = """
from ansible.plugins.lookup import LookupBase
class LookupModule(LookupBase):
    def run(self, *args, **named):
        return ["own"]
"""
PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: "{{ lookup('own.things.word') }}"}
"""


def collection(path: Path, word: str) -> Path:
    """A collections path with a look-up that says what is in two shared modules."""
    plugins = path / "ansible_collections" / "own" / "things" / "plugins"
    for name, text in {
        "lookup/word.py": LOOKUP,
        "module_utils/word.py": f"WORD = {word!r}\nASKED = 0\n",
        "module_utils/inner/__init__.py": "",
        "module_utils/inner/deep.py": "WORD = 'deep'\n",
        "module_utils/broken.py": "raise RuntimeError\n",
        "module_utils/without_init/other.py": "",
    }.items():
        (plugins / name).parent.mkdir(parents=True, exist_ok=True)
        (plugins / name).write_text(text)
    return path


@pytest.fixture
def said(workdir: Path) -> t.Iterator[t.Callable[..., str]]:
    """What the play says in a run that is forked from a process with the collection below "first"."""
    first = collection(workdir / "first", "one")
    (workdir / "play.yml").write_text(PLAY)

    def run(**env: str) -> str:
        before = RUNS.forked
        done: Run = run_playbook(workdir / "play.yml", workdir, env={"ANSIBLE_COLLECTIONS_PATH": str(first), **env}).ok()
        assert RUNS.forked == before + 1, RUNS.reasons
        return str(done.events[-1].result["msg"])

    with RUNS.forking({**base_environment(), "ANSIBLE_COLLECTIONS_PATH": str(first)}):
        yield run


def test_a_run_has_modules_as_they_were_imported_and_leaves_them_so(said: t.Callable[..., str]) -> None:
    assert [said(), said()] == ["one deep 1", "one deep 1"]


def test_a_changed_file_is_imported_again(workdir: Path, said: t.Callable[..., str]) -> None:
    assert said() == "one deep 1"
    file = collection(workdir / "first", "two") / "ansible_collections/own/things/plugins/module_utils/word.py"
    os.utime(file, ns=(1, 1))
    assert said() == "two deep 1"
    file.unlink()
    (file.with_suffix("")).mkdir()
    (file.with_suffix("") / "__init__.py").write_text("WORD = 'three'\nASKED = 5\n")
    assert said() == "three deep 6"


def test_another_path_has_its_own_modules(workdir: Path, said: t.Callable[..., str]) -> None:
    elsewhere = str(collection(workdir / "second", "two"))
    assert said(ANSIBLE_COLLECTIONS_PATH=elsewhere) == "two deep 1"
    assert said(ANSIBLE_COLLECTIONS_PATH=f"{elsewhere}:{workdir / 'first'}") == "two deep 1"
    assert said() == "one deep 1"


def test_a_collection_beside_the_playbook_comes_first(workdir: Path, said: t.Callable[..., str]) -> None:
    collection(workdir / "collections", "beside")
    assert said() == "beside deep 1"


@pytest.mark.parametrize("way", ["real", "forked"])
def test_a_plugin_of_a_builtin_ones_name(way: str, workdir: Path) -> None:
    (workdir / "lookup_plugins").mkdir()
    (workdir / "lookup_plugins" / "env.py").write_text(OWN_ENV)
    (workdir / "play.yml").write_text(PLAY.replace("own.things.word", "env"))
    with RUNS.forking(base_environment() if way == "forked" else None):
        before = RUNS.forked
        run = run_playbook(workdir / "play.yml", workdir)
        assert RUNS.forked - before == (way == "forked")
    assert run.events[-1].result["msg"] == "own", run.stdout[-500:]
