# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of one run that go on from each other: what they do not read again, and that they notice what others do in between."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import CREATION_TAG, fingerprint
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import Mark, marks_of
from ansible_collections.tenantkit.connectors.plugins.modules import (
    entra_admin_consent,
    entra_app,
    entra_app_permission,
    entra_managed_credential,
    entra_service_principal,
)
from support.plays import scopes_of
from tenant_emulator.testing import Emulator, JsonObject

DELIVERY = {"connector": "workspace365", "instance": "https://portal.example contoso", "authority": "https://login.windows.net/contoso.com"}
PERMISSIONS = [{"resource": "Microsoft Graph", "delegated": ["openid", "User.Read"], "application": []}]


@dataclasses.dataclass
class Run:
    """The tasks of one run."""

    emulator: Emulator
    folder: Path
    chained: bool = True

    def task(self, module: t.Any, **options: t.Any) -> Execution:
        """One task, as a module process of the run would execute it."""
        declaration: Declaration = module.DECLARATION
        identity = self.emulator.identity()
        spec = declaration.argument_spec()
        plain = {
            **{name: option.get("default") for name, option in spec.items()},
            "tenant_id": "contoso.onmicrosoft.com",
            "login_url": self.emulator.login_url,
            "graph_url": self.emulator.graph_url,
            "ca_path": self.emulator.ca_path,
            "timeout": 60,
            "chained": self.chained,
        }
        environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"], "TENANTKIT_JOB_DIR": str(self.folder)}
        return execute(declaration, {**plain, **options}, check_mode=False, environ=environ)

    def ok(self, module: t.Any, **options: t.Any) -> dict[str, t.Any]:
        """Its result."""
        outcome = self.task(module, **options)
        assert not outcome.failed, outcome.result
        return outcome.result

    def sent(self) -> list[str]:
        """What was sent to Graph since the last call, with the number of reads in a batch; not what is asked once a run."""
        found = []
        for entry in self.emulator.journal("graph"):
            path = entry["path"].partition("?")[0].rpartition("/")[2]
            if path != "organization":
                found.append(f"{entry['method']} {path.partition('(')[0]}")
        self.emulator.clear_journal()
        return found

    def issue(self, app_id: str) -> str:
        """Make a credential and mark it as pending. Returns its key id."""
        return str(self.ok(entra_managed_credential, app_id=app_id, name="sso", delivery=DELIVERY)["credential"]["key_id"])

    def confirm(self, app_id: str, key_id: str) -> Execution:
        """Say that it was delivered."""
        return self.task(entra_managed_credential, app_id=app_id, name="sso", delivery=DELIVERY, delivered_key_id=key_id)

    def stored(self, app_id: str) -> JsonObject:
        """The application in the tenant."""
        return next(item for item in self.emulator.tenant("contoso")["applications"].values() if item["appId"] == app_id)

    def marks(self, app_id: str) -> dict[str, bool]:
        """Which keys are marked, and whether as delivered."""
        return {mark.key_id: mark.delivered for mark in marks_of(self.stored(app_id)["tags"])}


@pytest.fixture
def run(emulator: Emulator, tmp_path: Path) -> Run:
    """A run that has signed in and asked what it asks once."""
    run = Run(emulator, tmp_path / "job")
    run.ok(entra_app, unique_name="first", display_name="First", permissions=PERMISSIONS)
    emulator.clear_journal()
    return run


@pytest.fixture
def app_id(run: Run) -> str:
    """An application that the run has just made, with its service principal."""
    made = str(run.ok(entra_app, unique_name="payroll", display_name="Payroll", permissions=PERMISSIONS)["app"]["app_id"])
    run.ok(entra_service_principal, app_id=made)
    run.emulator.clear_journal()
    return made


