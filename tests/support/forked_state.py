# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints what the modules of ansible-core hold: after a fresh import, or in processes forked from an older one that read the configuration anew.

C(python -m support.forked_state fresh|forked FOLDER ENV BASE): the working directory and the environment, and that of the older import, in JSON.
One line of JSON for each process.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import sys
import types
import typing as t

from support import forked_ansible, forked_code, forked_modules

DEPTH = 5
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def described(value: t.Any, deep: int = DEPTH, seen: frozenset[int] = frozenset()) -> t.Any:
    """What can be compared of a value: mappings of texts, and texts."""
    if value is None or isinstance(value, bool | int | float | str | bytes | os.PathLike):
        return repr(value)
    if isinstance(value, re.Pattern):
        return repr(value.pattern)
    if id(value) in seen or deep == 0:
        return type(value).__name__
    inner = functools.partial(described, deep=deep - 1, seen=seen | {id(value)})
    if isinstance(value, dict):
        return {str(key): inner(item) for key, item in list(value.items())}
    if isinstance(value, list | tuple):
        return {str(number): inner(item) for number, item in enumerate(value)}
    if isinstance(value, set | frozenset):
        return json.dumps(sorted(json.dumps(inner(item), sort_keys=True) for item in value))
    if isinstance(value, types.FunctionType):
        return {"defaults": inner(value.__defaults__), "named": inner(value.__kwdefaults__)}
    if isinstance(value, functools._lru_cache_wrapper):
        return repr(value.cache_info()[2:])
    of_core = str((value if isinstance(value, type) else type(value)).__module__).partition(".")[0] == "ansible"
    if of_core and hasattr(value, "__dict__"):
        return {name: inner(item) for name, item in list(vars(value).items())}
    return value.__qualname__ if isinstance(value, type) else type(value).__name__


def flat(value: t.Any, path: str, found: dict[str, str]) -> None:
    """Texts by their path."""
    if isinstance(value, dict):
        for name, item in value.items():
            flat(item, f"{path}.{name}", found)
    else:
        found[_ADDRESS.sub("", path)] = _ADDRESS.sub("", value)


def state() -> dict[str, str]:
    """Of all modules of ansible-core that are loaded."""
    found: dict[str, str] = {}
    for name in sorted(name for name in sys.modules if name.partition(".")[0] == "ansible"):
        for key, value in list(vars(sys.modules[name]).items()):
            if not key.startswith("__") and not isinstance(value, types.ModuleType):
                flat(described(value), f"{name}:{key}", found)
    return found


def under(env: t.Mapping[str, str], folder: str) -> None:
    """Be a process that was started so."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(env)


def main(how: str, folder: str, env: str, base: str) -> None:
    """Import, read anew, print."""
    sys.argv = ["ansible-playbook"]
    if how == "fresh":
        under(json.loads(env), folder)
        for name in forked_ansible.MODULES:
            importlib.import_module(name)
        forked_modules.imported(forked_modules.names_of_core())
        print(json.dumps({"state": state()}))
        return
    under(json.loads(base), "/")
    imported = forked_ansible.Imported((), forked_code.Compiled([]).compile)
    for _number in range(2):
        if os.fork() == 0:
            under(json.loads(env), folder)
            print(json.dumps({"different": imported.anew(), "read": sorted(imported.environment), "state": state()}), flush=True)
            return
        if os.wait()[1]:
            sys.exit("The forked process failed.")


if __name__ == "__main__":
    main(*sys.argv[1:])
