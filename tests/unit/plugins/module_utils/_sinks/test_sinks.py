# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sinks as the operator writes them, and what a vault file of theirs is asked: tables."""

from __future__ import annotations

import os
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.sinks import RETIRE, STATES, Sink, file_options, sinks_from_options
from ansible_collections.tenantkit.connectors.plugins.modules.credential_sinks import DECLARATION
from ansible_collections.tenantkit.connectors.plugins.modules.credential_vault_file import DECLARATION as VAULT_FILE

VALUE = "abc8Q~not-a-real-secret-value-0123456789"
APPLICATION = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
OPTIONS: dict[str, t.Any] = {
    "question": "writable",
    "directory": "/default",
    "vault_id": "default",
    "tenant_id": "Tenant",
    "connector": "workato",
    "client_id": APPLICATION,
    "key_id": "key-1",
    "value": VALUE,
    "facts": {"end": "2027"},
}
FILE = {"type": "vault_file"}
ENTRY = {"type": "azure_key_vault", "vault_url": "https://v"}


def of(*sinks: dict[str, t.Any], **options: t.Any) -> tuple[Sink, ...]:
    return sinks_from_options({**OPTIONS, "sinks": list(sinks), **options})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (FILE, Sink(0, "vault_file", directory="/default", vault_id="default")),
        ({**FILE, "directory": "/own"}, Sink(0, "vault_file", directory="/own", vault_id="default")),
        ({**FILE, "directory": "~/own"}, Sink(0, "vault_file", directory=os.path.expanduser("~/own"), vault_id="default")),
        ({**FILE, "directory": "", "vault_id": None, "instance": ""}, Sink(0, "vault_file", directory="/default", vault_id="default")),
        ({**FILE, "vault_id": "own", "instance": "second"}, Sink(0, "vault_file", directory="/default", vault_id="own", instance="second")),
        ({**FILE, "instance": 2}, Sink(0, "vault_file", directory="/default", vault_id="default", instance="2")),
        *(
            ({**FILE, "persistent": given}, Sink(0, "vault_file", directory="/default", vault_id="default", persistent=expected))
            for given, expected in (
                (True, True),
                ("yes", True),
                ("true", True),
                (1, True),
                (False, False),
                ("no", False),
                ("false", False),
                ("", False),
                (None, False),
            )
        ),
        ({**FILE, "note": "of the operator's own"}, Sink(0, "vault_file", directory="/default", vault_id="default")),
        ({"type": "azure_key_vault", "vault_url": "https://v", "instance": "", "tenant_id": None}, Sink(0, "azure_key_vault", entry=ENTRY)),
        ({"type": "tasks", "file": "/x.yml"}, Sink(0, "tasks", file="/x.yml")),
        ({"type": "tasks", "file": "/x.yml", "directory": "/own", "persistent": "maybe"}, Sink(0, "tasks", file="/x.yml")),
    ],
)
def test_one_sink(entry: dict[str, t.Any], expected: Sink) -> None:
    assert of(entry) == (expected,)


def test_several_keep_their_order() -> None:
    assert [(sink.index, sink.type) for sink in of({"type": "tasks", "file": "/x"}, FILE, FILE)] == [(0, "tasks"), (1, "vault_file"), (2, "vault_file")]
    assert of() == ()
    assert of(sinks=None) == ()


def test_a_secret_comes_beside_its_sink() -> None:
    secrets = [{"sink": 1, "client_secret": VALUE, "certificate_password": None}, {"sink": 0, "client_secret": None, "certificate_password": None}]
    first, second = of(ENTRY, ENTRY, sink_secrets=secrets)
    assert (first.secrets, second.secrets) == ({}, {"client_secret": VALUE}) and VALUE not in repr(second)


