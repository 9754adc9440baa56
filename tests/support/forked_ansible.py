# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-core that was imported once and is used by many runs, each in a process forked from the one that imported it.

ansible-core reads its configuration and the environment while it is imported. C(Imported) notes what its modules take from there; C(anew) reads the
configuration again for a run, and says which of the noted values would be others: what a module made of such a value cannot be corrected.
Only the server process and what it forks use this file.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import os
import random
import sys
import tempfile
import types
import typing as t
from pathlib import Path

from support import forked_modules
from support.forked_modules import FINDER, LOADER

# What every run needs and none looks for along a path of its configuration: no plugin.
MODULES = (
    *("ansible.cli.playbook", "ansible.executor.playbook_executor", "ansible.executor.process.worker", "ansible.plugins.strategy", "ansible.utils.shlex"),
    *("requests", "msal", "cryptography.x509", "cryptography.hazmat.primitives.serialization.pkcs12"),
)


def _reader(*without: str) -> str:
    """The name of the module whose code asks, but for these modules."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_globals.get("__name__") in (__name__, "os", "_collections_abc", *without):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__"))


@contextlib.contextmanager
def _replaced(where: t.Any, **values: t.Any) -> t.Iterator[None]:
    """Attributes of a class or module are others for a while. unittest.mock would do, but each run would then have it and asyncio imported."""
    before = {name: getattr(where, name) for name in values}
    for name, value in values.items():
        setattr(where, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(where, name, value)


def _prepared(where: t.Any, name: str, *args: t.Any) -> None:
    """Let a function that is called once in a run, with a file of ansible-core, return what it returns now. It is called as ever for anything else."""
    function = getattr(where, name)
    answers = [function(*args)]

    def answer(*asked: t.Any) -> t.Any:
        return answers.pop() if answers and asked[:1] == args[:1] else function(*asked)

    setattr(where, name, answer)


class Imported:
    """C(MODULES) in this process, imported under the environment that the process has now."""

    def __init__(self, collections: t.Sequence[str] = (), compiled: t.Callable[..., t.Any] = compile) -> None:
        """C(collections) are the paths below which a run will look for them, and C(compiled) is what their files are compiled with."""
        self.environment: set[str] = set()  # the names of variables that modules looked at, apart from the configuration
        self._constants: dict[str, t.Any] = {}
        self._settings: list[tuple[tuple[t.Any, ...], dict[str, t.Any], t.Any]] = []
        self._of_loader: dict[str, t.Any] = {}
        with self._noting_environment():
            self._manager = importlib.import_module("ansible.config.manager")
        self._module = importlib.import_module("ansible.constants")
        self._config = self._module.config
        with self._noting_environment(), self._noting_constants(), self._noting_settings():
            for name in MODULES:
                importlib.import_module(name)
            finder = importlib.import_module(FINDER)
            setattr(finder, "compile", compiled)  # noqa: B010 (there is no such name yet)
            plugins = forked_modules.PluginsOfCore()
            self._of_collections = forked_modules.ModulesOfCollections(collections)
        self._loaders = self._loaders_by_setting()
        for name in set(self._of_loader) - set(self._loaders):  # read by the loaders' module, but not as the path of a loader
            self._constants[name] = self._of_loader[name]
        routing = Path(self._manager.__file__).with_name("ansible_builtin_runtime.yml")
        if routing.exists():  # a third of what a small run costs
            _prepared(finder, "_meta_yml_to_dict", routing.read_bytes(), (self._module.__name__, routing.name))
        definitions = str(Path(self._manager.__file__).with_name("base.yml"))
        _prepared(self._config, "_read_config_yaml_file", definitions)
        plugins.prepare()
        # The temporary directory of the import is not that of a run.
        atexit.unregister(importlib.import_module("ansible.utils.path").cleanup_tmp_file)

    def anew(self) -> list[str]:
        """Read the configuration for this process as its environment and working directory are now, and make what a process makes for itself.

        Returns the names of settings that were used by the import and would be others now. When there are any, or when this fails, the process is of
        no use for a run.
        """
        tempfile.tempdir = None
        vars_of_utils = importlib.import_module("ansible.utils.vars")
        vars_of_utils.random_int = f"{random.randint(0, vars_of_utils._MAXSIZE):08x}"
        self._manager.ConfigManager.WARNINGS.clear()
        self._manager.ConfigManager.DEPRECATED.clear()
        self._config.__init__()  # the same object: modules hold it under names of their own
        with _replaced(self._manager, ConfigManager=lambda: self._config):
            importlib.reload(self._module)
        self._module.ConfigManager = self._manager.ConfigManager
        for name, loaders in self._loaders.items():
            for loader in loaders:
                loader.config = getattr(self._module, name)
        display = importlib.import_module("ansible.utils.display").Display()
        display.__init__()
        different = [name for name, value in self._constants.items() if getattr(self._module, name) != value]
        self._of_collections.of_a_run(self._module.COLLECTIONS_PATHS, sys.argv)
        return sorted({*different, *(args[0] for args, named, value in self._settings if self._config.get_config_value(*args, **named) != value)})

    def _loaders_by_setting(self) -> dict[str, list[t.Any]]:
        """The plugin loaders that hold the list of a setting as their path."""
        module = sys.modules[LOADER]
        loaders = [loader for loader in vars(module).values() if isinstance(loader, module.PluginLoader)]
        found = {name: [loader for loader in loaders if loader.config is value] for name, value in self._of_loader.items()}
        return {name: those for name, those in found.items() if those}

    @contextlib.contextmanager
    def _noting_environment(self) -> t.Iterator[None]:
        kind = type(os.environ)
        get, contains = kind.__getitem__, kind.__contains__

        def noting_get(environ: t.Any, name: str) -> str:
            self.environment.add(name)
            return get(environ, name)

        def noting_contains(environ: t.Any, name: object) -> bool:
            self.environment.add(str(name))
            return contains(environ, name)

        with _replaced(kind, __getitem__=noting_get, __contains__=noting_contains):
            yield

    @contextlib.contextmanager
    def _noting_constants(self) -> t.Iterator[None]:
        imported = self

        class Noting(types.ModuleType):
            def __getattribute__(self, name: str) -> t.Any:
                value = super().__getattribute__(name)
                if name != "config" and not name.startswith("__"):
                    (imported._of_loader if _reader() == LOADER else imported._constants)[name] = value
                return value

        with _replaced(self._module, __class__=Noting):
            yield

    @contextlib.contextmanager
    def _noting_settings(self) -> t.Iterator[None]:
        kind = self._manager.ConfigManager
        get = kind.get_config_value

        def noting(config: t.Any, *args: t.Any, **named: t.Any) -> t.Any:
            before = set(self.environment)
            value = get(config, *args, **named)
            self.environment = before  # what a setting reads is compared as the setting
            self._settings.append((args, named, value))
            return value

        with _replaced(kind, get_config_value=noting):
            yield
