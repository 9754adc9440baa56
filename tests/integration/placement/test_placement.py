# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where tasks run, and that it makes no difference, with the real ansible-playbook."""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from support.playbooks import ASKS_OTHERS, MODULES
from support.sampling import sampled
from support.waiting import OWN_CLOCK, eventually

PROCESS = {"TENANTKIT_MODULE_PROCESS": "1"}
WAYS = {"worker": {}, "process": PROCESS}
SECRETS = ("S3cret-", "Nested-s3cret", "Fetched-0123456789", "V4ulted")


def where(run, task, host="contoso"):
    return run.result(task, host)["where"]


def ours(python):
    """Whether this is the Python of ansible-playbook, under whichever of its names."""
    return os.path.samefile(Path(python).parent, Path(sys.executable).parent)


# -- the decision ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def placement(play, other_python):
    """The playbook placement.yml, run once, with a Python that lacks msal first in PATH."""
    return play(
        "placement.yml",
        extra={"other_python": str(other_python / "python3"), "sudo": "/nonexistent/sudo"},
        environ={"PATH": f"{other_python}:{os.environ['PATH']}"},
    )


@pytest.mark.parametrize(
    "task",
    [
        "worker",
        "worker, nothing in the environment",
        "worker, auto is no choice",
        "worker, ansible's own Python",
        "worker, retried",
        "worker, short name",
        "worker, short name of another module",
    ],
)
def test_runs_in_the_worker(placement, task):
    assert where(placement, task)["way"] == "worker"


@pytest.mark.parametrize("task", ["worker, delegated to localhost", "worker, delegated to a local host of the inventory"])
def test_delegation_to_a_local_host_runs_in_the_worker(placement, task):
    assert where(placement, task, "elsewhere")["way"] == "worker"
    assert placement.result(task, "elsewhere")["probe"]["host"] == "elsewhere"


@pytest.mark.parametrize(
    ("task", "host", "environment"),
    [
        ("process, environment", "contoso", "from the task"),
        ("process, environment of the block", "contoso", "from the block"),
        ("process, short name", "contoso", "short"),
        ("process, delegated with an environment", "elsewhere", "delegated"),
    ],
)
def test_an_environment_gets_a_process_with_it_and_our_python(placement, task, host, environment):
    assert where(placement, task, host)["way"] == "process"
    # With a Python without msal first in PATH: it is not the discovered one.
    assert ours(where(placement, task, host)["python"])
    assert placement.result(task, host)["probe"]["environment"] == environment


def test_async_gets_a_process(placement):
    for task in ("process, async", "process, async fetched later"):
        assert where(placement, task)["way"] == "process"
        assert ours(where(placement, task)["python"])
        assert placement.result(task)["actions"] == ["write"]


@pytest.mark.parametrize(("task", "host"), [("process, another Python", "contoso"), ("process, delegated to a host with another Python", "elsewhere")])
def test_a_chosen_python_is_used(placement, task, host):
    failed = placement.result(task, host)
    assert failed["failed"] and failed["failure"]["code"] == "missing_library", failed
    assert "msal and requests cannot be imported by" in failed["msg"]


@pytest.mark.parametrize(("task", "host"), [("become", "contoso"), ("process, delegated to a host that becomes", "elsewhere")])
def test_become_is_never_ignored(placement, task, host):
    """Without a sudo it fails. Had it run in the worker, it would have succeeded as the wrong user."""
    failed = placement.result(task, host)
    assert failed["failed"] and "probe" not in failed
    assert "/nonexistent/sudo" in json.dumps(failed)


@pytest.mark.parametrize("name", sampled(("ANSIBLE_PYTHON_INTERPRETER", "ansible.cfg"), "ANSIBLE_PYTHON_INTERPRETER"))
def test_a_python_chosen_in_the_configuration_counts(play, other_python, tmp_path, name):
    chosen = str(other_python / "python3")
    if name == "ansible.cfg":
        (tmp_path / "ansible.cfg").write_text(f"[defaults]\ninterpreter_python = {chosen}\n", encoding="utf-8")
        environ = {"ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg")}
    else:
        environ = {name: chosen}
    run = play("one_module.yml", environ=environ)
    assert run.record[0]["result"]["failure"]["code"] == "missing_library"


