# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What tells both ways of execution that they belong to one task of one job.

A module process cannot see the variables of the process that started it, so the same three facts travel in its
environment. In a worker they are laid over a copy of the environment: an engine finds them in one place, whichever way it
runs, and nothing leaks into an ansible-playbook that some other task starts.
"""

from __future__ import annotations

import os

from ansible_collections.tenantkit.connectors.plugins.module_utils._cache import JOB_ID_VARIABLE, JobCache, start_job
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import DEADLINE_VARIABLE, HOST_VARIABLE

# Made where the action is imported: once, in the parent. Every fork inherits it, so that it names the job.
JOB_ID = start_job()


def task_context(host: str, deadline: float | None, *, share_cache: bool) -> dict[str, str]:
    """The environment variables of one task. All are always set, so that a stale value from outside never counts.

    Without ``share_cache`` the task has no cache: on another machine, or as another user, it would leave tokens behind that
    this process cannot remove when the job ends.
    """
    return {
        JOB_ID_VARIABLE: JOB_ID if share_cache else "",
        HOST_VARIABLE: host,
        DEADLINE_VARIABLE: "" if deadline is None else f"{deadline:.3f}",
    }


def job_cache(host: str) -> JobCache:
    """The cache of this job, for an action that looks at the other hosts before its module runs."""
    return JobCache.from_environ({**os.environ, **task_context(host, None, share_cache=True)})