def test_what_the_run_made_is_not_read_again(run: Run) -> None:
    app_id = run.ok(entra_app, unique_name="payroll", display_name="Payroll", permissions=PERMISSIONS)["app"]["app_id"]
    assert run.sent() == ["POST $batch", "PATCH applications"]
    assert run.ok(entra_service_principal, app_id=app_id)["service_principal"]["app_id"] == app_id
    assert run.sent() == ["POST servicePrincipals"]
    assert run.ok(entra_admin_consent, app_id=app_id, permissions=PERMISSIONS)["consent"]["complete"]
    assert run.sent() == ["POST oauth2PermissionGrants"]
    key_id = run.issue(app_id)
    assert run.sent() == ["POST $batch", "POST addPassword", "POST $batch"]  # the policy of the tenant was not asked for yet
    assert not run.confirm(app_id, key_id).failed
    assert run.sent() == ["POST $batch"]
    assert run.marks(app_id) == {key_id: True}
    assert not run.ok(entra_admin_consent, app_id=app_id, permissions=PERMISSIONS)["changed"]
    assert run.sent() == ["POST $batch"]


def test_a_task_on_its_own_reads(run: Run, app_id: str) -> None:
    """Whatever the run did before: what was changed by hand meanwhile is found."""
    alone = dataclasses.replace(run, chained=False)
    (principal,) = [item for item in run.emulator.tenant("contoso")["service_principals"].values() if item["appId"] == app_id]
    run.emulator.update("contoso", "servicePrincipals", principal["id"], accountEnabled=False)
    assert alone.ok(entra_service_principal, app_id=app_id, account_enabled=True)["changed"]
    assert run.sent() == ["POST $batch", "PATCH " + principal["id"]]
    assert alone.ok(entra_admin_consent, app_id=app_id, permissions=PERMISSIONS)["changed"]
    assert run.sent() == ["POST $batch", "POST oauth2PermissionGrants"]
    key_id = alone.issue(app_id)
    run.emulator.clear_journal()
    assert not alone.confirm(app_id, key_id).failed
    assert run.sent() == ["POST $batch", "POST $batch"]


def test_another_run_knows_nothing_of_it(run: Run, app_id: str, tmp_path: Path) -> None:
    other = dataclasses.replace(run, folder=tmp_path / "other")
    assert not other.ok(entra_service_principal, app_id=app_id)["changed"]
    assert run.sent() == ["POST $batch"]


def test_a_report_reads(run: Run, app_id: str) -> None:
    assert run.ok(entra_admin_consent, app_id=app_id, permissions=PERMISSIONS, mode="report")["consent"]["complete"] is False
    assert run.sent() == ["POST $batch"]


def test_what_was_made_in_between_is_met_as_a_conflict(run: Run) -> None:
    """A service principal, and then a grant on it that has other scopes: both are taken, and nothing of the grant is lost."""
    app_id = run.ok(entra_app, unique_name="payroll", display_name="Payroll", permissions=PERMISSIONS)["app"]["app_id"]
    other = dataclasses.replace(run, folder=run.folder.parent / "other")
    other.ok(entra_service_principal, app_id=app_id)
    assert run.ok(entra_service_principal, app_id=app_id)["service_principal"]["app_id"] == app_id
    profile = [{"resource": "Microsoft Graph", "delegated": ["profile"], "application": []}]
    other.ok(entra_admin_consent, app_id=app_id, permissions=profile)
    assert run.ok(entra_admin_consent, app_id=app_id, permissions=PERMISSIONS)["consent"]["complete"]
    assert scopes_of(run.emulator, "contoso", app_id) == [{"openid", "User.Read", "profile"}]


def test_a_grant_in_between_on_what_the_run_made(run: Run, app_id: str) -> None:
    other = dataclasses.replace(run, folder=run.folder.parent / "other")
    other.ok(entra_admin_consent, app_id=app_id, permissions=[{"resource": "Microsoft Graph", "delegated": ["profile"], "application": ["User.Read.All"]}])
    wanted = [{"resource": "Microsoft Graph", "delegated": ["openid"], "application": ["User.Read.All"]}]
    assert run.ok(entra_admin_consent, app_id=app_id, permissions=wanted)["consent"]["complete"]
    assert scopes_of(run.emulator, "contoso", app_id) == [{"openid", "profile"}]


