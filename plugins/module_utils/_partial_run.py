# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whether a run may see only some of the hosts that there are. Then what its hosts have in common proves nothing about a key that they share.

Sources: https://docs.ansible.com/ansible/latest/reference_appendices/special_variables.html (C(ansible_limit)), and of https://github.com/ansible/awx
awx/main/models/unified_jobs.py (C(awx_meta_vars): C(awx_job_id), C(tower_job_id)) and awx/main/tasks.py (C(JOB_ID) in the environment); read 2026-11.
"""

from __future__ import annotations

import typing as t

# Under this name the functions of the roles find the answer beside the variables of a host.
PARTIAL_RUN = "partial_run"
# Set by ansible-runner, and with it by AWX and Automation Platform, in every job.
JOB_VARIABLES = ("AWX_PRIVATE_DATA_DIR", "AWX_ISOLATED_DATA_DIR", "RUNNER_OMIT_EVENTS", "RUNNER_ONLY_FAILED_EVENTS")
_MORE_JOB_VARIABLES = ("JOB_ID",)  # of AWX alone
_JOB_FACTS = ("awx_job_id", "tower_job_id")


def partial_run(role: str, variables: t.Mapping[str, t.Any], environ: t.Mapping[str, str]) -> str:
    """Why a run of ``role`` may see only some hosts, as the end of a sentence that begins with "this run"; empty where nothing says so.

    ``variables`` are those of the host, Ansible's own among them, ``environ`` the environment of the controller.
    """
    limit = variables.get("ansible_limit")
    if limit:
        return f"is limited to '{limit}'"
    for name in (f"{role}_hosts", "rollout_hosts"):  # the pattern of hosts that this collection's playbooks take
        if variables.get(name):
            return f"has only the hosts of '{name}'"
    found = next((name for name in _JOB_FACTS if variables.get(name)), None)
    found = found or next((name for name in (*JOB_VARIABLES, *_MORE_JOB_VARIABLES) if environ.get(name)), None)
    return f"is a job of AWX or ansible-runner ({found} is set)" if found else ""
