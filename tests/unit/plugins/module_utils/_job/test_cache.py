# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The job cache: shared by processes, private, and never a reason to fail."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import pathlib
import signal
import stat
import subprocess
import sys
import tempfile
import threading
import time
import types
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._job import cache as _cache
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache, cleanup, remove_stale, start_job
from support.waiting import OwnClock

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


_WORKERS = 6


def _ask(directory: str, log: str, results: t.Any, waiting: t.Any) -> None:
    def create() -> Made:
        with open(log, "a", encoding="ascii") as file:
            file.write("x")
        for _other in range(_WORKERS - 1):
            waiting.acquire(timeout=120)  # one that does not wait for the lock fails the test by its own x
        return os.getpid(), None

    def pause(seconds: float) -> None:
        if not met:
            met.append(True)
            waiting.release()
        time.sleep(seconds)

    met: list[bool] = []
    _cache.time = types.SimpleNamespace(time=time.time, monotonic=lambda: 0.0, sleep=pause)  # a fork: nobody else sees it
    results.put(JobCache(directory).get_or_create("token", ["a"], create))


def test_parallel_processes_ask_once(directory: pathlib.Path, tmp_path: pathlib.Path) -> None:
    """One asks, and is not done before all others wait for it."""
    context = multiprocessing.get_context("fork")
    results = context.Queue()
    waiting = context.Semaphore(0)
    log = tmp_path / "calls"
    workers = [context.Process(target=_ask, args=(str(directory), str(log), results, waiting)) for _number in range(_WORKERS)]
    for worker in workers:
        worker.start()
    answers = [results.get() for _worker in workers]
    for worker in workers:
        worker.join()
    assert log.read_text() == "x"
    assert len({value for value, _from_cache in answers}) == 1
    assert sorted(from_cache for _value, from_cache in answers) == [False] + [True] * 5


def _hold(directory: str, ready: t.Any) -> None:
    def create() -> Made:
        ready.set()
        threading.Event().wait()
        return "late", None

    JobCache(directory).get_or_create("token", ["a"], create)


@pytest.mark.parametrize(("killed", "waited"), [(True, 0.0), (False, 10.0)])
def test_a_killed_or_stuck_holder_stops_nobody(directory: pathlib.Path, monkeypatch: pytest.MonkeyPatch, killed: bool, waited: float) -> None:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    holder = context.Process(target=_hold, args=(str(directory), ready))
    holder.start()
    ready.wait()
    clock = OwnClock()
    monkeypatch.setattr(_cache, "time", types.SimpleNamespace(time=time.time, monotonic=clock.now, sleep=clock.sleep))
    try:
        if killed:
            holder.kill()
            holder.join()
        cache = JobCache(str(directory), lock_timeout=10)
        assert cache.get_or_create("token", ["a"], Creator("mine")) == ("mine", False)
        assert clock.now() == pytest.approx(waited, abs=0.1)
    finally:
        holder.kill()
        holder.join()


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


def test_what_killed_jobs_left_is_removed(temporary: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    prefix = f"tenantkit-{os.geteuid()}-"
    killed, open_one = (temporary / f"{prefix}{number}-{'0' * 32}" for number in (1, 2))
    target, other = temporary / "target", temporary / f"tenantkit-{os.geteuid() + 1}-3-{'0' * 32}"
    linked = temporary / f"{prefix}4-{'0' * 32}"
    for path in (killed, target, other):
        path.mkdir(mode=0o700)
        (path / "file").write_text("x")
    (killed / "link").symlink_to(target / "file")
    open_one.mkdir(mode=0o755)
    linked.symlink_to(target)
    remove_stale()
    assert not killed.exists()
    assert open_one.exists() and linked.is_symlink()
    assert (target / "file").exists() and (other / "file").exists()


@pytest.mark.parametrize(("age", "stays"), [(25 * 3600, False), (60, True)])
def test_without_locks_a_day_has_to_pass(temporary: pathlib.Path, monkeypatch: pytest.MonkeyPatch, age: float, stays: bool) -> None:
    def no_locks(*_arguments: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(_cache.fcntl, "flock", no_locks)
    path = temporary / f"tenantkit-{os.geteuid()}-1-{'0' * 32}"
    path.mkdir(mode=0o700)
    remove_stale(now=path.stat().st_mtime + age)
    assert path.exists() == stays
    start_job({})
    assert len(list(temporary.iterdir())) == stays  # the job goes on without a directory until something is kept


_JOB = """
import os, sys, tempfile
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache, start_job
environ = {}
start_job(environ)
JobCache.from_environ(environ).put("token", ["a"], "a live token", None)
if sys.argv[1] == "worker" and os.fork():
    os.wait()
print(os.getpid(), flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("what", ["parent", "worker"])
def test_a_killed_job_leaves_no_token(temporary: pathlib.Path, what: str) -> None:
    """Really killed. As long as the job, or a worker of it, is at work its directory stays."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, "-c", _JOB, what], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdin is not None and job.stdout is not None
        last = int(job.stdout.readline())
        (folder,) = temporary.iterdir()
        assert len(list(folder.iterdir())) == 1
        remove_stale()
        assert folder.exists()
        job.kill()
        job.wait()
        if what == "worker":
            remove_stale()
            assert folder.exists()
            os.kill(last, signal.SIGKILL)
        assert job.stdout.read() == ""  # whoever had the other end is gone
    environ = {}
    start_job(environ)
    assert [path.name for path in temporary.iterdir()] == [f"tenantkit-{os.geteuid()}-{environ['TENANTKIT_JOB_ID']}"]
    cleanup(environ)


def test_a_note_takes_the_place_of_the_one_before(cache: JobCache, directory: pathlib.Path) -> None:
    assert cache.get("left", ["a"]) is None
    cache.put("left", ["a"], {"n": 1}, None)
    cache.put("left", ["a"], {"n": 2}, None)
    assert (cache.get("left", ["a"]), cache.get("left", ["b"])) == ({"n": 2}, None)
    assert stat.S_IMODE(entry(directory, "left").stat().st_mode) == 0o600
    cache.drop("left", ["a"])
    assert cache.get("left", ["a"]) is None


def test_a_note_has_an_end(directory: pathlib.Path) -> None:
    now = [100.0]
    cache = JobCache(str(directory), clock=lambda: now[0])
    cache.put("left", ["a"], "value", 160.0)
    now[0] = 159.9
    assert cache.get("left", ["a"]) == "value"
    now[0] = 160.0
    assert cache.get("left", ["a"]) is None


def test_without_a_directory_nothing_is_noted() -> None:
    cache = JobCache(None)
    cache.put("left", ["a"], "value", None)
    assert cache.get("left", ["a"]) is None


def test_a_note_that_others_could_have_written_does_not_count(cache: JobCache, directory: pathlib.Path) -> None:
    cache.put("left", ["a"], "value", None)
    entry(directory, "left").chmod(0o666)
    assert cache.get("left", ["a"]) is None
