# SPDX-License-Identifier: GPL-3.0-or-later
"""C(workspace365_sso) from its options to the Provisioning API: the engine against the emulator, faults included."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.modules.workspace365_sso import DECLARATION
from tenant_emulator.testing import Emulator

AUTHORITY = "https://login.windows.net/contoso.onmicrosoft.com"
CLIENT = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
VALUE = "abc8Q~not-a-real-secret-value-0123456789"
LIST = "GET /Provisioning/Environment/"
LICENSES = "GET /Provisioning/contoso/UserLicenses/"
PUT = "PUT /Provisioning/contoso/SingleSignOnSettings/OAuth2"
PAGE = "GET /contoso/SignIn"


class Bench:
    """One environment in the emulator, and the module's engine."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator
        self.key = emulator.control("GET", "workspace365/portal")["provisioning_key"]

    def run(self, *, check: bool = False, **options: t.Any) -> Execution:
        plain = {
            "state": "present",
            "instance_url": self.emulator.workspace365_url(),
            "environment": "contoso",
            "provisioning_key": self.key,
            "authority": AUTHORITY,
            "client_id": CLIENT,
            "key": VALUE,
            "key_id": "key-1",
            "expected_tenants": [],
            "sign_in_checked": True,
            "ca_path": self.emulator.ca_path,
            "timeout": 300,
        }
        outcome = execute(DECLARATION, {**plain, **options}, check_mode=check, environ={})
        for secret in (self.key, VALUE):
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
        return outcome.result["failure"]

    @property
    def requests(self) -> list[str]:
        return [f"{entry['method']} {entry['path'].partition('?')[0]}" for entry in self.emulator.journal()]

    @property
    def held(self) -> dict[str, t.Any] | None:
        return self.emulator.workspace365()["sso"]


@pytest.fixture
def bench(emulator: Emulator) -> Bench:
    return Bench(emulator)


def test_probe(bench: Bench) -> None:
    result = bench.ok(state="probed", key=None, sign_in_checked=False)
    assert not result["changed"] and result["sso"]["connection"] == "unconnected" and result["sso"]["environment_proven"]
    assert bench.requests == [LIST, PAGE]


def test_send(bench: Bench) -> None:
    result = bench.ok()
    assert result["changed"] and result["sso"]["sent"] and bench.held is not None and bench.held["client_id"] == CLIENT
    assert bench.requests == [PUT, PAGE]
    again = bench.ok(key=None, delivered_key_id="key-1")
    assert not again["changed"] and (again["sso"]["sign_in"], again["sso"]["sign_in_reason"]) == ("not_checked", None)
    assert bench.requests == [PUT, PAGE]


def test_the_page_leads_to_what_was_sent(bench: Bench) -> None:
    """Looked at after the call, without the provisioning key."""
    result = bench.ok()
    assert (result["sso"]["sign_in"], result["warnings"]) == ("verified", [])
    assert result["sso"]["sign_in_reason"].endswith(f"it sends people to tenant contoso.onmicrosoft.com with the client id {CLIENT}.")
    (entry,) = [entry for entry in bench.emulator.journal() if entry["path"].endswith("/SignIn")]
    assert bench.key not in str(entry)


