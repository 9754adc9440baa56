# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A file that appears whole or not at all, is on the disk when that was said, and is read back before it counts."""

from __future__ import annotations

import contextlib
import os
import stat
import uuid

from .._errors import ConnectorError

MODE = 0o600
_DIRECTORY_MODE = 0o700
_LARGEST = 1024 * 1024  # bytes
_MARK = ".tkc-"


class FileError(ConnectorError):
    """Something is wrong with the file or its directory."""


class PrivateFile:
    """One file of a credential. Symbolic links are not followed where the file should be."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.directory, self.name = os.path.split(path)

    def read(self) -> tuple[bytes, int] | None:
        """Its content and mode; None when it does not exist. Raises FileError when it cannot be read, or is not a plain file."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise self._error("read", error) from None
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise FileError(f"{self.path} is no file.", code="vault_file", outcome="refused", advice="Choose another directory.")
            with os.fdopen(descriptor, "rb", closefd=False) as file:
                return file.read(_LARGEST), stat.S_IMODE(mode)
        except OSError as error:
            raise self._error("read", error) from None
        finally:
            os.close(descriptor)

    def check_writable(self, *, only_look: bool, advice: str, doing: str = "written") -> None:
        """Fail now rather than when there is something to lose: try to make a file where it will be, or only look at the permissions.

        Raises FileError when nothing can be written there.
        """
        place = self.directory
        while not os.path.isdir(place) and not os.path.lexists(place) and os.path.dirname(place) != place:
            place = os.path.dirname(place)
        if not os.path.isdir(place) or not os.access(place, os.W_OK | os.X_OK):
            raise FileError(
                f"{self.path} cannot be {doing}: {place} is {'not writable' if os.path.isdir(place) else 'no directory'}.",
                code="vault_file_not_writable",
                outcome="refused",
                advice=advice,
            )
        if not only_look:
            self._discard(self._write_beside(b"", place))

    def write(self, data: bytes) -> None:
        """Replace it in one step. When this returns, the content is on the disk under its name."""
        try:
            os.makedirs(self.directory, mode=_DIRECTORY_MODE, exist_ok=True)
        except OSError as error:
            raise self._error("write", error) from None
        self._sweep()
        temporary = self._write_beside(data, self.directory)
        try:
            os.replace(temporary, self.path)
        except OSError as error:
            self._discard(temporary)
            raise self._error("write", error) from None
        self._sync_directory()

    def remove(self) -> None:
        """Remove it; fine when it is gone already."""
        try:
            os.unlink(self.path)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._error("remove", error) from None
        self._sync_directory()

    def _write_beside(self, data: bytes, directory: str) -> str:
        temporary = os.path.join(directory, f"{_MARK}{self.name}.{uuid.uuid4().hex}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, MODE)
        except OSError as error:
            raise self._error("write", error) from None
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(file.fileno(), MODE)  # whatever the umask is
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self._discard(temporary)
            raise self._error("write", error) from None
        return temporary

    def _sweep(self) -> None:
        """Remove what a killed run left half-written. It is encrypted, too."""
        with contextlib.suppress(OSError):
            for name in os.listdir(self.directory):
                if name.startswith(f"{_MARK}{self.name}."):
                    self._discard(os.path.join(self.directory, name))

    def _sync_directory(self) -> None:
        with contextlib.suppress(OSError):  # not every file system can
            descriptor = os.open(self.directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    @staticmethod
    def _discard(path: str) -> None:
        with contextlib.suppress(OSError):
            os.unlink(path)

    def _error(self, verb: str, error: OSError) -> FileError:
        return FileError(
            f"Could not {verb} {self.path}: {error.strerror or error}.",
            code="vault_file",
            outcome="refused",
            advice="The file has to be a plain file (no symbolic link) in a directory that the user who runs Ansible may write to.",
        )
