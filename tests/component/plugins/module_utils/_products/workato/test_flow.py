# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(workato_connection) from its options to the developer API: the engine against the emulator, faults included."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato import client as workato
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato import resource as workato_resource
from ansible_collections.tenantkit.connectors.plugins.modules.workato_connection import DECLARATION
from tenant_emulator.testing import Emulator

CLIENT = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
VALUE = "abc8Q~not-a-real-secret-value-0123456789"
LIST, CREATE = "GET /api/connections", "POST /api/connections"


class Bench:
    """One workspace in the emulator, and the module's engine."""

    def __init__(self, emulator: Emulator, cache: str) -> None:
        self.emulator = emulator
        self.tokens = emulator.workato("contoso")["tokens"]
        self.environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": cache}

    def run(self, *, check: bool = False, host: str | None = None, **options: t.Any) -> Execution:
        plain = {
            "url": self.emulator.workato_url,
            "api_token": self.tokens["automation"],
            "name": "Entra",
            "external_id": "x-1",
            "client_id": CLIENT,
            "client_secret": VALUE,
            "tenant": "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10",
            "ca_path": self.emulator.ca_path,
            "timeout": 300,
        }
        checked = ArgumentSpecValidator(DECLARATION.argument_spec(), **DECLARATION.conditions()).validate({**plain, **options})
        assert checked.error_messages == []
        self.emulator.clear_journal()
        outcome = execute(DECLARATION, checked.validated_parameters, check_mode=check, environ=self.environ, host=host)
        for secret in (VALUE, *self.tokens.values()):
            assert secret not in str(outcome.result) + str(outcome.warnings)
        return outcome

    def ok(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert not outcome.failed, outcome.result
        return {**outcome.result, "warnings": outcome.warnings}

    def failed(self, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(**options)
        assert outcome.failed, outcome.result
        assert outcome.result["failure"]["kind"] != "bug", outcome.result
        return {**outcome.result["failure"], "msg": outcome.result["msg"]}

    @property
    def requests(self) -> list[str]:
        return [f"{entry['method']} {entry['path'].partition('?')[0]}" for entry in self.emulator.journal("workato")]

    @property
    def held(self) -> list[dict[str, t.Any]]:
        found = self.emulator.workato("contoso")["connections"]
        return list(found.values()) if isinstance(found, dict) else found


@pytest.fixture
def bench(emulator: Emulator, tmp_path: t.Any, monkeypatch: pytest.MonkeyPatch) -> Bench:
    cache = tmp_path / "job"
    cache.mkdir(mode=0o700)
    # Time is saved where limits are not what is tested.
    emulator.settings(workato_others_per_second=0)
    monkeypatch.setattr(workato, "OTHER_LIMIT", (1, 0.0))
    monkeypatch.setattr(workato_resource, "_POLL", 0.2)
    return Bench(emulator, str(cache))


def test_create_and_again(bench: Bench) -> None:
    made = bench.ok()
    connection = made["connection"]
    assert made["changed"] and connection["credentials_sent"] and connection["authorization_required"] and not connection["reconnect_required"]
    assert connection["provider"] == "ms_entra_directory" and connection["authorization_url"].startswith("https://login.microsoftonline.com/")
    assert [item for item in bench.requests if "integrations" not in item][:4] == ["GET /api/users/me", LIST, CREATE, LIST]
    again = bench.ok(client_secret=None)
    assert not again["changed"] and again["connection"]["id"] == connection["id"] and not again["connection"]["credentials_sent"]
    assert bench.requests[0] == LIST and len(bench.held) == 1


def test_check_mode(bench: Bench) -> None:
    result = bench.ok(check=True, client_secret=None)
    assert result["changed"] and result["connection"]["would_create"] and result["connection"]["id"] is None
    assert bench.held == [] and bench.emulator.writes() == []


def test_probe(bench: Bench) -> None:
    result = bench.ok(state="probed", expected_workspace="Contoso")
    assert not result["changed"] and result["connection"]["provider"] == "ms_entra_directory"
    assert result["connection"]["workspace"]["name"] == "contoso"


def test_rotation(bench: Bench) -> None:
    made = bench.ok()["connection"]
    bench.emulator.authorize_workato_connection("contoso", made["id"])
    result = bench.ok(rotated=True, client_secret=VALUE)
    assert result["changed"] and result["connection"]["credentials_sent"] and result["warnings"] == []
    assert result["connection"]["authorization_status"] == "success" and result["connection"]["authorization_url"] is None
    bench.emulator.set_workato("contoso", push_keeps_authorization=False)
    lost = bench.ok(rotated=True)
    assert lost["connection"]["reconnect_required"] and "Keep the old client secret" in lost["warnings"][0]


def test_lost_is_found_on_every_run(bench: Bench) -> None:
    made = bench.ok()["connection"]
    bench.emulator.authorize_workato_connection("contoso", made["id"])
    bench.emulator.lose_workato_connection("contoso", made["id"], "MFA is enforced.")
    found = bench.ok()
    assert not found["changed"] and found["connection"]["reconnect_required"] and not found["connection"]["authorization_required"]
    assert found["connection"]["connection_lost_reason"] == "MFA is enforced." and found["connection"]["authorization_url"]


def test_link_is_the_page_where_there_is_no_other(bench: Bench) -> None:
    bench.emulator.set_workato("contoso", oauth_links=False)
    connection = bench.ok()["connection"]
    assert connection["authorization_url"] == f"{bench.emulator.workato_url}/connections/{connection['id']}"
    # Where requests go is one thing, what a person opens another.
    connection = bench.ok(pages_url="https://app.eu.workato.com/api")["connection"]
    assert connection["authorization_url"] == f"https://app.eu.workato.com/connections/{connection['id']}"
    assert "'pages_url'" in bench.failed(pages_url="http://app.eu.workato.com")["msg"]


def test_link_is_asked_for_again(bench: Bench) -> None:
    bench.emulator.fault(service="workato", method="GET", path="get_oauth_url$", action="drop_before", times=1)
    assert bench.ok()["connection"]["authorization_url"].startswith("https://login.microsoftonline.com/")


def test_wait(bench: Bench) -> None:
    connection = bench.ok(wait_for_authorization=True, wait_timeout=1)["connection"]
    assert connection["authorization_required"] and bench.requests.count(LIST) >= 4
    bench.emulator.authorize_workato_connection("contoso", connection["id"])
    assert not bench.ok(wait_for_authorization=True)["connection"]["authorization_required"]
    assert bench.requests.count(LIST) == 1


def test_absent(bench: Bench) -> None:
    made = bench.ok()["connection"]
    bench.emulator.authorize_workato_connection("contoso", made["id"])
    assert len(bench.ok(state="absent")["actions"]) == 2 and bench.held == []
    assert not bench.ok(state="absent")["changed"]


def test_adoption(bench: Bench) -> None:
    bench.ok(external_id=None)
    assert bench.failed()["code"] == "adopt"
    assert bench.failed(state="probed")["code"] == "adopt" and bench.emulator.writes() == []
    seen = bench.ok(state="probed", adopt=True)["connection"]
    assert seen["would_adopt"] and not seen["adopted"] and seen["differences"] == ["external_id"]
    bench.emulator.authorize_workato_connection("contoso", seen["id"])
    adopted = bench.ok(adopt=True)["connection"]
    assert adopted["adopted"] and not adopted["would_adopt"] and adopted["external_id"] == "x-1:adopted" and len(bench.held) == 1
    assert adopted["reconnect_required"], "its sign-in was made with other credentials"
    assert bench.ok(client_secret=None)["connection"]["differences"] == []
    assert bench.ok(state="absent")["actions"] == [f"give connection 'Entra' (id {seen['id']}) back: remove its external id"]
    assert len(bench.held) == 1 and not bench.ok(state="absent")["changed"]
    assert bench.failed()["code"] == "adopt"


def test_name_and_folder_are_corrected_without_credentials(bench: Bench) -> None:
    bench.ok()
    assert bench.ok(state="probed", name="Entra ID")["connection"]["differences"] == ["name"]
    result = bench.ok(name="Entra ID", client_secret=None, client_id=None)
    assert result["changed"] and not result["connection"]["credentials_sent"] and result["connection"]["differences"] == []
    assert bench.held[0]["name"] == "Entra ID" and bench.held[0]["input"]["client_id"] == CLIENT


def test_wrong_data_center(bench: Bench) -> None:
    failure = bench.failed(url=f"{bench.emulator.workato_url}/eu")
    assert (failure["http_status"], failure["outcome"]) == (401, "refused") and "data centre" in failure["advice"]


def test_not_workato_at_all(bench: Bench) -> None:
    failure = bench.failed(url=f"{bench.emulator.workato_url}/nowhere")
    assert failure["outcome"] == "refused"


@pytest.mark.parametrize("status", [401, 403])
def test_token_without_rights(bench: Bench, status: int) -> None:
    bench.emulator.set_workato("contoso", rights_status=status)
    failure = bench.failed(api_token=bench.tokens["narrow"])
    assert failure["http_status"] == status and failure["outcome"] == "refused"
    assert status == 401 or "Projects > Connections" in failure["advice"]


def test_other_workspace(bench: Bench) -> None:
    failure = bench.failed(expected_workspace="fabrikam")
    assert failure["code"] == "other_workspace" and bench.requests == ["GET /api/users/me"]


def test_provider_not_found_and_found_twice(bench: Bench) -> None:
    assert bench.failed(provider_titles=["Azure Directory of Things"])["code"] == "provider_not_found"
    failure = bench.failed(provider_titles=["Salesforce", "Microsoft Teams"])
    assert failure["code"] == "provider_ambiguous" and failure["details"]["candidates"] == ["microsoft_teams", "salesforce"]
    assert bench.emulator.writes() == []


def test_unknown_provider(bench: Bench) -> None:
    failure = bench.failed(provider="guessed")
    assert failure["http_status"] == 400 and "provider is not included in the list" in failure["msg"] and failure["outcome"] == "refused"


def test_field_names(bench: Bench) -> None:
    bench.ok(input_field_map={"client_id": "app", "client_secret": "key", "tenant": "directory"})
    assert set(bench.held[0]["input"]) == {"app", "key", "directory"}


@pytest.mark.parametrize(
    "rule", [{"action": "drop_after"}, {"action": "drop_before"}, {"action": "status_after", "status": 503}, {"action": "status", "status": 500}]
)
def test_a_lost_answer_makes_no_second_connection(bench: Bench, rule: dict[str, t.Any]) -> None:
    bench.ok(state="probed")
    bench.emulator.fault(service="workato", method="POST", **rule)
    result = bench.ok()
    assert result["connection"]["credentials_sent"] and len(bench.held) == 1


def test_unknown_stays_unknown(bench: Bench) -> None:
    bench.emulator.fault(service="workato", method="POST", action="drop_before", times=None)
    assert bench.failed()["outcome"] == "unknown" and bench.held == []


def test_a_failed_look_afterwards_takes_nothing_back(bench: Bench) -> None:
    bench.ok()
    bench.emulator.fault(service="workato", method="PUT", action="status_after", status=200, body={"id": 36})
    bench.emulator.fault(service="workato", method="GET", path="/api/connections", action="status", status=403, skip=1, times=None)
    result = bench.ok(rotated=True)
    assert result["connection"]["credentials_sent"] and "could not be looked up" in result["warnings"][0]


def test_redirects_are_not_followed(bench: Bench) -> None:
    bench.emulator.fault(service="workato", action="redirect", location="https://elsewhere.example/x?key=1", times=None)
    assert bench.failed()["kind"] == "redirect"


def test_limits_are_kept_across_tasks(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workato, "OTHER_LIMIT", (1, 1.1))
    bench.emulator.settings(workato_others_per_second=1)
    bench.ok()
    for _count in range(2):
        bench.ok(rotated=True)
        assert {entry["status"] for entry in bench.emulator.journal("workato")} == {200}


def test_a_repeat_waits_for_its_turn(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server error is repeated no sooner than the limit allows: the try before it counts as well."""
    monkeypatch.setattr(workato, "OTHER_LIMIT", (1, 1.1))
    bench.ok()
    bench.emulator.settings(workato_others_per_second=1)
    bench.emulator.fault(service="workato", method="PUT", action="status_after", status=503, headers={"Retry-After": "0"}, times=2)
    bench.ok(rotated=True)
    assert [entry["status"] for entry in bench.emulator.journal("workato") if entry["method"] == "PUT"] == [503, 503, 200]
    assert 429 not in {entry["status"] for entry in bench.emulator.journal("workato")}


def test_deleted_meanwhile(bench: Bench) -> None:
    """Between the list and the update somebody deletes it: nothing holds what was sent, and the sentence says what happened."""
    bench.ok()
    bench.emulator.fault(service="workato", method="PUT", action="status", status=404)
    failure = bench.failed(rotated=True)
    assert failure["code"] == "connection_gone" and failure["outcome"] == "refused" and "deleted meanwhile" in failure["msg"]


def test_two_hosts_that_mean_the_same(bench: Bench) -> None:
    shared = {"expected_workspace": "contoso"}
    bench.ok(host="contoso", **shared)
    failure = bench.failed(host="fabrikam", **shared)
    assert failure["code"] == "duplicate_target" and failure["tenant"] is None and failure["outcome"] == "refused"
    assert bench.failed(host="contoso", **shared)["code"] == "duplicate_target"
    assert bench.ok(host="northwind", external_id="x-2", name="Other", **shared)["changed"]


@pytest.mark.parametrize("first_may_read", [True, False])
def test_two_hosts_that_mean_the_same_with_a_token_each(bench: Bench, first_may_read: bool) -> None:
    """Tokens that may not name their workspace could be of the same one: then the external id alone decides."""
    for name in ("second", "third"):
        bench.emulator.add_workato_client("contoso", name, f"a-{name}-token-of-contoso", ["connections", "connectors"])
    if first_may_read:
        bench.ok(host="contoso")
    bench.emulator.fault(service="workato", method="GET", path="/users/me$", action="status", status=403, times=None)
    if not first_may_read:
        bench.ok(host="contoso")
    failure = bench.failed(host="fabrikam", api_token="a-second-token-of-contoso", rotated=True)
    assert failure["code"] == "duplicate_target" and "Get details" in failure["msg"] and bench.emulator.writes() == []
    assert bench.failed(host="contoso", rotated=True)["code"] == "duplicate_target" and bench.emulator.writes() == []
    assert bench.ok(host="northwind", api_token="a-third-token-of-contoso", external_id="x-2", name="Other")["changed"]


def test_several_hosts_in_one_workspace_say_so(bench: Bench) -> None:
    """Also when one of them was there before the others, and its secret is about to be sent."""
    shared, other = {"expected_workspace": "contoso"}, {"external_id": "x-2", "name": "Other"}
    bench.ok(host="contoso")
    failure = bench.failed(host="fabrikam", **other)
    assert failure["code"] == "workspace_shared" and failure["outcome"] == "refused" and bench.emulator.writes() == []
    assert all(word in failure["msg"] for word in ("contoso and fabrikam", "'contoso' (id", "expected_workspace"))
    assert bench.failed(host="contoso", rotated=True)["code"] == "workspace_shared" and bench.emulator.writes() == []
    assert bench.failed(host="contoso", state="absent")["code"] == "workspace_shared"
    assert bench.ok(host="fabrikam", **other, **shared)["changed"] and bench.ok(host="contoso", rotated=True, **shared)["changed"]


def test_no_token(bench: Bench) -> None:
    assert bench.failed(api_token=" ")["code"] == "api_token_missing"
    assert bench.requests == []


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_page_of_something_else_is_no_refusal(bench: Bench, status: int) -> None:
    """Neither a missing right nor "not there"; a secret that was sent may have arrived."""
    bench.emulator.fault(service="workato", path="/api/users/me", action="proxy_page", status=status, times=None)
    assert bench.failed()["kind"] == "proxyanswer"
    bench.emulator.clear_faults()
    bench.emulator.fault(service="workato", method="POST", path="/api/connections$", action="proxy_page", status=status, times=None)
    failure = bench.failed()
    assert (failure["kind"], failure["outcome"], bench.held) == ("proxyanswer", "unknown", [])
    bench.emulator.clear_faults()
    bench.ok()
    for method, options in (("PUT", {"update_credentials": "always"}), ("DELETE", {"state": "absent"})):
        bench.emulator.fault(service="workato", method=method, action="proxy_page", status=status, times=None)
        failure = bench.failed(**options)
        assert (failure["kind"], failure["outcome"], len(bench.held)) == ("proxyanswer", "unknown", 1)
        bench.emulator.clear_faults()


def test_a_quota_is_no_missing_right(bench: Bench) -> None:
    bench.emulator.fault(service="workato", method="POST", path="/api/connections$", action="status", status=403, body={"message": "Connection quota reached"})
    failure = bench.failed()
    assert failure["kind"] == "service" and failure["outcome"] == "refused" and "not a missing permission" in failure["advice"]


TREE = [
    {"id": 5000, "name": "Identity", "project_id": 70},
    {"id": 5001, "name": "Entra", "parent_id": 5000},
    {"id": 5002, "name": "Connections", "parent_id": 5001},
    {"id": 5003, "name": "Entra", "parent_id": None},
    *({"id": 6000 + number, "name": f"Filler {number}", "parent_id": 5001} for number in range(150)),
    {"id": 5004, "name": "Last", "parent_id": 5001},
]
FOLDERS, PROJECTS = "GET /api/folders", "GET /api/projects"


@pytest.fixture
def located(bench: Bench) -> Bench:
    """A workspace with folders, and a token that may list them."""
    bench.emulator.set_workato("contoso", named_folders=TREE)
    bench.emulator.add_workato_client("contoso", "automation", bench.tokens["automation"], ["connections", "connectors", "folders"])
    return bench


@pytest.mark.parametrize(
    ("options", "folder_id", "asked"),
    [
        ({"folder": "Entra"}, 5003, [FOLDERS]),
        ({"project": "Identity"}, 5000, [PROJECTS]),
        ({"project": "Identity", "folder": "Entra/Connections"}, 5002, [PROJECTS, FOLDERS, FOLDERS, FOLDERS]),
        ({"folder": "Identity / Entra / Last"}, 5004, [FOLDERS, FOLDERS, FOLDERS, FOLDERS]),  # on the second page
    ],
)
def test_a_folder_by_its_names(located: Bench, options: dict[str, t.Any], folder_id: int, asked: list[str]) -> None:
    """Asked for once a job; a connection that lies elsewhere is moved there."""
    assert located.ok(state="probed", **options)["connection"]["folder_id"] == folder_id
    assert [line for line in located.requests if line in (FOLDERS, PROJECTS)] == asked
    assert located.ok(**options)["changed"] and located.held[0]["folder_id"] == folder_id
    assert not {FOLDERS, PROJECTS} & set(located.requests)
    assert not located.ok(client_secret=None, **options)["changed"]
    moved = located.ok(client_secret=None, folder_id=4515)
    assert moved["actions"] == ["update connection 'Entra' (id 36): set folder_id to '4515'"]
    assert located.ok(client_secret=None, **options)["changed"] and located.held[0]["folder_id"] == folder_id
    # What goes is found wherever it lies.
    assert located.ok(state="absent", **{**options, "folder": "gone"})["changed"] and located.held == []


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"folder": "Entre"}, "no_such_folder", "'Home' has no folder that is called 'Entre', as far as the API token may see; near ones: Entra."),
        ({"project": "Identity", "folder": "Entra/Nothing"}, "no_such_folder", "'Identity / Entra' has no folder that is called 'Nothing'"),
        ({"project": "Entra"}, "no_such_project", "has no project that is called 'Entra'"),
        ({"folder": "Entra/"}, "folder_path", "Neither begin nor end it"),
    ],
)
def test_a_folder_that_is_not_there(located: Bench, options: dict[str, t.Any], code: str, words: str) -> None:
    failure = located.failed(**options)
    assert (failure["code"], failure["outcome"]) == (code, "refused") and words in failure["msg"]
    assert located.held == [] and located.emulator.writes() == []


def test_listing_folders_needs_a_right_of_its_own(bench: Bench) -> None:
    bench.emulator.set_workato("contoso", named_folders=TREE)
    failure = bench.failed(folder="Entra")
    assert (failure["http_status"], failure["outcome"]) == (403, "refused") and "Projects > Projects & folders" in failure["msg"]


@pytest.mark.parametrize("body", [{"items": []}, [{"id": "5"}], ["Entra"], [{"name": "Entra"}]])
def test_folders_in_another_form(located: Bench, body: t.Any) -> None:
    located.emulator.fault(service="workato", path="/api/folders", action="status", status=200, body=body)
    assert located.failed(folder="Entra")["code"] == "malformed_answer"


def test_a_lost_sign_in_comes_with_the_steps_of_the_vendor(bench: Bench) -> None:
    made = bench.ok()["connection"]
    assert made["reconnect_steps"] == []
    bench.emulator.authorize_workato_connection("contoso", made["id"])
    bench.emulator.lose_workato_connection("contoso", made["id"], "AADSTS50076")
    lost = bench.ok(client_secret=None)["connection"]
    assert lost["reconnect_required"] and len(lost["reconnect_steps"]) == 4
    for step, word in zip(lost["reconnect_steps"], ("multifactor", "Reconnect", "second factor", "Test the recipes"), strict=True):
        assert word in step
