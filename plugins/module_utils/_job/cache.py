# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A private cache that lives as long as one ansible-playbook process: tokens, permission lists, guard results.

It saves requests and nothing else: whatever is wrong with the directory, a file or a lock, the value is made anew and the
task goes on. Every access goes through a descriptor of the directory, so that a path cannot be replaced meanwhile.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import hmac
import json
import os
import re
import stat
import tempfile
import time
import typing as t
import uuid

from .._clock import machine_time

try:
    import fcntl
except ImportError:  # only for imports on other platforms; the cache is off there
    fcntl = None  # type: ignore[assignment]

JOB_ID_VARIABLE = "TENANTKIT_JOB_ID"
JOB_DIR_VARIABLE = "TENANTKIT_JOB_DIR"

_JOB_ID = re.compile(r"[0-9A-Za-z-]{16,64}")
_OWN_JOB_ID = re.compile(r"(?P<pid>[0-9]{1,10})-[0-9a-f]{32}")
_KIND = re.compile(r"[a-z][a-z0-9_]{0,30}")
_VERSION = 1
_LARGEST = 32 * 1024 * 1024  # bytes; the longest permission list is about 2 MB
_STALE_AFTER = 24 * 3600.0  # seconds; only where the file system has no locks
_PRIVATE_FILE = 0o600
_PRIVATE_DIRECTORY = 0o700

# Descriptors of the directories of this process's own jobs, each with its lock. The lock ends with the last process that has inherited it, however that
# ends, so a worker that outlives its parent keeps its directory.
_held: list[int] = []

V = t.TypeVar("V")


