# SPDX-License-Identifier: GPL-3.0-or-later
"""An application renews the certificate that it signs in with, and has no permission at all."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._certificates import LoadedCertificate, load
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential import own_certificate_resource
from ansible_collections.tenantkit.connectors.plugins.modules.entra_own_certificate import DECLARATION
from support.certificate_samples import DAY, OTHER, certificate, key_pem, pem
from tenant_emulator.testing import Emulator

READS = "Application.Read.All"


@dataclasses.dataclass
class Bench:
    """An application that has one certificate, which ends in 20 days, and the module that runs as it."""

    emulator: Emulator
    folder: Path
    app: dict[str, t.Any]
    principal: str

    def run(self, signs: str = "one.pem", *, check: bool = False, environ: t.Mapping[str, str] | None = None, **options: t.Any) -> Execution:
        emulator = self.emulator
        given = {"tenant_id": emulator.tenant_id("contoso"), "timeout": 300, "path": str(self.folder / "two.pem"), "name": "automation"}
        given |= {"auth_client_id": self.app["appId"], "auth_certificate_path": str(self.folder / signs), "object_id": self.app["id"], "force": False}
        given |= {"validity_days": 180, "renew_before_days": 30, "overlap_days": 7}
        given.update(login_url=emulator.login_url, graph_url=emulator.graph_url, ca_path=emulator.ca_path)
        return execute(DECLARATION, {**given, **options}, check_mode=check, environ=environ or {})

    def ok(self, signs: str = "one.pem", **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(signs, **options)
        assert not outcome.failed, outcome.result
        return {**outcome.result, **outcome.result["own_certificate"]}

    def failed(self, signs: str = "one.pem", **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(signs, **options)
        assert outcome.failed and outcome.result["failure"]["kind"] != "bug", outcome.result
        return {**outcome.result["failure"], "msg": outcome.result["msg"]}

    def held(self, name: str) -> LoadedCertificate:
        return load((self.folder / name).read_bytes(), None, name)

    @property
    def keys(self) -> list[dict[str, t.Any]]:
        return list(self.emulator.tenant("contoso")["applications"][self.app["id"]]["keyCredentials"])

    def older(self, days: int) -> None:
        """The certificate that was added last was added so many days ago."""
        *rest, last = self.keys
        since = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
        self.emulator.update("contoso", "applications", self.app["id"], keyCredentials=[*rest, {**last, "startDateTime": since.strftime("%Y-%m-%dT%H:%M:%SZ")}])

    @property
    def names(self) -> list[str]:
        return [item["displayName"] for item in self.keys]


@pytest.fixture
def bench(emulator: Emulator, tmp_path: Path) -> Bench:
    made = emulator.add_application("contoso", displayName="Fleet", service_principal=True)
    present = certificate(begin=-200 * DAY, end=20 * DAY)
    (tmp_path / "one.pem").write_text(key_pem() + pem(present))
    added = emulator.control("POST", f"tenants/contoso/applications/{made['application']['id']}/certificates", {"pem": pem(present)})
    bench = Bench(emulator, tmp_path, made["application"], made["service_principal"]["id"])
    own = {**bench.keys[0], "displayName": f"tkc:automation:{bench.held('one.pem').thumbprint[:8].lower()}"}
    assert added["keyId"] == own["keyId"]
    emulator.update("contoso", "applications", bench.app["id"], keyCredentials=[own])
    emulator.clear_journal()
    return bench


def test_renewed_without_a_permission(bench: Bench) -> None:
    foreseen = bench.ok(check=True)
    assert foreseen["state"] == "would_renew" and foreseen["use"].endswith("one.pem") and not (bench.folder / "two.pem").exists()
    assert bench.emulator.writes() == []
    made = bench.ok()
    assert (made["state"], made["use"], made["changed"]) == ("renewed", str(bench.folder / "two.pem"), True)
    assert "sign in with" in made["message"] and "may not read" in made["kept_because"]
    assert (bench.folder / "two.pem").stat().st_mode & 0o777 == 0o600
    two = bench.held("two.pem")
    assert made["thumbprint"] == two.thumbprint and bench.names[1] == f"tkc:automation:{two.thumbprint[:8].lower()}"
    assert made["key_id"] == bench.keys[1]["keyId"] and two.not_after - two.not_before > dt.timedelta(days=179)
    assert [entry["path"].rpartition("/")[2] for entry in bench.emulator.writes()] == ["addKey"]
    assert "PRIVATE KEY" not in repr(made)
    # Nothing switches by itself, and no other key is made.
    content = (bench.folder / "two.pem").read_bytes()
    bench.emulator.clear_journal()
    again = bench.ok()
    assert (again["state"], again["changed"], again["use"]) == ("follows", False, str(bench.folder / "two.pem"))
    after = bench.ok("two.pem")
    assert (after["state"], after["changed"], after["use"]) == ("current", False, str(bench.folder / "two.pem"))
    assert bench.emulator.writes() == [] and (bench.folder / "two.pem").read_bytes() == content and len(bench.keys) == 2


def test_the_former_one_is_removed_by_a_later_run(bench: Bench) -> None:
    """Where the identity may read applications: after the overlap, signed in with the new one, and what others made stays."""
    bench.emulator.grant_roles("contoso", bench.principal, [READS])
    other = certificate(OTHER, end=300 * DAY)
    bench.emulator.control("POST", f"tenants/contoso/applications/{bench.app['id']}/certificates", {"pem": pem(other)})
    assert bench.ok(object_id=None)["state"] == "renewed"
    assert bench.ok("two.pem", object_id=None)["kept_because"].startswith("the overlap")
    former = next(item["keyId"] for item in bench.keys if item["displayName"].endswith(bench.held("one.pem").thumbprint[:8].lower()))
    bench.older(8)
    bench.emulator.clear_journal()
    assert bench.ok()["removed"] == [] and bench.emulator.writes() == []  # signed in with the former one
    foreseen = bench.ok("two.pem", check=True)
    assert foreseen["removed"] == [former] and len(bench.keys) == 3
    gone = bench.ok("two.pem")
    assert gone["removed"] == [former] and gone["actions"] == [f"remove the former certificate {former} of application 'Fleet'"]
    assert [entry["path"].rpartition("/")[2] for entry in bench.emulator.writes()] == ["removeKey"]
    assert len(bench.keys) == 2 and former not in [item["keyId"] for item in bench.keys]
    assert bench.ok("two.pem")["changed"] is False


NO_TOKEN = {"service": "login", "path": "token", "skip": 1, "action": "status", "status": 503, "body": {}}


@pytest.mark.parametrize("readable", [False, True])
@pytest.mark.parametrize(
    "faults",
    [
        [{"service": "graph", "path": "addKey", "action": "drop_before"}],
        [{"service": "graph", "path": "addKey", "action": "drop_after"}, NO_TOKEN],
        [NO_TOKEN],
    ],
    ids=["before it is added", "after it was added", "before it is tried"],
)
def test_a_run_that_ended_on_the_way_is_gone_on_with(bench: Bench, faults: list[dict[str, t.Any]], readable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next run takes the key that is in the file, and adds its certificate once."""
    monkeypatch.setattr(own_certificate_resource, "_PATIENCE", 0.0)
    if readable:
        bench.emulator.grant_roles("contoso", bench.principal, [READS])
    for fault in faults:
        bench.emulator.fault(**fault, times=None)
    bench.failed(timeout=4)
    content = (bench.folder / "two.pem").read_bytes()
    bench.emulator.clear_faults()
    found = bench.ok()
    assert found["use"] == str(bench.folder / "two.pem") and (bench.folder / "two.pem").read_bytes() == content
    assert len(bench.keys) == 2
    assert bench.ok("two.pem")["state"] == "current"


