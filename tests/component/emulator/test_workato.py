# SPDX-License-Identifier: GPL-3.0-or-later
"""Workato's developer API, and what a person does to a connection."""

from __future__ import annotations

import typing as t

import pytest
import requests
from tenant_emulator.products.workato.service import _me
from tenant_emulator.products.workato.state import new_workspace
from tenant_emulator.testing import Emulator, EmulatorError

PROVIDER = "ms_entra_directory"
REDIRECT = "https://www.workato.com/oauth/callback"
SHOWN = {
    "id", "application", "provider", "name", "description", "authorized_at", "authorization_status", "authorization_error", "created_at",
    "updated_at", "external_id", "folder_id", "connection_lost_at", "connection_lost_reason", "parent_id", "tags"
}  # fmt: skip


class Client:
    """An API client that keeps the rate limits by moving the clock."""

    def __init__(self, emulator: Emulator, http: requests.Session, name: str = "automation", workspace: str = "contoso", root: str = "") -> None:
        self.emulator, self.http = emulator, http
        self.root = root or emulator.workato_url
        self.headers = {"Authorization": f"Bearer {emulator.workato(workspace)['tokens'][name]}"}

    def send(self, method: str, path: str, body: t.Any = None, wait: bool = True) -> requests.Response:
        if wait:
            self.emulator.advance(1.1)
        return self.http.request(method, f"{self.root}/api/{path}", json=body, headers=self.headers)

    def ask(self, method: str, path: str, body: t.Any = None) -> t.Any:
        answer = self.send(method, path, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, body: t.Any = None, wait: bool = True) -> tuple[int, t.Any]:
        answer = self.send(method, path, body, wait)
        return answer.status_code, answer.json()


@pytest.fixture
def api(emulator: Emulator, http: requests.Session) -> Client:
    return Client(emulator, http)


def shell(**fields: t.Any) -> dict[str, t.Any]:
    body = {"name": "Entra ID", "provider": PROVIDER, "external_id": "ansible:entra", "shell_connection": True}
    return {**body, "input": {"client_id": "c", "client_secret": "made-up-secret", "tenant_id": "contoso.com"}, **fields}


def invalid(**errors: str) -> tuple[int, t.Any]:
    return 400, {"message": "Validation failed", "errors": {name: [text] for name, text in errors.items()}}


# -- who may --


def test_no_two_workspaces_have_one_id() -> None:
    names = [f"tenant{number:03}" for number in range(1, 501)]
    made = [(workspace := new_workspace({"name": name, "clients": [{"name": "automation", "token": "t"}]}), workspace.clients[0]) for name in names]
    assert len({_me(*pair)["id"] for pair in made}) == len(names)


def test_a_token_opens_its_own_data_centre_only(emulator: Emulator, http: requests.Session, api: Client) -> None:
    answer = api.send("GET", "users/me")
    assert (answer.status_code, answer.json()["name"]) == (200, "contoso")
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert Client(emulator, http, root=f"{emulator.workato_url}/us").send("GET", "users/me").status_code == 200
    assert Client(emulator, http, root=f"{emulator.workato_url}/eu").refused("GET", "users/me") == (401, {"message": "Unauthorized"})
    assert Client(emulator, http, workspace="fabrikam", root=f"{emulator.workato_url}/eu").send("GET", "users/me").status_code == 200
    by_host = {**api.headers, "Host": "app.eu.workato.com"}
    root = f"https://127.0.0.1:{emulator.ready['port']}"
    assert http.get(f"{root}/api/users/me", headers=by_host).status_code == 401
    assert http.get(f"{root}/api/users/me", headers={**by_host, "Host": "www.workato.com"}).status_code == 200
    for headers in ({}, {"Authorization": "Bearer nothing"}, {"x-user-token": "old"}):
        assert http.get(f"{emulator.workato_url}/api/users/me", headers=headers).status_code == 401