class JobCache:
    """Values by kind and key, shared by all processes of one job.

    ``directory`` None means: no cache, every value is made anew.
    """

    def __init__(
        self,
        directory: str | None,
        *,
        salt: str = "",
        clock: t.Callable[[], float] = machine_time,
        lock_timeout: float = 60.0,
    ) -> None:
        self.directory = directory if fcntl is not None else None
        self.problem: str | None = None  # why a directory that was asked for is not used
        self._salt = salt.encode()
        self._clock = clock
        self._lock_timeout = lock_timeout

    @classmethod
    def from_environ(cls, environ: t.Mapping[str, str]) -> JobCache:
        """The cache of this job, or one that keeps nothing when no job is known (a module process of its own)."""
        job_id = environ.get(JOB_ID_VARIABLE) or ""
        if _JOB_ID.fullmatch(job_id) is None:
            job_id = ""
        given = environ.get(JOB_DIR_VARIABLE)
        if given:
            return cls(os.path.abspath(os.path.expanduser(given)), salt=job_id)
        return cls(_directory_of(job_id) if job_id else None, salt=job_id)

    def get_or_create(
        self,
        kind: str,
        key_parts: t.Sequence[str],
        create: t.Callable[[], tuple[V, float | None]],
        *,
        reject: t.Callable[[V], bool] | None = None,
    ) -> tuple[V, bool]:
        """The cached value, or the one that ``create`` returns with the time (epoch seconds) until which it may be used.

        Of several processes one creates, the others wait for its result. ``reject`` refuses a cached value that turned out to
        be bad; a newer one, made by another process in the meantime, is taken. Values are plain JSON. Returns (value, from_cache).
        """
        name = self._name(kind, key_parts)
        directory = self._open_directory()
        if directory is None:
            return create()[0], False
        try:
            found = self._read(directory, name, reject)
            if found is not None:
                return t.cast(V, found[0]), True
            lock = self._lock(directory, name)
            if lock is None:
                return create()[0], False
            try:
                found = self._read(directory, name, reject)
                if found is not None:
                    return t.cast(V, found[0]), True
                value, expires_at = create()
                self._write(directory, name, value, expires_at)
                return value, False
            finally:
                os.close(lock)  # releases it
        finally:
            os.close(directory)

    def get(self, kind: str, key_parts: t.Sequence[str]) -> t.Any:
        """The cached value, None where there is none. For notes of one host, which nothing waits for: without a lock."""
        directory = self._open_directory()
        if directory is None:
            return None
        try:
            found = self._read(directory, self._name(kind, key_parts), None)
            return found[0] if found is not None else None
        finally:
            os.close(directory)

    def put(self, kind: str, key_parts: t.Sequence[str], value: t.Any, expires_at: float | None) -> None:
        """Keep a value in place of the one before, until ``expires_at`` (epoch seconds). The last one to write wins."""
        directory = self._open_directory()
        if directory is None:
            return
        try:
            self._write(directory, self._name(kind, key_parts), value, expires_at)
        finally:
            os.close(directory)

    def drop(self, kind: str, key_parts: t.Sequence[str]) -> None:
        """Forget one value."""
        directory = self._open_directory()
        if directory is None:
            return
        try:
            _unlink(directory, self._name(kind, key_parts))
        finally:
            os.close(directory)

    def _name(self, kind: str, key_parts: t.Sequence[str]) -> str:
        if _KIND.fullmatch(kind) is None:
            raise ValueError(f"not a kind of cached value: {kind!r}")
        # JSON, so that ("ab", "c") and ("a", "bc") differ; salted, so that a name cannot be compared with a guessed secret.
        text = json.dumps([kind, *key_parts])
        return f"{kind}-{hmac.new(self._salt, text.encode(), hashlib.sha256).hexdigest()}.json"

    def _open_directory(self) -> int | None:
        if self.directory is None:
            return None
        try:
            return _open_private_directory(self.directory, create=True)
        except OSError as error:
            self.problem = f"The job's cache directory {self.directory} is not used: {error.strerror or error}."
            self.directory = None
            return None

    def _read(self, directory: int, name: str, reject: t.Callable[[t.Any], bool] | None) -> tuple[t.Any] | None:
        """The value in a tuple, since None may be a value."""
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=directory)
        except OSError:
            return None
        if not _is_ours(os.fstat(descriptor)):
            os.close(descriptor)
            return None
        with os.fdopen(descriptor, "rb") as file:
            try:
                content = json.loads(file.read(_LARGEST + 1))
            except (OSError, ValueError, RecursionError):
                return None
        if not isinstance(content, dict) or content.get("version") != _VERSION or content.get("name") != name or "value" not in content:
            return None
        expires_at = content.get("expires_at")
        if expires_at is not None and not (isinstance(expires_at, (int, float)) and expires_at > self._clock()):
            return None
        value = content["value"]
        try:
            refused = reject is not None and reject(value)
        except (TypeError, KeyError, AttributeError, ValueError):
            refused = True  # not the shape the caller once stored
        return None if refused else (value,)

    def _write(self, directory: int, name: str, value: t.Any, expires_at: float | None) -> None:
        data = json.dumps({"version": _VERSION, "name": name, "expires_at": expires_at, "value": value}).encode()
        if len(data) > _LARGEST:
            return
        temporary = f".{name}.{uuid.uuid4().hex}"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _PRIVATE_FILE, dir_fd=directory)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            os.replace(temporary, name, src_dir_fd=directory, dst_dir_fd=directory)
        except OSError:
            _unlink(directory, temporary)  # a full disk, a directory of that name: the value is valid nevertheless

    def _lock(self, directory: int, name: str) -> int | None:
        """An exclusive lock for one key, or None when it is not to be had: better a second request than no answer."""
        lock_name = f"{name}.lock"
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = -1
        for attempt in range(2):
            try:
                descriptor = os.open(lock_name, flags, _PRIVATE_FILE, dir_fd=directory)
            except OSError:
                descriptor = -1
            if descriptor >= 0 and _is_ours(os.fstat(descriptor)):
                break
            if descriptor >= 0:
                os.close(descriptor)
                descriptor = -1
            if attempt == 0:
                _unlink(directory, lock_name)  # a symlink or a pipe of unknown origin; the directory belongs to this user alone
        if descriptor < 0:
            return None
        give_up = time.monotonic() + self._lock_timeout
        pause = 0.005
        # A loop of its own: a lock is held for milliseconds and is not worth the task's budget.
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return descriptor
            except OSError:
                if time.monotonic() + pause > give_up:
                    os.close(descriptor)
                    return None
            time.sleep(pause)
            pause = min(0.1, pause * 1.5)


def start_job(environ: t.MutableMapping[str, str] | None = None) -> str:
    """Give this ansible-playbook process its job id, unless it has one; call where the action plugin is imported.

    A worker that imports anew keeps its parent's id. A playbook started by a playbook is a job of its own. What killed jobs left behind is
    removed, and this job's directory at exit, by the process that made the id only.
    """
    variables: t.MutableMapping[str, str] = os.environ if environ is None else environ
    known = _OWN_JOB_ID.fullmatch(variables.get(JOB_ID_VARIABLE) or "")
    if known is not None and int(known["pid"]) in (os.getpid(), os.getppid()):
        return known[0]
    job_id = f"{os.getpid()}-{uuid.uuid4().hex}"
    variables[JOB_ID_VARIABLE] = job_id
    atexit.register(cleanup, dict(variables), os.getpid())
    remove_stale()
    if not variables.get(JOB_DIR_VARIABLE):
        _hold(_directory_of(job_id))
    return job_id


