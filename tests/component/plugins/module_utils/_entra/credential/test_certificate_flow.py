# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates of an application: the engine against the emulator."""

from __future__ import annotations

import base64
import dataclasses
import json
import typing as t

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.common.tags import CREATION_TAG
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.certificate_file import load_given
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.marks import marks_of
from ansible_collections.tenantkit.connectors.plugins.modules.entra_app_certificate import DECLARATION
from support.certificate_samples import DAY, GOOD, KEY, OTHER, certificate, given, key_pem, pem
from tenant_emulator.testing import Emulator


@dataclasses.dataclass
class Bench:
    """One application in the emulator, and the module's engine."""

    emulator: Emulator
    app: dict[str, t.Any]

    def run(self, *, check: bool = False, **options: t.Any) -> Execution:
        identity = self.emulator.identity()
        plain = {"tenant_id": "contoso.onmicrosoft.com", "timeout": 300, "app_id": self.app["appId"], "name": "sso", "state": "present", "prove": True}
        plain.update(login_url=self.emulator.login_url, graph_url=self.emulator.graph_url, ca_path=self.emulator.ca_path)
        environ = {"AZURE_CLIENT_ID": identity["client_id"], "AZURE_CLIENT_SECRET": identity["secret"]}
        return execute(DECLARATION, {**plain, **options}, check_mode=check, environ=environ)

    def ok(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert not outcome.failed, outcome.result
        return {**outcome.result, **outcome.result["certificate"], "warnings": outcome.warnings}

    def failed(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert outcome.failed, outcome.result
        assert outcome.result["failure"]["kind"] != "bug", outcome.result
        return outcome.result["failure"]

    @property
    def stored(self) -> dict[str, t.Any]:
        return next(item for item in self.emulator.tenant("contoso")["applications"].values() if item["id"] == self.app["id"])

    @property
    def sent(self) -> list[dict[str, t.Any]]:
        """The list of certificates in the one write of it."""
        assert len(self.emulator.writes()) == 1
        parts = self.emulator.journal("graph", "POST", "$batch")[-1]["request"]["requests"]
        return next(part["body"]["keyCredentials"] for part in parts if part["method"] == "PATCH")

    @property
    def names(self) -> list[str]:
        return [item["displayName"] for item in self.stored["keyCredentials"]]


@pytest.fixture
def bench(emulator: Emulator) -> Bench:
    made = emulator.add_application("contoso", displayName="Payroll", uniqueName="payroll", service_principal=True, tags=[CREATION_TAG, "own-tag"])
    path = f"tenants/contoso/applications/{made['application']['id']}/certificates"
    emulator.control("POST", path, {"pem": pem(certificate(OTHER))})
    emulator.clear_journal()
    return Bench(emulator, made["application"])


def test_entries_of_others_are_sent_back_as_they_were_read(bench: Bench) -> None:
    """Also one whose identifier Graph shows in hexadecimal."""
    stored = dict(bench.stored["keyCredentials"][0])
    stored["customKeyIdentifier"] = base64.b64decode(stored["customKeyIdentifier"]).hex().upper()
    bench.emulator.update("contoso", "applications", bench.app["id"], keyCredentials=[stored])
    bench.ok(certificate_content=pem(GOOD))
    sent = {name: value for name, value in bench.sent[0].items() if name != "key"}
    assert sent == {name: value for name, value in stored.items() if name != "key"}


def test_given(bench: Bench) -> None:
    foreign = bench.stored["keyCredentials"]
    foreseen = bench.ok(check=True, certificate_content=pem(GOOD))
    assert foreseen["would_create"] and foreseen["thumbprint"] == given().thumbprint and bench.emulator.writes() == []
    made = bench.ok(certificate_content=pem(GOOD))
    assert made["proof"] == "not_possible" and "private_key_pem" not in made
    assert bench.stored["keyCredentials"][:1] == foreign and len(bench.names) == 2
    assert bench.sent[0]["key"] is None
    again = bench.ok(certificate_content=pem(GOOD))
    assert not again["changed"] and again["key_id"] == made["key_id"] and [row["thumbprint"] for row in again["managed"]] == [given().thumbprint]
    assert [row["key_id"] for row in again["foreign"]] == [foreign[0]["keyId"]]


def test_given_with_its_key_is_proven(bench: Bench) -> None:
    assert bench.ok(certificate_content=pem(GOOD), private_key_content=key_pem())["proof"] == "proven"


def test_generated_renewed_and_retired(bench: Bench) -> None:
    made = bench.ok(generate=True, validity_days=40, subject="payroll sync")
    assert made["proof"] == "proven" and made["would_create"] is False
    loaded = load_given({"certificate_content": made["certificate_pem"], "private_key_content": made["private_key_pem"]})
    assert loaded is not None and loaded.thumbprint == made["thumbprint"] and loaded.subject == "CN=payroll sync"
    assert made["private_key_pem"] not in json.dumps(made["diff"]) + json.dumps(made["actions"])
    again = bench.ok(generate=True, validity_days=40)
    assert not again["changed"] and "private_key_pem" not in again and again["key_id"] == made["key_id"]
    bench.emulator.advance(25 * 24 * 3600)
    renewed = bench.ok(generate=True, validity_days=40)
    assert renewed["changed"] and len(bench.names) == 3
    assert not bench.ok(state="retired")["changed"]
    bench.emulator.advance(8 * 24 * 3600)
    assert bench.ok(state="retired")["actions"] == [f"remove certificate '{made['display_name']}' ({made['key_id']})"]
    assert bench.ok(state="absent", thumbprint=renewed["thumbprint"], force=True)["changed"]
    assert len(bench.names) == 1


def test_a_given_one_that_takes_the_place_of_another(bench: Bench) -> None:
    """The earlier one stays for the overlap, however long ago either became valid, whether the later one was given as well or made here."""
    second = certificate(KEY, begin=-100 * DAY)
    bench.ok(certificate_content=pem(certificate(KEY, begin=-200 * DAY)))
    bench.emulator.advance(24 * 3600)
    later = bench.ok(certificate_content=pem(second))
    bench.emulator.advance(6 * 24 * 3600)
    assert not bench.ok(state="retired")["changed"]
    bench.emulator.advance(2 * 24 * 3600)
    assert bench.ok(state="retired")["changed"] and [row["key_id"] for row in bench.ok(state="retired")["managed"]] == [later["key_id"]]
    delivery = {"connector": "power_platform", "instance": "vault certificate"}
    made = bench.ok(generate=True, delivery=delivery)
    bench.ok(delivery={**delivery, "delivered_key_id": made["key_id"]})
    bench.emulator.advance(6 * 24 * 3600)
    kept = bench.ok(state="retired", delivery=delivery)
    assert not kept["changed"] and "overlap" in kept["managed"][0]["kept_because"]
    bench.emulator.advance(2 * 24 * 3600)
    assert bench.ok(state="retired", delivery=delivery)["changed"]
    assert [row["key_id"] for row in bench.ok(state="retired", delivery=delivery)["managed"]] == [made["key_id"]]


def test_delivery(bench: Bench) -> None:
    delivery = {"connector": "power_platform", "instance": "vault certificate", "authority": "x"}
    made = bench.ok(generate=True, delivery=delivery)
    assert made["delivery"]["status"] == "pending" and made["actions"][1] == "mark certificate 'sso' as pending for power_platform"
    confirmed = bench.ok(delivery={**delivery, "delivered_key_id": made["key_id"]})
    assert confirmed["delivery"]["status"] == "delivered" and [item.delivered for item in marks_of(bench.stored["tags"])] == [True]
    again = bench.ok(generate=True, delivery=delivery)
    assert not again["changed"] and again["key_id"] == made["key_id"]
    refused = bench.failed(state="absent")
    assert refused["code"] == "delivered" and "own-tag" in bench.stored["tags"]


def test_list_that_somebody_else_changes(bench: Bench) -> None:
    seen = bench.stored["keyCredentials"]
    # Between the plan and the write: the second read of the list finds another one.
    writer = {"service": "graph", "method": "GET", "path": r"select=id,keyCredentials"}
    other = {**seen[0], "keyId": "99999999-0000-4000-8000-000000000000", "key": None}
    bench.emulator.fault(**writer, action="status", status=200, body={"id": bench.app["id"], "keyCredentials": [*seen, other]})
    failure = bench.failed(certificate_content=pem(GOOD))
    assert failure["code"] == "list_changed" and failure["outcome"] == "refused"
    assert bench.emulator.writes() == [] and bench.stored["keyCredentials"] == seen


def before_the_write(bench: Bench, monkeypatch: pytest.MonkeyPatch, *acts: t.Callable[[], object]) -> None:
    """Carry one of these out just before each write of the list, after this run's own look at it."""
    left, send = list(acts), requests.Session.send

    def sending(session: requests.Session, request: requests.PreparedRequest, **more: t.Any) -> requests.Response:
        if left and '"keyCredentials":' in str(request.body if isinstance(request.body, str) else (request.body or b"").decode()).replace("\\", ""):
            left.pop(0)()
        return send(session, request, **more)

    monkeypatch.setattr(requests.Session, "send", sending)


def add_of_others(bench: Bench) -> str:
    """Another client adds a certificate. Returns its id."""
    path = f"tenants/contoso/applications/{bench.app['id']}/certificates"
    before = {one["keyId"] for one in bench.stored["keyCredentials"]}
    bench.emulator.control("POST", path, {"pem": pem(certificate(OTHER))})
    (made,) = {one["keyId"] for one in bench.stored["keyCredentials"]} - before
    return str(made)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_another_client_adds_at_the_same_moment_is_put_back(bench: Bench, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """This run's own certificate goes, since the other one may be in use already."""
    first = bench.stored["keyCredentials"]
    added: list[str] = []
    before_the_write(bench, monkeypatch, *[lambda: added.append(add_of_others(bench))] * times)
    failure = bench.failed(generate=True, delivery={"connector": "power_platform", "instance": "vault certificate"})
    assert (failure["code"], failure["outcome"]) == ("another_run", "refused") and added[0] in failure["details"]["pending_key_ids"]
    assert {one["keyId"] for one in bench.stored["keyCredentials"]} == {first[0]["keyId"], *added}
    assert bench.stored["keyCredentials"][0] == first[0] and marks_of(bench.stored["tags"]) == []


def test_removing_one_takes_no_other_away(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    made = bench.ok(generate=True)
    foreign = bench.stored["keyCredentials"][0]["keyId"]
    added: list[str] = []
    before_the_write(bench, monkeypatch, lambda: added.append(add_of_others(bench)))
    assert bench.ok(state="absent", key_id=made["key_id"], force=True)["changed"]
    assert {one["keyId"] for one in bench.stored["keyCredentials"]} == {foreign, *added}


def test_a_certificate_that_others_removed_is_not_sent_back(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry without its key that is not there is refused, and the whole list with it; removing another one is tried again from what is there."""
    made = bench.ok(generate=True)

    def remove_foreign() -> None:
        bench.emulator.update("contoso", "applications", bench.app["id"], keyCredentials=bench.stored["keyCredentials"][1:])

    before_the_write(bench, monkeypatch, remove_foreign)
    assert bench.ok(state="absent", key_id=made["key_id"], force=True)["changed"]
    assert bench.stored["keyCredentials"] == []


def test_adding_stops_when_others_removed_one(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    before_the_write(bench, monkeypatch, lambda: bench.emulator.update("contoso", "applications", bench.app["id"], keyCredentials=[]))
    assert bench.failed(certificate_content=pem(GOOD))["code"] == "list_changed"
    assert bench.stored["keyCredentials"] == []


def test_what_cannot_be_put_back_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The service shows no key material of a symmetric key, say."""
    added: list[str] = []

    def add() -> None:
        added.append(add_of_others(bench))
        entries = bench.stored["keyCredentials"]
        bench.emulator.update("contoso", "applications", bench.app["id"], keyCredentials=[*entries[:-1], {**entries[-1], "key": None}])

    before_the_write(bench, monkeypatch, add)
    failure = bench.failed(generate=True)
    assert (failure["code"], failure["outcome"]) == ("certificate_lost", "unknown")
    assert failure["details"]["lost_key_ids"] == added and failure["details"]["left_key_id"] in {one["keyId"] for one in bench.stored["keyCredentials"]}


@pytest.mark.parametrize("action", ["drop_after", "drop_before"])
def test_lost_answer(bench: Bench, action: str) -> None:
    bench.emulator.fault(service="graph", path="batch", skip=1, action=action)
    bench.emulator.fault(service="graph", method="PATCH", path="/applications/", action=action)
    assert bench.ok(generate=True)["proof"] == "proven"
    assert len(bench.names) == 2


@pytest.mark.parametrize("removable", [True, False])
def test_when_every_answer_is_lost(bench: Bench, removable: bool) -> None:
    """Nobody gets the key of what may have been added: it is removed again, or named."""
    bench.emulator.fault(service="graph", path="batch", skip=1, action="drop_after")
    lost = {"service": "graph", "method": "PATCH", "path": "/applications/"}
    bench.emulator.fault(**lost, action="drop_after", times=4)  # as often as the write is tried
    if not removable:
        bench.emulator.fault(**lost, action="drop_before", times=None)
        bench.emulator.fault(service="graph", path="batch", skip=1, action="drop_before", times=None)
    failure = bench.failed(generate=True)
    left = [item["keyId"] for item in bench.stored["keyCredentials"] if (item["displayName"] or "").startswith("tkc:")]
    if removable:
        assert failure["details"]["removed_key_id"] and failure["outcome"] == "refused" and left == []
    else:
        assert [failure["details"]["left_key_id"]] == left and failure["outcome"] == "unknown" and left[0] in failure["advice"]


def test_one_that_cannot_be_proven_is_removed(bench: Bench) -> None:
    bench.emulator.settings(conditional_access_blocks=[bench.app["appId"]])
    failure = bench.failed(generate=True)
    assert failure["code"] == "proof_blocked" and failure["details"]["removed_key_id"]
    assert len(bench.names) == 1


def test_expired_is_refused_before_any_write(bench: Bench) -> None:
    assert bench.failed(certificate_content=pem(certificate(begin=-2 * DAY, end=-DAY)))["code"] == "certificate_expired"
    assert bench.emulator.writes() == []
