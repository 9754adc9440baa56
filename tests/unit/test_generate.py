# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action files, modules and the action group are in step, and the tool that keeps them so would notice if not."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "tests" / "tools" / "generate.py"

specification = importlib.util.spec_from_file_location("generate", TOOL)
generate = importlib.util.module_from_spec(specification)
specification.loader.exec_module(generate)

MODULE = "class DECLARATION:\n    auth = {auth}\n"


def run(root, *arguments):
    return subprocess.run([sys.executable, TOOL, "--root", root, *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def collection(tmp_path):
    for directory in ("plugins/modules", "plugins/action", "meta"):
        (tmp_path / directory).mkdir(parents=True)
    for name, auth in {"entra_app": True, "entra_b": True, "vendor_c": False}.items():
        (tmp_path / f"plugins/modules/{name}.py").write_text(MODULE.format(auth=auth), encoding="utf-8")
    (tmp_path / "plugins/module_utils/_products/shop").mkdir(parents=True)
    (tmp_path / "plugins/module_utils/_products/shop/decisions.py").write_text("", encoding="utf-8")
    for directory in ("playbooks", "roles/shop/tasks"):
        (tmp_path / directory).mkdir(parents=True)
    assert run(tmp_path).returncode == 0
    return tmp_path


def test_the_collection_itself_is_in_step():
    done = run(ROOT, "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_fresh_collection_gets_what_it_needs(collection):
    assert run(collection, "--check").returncode == 0
    assert sorted(path.name for path in (collection / "plugins/action").iterdir()) == ["entra_app.py", "entra_b.py", "vendor_c.py"]
    text = (collection / "meta/runtime.yml").read_text(encoding="utf-8")
    assert 'requires_ansible: ">=2.19.0"' in text
    assert "  entra:\n    - entra_app\n    - entra_b\n" in text and "vendor_c" not in text
    text = (collection / "playbooks/tasks/known_connectors.yml").read_text(encoding="utf-8")
    assert "    name: tenantkit.connectors.shop\n    tasks_from: data\n" in text
    assert '    "shop": shop,\n' in (collection / "plugins/module_utils/_products/roles.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("break_it", "expected"),
    [
        (lambda root: (root / "plugins/action/entra_b.py").unlink(), "would write plugins/action/entra_b.py"),
        (lambda root: (root / "plugins/action/entra_b.py").write_text("# other\n"), "would write plugins/action/entra_b.py"),
        (lambda root: (root / "plugins/modules/entra_d.py").write_text(MODULE.format(auth=True)), "would write meta/runtime.yml"),
        (lambda root: (root / "plugins/modules/vendor_c.py").write_text(MODULE.format(auth=True)), "would write meta/runtime.yml"),
        (lambda root: (root / "plugins/modules/entra_b.py").unlink(), "would remove plugins/action/entra_b.py"),
        (lambda root: (root / "playbooks/tasks/known_connectors.yml").unlink(), "would write playbooks/tasks/known_connectors.yml"),
        (lambda root: (root / "roles/shop/tasks/data.yml").unlink(), "would write roles/shop/tasks/data.yml"),
        (lambda root: (root / "plugins/module_utils/_products/shop/decisions.py").unlink(), "would write plugins/module_utils/_products/roles.py"),
    ],
)
def test_every_difference_is_found_and_nothing_is_changed(collection, break_it, expected):
    break_it(collection)
    before = {path: path.read_bytes() for path in collection.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    done = run(collection, "--check")
    assert done.returncode == 1
    assert expected in done.stdout + done.stderr
    assert before == {path: path.read_bytes() for path in collection.rglob("*") if path.is_file() and "__pycache__" not in path.parts}


def test_the_rest_of_the_runtime_file_is_kept():
    current = (
        '---\nrequires_ansible: ">=2.19.0"\naction_groups:\n  entra:\n    - gone\n\n  # a comment\n'
        "plugin_routing:\n  modules:\n    old: {redirect: tenantkit.connectors.entra_app}\n"
    )
    text = generate.runtime_text(current, ["entra_app"])
    assert "gone" not in text and "plugin_routing:\n  modules:\n    old:" in text and text.count("action_groups:") == 1
    assert generate.runtime_text(text, ["entra_app"]) == text


def test_an_action_with_a_class_of_its_own_is_left_alone(collection):
    action = collection / "plugins/action/vendor_c.py"
    action.write_text("class ActionModule(Other):\n    pass\n", encoding="utf-8")
    assert run(collection, "--check").returncode == 0
    (collection / "plugins/modules/vendor_c.py").unlink()
    assert "would remove plugins/action/vendor_c.py" in run(collection, "--check").stdout
