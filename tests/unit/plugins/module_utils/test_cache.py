# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job cache: shared by processes, private, and never a reason to fail."""

from __future__ import annotations

import json
import multiprocessing
import os
import pathlib
import stat
import tempfile
import time
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils import _cache
from ansible_collections.tenantkit.connectors.plugins.module_utils._cache import JobCache, cleanup, remove_stale, start_job

Made: t.TypeAlias = "tuple[t.Any, float | None]"


class Creator:
    """Counts its calls and returns what it was told to."""

    def __init__(self, value: t.Any = "value", expires_at: float | None = None) -> None:
        self.value = value
        self.expires_at = expires_at
        self.calls = 0

    def __call__(self) -> Made:
        self.calls += 1
        return self.value, self.expires_at


@pytest.fixture
def directory(tmp_path: pathlib.Path) -> pathlib.Path:
    return tmp_path / "job"


@pytest.fixture
def cache(directory: pathlib.Path) -> JobCache:
    return JobCache(str(directory), salt="job")


def entry(directory: pathlib.Path, kind: str = "token") -> pathlib.Path:
    found = list(directory.glob(f"{kind}-*.json"))
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("value", ["text", {"a": [1, 2.5, None]}, None, [], 0, False])
def test_a_value_is_made_once(cache: JobCache, value: t.Any) -> None:
    create = Creator(value)
    assert cache.get_or_create("token", ["a"], create) == (value, False)
    assert cache.get_or_create("token", ["a"], create) == (value, True)
    assert create.calls == 1


def test_keys_are_told_apart(cache: JobCache) -> None:
    keys = [("token", ["ab", "c"]), ("token", ["a", "bc"]), ("token", ["abc"]), ("list", ["abc"]), ("token", [])]
    for number, (kind, parts) in enumerate(keys):
        assert cache.get_or_create(kind, parts, Creator(number)) == (number, False)
    for number, (kind, parts) in enumerate(keys):
        assert cache.get_or_create(kind, parts, Creator()) == (number, True)


def test_a_value_expires(directory: pathlib.Path) -> None:
    now = [1000.0]
    cache = JobCache(str(directory), clock=lambda: now[0])
    create = Creator("one", 1010.0)
    cache.get_or_create("token", ["a"], create)
    now[0] = 1009.0
    assert cache.get_or_create("token", ["a"], create)[1]
    now[0] = 1010.0
    assert cache.get_or_create("token", ["a"], create) == ("one", False)
    assert create.calls == 2


def test_drop_forgets(cache: JobCache) -> None:
    create = Creator()
    cache.get_or_create("token", ["a"], create)
    cache.drop("token", ["a"])
    cache.drop("token", ["never there"])
    assert cache.get_or_create("token", ["a"], create) == ("value", False)


def test_a_rejected_value_is_replaced_and_a_newer_one_taken(cache: JobCache) -> None:
    cache.get_or_create("token", ["a"], Creator("bad"))
    reject = "bad".__eq__
    assert cache.get_or_create("token", ["a"], Creator("good"), reject=reject) == ("good", False)
    assert cache.get_or_create("token", ["a"], Creator("unused"), reject=reject) == ("good", True)


def test_a_failing_creator_leaves_nothing_behind(cache: JobCache) -> None:
    def fail() -> Made:
        raise RuntimeError("no")

    for _time in range(2):
        with pytest.raises(RuntimeError):
            cache.get_or_create("token", ["a"], fail)
    assert cache.get_or_create("token", ["a"], Creator()) == ("value", False)


def test_files_are_private_and_name_no_secret(cache: JobCache, directory: pathlib.Path) -> None:
    old = os.umask(0)
    try:
        cache.get_or_create("token", ["tenant", "secret-value"], Creator("token-value"))
    finally:
        os.umask(old)
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    for path in directory.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert "secret" not in path.name
        assert "secret-value" not in path.read_text()


def test_the_name_depends_on_the_job(tmp_path: pathlib.Path) -> None:
    names = []
    for salt in ("one", "two"):
        JobCache(str(tmp_path / salt), salt=salt).get_or_create("token", ["a"], Creator())
        names.append(entry(tmp_path / salt).name)
    assert names[0] != names[1]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"version": 1}', b'{"version": 99, "value": 1}', b"\xff\xfe", b"[" * 100000, b'"x"'])
