# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What tells both ways of execution that they belong to one task of one job.

A module process cannot see the variables of the process that started it, so the same four facts travel in its
environment. In a worker they are laid over a copy of the environment: an engine finds them in one place, whichever way it
runs, and nothing leaks into an ansible-playbook that some other task starts.
"""

from __future__ import annotations

import os

from ..module_utils._declaration import DEADLINE_VARIABLE, HOST_VARIABLE, NEEDS_VARIABLE
from ..module_utils._job.cache import JOB_ID_VARIABLE, JobCache, start_job

# Made where the action is imported: once, in the parent. Every fork inherits it, so that it names the job.
JOB_ID = start_job()


def task_context(host: str, deadline: float | None, *, share_cache: bool, needs: str = "") -> dict[str, str]:
    """The environment variables of one task. All are always set, so that a stale value from outside never counts.

    Without ``share_cache`` the task has no cache: on another machine, or as another user, it would leave tokens behind that
    this process cannot remove when the job ends. ``needs`` are the permissions that the README of the role documents for the task, with commas.
    """
    return {
        JOB_ID_VARIABLE: JOB_ID if share_cache else "",
        HOST_VARIABLE: host,
        NEEDS_VARIABLE: needs,
        DEADLINE_VARIABLE: "" if deadline is None else f"{deadline:.3f}",
    }


def job_cache(host: str) -> JobCache:
    """The cache of this job, for an action that looks at the other hosts before its module runs."""
    return JobCache.from_environ({**os.environ, **task_context(host, None, share_cache=True)})
