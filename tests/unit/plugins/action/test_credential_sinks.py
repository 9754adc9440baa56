# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(credential_sinks): the engine with several files, what a failure in the middle leaves, where it runs, and the real ansible-playbook."""

from __future__ import annotations

import json
import subprocess
import sys
import types
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultSecret
from ansible_collections.tenantkit.connectors.plugins.action.credential_sinks import ActionModule
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks import vault_file_io
from ansible_collections.tenantkit.connectors.plugins.modules.credential_sinks import DECLARATION
from ansible_collections.tenantkit.connectors.plugins.plugin_utils import _vault
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._vault import VaultBox
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import SERVICES
from support.forked_runs import RUNS
from support.playbooks import kept

ROOT = Path(__file__).resolve().parents[4]
TENANT = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
VALUE = "abc8Q~not-a-real-secret-value-0123456789"
OTHER = "def8Q~not-a-real-secret-value-0123456789"
TASKS = {"type": "tasks", "file": "/srv/tasks/safe.yml"}
NAMES = ("one", "two", "three")


class Bench:
    """A connection with a task file between three vault files, and the vault passwords of a run."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory
        self._monkeypatch = monkeypatch
        self.load(connectors="password", second="other password")
        self.sinks = [self.file("one"), TASKS, self.file("two"), self.file("three", vault_id="second")]

    def load(self, **passwords: str) -> None:
        loaded = VaultBox([(name, VaultSecret(text.encode())) for name, text in passwords.items()])
        self._monkeypatch.setattr(_vault, "loaded_vault", lambda: loaded)

    def file(self, name: str, **more: t.Any) -> dict[str, t.Any]:
        return {"type": "vault_file", "directory": str(self.directory / name), **more}

    def path(self, name: str) -> Path:
        return self.directory / name / f"{TENANT}_workato.yml"

    def held(self) -> list[str]:
        """Where a file is, and the key in it is the one that the value belongs to."""
        found = []
        for name in NAMES:
            if self.path(name).exists():
                content = json.loads(t.cast(str, _vault.loaded_vault().decrypt(self.path(name).read_bytes())))["tenantkit_credential"]
                assert content["value"] == {"key-1": VALUE, "key-2": OTHER}[content["key_id"]]
                found.append(f"{name} {content['key_id']} {content['facts'].get('client_id')}")
        return found

    def run(self, question: str, *, check: bool = False, environ: dict[str, str] | None = None, host: str | None = None, **options: t.Any) -> Execution:
        plain = {
            "sinks": self.sinks,
            "question": question,
            "directory": None,
            "vault_id": "connectors",
            "tenant_id": TENANT,
            "connector": "workato",
            "client_id": "app-1",
            "key_id": "key-1",
            "value": VALUE if question == "store" else None,
            "facts": None,
            "timeout": 20,
        }
        outcome = execute(DECLARATION, {**plain, **options}, check_mode=check, environ=environ or {}, host=host, services=SERVICES)
        shown = str({key: value for key, value in outcome.result.items() if key != "exception"}) + str(outcome.warnings)
        assert VALUE not in shown and OTHER not in shown
        return outcome

    def ok(self, question: str, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(question, **options)
        assert not outcome.failed, outcome.result
        assert [sink["index"] for sink in outcome.result["sinks"]] == list(range(len(options.get("sinks", self.sinks))))
        return outcome.result

    def failed(self, question: str, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(question, **options)
        assert outcome.failed, outcome.result
        return outcome.result


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_the_life_of_a_credential(bench: Bench) -> None:
    before = bench.ok("holds")
    assert [sink["held"] for sink in before["sinks"]] == [False, None, False, False] and before["lost"]
    writable = bench.ok("writable", key_id=None)
    assert not writable["changed"] and not writable["lost"] and bench.held() == []
    stored = bench.ok("store")
    assert stored["changed"] and stored["stored"] == ["vault_file"] * 3 and bench.held() == [f"{name} key-1 app-1" for name in NAMES]
    assert [action.split(" to ")[1].split(",")[0] for action in stored["actions"]] == [str(bench.path(name)) for name in NAMES]
    assert [sink["held"] for sink in stored["sinks"]] == [True, None, True, True] and not stored["lost"]
    again = bench.ok("store")
    assert not again["changed"] and again["actions"] == [] and again["stored"] == ["vault_file"] * 3
    after = bench.ok("holds")
    assert not after["changed"] and not after["lost"] and after["stored"] == [] and [sink["held"] for sink in after["sinks"]] == [True, None, True, True]
    assert not bench.ok("removable")["changed"] and len(bench.held()) == 3
    forgotten = bench.ok("forget", key_id=None)
    assert forgotten["changed"] and forgotten["actions"] == [f"remove {bench.path(name)}" for name in NAMES] and bench.held() == []
    assert not bench.ok("forget")["changed"]


def test_where_the_sinks_are(bench: Bench) -> None:
    result = bench.ok("writable")
    expected = [str(bench.path("one")), TASKS["file"], str(bench.path("two")), str(bench.path("three"))]
    assert [(sink["type"], sink["place"], sink["held"]) for sink in result["sinks"]] == [
        (sink["type"], place, None) for sink, place in zip(bench.sinks, expected, strict=True)
    ]
    assert result["task_files"] == [{"index": 1, "file": TASKS["file"]}]
    assert result["diff"] == {"before": {expected[0]: {}, expected[2]: {}, expected[3]: {}}, "after": {expected[0]: {}, expected[2]: {}, expected[3]: {}}}


@pytest.mark.parametrize(("question", "held"), [("writable", None), ("removable", None), ("forget", None), ("holds", True), ("store", True)])
def test_held_is_said_where_it_was_asked(bench: Bench, question: str, held: bool | None) -> None:
    bench.ok("store")
    assert [sink["held"] for sink in bench.ok(question)["sinks"]] == [held, None, held, held]


@pytest.mark.parametrize("gone", NAMES)
def test_one_file_that_does_not_hold_the_key_is_enough(bench: Bench, gone: str) -> None:
    bench.ok("store")
    bench.path(gone).unlink()
    answer = bench.ok("holds")
    assert answer["lost"] and [sink["held"] for sink in answer["sinks"] if sink["type"] == "vault_file"] == [name != gone for name in NAMES]
    healed = bench.ok("store", key_id="key-2", value=OTHER)
    assert len(healed["actions"]) == 3 and healed["stored"] == ["vault_file"] * 3
    assert not bench.ok("holds", key_id="key-2")["lost"] and bench.ok("holds")["lost"]


def test_nothing_but_task_files(bench: Bench) -> None:
    bench.load()
    for question in ("writable", "removable", "holds", "store", "forget"):
        result = bench.ok(question, sinks=[TASKS, TASKS])
        assert not result["changed"] and not result["lost"] and result["stored"] == []
        assert [entry["index"] for entry in result["task_files"]] == [0, 1] and [sink["held"] for sink in result["sinks"]] == [None, None]
        assert bench.ok(question, sinks=[])["task_files"] == []


@pytest.mark.parametrize("question", ["store", "forget"])
def test_check_mode(bench: Bench, question: str) -> None:
    """What would be done is told for each file, and none is touched; what is held is what is held now."""
    bench.ok("store", sinks=[bench.file("one")])
    bench.ok("store", sinks=[bench.file("two")], key_id="key-2", value=OTHER)
    result = bench.ok(question, check=True, value=None)
    assert result["changed"] and len(result["actions"]) == 2 and bench.held() == ["one key-1 app-1", "two key-2 app-1"]
    assert result["stored"] == (["vault_file"] if question == "store" else [])
    if question == "store":
        assert [sink["held"] for sink in result["sinks"]] == [True, None, False, False]


def test_check_mode_of_a_first_connect(bench: Bench) -> None:
    result = bench.ok("store", check=True, value=None, key_id=PLACEHOLDER_ID, client_id=PLACEHOLDER_ID)
    assert result["changed"] and result["stored"] == [] and bench.held() == []
    assert bench.failed("store", key_id=PLACEHOLDER_ID)["failure"]["code"] == "placeholder"


@pytest.mark.parametrize("question", ["writable", "removable", "holds", "store", "forget"])
@pytest.mark.parametrize("check", [True, False])
def test_a_sink_that_cannot_be_opened_ends_it_before_anything_is_done(bench: Bench, question: str, check: bool) -> None:
    """The last of them, so that the others have been looked at by then."""
    bench.ok("store", sinks=[bench.file("one")], key_id="key-2", value=OTHER)
    bench.load(connectors="password")
    result = bench.failed(question, check=check)
    assert (result["failure"]["code"], result["failure"]["outcome"], result["changed"]) == ("vault_id_not_loaded", "refused", False)
    assert "'second'" in result["msg"] and result["failure"]["applied"] == []
    assert ("Nothing was made." in result["msg"], "Nothing was taken away." in result["msg"]) == (question == "writable", question == "removable")
    assert result.get("stored") == ([] if question == "store" else None) and bench.held() == ["one key-2 app-1"]


@pytest.mark.parametrize("question", ["writable", "removable", "holds", "store", "forget"])
def test_a_locked_file_ends_it_before_anything_is_done(bench: Bench, question: str) -> None:
    bench.ok("store", sinks=[bench.file("one")])
    bench.path("three").parent.mkdir()
    bench.path("three").write_bytes(VaultBox([("second", VaultSecret(b"somebody's"))]).encrypt("{}", "second"))
    before = bench.path("three").read_bytes()
    result = bench.failed(question, key_id="key-2", value=OTHER)
    assert result["failure"]["code"] == "vault_file_locked" and result["failure"]["applied"] == []
    assert bench.path("three").read_bytes() == before and not bench.path("two").exists() and bench.path("one").exists()


def test_writable_tries_every_place(bench: Bench) -> None:
    (bench.directory / "three").write_text("in the way")
    result = bench.failed("writable", key_id=None)
    assert result["failure"]["code"] == "vault_file_not_writable" and str(bench.path("three")) in result["msg"] and "Nothing was made." in result["msg"]
    assert "stored" not in result and result["failure"]["details"] == {}


def fails_at(monkeypatch: pytest.MonkeyPatch, name: str, error: Exception) -> None:
    """The file of a sink cannot be written any more once its content is ready."""
    real = vault_file_io.os.replace

    def replace(source: str, target: str) -> None:
        if f"/{name}/" in target:
            raise error
        real(source, target)

    monkeypatch.setattr(vault_file_io.os, "replace", replace)


@pytest.mark.parametrize("kind", ["refusal", "bug"])
@pytest.mark.parametrize(("name", "taken"), [("one", 0), ("two", 1), ("three", 2)])
def test_a_failure_in_the_middle_says_who_has_the_value(bench: Bench, monkeypatch: pytest.MonkeyPatch, name: str, taken: int, kind: str) -> None:
    """Whatever the failure was, a bug included: the caller must know that the credential cannot be taken away."""
    fails_at(monkeypatch, name, OSError(28, "No space left on device") if kind == "refusal" else KeyError(VALUE))
    result = bench.failed("store")
    assert result["stored"] == result["failure"]["details"]["stored"] == ["vault_file"] * taken
    assert result["failure"]["outcome"] == ("refused" if kind == "refusal" else "unknown")
    assert len(result["failure"]["applied"]) == taken and result["changed"] == bool(taken) and len(bench.held()) == taken
    monkeypatch.undo()
    bench.load(connectors="password", second="other password")
    assert bench.ok("store")["stored"] == ["vault_file"] * 3


def test_a_failure_says_who_had_the_value_already(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last sink has it from an earlier run: although none was written, the credential has to stay."""
    bench.ok("store", sinks=[bench.file("three", vault_id="second")])
    fails_at(monkeypatch, "one", OSError(28, "No space left on device"))
    result = bench.failed("store")
    assert result["stored"] == ["vault_file"] and result["failure"]["applied"] == [] and not result["changed"]


