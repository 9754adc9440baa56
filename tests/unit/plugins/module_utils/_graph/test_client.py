# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GraphClient against listed HTTP expectations: every request must be expected, every expectation must be used."""

from __future__ import annotations

import dataclasses
import json
import typing as t

import pytest
import requests
import requests.structures
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import (
    BudgetError,
    ConflictError,
    ConnectorError,
    CredentialError,
    ForbiddenError,
    NotFoundError,
    ProxyAnswerError,
    RedirectError,
    ServiceError,
    TenantGuardError,
    TransportError,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.client import GraphClient
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.write_check import is_applied
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient

BASE = "https://graph.example/v1.0"
Step: t.TypeAlias = "requests.Response | Exception"


def answer(status: int, body: t.Any = None, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code = status
    made._content = (body if isinstance(body, str) else "" if body is None else json.dumps(body)).encode()  # pylint: disable=protected-access
    made.headers = requests.structures.CaseInsensitiveDict({"Content-Type": "application/json", "request-id": "req-1"})
    made.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    made.request = requests.Request("GET", BASE).prepare()
    return made


def fault(status: int, code: str, message: str = "It failed.", *details: str, **headers: str) -> requests.Response:
    error: dict[str, t.Any] = {"code": code, "message": message}
    if details:
        error["details"] = [{"code": detail, "message": message} for detail in details]
    return answer(status, {"error": error}, **headers)


NOT_FOUND = ("Request_ResourceNotFound", "Resource 'x' does not exist or one of its queried reference-property objects are not present.")
UNREAD = ("Directory_ObjectNotFound", "Unable to read the company information from the directory.")
DENIED = ("Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
CONCURRENT = ("Directory_ConcurrencyViolation", "Error due to concurrent requests being made to the tenant. Please wait briefly and retry.")
LOST = requests.exceptions.ReadTimeout()


class Script:
    """The HTTP calls that are expected, in their order, each with its answer."""

    def __init__(self) -> None:
        self.expected: list[tuple[str, str, Step]] = []
        self.bodies: list[t.Any] = []
        self.headers: list[dict[str, str]] = []

    def expect(self, method: str, url: str, step: Step) -> Script:
        self.expected.append((method, url if "://" in url else BASE + url, step))
        return self

    def request(self, method: str, url: str, **rest: t.Any) -> requests.Response:
        assert self.expected, f"unexpected {method} {url}"
        expected_method, expected_url, step = self.expected.pop(0)
        assert (method, url) == (expected_method, expected_url)
        self.bodies.append(rest["json"])
        self.headers.append(rest["headers"])
        if isinstance(step, Exception):
            raise step
        return step


@dataclasses.dataclass
class Token:
    access_token: str
    from_cache: bool


class Tokens:
    def __init__(self, from_cache: bool = False) -> None:
        self.from_cache = from_cache
        self.asked: list[tuple[str, bool]] = []
        self.fresh = 0

    def token(self, audience: str, *, fresh: bool = False) -> Token:
        self.asked.append((audience, fresh))
        self.fresh += fresh
        return Token(f"token{self.fresh}", self.from_cache and not fresh)


class World:
    """A client, its script and a clock that only waiting moves."""

    def __init__(self, *, cached: bool = False, seconds: float = 300, secrets: t.Collection[str] = ()) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        self.script = Script()
        self.tokens = Tokens(cached)
        budget = Budget(seconds, clock=lambda: self.now, sleep=self._sleep)
        http = HttpClient(budget, ca_path=None, session=self.script, jitter=lambda: 0.5, secrets=secrets)
        self.graph = GraphClient(http, "https://graph.example", self.tokens, "contoso.example", "t-1")
        self.expect = self.script.expect

    def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def make_world() -> t.Iterator[t.Callable[..., World]]:
    worlds: list[World] = []

    def make(**options: t.Any) -> World:
        worlds.append(World(**options))
        return worlds[-1]

    yield make
    for world in worlds:
        assert not world.script.expected, "expected requests that were not made"


@pytest.fixture
def world(make_world: t.Callable[..., World]) -> World:
    return make_world()


@pytest.mark.parametrize("base", ["https://graph.example", "https://graph.example/", "https://graph.example/v1.0", "https://graph.example/v1.0/"])
def test_base_url_with_and_without_version(base: str) -> None:
    graph = GraphClient(t.cast(t.Any, None), base, Tokens(), "contoso")
    assert (graph.base_url, graph.audience) == (BASE, "https://graph.example")


# Reads


def test_get(world: World) -> None:
    world.expect("GET", "/applications/1?$select=id", answer(200, {"id": "1"}))
    assert world.graph.get("/applications/1", doing="read it", params={"$select": ["id"]}) == {"id": "1"}
    assert world.script.headers[0]["Authorization"] == "Bearer token0"
    assert world.tokens.asked == [("https://graph.example", False)]


def test_get_of_a_missing_object_fails_at_once(world: World) -> None:
    world.expect("GET", "/applications/1", fault(404, *NOT_FOUND))
    with pytest.raises(NotFoundError) as caught:
        world.graph.get("/applications/1", doing="read application 'payroll'")
    assert caught.value.message == (
        "Could not read application 'payroll' in tenant contoso.example: Microsoft Graph answered 404 Request_ResourceNotFound: "
        "Resource 'x' does not exist or one of its queried reference-property objects are not present (request id req-1)."
    )
    assert caught.value.tenant == "contoso.example"
    assert caught.value.outcome is None
    assert not world.waits


def test_find(world: World) -> None:
    world.expect("GET", "/a/1", answer(200, {"id": "1"})).expect("GET", "/a/2", fault(404, *NOT_FOUND))
    assert world.graph.find("/a/1", doing="read") == {"id": "1"}
    assert world.graph.find("/a/2", doing="read") is None


@pytest.mark.parametrize(
    "step",
    [
        fault(403, *DENIED),
        fault(400, "Request_BadRequest", "Invalid object identifier 'x'."),
        answer(404, "<html>no such page</html>", Content_Type="text/html"),
        answer(404, None),
        answer(404, {"message": "no route"}),
    ],
)
def test_nothing_but_a_404_of_graph_itself_means_absent(world: World, step: requests.Response) -> None:
    world.expect("GET", "/a", step)
    with pytest.raises(ServiceError) as caught:
        world.graph.find("/a", doing="read")
    assert not isinstance(caught.value, NotFoundError)


def test_an_unreadable_directory_does_not_mean_absent(world: World) -> None:
    world.expect("GET", "/a", fault(404, *UNREAD)).expect("GET", "/a", answer(200, {"id": "1"}))
    assert world.graph.find("/a", doing="read") == {"id": "1"}
    for _try in range(7):
        world.expect("GET", "/a", fault(404, *UNREAD))
    with pytest.raises(ServiceError) as caught:
        world.graph.find("/a", doing="read")
    assert not isinstance(caught.value, NotFoundError)


def test_reads_survive_errors_of_the_service(world: World) -> None:
    world.expect("GET", "/a", answer(503)).expect("GET", "/a", LOST).expect("GET", "/a", answer(200, {}))
    assert world.graph.get("/a", doing="read") == {}


def test_a_lost_read_has_no_outcome(world: World) -> None:
    world.expect("GET", "/a", requests.exceptions.InvalidURL())
    with pytest.raises(TransportError) as caught:
        world.graph.get("/a", doing="read")
    assert caught.value.outcome is None
    assert caught.value.tenant == "contoso.example"


@pytest.mark.parametrize("body", ["[1]", '"text"', "null"])
def test_json_that_is_not_an_object(world: World, body: str) -> None:
    world.expect("GET", "/a", answer(200, body))
    with pytest.raises(ServiceError, match="in tenant contoso.example: Microsoft Graph answered JSON that is not an object"):
        world.graph.get("/a", doing="read")


def test_list_follows_pages(world: World) -> None:
    link = BASE + "/applications?$skiptoken=A%2Bb"
    world.expect("GET", "/applications?$select=id&$top=999", answer(200, {"value": [{"id": "1"}], "@odata.nextLink": link}))
    world.expect("GET", link, answer(200, {"value": [], "@odata.nextLink": link + "2"}))
    world.expect("GET", link + "2", answer(200, {"value": [{"id": "2"}]}))
    found = world.graph.list("/applications", doing="list", params={"$select": "id"}, headers={"ConsistencyLevel": "eventual"})
    assert [entry["id"] for entry in found] == ["1", "2"]
    assert all(headers["ConsistencyLevel"] == "eventual" for headers in world.script.headers)


def test_no_page_after_the_one_that_shows_too_many(world: World) -> None:
    link = f"{BASE}/applications?$skiptoken="
    world.expect("GET", f"{link}0", answer(200, {"value": [{"id": "3"}, {"id": "4"}], "@odata.nextLink": f"{link}1"}))
    first = PartAnswer(200, {"value": [{"id": "1"}, {"id": "2"}], "@odata.nextLink": f"{link}0"}, Part("GET", "/applications"))
    assert [entry["id"] for entry in world.graph.items(first, most=3)] == ["1", "2", "3", "4"]
    assert [entry["id"] for entry in world.graph.items(first, most=1)] == ["1", "2"]


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/directoryRoles", "/directoryRoles"),
        ("/organization", "/organization"),
        ("/policies/permissionGrantPolicies", "/policies/permissionGrantPolicies"),
        ("/applications?$top=5", "/applications?$top=5"),
        ("/servicePrincipals/1/appRoleAssignments", "/servicePrincipals/1/appRoleAssignments?$top=999"),
        ("/directory/deletedItems/microsoft.graph.application", "/directory/deletedItems/microsoft.graph.application?$top=999"),
    ],
)
def test_page_size_only_where_it_is_taken(world: World, path: str, asked: str) -> None:
    world.expect("GET", asked, answer(200, {"value": []}))
    assert world.graph.list(path, doing="list") == []


@pytest.mark.parametrize(
    "link", ["https://evil.example/v1.0/a", "http://graph.example/v1.0/a", "https://graph.example:8443/v1.0/a", "/v1.0/a", "https://[broken", 7]
)
def test_next_pages_elsewhere_are_not_followed(world: World, link: t.Any) -> None:
    world.expect("GET", "/domains", answer(200, {"value": [], "@odata.nextLink": link}))
    with pytest.raises(ServiceError, match="a next page at another address"):
        world.graph.list("/domains", doing="list")


def test_an_error_on_a_later_page(world: World) -> None:
    link = BASE + "/domains?p=2"
    world.expect("GET", "/domains", answer(200, {"value": [], "@odata.nextLink": link})).expect("GET", link, fault(403, *DENIED))
    with pytest.raises(ForbiddenError, match="Could not list") as caught:
        world.graph.list("/domains", doing="list")
    assert "Domain.Read.All" in caught.value.sentence()
    assert caught.value.outcome is None


def test_the_default_port_is_the_same_address(world: World) -> None:
    link = "https://GRAPH.example:443/v1.0/domains?p=2"
    world.expect("GET", "/domains", answer(200, {"value": [], "@odata.nextLink": link})).expect("GET", link, answer(200, {"value": []}))
    assert world.graph.list("/domains", doing="list") == []


def test_a_circle_of_pages_ends(world: World) -> None:
    link = BASE + "/domains?p=2"
    world.expect("GET", "/domains", answer(200, {"value": [], "@odata.nextLink": link}))
    world.expect("GET", link, answer(200, {"value": [], "@odata.nextLink": link}))
    with pytest.raises(ServiceError, match="the same next page twice"):
        world.graph.list("/domains", doing="list")


@pytest.mark.parametrize("body", [{}, {"value": {}}, {"value": ["x"]}])
def test_a_list_without_entries_is_no_empty_list(world: World, body: t.Any) -> None:
    world.expect("GET", "/domains", answer(200, body))
    with pytest.raises(ServiceError, match="a list without 'value'"):
        world.graph.list("/domains", doing="list")


# Tokens


@pytest.mark.parametrize(("status", "cached"), [(401, False), (401, True), (403, True)])
def test_a_refused_token_is_renewed_once(make_world: t.Callable[..., World], status: int, cached: bool) -> None:
    world = make_world(cached=cached)
    world.expect("POST", "/a", fault(status, *DENIED)).expect("POST", "/a", answer(201, {"id": "1"}))
    assert world.graph.post("/a", {}, doing="create") == {"id": "1"}
    assert [headers["Authorization"] for headers in world.script.headers] == ["Bearer token0", "Bearer token1"]


def test_refused_twice_is_reported(make_world: t.Callable[..., World]) -> None:
    world = make_world(cached=True)
    world.expect("POST", "/oauth2PermissionGrants", fault(403, *DENIED)).expect("POST", "/oauth2PermissionGrants", fault(403, *DENIED))
    with pytest.raises(ForbiddenError) as caught:
        world.graph.post("/oauth2PermissionGrants", {}, doing="grant")
    assert "DelegatedPermissionGrant.ReadWrite.All" in caught.value.sentence()
    assert caught.value.outcome == "refused"
    # The token is new now, so another 403 is reported at once.
    world.expect("GET", "/a", fault(403, *DENIED))
    with pytest.raises(ForbiddenError):
        world.graph.get("/a", doing="read")


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_write_that_something_else_answered_is_not_sent_again(world: World, status: int) -> None:
    """Whether it was applied is not known, what answers there stays there, and no token is to blame."""
    for send in (world.graph.patch, world.graph.put, world.graph.post):
        world.expect(send.__name__.upper(), "/a", answer(status, "<html>Blocked</html>", Content_Type="text/html", Via="1.1 squid"))
        with pytest.raises(ProxyAnswerError, match="graph.example answered .* text/html .* Via: 1.1 squid") as caught:
            send("/a", {"b": 1}, doing="write it")
        assert (caught.value.outcome, caught.value.tenant) == ("unknown", world.graph.tenant)
        assert "entra_graph_url" in (caught.value.advice or "")


def test_a_post_that_something_else_answered_is_not_looked_for(world: World) -> None:
    world.expect("POST", "/a", answer(403, "<html>"))
    with pytest.raises(ProxyAnswerError):
        world.graph.post("/a", {}, doing="make it", reconcile=lambda: {"id": "never asked"})


def test_a_fresh_token_is_not_renewed_for_a_403(world: World) -> None:
    world.expect("GET", "/a", fault(403, *DENIED))
    with pytest.raises(ForbiddenError):
        world.graph.get("/a", doing="read")
    assert world.tokens.fresh == 0


def test_a_token_that_stays_refused_is_a_credential_error(world: World) -> None:
    for _try in range(2):
        world.expect("GET", "/a", fault(401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience."))
    with pytest.raises(CredentialError, match="Invalid audience") as caught:
        world.graph.get("/a", doing="read")
    assert "'graph_url'" in caught.value.sentence()


# Writes


def test_post_is_not_repeated_without_reconcile(world: World) -> None:
    for step in (LOST, answer(500), answer(408), fault(404, *UNREAD), answer(201, "<html>")):
        world.expect("POST", "/a", step)
        with pytest.raises(ConnectorError) as caught:
            world.graph.post("/a", {}, doing="create")
        assert caught.value.outcome == "unknown"
    assert world.waits == []


def test_post_that_was_applied_after_all(world: World) -> None:
    for step in (LOST, answer(502, "<html>Bad gateway</html>"), fault(404, *UNREAD)):
        world.expect("POST", "/a", step)
        seen = iter([None, {"id": "1"}])
        assert world.graph.post("/a", {}, doing="create", reconcile=lambda seen=seen: next(seen)) == {"id": "1"}


def test_a_redirected_post_is_not_asked_again(world: World) -> None:
    world.expect("POST", "/a", answer(302, None, Location="https://evil.example/"))
    with pytest.raises(RedirectError):
        world.graph.post("/a", {}, doing="create", reconcile=lambda: {"id": "1"})


def test_post_that_was_not_applied_is_repeated(world: World) -> None:
    looks: list[int] = []
    world.expect("POST", "/a", LOST).expect("POST", "/a", answer(201, {"id": "1"}))
    assert world.graph.post("/a", {}, doing="create", reconcile=lambda: looks.append(1)) == {"id": "1"}
    assert len(looks) == 2


def test_post_found_late_is_not_made_twice(world: World) -> None:
    seen = iter([None, None, None, None, {"id": "1"}])
    world.expect("POST", "/a", LOST)
    world.expect("POST", "/a", fault(400, "Request_BadRequest", "Another object with the same value for property uniqueName already exists.", "ObjectConflict"))
    assert world.graph.post("/a", {}, doing="create", reconcile=lambda: next(seen)) == {"id": "1"}


def test_a_conflict_on_the_first_try_is_a_conflict(world: World) -> None:
    world.expect("POST", "/a", fault(409, "Request_MultipleObjectsWithSameKeyValue", "Permission entry already exists."))
    with pytest.raises(ConflictError) as caught:
        world.graph.post("/a", {}, doing="create", reconcile=lambda: {"id": "other"})
    assert caught.value.outcome == "refused"


def test_a_refusal_after_a_lost_answer_is_still_unknown(world: World) -> None:
    world.expect("POST", "/a", LOST).expect("POST", "/a", fault(403, *DENIED))
    with pytest.raises(ForbiddenError) as caught:
        world.graph.post("/a", {}, doing="create", reconcile=lambda: None)
    assert caught.value.outcome == "unknown"


def test_lost_for_ever(world: World) -> None:
    for _try in range(4):
        world.expect("POST", "/a", LOST)
    with pytest.raises(TransportError) as caught:
        world.graph.post("/a", {}, doing="create", reconcile=lambda: None)
    assert caught.value.outcome == "unknown"


def test_post_on_a_connection_that_never_opened_is_repeated(world: World) -> None:
    world.expect("POST", "/a", requests.exceptions.ConnectTimeout()).expect("POST", "/a", answer(204))
    assert world.graph.post("/a", {}, doing="create") is None


def test_reading_posts_are_repeated(world: World) -> None:
    world.graph.guard = Guard(fails=True)
    world.expect("POST", "/directoryObjects/getByIds", answer(503)).expect("POST", "/directoryObjects/getByIds", answer(200, {"value": []}))
    assert world.graph.post("/directoryObjects/getByIds", {}, doing="read", reads=True) == {"value": []}


@pytest.mark.parametrize("status", [409, 503])
def test_a_concurrent_change_is_waited_for_with_any_write(world: World, status: int) -> None:
    for method, call in (
        ("POST", lambda: world.graph.post("/a", {}, doing="write")),
        ("PATCH", lambda: world.graph.patch("/a", {}, doing="write")),
        ("PUT", lambda: world.graph.put("/a", {}, doing="write")),
        ("DELETE", lambda: world.graph.delete("/a", doing="write")),
    ):
        world.expect(method, "/a", fault(status, *CONCURRENT)).expect(method, "/a", answer(204))
        call()


def test_a_lost_write_is_looked_at_before_it_is_repeated(world: World) -> None:
    world.expect("PATCH", "/a", LOST).expect("GET", "/a", answer(200, {"b": [1]}))
    world.expect("PATCH", "/a", answer(500)).expect("GET", "/a", answer(200, {"b": []}))
    assert world.graph.patch("/a", {"b": []}, doing="change") is None
    assert [body for body in world.script.bodies if body] == [{"b": []}] * 2


def test_a_large_object_is_only_asked_for_what_was_written(world: World) -> None:
    world.expect("PATCH", "/applications/1", LOST).expect("GET", "/applications/1?$select=tags,web", answer(200, {"tags": ["b", "a"], "web": {"x": 1, "y": 2}}))
    assert world.graph.patch("/applications/1", {"tags": ["a", "b"], "web": {"x": 1}}, doing="change") is None


def test_what_cannot_be_read_is_written_once_more(world: World) -> None:
    world.expect("PUT", "/a", LOST).expect("GET", "/a", fault(403, *DENIED)).expect("PUT", "/a", answer(204))
    assert world.graph.put("/a", {"b": 1}, doing="replace") is None


def test_a_lost_delete_is_repeated(world: World) -> None:
    world.expect("DELETE", "/a", answer(504)).expect("DELETE", "/a", answer(204))
    assert world.graph.delete("/a", doing="delete") is True


def test_upsert(world: World) -> None:
    path = "/applications(uniqueName='x')"
    headers = {"Prefer": "create-if-missing"}
    body = {"displayName": "X"}
    world.expect("PATCH", path, answer(201, {"id": "1"}))
    world.expect("PATCH", path, answer(502)).expect("GET", path + "?$select=displayName", fault(404, *NOT_FOUND)).expect("PATCH", path, answer(204))
    assert world.graph.patch(path, body, doing="create", headers=headers) == {"id": "1"}
    assert world.graph.patch(path, body, doing="create", headers=headers) is None
    assert world.script.headers[0]["Prefer"] == "create-if-missing"


def test_a_write_that_ends_refused_may_have_been_applied_before(world: World) -> None:
    world.expect("PATCH", "/a", LOST).expect("GET", "/a", answer(200, {"b": 2})).expect("PATCH", "/a", fault(403, *DENIED))
    with pytest.raises(ForbiddenError) as caught:
        world.graph.patch("/a", {"b": 1}, doing="change")
    assert caught.value.outcome == "unknown"


@pytest.mark.parametrize(
    ("found", "sent", "same"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": None}, {"a": ""}, True),
        ({"a": ["x", "y"]}, {"a": ["y", "x"]}, True),
        ({"a": ["x", "y", "z"]}, {"a": ["y", "x"]}, False),
        ({"a": ["x", "x"]}, {"a": ["x", "y"]}, False),
        ({"a": {"b": [], "c": 1}}, {"a": {"b": []}}, True),
        ({"a": [{"keyId": "1", "key": None}]}, {"a": [{"keyId": "1", "key": "AAAA"}]}, True),
        ({"a": [{"keyId": "2", "key": None}]}, {"a": [{"keyId": "1", "key": "AAAA"}]}, False),
        ({"a": False}, {"a": True}, False),
        ({}, {"a": False}, False),
        ({"a": 1}, {"@odata.type": "#x", "a": 1}, True),
    ],
)
def test_whether_an_object_holds_what_was_written(found: t.Any, sent: t.Any, same: bool) -> None:
    assert is_applied(found, sent) is same


def test_delete_of_what_is_not_there(world: World) -> None:
    world.expect("DELETE", "/a", fault(404, *NOT_FOUND)).expect("DELETE", "/a", fault(404, *NOT_FOUND))
    assert world.graph.delete("/a", doing="delete") is False
    with pytest.raises(NotFoundError):
        world.graph.delete("/a", doing="delete", missing_ok=False)


class Guard:
    def __init__(self, fails: bool = False) -> None:
        self.fails = fails
        self.checks = 0

    def check(self, graph: GraphClient) -> None:
        self.checks += 1
        if self.fails:
            raise TenantGuardError("wrong tenant")
        graph.get("/organization", doing="check the tenant")


def test_the_guard_is_asked_before_the_first_write_only(world: World) -> None:
    world.graph.guard = guard = Guard()
    world.expect("GET", "/a", answer(200, {}))
    world.graph.get("/a", doing="read")
    assert guard.checks == 0
    world.expect("GET", "/organization", answer(200, {})).expect("PATCH", "/a", answer(204)).expect("DELETE", "/a", answer(204))
    world.graph.patch("/a", {}, doing="change")
    world.graph.delete("/a", doing="delete")
    assert guard.checks == 1


def test_a_guard_that_refuses_refuses_every_write(world: World) -> None:
    world.graph.guard = Guard(fails=True)
    for call in (
        lambda: world.graph.post("/a", {}, doing="write"),
        lambda: world.graph.put("/a", {}, doing="write"),
        lambda: world.graph.batch([Part("GET", "/a"), Part("PATCH", "/a", {})]),
    ):
        with pytest.raises(TenantGuardError):
            call()


def test_no_write_when_the_time_is_over(make_world: t.Callable[..., World]) -> None:
    world = make_world(seconds=10)
    world.now = 10
    with pytest.raises(BudgetError):
        world.graph.patch("/a", {}, doing="change")


# Replication


LAGS = [
    (404, *NOT_FOUND),
    (400, "Request_BadRequest", "The appId 'x' of the service principal does not reference a valid application object.", "NoBackingApplicationObject"),
    (403, "Authorization_RequestDenied", "When using this permission, the backing application of the service principal being created must in the local tenant"),
    (400, "Request_BadRequest", "Not a valid reference update."),
    (400, "Request_BadRequest", "Permission being assigned was not found on application 'x'"),
    (400, "Request_BadRequest", "Resource 'x' does not exist or one of its queried reference-property objects are not present."),
    (400, "Request_BadRequest", "Specified resourceId was not found."),
    (409, "Error_MsaAppDoesNotExist", "The corresponding MSA application does not exist."),
    (400, "InvalidValue", "Property api.preAuthorizedApplications.delegatedPermissionIds has a Permission Id that cannot be found in the AppPermissions sets."),
]


@pytest.mark.parametrize("lag", LAGS)
@pytest.mark.parametrize("cached", [False, True])
def test_lag_of_an_object_made_here_is_waited_for(make_world: t.Callable[..., World], lag: t.Any, cached: bool) -> None:
    world = make_world(cached=cached)
    for _try in range(5):
        world.expect("POST", "/a", fault(*lag))
    world.expect("POST", "/a", answer(201, {"id": "1"}))
    assert world.graph.post("/a", {}, doing="create", just_created=True) == {"id": "1"}
    assert world.waits == [1.0, 2.0, 4.0, 5.0, 5.0]


@pytest.mark.parametrize("lag", LAGS)
def test_lag_of_other_objects_is_an_error(world: World, lag: t.Any) -> None:
    world.expect("POST", "/a", fault(*lag))
    with pytest.raises(ServiceError) as caught:
        world.graph.post("/a", {}, doing="create")
    assert caught.value.outcome == "refused"


def test_reads_and_changes_of_an_object_made_here(world: World) -> None:
    world.expect("GET", "/a", fault(404, *NOT_FOUND)).expect("GET", "/a", answer(200, {"id": "1"}))
    assert world.graph.get("/a", doing="read", just_created=True) == {"id": "1"}
    world.expect("PATCH", "/a", fault(404, *NOT_FOUND)).expect("PATCH", "/a", answer(204))
    world.graph.patch("/a", {}, doing="change", just_created=True)


def test_texts_of_the_caller_are_waited_for(world: World) -> None:
    world.expect("POST", "/a", fault(400, "Request_BadRequest", "No password credential found with keyId x.")).expect("POST", "/a", answer(204))
    world.graph.post("/a", {}, doing="remove", retry_texts=["No password credential found"])


def test_a_lag_that_may_mean_what_it_says_ends_after_a_minute(world: World) -> None:
    for _try in range(15):
        world.expect("POST", "/a", fault(*LAGS[4]))
    with pytest.raises(ServiceError, match="Permission being assigned was not found"):
        world.graph.post("/a", {}, doing="assign", just_created=True)
    assert sum(world.waits) == pytest.approx(62)


def missing(one: str) -> tuple[str, str]:
    """What Graph says of an object that the call names besides the one that it is for."""
    return "Request_ResourceNotFound", f"Resource '{one}' does not exist or one of its queried reference-property objects are not present."


@pytest.mark.parametrize("status", [404, 400])
def test_an_object_that_was_not_just_made_is_not_waited_for(world: World, status: int) -> None:
    """Only what this job made may be on its way. An owner that does not exist never comes."""
    world.expect("POST", "/new/owners", fault(status, *missing("aaaaaaaa-0000-4000-8000-00000000000A")))
    with pytest.raises(ServiceError, match="aaaaaaaa-0000-4000-8000-00000000000A"):
        world.graph.post(
            "/new/owners", {}, doing="add an owner", just_created=True, older=["AAAAAAAA-0000-4000-8000-00000000000a"], retry_texts=["not present"]
        )
    assert world.waits == []


def test_the_new_object_itself_is_waited_for_beside_an_older_one(world: World) -> None:
    world.expect("POST", "/new/owners", fault(404, *missing("new"))).expect("POST", "/new/owners", answer(204))
    world.graph.post("/new/owners", {}, doing="add an owner", just_created=True, older=["aaaaaaaa-0000-4000-8000-00000000000a"])
    assert len(world.waits) == 1


def test_replication_beyond_the_budget(make_world: t.Callable[..., World]) -> None:
    world = make_world(seconds=5)
    for _try in range(3):
        world.expect("PATCH", "/a", fault(404, *NOT_FOUND))
    with pytest.raises(BudgetError) as caught:
        world.graph.patch("/a", {}, doing="change application 'payroll'", just_created=True)
    assert "change application 'payroll' in tenant contoso.example: not replicated yet" in caught.value.message
    assert "2 s of the time budget of 5 s are left" in caught.value.message
    assert (caught.value.http_status, caught.value.request_id, caught.value.outcome) == (404, "req-1", "refused")