def test_rights_of_the_api_client(emulator: Emulator, http: requests.Session) -> None:
    narrow = Client(emulator, http, "narrow")
    assert narrow.send("GET", "users/me").status_code == 200
    for method, path in (("GET", "connections"), ("POST", "connections"), ("GET", "integrations/all")):
        assert narrow.refused(method, path) == (403, {"message": "Forbidden"})
    emulator.set_workato("contoso", rights_status=401)
    assert narrow.refused("GET", "connections") == (401, {"message": "Unauthorized"})
    emulator.add_workato_client("contoso", "reader", "another-token", ["connections"])
    reader = Client(emulator, http, "reader")
    assert reader.send("GET", "connections").status_code == 200
    assert reader.send("GET", "integrations/all").status_code == 401
    assert "another-token" in emulator.issued()


def test_unknown_paths(api: Client, http: requests.Session, emulator: Emulator) -> None:
    made = api.ask("POST", "connections", shell())
    for path in ("recipes", f"connections/{made['id']}", "connections/x/y"):
        assert api.refused("GET", path) == (404, {"message": "Not found"})
    assert http.get(f"{emulator.workato_url}/connections").status_code == 404


def test_connectors_come_one_at_a_time_unless_asked_otherwise(api: Client) -> None:
    first = api.ask("GET", "integrations/all")
    assert (len(first["items"]), first["page"], first["per_page"]) == (1, 1, 1)
    assert set(first["items"][0]) == {"name", "title", "categories", "oauth", "deprecated", "secondary", "triggers", "actions"}
    pages = [api.ask("GET", f"integrations/all?page={page}&per_page=500") for page in (1, 2)]
    assert [page["per_page"] for page in pages] == [100, 100]
    items = [item for page in pages for item in page["items"]]
    assert len(items) == first["count"] == pages[0]["count"]
    entra = [item for item in items if item["title"] == "Microsoft Entra ID"]
    assert [(item["name"], item["oauth"], item["deprecated"]) for item in entra] == [(PROVIDER, True, False)]
    assert entra[0] not in pages[0]["items"]
    assert [item["deprecated"] for item in items if item["title"] == "Azure AD"] == [True]
    assert api.refused("GET", "integrations/all?per_page=0") == (400, {"message": "Bad request"})


# -- connections --


def test_a_shell_is_stored_and_its_input_never_shown(emulator: Emulator, api: Client) -> None:
    assert api.ask("GET", "connections") == []
    made = api.ask("POST", "connections", shell())
    assert set(made) == SHOWN
    assert (made["authorization_status"], made["authorized_at"], made["folder_id"]) == (None, None, 4515)
    listed = api.ask("GET", "connections")
    assert [set(item) for item in listed] == [SHOWN - {"provider", "tags"}]
    assert listed[0]["application"] == PROVIDER
    assert "tags" in api.ask("GET", "connections?includes[]=tags")[0]
    emulator.set_workato("contoso", list_provider=True)
    assert api.ask("GET", "connections")[0]["provider"] == PROVIDER
    changed = api.ask("PUT", f"connections/{made['id']}", {"name": "Renamed", "input": {"client_secret": "next-secret"}, "shell_connection": True})
    assert (changed["name"], changed["external_id"]) == ("Renamed", "ansible:entra")
    assert "input" not in changed
    held = emulator.workato("contoso")["connections"][0]
    assert held["input"] == {"client_id": "c", "tenant_id": "contoso.com"}
    written = str([entry["request"] for entry in emulator.journal("workato")])
    assert "client_secret" in written and "made-up-secret" not in written and "next-secret" not in written


def test_what_a_create_refuses(api: Client) -> None:
    assert api.refused("POST", "connections", {}) == invalid(name="can't be blank", provider="is not included in the list")
    assert api.refused("POST", "connections", shell(provider="azure_ad")) == invalid(provider="is not included in the list")
    assert api.refused("POST", "connections", shell(colour=1)) == invalid(colour="is unknown")
    assert api.refused("POST", "connections", shell(name=" ")) == invalid(name="can't be blank")
    assert api.refused("POST", "connections", shell(folder_id=1)) == invalid(folder_id="is invalid")
    assert api.refused("POST", "connections", shell(folder_id="4515")) == invalid(folder_id="is invalid")
    assert api.refused("POST", "connections", shell(parent_id=None)) == invalid(parent_id="is invalid")
    assert api.refused("POST", "connections", shell(shell_connection=False)) == (
        422,
        {"message": "Connection could not be established: authorization is required."},
    )
    assert api.ask("GET", "connections") == []
    plain = api.ask("POST", "connections", {"name": "Web", "provider": "rest"})
    assert plain["authorization_status"] == "success"


