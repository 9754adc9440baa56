# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a run may see only some of the hosts that there are."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._partial_run import JOB_VARIABLES, partial_run

JOB = "is a job of AWX or ansible-runner ({} is set)"


@pytest.mark.parametrize(
    ("variables", "environ", "reason"),
    [
        ({}, {}, ""),
        ({"ansible_limit": ""}, {"PATH": "/bin", "JOB_ID": ""}, ""),  # ansible-core reads an empty limit as none
        ({"ansible_limit": "contoso"}, {}, "is limited to 'contoso'"),
        ({"ansible_limit": "contoso,fabrikam", "awx_job_id": 7}, {"JOB_ID": "7"}, "is limited to 'contoso,fabrikam'"),
        ({"workspace365_hosts": "contoso"}, {}, "has only the hosts of 'workspace365_hosts'"),
        ({"rollout_hosts": "tenants"}, {}, "has only the hosts of 'rollout_hosts'"),
        ({"workato_hosts": "contoso"}, {}, ""),  # of another role's playbook
        ({"awx_job_id": 7}, {}, JOB.format("awx_job_id")),
        ({"tower_job_id": 7}, {}, JOB.format("tower_job_id")),
        ({}, {"JOB_ID": "7"}, JOB.format("JOB_ID")),
        *[({}, {name: "1"}, JOB.format(name)) for name in JOB_VARIABLES],
    ],
)
def test_the_reason(variables: dict[str, t.Any], environ: dict[str, str], reason: str) -> None:
    assert partial_run("workspace365", variables, environ) == reason
