# SPDX-License-Identifier: GPL-3.0-or-later
"""What this job made is known to its later tasks, and to nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.recently_created import RecentlyCreated
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache

APP = {"id": "0b6ff7f5-57a9-4f0a-8c4e-6f3f0a5f9d22", "appId": "7A9C5A0E-2f0f-4a8e-9a57-0e6a3b7f3c11", "uniqueName": "o'neil/1"}
PATHS = (
    f"/applications/{APP['id']}",
    f"/applications/{APP['id']}/owners?$top=9",
    f"/applications(appId='{APP['appId'].lower()}')",
    f"applications(appId='{APP['appId']}')?$select=id",
    "/applications(uniqueName='o''neil%2F1')/addPassword",
)


@pytest.fixture
def cache(tmp_path: Path) -> JobCache:
    return JobCache.from_environ({"TENANTKIT_JOB_DIR": str(tmp_path / "job")})


@pytest.mark.parametrize("path", PATHS)
def test_a_later_task_knows_it_by_every_key(cache: JobCache, path: str) -> None:
    RecentlyCreated(cache, "tenant").note("/applications(uniqueName='o''neil%2F1')", APP)
    assert RecentlyCreated(cache, "tenant").names(path)
    assert not RecentlyCreated(cache, "another tenant").names(path)
    assert not RecentlyCreated(cache, "tenant").names(path.replace("applications", "servicePrincipals"))


def test_what_was_deleted_is_not_waited_for(cache: JobCache) -> None:
    made = RecentlyCreated(cache, "tenant")
    made.note("/applications", APP)
    made.note("/servicePrincipals", {"id": "5e00376d-6ea0-4d34-87a9-9c9f109f288e", "appId": APP["appId"]})
    made.forget(f"/applications/{APP['id']}")
    assert not any(made.names(path) for path in PATHS)
    assert not made.names(f"/servicePrincipals(appId='{APP['appId']}')")


def test_other_objects_and_the_past_do_not_count(cache: JobCache) -> None:
    made = RecentlyCreated(cache, "tenant")
    made.note("/oauth2PermissionGrants", {"id": "x"})
    assert not made.names("/oauth2PermissionGrants/x")
    assert not made.names(PATHS[0])
    RecentlyCreated(cache, "tenant", clock=lambda: 0.0).note("/applications", APP)
    assert not made.names(PATHS[0])
    assert not RecentlyCreated(JobCache.from_environ({}), "tenant").names(PATHS[0])
