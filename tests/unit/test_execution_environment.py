# SPDX-License-Identifier: GPL-3.0-or-later
"""The execution environment is made by ansible-builder from the file as it is shipped, and holds what the collection needs."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from support.playbooks import ROOT

FILE = ROOT / "extensions" / "awx" / "execution-environment.yml"
CALLBACK = "tenantkit.connectors.rollout_report"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a container is built from."""
    folder = tmp_path_factory.mktemp("context")
    builder = Path(sys.executable).with_name("ansible-builder")
    done = subprocess.run([builder, "create", "--file", FILE, "--context", folder, "--output-filename", "Containerfile"], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_it_enables_the_report(context: Path) -> None:
    """No credential of a controller may: ANSIBLE_ variables are refused there."""
    final = (context / "Containerfile").read_text().rpartition("\nFROM ")[2]
    assert re.findall(r"^ENV (ANSIBLE_CALLBACKS_ENABLED=.*)$", final, re.MULTILINE) == [f"ANSIBLE_CALLBACKS_ENABLED={CALLBACK}"]
    assert (ROOT / "plugins" / "callback" / f"{CALLBACK.rpartition('.')[2]}.py").is_file()


def test_it_holds_this_collection(context: Path) -> None:
    (collection,) = yaml.safe_load((context / "_build" / "requirements.yml").read_text())["collections"]
    here = yaml.safe_load((ROOT / "galaxy.yml").read_text())
    assert collection["name"] == f"{here['namespace']}.{here['name']}" and SpecifierSet(collection["version"]).contains(here["version"])


def test_its_packages_have_ranges_that_fit_those_of_the_collection(context: Path) -> None:
    """From what the collection needs to the next major version."""
    given = {one.name: one.specifier for one in map(Requirement, (context / "_build" / "requirements.txt").read_text().split("\n"))}
    lines = [line for line in (ROOT / "meta" / "ee-requirements.txt").read_text().splitlines() if line and not line.startswith("#")]
    assert {one.name: str(one.specifier) for one in map(Requirement, lines)} == {
        name: next(str(part) for part in range_ if part.operator == ">=") for name, range_ in given.items()
    }
    core = Requirement(yaml.safe_load(FILE.read_text())["dependencies"]["ansible_core"]["package_pip"]).specifier
    oldest = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"]
    assert oldest in {str(part) + ".0" for part in core} | {str(part) for part in core}
    assert all("<" in {part.operator for part in range_} for range_ in [*given.values(), core])


def test_its_python_is_one_that_the_collection_runs_on() -> None:
    python = yaml.safe_load(FILE.read_text())["dependencies"]["python_interpreter"]["package_system"]
    assert tuple(map(int, python.removeprefix("python").split("."))) >= (3, 11)
