# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that stops a run for good in the middle of writing a vault file, for tests that kill it there.

It is loaded before ansible-core forks its workers, so that what it does to the module os holds in them too.
"""

from __future__ import annotations

import os
import signal
import time

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: hold
type: notification
short_description: Stops in the middle of writing a vault file
description:
  - At the step of E(HOLD_AT) it ends the process E(HOLD_PID) and waits.
requirements: []
"""
MARK = ".tkc-"  # of the names of files that are not whole yet


def _hold():
    os.kill(int(os.environ["HOLD_PID"]), signal.SIGTERM)
    time.sleep(600)


class CallbackModule(CallbackBase):
    """Patches what a file is written with."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "hold"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        point, fsync, replace = os.environ["HOLD_AT"], os.fsync, os.replace

        def held_fsync(descriptor):
            name, size = os.readlink(f"/proc/self/fd/{descriptor}"), os.fstat(descriptor).st_size
            # An empty one only tries whether it could be written.
            if MARK in name and size and point in ("half", "written"):
                if point == "half":
                    os.ftruncate(descriptor, size // 2)
                _hold()
            fsync(descriptor)

        def held_replace(source, target, **more):
            ours = MARK in str(source)
            if ours and point == "synced":
                _hold()
            replace(source, target, **more)
            if ours and point == "replaced":
                _hold()

        os.fsync, os.replace = held_fsync, held_replace