def test_a_corrupt_file_is_replaced(cache: JobCache, directory: pathlib.Path, content: bytes) -> None:
    cache.get_or_create("token", ["a"], Creator())
    entry(directory).write_bytes(content)
    assert cache.get_or_create("token", ["a"], Creator("new")) == ("new", False)
    assert cache.get_or_create("token", ["a"], Creator()) == ("new", True)


def test_a_copied_file_does_not_count(cache: JobCache, directory: pathlib.Path) -> None:
    cache.get_or_create("token", ["a"], Creator("of a"))
    content = entry(directory).read_bytes()
    entry(directory).unlink()
    cache.get_or_create("token", ["b"], Creator("of b"))
    entry(directory).write_bytes(content)
    assert cache.get_or_create("token", ["b"], Creator("new")) == ("new", False)


def test_a_strange_expiry_counts_as_expired(cache: JobCache, directory: pathlib.Path) -> None:
    cache.get_or_create("token", ["a"], Creator())
    content = json.loads(entry(directory).read_text())
    for strange in ("never", [], {}):
        entry(directory).write_text(json.dumps({**content, "expires_at": strange}))
        assert not cache.get_or_create("token", ["a"], Creator())[1]


def test_a_symlink_is_neither_read_nor_written_through(cache: JobCache, directory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cache.get_or_create("token", ["a"], Creator("good"))
    victim = tmp_path / "victim"
    victim.write_bytes(entry(directory).read_bytes())
    victim.chmod(0o600)
    path = entry(directory)
    path.unlink()
    path.symlink_to(victim)
    before = victim.read_bytes()
    assert cache.get_or_create("token", ["a"], Creator("new")) == ("new", False)
    assert victim.read_bytes() == before
    assert not path.is_symlink()


def test_a_symlink_as_lock_is_replaced(cache: JobCache, directory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cache.get_or_create("token", ["a"], Creator())
    lock = next(directory.glob("*.lock"))
    target = tmp_path / "made-by-the-lock"
    lock.unlink()
    lock.symlink_to(target)
    entry(directory).unlink()
    assert cache.get_or_create("token", ["a"], Creator()) == ("value", False)
    assert not target.exists()
    assert cache.get_or_create("token", ["a"], Creator()) == ("value", True)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o622])
def test_a_file_others_can_use_does_not_count(cache: JobCache, directory: pathlib.Path, mode: int) -> None:
    cache.get_or_create("token", ["a"], Creator("old"))
    entry(directory).chmod(mode)
    assert cache.get_or_create("token", ["a"], Creator("new")) == ("new", False)
    assert stat.S_IMODE(entry(directory).stat().st_mode) == 0o600


