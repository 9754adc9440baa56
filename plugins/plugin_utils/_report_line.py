# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""One line at the bottom of a terminal that is written anew, while everything else goes on above it."""

from __future__ import annotations

import os
import shutil
import sys
import typing as t

CLEAR = "\r\x1b[K"


class TerminalLine:
    """Lays itself over the display, so that the line is taken away before anything else is printed. Workers, which print nothing themselves, see none of it."""

    def __init__(self, screen: t.Any, write: t.Callable[[str], object] | None = None, width: t.Callable[[], int] | None = None) -> None:
        """``write`` and ``width`` are for unit tests."""
        self._screen = screen
        self._write = write or sys.stdout.write
        self._width = width or (lambda: shutil.get_terminal_size().columns)
        self._process = os.getpid()
        self._shown = False
        self._display = screen.display
        screen.display = self._displayed

    def show(self, text: str) -> None:
        """Write the line anew, in the width that there is."""
        self._write(f"{CLEAR}{text[: max(1, self._width() - 1)]}")
        sys.stdout.flush()
        self._shown = True

    def end(self) -> None:
        """Take the line away, and the display is as it was."""
        self._clear()
        self._screen.display = self._display

    def _displayed(self, *args: t.Any, **more: t.Any) -> t.Any:
        self._clear()
        return self._display(*args, **more)

    def _clear(self) -> None:
        if self._shown and os.getpid() == self._process:
            self._write(CLEAR)
            self._shown = False
