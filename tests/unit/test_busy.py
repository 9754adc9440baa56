# SPDX-License-Identifier: GPL-3.0-or-later
"""The busy loops of C(make test-busy) end whatever happens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.waiting import eventually

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))

import busy

TOOLS = Path(busy.__file__).parent
STARTS_TWO = """
import busy, signal
signal.signal(signal.SIGINT, signal.default_int_handler) # what a shell starts in the background ignores it
with busy.loops(2) as started:
    print(*[process.pid for process in started], flush=True)
    input()
"""


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_loops_take_the_processor_for_the_length_of_a_block() -> None:
    def taken(pid: int) -> int:
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]))

    with pytest.raises(KeyError), busy.loops(2) as started:
        pids = [process.pid for process in started]
        assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in pids} == {os.getpriority(os.PRIO_PROCESS, 0)}
        before = [taken(pid) for pid in pids]
        assert eventually(lambda: all(taken(pid) > earlier for pid, earlier in zip(pids, before, strict=True)))
        raise KeyError
    assert not any(alive(pid) for pid in pids)


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_loops_end_with_what_started_them(how: signal.Signals) -> None:
    environ = {**os.environ, "PYTHONPATH": str(TOOLS)}
    with subprocess.Popen([sys.executable, "-c", STARTS_TWO], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environ) as parent:
        assert parent.stdout
        pids = [int(word) for word in parent.stdout.readline().split()]
        assert len(pids) == 2 and all(alive(pid) for pid in pids)
        parent.send_signal(how)
        parent.wait()
        assert eventually(lambda: not any(alive(pid) for pid in pids))
