# SPDX-License-Identifier: GPL-3.0-or-later
"""What a look at application, permissions, consent and credential asks, and what follows from the answers."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector import look as looks
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.connector.look import Ask, Host, Json, Looked
from support.looks import lead

HOST = Host("contoso", check_mode=False, credentials="/srv/inventory/credentials")
CONNECTION: Json = {"force": False, "look": {"connector": "acme", "app": {"unique_name": "tenantkit.acme"}}}
FILE = {"type": "vault_file", "vault_id": "connectors"}
TASKS = {"type": "tasks", "file": "sink.yml"}
VAULT = {"type": "azure_key_vault", "vault_url": "https://keys.vault.azure.net"}


def seen(*sinks: Json, asks: bool = False, opened: bool = False, client_id: str | None = "7a9c") -> Json:
    """The answer of entra_connection_info."""
    role = {"sinks": list(sinks), "secret_later": False, "consent_wanted": True}
    plan = {
        "open": opened,
        "tasks": "present",
        "result": {"status": "connected"},
        "asks": asks,
        "client_id": client_id,
        "key_id": "k1",
        "sinks_call": {"sinks": list(sinks), "tenant_id": "t1", "connector": "acme"},
    }
    return {
        "connection": {
            "next": plan,
            "wanted": {"connector": "acme", "state": "present", "role": role, "app": {}},
            "tenant": {"tenant_id": "t1", "display_name": "Contoso"},
            "status": "connected",
            "steps": {},
            "app": {"app_id": "7a9c", "display_name": "Acme"},
            "service_principal": {},
            "consent": {"complete": True},
            "secret": {"key_id": "k1", "needed": False},
            **dict.fromkeys(("blockers", "not_assessed", "drift"), ()),
        }
    }


def answered(*held: bool | None) -> Json:
    """The answer of credential_sinks."""
    rows = [{"index": index, "type": "vault_file", "place": f"/srv/{index}.yml", "held": one} for index, one in enumerate(held)]
    return {"sinks": rows, "task_files": []}


@pytest.mark.parametrize("opened", [True, False])
def test_without_sinks_the_first_answer_says_all(opened: bool) -> None:
    asked, looked = lead(looks.look(CONNECTION, HOST), seen(opened=opened))
    assert [ask.module for ask in asked] == ["entra_connection_info"]
    assert asked[0].options == {"connector": "acme", "app": {"unique_name": "tenantkit.acme"}, "host": "contoso", "handed_on": True, "force": False}
    assert (looked.open, looked.result) == (opened, {"status": "connected"})
    assert looked.seen["entra"]["connection"]["app"]["app_id"] == "7a9c"
    assert looked.seen["tasks"] == ("present" if opened else "seen")


@pytest.mark.parametrize(("named", "told"), [({"known_value_variable": "acme_client_secret"}, {"known_value": "acme_client_secret"}), ({}, {})])
def test_a_known_secret_comes_from_the_variable_that_the_connection_names(named: dict[str, str], told: dict[str, str]) -> None:
    """The value itself is in no option of the look, nor in what the role publishes."""
    asked, _looked = lead(looks.look({**CONNECTION, **named}, HOST), seen())
    assert (asked[0].secrets, asked[0].variables) == (told, told) and "known_value" not in asked[0].options


@pytest.mark.parametrize(("variable", "given", "force"), [(False, None, False), (True, None, True), (False, True, True), (True, False, False)])
def test_force_of_the_caller_counts_before_that_of_the_variables(variable: bool, given: bool | None, force: bool) -> None:
    asked, _looked = lead(looks.look({**CONNECTION, "force": variable}, HOST, force=given, handed_on=False), seen())
    assert (asked[0].options["force"], asked[0].options["handed_on"]) == (force, False)


@pytest.mark.parametrize(("held", "opened"), [(True, False), (False, True)])
def test_a_vault_file_is_asked_for_the_key_that_was_last_delivered(held: bool, opened: bool) -> None:
    asked, looked = lead(looks.look(CONNECTION, HOST), seen(FILE, asks=True), answered(held))
    assert asked[1] == Ask(
        "credential_sinks",
        {
            "sinks": [FILE],
            "tenant_id": "t1",
            "connector": "acme",
            "question": "holds",
            "directory": "/srv/inventory/credentials",
            "key_id": "k1",
            "client_id": "7a9c",
        },
    )
    assert (looked.open, looked.seen["tasks"]) == (opened, "seen")
    assert looked.result["sinks"] == [{"type": "vault_file", "place": "/srv/0.yml", "key_id": "k1", "held": held}]


def test_an_application_that_is_restored_has_no_client_id_yet() -> None:
    asked, _looked = lead(looks.look(CONNECTION, HOST), seen(FILE, asks=True, client_id=None), answered(True))
    assert "client_id" not in asked[1].options


@pytest.mark.parametrize("sinks", [(VAULT,), (FILE, VAULT)])
def test_what_a_key_vault_is_signed_in_with_comes_from_the_variable(sinks: tuple[Json, ...]) -> None:
    """It is in no option of the look, nor in what the role publishes."""
    asked, looked = lead(looks.look(CONNECTION, HOST), seen(*sinks, asks=True), answered(*(True for _ in sinks)))
    assert asked[1].secrets == {"sink_secrets": "entra_connector_sink"} and asked[1].options["sinks"] == list(sinks) and not looked.open


@pytest.mark.parametrize("sinks", [(TASKS,), (FILE, TASKS), (VAULT, TASKS)])
def test_a_task_file_is_left_to_the_role(sinks: tuple[Json, ...]) -> None:
    asked, looked = lead(looks.look(CONNECTION, HOST), seen(*sinks, asks=True))
    assert len(asked) == 1
    assert looked == Looked(True, seen=looked.seen)
    assert looked.seen["entra"]
    assert looked.seen["tasks"] == "seen"


def test_nothing_was_delivered_yet() -> None:
    asked, looked = lead(looks.look(CONNECTION, HOST), seen(FILE, opened=True))
    assert len(asked) == 1 and looked.open
    assert looked.seen["tasks"] == "present"


def test_a_look_is_pure() -> None:
    """Whoever leads it sends what it likes: nothing is asked before the first step."""
    conversation: t.Generator[Ask, Json, Looked] = looks.look(CONNECTION, HOST)
    assert next(conversation).module == "entra_connection_info"
