# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The sinks of a connection as the operator wrote them in C(entra_connector_sink), and the one question that is put to all of them. Pure."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.common.validation import check_type_bool, check_type_path

from .._errors import OptionError
from .._sink_entry import KEY_VAULT, SECRETS, TASKS, TYPES, VARIABLE, VAULT_FILE

STORE = "store"
HOLDS = "holds"
# The question, and the state of a vault file (see credential_vault_file) that answers it or carries it out.
STATES: t.Mapping[str, str] = {"writable": "writable", "removable": "removable", HOLDS: "held", STORE: "present", "forget": "absent"}
RETIRE = "retire"  # of sinks with versions: a file has no older ones
ABOUT_A_KEY = (HOLDS, STORE)  # the others are about whatever a sink holds of the application


@dataclasses.dataclass(frozen=True)
class Sink:
    """One entry.

    ``file`` is set for one of type C(tasks) only, ``directory``, ``vault_id``, ``instance`` and ``persistent`` for a C(vault_file), ``entry`` for an
    C(azure_key_vault), whose members are judged where they are used.
    """

    index: int
    type: str
    file: str | None = None
    directory: str | None = None
    vault_id: str | None = None
    instance: str | None = None
    persistent: bool = False
    entry: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    secrets: t.Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)


def sinks_from_options(options: t.Mapping[str, t.Any]) -> tuple[Sink, ...]:
    """The sinks in the order in which they were written. Raises OptionError with a sentence that says which of them is wrong, or that no key is named."""
    if options["question"] in ABOUT_A_KEY and not str(options.get("key_id") or "").strip():
        # Without one a file would be asked for any credential, and an old one would answer for the one that is meant.
        raise OptionError(
            f"'key_id' is empty, and 'question' is '{options['question']}', which needs the id of one credential.", code="key_id_missing", outcome="refused"
        )
    secrets = {row["sink"]: {name: row[name] for name in SECRETS if row.get(name)} for row in options.get("sink_secrets") or ()}
    return tuple(_sink(index, entry, secrets.get(index) or {}, options) for index, entry in enumerate(options.get("sinks") or ()))


def file_options(sink: Sink, options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options that credential_vault_file would take for this sink and this question."""
    about_key, storing = options["question"] in ABOUT_A_KEY, options["question"] == STORE
    client_id = options.get("client_id") or None
    facts = options.get("facts")
    if client_id is not None:
        # By this the file is known as that of the application, whatever else is kept with it.
        facts = {**(facts or {}), "client_id": client_id}
    return {
        "state": STATES[options["question"]],
        "directory": sink.directory,
        "tenant_id": options["tenant_id"],
        "connector": options["connector"],
        "instance": sink.instance,
        "client_id": client_id,
        "vault_id": sink.vault_id,
        "key_id": options["key_id"] if about_key else None,
        "value": (options.get("value") or None) if storing else None,
        "facts": facts if storing else None,
        "persistent": sink.persistent,
    }


def _sink(index: int, entry: t.Mapping[str, t.Any], secrets: t.Mapping[str, str], options: t.Mapping[str, t.Any]) -> Sink:
    kind = _text(entry, "type")
    if kind == KEY_VAULT:
        if shown := [name for name in SECRETS if entry.get(name)]:
            raise _wrong(index, f"has {_listed(shown)} in 'sinks', where it could be shown; give it in 'sink_secrets'")
        return Sink(index, kind, entry={name: value for name, value in entry.items() if value is not None and value != ""}, secrets=secrets)
    if kind == TASKS:
        file = _text(entry, "file")
        if file is None:
            raise _wrong(index, "is of type 'tasks' and names no 'file', which would be the task file to run")
        return Sink(index, kind, file=file)
    if kind != VAULT_FILE:
        raise _wrong(index, f"has {'no type' if kind is None else f'the unknown type {kind!r}'}; the types are {_listed(TYPES)}")
    directory = _text(entry, "directory") or options.get("directory")
    if directory is None:
        raise _wrong(index, "is of type 'vault_file' and has no 'directory', and no default directory is set")
    try:
        persistent = check_type_bool(entry.get("persistent") or False)
    except TypeError:
        raise _wrong(index, f"has {entry['persistent']!r} for 'persistent', which is neither true nor false") from None
    vault_id = _text(entry, "vault_id") or options["vault_id"]
    return Sink(index, kind, directory=check_type_path(directory), vault_id=vault_id, instance=_text(entry, "instance"), persistent=persistent)


def _text(entry: t.Mapping[str, t.Any], name: str) -> str | None:
    """A text of a sink; None for what is left out, null or empty, as for an option of a module."""
    value = entry.get(name)
    return None if value is None or value == "" else str(value)


def _wrong(index: int, what: str) -> OptionError:
    return OptionError(f"Sink {index + 1} of '{VARIABLE}' {what}.", code="invalid_sink", outcome="refused")


def _listed(names: t.Sequence[str]) -> str:
    *before, last = (f"'{name}'" for name in names)
    return f"{', '.join(before)} and {last}" if before else last