def _hold(path: str) -> None:
    """Make the directory and keep its lock as long as this process lives. It gets its name when it is locked: no moment shows it without."""
    if fcntl is None:
        return
    hidden = os.path.join(os.path.dirname(path), f".{os.path.basename(path)}")
    try:
        descriptor = _open_private_directory(hidden, create=True)
    except OSError:
        return  # no place for files: every value is made anew
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.rename(hidden, path)
    except OSError:
        os.close(descriptor)
        with contextlib.suppress(OSError):
            os.rmdir(hidden)
        return
    _held.append(descriptor)


def cleanup(environ: t.Mapping[str, str] | None = None, pid: int | None = None) -> None:
    """Remove what this job cached; a courtesy, since a killed process does not come here. Never raises.

    Does nothing in another process than ``pid``: workers are forks and inherit the exit handlers.
    """
    if pid is not None and pid != os.getpid():
        return
    variables = os.environ if environ is None else environ
    job_id = variables.get(JOB_ID_VARIABLE) or ""
    if variables.get(JOB_DIR_VARIABLE):
        return  # a directory given by the user stays
    if _JOB_ID.fullmatch(job_id):
        _remove(_directory_of(job_id))
        while _held:
            os.close(_held.pop())


def remove_stale(older_than: float = _STALE_AFTER, now: float | None = None) -> None:
    """Remove the directories that killed jobs of this user left behind: those whose lock no process holds. Never raises.

    Where the file system has no locks, those older than ``older_than`` seconds.
    """
    if fcntl is None:
        return
    limit = (machine_time() if now is None else now) - older_than
    root = tempfile.gettempdir()
    prefix = _prefix()
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(prefix) and _JOB_ID.fullmatch(entry.name[len(prefix) :])]
    except OSError:
        return
    for name in names:
        _remove(os.path.join(root, name), unless_used_since=limit)


def _prefix() -> str:
    return f"tenantkit-{os.geteuid()}-"


def _directory_of(job_id: str) -> str:
    return os.path.join(tempfile.gettempdir(), _prefix() + job_id)


def _open_private_directory(path: str, *, create: bool) -> int:
    """A descriptor of a directory that is ours and only ours; OSError with a reason otherwise."""
    if create:
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, _PRIVATE_DIRECTORY)
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    status = os.fstat(descriptor)
    problem = None
    if status.st_uid != os.geteuid():
        problem = "it belongs to another user"
    elif stat.S_IMODE(status.st_mode) & 0o077:
        problem = "other users have access to it (mode 0700 is needed)"
    if problem:
        os.close(descriptor)
        raise PermissionError(0, problem)
    return descriptor


def _is_ours(status: os.stat_result) -> bool:
    """A regular file of ours, under one name, that no other user can read or write."""
    return (
        stat.S_ISREG(status.st_mode)
        and status.st_uid == os.geteuid()
        and status.st_nlink == 1
        and not stat.S_IMODE(status.st_mode) & 0o077
        and status.st_size <= _LARGEST
    )


def _unlink(directory: int, name: str) -> None:
    with contextlib.suppress(OSError):
        os.unlink(name, dir_fd=directory)


def _is_used(directory: int, limit: float) -> bool:
    """Whether a process holds the lock of a directory, or may: where there are no locks, one that was changed since ``limit``."""
    try:
        fcntl.flock(directory, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return os.fstat(directory).st_mtime >= limit
    return False


def _remove(path: str, *, unless_used_since: float | None = None) -> None:
    """Remove a job directory that is ours with the files in it; anything unexpected in it stays. With a time, one that a process uses stays, too."""
    try:
        directory = _open_private_directory(path, create=False)
    except OSError:
        return
    try:
        if unless_used_since is not None and _is_used(directory, unless_used_since):
            return
        for name in os.listdir(directory):
            _unlink(directory, name)
    except OSError:
        return
    finally:
        os.close(directory)
    with contextlib.suppress(OSError):
        os.rmdir(path)
