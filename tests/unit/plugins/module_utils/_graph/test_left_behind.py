# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task may believe of what the tasks before it left behind, and what ends that."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import typing as t
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import NotFoundError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.errors import Fault, error_for
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.left_behind import BELIEVED, LeftBehind
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.parts import Part, PartAnswer, server_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._job.cache import JobCache

APP_ID = "7a9c5a0e-2f0f-4a8e-9a57-0e6a3b7f3c11"
APP: dict[str, t.Any] = {
    "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#applications/$entity",
    "id": "0b6ff7f5-57a9-4f0a-8c4e-6f3f0a5f9d22",
    "appId": APP_ID,
    "uniqueName": "o'neil/1",
    "displayName": "Payroll",
    "tags": [],
    "passwordCredentials": [{"keyId": "k", "hint": "abc", "secretText": "abcdef"}],
}
PRINCIPAL = {"id": "5e00376d-6ea0-4d34-87a9-9c9f109f288e", "appId": APP_ID, "displayName": "Payroll"}
OTHER = "11111111-1111-4111-8111-111111111111"
POLICY = Part("GET", "/policies/defaultAppManagementPolicy", doing="read the policy", optional=True)
DATE = {"Date": "Sat, 31 Jan 2026 12:00:00 GMT"}

APPLICATION = f"/applications(appId='{APP_ID}')?$select=id,tags"
PRINCIPAL_OF = f"/servicePrincipals(appId='{APP_ID}')"
GRANTS, ROLES, OWNERS = (f"{PRINCIPAL_OF}/{name}" for name in ("oauth2PermissionGrants", "appRoleAssignments", "owners"))
POLICIES, PEOPLE = (f"/applications(appId='{APP_ID}')/{name}" for name in ("appManagementPolicies", "owners"))
EVERYTHING = (APPLICATION, f"{PRINCIPAL_OF}?$select=id,appId", GRANTS, ROLES, OWNERS, POLICIES, PEOPLE)


@dataclasses.dataclass
class Desk:
    """A job, the clock, and what was sent to Graph."""

    cache: JobCache
    now: float = 1_800_000_000.0

    def left(self, *scope: str, by_person: bool = False) -> LeftBehind:
        """What a task of this caller sees."""
        return LeftBehind(self.cache, scope or ("caller", "tenant"), "contoso.com", by_person=by_person, clock=lambda: self.now)

    def ask(self, *paths: str | Part, left: LeftBehind | None = None) -> tuple[list[PartAnswer], list[str]]:
        """The answers to these reads, and the paths of those that were sent."""
        sent: list[str] = []

        def send(parts: list[Part]) -> list[PartAnswer]:
            sent.extend(part.path for part in parts)
            return [PartAnswer(200, {"sent": True}, part) for part in parts]

        parts = [path if isinstance(path, Part) else Part("GET", path, doing="read it") for path in paths]
        return (left or self.left()).answers(parts, send), sent

    def believed(self, *paths: str) -> set[str]:
        """Those of these reads that are not sent."""
        return set(paths) - set(self.ask(*paths)[1])


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    desk = Desk(JobCache.from_environ({"TENANTKIT_JOB_DIR": str(tmp_path / "job")}))
    desk.cache._clock = lambda: desk.now
    return desk


@pytest.fixture
def connected(desk: Desk) -> Desk:
    """After an application and its service principal were made."""
    desk.left().touched("PATCH", "/applications(uniqueName='o''neil%2F1')", {"displayName": "Payroll"})
    desk.left().made("/applications(uniqueName='o''neil%2F1')", APP, DATE)
    desk.left().touched("POST", "/servicePrincipals", {"appId": APP_ID})
    desk.left().made("/servicePrincipals", PRINCIPAL, DATE)
    return desk


@pytest.mark.parametrize("key", [f"/{APP['id']}", f"(appId='{APP_ID.upper()}')", "(uniqueName='o''neil%2F1')"])
def test_what_was_made_is_known_by_every_key(connected: Desk, key: str) -> None:
    (answer,), sent = connected.ask(f"/applications{key}?$select=id,tags,passwordCredentials")
    assert (sent, answer.found) == ([], True)
    assert answer.body == {"id": APP["id"], "tags": [], "passwordCredentials": [{"keyId": "k"}]}


