# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(credential_vault_file): the file, the vault, the planner, the engine, and the real ansible-playbook."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultSecret
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks import vault_file, vault_file_io
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.vault_file import refuse_in_a_job
from ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.vault_file_plan import FileCurrent, FileDesired, plan_file
from ansible_collections.tenantkit.connectors.plugins.modules.credential_vault_file import DECLARATION
from ansible_collections.tenantkit.connectors.plugins.plugin_utils import _vault
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._vault import VaultBox
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._worker import SERVICES
from support.forked_runs import RUNS
from support.playbooks import kept

ROOT = Path(__file__).resolve().parents[4]
TENANT = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
VALUE = "abc8Q~not-a-real-secret-value-0123456789"
OTHER = "def8Q~not-a-real-secret-value-0123456789"


def box(**passwords: str) -> VaultBox:
    return VaultBox([(name, VaultSecret(text.encode())) for name, text in passwords.items()])


class Bench:
    """One file and the module's engine, with the vault secrets of a run."""

    def __init__(self, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.directory = directory / "credentials"
        self.path = self.directory / f"{TENANT}_power_platform.yml"
        self._monkeypatch = monkeypatch
        self.load(connectors="one")

    def load(self, **passwords: str) -> None:
        self._monkeypatch.setattr(_vault, "loaded_vault", lambda: box(**passwords))

    def run(self, *, check: bool = False, environ: dict[str, str] | None = None, host: str | None = None, **options: t.Any) -> Execution:
        plain = {
            "state": "present",
            "directory": str(self.directory),
            "tenant_id": TENANT,
            "connector": "power_platform",
            "vault_id": "connectors",
            "key_id": "key-1",
            "value": VALUE,
            "persistent": False,
            "timeout": 20,
        }
        outcome = execute(DECLARATION, {**plain, **options}, check_mode=check, environ=environ or {}, host=host, services=SERVICES)
        for secret in (VALUE, OTHER):
            assert secret not in str(outcome.result) + str(outcome.warnings)
        return outcome

    def ok(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert not outcome.failed, outcome.result
        return outcome.result

    def failed(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert outcome.failed and outcome.result["failure"]["kind"] != "bug", outcome.result
        return outcome.result["failure"]

    def content(self, **passwords: str) -> dict[str, t.Any]:
        text = box(**(passwords or {"connectors": "one"})).decrypt(self.path.read_bytes())
        assert text is not None
        return json.loads(text)["tenantkit_credential"]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_write_and_again(bench: Bench) -> None:
    result = bench.ok(facts={"client_id": "c"})
    assert result["changed"] and result["credential"]["held"] and result["credential"]["written"]
    assert bench.content() == {"tenant_id": TENANT, "connector": "power_platform", "key_id": "key-1", "value": VALUE, "facts": {"client_id": "c"}}
    assert stat.S_IMODE(bench.path.stat().st_mode) == 0o600 and stat.S_IMODE(bench.directory.stat().st_mode) == 0o700
    assert bench.path.read_bytes().startswith(b"$ANSIBLE_VAULT;1.2;AES256;connectors") and VALUE.encode() not in bench.path.read_bytes()
    before = bench.path.read_bytes()
    for options in ({}, {"value": None}, {"facts": {"client_id": "c"}}, {"key_id": "KEY-1"}):
        again = bench.ok(**options)
        assert not again["changed"] and not again["credential"]["written"] and bench.path.read_bytes() == before
    assert [path.name for path in bench.directory.iterdir()] == [bench.path.name]


def test_held(bench: Bench) -> None:
    assert not bench.ok(state="held", value=None)["credential"]["held"]
    assert not bench.directory.exists()
    bench.ok()
    assert bench.ok(state="held", value=None)["credential"]["held"]
    other = bench.ok(state="held", value=None, key_id="key-2")
    assert not other["credential"]["held"] and other["credential"]["key_id"] == "key-1" and not other["changed"]


def test_rotation_replaces(bench: Bench) -> None:
    bench.ok()
    assert bench.failed(key_id="key-2", value=None)["code"] == "value_missing"
    assert bench.ok(key_id="key-2", value=OTHER)["changed"] and bench.content()["value"] == OTHER
    assert bench.ok(key_id="key-2", value=VALUE)["changed"] and bench.content()["value"] == VALUE


def test_facts_change_without_the_value(bench: Bench) -> None:
    bench.ok()
    assert bench.ok(value=None, facts={"a": 1})["changed"] and bench.content()["value"] == VALUE


def test_check_mode(bench: Bench) -> None:
    result = bench.ok(check=True, value=None, key_id=PLACEHOLDER_ID)
    assert result["changed"] and not result["credential"]["held"] and not bench.directory.exists()
    assert bench.failed(key_id=PLACEHOLDER_ID)["code"] == "placeholder"


def test_writable(bench: Bench) -> None:
    for check in (True, False):
        assert not bench.ok(state="writable", key_id=None, value=None, check=check)["changed"]
    assert not bench.directory.exists() and not list(bench.directory.parent.glob(".tkc*"))
    bench.directory.write_text("in the way")
    for check in (True, False):
        assert bench.failed(state="writable", key_id=None, value=None, check=check)["code"] == "vault_file_not_writable"


def test_not_writable(bench: Bench) -> None:
    """A place where nobody can make a directory, root included."""
    assert bench.failed(state="writable", value=None, directory="/proc/credentials")["outcome"] == "refused"


def test_vault_id_that_is_not_loaded(bench: Bench) -> None:
    for loaded in ({}, {"default": "x", "connector": "y"}):
        bench.load(**loaded)
        for state in ("present", "held", "writable", "removable", "absent"):
            failure = bench.failed(state=state)
            assert (failure["code"], failure["outcome"]) == ("vault_id_not_loaded", "refused")
    assert not bench.directory.exists()


def test_a_file_that_nobody_can_open_is_not_overwritten(bench: Bench) -> None:
    bench.ok()
    bench.load(connectors="another password")
    before = bench.path.read_bytes()
    for state in ("present", "held", "writable", "removable", "absent"):
        assert bench.failed(state=state, key_id="key-2")["code"] == "vault_file_locked"
    assert bench.path.read_bytes() == before


def test_another_vault_id(bench: Bench) -> None:
    bench.ok()
    bench.load(connectors="one", second="two")
    assert not bench.ok()["changed"]
    assert bench.ok(vault_id="second", value=None)["changed"]
    assert bench.content(second="two")["value"] == VALUE and bench.ok(vault_id="second")["credential"]["vault_id"] == "second"


def test_files_of_others(bench: Bench) -> None:
    bench.directory.mkdir()
    bench.path.write_text("client_secret: plain\n")
    assert bench.failed()["code"] == "vault_file_foreign"
    bench.path.write_bytes(box(connectors="one").encrypt("other: file\n", "connectors"))
    assert bench.failed()["code"] == "vault_file_foreign"
    bench.path.unlink()
    bench.ok()
    bench.path.rename(bench.directory / "moved")
    bench.path.symlink_to(bench.directory / "moved")
    assert bench.failed()["code"] == "vault_file"
    bench.path.unlink()
    (bench.directory / "moved").rename(bench.directory / f"{TENANT}_workato.yml")
    copied = bench.failed(connector="workato")  # somebody copied one tenant's file over another's
    assert copied["code"] == "vault_file_foreign"


def test_mode_is_corrected(bench: Bench) -> None:
    bench.ok()
    bench.path.chmod(0o644)
    result = bench.ok(value=None)
    assert result["changed"] and result["diff"]["before"]["mode"] == "0644" and stat.S_IMODE(bench.path.stat().st_mode) == 0o600


def test_absent(bench: Bench) -> None:
    bench.ok()
    assert not bench.ok(state="absent", key_id="key-2")["changed"]
    assert bench.ok(state="absent")["changed"] and not bench.path.exists()
    assert not bench.ok(state="absent", key_id=None)["credential"]["exists"]


def test_removable(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether absent could do its work, which leaves another application's file alone; nothing is made where there is none."""
    for check in (True, False):
        assert not bench.ok(state="removable", key_id=None, value=None, check=check)["changed"]
    assert not bench.directory.exists()
    bench.ok(client_id="one", facts={"client_id": "one"})
    before = bench.path.read_bytes()
    for client in ("one", "two"):
        assert not bench.ok(state="removable", client_id=client, key_id=None, value=None)["changed"]
    assert bench.path.read_bytes() == before
    monkeypatch.setattr(vault_file_io.os, "access", lambda *_: False)
    failure = bench.failed(state="removable", client_id="one", key_id=None, value=None)
    assert failure["code"] == "vault_file_not_writable" and "Nothing was taken away." in failure["advice"]


def test_the_credential_of_another_application(bench: Bench) -> None:
    """Two connections of one tenant: neither takes the other's file away, and it is said before a secret is made."""
    bench.ok(client_id="One", facts={"client_id": "one"})
    before = bench.path.read_bytes()
    for options in ({"state": "writable", "value": None}, {"key_id": "key-2", "value": OTHER}, {"key_id": PLACEHOLDER_ID, "value": None, "check": True}):
        failure = bench.failed(client_id="two", **options)
        assert (failure["code"], failure["outcome"]) == ("vault_file_of_another_application", "refused") and "'instance'" in failure["advice"]
    assert not bench.ok(state="held", client_id="two", value=None)["credential"]["held"]
    assert not bench.ok(state="absent", client_id="two", key_id=None)["changed"] and bench.path.read_bytes() == before
    mine = bench.ok(client_id="two", instance="Second", facts={"client_id": "two"}, value=OTHER)["credential"]
    assert mine["path"] == str(bench.path).replace(".yml", "_second.yml") and mine["held"]
    assert not bench.ok(client_id="two", instance="second", facts={"client_id": "two"}, value=OTHER)["changed"]
    assert bench.ok(state="absent", client_id="one", key_id=None)["changed"] and not bench.path.exists()


def test_a_file_from_before_there_were_client_ids(bench: Bench) -> None:
    bench.ok()
    assert not bench.ok(client_id="one")["changed"]
    assert bench.ok(client_id="one", key_id="key-2", value=OTHER, facts={"client_id": "one"})["changed"]


def test_two_hosts_with_one_file(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "job").mkdir(mode=0o700)
    environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    bench.ok(host="contoso", environ=environ)
    failure = bench.failed(host="second", environ=environ)
    assert failure["code"] == "duplicate_target"
    assert bench.ok(host="third", environ=environ, instance="third")["changed"]


def test_what_a_killed_run_left_is_swept(bench: Bench) -> None:
    bench.directory.mkdir()
    (bench.directory / f".tkc-{bench.path.name}.0").write_text("x")
    bench.ok()
    assert [path.name for path in bench.directory.iterdir()] == [bench.path.name]


@pytest.mark.parametrize("broken", ["replace", "fsync"])
def test_a_write_that_fails_leaves_what_was_there(bench: Bench, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    bench.ok()
    before = bench.path.read_bytes()

    def fail(*_arguments: t.Any, **_more: t.Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(vault_file_io.os, broken, fail)
    failure = bench.failed(key_id="key-2", value=OTHER)
    monkeypatch.undo()
    assert failure["outcome"] == "refused" and bench.path.read_bytes() == before and len(list(bench.directory.iterdir())) == 1


def test_read_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault_file_io.PrivateFile, "write", lambda self, data: (bench.directory.mkdir(), bench.path.write_bytes(data[:-20])))
    failure = bench.failed()
    assert (failure["code"], failure["outcome"]) == ("vault_file_read_back", "unknown")


def test_a_file_that_cannot_be_read_back_may_hold_the_value(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is under its name by then, so its key must not be taken for refused."""
    real = vault_file_io.PrivateFile.write

    def write(self: vault_file_io.PrivateFile, data: bytes) -> None:
        real(self, data)
        bench.path.rename(bench.directory / "moved")
        bench.path.symlink_to(bench.directory / "moved")

    monkeypatch.setattr(vault_file_io.PrivateFile, "write", write)
    failure = bench.failed()
    assert (failure["code"], failure["outcome"]) == ("vault_file", "unknown")


@pytest.mark.parametrize("name", vault_file.JOB_VARIABLES)
def test_jobs_of_a_runner(bench: Bench, name: str) -> None:
    for state in ("present", "held", "writable"):
        assert bench.failed(state=state, environ={name: "/x"})["code"] == "not_persistent"
    assert bench.ok(environ={name: "/x"}, persistent=True)["changed"]
    refuse_in_a_job({name: ""}, False)


@pytest.mark.parametrize("name", ["", "../x", "a/b", "ä", ".hidden", "a b"])
def test_names_that_are_no_part_of_a_path(name: str) -> None:
    options = {"state": "present", "directory": "/x", "tenant_id": TENANT, "connector": "c", "vault_id": "v"}
    for option in ("tenant_id", "connector", "instance")[: 3 if name else 2]:
        with pytest.raises(OptionError):
            FileDesired.from_options({**options, option: name})


def test_plan_holds_no_value() -> None:
    desired = FileDesired.from_options(
        {"state": "present", "directory": "/x", "tenant_id": TENANT, "connector": "c", "vault_id": "v", "key_id": "k", "value": VALUE}
    )
    plan = plan_file(desired, FileCurrent())
    assert plan.texts == [f"write key k of c to /x/{TENANT}_c.yml, encrypted with vault id 'v'"] and VALUE not in repr(plan) + repr(desired)


PLAY = """
- hosts: all
  gather_facts: false
  module_defaults:
    tenantkit.connectors.credential_vault_file:
      directory: credentials
      tenant_id: {tenant}
      connector: power_platform
      vault_id: connectors
  tasks:
    - tenantkit.connectors.credential_vault_file:
        key_id: key-1
        value: "{value}"
      {keywords}
    - ansible.builtin.include_vars:
        file: credentials/{tenant}_power_platform.yml
    - ansible.builtin.assert:
        that: tenantkit_credential.key_id == 'key-1' and tenantkit_credential.value | length == 40
"""


def play(directory: Path, *arguments: str, keywords: str = "", host: str = "localhost,", **environ: str) -> subprocess.CompletedProcess[str]:
    (directory / "play.yml").write_text(PLAY.format(tenant=TENANT, value=VALUE, keywords=keywords))
    (directory / "password").write_text("from a file")
    collections = {"ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".work" / "collections"), "HOME": str(directory), "ANSIBLE_NOCOLOR": "1"}
    command = [str(Path(sys.executable).parent / "ansible-playbook"), "-i", host, "play.yml", "--diff", "-vvvv", *arguments]
    return RUNS.run(command, cwd=directory, env={**kept(), **collections, **environ}, timeout=120)


@pytest.mark.parametrize("environ", [{}, {"TENANTKIT_MODULE_PROCESS": "1"}])
def test_a_real_run(tmp_path: Path, environ: dict[str, str]) -> None:
    done = play(tmp_path, "-c", "local", "--vault-id", "connectors@password", keywords="no_log: true", **environ)
    assert done.returncode == 0 and "changed=1" in done.stdout, done.stdout + done.stderr
    file = tmp_path / "credentials" / f"{TENANT}_power_platform.yml"
    assert box(connectors="from a file").decrypt(file.read_bytes()) is not None and stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("arguments", "keywords", "words"),
    [
        (["-c", "local"], "", "Vault id 'connectors' is not loaded"),
        (["-c", "local", "--vault-id", "other@password"], "", "loaded: 'other'"),
        (["-c", "local", "--vault-id", "connectors@password"], "async: 10", "runs with async"),
        (["-c", "local", "--vault-id", "connectors@password"], "become: true", "runs with become"),
        (["-c", "ssh", "--vault-id", "connectors@password"], "", "the connection is ssh"),
    ],
)
def test_real_runs_that_cannot_work(tmp_path: Path, arguments: list[str], keywords: str, words: str) -> None:
    done = play(tmp_path, *arguments, keywords=keywords, host="localhost," if "local" in arguments else "192.0.2.1,")
    assert done.returncode == 2 and words in done.stdout + done.stderr and "Traceback" not in done.stdout + done.stderr, done.stdout + done.stderr
    assert not (tmp_path / "credentials").exists()