def test_names_are_not_unique_and_lists_are_filtered(api: Client) -> None:
    first, second = (api.ask("POST", "connections", shell(external_id=key)) for key in ("one", "two"))
    assert first["id"] != second["id"]
    assert [item["id"] for item in api.ask("GET", "connections?external_id=two")] == [second["id"]]
    assert len(api.ask("GET", "connections?folder_id=4515")) == 2
    assert api.refused("GET", "connections?name=x") == (400, {"message": "Unknown parameter: name"})


def test_what_an_update_refuses(api: Client) -> None:
    made = api.ask("POST", "connections", shell())
    assert api.refused("PUT", "connections/999", {"name": "x"}) == (404, {"message": "Not found"})
    assert api.refused("PUT", f"connections/{made['id']}", {"provider": PROVIDER}) == invalid(provider="is unknown")
    assert api.refused("PUT", f"connections/{made['id']}", {"input": {}})[0] == 422
    assert api.ask("PUT", f"connections/{made['id']}", {"external_id": "x"})["external_id"] == "x"


def test_only_a_disconnected_connection_is_deleted(emulator: Emulator, api: Client) -> None:
    made = api.ask("POST", "connections", shell())
    emulator.authorize_workato_connection("contoso", made["id"])
    assert api.ask("GET", "connections")[0]["authorization_status"] == "success"
    path = f"connections/{made['id']}"
    assert api.refused("DELETE", path) == (400, {"message": "Connection must be disconnected before it can be deleted."})
    assert api.ask("POST", f"{path}/disconnect") == {"success": True}
    assert api.ask("DELETE", path) == {"success": True}
    assert api.refused("DELETE", path) == (404, {"message": "Not found"})


def test_pick_lists_and_links_to_sign_in(emulator: Emulator, api: Client) -> None:
    made = api.ask("POST", "connections", shell())
    path = f"connections/{made['id']}"
    assert api.refused("POST", f"{path}/pick_list", {"pick_list_name": "groups"}) == (400, {"message": "Connection is not authorized."})
    url = api.ask("GET", f"connections/runtime_user_connections/{made['id']}/get_oauth_url")["data"]["url"]
    assert url.startswith("https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?client_id=c&")
    emulator.set_workato("contoso", oauth_links=False)
    assert api.send("GET", f"connections/runtime_user_connections/{made['id']}/get_oauth_url").status_code == 404
    body = {"parent_id": made["id"], "folder_id": 4515, "external_id": "person"}
    assert api.refused("POST", "connections/runtime_user_connections", body) == (400, {"message": "The parent connection is not established."})
    emulator.authorize_workato_connection("contoso", made["id"])
    assert api.ask("POST", f"{path}/pick_list", {"pick_list_name": "groups"}) == {"data": []}
    child = api.ask("POST", "connections/runtime_user_connections", body)["data"]
    assert set(child) == {"id", "url"}
    assert len(api.ask("GET", "connections")) == 1
    assert len(api.ask("GET", "connections?include_runtime_connections=true")) == 2


# -- rate limits --


def test_rate_limits(emulator: Emulator, api: Client) -> None:
    for _turn in range(60):
        assert api.send("GET", "connections", wait=False).status_code == 200
    too_many = (429, {"message": "Too many requests. Please try again later."})
    assert api.refused("GET", "connections", wait=False) == too_many
    assert api.send("POST", "connections", shell(), wait=False).status_code == 200
    assert api.refused("POST", "connections", shell(), wait=False) == too_many
    emulator.set_workato("contoso", retry_after=True)
    assert api.send("PUT", "connections/36", {"name": "x"}, wait=False).headers["Retry-After"] == "1"
    assert api.send("GET", "users/me", wait=False).status_code == 200
    emulator.advance(61)
    assert api.send("GET", "connections", wait=False).status_code == 200
    emulator.settings(workato_others_per_second=0)
    assert [api.send("PUT", "connections/36", {"name": "x"}, wait=False).status_code for _turn in range(3)] == [200, 200, 200]
    assert len(emulator.workato("contoso")["connections"]) == 1


# -- people --


