# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Files of a report: each appears whole or not at all, so that a run that is killed leaves the one before."""

from __future__ import annotations

import os
import uuid


def write_whole(path: str, text: str) -> None:
    """Replace a file in one step; its directory is made. Raises OSError."""
    os.makedirs(os.path.dirname(os.path.abspath(os.path.expanduser(path))), exist_ok=True)
    replace_text(path, text)


def replace_text(path: str, text: str, mode: int = 0o666) -> None:
    """Replace a file in one step, in a directory that is there. ``mode`` is that of the new file, which the umask narrows. Raises OSError."""
    target = os.path.abspath(os.path.expanduser(path))
    beside = f"{target}.{uuid.uuid4().hex}.new"
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode), "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(beside, target)
    except OSError:
        if os.path.exists(beside):
            os.unlink(beside)
        raise


def read_text(path: str) -> str | None:
    """What a file holds; None where there is none. Raises OSError."""
    try:
        with open(os.path.abspath(os.path.expanduser(path)), encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return None
