# SPDX-License-Identifier: GPL-3.0-or-later
"""What one forked run does is not seen by the next, and nothing is left of a run or of the process that forks when it should have ended."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from support.forked_client import ForkServer, Process, RealProcess
from support.forked_runs import RUNS, Runs
from support.playbooks import ROOT, Run, base_environment, command_line, environment, run_playbook
from support.processes import kill_tree, parents, tree
from support.waiting import eventually

LOOKUP = "from ansible.plugins.lookup import LookupBase\nclass LookupModule(LookupBase):\n    def run(self, *args, **named):\n        return [WHERE]\n"
SLEEPS = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.command: sh -c 'touch started; exec sleep 600'
"""
ASKS = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.set_fact: {found: "{{ lookup('own.things.where') }}"}
      ignore_errors: true
    - ansible.builtin.include_vars: secret.yml
      ignore_errors: true
    - ansible.builtin.debug:
        msg: >-
          {{ found | default('nowhere') }}, {{ answer | default('no answer') }}, {{ lookup('config', 'DEFAULT_FORKS') }},
          {{ lookup('config', 'HOST_KEY_CHECKING') }}, {{ lookup('env', 'OWN') }}, {{ lookup('config', 'DEFAULT_ROLES_PATH') | first }}
"""


@pytest.fixture
def forking() -> t.Iterator[None]:
    with RUNS.forking(base_environment()):
        yield


def collection(folder: Path) -> Path:
    """A collections path with one look-up, which says where it is."""
    lookups = folder / "ansible_collections" / "own" / "things" / "plugins" / "lookup"
    lookups.mkdir(parents=True)
    (lookups / "where.py").write_text(LOOKUP.replace("WHERE", repr(folder.name)))
    return folder


def forked(workdir: Path, **more: t.Any) -> Run:
    """A run that has to be forked."""
    before = RUNS.forked
    run = run_playbook(workdir / "play.yml", workdir, **more)
    assert RUNS.forked == before + 1, RUNS.reasons
    return run


def test_no_run_sees_what_another_was_given(workdir: Path, forking: None) -> None:
    from ansible.parsing.vault import VaultLib, VaultSecret  # only here

    (workdir / "play.yml").write_text(ASKS)
    for name in ("one", "two"):
        (workdir / f"{name}.password").write_text(name)
    box = VaultLib([("one", VaultSecret(b"one"))])
    (workdir / "secret.yml").write_bytes(box.encrypt("answer: from the vault\n", vault_id="one"))
    first, second = (str(collection(workdir / name)) for name in ("first", "second"))
    given: list[tuple[dict[str, str], str]] = [
        (
            {"ANSIBLE_COLLECTIONS_PATH": first, "ANSIBLE_FORKS": "7", "ANSIBLE_HOST_KEY_CHECKING": "0", "OWN": "a", "ANSIBLE_ROLES_PATH": "/roles"}
            | {"ANSIBLE_VAULT_IDENTITY_LIST": f"one@{workdir}/one.password"},
            "first, from the vault, 7, False, a, /roles",
        ),
        ({"ANSIBLE_VAULT_IDENTITY_LIST": f"two@{workdir}/two.password"}, f"nowhere, no answer, 5, True, , {workdir}/home/.ansible/roles"),
        ({"ANSIBLE_COLLECTIONS_PATH": second, "ANSIBLE_FORKS": "3"}, f"second, no answer, 3, True, , {workdir}/home/.ansible/roles"),
        ({}, f"nowhere, no answer, 5, True, , {workdir}/home/.ansible/roles"),
    ]
    for env, expected in given:
        assert forked(workdir, env=env).ok().events[-1].result["msg"] == expected
    # A configuration file counts for the run that is started next to it.
    (workdir / "ansible.cfg").write_text("[defaults]\nforks = 9\n")
    assert forked(workdir).ok().events[-1].result["msg"].startswith("nowhere, no answer, 9,")
    (workdir / "ansible.cfg").unlink()
    assert forked(workdir).ok().events[-1].result["msg"].startswith("nowhere, no answer, 5,")


@pytest.mark.parametrize("way", ["real", "forked"])
def test_a_run_that_takes_too_long_is_killed_with_its_children(way: str, workdir: Path) -> None:
    (workdir / "play.yml").write_text(SLEEPS)
    started = workdir / "started"
    seen: set[int] = set()

    def clock() -> float:
        seen.update(tree(os.getpid()))
        return 1000.0 if started.exists() else 0.0

    runs = Runs()
    try:
        command = command_line(workdir / "play.yml", inventory=None, check=False, diff=False, extra=None, args=())
        with runs.forking(base_environment() if way == "forked" else None), pytest.raises(subprocess.TimeoutExpired) as raised:
            runs.run(command, env=environment(workdir), cwd=workdir, timeout=999, clock=clock)
        assert b"TASK [ansible.builtin.command]" in (raised.value.output or b"")
        assert (runs.forked, runs.real) == (int(way == "forked"), int(way == "real"))
        gone(seen - set(tree(os.getpid())) - {os.getpid()})
        assert not [pid for pid in parents() if sleeps_in(pid, workdir)]
    finally:
        runs.close()


def sleeps_in(pid: int, workdir: Path) -> bool:
    """Whether a process is that of the playbook."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == workdir
    except OSError:
        return False


