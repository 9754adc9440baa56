# SPDX-License-Identifier: GPL-3.0-or-later
"""What a command costs is what its whole tree costs, and its processes are counted one by one."""

from __future__ import annotations

import os
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest
from bench import tree
from bench.customers import counting, measured

# Uses so much CPU, however long that takes.
BURN = "import time\nwhile time.process_time() < {seconds}: pass\n"
# Its child is a worker that it waits for, or one that it leaves behind: ended, or still at work.
WAITED = "import os\npid = os.fork()\nif not pid:\n    exec({burn!r})\n    os._exit(0)\nos.waitpid(pid, 0)\n"
LEFT = "import os\nif not os.fork():\n    os.setsid()\n    exec({burn!r})\n    os._exit(0)\n"
GRANDCHILD = "import os\nif not os.fork():\n    if not os.fork():\n        exec({burn!r})\n    os._exit(0)\n"
UNREAPED = "import os\npid = os.fork()\nif not pid:\n    exec({burn!r})\n    os._exit(0)\nos.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)\n"


def python(code: str) -> list[str]:
    """A command."""
    return [sys.executable, "-c", code]


@pytest.mark.parametrize("code", [WAITED, LEFT, GRANDCHILD, UNREAPED], ids=["waited", "left", "grandchild", "unreaped"])
def test_all_of_the_tree_counts(workdir: Path, code: str) -> None:
    seconds = 0.4
    assert measured(python(code.format(burn=BURN.format(seconds=seconds))), os.environ, workdir).cpu >= seconds


def test_memory_is_that_of_all_and_what_is_shared_counts_once() -> None:
    # Its child shares what the parent holds, and holds as much of its own.
    code = "import os\nheld = os.urandom(60 << 20)\nif not os.fork():\n    own = os.urandom(60 << 20)\n    print('ready', flush=True)\ninput()"
    with subprocess.Popen(python(code), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        assert process.stdout.readline() == "ready\n"
        found, own = tree.pss(process.pid) / 1024, tree.own(process.pid) / 1024
        process.stdin.write("\n\n")
    assert 120 <= found < 170
    assert 60 <= own < 90


def test_a_process_that_is_gone_holds_nothing() -> None:
    with subprocess.Popen(python("pass")) as process:
        process.wait()
    assert tree.own(process.pid) == 0


class Looks:
    """An event that comes to pass after so many looks."""

    def __init__(self, count: int) -> None:
        self._left = count

    def wait(self, _interval: float) -> bool:
        self._left -= 1
        return self._left < 0


def test_the_highest_memory_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    values, own = iter([10, 30, 20]), iter([3, 1, 2])
    monkeypatch.setattr(tree, "pss", lambda root: next(values))
    monkeypatch.setattr(tree, "own", lambda root: next(own))
    peak = [0, 0]
    tree.watch(1, 0.5, t.cast("t.Any", Looks(3)), peak)
    assert peak == [30, 3]


def test_a_failure_ends_it_with_what_was_said(workdir: Path) -> None:
    with pytest.raises(SystemExit, match=r"ended with 3 and not with 0(.|\n)*what was said"):
        measured(python("import sys\nprint('what was said')\nsys.exit(3)"), os.environ, workdir)


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("pass", 1),
        ("import os\nif not os.fork():\n    os._exit(0)\nos.wait()", 2),
        ("import subprocess\nsubprocess.run(['true'])", 2),
        ("import os\nos.system('true')", 2),
        ("import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import os\\nif not os.fork(): os._exit(0)'])", 3),
        ("import multiprocessing\nwork = multiprocessing.get_context('fork').Process(target=print)\nwork.start()\nwork.join()", 2),
    ],
    ids=["nothing", "fork", "subprocess", "system", "of a child", "multiprocessing"],
)
def test_processes(workdir: Path, code: str, count: int) -> None:
    processes = workdir / "processes"
    measured(python(code), {**os.environ, **counting(processes)}, workdir)
    assert processes.stat().st_size == count
