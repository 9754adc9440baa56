# SPDX-License-Identifier: GPL-3.0-or-later
"""The options that all roles share stand once."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]

specification = importlib.util.spec_from_file_location("generate_role_options", ROOT / "tests" / "tools" / "generate_role_options.py")
assert specification and specification.loader
tool = importlib.util.module_from_spec(specification)
specification.loader.exec_module(tool)
BEGIN, END, SOURCE, main, shared_block, wanted = tool.BEGIN, tool.END, tool.SOURCE, tool.main, tool.shared_block, tool.wanted

SPEC = f"argument_specs:\n  main:\n    options:\n{BEGIN}{END}      own:\n        type: str\n  other:\n    options:\n{BEGIN}      old: 1\n{END}"


def test_the_block_is_written_into_each_entry_point() -> None:
    text = wanted(SPEC, shared_block("# a comment\nentra_tenant_id:\n  type: str\n"))
    specs = yaml.safe_load(text)["argument_specs"]
    assert specs["main"]["options"] == {"entra_tenant_id": {"type": "str"}, "own": {"type": "str"}}
    assert specs["other"]["options"] == {"entra_tenant_id": {"type": "str"}}
    assert wanted(text, shared_block("entra_tenant_id:\n  type: str\n")) == text


def test_a_spec_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="no place is marked"):
        wanted("argument_specs: {}\n", shared_block("a:\n  type: str\n"))


def test_the_check_writes_nothing_and_says_what_differs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "roles" / "payroll" / "meta" / "argument_specs.yml"
    path.parent.mkdir(parents=True)
    path.write_text(SPEC)
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert (path.read_text(), capsys.readouterr().out) == (SPEC, "would write roles/payroll/meta/argument_specs.yml\n")
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0


def test_the_roles_are_in_step() -> None:
    assert main(["--check"]) == 0
    shared = yaml.safe_load(SOURCE.read_text())
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for spec in yaml.safe_load(path.read_text())["argument_specs"].values():
            assert shared.items() <= spec["options"].items(), path