@pytest.mark.parametrize(("lag", "looks", "status"), [(1, 2, "verified"), (3, 4, "verified"), (9, 4, "unverified")])
def test_the_page_is_waited_for_a_few_times(bench: Bench, lag: int, looks: int, status: str) -> None:
    bench.ok(client_id="0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa")
    bench.emulator.set_workspace365("portal", "contoso", page_lag=lag)
    bench.emulator.clear_journal()
    result = bench.ok(key_id="key-2")
    assert result["sso"]["sent"] and result["sso"]["sign_in"] == status
    assert bench.requests == [PUT, *[PAGE] * looks]
    if status == "unverified":
        (warning,) = result["warnings"]
        assert f"client id 0b9e4c37-36d2-4f4e-8f28-0a54a8d6b1aa, and {CLIENT} was sent" in warning and "were accepted, and stay" in warning


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"action": "drop_before"}, "could not be read (Could not look at the sign-in page"),
        ({"action": "drop_after"}, "could not be read (Could not look at the sign-in page"),
        ({"action": "status", "status": 429, "headers": {"Retry-After": "3600"}}, "it answers 429"),
        ({"action": "status", "status": 403}, "it answers 403"),
        ({"action": "redirect", "location": "https://elsewhere.example/x?key=1"}, "elsewhere.example/x, which names no tenant"),
        ({"action": "html", "status": 200, "body": "<p>Down for maintenance</p>"}, "neither asks for a password nor"),
    ],
)
def test_whatever_becomes_of_the_look_the_delivery_stands(bench: Bench, rule: dict[str, t.Any], words: str) -> None:
    """A failure here would be taken for the answer of the product, and the key would be taken away from it."""
    bench.emulator.fault(service="workspace365", path="/SignIn$", times=None, **rule)
    result = bench.ok()
    assert (result["sso"]["sent"], result["sso"]["sign_in"]) == (True, "unverified")
    assert words in result["sso"]["sign_in_reason"] and len(result["warnings"]) == 1
    assert bench.requests.count(PUT) == 1 and bench.requests.count(PAGE) <= 4
    assert bench.held is not None and bench.held["client_id"] == CLIENT


def test_the_look_ends_with_the_time_of_the_task(bench: Bench) -> None:
    bench.emulator.set_workspace365("portal", "contoso", page_lag=9)
    result = bench.ok(timeout=2)
    assert (result["sso"]["sent"], result["sso"]["sign_in"]) == (True, "unverified")
    assert bench.requests.count(PAGE) < 4


def test_a_page_that_names_no_client(bench: Bench) -> None:
    bench.emulator.set_workspace365("portal", "contoso", page_mode="bare")
    result = bench.ok()
    assert result["sso"]["sign_in"] == "unverified" and result["sso"]["sign_in_reason"].endswith("and names no client id.")


def test_sign_in_page_is_looked_at_before_sending(bench: Bench) -> None:
    bench.ok(sign_in_checked=False)
    assert bench.requests == [PAGE, PUT, PAGE]
    assert bench.ok(sign_in_checked=False, state="probed")["sso"]["connection"] == "this_tenant"


def test_the_page_alone(bench: Bench) -> None:
    """One request without the provisioning key, whatever the page shows."""
    bench.ok(authority="https://login.windows.net/fabrikam.com")
    bench.emulator.clear_journal()
    looked = {"state": "page", "provisioning_key": None, "authority": None, "key": None, "sign_in_checked": False}
    for check in (False, True):
        result = bench.ok(check=check, **looked)
        page = {"client_id": CLIENT, "tenant": "fabrikam.com", "seen": "it sends people to tenant fabrikam.com"}
        assert (result["changed"], result["sso"]["page"], result["sso"]["connection"]) == (False, page, "not_checked")
    assert bench.requests == [PAGE, PAGE] and all(bench.key not in str(entry) for entry in bench.emulator.journal())
    bench.emulator.fault(service="workspace365", action="drop_before", times=None)
    page = bench.ok(**looked)["sso"]["page"]
    assert (page["client_id"], page["tenant"]) == (None, None) and page["seen"].startswith("it could not be read (Could not look at the sign-in page")


@pytest.mark.parametrize("state", ["present", "probed"])
def test_everything_else_needs_the_provisioning_key(bench: Bench, state: str) -> None:
    given = {"state": state, "instance_url": bench.emulator.workspace365_url(), "environment": "contoso"}
    for options, problems in ((given, 1), ({**given, "provisioning_key": bench.key}, 0)):
        checked = ArgumentSpecValidator(DECLARATION.argument_spec(), **DECLARATION.conditions()).validate(options)
        assert len(checked.error_messages) == problems


