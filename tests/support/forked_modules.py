# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of plugins, imported once for many runs.

A run imports the plugins that it uses, and each of its forks does so again for filters and tests: more than a third of what a small run costs. They are
the same files each time. A run whose files or paths are others imports its own, as ever.
Only the server process and what it forks use this file.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pickle
import sys
import traceback
import types
import typing as t
from pathlib import Path

LOADER = "ansible.plugins.loader"
FINDER = "ansible.utils.collection_loader._collection_finder"
COLLECTIONS = "ansible_collections"
# The kinds of plugins of ansible-core that a play on this machine looks for.
KINDS = ("action", "become", "cache", "callback", "connection", "filter", "inventory", "lookup", "shell", "strategy", "test", "vars")
Seen = tuple[int, int]  # when a file was changed, in nanoseconds, and its size in bytes


def names_of_core() -> list[str]:
    """The modules of ansible-core's own plugins."""
    package = importlib.import_module("ansible.plugins")
    folder = Path(str(package.__file__)).parent
    return [
        f"{package.__name__}.{kind}.{file.stem}" for kind in KINDS for file in sorted((folder / kind).glob("*.py")) if file.stem not in ("__init__", "base")
    ]


def names_of_collections(paths: t.Iterable[str]) -> list[str]:
    """The modules of module_utils in the collections below these paths. An action and what only actions use may begin something when it is imported."""
    found = []
    for path in paths:
        for file in sorted(Path(path).glob(f"{COLLECTIONS}/*/*/plugins/module_utils/**/*.py")):
            parts = file.relative_to(path).with_suffix("").parts
            found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def imported(names: t.Iterable[str]) -> None:
    """Import modules. What cannot be imported is left to the run that wants it."""
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)


def seen(module: types.ModuleType) -> Seen:
    """Of the file of a module."""
    stat = os.stat(str(module.__file__))
    return stat.st_mtime_ns, stat.st_size


def from_a_fork(function: t.Callable[[], t.Any]) -> t.Any:
    """What a function returns, called in a process forked from this one: what it leaves behind in modules is not left here."""
    receiver, sender = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            with open(sender, "wb") as file:
                pickle.dump(function(), file)
        except Exception:
            traceback.print_exc()  # this process then ends over an answer that is empty
        finally:
            os._exit(0)
    os.close(sender)
    with open(receiver, "rb") as file:
        said = file.read()
    os.waitpid(pid, 0)
    return pickle.loads(said)


class PluginsOfCore:
    """The plugins of ansible-core, and what their documentation says of their settings."""

    def __init__(self) -> None:
        """Import them."""
        before = set(sys.modules)
        names = names_of_core()
        imported(names)
        self._modules = {name: sys.modules[name] for name in names if name in sys.modules and name not in before}

    def prepare(self) -> None:
        """Read the settings, and let the loaders have modules and settings from here."""
        loaders = sys.modules[LOADER]
        kind = loaders.PluginLoader
        modules, settings = self._modules, from_a_fork(self._settings)
        load_source, load_settings = kind._load_module_source, kind._load_config_defs

        def source(loader: t.Any, *, python_module_name: str, path: str) -> types.ModuleType:
            known = modules.pop(python_module_name, None)
            if known is not None and str(known.__file__) != path:  # the run has one of its own under this name
                del sys.modules[python_module_name]
            return t.cast(types.ModuleType, load_source(loader, python_module_name=python_module_name, path=path))

        def config_defs(loader: t.Any, name: str, module: types.ModuleType, path: str) -> None:
            of_kind = configurable(loader)
            known = (of_kind, path) in settings and not any(os.path.isdir(folder) for folder in loaders.fragment_loader.config)
            if not known:  # or there may be fragments of these names in a folder of the run
                load_settings(loader, name, module, path)
            elif (own := settings[of_kind, path]) is not None and not loaders.C.config.has_configuration_definition(of_kind, name):
                loaders.C.config.initialize_plugin_configuration_definitions(of_kind, name, own)

        kind._load_module_source, kind._load_config_defs = source, config_defs

    def _settings(self) -> dict[tuple[str, str], t.Any]:
        """By kind and file, as the loaders make them of the documentation and of the fragments that it names."""
        loaders = sys.modules[LOADER]
        by_package = {one.package: one for one in vars(loaders).values() if isinstance(one, loaders.PluginLoader)}
        found = {}
        for name, module in self._modules.items():
            package, _dot, own = name.rpartition(".")
            if of_kind := configurable(by_package[package]):
                by_package[package]._load_config_defs(own, module, str(module.__file__))
                found[of_kind, str(module.__file__)] = loaders.C.config._plugins.get(of_kind, {}).get(own)
        return found


def configurable(loader: t.Any) -> str:
    """The kind of the plugins of a loader where they have settings, otherwise nothing."""
    loaders = sys.modules[LOADER]
    kind = loaders.get_plugin_class(loader.class_name) if loader.class_name else ""
    return str(kind) if kind in loaders.C.CONFIGURABLE_PLUGINS else ""


class ModulesOfCollections:
    """The code that modules and actions of collections share."""

    def __init__(self, paths: t.Sequence[str]) -> None:
        """Import it from the collections below these paths."""
        finder = importlib.import_module(FINDER)
        importlib.import_module(LOADER)
        core = Path(str(importlib.import_module("ansible._internal").__file__)).parent
        before = set(sys.modules)
        own = finder._AnsibleCollectionFinder([str(core), *paths], False)
        own._install()
        try:
            imported(names_of_collections(paths))
        finally:
            own._remove()
        self._paths = list(paths)
        for name in [name for name in set(sys.modules) - before if name.partition(".")[0] == COLLECTIONS and len(name.split(".")) < 6]:
            del sys.modules[name]  # the packages: a run's own finder makes them, reads about the collection and says what it thinks of its version
        found = {name: sys.modules[name] for name in set(sys.modules) - before if name.startswith(f"{COLLECTIONS}.")}
        self._files = {name: seen(module) for name, module in found.items() if os.path.isfile(str(module.__file__))}  # a folder may have no __init__.py

    def of_a_run(self, paths: t.Sequence[str], command: t.Sequence[str]) -> None:
        """Keep them for a run that would import the same files. C(paths) is where it looks for collections, and C(command) what it was started with."""
        beside = any((Path(word).parent / "collections" / COLLECTIONS).is_dir() for word in command if word.endswith((".yml", ".yaml")))
        try:
            same = list(paths) == self._paths and not beside and all(seen(sys.modules[name]) == file for name, file in self._files.items())
        except OSError:
            same = False
        if not same:
            for name in self._files:
                del sys.modules[name]