def test_a_hard_link_or_a_pipe_does_not_count(cache: JobCache, directory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    cache.get_or_create("token", ["a"], Creator("old"))
    path = entry(directory)
    os.link(path, tmp_path / "second-name")
    assert cache.get_or_create("token", ["a"], Creator("new")) == ("new", False)
    path.unlink()
    os.mkfifo(path, 0o600)
    assert cache.get_or_create("token", ["a"], Creator("newer")) == ("newer", False)


def test_a_directory_in_the_way_costs_only_the_cache(cache: JobCache, directory: pathlib.Path) -> None:
    cache.get_or_create("token", ["a"], Creator("old"))
    path = entry(directory)
    path.unlink()
    path.mkdir()
    create = Creator("made")
    assert cache.get_or_create("token", ["a"], create) == ("made", False)
    assert cache.get_or_create("token", ["a"], create) == ("made", False)
    assert not list(directory.glob(".*"))


def test_a_directory_of_others_is_not_used(directory: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_one = tmp_path / "open"
    open_one.mkdir(mode=0o755)
    linked = tmp_path / "linked"
    directory.mkdir(mode=0o700)
    linked.symlink_to(directory)
    missing = tmp_path / "missing" / "deeper"
    for path in (open_one, linked, missing):
        cache = JobCache(str(path))
        create = Creator()
        for _time in range(2):
            assert cache.get_or_create("token", ["a"], create) == ("value", False)
        assert create.calls == 2
        assert cache.problem is not None
        assert str(path) in cache.problem
    assert not list(open_one.iterdir())
    assert not list(directory.iterdir())
    real = os.geteuid()
    monkeypatch.setattr(_cache.os, "geteuid", lambda: real + 1)
    cache = JobCache(str(directory))
    assert cache.get_or_create("token", ["a"], Creator()) == ("value", False)
    assert "another user" in (cache.problem or "")


def _ask(directory: str, log: str, results: t.Any, barrier: t.Any) -> None:
    def create() -> Made:
        with open(log, "a", encoding="ascii") as file:
            file.write("x")
        time.sleep(0.2)
        return os.getpid(), None

    barrier.wait()
    results.put(JobCache(directory).get_or_create("token", ["a"], create))


def test_parallel_processes_ask_once(directory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    barrier = context.Barrier(6)
    log = tmp_path / "calls"
    workers = [context.Process(target=_ask, args=(str(directory), str(log), results, barrier)) for _number in range(6)]
    for worker in workers:
        worker.start()
    answers = [results.get(timeout=20) for _worker in workers]
    for worker in workers:
        worker.join(20)
    assert log.read_text() == "x"
    assert len({value for value, _from_cache in answers}) == 1
    assert sorted(from_cache for _value, from_cache in answers) == [False] + [True] * 5


def _hold(directory: str, ready: t.Any) -> None:
    def create() -> Made:
        ready.set()
        time.sleep(30)
        return "late", None

    JobCache(directory).get_or_create("token", ["a"], create)


@pytest.mark.parametrize("killed", [True, False])
def test_a_killed_or_stuck_holder_stops_nobody(directory: pathlib.Path, killed: bool) -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(str(directory), ready))
    holder.start()
    assert ready.wait(10)
    try:
        if killed:
            holder.kill()
        cache = JobCache(str(directory), lock_timeout=10 if killed else 0.1)
        started = time.monotonic()
        assert cache.get_or_create("token", ["a"], Creator("mine")) == ("mine", False)
        assert time.monotonic() - started < 5
    finally:
        holder.kill()
        holder.join(10)


def test_without_a_job_nothing_is_kept() -> None:
    cache = JobCache.from_environ({})
    create = Creator()
    cache.get_or_create("token", ["a"], create)
    cache.get_or_create("token", ["a"], create)
    cache.drop("token", ["a"])
    assert create.calls == 2
    assert JobCache.from_environ({"TENANTKIT_JOB_ID": "../../etc"}).directory is None


@pytest.fixture
def temporary(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The system's directory for temporary files, and no exit handlers of ours."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(_cache.atexit, "register", lambda *_arguments: None)
    return tmp_path


def test_a_job_has_a_directory_until_it_ends(temporary: pathlib.Path) -> None:
    environ: dict[str, str] = {}
    job_id = start_job(environ)
    assert environ == {"TENANTKIT_JOB_ID": job_id}
    assert start_job(environ) == job_id  # imported again, in a worker for instance
    cache = JobCache.from_environ(environ)
    cache.get_or_create("token", ["a"], Creator())
    made = [path.name for path in temporary.iterdir()]
    assert made == [f"tenantkit-{os.geteuid()}-{job_id}"]
    cleanup(environ, os.getpid() + 1)  # a fork's exit handler
    assert temporary.joinpath(made[0]).is_dir()
    cleanup(environ, os.getpid())
    assert not list(temporary.iterdir())
    cleanup(environ, os.getpid())


def test_a_playbook_in_a_playbook_is_another_job(temporary: pathlib.Path) -> None:
    environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32}
    assert start_job(environ) != "1-" + "0" * 32
    environ = {"TENANTKIT_JOB_ID": f"{os.getppid()}-" + "0" * 32}
    assert start_job(environ) == f"{os.getppid()}-" + "0" * 32


def test_a_given_directory_is_used_and_left_alone(temporary: pathlib.Path) -> None:
    environ = {"TENANTKIT_JOB_DIR": str(temporary / "mine")}
    start_job(environ)
    JobCache.from_environ(environ).get_or_create("token", ["a"], Creator())
    assert entry(temporary / "mine")
    cleanup(environ)
    assert entry(temporary / "mine")


def test_what_killed_jobs_left_is_removed_after_a_day(temporary: pathlib.Path) -> None:
    prefix = f"tenantkit-{os.geteuid()}-"
    old, new, open_one = (temporary / f"{prefix}{number}-{'0' * 32}" for number in (1, 2, 3))
    target = temporary / "target"
    linked = temporary / f"{prefix}4-{'0' * 32}"
    for path in (old, new, target):
        path.mkdir(mode=0o700)
        (path / "file").write_text("x")
    open_one.mkdir(mode=0o755)
    linked.symlink_to(target)
    long_ago = time.time() - 25 * 3600
    for path in (old, open_one, target):
        os.utime(path, (long_ago, long_ago))
    os.utime(linked, (long_ago, long_ago), follow_symlinks=False)
    remove_stale()
    assert not old.exists()
    assert new.exists()
    assert open_one.exists()
    assert (target / "file").exists()
