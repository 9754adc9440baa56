# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Runs a declaration inside the worker, with the outside of an ordinary module: options, masking, warnings, result."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import gc
import importlib
import logging
import os
import typing as t
from collections.abc import Mapping, Sequence, Set

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.errors import UnsupportedError
from ansible.plugins.loader import lookup_loader

from ..module_utils._clock import machine_time
from ..module_utils._declaration import Declaration, execute, mask, remaining_time
from . import _vault

COLLECTION = "tenantkit.connectors"


# What a resource may ask for, and a module process has not. Looked up when it is called, so that a test can put another vault in its place.
SERVICES: t.Mapping[str, t.Callable[[], t.Any]] = {"vault": lambda: _vault.loaded_vault()}  # pylint: disable=unnecessary-lambda


def load_declaration(module: str) -> Declaration:
    """The declaration of a module, from the module file itself: nothing is written twice. Raises whatever the file raises.

    By name and not by an import statement in the action file, since that is imported before any task runs: a module file that cannot be imported
    would end the play for every host, where it is to fail its own tasks with a sentence.
    """
    return t.cast(Declaration, importlib.import_module(f"ansible_collections.{COLLECTION}.plugins.modules.{module}").DECLARATION)


def preload(module: str) -> None:
    """Import a module of the collection, and with it the shared code, in the process that calls this.

    The parent calls it by the action file of each module that a play uses: ansible-core compiles the files of a collection anew in every process that
    imports them, so a worker should find them imported, and a play should not pay for modules that it does not use. An error is left to the task.
    """
    with contextlib.suppress(Exception):
        load_declaration(module)


def preload_lookups(*names: str) -> None:
    """Import lookup plugins of the collection in the process that calls this, which also reads their documentation for their options.

    For the reason of C(preload). An error is left to the task whose template names the plugin.
    """
    with contextlib.suppress(Exception):
        for name in names:
            lookup_loader.get(f"{COLLECTION}.{name}", class_only=True)


def share_memory_with_workers() -> None:
    """Let the garbage collector of each worker that this process forks pass over what the worker inherits. The parent itself goes on collecting.

    A collection writes into every object that it looks at, and the kernel copies each page that is written to: what a run keeps of hundreds of tenants
    was copied by several of its forks at the same time, whichever task they had. A worker ends with its task, so that nothing is missed.
    """
    os.register_at_fork(after_in_child=gc.freeze)


@dataclasses.dataclass
class WorkerOutcome:
    """What a module process would have answered."""

    result: dict[str, t.Any]
    warnings: list[str] = dataclasses.field(default_factory=list)
    deprecations: list[dict[str, t.Any]] = dataclasses.field(default_factory=list)


def plain(value: t.Any) -> t.Any:
    """A value as a module process would read it from JSON: plain types, without the tags that ansible-core puts on them.

    Third-party libraries meet the result; a tagged string in a request body or a header is unknown to them.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int.__int__(value)
    if isinstance(value, float):
        return float.__float__(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(item) for key, item in value.items()}
    if isinstance(value, (datetime.date, datetime.time)):  # YAML reads an unquoted 2026-11-22 as a date
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return bytes(value).decode("utf-8", "surrogateescape")
    if isinstance(value, (Sequence, Set)):
        return [plain(item) for item in value]
    return str.__str__(str(value))


def _key(key: t.Any) -> str:
    """A dict key as JSON spells it."""
    if key is None or isinstance(key, bool):
        return {None: "null", True: "true", False: "false"}[key]
    return str.__str__(str(plain(key)))


def run_in_worker(
    declaration: Declaration,
    name: str,
    arguments: Mapping[str, t.Any],
    *,
    check_mode: bool,
    environ: Mapping[str, str],
    host: str,
    directory: str,
    services: t.Mapping[str, t.Callable[[], t.Any]] | None = None,
    clock: t.Callable[[], float] = machine_time,
) -> WorkerOutcome:
    """Validate the arguments as AnsibleModule does and execute the declaration.

    ``name`` is the module's full name, as it appears in messages. ``environ`` is the environment with the task's context.
    ``services`` are those of this task, besides the C(SERVICES) of every one. ``directory`` is the one relative paths start from: a local module process
    is started in that of the playbook.
    """
    _quiet_libraries()
    parameters = plain(arguments)
    validation = ArgumentSpecValidator(declaration.argument_spec(), **declaration.conditions()).validate(parameters)
    # AnsibleModule forwards all three; this validator leaves it to its caller, and there is no public way to them.
    # pylint: disable-next=protected-access
    hidden, doubled, deprecated = validation._no_log_values, validation._warnings, validation._deprecations
    secrets = set(hidden)
    warnings = [f"Both option {twice['option']} and its alias {twice['alias']} are set." for twice in doubled]
    answer = WorkerOutcome({}, warnings, [dict(deprecation) for deprecation in deprecated])
    if validation.error_messages:
        message = validation.errors.msg
        if isinstance(validation.errors[0], UnsupportedError):
            message = f"Unsupported parameters for ({name}) module: {message}"
        answer.result = {"failed": True, "msg": message}
    else:
        parameters.update(validation.validated_parameters)
        with contextlib.chdir(directory):
            outcome = execute(
                declaration,
                parameters,
                check_mode=check_mode,
                environ=environ,
                host=host,
                time_limit=remaining_time(environ, clock),
                services={**SERVICES, **(services or {})},
            )
        answer.warnings += outcome.warnings
        answer.result = dict(outcome.result)
        if outcome.failed:
            answer.result["failed"] = True
    # A wrong value is quoted in the message, and a service may echo what it was sent.
    answer.result = mask(answer.result, secrets)
    answer.warnings = mask(answer.warnings, secrets)
    answer.deprecations = mask(answer.deprecations, secrets)
    return answer


def _quiet_libraries() -> None:
    """Keep the libraries' own log records out of the controller's log file; a module process drops them, too."""
    for library in ("msal", "requests", "urllib3"):
        logger = logging.getLogger(library)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