@pytest.fixture
def app(emulator: Emulator) -> dict[str, t.Any]:
    made = emulator.add_application(
        "contoso", displayName="Workato", web={"redirectUris": [REDIRECT]}, secrets=[{"displayName": "one", "value": "the-first-secret"}]
    )
    graph = next(item for item in emulator.tenant("contoso")["service_principals"].values() if item["displayName"] == "Microsoft Graph")
    made["graph"] = graph["id"]
    emulator.add_grant("contoso", made["service_principal"]["id"], graph["id"], "User.Read offline_access")
    return made


def connect(api: Client, app: dict[str, t.Any], **values: str) -> int:
    held = {"client_id": app["application"]["appId"], "client_secret": "the-first-secret", "tenant_id": "contoso.com", **values}
    return int(api.ask("POST", "connections", shell(input=held))["id"])


def test_a_person_signs_in(emulator: Emulator, api: Client, app: dict[str, t.Any]) -> None:
    number = connect(api, app)
    done = emulator.authorize_workato_connection("contoso", "ansible:entra", "guarded@contoso.com")
    assert (done["authorization_status"], done["authorization_error"]) == ("success", None)
    held = emulator.workato("contoso")["connections"][0]
    assert (held["key_id"], held["user"]) == (app["secrets"][0]["key_id"], "guarded@contoso.com")
    emulator.advance(7200)
    shown = api.ask("GET", "connections")[0]
    assert (shown["id"], shown["authorization_status"], shown["connection_lost_at"]) == (number, "success", None)
    # The person gave a second factor, the product by itself cannot.
    lost = emulator.refresh_workato_connection("contoso", number)
    assert (lost["authorization_status"], lost["error_code"]) == ("failed", 50076)
    shown = api.ask("GET", "connections")[0]
    assert shown["authorized_at"] and shown["connection_lost_at"] and "AADSTS50076" in shown["connection_lost_reason"]


def test_without_offline_access_the_connection_ends_with_its_first_token(emulator: Emulator, api: Client, app: dict[str, t.Any]) -> None:
    emulator.add_grant("contoso", app["service_principal"]["id"], app["graph"], "User.Read")
    connect(api, app)
    assert emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com")["authorization_status"] == "success"
    assert api.ask("GET", "connections")[0]["authorization_status"] == "success"
    emulator.advance(3600)
    shown = api.ask("GET", "connections")[0]
    assert (shown["authorization_status"], shown["connection_lost_reason"]) == ("failed", "The access token has expired and there is no refresh token.")


@pytest.mark.parametrize(
    ("values", "number"),
    [({"client_secret": "wrong"}, 7000215), ({"client_id": "11111111-2222-3333-4444-555555555555"}, 700016), ({"tenant_id": "nobody.example"}, 90002)],
)
def test_a_sign_in_with_wrong_input_fails(emulator: Emulator, api: Client, app: dict[str, t.Any], values: dict[str, str], number: int) -> None:
    connect(api, app, **values)
    failed = emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com")
    assert (failed["authorization_status"], failed["error_code"], failed["authorized_at"]) == ("failed", number, None)
    assert failed["authorization_error"].startswith(f"AADSTS{number}: ")


def test_a_sign_in_needs_the_redirect_uri_and_consent(emulator: Emulator, api: Client, app: dict[str, t.Any]) -> None:
    connect(api, app)
    emulator.set_workato("contoso", data_center="sg")
    assert emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com")["error_code"] == 50011
    emulator.set_workato("contoso", data_center="us")
    wanted = {"scopes": ["User.Read.All", "offline_access"]}
    assert emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com", **wanted)["error_code"] == 65001
    assert emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com", consent="user", **wanted)["error_code"] == 65001
    done = emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com", consent="admin", **wanted)
    assert done["authorization_status"] == "success"


def test_new_credentials(emulator: Emulator, api: Client, app: dict[str, t.Any]) -> None:
    path = f"connections/{connect(api, app)}"
    emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com")
    second = emulator.add_secret("contoso", app["application"]["id"], displayName="two", value="the-second-secret")
    assert api.ask("PUT", path, {"input": {"client_secret": "the-second-secret"}})["authorization_status"] == "success"
    assert emulator.workato("contoso")["connections"][0]["key_id"] == second["key_id"]
    emulator.control("DELETE", f"tenants/contoso/applications/{app['application']['id']}/secrets/{app['secrets'][0]['key_id']}")
    assert emulator.refresh_workato_connection("contoso", "Entra ID")["authorization_status"] == "success"
    emulator.set_workato("contoso", push_keeps_authorization=False)
    assert api.ask("PUT", path, {"input": {"client_secret": "the-second-secret"}})["authorization_status"] == "failed"