@pytest.mark.parametrize(
    ("entry", "options", "said"),
    [
        ({**ENTRY, "client_secret": VALUE}, {}, "has 'client_secret' in 'sinks', where it could be shown; give it in 'sink_secrets'."),
        ({"type": "safe"}, {}, "has the unknown type 'safe'; the types are 'vault_file', 'azure_key_vault' and 'tasks'."),
        ({"type": "Tasks", "file": "/x"}, {}, "has the unknown type 'Tasks'; the types are 'vault_file', 'azure_key_vault' and 'tasks'."),
        ({"file": "/x"}, {}, "has no type; the types are 'vault_file', 'azure_key_vault' and 'tasks'."),
        ({"type": None}, {}, "has no type; the types are 'vault_file', 'azure_key_vault' and 'tasks'."),
        ({"type": "tasks"}, {}, "is of type 'tasks' and names no 'file', which would be the task file to run."),
        ({"type": "tasks", "file": ""}, {}, "is of type 'tasks' and names no 'file', which would be the task file to run."),
        (FILE, {"directory": None}, "is of type 'vault_file' and has no 'directory', and no default directory is set."),
        ({**FILE, "persistent": "maybe"}, {}, "has 'maybe' for 'persistent', which is neither true nor false."),
    ],
)
@pytest.mark.parametrize("before", [0, 1])
def test_what_is_wrong_with_a_sink(entry: dict[str, t.Any], options: dict[str, t.Any], said: str, before: int) -> None:
    with pytest.raises(OptionError) as caught:
        of(*[{**FILE, "directory": "/own"}] * before, entry, **options)
    assert caught.value.sentence() == f"Sink {before + 1} of 'entra_connector_sink' {said}"
    assert (caught.value.code, caught.value.outcome) == ("invalid_sink", "refused")


@pytest.mark.parametrize("question", ["holds", "store"])
@pytest.mark.parametrize("key_id", [None, "", " "])
def test_a_question_about_one_credential_names_it(question: str, key_id: str | None) -> None:
    """An old credential must not answer for the one that is meant; so it is for task files, too."""
    for sinks in ([], [FILE], [{"type": "tasks", "file": "/x"}]):
        with pytest.raises(OptionError) as caught:
            of(*sinks, question=question, key_id=key_id)
        assert (caught.value.code, caught.value.outcome) == ("key_id_missing", "refused") and f"'{question}'" in caught.value.message


@pytest.mark.parametrize("question", ["writable", "removable", "forget"])
def test_other_questions_need_no_key(question: str) -> None:
    assert len(of(FILE, question=question, key_id=None)) == 1


NOTHING = {"key_id": None, "value": None, "facts": None}
KEPT = {"end": "2027", "client_id": APPLICATION}


@pytest.mark.parametrize(
    ("question", "given", "expected"),
    [
        ("writable", {}, {"state": "writable", **NOTHING}),
        ("removable", {}, {"state": "removable", **NOTHING}),
        ("forget", {}, {"state": "absent", **NOTHING}),
        ("holds", {}, {"state": "held", **NOTHING, "key_id": "key-1"}),
        ("store", {}, {"state": "present", "key_id": "key-1", "value": VALUE, "facts": KEPT}),
        ("store", {"value": ""}, {"state": "present", "key_id": "key-1", "value": None, "facts": KEPT}),
        ("store", {"value": None, "facts": None}, {"value": None, "facts": {"client_id": APPLICATION}}),
        ("store", {"facts": {"client_id": "another"}}, {"facts": {"client_id": APPLICATION}}),
        ("store", {"client_id": None}, {"client_id": None, "facts": {"end": "2027"}}),
        ("store", {"client_id": "", "facts": None}, {"client_id": None, "facts": None}),
        ("store", {"client_id": None, "facts": {"client_id": "known"}}, {"client_id": None, "facts": {"client_id": "known"}}),
    ],
)
def test_what_a_file_is_asked(question: str, given: dict[str, t.Any], expected: dict[str, t.Any]) -> None:
    sink = Sink(0, "vault_file", directory="/own", vault_id="own", instance="second", persistent=True)
    common = {"directory": "/own", "tenant_id": "Tenant", "connector": "workato", "instance": "second", "client_id": APPLICATION}
    asked = file_options(sink, {**OPTIONS, "question": question, **given})
    assert asked == {**asked, **common, "vault_id": "own", "persistent": True, **expected}
    assert set(asked) == set(VAULT_FILE.options) - {"timeout"}


def test_every_question_is_a_state_of_a_vault_file() -> None:
    assert [*STATES, RETIRE] == DECLARATION.options["question"]["choices"]
    assert sorted(STATES.values()) == sorted(VAULT_FILE.options["state"]["choices"])
