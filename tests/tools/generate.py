# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps what follows from the names of files in step: action files, the action groups, and the list of the roles' decisions.

Every module has an action file of its own name, since module_defaults and action groups are resolved by it. The action group
holds exactly the modules whose declaration takes the shared auth options: a default for an option that a module does not
have would fail every task of that module.

    generate.py            write what is missing or different, remove action files without a module
    generate.py --check    change nothing, say what would be written, end with 1 if anything would

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
WRITTEN_HERE = "Written by tests/tools/generate.py."
BY_HAND = "class ActionModule("  # an action file with it, and without the mark above, is written by hand and left alone
REQUIRES_ANSIBLE = ">=2.19.0"

HEADER = """\
# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""

ACTION = (
    HEADER
    + '''\
"""Where {module} runs: see plugin_utils/_action.py. {mark}"""

from __future__ import annotations

from ..plugin_utils._action import ConnectorAction
from ..plugin_utils._worker import preload

preload("{module}")


class ActionModule(ConnectorAction):
    """The action of this module."""
'''
)

ROLES = (
    HEADER
    + '''\
# PRIVATE: for use inside this collection only.
"""The roles whose decisions are Python. Written by tests/tools/generate.py from the files named decisions.py."""

from __future__ import annotations

import typing as t

{imports}

class RoleDecisions(t.Protocol):
    """What a file named decisions.py holds."""

    @property
    def CONNECTION(self) -> t.Callable[..., dict[str, t.Any]]:
        """What the variables of a host mean; see the lookup plugin C(connection)."""

    @property
    def DECISIONS(self) -> t.Mapping[str, t.Callable[..., dict[str, t.Any]]]:
        """The questions of the role; see the module C(connector_decision)."""

    @property
    def LOOK(self) -> t.Callable[..., t.Any] | None:
        """The look at the connector; see the module C(connector_look). None for a role that others include."""

    @property
    def BEFORE_WRITING(self) -> t.Callable[..., t.Any] | None:
        """What the role asks once it has something to do, before it writes; see the option C(before_writing) of C(connector_look)."""

    @property
    def PREFLIGHT(self) -> t.Callable[..., t.Any] | None:
        """What a rollout of the connector would meet; see the module C(connector_preflight). None for a role that others include."""

    @property
    def MEANT_EMPTY(self) -> frozenset[str]:
        """Variables for which an empty text says something."""

    @property
    def TARGETS(self) -> frozenset[str]:
        """Variables that name something of one tenant, or with a dot members of them."""

    @property
    def FROM_ENVIRONMENT(self) -> t.Mapping[str, str]:
        """Variable: where its value comes from when the host has none."""


ROLES: t.Mapping[str, RoleDecisions] = {{
{rows}}}
'''
)

DATA = """\
# SPDX-License-Identifier: GPL-3.0-or-later
# No task: importing this makes the role's defaults and variables known to a play that looks at several connectors at once.
# Written by tests/tools/generate.py.
[]
"""

# The tasks of the playbooks that look at connectors of any kind.
KNOWN = """\
# SPDX-License-Identifier: GPL-3.0-or-later
# What the roles publish, at no cost: these have no tasks. Written by tests/tools/generate.py.
"""
IMPORT = """\
- name: Know {name}
  ansible.builtin.import_role:
    name: tenantkit.connectors.{name}
    tasks_from: data
    public: true
"""

RUNTIME = f"""\
---
# SPDX-License-Identifier: GPL-3.0-or-later
requires_ansible: "{REQUIRES_ANSIBLE}"
"""

BEGIN = "# The groups are written by tests/tools/generate.py: the modules that take the shared auth options.\n"
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


def products(root: Path) -> list[str]:
    """The products that have a role with decisions."""
    return sorted(path.parent.name for path in (root / "plugins" / "module_utils" / "_products").glob("*/decisions.py"))


def roles_text(root: Path) -> str:
    """plugins/module_utils/_products/roles.py: every product, and what all of them share."""
    names = products(root)
    imports = "from .._entra.connector import decisions as entra_connector\n" + "".join(f"from .{name} import decisions as {name}\n" for name in names)
    rows = "".join(f'    "{name}": {name},\n' for name in ("entra_connector", *names))
    return ROLES.format(imports=imports, rows=rows)


def known_text(root: Path) -> str:
    """playbooks/tasks/known_connectors.yml: every role whose connector a playbook may look at."""
    return KNOWN + "\n".join(IMPORT.format(name=name) for name in products(root))


def wanted(root: Path) -> dict[Path, str | None]:
    """Every generated file and what it must hold; None for a file that must not exist."""
    modules = module_names(root)
    actions = root / "plugins" / "action"
    files: dict[Path, str | None] = {path: None for path in actions.glob("*.py") if path.stem != "__init__"}
    for module in modules:
        path = actions / f"{module}.py"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        if BY_HAND in text and WRITTEN_HERE not in text:
            files.pop(path)
        else:
            files[path] = ACTION.format(module=module, mark=WRITTEN_HERE)
    runtime = root / "meta" / "runtime.yml"
    files[runtime] = runtime_text(runtime.read_text(encoding="utf-8") if runtime.exists() else None, auth_modules(root, modules))
    files |= {root / "roles" / name / "tasks" / "data.yml": DATA for name in products(root) if (root / "roles" / name).is_dir()}
    if (root / "playbooks").is_dir():
        files[root / "playbooks" / "tasks" / "known_connectors.yml"] = known_text(root)
    return files


def bring_in_step(root: Path, files: dict[Path, str | None] | dict[Path, str], *, check: bool) -> int:
    """Write or remove what differs, or with ``check`` only say so. Returns how many files differ."""
    different = 0
    for path, text in sorted(files.items()):
        if (path.read_text(encoding="utf-8") if path.exists() else None) == text:
            continue
        different += 1
        print(f"{'would ' if check else ''}{'remove' if text is None else 'write'} {path.relative_to(root)}")
        if check:
            continue
        if text is None:
            path.unlink()
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    return different


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write what follows from the names of files.")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 if something would change")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    root = options.root.resolve()
    # The modules import the list of roles: it has to be right before they are asked for their declarations.
    roles = {root / "plugins" / "module_utils" / "_products" / "roles.py": roles_text(root)}
    different = bring_in_step(root, roles, check=options.check)
    if not (options.check and different):
        different += bring_in_step(root, wanted(root), check=options.check)
    return 1 if options.check and different else 0


if __name__ == "__main__":
    sys.exit(main())
