# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that imports ansible-core once and forks itself for each run of ansible-playbook. It has one thread.

C(forked_server.py SCRIPTS FD): the folder of the script ansible-playbook, and a socket to the process that started it. It first writes there a
line of JSON about itself. Each message then brings three file descriptors: a socket for one run, from which the forked process reads what to run, and
that process's stdout and stderr. On the socket of a run the answers are lines of JSON: the process id, why the real command was executed
instead (where it was), and the exit status. When the first socket ends, as it does when its owner dies, the server kills all runs and ends.
"""

from __future__ import annotations

import contextlib
import dataclasses
import gc
import importlib
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import typing as t
from pathlib import Path


class Server:
    """The process that stays."""

    def __init__(self, connection: socket.socket, kill_tree: t.Callable[[int], None]) -> None:
        self._connection = connection
        self._kill_tree = kill_tree
        self._runs: dict[int, tuple[int, socket.socket]] = {}  # process id and socket, by the descriptor that tells of the end

    def serve(self) -> list[int]:
        """Fork until the owner is gone. Returns in each forked process the descriptors of its run, and at last none in this one."""
        while True:
            ready = select.select([self._connection, *self._runs], [], [])[0]
            for pidfd in self._runs.keys() & set(ready):
                self._ended(pidfd)
            if self._connection in ready:
                message, descriptors, _flags, _address = socket.recv_fds(self._connection, 1, 3)
                if not message:
                    break
                if (pid := os.fork()) == 0:
                    for other in (self._connection, *(run for _pid, run in self._runs.values())):
                        other.detach()  # its number will be that of another file
                    return descriptors
                self._started(pid, *descriptors)
        for pid, _run in self._runs.values():
            self._kill_tree(pid)
        return []

    def _started(self, pid: int, answers: int, *output: int) -> None:
        run = socket.socket(fileno=answers)
        for descriptor in output:
            os.close(descriptor)
        self._runs[os.pidfd_open(pid)] = pid, run
        tell(run, pid=pid)

    def _ended(self, pidfd: int) -> None:
        pid, run = self._runs.pop(pidfd)
        status = os.waitpid(pid, 0)[1]
        os.close(pidfd)
        with run:
            tell(run, status=os.waitstatus_to_exitcode(status))


def tell(run: socket.socket, **what: t.Any) -> None:
    """Write one line. An owner that is gone does not hear it."""
    with contextlib.suppress(OSError):
        run.sendall(json.dumps(what).encode() + b"\n")


@dataclasses.dataclass(frozen=True)
class Base:
    """What this process is like in the beginning, and what each forked process has to be like again."""

    interrupt: t.Any  # the handler of SIGINT
    encoding: str
    errors: tuple[str, str]  # of stdout and stderr
    added: dict[str, str]  # to the environment, by the interpreter when it started

    @classmethod
    def of_this_process(cls) -> Base:
        """Before anything is imported."""
        given = {os.fsdecode(entry.partition(b"=")[0]) for entry in Path("/proc/self/environ").read_bytes().split(b"\0")}
        added = {name: value for name, value in os.environ.items() if name not in given}
        return cls(signal.getsignal(signal.SIGINT), sys.stdout.encoding, (str(sys.stdout.errors), str(sys.stderr.errors)), added)

    def streams(self) -> None:
        """New objects for stdout and stderr: ansible-core changes those that it finds, for as long as the process does not fork."""
        out, err = self.errors
        sys.stdout = sys.__stdout__ = open(1, "w", encoding=self.encoding, errors=out, closefd=False)  # noqa: SIM115 (it stays open)
        sys.stderr = sys.__stderr__ = open(2, "w", encoding=self.encoding, errors=err, closefd=False, buffering=1)  # noqa: SIM115

    def restore(self, answers: int, *output: int) -> tuple[int, dict[str, t.Any]]:
        """Make this forked process one that the command was just started in. Returns where its answers go, and what is to be run."""
        with open(answers, "rb", closefd=False) as file:
            wanted = json.load(file)
        for number, descriptor in enumerate(output, 1):
            os.dup2(descriptor, number)
        kept = answers if answers == 3 else os.dup2(answers, 3)
        os.set_inheritable(kept, False)
        os.closerange(kept + 1, os.sysconf("SC_OPEN_MAX"))
        os.chdir(wanted["cwd"])
        os.umask(wanted["umask"])
        signal.signal(signal.SIGINT, self.interrupt)
        os.environ.clear()
        os.environ.update({**self.added, **wanted["env"]})
        sys.argv = list(wanted["command"])
        self.streams()
        return kept, wanted


def prepare(imported: t.Any, answers: int, wanted: t.Mapping[str, t.Any]) -> None:
    """Let the configuration be that of the run. Where that cannot be done, the real command is executed in the place of this process."""
    try:
        different = imported.anew()
    except BaseException as error:  # the real command says it in its own words
        different = [type(error).__name__]
    if different:
        os.write(answers, json.dumps({"real": different}).encode() + b"\n")
        shutil.rmtree(sys.modules["ansible.constants"].DEFAULT_LOCAL_TMP, ignore_errors=True)
        os.execve(wanted["command"][0], wanted["command"], wanted["env"])
    os.close(answers)


def main() -> None:
    """Import, tell, serve. A forked process goes on as ansible-playbook."""
    base = Base.of_this_process()
    scripts, connection = sys.argv[1], socket.socket(fileno=int(sys.argv[2]))
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    own = importlib.import_module("support.forked_ansible"), importlib.import_module("support.processes"), importlib.import_module("support.forked_code")
    for name in [name for name in sys.modules if name.partition(".")[0] == "support"]:
        del sys.modules[name]
    # From here on as for the script.
    sys.path[0] = scripts
    sys.argv = [str(Path(scripts) / "ansible-playbook")]
    with tempfile.TemporaryDirectory(prefix="tk-") as home:
        os.environ.update(HOME=home, ANSIBLE_LOCAL_TEMP=home)
        os.chdir(home)
        collections = [path for path in os.environ.get("ANSIBLE_COLLECTIONS_PATH", "").split(os.pathsep) if path]
        imported = own[0].Imported(collections, own[2].Compiled(collections).compile)
        os.chdir("/")
    said = os.pread(2, 1 << 20, 0)  # a warning of an import, which each real run would show
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # a run is short: what it leaves for the collector goes with its process
    tell(connection, environment=sorted(imported.environment), added=base.added)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # on a terminal it comes to the owner and to the runs as well
    if descriptors := Server(connection, own[1].kill_tree).serve():
        prepare(imported, *base.restore(*descriptors))
        os.write(2, said)
        sys.exit(importlib.import_module("ansible.cli.playbook").main())


if __name__ == "__main__":
    main()