def test_another_value_under_the_same_key_is_not_the_value(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ok("store", sinks=[bench.file("three", vault_id="second")])
    fails_at(monkeypatch, "one", OSError(28, "No space left on device"))
    assert bench.failed("store", value=OTHER)["stored"] == []


def test_what_is_read_back_as_something_else_is_not_stored(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = vault_file_io.PrivateFile.write
    monkeypatch.setattr(vault_file_io.PrivateFile, "write", lambda self, data: real(self, data[:-20] if "/two/" in self.path else data))
    result = bench.failed("store")
    assert (result["failure"]["code"], result["failure"]["outcome"]) == ("vault_file_read_back", "unknown")
    assert result["failure"]["details"] == {"stored": ["vault_file"]} and result["changed"]


def test_a_forget_that_fails_says_what_was_removed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.ok("store")
    real = vault_file_io.os.unlink

    def unlink(path: str) -> None:
        if "/two/" in path:
            raise PermissionError(13, "Permission denied")
        real(path)

    monkeypatch.setattr(vault_file_io.os, "unlink", unlink)
    result = bench.failed("forget")
    assert result["failure"]["applied"] == [f"remove {bench.path('one')}"] and result["changed"] and "stored" not in result


def test_the_credential_of_another_application(bench: Bench) -> None:
    """It is neither overwritten nor removed, and does not answer for this one; without a client id it is not asked whose it is."""
    bench.ok("store", sinks=[bench.file("two")], client_id="app-2")
    for question, check in (("writable", True), ("writable", False), ("store", True), ("store", False)):
        result = bench.failed(question, check=check)
        assert result["failure"]["code"] == "vault_file_of_another_application" and bench.held() == ["two key-1 app-2"]
        assert result.get("stored") == ([] if question == "store" else None)
    assert bench.ok("holds")["lost"] and not bench.ok("forget")["changed"] and not bench.ok("removable")["changed"]
    assert not bench.ok("writable", client_id=None)["changed"]
    assert not bench.ok("holds", client_id=None, sinks=[bench.file("two")])["lost"]
    assert bench.ok("forget", client_id=None)["changed"] and bench.held() == []


def test_two_hosts_with_one_file(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "job").mkdir(mode=0o700)
    environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    bench.ok("holds", host="contoso", environ=environ)
    assert bench.failed("holds", host="second", environ=environ)["failure"]["code"] == "duplicate_target"


@pytest.mark.parametrize(("persistent", "code"), [(False, "not_persistent"), ("true", None)])
def test_jobs_of_a_runner(bench: Bench, persistent: t.Any, code: str | None) -> None:
    outcome = bench.run("writable", sinks=[bench.file("one", persistent=persistent)], environ={"AWX_PRIVATE_DATA_DIR": "/x"})
    assert outcome.result.get("failure", {}).get("code") == code


def test_the_tenant_is_named_in_front_of_what_is_wrong_with_a_sink(bench: Bench) -> None:
    result = bench.failed("writable", sinks=[{"type": "safe"}])
    assert (
        result["msg"]
        == f"In tenant {TENANT}: Sink 1 of 'entra_connector_sink' has the unknown type 'safe'; the types are 'vault_file', 'azure_key_vault' and 'tasks'."
    )


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        ({}, False),
        ({"sinks": None}, False),
        ({"sinks": []}, False),
        ({"sinks": [TASKS]}, False),
        ({"sinks": [TASKS, TASKS]}, False),
        ({"sinks": [TASKS, {"type": "azure_key_vault"}]}, False),
        ({"sinks": [{"type": "vault_file"}, {"type": "azure_key_vault"}]}, True),
        ({"sinks": [TASKS, {"type": "vault_file"}]}, True),
        ({"sinks": [{"type": "safe"}]}, True),
        ({"sinks": [{}]}, True),
        ({"sinks": ["type=tasks"]}, True),
        ({"sinks": "type=tasks"}, True),
        ({"sinks": TASKS}, True),
    ],
)
def test_vault_passwords_are_needed_for_vault_files(arguments: dict[str, t.Any], needs: bool) -> None:
    action = t.cast(ActionModule, types.SimpleNamespace(_task=types.SimpleNamespace(args=arguments)))
    assert ActionModule._needs_vault(action) is needs


PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - tenantkit.connectors.credential_sinks:
        question: store
        sinks: {sinks}
        directory: credentials
        vault_id: connectors
        tenant_id: {tenant}
        connector: workato
        client_id: app-1
        key_id: key-1
        value: "{value}"
      {keywords}
      register: stored
    - ansible.builtin.debug:
        var: stored
"""
FILES = [{"type": "vault_file"}, TASKS, {"type": "vault_file", "instance": "copy"}]


def play(
    directory: Path, sinks: list[dict[str, t.Any]], *arguments: str, keywords: str = "", host: str = "localhost,", **environ: str
) -> subprocess.CompletedProcess[str]:
    (directory / "play.yml").write_text(PLAY.format(tenant=TENANT, value=VALUE, keywords=keywords, sinks=json.dumps(sinks)))
    (directory / "password").write_text("from a file")
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".work" / "collections"), "HOME": str(directory), "ANSIBLE_NOCOLOR": "1"}
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", host, "play.yml", "--diff", "-vvv", *arguments]
    return RUNS.run(command, cwd=directory, env={**kept(), **collections, **environ}, timeout=120)


@pytest.mark.parametrize("environ", [{}, {"TENANTKIT_MODULE_PROCESS": "1"}])
def test_a_real_run(tmp_path: Path, environ: dict[str, str]) -> None:
    done = play(tmp_path, FILES, "-c", "local", "--vault-id", "connectors@password", **environ)
    assert done.returncode == 0 and "changed=1" in done.stdout and VALUE not in done.stdout + done.stderr, done.stdout + done.stderr
    assert "credential_sinks runs in the worker" in done.stdout
    names = sorted(path.name for path in (tmp_path / "credentials").iterdir())
    assert names == [f"{TENANT}_workato.yml", f"{TENANT}_workato_copy.yml"]


def test_a_real_run_with_task_files_alone(tmp_path: Path) -> None:
    """It needs no vault password, so what asks for a module process gets one."""
    done = play(tmp_path, [TASKS], "-c", "local", TENANTKIT_MODULE_PROCESS="1")
    assert done.returncode == 0 and "credential_sinks runs as a module process" in done.stdout, done.stdout + done.stderr
    assert TASKS["file"] in done.stdout and "changed=0" in done.stdout and VALUE not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "keywords", "words"),
    [
        (["-c", "local"], "", "Vault id 'connectors' is not loaded"),
        (["-c", "local", "--vault-id", "connectors@password"], "become: true", "runs with become"),
        (["-c", "ssh", "--vault-id", "connectors@password"], "", "the connection is ssh"),
    ],
)
def test_real_runs_that_cannot_work(tmp_path: Path, arguments: list[str], keywords: str, words: str) -> None:
    done = play(tmp_path, FILES, *arguments, keywords=keywords, host="localhost," if "local" in arguments else "192.0.2.1,")
    assert done.returncode == 2 and words in done.stdout + done.stderr and "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert not (tmp_path / "credentials").exists()