def test_what_entra_does_not_know_everywhere_is_waited_for(bench: Bench) -> None:
    bench.emulator.settings(secret_activation_delay=2)
    assert bench.ok()["state"] == "renewed"


@pytest.mark.parametrize("readable", [False, True])
def test_a_lost_answer_adds_nothing_twice(bench: Bench, readable: bool) -> None:
    if readable:
        bench.emulator.grant_roles("contoso", bench.principal, [READS])
    bench.emulator.fault(service="graph", path="addKey", action="drop_after")
    assert bench.ok()["state"] == "renewed" and len(bench.keys) == 2


def test_a_refusal_leaves_no_file(bench: Bench) -> None:
    policy = {
        "isEnabled": True,
        "applicationRestrictions": {"keyCredentials": [{"restrictionType": "asymmetricKeyLifetime", "state": "enabled", "maxLifetime": "P90D"}]},
    }
    bench.emulator.control("PATCH", "tenants/contoso/policies/defaultAppManagementPolicy", policy)
    failure = bench.failed()
    assert failure["outcome"] == "refused" and failure["details"]["removed_file"] == str(bench.folder / "two.pem")
    assert not (bench.folder / "two.pem").exists() and len(bench.keys) == 1
    assert bench.ok(validity_days=80)["state"] == "renewed"


def test_what_is_in_the_file_is_never_overwritten(bench: Bench) -> None:
    two = bench.folder / "two.pem"
    for content, words in (
        ("notes of the operator", "neither PEM, DER nor PKCS#12"),
        (pem(certificate(OTHER)), "without its private key"),
        (key_pem(OTHER) + pem(certificate(OTHER, begin=-300 * DAY)), "is older than the certificate"),
        (key_pem(OTHER) + pem(certificate(OTHER, begin=-100 * DAY, end=5 * DAY)), "would have to be replaced at once"),
    ):
        two.write_text(content)
        two.chmod(0o600)
        assert words in bench.failed()["msg"]
        assert two.read_text() == content
    two.chmod(0o644)
    assert bench.failed()["code"] == "file_open_to_others"
    two.unlink()
    two.symlink_to(bench.folder / "one.pem")
    assert bench.failed()["code"] == "file"
    assert bench.failed(path=str(bench.folder))["code"] == "file_in_the_way"
    assert bench.failed(path=str(bench.folder / "nowhere" / "x.pem"))["code"] == "file"
    (bench.folder / "one.pem").chmod(0o600)
    assert "before it ends on" in bench.failed(path=str(bench.folder / "one.pem"))["msg"]
    assert bench.emulator.writes() == []


def test_who_may_not(bench: Bench) -> None:
    """Each refusal comes before a key is made, but for what only Microsoft Graph can tell, after which none is left."""
    unread = bench.failed(object_id=None)
    assert unread["http_status"] == 403 and "Set 'object_id'" in unread["msg"]
    assert bench.failed(object_id=bench.principal)["http_status"] == 403 and not (bench.folder / "two.pem").exists()
    bench.emulator.grant_roles("contoso", bench.principal, [READS])
    other = bench.emulator.add_application("contoso", displayName="Another")["application"]["id"]
    assert bench.failed(object_id=other)["code"] == "another_application"
    secret = bench.failed(auth_certificate_path=None, auth_client_secret="x" * 40)
    assert secret["code"] == "no_certificate"
    job = bench.failed(environ={"AWX_PRIVATE_DATA_DIR": "/x"})
    assert job["code"] == "not_persistent" and not (bench.folder / "two.pem").exists()
    assert bench.ok(environ={"AWX_PRIVATE_DATA_DIR": "/x"}, persistent=True)["state"] == "renewed"