def test_check_mode_reads_only(bench: Bench) -> None:
    result = bench.ok(check=True, key=None)
    assert result["changed"] and not result["sso"]["sent"] and bench.emulator.writes() == [] and bench.held is None


def test_another_tenants_environment(bench: Bench) -> None:
    bench.ok(authority="https://login.windows.net/fabrikam.com")
    bench.emulator.clear_journal()
    for state in ("present", "probed"):
        failure = bench.failed(state=state, sign_in_checked=False, take_over=True, force=True)
        assert failure["code"] == "other_tenant" and failure["outcome"] == "refused"
    assert bench.emulator.writes() == []
    assert bench.ok(sign_in_checked=False, expected_tenants=["contoso.onmicrosoft.com", "fabrikam.com"])["changed"]


def test_unclear_page(bench: Bench) -> None:
    bench.emulator.set_workspace365("portal", "contoso", page_mode="error")
    assert bench.failed(sign_in_checked=False)["code"] == "connection_unclear" and bench.emulator.writes() == []
    assert bench.ok(sign_in_checked=False, take_over=True)["changed"]
    assert not bench.ok(state="probed", sign_in_checked=False, delivered_mark=True)["changed"]


def test_a_mark_does_not_open_another_tenants_environment(bench: Bench) -> None:
    """Somebody may have connected another tenant since the mark was written: that is looked at, and fails whatever is set."""
    bench.ok(authority="https://login.windows.net/fabrikam.com")
    for state in ("present", "probed"):
        assert bench.failed(state=state, sign_in_checked=False, delivered_mark=True, take_over=True)["code"] == "other_tenant"


def test_a_page_in_place_of_the_api(bench: Bench) -> None:
    """A portal that answers everything with 200 and a page has taken nothing, as far as anybody knows."""
    bench.emulator.fault(service="workspace365", method="PUT", action="html", status=200)
    failure = bench.failed()
    assert failure["code"] == "not_json" and failure["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("authority", "code"), [("https://login.windows.net/fabrikam.com", "authority_of_another_tenant"), ("login.windows.net/contoso.com", "invalid_authority")]
)
def test_an_authority_that_cannot_be_right_is_refused(bench: Bench, authority: str, code: str) -> None:
    for state in ("present", "probed"):
        failure = bench.failed(authority=authority, expected_tenants=["contoso.com"], state=state)
        assert (failure["code"], failure["outcome"]) == (code, "refused")
    assert bench.emulator.journal() == []


@pytest.mark.parametrize(
    ("options", "status"),
    [
        ({"provisioning_key": "00000000-0000-0000-0000-000000000001"}, 403),
        ({"authority": "https://login.example/x"}, 400),
        ({"environment": "nobody"}, 404),
    ],
)
def test_definite_refusals(bench: Bench, options: dict[str, t.Any], status: int) -> None:
    failure = bench.failed(**options)
    assert (failure["http_status"], failure["outcome"]) == (status, "refused")
    assert len(bench.requests) == 1


def test_both_causes_of_404_are_named(bench: Bench) -> None:
    bench.emulator.set_workspace365("portal", on_premises=True)
    outcome = bench.run()
    assert "on-premises" in outcome.result["msg"] and "environment 'contoso'" in outcome.result["msg"]


def test_nothing_listens(bench: Bench) -> None:
    failure = bench.failed(instance_url="https://127.0.0.1:9")
    assert failure["outcome"] == "refused"


@pytest.mark.parametrize(
    "rule", [{"action": "drop_after"}, {"action": "drop_before"}, {"action": "status_after", "status": 503}, {"action": "status", "status": 500}]
)
def test_the_same_value_is_sent_again(bench: Bench, rule: dict[str, t.Any]) -> None:
    bench.emulator.fault(service="workspace365", **rule)
    assert bench.ok()["sso"]["sent"]
    assert bench.requests == [PUT, PUT, PAGE]
    assert len({(item["client_id"], item["authority"]) for item in bench.emulator.workspace365()["writes"]}) == 1