def test_an_object_of_its_own_and_what_it_does_not_have_yet(connected: Desk) -> None:
    answers, sent = connected.ask(*EVERYTHING)
    assert sent == []
    assert [answer.body for answer in answers[2:]] == [{"value": []}] * 5
    assert answers[1].body == {"id": PRINCIPAL["id"], "appId": APP_ID}


@pytest.mark.parametrize("rest", ["", "?$select=id", "/oauth2PermissionGrants", "/appRoleAssignments"])
def test_a_new_application_has_no_service_principal(desk: Desk, rest: str) -> None:
    desk.left().made("/applications", APP, DATE)
    (answer,), sent = desk.ask(PRINCIPAL_OF + rest)
    assert (sent, answer.found) == ([], False)
    with pytest.raises(NotFoundError, match=r"Could not read it in tenant contoso\.com"):
        answer.raise_for_error()


ASKED = {
    "a property that the answer did not have": f"/applications(appId='{APP_ID}')?$select=id,keyCredentials",
    "the whole object": f"/applications(appId='{APP_ID}')",
    "more than properties": f"/applications(appId='{APP_ID}')?$select=id&$expand=owners",
    "who is assigned": f"{PRINCIPAL_OF}/appRoleAssignedTo",
    "another object": f"/applications(appId='{OTHER}')?$select=id",
    "the service principal of another": f"/servicePrincipals(appId='{OTHER}')?$select=id",
    "a collection": "/applications?$filter=displayName eq 'Payroll'",
    "a policy": POLICY.path,
    "nothing of these": "/users/someone",
}


@pytest.mark.parametrize("path", ASKED.values(), ids=ASKED.keys())
def test_what_is_not_known_is_asked(connected: Desk, path: str) -> None:
    (answer, _own), sent = connected.ask(path, APPLICATION)
    assert (sent, answer.body) == ([path], {"sent": True})


def test_answers_keep_their_places(connected: Desk) -> None:
    answers, sent = connected.ask("/users/a", APPLICATION, "/users/b", GRANTS)
    assert sent == ["/users/a", "/users/b"]
    assert [answer.part.path for answer in answers] == ["/users/a", APPLICATION, "/users/b", GRANTS]
    assert [answer.body == {"sent": True} for answer in answers] == [True, False, True, False]


def test_a_part_with_headers_or_a_write_is_sent(connected: Desk) -> None:
    part = Part("GET", APPLICATION, headers={"ConsistencyLevel": "eventual"})
    assert connected.ask(part, Part("DELETE", APPLICATION))[1] == [APPLICATION, APPLICATION]


NEW_PRINCIPAL = {EVERYTHING[1], GRANTS, ROLES, OWNERS}
OF_APPLICATION = {APPLICATION, POLICIES, PEOPLE}
WRITES: dict[str, tuple[str, str, t.Any, set[str]]] = {
    "the application": ("PATCH", f"/applications/{APP['id']}", {"tags": []}, NEW_PRINCIPAL),
    "by another key": ("PATCH", "/applications(uniqueName='o''neil%2F1')", {"tags": []}, NEW_PRINCIPAL),
    "a secret of it": ("POST", f"/applications/{APP['id']}/addPassword", {}, NEW_PRINCIPAL),
    "an owner of it": ("POST", f"/applications/{APP['id']}/owners/$ref", {"@odata.id": f"https://graph/directoryObjects/{OTHER}"}, NEW_PRINCIPAL),
    "a policy of it": ("POST", f"/applications/{APP['id']}/appManagementPolicies/$ref", {}, NEW_PRINCIPAL),
    "its restoration": ("POST", f"/directory/deletedItems/{APP['id']}/restore", None, NEW_PRINCIPAL),
    "its end": ("DELETE", f"/applications/{APP['id']}", None, set()),
    "the service principal": ("PATCH", f"/servicePrincipals/{PRINCIPAL['id']}", {"accountEnabled": False}, OF_APPLICATION),
    "a grant": ("POST", "/oauth2PermissionGrants", {"clientId": PRINCIPAL["id"], "resourceId": OTHER}, {*OF_APPLICATION, EVERYTHING[1]}),
    "a role": ("POST", f"/servicePrincipals/{OTHER}/appRoleAssignedTo", {"principalId": PRINCIPAL["id"]}, {*OF_APPLICATION, EVERYTHING[1]}),
    "another object": ("PATCH", f"/applications/{OTHER}", {"displayName": "x"}, set(EVERYTHING)),
}


