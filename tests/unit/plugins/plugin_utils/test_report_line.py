# SPDX-License-Identifier: GPL-3.0-or-later
"""One line at the bottom of a terminal."""

from __future__ import annotations

import os

from ansible_collections.tenantkit.connectors.plugins.plugin_utils._report_line import CLEAR, TerminalLine


class Screen:
    def __init__(self, written):
        self.written = written

    def display(self, msg, color=None):
        self.written.append(f"{msg}\n")
        return color


def test_the_line_is_taken_away_before_anything_else_is_printed():
    written = []
    screen = Screen(written)
    line = TerminalLine(screen, write=written.append, width=lambda: 20)
    screen.display("before")
    line.show("1 of 3")
    line.show("2 of 3 tenants, and more than fits")
    assert screen.display("TASK", color="red") == "red"
    screen.display("more")
    line.show("3 of 3")
    line.end()
    screen.display("after")
    assert written == ["before\n", f"{CLEAR}1 of 3", f"{CLEAR}2 of 3 tenants, and", CLEAR, "TASK\n", "more\n", f"{CLEAR}3 of 3", CLEAR, "after\n"]


def test_a_worker_does_not_touch_the_terminal(monkeypatch):
    written = []
    screen = Screen(written)
    line = TerminalLine(screen, write=written.append, width=lambda: 80)
    line.show("1 of 3")
    monkeypatch.setattr(os, "getpid", lambda: -1)
    screen.display("from a worker")
    assert written == [f"{CLEAR}1 of 3", "from a worker\n"]
