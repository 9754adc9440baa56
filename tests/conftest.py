# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures that unit and integration tests share."""

from __future__ import annotations

import contextlib
import signal
import sys
import tempfile
import threading
import typing as t
from pathlib import Path

import pytest
from support import time_given_plugin
from tenant_emulator.testing import Emulator

HERE = Path(__file__).parent
# What decides is covered by its unit tests, tables above all; measuring more than those doubles what other tests take, and hides that a table lacks a row.
MEASURED = HERE / "unit" / "plugins"

# In the background of a shell interrupts are ignored, and what is started there inherits that: the tests that interrupt a program would wait for ever.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


# Where a run has to end at a given time.
pytest_collection_modifyitems = time_given_plugin.pytest_collection_modifyitems
pytest_runtest_setup = time_given_plugin.pytest_runtest_setup


@contextlib.contextmanager
def unmeasured() -> t.Iterator[None]:
    """Nothing that runs here is measured, threads that are started here included: these ask for a tracer of their own."""
    tracers = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)  # type: ignore[arg-type]  # its stub knows no None
    try:
        yield
    finally:
        sys.settrace(tracers[0])
        threading.settrace(tracers[1])  # type: ignore[arg-type]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> t.Iterator[None]:
    """What a test covers is measured where it can cover something. The marker of pytest-cov, C(no_cover), does nothing in pytest-xdist's workers."""
    with contextlib.nullcontext() if MEASURED in item.path.parents else unmeasured():
        return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)  # what a file prints while it is imported is pytest's to keep
def pytest_make_collect_report(collector: pytest.Collector) -> t.Iterator[None]:
    """Of a file's collection only its import runs code that is measured. To find ten thousand tests in it takes twice as long with a tracer."""
    if not isinstance(collector, pytest.Module):
        return (yield)
    with contextlib.suppress(Exception, pytest.skip.Exception):  # pytest imports it again then, and says why it cannot
        collector.obj  # noqa: B018 (imports the file)
    with unmeasured():
        return (yield)


@pytest.fixture(scope="session")
def running_emulator() -> t.Iterator[Emulator]:
    """One emulator a test process; C(emulator) puts it back to its configuration for each test."""
    with Emulator() as emulator:
        yield emulator


@pytest.fixture
def emulator(running_emulator: Emulator) -> Emulator:
    """The emulator as its configuration says, with an empty journal and no faults."""
    # What earlier tests were given cannot turn up in this one's folder, and every look for secrets would go on looking for it.
    running_emulator.reset(forget=True)
    return running_emulator


@pytest.fixture
def workdir() -> t.Iterator[Path]:
    """An empty directory for one test. Its name is short: ansible-core makes Unix sockets below it, whose paths end at 107 characters."""
    with tempfile.TemporaryDirectory(prefix="tk-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