@pytest.mark.parametrize(("pushed", "number"), [({"client_secret": "mistyped"}, 7000215), ({"tenant_id": "nobody.example"}, 90002)])
def test_new_credentials_are_tried(emulator: Emulator, api: Client, app: dict[str, t.Any], pushed: dict[str, str], number: int) -> None:
    """Unless they are only stored; what was refused is not stored."""
    path = f"connections/{connect(api, app)}"
    emulator.authorize_workato_connection("contoso", "Entra ID", "service@contoso.com")
    status, body = api.refused("PUT", path, {"input": pushed, "shell_connection": False})
    assert status == 422 and f"AADSTS{number}" in body["message"]
    held = emulator.workato("contoso")["connections"][0]
    assert (held["key_id"], held["input"]["tenant_id"]) == (app["secrets"][0]["key_id"], "contoso.com")
    assert held["authorization_status"] == "success"
    assert api.ask("PUT", path, {"input": pushed, "shell_connection": True})["authorization_status"] == "success"


def test_losing_an_authorization(emulator: Emulator, api: Client) -> None:
    api.ask("POST", "connections", shell())
    emulator.authorize_workato_connection("contoso", "Entra ID")
    emulator.lose_workato_connection("contoso", "Entra ID", "MFA is enforced now.", "exception")
    shown = api.ask("GET", "connections")[0]
    assert (shown["authorization_status"], shown["connection_lost_reason"]) == ("exception", "MFA is enforced now.")
    with pytest.raises(EmulatorError, match="has no connection 'other'"):
        emulator.lose_workato_connection("contoso", "other")
    with pytest.raises(EmulatorError, match="there is no Workato workspace 'nobody'"):
        emulator.workato("nobody")


def test_faults_and_state(emulator: Emulator, api: Client) -> None:
    emulator.fault(service="workato", path="/connections", action="status", status=429)
    assert api.refused("GET", "connections") == (429, {"message": "Too many requests. Please try again later."})
    assert emulator.journal("workato")[-1]["status"] == 429
    assert set(emulator.state()["workato"]) == {"contoso", "fabrikam", "northwind"}
    assert api.headers["Authorization"].removeprefix("Bearer ") in emulator.issued()


# -- folders and projects --

TREE = [
    {"id": 5000, "name": "Identity", "project_id": 70},
    {"id": 5001, "name": "Entra", "parent_id": 5000},
    *({"id": 6000 + number, "name": f"Filler {number}", "parent_id": 5001} for number in range(150)),
]


def test_folders_lie_in_folders_and_come_in_pages(emulator: Emulator, api: Client) -> None:
    emulator.set_workato("contoso", named_folders=TREE)
    assert api.refused("GET", "folders")[0] == 403
    emulator.add_workato_client("contoso", "automation", emulator.workato("contoso")["tokens"]["automation"], ["connections", "connectors", "folders"])
    (home,) = api.ask("GET", "folders")
    assert (home["id"], home["name"], home["parent_id"], home["is_project"], home["project_id"]) == (5000, "Identity", None, True, 70)
    (below,) = api.ask("GET", "folders?parent_id=5000")
    assert (below["id"], below["parent_id"], below["is_project"], below["project_id"]) == (5001, 5000, False, None)
    assert [len(api.ask("GET", f"folders?parent_id=5001&page={page}")) for page in (1, 2, 3)] == [100, 50, 0]
    assert len(api.ask("GET", "folders?parent_id=5001&per_page=500")) == 100 and len(api.ask("GET", "folders?parent_id=5001&per_page=7")) == 7
    assert api.ask("GET", "folders?parent_id=1") == []
    for query in ("page=0", "per_page=x", "parent_id=x", "name=Entra"):
        assert api.refused("GET", f"folders?{query}")[0] == 400
    assert api.ask("GET", "projects") == [{"id": 70, "description": "", "folder_id": 5000, "name": "Identity"}]
    assert api.ask("POST", "connections", shell(folder_id=5001))["folder_id"] == 5001