def test_500_is_repeated_once(bench: Bench) -> None:
    bench.emulator.fault(service="workspace365", action="status", status=500, times=None)
    assert bench.failed()["outcome"] == "unknown"
    assert bench.requests == [PUT, PUT]


def test_unknown_stays_unknown(bench: Bench) -> None:
    """A refusal after a lost answer says nothing about the first try."""
    bench.emulator.fault(service="workspace365", action="drop_after")
    bench.emulator.fault(service="workspace365", action="status", status=403, times=None)
    failure = bench.failed()
    assert (failure["http_status"], failure["outcome"]) == (403, "unknown")


def test_time_is_over(bench: Bench) -> None:
    bench.emulator.fault(service="workspace365", action="drop_after", times=None)
    failure = bench.failed(timeout=3)
    assert failure["outcome"] == "unknown" and "Run again" in failure["advice"]


def test_redirects_are_not_followed(bench: Bench) -> None:
    bench.emulator.fault(service="workspace365", action="redirect", location="https://elsewhere.example/x?key=1", times=None)
    for options in ({"state": "probed"}, {}):
        failure = bench.failed(**options)
        assert failure["kind"] == "redirect" and "?" not in str(failure["details"])
    assert failure["outcome"] == "unknown"


@pytest.mark.parametrize("shape", ["strings", "objects"])
def test_environment_list(bench: Bench, shape: str) -> None:
    bench.emulator.set_workspace365("portal", environment_shape=shape)
    assert bench.ok(state="probed")["warnings"] == []
    assert bench.requests == [LIST]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"count": 3}, "has a form that is not known"),
        ({"errors": [], "items": ["contoso"]}, "has a form that is not known"),
        ("<html><body>Welcome</body></html>", "has a form that is not known"),
        ([{"Name": "Contoso B.V.", "Url": "contoso"}], "does not name it"),
        (["fabrikam"], "does not name it"),
    ],
)
def test_where_the_list_says_nothing_the_licenses_decide(bench: Bench, body: t.Any, words: str) -> None:
    bench.emulator.fault(service="workspace365", action="status", status=200, body=body, times=None, path="/Environment/")
    (warning,) = bench.ok(state="probed")["warnings"]
    assert words in warning and "environment 'contoso'" in warning.lower()
    assert bench.requests == [LIST, LICENSES]
    outcome = bench.run(state="probed", environment="nobody")
    assert outcome.failed and outcome.result["failure"]["http_status"] == 404
    assert "has no environment 'nobody'" in outcome.result["msg"] and outcome.warnings == []


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ({"action": "html", "body": "<html><body>Down for maintenance</body></html>"}, "not_json", "Down for maintenance"),
        ({"action": "status", "body": ""}, "not_json", "empty body"),
        ({"action": "status", "body": {"status": "up"}}, "unexpected_answer", "without the numbers of licenses"),
        ({"action": "status", "body": ["purchasedLicenses", "usedLicenses"]}, "unexpected_answer", "without the numbers of licenses"),
    ],
)
def test_what_proves_no_environment(bench: Bench, answer: dict[str, t.Any], code: str, words: str) -> None:
    """A portal answers everything with 200. Nothing may be made for an environment that only it has vouched for."""
    bench.emulator.fault(service="workspace365", status=200, times=None, path="/Provisioning/", **answer)
    outcome = bench.run(state="probed", expected_tenants=["contoso.onmicrosoft.com"])
    failure, text = outcome.result["failure"], outcome.result["msg"]
    assert (failure["code"], outcome.warnings) == (code, [])
    for word in (words, "tenant contoso.onmicrosoft.com", "environment 'contoso'", failure["client_request_id"]):
        assert word in text
    assert bench.requests == [LIST, LICENSES]


