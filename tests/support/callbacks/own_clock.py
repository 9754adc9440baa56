# SPDX-License-Identifier: GPL-3.0-or-later
"""A callback that gives the time budget of each task a clock that only its own waits move.

It is loaded before ansible-core forks its workers, so that what it does to the collection holds in them too. Module processes are beyond its reach.
"""

from __future__ import annotations

import os
import pathlib
import runpy

import requests
from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: own_clock
type: notification
short_description: Waits of the collection take no time
description:
  - A request whose URL holds the regular expression E(OWN_CLOCK_IMPATIENT) is given up soon, as if its time were over.
requirements: []
"""


class CallbackModule(CallbackBase):
    """Patches the clock of the budget, and what a session waits for."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "own_clock"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self):
        super().__init__()
        from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget

        waiting = runpy.run_path(str(pathlib.Path(__file__).parents[1] / "waiting.py"))
        clock = waiting["OwnClock"]()
        Budget.__init__.__defaults__ = (clock.now, clock.sleep)
        requests.Session.send = waiting["patient"](requests.Session.send, os.environ.get("OWN_CLOCK_IMPATIENT", ""))
