# SPDX-License-Identifier: GPL-3.0-or-later
"""No test is decided by how fast the machine is: none reads the machine's clock, and what is waited for has at least a minute."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
import yaml
from support import real_time

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
# What measures (tests/tools, tests/bench) or serves (the emulator's other files) is not a test.
CHECKED = ["unit", "component", "integration", "clients", "support", "emulator/src/tenant_emulator/testing.py", "emulator/src/tenant_emulator/cli.py"]

# File and function, each with the reason why no speed of the machine lets it fail.
EXCEPTIONS = {
    ("support/waiting.py", "eventually"): "the one place that waits: it is over when what it waits for is there, and gives up after two minutes",
    ("emulator/src/tenant_emulator/testing.py", "Emulator.start"): "the start is looked for until it is there, for five minutes",
    ("emulator/src/tenant_emulator/cli.py", "_start"): "the same",
    ("emulator/src/tenant_emulator/cli.py", "_stop"): "the end is looked for until it is there, for five minutes",
    ("support/time_given.py", "is_over"): "the time that a run of all tests is given; no test depends on it",
    ("component/emulator/test_faults.py", "test_hang"): "the emulator never answers, so this time is always over",
    ("component/plugins/module_utils/_http/test_socket.py", "test_no_answer_in_time"): "the server of the test never answers",
    ("support/callbacks/hold.py", "_hold"): "it waits to be killed",
    ("unit/plugins/module_utils/_job/test_cache.py", "_ask.pause"): "a waiter looks again until the lock is free, without an end",
}


def checked_files() -> list[Path]:
    """The Python files that the rules are for."""
    return sorted(file for name in CHECKED for file in ([TESTS / name] if name.endswith(".py") else (TESTS / name).rglob("*.py")) if file != Path(__file__))


def checked(file: Path) -> list[real_time.Found]:
    """What breaks a rule in a file. Unit tests call functions that wait for nothing with whatever number of seconds."""
    name, source = file.relative_to(TESTS).as_posix(), file.read_text()
    own_clock = name.startswith("component/plugins/") and "tenant_emulator" in source  # see the conftest.py there
    return real_time.check(source, options=not name.startswith("unit/"), own_clock=own_clock)


def test_no_test_depends_on_real_time() -> None:
    found = {(file.relative_to(TESTS).as_posix(), item) for file in checked_files() for item in checked(file)}
    wrong = sorted(f"{name}:{item.line}: {item.rule}: {item.text}" for name, item in found if (name, item.function) not in EXCEPTIONS)
    assert not wrong, "\n".join(wrong)
    assert set(EXCEPTIONS) == {(name, item.function) for name, item in found if (name, item.function) in EXCEPTIONS}, "an exception without a case"


def seconds(value: t.Any) -> t.Iterator[float]:
    """All numbers of seconds that a YAML document gives a task."""
    if isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str) and (key == "timeout" or key.endswith("_timeout")) and isinstance(item, (int, float)):
                yield item
            yield from seconds(item)
    elif isinstance(value, list):
        for item in value:
            yield from seconds(item)


def test_no_playbook_of_a_test_has_less_than_a_minute() -> None:
    files = [*(TESTS / "integration").rglob("*.yml"), *(TESTS / "demo").rglob("*.yml"), *(ROOT / "extensions" / "molecule").rglob("*.yml")]
    short = {str(file.relative_to(ROOT)): item for file in files for item in seconds(yaml.safe_load(file.read_text())) if 0 < item < real_time.SHORTEST}
    assert files and short == {}


OWN = "def test():\n    run(env=OWN_CLOCK)\n    "
TABLE: dict[str, tuple[str, list[str]]] = {
    # the machine's clock
    "elapsed time": ("import time\nstarted = time.monotonic()\nassert time.monotonic() - started < 5", ["clock", "clock"]),
    "a name of its own": ("from time import perf_counter as now\nnow()", ["clock"]),
    "a nap": ("import time\ntime.sleep(0.1)", ["clock"]),
    "a date that is near": ("import time\ntoken(exp=time.time() - 1)", ["clock"]),
    "a date that is far": ("import time\ntoken(exp=time.time() + 600, nbf=time.time() - 2 * 86400)", []),
    "a difference of dates": ("import time\nassert token - time.time() < 5", ["clock"]),
    "a clock that is handed on": ("import time\nBudget(300, clock=time.monotonic)", []),
    "another's time": ("run.time()", []),
    # what is waited for
    "a process": ("subprocess.run(['x'], timeout=30)", ["wait"]),
    "a process, long": ("subprocess.run(['x'], timeout=120)", []),
    "a process, without end": ("process.wait()\nthread.join()\n', '.join(names)", []),
    "a thread": ("thread.join(10)", ["wait"]),
    "an event": ("event.wait(0.2)", ["wait"]),
    "a queue": ("queue.get(timeout=20)\nmapping.get('key', 5)", ["wait"]),
    "a request": ("session.put(url, timeout=(60, 0.2))", ["wait"]),
    "a constant": ("WAITS = 5\nevent.wait(WAITS)\nLONG = 120\nevent.wait(LONG)", ["wait"]),
    "a default": ("def start(self, port=0, timeout=20.0): ...", ["wait"]),
    "a default, by name": ("def start(self, *, timeout: float = 20.0): ...", ["wait"]),
    # what a task is given
    "an option": ("options = {'timeout': 30, 'name': 'x'}", ["option"]),
    "an option, long": ("options = {'timeout': 300}", []),
    "an option of a host": ("inventory(contoso={'entra_timeout': 10})", ["option"]),
    "an option by name": ("rollout(entra_timeout=10)", ["option"]),
    "no time at all": ("options = {'proof_timeout': 0, 'timeout': -3}", []),
    "an option, by its own clock": (OWN + "play({'entra_timeout': 4})\n    rollout(entra_timeout=4)", []),
    "a thread, beside it": (OWN + "thread.join(10)", ["wait"]),
}


@pytest.mark.parametrize("case", TABLE)
def test_what_breaks_a_rule(case: str) -> None:
    source, expected = TABLE[case]
    assert [item.rule for item in real_time.check(source)] == expected


def test_what_runs_for_real() -> None:
    source = "connection(timeout=20)\nvariables = {'entra_timeout': 20}\nthread.join(10)"
    assert [item.rule for item in real_time.check(source, options=False)] == ["wait"]
    assert [item.rule for item in real_time.check(source, own_clock=True)] == ["wait"]


def test_a_place_is_named_by_its_function() -> None:
    source = "class A:\n    def b(self):\n        def c():\n            event.wait(1)"
    assert [(item.function, item.line, item.text) for item in real_time.check(source)] == [("A.b.c", 4, "event.wait(1)")]


def test_a_yaml_document_is_searched_to_its_end() -> None:
    assert list(seconds([{"tasks": [{"x": {"timeout": 5}, "timeout": 9, "entra_timeout": "{{ given }}"}]}])) == [5, 9]
