# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hosts of one job that mean the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import TenantGuardError
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.claims import check_contested, claim, collect_from_hosts

CONTOSO, FABRIKAM = "2f4c9a1e-6d3c-4a0e-9a54-3f1c9f3f1f10", "9d0e1f2a-3b4c-4d5e-8f60-718293a4b5c6"
WHAT, LABEL = "workspace365:contoso.workspace365.net:sales", "environment 'sales' of contoso.workspace365.net"


@pytest.fixture(name="cache")
def job_cache(tmp_path: Path) -> JobCache:
    tmp_path.chmod(0o700)
    return JobCache(str(tmp_path))


def test_a_host_may_claim_again(cache: JobCache) -> None:
    for _look in range(2):
        claim(cache, WHAT, LABEL, "contoso", CONTOSO)
    check_contested(cache, CONTOSO)


def test_the_second_host_fails_at_once_and_the_first_before_its_next_write(cache: JobCache) -> None:
    claim(cache, WHAT, LABEL, "contoso", CONTOSO)
    with pytest.raises(TenantGuardError, match="The hosts contoso and fabrikam of this run have the same target: environment 'sales'") as second:
        claim(cache, WHAT, LABEL, "fabrikam", FABRIKAM)
    assert second.value.code == "duplicate_target"
    for tenant in (CONTOSO, FABRIKAM):
        with pytest.raises(TenantGuardError, match="contoso and fabrikam"):
            check_contested(cache, tenant)


def test_others_go_on(cache: JobCache) -> None:
    claim(cache, WHAT, LABEL, "contoso", CONTOSO)
    claim(cache, f"{WHAT}-other", LABEL, "fabrikam", FABRIKAM)
    for tenant in (CONTOSO, FABRIKAM):
        check_contested(cache, tenant)


def test_without_a_job_no_other_host_can_collide() -> None:
    claim(JobCache(None), WHAT, LABEL, "contoso", CONTOSO)
    claim(JobCache(None), WHAT, LABEL, "fabrikam", FABRIKAM)
    check_contested(JobCache(None), CONTOSO)


def test_what_hosts_leave_is_gathered_once_each(cache: JobCache) -> None:
    for entry in (["a"], ["b"], ["a"]):
        found = collect_from_hosts(cache, "workspaces", entry)
    assert sorted(found) == [["a"], ["b"]]
