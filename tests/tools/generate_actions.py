# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps action files, modules and the action group in step.

Every module has an action file of its own name, since module_defaults and action groups are resolved by it. The action group
holds exactly the modules whose declaration takes the shared auth options: a default for an option that a module does not
have would fail every task of that module.

    generate_actions.py            write what is missing or different, remove action files without a module
    generate_actions.py --check    change nothing, say what would be written, end with 1 if anything would

Needs a Python that has ansible-core.
"""

from __future__ import annotations

import argparse
import importlib
import re
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE, NAME = "tenantkit", "connectors"
GROUP = "entra"
MAIN_ACTION = "entra_app"  # this file holds the class and is written by hand
BY_HAND = "class ActionModule("  # an action with a class of its own is written by hand as well, and left alone
REQUIRES_ANSIBLE = ">=2.19.0"

HEADER = """\
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""

ACTION = (
    HEADER
    + '''\
"""Where {module} runs: see {main}."""

from __future__ import annotations

from ansible_collections.{namespace}.{name}.plugins.action.{main} import ActionModule
from ansible_collections.{namespace}.{name}.plugins.plugin_utils._worker import preload

preload("{module}")

__all__ = ["ActionModule"]
'''
)

RUNTIME = f"""\
---
# SPDX-License-Identifier: GPL-3.0-or-later
requires_ansible: "{REQUIRES_ANSIBLE}"
"""

BEGIN = "# The groups are written by tests/tools/generate_actions.py: the modules that take the shared auth options.\n"
# Defaults of a block replace those of the play for the same group, they are not merged. The roles use a group of their own, so that what a play says stays.
OF_THE_ROLES = "session"
_GROUPS = re.compile(rf"(?:{re.escape(BEGIN)})?^action_groups:\n(?:^[ #].*\n|^\n(?=[ ]))*", re.MULTILINE)


def module_names(root: Path) -> list[str]:
    """The modules of the collection in ``root``."""
    return sorted(path.stem for path in (root / "plugins" / "modules").glob("*.py") if path.stem != "__init__")


def auth_modules(root: Path, modules: list[str]) -> list[str]:
    """Those of them whose declaration takes the auth options, asked from the declarations themselves."""
    with tempfile.TemporaryDirectory() as directory:
        parent = Path(directory) / "ansible_collections" / NAMESPACE
        parent.mkdir(parents=True)
        (parent / NAME).symlink_to(root)
        sys.path.insert(0, directory)
        for loaded in [module for module in sys.modules if module.split(".")[0] == "ansible_collections"]:
            del sys.modules[loaded]
        importlib.invalidate_caches()
        try:
            package = f"ansible_collections.{NAMESPACE}.{NAME}.plugins.modules"
            return [module for module in modules if importlib.import_module(f"{package}.{module}").DECLARATION.auth]
        finally:
            sys.path.remove(directory)


def runtime_text(current: str | None, group: list[str]) -> str:
    """meta/runtime.yml with the group; everything else in it (redirects, deprecations) is kept."""
    listed = "".join(f"    - {module}\n" for module in group)
    block = BEGIN + f"action_groups:\n  {GROUP}:\n{listed}  {OF_THE_ROLES}:\n{listed}"
    if not current:
        return RUNTIME + block
    if _GROUPS.search(current):
        return _GROUPS.sub(lambda _found: block, current, count=1)
    return current.rstrip("\n") + "\n" + block


def wanted(root: Path) -> dict[Path, str | None]:
    """Every generated file and what it must hold; None for a file that must not exist."""
    modules = module_names(root)
    actions = root / "plugins" / "action"
    files: dict[Path, str | None] = {path: None for path in actions.glob("*.py") if path.stem not in ("__init__", MAIN_ACTION)}
    for module in modules:
        path = actions / f"{module}.py"
        if module != MAIN_ACTION and not (path.exists() and BY_HAND in path.read_text(encoding="utf-8")):
            files[path] = ACTION.format(module=module, main=MAIN_ACTION, namespace=NAMESPACE, name=NAME)
        else:
            files.pop(path, None)
    runtime = root / "meta" / "runtime.yml"
    files[runtime] = runtime_text(runtime.read_text(encoding="utf-8") if runtime.exists() else None, auth_modules(root, modules))
    return files


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Keep action files, modules and the action group in step.")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 if something would change")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    # A module without the class of its action would run, and nobody would notice where.
    if MAIN_ACTION not in module_names(root):
        print(f"plugins/modules/{MAIN_ACTION}.py is missing: plugins/action/{MAIN_ACTION}.py needs a module of its name", file=sys.stderr)
        return 1
    different = 0
    for path, text in sorted(wanted(root).items()):
        if (path.read_text(encoding="utf-8") if path.exists() else None) == text:
            continue
        different += 1
        print(f"{'would ' if options.check else ''}{'remove' if text is None else 'write'} {path.relative_to(root)}")
        if options.check:
            continue
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