def gone(pids: t.Iterable[int]) -> None:
    """Assert that processes end."""
    wanted = set(pids)
    assert eventually(lambda: not wanted & parents().keys()), f"still there: {sorted(wanted & parents().keys())}"


def files_of(process: Process, started: Path) -> list[tuple[str, str]]:
    """The numbers and kinds of the files that a run has open while its task runs. It is killed then."""
    assert eventually(started.exists)
    found = [(entry.name, re.sub(r"\[\d+\]|#\d+", "", str(entry.readlink()))) for entry in Path(f"/proc/{process.pid}/fd").iterdir()]
    kill_tree(process.pid)
    for pipe in process.pipes:
        pipe.close()
    process.wait()
    started.unlink()
    return sorted(found)


def test_a_forked_process_has_the_files_of_a_fresh_one(workdir: Path) -> None:
    (workdir / "play.yml").write_text(SLEEPS)
    command = command_line(workdir / "play.yml", inventory=None, check=False, diff=False, extra=None, args=())
    env, started = environment(workdir), workdir / "started"
    real = files_of(RealProcess(command, env, workdir), started)
    server = ForkServer(command[0], base_environment())
    forked = files_of(server.start(command, env, workdir), started)
    executed = files_of(server.start(command, {**env, "ANSIBLE_NOCOLOR": "0"}, workdir), started)
    server.close()
    assert dict(real) | {"0": "/dev/null", "1": "pipe:", "2": "pipe:"} == dict(real)
    assert real == forked == executed


OWNER = """
import sys
from pathlib import Path
from support.forked_client import ForkServer
from support.playbooks import base_environment, command_line, environment
workdir = Path(sys.argv[1])
command = command_line(workdir / "play.yml", inventory=None, check=False, diff=False, extra=None, args=())
server = ForkServer(command[0], base_environment())
processes = [server.start(command, environment(workdir), workdir) for _ in range(2)]
print(server.pid, flush=True)
sys.stdin.read()
"""


def test_nothing_outlives_the_owner_that_is_killed(workdir: Path) -> None:
    (workdir / "play.yml").write_text(SLEEPS)
    env = {**os.environ, "PYTHONPATH": str(ROOT / "tests")}
    with subprocess.Popen([sys.executable, "-c", OWNER, workdir], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        server = int(owner.stdout.readline())
        assert eventually((workdir / "started").exists)
        members = tree(server)
        assert len(members) >= 5, members  # the server, two runs, their workers
        owner.send_signal(signal.SIGKILL)
    gone(members)


def test_the_server_has_one_thread_and_ends_when_it_is_closed(workdir: Path) -> None:
    command = command_line("none.yml", inventory=None, check=False, diff=False, extra=None, args=["--version"])
    before = set(Path("/tmp").glob("tk-*"))
    server = ForkServer(command[0], base_environment())
    assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1
    process = server.start(command, environment(workdir), workdir)
    assert [pipe.read()[:16] for pipe in process.pipes] == [b"ansible-playbook", b""]
    assert process.wait() == 0 and process.replaced == ()
    assert tree(server.pid) == [server.pid]
    assert not [path for path in set(Path("/tmp").glob("tk-*")) - before if (path / "ansible_collections").exists()]
    server.close()
    gone([server.pid])


def test_a_server_that_cannot_import_says_why(workdir: Path) -> None:
    (workdir / "ansible").mkdir()
    (workdir / "ansible" / "__init__.py").write_text("raise ImportError('broken on purpose')\n")
    command = command_line("none.yml", inventory=None, check=False, diff=False, extra=None, args=())
    with pytest.raises(RuntimeError, match="broken on purpose"):
        ForkServer(command[0], {**base_environment(), "PYTHONPATH": str(workdir)})


def test_what_an_import_writes_is_shown_by_each_run(workdir: Path) -> None:
    (workdir / "msal.py").write_text("import sys\nsys.stderr.write('a warning of an import\\n')\n")
    command = command_line("none.yml", inventory=None, check=False, diff=False, extra=None, args=["--version"])
    base = {**base_environment(), "PYTHONPATH": str(workdir)}
    runs = Runs()
    try:
        with runs.forking(base):
            for _number in range(2):
                run = runs.run(command, env={**environment(workdir), "PYTHONPATH": str(workdir)}, cwd=workdir, timeout=300)
                assert run.returncode == 0 and run.stderr == "a warning of an import\n"
        assert runs.forked == 2
    finally:
        runs.close()