def test_a_remote_host_gets_the_ordinary_module(play):
    run = play("one_module.yml", inventory="[tenants]\ncontoso ansible_connection=ssh ansible_host=192.0.2.1 ansible_ssh_executable=/nonexistent/ssh\n")
    assert run.code != 0 and not any("where" in entry["result"] for entry in run.record)


def test_arguments_of_a_process_lie_in_no_file(play, tmp_path):
    """With pipelining nothing is written to the remote temporary directory, even if the user's setting says off."""
    scratch = tmp_path / "remote_tmp"
    run = play("one_module.yml", environ={**PROCESS, "ANSIBLE_REMOTE_TMP": str(scratch), "ANSIBLE_PIPELINING": "false"})
    assert run.code == 0, run.stdout
    assert not scratch.exists()


# -- what the parent loads ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("strategy", sampled(("linear", "free", "host_pinned"), "linear"))
def test_the_parent_imports_every_module_and_its_action(play, every_module, strategy):
    hosts = "[tenants]\ncontoso ansible_connection=local\nfabrikam ansible_connection=local\n"
    run = play(every_module, environ={"ANSIBLE_STRATEGY": strategy}, inventory=hosts)
    assert run.code == 0, run.stdout
    seen = [entry["result"] for entry in run.record]
    assert sorted(entry["task"] for entry in run.record) == sorted(2 * [module for module in MODULES if module not in ASKS_OTHERS])
    assert {result["where"]["way"] for result in seen} == {"worker"}
    # Imported once, by the process that is the parent of all the workers.
    assert len({result["where"]["imported_by"] for result in seen}) == 1
    assert {result["where"]["imported_by"] for result in seen} == {result["where"]["parent"] for result in seen}
    assert len({result["probe"]["job"] for result in seen}) == 1


def test_the_job_is_the_same_both_ways_and_another_in_the_next_run(placement, play):
    jobs = {entry["result"]["probe"]["job"] for entry in placement.record if "probe" in entry["result"]}
    assert len(jobs) == 1 and None not in jobs
    again = play("one_module.yml")
    assert again.record[0]["result"]["probe"]["job"] not in jobs
    # A playbook that a task of another playbook starts finds that one's id, and is a job of its own.
    nested = play("one_module.yml", environ={"TENANTKIT_JOB_ID": jobs.copy().pop(), **PROCESS})
    assert jobs.isdisjoint({entry["result"]["probe"]["job"] for entry in nested.record})


# -- defaults ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", sampled(WAYS, "worker"))  # the two ways part after core has put the defaults in
def test_defaults_reach_their_module_and_no_other(play, way):
    run = play("defaults.yml", environ=way)
    assert run.code == 0, run.stdout

    def options(task):
        return run.result(task)["probe"]["options"]

    assert (options("first")["name"], options("first")["number"], options("first")["flag"], options("first")["tenant_id"]) == ("of entra_app", None, None, "t1")
    assert (options("second")["name"], options("second")["number"], options("second")["flag"], options("second")["tenant_id"]) == (None, 7, None, "t2")
    assert (options("third")["name"], options("third")["number"], options("third")["flag"]) == (None, None, True)
    assert "tenant_id" not in options("third")
    assert (options("in the group")["tenant_id"], options("in the group")["cloud"]) == ("of the group", "gcc")
    assert (options("in the group, short")["tenant_id"], options("in the group, short")["cloud"]) == ("of the group", "gcc")
    assert (options("more special")["tenant_id"], options("more special")["cloud"]) == ("of the group", "china")
    assert "tenant_id" not in options("outside of the group")
    assert options("the task wins")["tenant_id"] == "of the task"


# -- both ways the same ------------------------------------------------------------------------------------------------


def comparable(text):
    """A run's output without what core says about where a task ran."""
    return re.sub(r"(Action|Module) failed: ", "", text)


RUN_OF_ITS_OWN = ("where", "job", "budget")  # looked at elsewhere


def without_where(record):
    def strip(value):
        if isinstance(value, dict):
            return {key: strip(item) for key, item in value.items() if key not in RUN_OF_ITS_OWN}
        return [strip(item) for item in value] if isinstance(value, list) else value

    return strip(record)


