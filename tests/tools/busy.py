# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that only take the processor, for tests that must not depend on having it for themselves."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import typing as t

# It ends with the process that started it, also where that is killed.
_LOOP = "import os\nparent = os.getppid()\nprint(flush=True)\nwhile os.getppid() == parent:\n    sum(range(1000000))"


@contextlib.contextmanager
def loops(count: int) -> t.Iterator[list[subprocess.Popen[bytes]]]:
    """So many busy loops, of the priority of this process, for the length of a block."""
    with contextlib.ExitStack() as stack:
        started = []
        for _number in range(count):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", _LOOP], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE))
            stack.callback(process.kill)
            assert process.stdout
            process.stdout.readline()
            started.append(process)
        yield started
