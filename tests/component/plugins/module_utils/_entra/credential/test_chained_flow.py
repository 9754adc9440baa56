# SPDX-License-Identifier: GPL-3.0-or-later
"""Tasks of one run that go on from each other: what they do not read again, and that they notice what others do in between."""

from __future__ import annotations

import dataclasses
import types
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils import _clock
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import CREATION_TAG, fingerprint
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import Mark, marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.left_behind import BELIEVED
from ansible_collections.tenantkit.connectors.plugins.modules import (
    entra_admin_consent,
    entra_app,
    entra_app_permission,
    entra_connection_info,
    entra_managed_credential,
    entra_service_principal,
)
from support.plays import scopes_of
from tenant_emulator.testing import Emulator, JsonObject

DELIVERY = {"connector": "workspace365", "instance": "https://portal.example contoso", "authority": "https://login.windows.net/contoso.com"}
PERMISSIONS = [{"resource": "Microsoft Graph", "delegated": ["openid", "User.Read"], "application": []}]
PAYROLL = {"unique_name": "payroll", "display_name": "Payroll"}


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
            **({"chained": self.chained} if "chained" in spec else {}),
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

    def look(self) -> None:
        """Look at the connection, as a role does before the other tasks."""
        self.ok(entra_connection_info, connector="payroll", app=PAYROLL, permissions=PERMISSIONS, secret={"name": "sso"})

    def register(self) -> str:
        """Make the application. Returns its app id."""
        return str(self.ok(entra_app, **PAYROLL, permissions=PERMISSIONS)["app"]["app_id"])

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
    made = run.register()
    run.ok(entra_service_principal, app_id=made)
    run.emulator.clear_journal()
    return made


def test_what_the_run_made_is_not_read_again(run: Run) -> None:
    app_id = run.register()
    assert run.sent() == ["POST $batch", "POST applications"]
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


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> t.Callable[[], None]:
    """A clock of the controller that stands still, and what lets as much time pass on it as a note is believed for: other tenants have their turn."""
    now = [1_800_000_000.0]
    monkeypatch.setattr(_clock, "time", types.SimpleNamespace(time=lambda: now[0]))

    def wait() -> None:
        now[0] += BELIEVED

    return wait


def chain(run: Run, between: t.Callable[[], None]) -> list[list[str]]:
    """What each task of a first connect sends, where this is done between two of them."""
    sent = []

    def done() -> None:
        sent.append(run.sent())
        between()

    run.look()
    done()
    app_id = run.register()
    done()
    run.ok(entra_service_principal, app_id=app_id)
    done()
    run.ok(entra_admin_consent, app_id=app_id, permissions=PERMISSIONS)
    done()
    key_id = run.issue(app_id)
    done()
    assert not run.confirm(app_id, key_id).failed
    done()
    return sent


READ = ["POST $batch"]
CHAIN = [[], ["POST applications"], ["POST servicePrincipals"], ["POST oauth2PermissionGrants"], ["POST addPassword", "POST $batch"], ["POST $batch"]]


def test_a_chain_reads_once(run: Run, waits: t.Callable[[], None]) -> None:
    assert chain(run, lambda: None) == [READ + CHAIN[0], *CHAIN[1:]]


def test_a_minute_later_each_task_reads_once_more(run: Run, waits: t.Callable[[], None]) -> None:
    """In a play of hundreds of tenants so much time passes between two tasks of one of them."""
    assert chain(run, waits) == [READ + task for task in CHAIN]


@pytest.mark.parametrize("other", [{}, {"state": "absent"}], ids=["at work", "gone again"])
def test_what_another_run_made_after_the_look_is_not_written_over(run: Run, other: JsonObject) -> None:
    """It may be anywhere on its way, so the marks of what it delivers stay. What it made and deleted holds the name."""
    run.look()
    faster = dataclasses.replace(run, folder=run.folder.parent / "other")
    app_id = faster.register()
    faster.ok(entra_service_principal, app_id=app_id)
    key_id = faster.issue(app_id)
    if other:
        faster.ok(entra_app, app_id=app_id, **other)
    run.emulator.clear_journal()
    outcome = run.task(entra_app, **PAYROLL, permissions=PERMISSIONS)
    assert run.sent() == ["POST applications", "POST $batch"]
    if other:
        assert outcome.result["failure"]["code"] == "soft_deleted"
        return
    assert outcome.result["app"]["app_id"] == app_id and not outcome.result["app"]["would_create"]
    assert run.marks(app_id) == {key_id: False}


def test_an_application_of_others_made_after_the_look_is_left_alone(run: Run) -> None:
    run.look()
    made = run.emulator.add_application("contoso", displayName="By hand", uniqueName="payroll")["application"]
    before = run.stored(made["appId"])
    assert run.task(entra_app, **PAYROLL).result["failure"]["code"] == "not_ours"
    assert run.stored(made["appId"]) == before


def test_what_is_made_after_the_look_and_not_replicated_yet_is_waited_for(run: Run) -> None:
    run.look()
    run.emulator.settings(replication_reads=1)
    app_id = dataclasses.replace(run, folder=run.folder.parent / "other").register()
    before = run.stored(app_id)
    assert run.register() == app_id
    assert run.stored(app_id) == before


def test_a_cloud_that_takes_no_unique_name_in_a_create_gets_the_upsert(run: Run) -> None:
    body = {"error": {"code": "Request_BadRequest", "message": "Property 'uniqueName' is read-only and cannot be set."}}
    run.look()
    run.emulator.clear_journal()
    run.emulator.fault(action="status", status=400, service="graph", method="POST", path="/applications$", body=body)
    app_id = run.register()
    assert run.sent() == ["POST applications", "POST $batch", "PATCH applications"]
    assert run.stored(app_id)["uniqueName"] == "payroll"


def test_a_cloud_that_leaves_the_unique_name_out_of_a_create_is_told_it_again(run: Run) -> None:
    """Without it the next run would make another application."""
    run.look()
    made = run.emulator.add_application("contoso", displayName="Payroll", tags=[CREATION_TAG])["application"]
    run.emulator.clear_journal()
    run.emulator.fault(action="status", status=201, service="graph", method="POST", path="/applications$", body=made)
    assert run.register() == made["appId"]
    assert run.sent() == ["POST applications", f"PATCH {made['id']}"]
    assert run.stored(made["appId"])["uniqueName"] == "payroll"


DENIED = {"error": {"code": "Authorization_RequestDenied", "message": "Insufficient privileges to complete the operation."}}


def test_a_look_that_may_not_see_deleted_applications_leaves_that_to_the_task(run: Run) -> None:
    run.emulator.fault(action="status", service="graph", path="deletedItems", part=True, status=403, body=DENIED, times=1)
    run.look()
    assert run.sent() == READ
    run.register()
    assert run.sent() == ["POST $batch", "POST applications"]


def test_a_deleted_application_of_the_look_stands_in_the_way(run: Run) -> None:
    app_id = run.register()
    run.ok(entra_app, app_id=app_id, state="absent")
    run.look()
    run.emulator.clear_journal()
    assert run.task(entra_app, **PAYROLL).result["failure"]["code"] == "soft_deleted"
    assert run.sent() == []
    assert dataclasses.replace(run, chained=False).task(entra_app, **PAYROLL).result["failure"]["code"] == "soft_deleted"
    assert run.sent() == READ


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
    app_id = run.register()
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