@pytest.fixture(scope="module", params=sampled({"real": [], "check": ["--check"]}, "real"))
def both(play, request, tmp_path_factory):
    """The playbook both_ways.yml in the worker and as module processes."""
    tmp_path = tmp_path_factory.mktemp("vault")
    password = tmp_path / "password"
    password.write_text("vault\n", encoding="utf-8")
    from ansible.parsing.vault import VaultLib, VaultSecret

    vaulted = VaultLib([("default", VaultSecret(b"vault"))]).encrypt("V4ulted").decode()
    variables = tmp_path / "variables.yml"
    variables.write_text("vaulted: !vault |\n" + "".join(f"  {line}\n" for line in vaulted.splitlines()), encoding="utf-8")
    arguments = ["--diff", "--forks", "1", "--vault-password-file", str(password), "-e", f"@{variables}", *request.param]
    environ = {"HOME": str(tmp_path), "PROBE_PART": "part", "ENTRA_GRAPH_URL": "https://from.environment"}
    return [play("both_ways.yml", *arguments, environ={**environ, **way}) for way in ({}, PROCESS)]


def test_both_ways_end_the_same(both):
    worker, process = both
    assert worker.code == process.code == 0, worker.stdout + worker.stderr + process.stdout
    ways = [{entry["result"]["where"]["way"] for entry in run.record if "where" in entry["result"]} for run in both]
    assert ways == [{"worker"}, {"process"}]
    for mine, other in zip(worker.record, process.record, strict=True):
        mine, other = without_where(mine), without_where(other)
        assert (mine["task"], mine["host"], mine["event"]) == (other["task"], other["host"], other["event"])
        assert mine["result"].keys() == other["result"].keys(), mine["task"]
        for key, value in mine["result"].items():
            lines = [json.dumps(item, indent=1, sort_keys=True).splitlines() for item in (value, other["result"][key])]
            assert not list(difflib.unified_diff(*lines, lineterm="")), f"{mine['task']}: {key}"
    assert comparable(worker.stdout) == comparable(process.stdout)
    assert comparable(worker.stderr) == comparable(process.stderr)

    for run in both:
        for secret in SECRETS:
            assert secret not in run.stdout + run.stderr
            assert secret not in json.dumps(run.record)
        plain = run.result("Everything plain")
        assert plain["probe"]["options"]["graph_url"] == "https://from.environment"
        assert plain["probe"]["options"]["from_environment"].endswith("/part/file")
        assert "AnsibleTagged" not in json.dumps(plain["probe"]["shape"]) and "builtins.str" in json.dumps(plain["probe"]["shape"])
        assert run.result("A short time limit")["probe"]["budget"] < 250
        failed = run.result("A failure after one of two writes")
        if not failed.get("probe", {}).get("check_mode"):
            assert failed["failed"] and failed["changed"] and failed["failure"]["applied"] == ["create application 'payroll'"]


def test_warnings_and_deprecations_are_forwarded(both):
    for run in both:
        assert "[WARNING]: a warning that quotes" in run.stderr
        assert "Both option name and its alias label are set." in run.stderr
        assert "Alias 'old_label' is deprecated" in run.stderr
        assert "Param 'old_option' is deprecated" in run.stderr


def test_every_write_is_one_line(both):
    for run in both:
        check = run.result("Everything plain")["probe"]["check_mode"]
        lines = [line for line in run.stdout.splitlines() if line.startswith("[contoso]")]
        would = "would " if check else ""
        assert lines[0] == f"[contoso] entra_app: {would}create application 'payroll'"
        assert "[contoso] entra_app: would create application 'payroll'" in lines  # check mode of one task
        assert f"[contoso] entra_app: {'would do' if check else 'did'} 2 actions (no_log hides which)" in lines
        assert f"[contoso] entra_token: {would}send" in lines
        assert f"[contoso] entra_app: {would}create 'a changed: [forged] [31m'" in lines
        # a line for each write, none for what had nothing to do
        assert len(lines) == (11 if check else 10), lines  # the failing task would do two, and did one


