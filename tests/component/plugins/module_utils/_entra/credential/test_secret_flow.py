# SPDX-License-Identifier: GPL-3.0-or-later
"""C(entra_client_secret) from its options to Graph: the engine against the emulator, faults included."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Declaration, Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.exemption import NEW_POLICY
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import CREATION_TAG, fingerprint
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import SUPERSEDED, Mark, marks_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.secret_write import SecretWriter
from ansible_collections.tenantkit.connectors.plugins.modules import entra_managed_credential
from ansible_collections.tenantkit.connectors.plugins.modules.entra_client_secret import DECLARATION
from tenant_emulator.testing import Emulator

DELIVERY = {"connector": "workspace365", "instance": "https://portal.example contoso", "authority": "https://login.windows.net/contoso.com"}


@dataclasses.dataclass
class Bench:
    """One application in the emulator, and the module's engine."""

    emulator: Emulator
    app: dict[str, t.Any]
    declaration: Declaration = DECLARATION

    def run(self, *, check: bool = False, **options: t.Any) -> Execution:
        identity = self.emulator.identity()
        plain = {
            "tenant_id": "contoso.onmicrosoft.com",
            "auth_method": "auto",
            "cloud": "public",
            "login_url": self.emulator.login_url,
            "graph_url": self.emulator.graph_url,
            "ca_path": self.emulator.ca_path,
            "timeout": 300,
            "app_id": self.app["appId"],
            "name": "sso",
            "state": "present",
            "prove": True,
        }
        environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"]}
        return execute(self.declaration, {**plain, **options}, check_mode=check, environ=environ)

    def ok(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert not outcome.failed, outcome.result
        return {**outcome.result, "warnings": outcome.warnings}

    def failed(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert outcome.failed, outcome.result
        assert outcome.result["failure"]["kind"] != "bug", outcome.result
        for secret in self.emulator.issued():
            assert secret not in str(outcome.result)
        return outcome.result["failure"]

    @property
    def stored(self) -> dict[str, t.Any]:
        found = self.emulator.tenant("contoso")["applications"]
        return next(item for item in (found.values() if isinstance(found, dict) else found) if item["id"] == self.app["id"])

    @property
    def names(self) -> list[str]:
        return [item["displayName"] for item in self.stored["passwordCredentials"]]

    @property
    def marks(self) -> list[Mark]:
        assert {CREATION_TAG, "own-tag"} <= set(self.stored["tags"])
        return marks_of(self.stored["tags"])

    def requests(self) -> list[str]:
        """What was sent after sign-in and tenant guard."""
        found = [f"{entry['method']} {entry['path'].partition('?')[0].rpartition('/')[2]}" for entry in self.emulator.journal()]
        return [line for line in found if line not in ("GET openid-configuration", "GET organization")][1:]


@pytest.fixture
def bench(emulator: Emulator) -> Bench:
    made = emulator.add_application("contoso", displayName="Payroll", uniqueName="payroll", service_principal=True, tags=[CREATION_TAG, "own-tag"])
    emulator.clear_journal()
    return Bench(emulator, made["application"])


def test_issue_confirm_and_nothing_to_do(bench: Bench) -> None:
    issued = bench.ok(delivery=DELIVERY)
    secret = issued["secret"]
    assert bench.requests() == ["POST $batch", "POST addPassword", "POST token", "POST token", "POST token", "POST $batch"]
    assert secret["proof"] == "proven" and secret["delivery"]["status"] == "pending" and secret["delivery"]["needed"]
    assert bench.emulator.token("contoso", bench.app["appId"], secret["secret_text"])["status"] == 200
    assert [(item.delivered, item.key_id) for item in bench.marks] == [(False, secret["key_id"])]

    bench.emulator.clear_journal()
    confirmed = bench.ok(delivery={**DELIVERY, "delivered_key_id": secret["key_id"]})
    assert confirmed["changed"] and confirmed["secret"]["delivery"]["status"] == "delivered"
    assert bench.requests() == ["POST $batch", "POST $batch"]
    assert [item.delivered for item in bench.marks] == [True]

    bench.emulator.clear_journal()
    again = bench.ok(delivery=DELIVERY)
    assert not again["changed"] and "secret_text" not in again["secret"] and again["warnings"] == []
    assert again["secret"]["delivery"]["key_id"] == secret["key_id"]
    assert bench.requests() == ["POST $batch"]


def test_check_mode_predicts_and_writes_nothing(bench: Bench) -> None:
    result = bench.ok(check=True, delivery=DELIVERY)
    assert result["actions"] == ["mint secret 'sso' valid 180 days", "mark secret 'sso' as pending for workspace365"]
    assert result["secret"]["would_create"] and bench.emulator.writes() == []
    assert bench.ok(check=True, app_id=None, unique_name="to-come")["changed"]


def test_rotation_to_its_end(bench: Bench) -> None:
    first = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    bench.ok(delivery={**DELIVERY, "delivered_key_id": first})
    bench.emulator.advance(2)  # start dates have whole seconds in the emulator
    second = bench.ok(delivery=DELIVERY, force=True)["secret"]["key_id"]
    assert not bench.ok(state="retired", delivery=DELIVERY)["changed"]
    bench.ok(delivery={**DELIVERY, "delivered_key_id": second})
    assert {item.key_id: item.content == SUPERSEDED for item in bench.marks} == {first: True, second: False}
    assert not bench.ok(state="retired", delivery=DELIVERY)["changed"]
    retired = bench.ok(state="retired", delivery=DELIVERY, overlap_days=0)
    assert len(retired["actions"]) == 2
    assert [item.key_id for item in bench.marks] == [second] and len(bench.names) == 1
    assert not bench.ok(delivery=DELIVERY)["changed"]


@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
def test_lost_answer_of_add_password(bench: Bench, action: str) -> None:
    bench.emulator.fault(action=action, service="graph", path="addPassword")
    result = bench.ok(delivery=DELIVERY)
    assert bench.names == [result["secret"]["display_name"]]
    assert bench.emulator.token("contoso", bench.app["appId"], result["secret"]["secret_text"])["status"] == 200


def test_secret_that_takes_a_while(bench: Bench) -> None:
    bench.emulator.settings(secret_activation_delay=1.5)
    assert bench.ok(delivery=DELIVERY)["secret"]["proof"] == "proven"


def test_blocked_is_not_delivered(bench: Bench) -> None:
    bench.emulator.settings(conditional_access_blocks=[bench.app["appId"]])
    failure = bench.failed(delivery=DELIVERY)
    assert failure["code"] == "proof_blocked" and failure["outcome"] == "refused"
    assert bench.names == [] and bench.marks == []


def test_not_proven_is_removed_within_the_time(bench: Bench) -> None:
    bench.emulator.settings(secret_activation_delay=9999)
    failure = bench.failed(delivery=DELIVERY)
    assert failure["code"] == "AADSTS7000215" and bench.names == [] and failure["details"]["removed_key_id"]


def test_removal_of_a_secret_that_is_not_replicated(bench: Bench) -> None:
    bench.emulator.settings(conditional_access_blocks=[bench.app["appId"]], removal_lag=1.5)
    bench.failed()
    assert bench.names == []


def test_another_run_appears(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other run marks its key while this one mints: this one gives way and leaves the other's mark."""
    other = bench.emulator.add_secret("contoso", bench.app["id"], displayName="tkc:sso:0000000b")
    rival = Mark("workspace365", fingerprint(DELIVERY["instance"]), False, other["key_id"], "0123456789ab")
    real = SecretWriter.mint

    def mint(self: SecretWriter, name: str, end: str) -> t.Any:
        minted = real(self, name, end)
        bench.emulator.update("contoso", "applications", bench.app["id"], tags=[CREATION_TAG, "own-tag", "new-tag", rival.tag])
        return minted

    monkeypatch.setattr(SecretWriter, "mint", mint)
    failure = bench.failed(delivery=DELIVERY)
    assert failure["code"] == "another_run" and failure["outcome"] == "refused"
    assert bench.names == ["tkc:sso:0000000b"] and bench.marks == [rival] and "new-tag" in bench.stored["tags"]


def test_pending_marks_from_before_do_not_stop_a_run(bench: Bench) -> None:
    first = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    second = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    assert bench.ok(delivery={**DELIVERY, "delivered_key_id": second})["secret"]["delivery"]["status"] == "delivered"
    assert {item.key_id for item in bench.marks} == {first, second}
    assert not bench.ok(delivery=DELIVERY)["changed"]


def test_confirming_after_another_run_has_begun(bench: Bench) -> None:
    first = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    second = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    for key_id in (first, second):
        failure = bench.failed(delivery={**DELIVERY, "delivered_key_id": key_id})
        assert failure["code"] == "delivery_unknown" and failure["outcome"] == "unknown"
    assert len(bench.names) == 2
    third = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    bench.ok(delivery={**DELIVERY, "delivered_key_id": third})
    assert not bench.ok(delivery=DELIVERY)["changed"]


def test_tags_of_others_are_kept(bench: Bench) -> None:
    key_id = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    bench.emulator.update("contoso", "applications", bench.app["id"], tags=[*bench.stored["tags"], "later-tag"])
    bench.ok(delivery={**DELIVERY, "delivered_key_id": key_id})
    assert "later-tag" in bench.stored["tags"]


def test_a_mark_that_no_read_shows_in_time_is_put_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another connector has just marked its key: the tags read before and within the write are older than that."""
    other = Mark("workato", fingerprint("elsewhere"), True, "5f0c2f0e-93a1-4d0c-8f3e-0f6d5a4b3c21", "0123456789ab")
    real = SecretWriter.mint

    def mint(self: SecretWriter, name: str, end: str) -> t.Any:
        minted = real(self, name, end)
        bench.emulator.settings(update_reads=3)
        headers = {"Authorization": "Bearer " + bench.emulator.token("contoso")["access_token"], "Content-Type": "application/json"}
        body = json.dumps({"tags": [*bench.stored["tags"], other.tag]}).encode()
        status, _raw = bench.emulator.request("PATCH", f"{bench.emulator.graph_url}/v1.0/applications/{bench.app['id']}", body, headers)
        assert status == 204
        return minted

    monkeypatch.setattr(SecretWriter, "mint", mint)
    key_id = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    assert {item.key_id for item in bench.marks} == {key_id, other.key_id}


@pytest.mark.parametrize("action", ["drop_after", "drop_before", "status"])
def test_lost_answer_of_the_mark(bench: Bench, action: str) -> None:
    bench.emulator.fault(action=action, service="graph", path="batch", skip=1)
    issued = bench.ok(delivery=DELIVERY)
    assert [item.key_id for item in bench.marks] == [issued["secret"]["key_id"]]


def test_mark_that_cannot_be_written(bench: Bench) -> None:
    bench.emulator.fault(action="status", status=403, service="graph", method="PATCH", part=True, times=None)
    failure = bench.failed(delivery=DELIVERY)
    assert failure["http_status"] == 403 and bench.names == [] and bench.marks == []


def test_refused_by_the_product(bench: Bench) -> None:
    first = bench.ok(delivery=DELIVERY)["secret"]["key_id"]
    bench.ok(delivery={**DELIVERY, "delivered_key_id": first})
    second = bench.ok(delivery=DELIVERY, force=True)["secret"]["key_id"]
    bench.ok(delivery=DELIVERY, state="absent", key_id=second, never_sent=True)
    assert [item.key_id for item in bench.marks] == [first] and len(bench.names) == 1
    assert not bench.ok(delivery=DELIVERY)["changed"]


def set_policy(bench: Bench, restriction: dict[str, t.Any]) -> None:
    bench.ok(check=True)  # the emulator makes the policy when it is first asked for
    policy = {"isEnabled": True, "applicationRestrictions": {"passwordCredentials": [restriction], "keyCredentials": []}}
    bench.emulator.update("contoso", "policies", "defaultAppManagementPolicy", **policy)


def test_policy(bench: Bench) -> None:
    restriction = {"restrictionType": "passwordLifetime", "state": "enabled", "maxLifetime": "P30D", "restrictForAppsCreatedAfterDateTime": None}
    set_policy(bench, restriction)
    result = bench.ok()
    assert result["actions"] == ["mint secret 'sso' valid 30 days"] and len(result["warnings"]) == 1
    assert not bench.ok()["changed"]


def test_policy_that_forbids_secrets(bench: Bench) -> None:
    restriction = {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": None}
    set_policy(bench, restriction)
    failure = bench.failed()
    assert failure["code"] == "CredentialTypeNotAllowedAsPerAppPolicy" and bench.emulator.writes() == []
    handed = failure["details"]["hand_off"]["graph_requests"]
    assert [one["method"] for one in handed] == ["POST", "POST"] and bench.app["id"] in handed[1]["path"]
    assert [command.partition("az rest")[0] for command in failure["details"]["hand_off"]["script"].splitlines()[1:]] == ["policy=$(", ""]
    # An administrator sends them; then a secret is made.
    send_as_administrator(bench, handed)
    bench.ok()
    assert len(bench.names) == 1


def send_as_administrator(bench: Bench, wanted: list[dict[str, t.Any]]) -> None:
    """The requests as they were handed off, with the id of the first answer where one stands for it."""
    emulator = bench.emulator
    who = emulator.identity("limited-contoso")
    principal = next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == who["client_id"])
    emulator.grant_roles("contoso", principal["id"], ["Policy.ReadWrite.ApplicationConfiguration", "Application.Read.All"])
    token = emulator.token("contoso", who["client_id"], who["secret"])["access_token"]
    made = ""
    for one in wanted:
        body = json.loads(json.dumps(one["body"]).replace(NEW_POLICY, made))
        answer = requests.request(
            one["method"], f"{emulator.graph_url}{one['path']}", json=body, headers={"Authorization": f"Bearer {token}"}, verify=emulator.ca_path, timeout=60
        )
        assert answer.ok, answer.text
        made = made or str(answer.json()["id"])


def test_a_policy_that_exempts_other_callers(bench: Bench) -> None:
    """Whether this caller is exempt is known to Entra alone: it refuses, and the way out is said with the attribute that the policy names."""
    exempt = {"customSecurityAttributes": [{"id": "Compliance_AppPolicy", "operator": "equals", "value": "exempt"}]}
    set_policy(bench, {"restrictionType": "passwordAddition", "state": "enabled", "maxLifetime": None, "excludeActors": exempt})
    failure = bench.failed()
    assert (failure["code"], failure["http_status"]) == ("CredentialTypeNotAllowedAsPerAppPolicy", 400)
    (given,) = failure["details"]["hand_off"]["or_graph_requests"]
    attributes = given["body"]["customSecurityAttributes"]
    assert attributes["Compliance"]["AppPolicy"] == "exempt" and "never exempts itself" in failure["advice"]
    caller = next(item for item in bench.emulator.tenant("contoso")["service_principals"].values() if item["appId"] == bench.emulator.identity()["client_id"])
    bench.emulator.update("contoso", "servicePrincipals", caller["id"], customSecurityAttributes=attributes)
    bench.ok()
    assert len(bench.names) == 1


def test_policy_that_cannot_be_read(bench: Bench) -> None:
    bench.emulator.fault(action="status", status=403, service="graph", path="anagementPolic", part=True, times=None)
    result = bench.ok()
    assert result["changed"] and not result["secret"]["policy"]["known"] and result["warnings"] == []


def test_unreadable_application_is_not_absent(bench: Bench) -> None:
    bench.emulator.fault(action="status", status=403, service="graph", path="^/?(v1.0/)?applications", part=True, times=None)
    assert bench.failed()["http_status"] == 403 and bench.emulator.writes() == []


def test_foreign_secrets_stay(bench: Bench) -> None:
    bench.emulator.add_secret("contoso", bench.app["id"], displayName="portal", endDateTime="2026-01-01T00:00:00Z", startDateTime="2025-01-01T00:00:00Z")
    bench.ok()
    bench.ok(state="retired", overlap_days=0)
    bench.ok(state="absent", force=True)
    assert bench.names == ["portal"]


def test_policies_that_the_tenant_does_not_offer_are_not_known(bench: Bench) -> None:
    """Without a licence, or in an Azure AD B2C tenant, the app management policies may not be readable: the service applies what holds in any case."""
    unlicensed = {
        "error": {"code": "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "message": "Neither tenant is B2C or tenant doesn't have premium license"}
    }
    unsupported = {"error": {"code": "Request_BadRequest", "message": "This request is not supported by the service."}}
    for status, body in ((403, unlicensed), (400, unsupported)):
        with bench.emulator.faulty(action="status", status=status, body=body, service="graph", path="[aA]ppManagementPolic", part=True, times=None):
            assert bench.ok(name=f"after-{status}")["secret"]["key_id"]


def by_hand(bench: Bench, **more: t.Any) -> dict[str, t.Any]:
    """A secret of the application that a person made in the portal: its value and key id."""
    made = bench.emulator.control("POST", f"tenants/contoso/applications/{bench.app['id']}/secrets", {"displayName": "by hand", **more})
    bench.emulator.clear_journal()
    return t.cast("dict[str, t.Any]", made)


def test_a_known_secret_is_delivered_in_place_of_a_new_one(bench: Bench) -> None:
    known = by_hand(bench)
    for check in (True, False):
        outcome = bench.run(check=check, delivery=DELIVERY, known_value=known["value"])
        assert not outcome.failed and outcome.result["changed"], outcome.result
        secret = outcome.result["secret"]
        assert (secret["key_id"], secret["given"], secret["would_create"]) == (known["key_id"], True, False)
        assert known["value"] not in str(outcome.result) + str(outcome.warnings)
        assert bench.names == ["by hand"]
    assert bench.requests()[-5:] == ["POST $batch", "POST token", "POST token", "POST token", "POST $batch"]
    assert secret["proof"] == "proven" and known["value"] not in str(outcome.result)
    assert [(mark.key_id, mark.delivered) for mark in bench.marks] == [(known["key_id"], False)]
    bench.ok(delivery={**DELIVERY, "delivered_key_id": known["key_id"]})
    again = bench.ok(delivery=DELIVERY, known_value=known["value"])
    assert not again["changed"] and "is not used" in again["warnings"][0]
    renewed = bench.ok(delivery=DELIVERY, known_value=known["value"], force=True)
    assert renewed["secret"]["key_id"] != known["key_id"] and "is not used" in renewed["warnings"][0]
    bench.ok(delivery={**DELIVERY, "delivered_key_id": renewed["secret"]["key_id"]})
    bench.emulator.advance(60 * 86400)
    bench.ok(delivery=DELIVERY, state="retired")
    bench.ok(delivery=DELIVERY, state="absent", force=True)
    assert bench.names == ["by hand"] and bench.marks == []


@pytest.mark.parametrize("given", [True, False])
def test_the_value_that_the_receiver_is_given(bench: Bench, given: bool) -> None:
    """Of a new secret it is in the result, of a known one the caller has it, and in check mode it is empty; it is not there where nothing is done."""
    known = by_hand(bench)["value"] if given else None
    options = {"kind": "secret", "delivery": DELIVERY, "known_value": known, **dict.fromkeys(("delivered_key_id", "undecided_key_id"))}
    bench.declaration = entra_managed_credential.DECLARATION
    assert bench.run(check=True, **options).result.get("value") == ("" if given else None)
    made = bench.run(**options).result
    assert ("value" in made, made["credential"]["given"]) == (not given, given)
    key_id = made["credential"]["key_id"]
    assert "value" not in bench.run(**{**options, "delivered_key_id": key_id}).result
    again = bench.run(**options)
    assert not again.result["changed"] and "value" not in again.result
    assert known is None or known not in str(made) + str(again.result)


def test_a_known_secret_that_does_not_work_stays_and_is_not_delivered(bench: Bench) -> None:
    """It begins like a key of the application and is none: a refusal is final, since nothing has to be replicated."""
    known = by_hand(bench)
    failure = bench.failed(delivery=DELIVERY, known_value=known["value"][:3] + "-not-the-value-of-it")
    assert failure["outcome"] == "refused" and bench.names == ["by hand"] and bench.marks == []
    assert [line for line in bench.requests() if line == "POST token"] == ["POST token"] and bench.emulator.writes() == []
    assert bench.failed(delivery=DELIVERY, known_value="zz-of-another-application")["code"] == "known_value_of_no_key"
    assert bench.emulator.writes() == []


def test_a_known_secret_stays_when_its_mark_cannot_be_written(bench: Bench) -> None:
    known = by_hand(bench)
    bench.emulator.fault(service="graph", part=True, method="PATCH", path="/applications/", action="status", status=403, times=None)
    failure = bench.failed(delivery=DELIVERY, known_value=known["value"])
    assert failure["details"]["kept_key_id"] == known["key_id"] and bench.names == ["by hand"]


def test_two_that_begin_alike(bench: Bench) -> None:
    known = by_hand(bench)
    by_hand(bench, value=known["value"][:3] + "8Q~another-value-0123456789")
    failure = bench.failed(delivery=DELIVERY, known_value=known["value"])
    assert failure["code"] == "known_value_unclear" and bench.emulator.writes() == []