@pytest.mark.parametrize(("method", "path", "body", "left"), WRITES.values(), ids=WRITES.keys())
def test_a_write_ends_what_it_may_change(connected: Desk, method: str, path: str, body: t.Any, left: set[str]) -> None:
    connected.left().touched(method, path, body)
    assert connected.believed(*EVERYTHING) == left


def test_whether_it_has_a_service_principal_is_open_from_the_moment_one_is_asked_for(desk: Desk) -> None:
    """The answer may be lost: then only a read says what came of it."""
    desk.left().made("/applications", APP, DATE)
    desk.left().touched("POST", "/servicePrincipals", {"appId": APP_ID})
    assert desk.believed(*EVERYTHING) == OF_APPLICATION


def test_for_how_long(connected: Desk) -> None:
    connected.now += BELIEVED - 1
    assert connected.believed(*EVERYTHING) == set(EVERYTHING)
    connected.now += 1
    assert connected.believed(*EVERYTHING) == set()


def test_people_own_what_they_make(desk: Desk) -> None:
    left = desk.left(by_person=True)
    left.made("/applications", APP, DATE)
    left.made("/servicePrincipals", PRINCIPAL, DATE)
    assert desk.believed(*EVERYTHING) == {*EVERYTHING} - {OWNERS, PEOPLE}


def test_another_caller_and_another_job_know_nothing(connected: Desk) -> None:
    assert connected.ask(*EVERYTHING, left=connected.left("another", "tenant"))[1] == list(EVERYTHING)
    elsewhere = LeftBehind(JobCache.from_environ({}), ("caller", "tenant"), "contoso.com", by_person=False)
    elsewhere.made("/applications", APP, DATE)
    assert connected.ask(*EVERYTHING, left=elsewhere)[1] == list(EVERYTHING)


NO_OBJECTS: list[tuple[str, t.Any]] = [
    ("/servicePrincipals/x/appRoleAssignedTo", {"id": APP["id"]}),
    ("/oauth2PermissionGrants", {"id": APP["id"]}),
    ("/applications", {}),
    ("/applications", None),
]


@pytest.mark.parametrize(("path", "body"), NO_OBJECTS)
def test_other_answers_are_no_objects(desk: Desk, path: str, body: t.Any) -> None:
    desk.left().made(path, body, DATE)
    assert desk.believed(*EVERYTHING) == set()


def test_an_application_of_others_as_this_job_left_it(desk: Desk) -> None:
    """It is known, what it does not have is not."""
    desk.left().saw(APP, dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC))
    assert desk.believed(*EVERYTHING) == {APPLICATION}


def test_the_clock_of_the_service_goes_on(connected: Desk) -> None:
    connected.now += 30
    answers, _sent = connected.ask(APPLICATION)
    assert server_time(answers) == dt.datetime(2026, 1, 31, 12, 0, 30, tzinfo=dt.UTC)


def test_no_secret_is_kept(connected: Desk, tmp_path: Path) -> None:
    kept = [json.loads(path.read_text()) for path in (tmp_path / "job").iterdir() if path.suffix == ".json"]
    assert kept
    assert "abc" not in json.dumps(kept)


def test_what_will_do_for_longer(desk: Desk) -> None:
    """An answer, and that it is not ours to read. A failure is asked for again."""
    answer = PartAnswer(200, {"isEnabled": True}, POLICY, DATE)
    desk.left().keep([answer], 300)
    desk.now += 299
    (found,), sent = desk.ask(POLICY)
    assert (sent, found.body, found.ok) == ([], {"isEnabled": True}, True)
    assert server_time([found]) == dt.datetime(2026, 1, 31, 12, 4, 59, tzinfo=dt.UTC)
    desk.now += 1
    assert desk.ask(POLICY)[1] == [POLICY.path]


MISSED, TRASH = "/applications(uniqueName='o''neil%2F1')", "/directory/deletedItems/microsoft.graph.application?$select=id"
BOTH = {f"{MISSED}?$select=id", TRASH}