@pytest.mark.parametrize("names", [{"PurchasedLicenses": 5, "UsedLicenses": 2}, {"purchasedLicenses": None, "usedLicenses": 0, "more": 1}])
def test_the_names_of_the_numbers_are_read_in_any_case(bench: Bench, names: dict[str, t.Any]) -> None:
    bench.emulator.fault(service="workspace365", action="html", status=200, path="/Environment/")
    bench.emulator.fault(service="workspace365", action="status", status=200, path="/UserLicenses/", body=names)
    assert bench.ok(state="probed")["sso"]["environment_proven"]


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        ({"action": "status", "status": 403}, {"state": "probed"}),
        ({"action": "status", "status": 404, "path": "/Environment/"}, {"state": "probed"}),
        ({"action": "redirect"}, {"state": "probed"}),
        ({"action": "status", "status": 404}, {}),
        ({"action": "html", "status": 200}, {}),
    ],
)
def test_failures_name_environment_tenant_and_request(bench: Bench, rule: dict[str, t.Any], options: dict[str, t.Any]) -> None:
    request_id = "5b0a4d1e-0f3c-4c0c-9a63-1f8e3d2c7b6a"
    bench.emulator.fault(service="workspace365", times=None, headers={"request-id": request_id}, **{"path": "/Provisioning/", **rule})
    first = "5f1c7f0e-6d3c-4a0e-9a54-3f1c9f3f1f10"
    outcome = bench.run(expected_tenants=[first, "contoso.onmicrosoft.com"], **options)
    assert outcome.result["failure"]["tenant"] == first
    for word in (f"For tenant {first}: ", "environment 'contoso'", request_id):
        assert word in outcome.result["msg"]


def test_the_authority_names_the_tenant_where_nothing_else_does(bench: Bench) -> None:
    """A host of that domain does not."""
    url = "https://portal.contoso.onmicrosoft.com:0"
    assert bench.run(instance_url=url).result["msg"].startswith("For tenant contoso.onmicrosoft.com: 'instance_url' is")
    assert bench.run(instance_url=url, authority=None).result["msg"].startswith("'instance_url' is")


def test_the_key_goes_to_the_instance_only(bench: Bench) -> None:
    assert bench.failed(instance_url="http://127.0.0.1:9")["code"] == "invalid_instance_url"
    assert bench.requests == []


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize("action", ["html", "proxy_page"])
def test_a_page_of_something_else_is_no_refusal(bench: Bench, action: str, status: int) -> None:
    """The same values are sent once more; then it is unknown whether they arrived, and the key stays."""
    bench.emulator.fault(service="workspace365", method="PUT", action=action, status=status, times=None)
    failure = bench.failed()
    assert (failure["kind"], failure["code"], failure["outcome"], failure["http_status"]) == ("proxyanswer", "not_the_service", "unknown", status)
    assert "workspace365_instance_url" in failure["advice"] and "HTTPS_PROXY" in failure["advice"]
    assert bench.requests == [PUT, PUT]


def test_an_empty_answer_that_a_proxy_passed_on_is_in_doubt(bench: Bench) -> None:
    bench.emulator.fault(service="workspace365", method="PUT", action="status", status=403, body="", headers={"Via": "1.1 proxy"}, times=None)
    assert bench.failed()["outcome"] == "unknown"


def test_a_passing_page_is_over_with_the_second_try(bench: Bench) -> None:
    bench.emulator.fault(service="workspace365", method="PUT", action="proxy_page")
    bench.ok()
    assert bench.held and bench.requests == [PUT, PUT, PAGE]


@pytest.mark.parametrize("status", [403, 404])
def test_a_page_proves_no_environment_and_no_missing_one(bench: Bench, status: int) -> None:
    bench.emulator.fault(service="workspace365", method="GET", action="html", status=status, body="<p>Sign in to the guest network</p>", times=None)
    result = bench.run(state="probed").result
    assert (result["failure"]["kind"], result["failure"]["outcome"]) == ("proxyanswer", None)
    assert "guest network" in result["msg"] and "has no" not in result["msg"]