def test_an_adopted_application_is_read_back_where_it_is_written(run: Run) -> None:
    made = run.emulator.add_application("contoso", displayName="By hand", service_principal=True)["application"]
    run.ok(entra_app, app_id=made["appId"], adopt=True, notes="kept by hand")
    assert run.sent() == ["POST $batch", "POST $batch"]
    run.ok(entra_app_permission, app_id=made["appId"], permissions=PERMISSIONS)
    assert run.sent() == ["POST $batch"]
    run.ok(entra_app_permission, app_id=made["appId"], permissions=PERMISSIONS)
    assert run.sent() == []


def test_a_read_back_that_shows_less_is_not_believed(run: Run) -> None:
    made = run.emulator.add_application("contoso", displayName="By hand", service_principal=True)["application"]
    run.emulator.settings(update_reads=1)
    run.ok(entra_app, app_id=made["appId"], adopt=True, notes="kept by hand")
    run.emulator.clear_journal()
    run.ok(entra_app_permission, app_id=made["appId"], permissions=PERMISSIONS)
    assert run.sent()[:2] == ["POST $batch", "POST $batch"]
    assert run.stored(made["appId"])["notes"] == "kept by hand"


def mark(key_id: str, *, delivered: bool) -> str:
    """The mark of another run for the same place."""
    return Mark("workspace365", fingerprint(DELIVERY["instance"]), delivered, key_id, "0123456789ab").tag


def later_key(run: Run, app_id: str) -> str:
    """A key that another run has made since."""
    ends = {"startDateTime": "2099-01-01T00:00:00Z", "endDateTime": "2099-06-01T00:00:00Z"}
    return str(run.emulator.add_secret("contoso", run.stored(app_id)["id"], displayName="tkc:sso:0000000b", **ends)["key_id"])


def test_another_run_that_marks_a_later_key_in_between_gives_way(run: Run, app_id: str) -> None:
    """It has seen the earlier key, so it will take its own away."""
    key_id = run.issue(app_id)
    other = later_key(run, app_id)
    app = run.stored(app_id)
    run.emulator.update("contoso", "applications", app["id"], tags=[*app["tags"], mark(other, delivered=False)])
    assert not run.confirm(app_id, key_id).failed
    assert run.marks(app_id) == {key_id: True, other: False}


def test_another_run_that_could_not_see_this_one_at_work_leaves_both_unknown(run: Run, app_id: str) -> None:
    key_id = run.issue(app_id)
    run.emulator.advance(4 * 60 + 1)  # four tasks of a minute
    other = later_key(run, app_id)
    app = run.stored(app_id)
    run.emulator.update("contoso", "applications", app["id"], tags=[*app["tags"], mark(other, delivered=False)])
    failure = run.confirm(app_id, key_id).result["failure"]
    assert (failure["code"], failure["outcome"]) == ("delivery_unknown", "unknown")
    assert run.marks(app_id) == {key_id: False, other: False}


def test_another_run_that_has_delivered_in_between_leaves_it_unknown(run: Run, app_id: str) -> None:
    key_id = run.issue(app_id)
    other = later_key(run, app_id)
    app = run.stored(app_id)
    run.emulator.update("contoso", "applications", app["id"], tags=[CREATION_TAG, mark(key_id, delivered=True), mark(other, delivered=True)])
    failure = run.confirm(app_id, key_id).result["failure"]
    assert (failure["code"], failure["outcome"]) == ("delivery_unknown", "unknown")
    assert run.marks(app_id)[key_id] is False


def test_a_key_that_is_removed_in_between_is_not_delivered(run: Run, app_id: str) -> None:
    key_id = run.issue(app_id)
    run.emulator.update("contoso", "applications", run.stored(app_id)["id"], passwordCredentials=[])
    assert "the key no longer exists" in run.confirm(app_id, key_id).result["msg"]
    assert run.marks(app_id) == {key_id: False}


def test_tags_of_others_in_between_are_kept(run: Run, app_id: str) -> None:
    key_id = run.issue(app_id)
    app = run.stored(app_id)
    run.emulator.update("contoso", "applications", app["id"], tags=[*app["tags"], "theirs"])
    assert not run.confirm(app_id, key_id).failed
    assert "theirs" in run.stored(app_id)["tags"]
    assert run.marks(app_id) == {key_id: True}