@pytest.fixture
def looked(desk: Desk) -> Desk:
    """After a look that found no application of that name."""
    error = NotFoundError("It does not exist.", http_status=404)
    absent = PartAnswer(404, {}, Part("GET", MISSED, params={"$select": "tags"}), DATE, error, absent=True)
    desk.left().missed(absent, PartAnswer(200, {"value": [{"id": OTHER}]}, Part("GET", TRASH), DATE))
    return desk


def test_what_a_look_did_not_find(looked: Desk) -> None:
    """The application by that name, whatever is asked of it, and the same read of deleted ones. Not one of another name, nor by another key."""
    answers, sent = looked.ask(*sorted(BOTH), f"{MISSED}/owners")
    assert (sent, [answer.absent for answer in answers]) == ([], [True, False, True])
    assert (answers[1].body, server_time(answers)) == ({"value": [{"id": OTHER}]}, dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC))
    asked = ["/applications(uniqueName='another')?$select=id", f"{TRASH},tags", f"/servicePrincipals(appId='{APP_ID}')"]
    assert looked.ask(*asked)[1] == asked


def test_an_application_that_a_look_found_is_none(desk: Desk) -> None:
    desk.left().missed(PartAnswer(200, APP, Part("GET", MISSED), DATE), PartAnswer(200, {"value": []}, Part("GET", TRASH), DATE))
    assert desk.believed(*BOTH) == set()


AFTER_A_LOOK: dict[str, tuple[str, str, t.Any, set[str]]] = {
    "it is made": ("POST", "/applications", {"displayName": "Payroll", "uniqueName": "O'Neil/1"}, {TRASH}),
    "it is made by its name": ("PATCH", MISSED, {"displayName": "Payroll"}, {TRASH}),
    "another is made": ("POST", "/applications", {"displayName": "Other", "uniqueName": "other"}, BOTH),
    "another is named so": ("PATCH", f"/applications/{OTHER}", {"uniqueName": "o'neil/1"}, {TRASH}),
    "one is deleted": ("DELETE", f"/applications/{OTHER}", None, set()),
    "one is restored": ("POST", f"/directory/deletedItems/{OTHER}/restore", None, set()),
    "one is purged": ("DELETE", f"/directory/deletedItems/{OTHER}", None, set()),
}


@pytest.mark.parametrize(("method", "path", "body", "left"), AFTER_A_LOOK.values(), ids=AFTER_A_LOOK.keys())
def test_a_write_ends_what_a_look_missed(looked: Desk, method: str, path: str, body: t.Any, left: set[str]) -> None:
    looked.left().touched(method, path, body)
    assert looked.believed(*BOTH) == left


def test_for_how_long_a_look_is_believed_and_by_whom(looked: Desk) -> None:
    assert looked.ask(*BOTH, left=looked.left("another", "tenant"))[1] == list(BOTH)
    looked.now += BELIEVED
    assert looked.believed(*BOTH) == set()


DENIED, QUOTA = "Authorization_RequestDenied", "Directory_QuotaExceeded"
REFUSALS = [
    (403, DENIED, "Insufficient privileges.", True, True),
    (403, DENIED, "Insufficient privileges.", False, False),  # another task may wait for what this one can do without
    (403, QUOTA, "The quota is exceeded.", True, False),
    (400, "BadRequest", "Not supported by the service in AADB2C.", True, True),  # the tenant does not have it
    (404, "Request_ResourceNotFound", "It does not exist.", True, False),
    (503, "ServiceNotAvailable", "Later.", True, False),
]


@pytest.mark.parametrize(("status", "code", "message", "optional", "kept"), REFUSALS)
def test_which_refusals_will_do(desk: Desk, status: int, code: str, message: str, optional: bool, kept: bool) -> None:
    """One that is kept is the same as it was."""
    part = dataclasses.replace(POLICY, optional=optional)
    error = error_for(Fault(status, code, message, shaped=True), doing=part.doing, tenant="contoso.com", method="GET", path=part.path)
    desk.left().keep([PartAnswer(status, {}, part, DATE, error)], 300)
    (answer,), sent = desk.ask(part)
    assert (sent == []) is kept
    if kept:
        assert answer.error is not None
        assert (answer.status, type(answer.error), answer.error.sentence()) == (status, type(error), error.sentence())
        assert (answer.forbidden, answer.not_offered) == (code == DENIED, code != DENIED)