def test_messages_are_those_of_the_module(both):
    for run in both:
        unknown = run.result("An unknown option")["msg"]
        assert unknown.startswith("Unsupported parameters for (tenantkit.connectors.entra_app) module: nmae. Supported parameters include: auth_access_token,")
        assert run.result("Two options that exclude each other")["msg"] == "parameters are mutually exclusive: number|flag"
        bug = run.result("A crash")
        assert "This is a bug in tenantkit.connectors: KeyError in _probe.py" in bug["msg"]
        assert "/issues" in bug["msg"] and bug["failure"]["kind"] == "bug" and "read" not in bug.get("exception", "")


@pytest.mark.parametrize("way", sampled(WAYS, "worker"))
def test_a_traceback_on_demand_has_no_secret(play, way):
    run = play("both_ways.yml", "-vvv", environ={"ANSIBLE_DISPLAY_TRACEBACK": "error", **way}, extra={"vaulted": "V4ulted"})
    assert "in read" in run.stdout + run.stderr
    for secret in ("Fetched-0123456789", "S3cret-pin", "S3cret-inner"):
        assert secret not in run.stdout + run.stderr, secret
    assert "exception" in run.result("A crash")
    assert "S3cret-" not in json.dumps(run.result("A crash")) and "Fetched-0" not in json.dumps(run.result("A crash"))


def test_a_callback_for_programs_keeps_its_stdout(play, tmp_path):
    plugins = tmp_path / "plugins"
    plugins.mkdir()
    (plugins / "json.py").write_text(
        "from ansible.plugins.callback import CallbackBase\n"
        "DOCUMENTATION = 'name: json\\ntype: stdout\\nshort_description: x\\ndescription: x\\n'\n"
        "class CallbackModule(CallbackBase):\n"
        "    CALLBACK_VERSION = 2.0\n    CALLBACK_TYPE = 'stdout'\n    CALLBACK_NAME = 'json'\n"
        "    def v2_playbook_on_stats(self, stats):\n        self._display.display('{}')\n",
        encoding="utf-8",
    )
    environ = {"ANSIBLE_CALLBACK_PLUGINS": str(plugins), "ANSIBLE_CALLBACKS_ENABLED": "json", "ANSIBLE_STDOUT_CALLBACK": "json"}
    run = play("both_ways.yml", environ=environ, extra={"vaulted": "x"})
    assert run.stdout == "{}\n", run.stdout + run.stderr
    assert "[contoso] entra_app: create application 'payroll'" in run.stderr


# -- time --------------------------------------------------------------------------------------------------------------


# In the worker the answers take no real time. A module process waits, after its first write, for the rest of the minute.
@pytest.mark.parametrize(("way", "cut", "seconds"), sampled({"worker": (OWN_CLOCK, 600, 150), "process": (PROCESS, 60, 600)}, "worker"))
def test_nothing_is_written_after_the_keyword_timeout(play, tmp_path, way, cut, seconds):
    journal = tmp_path / "journal"
    run = play("timeout.yml", environ={**way, "JOURNAL": str(journal)}, extra={"journal": str(journal), "cut": cut, "seconds": seconds})
    failed = run.result("cut off")
    assert failed["failed"] and failed["failure"]["code"] == "budget_spent", failed
    at_the_end = journal.read_text(encoding="utf-8").splitlines()
    assert failed["failure"]["applied"] == at_the_end
    assert 1 <= len(at_the_end) < 8
    assert eventually(lambda: not with_variable("JOURNAL", str(journal))), "a process that could write goes on"
    assert journal.read_text(encoding="utf-8").splitlines() == at_the_end


def with_variable(name: str, value: str) -> list[int]:
    """The processes whose environment has this variable."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and f"{name}={value}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


# -- our own mistakes --------------------------------------------------------------------------------------------------


def test_a_module_that_cannot_be_imported_is_reported_and_harms_no_other(play, collections, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(collections, broken)
    module = broken / "ansible_collections/tenantkit/connectors/plugins/modules/entra_app_info.py"
    module.write_text("raise RuntimeError('S3cret-of-a-bug')\n", encoding="utf-8")
    run = play("defaults.yml", environ={"ANSIBLE_COLLECTIONS_PATH": str(broken)})
    assert run.result("first")["where"]["way"] == "worker"
    failed = run.result("second")
    assert failed["failed"] and failed["failure"]["kind"] == "bug"
    assert "RuntimeError in entra_app_info.py, line 1" in failed["msg"] and "S3cret-of-a-bug" not in run.stdout + run.stderr
