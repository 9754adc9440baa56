# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Where a task runs: in the worker process of ansible-playbook, or as an ordinary module process.

The worker is right only when a module process would have been the same user, the same Python, the same environment and the
same machine. Everything that asks for something else gets the module process that it expects.
"""

from __future__ import annotations

import dataclasses
import os
import typing as t

# Modes of interpreter discovery, those of old inventories included. None of them names an interpreter.
DISCOVERY_MODES = frozenset({"", "auto", "auto_silent", "auto_legacy", "auto_legacy_silent"})

# The way out for an operator who needs module processes everywhere, and for tests that compare the two ways.
FORCE_VARIABLE = "TENANTKIT_MODULE_PROCESS"


@dataclasses.dataclass(frozen=True)
class Placement:
    """The decision, and why it is not the worker (empty when it is)."""

    in_worker: bool
    reason: str
    local: bool
    same_user: bool
    interpreter_chosen: bool


def is_choice(interpreter: t.Any) -> bool:
    """Whether this value of ansible_python_interpreter (or of the setting interpreter_python) names a Python."""
    return interpreter is not None and str(interpreter).strip() not in DISCOVERY_MODES


def same_python(one: str, other: str) -> bool:
    """Whether two paths are one Python with one set of packages.

    A virtual environment is told apart by its directory, since its C(python) links to the same file as every other one's.
    """
    one, other = os.path.expanduser(one.strip()), os.path.expanduser(other.strip())
    if one == other:
        return True
    if not (os.path.isabs(one) and os.path.isabs(other)):
        return False
    same_directory = os.path.realpath(os.path.dirname(one)) == os.path.realpath(os.path.dirname(other))
    return same_directory and os.path.realpath(one) == os.path.realpath(other)


def decide(
    *,
    transport: str,
    become: bool,
    async_seconds: int,
    environment: t.Sequence[t.Any] | None,
    interpreter: t.Any,
    playbook_python: str,
    environ: t.Mapping[str, str],
) -> Placement:
    """Decide for one task. All arguments are those of the delegated host when the task is delegated."""
    local = transport == "local"
    chosen = is_choice(interpreter)
    if not local:
        reason = f"the connection is {transport}"
    elif become:
        reason = "it runs with become"
    elif async_seconds:
        reason = "it runs with async"
    elif any(environment or ()):  # nothing set is [{}]
        reason = "it has an environment of its own"
    elif chosen and not same_python(str(interpreter), playbook_python):
        reason = f"another Python was chosen for it: {interpreter}"
    elif environ.get(FORCE_VARIABLE, "").lower() in ("1", "true", "yes", "on"):
        reason = f"{FORCE_VARIABLE} asks for it"
    else:
        reason = ""
    return Placement(in_worker=not reason, reason=reason, local=local, same_user=not become, interpreter_chosen=chosen)
