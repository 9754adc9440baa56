# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""A private file that is made once: it appears whole, for its owner alone, and what is there already is never replaced."""

from __future__ import annotations

import contextlib
import os
import stat
import uuid

from ._errors import ConnectorError

_MODE = 0o600
_LARGEST = 1024 * 1024  # bytes
_MARK = ".tkc-"  # begins the name of a file that is not whole yet


class NewFileError(ConnectorError):
    """The file is in the way, or cannot be read or made."""


class NewFile:
    """One file. A symbolic link is not followed where it should be."""

    def __init__(self, path: str) -> None:
        self.path = os.path.abspath(os.path.expanduser(path))

    def read(self) -> bytes | None:
        """Its content; None when it does not exist. Raises NewFileError when it cannot be read, is no plain file, or is open to others."""
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._error("cannot be read", error) from None
        try:
            mode = os.fstat(descriptor).st_mode
            if not stat.S_ISREG(mode):
                raise NewFileError(f"{self.path} is no plain file.", code="file_in_the_way", outcome="refused", advice="Name another file.")
            if stat.S_IMODE(mode) & 0o077:
                raise NewFileError(
                    f"{self.path} may be read by other users (mode {stat.S_IMODE(mode):04o}), so that what it holds may be known to them.",
                    code="file_open_to_others",
                    outcome="refused",
                    advice="Name a file that is not there yet, or set the mode of this one to 0600 if only you have had access to it.",
                )
            return os.read(descriptor, _LARGEST)
        finally:
            os.close(descriptor)

    def create(self, data: bytes) -> None:
        """Make it. When this returns, the content is on the disk under its name. Raises NewFileError, also where a file of the name is there already."""
        directory, name = os.path.split(self.path)
        temporary = os.path.join(directory, f"{_MARK}{name}.{uuid.uuid4().hex}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    os.fchmod(file.fileno(), _MODE)  # whatever the umask is
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.link(temporary, self.path)  # which fails where the name is taken, unlike a rename
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)
        except FileExistsError:
            raise NewFileError(f"{self.path} is there already, and is not overwritten.", code="file_in_the_way", outcome="refused") from None
        except OSError as error:
            raise self._error("cannot be made", error) from None
        with contextlib.suppress(OSError):  # not every file system can
            descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def discard(self) -> None:
        """Remove what this task has made."""
        with contextlib.suppress(OSError):
            os.unlink(self.path)

    def _error(self, what: str, error: OSError) -> NewFileError:
        return NewFileError(
            f"{self.path} {what}: {error.strerror or error}.",
            code="file",
            outcome="refused",
            advice="It has to be a plain file in a directory that exists, is on a file system with hard links, and belongs to the user who runs Ansible.",
        )
